"""Ticks and names of the axes: pieces of text that stay upright beside the floor and the height axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gdanim.engine.runs import Array
from gdanim.motion.landscape import FLOOR, RELIEF, Landscape
from gdanim.theme import Color, Theme, rgb
from gdanim.view.camera import Camera
from gdanim.view.layout import SMALLEST
from gdanim.view.picture import Label, Segments
from gdanim.view.plot import clear
from gdanim.view.ribbon import segments
from gdanim.view.text import LETTER, PLAIN, Lettering, Numbers, variable
from gdanim.view.ticks import LINE, height_name, height_ticks, rounder, tick, ticks

TICK_SIZE, NAME_SIZE = SMALLEST, 34.0
TOUCHING, APART = 2.0, 6.0  # points between labels: nearer than the latter they fade, until they are gone
FAINT = 0.05  # a label of more opacity than that is in the way of others
BESIDE = 18.0  # points between the height axis and its labels
OVER, LOSS_SIZE = 14.0, SMALLEST  # points from its end to its name
LIVE, TICKS = 112.0, 70.0  # points that a loss needs beside it, and so do most names; ticks alone
POWER = 156.0  # the same of a loss that is written as a power of ten
STEEP, UPRIGHT = 75.0, 60.0  # degrees of elevation: from the latter to the former the height axis goes
GAP, AROUND = 30.0, 48.0  # points from the floor's edge to the middle of its labels, and to their ends
NAMED = 0.93  # of the way from the middle of an edge to its end stands the name

CORNERS = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
TICK, CLEAR = 0.03, 0.01  # world units that a tick is long; of half the picture's width beside the surface
# Of half the picture's width: so near each other, one corner takes the height axis from another.
CHANGE = 0.03


@dataclass(frozen=True)
class Live:
    """A loss to mark on the height axis as it changes."""

    loss: float
    height: float  # in the world
    color: Color
    opacity: float


def needed(landscape: Landscape, slim: bool) -> tuple[float, float]:
    """Points that the labels of a height axis need on its left, and those of its name above it."""
    lines = [len(line.replace("$", "")) for line in height_name(landscape.height).split(LINE)]
    above = 1.4 * LOSS_SIZE * len(lines)
    if slim:
        return TICKS, above
    losses = np.abs(np.concatenate([run.losses for run in landscape.act.runs]))
    powers = ((losses > 0) & (losses < PLAIN[0])) | (losses >= PLAIN[1])
    return max(POWER if powers.any() else LIVE, LETTER * LOSS_SIZE * max(lines) - BESIDE), above


class Axes:
    """The labels of one landscape."""

    def __init__(
        self,
        landscape: Landscape,
        surface: Array,
        lettering: Lettering,
        theme: Theme,
        length: float,
        slim: bool = False,
        ceiling: float = 0.0,
    ) -> None:
        """``surface``: world points (n, 3) of it, which the height axis shall not cover.

        ``length``: points in which that axis' ticks have to find room. ``slim``: there is little room across,
        and the live loss is left to the legend. The name of the height axis stays below ``ceiling`` points.
        """
        self.landscape, self.surface, self.lettering, self.theme = landscape, surface, lettering, theme
        names = landscape.act.objective.variables
        self._names = [lettering.want(variable(name), NAME_SIZE) for name in names]
        self._ticks = []
        for k, (low, high) in enumerate(landscape.act.domain):
            middle, half = (low + high) / 2, (high - low) / 2
            inner = [value for value in ticks(low, high) if abs(value - middle) <= 0.93 * half]
            for value in rounder(inner):
                world = (value - landscape.centre[k]) * landscape.scale[k]
                self._ticks.append((k, world, lettering.want(tick(value), TICK_SIZE)))
        self.corners = CORNERS * (landscape.extent + 0.03)
        height = landscape.height
        self._levels = [
            (float(landscape.level(np.asarray(value))), lettering.want(markup, TICK_SIZE))
            for value, markup in clear(height.share, height_ticks(height), length, flat=False)
        ]
        self._numbers = Numbers(lettering, TICK_SIZE)
        self.post = lru_cache(maxsize=1)(self.post)  # type: ignore[method-assign]  # a frame asks repeatedly
        self.slim, self.ceiling = slim, ceiling
        self.beside, self.name_height = needed(landscape, slim)
        self._loss = lettering.want(
            f"#align({'left' if slim else 'right'})[{height_name(height)}]", LOSS_SIZE
        )

    def labels(self, camera: Camera, size: tuple[int, int], opacity: float, live: Live) -> list[Label]:
        """Labels as seen by a camera in a picture of ``size`` pixels. Where two meet, one makes way."""
        if opacity <= 0:
            return []
        extent = self.landscape.extent
        front = camera.eye[:2] / np.linalg.norm(camera.eye[:2])
        quiet, text = rgb(self.theme.secondary), rgb(self.theme.text)
        post, upright = self.post(camera)
        shown = opacity * upright
        number = [] if self.slim else self._number(camera, size, shown, live)
        top = np.array([*post, RELIEF])
        over = OVER + self.name_height / 2
        beside = -BESIDE
        if self.slim:  # the name begins where the ticks' labels do
            beside = self.beside - self.lettering.size(self._loss)[0] / self.lettering.scale
        labels = [self._centred(self._loss, camera, top, size, quiet, shown, beside=beside, above=over)]
        highest = self.ceiling * self.lettering.scale - (self.lettering.box(labels[0])[1] - labels[0].y)
        labels = [labels[0]._replace(y=max(labels[0].y, highest))]
        places = [(k, NAMED * extent[k], key, text) for k, key in enumerate(self._names)]
        places += [(k, world, key, quiet) for k, world, key in self._ticks]
        for k, world, key, color in places:
            for side in (-1.0, 1.0):
                facing = min(max(0.5 + 5.0 * side * float(front[1 - k]), 0.0), 1.0)
                if facing:
                    at = np.array([0.0, 0.0, FLOOR])
                    at[k], at[1 - k] = world, side * extent[1 - k]
                    aside = self._outwards(camera, k, side, size)
                    labels.append(self._centred(key, camera, at, size, color, facing * opacity, aside=aside))
        for z, key in self._levels:
            foot = np.array([*post, z])
            labels.append(self._centred(key, camera, foot, size, quiet, shown, beside=BESIDE))
        return self._making_way(number, labels, opacity)

    def _outwards(self, camera: Camera, axis: int, side: float, size: tuple[int, int]) -> Array:
        """Pixels (2,), y down, from an edge of the floor along an axis to what stands beside it."""
        ends = np.zeros((2, 3))
        ends[:, 1 - axis], ends[:, 2] = side * self.landscape.extent[1 - axis], FLOOR
        ends[:, axis] = np.array([-1.0, 1.0]) * self.landscape.extent[axis]
        (x0, y0), (x1, y1) = camera.project(ends) * [size[0] / 2, -size[1] / 2]
        along = np.array([x1 - x0, y1 - y0]) / max(math.hypot(x1 - x0, y1 - y0), 1e-9)
        across = np.array([-along[1], along[0]])
        middle = camera.project(np.array([0.0, 0.0, FLOOR])) * [size[0] / 2, -size[1] / 2]
        away = 1.0 if across @ (np.array([x0, y0]) - middle) > 0 else -1.0
        return np.asarray(away * GAP * self.lettering.scale * across)

    def _making_way(self, first: list[Label], labels: list[Label], whole: float) -> list[Label]:
        """All labels; each one fades where it comes too near to one before it in the list.

        ``first`` are the digits of one number, which stand close together; ``whole``: the most opacity.
        """
        labels = [label for label in labels if label.opacity > 0]
        places = np.array([self.lettering.ink(label) for label in (*first, *labels)])
        opacity = np.array([label.opacity for label in (*first, *labels)])
        if first:
            digits, places = places[: len(first)], places[len(first) - 1 :]
            places[0] = [*digits[:, :2].min(axis=0), *digits[:, 2:].max(axis=0)]
            opacity = opacity[len(first) - 1 :]
        near, far = places[:, None, :2], places[:, None, 2:]
        gaps = np.maximum(near - places[None, :, 2:], places[None, :, :2] - far).max(axis=-1)
        close = 1 - np.clip((gaps / self.lettering.scale - TOUCHING) / (APART - TOUCHING), 0.0, 1.0)
        for i in range(1, len(opacity)):
            seen = np.minimum(opacity[:i] / (FAINT * whole), 1.0)
            opacity[i] *= np.prod(1 - seen * close[i, :i])
        left = opacity[len(opacity) - len(labels) :].tolist()
        return [*(label._replace(opacity=share) for label, share in zip(labels, left, strict=True)), *first]

    def _number(self, camera: Camera, size: tuple[int, int], opacity: float, live: Live) -> list[Label]:
        """The live loss: where a tick's label would be, with its last digit beside the axis.

        It stands before the surface, lest half of it be hidden.
        """
        post, _ = self.post(camera)
        x, y = camera.project(np.array([*post, live.height]))
        ink, s = rgb(self.theme.text), self.lettering.scale
        digits = self._numbers.place(live.loss, 0.0, -TICK_SIZE * s / 2, ink, opacity * live.opacity)
        right = max(self.lettering.box(label)[2] for label in digits)
        across = (x + 1) / 2 * size[0] - BESIDE * s - right
        down = (1 - y) / 2 * size[1]
        return [d._replace(x=d.x + across, y=d.y + down) for d in digits]

    def pointer(self, camera: Camera, opacity: float, live: Live) -> Segments:
        """The mark of the live loss on the height axis."""
        post, upright = self.post(camera)
        at, left = np.array([*post, live.height]), self._left(camera)
        shown = opacity * live.opacity * upright
        return Segments(np.array([[at - left, at + left]]), np.array([live.color]), np.array([shown]), 4.5)

    def height_axis(self, camera: Camera, opacity: float) -> Array:
        """Ribbon rows (n, 25) of the height axis and its ticks."""
        (post, upright), left = self.post(camera), self._left(camera)
        at = [np.array([*post, z]) for z in (0.0, *(z for z, _ in self._levels))]
        to = [np.array([*post, RELIEF]), *(p + left for p in at[1:])]
        ink = [*rgb(self.theme.secondary), 0.7 * opacity * upright]
        return segments(np.array(at), np.array(to), ink)

    def _left(self, camera: Camera) -> Array:
        """A tick: a short way to the left in the picture."""
        a = math.radians(camera.azimuth)
        return TICK * np.array([math.sin(a), -math.cos(a), 0.0])

    def post(self, camera: Camera) -> tuple[Array, float]:
        """Where the height axis stands, world x and y, and how much of it is seen.

        It is the corner that is leftmost in the picture, or left of it where the surface reaches further.
        Where another corner takes its place the axis fades, and seen from above there is none.
        """
        x = camera.project(np.column_stack([self.corners, np.zeros(4)]))[:, 0]
        first, second = np.argsort(x)[:2]
        upright = min(max((STEEP - camera.elevation) / (STEEP - UPRIGHT), 0.0), 1.0)
        corner = self.corners[first]
        covered = max(x[first] - float(camera.project(self.surface)[:, 0].min()) + CLEAR, 0.0)
        away = covered / camera.across(np.array([*corner, 0.0]))
        post = corner + away * self._left(camera)[:2] / TICK
        return post, upright * min(float(x[second] - x[first]) / CHANGE, 1.0)

    def _centred(
        self,
        key: tuple[str, float],
        camera: Camera,
        at: Array,
        size: tuple[int, int],
        color: tuple[float, float, float],
        opacity: float,
        beside: float | None = None,
        above: float = 0.0,
        aside: Array | tuple[float, float] = (0.0, 0.0),
    ) -> Label:
        """A label centred ``above`` points over a world point, or ending ``beside`` points to its left.

        ``aside``: pixels to the right and down.
        """
        x, y = camera.project(at)
        width, height = self.lettering.size(key)
        left = (x + 1) / 2 * size[0] - (
            width / 2 if beside is None else width + beside * self.lettering.scale
        )
        return self.lettering.place(
            key,
            left + aside[0],
            (1 - y) / 2 * size[1] - height / 2 - above * self.lettering.scale + aside[1],
            color,
            opacity,
            snap=False,
            depth=camera.depth(at),
        )
