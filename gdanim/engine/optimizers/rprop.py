"""Rprop: steps by the sign of the gradient alone."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, zeros
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers


@optimizers.register
def rprop(
    etas: tuple[float, float] = (0.5, 1.2), step_sizes: tuple[float, float] = (1e-6, 50.0)
) -> Optimizer:
    """Each coordinate grows its step while the slope keeps its sign and halves it when it turns.

    The learning rate is the first step's size; later rates are not used.
    Source: torch.optim.Rprop; M. Riedmiller, H. Braun (1993).
    """
    shrink, grow = etas
    least, most = step_sizes
    if not 0 < shrink < 1 < grow:
        raise SettingError(("etas",), f"etas must be one below and one above 1, not {shrink} and {grow}")

    def init(points: Array) -> State:
        return zeros(points, "prev", "step_size")

    def update(now: Step, state: State) -> tuple[Array, State]:
        size = np.where(now.count == 1, now.learning_rate, state["step_size"])
        agreement = now.gradient * state["prev"]
        factor = np.where(agreement > 0, grow, np.where(agreement < 0, shrink, 1.0))
        size = np.minimum(np.maximum(size * factor, least), most)
        gradient = np.where(agreement < 0, 0.0, now.gradient)
        new = {"prev": gradient, "step_size": size}
        return now.points - np.sign(gradient) * size, new

    return Optimizer(init, update, 1e-2, halts=f"its least step is {least:g}", settles=False)
