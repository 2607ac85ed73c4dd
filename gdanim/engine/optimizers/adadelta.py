"""Adadelta: steps in the units of the point."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, decayed
from gdanim.engine.optimizers.moments import effective
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers


@optimizers.register
def adadelta(rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0.0) -> Optimizer:
    """Each coordinate steps by the typical size of its past steps over that of its gradients.

    Source: torch.optim.Adadelta; M. Zeiler (2012).
    """
    at_least_zero(eps=eps, weight_decay=weight_decay)
    if not 0 <= rho <= 1:
        raise SettingError(("rho",), f"rho must be between 0 and 1, not {rho}")

    def init(points: Array) -> State:
        return {"square_avg": np.zeros_like(points), "acc_delta": np.zeros_like(points)}

    def stepped(gradient: Array, state: State) -> tuple[Array, State]:
        square = rho * state["square_avg"] + (1 - rho) * gradient * gradient
        share = np.sqrt(state["acc_delta"] + eps) / np.sqrt(square + eps)
        delta = share * gradient
        deltas = rho * state["acc_delta"] + (1 - rho) * delta * delta
        return share, {"square_avg": square, "acc_delta": deltas}

    def update(now: Step, state: State) -> tuple[Array, State]:
        gradient = decayed(now, weight_decay)
        share, new = stepped(gradient, state)
        return now.points - now.learning_rate * (share * gradient), new

    def size(gradients: Array) -> Array:
        state = init(gradients[0])
        for gradient in gradients:
            share, state = stepped(gradient, state)
        return 1 / share

    return Optimizer(
        init, update, 1.0, second_moment="square_avg", decay=weight_decay, effective=effective(size)
    )
