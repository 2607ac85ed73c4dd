"""What becomes of a descent at every pair of two settings of its optimizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine import verdicts
from gdanim.engine.balls import Cast, Team
from gdanim.engine.descent import descend
from gdanim.engine.runs import Array, Ball, Run, Status
from gdanim.engine.schedules import constant
from gdanim.formula import point_text
from gdanim.registry import optimizers
from gdanim.spec import ranges

if TYPE_CHECKING:
    from gdanim.spec import Part


@dataclass(frozen=True)
class Sweep:
    """One ball for each cell of a grid; each row has a value of the second setting, from low to high."""

    names: tuple[str, str]  # of the settings across and up
    values: tuple[Array, Array]  # (columns,) and (rows,)
    runs: tuple[tuple[Run, ...], ...]  # rows of columns

    @property
    def steps(self) -> Array:
        """Steps to converge (rows, columns), infinite where a ball does not."""
        return np.array(
            [[r.steps if r.status is Status.CONVERGED else np.inf for r in row] for row in self.runs]
        )


def sweep(spec: Part, act: Cast) -> Sweep:
    """The sweep that a spec asks for, by its first optimizer, from the first start of an act.

    All rates at one value of the other setting descend together.
    """
    assert isinstance(spec.sweep, dict)
    across, up = spec.sweep
    other = up if across == ranges.RATE else across
    entry, start = act.teams[0].entry, act.balls[0].start
    rates = ranges.values(spec.sweep[ranges.RATE])
    runs: list[Run] = []
    tried: list[Team] = []
    for value in ranges.values(spec.sweep[other]).tolist():
        own = entry.model_copy(update={"parameters": {**entry.parameters, other: value}})
        optimizer = optimizers[entry.name](**own.parameters)
        teams: list[Team] = []
        for rate in rates.tolist():
            label = point_text((rate, value) if up == other else (value, rate), 3)
            ball = Ball(len(runs) + len(teams) + 1, label, entry.name, rate, start, hue=0)
            teams.append(Team(own, optimizer, constant(), rate, (ball,)))
        runs += descend(spec, act, teams)
        tried += teams
    judged = verdicts.judged(runs, tried, act, spec)
    rows = [tuple(judged[k : k + len(rates)]) for k in range(0, len(judged), len(rates))]
    if up == ranges.RATE:
        rows = list(zip(*rows, strict=True))
    return Sweep(
        (across, up), (ranges.values(spec.sweep[across]), ranges.values(spec.sweep[up])), tuple(rows)
    )
