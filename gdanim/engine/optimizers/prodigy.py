"""Prodigy: Adam that finds its own rate."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, dot, zeros
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers


@optimizers.register
def prodigy(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    d0: float = 1e-6,
    d_coef: float = 1.0,
    use_bias_correction: bool = False,
) -> Optimizer:
    """Adam that learns how far away the minimum is, and takes that for its rate: leave the rate at 1.

    Its estimate of the distance is the state ``d``, which grows from ``d0`` and never shrinks. Source:
    K. Mishchenko, A. Defazio, Prodigy: An Expeditiously Adaptive Parameter-Free Learner (2023), algorithm 4.
    """
    at_least_zero(eps=eps, weight_decay=weight_decay)
    check_betas(betas)
    for name, value in (("d0", d0), ("d_coef", d_coef)):
        if not value > 0:
            raise SettingError((name,), f"{name} must be above 0, not {value:g}")
    beta1, beta2 = betas
    beta3 = float(np.sqrt(beta2))

    def init(points: Array) -> State:
        one = np.ones_like(points[:, :1])
        held = {"d": d0 * one, "along": 0 * one, "start": points}
        return {**zeros(points, "exp_avg", "exp_avg_sq", "sum"), **held}

    def update(now: Step, state: State) -> tuple[Array, State]:
        d, gradient = state["d"], now.gradient
        rate = d * now.learning_rate
        if use_bias_correction:
            rate = rate * np.sqrt(1 - beta2**now.count) / (1 - beta1**now.count)
        mean = beta1 * state["exp_avg"] + (1 - beta1) * d * gradient
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * d * gradient * (d * gradient)
        along = beta3 * state["along"] + d / d0 * rate * dot(gradient, state["start"] - now.points)
        total = beta3 * state["sum"] + rate / d0 * d * gradient
        length = np.abs(total).sum(axis=-1, keepdims=True)
        farther = np.maximum(d, d_coef * along / np.where(length > 0, length, 1.0))
        step = weight_decay * now.points + mean / (np.sqrt(square) + farther * eps)
        new = {"exp_avg": mean, "exp_avg_sq": square, "sum": total, "along": along, "d": farther}
        return now.points - rate * step, {**new, "start": state["start"]}

    return Optimizer(init, update, 1.0, momentum="exp_avg", second_moment="exp_avg_sq", decay=weight_decay)
