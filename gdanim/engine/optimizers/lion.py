"""Lion: the sign of a momentum."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas
from gdanim.engine.runs import Array
from gdanim.registry import optimizers


@optimizers.register
def lion(betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0) -> Optimizer:
    """Every coordinate steps by the full rate, in the direction its momentum and its gradient agree on.

    Source: X. Chen and others, Symbolic Discovery of Optimization Algorithms (2023), algorithm 2.
    """
    at_least_zero(weight_decay=weight_decay)
    check_betas(betas)
    beta1, beta2 = betas

    def init(points: Array) -> State:
        return {"exp_avg": np.zeros_like(points)}

    def update(now: Step, state: State) -> tuple[Array, State]:
        mean = state["exp_avg"]
        direction = np.sign(beta1 * mean + (1 - beta1) * now.gradient)
        points = now.points - now.learning_rate * (direction + weight_decay * now.points)
        return points, {"exp_avg": beta2 * mean + (1 - beta2) * now.gradient}

    return Optimizer(init, update, 1e-4, momentum="exp_avg", decay=weight_decay, settles=False)
