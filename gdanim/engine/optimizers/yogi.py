"""Yogi: Adam with a second moment that changes slowly."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, decayed
from gdanim.engine.optimizers.moments import damped, effective
from gdanim.engine.runs import Array
from gdanim.registry import optimizers


@optimizers.register
def yogi(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-3,
    weight_decay: float = 0.0,
    initial_accumulator: float = 1e-6,
) -> Optimizer:
    """Adam whose second moment moves by the squared gradient's size only, so that rates do not leap up.

    It is optax.yogi's variant: algorithm 2 of the paper has neither its corrections for the start nor its
    first values of both moments. Source: M. Zaheer and others, Adaptive Methods for Nonconvex Optimization
    (2018).
    """
    at_least_zero(eps=eps, weight_decay=weight_decay, initial_accumulator=initial_accumulator)
    check_betas(betas)
    beta1, beta2 = betas

    def init(points: Array) -> State:
        return {name: np.full_like(points, initial_accumulator) for name in ("exp_avg", "exp_avg_sq")}

    def after(old: Array, new: Array) -> Array:
        """The second moment, from that before and the squared gradient."""
        return old - (1 - beta2) * np.sign(old - new) * new

    def update(now: Step, state: State) -> tuple[Array, State]:
        gradient = decayed(now, weight_decay)
        mean = beta1 * state["exp_avg"] + (1 - beta1) * gradient
        square = after(state["exp_avg_sq"], gradient * gradient)
        denominator = np.sqrt(square / (1 - beta2**now.count)) + eps
        points = now.points - now.learning_rate * (mean / (1 - beta1**now.count)) / denominator
        return points, {"exp_avg": mean, "exp_avg_sq": square}

    def size(gradients: Array) -> Array:
        square = np.full_like(gradients[0], initial_accumulator)
        for gradient in gradients:
            square = after(square, gradient * gradient)
        return np.asarray(np.sqrt(square / (1 - beta2 ** len(gradients))) + eps)

    return Optimizer(
        init,
        update,
        1e-2,
        momentum="exp_avg",
        second_moment="exp_avg_sq",
        decay=weight_decay,
        effective=effective(size, damped(beta1)),
    )
