"""The clock: where every ball is at a time, as a pure function of that time.

``Timeline.at(t)`` takes seconds since the run began and returns a ``Moment``. Stills, tests, films and
manim's own player all ask the same function, in any order. ``rolling.py`` adds the surface to roll on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array, Run
from gdanim.engine.solution import Act

Mask = NDArray[np.bool_]
Index = NDArray[np.int64]
APPEAR, FALL, HOLD, LEAVE = 2.4, 1.2, 3.0, 1.0  # seconds of a film's beats, beside the run
SPEED_UP = 2.5  # seconds in which the pace grows e-fold
ROLLED = 2  # variables of an objective on which balls are seen between their iterates
SETTLE = 0.7  # seconds that a film looks on after the last ball has come to rest


@dataclass(frozen=True)
class Pace:
    """Steps to seconds: ``rate`` steps a second at first, growing exponentially.

    step(t) = rate * s * (exp(t / s) - 1) with s = SPEED_UP, so the early steps can be followed and a
    tail of n steps costs only log(n) seconds. ``stretch`` scales the time axis to a wished duration.
    """

    rate: float
    stretch: float = 1.0

    def step(self, seconds: float) -> float:
        """Steps done after so many seconds."""
        return self.rate * SPEED_UP * math.expm1(max(0.0, seconds) / self.stretch / SPEED_UP)

    def time(self, step: Array | Index | float) -> Array:
        """Seconds at which a step begins; shape of ``step``."""
        return np.asarray(self.stretch * SPEED_UP * np.log1p(np.asarray(step) / (self.rate * SPEED_UP)))


@dataclass(frozen=True)
class Moment:
    """How an act stands at one time. Arrays have one row per ball."""

    seconds: float
    step: int
    fraction: float  # of the step that has passed, in [0, 1]
    points: Array  # (balls, n): where each one is, between its iterates too
    rows: Index  # (balls,): the row of its run each ball shows
    ended: Mask  # (balls,): its last row is reached
    losses: Array  # (balls,): of up to two variables, where each one is; of more, of its iterate


class Timeline:
    """The run of one act, of any number of variables."""

    def __init__(self, act: Act, pace: float | Pace, run_time: float | None = None) -> None:
        """``pace`` in steps per second at first; ``run_time`` in seconds overrides it.

        A ``Pace`` stays as it is, whatever the run time.
        """
        self.act = act
        self.steps = max(run.steps for run in act.runs)
        self.pace = pace if isinstance(pace, Pace) else Pace(pace)
        if run_time is not None and not isinstance(pace, Pace):
            self.pace = Pace(pace, run_time / max(float(self.pace.time(self.steps)), 1e-9))
        lengths = np.array([run.steps + 1 for run in act.runs])
        self._last = lengths - 1
        self._offset = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._jumps = np.zeros(lengths.sum(), dtype=bool)  # rows from which a ball starts anew
        for offset, run in zip(self._offset, act.runs, strict=True):
            self._jumps[[offset + leg.row - 1 for leg in run.legs[1:]]] = True
        self._points = np.concatenate([self._staged(run) for run in act.runs])
        self._losses = np.concatenate([run.losses for run in act.runs])
        self._leaves = np.array([self._leaving_row(run) for run in act.runs])
        self.run_time = self._run_time() if run_time is None else run_time
        self.at = lru_cache(maxsize=1)(self.at)  # type: ignore[method-assign]  # many panes ask for one time

    def of(self, balls: Sequence[int]) -> Self:
        """The run of some balls (from 0) alone, which keep pace with the others."""
        return type(self)(self._part(balls), self.pace, self.run_time)

    def _part(self, balls: Sequence[int]) -> Act:
        return replace(self.act, runs=[self.act.runs[i] for i in balls])

    def at(self, seconds: float) -> Moment:
        """The act so many seconds after the run began."""
        position = self.pace.step(seconds)
        k = min(int(position), self.steps)
        fraction = min(position - k, 1.0) if k < self.steps else 0.0
        row = np.minimum(k, self._last)
        moving = np.where(k < self._last, self._ease(fraction, k), 0.0)
        moving = np.where(self._jumps[self._offset + row], fraction >= 0.5, moving)
        here = self._points[self._offset + row]
        there = self._points[self._offset + np.minimum(row + 1, self._last)]
        with np.errstate(invalid="ignore", over="ignore"):
            points = here + moving[:, None] * (there - here)
        losses = self._losses[self._offset + row]
        between = (moving > 0) & (moving < 1)
        if points.shape[1] <= ROLLED and between.any():
            with np.errstate(all="ignore"):
                losses[between] = self.act.objective.value(points[between])
        return Moment(seconds, k, fraction, points, row, k >= self._last, losses)

    def departure(self, ball: int) -> float | None:
        """Seconds at which a ball (from 0) leaves the domain for good, or None."""
        k = self._leaves[ball]
        return None if k >= self._last[ball] else float(self.pace.time(k))

    def leaving(self, ball: int) -> int:
        """The last step at which a ball (from 0) is in the domain."""
        return int(self._leaves[ball])

    def end(self, ball: int) -> float:
        """Seconds at which a ball (from 0) reaches its last row."""
        return float(self.pace.time(self._last[ball]))

    def _run_time(self) -> float:
        return max(1.0, float(self.pace.time(self.steps)) + SETTLE)

    def apart(self, k: int) -> float:
        """1 where step k is slow enough to be seen by itself, 0 where steps flow into each other."""
        speed = 1.0 / max(float(self.pace.time(k + 1) - self.pace.time(k)), 1e-9)
        return min(max((6.0 - speed) / 4.0, 0.0), 1.0)

    def _ease(self, fraction: float, k: int) -> float:
        """While steps can be told apart, each one starts and stops softly; faster, they flow."""
        return fraction + self.apart(k) * (float(smooth(fraction)) - fraction)

    def _staged(self, run: Run) -> Array:
        """The points of a run, one for each row, as they are shown."""
        return run.points

    def _leaving_row(self, run: Run) -> int:
        """The last row inside the domain: after it the ball never comes back."""
        rows = np.flatnonzero(self._inside(run))
        return int(rows[-1]) if rows.size else 0

    def _inside(self, run: Run) -> Mask:
        """Which rows of a run are in the domain."""
        domain = np.asarray(self.act.domain)
        margin = 1e-9 * (domain[:, 1] - domain[:, 0])
        with np.errstate(invalid="ignore"):
            inside = (run.points >= domain[:, 0] - margin) & (run.points <= domain[:, 1] + margin)
        return np.asarray(inside.all(axis=1) & np.isfinite(run.losses))


def smooth(f: Array | float) -> Array:
    """Smoothstep: from 0 to 1 with both ends at rest."""
    return np.asarray(f * f * (3 - 2 * f))
