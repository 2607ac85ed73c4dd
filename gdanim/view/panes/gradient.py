"""What the gradient is, drawn on a surface at one point: slopes, directions, the steepest one, the plane."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array
from gdanim.engine.solution import Act
from gdanim.motion.landscape import FLOOR
from gdanim.motion.rolling import Rolled
from gdanim.motion.timeline import smooth
from gdanim.theme import Color, rgb
from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.levels import level_lines
from gdanim.view.panes.surface import SurfacePane
from gdanim.view.picture import ABOVE, Arrows, Patches, Picture, Segments

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

LONGEST = 0.56  # world units of the gradient's arrow, along the slope
TANGENT = 0.40  # world units of a slope line to either side
DIRECTIONS, ARROW = 16, 3.4  # arrows all round; width of an arrow in pixels of a picture 1080 high
ASIDE = 24.0  # degrees that the view is turned from straight uphill
PLANE = 0.44  # world units of the tangent plane to either side
CORNER = 0.11  # world units of the mark of a right angle
SKIN = 0.004  # world units that lines lie above the surface
SAMPLES = 161  # of a line on the surface


class GradientSurface(SurfacePane):
    """The first ball's start and its gradient, in numbers from 0 (not there) to 1.

    ``along_x``, ``along_y``: the slices through the point and their slope lines; ``fan``: arrows all round,
    as long as the ground is steep that way; ``parts``: the two slopes as arrows and how they are put
    together; ``uphill``: the gradient; ``level``: the level line at a right angle to it; ``turned``: the
    gradient's arrow has been turned round; ``scaled``: it has become the step; ``plane``: the tangent plane.
    ``reach``: how far along the step, on to the plane's edge, plane and surface are compared.
    """

    def __init__(self, scene: Stage, clock: Clock, box: Box, whole: bool = False) -> None:
        super().__init__(scene, clock, box, whole)
        run = self.act.runs[0]
        self.point, self.loss = run.points[0], float(run.losses[0])
        self.step, self.slopes = _first_step(self.act)
        self.along_x = self.along_y = self.fan = self.parts = self.uphill = self.level = 0.0
        self.turned = self.scaled = self.plane = self.reach = 0.0
        land = self.timeline.landscape
        contact, normal = land.surface(self.point)
        self._contact, self._slope = contact, -normal[:2] / normal[2]  # of the surface, per world unit
        self._longest = self._fitting()
        if self.wishes.azimuth is None:  # uphill: so the ground around the point faces the viewer
            x, y = (-self.slopes * land.scale).tolist()
            azimuth = math.degrees(math.atan2(y, x)) + ASIDE
            self.wishes = self.wishes.model_copy(update={"azimuth": azimuth})
        self._green, self._ink = rgb(scene.theme.gradient), rgb(scene.theme.text)

    def compared(self) -> tuple[float, float]:
        """The losses by the plane and by the function where they are compared."""
        way = self._reached
        return self.loss + float(way @ self.slopes), float(self.act.objective.value(self.point + way))

    def picture(self, t: float) -> Picture:
        shown = super().picture(t)
        return replace(shown, segments=[*shown.segments, *self._lines()], patches=self._patches())

    # -- arrows -----------------------------------------------------------------------------------

    def fan_ways(self) -> Array:
        """The arrows all round (DIRECTIONS, 2) in the domain, as long as their directional derivatives."""
        angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS + math.atan2(self.slopes[1], self.slopes[0])
        directions = np.column_stack([np.cos(angles), np.sin(angles)])
        return np.asarray(self._longest * np.abs(directions @ self.slopes)[:, None] * directions)

    def chosen_way(self) -> Array:
        """The one arrow that is left (2,), in the domain: the gradient, turned round, or the step."""
        angle = math.pi * self.turned
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        way = turn @ (self._longest * self.slopes)
        return np.asarray(way + self.scaled * (self.step - way))

    def arrows(self, moment: Rolled) -> Arrows | None:
        """They lead from the ball's middle to where it would lie, or higher: in the tangent plane."""
        del moment
        down = self.scenery.colors[0]
        round_ = self.fan_ways()
        k = np.arange(DIRECTIONS)
        grown = smooth(np.clip(2 * self.fan - np.minimum(k, DIRECTIONS - k) / (DIRECTIONS / 2), 0.0, 1.0))
        up = round_ @ self.slopes > 0
        parts = self._longest * np.diag(self.slopes)
        ways = np.concatenate([grown[:, None] * round_, self.parts * parts, [self.chosen_way()]])
        turned = float(smooth(np.clip(self.turned, 0.0, 1.0)))
        chosen = (1 - turned) * np.array(self._green) + turned * down
        colors = np.array([*np.where(up[:, None], self._green, down), self._green, self._green, chosen])
        quiet = 1 - 0.75 * max(self.parts, self.uphill, self.plane)
        dimmed = quiet * grown
        dimmed[0] *= 1 - self.uphill  # the gradient takes its place
        alpha = np.array([*dimmed, self.parts, self.parts, self.uphill])
        shown = (alpha > 0) & (np.linalg.norm(ways * self.timeline.landscape.scale, axis=1) > 0.03)
        if not shown.any():
            return None
        contacts, normals = self.timeline.landscape.surface(
            self.point + np.insert(ways[shown], 0, 0.0, axis=0)
        )
        places = contacts + self.timeline.radius * normals
        heads = places[1:]
        return Arrows(np.tile(places[0], (len(heads), 1)), heads, colors[shown], alpha[shown], ARROW)

    def _fitting(self) -> float:
        """Domain units of arrow for one of gradient: LONGEST in the world, or as far as the surface goes."""
        land = self.timeline.landscape
        way = self.slopes * land.scale
        length = float(np.hypot(np.linalg.norm(way), way @ self._slope))
        if not 0 < length < np.inf:
            return 0.0
        with np.errstate(divide="ignore"):
            room = float(np.min((land.extent - np.abs(self._contact[:2])) / np.abs(way)))
        return max(min(LONGEST / length, 0.95 * room), 0.2 * LONGEST / length)

    # -- lines ------------------------------------------------------------------------------------

    def _lines(self) -> Iterator[Segments]:
        for axis, amount in enumerate((self.along_x, self.along_y)):
            if amount > 0:
                line = self._slices[axis]
                near = (
                    np.abs(line[:, axis] - self._contact[axis])
                    <= amount * 2 * self.timeline.landscape.extent[axis]
                )
                yield _curve(line[near], self._ink, 0.9 * min(2 * amount, 1.0), 3.0)
                along = np.insert(self._slope[axis], 0, np.eye(2)[axis])
                along = TANGENT * smooth(np.clip(2 * amount - 1, 0.0, 1.0)) * along / np.linalg.norm(along)
                ends = np.stack([self._contact - along, self._contact + along])
                yield _curve(ends, self._green, 1.0, 5.0, ABOVE)
        if self.parts > 0:
            corner = self.point + self._longest * self.slopes
            for part in np.diag(self.slopes):
                side = self._laid(self.point + self._longest * part, corner)[: 2 + int(39 * self.parts)]
                dashes = _curve(side, self._green, 0.7, 2.5, ABOVE)
                yield replace(dashes, alpha=dashes.alpha * (np.arange(len(dashes.alpha)) // 2 % 2 == 0))
        if self.level > 0 and self.slopes.any():
            line = self._level_line
            count = max(2, int(self.level * len(line) / 2))
            middle = len(line) // 2
            yield _curve(line[middle - count : middle + count], self._ink, 0.95, 2.8)
            up = CORNER * self.slopes / np.linalg.norm(self.slopes * self.timeline.landscape.scale)
            side = np.array([-up[1], up[0]])
            mark = np.array([side, side + up, up]) + self.point
            yield _curve(self._on(mark), self._ink, self.level, 2.2, ABOVE)
        if self.plane > 0:
            yield from self._plane_lines()

    def _plane_lines(self) -> Iterator[Segments]:
        """The plane's border and lattice; the way of the step on plane and surface, and the gap between."""
        a, b = self._axes
        at = np.linspace(-PLANE, PLANE, 9)
        across = [[self._touching(s * a - PLANE * b), self._touching(s * a + PLANE * b)] for s in at]
        along = [[self._touching(s * b - PLANE * a), self._touching(s * b + PLANE * a)] for s in at]
        ends = np.array(across + along)
        border = np.tile(np.abs(at) == PLANE, 2)
        alpha = self.plane * np.where(border, 0.9, 0.22)
        yield Segments(ends, np.tile(self._green, (len(ends), 1)), alpha, 2.0, ABOVE)
        if self.reach > 0:
            flat = self._touching(self._reached * self.timeline.landscape.scale)
            line = self._laid(self.point, self.point + self._reached)
            yield _curve(line, self._ink, 0.9 * self.plane, 3.0, ABOVE)
            yield _curve(np.array([self._contact, flat]), self._green, self.plane, 3.0, ABOVE)
            yield _curve(np.array([flat, line[-1]]), self._ink, self.plane, 6.0, ABOVE)

    def _patches(self) -> Patches | None:
        """The tangent plane; sheets under the slices, down to the floor."""
        corners, alphas = [], []
        for axis, amount in enumerate((self.along_x, self.along_y)):
            if amount > 0:
                line = self._slices[axis][::4]
                feet = np.column_stack([line[:, :2], np.full(len(line), FLOOR)])
                corners.append(np.stack([line[:-1], line[1:], feet[:-1], feet[1:]], axis=1))
                alphas.append(np.full(len(line) - 1, 0.10 * amount))
        if self.plane > 0:
            a, b = self._axes
            signs = ((-1, -1), (1, -1), (-1, 1), (1, 1))
            corners.append(np.array([[self._touching(PLANE * (i * a + j * b)) for i, j in signs]]))
            alphas.append(np.array([0.2 * self.plane]))
        if not corners:
            return None
        places, alpha = np.concatenate(corners), np.concatenate(alphas)
        green = np.arange(len(alpha)) >= len(alpha) - (self.plane > 0)
        colors = np.where(green[:, None], self._green, self._ink)
        kept = np.isfinite(places).all(axis=(1, 2))
        return Patches(places[kept], np.column_stack([colors, alpha])[kept])

    @property
    def _reached(self) -> Array:
        """From the point to where plane and surface are compared, in the domain (2,)."""
        length = float(np.linalg.norm(self.step * self.timeline.landscape.scale))
        return np.asarray(self.step * (self.reach * PLANE / length if length > 0 else 0.0))

    @property
    def _axes(self) -> tuple[Array, Array]:
        """Unit vectors of the world's ground: uphill, and along the level line."""
        way = self.slopes * self.timeline.landscape.scale
        a = way / max(float(np.linalg.norm(way)), 1e-300)
        return a, np.array([-a[1], a[0]])

    def _touching(self, way: Array) -> Array:
        """The place (3,) of the tangent plane that many world units (2,) from the point."""
        return np.asarray(self._contact + np.array([*way, float(way @ self._slope)]))

    def _on(self, points: Array) -> Array:
        """Places (..., 3) just above the surface at domain points (..., 2)."""
        contacts, normals = self.timeline.landscape.surface(points)
        return np.asarray(contacts + SKIN * normals)

    def _laid(self, start: Array, end: Array) -> Array:
        """A straight way of the domain, on the surface (40, 3)."""
        return self._on(start + np.linspace(0, 1, 40)[:, None] * (end - start))

    @cached_property
    def _slices(self) -> list[Array]:
        """Lines on the surface (SAMPLES, 3) through the point, along x and along y."""
        lines = []
        for axis, (low, high) in enumerate(self.act.domain):
            points = np.tile(self.point, (SAMPLES, 1))
            points[:, axis] = np.linspace(low, high, SAMPLES)
            lines.append(self._on(points))
        return lines

    @cached_property
    def _level_line(self) -> Array:
        """The level line through the point on the surface (n, 3), the point in its middle."""
        land, loss = self.timeline.landscape, float(self.act.objective.value(self.point))
        found = level_lines(land, [loss])[loss]
        scaled = [np.linalg.norm((line - self.point) * land.scale, axis=1) for line in found]
        if not found:
            return np.tile(self._contact, (2, 1))
        best = int(np.argmin([d.min() for d in scaled]))
        line, nearest = found[best], int(np.argmin(scaled[best]))
        if np.allclose(line[0], line[-1]):  # closed: it opens opposite the point
            return self._on(np.roll(line[:-1], (len(line) - 1) // 2 - nearest, axis=0))
        reach = max(min(nearest, len(line) - 1 - nearest), 1)
        return self._on(line[max(nearest - reach, 0) : nearest + reach + 1])


def climbs(act: Act) -> bool:
    """Whether the first ball's first step leads uphill."""
    step, gradient = _first_step(act)
    return bool(step @ gradient > 0)


def plain(act: Act) -> bool:
    """Whether the first ball's first step is, up or down, its learning rate times the gradient."""
    step, gradient = _first_step(act)
    way = float(act.runs[0].learning_rates[0]) * gradient
    return bool(min(abs(step - way).max(), abs(step + way).max()) <= 1e-9 * abs(way).max())


def _first_step(act: Act) -> tuple[Array, Array]:
    """The first ball's first step and the gradient at its start, both (2,)."""
    points = act.runs[0].points
    return points[min(1, len(points) - 1)] - points[0], act.objective.exact_gradient(points[0])


def _curve(points: Array, color: Color, alpha: float, width: float, lift: float = 3e-4) -> Segments:
    """A polyline (n, 3) as segments, without its undefined parts."""
    ends = np.stack([points[:-1], points[1:]], axis=1)
    ends = ends[np.isfinite(ends).all(axis=(1, 2))]
    return Segments(ends, np.tile(color, (len(ends), 1)), np.full(len(ends), alpha), width, lift)
