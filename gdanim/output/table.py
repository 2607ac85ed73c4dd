"""Solutions as tables: rows for files, and the step table of one descent for reading."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from gdanim.engine.advice import advice
from gdanim.engine.runs import Evaluations, Run, Status
from gdanim.engine.solution import Act, Solution
from gdanim.errors import InputError
from gdanim.files import whole

if TYPE_CHECKING:
    from gdanim.spec import Part

ELIDED_FROM = 100  # steps; a longer table for reading shows its first and last
ENDS = 20
ALIKE = 1e-4  # JSON writes smaller numbers without a power of ten, or with one of fewer digits
COUNTED = Evaluations._fields  # kinds of evaluations


def columns(solutions: Sequence[Solution]) -> list[str]:
    """Names of the columns; see ``rows``."""
    after = ["loss", "grad_norm", "learning_rate", "status", *(f"{kind}_evaluations" for kind in COUNTED)]
    return ["film", "act", "label", "start", "step", *_variables(solutions), *after]


def rows(solutions: Sequence[Solution]) -> Iterator[list[Any]]:
    """One row for each ball and step, in the order of ``columns``; coordinates a function lacks are None.

    Row k is the state after k updates, learning_rate the one used to leave it; act and start count from 1.
    A ball with restarts has a status that is not ``running`` wherever one of its tries ends. Evaluations
    count from the start of the ball to the row.
    """
    names = columns(solutions)
    for run in _runs(solutions):
        lists = [run[name].tolist() if name in run else [None] * len(run["step"]) for name in names]
        yield from map(list, zip(*lists, strict=True))


def arrays(solutions: Sequence[Solution]) -> dict[str, NDArray[Any]]:
    """All rows as one array for each column, by its name; coordinates a function lacks are nan."""
    names, runs = columns(solutions), list(_runs(solutions))
    empty = {name: np.empty(0) for name in names}
    if not runs:
        return empty
    return {
        name: np.concatenate([run.get(name, np.full(len(run["step"]), np.nan)) for run in runs])
        for name in names
    }


def _variables(solutions: Sequence[Solution]) -> list[str]:
    """The variables of all acts under their own names, as they come; with nothing but x there is a y."""
    acts = (act for solution in solutions for act in solution.acts)
    names = list(dict.fromkeys(name for act in acts for name in act.objective.variables))
    return ["x", "y"] if set(names) <= {"x", "y"} else names


def _runs(solutions: Sequence[Solution]) -> Iterator[dict[str, NDArray[Any]]]:
    """For each ball the columns that it has."""
    for solution in solutions:
        for number, act in enumerate(solution.acts, start=1):
            starts = {
                start: i for i, start in enumerate(dict.fromkeys(run.ball.start for run in act.runs), 1)
            }
            for run in act.runs:
                count = run.steps + 1
                yield {
                    "film": np.full(count, solution.film),
                    "act": np.full(count, number),
                    "label": np.full(count, run.ball.label),
                    "start": np.full(count, starts[run.ball.start]),
                    "step": np.arange(count),
                    **dict(zip(act.objective.variables, run.points.T, strict=True)),
                    "loss": run.losses,
                    "grad_norm": run.gradient_norms,
                    "learning_rate": run.learning_rates,
                    "status": _statuses(run),
                    **{f"{kind}_evaluations": run.counts[:, i] for i, kind in enumerate(COUNTED)},
                }


def _statuses(run: Run) -> NDArray[np.str_]:
    """How a ball stands at each row."""
    statuses = np.full(run.steps + 1, str(Status.RUNNING), dtype=f"<U{max(map(len, Status))}")
    nexts = [leg.row for leg in run.legs[1:]] + [run.steps + 1]
    for row, leg in zip(nexts, run.legs, strict=False):
        statuses[row - 1] = str(leg.status)
    statuses[run.steps] = str(run.status)
    return statuses


def write_csv(file: TextIO, solutions: Sequence[Solution]) -> None:
    """A header and all rows; floats in full precision."""
    names = columns(solutions)
    csv.writer(file, lineterminator="\n").writerow(names)
    for run in _runs(solutions):  # whole columns at a time: csv's own rows take over half as long again
        cells = [_cells(run[name]) if name in run else repeat("") for name in names]
        file.write("\n".join(map(",".join, zip(*cells, strict=False))))
        file.write("\n")


def _cells(values: NDArray[Any]) -> Iterable[str]:
    """As csv writes them."""
    if (values == values[0]).all() and values[0]:  # 0.0 may be -0.0
        return repeat(_quoted(str(values[0])), len(values))
    if values.dtype.kind == "f":
        return _floats(values)
    if values.dtype.kind != "U":
        return map(repr, values.tolist())
    words = values.tolist()
    known = {word: _quoted(word) for word in set(words)}
    return map(known.__getitem__, words)


def _floats(values: NDArray[np.float64]) -> list[str]:
    """Each as repr writes it: the shortest text that reads back as it is.

    Rust's way to the same digits takes a third of the time, and writes all but small numbers alike.
    """
    texts = to_json(values.tolist()).decode()[1:-1].split(",")
    size = np.abs(values)
    for k in np.flatnonzero(~((size >= ALIKE) & (size < np.inf) | (size == 0))).tolist():
        texts[k] = repr(float(values[k]))
    return texts


def _quoted(word: str) -> str:
    cell = io.StringIO()
    csv.writer(cell, lineterminator="").writerow([word])
    return cell.getvalue()


def write_json(file: TextIO, solutions: Sequence[Solution]) -> None:
    """A list of one object per row; what JSON cannot say (inf, nan) is null."""
    names = columns(solutions)
    file.write("[")
    for index, row in enumerate(rows(solutions)):
        finite = [None if isinstance(value, float) and not math.isfinite(value) else value for value in row]
        file.write(",\n" if index else "\n")
        file.write(json.dumps(dict(zip(names, finite, strict=True)), allow_nan=False))
    file.write("\n]\n")


def write_npz(file: BinaryIO, solutions: Sequence[Solution]) -> None:
    """``arrays`` as a compressed .npz file."""
    np.savez_compressed(file, **arrays(solutions))  # type: ignore[arg-type]


def write_parquet(file: BinaryIO, solutions: Sequence[Solution]) -> None:
    """``arrays`` as a Parquet file, in which a word that comes again is kept once."""
    import pyarrow
    from pyarrow import parquet

    columns = {
        name: pyarrow.array(values.astype(object)).dictionary_encode()
        if values.dtype.kind == "U"
        else pyarrow.array(values)
        for name, values in arrays(solutions).items()
    }
    parquet.write_table(pyarrow.table(columns), file)


def refuse_without_pyarrow() -> None:
    """Raise InputError where what writes Parquet is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        raise InputError("--parquet needs pyarrow: pip install gdanim[parquet]")


@contextmanager
def opened(path: str, binary: bool = False) -> Iterator[Any]:
    """A file that appears under its name only when complete, its folder made; ``-`` is standard output.

    Raises InputError where it cannot be written.
    """
    if path == "-":
        yield sys.stdout
        return
    kind: dict[str, Any] = {"mode": "wb"} if binary else {"mode": "w", "encoding": "utf-8", "newline": ""}
    with whole(Path(path)) as part, part.open(**kind) as file:
        yield file


def step_table(act: Act, run: Run, *, whole: bool) -> Iterator[str]:
    """The steps of one ball in fixed-width columns; unless ``whole``, a long table loses its middle."""
    names = act.objective.variables
    header = ["step", *names, "loss", *(f"df/d{name}" for name in names), "|gradient|"]
    yield " ".join([f"{header[0]:>6}", *(f"{name:>13}" for name in header[1:])])
    gradients = act.objective.gradient(run.points)
    elided = range(0) if whole or run.steps <= ELIDED_FROM else range(ENDS + 1, run.steps - ENDS)
    for step, (point, gradient) in enumerate(zip(run.points, gradients, strict=True)):
        if step not in elided:
            values = [*point, run.losses[step], *gradient, run.gradient_norms[step]]
            yield " ".join([f"{step:>6}", *(f"{value:>13.6g}" for value in values)])
        elif step == elided.start:
            yield f"{'...':>6} {len(elided)} more steps (--all shows them)"


def ending(run: Run, act: Act, spec: Part) -> str:
    """How a ball ended, such as ``converged after 73 steps``, with the cause and some advice if any."""
    told = run.ending.sentence
    if run.reason:
        told += f" ({run.reason})"
    if known := advice(run, act, spec):
        told += (
            f". {known.symptom.capitalize()}: {known.diagnosis}{'; ' if known.action else ''}{known.action}."
        )
    return told
