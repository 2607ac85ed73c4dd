"""The land in profile: balls rest on the curve, tangents have its slope, arrows the length of the step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from gdanim.motion.height import Height
from gdanim.spec import Spec
from gdanim.view.panes.profile import BALL, ProfilePane, profiled
from gdanim.view.panes.slopes import SlopesPane

FILM = """\
scene: one_dimensional
functions: [{expr: "x^2", domain: {x: [-2, 2]}}]
learning_rates: [0.1, 0.4, 1.05]
starts: [[1]]
"""


@pytest.fixture(scope="module")
def film(spec_of: Callable[[str], Spec], filming: Callable[..., Any]) -> Iterator[Any]:
    with filming(spec_of(FILM)) as scene:
        scene.canvas  # noqa: B018  text has its sizes only then
        yield scene


@pytest.fixture(scope="module")
def pane(film: Any) -> ProfilePane:
    return next(pane for pane in film._panes if isinstance(pane, ProfilePane))


def drawn(film: Any, pane: ProfilePane, seconds: float, program: str) -> Any:
    """Rows of all the quads of a program, that many seconds into the run, in pixels."""
    film.seek(next(p.end for p in film._played if pane.clock in [a.mobject for a in p.animations]) + seconds)
    parts = pane.picture(0.0).moving.parts
    found = [part.rows for part in parts if getattr(part, "program", "") == program]
    return np.concatenate(found) if found else np.zeros((0, 13))


@pytest.mark.parametrize("seconds", [0.9, 1.7, 3.2])
def test_balls_rest_on_the_curve_by_their_radius(film: Any, pane: ProfilePane, seconds: float) -> None:
    scale = film.lettering.scale
    fine = np.linspace(-2, 2, 40001)
    curve = pane.plot.at(fine, fine**2) * scale
    balls = drawn(film, pane, seconds, "ball")
    assert len(balls) == 3
    lowest = balls[np.argmax(balls[:, 1])]
    assert np.hypot(*(curve - lowest[:2]).T).min() == pytest.approx(BALL * scale, rel=2e-3)


@pytest.mark.parametrize("seconds", np.linspace(0.0, 6.0, 13))
def test_balls_that_meet_show_as_rings(film: Any, pane: ProfilePane, seconds: float) -> None:
    """None is moved: each rests on the curve, and each shows some of its colour."""
    rows = drawn(film, pane, float(seconds), "ball")
    rows = rows[np.argsort(rows[:, 13])]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        apart = np.hypot(*(rows[i, :2] - rows[j, :2])) / (BALL * film.lettering.scale)
        assert apart + abs(rows[i, 13] - rows[j, 13]) > 0.3 or rows[[i, j], 7].min() < 1


def test_tangents_have_the_slope_of_the_curve(pane: ProfilePane) -> None:
    x = np.array([-1.99, -0.7, 0.0, 1.3])
    contacts, along = pane.rest(x)
    for ends in pane.tangents(contacts, along):
        frame, y = pane.plot.frame, pane.plot.y
        far = np.hypot(*(ends - contacts).T) > 1.0  # there may be no room on one side
        across = (ends - contacts)[:, 0] / frame.width * 4
        up = -(ends - contacts)[:, 1] / frame.height / float(y.rise(0.0))
        assert up[far] == pytest.approx((2 * x * across)[far])
        assert np.all((frame.left - 1e-6 <= ends[:, 0]) & (ends[:, 0] <= frame.right + 1e-6))
        assert np.all((frame.top - 1e-6 <= ends[:, 1]) & (ends[:, 1] <= frame.bottom + 1e-6))


def test_arrows_lead_from_the_ball_to_its_next_iterate(film: Any, pane: ProfilePane) -> None:
    timeline = pane.timeline
    seconds = float(timeline.pace.time(1.5))
    moment = timeline.at(seconds)
    rows = drawn(film, pane, seconds, "arrow") / film.lettering.scale
    assert len(rows) == 3
    for row, run, x in zip(rows, pane.act.runs, moment.points[:, 0], strict=True):
        assert row[0] == pytest.approx(pane.plot.at(x, 0.0)[0])
        assert row[3] == pytest.approx(pane.plot.at(run.points[2, 0], 0.0)[0])


def test_a_diverging_ball_goes_out_of_the_picture(film: Any, pane: ProfilePane) -> None:
    begin = pane.timeline.departure(2)
    assert begin is not None
    for seconds, gone in ((begin - 0.01, False), (begin + 1.0, True)):
        opacity = drawn(film, pane, seconds, "ball")[::-1, 7]  # the first is drawn last
        assert bool(opacity[2] < 0.01) is gone
        assert np.all(opacity[:2] == 1)


def test_steps_are_rate_times_slope(film: Any, pane: ProfilePane) -> None:
    table = next(p for p in film._panes if isinstance(p, SlopesPane))
    for rate, run, slopes in zip((0.1, 0.4, 1.05), pane.act.runs, table.slopes, strict=True):
        assert np.diff(run.points[:, 0]) == pytest.approx(-rate * slopes[:-1])


def test_where_there_is_no_curve_there_is_no_ball(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    text = "functions: [{expr: log(x), domain: {x: [-1, 2]}}]\nstarts: [[0.5]]\nlearning_rates: [0.3]"
    with filming(spec_of(f"scene: one_dimensional\n{text}")) as other:
        other.canvas  # noqa: B018
        land = next(p for p in other._panes if isinstance(p, ProfilePane))
        assert land.act.runs[0].points[1:, 0].max() < 0
        assert drawn(other, land, 0.0, "ball")[0, 7] == 1
        assert not drawn(other, land, land.timeline.run_time, "ball")[:, 7].any()


def profile(act_of: Callable[[str], Any], expression: str, x: np.ndarray, wish: str = "auto") -> Height:
    text = f"functions: [{{expr: {expression}, domain: {{x: [{x[0]}, {x[-1]}]}}}}]\nstarts: [[1]]\nsteps: 3"
    act = act_of(f"scene: one_dimensional\n{text}")
    return profiled(act, x, act.objective.value(x[:, None]), wish)  # type: ignore[arg-type]


def test_poles_do_not_press_the_rest_flat(act_of: Callable[[str], Any]) -> None:
    x = np.linspace(-2, 2, 501)
    height = profile(act_of, "x^2 + 0.01/(x*x + 0.0001)", x)
    assert height.high < 20
    assert height.cut == (False, True)
    assert profile(act_of, "3 + 0*x", x).low == 3
    assert profile(act_of, "x^2", x) == Height(0.0, 4.0)


def test_a_log_height_is_that_of_a_surface(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    text = (
        "functions: [{expr: x^4 + 1, domain: {x: [-3, 3]}}]\nstarts: [[2]]\nlearning_rates: [0.01]\nsteps: 9"
    )
    with filming(spec_of(f"scene: one_dimensional\nview: {{height: log}}\n{text}")) as scene:
        scene.canvas  # noqa: B018
        land = next(p for p in scene._panes if isinstance(p, ProfilePane))
        assert any("log scale" in markup for markup, _ in scene.lettering._index)
        heights = land.plot.frame.bottom - land.plot.at(0.0, np.array([1.0, 2.0, 11.0, 82.0]))[:, 1]
        share = np.log(np.array([1.0, 2.0, 11.0, 82.0])) / np.log(82)
        assert (heights - heights[0]) / (heights[-1] - heights[0]) == pytest.approx(share)
        assert heights[0] > land._pitch
        assert [value for value, _ in land.y.marks(5)] == [1.0, 10.0]
        x = np.array([-2.0, 0.5, 1.7])
        contacts, along = land.rest(x)
        near, _ = land.rest(x + 1e-5)
        assert along[:, 1] / along[:, 0] == pytest.approx(
            (near - contacts)[:, 1] / (near - contacts)[:, 0], rel=1e-3
        )


def test_a_tall_curve_is_cut_where_no_ball_goes(act_of: Callable[[str], Any]) -> None:
    height = profile(act_of, "x^20", np.linspace(-2, 2, 501))
    assert not height.log
    assert height.cut == (False, True)
    assert 1 < height.high < 20
