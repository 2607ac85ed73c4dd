"""The two moments that Adam's family steps by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gdanim.engine.optimizers.base import State, Step, decayed, lerp
from gdanim.engine.runs import Array


def moments(
    now: Step, state: State, betas: tuple[float, float], weight_decay: float, decoupled: bool
) -> tuple[Step, dict[str, Array]]:
    """The step after weight decay, and the running means of the gradient and of its square.

    Weight decay joins the gradient or, ``decoupled``, shrinks the point. Source: torch.optim.Adam.
    """
    if decoupled:
        now = replace(now, points=now.points * (1 - now.learning_rate * weight_decay))
    else:
        now = replace(now, gradient=decayed(now, weight_decay))
    beta1, beta2 = betas
    return now, {
        "exp_avg": lerp(state["exp_avg"], now.gradient, 1 - beta1),
        "exp_avg_sq": beta2 * state["exp_avg_sq"] + (1 - beta2) * now.gradient * now.gradient,
    }


def effective(
    betas: tuple[float, float], eps: float, corrected: bool = True
) -> Callable[[Array, Array], Array]:
    """The rates by which the moments, ``corrected`` for their start or not, step at last; see ``Optimizer``.

    A mean of gradients by beta, at a rate r, is a heavy ball with momentum beta at r (1 - beta): it is stable
    below 2 (1 + beta) / (1 - beta) / L.
    """
    beta1, beta2 = betas

    def rates(gradients: Array, learning_rates: Array) -> Array:
        ages = np.arange(len(gradients))[::-1, None]
        mean = ((1 - beta2) * beta2**ages * gradients * gradients).sum(axis=0)
        if corrected:
            mean = mean / (1 - beta2 ** len(gradients))
        return np.asarray(learning_rates[-1] * (1 - beta1) / (1 + beta1) / (np.sqrt(mean) + eps))

    return rates
