"""A grid of two settings, a cell for each pair, with axes and a cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cmap
import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdanim.engine.runs import Array
from gdanim.spec.ranges import WIDE
from gdanim.view.bar import ColorBar
from gdanim.view.layout import Box
from gdanim.view.pane import FlatPane
from gdanim.view.plot import Plot, Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

Cell = tuple[int, int]  # row and column
BAR = 24.0  # points that the bar of a key is high
LEAST = 0.25  # of the colormap: what comes before is for no number
EVEN = 1e-3  # relative: values as even as this were meant so


@dataclass(frozen=True)
class Steps(Scale):
    """An axis of values of any distance, each in the middle of an equal part."""

    values: tuple[float, ...] = ()

    def share(self, values: ArrayLike) -> Array:
        """Where values stand: 0 at the begin of the first part, 1 at the end of the last."""
        places = np.interp(np.asarray(values, dtype=float), self.values, np.arange(len(self.values)))
        return np.asarray((places + 0.5) / len(self.values))

    def ticks(self, count: int) -> list[float]:
        """About ``count`` of the values."""
        every = -(-len(self.values) // max(count, 1))
        return list(self.values[::every])


class GridPane(FlatPane):
    """Coloured cells with their axes, and a cursor.

    ``x`` and ``y`` of the cursor in columns and rows, ``pointing`` its opacity.
    Subclasses give ``colors`` (rows, columns, 4), in bytes, the first row at the top.
    """

    def __init__(self, scene: Stage, box: Box, names: tuple[str, str], values: tuple[Array, Array]) -> None:
        super().__init__(scene, box)
        self.values = values
        self.x, self.y, self.pointing = 0.0, 0.0, 0.0
        across, up = (literal(name.replace("_", " ")) for name in names)
        x, y = map(axis, values)
        self.plot = Plot(box, x, y, self.lettering, (across, up))

    @property
    def colors(self) -> NDArray[np.uint8]:
        raise NotImplementedError

    def still(self, sketch: Sketch) -> None:
        sketch.image(self.colors, self.plot.frame, smooth=False)
        self.plot.draw(sketch, self.ink("secondary"), self.ink("text"), grid=0.0)

    def moving(self, sketch: Sketch) -> None:
        middle, frame, ink = self.middle(self.x, self.y), self.plot.frame, self.ink("lines")
        reach = 0.5 * np.array(self.side) + 7.0
        ends = [(frame.left, middle[1]), (middle[0] - reach[0], middle[1])]
        ends += [(middle[0], frame.bottom), (middle[0], middle[1] + reach[1])]
        sketch.segments(ends[::2], ends[1::2], ink, 1.5, 0.6 * self.pointing)
        for outer, color in ((3.0, self.ink("background")), (0.0, ink)):
            box = Box(*(middle - reach - outer), *(middle + reach + outer))
            sketch.box(box, color, self.pointing, corner=5.0 + outer, width=3.0)

    @property
    def side(self) -> tuple[float, float]:
        """Width and height of a cell in points."""
        columns, rows = map(len, self.values)
        return self.plot.frame.width / columns, self.plot.frame.height / rows

    def middle(self, column: float, row: float) -> Array:
        """The middle of a cell in points."""
        width, height = self.side
        return np.array(
            [self.plot.frame.left + (column + 0.5) * width, self.plot.frame.bottom - (row + 0.5) * height]
        )

    def shades(self, shares: Array) -> Array:
        """Colours (..., 4) of low (0) to high (1) numbers."""
        return np.array(cmap.Colormap(self.theme.colormap)(LEAST + (1.0 - LEAST) * (1.0 - shares)))


def axis(values: Array) -> Scale:
    """An axis on which equal cells have the values in their middles."""
    low, high = float(values[0]), float(values[-1])
    if low > 0 and high >= WIDE * low:
        ratios = values[1:] / values[:-1]
        if np.allclose(ratios, ratios[0], rtol=EVEN):
            half = float(ratios[0]) ** 0.5
            return Scale(low / half, high * half, log=True)
    elif np.allclose(np.diff(values), values[1] - values[0], rtol=EVEN):
        half = float(values[1] - values[0]) / 2
        return Scale(low - half, high + half)
    return Steps(low, high, values=tuple(values.tolist()))


class GridKey(FlatPane):
    """What the colours of a grid mean: a named bar of them; each key has its own words below."""

    shows = ("key",)

    def __init__(
        self,
        scene: Stage,
        box: Box,
        grid: GridPane,
        scale: Scale,
        name: tuple[str, float],
    ) -> None:
        """``name``: markup and points; ``scale``: of the colours."""
        super().__init__(scene, box)
        self._name = self.lettering.want(*name)
        self._colors = np.asarray((255 * grid.shades(np.linspace(0, 1, 256)[None])).round(), dtype=np.uint8)
        self.bar = Box(box.left, box.top + 40, box.right, box.top + 40 + BAR)
        ends = scale.low, scale.high
        self._bar = ColorBar(self.bar, self.lettering, scale.share, ends, scale.ticks(4))

    def still(self, sketch: Sketch) -> None:
        sketch.text(self._name, self.box.left, self.box.top, self.ink("text"))
        self._bar.draw(sketch, self._colors, self.ink("secondary"))
