"""The objective as the optimizers of one descent meet it: what they see of it, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.effort import spend
from gdanim.engine.runs import Array, Objective, Point

FUNCTION, GRADIENT, HESSIAN = range(3)
Balls = NDArray[np.bool_] | EllipsisType  # a mask over the balls still running, or all of them


@dataclass(frozen=True)
class Negated:
    """An objective upside down: descending it climbs the real one. It lists no minima."""

    objective: Objective
    minima: tuple[Point, ...] = ()
    minimum_values: tuple[float, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.objective, name)

    def value(self, points: Array) -> Array:
        return -self.objective.value(points)

    def gradient(self, points: Array) -> Array:
        return -self.objective.gradient(points)

    def exact_gradient(self, points: Array) -> Array:
        return -self.objective.exact_gradient(points)

    def hessian(self, points: Array) -> Array:
        return -self.objective.hessian(points)


@dataclass
class Problem:
    """What an update may ask beyond what it is given: every point is counted for its ball.

    ``points`` of the methods, of shape (balls, dims), has a row for each of ``balls``.
    """

    objective: Objective
    evaluations: NDArray[np.int64]  # (all balls, 3): of the function, the gradient, the Hessian
    active: NDArray[np.intp]  # which balls still run
    clip_value: float | None = None
    clip_norm: float | None = None
    noise: Array | None = None  # of this step, (active, dims)
    _asked: dict[int, Array] = field(default_factory=dict)  # in this step, by kind: the last point of each

    def value(self, points: Array, balls: Balls = ...) -> Array:
        """Losses of shape (balls,)."""
        self._count(FUNCTION, points, balls)
        return self.objective.value(points)

    def gradient(self, points: Array, balls: Balls = ...) -> Array:
        """Gradients of shape (balls, dims), with this step's noise and clipping."""
        self._count(GRADIENT, points, balls)
        return self.seen(self.objective.gradient(points), balls)

    def hessian(self, points: Array, balls: Balls = ...) -> Array:
        """Hessians of shape (balls, dims, dims), to be solved or taken apart."""
        spend(points.shape[-1], points.size * points.shape[-1])
        self._count(HESSIAN, points, balls)
        return self.objective.hessian(points)

    def seen(self, gradient: Array, balls: Balls = ...) -> Array:
        """A gradient as the optimizer gets it: noise, then clipping by value, then by norm.

        Source of the clipping: torch.nn.utils.clip_grad_value_ and clip_grad_norm_.
        """
        if self.noise is not None:
            gradient = gradient + self.noise[balls]
        if self.clip_value is not None:
            gradient = np.minimum(np.maximum(gradient, -self.clip_value), self.clip_value)
        if self.clip_norm is not None:
            norm = np.sqrt((gradient * gradient).sum(axis=-1, keepdims=True))
            gradient = gradient * np.minimum(1, self.clip_norm / (norm + 1e-6))
        return gradient

    def arrive(self, points: Array) -> None:
        """Begin a step at ``points``: what was asked there in the last one need not be evaluated again."""
        for kind, asked in self._asked.items():
            if kind != HESSIAN:
                self.evaluations[self.active, kind] -= (points == asked).all(axis=-1)
        self._asked.clear()

    def _count(self, kind: int, points: Array, balls: Balls) -> None:
        self.evaluations[self.active[balls], kind] += 1
        asked = self._asked.setdefault(kind, np.full((len(self.active), points.shape[-1]), np.nan))
        asked[balls] = points
