"""Columns of numbers for objectives made from data: written out in a spec, or in a CSV file beside it."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema

from gdanim.wording import mistake

MAX_BYTES = 1_000_000
MAX_ROWS = 10_000


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


def read_csv(folder: Path, name: str) -> dict[str, tuple[float, ...]]:
    """The columns of a CSV file with a line of names, by name.

    The file lies in ``folder`` or below it, and no link leads out. Raises a mistake in plain words.
    """
    path = (folder / name).resolve()
    if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_relative_to(folder.resolve()):
        raise mistake(f"data is a file in the folder of the spec, such as points.csv, not {name!r}")
    if not path.is_file():
        raise mistake(f"there is no file {name!r} in the folder of the spec")
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise mistake(f"cannot read {name}: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise mistake(f"{name} has more than {MAX_BYTES} bytes")
    try:
        return _parsed(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise mistake(f"{name} is not UTF-8 text") from None
    except (ValueError, csv.Error) as error:
        raise mistake(f"{name}, {error}") from None


def _parsed(text: str) -> dict[str, tuple[float, ...]]:
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    rows = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    line, header = next(rows, (1, []))
    names = [name.strip() for name in header]
    if not names or len(set(names)) < len(names) or "" in names or any(map(_is_number, names)):
        raise ValueError(f"line {line}: the first line names the columns, each once, as in x,y")
    columns: list[list[float]] = [[] for _ in names]
    for line, row in rows:
        if len(row) != len(names):
            raise ValueError(f"line {line}: {len(row)} values for {len(names)} columns")
        for column, cell in zip(columns, row, strict=True):
            if not _is_number(cell):
                raise ValueError(f"line {line}: {cell!r} is not a number")
            column.append(float(cell))
    return dict(zip(names, map(tuple, columns), strict=True))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
