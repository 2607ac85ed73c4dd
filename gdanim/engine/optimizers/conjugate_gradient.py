"""Nonlinear conjugate gradients."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, dot, zeros
from gdanim.engine.optimizers.line_search import HALTS, strong_wolfe
from gdanim.engine.runs import Array
from gdanim.registry import optimizers


@optimizers.register
def conjugate_gradient() -> Optimizer:
    """Line searches, each in a direction that does not spoil the ones before.

    The learning rate is the first step's length. Source: E. Polak, G. Ribiere (1969); J. Nocedal, S. Wright,
    Numerical Optimization (2nd ed. 2006), algorithm 5.4 with equations 5.45 and 3.60 and the Wolfe
    constants 1e-4 and 0.1.
    """

    def init(points: Array) -> State:
        flat = np.zeros((len(points), 1))
        return {**zeros(points, "gradient", "direction"), "slope": flat, "length": flat}

    def update(now: Step, state: State) -> tuple[Array, State]:
        old = state["gradient"]
        known = (now.count > 1) & (dot(old, old) > 0)
        beta = dot(now.gradient, now.gradient - old) / np.where(known, dot(old, old), 1)
        direction = -now.gradient + np.where(known, np.maximum(beta, 0), 0) * state["direction"]
        slope = dot(now.gradient, direction)
        uphill = ~(slope < 0)
        direction = np.where(uphill, -now.gradient, direction)
        slope = np.where(uphill, -dot(now.gradient, now.gradient), slope)
        # As far in loss, to first order, as the last step; if there was none, the rate as a length.
        again = state["length"] * state["slope"] / np.where(slope == 0, -1, slope)
        start = now.learning_rate / np.where(slope == 0, 1, np.sqrt(dot(direction, direction)))
        start = np.where(again > 0, np.where(now.learning_rate > 0, again, 0), start)
        length = strong_wolfe(now, direction, slope, start, 1e-4, 0.1)
        new = {"gradient": now.gradient, "direction": direction, "slope": slope, "length": length}
        return now.points + length * direction, new

    return Optimizer(init, update, 1.0, momentum="direction", searches=True, halts=HALTS)
