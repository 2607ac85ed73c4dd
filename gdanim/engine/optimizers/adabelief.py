"""AdaBelief: Adam by the surprise in the gradient."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, decayed, zeros
from gdanim.engine.optimizers.moments import damped, effective, means
from gdanim.engine.runs import Array
from gdanim.registry import optimizers


@optimizers.register
def adabelief(
    betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-16, weight_decay: float = 0.0
) -> Optimizer:
    """Adam by how far gradients stray from their mean: long steps where they are as expected.

    Source: J. Zhuang and others, AdaBelief Optimizer (2020), algorithm 2, with its authors' eps.
    """
    at_least_zero(eps=eps, weight_decay=weight_decay)
    check_betas(betas)
    beta1, beta2 = betas

    def init(points: Array) -> State:
        return zeros(points, "exp_avg", "exp_avg_var")

    def update(now: Step, state: State) -> tuple[Array, State]:
        gradient = decayed(now, weight_decay)
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        surprise = gradient - mean
        variance = beta2 * state["exp_avg_var"] + (1 - beta2) * surprise * surprise + eps
        denominator = np.sqrt(variance / (1 - beta2**now.count)) + eps
        points = now.points - now.learning_rate * (mean / (1 - beta1**now.count)) / denominator
        return points, {"exp_avg": mean, "exp_avg_var": variance}

    def size(gradients: Array) -> Array:
        surprises = (gradients - means(gradients, beta1)) ** 2 + eps / (1 - beta2)
        return np.asarray(np.sqrt(means(surprises, beta2)[-1] / (1 - beta2 ** len(gradients))) + eps)

    return Optimizer(
        init,
        update,
        1e-3,
        momentum="exp_avg",
        second_moment="exp_avg_var",
        decay=weight_decay,
        effective=effective(size, damped(beta1)),
    )
