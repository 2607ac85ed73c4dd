"""How losses become heights: equal steps or true decades, cut where nothing goes, and told by the axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from known import BY_NAME

from gdanim.engine.runs import Status
from gdanim.engine.solution import Act
from gdanim.motion.framing import framed
from gdanim.motion.height import LEAST_SHOWN, Height
from gdanim.motion.landscape import landscape
from gdanim.spec import Spec
from gdanim.view.levels import levels
from gdanim.view.ticks import LINE, height_name, height_ticks

Acts = Callable[[str], Act]
LINEAR = Height(-1.0, 7.0)
DECADES = Height(1e-3, 1e4, log=True, floored=True)
ABOVE = Height(-5 + 1e-2, 95.0, log=True, base=-5.0, floored=True)


@pytest.mark.parametrize("height", [LINEAR, DECADES, ABOVE])
def test_rise_is_the_derivative_of_the_share(height: Height) -> None:
    losses = height.loss(0.1) + np.linspace(0.01, 1, 20) * (height.high - height.loss(0.1))
    small = 1e-6 * (losses - height.base + 1)
    slope = (height.share(losses + small) - height.share(losses - small)) / (2 * small)
    np.testing.assert_allclose(height.rise(losses), slope, rtol=1e-5)
    np.testing.assert_allclose([height.loss(float(u)) for u in height.share(losses)], losses, rtol=1e-12)


def test_equal_ratios_are_equal_distances() -> None:
    shares = DECADES.share(10.0 ** np.arange(-3, 5))
    np.testing.assert_allclose(shares, np.linspace(0, 1, 8))
    assert DECADES.share(np.array([0.0, -3.0, 1e-9])) == pytest.approx([0.0, 0.0, 0.0])
    assert DECADES.rise(np.array([1e-9])) == 0, "the floor is level"


def test_the_axis_says_what_it_shows() -> None:
    assert height_name(LINEAR) == "loss"
    assert height_name(Height(0.0, 95.0, cut=(False, True))) == f"loss{LINE}cut at $95$"
    assert height_name(DECADES) == "loss, log scale"
    assert height_name(ABOVE) == f"loss above $-5${LINE}log scale"
    assert [mark for _, mark in height_ticks(ABOVE)] == [f"$+10^({k})$" for k in (-2, -1, 0, 1, 2)]
    marks = height_ticks(DECADES)
    assert marks[0] == (1e-3, "$<=10^(-3)$"), "what lies lower lies there too"
    np.testing.assert_allclose(np.diff(DECADES.share(np.array([loss for loss, _ in marks]))), 2 / 7)


@pytest.mark.parametrize("height", [LINEAR, DECADES, ABOVE])
@pytest.mark.parametrize("count", [4, 8, 16])
def test_levels_are_inside_and_about_as_many_as_asked_for(height: Height, count: int) -> None:
    found = levels(height, count)
    assert all(height.low < level < height.high for level in found)
    assert count / 3 <= len(found) <= 1.6 * count


@pytest.mark.parametrize("name", BY_NAME)
def test_every_function_shows_its_balls_at_their_heights(
    act_of: Acts, spec_of: Callable[[str], Spec], name: str
) -> None:
    """In equal steps, nothing hidden of where balls go, and not much of where they do not."""
    text = f"functions: [{name}]\nsteps: 200\noptimizers: [sgd, {{name: adam, learning_rate: 0.05}}]"
    act = act_of(text)
    if len(act.domain) != 2:
        return
    act = framed(spec_of(text), act)
    surface = landscape(act)
    height = surface.height
    assert not height.log
    domain = np.asarray(act.domain)
    grid = np.stack(np.meshgrid(*(np.linspace(low, high, 101) for low, high in domain)), axis=-1)
    assert surface.drawn(grid).mean() > LEAST_SHOWN
    for run in act.runs:
        if run.status is Status.DIVERGED:
            continue
        inside = np.all((domain[:, 0] <= run.points) & (run.points <= domain[:, 1]), axis=1)
        losses = run.losses[inside]
        assert losses.min() >= height.low
        assert losses.max() <= height.high
        np.testing.assert_allclose(
            surface.level(losses) * (height.high - height.low) / surface.level(np.array(height.high)),
            losses - height.low,
            atol=1e-9 * (height.high - height.low),
        )


@pytest.mark.parametrize(
    ("function", "log"),
    [
        ("x^2 + 10*y^2", False),
        ("rosenbrock", False),
        ("himmelblau", False),
        ("{expr: exp(x^2 + y^2), domain: {x: [-3, 3], y: [-3, 3]}}", False),
        ("{expr: exp(-4*(x^2 + y^2)), domain: {x: [-3, 3], y: [-3, 3]}}", True),
    ],
)
def test_decades_only_where_nothing_else_shows_the_action(act_of: Acts, function: str, log: bool) -> None:
    act = act_of(
        f"functions: [{function}]\nsteps: 3\nlearning_rates: [{1e3 if log else 1e-6}]\nstarts: [[1.2, 1.2]]"
    )
    assert landscape(act).height.log == log
    assert landscape(act, "log").height.log
    assert not landscape(act, "linear").height.log


@pytest.mark.parametrize("above", ["+ 50000", "- 500"])
def test_log_axis_of_a_lifted_function_is_marked(act_of: Acts, above: str) -> None:
    function = f"{{expr: (1 - x)^2 + 100*(y - x^2)^2 {above}, domain: {{x: [-2, 2], y: [-1, 3]}}}}"
    height = landscape(act_of(f"functions: [{function}]\nsteps: 3"), "log").height
    marks = height_ticks(height)
    assert len(marks) >= 2
    shares = height.share(np.array([loss for loss, _ in marks]))
    assert np.ptp(shares) > 0.4, "marks crowd at one end"


class TestFrames:
    def test_a_far_off_path_fills_the_picture(self, act_of: Acts, spec_of: Callable[[str], Spec]) -> None:
        text = "functions: ['(x-52)^2 + 3*(y-61)^2']\nstarts: [[50, 60]]\nlearning_rates: [0.1]"
        shown = framed(spec_of(text), act_of(text))
        (x0, x1), (y0, y1) = shown.domain
        assert x1 - x0 < 8
        assert x0 < 50 < 52 < x1
        assert y0 < 60 < 61 < y1

    def test_a_far_off_path_on_a_curve_fills_it(self, act_of: Acts, spec_of: Callable[[str], Spec]) -> None:
        text = "functions: ['(x-1000)^2']\nstarts: [[990]]\nlearning_rates: [0.1]"
        ((low, high),) = framed(spec_of(text), act_of(text)).domain
        assert 970 < low < 990 < 1000 < high < 1020

    @pytest.mark.parametrize(
        ("function", "start", "rate", "edge"),
        [("x - log(x)", "[5]", 0.5, 0), ("x^2 + y^2 - log(x) - log(y)", "[2, 1.5]", 0.05, 0)],
    )
    def test_where_nothing_is_defined_nothing_is_shown(
        self,
        act_of: Acts,
        spec_of: Callable[[str], Spec],
        function: str,
        start: str,
        rate: float,
        edge: float,
    ) -> None:
        text = f"functions: ['{function}']\nstarts: [{start}]\nlearning_rates: [{rate}]"
        for low, high in framed(spec_of(text), act_of(text)).domain:
            assert edge - 0.06 * (high - low) < low < edge + 0.06 * (high - low)

    def test_what_ends_where_nothing_is_defined_is_followed_there(
        self, act_of: Acts, spec_of: Callable[[str], Spec]
    ) -> None:
        text = "functions: [sqrt(4 - x^2 - y^2)]\nstarts: [[0.5, 0.5]]\nlearning_rates: [0.1]"
        act = act_of(text)
        low, high = np.asarray(framed(spec_of(text), act).domain).T
        known = act.runs[0].points[np.isfinite(act.runs[0].losses)]
        assert np.linalg.norm(known[-1]) > 1.8
        assert np.all((low <= known) & (known <= high))

    @pytest.mark.parametrize(
        ("function", "start", "rate"), [("x^2", "[2]", 1.05), ("x^2 + 10*y^2", "[3, 1]", 0.11)]
    )
    @pytest.mark.parametrize("more", ["", ", 0.05"])
    def test_the_first_steps_of_a_divergence_are_shown(
        self, act_of: Acts, spec_of: Callable[[str], Spec], function: str, start: str, rate: float, more: str
    ) -> None:
        text = f"functions: ['{function}']\nstarts: [{start}]\nlearning_rates: [{rate}{more}]"
        act = act_of(text)
        low, high = np.asarray(framed(spec_of(text), act).domain).T
        assert act.runs[0].status is Status.DIVERGED
        early = act.runs[0].points[:4]
        assert np.all((low <= early) & (early <= high))
        assert np.all(high - low < 4 * np.ptp(early, axis=0).max())

    def test_a_leap_into_the_distance_is_not(self, act_of: Acts, spec_of: Callable[[str], Spec]) -> None:
        text = "functions: ['x^2']\nstarts: [[2]]\nlearning_rates: [0.1, 20]"
        ((low, high),) = framed(spec_of(text), act_of(text)).domain
        assert -3 < low < high < 3

    def test_balls_that_do_not_move_stand_in_the_whole_domain(
        self, act_of: Acts, spec_of: Callable[[str], Spec]
    ) -> None:
        text = "functions: [x^2 + y^2]\nstarts: [[1, 0]]\nlearning_rates: [1.0e-20]\nnoise: 1\nsteps: 3\n"
        act = act_of(text)
        assert framed(spec_of(text), act).domain == act.domain

    def test_units_that_have_nothing_in_common_are_framed_apart(
        self, act_of: Acts, spec_of: Callable[[str], Spec]
    ) -> None:
        text = "functions: ['(a-120)^2/50 + (b-3)^2']\nstarts: [[100, 1]]\nlearning_rates: [0.5]"
        (a0, a1), (b0, b1) = framed(spec_of(text), act_of(text)).domain
        assert 60 < a0 < 100 < 120 < a1 < 160
        assert -2 < b0 < 1 < 3 < b1 < 5

    def test_a_domain_asked_for_is_kept(self, act_of: Acts, spec_of: Callable[[str], Spec]) -> None:
        text = "functions: [beale]\ndomain: {x: [-4, 4], y: [-4, 4]}"
        assert framed(spec_of(text), act_of(text)).domain == ((-4.0, 4.0), (-4.0, 4.0))

    def test_minima_and_starts_stay(self, act_of: Acts, spec_of: Callable[[str], Spec]) -> None:
        for name in BY_NAME:
            text = f"functions: [{name}]\nsteps: 5"
            act = act_of(text)
            if len(act.domain) == 2:
                low, high = np.asarray(framed(spec_of(text), act).domain).T
                outer = np.asarray(act.domain)
                assert np.all((outer[:, 0] <= low) & (high <= outer[:, 1]))
                points = np.array([*act.objective.minima, *(run.points[0] for run in act.runs)])
                points = points[np.all((outer[:, 0] <= points) & (points <= outer[:, 1]), axis=1)]
                assert np.all((low <= points) & (points <= high))
