"""A plot's frame: two axes with ticks and names, and where a value stands between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gdanim.engine.runs import Array
from gdanim.theme import Color
from gdanim.view.layout import Box
from gdanim.view.sketch import Sketch
from gdanim.view.text import LETTER, Lettering
from gdanim.view.ticks import rounder, tick, ticks

TICK_SIZE, NAME_SIZE = 28.5, 30.0
LEFT, TOP, RIGHT, BOTTOM = 100.0, 44.0, 18.0, 82.0  # points that numbers and names need around the frame
BARE = 16.0  # points below a frame whose level axis has neither numbers nor a name
Mark = tuple[float, str]  # a value and how it is written
GAP = 10.0  # points between the frame and its numbers


@dataclass(frozen=True)
class Scale:
    """An axis from ``low`` to ``high``: in equal steps, in equal ratios (``log``), or from one to the other.

    Beyond a ``knee`` equal steps go over into equal ratios: log1p(value / knee), from 0.
    """

    low: float
    high: float
    log: bool = False
    knee: float | None = None

    def share(self, values: ArrayLike) -> Array:
        """Where values stand: 0 at ``low``, 1 at ``high``."""
        v = np.asarray(values, dtype=float)
        if self.knee:
            return np.asarray(np.log1p(v / self.knee) / math.log1p(self.high / self.knee))
        if not self.log:
            return np.asarray((v - self.low) / (self.high - self.low))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(v / self.low) / math.log(self.high / self.low))

    def rise(self, values: ArrayLike) -> Array:
        """How much of the frame a unit takes at values, in equal steps."""
        return np.full(np.shape(values), 1 / (self.high - self.low))

    def ticks(self, count: int) -> list[float]:
        """About ``count`` round numbers."""
        if self.knee:
            return self._thinned([0.0, *(m * 10.0**p for p in range(9) for m in (1, 2, 5))], count)
        if not self.log:
            return ticks(self.low, self.high, count)
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        if last - first < 2:
            return self._thinned([m * 10.0**p for p in range(first - 1, last + 1) for m in (1, 2, 5)], count)
        step = max(1, math.ceil((last - first) / count))
        return [10.0**power for power in range(last, first - 1, -step)]

    def marks(self, count: int) -> list[tuple[float, str]]:
        """The same with how they are written, as Typst markup."""
        return [(value, tick(value)) for value in self.ticks(count)]

    def _thinned(self, values: list[float], count: int) -> list[float]:
        """Those of rising values that stand clear of the one before."""
        kept: list[float] = []
        for value in values:
            if self.low <= value <= self.high and (
                not kept or self.share(value) - self.share(kept[-1]) > 0.8 / count
            ):
                kept.append(value)
        return kept


class Plot:
    """A frame in a box, numbers and names included, that maps values to points of the picture."""

    def __init__(
        self,
        box: Box,
        x: Scale,
        y: Scale,
        lettering: Lettering,
        names: tuple[str, str] | None,
        equal: bool = False,
    ) -> None:
        """``names`` as Typst markup; None leaves a bare frame that fills the box from its top.
        Without a first name the level axis is bare: that of another plot below is meant.

        ``equal``: one unit is as long on either axis.
        """
        self.x, self.y = x, y
        frame = box.inset(LEFT, TOP, RIGHT, BOTTOM if names[0] else BARE) if names else box
        if equal:
            ratio = (x.high - x.low) / (y.high - y.low)
            width, height = min(frame.width, frame.height * ratio), min(frame.height, frame.width / ratio)
            left = frame.left + (frame.width - width) / 2
            top = frame.top + (frame.height - height) / 2 if names else frame.top
            frame = Box(left, top, left + width, top + height)
        self.frame = frame
        self._x, self._y = (
            [
                (v, lettering.want(mark, TICK_SIZE))
                for v, mark in clear(scale.share, scale.marks(max(2, int(length / pitch))), length, flat=flat)
                if names and (names[0] or not flat)
            ]
            for scale, length, pitch, flat in ((x, frame.width, 140, True), (y, frame.height, 75, False))
        )
        self._names = [lettering.want(name, NAME_SIZE) if name else None for name in names or ()]

    def at(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Points (..., 2) of the picture for values x and y (...)."""
        frame = self.frame
        across = frame.left + self.x.share(x) * frame.width
        up = frame.bottom - self.y.share(y) * frame.height
        return np.stack(np.broadcast_arrays(across, up), axis=-1)

    def draw(self, sketch: Sketch, quiet: Color, text: Color, grid: float = 0.12) -> None:
        """The frame with its numbers and names; ``grid`` is the opacity of the lines at the numbers."""
        frame = self.frame
        x = [(float(self.at(v, self.y.low)[0]), key) for v, key in self._x]
        y = [(float(self.at(self.x.low, v)[1]), key) for v, key in self._y]
        if grid:
            across = np.array([[p, frame.top] for p, _ in x] + [[frame.left, p] for p, _ in y])
            to = np.array([[p, frame.bottom] for p, _ in x] + [[frame.right, p] for p, _ in y])
            sketch.segments(across, to, quiet, 1.0, grid)
        sketch.box(frame, quiet, 0.55, width=1.3)
        for p, key in x:
            sketch.text(key, p, frame.bottom + GAP, quiet, align=(0.5, 0.0))
        for p, key in y:
            sketch.text(key, frame.left - GAP, p, quiet, align=(1.0, 0.5))
        if self._names:
            middle = (frame.left + frame.right) / 2
            name_across, name_up = self._names
            if name_across:
                sketch.text(name_across, middle, frame.bottom + BOTTOM, text, align=(0.5, 1.0))
            if name_up:
                sketch.text(name_up, frame.left, frame.top - 6, text, align=(0.0, 1.0))


def clear(
    share: Callable[[ArrayLike], Array], marks: Sequence[Mark], length: float, *, flat: bool
) -> list[Mark]:
    """Of marks along an axis of some points those whose labels stand clear of each other, round ones first.

    ``share``: where on the way along it a value stands. ``flat``: it is level, and labels side by side.
    """
    rounder_first = {value: k for k, value in enumerate(rounder([value for value, _ in marks]))}
    kept: list[tuple[float, float]] = []  # places and halves of what the labels take
    chosen = []
    for value, mark in sorted(marks, key=lambda m: rounder_first[m[0]]):
        half = (LETTER * TICK_SIZE * len(mark.strip("$")) if flat else TICK_SIZE) / 2
        place = float(share(value)) * length
        if all(abs(place - other) >= half + own + 4 for other, own in kept):
            kept.append((place, half))
            chosen.append((value, mark))
    return sorted(chosen)
