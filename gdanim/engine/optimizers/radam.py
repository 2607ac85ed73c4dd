"""RAdam: Adam that waits for its second moment."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, zeros
from gdanim.engine.optimizers.moments import damped, effective, means, moments
from gdanim.engine.runs import Array
from gdanim.registry import optimizers


@optimizers.register
def radam(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    decoupled_weight_decay: bool = False,
) -> Optimizer:
    """Adam that adapts only once its second moment is known well enough; plain momentum before.

    Source: torch.optim.RAdam; L. Liu and others (2020).
    """
    at_least_zero(eps=eps, weight_decay=weight_decay)
    check_betas(betas)
    beta1, beta2 = betas
    longest = 2 / (1 - beta2) - 1

    def init(points: Array) -> State:
        return zeros(points, "exp_avg", "exp_avg_sq")

    def rectified(count: Array) -> Array:
        """What it multiplies the step of the moments by; 0 where too little is known of the second."""
        length = longest - 2 * count * beta2**count / (1 - beta2**count)
        share = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        return np.sqrt(np.where(length > 5, share, 0))

    def update(now: Step, state: State) -> tuple[Array, State]:
        now, new = moments(now, state, betas, weight_decay, decoupled_weight_decay)
        share = rectified(now.count)
        sized = share * np.sqrt(1 - beta2**now.count) / (np.sqrt(new["exp_avg_sq"]) + eps)
        move = new["exp_avg"] / (1 - beta1**now.count) * now.learning_rate * np.where(share > 0, sized, 1)
        return now.points - move, new

    def size(gradients: Array) -> Array:
        count = len(gradients)
        share = float(rectified(np.array(count)))
        root = np.sqrt(means(gradients * gradients, beta2)[-1])
        return (root + eps) / np.sqrt(1 - beta2**count) / share if share else np.ones_like(root)

    return Optimizer(
        init,
        update,
        1e-3,
        momentum="exp_avg",
        second_moment="exp_avg_sq",
        decay=weight_decay,
        effective=effective(size, damped(beta1)),
    )
