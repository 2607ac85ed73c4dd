"""How far to go along a direction: searches for many balls at once, each ending for itself.

``direction`` (balls, dims) leads downhill with ``slope`` (balls, 1), ``start`` (balls, 1) is the first
length to try. Both return lengths of shape (balls, 1); a ball that finds none stays where it is.
"""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Step, dot
from gdanim.engine.runs import Array

TRIALS = 40
HALTS = "its line search finds no lower loss"  # what holds a ball that finds none
ROUNDING = 4 * float(np.finfo(float).eps)


def _promised(now: Step, fall: Array) -> Array:
    """The loss (balls,) after a fall (balls, 1), and what rounding may add to it, all there is at rest."""
    return now.losses + fall[:, 0] + ROUNDING * np.abs(now.losses)


def armijo(now: Step, direction: Array, slope: Array, start: Array, c1: float, shrink: float) -> Array:
    """Shorten the length until the loss falls by at least ``c1`` of what the slope promises.

    Source: L. Armijo (1966); J. Nocedal, S. Wright, Numerical Optimization (2nd ed. 2006), algorithm 3.1.
    """
    length, pending = start.copy(), np.ones(len(start), dtype=bool)
    for _ in range(TRIALS):
        trial = now.points + length * direction
        promised = _promised(now, c1 * length * slope)
        pending[pending] = ~(now.problem.value(trial[pending], pending) <= promised[pending])
        if not pending.any():
            return length
        length[pending] *= shrink
    length[pending] = 0
    return length


def strong_wolfe(now: Step, direction: Array, slope: Array, start: Array, c1: float, c2: float) -> Array:
    """Double or bisect the length until the loss has fallen enough and the slope is ``c2`` of what it was.

    Between a length too short (enough fall, still steep) and one too long (no such fall, or uphill) lies
    an acceptable one, so that bisection ends. Source: J. Nocedal, S. Wright, Numerical Optimization
    (2nd ed. 2006), section 3.5, with bisection as their zoom.
    """
    length, low, high = start.copy(), np.zeros_like(start), np.full_like(start, np.inf)
    pending = start[:, 0] > 0
    for _ in range(TRIALS):
        if not pending.any():
            break
        trial = now.points + length * direction
        promised = _promised(now, c1 * length * slope)
        fallen = np.zeros_like(pending)
        fallen[pending] = now.problem.value(trial[pending], pending) <= promised[pending]
        steepness = np.full_like(length, np.inf)
        steepness[fallen] = dot(now.problem.gradient(trial[fallen], fallen), direction[fallen])
        allowed = c2 * np.abs(slope)
        short = fallen[:, None] & (steepness < -allowed)
        pending &= ~(fallen & (np.abs(steepness) <= allowed)[:, 0])
        waiting = pending[:, None]
        low = np.where(waiting & short, length, low)
        high = np.where(waiting & ~short, length, high)
        middle = np.where(np.isinf(high), 2 * length, (low + high) / 2)
        length = np.where(waiting, middle, length)
    return np.where(pending[:, None], low, length)
