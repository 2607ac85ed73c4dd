"""Sophia: a momentum over the curvature, clipped."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, zeros
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers


@optimizers.register
def sophia(
    betas: tuple[float, float] = (0.96, 0.99),
    eps: float = 1e-12,
    weight_decay: float = 0.0,
    gamma: float = 0.01,
    update_interval: int = 10,
) -> Optimizer:
    """Each coordinate's mean gradient over its curvature, and nowhere more than the rate.

    Every ``update_interval`` steps the exact diagonal of the Hessian takes the place of the paper's estimate.
    Source: H. Liu and others, Sophia: A Scalable Stochastic Second-order Optimizer (2023), algorithm 3.
    """
    at_least_zero(weight_decay=weight_decay)
    check_betas(betas)
    for name, value in (("gamma", gamma), ("eps", eps)):
        if not value > 0:
            raise SettingError((name,), f"{name} must be above 0, not {value:g}")
    if not update_interval >= 1:
        raise SettingError(("update_interval",), f"update_interval must be at least 1, not {update_interval}")
    beta1, beta2 = betas

    def init(points: Array) -> State:
        return zeros(points, "exp_avg", "curvature")

    def update(now: Step, state: State) -> tuple[Array, State]:
        mean = beta1 * state["exp_avg"] + (1 - beta1) * now.gradient
        curvature = state["curvature"]
        if (int(now.count.item()) - 1) % update_interval == 0:
            diagonal = np.diagonal(now.problem.hessian(now.points), axis1=-2, axis2=-1)
            curvature = beta2 * curvature + (1 - beta2) * diagonal
        step = np.clip(mean / np.maximum(gamma * curvature, eps), -1, 1)
        points = now.points * (1 - now.learning_rate * weight_decay) - now.learning_rate * step
        return points, {"exp_avg": mean, "curvature": curvature}

    return Optimizer(init, update, 1e-2, momentum="exp_avg", decay=weight_decay)
