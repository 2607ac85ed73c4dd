"""A function of one variable as land in profile: balls that rest on it, their slopes and their steps."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdanim.engine.runs import Array
from gdanim.engine.solution import Act
from gdanim.motion.height import Height, Wish, fitted, visited
from gdanim.motion.landscape import refuse_undefined
from gdanim.motion.shells import shells
from gdanim.motion.timeline import Moment, smooth
from gdanim.view.animated import Clock, Cue
from gdanim.view.layout import Box
from gdanim.view.pane import RunPane
from gdanim.view.plot import BOTTOM, TOP, Plot, Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import variable
from gdanim.view.ticks import LINE, height_name, height_ticks

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

SAMPLES = 801  # of the curve
POLE = 3.0  # times the span of most of the curve: what lies farther out is cut off
BALL = 19.0  # points; a crowd is smaller
DROP = 90.0  # points that balls fall to their starts
MOST_DETAILED = 4  # so many balls show slopes and steps
LANE = 20.0  # points from one ball's steps to the next one's
TANGENT, REACH = 140.0, 0.115  # points to either side of a ball, and of the frame's width, if that is more
DASH = 7.0  # points, of the line down to its lane
DEPARTURE, BEYOND = 0.9, 60.0  # a ball that leaves takes so many seconds; points outside where it has faded


@dataclass(frozen=True)
class Raised(Scale):
    """Heights of losses from ``floor`` to ``ceiling`` of the frame: below and above there is room."""

    height: Height = field(kw_only=True)
    floor: float = field(kw_only=True)
    ceiling: float = field(kw_only=True)

    def share(self, values: ArrayLike) -> Array:
        shares = self.height.share(np.asarray(values, dtype=float))
        return np.asarray(self.floor + (self.ceiling - self.floor) * shares)

    def rise(self, values: ArrayLike) -> Array:
        return np.asarray((self.ceiling - self.floor) * self.height.rise(np.asarray(values, dtype=float)))

    def marks(self, count: int) -> list[tuple[float, str]]:
        del count
        return height_ticks(self.height)


class ProfilePane(RunPane):
    """The curve, a dot at every iterate and the balls, which rest on it by their radius along its normal.

    Up to four balls have their tangent, and below them the step under way as an arrow along the axis.
    ``drawn``: how much of the curve there is, 0 to 1.
    """

    shows = ("curve",)

    def __init__(self, scene: Stage, clock: Clock, box: Box) -> None:
        super().__init__(scene, clock, box)
        self.act, self.timeline = clock.act, clock.timeline
        self.few = len(self.act.runs) <= MOST_DETAILED
        (self.low, self.high), (name,) = self.act.domain[0], self.act.objective.variables
        self.x = np.linspace(self.low, self.high, SAMPLES)
        with np.errstate(all="ignore"):
            self.losses = self.act.objective.value(self.x[:, None])
        height = profiled(self.act, self.x, self.losses, scene.spec.view.height)
        room = box.height - TOP - BOTTOM
        lanes = len(self.act.runs) + 1 if self.few else 1
        self._pitch = min(LANE, 0.2 * room / lanes)
        strip, head = lanes * self._pitch, min(BALL, 0.1 * room)
        self.y = Raised(
            height.low,
            height.high,
            height=height,
            floor=strip / room,
            ceiling=1 - head / room,
        )
        names = (variable(name), height_name(height).replace(LINE, ", "))
        self.plot = Plot(box, Scale(self.low, self.high), self.y, self.lettering, names)
        self.colors = np.array(scene.colors(self.act))
        self.radius = BALL / max(len(self.act.runs) / 8, 1.0) ** 0.35
        self.drawn = 0.0

    def stand(self) -> None:
        self.presence, self.drawn = 1.0, 1.0

    def enter_(self, run_time: float) -> Cue:
        return self.become_(run_time, presence=1.0, drawn=1.0)

    def state(self) -> float:
        return self.drawn

    def still(self, sketch: Sketch) -> None:
        frame, columns = self.plot.frame, round(self.drawn * self._ground.shape[1])
        if columns:
            right = frame.left + columns / self._ground.shape[1] * frame.width
            sketch.image(self._ground[:, :columns], frame._replace(right=right))
        self.plot.draw(sketch, self.ink("secondary"), self.ink("text"), grid=0.07)
        count = int(self.drawn * len(self._curve))
        sketch.line(self._curve[:count], self.ink("lines"), 3.0, 0.85)
        if ringed := max(8 * self.drawn - 7, 0.0):
            minima = [m for m in self.act.objective.minima if self.low <= m[0] <= self.high]
            places = self.plot.at(
                [m[0] for m in minima], self.act.objective.value(np.reshape(minima, (-1, 1)))
            )
            sketch.ring(places, 9.0, self.ink("lines"), 2.0, 0.9 * ringed)

    def running(self, sketch: Sketch) -> None:
        clock = self.clock
        moment = clock.moment
        x = self.places(moment)
        contacts, along = self.rest(x)
        lift, falling = clock.drop(len(x))
        shown = falling * self._opacity(contacts, moment) * self.scene.lights(self.act)
        here = smooth(np.clip(5 * clock.fall - 4, 0.0, 1.0)) * shown  # what only belongs to balls at rest
        times, dots, lanes, colors = self._dots
        done = int(np.searchsorted(times, clock.seconds))
        sketch.disc(dots[:done], 0.34 * self.radius, colors[:done], 0.95)
        if self.few:
            sketch.disc(lanes[:done], 5.0, colors[:done], 0.8)
            self._draw_steps(sketch, x, contacts, moment, here)
            for a, b, opacity in zip(*self.tangents(contacts, along), here, strict=True):
                sketch.line([a, b], self.ink("gradient"), 4.6, float(opacity))
        normals = np.column_stack([along[:, 1], -along[:, 0]])
        centres = contacts + self.radius * normals
        rings = shells(centres, self.radius, shown)
        centres[:, 1] -= DROP * lift
        sketch.disc(centres, self.radius * rings + 2.0, self.ink("background"), 0.6 * shown)
        sketch.ball(centres, self.radius, self.colors, shown, rings)

    def places(self, moment: Moment) -> Array:
        """Where balls are on the axis, shape (balls,): one that leaves for good glides out of the frame."""
        x = moment.points[:, 0].copy()
        for i, way in enumerate(self._leaving(moment.seconds)):
            if way > 0:
                k, margin = self.timeline.leaving(i), 0.25 * (self.high - self.low)
                a, b = self.act.runs[i].points[k : k + 2, 0]
                b = np.clip(np.nan_to_num(b, nan=np.inf), self.low - margin, self.high + margin)
                x[i] = a + smooth(way) * (b - a)
        return x

    def rest(self, x: Array) -> tuple[Array, Array]:
        """Points of the curve and unit vectors along it, both (balls, 2) in the picture, at x (balls,)."""
        frame = self.plot.frame
        with np.errstate(all="ignore"):
            losses = self.act.objective.value(x[:, None])
            slopes = np.nan_to_num(
                self.act.objective.exact_gradient(x[:, None])[:, 0], posinf=1e9, neginf=-1e9
            )
        across = np.full(len(x), frame.width / (self.high - self.low))
        along = np.column_stack([across, -slopes * frame.height * self.y.rise(losses)])
        return self.plot.at(x, losses), along / np.linalg.norm(along, axis=1, keepdims=True)

    def tangents(self, contacts: Array, along: Array) -> tuple[Array, Array]:
        """Ends (balls, 2) of the tangents, no longer than the frame has room for."""
        frame = self.plot.frame
        corner = np.array([[frame.left, frame.top], [frame.right, frame.bottom]])
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(along > 0, corner[1] - contacts, corner[0] - contacts) / along
            back = np.where(along > 0, corner[0] - contacts, corner[1] - contacts) / along
        reach = max(TANGENT, REACH * frame.width)
        ahead = np.clip(np.nanmin(room, axis=1), 0.0, reach)
        behind = np.clip(np.nanmax(back, axis=1), -reach, 0.0)
        return contacts + behind[:, None] * along, contacts + ahead[:, None] * along

    def _draw_steps(self, sketch: Sketch, x: Array, contacts: Array, moment: Moment, shown: Array) -> None:
        """From each ball down to its lane, and the rest of its step as an arrow there."""
        feet = np.column_stack([contacts[:, 0], [self._lane(i) for i in range(len(x))]])
        strength = self.timeline.apart(moment.step)
        grown = float(smooth(min(moment.fraction / 0.3, 1.0)))
        for i in map(int, np.flatnonzero(np.isfinite(contacts).all(axis=1))):
            run, color = self.act.runs[i], self.colors[i]
            dashes = np.arange(contacts[i, 1], feet[i, 1], 2 * DASH)
            ends = np.minimum(dashes + DASH, feet[i, 1])
            across = np.full(len(dashes), feet[i, 0])
            sketch.segments(
                np.column_stack([across, dashes]),
                np.column_stack([across, ends]),
                color,
                2.0,
                0.55 * float(shown[i]),
            )
            k = int(moment.rows[i])
            if k < run.steps and shown[i] > 0:
                a, b = np.clip(run.points[k : k + 2, 0], self.low, self.high)
                head = [float(self.plot.at(a + grown * (b - a), 0.0)[0]), feet[i, 1]]
                if (head[0] - feet[i, 0]) * (b - a) > 0:
                    sketch.arrow([feet[i]], [head], color, 4.6, strength * float(shown[i]))
            sketch.disc(feet[i], 6.0, color, float(shown[i]))

    def _lane(self, ball: int) -> float:
        """How far down a ball's steps are shown."""
        return self.plot.frame.bottom - self._pitch * (len(self.act.runs) - ball)

    def _opacity(self, contacts: Array, moment: Moment) -> Array:
        """Full inside the frame; a ball that has left it for good is gone."""
        frame = self.plot.frame
        outside = np.maximum.reduce(
            [frame.left - contacts[:, 0], contacts[:, 0] - frame.right, frame.top - contacts[:, 1]]
        )
        opacity = 1 - smooth(np.clip(np.nan_to_num(outside, nan=BEYOND) / BEYOND, 0.0, 1.0))
        return np.asarray(opacity * (1 - smooth(np.clip(2 * self._leaving(moment.seconds) - 1, 0.0, 1.0))))

    def _leaving(self, seconds: float) -> Array:
        """How far (balls,) each one is on its way out of the domain: 0 before, 1 when it is gone."""
        way = np.zeros(len(self.act.runs))
        for i in range(len(way)):
            begin = self.timeline.departure(i)
            if begin is not None:
                end = float(self.timeline.pace.time(self.timeline.leaving(i) + 1))
                way[i] = (seconds - begin) / max(end - begin, DEPARTURE)
        return np.clip(way, 0.0, 1.0)

    @cached_property
    def _curve(self) -> Array:
        """Points of the curve (SAMPLES, 2), nan above and below the frame."""
        share = self.plot.y.share(self.losses)
        inside = (share >= 0) & (share <= 1)
        return self.plot.at(self.x, np.where(inside, self.losses, np.nan))

    @cached_property
    def _ground(self) -> NDArray[np.uint8]:
        """The land under the curve (rows, columns, 4), in the colours of its heights, darker with depth."""
        frame, s, theme = self.plot.frame, self.lettering.scale, self.theme
        columns, rows = max(2, round(frame.width * s)), max(2, round(frame.height * s))
        height = np.interp(
            np.linspace(0, 1, columns), np.linspace(0, 1, SAMPLES), self.plot.y.share(self.losses)
        )
        share = 1 - (np.arange(rows) + 0.5) / rows
        colors = theme.shades(share)
        with np.errstate(invalid="ignore"):
            below = np.clip((height - share[:, None]) * rows + 0.5, 0.0, 1.0)
        pixels = np.empty((rows, columns, 4))
        pixels[..., :3] = colors[:, None, :3]
        pixels[..., 3] = 0.62 * np.nan_to_num(below)
        return (255 * pixels).round().astype(np.uint8)

    @cached_property
    def _dots(self) -> tuple[Array, Array, Array, Array]:
        """Iterates that stand apart, in order of time: seconds (n,), points on the curve and in the lanes
        (n, 2), colours (n, 3)."""
        times, dots, lanes, colors = [], [], [], []
        for i, run in enumerate(self.act.runs):
            x = run.points[: self.timeline.leaving(i) + 1, 0]
            points, _ = self.rest(x)
            cells = np.floor(points / (0.6 * self.radius))
            kept = np.sort(np.unique(cells, axis=0, return_index=True)[1])
            times.append(self.timeline.pace.time(kept))
            dots.append(points[kept])
            lanes.append(np.column_stack([points[kept, 0], np.full(len(kept), self._lane(i))]))
            colors.append(np.tile(self.colors[i], (len(kept), 1)))
        order = np.argsort(np.concatenate(times), kind="stable")
        t, d, m, c = (np.concatenate(parts)[order] for parts in (times, dots, lanes, colors))
        return t, d, m, c


def profiled(act: Act, x: Array, losses: Array, wish: Wish) -> Height:
    """The height of a curve, losses (n,) at x (n,): all that matters of it but its poles."""
    refuse_undefined(act)
    solid = np.isfinite(losses)
    losses, x = losses[solid], x[solid]
    most_low, most_high = np.percentile(losses, (5, 95)).tolist()
    most = POLE * (most_high - most_low)
    visits, climbed = visited(act.runs, act.domain)
    lowest = min(most_low - most, visits.min(initial=np.inf))
    highest = max(most_high + most, visits.max(initial=-np.inf))
    known = [float(act.objective.value(np.asarray(m))) for m in act.objective.minima if x[0] <= m[0] <= x[-1]]
    rising = bool(losses.argmax() in (0, len(losses) - 1))
    poles = lowest, math.inf if rising else highest
    return fitted(losses, visits, known, poles, rising=rising, wish=wish, climbed=climbed)
