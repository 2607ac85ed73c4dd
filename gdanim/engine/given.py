"""Whether a solution that is given can be shown and tabled: what is wrong is told by act and run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gdanim.engine.ending import Ending
from gdanim.engine.runs import Ball, Evaluations, Run, Status
from gdanim.engine.solution import Act, Solution
from gdanim.errors import InputError
from gdanim.origin import kind_of


def refuse_unfit(solution: Solution) -> None:
    """Raise InputError for the first thing that is wrong with the acts and runs of a solution."""
    if not isinstance(solution.acts, tuple | list):
        raise InputError(f"the acts of a solution are a tuple, not {kind_of(solution.acts)}")
    for number, act in enumerate(solution.acts, start=1):
        for told in _wrong(act):
            raise InputError(f"act {number} of the solution: {told}")


def _wrong(act: Any) -> Iterator[str]:
    if not isinstance(act, Act):
        yield f"it must be a gdanim.engine.solution.Act, not {kind_of(act)}"
        return
    if not hasattr(act.objective, "variables"):
        yield f"its objective must be such as from_callable makes, not {kind_of(act.objective)}"
        return
    names = act.objective.variables
    if not _is_box(act.domain, len(names)):
        yield f"its domain must be a pair (low, high) of numbers for each variable ({', '.join(names)})"
    if not isinstance(act.runs, tuple | list) or not act.runs:
        yield f"its runs must be one or more, in a tuple, not {kind_of(act.runs) if act.runs else 'none'}"
        return
    for number, run in enumerate(act.runs, start=1):
        yield from (f"run {number}: {told}" for told in _wrong_in(run, len(names)))


def _is_box(domain: Any, variables: int) -> bool:
    try:
        box = np.array(domain, dtype=float)
    except (TypeError, ValueError):
        return False
    return box.shape == (variables, 2) and bool(np.isfinite(box).all() and (box[:, 0] < box[:, 1]).all())


def _wrong_in(run: Any, variables: int) -> Iterator[str]:
    if not isinstance(run, Run):
        yield f"it must be a gdanim.engine.runs.Run, not {kind_of(run)}"
        return
    for name, kind in (("ball", Ball), ("status", Status), ("ending", Ending)):
        if not isinstance(getattr(run, name), kind):
            yield f"its {name} must be a {kind.__module__}.{kind.__name__}, not {kind_of(getattr(run, name))}"
    rows = len(run.points) if isinstance(run.points, np.ndarray) and run.points.ndim else 0
    shapes = {"points": (variables,), "losses": (), "gradient_norms": (), "learning_rates": ()}
    for name, shape in (shapes | {"counts": (len(Evaluations._fields),)}).items():
        found, shape = getattr(run, name), (max(rows, 1), *shape)
        if not (isinstance(found, np.ndarray) and found.dtype.kind in "iuf" and found.shape == shape):
            told = " (a row for its start and for each step)" if name == "points" else ""
            size = f"(steps + 1, {variables})" if name == "points" else str(shape)
            yield f"its {name} must be an array of numbers of shape {size}{told}, not {kind_of(found)}"
            return
    if not np.isfinite(run.points[0]).all():
        yield "it must start at a point of finite numbers"
