"""The descent itself: every ball of a spec, all balls of an optimizer at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.engine import restarts, verdicts
from gdanim.engine.balls import Cast, Team, cast
from gdanim.engine.functions import DataObjective
from gdanim.engine.optimizers import State, Step
from gdanim.engine.problem import Negated, Problem
from gdanim.engine.solution import Act, Array, Ball, Evaluations, Objective, Run, Solution, Status

if TYPE_CHECKING:
    from gdanim.entries import OptimizerEntry
    from gdanim.spec import Spec, Stop

Mask = NDArray[np.bool_]
Watch = Callable[[Step, State], None]  # sees each step with the state that follows it

HIGHEST_LOSS = 1e10  # a ball above has diverged,
FARTHEST = 1000.0  # and so has one this many domain diagonals from its start
SAME = 1e-6  # of the last move: two steps that end this near their beginning are a cycle
SMALLEST_CYCLE = 1e-6  # of the domain's diagonal; a smaller one is rounding at rest
CERTAIN = 20  # repetitions after which a cycle of two points is one, and the ball stops


class _Record:
    """The rows that the balls of one optimizer leave behind, each ball's up to its end."""

    def __init__(self, balls: Sequence[Ball], steps: int) -> None:
        self.balls = balls
        self.starts = np.array([ball.start for ball in balls])
        count, dims = self.starts.shape
        # Untouched pages of an empty array cost nothing, so a ball that stops early keeps little.
        self.points = np.empty((count, steps + 1, dims))
        self.losses, self.norms, self.rates = np.empty((3, count, steps + 1))
        self.status = [Status.GOING] * count
        self.rows = np.full(count, steps + 1)

    def runs(self, extra: NDArray[np.int64], climbs: bool) -> list[Run]:
        """All runs, not yet judged; ``extra`` (balls, 3) are the evaluations beside those of the rows.

        Where a ball ``climbs``, the losses put down were those of the function upside down.
        """
        evaluations = (extra + np.outer(self.rows, [1, 1, 0])).tolist()
        return [
            Run(
                ball,
                self.points[i, :n],
                -self.losses[i, :n] if climbs else self.losses[i, :n],
                self.norms[i, :n],
                self.rates[i, :n],
                self.status[i],
                verdict="",
                reason="",
                evaluations=Evaluations(*evaluations[i]),
            )
            for i, (ball, n) in enumerate(zip(self.balls, self.rows, strict=True))
        ]


class _Rules:
    """When a ball ends before the spec's steps, told from its rows."""

    def __init__(self, stop: Stop, diagonal: float, objective: Objective, record: _Record) -> None:
        self._stop, self._diagonal = stop, diagonal
        self._objective, self._record = objective, record
        self._cycles = np.zeros(len(record.balls), dtype=int)

    def ends(self, step: int, active: NDArray[np.intp]) -> Mask:
        """Which of the active balls end here; their status and number of rows are put down."""
        record = self._record
        points, losses, norms = (
            record.points[active, step],
            record.losses[active, step],
            record.norms[active, step],
        )
        away = lengths(points - record.starts[active]) > FARTHEST * self._diagonal
        diverged = ~np.isfinite(losses) | (losses > HIGHEST_LOSS) | away
        rest = norms < self._stop.gradient_norm
        if step and self._stop.loss_change:
            rest |= np.abs(losses - record.losses[active, step - 1]) < self._stop.loss_change
        ended: Mask = diverged | rest
        if step >= 2:
            repeated = self._repeated(
                points, record.points[active, step - 1], record.points[active, step - 2]
            )
            cycles = self._cycles[active] = np.where(repeated, self._cycles[active] + 1, 0)
            ended |= cycles >= CERTAIN
        for i in np.flatnonzero(ended):
            record.status[active[i]] = self._status(points[i], bool(diverged[i]), bool(rest[i]))
        record.rows[active[ended]] = step + 1
        return ended

    def _repeated(self, points: Array, before: Array, two_before: Array) -> Mask:
        """Whether the last two steps led back: no zigzag that still makes progress does."""
        move = lengths(points - before)
        back: Mask = lengths(points - two_before) <= SAME * move
        large: Mask = move > SMALLEST_CYCLE * self._diagonal
        return back & large

    def _status(self, point: Array, diverged: bool, rest: bool) -> Status:
        if diverged:
            return Status.DIVERGED
        if not rest:
            return Status.OSCILLATING
        return verdicts.at_rest(self._objective, point, self._diagonal, self._stop.gradient_norm)


def lengths(vectors: Array) -> Array:
    """Euclidean norms of rows; numpy's own function takes longer than all else for few balls."""
    return np.asarray(np.sqrt((vectors * vectors).sum(axis=-1)))


class _Rates:
    """The learning rates of the balls of several teams, and what the schedules remember of each ball."""

    def __init__(self, teams: Sequence[Team]) -> None:
        self._teams = teams
        self._team_of = np.repeat(np.arange(len(teams)), [len(team.balls) for team in teams])
        self._states = [team.schedule.init(team.rate, len(team.balls)) for team in teams]

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


def solve(spec: Spec) -> Solution:
    """All balls of a film, run to their ends and judged. Raises CastError if it cannot be played."""
    return Solution(spec.film, tuple(_act(part, act) for part in spec.parts for act in cast(part)))


def _act(spec: Spec, act: Cast) -> Act:
    groups = [list(teams) for _, teams in groupby(act.teams, key=lambda team: id(team.optimizer))]
    entries = [team.entry for team in act.teams for _ in team.balls]
    found = [legs for teams in groups for legs in tries(spec, act, teams)]
    legs = [leg for legs in found for leg in legs]
    of_legs = [entry for entry, legs in zip(entries, found, strict=True) for _ in legs]
    judged = iter(verdicts.judged(legs, of_legs, act, spec.stop))
    runs = [
        restarts.joined(list(islice(judged, len(legs))), entry.maximize)
        for legs, entry in zip(found, entries, strict=True)
    ]
    return Act(act.objective, act.domain, runs)


def tries(spec: Spec, act: Cast, teams: Sequence[Team], watch: Watch | None = None) -> list[list[Run]]:
    """For each ball of the teams of one optimizer its runs, not yet judged: the first and its restarts."""
    found = {run.ball.number: [run] for run in descend(spec, act, teams, watch)}
    for restart in range(1, teams[0].entry.restarts + 1):
        ended = {number for number, legs in found.items() if legs[-1].status is not Status.GOING}
        again = restarts.anew(spec, act, teams, ended, restart)
        for run in descend(restarts.reseeded(spec, restart), act, again, watch) if again else ():
            found[run.ball.number].append(run)
    return list(found.values())


def descend(spec: Spec, act: Cast, teams: Sequence[Team], watch: Watch | None = None) -> list[Run]:
    """The runs of the teams of one optimizer, not yet judged; ``watch`` is shown every step."""
    with np.errstate(all="ignore"):  # a diverging ball overflows; that is what it does
        return _descend(spec, act, teams, watch)


def _descend(spec: Spec, act: Cast, teams: Sequence[Team], watch: Watch | None) -> list[Run]:
    entry, optimizer = teams[0].entry, teams[0].optimizer
    objective: Objective = Negated(act.objective) if entry.maximize else act.objective
    record = _Record([ball for team in teams for ball in team.balls], spec.steps)
    rules = _Rules(spec.stop, act.diagonal, objective, record)
    rates = _Rates(teams)
    numbers = np.array([ball.number for ball in record.balls])
    active = np.arange(len(numbers))
    counts = np.zeros((len(numbers), 3), dtype=int)
    problem = Problem(objective, counts, active, entry.clip_value, entry.clip_norm)
    points, state = record.starts, optimizer.init(record.starts)
    for step in range(spec.steps + 1):
        problem.arrive(points)
        losses, gradient, rate = objective.value(points), objective.gradient(points), rates.at(step)
        record.points[active, step], record.losses[active, step] = points, losses
        record.norms[active, step], record.rates[active, step] = lengths(gradient), rate
        ended = rules.ends(step, active)
        if ended.any():
            keep = ~ended
            active, rate = active[keep], rate[keep]
            points, losses, gradient = points[keep], losses[keep], gradient[keep]
            state = {name: values[keep] for name, values in state.items()}
            rates.keep(keep)
        if not len(active) or step == spec.steps:
            break
        problem.active = active
        if spec.noise:
            problem.noise = spec.noise * _normal(spec.seed, step, numbers[active], points.shape[-1])
        seen = losses
        if entry.batch_size:
            problem.objective = batch = _batch(spec, act, entry, step)
            seen, gradient = batch.value(points), batch.gradient(points)
        now = Step(points, seen, problem.seen(gradient), rate[:, None], problem)
        points, state = optimizer.update(now, state)
        rates.observe(step, -losses if entry.maximize else losses)
        if watch:
            watch(now, state)
    return record.runs(counts, climbs=entry.maximize)


def _normal(seed: int, step: int, numbers: NDArray[np.intp], dims: int) -> Array:
    """Standard normal numbers (balls, dims) that depend on the seed, the step and the ball's number only."""
    return np.random.default_rng((seed, step)).standard_normal((numbers.max(), dims))[numbers - 1]


def _batch(spec: Spec, act: Cast, entry: OptimizerEntry, step: int) -> Objective:
    """What the update at a step sees: the samples whose turn it is, the same for all balls."""
    assert isinstance(act.objective, DataObjective)
    assert entry.batch_size is not None
    batch = act.objective.batch(step, entry.batch_size, spec.seed)
    return Negated(batch) if entry.maximize else batch
