"""What one act looks like, as plain arrays: everything a canvas uploads once."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.motion.landscape import FLOOR, RELIEF, Landscape
from gdanim.motion.rolling import MANY, Rolling
from gdanim.theme import Theme, rgb
from gdanim.view.mesh import Mesh, resolution
from gdanim.view.picture import Segments
from gdanim.view.ribbon import joined, segments
from gdanim.view.ticks import ticks

MARK, RING_SIDES = 0.07, 48  # world radius of the ring around a minimum; of its polygon
REACH = 1.6  # times the domain: so far the ground is drawn, fading out
SHADE, SOFT, HIGH = 96, 0.16, 0.3  # texels and softness of the surface's shadow; how high it seems to hang
MESH = 21  # mesh cells along the longer side
LEVELS = 16  # level lines over the relief
NOWHERE = -1e4  # height and level where there is no surface: nothing is drawn on the way so far
PAINTED_LOW, PAINTED_HIGH = 0.62, 1.25  # how much light paint gives back, from the lowest to the highest
AIRBORNE = 0.2  # opacity of paths where there is no surface below them;
FLIGHTS = 24  # more iterates of a ball there share what so many have,
UNSEEN = 0.03  # and below such an opacity they are left out
DOTS = 4_000  # iterate dots in one picture at most
CROWD = 100  # more balls than this leave tails, not trails with dots
KEY_LIGHT = (0.35, -0.55, 1.0)
FILL_LIGHT = (-0.8, 0.2, 0.5)


class Scenery:
    """The surface, floor, trails and marks of one timeline in one theme."""

    def __init__(
        self,
        timeline: Rolling,
        theme: Theme,
        colors: Array,
        paint: NDArray[np.uint8] | None = None,
    ) -> None:
        """``paint``: colours (rows, columns, 3) over the domain from low to high, instead of a colormap."""
        self.timeline, self.theme = timeline, theme
        self.landscape: Landscape = timeline.landscape
        self.colors = colors  # (balls, 3)
        self.radius = timeline.radius
        self.extent = self.landscape.extent
        self.grid = grid = resolution(self.landscape)
        self.mesh = Mesh.over(self.landscape, grid)
        pairs, sides = self.mesh.edges
        rim, inner = np.unique(pairs[sides[:, 1] < 0]), np.unique(self.mesh.triangles)[::7]
        self.seen = self.mesh.positions[np.union1d(rim, inner)]  # enough to frame it
        self.heights = self.mesh.positions[: grid * grid, 2].reshape(grid, grid)
        there = self.mesh.inside.reshape(grid, grid)
        self.ground = np.where(there, self.heights, NOWHERE)
        self.levels = np.where(there, self.heights / RELIEF * LEVELS, NOWHERE)
        self.paint = paint
        upper, under = self._bake()
        self.triangles = self.mesh.triangles
        self.vertices = np.concatenate([self.mesh.normals, upper, under, self._mesh_coordinates()], axis=1)
        self.floor = self._floor()
        self.paths = timeline.trails(range(0, len(colors), -(-len(colors) // MANY)))
        self.trails = self._trail_rows()
        self.axes = self._axis_rows()
        self.rings = self._ring_rows()
        self.shade = self._cast_shadow()
        self.dots = self._dot_rows()
        self._seen: tuple[float, Mesh] | None = None

    def positions(self, reveal: float) -> Array:
        """Surface vertices while it rises out of the floor (vertices, 4); w is opacity."""
        at = self.mesh.positions
        if reveal >= 1:
            return np.concatenate([at, np.ones((len(at), 1))], axis=1)
        away = np.linalg.norm(at[:, :2] / self.extent, axis=1) / np.sqrt(2)
        f = np.clip(reveal * 2.0 - away, 0.0, 1.0)
        z = FLOOR + (at[:, 2] - FLOOR) * reveal
        return np.column_stack([at[:, :2], z, f * f * (3 - 2 * f)])

    def outline(self, eye: Array, reveal: float) -> Array:
        """The edges of the surface's silhouette and rim as rows (n, 9): both ends, a corner on the inside."""
        if self._seen is None or self._seen[0] != reveal:
            self._seen = (reveal, replace(self.mesh, positions=self.positions(reveal)[:, :3]))
        mesh = self._seen[1]
        corner = mesh.positions[mesh.triangles[:, 0]]
        facing = np.einsum("ij,ij->i", mesh.face_normals, eye - corner) > 0
        pairs, sides = self.mesh.edges
        chosen = (sides[:, 1] < 0) | (facing[sides[:, 0]] != facing[sides[:, 1]])
        pairs, face = pairs[chosen], mesh.triangles[sides[chosen, 0]]
        other = face.sum(axis=1) - pairs.sum(axis=1)
        return np.asarray(mesh.positions[np.column_stack([pairs, other])].reshape(-1, 9))

    def marked(self) -> Array:
        """World positions (n, 3) of the known minima in the domain."""
        domain = np.asarray(self.landscape.act.domain)
        minima = np.reshape(np.asarray(self.landscape.act.objective.minima, dtype=float), (-1, 2))
        inside = np.all((domain[:, 0] <= minima) & (minima <= domain[:, 1]), axis=1)
        return self.landscape.surface(minima[inside])[0]

    def marks(self, fade: float) -> Array:
        """Decal rows (n, 10): on the floor a ring below every known minimum."""
        world = self.marked()[:, :2]
        place = np.column_stack([world, np.full(len(world), 0.6 * MARK), np.ones(len(world))])
        paint = np.tile([*rgb(self.theme.lines), 0.5 * fade, 0.8, 0.02], (len(world), 1))
        return np.concatenate([place, paint], axis=1)

    def _ring_rows(self) -> Array:
        """Ribbon rows (n, 25): a level circle around every known minimum, so high that no wall cuts it."""
        angle = np.linspace(0.0, 2 * np.pi, RING_SIDES + 1)
        circle = MARK * np.column_stack([np.cos(angle), np.sin(angle)])
        rows = []
        for x, y, _ in self.marked():
            around = circle + np.array([x, y])
            heights = self.landscape.surface(self.landscape.to_domain(around))[0][:, 2]
            level = np.nanmax(heights, initial=0.0) + 0.004
            at = np.column_stack([around, np.full(len(around), level)])
            ends = np.stack([at[:-1], at[1:]], axis=1)
            ink = np.tile(rgb(self.theme.lines), (RING_SIDES, 1))
            rows.append(joined(Segments(ends, ink, np.full(RING_SIDES, 0.85))))
        return np.concatenate(rows) if rows else np.zeros((0, 25))

    def _bake(self) -> tuple[Array, Array]:
        """Light that does not depend on the viewer, linear: upper side and underside, each (vertices, 3)."""
        theme = self.theme
        u = np.clip(self.mesh.positions[:, 2] / RELIEF, 0.0, 1.0)
        base = theme.shades(u)[:, :3] ** 2.2
        if self.paint is not None:  # which the light falls on, brighter above
            base = np.repeat((PAINTED_LOW + (PAINTED_HIGH - PAINTED_LOW) * u)[:, None], 3, axis=1)
        n = self.mesh.normals
        key, fill = (np.maximum(n @ (np.array(v) / np.linalg.norm(v)), 0.0) for v in (KEY_LIGHT, FILL_LIGHT))
        valley = _blurred(self.heights, self.grid // 9) - self.heights
        border = self.mesh.positions[valley.size :, :2]
        valley = np.concatenate([valley.reshape(-1), self._between(valley, border)])
        open_sky = np.clip(1.0 - 1.6 * valley, 0.35, 1.15)
        light = theme.ambient * open_sky + (theme.key * key + theme.fill * fill) * (0.55 + 0.45 * open_sky)
        upper = base * light[:, None]
        down = np.maximum(-n @ (np.array([-0.3, -0.8, -0.4]) / np.linalg.norm([0.3, 0.8, 0.4])), 0.0)
        grey = base.mean(axis=1, keepdims=True)
        under = theme.under * (0.6 * base + 0.4 * grey) * (0.55 + 0.45 * down[:, None])
        return upper, under

    def _mesh_coordinates(self) -> Array:
        at = self.mesh.positions
        return np.column_stack([at[:, :2] / self._spacing, at[:, 2] / RELIEF * LEVELS])

    @property
    def across(self) -> tuple[float, float]:
        """The part of the paint, in x and y, that one mesh coordinate spans; 0 where there is no paint."""
        x, y = self._spacing / (2 * self.extent) if self.paint is not None else (0.0, 0.0)
        return float(x), float(y)

    @property
    def _spacing(self) -> float:
        """World units between mesh lines."""
        return float(2 * self.extent.max() / MESH)

    def _floor(self) -> Array:
        corners = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)], dtype=float)
        domain = np.asarray(self.landscape.act.domain, dtype=float)
        values = np.where(corners < 0, domain[:, 0], domain[:, 1])
        steps = [ticks(*side) for side in domain]
        units = np.column_stack(
            [
                (values[:, k] - steps[k][0]) / (steps[k][1] - steps[k][0] if len(steps[k]) > 1 else 1.0)
                for k in (0, 1)
            ]
        )
        middle, reach = units.mean(axis=0), REACH * corners
        return np.column_stack(
            [reach * self.extent, np.full(4, FLOOR), reach / 2 + 0.5, middle + REACH * (units - middle)]
        )

    def _cast_shadow(self) -> Array:
        """How much of the key light the surface takes from the ground (SHADE, SHADE), over all its reach."""
        at = REACH * np.stack(np.meshgrid(*[np.linspace(-1, 1, SHADE)] * 2), axis=-1) * self.extent
        towards = np.array(KEY_LIGHT[:2]) / KEY_LIGHT[2] * (HIGH - FLOOR)
        shares = (at + towards) / self.extent / 2 + 0.5  # what stands between there and the light
        column, row = np.moveaxis(np.rint(shares * (self.grid - 1)).astype(int), -1, 0)
        inside = (column >= 0) & (column < self.grid) & (row >= 0) & (row < self.grid)
        last = self.grid - 1
        there = (self.ground > NOWHERE)[np.clip(row, 0, last), np.clip(column, 0, last)]
        return _blurred((inside & there).astype(float), round(SOFT / REACH * SHADE))

    def _axis_rows(self) -> Array:
        """The border of the floor."""
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * self.extent
        at = np.column_stack([corners, np.full(4, FLOOR)])
        ink = [*rgb(self.theme.secondary), 0.55]
        return segments(at, np.roll(at, -1, axis=0), ink)

    def _trail_rows(self) -> Array:
        trails = self.paths
        on_mesh = self.mesh_height(trails.positions[:, :2])  # a coarse mesh may stand above the true valley
        trails.positions[:, 2] = np.fmax(trails.positions[:, 2], on_mesh)
        hues = np.array([run.ball.hue for run in self.landscape.act.runs])[trails.balls]
        lifted = (
            trails.positions + (0.006 + 0.0008 * (hues % 12))[:, None] * trails.normals
        )  # one over the other
        opacity = np.where(self._aloft, AIRBORNE, trails.opacity)
        out = trails.iterates & (opacity < 1.0)  # flights in numbers would hide all else
        flights = np.bincount(trails.balls[out], minlength=int(trails.balls.max(initial=0)) + 1)
        faint = np.minimum(FLIGHTS / np.maximum(flights, 1), 1.0)[trails.balls]
        opacity = np.where(opacity < 1.0, faint * opacity, opacity)
        ink = np.concatenate([self.colors[trails.balls], opacity[:, None]], axis=1)
        whole: NDArray[np.bool_] = np.all(np.isfinite(lifted), axis=1) & (opacity >= UNSEEN)
        same = np.equal(trails.lines[:-1], trails.lines[1:])
        k = np.flatnonzero(same & whole[:-1] & whole[1:])
        before = np.where((k > 0) & (trails.lines[np.maximum(k - 1, 0)] == trails.lines[k]), k - 1, k)
        last = len(trails.balls) - 1
        after = np.minimum(k + 2, last)
        after = np.where(trails.lines[after] == trails.lines[k], after, k + 1)
        rows = [lifted[before], lifted[k], lifted[k + 1], lifted[after]]
        normals = np.where(trails.opacity[k, None] > 0.999, trails.normals[k], 0.0)  # none beyond the edge
        rows += [trails.times[np.stack([k, k + 1], axis=1)], ink[k], ink[k + 1], normals]
        return np.concatenate(rows, axis=1)

    @cached_property
    def _aloft(self) -> NDArray[np.bool_]:
        """Which vertices of the paths have no surface below them in the domain."""
        over = self.landscape.drawn(self.landscape.to_domain(self.paths.positions[:, :2]))
        return np.asarray((self.paths.opacity == 1.0) & ~over)

    def mesh_height(self, world: Array) -> Array:
        """Height of the drawn triangles at world x, y (n, 2); nan outside the domain."""
        return np.where(
            np.all(np.abs(world) <= self.extent, axis=1), self._between(self.heights, world), np.nan
        )

    def _between(self, field: Array, world: Array) -> Array:
        """A field (grid, grid) over the domain at world x, y (n, 2): it is linear on every triangle."""
        last = self.grid - 2
        at = (world / self.extent / 2 + 0.5) * (last + 1)
        cell = np.clip(np.floor(at), 0, last).astype(int)
        f, (column, row) = at - cell, cell.T
        h00, h10 = field[row, column], field[row, column + 1]
        h01, h11 = field[row + 1, column], field[row + 1, column + 1]
        x, y = f.T
        low = h00 + x * (h10 - h00) + y * (h01 - h00)
        high = h11 + (1 - x) * (h01 - h11) + (1 - y) * (h10 - h11)
        return np.asarray(np.where(x + y < 1, low, high))

    def _dot_rows(self) -> Array:
        """A small sphere at every iterate that stands clear of the last one marked."""
        trails = self.paths
        if len(self.colors) > CROWD:  # there they would hide the balls
            return np.zeros((0, 14))
        marked = np.flatnonzero(trails.iterates & (trails.opacity > 0.99) & ~self._aloft)
        kept, last = [], (-1, np.zeros(3))
        for i in marked:
            ball, at = int(trails.balls[i]), trails.positions[i]
            if ball != last[0] or np.linalg.norm(at - last[1]) > 1.1 * self.radius:
                kept.append(i)
                last = (ball, at)
        if len(kept) > DOTS:
            return np.zeros((0, 14))
        index = np.array(kept, dtype=int)
        size = 0.30 * self.radius
        centres = trails.positions[index] + size * trails.normals[index]
        ink = 0.55 * self.colors[trails.balls[index]] + 0.45 * np.array(rgb(self.theme.lines))
        ones = np.ones((len(index), 1))
        times, still = trails.times[index, None], np.tile([0.0, 0.0, 0.0, 1.0, 1.0], (len(index), 1))
        return np.concatenate([centres, size * ones, ink, ones, times, still], axis=1)


def _blurred(field: Array, width: int) -> Array:
    """A running mean over ``width`` cells in both directions, twice, the border repeated."""
    kernel = np.full(width, 1 / width)
    for axis in (0, 1, 0, 1):
        field = np.apply_along_axis(
            lambda line: np.convolve(np.pad(line, width, mode="edge"), kernel, mode="same")[width:-width],
            axis,
            field,
        )
    return field
