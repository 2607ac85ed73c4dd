"""A bar that says what numbers colours stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.theme import Color
from gdanim.view.layout import Box
from gdanim.view.plot import GAP, TICK_SIZE
from gdanim.view.sketch import Sketch
from gdanim.view.text import Lettering
from gdanim.view.ticks import tick

APART = (0.1, 0.8)  # of the numbers' size, between them: in an upright bar, in one that lies
NEAR, ALIKE = 4e-3, 1e-3  # of the bar, of its range: so far from an end may the number be that stands there


class ColorBar:
    """Colours with numbers at both ends, and with those between for which there is room.

    It is upright, the highest at the top, in a box that is; else it lies, the highest to the right.
    """

    def __init__(
        self,
        box: Box,
        lettering: Lettering,
        share: Callable[[Array], Array],
        ends: tuple[float, float],
        between: Sequence[float],
        beyond: tuple[bool, bool] = (False, False),
    ) -> None:
        """``share``: where numbers stand, 0 to 1; ``beyond``: ends with the colour of all beyond them."""
        self.box = box
        self._share = share
        low, high = (self._shortest(end, ALIKE * (ends[1] - ends[0])) for end in ends)
        marks = [f"$<= {tick(low)[1:]}" if beyond[0] else tick(low)]
        marks += [f"$>= {tick(high)[1:]}" if beyond[1] else tick(high)]
        marks += map(tick, between)
        shares = [0.0, 1.0, *(float(share(np.asarray(value))) for value in between)]
        self._numbers = [(s, lettering.want(mark, TICK_SIZE)) for s, mark in zip(shares, marks, strict=True)]

    @property
    def upright(self) -> bool:
        """Whether it stands."""
        return self.box.height > self.box.width

    def draw(self, sketch: Sketch, colors: NDArray[np.uint8], quiet: Color, smooth: bool = True) -> None:
        """The bar with its numbers; ``colors`` (rows, columns, 4), the first row at the top."""
        bar = self.box
        sketch.image(colors, bar, smooth=smooth)
        sketch.box(bar, quiet, 0.55, width=1.3)
        for key, along in self._placed(sketch.lettering):
            if self.upright:
                sketch.text(key, bar.right + GAP, bar.bottom - along, quiet, align=(0.0, 1.0))
            else:
                sketch.text(key, bar.left + along, bar.bottom + GAP, quiet)

    def _placed(self, lettering: Lettering) -> list[tuple[tuple[str, float], float]]:
        """The numbers that stand clear, the ends first, and where each begins: points from the low end."""
        apart = APART[not self.upright] * TICK_SIZE
        length = self.box.height if self.upright else self.box.width
        kept: list[tuple[tuple[str, float], float]] = []
        taken: list[tuple[float, float]] = []
        for share, key in self._numbers:
            room = lettering.size(key)[self.upright] / lettering.scale
            begin = share * length - room * (share if share in (0.0, 1.0) else 0.5)
            if all(begin > high + apart or begin + room < low - apart for low, high in taken):
                kept.append((key, begin))
                taken.append((begin, begin + room))
        return kept

    def _shortest(self, end: float, alike: float) -> float:
        """The number of fewest digits that is as good as an end."""
        place = self._share(np.asarray(end))
        for value in (0.0, *(float(f"{end:.{digits}g}") for digits in range(1, 7))):
            if abs(value - end) <= alike and abs(self._share(np.asarray(value)) - place) < NEAR:
                return value
        return end
