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

HIGHEST_RISE = (
    1e10  # of the loss over that at the start: a ball that rose more has diverged. Large losses have
)
STEEPEST_RISE = 1e4  # more room: so many times the rise that the first slope makes over the domain,
LARGEST_RISE = 1e3  # and as many times the first loss
FARTHEST = 1000.0  # and so has one this many domain diagonals from its start
STILL = 1e-5  # of the domain's diagonal: a ball whose last step was longer is not at rest if it coasts
SAME = 1e-6  # of the last move: two steps that end this near their beginning are a cycle
SMALLEST_CYCLE = 1e-6  # of the domain's diagonal; a smaller one is rounding at rest
CERTAIN = 20  # repetitions after which a cycle of two points is one, and the ball stops


@dataclass(frozen=True)
class Rules:
    """The rules of a descent, as a pair of pure functions with explicit state, like an optimizer's."""

    stop: Stop
    diagonal: float
    coasts: bool = False  # whether the optimizer moves on where the gradient is zero

    def _squared(self, share: float) -> float:
        """Of the diagonal; inf where that is too much, at which a power of Python's fails."""
        return (share * self.diagonal) * (share * self.diagonal)

    def init(self, points: Array) -> State:
        """What is remembered at the starts (balls, dims)."""
        unknown, one = np.full_like(points, np.nan), points[:, :1]
        return {
            "start": points,
            "before": unknown,
            "two_before": unknown,
            "loss": np.full_like(one, np.nan),
            "first_loss": np.full_like(one, np.nan),
            "first_norm": np.full_like(one, np.nan),
            "cycles": np.zeros_like(one),
        }

    def check(self, points: Array, losses: Array, norms: Array, state: State) -> tuple[Mask, State]:
        """Which balls end at these rows, and what is remembered of them; losses and norms are (balls, 1)."""
        move = squares(points - state["before"])
        back = squares(points - state["two_before"]) <= SAME**2 * move  # no zigzag that makes progress does
        repeated = back & (move > self._squared(SMALLEST_CYCLE))
        cycles = np.where(repeated, state["cycles"] + 1, 0)
        begun = state["first_loss"] == state["first_loss"]
        now = {
            **state,
            "first_loss": np.where(begun, state["first_loss"], losses),
            "first_norm": np.where(begun, state["first_norm"], norms),
        }
        ended = self.diverged(points, losses, now) | self.rests(points, losses, norms, now)
        return ended | (cycles >= CERTAIN), {
            **now,
            "before": points,
            "two_before": state["before"],
            "loss": losses,
            "cycles": cycles,
        }

    def diverged(self, points: Array, losses: Array, state: State) -> Mask:
        """Of balls of which ``state`` has the start, and the loss and the gradient's norm there."""
        away: Mask = squares(points - state["start"]) > self._squared(FARTHEST)
        slope = STEEPEST_RISE * self.diagonal * state["first_norm"]
        large = np.maximum(np.where(np.isfinite(slope), slope, 0), LARGEST_RISE * np.abs(state["first_loss"]))
        risen: Mask = losses - state["first_loss"] > np.maximum(HIGHEST_RISE, large)
        return ~np.isfinite(losses) | risen | away

    def rests(self, points: Array, losses: Array, norms: Array, state: State) -> Mask:
        """Of balls of which ``state`` has the row before, and the gradient's norm at the start.

        Where there is no gradient nothing moves a ball any more, either.
        """
        share, scale = (state["first_norm"], np.abs(losses)) if self.stop.relative else (1.0, 1.0)
        small: Mask = norms < self.stop.gradient_norm * share
        if self.coasts:
            small = small & ~(squares(points - state["before"]) > self._squared(STILL))
        small = small | ~np.isfinite(norms)
        if not self.stop.loss_change:
            return small
        return small | (np.abs(losses - state["loss"]) < self.stop.loss_change * scale)


def squares(vectors: Array) -> Array:
    """Squared Euclidean norms of rows, shape (balls, 1)."""
    return dot(vectors, vectors)


def lengths(vectors: Array) -> Array:
    """Euclidean norms of rows, shape (balls, 1); numpy's own function is slow for few."""
    return np.sqrt(squares(vectors))
