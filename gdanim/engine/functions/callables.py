"""Objectives given by a plain function: how it is called is found out, what it lacks are differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdanim.engine.functions.known import (
    CURVATURE_STEP,
    SLOPE_STEP,
    Interval,
    KnownObjective,
    differences,
)
from gdanim.engine.functions.known import axes as default_axes
from gdanim.engine.functions.ways import Call, numbers, quickest, suited
from gdanim.engine.runs import Array
from gdanim.errors import InputError
from gdanim.formula import check_variables
from gdanim.origin import file, kind_of, line_of, place, shown
from gdanim.spec.values import FARTHEST

SAMPLES = 7  # points on which a function is tried out: unlike the number of variables of most
ALIKE = 1e-3  # a gradient and the differences it is held against, relative


class Asked:
    """A plain function that is asked for arrays: (k, n) points in, (k, *shape) numbers out."""

    def __init__(self, f: Callable[..., Any], role: str, shape: tuple[int, ...], samples: Array) -> None:
        """``role`` is what messages call it. Raises InputError where it cannot be asked."""
        self.f, self.role, self.shape = f, role, shape
        if not callable(f):
            raise InputError(f"{role} must be a function, not {kind_of(f)}")
        self.call: Call = self._found(samples)

    def __call__(self, points: Array) -> Array:
        """Numbers of shape (..., *shape) at points of shape (..., n). Raises InputError."""
        flat = points.reshape(-1, points.shape[-1])
        if not len(flat):
            return np.empty((*points.shape[:-1], *self.shape))
        with np.errstate(all="ignore"):
            try:
                found = self.call(self.f, flat)
            except Exception as error:
                raise self._failed(error, flat) from error
        if found.shape != (len(flat), *self.shape):
            raise self._wrong(f"returned {kind_of(found)} for {len(flat)} points")
        return np.asarray(found.reshape((*points.shape[:-1], *self.shape)))

    def _found(self, samples: Array) -> Call:
        try:
            ways = suited(self.f, samples.shape[-1])
        except TypeError as error:
            raise self._wrong(f"cannot be called: {error}") from None
        failures: list[InputError] = []
        with np.errstate(all="ignore"):
            for way in ways:
                try:
                    single, again = way.one(self.f, samples), way.one(self.f, samples)
                except Exception as error:
                    failures.append(self._failed(error, samples))
                    continue
                if single.shape != (len(samples), *self.shape):
                    told = kind_of(single[0]) if single.ndim > 1 else "one number"
                    told = f"returns {told} for a point, called as {way.takes}: {self._due}"
                    failures.append(self._wrong(told))
                elif not np.array_equal(single, again, equal_nan=True):
                    told = "its numbers at random; fix its seed, or add noise by the spec's key noise"
                    raise self._wrong(f"gives another number when it is asked again: it draws {told}")
                elif not np.isfinite(single).any():
                    raise self._wrong("is not a finite number anywhere it was tried in its domain")
                else:
                    return quickest(self.f, way, samples, single)
        raise failures[0]

    @property
    def _due(self) -> str:
        if not self.shape:
            return "it must return one number"
        return f"it must return {' x '.join(map(str, self.shape))} numbers"

    def _wrong(self, what: str) -> InputError:
        return InputError(f"{place(self.f)}: {self.role} {what}")

    def _failed(self, error: Exception, points: Array) -> InputError:
        """What it raised, at the first of the points where it does so alone."""
        line, path = line_of(error, file(self.f)), file(self.f)
        where = f"{shown(path)}:{line}" if line else place(self.f)
        told = f"{type(error).__name__}: {error}"
        at = ", ".join(f"{x:.6g}" for x in points[0]) if len(points) == 1 else ""
        asked = f" at ({at})" if at else ""
        undefined = isinstance(error, ArithmeticError | ValueError)
        hint = "; where it is undefined it must return nan" if undefined else ""
        return InputError(f"{where}: {self.role} failed{asked}: {told}{hint}")


@dataclass(frozen=True, kw_only=True, eq=False)
class CallableObjective(KnownObjective):
    """A loss that is a function of Python, with its derivatives given or by central differences."""

    asked: Asked
    asked_gradient: Asked | None = None
    asked_hessian: Asked | None = None

    def value(self, points: Array) -> Array:
        """Losses of shape (...) at points of shape (..., n); nan where the function is undefined."""
        return self.asked(points)

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n): those given, or central differences of the losses."""
        return self.asked_gradient(points) if self.asked_gradient else super().exact_gradient(points)

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., n, n): those given, or differences of the gradients or losses."""
        return self.asked_hessian(points) if self.asked_hessian else super().hessian(points)

    @property
    def _has_gradient(self) -> bool:
        return self.asked_gradient is not None


def from_callable(
    f: Callable[..., Any],
    domain: Mapping[str, Sequence[float]] | Sequence[Sequence[float]],
    *,
    gradient: Callable[..., Any] | None = None,
    hessian: Callable[..., Any] | None = None,
    starts: Sequence[Sequence[float]] = (),
    minima: Sequence[Sequence[float]] = (),
    name: str | None = None,
) -> CallableObjective:
    """The objective of a plain function, see ``gdanim.from_callable``. Raises InputError."""
    variables, box = _domain(domain)
    n = len(variables)
    if name is None:
        name = getattr(f, "__name__", "f")
        name = "f" if name == "<lambda>" else name
    if not isinstance(name, str):
        raise InputError(f"name must be text, not {kind_of(name)}")
    low, high = np.array(box).T
    # In the middle of the domain, off its axes and diagonals, and no point like another.
    shares = np.modf(np.arange(1, SAMPLES + 1)[:, None] * np.sqrt(np.arange(2, n + 2)) * 0.7548776662)[0]
    samples = low + (0.1 + 0.8 * shares) * (high - low)
    asked = Asked(f, f"the function {name!r}", (), samples)
    goal = CallableObjective(
        name=name,
        variables=variables,
        domain=box,
        starts=_points("starts", starts, n),
        minima=_points("minima", minima, n),
        asked=asked,
        asked_gradient=Asked(gradient, f"the gradient of {name!r}", (n,), samples) if gradient else None,
        asked_hessian=Asked(hessian, f"the hessian of {name!r}", (n, n), samples) if hessian else None,
    )
    for start in goal.starts:
        if not all(a <= x <= b for x, (a, b) in zip(start, box, strict=True)):
            raise InputError(f"the start {start} is outside the domain {box}")
    if goal.minima:
        losses = goal.value(np.array(goal.minima)).tolist()
        object.__setattr__(goal, "minimum_values", tuple(losses))
    if goal.asked_gradient:
        _compare(goal, goal.asked_gradient, asked, samples, SLOPE_STEP)
    if goal.asked_hessian:
        _compare(goal, goal.asked_hessian, goal.exact_gradient, samples, CURVATURE_STEP)
    return goal


def _compare(
    goal: CallableObjective, given: Asked, below: Callable[[Array], Array], samples: Array, step: float
) -> None:
    """Raise InputError if what is given is not the derivative of what is below it, at most samples."""
    found, due = given(samples), differences(below, samples, goal._steps(samples, step))
    size = np.abs(due).reshape(len(samples), -1).max(axis=1)
    far = np.abs(found - due).reshape(len(samples), -1).max(axis=1)
    off = ~(far <= ALIKE * size + 1e-6 * np.nanmax(size, initial=0.0)) & np.isfinite(size)
    if off.sum() > len(samples) / 2:
        k = int(np.argmax(off))
        point, one, other = (np.round(x[k], 4).tolist() for x in (samples, found, due))
        raise given._wrong(f"is {one} at {point}, where differences give {other}")


def _domain(domain: Any) -> tuple[tuple[str, ...], tuple[Interval, ...]]:
    """The variables and their intervals."""
    told = (
        'domain has an interval for each variable, such as {"x": (-3, 3), "y": (-2, 2)} or [(-3, 3), (-2, 2)]'
    )
    try:
        named = dict(domain) if isinstance(domain, Mapping) else None
        given = list(domain if named is None else named.values())
    except TypeError:
        raise InputError(f"{told}, not {kind_of(domain)}") from None
    if not given:
        raise InputError(f"{told}: there is none")
    variables = default_axes(len(given)) if named is None else tuple(named)
    try:
        check_variables(variables)
    except (TypeError, ValueError) as error:
        raise InputError(f"{told}: {error}") from None
    return variables, tuple(map(_interval, variables, given))


def _interval(variable: str, given: Any) -> Interval:
    try:
        low, high = numbers(list(given)).tolist()
        if low < high and max(abs(low), abs(high)) <= FARTHEST:
            return low, high
    except (TypeError, ValueError):
        pass
    told = f"domain: the interval of {variable} is a low number and a higher one, such as (-3, 3)"
    raise InputError(f"{told}, none beyond {FARTHEST:g}, not {given!r}")


def _points(what: str, points: Any, n: int) -> tuple[tuple[float, ...], ...]:
    try:
        found = [tuple(numbers(list(point)).tolist()) for point in points]
    except (TypeError, ValueError):
        found = [()]
    if any(len(point) != n or not np.isfinite(point).all() for point in found):
        raise InputError(f"{what} is a list of points, each of {n} finite numbers, not {points!r}")
    return tuple(found)
