"""Solutions as tables: rows for files, and the step table of one descent for reading."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from gdanim.engine.causes import advice
from gdanim.engine.solution import Act, Run, Solution, Status
from gdanim.wording import counted

ELIDED_FROM = 100  # steps; a longer table for reading shows its first and last
ENDS = 20


def columns(solutions: Sequence[Solution]) -> list[str]:
    """Names of the columns: x and y, or x1..xn when any function has more than two variables."""
    most = max((len(act.domain) for solution in solutions for act in solution.acts), default=2)
    axes = ["x", "y"] if most <= 2 else [f"x{i + 1}" for i in range(most)]
    return ["film", "act", "label", "start", "step", *axes, "loss", "grad_norm", "learning_rate", "status"]


def rows(solutions: Sequence[Solution]) -> Iterator[list[Any]]:
    """One row for each ball and step, in the order of ``columns``; coordinates a function lacks are None.

    Row k is the state after k updates, learning_rate the one used to leave it; act and start count from 1.
    A ball with restarts has a status that is not ``running`` wherever one of its tries ends.
    """
    axes = len(columns(solutions)) - 9
    for solution in solutions:
        for number, act in enumerate(solution.acts, start=1):
            starts = list(dict.fromkeys(run.ball.start for run in act.runs))
            for run in act.runs:
                first = [solution.film, number, run.ball.label, starts.index(run.ball.start) + 1]
                absent = [None] * (axes - len(act.domain))
                series = zip(
                    run.points.tolist(),
                    run.losses.tolist(),
                    run.gradient_norms.tolist(),
                    run.learning_rates.tolist(),
                    strict=True,
                )
                nexts = [leg.row for leg in run.legs[1:]] + [run.steps + 1]
                ends = {row - 1: leg.status for row, leg in zip(nexts, run.legs, strict=False)}
                ends[run.steps] = run.status
                for step, (point, *values) in enumerate(series):
                    status = ends.get(step, Status.RUNNING)
                    yield [*first, step, *point, *absent, *values, str(status)]


def write_csv(file: TextIO, solutions: Sequence[Solution]) -> None:
    """A header and all rows; floats in full precision."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns(solutions))
    writer.writerows(rows(solutions))


def write_json(file: TextIO, solutions: Sequence[Solution]) -> None:
    """A list of one object per row; what JSON cannot say (inf, nan) is null."""
    names = columns(solutions)
    for index, row in enumerate(rows(solutions)):
        finite = [None if isinstance(value, float) and not math.isfinite(value) else value for value in row]
        file.write(",\n" if index else "[\n")
        file.write(json.dumps(dict(zip(names, finite, strict=True)), allow_nan=False))
    file.write("\n]\n")


@contextmanager
def opened(path: str) -> Iterator[TextIO]:
    """A text file that appears under its name only when complete; ``-`` is standard output."""
    if path == "-":
        yield sys.stdout
        return
    part = Path(f"{path}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


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


def ending(run: Run) -> str:
    """How a ball ended, such as ``converged after 73 steps``, with the cause and some advice if any."""
    told = re.sub(r"at step (\d+)", lambda at: f"after {counted(int(at[1]), 'step')}", run.verdict)
    if "step" not in told:
        told += f" after {counted(run.steps, 'step')}"
    if run.reason:
        told += f" ({run.reason})"
    if known := advice(run):
        told += f". {known.symptom.capitalize()}: {known.diagnosis}; {known.action}."
    return told
