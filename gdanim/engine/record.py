"""What the balls of one optimizer leave behind while they run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array


class Record:
    """Rows for the steps 0, ``every``, 2 ``every``, ... and the last: of each ball up to its end.

    Where rows are left out, those after a ball's end repeat its last state.
    """

    def __init__(self, starts: Array, steps: int, every: int = 1) -> None:
        count, dims = starts.shape
        self.starts, self.every = starts, every
        self.steps = np.minimum(np.arange(0, steps + every, every), steps)
        # Untouched pages of an empty array cost nothing, so a ball that stops early keeps little.
        self.points = np.empty((count, len(self.steps), dims))
        self.losses, self.norms, self.rates = np.empty((3, count, len(self.steps)))
        self.counts = np.empty((count, len(self.steps), 3), dtype=np.int32)  # of evaluations up to a row
        self.ends = np.full(count, steps + 1)  # the step at which a rule ended the ball, or one too many

    def repeat_ends(self) -> None:
        """Where no rows are left out, fill those after a ball's end with its last state, too."""
        if self.every > 1:
            return
        for ball in np.flatnonzero(self.ends < self.steps[-1]):
            end = self.ends[ball]
            for table in (self.points, self.losses, self.norms, self.rates, self.counts):
                table[ball, end + 1 :] = table[ball, end]

    def put(
        self, step: int, balls: NDArray[np.intp], ended: NDArray[np.bool_], *values: NDArray[Any]
    ) -> None:
        """Put down a step's points (balls, dims), losses, norms and rates (balls,), and counts of evaluations
        (balls, 3), and who ended."""
        self.ends[balls[ended]] = step
        row = -(-step // self.every)
        tables: tuple[NDArray[Any], ...] = self.points, self.losses, self.norms, self.rates, self.counts
        for table, new in zip(tables, values, strict=True):
            if step == self.steps[row]:
                table[balls, row] = new
            if self.every > 1:
                table[balls[ended], row:] = new[ended][:, None]
