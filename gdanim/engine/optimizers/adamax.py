"""Adamax: Adam by the largest gradient."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import (
    Optimizer,
    State,
    Step,
    at_least_zero,
    check_betas,
    decayed,
    lerp,
    zeros,
)
from gdanim.engine.optimizers.moments import damped, effective
from gdanim.engine.runs import Array
from gdanim.registry import optimizers


@optimizers.register
def adamax(
    betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.0
) -> Optimizer:
    """Adam with the largest recent gradient in the place of the typical one.

    Source: torch.optim.Adamax; D. Kingma, J. Ba (2015), section 7.1.
    """
    at_least_zero(eps=eps, weight_decay=weight_decay)
    check_betas(betas)
    beta1, beta2 = betas

    def init(points: Array) -> State:
        return zeros(points, "exp_avg", "exp_inf")

    def update(now: Step, state: State) -> tuple[Array, State]:
        gradient = decayed(now, weight_decay)
        mean = lerp(state["exp_avg"], gradient, 1 - beta1)
        largest = np.maximum(beta2 * state["exp_inf"], np.abs(gradient) + eps)
        points = now.points - now.learning_rate / (1 - beta1**now.count) * mean / largest
        return points, {"exp_avg": mean, "exp_inf": largest}

    def size(gradients: Array) -> Array:
        ages = np.arange(len(gradients))[::-1, None]
        return np.asarray((beta2**ages * (np.abs(gradients) + eps)).max(axis=0))

    return Optimizer(
        init,
        update,
        2e-3,
        momentum="exp_avg",
        second_moment="exp_inf",
        decay=weight_decay,
        effective=effective(size, damped(beta1)),
    )
