"""Formulas as people type them, turned into sympy without ever evaluating their text; and numbers as text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import NamedTuple

import sympy

from gdanim.errors import ExpressionError
from gdanim.formula import calculus, sums
from gdanim.formula.grammar import Parser
from gdanim.formula.reader import Node
from gdanim.formula.tokens import Token

NOISE = 1e-14  # what is smaller, where numbers are about 1, is rounding
RAISED = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
MANY = 6  # coordinates of a point, and more
MAX_VARIABLES = 1000
MAX_LENGTH = 1000  # characters
MAX_WORK = 100_000  # operations of the Hessian
MAX_TOGETHER = 30_000  # numbers, names and operations of all formulas of a spec, sums written out
_TOGETHER: ContextVar[dict[str, int] | None] = ContextVar("together", default=None)  # parts by formula


@contextmanager
def together() -> Iterator[None]:
    """Bounds the work of all formulas that are read inside, whichever of them were read before."""
    token = _TOGETHER.set({})
    try:
        yield
    finally:
        _TOGETHER.reset(token)


def parse(text: str) -> sympy.Expr:
    """The formula as a sympy expression in the written order (unevaluated; see ``symbols``).

    Raises ExpressionError with the offset and length of the offending text.
    """
    others = _TOGETHER.get()
    if others is not None and text not in others and sum(others.values()) > MAX_TOGETHER:
        told = "use fewer of them, or let sums go over fewer numbers"
        raise ExpressionError(f"all formulas have more than {MAX_TOGETHER} parts: {told}", 0, len(text))
    found = _read(text)
    if others is not None:
        others[text] = found.parts
    if isinstance(wrong := found.expr, ExpressionError):
        raise ExpressionError(wrong.message, wrong.offset, wrong.length)
    return found.expr


class _Found(NamedTuple):
    """What a text is, and of how many parts."""

    expr: sympy.Expr | ExpressionError
    parts: int


@lru_cache(maxsize=256)
def _read(text: str) -> _Found:
    parser: Parser | None = None
    try:
        if len(text) > MAX_LENGTH:
            raise ExpressionError(f"the formula is longer than {MAX_LENGTH} characters", 0, len(text))
        parser = Parser(text)
        node = parser.formula()
        found = _checked(text, node)
        _check_named(parser.head, variables(found))
    except ExpressionError as error:
        found = error
    return _Found(found, parser.nodes + parser.unrolled if parser else 0)


def _check_named(named: Sequence[Token] | None, names: tuple[str, ...]) -> None:
    """Refuse a left side such as f(x, y) with other variables than the formula has, or in another order."""
    if not named:
        return
    texts = tuple(token.text for token in named)
    vector = len(texts) == 1 and all(re.fullmatch(rf"{texts[0]}\d+", name) for name in names)
    if texts != names and not vector:
        both = sorted(texts) == sorted(names)
        told = "is in another order" if both else "has other variables"
        order = f"write the right side alone and axes: [{', '.join(texts)}]"
        last = named[-1]
        raise ExpressionError(
            f"this {told} than {', '.join(names)}: {order}",
            named[0].offset,
            last.offset + last.length - named[0].offset,
        )


def _checked(text: str, node: Node) -> sympy.Expr:
    """The expression of a formula that can be descended."""
    whole = (len(text) - len(text.lstrip()), len(text.strip()))
    if node.value is not None:
        raise ExpressionError("a constant has nothing to descend: use a variable such as x", *whole)
    names = variables(node.expr)
    root = calculus.value(node.expr, names)
    if root.value is not None and not math.isfinite(root.value):
        raise ExpressionError("the formula is defined nowhere", *whole)
    if len(names) > MAX_VARIABLES:
        raise ExpressionError(f"the formula has more than {MAX_VARIABLES} variables", *whole)
    if not sums.has_long_sum(node.expr) and calculus.work(root) > MAX_WORK:
        told = "use fewer variables, or fewer functions of all of them"
        raise ExpressionError(f"the formula's second derivatives are too many: {told}", *whole)
    return node.expr


@lru_cache(maxsize=256)
def variables(expr: sympy.Expr) -> tuple[str, ...]:
    """Names of the variables: by letter, numbered ones in the order of their numbers (x2 before x10)."""

    def rank(name: str) -> tuple[str, int]:
        stem = name.rstrip("0123456789")
        return stem, int(name[len(stem) :] or -1)

    return tuple(sorted((symbol.name for symbol in expr.free_symbols), key=rank))


def number_text(value: float) -> str:
    """The shortest text that reads back as ``value``: 10 rather than 10.0."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def rounded_text(value: float, digits: int = 3) -> str:
    """A number as people write it, in so many digits: 2200, 0.0012, 1.2 times a power of ten; noise is 0."""
    if abs(value) < NOISE:
        return "0"
    if not math.isfinite(value):
        return str(value)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = int(exponent)
    if -4 <= power < 6:
        return number_text(float(f"{value:.{digits}g}"))
    factor = "" if float(mantissa) == 1 else f"{float(mantissa):g} \u00d7 "
    return f"{factor}10{str(power).translate(RAISED)}"


def point_text(point: Sequence[float], digits: int = 4) -> str:
    """Coordinates in parentheses: (3.142, 0); of a great many the first two and the last."""
    scale = NOISE * max(1.0, *map(abs, point)) if len(point) else NOISE
    texts = [f"{0.0 if abs(x) < scale else x:.{digits}g}" for x in point]
    if len(texts) > MANY:
        texts[2:-1] = ["\u2026"]
    return f"({', '.join(texts)})"
