"""Losses of many balls: what they cost in gradients, their medians, and names that stand clear."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import gdanim
from gdanim.engine.solution import Act
from gdanim.spec import Spec
from gdanim.view.layout import spread

ROOT = Path(__file__).parent.parent
PLACES = some.lists(some.floats(-50, 150), min_size=1, max_size=9)


@given(PLACES)
def test_what_is_spread_stands_apart_in_order_and_inside(wanted: list[float]) -> None:
    places = spread(wanted, 10.0, 0.0, 100.0)
    inside = sorted(places)
    assert all(b - a >= 10.0 - 1e-9 for a, b in pairwise(inside))
    assert -1e-9 <= inside[0] <= inside[-1] <= 100.0 + 1e-9
    assert all(places[i] < places[k] for i, a in enumerate(wanted) for k, b in enumerate(wanted) if a < b)


def test_what_has_room_stays_and_what_is_crowded_gives_way_both_ways() -> None:
    assert spread([80.0, 20.0, 40.0], 10.0, 0.0, 100.0) == [80.0, 20.0, 40.0]
    assert spread([50.0, 50.0, 50.0], 10.0, 0.0, 100.0) == [40.0, 50.0, 60.0]
    assert spread([0.0] * 5, 50.0, 0.0, 100.0) == [0.0, 25.0, 50.0, 75.0, 100.0]


@pytest.mark.parametrize(("entry", "each"), [("sgd", 1), ("{name: sam, rho: 0.1}", 2)])
def test_a_step_of_sam_costs_two_gradients(act_of: Callable[[str], Act], entry: str, each: int) -> None:
    act = act_of(f"functions: ['x^2 + 3*y^2']\noptimizers: [{entry}]\nlearning_rates: [0.05]\nsteps: 9")
    assert act.runs[0].gradient_evaluations.tolist() == [1 + each * k for k in range(10)]


@pytest.mark.parametrize("name", ["bfgs", "conjugate_gradient", "lbfgs", "adam"])
def test_the_last_row_has_cost_all_that_a_run_has(act_of: Callable[[str], Act], name: str) -> None:
    run = act_of(f"functions: [rosenbrock]\noptimizers: [{name}]\nsteps: 60").runs[0]
    assert run.gradient_evaluations[-1] == run.evaluations.gradient
    assert (np.diff(run.gradient_evaluations) >= 0).all()


def test_a_ball_that_starts_anew_goes_on_counting(act_of: Callable[[str], Act]) -> None:
    text = "functions: [himmelblau]\noptimizers: [{name: bfgs, restarts: 3}]\nsteps: 40"
    run = act_of(text).runs[0]
    assert len(run.legs) > 1
    assert run.gradient_evaluations[-1] == run.evaluations.gradient
    assert (np.diff(run.gradient_evaluations) >= 0).all()


MANY = """\
functions: [{name: sphere, dimensions: 3}]
scene: losses
optimizers: [{name: sgd, learning_rate: 0.02}, {name: adam, learning_rate: 0.1}]
starts: {random: 9, seed: 4}
steps: 40
view: {height: log}
"""


def test_the_middle_line_is_the_median_of_the_losses(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    with filming(spec_of(MANY)) as film:
        pane, *_ = film._panes
        runs = film.solution.acts[0].runs
        assert [curve.counts.tolist() for curve in pane.curves] == 2 * [list(range(41))]
        for first, curve in zip((0, 9), pane.curves, strict=True):
            losses = np.array([run.losses for run in runs[first : first + 9]])
            for k in (0, 7, 40):
                expected = pane.plot.at(k, np.quantile(losses[:, k], [0.25, 0.5, 0.75], method="nearest"))
                assert curve.tip(k)[0] == pytest.approx(expected[0, 0])
                assert curve.tip(k)[1:] == pytest.approx(expected[:, 1])


@pytest.mark.parametrize("name", ["losses", "evaluations"])
def test_names_of_curves_stay_where_they_are_clear_of_each_other(
    name: str, filming: Callable[..., Any], painted: Callable[..., Any]
) -> None:
    from gdanim.view.panes.losses import PITCH, QuantilesPane

    with filming(gdanim.load(ROOT / f"specs/gallery/{name}.yaml")) as film:
        (pane,) = (pane for pane in film._panes if isinstance(pane, QuantilesPane))
        painted(film, film.length)
        s, frame = film.lettering.scale, pane.plot.frame
        for t in np.linspace(3.0, film.length, 12):
            film.seek(t)
            still = [
                label for part in pane.picture(t).still.parts if isinstance(part, list) for label in part
            ]
            boxes = [film.lettering.box(label) for label in still]
            names = sorted(box for box in boxes if box[0] > frame.right * s)
            assert len(names) == len(pane.curves)
            for left, top, _, bottom in names:
                assert left == pytest.approx(pane._beside * s, abs=1)
                assert frame.top - PITCH / 2 < top / s < bottom / s < frame.bottom
            tops = sorted(top for _, top, _, _ in names)
            assert np.diff(tops) == pytest.approx(np.diff(np.sort(pane.heights)) * s, abs=1)
            assert np.diff(np.sort(pane.heights)).min() > PITCH - 1e-6


@pytest.mark.parametrize(
    ("losses", "low", "high"),
    [
        ([[0.0, 0.0]], 0.0, 1.0),
        ([[-2.0, -4.0], [-3.0, -4.0]], -4.0, -1.7),
        ([[-2.0, 1e9]], -4.0, -1.7),
        ([[2.0, 1.0]], 0.0, 2.3),
        ([[2.0, 8.0, 40.0]], 0.0, 2.3),
        ([[2.0, 1.1 * 2e3, 2e9]], 2.0, 3e3),
        ([[2.0, 2e-4], [2.0, 6.0]], 2e-4, 9.0),
    ],
)
def test_a_scale_holds_the_curves_and_little_else(losses: list[list[float]], low: float, high: float) -> None:
    from gdanim.view.panes.curves import fitting

    scale = fitting([np.array(row) for row in losses])
    assert (scale.low, scale.high) == pytest.approx((low, high))
