"""What an optimizer is: a pair of pure functions over many balls at once, with explicit state.

``init(points) -> state`` and ``update(step, state) -> (points, state)``. A state maps names to arrays
whose leading axis is the balls, so that finished balls can be dropped; no ball may depend on another.
For a crowd ``update`` is called once, with stand-ins, and what it does is compiled (see ``kernels``); it
need not care, but what it does at a step must follow from its arguments alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gdanim.engine.effort import DOT, spend
from gdanim.engine.optimizers.rule import BY_STEP, Rule
from gdanim.engine.problem import Problem
from gdanim.engine.runs import Array
from gdanim.errors import SettingError

State = Mapping[str, Array]


@dataclass(frozen=True)
class Step:
    """What an update is given. To climb, all of it is that of the negated function."""

    points: Array  # (balls, dims)
    losses: Array  # (balls,)
    gradient: Array  # (balls, dims), with noise and clipping
    learning_rate: Array  # (balls, 1)
    count: Array  # (1, 1): how many updates there are with this one
    problem: Problem


@dataclass(frozen=True)
class Optimizer:
    """An update rule with its settings."""

    init: Callable[[Array], State]
    update: Callable[[Step, State], tuple[Array, State]]
    default_learning_rate: float = 1e-3
    momentum: str | None = None  # the name of the state that is its memory of gradients
    second_moment: str | None = None  # and of their squares
    stable: float | None = None  # the c of c/L, the largest stable rate where the largest curvature is L
    rule: Rule = BY_STEP  # how it is written on a blackboard; unless it says so, by its step alone
    decay: float = 0.0  # its weight decay, which holds a ball off the minimum
    halts: str = ""  # why it may stand still, or keep its distance, where there is a slope
    searches: bool = False  # whether it looks how far to go, so that a step ends where it should
    settles: bool = True  # whether its steps shrink with the gradient
    # The last of the rates it makes for each coordinate (n,), of gradients (rows, n) and learning rates
    # (rows,), scaled so that they are stable below 2/L
    effective: Callable[[Array, Array], Array] | None = None

    @property
    def coasts(self) -> bool:
        """Whether it moves on where the gradient is zero."""
        return self.momentum is not None and not self.searches


def at_least_zero(**settings: float) -> None:
    """Raise SettingError unless all are."""
    for name, value in settings.items():
        if not value >= 0:
            raise SettingError((name,), f"{name} must be at least 0, not {value}")


def check_betas(betas: tuple[float, ...]) -> None:
    """Raise SettingError unless all are shares."""
    for i, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise SettingError(("betas", i), f"betas[{i}] must be at least 0 and below 1, not {beta}")


def decayed(now: Step, weight_decay: float) -> Array:
    """The gradient with weight decay joined to it: so much of the point itself."""
    return now.gradient + weight_decay * now.points if weight_decay else now.gradient


def zeros(points: Array, *names: str) -> dict[str, Array]:
    """A state of these names like ``points``."""
    return {name: np.zeros_like(points) for name in names}


def lerp(start: Array, end: Array, weight: float) -> Array:
    """From ``start`` a share of the way to ``end``, in that of torch's two forms which rounds less."""
    way = end - start
    return start + weight * way if weight < 0.5 else end - way * (1 - weight)


def dot(a: Array, b: Array) -> Array:
    """Inner products of rows: shape (balls, 1)."""
    spend(DOT, a.size)
    sums: Array = (a * b).sum(axis=-1, keepdims=True)
    return sums
