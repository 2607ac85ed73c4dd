"""The inside of one descent: what its optimizer remembered at every step, for a film to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.descent import tries
from gdanim.engine.optimizers import State, Step
from gdanim.engine.optimizers.rule import BY_STEP, Rule
from gdanim.engine.restarts import joined
from gdanim.engine.runs import Array
from gdanim.engine.solution import Act

if TYPE_CHECKING:
    from gdanim.spec import Part


@dataclass(frozen=True)
class Anatomy:
    """Row k of each array belongs to the update from row k of the ball's points to row k + 1.

    Where a ball starts anew instead, there is no update: nan.
    """

    rule: Rule  # how the optimizer is written; of one that climbs its step alone
    learning_rates: Array  # (steps,)
    gradients: Array  # (steps, n): as the optimizer got them, with noise and clipping; negated to climb
    moves: Array  # (steps, n): the whole step taken
    momentum: Array | None  # (steps, n): the memory of gradients after the update; None where there is none
    second_moment: Array | None  # (steps, n): the memory of their squares


def anatomy(spec: Part, act: Act, ball: int) -> Anatomy:
    """The ball of this number (from 1) in an act of a part of a film, run again by itself.

    Raises IndexError where there is none, InputError where the runs of the act are from elsewhere.
    """
    found = act.again("the inside of a descent")
    known = [(team, b) for team in found.teams for b in team.balls if b.number == ball]
    if not known:
        raise IndexError(f"act {act.number} has no ball {ball}")
    team = replace(known[0][0], balls=(known[0][1],))
    steps: list[tuple[Step, State]] = []
    (legs,) = tries(spec, found, [team], lambda step, state: steps.append((step, state)))
    run = joined(legs, team.entry.maximize)
    starts = [leg.row for leg in run.legs] or [0]
    updates = [row + k for row, leg in zip(starts, legs, strict=False) for k in range(leg.steps)]

    def rows(values: Iterable[Array]) -> Array:
        """The values of the updates, each at its row."""
        kept = np.full((run.steps, len(found.domain)), np.nan)
        kept[updates] = np.array(list(values)).reshape(-1, kept.shape[1])
        return kept

    def memory(name: str | None) -> Array | None:
        return None if name is None else rows(state[name][0] for _, state in steps)

    return Anatomy(
        rule=BY_STEP if team.entry.maximize else team.optimizer.rule,
        learning_rates=run.learning_rates[:-1],
        gradients=rows(step.gradient[0] for step, _ in steps),
        moves=rows(np.diff(run.points, axis=0)[updates]),
        momentum=memory(team.optimizer.momentum),
        second_moment=memory(team.optimizer.second_moment),
    )
