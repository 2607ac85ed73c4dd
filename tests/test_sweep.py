"""A sweep: each cell is the run its settings give, the bound is where it is drawn, mistakes are located."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.engine.balls import cast
from gdanim.engine.sweep import Sweep, sweep
from gdanim.errors import SpecError
from gdanim.spec import Spec
from gdanim.view.panes.sweep import told

RAVINE = """\
functions: [{expr: "x^2 + 10*y^2", domain: {x: [-3, 3], y: [-2, 2]}, minima: [[0, 0]]}]
starts: [[-2.6, 1.4]]
steps: 150
"""
BOTH = f"{RAVINE}scene: sweep\nsweep: {{learning_rate: [0.01, 0.3, 7], momentum: [0, 0.9, 4]}}\n"
TURNED = f"{RAVINE}scene: sweep\nsweep: {{momentum: [0, 0.9, 4], learning_rate: [0.01, 0.3, 7]}}\n"


def swept(spec: Spec) -> Sweep:
    return sweep(spec, cast(spec)[0])


@pytest.fixture(scope="module")
def film(spec_of: Callable[[str], Spec], filming: Callable[..., Any]) -> Iterator[Any]:
    with filming(spec_of(BOTH)) as scene:
        _ = scene.canvas  # the text is set
        yield scene


def test_each_cell_is_the_run_of_its_settings(spec_of: Callable[[str], Spec]) -> None:
    found = swept(spec_of(BOTH))
    assert found.names == ("learning_rate", "momentum")
    rates, momenta = found.values
    assert rates == pytest.approx(np.geomspace(0.01, 0.3, 7))
    assert momenta == pytest.approx([0, 0.3, 0.6, 0.9])
    for row, column in ((0, 0), (1, 6), (3, 2)):
        entry = f"{{name: sgd, momentum: {float(momenta[row])!r}, learning_rate: {float(rates[column])!r}}}"
        alone = gdanim.solve(spec_of(f"{RAVINE}optimizers: [{entry}]")).acts[0].runs[0]
        cell = found.runs[row][column]
        assert np.array_equal(cell.points, alone.points)
        assert (cell.status, cell.verdict, cell.bound) == (alone.status, alone.verdict, alone.bound)


def test_the_order_of_the_ranges_says_which_goes_across(spec_of: Callable[[str], Spec]) -> None:
    found, turned = swept(spec_of(BOTH)), swept(spec_of(TURNED))
    assert turned.names == ("momentum", "learning_rate")
    assert np.array_equal(turned.steps, found.steps.T)


def test_the_dashed_line_is_the_bound_of_momentum(film: Any) -> None:
    """2 (1 + m) / L with L = 20; the third is beyond the axis."""
    (grid,) = (pane for pane in film._panes if type(pane).__name__ == "SweepPane")
    momenta = np.array([0, 0.3, 0.6, 0.9])
    assert grid.bound == pytest.approx(grid.plot.at(2 * (1 + momenta) / 20, momenta))


def test_every_visited_cell_plays_its_own_run(film: Any) -> None:
    (grid,) = (pane for pane in film._panes if type(pane).__name__ == "SweepPane")
    maps = [pane for pane in film._panes if type(pane).__name__ == "RatePane"]
    assert len(maps) == len(grid.cells) >= 4
    for pane, (row, column) in zip(maps, grid.cells, strict=True):
        assert np.array_equal(pane.act.runs[0].points, grid.found.runs[row][column].points)
    film.seek(film.length)
    assert (grid.y, grid.x) == grid.cells[-1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "sweep: {momentum: [0, 0.9, 3]}",
            r":4:8: a sweep has two ranges: learning_rate and one of momentum",
        ),
        ("sweep: {learning_rate: [0.1, 1, 3], momentun: [0, 1, 3]}", r":4:37: .*did you mean 'momentum'"),
        ("sweep: {learning_rate: [1, 0.1, 3], momentum: [0, 1, 3]}", r":4:24: a range goes upwards"),
        (
            "sweep: {learning_rate: [0.1, 1], momentum: [0, 1, 3]}",
            r":4:24: a range is \[from, to, how many\]",
        ),
        ("sweep: {learning_rate: [0.1, 1, 999], momentum: [0, 1, 3]}", r":4:24: a range has 2 to 200 values"),
        (
            "sweep: {learning_rate: [0.1, 1, 3], momentum: [-1, 1, 3]}",
            r":4:48: sgd: momentum must be at least 0",
        ),
        ("scene: sweep", r"sweep is missing: the scene sweep needs one such as {learning_rate"),
        (
            "steps: 100000\nsweep: {learning_rate: [0.1, 1, 99], momentum: [0, 1, 3]}",
            ":4:8: the cells of this sweep times the steps are too much",
        ),
    ],
)
def test_mistakes_are_told_where_they_are(spec_of: Callable[[str], Spec], text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        spec_of(RAVINE.replace("steps: 150\n", "" if "steps" in text else "steps: 150\n") + text)


def test_every_outcome_is_told_by_its_own_word(spec_of: Callable[[str], Spec]) -> None:
    """x^2 - y^2 falls for ever, and sqrt runs to the edge of where it is defined."""
    base = "scene: sweep\nsweep: {learning_rate: [0.01, 0.3, 3], momentum: [0, 0.5, 2]}\nsteps: 200\n"
    ways = {
        "x^2 - y^2": ("[0.1, 0.1]", "falls for ever"),
        "sqrt(4 - x^2 - y^2)": ("[0.5, 0.5]", "undefined"),
        "x^4 - 2*x^2 + x/3 + y^2": ("[1.5, 0]", "local minimum"),
    }
    for formula, (start, word) in ways.items():
        found = swept(spec_of(f'functions: ["{formula}"]\nstarts: [{start}]\n{base}'))
        words = told([run for row in found.runs for run in row])
        assert word in [each for names in words.values() for each in names], (formula, words)
