"""Adafactor: steps relative to the size of the point."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, zeros
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers


@optimizers.register
def adafactor(
    beta2_decay: float = -0.8,
    eps: tuple[float | None, float] = (None, 1e-3),
    d: float = 1.0,
    weight_decay: float = 0.0,
) -> Optimizer:
    """Steps as large as the point itself allows, over the typical gradient; all coordinates are one vector.

    ``eps[0]`` absent is the precision of a float. Source: torch.optim.Adafactor; N. Shazeer, M. Stern (2018).
    """
    least = float(np.finfo(float).eps) if eps[0] is None else eps[0]
    if not (least >= 0 and eps[1] >= 0):
        raise SettingError(("eps",), f"eps must be at least 0, not {eps}")
    if not beta2_decay <= 0:
        raise SettingError(("beta2_decay",), f"beta2_decay must be at most 0, not {beta2_decay}")
    if not d >= 1:
        raise SettingError(("d",), f"d must be at least 1, not {d}")
    at_least_zero(weight_decay=weight_decay)

    def init(points: Array) -> State:
        return zeros(points, "variance")

    def update(now: Step, state: State) -> tuple[Array, State]:
        rate = np.maximum(eps[1], _size(now.points)) * np.minimum(now.learning_rate, 1 / np.sqrt(now.count))
        points = now.points * (1 - now.learning_rate * weight_decay)
        variance = state["variance"]
        variance = variance + now.count**beta2_decay * (now.gradient * now.gradient - variance)
        move = now.gradient / np.sqrt(np.maximum(variance, least * least))
        excess = np.maximum(1, _size(move) / d)
        return points - rate / excess * move, {"variance": variance}

    return Optimizer(init, update, 1e-2, second_moment="variance", decay=weight_decay, settles=False)


def _size(vectors: Array) -> Array:
    """The root mean square of rows: shape (balls, 1)."""
    squares: Array = (vectors * vectors).mean(axis=-1, keepdims=True)
    return np.sqrt(squares)
