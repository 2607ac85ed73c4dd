"""What a film shows of its numbers: plain data that does not care who computed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gdanim.engine.balls import Cast
from gdanim.engine.runs import Objective, Run
from gdanim.errors import InputError


@dataclass(frozen=True)
class Act:
    """One function and the balls on it."""

    objective: Objective
    domain: tuple[tuple[float, float], ...]  #: (low, high) for each variable
    runs: Sequence[Run]
    number: int = 1  #: in its film, from 1
    cast: Cast | None = None  #: who ran, as they were before; None where the runs are from elsewhere

    def again(self, what: str) -> Cast:
        """Who runs again, for ``what`` needs that. Raises InputError where the runs are from elsewhere."""
        if self.cast is None:
            told = "are from elsewhere: there is nobody to run again"
            raise InputError(f"{what} needs more than the runs of act {self.number}, which {told}")
        return self.cast


@dataclass(frozen=True)
class Solution:
    """Everything a film shows of its numbers."""

    film: str  #: the spec's file name without its ending
    acts: tuple[Act, ...]
