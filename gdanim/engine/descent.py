"""The descent itself: every ball of a spec, all balls of an optimizer at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.engine import kernels, restarts, verdicts
from gdanim.engine.balls import Cast, Team, cast, widened
from gdanim.engine.effort import BALL, STEP, spend
from gdanim.engine.functions import DataObjective
from gdanim.engine.optimizers import Optimizer, State, Step
from gdanim.engine.problem import Negated, Problem
from gdanim.engine.record import Record
from gdanim.engine.rules import Mask, Rules, lengths
from gdanim.engine.runs import Array, Ball, Crowd, Objective, Run, Status
from gdanim.engine.solution import Act, Solution

if TYPE_CHECKING:
    from gdanim.spec import Part, Spec
    from gdanim.spec.entries import OptimizerEntry

Watch = Callable[[Step, State], None]  # sees each step with the state that follows it

NEAR = 5.0  # of the domain's diagonal: a ball that ends no farther from its middle is shown there
EACH = np.array([1, 1, 0])  # evaluations that every row takes: of the function and its gradient
MOST_KEPT = 140_000_000  # numbers of a crowd: 1.1 GB
WORTH_COMPILING = 10_000_000  # balls x steps: fewer have run before a compiler is there


@dataclass(frozen=True)
class _Troop:
    """The balls of one optimizer before they run: ``sizes`` of its teams, and the balls' numbers."""

    spec: Part
    act: Cast
    teams: Sequence[Team]
    sizes: Sequence[int]
    numbers: NDArray[np.intp]

    @property
    def entry(self) -> OptimizerEntry:
        return self.teams[0].entry

    @property
    def optimizer(self) -> Optimizer:
        return self.teams[0].optimizer

    @property
    def objective(self) -> Objective:
        """What is descended."""
        return Negated(self.act.objective) if self.entry.maximize else self.act.objective

    @property
    def rules(self) -> Rules:
        return Rules(self.spec.stop, self.act.diagonal, self.optimizer.coasts)

    def problem(self, evaluations: NDArray[np.int64]) -> Problem:
        active = np.arange(len(self.numbers))
        return Problem(self.objective, evaluations, active, self.entry.clip_value, self.entry.clip_norm)


class _Rates:
    """The learning rates of the balls of several teams, and what the schedules remember of each ball."""

    def __init__(self, teams: Sequence[Team], sizes: Sequence[int]) -> None:
        self._teams = teams
        self._team_of = np.repeat(np.arange(len(teams)), sizes)
        pairs = zip(teams, sizes, strict=True)
        self._states = [team.schedule.init(team.rate, balls) for team, balls in pairs]

    def at(self, step: int) -> Array:
        """Rates of shape (balls,) that leave a step."""
        rates = np.empty(len(self._team_of))
        for i, (team, state) in enumerate(zip(self._teams, self._states, strict=True)):
            rates[self._team_of == i] = team.schedule.rate(team.rate, step, state)
        return rates

    def observe(self, step: int, losses: Array) -> None:
        for i, (team, state) in enumerate(zip(self._teams, self._states, strict=True)):
            if state:
                self._states[i] = team.schedule.observe(state, step, losses[self._team_of == i])

    def keep(self, balls: Mask) -> None:
        """Drop the other balls."""
        for i, state in enumerate(self._states):
            mine = balls[self._team_of == i]
            self._states[i] = {name: values[mine] for name, values in state.items()}
        self._team_of = self._team_of[balls]


def solve(spec: Spec | Part) -> Solution:
    """All balls of a film, run to their ends and judged. Raises CastError if it cannot be played."""
    casts = [(part, found) for part in spec.parts for found in cast(part)]
    return Solution(spec.film, tuple(_act(*pair, number) for number, pair in enumerate(casts, start=1)))


def _act(spec: Part, found: Cast, number: int) -> Act:
    spend(BALL * len(found.balls))
    groups = [list(teams) for _, teams in groupby(found.teams, key=lambda team: id(team.optimizer))]
    teams = [team for team in found.teams for _ in team.balls]
    balls = [legs for group in groups for legs in tries(spec, found, group)]
    legs = [leg for legs in balls for leg in legs]
    of_legs = [team for team, legs in zip(teams, balls, strict=True) for _ in legs]
    act = widened(found, _ends(found, legs, of_legs))
    judged = iter(verdicts.judged(legs, of_legs, act, spec))
    runs = [
        restarts.joined(list(islice(judged, len(legs))), team.entry.maximize)
        for legs, team in zip(balls, teams, strict=True)
    ]
    return Act(act.objective, act.domain, runs, number, found)


def _ends(act: Cast, runs: Sequence[Run], teams: Sequence[Team]) -> Array:
    """Where balls that have come on end, (n, dims): the last point at which their loss is known.

    Of those that are far away only such as came to gentler slopes, and do not fly off.
    """
    ends, middle = [], np.mean(act.domain, axis=1)
    for run, team in zip(runs, teams, strict=True):
        losses = -run.losses if team.entry.maximize else run.losses
        last = int(np.flatnonzero(np.isfinite(losses)).max(initial=0))
        if losses[last] < losses[0]:
            gentler = run.gradient_norms[last] < run.gradient_norms[0]
            if gentler or math.dist(run.points[last], middle) <= NEAR * act.diagonal:
                ends.append(run.points[last])
    return np.reshape(ends, (len(ends), runs[0].points.shape[1]))


def tries(spec: Part, act: Cast, teams: Sequence[Team], watch: Watch | None = None) -> list[list[Run]]:
    """For each ball of the teams of one optimizer its runs, not yet judged: the first and its restarts."""
    found = {run.ball.number: [run] for run in descend(spec, act, teams, watch)}
    for restart in range(1, teams[0].entry.restarts + 1):
        ended = {number for number, legs in found.items() if legs[-1].status is not Status.GOING}
        again = restarts.anew(spec, act, teams, ended, restart)
        for run in descend(restarts.reseeded(spec, restart), act, again, watch) if again else ():
            found[run.ball.number].append(run)
    return list(found.values())


def descend(spec: Part, act: Cast, teams: Sequence[Team], watch: Watch | None = None) -> list[Run]:
    """The runs of the teams of one optimizer, not yet judged; ``watch`` is shown every step."""
    balls = [ball for team in teams for ball in team.balls]
    numbers = np.array([ball.number for ball in balls])
    troop = _Troop(spec, act, teams, [len(team.balls) for team in teams], numbers)
    record = Record(np.array([ball.start for ball in balls]), spec.steps)
    _play(troop, record, watch)
    return _runs(troop, record, balls)


def crowd(spec: Part, act: Cast, starts: Array, every: int) -> Crowd:
    """Balls of the act's first team from ``starts`` (balls, dims), of which every so many steps are kept.

    They may be a million, and are not judged. Raises ValueError where too much would be kept.
    """
    numbers = len(starts) * (starts.shape[1] + 3)
    if numbers * (spec.steps / every + 1) > MOST_KEPT:
        least = math.ceil(spec.steps / max(MOST_KEPT / numbers - 1, 1))
        asked = f"{len(starts)} balls times {spec.steps} steps"
        raise ValueError(f"{asked} is too much to keep: keep every {least}th step at most")
    record = Record(starts, spec.steps, every)
    _play(_Troop(spec, act, act.teams[:1], [len(starts)], np.arange(len(starts)) + 1), record)
    ends = np.minimum(record.ends, spec.steps)
    record.repeat_ends()
    return Crowd(record.steps, record.points, record.losses, record.norms, ends)


def _play(troop: _Troop, record: Record, watch: Watch | None = None) -> None:
    """Fill the record."""
    with np.errstate(all="ignore"):  # a diverging ball overflows; that is what it does
        if watch or not _compiled(troop, record):
            _by_numpy(troop, record, watch)


def _compiled(troop: _Troop, record: Record) -> bool:
    """Fill the record by compiled code, where that is possible and worth it."""
    spec, count = troop.spec, len(troop.numbers)
    if spec.noise or troop.entry.batch_size or count * spec.steps < WORTH_COMPILING:
        return False
    spend(count * spec.steps)
    if any(team.schedule.init(team.rate, 1) for team in troop.teams):  # rates of each ball's own
        return False
    first = 0
    for team, size in zip(troop.teams, troop.sizes, strict=True):
        leaving = np.array([team.schedule.rate(team.rate, step, {}) for step in range(spec.steps + 1)])
        problem = troop.problem(np.zeros((count, 3), dtype=int))
        kernel = kernels.kernel(troop.optimizer, problem, troop.rules, leaving, record.starts.shape[1])
        if kernel is None:
            return False
        try:
            kernels.run(kernel, troop.optimizer, troop.rules, record, range(first, first + size))
        except ImportError:  # no numba, or none that goes with this numpy
            return False
        record.rates[first : first + size] = leaving[record.steps]
        record.counts[first : first + size] = np.outer(record.steps + 1, EACH)
        first += size
    return True


def _by_numpy(troop: _Troop, record: Record, watch: Watch | None) -> None:
    """Fill the record step by step."""
    spec, entry, optimizer, rules = troop.spec, troop.entry, troop.optimizer, troop.rules
    rates = _Rates(troop.teams, troop.sizes)
    active = np.arange(len(troop.numbers))
    evaluations = np.zeros((len(active), 3), dtype=int)  # beyond those of each row
    problem = troop.problem(evaluations)
    objective = problem.objective
    points, state, memory = record.starts, optimizer.init(record.starts), rules.init(record.starts)
    for step in range(spec.steps + 1):
        spend(STEP, len(points))
        problem.arrive(points)
        losses, gradient, rate = objective.value(points), objective.gradient(points), rates.at(step)
        norms = lengths(gradient)
        ended, memory = rules.check(points, losses[:, None], norms, memory)
        counts = evaluations[active] + (step + 1) * EACH
        record.put(step, active, ended[:, 0], points, losses, norms[:, 0], rate, counts)
        if ended.any():
            keep = ~ended[:, 0]
            active, rate = active[keep], rate[keep]
            points, losses, gradient = points[keep], losses[keep], gradient[keep]
            state, memory = ({name: x[keep] for name, x in kept.items()} for kept in (state, memory))
            rates.keep(keep)
        if not len(active) or step == spec.steps:
            break
        problem.active = active
        if spec.noise:
            problem.noise = spec.noise * _normal(spec.seed, step, troop.numbers[active], points.shape[-1])
        seen = losses
        if entry.batch_size:
            problem.objective = batch = _batch(troop, step)
            seen, gradient = batch.value(points), batch.gradient(points)
        count = np.full((1, 1), step + 1.0)
        now = Step(points, seen, problem.seen(gradient), rate[:, None], count, problem)
        points, state = optimizer.update(now, state)
        rates.observe(step, -losses if entry.maximize else losses)
        if watch:
            watch(now, state)


def _runs(troop: _Troop, record: Record, balls: Sequence[Ball]) -> list[Run]:
    """All runs, not yet judged."""
    sign = -1 if troop.entry.maximize else 1  # to climb is to descend the function upside down
    rows = np.minimum(record.ends, troop.spec.steps) + 1
    statuses = _statuses(troop, record)
    return [
        Run(
            ball,
            record.points[i, :n],
            sign * record.losses[i, :n],
            record.norms[i, :n],
            record.rates[i, :n],
            statuses[i],
            counts=record.counts[i, :n],
        )
        for i, (ball, n) in enumerate(zip(balls, rows, strict=True))
    ]


def _statuses(troop: _Troop, record: Record) -> list[Status]:
    """How each ball ended by the rules, told from its last rows; of one at rest, no more than that."""
    ball, end = np.arange(len(record.ends)), np.minimum(record.ends, troop.spec.steps)
    points, losses, norms = (x[ball, end] for x in (record.points, record.losses, record.norms))
    before = np.maximum(end - 1, 0)
    state = {
        "start": record.starts,
        "before": np.where(end[:, None] > 0, record.points[ball, before], np.nan),
        "loss": np.where(end > 0, record.losses[ball, before], np.nan)[:, None],
        "first_loss": record.losses[:, :1],
        "first_norm": record.norms[:, :1],
    }
    with np.errstate(all="ignore"):
        diverged = troop.rules.diverged(points, losses[:, None], state)[:, 0]
        rests = troop.rules.rests(points, losses[:, None], norms[:, None], state)[:, 0]
    unended = record.ends > troop.spec.steps
    kinds = [Status.GOING, Status.DIVERGED, Status.CONVERGED]
    found = np.select([unended, diverged, rests], range(len(kinds)), len(kinds))
    return [[*kinds, Status.OSCILLATING][i] for i in found]


def _normal(seed: int, step: int, numbers: NDArray[np.intp], dims: int) -> Array:
    """Standard normal numbers (balls, dims) that depend on the seed, the step and the ball's number only."""
    return np.random.default_rng((seed, step)).standard_normal((numbers.max(), dims))[numbers - 1]


def _batch(troop: _Troop, step: int) -> Objective:
    """What the update at a step sees: the samples whose turn it is, the same for all balls."""
    data, size = troop.act.objective, troop.entry.batch_size
    assert isinstance(data, DataObjective)
    assert size is not None
    batch = data.batch(step, size, troop.spec.seed)
    return Negated(batch) if troop.entry.maximize else batch
