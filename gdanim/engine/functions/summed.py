"""Formulas with long sums: all terms of a sum at once, by arrays, and slopes added up where they belong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy

from gdanim.engine.functions.wide import Wide
from gdanim.engine.runs import Array
from gdanim.formula import compiled, gradient, symbol, variables

BLOCK = 2**20  # terms that are worked out together, of one ball or of many
_SUM = "sum "  # what stands for a sum in the formula around it, with its number: no variable has a blank


class _Sum:
    """One sum over an index, at points (balls, n)."""

    def __init__(self, expr: Any, names: Sequence[str]) -> None:
        self.numbers = np.array(expr.numbers, dtype=float)
        alone = [name for name in variables(expr.body) if name not in (expr.index, *expr.slots)]
        self.places = [np.array([names.index(name) for name in each]) for each in expr.slots.values()]
        self.places += [np.full(len(self.numbers), names.index(name)) for name in alone]
        root, slopes = gradient(expr.body, (*expr.slots, *alone, expr.index))
        self._value = compiled((root,), len(slopes))
        self._slopes = compiled(slopes[:-1], len(slopes))

    def value(self, points: Array) -> Array:
        """Of shape (balls,)."""
        return np.asarray(self._terms(self._value, points)[0].sum(axis=-1))

    def add_slopes(self, points: Array, share: Array, found: Array) -> None:
        """Add ``share`` (balls,) of its gradient to ``found`` (balls, n)."""
        for place, slopes in zip(self.places, self._terms(self._slopes, points), strict=True):
            np.add.at(found.T, place, (share[:, None] * slopes).T)

    def _terms(self, function: Callable[..., list[Any]], points: Array) -> list[Array]:
        """What a function of variables and index is in all the terms, (balls, terms) each."""
        shape = len(points), len(self.numbers)
        entries = function(*(points[:, place] for place in self.places), self.numbers)
        return [np.ascontiguousarray(np.broadcast_to(entry, shape)) for entry in entries]


def summed(expr: sympy.Expr, names: Sequence[str]) -> Wide:
    """The losses and gradients of a formula with long sums in the variables ``names``."""
    sums: list[_Sum] = []

    def around(part: sympy.Expr) -> sympy.Expr:
        """The formula with a symbol for each of its long sums."""
        if hasattr(part, "body"):
            sums.append(_Sum(part, names))
            return symbol(f"{_SUM}{len(sums)}")
        parts = [around(each) for each in part.args]
        return part if parts == list(part.args) else part.func(*parts, evaluate=False)

    outer = around(expr)
    alone = [name for name in variables(outer) if not name.startswith(_SUM)]
    root, slopes = gradient(outer, (*(f"{_SUM}{i + 1}" for i in range(len(sums))), *alone))
    function, places = compiled((root, *slopes), len(slopes)), [names.index(name) for name in alone]

    def some(points: Array) -> tuple[Array, Array]:
        entries = function(*(each.value(points) for each in sums), *(points[:, place] for place in places))
        losses, *shares = (np.broadcast_to(entry, len(points)) for entry in entries)
        found = np.zeros(points.shape)
        for each, share in zip(sums, shares, strict=False):
            each.add_slopes(points, share, found)
        for place, share in zip(places, shares[len(sums) :], strict=True):
            found[:, place] += share
        return losses, found

    def wide(points: Array) -> tuple[Array, Array]:
        flat = np.ascontiguousarray(points.reshape(-1, points.shape[-1]))
        size = max(1, BLOCK // max(len(each.numbers) for each in sums))
        blocks = [some(flat[i : i + size]) for i in range(0, max(len(flat), 1), size)]
        losses, found = (np.concatenate(each) for each in zip(*blocks, strict=True))
        return losses.reshape(points.shape[:-1]), found.reshape(points.shape)

    return wide
