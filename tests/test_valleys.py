"""The valleys of a crowd: which balls rest together, and how many have arrived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gdanim.engine.runs import Status
from gdanim.engine.solution import Act
from gdanim.motion.timeline import Timeline
from gdanim.motion.valleys import NEAR, valleys

CROWD = "functions: [himmelblau]\nlearning_rates: [0.005]\nstarts: {random: 60, seed: 2}\n"


def test_each_ball_is_in_the_valley_of_its_minimum(act_of: Callable[[str], Act]) -> None:
    act = act_of(CROWD)
    found = valleys(act)
    assert [len(valley.balls) for valley in found] == sorted((len(v.balls) for v in found), reverse=True)
    for valley in found:
        for ball in valley.balls:
            np.testing.assert_array_equal(valley.place, act.runs[ball].minimum)
    rests = [i for i, run in enumerate(act.runs) if run.status is Status.CONVERGED]
    assert sorted(int(ball) for valley in found for ball in valley.balls) == rests


def test_they_fill_as_balls_arrive(act_of: Callable[[str], Act]) -> None:
    act = act_of(CROWD)
    clock = Timeline(act, 1.0)
    for seconds in (0.0, 4.0, 7.0, clock.run_time + 1):
        moment = clock.at(seconds)
        for valley in valleys(act):
            there = [act.runs[ball].steps <= moment.step for ball in valley.balls]
            assert valley.arrived(moment) == sum(there)
    assert moment.ended.all()


def test_balls_that_rest_all_over_are_no_more_valleys_than_can_be_told_apart(
    act_of: Callable[[str], Act],
) -> None:
    act = act_of(CROWD)
    low, high = np.asarray(act.domain).T
    places = np.random.default_rng(1).uniform(low, high, (4000, 2))
    run = replace(act.runs[0], minimum=None, status=Status.CONVERGED)
    runs = [replace(run, points=place[None], losses=np.zeros(1)) for place in places]
    found = valleys(replace(act, runs=runs))
    middles = np.array([valley.place for valley in found])
    apart = np.abs(middles[:, None] - middles) / (high - low)
    assert np.all((apart > NEAR).any(axis=-1) | np.eye(len(found), dtype=bool))
    assert sum(len(valley.balls) for valley in found) == 4000
