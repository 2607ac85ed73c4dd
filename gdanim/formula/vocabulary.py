"""The words of a formula: variables, constants and functions, with what sympy and Python make of them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

import sympy

from gdanim.formula import calculus

GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"),
    *("mu", "nu", "xi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
)
CONSTANTS = {"pi": sympy.pi, "e": sympy.E}
VARIABLE = re.compile(r"(?:[A-Za-z]|" + "|".join(GREEK) + r")(?:_?[0-9]{1,4})?")


class Function(NamedTuple):
    """How a call is built for sympy, how it is computed with constants, and its number of arguments."""

    build: Callable[..., sympy.Expr]
    compute: Callable[..., float]
    arity: tuple[int, int] = (1, 1)


def _unevaluated(function: Callable[..., sympy.Expr]) -> Callable[..., sympy.Expr]:
    return lambda *arguments: function(*arguments, evaluate=False)


add, multiply, power = map(_unevaluated, (sympy.Add, sympy.Mul, sympy.Pow))
_log = _unevaluated(sympy.log)
_half = sympy.Rational(1, 2)


def _log10(x: sympy.Expr) -> sympy.Expr:
    return multiply(_log(x), power(_log(sympy.Integer(10)), -1))


FUNCTIONS = {
    **{
        name: Function(_unevaluated(getattr(sympy, name)), getattr(math, name))
        for name in ("sin", "cos", "tan", "asin", "acos", "atan", "exp")
    },
    **{name: Function(getattr(calculus, name), getattr(math, name)) for name in ("sinh", "cosh", "tanh")},
    "log": Function(_log, math.log),
    "ln": Function(_log, math.log),
    "log10": Function(_log10, math.log10),
    "sqrt": Function(lambda x: power(x, _half), math.sqrt),
    "abs": Function(calculus.absolute, abs),
    "sign": Function(calculus.signum, lambda x: float((x > 0) - (x < 0))),
    "sigmoid": Function(calculus.sigmoid, lambda x: 0.5 + 0.5 * math.tanh(0.5 * x)),
    "min": Function(calculus.smallest, min, (2, 4)),
    "max": Function(calculus.largest, max, (2, 4)),
}


# What other languages call them.
SYNONYMS = {
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan")},
    "tg": "tan",
    "arctg": "atan",
    "sh": "sinh",
    "ch": "cosh",
    "th": "tanh",
    "fabs": "abs",
    "sgn": "sign",
    "lg": "log10",
    "log_10": "log10",
    "root": "sqrt",
    "logistic": "sigmoid",
    "pow": "a^b",
    "square": "(...)^2",
    "log2": "ln(x)/ln(2)",
    "cbrt": "x^(1/3)",
    "relu": "max(x, 0)",
    "norm": "sqrt(x^2 + y^2)",
    "sum": "the terms with + between them",
}


def check_variables(names: Sequence[str]) -> None:
    """Raise ValueError unless these can be the variables of one function."""
    if len(set(names)) < len(names):
        raise ValueError(f"{', '.join(names)} repeat a name")
    for name in names:
        if not (isinstance(name, str) and VARIABLE.fullmatch(name)) or name in CONSTANTS:
            told = "is one letter, perhaps numbered (x, w2), or a Greek name (theta), and not e"
            raise ValueError(f"a variable {told}: not {name!r}")


def unknown(kind: Literal["name", "function"], name: str) -> str:
    """The message for an unknown word, with the nearest right thing."""
    letters = "*".join(re.findall("[A-Za-z][0-9]*", name))
    called = kind == "function"
    known = FUNCTIONS if called else [*FUNCTIONS, *CONSTANTS, *GREEK]
    ours = SYNONYMS.get(name.lower()) or (name.lower() if name.lower() in FUNCTIONS else "")
    if ours in FUNCTIONS:
        return f"unknown {kind} {name!r}, did you mean {ours!r}?"
    if ours:
        return f"unknown {kind} {name!r}: write {ours}"
    # Two letters are rather a product, if not a function's name with one left out.
    cutoff = 0.6 if len(name) > 2 else 0.7 if called else 1.0
    near = get_close_matches(name, known, n=1, cutoff=cutoff)
    product = f"for a product write {letters}{'*(...)' if called else ''}"
    if near:
        advice = f"did you mean {near[0]!r}?{f' {product.capitalize()}' if len(name) <= 2 else ''}"
    elif called or letters.count("*") < 3:
        advice = product
    else:
        advice = "a variable is one letter, perhaps numbered (x, w2), or a Greek name (theta)"
    return f"unknown {kind} {name!r}, {advice}"
