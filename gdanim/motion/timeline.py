"""The clock: where every ball is at a time, as a pure function of that time.

``Timeline.at(t)`` takes seconds since the run began and returns a ``Moment``. Stills, tests, films and
manim's own player all ask the same function, in any order. ``rolling.py`` adds the surface to roll on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array, Run
from gdanim.engine.solution import Act

Mask = NDArray[np.bool_]
Index = NDArray[np.int64]
APPEAR, FALL, HOLD, LEAVE = 2.4, 1.2, 3.0, 1.0  # seconds of a film's beats, beside the run
DISSOLVE, RESUME = 0.4, 1.2  # where a stage stands already: what was on it goes; in place of APPEAR
FIRST = 3  # steps that are all equally slow, so that they can be understood
SPEED_UP = 2.0  # seconds in which the pace then grows e-fold
UNSEEN = 0.004  # of the domain's sides: this near to its end a ball is no more seen to move
REST = 1.2  # seconds that all steps take from which nothing is seen to move
ROLLED = 2  # variables of an objective on which balls are seen between their iterates
SETTLE = 0.7  # seconds that a film looks on after the last ball has come to rest


@dataclass(frozen=True)
class Pace:
    """Steps to seconds: the FIRST ones at an even ``rate``, then exponentially faster.

    From then on step(t) = FIRST + rate * s * (exp(t / s) - 1) with s = SPEED_UP, so that a tail of n steps
    costs only log(n) seconds. From step ``quiet`` on nothing is seen to move, and s is ``hurry``.
    ``stretch`` scales the time axis to a wished duration.
    """

    rate: float
    stretch: float = 1.0
    quiet: float = math.inf
    hurry: float = SPEED_UP

    @cached_property
    def _phases(self) -> list[tuple[float, float, float, float]]:
        """Of each: the step and the second at which it begins, its steps a second then, its s."""
        phases = [(float(FIRST), FIRST / self.rate, self.rate, SPEED_UP)]
        if self.quiet < math.inf:
            after = max(self.quiet - FIRST, 0.0)
            seconds = SPEED_UP * math.log1p(after / (self.rate * SPEED_UP))
            phases.append(
                (FIRST + after, FIRST / self.rate + seconds, self.rate + after / SPEED_UP, self.hurry)
            )
        return phases

    def step(self, seconds: float) -> float:
        """Steps done after so many seconds."""
        t = max(0.0, seconds) / self.stretch
        for first, begin, speed, s in reversed(self._phases):
            if t >= begin:
                return first + speed * s * math.expm1((t - begin) / s)
        return self.rate * t

    def time(self, step: Array | Index | float) -> Array:
        """Seconds at which a step begins; shape of ``step``."""
        k = np.asarray(step, dtype=float)
        t = k / self.rate
        for first, begin, speed, s in self._phases:
            t = np.where(k > first, begin + s * np.log1p(np.maximum(k - first, 0.0) / (speed * s)), t)
        return np.asarray(self.stretch * t)

    def resting(self, quiet: int, last: int) -> Self:
        """The same pace where nothing is seen to move from step ``quiet`` to the last: those take REST."""
        pace = replace(self, quiet=float(max(quiet, FIRST)))
        _, _, speed, s = pace._phases[-1]
        wanted = (last - pace.quiet) / (speed * REST)  # = (exp(x) - 1) / x where x is REST / s
        if wanted <= s / REST * math.expm1(REST / s):
            return self
        x = REST / s
        for _ in range(60):
            x = math.log1p(wanted * x)
        return replace(pace, hurry=REST / x)


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
        if isinstance(pace, Pace):
            self.pace = pace
        else:
            self.pace = Pace(pace).resting(max(map(self._quiet, act.runs)), self.steps)
            if run_time is not None:
                stretch = run_time / max(float(self.pace.time(self.steps)), 1e-9)
                self.pace = replace(self.pace, stretch=stretch)
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

    def _quiet(self, run: Run) -> int:
        """The step from which a ball is no more seen to move; its last one where only curves show it."""
        domain = np.asarray(self.act.domain)
        if len(domain) > ROLLED:
            return run.steps
        with np.errstate(invalid="ignore", over="ignore"):
            away = np.abs((run.points - run.points[-1]) / np.ptp(domain, axis=1)).max(axis=1)
        moving = np.flatnonzero(self._inside(run) & ~(away <= UNSEEN))
        return int(moving[-1]) + 1 if moving.size else 0

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
