"""RMSprop: gradients over their typical size."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, decayed, lerp
from gdanim.engine.optimizers.moments import effective, means
from gdanim.engine.optimizers.rule import BY_STEP, GRADIENT, Line, Rule, scaled
from gdanim.engine.runs import Array
from gdanim.registry import optimizers

LINES = (
    GRADIENT,
    Line("s", "{alpha} {s} + {rest} {g}^2", lambda v: v["alpha"] * v["s"] + v["rest"] * v["g"] ** 2),
    scaled("g", "s"),
)


@optimizers.register
def rmsprop(
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    centered: bool = False,
) -> Optimizer:
    """Each coordinate's gradient over the root of its mean square: steep and flat ones step alike.

    Source: torch.optim.RMSprop; T. Tieleman, G. Hinton (2012); centered from A. Graves (2013).
    """
    at_least_zero(alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)
    names = ["square_avg"] + ["grad_avg"] * centered + ["momentum_buffer"] * (momentum > 0)

    def init(points: Array) -> State:
        return {name: np.zeros_like(points) for name in names}

    def update(now: Step, state: State) -> tuple[Array, State]:
        gradient = decayed(now, weight_decay)
        new = {"square_avg": alpha * state["square_avg"] + (1 - alpha) * gradient * gradient}
        variance = new["square_avg"]
        if centered:
            mean = new["grad_avg"] = lerp(state["grad_avg"], gradient, 1 - alpha)
            variance = variance - mean * mean
        size = np.sqrt(variance) + eps
        if momentum > 0:
            step = new["momentum_buffer"] = momentum * state["momentum_buffer"] + gradient / size
            return now.points - now.learning_rate * step, new
        return now.points - now.learning_rate * gradient / size, new

    def size(gradients: Array) -> Array:
        mean = means(gradients, alpha)[-1] if centered else 0.0
        return np.asarray(np.sqrt(means(gradients * gradients, alpha)[-1] - mean * mean) + eps)

    memory = "momentum_buffer" if momentum > 0 else None
    varied = weight_decay or momentum or centered
    rule = BY_STEP if varied else Rule(LINES, {"alpha": alpha, "rest": 1 - alpha, "eps": eps})
    return Optimizer(
        init,
        update,
        1e-2,
        memory,
        second_moment="square_avg",
        rule=rule,
        decay=weight_decay,
        effective=effective(size, 1 / (1 + momentum)),
    )
