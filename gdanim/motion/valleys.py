"""Where the balls of a crowd come to rest: its valleys, and when each ball arrives in its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array, Status
from gdanim.engine.solution import Act
from gdanim.motion.shells import MOST

if TYPE_CHECKING:
    from gdanim.motion.timeline import Index, Moment

NEAR = 0.02  # of the domain's sides: balls at rest no farther apart are in one valley


@dataclass(frozen=True)
class Valley:
    """One place where balls of a crowd rest."""

    place: Array  # (n,) in the domain
    balls: Index  # (k,)

    def arrived(self, moment: Moment) -> int:
        """How many of its balls rest there at a moment."""
        return int(moment.ended[self.balls].sum())


def valleys(act: Act) -> list[Valley]:
    """The valleys of an act whose balls differ by nothing but their starts, and are many; the fullest first.

    None where there are no two of them.
    """
    runs = act.runs
    if len(runs) <= MOST or len({run.ball.team for run in runs}) > 1:
        return []
    low, high = np.asarray(act.domain, dtype=float).T
    ends = np.array([run.points[-1] if run.minimum is None else run.minimum for run in runs])
    rests = np.array([run.status in (Status.CONVERGED, Status.LOCAL) for run in runs])
    left = np.flatnonzero(rests & np.all((low <= ends) & (ends <= high), axis=1))
    found: list[Valley] = []
    while left.size:  # all about the first one that has no valley yet: at most one for each NEAR by NEAR
        place = ends[left[0]]
        near = np.all(np.abs(ends[left] - place) <= NEAR * (high - low), axis=1)
        found.append(Valley(place, left[near]))
        left = left[~near]
    found.sort(key=lambda valley: -len(valley.balls))
    return found if len(found) > 1 else []
