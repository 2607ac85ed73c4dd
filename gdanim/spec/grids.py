"""Losses of one's own over a grid of two settings: from a file beside the spec, or written out in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import AllowInfNan, ValidationInfo, WrapValidator, model_validator

from gdanim.spec.data import missing, named, read_csv, read_npz
from gdanim.spec.ranges import MANY
from gdanim.spec.wording import Model, counted, did_you_mean, mistake

Numbers = NDArray[np.float64]
SAME = 1e-9  # relative: settings nearer than this are one


def _table(value: Any, handler: Callable[[Any], Any], info: ValidationInfo) -> Any:
    """A mapping is checked; a text is the name of a file below the folder of the spec."""
    if not isinstance(value, str):
        return handler(value)
    folder = (info.context or {}).get("folder", Path())
    return read_npz(folder, value) if value.endswith(".npz") else read_csv(folder, value, gaps=True)


Table = Annotated[
    dict[str, tuple[Annotated[float, AllowInfNan(True)] | None, ...]], WrapValidator(_table, str | dict)
]


class Losses(NamedTuple):
    """Losses over two settings: row i of column j belongs to ``values[0][j]`` and ``values[1][i]``."""

    names: tuple[str, str, str]  # of the setting across, of that up, and of the loss
    values: tuple[Numbers, Numbers]  # (columns,) and (rows,), rising
    losses: Numbers  # (rows, columns); not finite where training failed
    known: NDArray[np.bool_]  # (rows, columns): which of them the data have

    @property
    def best(self) -> tuple[int, int]:
        """Row and column of the lowest."""
        row, column = np.unravel_index(np.argmin(self.finite), self.losses.shape)
        return int(row), int(column)

    @property
    def finite(self) -> Numbers:
        """The losses, infinite where there is none."""
        return np.where(self.known & np.isfinite(self.losses), self.losses, np.inf)


class Grid(Model):
    """What the scene `sweep` shows of runs that were made elsewhere."""

    data: Table
    """A CSV or .npz file beside the spec, or columns: a row for every pair of settings that was tried."""
    columns: tuple[str, str, str] | None = None
    """The setting across, the setting up, the loss; absent, the columns in their order."""

    @classmethod
    def unknown(cls, key: str, _: Any) -> str:
        return f"a sweep of data has the keys data and columns; the data say what {key} was: leave it out"

    @model_validator(mode="after")
    def _is_a_grid(self) -> Grid:
        names = self.columns or tuple(self.data)
        unread = getattr(self.data, "unread", {})
        if len(names) != 3:
            if len(self.data) < 3 <= len(self.data) + len(unread):
                raise mistake(missing(self.data, next(iter(unread))))
            told = ", ".join([*self.data, *unread])
            if len(self.data) < 3:
                raise mistake(
                    f"the data have the columns {told}: a grid needs three, two settings and the loss"
                )
            raise mistake(f"the data have the columns {told}: say which three in {named([*self.data][:3])}")
        for name in names:
            if name in unread:
                raise mistake(missing(self.data, name))
            if name not in self.data:
                raise mistake(f"the data have no column {name!r}{did_you_mean(name, self.data)}")
        if len(set(names)) < 3 or len({len(self.data[name]) for name in names}) > 1:
            raise mistake(f"the columns {', '.join(names)} must be three, and of one length")
        _ = self.losses
        return self

    @cached_property
    def losses(self) -> Losses:
        """The grid. Raises a mistake where the data are none."""
        across, up, loss = names = self.columns or tuple(self.data)
        places = [_places(name, self.data[name]) for name in (across, up)]
        (x, column), (y, row) = places
        shape = len(y), len(x)
        cells, counts = row * shape[1] + column, np.zeros(shape, dtype=int)
        np.add.at(counts.reshape(-1), cells, 1)
        if (twice := np.flatnonzero(counts[row, column] > 1)).size:
            i = twice[0]
            told = f"{across} {x[column[i]]:g} and {up} {y[row[i]]:g}"
            raise mistake(
                f"the data have more than one row for {told}: give each pair one, such as their mean"
            )
        losses, known = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
        given = self.data[loss]
        losses[row, column] = [np.nan if value is None else value for value in given]
        known[row, column] = [value is not None for value in given]
        if not np.isfinite(losses).any():
            raise mistake(f"no value of {loss} is a finite number")
        return Losses((names[0], names[1], names[2]), (x, y), losses, known)


def _places(name: str, given: tuple[float | None, ...]) -> tuple[Numbers, NDArray[np.intp]]:
    """The values of a setting, rising, and which of them each row has."""
    if any(value is None or not np.isfinite(value) for value in given):
        raise mistake(f"every row of the data needs a number as its {name}")
    numbers = np.array(given, dtype=float)
    values, places = np.unique(numbers, return_inverse=True)
    size = np.maximum(np.abs(values[1:]), np.abs(values[:-1]))
    new = np.concatenate([[True], np.diff(values) > SAME * size]) if len(values) else np.empty(0, bool)
    if not 2 <= new.sum() <= MANY:
        told = counted(int(new.sum()), "value")
        raise mistake(f"the data have {told} of {name}; a grid has 2 to {MANY}")
    return values[new], (np.cumsum(new) - 1)[places]


def is_grid(value: Any) -> bool:
    """Whether a sweep is of data, as it is written or read."""
    return isinstance(value, Grid) or (
        isinstance(value, Mapping) and not {"data", "columns"}.isdisjoint(value)
    )
