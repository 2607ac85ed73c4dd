"""Columns of numbers for objectives made from data: written out in a spec, or in a CSV file beside it."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, ValidationInfo, WithJsonSchema, WrapValidator

from gdanim.spec.defaults import MOST_BYTES
from gdanim.spec.wording import counted, mistake
from gdanim.spec.yaml_advice import quoted
from gdanim.trust import outside

MAX_ROWS = 10_000
MOST_UNPACKED = 4 * MOST_BYTES  # of a .npz file: a packed one of zeros could be any size


class WithData(NamedTuple):
    """Marks a parameter of a function that counts only where its ``data`` are given, or only where not."""

    needed: bool


class Table(dict[str, tuple[Any, ...]]):
    """The columns of a file that are numbers, by name; of the others, why they are none."""

    unread: Mapping[str, str] = MappingProxyType({})


def _columns(value: Any, handler: Callable[[Any], Any], info: ValidationInfo) -> Any:
    """A mapping is checked; a text is the name of a CSV file below the folder of the spec."""
    if not isinstance(value, str):
        return handler(value)
    table = read_csv((info.context or {}).get("folder", Path()), value)
    handler(dict(table))
    return table


def missing(data: Mapping[str, Any], name: str) -> str:
    """Why there is no such column in some data."""
    unread = getattr(data, "unread", {})
    return (
        f"data: {unread[name]}"
        if name in unread
        else f"data has no column {name!r}, only {', '.join([*data, *unread])}"
    )


def named(columns: Iterable[str]) -> str:
    """The key that chooses columns, as a spec has it."""
    plain = (name if re.fullmatch(r"[^\W\d][\w ]*", name) else quoted(name) for name in columns)
    return f"columns: [{', '.join(plain)}]"


def _equally_long(columns: dict[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise mistake("the columns of the data have different lengths")
    if not 2 <= max(lengths, default=0) <= MAX_ROWS:
        raise mistake(f"the data has {max(lengths, default=0)} rows; it needs 2 to {MAX_ROWS}")
    return columns


Columns = Annotated[
    dict[str, tuple[float, ...]],
    AfterValidator(_equally_long),
    WrapValidator(_columns),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "number"}}},
            ]
        }
    ),
]


def read_csv(folder: Path, name: str, gaps: bool = False) -> Table:
    """The columns of a CSV file with a line of names, by name, but for those with a cell that is no number.

    The file lies in ``folder`` or below it, and no link leads out. Commas separate its cells, or what does
    in the line of names alone: semicolons or tabs, and then numbers may have decimal commas. Cells are
    finite numbers; with ``gaps`` they may also be empty, which gives None, or nan or inf. Raises a mistake in
    plain words, also where no column is of numbers.
    """
    raw = _read(folder, name)
    try:
        return _parsed(raw.decode("utf-8-sig"), gaps, name)
    except UnicodeDecodeError:
        raise mistake(f"{name} is not UTF-8 text: save it as UTF-8 (in Excel: as CSV UTF-8)") from None
    except (ValueError, csv.Error) as error:
        raise mistake(f"{name}, {error}") from None


def read_npz(folder: Path, name: str) -> dict[str, tuple[float, ...]]:
    """The arrays of a .npz file as columns of one length, by name; the file lies as for ``read_csv``.

    An array of two axes has a row for each value of the second array and a column for each of the first.
    Raises a mistake in plain words.
    """
    raw = io.BytesIO(_read(folder, name))
    try:
        with zipfile.ZipFile(raw) as packed:
            size = sum(part.file_size for part in packed.infolist())
        arrays = _arrays(raw) if size <= MOST_UNPACKED else None
    except Exception:  # zip files and arrays have an error of their own for every way to be broken
        raise mistake(f"{name} is not a .npz file of numbers, as numpy.savez writes it") from None
    if arrays is None:
        raise mistake(f"{name} unpacks to more than {MOST_UNPACKED} bytes")
    flat = [key for key, array in arrays.items() if array.ndim == 1]
    if len(flat) >= 2 and len(flat) < len(arrays):
        across, up = flat[:2]
        shape = len(arrays[up]), len(arrays[across])
        for key in arrays.keys() - flat:
            if arrays[key].shape != shape:
                told = f"with {shape[1]} of {across} and {shape[0]} of {up} it must be {shape}"
                raise mistake(f"{name}: {key} has the shape {arrays[key].shape}; {told}")
        wide, high = np.meshgrid(arrays[across], arrays[up])
        arrays = {across: wide, up: high, **{key: arrays[key] for key in arrays if key not in flat}}
    elif len(flat) < len(arrays):
        raise mistake(f"{name}: arrays are columns, or two settings and a loss of two axes")
    return {key: tuple(array.ravel().tolist()) for key, array in arrays.items()}


def _arrays(raw: io.BytesIO) -> dict[str, NDArray[np.float64]]:
    with np.load(raw, allow_pickle=False) as file:
        return {key: np.asarray(file[key]).astype(float, casting="same_kind") for key in file.files}


def _read(folder: Path, name: str) -> bytes:
    path = (folder / name).resolve()
    inside = not Path(name).is_absolute() and ".." not in Path(name).parts
    if not outside() and not (inside and path.is_relative_to(folder.resolve())):
        told = "data is a file in the folder of the spec, such as points.csv (or see --allow-outside)"
        raise mistake(f"{told}, not {name!r}")
    if not path.is_file():
        raise mistake(f"there is no file {name!r} in the folder of the spec")
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise mistake(f"cannot read {name}: {error.strerror}") from None
    if len(raw) > MOST_BYTES:
        raise mistake(f"{name} has more than {MOST_BYTES} bytes")
    return raw


def _parsed(text: str, gaps: bool, file: str) -> Table:
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    line, header = next(rows, (1, []))
    names = [name.strip() for name in header]
    if not names or len(set(names)) < len(names) or "" in names or any(map(_is_number, names)):
        raise ValueError(f"line {line}: the first line names the columns, each once, as in x,y")
    cells: list[list[str]] = [[] for _ in names]
    lines: list[int] = []
    for line, row in rows:
        if len(row) != len(names):
            told = f"line {line}: {counted(len(row), 'value')} for {counted(len(names), 'column')}"
            raise ValueError(f"{told}: {_ADVICE[separator]}")
        lines.append(line)
        for column, cell in zip(cells, row, strict=True):
            column.append(cell.strip())
    if separator != ",":
        _refuse_mixed(cells, lines)
        cells = [[_DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in column] for column in cells]
    table, unread = Table(), {}
    for name, column in zip(names, cells, strict=True):
        try:
            table[name] = tuple(_number(cell, line, gaps) for cell, line in zip(column, lines, strict=True))
        except ValueError as error:
            unread[name] = f"{file}, {error}"
    if not table:
        raise ValueError(next(iter(unread.values())).removeprefix(f"{file}, "))
    table.unread = unread
    return table


_ADVICE = {
    ",": "commas separate cells, as in the line of names; with decimal commas let it be semicolons",
    ";": "semicolons separate cells, as in the line of names",
    "\t": "tabs separate cells, as in the line of names",
}
# A decimal comma; in a file that commas do not separate it can be nothing else.
_DECIMAL_COMMA = re.compile(r"^([-+]?\d*),(\d+(?:[eE][-+]?\d+)?)$")


def _separator(text: str) -> str:
    """The one that the first line has; of several, and of none, the comma."""
    first = re.sub(r'"[^"]*"', "", next((line for line in text.splitlines() if line.strip()), ""))
    found = [mark for mark in _ADVICE if mark in first]
    return found[0] if len(found) == 1 else ","


def _refuse_mixed(cells: list[list[str]], lines: list[int]) -> None:
    """Raise ValueError where some numbers have a decimal comma and others a point: one may mark thousands."""
    numbers = [(line, cell) for column in cells for cell, line in zip(column, lines, strict=True)]
    comma = next((found for found in numbers if _DECIMAL_COMMA.match(found[1])), None)
    point = next((found for found in numbers if "." in found[1] and _is_number(found[1])), None)
    if comma and point:
        told = f"{comma[1]!r} has a decimal comma, and {point[1]!r} in line {point[0]} a point"
        raise ValueError(f"line {comma[0]}: {told}: write all numbers one way, thousands without a mark")


def _number(cell: str, line: int, gaps: bool) -> float | None:
    if gaps and not cell:
        return None
    if _is_number(cell, finite=not gaps):
        return float(cell)
    raise ValueError(f"line {line}: {cell!r} is not a number")


def _is_number(text: str, finite: bool = True) -> bool:
    try:
        return math.isfinite(float(text)) or not finite
    except ValueError:
        return False
