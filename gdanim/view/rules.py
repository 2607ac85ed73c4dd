"""Update rules as mathematics that Typst sets, with symbols and with the numbers of a run."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdanim.engine.anatomy import Anatomy
from gdanim.engine.optimizers.rule import Line, Rule, Values, named
from gdanim.engine.runs import Array, Run

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
GREEK = {
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu"),
    *("xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
}


def worked_out(written: Rule, run: Run, inside: Anatomy, steps: int) -> list[list[tuple[Values, Array]]]:
    """For each of the first steps and each line: the values in its formula, and what it comes to."""
    memory = {line.symbol: np.zeros(run.points.shape[1]) for line in written.lines}
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


def symbols(written: Rule) -> dict[str, str]:
    """Typst mathematics for every name in a rule; vectors are bold, and a word stays one."""
    vectors = {line.symbol for line in written.lines}
    names = vectors.union(*(named(line) for line in written.lines))
    plain = {name: name if len(name) == 1 or name in GREEK else f'"{name}"' for name in names}
    return {
        name: SYMBOLS.get(name, f"bold({text})" if name in vectors else text) for name, text in plain.items()
    }


def in_symbols(line: Line) -> str:
    """A line in symbols: "{x} arrow.l {x} - ...", names still in braces."""
    return f"{{{line.symbol}}} arrow.l {line.formula}"


def numbers(line: Line, before: Values, result: Array) -> dict[str, str]:
    """Typst mathematics for every name in a line's formula, and under "=" for its result."""
    return {name: typeset(before[name]) for name in named(line)} | {"=": typeset(result)}


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
