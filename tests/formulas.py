"""Random formulas: trees, what people write for them in several languages, and their value in many digits.

Nothing here knows how gdanim reads or derives a formula: values are mpmath's, gradients are those of complex
steps, Hessians are differences of those.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import mpmath

Tree = tuple[Any, ...]  # a kind and its parts
Number = Any  # of mpmath

LEAVES = ["x", "y", "1", "2", "3", "0.5", "1.25", "pi"]
# What people call a function, how it is written in LaTeX (* for its argument), and what it is.
SMOOTH: dict[str, tuple[str, Callable[[Number], Number]]] = {
    "sin": (r"\sin\left(*\right)", mpmath.sin),
    "cos": (r"\cos{*}", mpmath.cos),
    "tan": (r"\tan(*)", mpmath.tan),
    "asin": (r"\arcsin(*)", mpmath.asin),
    "arccos": (r"\arccos\left(*\right)", mpmath.acos),
    "atan": (r"\arctan(*)", mpmath.atan),
    "exp": (r"e^{*}", mpmath.exp),
    "ln": (r"\ln\left(*\right)", mpmath.log),
    "log10": (r"\log_{10}(*)", mpmath.log10),
    "log2": (r"\log_2\left(*\right)", lambda x: mpmath.log(x, 2)),
    "log1p": ("log1p(*)", mpmath.log1p),
    "expm1": ("expm1(*)", mpmath.expm1),
    "sinh": (r"\sinh(*)", mpmath.sinh),
    "cosh": (r"\cosh(*)", mpmath.cosh),
    "tanh": (r"\tanh\left(*\right)", mpmath.tanh),
    "asinh": (r"\operatorname{arsinh}(*)", mpmath.asinh),
    "arctanh": (r"\operatorname{artanh}(*)", mpmath.atanh),
    "sqrt": (r"\sqrt{*}", mpmath.sqrt),
    "sigmoid": (r"\operatorname{sigmoid}(*)", lambda x: 1 / (1 + mpmath.exp(-x))),
    "softplus": ("softplus(*)", lambda x: mpmath.log1p(mpmath.exp(x))),
    "erf": (r"\operatorname{erf}(*)", mpmath.erf),
    "erfc": (r"\mathrm{erfc}(*)", lambda x: 1 - mpmath.erf(x)),
    "sinc": (r"\operatorname{sinc}(*)", lambda x: mpmath.sin(mpmath.pi * x) / (mpmath.pi * x)),
    "sec": (r"\sec(*)", mpmath.sec),
    "cot": (r"\cot(*)", mpmath.cot),
    "square": (r"{(*)}^2", lambda x: x * x),
    "silu": ("silu(*)", lambda x: x / (1 + mpmath.exp(-x))),
    "gelu": ("gelu(*)", lambda x: x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2),
}


def _real(x: Number) -> Number:
    return mpmath.re(x)


KINKED: dict[str, tuple[str, Callable[[Number], Number]]] = {
    "abs": (r"\left|*\right|", lambda x: x if _real(x) >= 0 else -x),
    "relu": (r"\operatorname{ReLU}(*)", lambda x: x if _real(x) > 0 else 0 * x),
    "leaky_relu": ("leaky_relu(*)", lambda x: x if _real(x) > 0 else x * mpmath.mpf(0.01)),
    "elu": ("elu(*)", lambda x: x if _real(x) > 0 else mpmath.expm1(x)),
    "floor": (r"\lfloor * \rfloor", lambda x: mpmath.floor(_real(x))),
    "ceil": (r"\lceil * \rceil", lambda x: mpmath.ceil(_real(x))),
    "round": ("round(*)", lambda x: mpmath.nint(_real(x))),
    "trunc": ("trunc(*)", lambda x: mpmath.sign(_real(x)) * mpmath.floor(abs(_real(x)))),
    "sign": (r"\operatorname{sgn}(*)", lambda x: mpmath.sign(_real(x))),
    "cbrt": (r"\sqrt[3]{*}", lambda x: mpmath.cbrt(x) if _real(x) >= 0 else -mpmath.cbrt(-x)),
    "heaviside": ("heaviside(*)", lambda x: (1 + mpmath.sign(_real(x))) / 2),
}
SINGLE = {**SMOOTH, **KINKED}
SEVERAL: dict[str, tuple[int, Callable[..., Number]]] = {
    "min": (2, lambda *xs: min(xs, key=_real)),
    "max": (3, lambda *xs: max(xs, key=_real)),
    "clip": (3, lambda x, a, b: min(max(x, a, key=_real), b, key=_real)),
    "hypot": (2, lambda x, y: mpmath.sqrt(x * x + y * y)),
    "logsumexp": (2, lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y))),
    "mod": (2, lambda a, b: a - b * mpmath.floor(_real(a / b))),
    "pow": (2, lambda a, b: mpmath.exp(b * mpmath.log(a))),
}
TESTS: dict[str, tuple[tuple[str, ...], Callable[[Number, Number], bool]]] = {
    "<": (("<", r"\lt "), lambda a, b: _real(a) < _real(b)),
    "<=": (("<=", r"\leq ", "\u2264"), lambda a, b: _real(a) <= _real(b)),
    ">": ((">", r"\gt "), lambda a, b: _real(a) > _real(b)),
    ">=": ((">=", r"\ge ", "\u2265"), lambda a, b: _real(a) >= _real(b)),
}
SIGNS = {
    "+": ("+",),
    "-": ("-", "\u2212"),
    "*": ("*", "\u00b7", r"\cdot ", "\u00d7", r"\times "),
    "/": ("/", "\u00f7"),
}
# Where slopes end or jump, and rounding decides.
EDGES = {
    **dict.fromkeys(("abs", "relu", "leaky_relu", "elu", "sign", "cbrt", "heaviside", "sqrt"), (0,)),
    **dict.fromkeys(("ln", "log10", "log2"), (0,)),  # where mpmath says -inf and goes on
    "log1p": (-1,),
    **dict.fromkeys(("asin", "arccos", "arctanh"), (-1, 1)),
    **dict.fromkeys(("floor", "ceil", "trunc"), range(-99, 100)),
    "round": [k / 2 for k in range(-199, 200)],
    "pow": (0,),
}
POWERS = ("2", "3", "-1", "0.5", "1.5", "-2")


def tree(random: Random, size: int) -> Tree:
    """A formula of about so many parts."""
    if size <= 1:
        return ("leaf", random.choice(LEAVES[:2] if random.random() < 0.7 else LEAVES))
    kinds = ["sign"] * 3 + ["single"] * 2 + ["power", "minus", "several", "choice", "sum"]
    kind = random.choice(kinds)
    if kind == "sign":
        left = random.randint(1, size - 1)
        return ("sign", random.choice(list(SIGNS)), tree(random, left), tree(random, size - left))
    if kind == "single":
        return ("single", random.choice(list(SINGLE)), tree(random, size - 1))
    if kind == "power":
        return ("power", tree(random, size - 1), random.choice(POWERS))
    if kind == "several":
        name = random.choice(list(SEVERAL))
        count = SEVERAL[name][0]
        return ("several", name, *(tree(random, (size - 1) // count) for _ in range(count)))
    if kind == "choice":
        test = random.choice(list(TESTS))
        return ("choice", test, *(tree(random, (size - 1) // 4) for _ in range(4)))
    if kind == "sum":
        return ("sum", random.randint(1, 3), tree(random, size // 3))
    return ("minus", tree(random, size - 1))


def text(node: Tree, random: Random) -> str:
    """What someone may write for it."""
    kind, *parts = node
    if kind == "leaf":
        return {"pi": random.choice(["pi", "\u03c0", r"\pi ", "np.pi"])}.get(parts[0], parts[0])
    if kind == "sum":
        count, body = parts
        inner = text(body, random)
        ways = [
            f"sum(k, 1, {count}, k*({inner}))",
            f"np.sum(k*({inner}) for k in range(1, {count + 1}))",
            rf"\sum_{{k=1}}^{{{count}}} k ({inner})",
        ]
        return f"({random.choice(ways)})"
    own = [text(part, random) for part in parts if isinstance(part, tuple)]
    if kind == "sign":
        if parts[0] == "/" and random.random() < 0.4:
            return rf"\frac{{{own[0]}}}{{{own[1]}}}"
        return f"({own[0]}{random.choice(SIGNS[parts[0]])}{own[1]})"
    if kind == "single":
        latex = SINGLE[parts[0]][0]
        ways = [f"{parts[0]}({own[0]})", f"np.{parts[0]}({own[0]})", latex.replace("*", own[0])]
        return f"({random.choice(ways)})"
    if kind == "power":
        raised = {"2": ["\u00b2"], "3": ["\u00b3"], "-1": ["\u207b\u00b9"], "-2": ["\u207b\u00b2"]}
        ways = [f"^({parts[1]})", f"**({parts[1]})", f"^{{{parts[1]}}}", *raised.get(parts[1], [])]
        return f"({own[0]}){random.choice(ways)}"
    if kind == "several":
        return f"{random.choice(['', 'np.', 'torch.'])}{parts[0]}({', '.join(own)})"
    if kind == "choice":
        a, b, c, d = own
        test = f"{a} {random.choice(TESTS[parts[0]][0])} {b}"
        ways = [
            f"where({test}, {c}, {d})",
            f"piecewise({test}, {c}, {d})",
            f"Piecewise(({c}, {test}), ({d}, True))",
            f"({c} if {test} else {d})",
            rf"(\begin{{cases}} {c} & {test} \\ {d} & \text{{otherwise}} \end{{cases}})",
        ]
        return random.choice(ways)
    return f"(-{own[0]})"


def value(node: Tree, x: Number, y: Number) -> Number:
    """Its value in mpmath's digits, for real numbers or those a small imaginary step beside."""
    kind, *parts = node
    if kind == "leaf":
        return {"x": x, "y": y, "pi": mpmath.pi}.get(parts[0]) or mpmath.mpf(parts[0])
    if kind == "sum":
        inner = value(parts[1], x, y)
        return sum(k * inner for k in range(1, parts[0] + 1))
    if kind == "choice":
        a, b = (value(part, x, y) for part in parts[1:3])
        return value(parts[3] if TESTS[parts[0]][1](a, b) else parts[4], x, y)
    own = [value(part, x, y) for part in parts if isinstance(part, tuple)]
    if any(abs(_real(each) - edge) < 1e-12 for each in own for edge in EDGES.get(str(parts[0]), ())):
        raise ValueError("on an edge")
    if kind == "sign":
        a, b = own
        return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[parts[0]]()
    if kind == "single":
        return _defined(SINGLE[parts[0]][1](own[0]))
    if kind == "power":
        exponent = mpmath.mpf(parts[1])
        if not own[0]:
            raise ValueError("on an edge")
        return own[0] ** int(exponent) if exponent == int(exponent) else _defined(own[0] ** exponent)
    if kind == "several":
        if parts[0] in ("mod", "hypot") and _between(*own):
            raise ValueError("on an edge")
        return _defined(SEVERAL[parts[0]][1](*own))
    return -own[0]


def _between(a: Number, b: Number) -> bool:
    """Whether two numbers are where a remainder jumps, or a length has a cusp."""
    return bool(not b or abs(_real(a / b) - mpmath.nint(_real(a / b))) < 1e-12)


def _defined(found: Number) -> Number:
    """A number, unless the way to it went through complex ones."""
    if abs(mpmath.im(found)) > mpmath.mpf(10) ** -15 * (1 + abs(found)):
        raise ValueError("undefined")
    return found


def derivatives(node: Tree, x: float, y: float) -> tuple[float, list[float], list[list[float]]]:
    """Value, gradient and Hessian. Raises ValueError or ArithmeticError where there is none."""
    far, near = mpmath.mpf(10) ** -18, mpmath.mpf(10) ** -30
    at = mpmath.mpf(x), mpmath.mpf(y)

    def slope(i: int, j: int | None = None, by: Number = 0) -> Number:
        steps = [mpmath.mpc(coordinate, near if k == i else 0) for k, coordinate in enumerate(at)]
        if j is not None:
            steps[j] += by
        return mpmath.im(value(node, *steps)) / near

    hessian = [[float((slope(i, j, far) - slope(i, j, -far)) / (2 * far)) for j in (0, 1)] for i in (0, 1)]
    return float(_real(value(node, *at))), [float(slope(i)) for i in (0, 1)], hessian
