"""What is known of every objective beside its formula: its axes, where to look, where it is lowest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Any, Self

import numpy as np

from gdanim.engine.runs import Array, Point
from gdanim.errors import SettingError

Interval = tuple[float, float]

MAX_DIMENSIONS = 1000
SLOPE_STEP = 6e-6  # of a central difference: the cube root of what rounds off
CURVATURE_STEP = 1.2e-4  # the fourth root

Slopes = Callable[["KnownObjective", Array], Array]  # gradients (..., n) at points (..., n)


@dataclass(frozen=True, kw_only=True, eq=False)
class KnownObjective(ABC):
    """A loss with its landmarks; see ``runs.Objective`` for the shapes.

    A subclass has ``value`` at least. What it lacks of derivatives are central differences, which cost 2n
    evaluations for a gradient, and 4n^2 for a Hessian where the gradient is one of differences too.
    """

    name: str
    variables: tuple[str, ...]
    domain: tuple[Interval, ...] | None = None  # what is shown, one interval for each variable
    starts: tuple[Point, ...] = ()
    minima: tuple[Point, ...] = ()  # the global ones first, then the local ones where they are few
    minimum_values: tuple[float, ...] = ()  # the loss at each of the minima
    saddles: tuple[Point, ...] = ()  # the famous ones
    bounded: bool = False  # whether it is undefined outside of its domain
    slopes: Slopes | None = None  # where the gradient comes from, if not from ``exact_gradient``

    @abstractmethod
    def value(self, points: Array) -> Array: ...

    @property
    def latex(self) -> str:
        """Its formula; "" where there is none, and its name is shown."""
        return ""

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n): differences of the losses."""
        return differences(self.value, points, self._steps(points, SLOPE_STEP))

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., n, n): differences of the gradients, if a subclass has some, or losses."""
        if self._has_gradient:
            slopes = differences(self.exact_gradient, points, self._steps(points, SLOPE_STEP))
        else:
            steps = self._steps(points, CURVATURE_STEP)
            slopes = differences(
                lambda around: differences(self.value, around, steps[..., None, :]), points, steps
            )
        with np.errstate(all="ignore"):
            return np.asarray((slopes + np.swapaxes(slopes, -1, -2)) / 2)

    def ordered(self, variables: tuple[str, ...]) -> Self:
        """The same loss with its variables in another order, and so the coordinates of all points."""
        order = [self.variables.index(name) for name in variables]
        places: dict[str, Any] = {
            key: tuple(tuple(point[i] for i in order) for point in getattr(self, key))
            for key in ("starts", "minima", "saddles")
        }
        domain = self.domain and tuple(self.domain[i] for i in order)
        return replace(self, variables=variables, domain=domain, **places, **self._reordered(order))

    def _reordered(self, _: list[int]) -> dict[str, Any]:
        """What of its own a subclass has in the order of the variables. Raises SettingError if that stays."""
        raise SettingError(("axes",), f"{self.name} has its axes in the order {', '.join(self.variables)}")

    @property
    def _has_gradient(self) -> bool:
        """Whether its gradient is more than differences."""
        return type(self).exact_gradient is not KnownObjective.exact_gradient

    def _steps(self, points: Array, share: float) -> Array:
        """How far a difference reaches along each axis, (..., n)."""
        low, high = np.array(self.domain or [(-5.0, 5.0)] * len(self.variables)).T
        return np.asarray(share * np.maximum(np.abs(points), np.minimum(1.0, (high - low) / 10)))

    def gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n), exact unless the spec asks for differences."""
        return self.slopes(self, points) if self.slopes else self.exact_gradient(points)


def differences(f: Callable[[Array], Array], points: Array, steps: Array) -> Array:
    """Central differences of f (..., *shape) along each axis, as the last axis but those of its shape."""
    offsets = steps[..., None] * np.eye(points.shape[-1])
    around = points[..., None, :]
    with np.errstate(all="ignore"):
        ahead, behind = f(around + offsets), f(around - offsets)
        width = 2 * steps.reshape(*steps.shape, *[1] * (ahead.ndim - points.ndim))
        return np.asarray((ahead - behind) / width)


def axes(dimensions: int, least: int = 1) -> tuple[str, ...]:
    """Names of the variables: x, or x and y, or x1 to xn."""
    if not least <= dimensions <= MAX_DIMENSIONS:
        raise SettingError(
            ("dimensions",), f"dimensions must be {least} to {MAX_DIMENSIONS}, not {dimensions}"
        )
    return ("x", "y")[:dimensions] if dimensions <= 2 else tuple(f"x{i + 1}" for i in range(dimensions))


def repeated(values: Sequence[float], dimensions: int) -> Point:
    """The values again and again up to the number of dimensions: a start of any length."""
    return tuple(islice(cycle(values), dimensions))
