"""The loss from straight above: bands and lines of equal loss, and the paths that cross them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.motion.landscape import RELIEF, Landscape
from gdanim.motion.rolling import Rolling, Trails
from gdanim.theme import rgb
from gdanim.view.animated import Clock
from gdanim.view.bar import ColorBar
from gdanim.view.camera import FIELD_OF_VIEW, Camera
from gdanim.view.layout import Box
from gdanim.view.levels import interrupted, label_place, level_lines, levels
from gdanim.view.pane import RunPane
from gdanim.view.plot import TICK_SIZE, Plot, Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import variable
from gdanim.view.ticks import tick

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

LEVELS, APART = 12, 20.0  # about so many at most, and points that they stand apart
LABEL_ROOM = [14.0, 4.0]  # points that a level's number needs beside its own
BAR, BAR_GAP, BAR_ROOM = 20.0, 26.0, 130.0  # points: of the colour bar, before it, of both with its numbers
BALL = 13.0  # points; a crowd is smaller
ARROW = 120.0  # points of the longest gradient arrow
COMES = 0.25  # seconds in which a step number appears
MOST_DETAILED = 4  # so many balls get arrows and step numbers
OLDEST = 0.45  # opacity to which paths fade
LINGER = 1.2  # seconds in which fleeting dots fade e-fold
NUMBERED, CLEAR = 6, 46.0  # steps that may be numbered, if they stand so many points apart,
ROOMY = 340.0  # in a frame so wide
ABOVE = 26.0  # points from an iterate up to its number


class ContourPane(RunPane):
    """Levels with their losses, a colour bar, and the balls' paths with a dot at every step.

    Up to four balls carry the negative gradient as an arrow, at right angles to the level it starts on.
    """

    shows: ClassVar[tuple[str, ...]] = ("map",)

    def __init__(
        self,
        scene: Stage,
        clock: Clock,
        box: Box,
        bar: bool = True,
        bare: bool = False,
        balls: Sequence[int] | None = None,
        fleeting: bool = False,
    ) -> None:
        """``bare``: without numbers and names of axes and levels; ``balls`` (from 0): those alone.

        ``fleeting``: paths fade away.
        """
        super().__init__(scene, clock, box)
        timeline = clock.timeline if balls is None else clock.timeline.of(balls)
        assert isinstance(timeline, Rolling)
        self.act, self.timeline = timeline.act, timeline
        self.landscape: Landscape = self.timeline.landscape
        self.bar, self.bare, self.fleeting = bar, bare, fleeting
        (x0, x1), (y0, y1) = self.act.domain
        x, y = (variable(name) for name in self.act.objective.variables)
        equal = bool(np.isclose(self.landscape.scale[0], self.landscape.scale[1]))
        room = box.inset(0, 0, BAR_ROOM if bar else 0, 0)
        self.plot = Plot(room, Scale(x0, x1), Scale(y0, y1), self.lettering, None if bare else (x, y), equal)
        self.colors = np.array(scene.colors(self.act))
        self.levels = levels(self.landscape.height, min(LEVELS, max(int(self.plot.frame.height / APART), 1)))
        self._bar = self._numbers() if bar else None
        self._names = {level: self.lettering.want(tick(level), TICK_SIZE) for level in self.levels}
        self._steps = [self.lettering.want(str(k), TICK_SIZE) for k in range(NUMBERED + 1)]
        self.radius = BALL / max(len(self.act.runs) / 8, 1.0) ** (0.7 if fleeting else 0.35)

    def seen_from(self, t: float) -> Camera:
        """From straight above, so far away that halfway up the surface it is as wide as the map."""
        del t
        layout, frame = self.scene.layout, self.plot.frame
        height = frame.width / layout.height  # of half a picture, that its half width takes
        distance = float(self.landscape.extent[0]) / math.tan(FIELD_OF_VIEW / 2) / height
        across = (frame.left + frame.right) / layout.width - 1
        up = 1 - (frame.top + frame.bottom) / layout.height
        return Camera(
            -90.0, 90.0, distance, (0.0, 0.0, RELIEF / 2), (across, up), layout.width / layout.height
        )

    def goes_on(self) -> bool:
        before = self.scene.before
        return before is not None and self.begins == 0 and before.seen_from == self.seen_from(0.0)

    def still(self, sketch: Sketch) -> None:
        frame = self.plot.frame
        sketch.image(self._bands, frame)
        ink = self.ink("lines")
        for level, lines in self._lines.items():
            place = self._labelled.get(level)
            for line in lines:
                sketch.line(line if place is None else interrupted(line, *place), ink, 1.4, 0.42)
            if place is not None:
                x, y = place[0].tolist()
                sketch.text(self._names[level], x, y, ink, 0.9, align=(0.5, 0.5))
        self.plot.draw(sketch, self.ink("secondary"), self.ink("text"), grid=0.0)
        if self._bar is not None:
            self._bar.draw(sketch, self._bar_colors, self.ink("secondary"), smooth=False)
        for minimum in self._minima:
            sketch.ring(minimum, 12.0, ink, 2.0, 0.9)

    def running(self, sketch: Sketch) -> None:
        clock = self.clock
        moment = self.timeline.at(clock.seconds)
        sketch.trails(self._trails, clock.seconds, 3.4, OLDEST * (not self.fleeting))
        dots = self._dots[self._dot_times < clock.seconds]
        age = clock.seconds - self._dot_times[: len(dots)]
        fresh = np.exp(-age / LINGER) if self.fleeting else 1.0
        sketch.disc(dots, 0.36 * self.radius, self._dot_colors[: len(dots)], 0.9 * fresh)
        places = self._points(self.landscape.to_world(moment.points))
        shown = moment.opacity * min(3 * clock.fall, 1.0) * self.scene.lights(self.act)
        if len(places) <= MOST_DETAILED:
            if self.plot.frame.width > ROOMY:
                self._draw_steps(sketch)
            self._draw_gradients(sketch, places, moment.points, shown)
        out = np.maximum(self._corner[0] - places, places - self._corner[1]).max(axis=1)
        fading = 1 - np.nan_to_num(out, nan=np.inf) / self.radius  # while half of a ball is outside
        shown = shown * np.clip(fading, 0.0, 1.0)
        shells = np.ones(len(places)) if self.fleeting else moment.shells
        sketch.disc(places, shells * self.radius + 2.0, self.ink("background"), 0.55 * shown)
        sketch.ball(places, self.radius, self.colors, shown, shells)

    def _numbers(self) -> ColorBar:
        """The bar of the losses, as high as the surface stands."""
        land = self.landscape

        def share(losses: Array) -> Array:
            return land.level(losses) / RELIEF

        ends = land.height.low, land.height.high
        return ColorBar(self._beside, self.lettering, share, ends, self.levels, land.height.cut)

    @property
    def _beside(self) -> Box:
        """The place of the colour bar, to the right of the frame."""
        frame = self.plot.frame
        return frame._replace(left=frame.right + BAR_GAP, right=frame.right + BAR_GAP + BAR)

    def _draw_steps(self, sketch: Sketch) -> None:
        """Numbers beside iterates that have been reached: they come with the balls, and then one by one."""
        for _, k, (x, y) in self._numbered:
            since = self.clock.seconds - float(self.timeline.pace.time(k))
            shown = min(3 * self.clock.fall, 1.0) if k == 0 else min(since / COMES, 1.0)
            if shown > 0 and self._free(np.array([x, y - ABOVE])):
                sketch.text(self._steps[k], x, y - ABOVE, self.ink("lines"), shown, align=(0.5, 0.5))

    @cached_property
    def _numbered(self) -> list[tuple[int, int, Array]]:
        """Balls, steps and places of the first iterates that stand clear of each other."""
        chosen: list[tuple[int, int, Array]] = []
        runs = self.act.runs
        for k, ball in product(range(NUMBERED + 1), range(len(runs))):
            if k > runs[ball].steps:
                continue
            place = self._points(self.landscape.to_world(runs[ball].points[k]))
            inside = np.all((place > self._corner[0] + 24) & (place < self._corner[1] - 24))
            if inside and all(np.linalg.norm(place - other) > CLEAR for _, _, other in chosen):
                chosen.append((ball, k, place))
        return chosen

    def _free(self, place: Array) -> bool:
        """Whether no level has its number where a step's would be, in points."""
        room = np.array([0.6 * TICK_SIZE, 0.5 * TICK_SIZE])
        boxes = self._labelled.values()
        return not any((np.abs(place - at) < size / 2 + room).all() for at, size in boxes)

    @cached_property
    def _labelled(self) -> dict[float, tuple[Array, Array]]:
        """Levels that have a number: where its middle is, and how large it is with room, in points."""
        found: dict[float, tuple[Array, Array]] = {}
        for level, lines in self._lines.items() if not self.bare else ():
            size = np.array(self.lettering.size(self._names[level])) / self.lettering.scale + LABEL_ROOM
            at = label_place(lines, size, self._corner, list(found.values()))
            if at is not None:
                found[level] = at, size
        return found

    def _draw_gradients(self, sketch: Sketch, places: Array, points: Array, shown: Array) -> None:
        """Downhill, shorter where it is flatter."""
        with np.errstate(all="ignore"):
            gradient = self.act.objective.gradient(points) / self.landscape.scale
        way = -gradient * [1.0, -1.0]
        steepness = np.linalg.norm(way, axis=1)
        length = ARROW * np.minimum(steepness / self._steepest, 1.0) ** 0.5
        heads = places + way / np.maximum(steepness, 1e-300)[:, None] * length[:, None]
        tails = places + (heads - places) * np.minimum(self.radius / np.maximum(length, 1e-9), 1.0)[:, None]
        longer = (length > 1.6 * self.radius) & np.all(
            (heads > self._corner[0]) & (heads < self._corner[1]), axis=1
        )
        sketch.arrow(tails[longer], heads[longer], self.ink("lines"), 3.6, shown[longer])

    def _points(self, world: Array) -> Array:
        """World x and y (..., 2) to points of the picture."""
        x, y = np.moveaxis(self.landscape.to_domain(world), -1, 0)
        return self.plot.at(x, y)

    @cached_property
    def _corner(self) -> Array:
        """Top left and bottom right of the frame."""
        frame = self.plot.frame
        return np.array([[frame.left - 2, frame.top - 2], [frame.right + 2, frame.bottom + 2]])

    @cached_property
    def _steepest(self) -> float:
        """The gradient's norm at the steepest start, per world unit."""
        starts = np.array([run.points[0] for run in self.act.runs])
        gradient = self.act.objective.gradient(starts) / self.landscape.scale
        return max(float(np.linalg.norm(gradient, axis=1).max()), 1e-300)

    @cached_property
    def _minima(self) -> Array:
        minima = np.reshape(np.array(self.act.objective.minima, dtype=float), (-1, 2))
        domain = np.asarray(self.act.domain)
        inside = np.all((domain[:, 0] <= minima) & (minima <= domain[:, 1]), axis=1)
        return self.plot.at(*minima[inside].T)

    @cached_property
    def _bands(self) -> NDArray[np.uint8]:
        """Every pixel of the frame in the colour of its band."""
        frame, s = self.plot.frame, self.lettering.scale
        (x0, x1), (y0, y1) = self.act.domain
        columns, rows = max(2, round(frame.width * s)), max(2, round(frame.height * s))
        x = x0 + (np.arange(columns) + 0.5) / columns * (x1 - x0)
        y = y1 - (np.arange(rows) + 0.5) / rows * (y1 - y0)
        with np.errstate(all="ignore"):
            losses = self.act.objective.value(np.stack(np.meshgrid(x, y), axis=-1))
        return self._colored(losses)

    @cached_property
    def _bar_colors(self) -> NDArray[np.uint8]:
        losses = np.array([self.landscape.height.loss(share) for share in np.linspace(1.0, 0.0, 512)])
        return self._colored(losses[:, None])

    def _colored(self, losses: Array) -> NDArray[np.uint8]:
        """Losses (rows, columns) as colours (rows, columns, 4); where there is no loss, none."""
        borders = np.array(self.levels)
        band = np.searchsorted(borders, losses)
        ends = np.concatenate([[self.landscape.height.low], borders, [self.landscape.height.high]])
        middle = self.landscape.level((ends[:-1] + ends[1:]) / 2) / RELIEF
        ground = np.array([*rgb(self.theme.background), 1.0])
        shade = 0.16 * ground + 0.84 * self.theme.shades(middle)  # paths come first
        colors = (255 * shade[band]).round().astype(np.uint8)
        colors[~np.isfinite(losses)] = 0
        return colors

    @cached_property
    def _lines(self) -> dict[float, list[Array]]:
        """Level lines in points of the picture."""
        found = level_lines(self.landscape, self.levels)
        return {level: [self.plot.at(*line.T) for line in lines] for level, lines in found.items()}

    @cached_property
    def _paths(self) -> Trails:
        return self.timeline.trails()

    @cached_property
    def _trails(self) -> Array:
        """Ribbon rows of every path, in pixels."""
        paths = self._paths
        if self.fleeting:  # a crowd's are straight from iterate to iterate, for far fewer rows
            kept = {field.name: getattr(paths, field.name)[paths.iterates] for field in fields(paths)}
            paths = replace(paths, **kept)
        at = self._points(paths.positions[:, :2]) * self.lettering.scale
        at = np.pad(at, ((0, 0), (0, 1)))
        inside = np.all(np.isfinite(at), axis=1) & (paths.opacity > 0.999)
        k = np.flatnonzero((paths.lines[:-1] == paths.lines[1:]) & inside[:-1] & inside[1:])
        before = np.where((k > 0) & (paths.lines[np.maximum(k - 1, 0)] == paths.lines[k]), k - 1, k)
        after = np.minimum(k + 2, len(at) - 1)
        after = np.where((paths.lines[after] == paths.lines[k]) & inside[after], after, k + 1)
        ink = np.column_stack([self.colors[paths.balls], np.ones(len(at))])
        times = paths.times[np.stack([k, k + 1], axis=1)]
        return np.concatenate(
            [at[before], at[k], at[k + 1], at[after], times, ink[k], ink[k + 1], np.zeros((len(k), 3))],
            axis=1,
        )

    @cached_property
    def _marked(self) -> NDArray[np.int64]:
        """Indices of the iterates that get a dot, in order of time."""
        paths = self._paths
        at = self._points(paths.positions[:, :2])
        kept, last = [], (-1, np.zeros(2))
        for i in np.flatnonzero(paths.iterates & (paths.opacity > 0.999)):
            if paths.balls[i] != last[0] or np.linalg.norm(at[i] - last[1]) > 0.8 * self.radius:
                kept.append(i)
                last = (int(paths.balls[i]), at[i])
        index = np.array(kept, dtype=np.int64)
        return np.asarray(index[np.argsort(paths.times[index], kind="stable")])

    @cached_property
    def _dots(self) -> Array:
        return self._points(self._paths.positions[self._marked, :2])

    @cached_property
    def _dot_times(self) -> Array:
        return np.asarray(self._paths.times[self._marked])

    @cached_property
    def _dot_colors(self) -> Array:
        return np.asarray(
            0.6 * self.colors[self._paths.balls[self._marked]] + 0.4 * np.array(rgb(self.theme.lines))
        )
