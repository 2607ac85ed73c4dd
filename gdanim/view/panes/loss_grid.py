"""Losses of one's own over two settings: a grid coloured by the loss, and its key."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.spec.grids import Losses
from gdanim.spec.ranges import WIDE
from gdanim.view.layout import Box
from gdanim.view.pane import FlatPane
from gdanim.view.panes.grid import GridKey, GridPane
from gdanim.view.plot import Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import literal
from gdanim.view.ticks import tick

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

SIZE, PITCH, SWATCH = 28.5, 48.0, 26.0  # points


class LossGrid(GridPane):
    """Every pair that was tried in the colour of its loss; the others are crossed out."""

    shows = ("grid",)

    def __init__(self, scene: Stage, box: Box, found: Losses) -> None:
        super().__init__(scene, box, found.names[:2], found.values)
        self.found = found
        finite = found.losses[np.isfinite(found.finite)]
        low, high = float(finite.min()), float(finite.max())
        log = low > 0 and high >= WIDE * low
        self.scale = Scale(low, high if high > low else low + max(abs(low), 1.0), log=log)

    @cached_property
    def colors(self) -> NDArray[np.uint8]:
        finite = np.isfinite(self.found.finite)
        colors = self.shades(self.scale.share(np.where(finite, self.found.losses, self.scale.high)))
        colors[~finite, :3] = self.ink("diverged")
        colors[~self.found.known] = 0.0
        return np.asarray((255 * colors[::-1]).round(), dtype=np.uint8)

    def still(self, sketch: Sketch) -> None:
        super().still(sketch)
        half = 0.5 * np.array(self.side)
        for row, column in np.argwhere(~self.found.known):
            middle = self.middle(column, row)
            cross_out(sketch, Box(*(middle - half), *(middle + half)), self)


class LossKey(GridKey):
    """What the colours mean, and where the loss is lowest."""

    def __init__(self, scene: Stage, box: Box, grid: LossGrid) -> None:
        found = grid.found
        name = literal(found.names[2].replace("_", " ")), SIZE
        super().__init__(scene, box, grid, grid.scale, name)
        want = self.lettering.want
        row, column = found.best
        best = (found.losses[row, column], found.values[0][column], found.values[1][row])
        self._best = [
            (want(literal(name.replace("_", " ")), SIZE), want(tick(float(f"{value:.4g}")), SIZE))
            for name, value in zip(("lowest", *found.names[:2]), best, strict=True)
        ]
        failed = bool((found.known & ~np.isfinite(found.losses)).any())
        told = ["not a finite number"] * failed + ["not tried"] * (not found.known.all())
        self._others = [(words, want(words, SIZE)) for words in told]

    def still(self, sketch: Sketch) -> None:
        super().still(sketch)
        left, _, right, _ = self.box
        quiet, text = self.ink("secondary"), self.ink("text")
        down = self.bar.bottom + 72
        for words, key in self._others:
            swatch = Box(left, down, left + SWATCH, down + SWATCH)
            if words == "not tried":
                cross_out(sketch, swatch, self)
            else:
                sketch.box(swatch, self.ink("diverged"), corner=4.0)
            sketch.text(key, left + SWATCH + 14, down + SWATCH / 2, text, align=(0.0, 0.5))
            down += PITCH
        down += PITCH / 2
        for name, number in self._best:
            sketch.text(name, left, down, quiet)
            sketch.text(number, right, down, text, align=(1.0, 0.0))
            down += PITCH


def cross_out(sketch: Sketch, box: Box, pane: FlatPane) -> None:
    """A cell of which nothing is known."""
    left, top, right, bottom = box
    sketch.segments(
        [(left, top), (left, bottom)], [(right, bottom), (right, top)], pane.ink("secondary"), 1.3, 0.5
    )
    sketch.box(box, pane.ink("secondary"), 0.35, width=1.0)
