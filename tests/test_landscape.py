"""From a loss to a surface in the world, and round numbers along its axes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdanim.engine.solution import Act
from gdanim.errors import InputError
from gdanim.motion.landscape import LONGEST, RELIEF, SLACK, TAIL, landscape
from gdanim.motion.rolling import Rolling
from gdanim.theme import rgb, themes
from gdanim.view.mesh import Mesh
from gdanim.view.scenery import AIRBORNE, NOWHERE, Scenery
from gdanim.view.ticks import height_ticks, ticks

Acts = Callable[[str], Act]
FUNCTIONS = ["x^2 + 10*y^2", "himmelblau", "rosenbrock", "beale", "sin(3*x)*y + 0.2*x^2"]
UNDEFINED_SOMEWHERE = ["sqrt(x) + y^2", "log(x*y)", "1/(x^2 + y^2)", "sqrt(1 - x^2 - y^2)", "1/x + y^2"]
POLES = ["1/(x^2 + y^2 + 0.001)", "1/((x - 1)^2 + y^2) + 0.2*x^2", "1/abs(x - 0.1) + y"]
PITS = ["-1/sqrt(x^2 + y^2)", "-1/(x^2 + y^2 + 0.001)"]
BOTH = ["1/x + 0.3*y^2", "tan(x) + y^2", "x^2/(y - 1)"]
NEARLY_FLAT = ["0*x + y", "0*x + 0*y + 3", "1e-12*(x^2 + y^2)", "1e9 + x^2 + y^2"]


WIDE = "{x: [-3, 3], y: [-3, 3]}"


def act(act_of: Acts, function: str, domain: str = "", extra: str = "") -> Act:
    box = f"domain: {domain}\n" if domain else ""
    return act_of(f'functions: ["{function}"]\nsteps: 3\n{box}{extra}')


@pytest.mark.parametrize("height", ["linear", "log"])
@pytest.mark.parametrize("function", FUNCTIONS)
class TestMaps:
    def test_world_and_domain_are_inverse(self, act_of: Acts, function: str, height: str) -> None:
        surface = landscape(act(act_of, function), height)  # type: ignore[arg-type]
        points = np.random.default_rng(1).uniform(-9, 9, (50, 2))
        np.testing.assert_allclose(surface.to_domain(surface.to_world(points)), points, atol=1e-12)

    def test_domain_fills_the_box(self, act_of: Acts, function: str, height: str) -> None:
        surface = landscape(act(act_of, function), height)  # type: ignore[arg-type]
        corners = np.array(np.meshgrid(*surface.act.domain)).reshape(2, -1).T
        np.testing.assert_allclose(np.abs(surface.to_world(corners)), np.tile(surface.extent, (4, 1)))
        assert surface.extent.prod() == pytest.approx(1.0)
        z = surface.grid(61)[0][..., 2]
        assert z.min() >= 0
        assert z.max() == pytest.approx(RELIEF, rel=1e-3)

    def test_level_and_loss_are_inverse(self, act_of: Acts, function: str, height: str) -> None:
        surface = landscape(act(act_of, function), height)  # type: ignore[arg-type]
        low, high = surface.height.low, surface.height.high
        losses = low + np.linspace(0, 1, 23) ** 4 * (high - low)
        levels = surface.level(losses)
        assert np.all(np.diff(levels) > 0)
        back = [surface.height.loss(float(z) / RELIEF) for z in levels]
        np.testing.assert_allclose(back, losses, atol=1e-9 * (high - low))

    def test_normals_are_those_of_the_surface(self, act_of: Acts, function: str, height: str) -> None:
        surface = landscape(act(act_of, function), height)  # type: ignore[arg-type]
        domain = np.array(surface.act.domain)
        rng = np.random.default_rng(2)
        points = rng.uniform(domain[:, 0], domain[:, 1], (400, 2)) * 0.98 + 0.02 * domain.mean(axis=1)
        share = surface.height.share(surface.act.objective.value(points))
        points = points[(share > 1e-5) & (share < 0.999)]  # neither on the floor nor where it is cut
        assert len(points) > 100
        _, normals = surface.surface(points)
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0)
        small = 1e-6 / surface.scale
        along = [
            (surface.surface(points + small * e)[0] - surface.surface(points - small * e)[0]) / 2e-6
            for e in np.eye(2)
        ]
        expected = np.cross(along[0], along[1])
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        np.testing.assert_allclose(normals, expected, atol=2e-3)

    def test_grid_runs_along_y_then_x(self, act_of: Acts, function: str, height: str) -> None:
        surface = landscape(act(act_of, function), height)  # type: ignore[arg-type]
        positions, _ = surface.grid(5)
        assert np.all(np.diff(positions[..., 0], axis=1) > 0)
        assert np.all(np.diff(positions[..., 1], axis=0) > 0)


def test_no_surface_beyond_the_edge_yet_no_leap(act_of: Acts) -> None:
    surface = landscape(act(act_of, "x^4 + y^2", "{x: [-1, 1], y: [-1, 1]}"))
    at = surface.surface(np.array([[1.0, 0.3], [1.0 + 1e-9, 0.3], [40.0, 0.3]]))[0]
    assert at[1] == pytest.approx(at[0], abs=1e-6)
    assert at[2, 2] < at[0, 2], "what flies off must come down, not climb with the function"


@pytest.mark.parametrize(
    ("domain", "equal"),
    [
        ("{x: [-3, 3], y: [-2, 2]}", True),
        (f"{{x: [0, {LONGEST}], y: [0, 1]}}", True),
        ("{x: [0, 100], y: [0, 1]}", False),
        ("{x: [0, 0.1], y: [-1, 1]}", False),
    ],
)
def test_axes_share_a_scale_up_to_three_to_one(act_of: Acts, domain: str, equal: bool) -> None:
    surface = landscape(act(act_of, "x^2 + 10*y^2", domain, "starts: [[0.05, 0.5]]"))
    assert (surface.scale[0] == pytest.approx(surface.scale[1])) == equal
    if not equal:
        assert surface.extent == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("function", UNDEFINED_SOMEWHERE + NEARLY_FLAT)
def test_any_function_has_a_landscape(act_of: Acts, function: str) -> None:
    surface = landscape(act(act_of, function, "{x: [-1, 2], y: [-1, 2]}", "starts: [[0.5, 0.5]]"))
    assert surface.height.low < surface.height.high
    positions, normals = surface.grid(60)
    losses = surface.act.objective.value(surface.to_domain(positions[..., :2]))
    assert np.isfinite(normals).all()
    assert np.isfinite(positions[np.isfinite(losses)]).all()
    assert np.nanmin(positions[..., 2]) >= 0
    assert np.nanmax(positions[..., 2]) <= RELIEF + 1e-12
    marks = height_ticks(surface.height)
    assert len(set(marks)) == len(marks)


def test_constant_is_linear(act_of: Acts) -> None:
    surface = landscape(act(act_of, "0*x + 0*y + 3", "{x: [-1, 2], y: [-1, 2]}", "starts: [[0.5, 0.5]]"))
    assert not surface.height.log
    assert height_ticks(surface.height)


@given(
    low=st.floats(-1e6, 1e6),
    width=st.floats(1e-6, 1e6),
    count=st.integers(2, 8),
)
def test_ticks_are_round_and_inside(low: float, width: float, count: int) -> None:
    high = low + width
    if width < 1e-6 * abs(low):
        return
    marks = ticks(low, high, count)
    assert 1 <= len(marks) <= 2.5 * count + 1
    slack = 1e-6 * width
    assert all(low - slack <= mark <= high + slack for mark in marks)
    steps = np.diff(marks)
    if len(steps):
        np.testing.assert_allclose(steps, steps[0], rtol=1e-4)
        mantissa = steps[0] / 10 ** math.floor(math.log10(steps[0]) + 1e-6)
        assert min(abs(mantissa - m) for m in (1, 2, 5)) < 1e-3
        np.testing.assert_allclose(np.array(marks) / steps[0], np.rint(np.array(marks) / steps[0]), atol=1e-3)


@pytest.mark.parametrize("power", [-13, -15, -30])
def test_ticks_of_tiny_ranges(power: int) -> None:
    marks = ticks(0.0, 10.0**power)
    np.testing.assert_allclose(np.array(marks), 10.0**power * np.array(ticks(0.0, 1.0)), rtol=1e-9)


def scenery_of(subject: Act) -> Scenery:
    theme = themes["dark"]
    return Scenery(
        Rolling(subject, landscape(subject), 0.05, 1.5),
        theme,
        np.array([rgb(theme.text)] * len(subject.runs)),
        None,
    )


@pytest.mark.parametrize("function", UNDEFINED_SOMEWHERE)
def test_mesh_leaves_out_what_is_undefined(act_of: Acts, function: str) -> None:
    subject = act(act_of, function, "{x: [-1, 2], y: [-1, 2]}", "starts: [[0.5, 0.5]]")
    scenery, surface = scenery_of(subject), landscape(subject)
    corners = scenery.mesh.positions[scenery.mesh.triangles]
    assert np.isfinite(corners).all()
    with np.errstate(all="ignore"):
        losses = subject.objective.value(surface.to_domain(corners[..., :2]))
    assert not np.isnan(losses).any()
    assert np.isfinite(scenery.vertices).all()


@pytest.mark.parametrize("function", ["log(-1 - x^2 - y^2)", "log(1e-4 - abs(x*y))"])
def test_a_function_without_a_surface_is_refused(act_of: Acts, function: str) -> None:
    """Defined nowhere, or along two lines that have no area."""
    with pytest.raises(InputError, match="undefined nearly everywhere on its domain"):
        landscape(act(act_of, function, "{x: [-1, 1], y: [-1, 1]}"))


@pytest.mark.parametrize("function", [*POLES, *PITS, *BOTH])
def test_what_would_flatten_the_rest_is_cut_off(act_of: Acts, function: str) -> None:
    subject = act(act_of, function, WIDE, "starts: [[0.7, 1.4]]")
    surface = landscape(subject)
    assert any(surface.height.cut)
    assert not surface.height.log
    losses = subject.objective.value(np.random.default_rng(1).uniform(-3, 3, (20_000, 2)))
    heights = surface.level(losses[np.isfinite(losses)])
    assert np.ptp(np.quantile(heights, (TAIL, 1 - TAIL))) > 0.45 * RELIEF
    assert np.mean((heights == 0) | (heights == RELIEF)) < 2 * TAIL


def test_cuts_know_below_from_above(act_of: Acts) -> None:
    cuts = [
        landscape(act(act_of, f, WIDE, "starts: [[0.7, 1.4]]")).height.cut for f in (*POLES, *PITS, *BOTH)
    ]
    assert cuts == 3 * [(False, True)] + 2 * [(True, False)] + 3 * [(True, True)]


@pytest.mark.parametrize(
    "function", ["exp(-10*(x^2 + y^2))", "-exp(-10*(x^2 + y^2))", "-exp(-200*(x^2 + y^2))"]
)
def test_a_lone_hill_or_hollow_stays_whole(act_of: Acts, function: str) -> None:
    assert landscape(act(act_of, function, WIDE, "starts: [[1, 1]]")).height.cut == (False, False)


def test_starts_and_ends_stay_in_the_box(act_of: Acts) -> None:
    start = act(act_of, "1/(x^2 + y^2 + 0.001)", WIDE, "starts: [[0.1, 0.1]]")
    assert landscape(start).height.high >= start.runs[0].losses[0]
    end = act(act_of, "-1/(x^2 + y^2 + 0.001)", WIDE, "starts: [[0, 0]]")
    assert landscape(end).height.low <= end.runs[0].losses[-1]


@pytest.mark.parametrize("function", [*POLES, *PITS, *BOTH[:2], "exp(x^2 + y^2)", "1/x + y^2", "log(x*y)"])
def test_what_is_cut_ends_in_a_clean_rim(act_of: Acts, function: str) -> None:
    """No lid, and no half triangles: what is cut ends at the very height of the box."""
    surface = landscape(act(act_of, function, WIDE, "starts: [[0.7, 1.4]]"))
    mesh = Mesh.over(surface, 97)
    rim = mesh.positions[mesh.inside.size :]
    assert len(rim) > 20
    assert np.minimum(rim[:, 2], RELIEF - rim[:, 2]) == pytest.approx(0.0, abs=1e-5)
    losses = surface.act.objective.value(surface.to_domain(rim[:, :2]))
    low, high, cut = surface.height.low, surface.height.high, surface.height.cut
    ends = np.where(rim[:, 2] > RELIEF / 2, high, low)
    slack = 1e-5 if any(cut) else 1.001 * SLACK
    np.testing.assert_allclose(losses, ends, atol=slack * (high - low))
    used = np.unique(mesh.triangles[mesh.triangles < mesh.inside.size])
    assert mesh.inside[used].all()
    assert used.size == mesh.inside.sum(), "the surface goes on up to its rim"
    on_rim = np.all(mesh.triangles >= mesh.inside.size, axis=1)
    assert not on_rim.any(), "a lid"


@pytest.mark.parametrize(
    ("function", "beyond"),
    [
        ("sqrt(4 - x^2 - y^2)", lambda x, y: np.hypot(x, y) - 2),
        ("sqrt(x - 0.6*y) + 0.1*y^2", lambda x, y: x - 0.6 * y),
    ],
)
def test_what_is_undefined_ends_without_stairs(
    act_of: Acts, function: str, beyond: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> None:
    surface = landscape(act(act_of, function, WIDE, "starts: [[1, 0.2]]"))
    mesh = Mesh.over(surface, 97)
    rim = mesh.positions[mesh.inside.size :]
    assert len(rim) > 50
    assert beyond(*surface.to_domain(rim[:, :2]).T) == pytest.approx(0.0, abs=0.01 * 6 / 96)  # of a cell
    pairs, sides = mesh.edges
    on_border = np.all(pairs >= mesh.inside.size, axis=1)
    assert on_border.sum() >= len(rim) - 2, "one line all along"
    assert (sides[on_border, 1] == -1).all()


def test_paths_where_there_is_no_surface_are_faint(act_of: Acts) -> None:
    subject = act(
        act_of, "1/x + y^2", "{x: [-2, 3], y: [-2, 2]}", "learning_rates: [0.1]\nstarts: [[-0.3, 1]]"
    )
    scenery = scenery_of(subject)
    row = scenery.trails
    middle = scenery.landscape.to_domain((row[:, 3:5] + row[:, 6:8]) / 2)
    opacity = row[:, [17, 21]]
    over = scenery.landscape.drawn(middle)
    assert (opacity[~over & (np.abs(middle[:, 0]) < 0.05)] <= AIRBORNE).all()
    assert (opacity[np.abs(middle[:, 0]) > 0.5] == 1.0).all()


def test_shadows_and_lines_on_the_floor_end_with_the_surface(act_of: Acts) -> None:
    scenery = scenery_of(act(act_of, "1/x + y^2", "{x: [-2, 3], y: [-2, 2]}", "starts: [[1, 1]]"))
    there = scenery.mesh.inside.reshape(scenery.grid, scenery.grid)
    for field in (scenery.ground, scenery.levels):
        assert (field[~there] == NOWHERE).all()
        assert (field[there] >= 0).all()
    assert np.isfinite(scenery.heights).all()
