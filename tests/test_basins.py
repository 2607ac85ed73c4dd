"""Basin maps: each start in the colour of the minimum that a descent from it finds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.engine.balls import cast
from gdanim.engine.basins import BasinMap, basins
from gdanim.engine.runs import Array
from gdanim.spec import Spec
from gdanim.theme import rgb, themes
from gdanim.view.panes.basins import DARKEST, NOWHERE, PALETTE, Shares, StepsPane, colors, painted
from gdanim.view.panes.surface import SurfacePane

GALLERY = Path(__file__).parent.parent / "specs" / "gallery"
HIMMELBLAU = {"functions": ["himmelblau"], "learning_rates": [0.01], "steps": 300}
COLUMNS, ROWS = 14, 9


def spec(**keys: Any) -> Spec:
    return Spec.model_validate({**HIMMELBLAU, **keys})


def mapped(wanted: Spec, columns: int = COLUMNS, rows: int = ROWS) -> BasinMap:
    return basins(wanted, cast(wanted)[0], columns, rows)


def middles(act: Any) -> Array:
    """The starts of a map, row after row."""
    (x0, x1), (y0, y1) = act.domain
    x = x0 + (np.arange(COLUMNS) + 0.5) * (x1 - x0) / COLUMNS
    y = y0 + (np.arange(ROWS) + 0.5) * (y1 - y0) / ROWS
    return np.array([(a, b) for b in y for a in x])


def ends(found: BasinMap) -> list[tuple[Any, int]]:
    """What a map says of its starts: the minimum or None, and the steps."""
    flat = zip(found.reached.ravel(), found.steps.ravel(), strict=True)
    return [(None if basin < 0 else tuple(found.minima[basin]), int(steps)) for basin, steps in flat]


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"steps": 40},
        {"optimizers": ["newton"], "learning_rates": [1.0]},
        {"optimizers": [{"name": "sgd", "momentum": 0.9}]},
        {"optimizers": ["adam"], "learning_rates": [0.3]},
        {"learning_rates": [{"name": "exponential", "initial": 0.02, "gamma": 0.99}]},
        {"learning_rates": [0.03]},
        {"stop": {"gradient_norm": 0, "loss_change": 1e-6}},
    ],
    ids=str,
)
def test_a_start_belongs_to_the_minimum_its_run_finds(keys: dict[str, Any]) -> None:
    wanted = spec(**keys)
    found = mapped(wanted)
    act = gdanim.solve(wanted).acts[0]
    starts = middles(act).tolist()
    runs = gdanim.solve(spec(**keys, starts=starts, domain={"x": [-5, 5], "y": [-5, 5]})).acts[0].runs
    told = ends(found)
    assert [(run.minimum, run.steps) for run in runs] == told
    assert found.shares.sum() == pytest.approx(np.mean([basin is not None for basin, _ in told]))
    assert len({basin for basin, _ in told} - {None}) == len(found.minima)


def test_minima_that_are_not_listed_are_found() -> None:
    found = mapped(spec(functions=["(x^2 - 1)^2 + y^2"], learning_rates=[0.1]))
    assert sorted(found.minima[:, 0].round(4)) == [-1, 1]
    right = found.minima[found.reached[:, COLUMNS // 2 :], 0]
    left = found.minima[found.reached[:, : COLUMNS // 2], 0]
    assert (right > 0).all()
    assert (left < 0).all()


def test_saddles_and_tops_are_no_minima() -> None:
    found = mapped(spec(functions=["x^2 - y^2"], optimizers=["newton"], learning_rates=[1.0]), 4, 4)
    assert len(found.minima) == 0
    assert (found.reached == -1).all()
    climbing = [{"name": "sgd", "maximize": True}]
    found = mapped(spec(functions=["4 - x^2 - y^2"], optimizers=climbing, learning_rates=[0.2]), 4, 4)
    np.testing.assert_allclose(found.minima, [[0, 0]], atol=1e-4)
    assert (found.reached == 0).all()


def test_the_first_optimizer_and_rate_count() -> None:
    one = mapped(spec())
    more = mapped(spec(optimizers=["sgd", "adam"], learning_rates=[0.01, 0.02]))
    np.testing.assert_array_equal(one.steps, more.steps)


def test_paint_is_the_colour_of_the_minimum() -> None:
    found = mapped(spec(steps=70))
    assert (found.reached < 0).any()
    paint = painted(found) / 255
    assert paint.shape == (ROWS, COLUMNS, 3)
    for row, column in np.ndindex(ROWS, COLUMNS):
        basin = found.reached[row, column]
        full = np.array(rgb(PALETTE[basin] if basin >= 0 else NOWHERE))
        share = paint[row, column] / full
        assert np.ptp(share) < 0.1, "the hue is the basin's"
        assert share.mean() == pytest.approx(1.0, abs=0.01) or basin >= 0
    slowest = np.where(found.reached == 0, found.steps, 0).argmax()
    fastest = np.where(found.reached == 0, found.steps, 1000).argmin()
    assert paint.sum(axis=-1).ravel()[slowest] < paint.sum(axis=-1).ravel()[fastest]


def test_colours_begin_anew_after_the_last() -> None:
    many = colors(len(PALETTE) + 1)
    np.testing.assert_array_equal(many[0], many[len(PALETTE)])
    np.testing.assert_array_equal(many[-1], rgb(NOWHERE))


def pane(scene: Any, kind: type) -> Any:
    return next(pane for pane in scene._panes if isinstance(pane, kind))


def test_the_map_stands_as_the_axes_say(filming: Callable[..., Any], spec_of: Callable[[str], Spec]) -> None:
    text = (
        "functions: [himmelblau]\nscene: basins\nlearning_rates: [0.01]\nsteps: 99\nstarts: {grid: [4, 4]}\n"
    )
    with filming(spec_of(text)) as scene:
        shown, found = pane(scene, StepsPane), pane(scene, StepsPane).found
        rows, columns = found.reached.shape
        frame, act = shown.plot.frame, shown.act
        for run in act.runs:
            x, y = shown.plot.at(*run.ball.start)
            column = int((x - frame.left) / frame.width * columns)
            row = int((y - frame.top) / frame.height * rows)  # of the picture, from the top
            near = shown._map[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].astype(int)
            shade = shown._shaded(shown.range.share(np.array([[run.steps]])))
            assert np.abs(near - shade).max(axis=-1).min() < 12
            assert run.minimum is not None
            minima = found.minima[found.reached[::-1][row, column]]
            np.testing.assert_allclose(minima, run.minimum)
        assert (pane(scene, SurfacePane).scenery.paint == painted(found)).all()


def test_seen_from_above_the_surface_shows_the_shares(
    filming: Callable[..., Any], painted: Callable[..., Any], spec_of: Callable[[str], Spec]
) -> None:
    text = (
        "functions: [himmelblau]\nscene: basins\nlearning_rates: [0.01]\nsteps: 300\nstarts: [[3, 2]]\n"
        "camera: {elevation: 90, azimuth: -90, orbit: 0}\n"
    )
    with filming(spec_of(text)) as scene:
        frame = painted(scene, scene.length)[..., :3] / 255
        left, top, width, height = pane(scene, SurfacePane).pixels
        seen = frame[top : top + height, left : left + width]
        found = pane(scene, StepsPane).found
        hues = colors(len(found.minima))[:-1]
        down, across = np.nonzero(np.ptp(seen, axis=-1) > 0.12)  # not the ground, lines or balls
        seen = seen[down, across]
        brightness = (seen @ hues.T) / (hues**2).sum(axis=1)
        basin = np.linalg.norm(seen[:, None] - brightness[..., None] * hues, axis=-1).argmin(axis=1)
        shares = np.bincount(basin, minlength=len(hues)) / len(seen)
        np.testing.assert_allclose(shares, found.shares, atol=0.05)
        for i, (x, y) in enumerate(found.minima):
            assert (np.median(across[basin == i]) > across.mean()) == (x > 0)
            assert (np.median(down[basin == i]) < down.mean()) == (y > 0)


def test_arrived_balls_stand_in_the_row_of_their_minimum(filming: Callable[..., Any]) -> None:
    with filming(gdanim.load(GALLERY / "basins.yaml"), height=480) as scene:
        shares = pane(scene, Shares)
        found = pane(scene, StepsPane).found
        for row, run in zip(shares._row_of, shares.clock.act.runs, strict=True):
            np.testing.assert_allclose(found.minima[row], run.minimum)


def test_basins_can_be_told_apart() -> None:
    from test_theme import DEFICIENCIES, seen

    for deficiency in DEFICIENCIES:
        basins = seen(colors(len(PALETTE))[:-1], deficiency)
        assert min(np.linalg.norm(a - b) for a, b in combinations(basins, 2)) > 20


@pytest.mark.parametrize("theme", list(themes))
def test_no_colour_of_the_map_is_that_of_a_basin(
    theme: str, filming: Callable[..., Any], spec_of: Callable[[str], Spec]
) -> None:
    from test_theme import lab, linear

    text = "functions: [himmelblau]\nscene: basins\nlearning_rates: [0.01]\nsteps: 99\nstarts: [[3, 2]]\n"
    with filming(spec_of(f"{text}view: {{theme: {theme}}}")) as scene:
        bar = pane(scene, StepsPane)._bar_colors[:, 0, :3]
    steps = lab(linear(bar / 255))
    for basin in colors(len(PALETTE))[:-1]:
        for bright in np.linspace(DARKEST, 1.0, 10):
            assert np.linalg.norm(lab(linear(bright * basin)) - steps, axis=1).min() >= 14


def test_starts_without_a_minimum_have_no_steps(filming: Callable[..., Any]) -> None:
    with filming(gdanim.load(GALLERY / "newton_basins.yaml")) as scene:
        shown = pane(scene, StepsPane)
    assert (shown.found.reached < 0).any()
    np.testing.assert_array_equal(shown._map[::-1, :, 3] == 0, shown.found.reached < 0)


def test_a_minimum_found_at_nearly_zero_is_told_as_zero(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    text = "functions: ['x^2 + 2*y^2']\nscene: basins\nstarts: [[1, 1]]\nlearning_rates: [0.1]"
    with filming(spec_of(text)) as scene:
        shown = [key[0] for key in scene.lettering._index if "minimum at" in key[0]]
    assert len(shown) == 1
    assert "minimum at (0, 0)" in shown[0]


def test_the_map_is_of_the_domain_that_is_shown(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    """Two equal valleys, of which the balls from (0.9, 0.1) and (1.1, 0.1) show both."""
    text = (
        "functions: ['(x - 3)^2*(x + 1)^2/9 + y^2']\nlearning_rates: [0.1]\nsteps: 300\n"
        "starts: [[0.9, 0.1], [1.1, 0.1]]\nscene: basins\n"
    )
    with filming(spec_of(text)) as scene:
        (act,) = scene.solution.acts
        (low, high), _ = act.domain
        assert low < -1
        assert high > 3
        found = scene.found(act)
        columns = found.reached.shape[1]
        border = low + (high - low) * np.argmax(np.diff(found.reached[0] == found.reached[0, -1])) / columns
        assert border == pytest.approx(1.0, abs=2 * (high - low) / columns)
