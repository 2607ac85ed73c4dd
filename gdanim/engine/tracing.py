"""Array code written down once, as straight-line code for one ball.

A ``Traced`` stands for an array of shape (balls, columns). What numpy functions do with it is not done but
written down, column by column, one operation a line; rows never mix. Numbers that are the same for all
balls, such as the learning rates, are arrays of their values at all steps and are worked out at once, by
numpy. Only operations that round alike everywhere are known here, so that the written code gives the
bits that numpy gives; all else (a look at values to decide what to do, say) raises TypeError or
AttributeError, and then the code can only run as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gdanim.engine.runs import Array

Column = str | Array  # a name in the written code; or numbers of shape () or (steps,), alike for all balls

# How each function is written for one ball; not a number stays so, as it does with numpy.
CODE: dict[Callable[..., Any], str] = {
    np.add: "{} + {}",
    np.subtract: "{} - {}",
    np.multiply: "{} * {}",
    np.divide: "{} / {}",
    np.negative: "-{}",
    np.square: "{0} * {0}",
    np.sqrt: "sqrt({})",
    np.absolute: "abs({})",
    np.sign: "1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else {0}",
    np.maximum: "{0} if {0} >= {1} or {0} != {0} else {1}",
    np.minimum: "{0} if {0} <= {1} or {0} != {0} else {1}",
    np.less: "{} < {}",
    np.less_equal: "{} <= {}",
    np.greater: "{} > {}",
    np.greater_equal: "{} >= {}",
    np.equal: "{} == {}",
    np.not_equal: "{} != {}",
    np.isfinite: "{0} - {0} == 0.0",
    np.bitwise_and: "{} & {}",
    np.bitwise_or: "{} | {}",
    np.invert: "not {}",
    np.where: "{1} if {0} else {2}",
}


class Trace:
    """The code written so far, and the numbers it needs."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.numbers: list[Array] = []  # the code calls them n0, n1, ...
        self._known: dict[Any, str] = {}

    def write(self, code: str) -> str:
        """The name of the code's value, the same for the same code."""
        if code not in self._known:
            self._known[code] = f"v{len(self.lines)}"
            self.lines.append(f"{self._known[code]} = {code}")
        return self._known[code]

    def text(self, column: Column) -> str:
        """A column in the code."""
        if isinstance(column, str):
            return column
        key = column.dtype, column.shape, column.tobytes()
        if key not in self._known:
            test = " != 0.0" if column.dtype == bool else ""
            self._known[key] = f"(n{len(self.numbers)}{test})" if test else f"n{len(self.numbers)}"
            self.numbers.append(column)
        return self._known[key]

    def texts(self, values: Any, width: int) -> list[str]:
        """The columns of an array, so many of them, in the code."""
        columns = columns_of(values)
        if len(columns) not in (1, width):
            raise TypeError("shapes do not match")
        return [self.text(column) for column in (columns * width)[:width]]


class Traced(NDArrayOperatorsMixin):
    """Stands for an array of shape (balls, columns), or (balls,) where there is one column."""

    size = 1  # nothing is computed yet

    def __init__(self, trace: Trace, columns: Sequence[Column]) -> None:
        self.trace = trace
        self.columns = tuple(columns)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc is np.power and isinstance(inputs[1], int) and inputs[1] == 2:
            ufunc, inputs = np.square, inputs[:1]  # as numpy does
        if method != "__call__" or ufunc.nout != 1 or options:
            return NotImplemented
        return self._each(ufunc, inputs)

    def __array_function__(self, function: Any, _: Any, inputs: Any, options: Any) -> Any:
        return NotImplemented if function is not np.where or options else self._each(function, inputs)

    def __getitem__(self, key: tuple[Any, int]) -> Traced:
        """One column, as ``[..., i]``."""
        if key[0] is not ...:
            raise TypeError("a ball cannot be told from the others")
        return Traced(self.trace, [self.columns[key[1]]])

    def __bool__(self) -> bool:
        raise TypeError("values are not known yet")

    def __array__(self, *_: Any, **__: Any) -> Array:
        raise TypeError("values are not known yet")

    def sum(self, *, axis: int, keepdims: bool) -> Any:
        """Of each row, in the order in which numpy adds up fewer than eight numbers."""
        if len(self.columns) >= 8:
            raise TypeError("numpy would add in another order")
        return self._rows(np.add, axis, keepdims)

    def mean(self, *, axis: int, keepdims: bool) -> Any:
        """Of each row."""
        return self.sum(axis=axis, keepdims=keepdims) / len(self.columns)

    def all(self, *, axis: int, keepdims: bool) -> Any:
        """Whether all of each row is true."""
        return self._rows(np.bitwise_and, axis, keepdims)

    def through(self, function: Callable[..., Sequence[Any]]) -> Traced:
        """What a function of the columns returns, as columns."""
        results = function(*(self[..., i] for i in range(len(self.columns))))
        return Traced(self.trace, [column for result in results for column in columns_of(result)])

    def _rows(self, function: np.ufunc, axis: int, keepdims: bool) -> Any:
        if axis != -1 or not keepdims:
            raise TypeError("only rows can be summed up, each to a column of one")
        return reduce(function, (self[..., i] for i in range(len(self.columns))))

    def _each(self, function: Any, inputs: Sequence[Any]) -> Any:
        columns = [columns_of(values) for values in inputs]
        width = max(map(len, columns))
        if not {len(each) for each in columns} <= {1, width}:
            raise TypeError("shapes do not match")
        rows = zip(*(each * width if len(each) < width else each for each in columns), strict=True)
        return Traced(self.trace, [self._one(function, row) for row in rows])

    def _one(self, function: Any, row: tuple[Column, ...]) -> Column:
        if not any(isinstance(column, str) for column in row):
            return np.asarray(function(*row))
        if function not in CODE:
            raise TypeError(f"{function} may round in another way when it is compiled")
        return self.trace.write(CODE[function].format(*map(self.trace.text, row)))


def columns_of(values: Any) -> tuple[Column, ...]:
    """Those of a stand-in; or the numbers of an array that is alike for all balls."""
    if isinstance(values, Traced):
        return values.columns
    numbers = np.asarray(values)
    if numbers.ndim > 1 or numbers.dtype.kind not in "bif":
        raise TypeError("only real numbers, alone or one for each column, can be written down")
    if numbers.dtype.kind == "i":
        numbers = numbers.astype(float)
    return (numbers,) if numbers.ndim == 0 else tuple(map(np.asarray, numbers))
