"""RAdam: Adam that waits for its second moment."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, zeros
from gdanim.engine.optimizers.moments import moments
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

    def update(now: Step, state: State) -> tuple[Array, State]:
        now, new = moments(now, state, betas, weight_decay, decoupled_weight_decay)
        left = 1 - beta2**now.count
        length = longest - 2 * now.count * beta2**now.count / left
        known = length > 5
        share = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        rectified = np.sqrt(np.where(known, share, 0)) * np.sqrt(left) / (np.sqrt(new["exp_avg_sq"]) + eps)
        move = new["exp_avg"] / (1 - beta1**now.count) * now.learning_rate * np.where(known, rectified, 1)
        return now.points - move, new

    return Optimizer(init, update, 1e-3, momentum="exp_avg", second_moment="exp_avg_sq", decay=weight_decay)
