"""The words of a formula: variables, constants and functions, and how sympy is built of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

import sympy

from gdanim.formula.symbols import BUILDERS, Builder, add, multiply, power

GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"),
    *("mu", "nu", "xi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
    *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Phi", "Psi", "Omega"),
)
CONSTANTS = {"pi": sympy.pi, "Pi": sympy.pi, "e": sympy.E}
VARIABLE = re.compile(r"(?:[A-Za-z]|" + "|".join(GREEK) + r")(?:_?[0-9]{1,4}|_[A-Za-z][A-Za-z0-9]{0,15})?")
LONGEST = 20  # letters of a word that names an axis
MANY = 16  # arguments of min and max


class Word(NamedTuple):
    """How the call of a function is built, and its number of arguments."""

    build: Builder
    arity: tuple[int, int] = (1, 1)


_HUNDREDTH = sympy.Float(0.01)
_half = sympy.Rational(1, 2)
_log, _tanh, _exp, _sigmoid = (BUILDERS[name] for name in ("log", "tanh", "exp", "sigmoid"))


def _over(base: sympy.Expr) -> sympy.Expr:
    return power(base, -1)


def logarithm(x: sympy.Expr, base: sympy.Expr) -> sympy.Expr:
    return multiply(_log(x), _over(_log(base)))


def _chosen(slope: sympy.Expr, x: sympy.Expr) -> sympy.Expr:
    """``x`` above 0, else what the second argument says."""
    return BUILDERS["choice"](BUILDERS["greater"](x, sympy.Integer(0)), x, slope)


def _elu(x: sympy.Expr, a: sympy.Expr = sympy.S.One) -> sympy.Expr:
    below = BUILDERS["expm1"](x)
    return _chosen(below if a == 1 else multiply(a, below), x)


def _gelu(x: sympy.Expr) -> sympy.Expr:
    inner = BUILDERS["erf"](multiply(x, _over(power(sympy.Integer(2), _half))))
    return multiply(_half, x, add(sympy.Integer(1), inner))


FUNCTIONS = {
    **{
        name: Word(BUILDERS[name])
        for name in (
            *("sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "log1p", "expm1", "sigmoid"),
            *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "softplus", "erf", "erfc", "cbrt"),
            *("floor", "ceil", "trunc", "relu"),
        )
    },
    "ln": Word(_log),
    "log10": Word(lambda x: logarithm(x, sympy.Integer(10))),
    "log2": Word(lambda x: logarithm(x, sympy.Integer(2))),
    "exp2": Word(lambda x: power(sympy.Integer(2), x)),
    "sqrt": Word(lambda x: power(x, _half)),
    "square": Word(lambda x: power(x, sympy.Integer(2))),
    "hypot": Word(lambda *xs: power(add(*(power(x, sympy.Integer(2)) for x in xs)), _half), (2, MANY)),
    **{
        name: Word(lambda x, own=BUILDERS[own]: _over(own(x)))
        for name, own in (("sec", "cos"), ("csc", "sin"), ("cot", "tan"))
    },
    "abs": Word(BUILDERS["absolute"]),
    "sign": Word(BUILDERS["signum"]),
    "round": Word(BUILDERS["nearest"]),
    "mod": Word(BUILDERS["modulo"], (2, 2)),
    "fmod": Word(BUILDERS["fmod"], (2, 2)),
    "atan2": Word(BUILDERS["atan2"], (2, 2)),
    "min": Word(BUILDERS["smallest"], (2, MANY)),
    "max": Word(BUILDERS["largest"], (2, MANY)),
    "logsumexp": Word(BUILDERS["logsumexp"], (2, MANY)),
    "clip": Word(BUILDERS["clip"], (3, 3)),
    "heaviside": Word(lambda x, at=_half: BUILDERS["heaviside"](x, at), (1, 2)),
    "sinc": Word(lambda x: BUILDERS["sine_quotient"](multiply(sympy.pi, x))),  # as in numpy and torch
    "leaky_relu": Word(lambda x, a=_HUNDREDTH: _chosen(multiply(a, x), x), (1, 2)),
    "elu": Word(_elu, (1, 2)),
    "silu": Word(lambda x: multiply(x, _sigmoid(x))),
    "gelu": Word(_gelu),
}


# What they are called elsewhere: in numpy, torch, Python, sympy, and in other countries.
SAME = {
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "tan2")},
    **{f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    "tg": "tan",
    "ctg": "cot",
    "arctg": "atan",
    "sh": "sinh",
    "ch": "cosh",
    "th": "tanh",
    "fabs": "abs",
    "absolute": "abs",
    "sgn": "sign",
    "signum": "sign",
    "log_10": "log10",
    "log_2": "log2",
    "logistic": "sigmoid",
    "expit": "sigmoid",
    "power": "pow",
    "maximum": "max",
    "minimum": "min",
    "fmax": "max",
    "fmin": "min",
    "rint": "round",
    "ceiling": "ceil",
    "fix": "trunc",
    "clamp": "clip",
    "swish": "silu",
    "logaddexp": "logsumexp",
    "product": "prod",
    "ifelse": "where",
    "if_else": "where",
}
# What to write for what has another form here, or several meanings.
ADVICE = {
    "lg": "log10(x) or log2(x)",
    "root": "sqrt(x) or x^(1/3)",
    "sqr": "x^2 or sqrt(x)",
    "norm": "sqrt(x^2 + y^2)",
    "remainder": "mod(a, b), which has the sign of b, or fmod(a, b), which has that of a",
    "step": "heaviside(x)",
    "factorial": "a number",
    "mean": "sum(i, 1, 10, x[i])/10",
    "dot": "the products with + between them",
    "inf": "a number",
    "nan": "a number",
}


def meant(name: str) -> str:
    """The name of a function here: as it is, in small letters, or as it is called elsewhere; else ""."""
    for word in (name, name.lower()):
        word = SAME.get(word, word)
        if word in FUNCTIONS or word in FORMS:
            return word
    return ""


# Functions with a syntax of their own, see ``forms``.
FORMS = ("sum", "prod", "where", "piecewise", "pow", "log")


def check_axis(name: str) -> None:
    """Raise ValueError unless this can be the name of an axis: a variable, or a word of any script.

    Words of formulas (``sin``, ``pi``) are none.
    """
    word = [unicodedata.category(c)[0] for c in name]  # letters, each perhaps with marks over and under it
    letters = word[:1] == ["L"] and set(word) <= {"L", "M"} and len(word) <= LONGEST
    if not (letters or VARIABLE.fullmatch(name)):
        told = "is one letter, perhaps numbered (x, w2, theta_1), or a word"
        raise ValueError(f"the name of an axis {told}: not {name!r}")
    if name in FUNCTIONS or name in CONSTANTS:
        raise ValueError(f"{name} is a word of formulas, and no name of an axis")


def check_variables(names: Sequence[str]) -> None:
    """Raise ValueError unless these can be the variables of one function."""
    if len(set(names)) < len(names):
        raise ValueError(f"{', '.join(names)} repeat a name")
    for name in names:
        if not (isinstance(name, str) and VARIABLE.fullmatch(name)) or name in CONSTANTS:
            told = "is one letter, perhaps numbered (x, w2), or a Greek name (theta), and not e"
            raise ValueError(f"a variable {told}: not {name!r}")


_SYMBOLS = "|".join(sorted((*CONSTANTS, *GREEK), key=len, reverse=True))
_FACTOR = re.compile(rf"({_SYMBOLS}|[A-Za-z])(?:_?[0-9]+)?")


def factors(word: str) -> list[str]:
    """What a word would be as a product of known names and letters; [] where it would be none."""
    found = [match.group() for match in _FACTOR.finditer(word)]
    return found if "".join(found) == word else []


def unknown(kind: Literal["name", "function"], word: str) -> str:
    """The message for an unknown word, with the nearest right thing."""
    return f"unknown {kind} {word!r}{_function(word) if kind == 'function' else _variable(word)}"


def _function(word: str) -> str:
    letters = factors(word)
    if told := ADVICE.get(word.lower()):
        return f": write {told}"
    # Two letters are rather a product, if not a function's name with one left out.
    near = get_close_matches(word, [*FUNCTIONS, *FORMS], n=1, cutoff=0.75 if len(word) > 2 else 0.7)
    product = f"or a product write {'*'.join(letters)}*(...)"
    if near:
        return f", did you mean {near[0]!r}?" + (f" F{product}" if len(word) <= 2 else "")
    if 0 < len(letters) < 3 or letters == [word]:
        return f", f{product}"
    return f"; known: {', '.join(sorted({*FUNCTIONS, *FORMS}))}"


def _variable(word: str) -> str:
    letters = factors(word)
    if told := ADVICE.get(word.lower()):
        return f": write {told}"
    for size in (1, 2, *range(3, len(word))):  # sinx
        name, rest = word[:-size], word[-size:]
        if meant(name) and VARIABLE.fullmatch(rest):
            return f": write {name}({rest})"
    product = f", for a product write {'*'.join(letters)}"
    if any(len(letter) > 1 for letter in letters):  # pix
        return product
    if len(word) > 2 and (
        near := get_close_matches(word, [*FUNCTIONS, *CONSTANTS, *GREEK], n=1, cutoff=0.75)
    ):
        return f", did you mean {near[0]!r}?"
    if 0 < len(letters) < 3:
        return product
    told = "perhaps numbered or with a word below (x, w2, w_in), or a Greek name (theta)"
    return f", a variable is one letter, {told}"
