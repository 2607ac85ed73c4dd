"""Gradient descent that searches its rate at every step."""

from __future__ import annotations

from gdanim.engine.optimizers.base import Optimizer, State, Step, dot
from gdanim.engine.optimizers.line_search import HALTS, armijo
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers


@optimizers.register
def backtracking(c1: float = 1e-4, shrink: float = 0.5) -> Optimizer:
    """Gradient descent that tries the learning rate and shortens it until the loss falls enough.

    Source: L. Armijo (1966); J. Nocedal, S. Wright, Numerical Optimization (2nd ed. 2006), algorithm 3.1.
    """
    check_search(c1, shrink)

    def update(now: Step, state: State) -> tuple[Array, State]:
        slope = -dot(now.gradient, now.gradient)
        length = armijo(now, -now.gradient, slope, now.learning_rate, c1, shrink)
        return now.points - length * now.gradient, state

    return Optimizer(lambda _: {}, update, 1.0, searches=True, halts=HALTS)


def check_search(c1: float, shrink: float) -> None:
    """Raise SettingError unless both are shares."""
    for name, value in {"c1": c1, "shrink": shrink}.items():
        if not 0 < value < 1:
            raise SettingError((name,), f"{name} must be between 0 and 1, not {value}")
