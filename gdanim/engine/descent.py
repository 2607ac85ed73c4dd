"""The descent itself: every ball of a spec, all balls of an optimizer at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.engine import verdicts
from gdanim.engine.balls import Cast, Team, cast
from gdanim.engine.functions import DataObjective
from gdanim.engine.optimizers import State, Step
from gdanim.engine.problem import Negated, Problem
from gdanim.engine.solution import Act, Array, Evaluations, Objective, Run, Solution, Status

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


@dataclass(frozen=True)
class _Rules:
    """When a ball ends before the spec's steps."""

    stop: Stop
    diagonal: float

    def diverged(self, points: Array, starts: Array, losses: Array) -> Mask:
        away: Mask = np.linalg.norm(points - starts, axis=-1) > FARTHEST * self.diagonal
        return ~np.isfinite(losses) | (losses > HIGHEST_LOSS) | away

    def at_rest(self, norms: Array, losses: Array, previous: Array | None) -> Mask:
        rest = norms < self.stop.gradient_norm
        return rest if previous is None else rest | (np.abs(losses - previous) < self.stop.loss_change)

    def repeated(self, points: Array, before: Array, two_before: Array) -> Mask:
        """Whether the last two steps led back: no zigzag that still makes progress does."""
        move = np.linalg.norm(points - before, axis=-1)
        back: Mask = np.linalg.norm(points - two_before, axis=-1) <= SAME * move
        large: Mask = move > SMALLEST_CYCLE * self.diagonal
        return back & large


class _Rates:
    """The learning rates of the balls of several teams, and what the schedules remember of each ball."""

    def __init__(self, teams: Sequence[Team], team_of: NDArray[np.intp]) -> None:
        self._teams = teams
        self._team_of = team_of
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
    """All balls of a spec, run to their ends and judged. Raises CastError if it cannot be played."""
    return Solution(spec.film, tuple(_act(spec, act) for act in cast(spec)))


def _act(spec: Spec, act: Cast) -> Act:
    groups = [list(teams) for _, teams in groupby(act.teams, key=lambda team: id(team.optimizer))]
    entries = [team.entry for team in act.teams for _ in team.balls]
    runs = [run for teams in groups for run in descend(spec, act, teams)]
    return Act(act.objective, act.domain, verdicts.judged(runs, entries, act, spec.stop))


def descend(spec: Spec, act: Cast, teams: Sequence[Team], watch: Watch | None = None) -> list[Run]:
    """The runs of the teams of one optimizer, not yet judged; ``watch`` is shown every step."""
    with np.errstate(all="ignore"):  # a diverging ball overflows; that is what it does
        return _descend(spec, act, teams, watch)


def _descend(spec: Spec, act: Cast, teams: Sequence[Team], watch: Watch | None) -> list[Run]:
    entry, optimizer, steps = teams[0].entry, teams[0].optimizer, spec.steps
    rules = _Rules(spec.stop, act.diagonal)
    objective: Objective = Negated(act.objective) if entry.maximize else act.objective
    balls = [ball for team in teams for ball in team.balls]
    numbers = np.array([ball.number for ball in balls])
    starts = np.array([ball.start for ball in balls])
    count, dims = starts.shape
    # Untouched pages of an empty array cost nothing, so a ball that stops early keeps little.
    trail = np.empty((count, steps + 1, dims))
    series = np.empty((3, count, steps + 1))  # losses, gradient norms, learning rates
    status = [Status.GOING] * count
    rows = np.full(count, steps + 1)
    cycles = np.zeros(count, dtype=int)

    active = np.arange(count)
    rates = _Rates(teams, np.repeat(np.arange(len(teams)), [len(team.balls) for team in teams]))
    problem = Problem(objective, np.zeros((count, 3), int), active, entry.clip_value, entry.clip_norm)
    points, state = starts, optimizer.init(starts)
    for step in range(steps + 1):
        problem.arrive(points)
        losses, gradient = objective.value(points), objective.gradient(points)
        norms, now = np.linalg.norm(gradient, axis=-1), rates.at(step)
        trail[active, step] = points
        series[:, active, step] = losses, norms, now

        diverged = rules.diverged(points, starts[active], losses)
        rest = rules.at_rest(norms, losses, series[0, active, step - 1] if step else None) & ~diverged
        if step >= 2:
            repeated = rules.repeated(points, trail[active, step - 1], trail[active, step - 2])
            cycles[active] = np.where(repeated, cycles[active] + 1, 0)
        ended = diverged | rest | (cycles[active] >= CERTAIN)
        if ended.any():
            for i in np.flatnonzero(ended):
                status[active[i]] = _status(objective, points[i], rules, diverged[i], rest[i])
            rows[active[ended]] = step + 1
            keep = ~ended
            active, now = active[keep], now[keep]
            points, losses, gradient = points[keep], losses[keep], gradient[keep]
            state = {name: values[keep] for name, values in state.items()}
            rates.keep(keep)
        if not len(active) or step == steps:
            break
        problem.active = active
        if spec.noise:
            problem.noise = spec.noise * _normal(spec.seed, step, numbers[active], dims)
        seen_losses = losses
        if entry.batch_size:
            problem.objective = batch = _batch(spec, act, entry, step)
            seen_losses, gradient = batch.value(points), batch.gradient(points)
        seen = Step(points, seen_losses, problem.seen(gradient), now[:, None], problem)
        points, state = optimizer.update(seen, state)
        rates.observe(step, -losses if entry.maximize else losses)
        if watch:
            watch(seen, state)
    losses, norms, used = series
    if entry.maximize:
        losses = -losses
    evaluations = (problem.evaluations + np.outer(rows, [1, 1, 0])).tolist()
    return [
        Run(
            ball,
            trail[i, :n],
            losses[i, :n],
            norms[i, :n],
            used[i, :n],
            status[i],
            verdict="",
            reason="",
            evaluations=Evaluations(*evaluations[i]),
        )
        for i, (ball, n) in enumerate(zip(balls, rows, strict=True))
    ]


def _batch(spec: Spec, act: Cast, entry: OptimizerEntry, step: int) -> Objective:
    """What the update at a step sees: the samples whose turn it is, the same for all balls."""
    assert isinstance(act.objective, DataObjective)
    assert entry.batch_size is not None
    batch = act.objective.batch(step, entry.batch_size, spec.seed)
    return Negated(batch) if entry.maximize else batch


def _normal(seed: int, step: int, numbers: NDArray[np.intp], dims: int) -> Array:
    """Standard normal numbers (balls, dims) that depend on the seed, the step and the ball's number only."""
    return np.random.default_rng((seed, step)).standard_normal((numbers.max(), dims))[numbers - 1]


def _status(objective: Objective, point: Array, rules: _Rules, diverged: bool, rest: bool) -> Status:
    if diverged:
        return Status.DIVERGED
    if not rest:
        return Status.OSCILLATING
    return verdicts.at_rest(objective, point, rules.diagonal, rules.stop.gradient_norm)
