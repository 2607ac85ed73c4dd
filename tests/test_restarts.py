"""Random restarts: where balls start anew, which end counts, and how tables and films show it."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from gdanim.engine.anatomy import anatomy
from gdanim.engine.descent import solve
from gdanim.engine.runs import Array, Run, Status
from gdanim.engine.solution import Act
from gdanim.motion.landscape import landscape
from gdanim.motion.rolling import BEYOND, Rolling
from gdanim.output import table
from gdanim.spec import Spec


def spec(function: Any = "rastrigin", *, restarts: int = 4, optimizer: str = "sgd", **keys: Any) -> Spec:
    entry = {"name": optimizer, "restarts": restarts, **keys.pop("settings", {})}
    data = {"functions": [function], "optimizers": [entry], "learning_rates": [0.002], **keys}
    return Spec.model_validate(data)


def ball(*args: Any, **keys: Any) -> Run:
    return solve(spec(*args, **keys)).acts[0].runs[0]


def tries(run: Run) -> list[slice]:
    rows = [*(leg.row for leg in run.legs), run.steps + 1]
    return [slice(a, b) for a, b in pairwise(rows)]


def test_each_try_is_the_descent_from_its_own_start() -> None:
    film = spec(starts=[[4.1, -3.3], [1.9, 2.2]])
    for run in solve(film).acts[0].runs:
        assert len(run.legs) >= 5
        for rows, leg in list(zip(tries(run), run.legs, strict=True))[:5]:
            start = run.points[rows][0].tolist()
            alone = ball(restarts=0, starts=[start])
            np.testing.assert_array_equal(run.points[rows], alone.points)
            np.testing.assert_array_equal(run.losses[rows], alone.losses)
            assert leg.status is alone.status


def test_starts_are_random_points_of_the_domain_of_their_own() -> None:
    starts = [[x, 1.0] for x in np.linspace(-5, 5, 40)]
    act = solve(spec(starts=starts, steps=30, stop={"gradient_norm": 1e9})).acts[0]
    places = np.array([run.points[leg.row] for run in act.runs for leg in run.legs[1:5]])
    assert places.shape == (160, 2)
    assert len(np.unique(places, axis=0)) == 160
    low, high = np.array(act.domain).T
    assert ((low <= places) & (places <= high)).all()
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=4 * 10.24 / np.sqrt(12 * 160))
    np.testing.assert_allclose(places.std(axis=0), 10.24 / np.sqrt(12), rtol=0.15)


def test_starts_belong_to_seed_ball_and_restart() -> None:
    keys: dict[str, Any] = {"starts": [[4.1, -3.3], [1.9, 2.2]], "steps": 50}
    first, other = (solve(spec(seed=seed, **keys)).acts[0].runs for seed in (0, 1))
    more = solve(spec(restarts=6, **keys)).acts[0].runs
    fewer = solve(spec(**{**keys, "starts": [[3.0, 3.0]]})).acts[0].runs

    def places(run: Run, count: int = 4) -> Array:
        return np.array([run.points[leg.row] for leg in run.legs[1 : 1 + count]])

    assert (places(first[0]) != places(other[0])).all()
    assert (places(first[0]) != places(first[1])).all()
    for a, b in zip(first, more, strict=True):
        np.testing.assert_array_equal(places(a), places(b))
    np.testing.assert_array_equal(places(first[0]), places(fewer[0]))


def test_noise_is_another_in_every_try() -> None:
    """With a rate of 0 nothing but the noise would differ: on a plane all tries make the same steps."""
    film = spec(
        {"expr": "x + y", "domain": {"x": [-9, 9], "y": [-9, 9]}},
        noise=1.0,
        steps=100,
        stop={"gradient_norm": 0, "loss_change": 5e-3},
    )
    act = solve(film).acts[0]
    run, seen = act.runs[0], anatomy(film, act, 1).gradients
    first, second = (seen[rows][: min(5, rows.stop - rows.start - 1)] for rows in tries(run)[:2])
    assert len(first)
    assert len(second)
    assert (first[: len(second)] != second[: len(first)]).all()


def test_the_best_end_counts_and_the_ball_returns_to_it() -> None:
    run = ball(restarts=5)
    rows = tries(run)
    lasts = [run.losses[part][-1] for part in rows[:6]]
    best = int(np.argmin(lasts))
    assert 0 < best < 5  # so that it has to return
    assert len(run.legs) == 7
    assert rows[6].stop - rows[6].start == 1
    np.testing.assert_array_equal(run.points[-1], run.points[rows[best]][-1])
    assert run.losses[-1] == min(lasts)
    steps = rows[best].stop - rows[best].start - 1
    assert run.status is run.legs[best].status
    assert run.verdict == f"restart {best}: local minimum at step {steps}"
    assert run.reason == "6 tries: 6 local"


def test_the_first_of_equal_ends_is_kept_and_divergence_never() -> None:
    run = ball("himmelblau", settings={"learning_rate": 0.01})
    assert run.verdict.startswith("first try: converged")
    np.testing.assert_array_equal(run.points[-1], run.points[tries(run)[0]][-1])
    cubic = {"expr": "x^3 - 3*x + y^2", "domain": {"x": [-3, 2.5], "y": [-1, 1]}}
    down = ball(cubic, starts=[[-2.5, 0.5]], settings={"learning_rate": 0.05}, restarts=8)
    assert down.legs[0].status is Status.ENDLESS
    assert down.status is Status.LOCAL  # beside the abyss on the left
    assert down.losses.min() < down.losses[-1] == pytest.approx(-2)
    lost = ball("himmelblau", settings={"learning_rate": 5.0})
    assert {leg.status for leg in lost.legs} == {Status.DIVERGED}
    assert len(lost.legs) == 5  # no way back
    assert lost.verdict.startswith("restart 4: diverged")


def test_climbing_keeps_the_highest() -> None:
    run = ball(
        "sin(3*x)*cos(2*y) + x",
        settings={"maximize": True, "learning_rate": 0.05},
        domain={"x": [-2, 2], "y": [-2, 2]},
        restarts=6,
    )
    lasts = [run.losses[part][-1] for part in tries(run)[:7]]
    assert run.losses[-1] == pytest.approx(max(lasts), rel=1e-5)
    assert max(lasts) > min(lasts) + 0.5


def test_every_evaluation_counts() -> None:
    run = ball(optimizer="bfgs", settings={"learning_rate": 1.0})
    alone = [
        ball(restarts=0, optimizer="bfgs", settings={"learning_rate": 1.0}, starts=[start.tolist()])
        for start in (run.points[rows.start] for rows in tries(run)[:5])
    ]
    assert len(alone) == 5
    total = np.sum([leg.evaluations for leg in alone], axis=0)
    assert run.evaluations == tuple(total)


def test_a_ball_out_of_steps_has_come_to_no_end() -> None:
    run = ball(steps=5)
    assert (run.steps, run.legs) == (5, ())


def test_schedules_begin_anew() -> None:
    rate = {"name": "exponential", "initial": 0.002, "gamma": 0.9}
    run = ball(settings={"learning_rate": rate}, stop={"gradient_norm": 30})
    for rows in tries(run)[:5]:
        rates = run.learning_rates[rows]
        np.testing.assert_allclose(rates, 0.002 * 0.9 ** np.arange(len(rates)))


def test_a_table_says_how_each_try_ended() -> None:
    solution = solve(spec())
    run = solution.acts[0].runs[0]
    file = io.StringIO()
    table.write_csv(file, [solution])
    statuses = [row["status"] for row in csv.DictReader(io.StringIO(file.getvalue()))]
    ends = [rows.stop - 1 for rows in tries(run)]
    assert [k for k, status in enumerate(statuses) if status != "running"] == ends
    assert [statuses[k] for k in ends] == [str(leg.status) for leg in run.legs]


def test_anatomy_has_no_update_where_a_ball_starts_anew() -> None:
    film = spec(optimizer="adam", settings={"learning_rate": 0.1})
    act = solve(film).acts[0]
    run, inside = act.runs[0], anatomy(film, act, 1)
    anew = [leg.row - 1 for leg in run.legs[1:]]
    updates = np.setdiff1d(np.arange(run.steps), anew)
    assert inside.momentum is not None
    for values in (inside.gradients, inside.moves, inside.momentum):
        assert np.flatnonzero(np.isnan(values).any(axis=1)).tolist() == anew
    np.testing.assert_array_equal(inside.moves[updates], np.diff(run.points, axis=0)[updates])


# On film.


def clock(act: Act) -> Rolling:
    return Rolling(act, landscape(act), 0.05, 1.5)


ESCAPING = {"expr": "x^4 + y^4 - 3*x^2", "domain": {"x": [-2, 2], "y": [-2, 2]}}


@pytest.fixture(scope="module", params=[0.002, 0.4])
def act(request: pytest.FixtureRequest) -> Act:
    """A ball that comes to rest a few times, and one that is thrown out of the domain."""
    function = "rastrigin" if request.param < 0.1 else ESCAPING
    return solve(spec(function, learning_rates=[request.param], starts=[[1.9, -1.7]])).acts[0]


def test_no_line_crosses_the_surface_where_a_ball_jumps(act: Act) -> None:
    timeline = clock(act)
    trails = timeline.trails()
    (run,) = act.runs
    assert len(np.unique(trails.lines)) == len(run.legs)
    for number, leg in enumerate(run.legs):
        line = trails.lines == number
        begins = timeline.pace.time(leg.row)
        assert trails.times[line].min() == pytest.approx(begins)
        np.testing.assert_allclose(
            trails.positions[line][0, :2], timeline.landscape.to_world(run.points[leg.row]), atol=1e-9
        )
    assert np.isfinite(trails.positions).all()


def test_a_ball_vanishes_here_and_appears_there(act: Act) -> None:
    timeline = clock(act)
    (run,) = act.runs
    for leg in run.legs[1:]:
        here, there = timeline.pace.time(leg.row - 1), timeline.pace.time(leg.row)
        start = timeline.landscape.to_world(run.points[leg.row])
        for part in np.linspace(0.01, 0.99, 20):
            k = leg.row - 1 + part
            moment = timeline.at(float(timeline.pace.time(k)))
            arrived = np.allclose(moment.contacts[0, :2], start, atol=1e-9)
            assert arrived == (part >= 0.5)
            assert moment.opacity[0] <= abs(1 - 2 * part) + 1e-6
            assert np.isfinite(moment.centres).all()
        assert here < there


def test_a_ball_thrown_out_waits_unseen(act: Act) -> None:
    timeline = clock(act)
    (run,) = act.runs
    for rows, leg in zip(tries(run), run.legs, strict=True):
        if leg.status is Status.DIVERGED and rows.stop <= run.steps:
            end = timeline.at(float(timeline.pace.time(rows.stop - 1)))
            assert end.opacity[0] < 1e-6
            world = timeline.landscape.to_world(timeline._points[rows.stop - 1])
            assert np.abs(world).max() < 1 + 2 * BEYOND
