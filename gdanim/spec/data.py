"""Columns of numbers for objectives made from data: written out in a spec, or in a CSV file beside it."""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, ValidationInfo, WithJsonSchema, WrapValidator

from gdanim.spec import csv_rows
from gdanim.spec.csv_numbers import decimal_mark, is_missing, numbers
from gdanim.spec.defaults import MOST_BYTES
from gdanim.spec.wording import counted, mistake
from gdanim.spec.yaml_advice import quoted
from gdanim.trust import outside

MAX_ROWS = 1_000_000
LOOKED_AT = 1000  # rows that tell the decimal mark
MOST_UNPACKED = 4_000_000  # bytes of a .npz file: a packed one of zeros could be any size


class WithData(NamedTuple):
    """Marks a parameter of a function that counts only where its ``data`` are given, or only where not."""

    needed: bool


class Table(dict[str, tuple[Any, ...]]):
    """The columns of a file that are numbers, by name, nan where one is missing."""

    file: str = ""
    unread: Mapping[str, str] = MappingProxyType({})  # the other columns, and why they are none
    words: Mapping[str, Sequence[str]] = MappingProxyType({})  # of these, the cells of those of two kinds
    notes: Sequence[str] = ()  # what had to be assumed of the file
    column_notes: Mapping[str, str] = MappingProxyType({})  # and of the numbers of a column


def _columns(value: Any, handler: Callable[[Any], Any], info: ValidationInfo) -> Any:
    """A mapping is checked; a text is the name of a CSV file below the folder of the spec."""
    if not isinstance(value, str):
        return handler(value)
    table = read_csv((info.context or {}).get("folder", Path()), value)
    _equally_long(table)
    return table


def missing(data: Mapping[str, Any], name: str) -> str:
    """Why there is no such column in some data, and what to write instead."""
    unread = getattr(data, "unread", {})
    if name in unread:
        return f"data: {unread[name]}"
    numbers, words = (", ".join(map(quoted_name, names)) for names in (data, unread))
    told = f"data has no column {name!r}, only {numbers}" + (f" and, of words, {words}" if words else "")
    near = nearest(name, data)
    return told + (f", did you mean {near!r}?" if near else "")


def told(data: Table, columns: Iterable[str]) -> list[str]:
    """What was assumed when these columns of a file were read, and how many rows lack one of them."""
    chosen = [name for name in columns if name in data]
    notes = [*data.notes, *(data.column_notes[name] for name in chosen if name in data.column_notes)]
    rows = np.array([data[name] for name in chosen], dtype=float)
    lacking = int(np.isnan(rows).any(axis=0).sum()) if chosen else 0
    if lacking:
        share = f"{lacking} of {counted(rows.shape[1], 'row')}"
        notes.append(f"{data.file}: {share} lack {' or '.join(chosen)} and were left out")
    return notes


def labels(data: Mapping[str, Any], name: str) -> tuple[tuple[float, ...], str]:
    """The column of that name as labels 0 and 1, nan where one is missing, and which is which if that is new.

    Of two numbers the larger is 1, of two words the later by letter. Raises ValueError for others.
    """
    cells = getattr(data, "words", {}).get(name) or data[name]
    known = {cell for cell in cells if not (is_missing(cell) if isinstance(cell, str) else math.isnan(cell))}
    if known <= {0, 1}:
        return tuple(cells), ""
    if len(known) != 2:
        raise ValueError(f"the labels in the column {name!r} must be 0 and 1, or of two other kinds")
    zero, one = sorted(
        known, key=lambda cell: (str(cell).casefold(), cell) if isinstance(cell, str) else cell
    )
    read = {zero: 0.0, one: 1.0}
    shown = [cell if isinstance(cell, str) else f"{cell:g}" for cell in (zero, one)]
    return tuple(read.get(cell, math.nan) for cell in cells), "{} was read as 0, {} as 1".format(*shown)


def nearest(name: str, columns: Iterable[str]) -> str:
    """The column whose name is most like another; "" where none is."""
    folded = {column.casefold(): column for column in columns}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5) if len(name) > 1 else []
    return folded.get(name.casefold()) or (folded[near[0]] if near else "")


def named(columns: Iterable[str]) -> str:
    """The key that chooses columns, as a spec has it."""
    return f"columns: [{', '.join(map(quoted_name, columns))}]"


def quoted_name(name: str) -> str:
    """A name as YAML has it, in quotes where it needs some."""
    truth = name.lower() in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    plain = re.fullmatch(r"[^\W\d](?:[\w ]*\w)?", name) and (not truth or len(name) == 1)
    return name if plain else quoted(name)


def _equally_long(columns: dict[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
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
    """The columns of a CSV file, by name, but for those with a cell that is neither a number nor missing.

    The file lies in ``folder`` or below it, and no link leads out; see ``csv_rows`` and ``csv_numbers`` for
    what it may be like. With ``gaps``, an empty cell gives None, and nan and inf are themselves. Raises a
    mistake in plain words, also where no column is of numbers.
    """
    raw = _read(folder, name)
    try:
        text, told = csv_rows.decoded(raw)
        found = csv_rows.rows(text)
        if len(found.lines) > MAX_ROWS:
            raise ValueError(f"it has {len(found.lines)} rows; the most is {MAX_ROWS}")
        table = _table(found, gaps, name)
    except (ValueError, csv.Error) as error:
        raise mistake(f"{name}, {error}") from None
    table.notes = [f"{name}: {note}" for note in ([told] if told else []) + found.notes]
    return table


def _table(found: csv_rows.Rows, gaps: bool, file: str) -> Table:
    first = [column[:LOOKED_AT] for column in found.cells]
    mark = decimal_mark(first, found.separator)
    table, unread, words, notes = Table(), {}, {}, {}
    for name, cells in zip(found.names, found.cells, strict=True):
        try:
            values, told = numbers(cells, found.lines, mark)
        except ValueError as error:
            unread[name] = f"{file}, {error}"
            if len({cell for cell in cells if not is_missing(cell)}) == 2:
                words[name] = cells
            continue
        if told:
            notes[name] = f"{file}, {name}: {told}"
        table[name] = tuple(map(_known, values, cells) if gaps else values)
    if not table:
        reasons = (why.removeprefix(f"{file}, ") for why in unread.values())
        raise ValueError(next(reasons, "it has no columns"))
    table.file, table.unread, table.words, table.column_notes = file, unread, words, notes
    return table


def _known(value: float, cell: str) -> float | None:
    """A number, or what stands where one is missing: nan and inf are themselves, and all else is None."""
    if not math.isnan(value):
        return value
    try:
        return float(cell)
    except ValueError:
        return None


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
