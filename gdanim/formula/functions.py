"""The functions of a formula: how numpy computes each, and its slopes in terms of the others.

At a kink the slope is torch's: 0 for abs, floor and what jumps, that of relu on the left, equal parts among
the largest or the smallest at a tie; a choice has the slope of the branch that is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

NEAR = 0.5  # of 0: there the sine's quotients are added up from their series
TERMS = 11  # of a series, which is exact to the last bit with so many where x is NEAR


class Function(NamedTuple):
    """``slopes[i]`` gives the derivative by argument i from all arguments; those of its last serve the rest.

    ``slopes`` work on whatever can be added, multiplied, raised to a power and given to a Function.
    """

    name: str
    numeric: Callable[..., Any]
    slopes: tuple[Callable[..., Any], ...]

    def __call__(self, *arguments: Any) -> Any:
        """A call of it, in the graph of the first argument that has one."""
        graph = next(argument.graph for argument in arguments if hasattr(argument, "graph"))
        return graph.call(self, arguments)

    def slope(self, index: int, arguments: tuple[Any, ...]) -> Any:
        """Its derivative by the argument of that index (from 0)."""
        if len(self.slopes) == 1 and len(arguments) > 1:  # all arguments are alike: the one comes first
            arguments = arguments[index], *arguments[:index], *arguments[index + 1 :]
            index = 0
        return self.slopes[index](*arguments)


FUNCTIONS: dict[str, Function] = {}


def _define(name: str, numeric: Callable[..., Any], *slopes: Callable[..., Any]) -> Function:
    FUNCTIONS[name] = Function(name, numeric, slopes)
    return FUNCTIONS[name]


def _flat(*_: Any) -> float:
    return 0.0


def _truth(test: Callable[..., Any]) -> Callable[..., Any]:
    """A test as a number, 1 where it holds and 0 elsewhere."""
    return lambda *arguments: np.where(test(*arguments), 1.0, 0.0)


def _share(first: Any, *others: Any) -> Any:
    top = reduce(np.maximum, others, first)
    return np.equal(first, top) / sum(np.equal(argument, top) * 1.0 for argument in (first, *others))


def _erf(name: str) -> Callable[[Any], Any]:
    def compute(x: Any) -> Any:
        from scipy import special  # heavy, and few formulas need it

        return getattr(special, name)(x)

    return compute


def _near_zero(x: Any, order: int) -> Any:
    """The derivative of that order of sin(x)/x from its series, for abs(x) up to NEAR."""
    total: Any = 0.0
    for k in range(TERMS, (order + 1) // 2 - 1, -1):  # the smallest terms first
        falling = math.prod(range(2 * k - order + 1, 2 * k + 1))
        total = total + (-1) ** k * falling / math.factorial(2 * k + 1) * x ** (2 * k - order)
    return total


def _sine_quotient(order: int) -> Callable[[Any], Any]:
    """sin(x)/x or a derivative of it: the quotients cancel near 0."""

    def compute(x: Any) -> Any:
        far = np.where(np.less(np.abs(x), NEAR), 1.0, x)
        found = np.sin(far) / far
        if order > 0:
            found = first = (np.cos(far) - found) / far
        if order > 1:
            found = -np.sin(far) / far - 2.0 * first / far
        return np.where(
            np.less(np.abs(x), NEAR), _near_zero(np.minimum(np.maximum(x, -1.0), 1.0), order), found
        )

    return compute


# Smooth ones.
sin = _define("sin", np.sin, lambda x: cos(x))
cos: Function = _define("cos", np.cos, lambda x: -sin(x))
tan: Function = _define("tan", np.tan, lambda x: tan(x) ** 2 + 1)
asin = _define("asin", np.arcsin, lambda x: (1 - x**2) ** -0.5)
acos = _define("acos", np.arccos, lambda x: -((1 - x**2) ** -0.5))
atan = _define("atan", np.arctan, lambda x: (x**2 + 1) ** -1)
exp: Function = _define("exp", np.exp, lambda x: exp(x))
log = _define("log", np.log, lambda x: x**-1)
log1p = _define("log1p", np.log1p, lambda x: (x + 1) ** -1)
expm1 = _define("expm1", np.expm1, lambda x: exp(x))
sinh = _define("sinh", np.sinh, lambda x: cosh(x))
cosh: Function = _define("cosh", np.cosh, lambda x: sinh(x))
tanh: Function = _define("tanh", np.tanh, lambda x: 1 - tanh(x) ** 2)
asinh = _define("asinh", np.arcsinh, lambda x: (x**2 + 1) ** -0.5)
acosh = _define("acosh", np.arccosh, lambda x: (x - 1) ** -0.5 * (x + 1) ** -0.5)
atanh = _define("atanh", np.arctanh, lambda x: (1 - x**2) ** -1)
# 1 / (1 + exp(-x)) without its overflow
sigmoid: Function = _define(
    "sigmoid", lambda x: 0.5 + 0.5 * np.tanh(0.5 * x), lambda x: sigmoid(x) * (1 - sigmoid(x))
)
softplus = _define("softplus", lambda x: np.logaddexp(0.0, x), lambda x: sigmoid(x))
erf = _define("erf", _erf("erf"), lambda x: 2 / math.sqrt(math.pi) * exp(-(x**2)))
erfc = _define("erfc", _erf("erfc"), lambda x: -2 / math.sqrt(math.pi) * exp(-(x**2)))
logsumexp: Function = _define(
    "logsumexp", lambda *xs: reduce(np.logaddexp, xs), lambda x, *xs: exp(x - logsumexp(x, *xs))
)
cbrt: Function = _define("cbrt", np.cbrt, lambda x: cbrt(x) ** -2 * (1 / 3))
atan2 = _define(
    "atan2",
    np.arctan2,
    lambda y, x: x * (x**2 + y**2) ** -1,
    lambda y, x: -y * (x**2 + y**2) ** -1,
)
_sine_bend = _define("sine_bend", _sine_quotient(2), _flat)  # no third derivative is ever asked for
_sine_slope = _define("sine_slope", _sine_quotient(1), lambda x: _sine_bend(x))
sine_quotient = _define("sine_quotient", _sine_quotient(0), lambda x: _sine_slope(x))

# Kinks and jumps.
signum = _define("signum", np.sign, _flat)
absolute = _define("absolute", np.abs, lambda x: signum(x))
share = _define("share", _share, _flat)  # the first one's part in the largest: 1, 0 or at a tie less than 1
largest = _define("largest", lambda *xs: reduce(np.maximum, xs), lambda x, *xs: share(x, *xs))
smallest = _define(
    "smallest", lambda *xs: reduce(np.minimum, xs), lambda x, *xs: share(-x, *(-other for other in xs))
)
floor = _define("floor", np.floor, _flat)
ceil = _define("ceil", np.ceil, _flat)
trunc = _define("trunc", np.trunc, _flat)
nearest = _define("nearest", np.rint, _flat)
modulo = _define("modulo", np.mod, lambda *_: 1.0, lambda a, b: -floor(a * b**-1))
fmod = _define("fmod", np.fmod, lambda *_: 1.0, lambda a, b: -trunc(a * b**-1))
heaviside = _define("heaviside", np.heaviside, _flat, lambda x, _: equal(x, 0))
relu = _define("relu", lambda x: np.maximum(x, 0.0), lambda x: greater(x, 0))
clip = _define(
    "clip",
    lambda x, low, high: np.minimum(np.maximum(x, low), high),
    lambda x, low, high: less_equal(low, x) * less_equal(x, high),
    lambda x, low, high: less(x, low) * less_equal(low, high),
    lambda x, low, high: 1 - less_equal(largest(x, low), high),
)

# Tests are 1 or 0.
less: Function = _define("less", _truth(np.less), _flat)
less_equal: Function = _define("less_equal", _truth(np.less_equal), _flat)
greater: Function = _define("greater", _truth(np.greater), _flat)
greater_equal = _define("greater_equal", _truth(np.greater_equal), _flat)
equal: Function = _define("equal", _truth(np.equal), _flat)
unequal = _define("unequal", _truth(np.not_equal), _flat)
both = _define("both", _truth(lambda a, b: np.not_equal(a, 0) & np.not_equal(b, 0)), _flat)
either = _define("either", _truth(lambda a, b: np.not_equal(a, 0) | np.not_equal(b, 0)), _flat)
negation = _define("negation", _truth(lambda a: np.equal(a, 0)), _flat)
undefined: Function = _define("undefined", lambda x: x * np.nan, lambda x: undefined(x))
# The second where the first holds, else the third; the other has no part in its slope, see ``calculus``.
choice = _define("choice", lambda test, a, b: np.where(np.not_equal(test, 0), a, b), _flat)
# They have the slope of the arguments that they take; what the others do does not count.
SELECTING = (largest, smallest, relu, clip)
