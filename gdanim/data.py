"""Columns of numbers for objectives made from data: written out in a spec, or in a CSV file beside it."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

from gdanim.defaults import MOST_BYTES
from gdanim.wording import mistake

MAX_ROWS = 10_000
MOST_UNPACKED = 4 * MOST_BYTES  # of a .npz file: a packed one of zeros could be any size


class WithData(NamedTuple):
    """Marks a parameter of a function that counts only where its ``data`` are given, or only where not."""

    needed: bool


def _columns(value: Any, info: ValidationInfo) -> Any:
    """A mapping as it is; a text is the name of a CSV file below the folder of the spec."""
    return read_csv((info.context or {}).get("folder", Path()), value) if isinstance(value, str) else value


def _equally_long(columns: dict[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise mistake("the columns of the data have different lengths")
    if not 2 <= max(lengths, default=0) <= MAX_ROWS:
        raise mistake(f"the data has {max(lengths, default=0)} rows; it needs 2 to {MAX_ROWS}")
    return columns


Columns = Annotated[
    dict[str, tuple[float, ...]],
    BeforeValidator(_columns),
    AfterValidator(_equally_long),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "number"}}},
            ]
        }
    ),
]


def read_csv(folder: Path, name: str, gaps: bool = False) -> dict[str, tuple[Any, ...]]:
    """The columns of a CSV file with a line of names, by name.

    The file lies in ``folder`` or below it, and no link leads out. Cells are finite numbers; with ``gaps``
    they may also be empty, which gives None, or nan or inf. Raises a mistake in plain words.
    """
    raw = _read(folder, name)
    try:
        return _parsed(raw.decode("utf-8-sig"), gaps)
    except UnicodeDecodeError:
        raise mistake(f"{name} is not UTF-8 text") from None
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
    if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_relative_to(folder.resolve()):
        raise mistake(f"data is a file in the folder of the spec, such as points.csv, not {name!r}")
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


def _parsed(text: str, gaps: bool) -> dict[str, tuple[Any, ...]]:
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    rows = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    line, header = next(rows, (1, []))
    names = [name.strip() for name in header]
    if not names or len(set(names)) < len(names) or "" in names or any(map(_is_number, names)):
        raise ValueError(f"line {line}: the first line names the columns, each once, as in x,y")
    columns: list[list[float | None]] = [[] for _ in names]
    for line, row in rows:
        if len(row) != len(names):
            raise ValueError(f"line {line}: {len(row)} values for {len(names)} columns")
        for column, cell in zip(columns, row, strict=True):
            if gaps and not cell.strip():
                column.append(None)
            elif _is_number(cell) or (gaps and _is_number(cell, finite=False)):
                column.append(float(cell))
            else:
                raise ValueError(f"line {line}: {cell!r} is not a number")
    return dict(zip(names, map(tuple, columns), strict=True))


def _is_number(text: str, finite: bool = True) -> bool:
    try:
        return math.isfinite(float(text)) or not finite
    except ValueError:
        return False
