"""Adan: Nesterov's momentum from differences of gradients."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, zeros
from gdanim.engine.runs import Array
from gdanim.registry import optimizers


@optimizers.register
def adan(
    betas: tuple[float, float, float] = (0.98, 0.92, 0.99), eps: float = 1e-8, weight_decay: float = 0.0
) -> Optimizer:
    """Adam that looks ahead by how the gradient has just changed, at no gradient more.

    Source: X. Xie and others, Adan: Adaptive Nesterov Momentum Algorithm (2022), algorithm 1, whose betas
    are 1 less these, with its authors' corrections for the start. (optax.adan weighs the change of the
    gradient by 1 - betas[1], 0.08, where the paper has 0.92.)
    """
    at_least_zero(eps=eps, weight_decay=weight_decay)
    check_betas(betas)
    beta1, beta2, beta3 = betas

    def init(points: Array) -> State:
        return zeros(points, "exp_avg", "exp_avg_diff", "exp_avg_sq", "before")

    def update(now: Step, state: State) -> tuple[Array, State]:
        gradient = now.gradient
        change = np.where(now.count == 1, 0.0, gradient - state["before"])
        ahead = gradient + beta2 * change
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        trend = beta2 * state["exp_avg_diff"] + (1 - beta2) * change
        square = beta3 * state["exp_avg_sq"] + (1 - beta3) * ahead * ahead
        step = mean / (1 - beta1**now.count) + beta2 * trend / (1 - beta2**now.count)
        size = np.sqrt(square / (1 - beta3**now.count)) + eps
        points = (now.points - now.learning_rate * step / size) / (1 + now.learning_rate * weight_decay)
        new = {"exp_avg": mean, "exp_avg_diff": trend, "exp_avg_sq": square, "before": gradient}
        return points, new

    return Optimizer(init, update, 1e-3, momentum="exp_avg", second_moment="exp_avg_sq", decay=weight_decay)
