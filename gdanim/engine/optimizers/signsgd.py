"""signSGD: every coordinate steps by the full rate."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, zeros
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers


@optimizers.register
def signsgd(momentum: float = 0.0, weight_decay: float = 0.0) -> Optimizer:
    """The sign of every slope alone: each coordinate steps by the full rate, steep or flat.

    With ``momentum`` the sign of the mean gradient, which is Signum. Source: J. Bernstein and others,
    signSGD: Compressed Optimisation for Non-Convex Problems (2018), algorithms 1 and 2.
    """
    at_least_zero(momentum=momentum, weight_decay=weight_decay)
    if not momentum < 1:
        raise SettingError(("momentum",), f"momentum must be below 1, not {momentum:g}")

    def init(points: Array) -> State:
        return zeros(points, "exp_avg") if momentum else {}

    def update(now: Step, state: State) -> tuple[Array, State]:
        mean, new = now.gradient, state
        if momentum:
            mean = momentum * state["exp_avg"] + (1 - momentum) * now.gradient
            new = {"exp_avg": mean}
        return now.points - now.learning_rate * (np.sign(mean) + weight_decay * now.points), new

    memory = "exp_avg" if momentum else None
    return Optimizer(init, update, 1e-2, momentum=memory, decay=weight_decay, settles=False)
