"""Objectives given by a formula: sympy derives it, numpy evaluates it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np
import sympy

from gdanim.engine.effort import ASKED, spend
from gdanim.engine.functions.known import Interval, KnownObjective
from gdanim.engine.functions.summed import summed
from gdanim.engine.functions.wide import FORMULA, Wide, WideObjective
from gdanim.engine.runs import Array, Point
from gdanim.engine.tracing import Traced
from gdanim.formula import compiled, derivatives, has_long_sum, parse, to_latex, variables

AnyPoint = TypeVar("AnyPoint", bound=Point)


@dataclass(frozen=True, kw_only=True, eq=False)
class SymbolicObjective(KnownObjective):
    """A loss given by a formula, with exact gradient and Hessian. The formula is read when first needed."""

    formula: str

    @cached_property
    def expression(self) -> sympy.Expr:
        """In the written order, unevaluated."""
        return parse(self.formula)

    @cached_property
    def latex(self) -> str:
        return to_latex(self.expression)

    def value(self, points: Array) -> Array:
        """Losses of shape (...) at points of shape (..., n); nan where the formula is undefined."""
        return _evaluate(self._compiled[0], points)[..., 0]

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n); zero at a listed minimum where undefined (Ackley's cusp)."""
        gradient = _evaluate(self._compiled[1], points)
        for cusp in self._cusps:
            gradient = np.where((points == cusp).all(axis=-1, keepdims=True), 0.0, gradient)
        return gradient

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., n, n)."""
        n = len(self.variables)
        return _evaluate(self._compiled[2], points).reshape(*points.shape[:-1], n, n)

    def _reordered(self, _: list[int]) -> dict[str, Any]:
        return {}  # the formula calls them by their names

    @cached_property
    def _cusps(self) -> list[Array]:
        """The listed minima where the gradient is undefined."""
        minima = np.reshape(self.minima, (-1, len(self.variables)))
        defined = np.isfinite(_evaluate(self._compiled[1], minima)).all(axis=-1)
        return list(minima[~defined])

    @cached_property
    def _compiled(self) -> tuple[Callable[..., Any], ...]:
        value, gradient, hessian = derivatives(self.expression, self.variables)
        entries = (value,), gradient, tuple(entry for row in hessian for entry in row)
        return tuple(compiled(group, len(self.variables)) for group in entries)


@dataclass(frozen=True, kw_only=True, eq=False)
class SummedObjective(SymbolicObjective):
    """A loss given by a formula with long sums, which are not written out; its Hessians are differences."""

    def value(self, points: Array) -> Array:
        """Losses of shape (...) at points of shape (..., n); nan where the formula is undefined."""
        with np.errstate(all="ignore"):
            return self._wide(points)[0]

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n)."""
        with np.errstate(all="ignore"):
            return self._wide(points)[1]

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., n, n)."""
        return KnownObjective.hessian(self, points)

    @cached_property
    def _wide(self) -> Wide:
        return summed(self.expression, self.variables)


def _evaluate(function: Callable[..., Any], points: Array) -> Array:
    """The compiled entries at ``points``, stacked along a last axis; overflow is inf, undefined is nan.

    It is computed on contiguous columns, of one point as of many: numpy's scalars and its strided loops
    come from other code, which rounds powers and exponentials in its own way on some processors.
    """
    if isinstance(points, Traced):
        return points.through(function)
    columns = np.ascontiguousarray(points.reshape(-1, points.shape[-1]).T)
    spend(ASKED + function.__code__.co_nlocals, columns.shape[1])  # a line for each
    with np.errstate(all="ignore"):
        entries = function(*columns)
    result = np.empty((columns.shape[1], len(entries)))
    for i, entry in enumerate(entries):
        if np.iscomplexobj(entry):  # a constant factor such as the root of a negative number
            entry = np.where(np.imag(entry) == 0, np.real(entry), np.nan)
        result[:, i] = entry
    return result.reshape(*points.shape[:-1], len(entries))


def from_expression(
    expr: str,
    domain: Mapping[str, Interval] | None = None,
    axes: Sequence[str] = (),
) -> SymbolicObjective:
    """The objective of a bare formula such as ``x^2 + 10*y^2``.

    ``axes`` gives the variables in the order of the coordinates, and may add some the formula does
    not use. Raises ExpressionError for the formula, ValueError for the rest.
    """
    tree = parse(expr)
    used = variables(tree)
    names = tuple(axes) or used
    told = ", ".join(names)
    if not set(used) <= set(names) or len(set(names)) < len(names):
        raise ValueError(f"axes needs each of {', '.join(used)} once, not {told}")
    if domain is not None and set(domain) != set(names):
        raise ValueError(f"the domain has one interval for each variable ({told})")
    box = tuple(domain[name] for name in names) if domain else None
    made = SummedObjective if has_long_sum(tree) else SymbolicObjective
    return made(name=expr, formula=expr, variables=names, domain=box)


def symbolic(
    name: str,
    formula: str,
    domain: float | tuple[Interval, ...],
    starts: Sequence[Point],
    minima: Mapping[AnyPoint, float],
    saddles: Sequence[Point] = (),
    variables: tuple[str, ...] = ("x", "y"),
    wide: Wide | None = None,
) -> KnownObjective:
    """A registered formula with its landmarks.

    A number as ``domain`` is the half-width of a square around 0; ``minima`` maps points to losses.
    ``wide`` takes the place of a formula of a great many variables.
    """
    box = ((-domain, domain),) * len(variables) if isinstance(domain, float) else domain
    made: Callable[..., KnownObjective] = partial(SymbolicObjective, formula=formula)
    if wide is not None and len(variables) > FORMULA:
        made = partial(WideObjective, wide=wide)
    return made(
        name=name,
        variables=variables,
        domain=box,
        starts=tuple(starts),
        minima=tuple(minima),
        minimum_values=tuple(minima.values()),
        saddles=tuple(saddles),
    )
