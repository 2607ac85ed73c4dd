"""Where the balls of a crowd come to rest: its valleys, and when each ball arrives in its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array, Status
from gdanim.engine.solution import Act
from gdanim.motion.shells import MOST

if TYPE_CHECKING:
    from gdanim.motion.timeline import Index, Timeline

NEAR = 0.02  # of the domain's sides: balls at rest no farther apart are in one valley


@dataclass(frozen=True)
class Valley:
    """One place where balls of a crowd rest."""

    place: Array  # (n,) in the domain
    balls: Index  # (k,)

    def arrived(self, timeline: Timeline, seconds: float) -> int:
        """How many of its balls rest there, so long after the run began."""
        return sum(timeline.end(int(ball)) <= seconds for ball in self.balls)


def valleys(act: Act) -> list[Valley]:
    """The valleys of an act whose balls differ by nothing but their starts, and are many; the fullest first.

    None where there are no two of them.
    """
    runs = act.runs
    if len(runs) <= MOST or len({run.ball.hue for run in runs}) > 1:
        return []
    low, high = np.asarray(act.domain, dtype=float).T
    found: list[tuple[Array, list[int]]] = []
    for ball, run in enumerate(runs):
        end = run.points[-1] if run.minimum is None else np.asarray(run.minimum)
        if run.status not in (Status.CONVERGED, Status.LOCAL) or not np.all((low <= end) & (end <= high)):
            continue
        for place, balls in found:
            if np.all(np.abs(place - end) <= NEAR * (high - low)):
                balls.append(ball)
                break
        else:
            found.append((end, [ball]))
    found.sort(key=lambda valley: -len(valley[1]))
    return [Valley(place, np.array(balls)) for place, balls in found] if len(found) > 1 else []
