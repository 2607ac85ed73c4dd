"""Adagrad: rates that shrink with all gradients seen."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, decayed
from gdanim.engine.optimizers.moments import effective
from gdanim.engine.optimizers.rule import BY_STEP, GRADIENT, Line, Rule, scaled
from gdanim.engine.runs import Array
from gdanim.registry import optimizers

LINES = (
    GRADIENT,
    Line("s", "{s} + {g}^2", lambda v: v["s"] + v["g"] ** 2),
    scaled("g", "s"),
)


@optimizers.register
def adagrad(
    lr_decay: float = 0.0,
    weight_decay: float = 0.0,
    initial_accumulator_value: float = 0.0,
    eps: float = 1e-10,
) -> Optimizer:
    """Each coordinate's rate shrinks with the sum of its squared gradients, and never grows again.

    Source: torch.optim.Adagrad; J. Duchi, E. Hazan, Y. Singer (2011).
    """
    at_least_zero(
        lr_decay=lr_decay,
        weight_decay=weight_decay,
        initial_accumulator_value=initial_accumulator_value,
        eps=eps,
    )

    def init(points: Array) -> State:
        return {"sum": np.full_like(points, initial_accumulator_value)}

    def update(now: Step, state: State) -> tuple[Array, State]:
        gradient = decayed(now, weight_decay)
        rate = now.learning_rate / (1 + (now.count - 1) * lr_decay)
        total = state["sum"] + gradient * gradient
        points = now.points - rate * gradient / (np.sqrt(total) + eps)
        return points, {"sum": total}

    def size(gradients: Array) -> Array:
        total = initial_accumulator_value + (gradients * gradients).sum(axis=0)
        return np.asarray((np.sqrt(total) + eps) * (1 + (len(gradients) - 1) * lr_decay))

    varied = weight_decay or lr_decay or initial_accumulator_value
    rule = BY_STEP if varied else Rule(LINES, {"eps": eps})
    return Optimizer(
        init,
        update,
        1e-2,
        second_moment="sum",
        rule=rule,
        decay=weight_decay,
        effective=effective(size),
    )
