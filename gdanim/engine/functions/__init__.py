"""Objectives: what the balls roll down, each a registered function of its parameters or a bare formula.

Formulas and minima are compared with at least two sources and every minimum is found again by Newton's
method in high precision, because published lists contain errors; comments say where. Cited often:

- VLSE: S. Surjanovic, D. Bingham, Virtual Library of Simulation Experiments, sfu.ca/~ssurjano (2013).
- Jamil and Yang: M. Jamil, X.-S. Yang, A literature survey of benchmark functions for global
  optimization problems, arXiv:1308.4008 (2013).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.functions.callables import CallableObjective, from_callable
from gdanim.engine.functions.known import Interval, KnownObjective
from gdanim.engine.functions.samples import DataObjective
from gdanim.engine.functions.symbolic import SymbolicObjective, from_expression
from gdanim.registry import functions, gradients

if TYPE_CHECKING:
    from gdanim.spec.entries import FunctionEntry

__all__ = [
    "CallableObjective",
    "DataObjective",
    "Interval",
    "KnownObjective",
    "SymbolicObjective",
    "from_callable",
    "from_expression",
    "objective",
]


def objective(entry: FunctionEntry) -> KnownObjective:
    """The objective an entry of a spec asks for. Raises ValueError as its factory does."""
    goal: KnownObjective
    if entry.objective is not None:
        return entry.objective  # type: ignore[no-any-return]
    if entry.expr is not None:
        goal = from_expression(entry.expr, entry.domain, entry.axes or ())
    else:
        goal = functions[str(entry.name)](**entry.parameters)
        if entry.axes:
            goal = goal.ordered(entry.axes)
        if entry.domain is not None:
            goal = replace(goal, domain=tuple(entry.domain[name] for name in goal.variables))
    if entry.minima:
        losses = tuple(goal.value(np.array(entry.minima)).tolist())
        goal = replace(goal, minima=entry.minima, minimum_values=losses)
    way = entry.gradient
    return replace(goal, slopes=gradients[way.name](**way.parameters)) if way else goal
