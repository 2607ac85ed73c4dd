"""What is known of every objective beside its formula: its axes, where to look, where it is lowest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from gdanim.engine.runs import Array, Point
from gdanim.errors import SettingError

Interval = tuple[float, float]

MAX_DIMENSIONS = 10

Slopes = Callable[["KnownObjective", Array], Array]  # gradients (..., n) at points (..., n)


@dataclass(frozen=True, kw_only=True, eq=False)
class KnownObjective(ABC):
    """A loss with its landmarks; see ``solution.Objective`` for the shapes."""

    name: str
    variables: tuple[str, ...]
    domain: tuple[Interval, ...] | None = None  # what is shown, one interval for each variable
    starts: tuple[Point, ...] = ()
    minima: tuple[Point, ...] = ()  # the global ones first, then the local ones where they are few
    minimum_values: tuple[float, ...] = ()  # the loss at each of the minima
    saddles: tuple[Point, ...] = ()  # the famous ones
    slopes: Slopes | None = None  # where the gradient comes from, if not from ``exact_gradient``

    @property
    @abstractmethod
    def latex(self) -> str: ...

    @abstractmethod
    def value(self, points: Array) -> Array: ...

    @abstractmethod
    def exact_gradient(self, points: Array) -> Array: ...

    @abstractmethod
    def hessian(self, points: Array) -> Array: ...

    def gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n), exact unless the spec asks for differences."""
        return self.slopes(self, points) if self.slopes else self.exact_gradient(points)


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
