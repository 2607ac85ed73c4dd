"""What sympy does for a formula: simplify it, derive it, make it a numpy function.

Kinks (abs, sign, max, min) and hyperbolic functions are of our own making. Sympy's would ask at every
step whether their arguments are real, which is the larger or what they are modulo i pi: that takes
minutes on some formulas and fails on one as plain as abs(log(x)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, reduce
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import sympy
from sympy.printing.numpy import NumPyPrinter

MAX_DERIVATIVE_NODES = 4_000  # of the gradient; the Hessian may have five times as many
LARGEST_PRODUCT = 8  # exponent of a power that is multiplied out
EXACT = 2**53  # integers beyond are not exact as floats

Function = Callable[..., sympy.Function]


class TooComplexError(ValueError):
    """A formula that is defined nowhere, or whose derivatives are out of reach."""


class Derivatives(NamedTuple):
    """A formula, its gradient and its Hessian, ready to compile."""

    value: sympy.Expr
    gradient: tuple[sympy.Expr, ...]
    hessian: tuple[tuple[sympy.Expr, ...], ...]


def symbol(name: str) -> sympy.Symbol:
    """The sympy symbol of the variable ``name``."""
    return sympy.Symbol(name)


@lru_cache(maxsize=128)
def derivatives(expr: sympy.Expr, names: tuple[str, ...]) -> Derivatives:
    """Value, gradient and Hessian of ``expr`` by the variables ``names``.

    Raises TooComplexError when it is defined nowhere or its derivatives grow too large.
    """
    axes = [symbol(name) for name in names]
    n = range(len(axes))
    try:
        value = expr.doit()
        gradient = [value.diff(axis) for axis in axes]
        _refuse_larger(gradient, MAX_DERIVATIVE_NODES)
        upper = {(i, j): gradient[i].diff(axes[j]) for i in n for j in n if i <= j}
        _refuse_larger(upper.values(), 5 * MAX_DERIVATIVE_NODES)
        for entry in (value, *gradient, *upper.values()):
            if entry.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
                raise TooComplexError("the formula or its slope is defined nowhere")
        ready = {key: _with_floats(entry) for key, entry in upper.items()}
        return Derivatives(
            _with_floats(value),
            tuple(map(_with_floats, gradient)),
            tuple(tuple(ready[min(i, j), max(i, j)] for j in n) for i in n),
        )
    except (
        ArithmeticError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:  # sympy's, on degenerate input
        raise TooComplexError("the formula is too degenerate to derive") from error


@lru_cache(maxsize=256)
def compiled(expressions: tuple[sympy.Expr, ...], names: tuple[str, ...]) -> Callable[..., list[Any]]:
    """A numpy function of the variables that returns the values of all expressions, shared parts once."""
    used = {free.name for expr in expressions for free in expr.free_symbols}
    axes = [symbol(name) if name in used else sympy.Dummy() for name in names]  # no name hides a function
    settings = {
        "fully_qualified_modules": False,
        "inline": True,
        "allow_unknown_functions": True,
        "user_functions": {name: name for name in NUMERIC},
    }
    function: Callable[..., list[Any]] = sympy.lambdify(
        axes, list(expressions), [NUMERIC, "numpy"], printer=_Printer(settings), cse=True
    )
    return function


class _Printer(NumPyPrinter):  # type: ignore[misc]
    """Small powers are products: faster than numpy's power, and rounded alike everywhere."""

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:  # noqa: N802  (sympy's name)
        base, exponent = expr.args
        if not (exponent.is_Integer and abs(exponent) <= LARGEST_PRODUCT):
            return str(super()._print_Pow(expr, rational))
        product = f"product({self._print(base)}, {abs(exponent)})"
        return product if exponent > 0 else f"(1 / {product})"


def _refuse_larger(expressions: Iterable[sympy.Expr], limit: int) -> None:
    nodes = (node for expr in expressions for node in sympy.preorder_traversal(expr))
    if next(islice(nodes, limit, None), None) is not None:
        raise TooComplexError("the derivatives of this formula are too large")


def _with_floats(expr: sympy.Expr) -> sympy.Expr:
    """``expr`` for numpy: floats for the integers it has no room for, all with digits enough to read back."""
    huge = {number for number in expr.atoms(sympy.Rational) if abs(number.p) > EXACT or number.q > EXACT}
    return expr.xreplace({number: sympy.Float(number, 17) for number in huge | expr.atoms(sympy.Float)})


def _function(name: str, slope: Callable[..., sympy.Expr], latex: str | None = None) -> Function:
    """A sympy function that never looks into its arguments.

    ``slope(index, *arguments)`` is its derivative by the argument of that index (from 0); ``latex`` has
    a * where the arguments go.
    """

    def fdiff(self: sympy.Function, argindex: int = 1) -> sympy.Expr:
        return slope(argindex - 1, *self.args)

    def _latex(self: sympy.Function, printer: Any, exp: str | None = None) -> str:
        text = (latex or rf"\{name}{{\left(* \right)}}").replace(
            "*", ", ".join(map(printer.doprint, self.args))
        )
        return text if exp is None else rf"{{{text}}}^{{{exp}}}"

    kind: Function = type(name, (sympy.Function,), {"fdiff": fdiff, "_latex": _latex})
    return kind


def _flat(*_: Any) -> sympy.Expr:
    return sympy.Integer(0)


def _part(i: int, *arguments: sympy.Expr) -> sympy.Expr:
    return share(arguments[i], *arguments[:i], *arguments[i + 1 :])


# At a kink the slope is torch's: 0 for abs, equal parts among the largest or the smallest at a tie.
signum = _function("signum", _flat, r"\operatorname{sign}{\left(* \right)}")
absolute = _function("absolute", lambda _, x: signum(x), r"\left|{*}\right|")
share = _function("share", _flat)  # the first argument's part in the largest: 1, 0 or at a tie less than 1
largest = _function("largest", _part, r"\max\left(*\right)")
smallest = _function("smallest", lambda i, *xs: _part(i, *(-x for x in xs)), r"\min\left(*\right)")
sigmoid: Function = _function(
    "sigmoid", lambda _, x: sigmoid(x) * (1 - sigmoid(x)), r"\sigma{\left(* \right)}"
)
sinh: Function = _function("sinh", lambda _, x: cosh(x))
cosh: Function = _function("cosh", lambda _, x: sinh(x))
tanh: Function = _function("tanh", lambda _, x: 1 - tanh(x) ** 2)


def _share(first: Any, *others: Any) -> Any:
    top = reduce(np.maximum, others, first)
    return np.equal(first, top) / sum(np.equal(argument, top) * 1.0 for argument in (first, *others))


def _product(x: Any, count: int) -> Any:
    """``x`` multiplied ``count`` times, by squares."""
    if count == 1:
        return x
    half = x if count < 4 else _product(x, count // 2)
    return half * half * x if count % 2 else half * half


NUMERIC: dict[str, Callable[..., Any]] = {
    "product": _product,
    "signum": np.sign,
    "absolute": np.abs,
    "share": _share,
    "largest": lambda *arguments: reduce(np.maximum, arguments),
    "smallest": lambda *arguments: reduce(np.minimum, arguments),
    "sigmoid": lambda x: 0.5 + 0.5 * np.tanh(0.5 * x),  # 1 / (1 + exp(-x)) without its overflow
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
}
