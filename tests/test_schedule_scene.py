"""The scene schedule: its curves are the rates that were used, and its crowds stand where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim

ROOT = Path(__file__).parent.parent
CROWD = 24  # balls at each rate


@pytest.fixture(scope="module")
def film(filming: Callable[..., Any]) -> Iterator[Any]:
    with filming(gdanim.load(ROOT / "specs/gallery/schedule.yaml")) as scene:
        _ = scene.canvas  # the text is set
        yield scene


def test_the_curve_of_a_schedule_is_the_rates_that_left_each_step(film: Any) -> None:
    (pane,) = (pane for pane in film._panes if type(pane).__name__ == "QuantilesPane")
    runs = film.solution.acts[0].runs
    assert len(pane.curves) == 5
    for number, curve in enumerate(pane.curves):
        rates = np.array([run.learning_rates for run in runs[number * CROWD :][:CROWD]])
        for step in (0, 60, 200):  # of those that lie too close to tell apart, some are left out
            expected = pane.plot.at(step, np.quantile(rates[:, step], [0.25, 0.5, 0.75]))
            assert curve.tip(step)[1:] == pytest.approx(expected[:, 1])


def test_balls_of_a_crowd_stand_where_they_are_not_side_by_side(film: Any) -> None:
    film.seek(film.length)
    runs = film.solution.acts[0].runs
    maps = [pane for pane in film._panes if type(pane).__name__ == "RatePane"]
    assert len(maps) == 5
    for number, pane in enumerate(maps):
        (balls,) = (p for p in pane.picture(0.0).moving.parts if getattr(p, "program", "") == "ball")
        ends = np.array([run.points[-1] for run in runs[number * CROWD :][:CROWD]])
        assert balls.rows[::-1, :2] / film.lettering.scale == pytest.approx(pane.plot.at(*ends.T))
