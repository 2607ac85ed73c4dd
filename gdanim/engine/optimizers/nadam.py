"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, zeros
from gdanim.engine.optimizers.moments import damped, effective, means, moments
from gdanim.engine.runs import Array
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

    def momentum(count: Array) -> Array:
        return beta1 * (1 - 0.5 * 0.96 ** (count * momentum_decay))

    def update(now: Step, state: State) -> tuple[Array, State]:
        now, new = moments(now, state, betas, weight_decay, decoupled_weight_decay)
        mu, mu_next = momentum(now.count), momentum(now.count + 1)
        product = new["mu_product"] = state["mu_product"] * mu
        size = np.sqrt(new["exp_avg_sq"] / (1 - beta2**now.count)) + eps
        points = now.points - now.learning_rate * (1 - mu) / (1 - product) * now.gradient / size
        ahead = now.learning_rate * mu_next / (1 - product * mu_next)
        return points - ahead * new["exp_avg"] / size, new

    def size(gradients: Array) -> Array:
        """Over what it makes of a rate: a share mu of it acts on the mean, the rest on the gradient."""
        mu, count = float(momentum(np.array(len(gradients) + 1))), len(gradients)
        mean = means(gradients * gradients, beta2)[-1] / (1 - beta2**count)
        return np.asarray((np.sqrt(mean) + eps) / (1 - mu + mu * damped(beta1)))

    return Optimizer(
        init,
        update,
        2e-3,
        momentum="exp_avg",
        second_moment="exp_avg_sq",
        decay=weight_decay,
        effective=effective(size),
    )
