"""Averaged stochastic gradient descent."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, decayed, zeros
from gdanim.engine.runs import Array
from gdanim.registry import optimizers

SMALL = 1e-3  # a decay that leaves the edge of stability where it is


@optimizers.register
def asgd(lambd: float = 1e-4, alpha: float = 0.75, t0: float = 1e6, weight_decay: float = 0.0) -> Optimizer:
    """Gradient descent that decays its rate and its point, so that an average can settle.

    The ball is the iterate; the average, from step ``t0`` on, is the state ``ax``.
    Source: torch.optim.ASGD; B. Polyak, A. Juditsky (1992).
    """
    at_least_zero(weight_decay=weight_decay)

    def init(points: Array) -> State:
        return {**zeros(points, "ax"), "eta": np.full((len(points), 1), np.nan)}

    def update(now: Step, state: State) -> tuple[Array, State]:
        eta = np.where(now.count == 1, now.learning_rate, state["eta"])
        gradient = decayed(now, weight_decay)
        points = now.points * (1 - lambd * eta) - eta * gradient
        mu = 1 / np.maximum(1, now.count - 1 - t0)
        average = np.where(mu == 1, points, state["ax"] + (points - state["ax"]) * mu)
        eta = now.learning_rate / (1 + lambd * now.learning_rate * now.count) ** alpha
        return points, {"ax": average, "eta": eta}

    decay = lambd + weight_decay
    return Optimizer(init, update, 1e-2, stable=2.0 if decay <= SMALL else None, decay=decay)
