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


def means(values: Array, beta: float) -> Array:
    """The running means by ``beta`` of rows (rows, n), from 0, after each of them."""
    found, mean = np.empty_like(values), np.zeros(values.shape[1:])
    for row, value in enumerate(values):
        found[row] = mean = beta * mean + (1 - beta) * value
    return found


def damped(beta: float) -> float:
    """What a mean of gradients by ``beta`` makes of a rate, against that below 2/L.

    At a rate r it is a heavy ball with momentum beta at r (1 - beta): it is stable below
    2 (1 + beta) / (1 - beta) / L.
    """
    return (1 - beta) / (1 + beta)


def effective(size: Callable[[Array], Array], share: float = 1.0) -> Callable[[Array, Array], Array]:
    """The rates of what steps at last by a share of its gradient over a size (n,); see ``Optimizer``.

    ``size`` is that after gradients of shape (rows, n).
    """
    return lambda gradients, learning_rates: np.asarray(learning_rates[-1] * share / size(gradients))
