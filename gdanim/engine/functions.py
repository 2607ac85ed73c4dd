"""Objectives: what the balls roll down. Each is a formula; sympy derives it, numpy evaluates it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from gdanim import expression
from gdanim.calculus import calculus, compiled
from gdanim.engine.solution import Array, Objective, Point
from gdanim.registry import functions

if TYPE_CHECKING:
    from gdanim.entries import FunctionEntry

Interval = tuple[float, float]


@dataclass(frozen=True)
class SymbolicObjective:
    """A loss given by a formula, with exact gradient and Hessian; see ``solution.Objective``."""

    name: str
    variables: tuple[str, ...]
    expression: sympy.Expr  # in the written order, unevaluated
    domain: tuple[Interval, ...] | None = None
    starts: tuple[Point, ...] = ()
    minima: tuple[Point, ...] = ()

    @cached_property
    def latex(self) -> str:
        return str(sympy.latex(self.expression, order="none"))

    def value(self, points: Array) -> Array:
        """Losses of shape (...) at points of shape (..., n); nan where the formula is undefined."""
        return _evaluate(self._compiled[0], points)[..., 0]

    def gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n); zero at a listed minimum where undefined (Ackley's cusp)."""
        gradient = _evaluate(self._compiled[1], points)
        undefined = ~np.isfinite(gradient).all(axis=-1)
        if undefined.any():
            for minimum in self.minima:
                gradient[undefined & (points == np.array(minimum)).all(axis=-1)] = 0.0
        return gradient

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., n, n)."""
        n = len(self.variables)
        return _evaluate(self._compiled[2], points).reshape(*points.shape[:-1], n, n)

    @cached_property
    def _compiled(self) -> tuple[Callable[..., Any], ...]:
        value, gradient, hessian = calculus(self.expression, self.variables)
        entries = [value], gradient, [entry for row in hessian for entry in row]
        return tuple(compiled(group, self.variables) for group in entries)


def _evaluate(function: Callable[..., Any], points: Array) -> Array:
    """The compiled entries at ``points``, stacked along a last axis; overflow is inf, undefined is nan."""
    with np.errstate(all="ignore"):
        entries = function(*np.moveaxis(points, -1, 0))
    result = np.empty((*points.shape[:-1], len(entries)))
    for i, entry in enumerate(entries):
        if np.iscomplexobj(entry):  # a constant factor such as the root of a negative number
            entry = np.where(np.imag(entry) == 0, np.real(entry), np.nan)
        result[..., i] = entry
    return result


def from_expression(
    expr: str,
    domain: Mapping[str, Interval] | None = None,
    minima: Sequence[Point] = (),
    axes: Sequence[str] = (),
) -> SymbolicObjective:
    """The objective of a bare formula such as ``x^2 + 10*y^2``.

    ``axes`` gives the variables in the order of the coordinates, and may add some the formula does
    not use. Raises ExpressionError for the formula, ValueError for the rest.
    """
    tree = expression.parse(expr)
    used = expression.variables(tree)
    variables = tuple(axes) or used
    told = ", ".join(variables)
    if not set(used) <= set(variables) or len(set(variables)) < len(variables):
        raise ValueError(f"axes needs each of {', '.join(used)} once, not {told}")
    if any(len(minimum) != len(variables) for minimum in minima):
        raise ValueError(f"a minimum has one number for each variable ({told})")
    if domain is not None and set(domain) != set(variables):
        raise ValueError(f"the domain has one interval for each variable ({told})")
    box = tuple(domain[name] for name in variables) if domain else None
    return SymbolicObjective(expr, variables, tree, box, minima=tuple(map(tuple, minima)))


def objective(entry: FunctionEntry) -> Objective:
    """The objective an entry of a spec asks for. Raises ValueError as its factory does."""
    if entry.expr is not None:
        return from_expression(entry.expr, entry.domain, entry.minima or (), entry.axes or ())
    registered: SymbolicObjective = functions[str(entry.name)](**entry.parameters)
    if entry.domain is not None:
        registered = replace(registered, domain=tuple(entry.domain[name] for name in registered.variables))
    return replace(registered, minima=entry.minima) if entry.minima else registered


def _classic(
    name: str, formula: str, domain: float | tuple[Interval, ...], start: Point, minima: tuple[Point, ...]
) -> SymbolicObjective:
    """A registered function; a number as domain is a square around 0."""
    tree = expression.parse(formula)
    variables = expression.variables(tree)
    box = ((-domain, domain),) * len(variables) if isinstance(domain, float) else domain
    return SymbolicObjective(name, variables, tree, box, (start,), minima)


@functions.register
def bowl() -> SymbolicObjective:
    """The round bowl: every direction is alike, so the gradient points straight at the minimum.

    Source: J. Nocedal, S. Wright, Numerical Optimization (2nd ed. 2006), section 3.3.
    """
    return _classic("bowl", "x^2 + y^2", 5.0, (3.0, 4.0), ((0.0, 0.0),))


@functions.register
def ellipse(condition: float = 10.0) -> SymbolicObjective:
    """The ravine: one direction ``condition`` times steeper, so that no single rate suits both.

    Source: J. Nocedal, S. Wright, Numerical Optimization (2nd ed. 2006), section 3.3.
    """
    if not condition > 0:
        raise ValueError("condition must be positive")
    formula = f"x^2 + {expression.number_text(condition)}*y^2"
    return _classic("ellipse", formula, 3.0, (-2.6, 1.4), ((0.0, 0.0),))


@functions.register
def rosenbrock(a: float = 1.0, b: float = 100.0) -> SymbolicObjective:
    """The banana valley: easy to reach, then flat and curved for a long way to the minimum.

    Source: H. H. Rosenbrock, An automatic method for finding the greatest or least value of a
    function, The Computer Journal 3 (1960), 175-184, with its start (-1.2, 1).
    """
    if not b > 0:
        raise ValueError("b must be positive")
    low, high = min(-2.0, 1.5 * a), max(2.0, 1.5 * a)
    formula = f"({expression.number_text(a)} - x)^2 + {expression.number_text(b)}*(y - x^2)^2"
    domain = ((low, high), (-1.0, max(3.0, 1.5 * a * a)))
    return _classic("rosenbrock", formula, domain, (-1.2, 1.0), ((float(a), float(a) ** 2),))


@functions.register
def himmelblau() -> SymbolicObjective:
    """Four equally deep minima: the start alone decides which one is found.

    Source: D. Himmelblau, Applied Nonlinear Programming (1972).
    """
    minima = (
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    )
    return _classic("himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", 5.0, (-0.5, -1.0), minima)


@functions.register
def saddle() -> SymbolicObjective:
    """The saddle: downhill in x leads to a resting point that is no minimum; a little y escapes.

    Source: I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 8.2.3.
    """
    return _classic("saddle", "x^2 - y^2", 2.0, (1.6, 0.001), ())


@functions.register
def beale() -> SymbolicObjective:
    """Steep corners around a nearly flat floor: the gradient's size says little about the distance.

    Source: E. M. L. Beale, On an iterative method for finding a local minimum of a function of more
    than one variable (1958); start (1, 1) of J. J. More and others, ACM TOMS 7 (1981), 17-41.
    """
    formula = "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2"
    return _classic("beale", formula, 4.5, (1.0, 1.0), ((3.0, 0.5),))


@functions.register
def rastrigin() -> SymbolicObjective:
    """An egg box of minima around the one that counts: descent stops in the nearest dent.

    Source: L. A. Rastrigin, Systems of Extremal Control (1974).
    """
    formula = "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)"
    return _classic("rastrigin", formula, 5.12, (3.3, -2.7), ((0.0, 0.0),))


@functions.register
def ackley() -> SymbolicObjective:
    """A dented plain with a funnel in the middle: far away the gradient knows nothing of it.

    Source: D. H. Ackley, A Connectionist Machine for Genetic Hillclimbing (1987).
    """
    formula = "-20*exp(-0.2*sqrt((x^2 + y^2)/2)) - exp((cos(2*pi*x) + cos(2*pi*y))/2) + e + 20"
    return _classic("ackley", formula, 5.0, (2.3, 1.6), ((0.0, 0.0),))
