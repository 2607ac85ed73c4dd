"""Learning rates side by side: maps, badges and the chart of steps claim what was computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.engine.solution import Act
from gdanim.errors import SpecError
from gdanim.motion.timeline import Timeline
from gdanim.spec import Spec
from gdanim.view.panes.rates import title

ROOT = Path(__file__).parent.parent
RAVINE = """\
functions: [{expr: "x^2 + 10*y^2", minima: [[0, 0]]}]
starts: [[-2.6, 1.4]]
learning_rates: [0.01, 0.07]
"""


@pytest.fixture(scope="module")
def film(filming: Callable[..., Any]) -> Iterator[Any]:
    with filming(gdanim.load(ROOT / "specs/gallery/learning_rates.yaml")) as scene:
        _ = scene.canvas  # the text is set
        yield scene


def panes(scene: Any, kind: str) -> list[Any]:
    return [pane for pane in scene._panes if type(pane).__name__ == kind]


@pytest.mark.parametrize(
    ("entry", "name", "share"),
    [
        ("sgd", "2/L", 2.0),
        ("{name: sgd, momentum: 0.9}", "3.8/L", 3.8),
        ("{name: nesterov, momentum: 0.5}", "1.5/L", 1.5),
    ],
)
def test_the_bound_is_a_share_of_the_largest_curvature(
    act_of: Callable[[str], Act], entry: str, name: str, share: float
) -> None:
    act = act_of(f"{RAVINE}optimizers: [{entry}]")
    assert [run.bound for run in act.runs] == 2 * [(name, pytest.approx(share / 20))]


def test_where_no_bound_is_known_there_is_none(act_of: Callable[[str], Act]) -> None:
    assert [run.bound for run in act_of(f"{RAVINE}optimizers: [adam]").runs] == [None, None]
    moved = "{name: one_cycle, max_lr: 0.05, total_steps: 60}"  # and the momentum with it
    act = act_of(f"{RAVINE}optimizers: [{{name: momentum, learning_rate: {moved}}}]")
    assert [run.bound for run in act.runs] == [None]


@pytest.mark.parametrize(
    ("optimizers", "titles"),
    [
        ("[sgd]", ["0.01", "0.07"]),
        ("[{name: sgd, label: sgd plus}]", ["0.01", "0.07"]),
        ("[sgd, {name: sgd, label: sgd plus}]", ["sgd 0.01", "sgd 0.07", "sgd plus 0.01", "sgd plus 0.07"]),
        ("[sgd, adam]", ["sgd 0.01", "sgd 0.07", "adam 0.01", "adam 0.07"]),
        ("[{name: sgd, learning_rate: 0.1}]", ["sgd"]),
    ],
)
def test_a_title_leaves_out_what_all_have(
    act_of: Callable[[str], Act], optimizers: str, titles: list[str]
) -> None:
    runs = act_of(f"{RAVINE}optimizers: {optimizers}").runs
    assert [title([run], runs) for run in runs] == titles


def test_a_ball_alone_keeps_pace_with_all(act_of: Callable[[str], Act]) -> None:
    whole = Timeline(act_of(RAVINE), pace=1.5)
    part = whole.of([1])
    assert part.run_time == whole.run_time
    for seconds in np.linspace(0.0, whole.run_time, 23):
        assert np.array_equal(part.at(seconds).points[0], whole.at(seconds).points[1])


def test_each_map_shows_its_own_ball_where_it_is(film: Any) -> None:
    maps = panes(film, "RatePane")
    runs = film.solution.acts[0].runs
    film.seek(film._played[2].start + 1.7)
    moment = maps[0].clock.moment
    assert moment.step >= 2
    for ball, pane in enumerate(maps[:3]):
        sketch = [part for part in pane.picture(0.0).moving.parts if getattr(part, "program", "") == "ball"]
        drawn = sketch[0].rows[:, :2] / film.lettering.scale
        frame, ((x0, x1), (y0, y1)) = pane.plot.frame, pane.act.domain
        x = x0 + (drawn[0, 0] - frame.left) / frame.width * (x1 - x0)
        y = y0 + (frame.bottom - drawn[0, 1]) / frame.height * (y1 - y0)
        assert len(drawn) == 1
        assert (x, y) == pytest.approx(tuple(moment.points[ball]), abs=1e-9)
        assert pane.act.runs == [runs[ball]]


def test_the_chart_ends_at_the_steps_each_rate_has_cost(film: Any) -> None:
    (chart,) = panes(film, "StabilityPane")
    film.seek(film.length)
    discs = [part for part in chart.picture(0.0).moving.parts if getattr(part, "program", "") == "shape"]
    rows = np.concatenate([part.rows for part in discs])
    drawn = rows[rows[:, -1] > 0.5, :2] / film.lettering.scale  # the diverged ball's disc gave way to a cross
    steps = [run.steps for run in film.solution.acts[0].runs if run.status == "converged"]
    assert len(steps) == 3
    assert np.allclose(drawn[:, 1], chart.plot.at([0, 0, 0], steps)[:, 1])


def test_fewer_steps_come_first_and_equal_ones_together(film: Any) -> None:
    from gdanim.view.panes.rates import ordinal, ranks

    runs = film.solution.acts[0].runs
    slow, good, damped, diverged = runs
    assert ranks([[slow], [good], [damped], [diverged]]) == [3, 1, 2, None]
    assert ranks([[slow], [good], [good, damped], [good]]) == [4, 1, 3, 1]
    assert ranks([[good, diverged], [good]]) == [None, 1]
    assert [ordinal(k) for k in (1, 2, 3, 4)] == ["1st", "2nd", "3rd", "4th"]


def test_too_many_rates_for_a_scene_are_refused(spec_of: Callable[[str], Spec]) -> None:
    with pytest.raises(
        SpecError, match="4:8: the scene learning_rates compares up to 6 optimizers and rates, not 7"
    ):
        spec_of(RAVINE.replace("0.07]", "0.07, 1, 2, 3, 4, 5]") + "scene: learning_rates")


def test_balls_beyond_what_a_scene_shows_are_refused(spec_of: Callable[[str], Spec]) -> None:
    with pytest.raises(SpecError, match="4:8: the scene anatomy shows up to 3 balls of an act, not 4"):
        spec_of(RAVINE.replace("0.07]", "0.07, 0.08, 0.09]") + "scene: anatomy")
