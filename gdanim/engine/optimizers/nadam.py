"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, lerp, zeros
from gdanim.engine.solution import Array
from gdanim.registry import optimizers


@optimizers.register
def nadam(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum_decay: float = 4e-3,
    decoupled_weight_decay: bool = False,
) -> Optimizer:
    """Adam that looks ahead as Nesterov's momentum does.

    Source: torch.optim.NAdam; T. Dozat (2016).
    """
    at_least_zero(eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay)
    check_betas(betas)
    beta1, beta2 = betas

    def init(points: Array) -> State:
        return {**zeros(points, "exp_avg", "exp_avg_sq"), "mu_product": np.ones((len(points), 1))}

    def momentum(step: Array) -> Array:
        return beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay))

    def update(now: Step, state: State) -> tuple[Array, State]:
        points, gradient = now.points, now.gradient
        if decoupled_weight_decay:
            points = points * (1 - now.learning_rate * weight_decay)
        elif weight_decay:
            gradient = gradient + weight_decay * points
        step = state["step"] + 1
        mu, mu_next = momentum(step), momentum(step + 1)
        product = state["mu_product"] * mu
        mean = lerp(state["exp_avg"], gradient, 1 - beta1)
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * gradient * gradient
        denominator = np.sqrt(square / (1 - beta2**step)) + eps
        points = points - now.learning_rate * (1 - mu) / (1 - product) * gradient / denominator
        points = points - now.learning_rate * mu_next / (1 - product * mu_next) * mean / denominator
        return points, {"step": step, "exp_avg": mean, "exp_avg_sq": square, "mu_product": product}

    return Optimizer(init, update, 2e-3, momentum="exp_avg", second_moment="exp_avg_sq")
