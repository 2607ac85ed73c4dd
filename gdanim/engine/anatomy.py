"""The inside of one descent: what its optimizer remembered at every step, for a film to show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.balls import cast
from gdanim.engine.descent import tries
from gdanim.engine.optimizers import State, Step
from gdanim.engine.optimizers.rule import BY_STEP, Rule
from gdanim.engine.restarts import joined
from gdanim.engine.solution import Array

if TYPE_CHECKING:
    from gdanim.spec import Spec


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


def anatomy(spec: Spec, ball: int, act: int = 1) -> Anatomy:
    """The ball of this number in this act (both from 1), run again by itself. Raises IndexError."""
    part, cast_act = [(part, found) for part in spec.parts for found in cast(part)][act - 1]
    found = [(team, b) for team in cast_act.teams for b in team.balls if b.number == ball]
    if not found:
        raise IndexError(f"act {act} has no ball {ball}")
    team = replace(found[0][0], balls=(found[0][1],))
    steps: list[tuple[Step, State]] = []
    (legs,) = tries(part, cast_act, [team], lambda step, state: steps.append((step, state)))
    run = joined(legs, team.entry.maximize)
    starts = [leg.row for leg in run.legs] or [0]
    updates = [row + k for row, leg in zip(starts, legs, strict=False) for k in range(leg.steps)]

    def rows(values: Iterable[Array]) -> Array:
        """The values of the updates, each at its row."""
        kept = np.full((run.steps, len(cast_act.domain)), np.nan)
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
