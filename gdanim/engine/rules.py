"""When a ball ends before the spec's steps: at rest, in a cycle, or far out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.optimizers import State
from gdanim.engine.optimizers.base import dot
from gdanim.engine.runs import Array

if TYPE_CHECKING:
    from gdanim.spec.sections import Stop

Mask = NDArray[np.bool_]

HIGHEST_LOSS = 1e10  # a ball above has diverged,
FARTHEST = 1000.0  # and so has one this many domain diagonals from its start
SAME = 1e-6  # of the last move: two steps that end this near their beginning are a cycle
SMALLEST_CYCLE = 1e-6  # of the domain's diagonal; a smaller one is rounding at rest
CERTAIN = 20  # repetitions after which a cycle of two points is one, and the ball stops


@dataclass(frozen=True)
class Rules:
    """The rules of a descent, as a pair of pure functions with explicit state, like an optimizer's."""

    stop: Stop
    diagonal: float

    def init(self, points: Array) -> State:
        """What is remembered at the starts (balls, dims)."""
        unknown, one = np.full_like(points, np.nan), points[:, :1]
        return {
            "start": points,
            "before": unknown,
            "two_before": unknown,
            "loss": np.full_like(one, np.nan),
            "cycles": np.zeros_like(one),
        }

    def check(self, points: Array, losses: Array, norms: Array, state: State) -> tuple[Mask, State]:
        """Which balls end at these rows, and what is remembered of them; losses and norms are (balls, 1)."""
        move = squares(points - state["before"])
        back = squares(points - state["two_before"]) <= SAME**2 * move  # no zigzag that makes progress does
        repeated = back & (move > (SMALLEST_CYCLE * self.diagonal) ** 2)
        cycles = np.where(repeated, state["cycles"] + 1, 0)
        ended = self.diverged(points, losses, state["start"]) | self.rests(losses, norms, state["loss"])
        return ended | (cycles >= CERTAIN), {
            "start": state["start"],
            "before": points,
            "two_before": state["before"],
            "loss": losses,
            "cycles": cycles,
        }

    def diverged(self, points: Array, losses: Array, start: Array) -> Mask:
        away: Mask = squares(points - start) > (FARTHEST * self.diagonal) ** 2
        return ~np.isfinite(losses) | (losses > HIGHEST_LOSS) | away

    def rests(self, losses: Array, norms: Array, losses_before: Array) -> Mask:
        small: Mask = norms < self.stop.gradient_norm
        if not self.stop.loss_change:
            return small
        return small | (np.abs(losses - losses_before) < self.stop.loss_change)


def squares(vectors: Array) -> Array:
    """Squared Euclidean norms of rows, shape (balls, 1)."""
    return dot(vectors, vectors)


def lengths(vectors: Array) -> Array:
    """Euclidean norms of rows, shape (balls, 1); numpy's own function is slow for few."""
    return np.sqrt(squares(vectors))
