"""How a plain function wants its points: tried out on a few of them, never guessed from its name.

A way calls a function for points (k, n) and gives an array (k, ...) of what it returns for each.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from gdanim.engine.runs import Array

Call = Callable[[Callable[..., Any], Array], Any]
AGREE = 1e-9  # relative: two ways to ask for the same number may round it differently


class Way(NamedTuple):
    """A convention: one point at a time, and, by the same convention, many at once."""

    takes: str  # such as "f(x, y)"
    one: Call
    many: Sequence[Call]


def _one_by_one(call: Callable[[Callable[..., Any], Array], Any]) -> Call:
    def each(f: Callable[..., Any], points: Array) -> Any:
        found = []
        for point in points:
            try:
                found.append(numbers(call(f, point)))
            except OverflowError:  # where numpy's functions would give inf
                found.append(np.array(np.inf))
        return np.stack(np.broadcast_arrays(*found))

    return each


def _points_first(given: Any, count: int) -> Any:
    """(n, k) as (k, n), as functions of columns return their gradients; (n, n, k) as (k, n, n)."""
    given = numbers(given)
    if given.ndim == 0 or given.shape[-1] != count:
        raise TypeError("it does not return a number for each point")
    return np.moveaxis(given, -1, 0)


COORDINATES = Way(
    "f(x, y)",
    _one_by_one(lambda f, point: f(*point)),
    [lambda f, points: _points_first(f(*points.T.copy()), len(points))],
)
POINT = Way(
    "f(point)",
    _one_by_one(lambda f, point: f(point.copy())),
    [
        lambda f, points: numbers(f(points.copy())),
        lambda f, points: _points_first(f(points.T.copy()), len(points)),
    ],
)
ROWS = Way(
    "f(points)",
    _one_by_one(lambda f, point: numbers(f(point[None].copy()))[0]),
    [lambda f, points: numbers(f(points.copy()))],
)


def numbers(given: Any) -> Any:
    """What a function returned as an array of floats; complex numbers that are not real are nan.

    Raises TypeError where it is something else.
    """
    found = np.asarray(given)
    if found.dtype.kind == "c":
        found = np.where(found.imag == 0, found.real, np.nan)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"it returned {type(given).__name__}, not numbers")
    return found.astype(float)


def suited(f: Callable[..., Any], n: int) -> list[Way]:
    """The ways that its signature leaves open, the likeliest first. Raises TypeError if none.

    A parameter with a default is a setting, not a coordinate.
    """
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):  # such as a ufunc, which says nothing
        return [COORDINATES, POINT, ROWS]
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return [COORDINATES, POINT, ROWS]
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = len([p for p in places if p.default is p.empty]) or min(len(places), 1)
    if needed == 1:
        return [COORDINATES, POINT, ROWS] if n == 1 else [POINT, ROWS]
    if needed == n:
        return [COORDINATES]
    taken = f"{needed} argument{'' if needed == 1 else 's'}"
    raise TypeError(f"it takes {taken}, but the domain has {n} variable{'' if n == 1 else 's'}")


def quickest(f: Callable[..., Any], way: Way, points: Array, single: Array) -> Call:
    """The call that takes many points at once and gives what they give one by one, else one by one."""
    for many in way.many:
        try:
            found = many(f, points)
        except Exception:  # it is not made for that
            continue
        if found.shape == single.shape and np.allclose(found, single, rtol=AGREE, atol=0, equal_nan=True):
            return many
    return way.one
