"""The two moments that Adam's family steps by."""

from __future__ import annotations

from dataclasses import replace

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
