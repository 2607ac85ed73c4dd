"""What a formula is made of while it is read: sympy, in the written order and never evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import sympy

Builder = Callable[..., sympy.Expr]

PLAIN = ("sin", "cos", "tan", "asin", "acos", "atan", "exp", "log")  # which sympy shows as we would


def _unevaluated(function: Builder) -> Builder:
    return lambda *arguments: function(*arguments, evaluate=False)


add, multiply, power = map(_unevaluated, (sympy.Add, sympy.Mul, sympy.Pow))


def symbol(name: str) -> sympy.Symbol:
    """The sympy symbol of the variable ``name``."""
    return sympy.Symbol(name)


def _kind(name: str, **members: Any) -> Builder:
    """A function of our own; sympy would compute those of numbers as mpmath does, complex ones too."""
    return _unevaluated(type(name, (sympy.Function,), members))


def _drawn(name: str, latex: str = "", more: int = 0) -> Builder:
    """The function of that name in ``functions``; ``latex`` has a * where its arguments, and ``more``, go."""

    def text(self: sympy.Function, printer: Any, exp: str | None = None) -> str:
        arguments = ", ".join(printer.doprint(add(sympy.Integer(more), x) if more else x) for x in self.args)
        shown = (latex or rf"\operatorname{{{name}}}{{\left(* \right)}}").replace("*", arguments)
        return shown if exp is None else rf"{_held(shown)}^{{{exp}}}"

    return _kind(name, _latex=text)


def _held(latex: str) -> str:
    """What a power is taken of: a quotient or a sum needs parentheses."""
    return rf"\left({latex}\right)" if re.match(r"\\(frac|sum|prod|sqrt)", latex) else f"{{{latex}}}"


def _test(name: str, sign: str) -> Builder:
    """A test of the name in ``functions``: in brackets where it is a number."""

    def bare(self: sympy.Function, printer: Any) -> str:
        sides = [
            printer.doprint(side) if sign in _RELATIONS else _condition(printer, side) for side in self.args
        ]
        return f" {sign} ".join(sides)

    def text(self: sympy.Function, printer: Any, exp: str | None = None) -> str:
        shown = rf"\left[{self.bare(printer)}\right]"
        return shown if exp is None else f"{{{shown}}}^{{{exp}}}"

    return _kind(name, _latex=text, bare=bare)


_RELATIONS = ("<", r"\leq", ">", r"\geq", "=", r"\neq")


def _condition(printer: Any, test: sympy.Expr) -> str:
    """A test as it stands beside a value, or in another test."""
    return str(test.bare(printer) if hasattr(test, "bare") else printer.doprint(test))


def _cases(self: sympy.Function, printer: Any, exp: str | None = None) -> str:
    """A choice, and those that are its last part, below each other."""
    rows, rest = [], self
    while isinstance(rest, type(self)):
        test, taken, rest = rest.args
        rows.append(rf"{printer.doprint(taken)} & \text{{if}}\: {_condition(printer, test)}")
    if type(rest).__name__ != "undefined":
        rows.append(rf"{printer.doprint(rest)} & \text{{otherwise}}")
    shown = r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"
    return shown if exp is None else rf"\left({shown}\right)^{{{exp}}}"


def over_index(*exprs: sympy.Expr, latex: str, **members: Any) -> sympy.Expr:
    """A sum or a product over an index, written out unless it has a ``body``, which is shown as ``latex``."""

    def text(_self: sympy.Function, _printer: Any, exp: str | None = None) -> str:
        return latex if exp is None else rf"\left({latex}\right)^{{{exp}}}"

    return _kind("over_index", _latex=text, shown=latex, **members)(*exprs)


def long_sum(
    body: sympy.Expr, index: str, slots: Mapping[str, Sequence[str]], numbers: range, latex: str
) -> sympy.Expr:
    """A sum over an index, which takes these ``numbers``, that is not written out, shown as ``latex``.

    ``body`` is one term of it, with a symbol for the index and one for each numbered variable: ``slots`` say
    which variable that is in each of the terms. Its arguments are all the variables that it has.
    """
    own = {index, *slots}
    names = {*(each.name for each in body.free_symbols if each.name not in own), *chain(*slots.values())}
    kept = {"body": body, "index": index, "slots": dict(slots), "numbers": numbers}
    return over_index(*map(symbol, sorted(names)), latex=latex, **kept)


def in_parentheses(expr: sympy.Expr) -> sympy.Expr:
    """The same; what goes over an index is shown in parentheses, as factors that follow are not its own."""
    shown = getattr(expr, "shown", "")
    if not shown:
        return expr
    kept = {key: getattr(expr, key) for key in ("body", "index", "slots", "numbers") if hasattr(expr, key)}
    return over_index(*expr.args, latex=rf"\left({shown}\right)", **kept)


# By their names in ``functions``.
BUILDERS: dict[str, Builder] = {
    **{name: _unevaluated(getattr(sympy, name)) for name in PLAIN},
    **{name: _drawn(name, rf"\{name}{{\left(* \right)}}") for name in ("sinh", "cosh", "tanh")},
    **{
        name: _drawn(name)
        for name in (
            *("asinh", "acosh", "atanh", "expm1", "softplus", "erf", "erfc", "atan2", "trunc", "fmod"),
            *("heaviside", "clip", "undefined", "logsumexp"),
        )
    },
    "log1p": _drawn("log1p", r"\log{\left(* \right)}", more=1),
    "sigmoid": _drawn("sigmoid", r"\sigma{\left(* \right)}"),
    "relu": _drawn("relu", r"\operatorname{ReLU}{\left(* \right)}"),
    "cbrt": _drawn("cbrt", r"\sqrt[3]{*}"),
    "sine_quotient": _drawn("sine_quotient", r"\frac{\sin{\left(* \right)}}{*}"),
    "signum": _drawn("signum", r"\operatorname{sign}{\left(* \right)}"),
    "absolute": _drawn("absolute", r"\left|{*}\right|"),
    "largest": _drawn("largest", r"\max\left(*\right)"),
    "smallest": _drawn("smallest", r"\min\left(*\right)"),
    "floor": _drawn("floor", r"\left\lfloor{*}\right\rfloor"),
    "ceil": _drawn("ceil", r"\left\lceil{*}\right\rceil"),
    "nearest": _drawn("nearest", r"\operatorname{round}{\left(* \right)}"),
    "modulo": _drawn("modulo", r"\operatorname{mod}{\left(* \right)}"),
    "less": _test("less", "<"),
    "less_equal": _test("less_equal", r"\leq"),
    "greater": _test("greater", ">"),
    "greater_equal": _test("greater_equal", r"\geq"),
    "equal": _test("equal", "="),
    "unequal": _test("unequal", r"\neq"),
    "both": _test("both", r"\wedge"),
    "either": _test("either", r"\vee"),
    "negation": _drawn("negation", r"\neg \left(*\right)"),
    "choice": _kind("choice", _latex=_cases),
}
