"""How an optimizer's update is written on a blackboard: one line for each thing that it works out.

A line is a piece of Typst mathematics with the names of its values in braces. The same line is shown with
symbols and with numbers, and ``Line.value`` gives the number that it stands for, so that what is written can
be checked against what was computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdanim.engine.runs import Array

Values = dict[str, Any]  # by name: vectors of shape (n,), and numbers
# What a line may name beside settings and other lines: the point, the gradient as the optimizer gets it, the
# learning rate, how many steps there are with this one, and the whole step that was taken.
GIVEN = ("x", "g", "rate", "t", "move")


@dataclass(frozen=True)
class Line:
    """``symbol`` becomes what the ``formula`` says; {name} stands for a value.

    A line that names itself, or one below it, means what that came to at the step before: at first, zeros.
    """

    symbol: str
    formula: str
    value: Callable[[Values], Array]


@dataclass(frozen=True)
class Rule:
    """Lines in the order they are worked out, the last of them for ``x``; and the numbers in them."""

    lines: tuple[Line, ...]
    settings: Mapping[str, float] = field(default_factory=dict)  # numbers that stay


GRADIENT = Line("g", "nabla f({x})", lambda v: v["g"])
BY_STEP = Rule((GRADIENT, Line("x", "{x} + {move}", lambda v: v["x"] + v["move"])))


def named(line: Line) -> list[str]:
    """The names in a line's formula."""
    return re.findall(r"\{(\w+)\}", line.formula)


def scaled(step: str, squares: str) -> Line:
    """A step over the root of the mean or the sum of squares."""
    return Line(
        "x",
        f"{{x}} - {{rate}} {{{step}}} \\/ (sqrt({{{squares}}}) + {{eps}})",
        lambda v: v["x"] - v["rate"] * v[step] / (np.sqrt(v[squares]) + v["eps"]),
    )
