"""Flat drawings: lines, discs, arrows, images and text in points, y down, in the order they are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdanim.engine.runs import Array
from gdanim.theme import Color
from gdanim.view.balls import BALLS
from gdanim.view.canvas import SHAPES
from gdanim.view.layout import Box
from gdanim.view.picture import Label
from gdanim.view.ribbon import RIBBON, polyline, segments
from gdanim.view.solids import ARROWS
from gdanim.view.text import Lettering

LAYOUTS: dict[str, tuple[str, ...]] = {
    "ribbon": RIBBON,
    "ball": BALLS,
    "shape": SHAPES,
    "arrow": ARROWS,
    "area": ("4f 4f 4f", "in_upper", "in_lower", "in_color"),
}
SLIMMEST = 0.9  # pixels: no line is thinner


@dataclass(frozen=True)
class Batch:
    """Quads of one program, in pixels; ``width`` of lines in pixels."""

    program: str
    rows: Array
    width: float = 0.0


@dataclass(frozen=True)
class Trails:
    """Ribbon rows in time, in pixels, drawn as far as they exist at ``now``; they fade with age."""

    rows: Array
    width: float
    now: float
    opacity: float
    oldest: float


@dataclass(frozen=True)
class Image:
    """Pixels of shape (rows, columns, 4), RGBA, stretched over a box (left, top, right, bottom) in pixels."""

    pixels: NDArray[np.uint8]
    box: tuple[float, float, float, float]
    opacity: float
    smooth: bool


class Sketch:
    """A drawing. Positions and widths are points, colours (r, g, b) in [0, 1].

    ``opacity`` of the whole is a factor of every opacity.
    """

    def __init__(self, lettering: Lettering, opacity: float = 1.0) -> None:
        self.lettering, self.scale, self.opacity = lettering, lettering.scale, opacity
        self.parts: list[Batch | Trails | Image | list[Label]] = []

    def line(
        self,
        points: ArrayLike,
        color: Color,
        width: float = 2.0,
        opacity: float = 1.0,
        dash: float | None = None,
    ) -> None:
        """A polyline through points (n, 2), broken where they are not finite; ``dash`` is a dash's length."""
        for piece in _finite(np.asarray(points, dtype=float) * self.scale):
            for run in [piece] if dash is None else _dashes(piece, dash * self.scale):
                self._add("ribbon", polyline(run, self._ink(color, opacity)), self._width(width))

    def trails(self, rows: Array, now: float, width: float = 3.0, oldest: float = 0.45) -> None:
        """Ribbon rows in pixels, each from one time to another, at the time ``now``.

        With age they fade to the opacity ``oldest``.
        The same array, drawn again, is not sent to the graphics side again.
        """
        self.parts.append(Trails(rows, self._width(width), now, self.opacity, oldest))

    def segments(
        self, a: ArrayLike, b: ArrayLike, color: Color, width: float = 2.0, opacity: float = 1.0
    ) -> None:
        """Separate lines from a (n, 2) to b (n, 2)."""
        a, b = (np.pad(np.asarray(p, dtype=float) * self.scale, ((0, 0), (0, 1))) for p in (a, b))
        if len(a):
            self._add("ribbon", segments(a, b, self._ink(color, opacity)), self._width(width))

    def disc(self, centres: ArrayLike, radius: ArrayLike, color: ArrayLike, opacity: ArrayLike = 1.0) -> None:
        """Flat discs around centres (n, 2); radius, colour and opacity for each or for all."""
        self._round(centres, radius, color, opacity, 0.0, 1.0)

    def ring(
        self,
        centres: ArrayLike,
        radius: ArrayLike,
        color: ArrayLike,
        width: float = 2.0,
        opacity: ArrayLike = 1.0,
    ) -> None:
        """Circles."""
        self._round(centres, radius, color, opacity, self._width(width), 1.0)

    def glow(self, centres: ArrayLike, radius: ArrayLike, color: ArrayLike, opacity: ArrayLike = 1.0) -> None:
        """Discs that fade out from the middle."""
        self._round(centres, radius, color, opacity, 0.0, float(np.max(radius)) * self.scale)

    def ball(
        self,
        centres: ArrayLike,
        radius: float,
        colors: ArrayLike,
        opacity: ArrayLike = 1.0,
        shells: ArrayLike = 1.0,
    ) -> None:
        """Lit spheres, as they roll on surfaces, the first one on top; those at one place ``shells`` times as
        large (n,).
        """
        at = np.reshape(np.asarray(centres, dtype=float), (-1, 2)) * self.scale
        n = len(at)
        rows = np.zeros((n, 14))
        rows[:, :2], rows[:, 2], rows[:, 3] = at, -1.0, radius * self.scale
        rows[:, 4:7], rows[:, 7] = colors, np.asarray(opacity) * self.opacity
        rows[:, 8], rows[:, 12], rows[:, 13] = -1.0, 1.0, shells
        self._add("ball", rows[::-1])

    def box(
        self,
        box: Box,
        color: Color,
        opacity: float = 1.0,
        corner: float = 0.0,
        width: float | None = None,
    ) -> None:
        """A rectangle with rounded corners: filled, or its border of some ``width``."""
        s = self.scale
        stroke = 0.0 if width is None else self._width(width)
        middle = [(box.left + box.right) / 2 * s, (box.top + box.bottom) / 2 * s]
        row = [*middle, box.width / 2 * s, box.height / 2 * s, corner * s, stroke, 1.0]
        self._add("shape", np.array([[*row, *self._ink(color, opacity)]]))

    def arrow(
        self,
        tails: ArrayLike,
        heads: ArrayLike,
        color: ArrayLike,
        width: float = 3.0,
        opacity: ArrayLike = 1.0,
    ) -> None:
        """Arrows from tails (n, 2) to heads (n, 2). Short ones shrink as a whole, and keep their shape."""
        a, b = (np.reshape(np.asarray(p, dtype=float), (-1, 2)) * self.scale for p in (tails, heads))
        kept = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
        rows = np.zeros((len(a), 10))
        rows[:, :2], rows[:, 3:5] = a, b
        rows[:, 6:9], rows[:, 9] = color, np.asarray(opacity) * self.opacity
        self._add("arrow", rows[kept], self._width(width))

    def area(self, x: Array, upper: Array, lower: Array, color: Color, opacity: float) -> None:
        """The area between two curves over x, all (n,)."""
        top, bottom = (np.column_stack([x, y]) * self.scale for y in (upper, lower))
        ink = np.tile(self._ink(color, opacity), (len(x) - 1, 1))
        rows = np.concatenate([top[:-1], top[1:], bottom[:-1], bottom[1:], ink], axis=1)
        self._add("area", rows[np.isfinite(rows).all(axis=1)])

    def image(self, pixels: NDArray[np.uint8], box: Box, opacity: float = 1.0, smooth: bool = True) -> None:
        """Pixels of shape (rows, columns, 4), RGBA, first row at the top, over a box.

        The same array, drawn again, is not sent to the graphics side again.
        """
        s = self.scale
        place = (box.left * s, box.top * s, box.right * s, box.bottom * s)
        self.parts.append(Image(pixels, place, opacity * self.opacity, smooth))

    def text(
        self,
        key: tuple[str, float],
        x: float,
        y: float,
        color: Color,
        opacity: float = 1.0,
        align: tuple[float, float] = (0.0, 0.0),
        snap: bool = True,
    ) -> None:
        """Text registered with the lettering; ``align`` is what part of it is at x, y: 0..1 across, down."""
        width, height = self.lettering.size(key)
        left, top = x * self.scale - align[0] * width, y * self.scale - align[1] * height
        self.labels([self.lettering.place(key, left, top, color, opacity, snap)])

    def labels(self, labels: Iterable[Label]) -> None:
        """Pieces of text already placed, in pixels."""
        if self.opacity < 1:
            labels = [label._replace(opacity=label.opacity * self.opacity) for label in labels]
        if self.parts and isinstance(self.parts[-1], list):
            self.parts[-1] += labels
        else:
            self.parts.append(list(labels))

    def _round(
        self,
        centres: ArrayLike,
        radius: ArrayLike,
        color: ArrayLike,
        opacity: ArrayLike,
        stroke: float,
        soft: float,
    ) -> None:
        at = np.reshape(np.asarray(centres, dtype=float), (-1, 2)) * self.scale
        n = len(at)
        r = np.broadcast_to(np.asarray(radius, dtype=float) * self.scale, n)
        rows = np.empty((n, 11))
        rows[:, :2], rows[:, 2], rows[:, 3], rows[:, 4] = at, r, r, r
        rows[:, 5], rows[:, 6], rows[:, 7:10] = stroke, soft, color
        rows[:, 10] = np.asarray(opacity) * self.opacity
        self._add("shape", rows[np.isfinite(rows).all(axis=1)])

    def _ink(self, color: Color, opacity: float) -> list[float]:
        return [*color, opacity * self.opacity]

    def _width(self, points: float) -> float:
        return max(points * self.scale, SLIMMEST)

    def _add(self, program: str, rows: Array, width: float = 0.0) -> None:
        last = self.parts[-1] if self.parts else None
        if isinstance(last, Batch) and (last.program, last.width) == (program, width):
            self.parts[-1] = Batch(program, np.concatenate([last.rows, rows]), width)
        elif len(rows):
            self.parts.append(Batch(program, rows, width))


def _finite(points: Array) -> list[Array]:
    """The finite stretches of a polyline that have at least two points."""
    whole = np.isfinite(points).all(axis=1)
    ends = np.flatnonzero(np.diff(np.concatenate([[False], whole, [False]]).astype(int)))
    return [points[a:b] for a, b in ends.reshape(-1, 2) if b - a > 1]


def _dashes(points: Array, length: float) -> list[Array]:
    """A polyline cut into dashes with gaps as long as they are."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    count = max(int(round(way[-1] / length - 1) // 2), 0) * 2 + 1
    cuts = np.linspace(0, way[-1], count + 1)
    pieces = []
    for a, b in zip(cuts[:-1:2], cuts[1::2], strict=True):
        inner = points[(way > a) & (way < b)]
        ends = [[np.interp(s, way, points[:, k]) for k in (0, 1)] for s in (a, b)]
        pieces.append(np.concatenate([ends[:1], inner, ends[1:]]))
    return pieces
