"""Balls on their surface: where they touch it, how far they have rolled, what trail they leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np

from gdanim.engine.runs import Array, Run
from gdanim.engine.solution import Act
from gdanim.motion.landscape import Landscape
from gdanim.motion.shells import shells
from gdanim.motion.timeline import SETTLE, Index, Mask, Moment, Pace, Timeline, smooth

DEPARTURE = 0.9  # a ball that leaves the stage takes at least this many seconds for it
BEYOND = 0.5  # world units beyond the edge at which a departing ball has faded
OVER = 0.25  # of the height of a surface that is cut off: so far above the cut a ball has faded
MOST_LED, LATELY = 12, 0.6  # up to so many balls the leader is told; seconds over which a lead passes on
ROLLING = 100  # of larger crowds it is not told how far each ball has rolled
MANY = 400  # of more balls not all have a tail
TRAIL_VERTICES = 16_000  # the budget that all trails share


@dataclass(frozen=True)
class Rolled(Moment):
    """What the stage shows at one time. Arrays have one row per ball."""

    centres: Array  # (balls, 3) world
    contacts: Array  # (balls, 3) world: where it touches the surface
    normals: Array  # (balls, 3) of the surface there
    shells: Array  # (balls,): how many radii it is large, so that balls at one place are all seen
    lead: Array  # (balls,): how much each one leads, in [0, 1]
    spins: Array  # (balls, 4): how far it has rolled, as a quaternion (x, y, z, w)
    opacity: Array  # (balls,)
    departed: Mask  # (balls,): it has left the domain for good


@dataclass(frozen=True)
class Trails:
    """Every path as a polyline in time. Arrays have one row per vertex, balls one after another."""

    positions: Array  # (vertices, 3) world
    normals: Array  # (vertices, 3)
    times: Array  # (vertices,) seconds since the run began
    balls: Index  # (vertices,)
    lines: Index  # (vertices,): those of one number are joined; a ball that starts anew has several
    opacity: Array  # (vertices,)
    iterates: Mask  # (vertices,): an iterate, to be marked by a dot


class Rolling(Timeline):
    """The run of one act of two variables on its landscape."""

    def __init__(
        self,
        act: Act,
        landscape: Landscape,
        radius: float,
        pace: float | Pace,
        run_time: float | None = None,
    ) -> None:
        """``radius`` of a ball in world units; the others as for any timeline."""
        self.landscape, self.radius = landscape, radius
        super().__init__(act, pace, run_time)
        self._exits = np.stack([self._exit(run, k) for run, k in zip(act.runs, self._leaves, strict=True)])
        self._waiting = np.concatenate([self._gone(run) for run in act.runs])

    def of(self, balls: Sequence[int]) -> Self:
        return type(self)(self._part(balls), self.landscape, self.radius, self.pace, self.run_time)

    def at(self, seconds: float) -> Rolled:
        """The stage so many seconds after the run began."""
        now = super().at(seconds)
        points, k = now.points, now.step
        departed = (k >= self._leaves) & (self._leaves < self._last)
        gone = np.zeros(len(points))  # how much of its flight a departing ball has done
        if departed.any():
            gone[departed] = flown = self._flown(seconds, departed)
            here = self._points[self._offset[departed] + self._leaves[departed]]
            points[departed] = here + flown[:, None] * (self._exits[departed] - here)
        contacts, normals = self.landscape.surface(points)
        if departed.any():  # where the loss is undefined it flies on level
            left = self._points[self._offset + np.minimum(self._leaves, self._last)]
            level = self.landscape.surface(left)[0][:, 2]
            contacts[:, 2] = np.where(departed & ~np.isfinite(contacts[:, 2]), level, contacts[:, 2])
        here, jumps = self._points[self._offset + now.rows], self._jumps[self._offset + now.rows]
        spins = self._spins[min(k, len(self._spins) - 1)]
        if len(self._spins) > 1:
            spins = _turned(spins, self._roll(here, np.where(jumps[:, None], here, points)))
        centres = contacts + self.radius * normals
        opacity = self._opacity(points) * self._presence(now, jumps)
        opacity *= 1 - smooth(np.clip(2 * gone - 1, 0, 1))
        if departed.any():  # what its run goes on to is not where it flies
            now.losses[departed] = self._losses[self._offset + now.rows][departed]
        return Rolled(
            **vars(now),
            centres=centres,
            contacts=contacts,
            normals=normals,
            lead=self._lead(seconds),
            shells=shells(centres, self.radius, opacity),
            spins=spins,
            opacity=opacity,
            departed=departed,
        )

    def _presence(self, now: Moment, jumps: Mask) -> Array:
        """Opacities of balls that vanish where a try ended and appear where the next one starts."""
        waiting = self._waiting[self._offset + now.rows] & ~(jumps & (now.fraction >= 0.5))
        return np.where(waiting, 0.0, np.where(jumps, abs(1 - 2 * now.fraction), 1.0))

    def _lead(self, seconds: float) -> Array:
        """Who has had the lowest loss of late: 1 for a ball that led all the while, so that it may glow."""
        lead = np.zeros(len(self.act.runs))
        if not 1 < len(lead) <= MOST_LED:
            return lead
        for ago in np.linspace(0.0, LATELY, 7):
            k = min(int(self.pace.step(max(seconds - ago, 0.0))), self.steps)
            losses = self._losses[self._offset + np.minimum(k, self._last)]
            losses = np.where(
                np.isfinite(losses) & (k < self._leaves + (self._leaves == self._last)), losses, np.inf
            )
            best = losses.min()
            if k > 0 and (losses == best).sum() == 1:
                lead[losses == best] += 1 / 7
        return lead

    @cached_property
    def _spins(self) -> Array:
        """Quaternions (steps + 1, balls, 4) of balls that have rolled from iterate to iterate.

        Of a larger crowd, too small to be seen rolling, only the first (1, balls, 4).
        """
        count = len(self.act.runs)
        spins = np.zeros((self.steps + 1 if count <= ROLLING else 1, count, 4))
        spins[0, :, 3] = 1.0
        for k in range(1, len(spins)):
            row = self._offset + np.minimum(k - 1, self._last)
            here = self._points[row]
            there = self._points[np.where(self._jumps[row], row, self._offset + np.minimum(k, self._last))]
            spins[k] = _turned(spins[k - 1], self._roll(here, there))
        return spins

    def _roll(self, here: Array, there: Array) -> Array:
        """The rotation (balls, 4) of balls that roll from one domain point to another without slipping."""
        with np.errstate(invalid="ignore", over="ignore"):
            way = np.nan_to_num((there - here) * self.landscape.scale, posinf=0.0, neginf=0.0)
            length = np.hypot(way[:, 0], way[:, 1])
            half = np.minimum(length / self.radius, 1e6) / 2
        axis = np.column_stack([-way[:, 1], way[:, 0]]) / np.maximum(length, 1e-12)[:, None]
        return np.column_stack([axis * np.sin(half)[:, None], np.zeros(len(half)), np.cos(half)])

    def trails(self, of: Sequence[int] | None = None) -> Trails:
        """The paths of some balls (from 0) or of all, sampled along the surface finely enough to hug it."""
        of = range(len(self.act.runs)) if of is None else of
        budget = max(8, TRAIL_VERTICES // sum(len(self.act.runs[i].legs) or 1 for i in of))
        paths = [(i, *line) for i in of for line in self._lines(i, self.act.runs[i], budget)]
        owners, *columns = zip(*paths, strict=True)
        points, times, iterates = map(np.concatenate, columns)
        lengths = [len(line) for line in columns[0]]
        balls, lines = np.repeat(owners, lengths), np.repeat(np.arange(len(lengths)), lengths)
        positions, normals = self.landscape.surface(points)
        return Trails(positions, normals, times, balls, lines, self._opacity(points), iterates)

    def _run_time(self) -> float:
        """Until the last ball on the stage has ended or left it."""
        ends = np.where(
            self._leaves < self._last,
            self.pace.time(self._leaves) + 2 * DEPARTURE,
            self.pace.time(self._last),
        )
        return max(1.0, float(ends.max()) + SETTLE)

    def _gone(self, run: Run) -> Mask:
        """The rows at which a try has left the domain for good and its ball waits unseen for the next one."""
        gone, inside = np.zeros(run.steps + 1, dtype=bool), self._inside(run)
        for leg, following in pairwise(run.legs):
            stay = max(np.flatnonzero(inside[leg.row : following.row]), default=0)
            gone[leg.row + stay + 1 : following.row] = True
        return gone

    def _staged(self, run: Run) -> Array:
        points, gone = run.points.copy(), self._gone(run)
        for row in np.flatnonzero(gone):
            points[row] = points[row - 1] if gone[row - 1] else self._exit(run, int(row) - 1)
        return points

    def _exit(self, run: Run, k: int) -> Array:
        """Where a departing ball's flight ends: its step prolonged or cut to just beyond the edge."""
        if k >= run.steps:
            return np.asarray(run.points[k])
        start = self.landscape.to_world(run.points[k])
        towards = np.nan_to_num(
            self.landscape.to_world(run.points[k + 1]) - start, nan=1e6, posinf=1e6, neginf=-1e6
        )
        length = max(float(np.linalg.norm(towards)), 1e-12)
        direction = towards / length
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(direction > 0, self.landscape.extent - start, self.landscape.extent + start)
            reach = float(np.nanmin(np.where(direction != 0, room / np.abs(direction), np.inf)))
        return self.landscape.to_domain(start + (max(reach, 0.0) + BEYOND) * direction)

    def _flown(self, seconds: float, departed: Mask) -> Array:
        """How much of their flight off the stage these balls have done."""
        k = self._leaves[departed]
        begin = self.pace.time(k)
        duration = np.maximum(self.pace.time(k + 1) - begin, DEPARTURE)
        return smooth(np.clip((seconds - begin) / duration, 0.0, 1.0))

    def _opacity(self, points: Array) -> Array:
        """1 on the surface, falling to 0 BEYOND world units outside it, or OVER of its height above it."""
        outside = np.maximum(np.abs(self.landscape.to_world(points)) - self.landscape.extent, 0.0)
        f = np.clip(np.linalg.norm(outside, axis=-1) / (0.9 * BEYOND), 0.0, 1.0)
        over = np.clip(self.landscape.above(points) / OVER, 0.0, 1.0)
        return np.asarray((1 - smooth(f)) * (1 - smooth(over)))

    def _inside(self, run: Run) -> Mask:
        return np.asarray(super()._inside(run) & (self.landscape.above(run.points) == 0))

    def _lines(self, ball: int, run: Run, budget: int) -> Iterator[tuple[Array, Array, Mask]]:
        """The unbroken lines of a ball, one for each of its tries."""
        end = self.leaving(ball)
        firsts = [leg.row for leg in run.legs if leg.row <= end] or [0]
        for first, following in pairwise([*firsts, end + 1]):
            last = following - 1
            yield self._path(ball, first, last, leaves=last == end < run.steps, budget=budget)

    def _path(
        self, ball: int, first: int, last: int, *, leaves: bool, budget: int
    ) -> tuple[Array, Array, Mask]:
        """The way from one row to another, and off the stage if the ball ``leaves`` it there.

        Domain points (v, 2), seconds (v,) and whether each is an iterate (v,).
        """
        points = self._points[self._offset[ball] + first : self._offset[ball] + last + 1]
        times = self.pace.time(np.arange(first, last + 1))
        if leaves:
            duration = max(float(self.pace.time(last + 1) - times[-1]), DEPARTURE)
            points = np.concatenate([points, self._exits[ball][None]])
            times = np.append(times, times[-1] + duration)
        hops = np.linalg.norm(np.diff(self.landscape.to_world(points), axis=0), axis=1)
        kept = np.unique(np.floor(np.concatenate([[0.0], np.cumsum(hops)]) / 0.004), return_index=True)[1]
        if len(kept) > budget:
            kept = kept[np.unique(np.linspace(0, len(kept) - 1, budget).astype(int))]
        points, times = points[kept], times[kept]
        rows = np.minimum(first + kept, last)
        hops = np.linalg.norm(np.diff(self.landscape.to_world(points), axis=0), axis=1)
        pieces = np.clip(np.ceil(hops / 0.035), 1, max(1, budget // max(len(hops), 1)))
        pieces = np.nan_to_num(pieces).astype(int)  # nothing is drawn where a place is unknown
        pieces = np.minimum(pieces, 48)
        xs, ts, marks = [points[:1]], [times[:1]], [np.array([True])]
        for a in range(len(hops)):
            g = np.arange(1, pieces[a] + 1) / pieces[a]
            k = int(rows[a])
            f, t = g, times[a] + g * (times[a + 1] - times[a])
            if k == last:  # it departs
                f = smooth(g)
            elif first + kept[a + 1] == k + 1:
                f = np.array([self._ease(v, k) for v in g]) if len(g) > 1 else g
                t = self.pace.time(k + g)
            xs.append(points[a] + f[:, None] * (points[a + 1] - points[a]))
            ts.append(t)
            marks.append(g == 1.0)
        x, t, mark = np.concatenate(xs), np.concatenate(ts), np.concatenate(marks)
        if leaves:
            mark[-1] = False
        if len(t) > budget:
            thin = np.unique(np.linspace(0, len(t) - 1, budget).astype(int))
            x, t, mark = x[thin], t[thin], mark[thin]
        return x, t, mark


def _turned(spin: Array, by: Array) -> Array:
    """The rotation ``by`` after the rotation ``spin``, both quaternions (..., 4)."""
    v, w = spin[..., :3], spin[..., 3:]
    bv, bw = by[..., :3], by[..., 3:]
    vector = bw * v + w * bv + np.cross(bv, v)
    return np.concatenate([vector, bw * w - np.sum(bv * v, axis=-1, keepdims=True)], axis=-1)
