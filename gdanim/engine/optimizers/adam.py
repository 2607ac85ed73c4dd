"""Adam and AdamW."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, zeros
from gdanim.engine.optimizers.moments import damped, effective, means, moments
from gdanim.engine.optimizers.rule import BY_STEP, GRADIENT, Line, Rule, scaled
from gdanim.engine.runs import Array
from gdanim.registry import optimizers

LINES = (
    GRADIENT,
    Line("m", "{beta1} {m} + {rest1} {g}", lambda v: v["beta1"] * v["m"] + v["rest1"] * v["g"]),
    Line("s", "{beta2} {s} + {rest2} {g}^2", lambda v: v["beta2"] * v["s"] + v["rest2"] * v["g"] ** 2),
    Line("m_hat", "{m} \\/ (1 - {beta1}^{t})", lambda v: v["m"] / (1 - v["beta1"] ** v["t"])),
    Line("s_hat", "{s} \\/ (1 - {beta2}^{t})", lambda v: v["s"] / (1 - v["beta2"] ** v["t"])),
    scaled("m_hat", "s_hat"),
)


@optimizers.register
def adam(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
    decoupled_weight_decay: bool = False,
) -> Optimizer:
    """Adaptive moments: each coordinate steps by its mean gradient over its typical size.

    Source: torch.optim.Adam; D. Kingma, J. Ba (2015); amsgrad from S. Reddi and others (2018).
    """
    at_least_zero(eps=eps, weight_decay=weight_decay)
    check_betas(betas)
    beta1, beta2 = betas

    def init(points: Array) -> State:
        return zeros(points, "exp_avg", "exp_avg_sq", *["max_exp_avg_sq"] * amsgrad)

    def update(now: Step, state: State) -> tuple[Array, State]:
        now, new = moments(now, state, betas, weight_decay, decoupled_weight_decay)
        largest = new["exp_avg_sq"]
        if amsgrad:
            largest = new["max_exp_avg_sq"] = np.maximum(state["max_exp_avg_sq"], largest)
        denominator = np.sqrt(largest) / np.sqrt(1 - beta2**now.count) + eps
        return now.points - now.learning_rate / (1 - beta1**now.count) * new["exp_avg"] / denominator, new

    def size(gradients: Array) -> Array:
        squares = means(gradients * gradients, beta2)
        largest = squares.max(axis=0) if amsgrad else squares[-1]
        return np.asarray(np.sqrt(largest / (1 - beta2 ** len(squares))) + eps)

    settings = {"beta1": beta1, "rest1": 1 - beta1, "beta2": beta2, "rest2": 1 - beta2, "eps": eps}
    rule = BY_STEP if weight_decay or amsgrad else Rule(LINES, settings)
    return Optimizer(
        init,
        update,
        1e-3,
        momentum="exp_avg",
        second_moment="exp_avg_sq",
        rule=rule,
        decay=weight_decay,
        effective=effective(size, damped(beta1)),
    )


@optimizers.register
def adamw(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 1e-2,
    amsgrad: bool = False,
) -> Optimizer:
    """Adam whose weight decay shrinks the point itself, unscaled by the moments.

    Source: torch.optim.AdamW; I. Loshchilov, F. Hutter (2019).
    """
    return adam(betas, eps, weight_decay, amsgrad, decoupled_weight_decay=True)
