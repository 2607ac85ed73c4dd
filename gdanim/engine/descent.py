"""The descent itself: every ball of a spec, all balls of an optimizer at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.engine import verdicts
from gdanim.engine.balls import Cast, Team, cast
from gdanim.engine.solution import Act, Array, Objective, Run, Solution, Status

if TYPE_CHECKING:
    from gdanim.spec import Spec, Stop

Mask = NDArray[np.bool_]

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


def solve(spec: Spec) -> Solution:
    """All balls of a spec, run to their ends and judged. Raises CastError if it cannot be played."""
    return Solution(spec.film, tuple(_act(spec, act) for act in cast(spec)))


def _act(spec: Spec, act: Cast) -> Act:
    diagonal = float(np.linalg.norm([high - low for low, high in act.domain]))
    rules = _Rules(spec.stop, diagonal)
    groups = [list(teams) for _, teams in groupby(act.teams, key=lambda team: id(team.optimizer))]
    with np.errstate(all="ignore"):  # a diverging ball overflows; that is what it does
        solved = [
            (teams[0].optimizer, run) for teams in groups for run in _descend(act, teams, rules, spec.steps)
        ]
    minima = [*act.objective.minima] or [
        tuple(run.points[-1].tolist()) for _, run in solved if run.status is Status.CONVERGED
    ]
    runs = [
        replace(
            run,
            verdict=verdicts.words(run, act.objective),
            reason=verdicts.reason(run, optimizer, act.objective, minima),
        )
        for optimizer, run in solved
    ]
    return Act(act.objective, act.domain, runs)


def _descend(act: Cast, teams: Sequence[Team], rules: _Rules, steps: int) -> list[Run]:
    """The runs of the teams of one optimizer, their verdicts still open."""
    optimizer, objective = teams[0].optimizer, act.objective
    balls = [ball for team in teams for ball in team.balls]
    team_of = np.repeat(np.arange(len(teams)), [len(team.balls) for team in teams])
    starts = np.array([ball.start for ball in balls])
    count, dims = starts.shape
    # Untouched pages of an empty array cost nothing, so a ball that stops early keeps little.
    trail = np.empty((count, steps + 1, dims))
    numbers = np.empty((3, count, steps + 1))  # losses, gradient norms, learning rates
    status = [Status.GOING] * count
    rows = np.full(count, steps + 1)
    cycles = np.zeros(count, dtype=int)

    active = np.arange(count)
    points, state = starts, optimizer.init(starts)
    for step in range(steps + 1):
        losses, gradient = objective.value(points), objective.gradient(points)
        norms = np.linalg.norm(gradient, axis=-1)
        rates = np.array([team.schedule(team.rate, step) for team in teams])[team_of[active]]
        trail[active, step] = points
        numbers[:, active, step] = losses, norms, rates

        diverged = rules.diverged(points, starts[active], losses)
        rest = rules.at_rest(norms, losses, numbers[0, active, step - 1] if step else None) & ~diverged
        if step >= 2:
            repeated = rules.repeated(points, trail[active, step - 1], trail[active, step - 2])
            cycles[active] = np.where(repeated, cycles[active] + 1, 0)
        ended = diverged | rest | (cycles[active] >= CERTAIN)
        if ended.any():
            for i in np.flatnonzero(ended):
                status[active[i]] = _status(objective, points[i], rules.diagonal, diverged[i], rest[i])
            rows[active[ended]] = step + 1
            keep = ~ended
            active, points, gradient, rates = active[keep], points[keep], gradient[keep], rates[keep]
            state = {name: values[keep] for name, values in state.items()}
        if not len(active):
            break
        points, state = optimizer.update(points, gradient, state, rates[:, None])
    losses, norms, rates = numbers
    return [
        Run(ball, trail[i, :n], losses[i, :n], norms[i, :n], rates[i, :n], status[i], verdict="", reason="")
        for i, (ball, n) in enumerate(zip(balls, rows, strict=True))
    ]


def _status(objective: Objective, point: Array, diagonal: float, diverged: bool, rest: bool) -> Status:
    if diverged:
        return Status.DIVERGED
    return verdicts.at_rest(objective, point, diagonal) if rest else Status.OSCILLATING
