"""Functions and gradients that are not ours: what they do wrong is told with file and line."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdanim.engine.functions.known import KnownObjective, Slopes
from gdanim.engine.runs import Array
from gdanim.engine.tracing import Traced
from gdanim.formula import check_variables
from gdanim.origin import Source, built_in, kind_of
from gdanim.registry import functions, gradients


@functions.guard
def guarded(made: Any, source: Source) -> KnownObjective:
    """The objective, if it is one. Raises InputError."""
    if not isinstance(made, KnownObjective):
        way = "from_expression(text)"
        if callable(made):
            way = f"gdanim.from_callable({getattr(made, '__name__', 'f')}, domain=...)"
        raise source.wrong(f"returns {kind_of(made)}; it must return an objective, such as {way}")
    n = len(made.variables)
    try:
        check_variables(made.variables)
    except ValueError as error:
        raise source.wrong(f"has wrong variables: {error}") from None
    if made.domain is not None and len(made.domain) != n:
        raise source.wrong(f"has a domain of {len(made.domain)} intervals for {n} variables")
    for name in ("starts", "minima", "saddles"):
        for point in getattr(made, name):
            if len(point) != n:
                raise source.wrong(f"has {point} among its {name}; a point has {n} numbers")
    if len(made.minima) != len(made.minimum_values):
        raise source.wrong(f"has {len(made.minima)} minima with {len(made.minimum_values)} minimum_values")
    if not built_in(type(made)):
        _try_out(made, source)
    return made


def _try_out(made: KnownObjective, source: Source) -> None:
    """Raise InputError unless it gives arrays of the right shapes for three points."""
    n = len(made.variables)
    low, high = np.array(made.domain or [(-1.0, 1.0)] * n).T
    points = low + np.linspace(0.3, 0.7, 3)[:, None] * (high - low)
    for name, shape in (("value", (3,)), ("exact_gradient", (3, n)), ("hessian", (3, n, n))):
        function = getattr(made, name)
        with source.calling(f"{name}(points)", function), np.errstate(all="ignore"):
            given = function(points)
        if np.shape(given) != shape:
            told = f"for points of shape {points.shape} it must have the shape {shape}"
            raise source.wrong(f"has a {name} that returns {kind_of(given)}; {told}", function)
    if not isinstance(made.latex, str):
        raise source.wrong(f"has {kind_of(made.latex)} as latex; it is a text, '' where there is no formula")


@gradients.guard
def guarded_slopes(made: Any, source: Source) -> Slopes:
    """The gradient with checks around it; it is given points of shape (points, n). Raises InputError."""
    if not callable(made):
        told = "it must return a function of an objective and points"
        raise source.wrong(f"returns {kind_of(made)}; {told}")

    def slopes(goal: KnownObjective, points: Array) -> Array:
        if isinstance(points, Traced):
            return made(goal, points)
        flat = points.reshape(-1, points.shape[-1])
        with source.calling("it", made):
            given = made(goal, flat)
        if np.shape(given) != flat.shape:
            told = f"returns {kind_of(given)} for points of shape {flat.shape}; it must have the same shape"
            raise source.wrong(told, made)
        return np.asarray(given, dtype=float).reshape(points.shape)

    return slopes
