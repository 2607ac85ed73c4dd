"""Update rules as they are written on a blackboard: one line for each thing an optimizer works out.

A line is a piece of Typst mathematics with the names of its symbols in braces. The same line is shown with
symbols and with numbers, and ``Line.value`` gives the number that it stands for, so that what is written can
be checked against what was computed.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdanim.engine.anatomy import Anatomy
from gdanim.engine.solution import Array, Run
from gdanim.registry import optimizers

Values = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """``symbol`` becomes what the ``formula`` says; {name} stands for a value."""

    symbol: str
    formula: str
    value: Callable[[Values], Array]


@dataclass(frozen=True)
class Rule:
    """Lines in the order they are worked out, the last of them for ``x``; and the numbers in them."""

    lines: tuple[Line, ...]
    settings: Mapping[str, float]  # numbers that stay


SYMBOLS = {
    "x": "bold(x)",
    "g": "bold(g)",
    "m": "bold(m)",
    "s": "bold(s)",
    "m_hat": "hat(bold(m))",
    "s_hat": "hat(bold(s))",
    "rate": "eta",
    "mu": "mu",
    "alpha": "alpha",
    "rest": "(1 - alpha)",
    "beta1": "beta_1",
    "rest1": "(1 - beta_1)",
    "beta2": "beta_2",
    "rest2": "(1 - beta_2)",
    "eps": "epsilon",
    "t": "t",
    "move": "Delta bold(x)",
}
CONCEPTS = {
    "g": "gradient",
    "m": "momentum",
    "m_hat": "momentum",
    "s": "second_moment",
    "s_hat": "second_moment",
}
GRADIENT = Line("g", "nabla f({x})", lambda v: v["g"])
PLAIN = Line("x", "{x} - {rate} {g}", lambda v: v["x"] - v["rate"] * v["g"])


def rule(name: str, parameters: Mapping[str, Any]) -> Rule:
    """The update rule of an optimizer with these parameters.

    One whose rule is not written here, or is used in a variant of it, is told by its step alone.
    """
    defaults = {p.name: p.default for p in optimizers.parameters(name).values()}
    given: dict[str, Any] = {key: value for key, value in defaults.items() if value is not inspect._empty}
    given |= parameters
    write = WRITTEN.get(name)
    plain = not any(
        given.get(key) for key in ("weight_decay", "dampening", "amsgrad", "centered", "maximize")
    )
    found = write(given) if write and plain else None
    return found or Rule((GRADIENT, Line("x", "{x} + {move}", lambda v: v["x"] + v["move"])), {})


def _momentum(given: Mapping[str, Any]) -> Rule | None:
    mu = float(given["momentum"])
    if mu == 0:
        return Rule((GRADIENT, PLAIN), {})
    memory = Line("m", "{mu} {m} + {g}", lambda v: v["mu"] * v["m"] + v["g"])
    if given.get("nesterov"):
        ahead = Line(
            "x",
            "{x} - {rate} ({g} + {mu} {m})",
            lambda v: v["x"] - v["rate"] * (v["g"] + v["mu"] * v["m"]),
        )
        return Rule((GRADIENT, memory, ahead), {"mu": mu})
    step = Line("x", "{x} - {rate} {m}", lambda v: v["x"] - v["rate"] * v["m"])
    return Rule((GRADIENT, memory, step), {"mu": mu})


def _adagrad(given: Mapping[str, Any]) -> Rule | None:
    if given["lr_decay"] or given["initial_accumulator_value"]:
        return None
    squares = Line("s", "{s} + {g}^2", lambda v: v["s"] + v["g"] ** 2)
    return Rule((GRADIENT, squares, _scaled("g", "s")), {"eps": given["eps"]})


def _rmsprop(given: Mapping[str, Any]) -> Rule | None:
    if given["momentum"]:
        return None
    squares = Line("s", "{alpha} {s} + {rest} {g}^2", lambda v: v["alpha"] * v["s"] + v["rest"] * v["g"] ** 2)
    alpha = float(given["alpha"])
    settings = {"alpha": alpha, "rest": 1 - alpha, "eps": given["eps"]}
    return Rule((GRADIENT, squares, _scaled("g", "s")), settings)


def _adam(given: Mapping[str, Any]) -> Rule | None:
    beta1, beta2 = given["betas"]
    lines = (
        GRADIENT,
        Line("m", "{beta1} {m} + {rest1} {g}", lambda v: v["beta1"] * v["m"] + v["rest1"] * v["g"]),
        Line("s", "{beta2} {s} + {rest2} {g}^2", lambda v: v["beta2"] * v["s"] + v["rest2"] * v["g"] ** 2),
        Line("m_hat", "{m} \\/ (1 - {beta1}^{t})", lambda v: v["m"] / (1 - v["beta1"] ** v["t"])),
        Line("s_hat", "{s} \\/ (1 - {beta2}^{t})", lambda v: v["s"] / (1 - v["beta2"] ** v["t"])),
        _scaled("m_hat", "s_hat"),
    )
    settings = {"beta1": beta1, "rest1": 1 - beta1, "beta2": beta2, "rest2": 1 - beta2, "eps": given["eps"]}
    return Rule(lines, settings)


def _scaled(step: str, squares: str) -> Line:
    """A step over the root of the mean or the sum of squares."""
    return Line(
        "x",
        f"{{x}} - {{rate}} {{{step}}} \\/ (sqrt({{{squares}}}) + {{eps}})",
        lambda v: v["x"] - v["rate"] * v[step] / (np.sqrt(v[squares]) + v["eps"]),
    )


WRITTEN: dict[str, Callable[[Mapping[str, Any]], Rule | None]] = {
    "sgd": _momentum,
    "momentum": _momentum,
    "nesterov": lambda given: _momentum({**given, "nesterov": True}),
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
}


def worked_out(written: Rule, run: Run, inside: Anatomy, steps: int) -> list[list[tuple[Values, Array]]]:
    """For each of the first steps and each line: the values in its formula, and what it comes to."""
    memory = {"m": np.zeros(run.points.shape[1]), "s": np.zeros(run.points.shape[1])}
    shown = []
    for k in range(min(steps, run.steps)):
        values: Values = {
            **written.settings,
            **memory,
            "x": run.points[k],
            "g": inside.gradients[k],
            "rate": float(inside.learning_rates[k]),
            "move": inside.moves[k],
            "t": k + 1,
        }
        rows = []
        for line in written.lines:
            before = dict(values)
            values[line.symbol] = line.value(values)
            rows.append((before, values[line.symbol]))
        memory = {name: values[name] for name in memory}
        shown.append(rows)
    return shown


def symbols(line: Line) -> str:
    """A line in symbols: "{x} arrow.l {x} - ...", names still in braces."""
    return f"{{{line.symbol}}} arrow.l {line.formula}"


def numbers(line: Line, before: Values, result: Array) -> dict[str, str]:
    """Typst mathematics for every name in a line's formula, and under "=" for its result."""
    names = re.findall(r"\{(\w+)\}", line.formula)
    return {name: typeset(before[name]) for name in names} | {"=": typeset(result)}


def typeset(value: Any) -> str:
    """A number or a vector in Typst mathematics, three decimals where they serve."""
    if isinstance(value, int):
        return str(value)
    if np.ndim(value) == 0:
        return _number(float(value), short=True)
    if len(value) == 1:
        return _number(float(value[0]))
    return f'vec(delim: "(", {", ".join(_number(float(v)) for v in value)})'


def _number(value: float, short: bool = False) -> str:
    """``short``: without zeros at the end, as one writes a rate."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.4g}" if short else f"{value + 0.0:.3f}"
    mantissa, _, power = f"{value:.0e}".partition("e") if short else f"{value:.1e}".partition("e")
    return f"10^({int(power)})" if mantissa == "1" else f"{mantissa} dot 10^({int(power)})"
