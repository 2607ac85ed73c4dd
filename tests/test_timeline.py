"""The clock: pace, and where every ball is at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gdanim.engine.runs import Status
from gdanim.engine.solution import Act
from gdanim.motion.landscape import landscape
from gdanim.motion.rolling import BEYOND, Rolling
from gdanim.motion.shells import ALL, APART, MOST, shells
from gdanim.motion.timeline import FIRST, REST, SETTLE, SPEED_UP, UNSEEN, Pace, Timeline

Acts = Callable[[str], Act]
Array = NDArray[np.float64]
RADIUS = 0.05

BOWL = 'functions: ["x^2 + 10*y^2"]\nlearning_rates: [0.01, 0.07]\nstarts: [[-2.6, 1.4]]\nsteps: 40\n'
RAVINE = """\
functions: [{expr: "x^2 + 10*y^2", domain: {x: [-3, 3], y: [-2, 2]}}]
learning_rates: [0.01, 0.07, 0.0975, 0.105]
starts: [[-2.6, 1.4]]
"""
HIMMELBLAU = "functions: [himmelblau]\nlearning_rates: [0.01]\nstarts: {grid: [4, 3]}\nsteps: 200\n"
LEAPING = """\
functions: [{expr: "x^4 + y^2", domain: {x: [-3, 3], y: [-3, 3]}}]
learning_rates: [0.2, 0.05]
starts: [[2.5, 1]]
steps: 60
"""
SPECS = {"bowl": BOWL, "ravine": RAVINE, "himmelblau": HIMMELBLAU, "leaping": LEAPING}


def timeline(act: Act, pace: float = 1.5, run_time: float | None = None) -> Rolling:
    return Rolling(act, landscape(act), RADIUS, pace, run_time)


@contextmanager
def alone(act: Act, ball: int) -> Iterator[Rolling]:
    yield timeline(Act(act.objective, act.domain, [act.runs[ball]]))


class TestPace:
    @given(
        rate=st.floats(0.01, 100),
        stretch=st.floats(0.01, 100),
        step=st.integers(0, 100_000),
        quiet=st.integers(0, 100_000),
    )
    def test_step_and_time_are_inverse(self, rate: float, stretch: float, step: int, quiet: int) -> None:
        pace = Pace(rate, stretch).resting(quiet, 100_000)
        assert pace.step(float(pace.time(step))) == pytest.approx(step, rel=1e-9, abs=1e-9)

    def test_early_steps_are_slow_and_the_tail_is_fast(self) -> None:
        pace = Pace(1.5)
        gaps = np.diff(pace.time(np.arange(1001)))
        assert gaps[:FIRST] == pytest.approx(1 / 1.5)
        assert np.all(gaps[FIRST - 1 :] > 0)
        assert np.all(np.diff(gaps[FIRST - 1 :]) < 0)
        assert pace.time(1000) < 16
        ratio = (pace.step(9.0 + SPEED_UP + 1e-4) - pace.step(9.0 + SPEED_UP)) / (
            pace.step(9.0001) - pace.step(9.0)
        )
        assert ratio == pytest.approx(np.e, rel=1e-3)

    def test_what_cannot_be_seen_to_move_takes_no_time(self) -> None:
        plain, pace = Pace(1.0), Pace(1.0).resting(223, 766)
        assert pace.time(np.arange(224)) == pytest.approx(plain.time(np.arange(224)))
        assert pace.time(766) == pytest.approx(pace.time(223) + REST)
        assert pace.time(766) < plain.time(766) - 1
        speeds = [(pace.step(float(pace.time(223)) + d) - 223) / d for d in (-1e-5, 1e-5)]
        assert speeds[0] == pytest.approx(speeds[1], rel=1e-3), "it does not start at once"
        assert plain.resting(700, 766) == plain, "that is fast enough"

    def test_nothing_happens_before_the_start(self) -> None:
        assert Pace(2.0).step(-3.0) == Pace(2.0).step(0.0) == 0.0

    @pytest.mark.parametrize("wished", [0.5, 3.0, 40.0, 900.0])
    @pytest.mark.parametrize("name", SPECS)
    def test_stretch_gives_the_wished_duration(self, act_of: Acts, name: str, wished: float) -> None:
        clock = timeline(act_of(SPECS[name]), run_time=wished)
        assert clock.run_time == wished
        assert clock.at(wished + 1e-6).step == clock.steps
        assert clock.at(wished * 0.999).step < clock.steps


class TestEnd:
    def test_the_run_ends_when_no_ball_is_seen_to_move(self, act_of: Acts) -> None:
        clock = timeline(act_of(RAVINE))
        quiet = int(clock.pace.quiet)
        points = clock.act.runs[0].points
        away = np.abs(points - points[-1]) / [6.0, 4.0]
        assert (away[quiet:] <= UNSEEN).all()
        assert (away[quiet - 1] > UNSEEN).any()
        assert clock.run_time == pytest.approx(float(clock.pace.time(quiet)) + REST + SETTLE)

    def test_curves_alone_are_drawn_at_an_even_pace(self, act_of: Acts) -> None:
        act = act_of(
            "functions: [{name: sphere, dimensions: 3}]\nlearning_rates: [0.02]\nstarts: [[1, 1, 1]]"
        )
        assert Timeline(act, 1.5).pace == Pace(1.5)


class TestStage:
    @pytest.mark.parametrize("name", SPECS)
    def test_a_ball_stands_on_its_iterates(self, act_of: Acts, name: str) -> None:
        act = act_of(SPECS[name])
        for i, run in enumerate(act.runs):
            with alone(act, i) as clock:
                for k in range(min(clock.leaving(0), 30) + 1):
                    moment = clock.at(float(clock.pace.time(k)) + 1e-9)
                    at, normal = clock.landscape.surface(run.points[k])
                    np.testing.assert_allclose(moment.centres[0], at + RADIUS * normal, atol=1e-6)
                    assert moment.rows[0] == min(k, run.steps)
                    assert moment.opacity[0] == 1.0

    @pytest.mark.parametrize("name", SPECS)
    def test_a_ball_rests_on_the_surface_between_iterates(self, act_of: Acts, name: str) -> None:
        clock = timeline(act_of(SPECS[name]))
        for t in np.linspace(0, clock.run_time + 2, 300):
            moment = clock.at(float(t))
            here = moment.opacity == 1.0
            expected, normals = clock.landscape.surface(clock.landscape.to_domain(moment.contacts[:, :2]))
            np.testing.assert_allclose(moment.contacts[here], expected[here], atol=1e-9)
            np.testing.assert_allclose(moment.normals[here], normals[here], atol=1e-9)
            np.testing.assert_allclose(moment.centres, moment.contacts + RADIUS * moment.normals, atol=1e-12)

    @pytest.mark.parametrize("name", SPECS)
    def test_between_iterates_a_ball_is_between_them(self, act_of: Acts, name: str) -> None:
        act = act_of(SPECS[name])
        with alone(act, 0) as clock:
            for k in range(min(clock.leaving(0), 12)):
                a, b = (float(clock.pace.time(j)) for j in (k, k + 1))
                ends = clock.landscape.to_world(act.runs[0].points[k : k + 2])
                way = [
                    clock.at(float(t)).contacts[0, :2] - ends[0] for t in np.linspace(a + 1e-9, b - 1e-9, 20)
                ]
                step = ends[1] - ends[0]
                done = np.array(way) @ step / max(step @ step, 1e-30)
                assert np.all(np.diff(done) > -1e-9)
                assert done[0] < 0.05
                assert done[-1] > 0.95
                np.testing.assert_allclose(way, done[:, None] * step, atol=1e-9)

    @pytest.mark.parametrize("name", ["bowl", "himmelblau"])
    def test_after_its_end_a_ball_rests(self, act_of: Acts, name: str) -> None:
        clock = timeline(act_of(SPECS[name]))
        later = [clock.at(clock.run_time + t) for t in (0.0, 1.0, 30.0)]
        for moment in later[1:]:
            assert moment.ended.all()
            assert moment.step == clock.steps
            np.testing.assert_allclose(moment.centres, later[0].centres, atol=1e-9)
        losses = [float(run.losses[-1]) for run in clock.act.runs]
        np.testing.assert_array_equal(later[-1].losses, losses)

    @pytest.mark.parametrize("name", SPECS)
    def test_no_ball_jumps(self, act_of: Acts, name: str) -> None:
        """From one millisecond to the next; while steps are slower than frames, 60 a second."""
        clock = timeline(act_of(SPECS[name]))
        for t in np.arange(0.0, clock.run_time + 1.5, 0.0371):
            speed = clock.pace.step(float(t) + 0.01) - clock.pace.step(float(t))
            if speed < 60 * 0.01:
                a, b = clock.at(float(t)), clock.at(float(t) + 0.001)
                seen = np.maximum(a.opacity, b.opacity) > 0
                assert np.linalg.norm(a.centres - b.centres, axis=1)[seen].max(initial=0) < 0.2
                assert np.abs(a.opacity - b.opacity).max() < 0.05

    @pytest.mark.parametrize("name", SPECS)
    def test_no_ball_jumps_when_its_step_ends(self, act_of: Acts, name: str) -> None:
        clock = timeline(act_of(SPECS[name]))
        ends = {float(t) for i in range(len(clock.act.runs)) for t in (clock.end(i), clock.departure(i)) if t}
        for t in {*clock.pace.time(np.arange(min(clock.steps, 40))).tolist(), *ends}:
            if clock.pace.step(t + 1.0) - clock.pace.step(t) > 200:
                continue
            a, b = clock.at(t - 1e-7), clock.at(t + 1e-7)
            np.testing.assert_allclose(a.centres, b.centres, atol=1e-3)
            np.testing.assert_allclose(a.opacity, b.opacity, atol=1e-3)

    def test_the_same_time_gives_the_same_moment(self, act_of: Acts) -> None:
        clock, again = timeline(act_of(RAVINE)), timeline(act_of(RAVINE))
        times = np.random.default_rng(5).uniform(0, clock.run_time, 40)
        first = {t: clock.at(float(t)).centres for t in sorted(times)}
        assert all(np.array_equal(again.at(float(t)).centres, first[t]) for t in times)

    def test_it_is_worked_out_once_for_all_panes(self, act_of: Acts) -> None:
        clock = timeline(act_of(RAVINE))
        moment = clock.at(1.5)
        assert clock.at(1.5) is moment
        assert clock.at(1.6) is not moment


class TestDeparture:
    @pytest.mark.parametrize("name", ["ravine", "leaping"])
    @pytest.mark.parametrize("run_time", [None, 4.0, 60.0])
    def test_a_ball_that_leaves_fades_and_never_comes_back(
        self, act_of: Acts, name: str, run_time: float | None
    ) -> None:
        clock = timeline(act_of(SPECS[name]), run_time=run_time)
        leaving = [i for i, run in enumerate(clock.act.runs) if run.status is Status.DIVERGED]
        assert leaving
        for i in leaving:
            departure = clock.departure(i)
            assert departure is not None
            times = departure + np.linspace(0, 3 + 60 / (1 if run_time == 60.0 else 30), 400)
            moments = [clock.at(float(t)) for t in times]
            opacity = np.array([m.opacity[i] for m in moments])
            assert opacity[0] == pytest.approx(1.0, abs=1e-6)
            assert np.all(np.diff(opacity) <= 1e-12)
            assert opacity[-1] == 0.0
            fading = np.flatnonzero((opacity > 0) & (opacity < 1))
            at = np.array([m.centres[i] for m in moments])
            assert np.all(np.linalg.norm(np.diff(at[fading, :2], axis=0), axis=1) > 0), "frozen at the edge"
            outside = np.abs(at[:, :2]) - clock.landscape.extent
            assert outside.max() < BEYOND + 2 * RADIUS
            assert np.isfinite(at).all()

    def test_it_leaves_after_its_last_row_inside(self, act_of: Acts) -> None:
        clock = timeline(act_of(RAVINE))
        run = clock.act.runs[3]
        domain = np.array(clock.act.domain)
        inside = np.all((run.points >= domain[:, 0]) & (run.points <= domain[:, 1]), axis=1)
        k = clock.leaving(3)
        assert inside[k]
        assert not inside[k + 1 :].any()
        assert clock.departure(3) == pytest.approx(float(clock.pace.time(k)))
        assert clock.departure(0) is None

    def test_the_film_does_not_wait_for_what_is_gone(self, act_of: Acts) -> None:
        clock = timeline(act_of(LEAPING))
        departure = clock.departure(0)
        assert departure is not None
        assert clock.at(clock.run_time).opacity[0] == 0.0
        with alone(clock.act, 0) as single:
            assert single.run_time < departure + 4


SOMEWHERE_UNDEFINED = """\
functions: [{expr: "sqrt(x) + y^2", domain: {x: [-1, 3], y: [-1, 1]}}]
learning_rates: [0.3]
starts: [[1.0, 0.5]]
steps: 50
"""


def test_a_ball_that_steps_where_nothing_is_departs(act_of: Acts) -> None:
    clock = timeline(act_of(SOMEWHERE_UNDEFINED))
    for t in np.linspace(0, clock.run_time + 1, 200):
        moment = clock.at(float(t))
        shown = moment.opacity > 0
        assert np.isfinite(moment.centres[shown]).all()


@pytest.mark.parametrize("name", SPECS)
def test_no_ball_is_drawn_beside_where_it_is(act_of: Acts, name: str) -> None:
    """At starts, in flight and at rest, however many there are at one place."""
    clock = timeline(act_of(SPECS[name]))
    for t in np.linspace(0, clock.run_time + 3, 40):
        moment = clock.at(float(t))
        world = clock.landscape.to_world(moment.points)
        np.testing.assert_allclose(moment.contacts[:, :2], world, atol=1e-12)
        ended = moment.ended & ~moment.departed
        finals = np.array([run.points[-1] for run in clock.act.runs])
        np.testing.assert_array_equal(moment.points[ended], finals[ended])


class TestShells:
    def test_of_balls_at_one_place_each_shows(self) -> None:
        for count in (2, 3, 5, MOST):
            found = shells(np.zeros((count, 3)), 0.05, np.ones(count))
            assert found[0] == 1
            assert np.diff(found).min() > 0.15
            assert found.max() <= 1 + ALL + 1e-9

    def test_balls_apart_are_all_alike(self) -> None:
        centres = 0.05 * APART * np.arange(5)[:, None] * [1.0, 0.0, 0.0]
        assert (shells(centres, 0.05, np.ones(5)) == 1).all()

    def test_they_grow_as_balls_meet(self) -> None:
        sizes = [
            shells(np.array([[0.0, 0.0], [d, 0.0]]), 1.0, np.ones(2))[1] for d in np.linspace(1.5, 0, 200)
        ]
        assert np.all(np.diff(sizes) >= 0)
        assert np.abs(np.diff(sizes)).max() < 0.01

    def test_around_one_that_is_gone_there_is_no_ring(self) -> None:
        assert (shells(np.zeros((2, 3)), 0.05, np.array([0.0, 1.0])) == 1).all()

    def test_starts_in_one_place_show_all_their_colours(self, act_of: Acts) -> None:
        clock = timeline(act_of(RAVINE))
        assert len(set(clock.at(0.0).shells)) == len(clock.act.runs)


class TestLosses:
    @pytest.mark.parametrize("name", SPECS)
    def test_they_are_of_the_place_that_is_drawn(self, act_of: Acts, name: str) -> None:
        act = act_of(SPECS[name])
        clock = timeline(act)
        for t in np.linspace(0.3, clock.run_time, 25):
            moment = clock.at(float(t))
            here = ~moment.departed & (moment.opacity == 1)
            expected = act.objective.value(moment.points[here])
            np.testing.assert_allclose(moment.losses[here], expected, rtol=1e-9, atol=1e-12)

    def test_at_rest_they_are_those_of_the_run_to_the_last_bit(self, act_of: Acts) -> None:
        clock = timeline(act_of(RAVINE))
        for i, run in enumerate(clock.act.runs):
            assert clock.at(clock.run_time + 1).losses[i] == run.losses[-1]
            assert clock.at(0.0).losses[i] == run.losses[0]


def test_a_ball_that_has_left_is_gone_whichever_way_it_went(act_of: Acts) -> None:
    """Along the edge too, where it never comes far from the surface."""
    act = act_of(
        "functions: [{expr: '-0.02*x - 3*y', domain: {x: [-1, 1], y: [-1, 1]}}]\n"
        "starts: [[-0.9, 0.9], [0.9, -0.98], [0, 0]]\nlearning_rates: [0.05]\nsteps: 30\n"
    )
    clock = timeline(act)
    assert (clock.at(clock.run_time).opacity == 0).all()


class TestTrails:
    @pytest.mark.parametrize("name", SPECS)
    def test_a_trail_runs_through_where_its_ball_was(self, act_of: Acts, name: str) -> None:
        act = act_of(SPECS[name])
        for i, run in enumerate(act.runs):
            with alone(act, i) as clock:
                trails = clock.trails()
                assert np.all(np.diff(trails.times) > 0)
                assert trails.times[0] == 0.0
                np.testing.assert_allclose(trails.positions[0], clock.landscape.surface(run.points[0])[0])
                for k in np.flatnonzero(trails.times < clock.pace.time(clock.leaving(0)))[::7]:
                    moment = clock.at(float(trails.times[k]))
                    if clock.pace.step(moment.seconds + 0.5) - moment.step > 30:
                        break  # steps blur into a flow
                    assert np.linalg.norm((moment.contacts[0] - trails.positions[k])[:2]) < 0.1 * RADIUS

    @pytest.mark.parametrize("name", SPECS)
    def test_trails_hug_the_surface(self, act_of: Acts, name: str) -> None:
        clock = timeline(act_of(SPECS[name]))
        trails = clock.trails()
        shown = trails.opacity > 0.99
        for k, after in pairwise(np.flatnonzero(shown)):
            if after == k + 1 and trails.balls[k] == trails.balls[after]:
                hop = np.linalg.norm(np.diff(trails.positions[[k, after], :2], axis=0))
                assert hop < 0.2
        assert set(trails.balls.tolist()) == set(range(len(clock.act.runs)))

    def test_a_crowd_shares_a_budget(self, act_of: Acts) -> None:
        crowd = (
            "functions: [himmelblau]\nstarts: {random: 400, seed: 1}\nlearning_rates: [0.01]\nsteps: 300\n"
        )
        trails = timeline(act_of(crowd)).trails()
        assert len(trails.times) < 40_000
        assert np.bincount(trails.balls).min() >= 1

    def test_iterates_are_marked(self, act_of: Acts) -> None:
        act = act_of(BOWL)
        with alone(act, 1) as clock:
            trails = clock.trails()
            marked = trails.positions[trails.iterates]
            points = clock.landscape.surface(act.runs[1].points)[0]
            nearest = np.linalg.norm(marked[:, None] - points[None], axis=-1).min(axis=1)
            assert nearest.max() < 1e-9
            assert len(marked) >= 10
