"""Where things stand in the picture. Lengths are points: the height of a picture has 1080 of them.

Small pictures, of less than 480 pixels, have fewer, so that their text stays legible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gdanim.view.camera import Rect

HIGH, SMALL, LEAST = 1080.0, 480, 720.0
SLIM = 900.0  # points of width: with less than that, margins are smaller
MARGIN, EDGE = 56.0, 36.0
SMALLEST = 28.2  # of text: 2.6% of the height of a picture
AIR = 16.0  # between text that stands over the stage, and what is shown there
WIDE = 1.3  # width to height from which panes stand side by side
TALL = 1.45  # height to width beyond which they all stand below each other


class Box(NamedTuple):
    """A part of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def inset(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The box without margins of such widths."""
        return Box(self.left + left, self.top + top, self.right - right, self.bottom - bottom)

    def columns(self, *shares: float, gap: float = 40.0) -> list[Box]:
        """Boxes side by side, their widths as the shares are."""
        room = (self.width - gap * (len(shares) - 1)) / sum(shares)
        lefts = [self.left + room * sum(shares[:i]) + gap * i for i in range(len(shares))]
        return [
            Box(x, self.top, x + room * share, self.bottom) for x, share in zip(lefts, shares, strict=True)
        ]

    def rows(self, *shares: float, gap: float = 40.0) -> list[Box]:
        """Boxes below each other, their heights as the shares are."""
        room = (self.height - gap * (len(shares) - 1)) / sum(shares)
        tops = [self.top + room * sum(shares[:i]) + gap * i for i in range(len(shares))]
        return [
            Box(self.left, y, self.right, y + room * share) for y, share in zip(tops, shares, strict=True)
        ]

    def tiles(self, count: int, gap: float = 40.0, caption: float = 0.0) -> list[Box]:
        """So many equal boxes in rows, from the top left.

        As nearly square as can be, without the height that a ``caption`` takes.
        """
        across = max(
            range(1, count + 1),
            key=lambda n: min((self.width + gap) / n, (self.height + gap) / -(-count // n) - caption),
        )
        rows = self.rows(*[1.0] * -(-count // across), gap=gap)
        return [box for row in rows for box in row.columns(*[1.0] * across, gap=gap)][:count]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places from low to high at least ``gap`` apart, in order and in all as near those wanted as can be.

    Where there is no room for all, they are closer. Source: pooling of adjacent violators, least squares.
    """
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    pools: list[tuple[float, int]] = []  # sums and counts of what is wanted, each less its gaps
    for k, i in enumerate(order):
        pools.append((wanted[i] - k * gap, 1))
        while len(pools) > 1 and pools[-1][0] * pools[-2][1] < pools[-2][0] * pools[-1][1]:
            (a, m), (b, n) = pools.pop(), pools.pop()
            pools.append((a + b, m + n))
    most = high - gap * (len(wanted) - 1)
    free = [min(max(total / count, low), most) for total, count in pools for _ in range(count)]
    places = [0.0] * len(wanted)
    for k, i in enumerate(order):
        places[i] = free[k] + k * gap
    return places


@dataclass(frozen=True)
class Layout:
    """Boxes of one aspect ratio; x to the right, y down, from the top left corner."""

    width: float
    height: float
    column: float  # width of title and panel
    stage: Box
    panel: Box  # the legend's
    panel_columns: int
    margin: float = MARGIN
    band: float = 0.0  # at the bottom, kept free for captions
    over: tuple[Box, ...] = ()  # what stands over the stage, at its left
    below: Box | None = None  # what stands at its foot, below all of that

    def banded(self, band: float) -> Layout:
        """The same layout with a band at the bottom left free, which takes the place of the margin."""
        bottom, (stage, panel) = self.height - band, (self.stage, self.panel)
        shift = max(panel.bottom - bottom, 0.0)
        below = panel.top >= stage.bottom  # so the panel goes up, and the stage makes room for it
        return replace(
            self,
            stage=stage._replace(bottom=min(stage.bottom - shift * below, bottom)),
            panel=panel._replace(top=panel.top - shift * below, bottom=panel.bottom - shift),
            band=band,
        )

    def under(self, top: float, needed: float | None = None) -> Layout:
        """The same layout where text at the upper left reaches down to ``top``.

        ``needed``: points that the panel needs; of those it has below the stage, the stage takes the rest.
        """
        left, _, right, bottom = self.stage
        if left > self.column:  # the text stands beside the stage, and above the panel
            return replace(self, panel=self.panel._replace(top=max(self.panel.top, top)))
        panel = self.panel
        if needed is not None and panel.right > left:
            panel = panel._replace(top=max(panel.top, panel.bottom - needed))
            bottom += panel.top - self.panel.top
        return replace(self, stage=Box(left, top, right, bottom), panel=panel)

    def body(self, top: float) -> Box:
        """All of the picture below ``top``, within the margins."""
        return Box(self.margin, top, self.width - self.margin, self.height - max(self.margin, self.band))

    @property
    def wide(self) -> bool:
        """Whether panes stand side by side rather than below each other."""
        return self.width > WIDE * self.height

    @property
    def square(self) -> bool:
        """Whether the picture is about as wide as it is high."""
        return not self.wide and self.height <= TALL * self.width

    @property
    def tall(self) -> bool:
        """Whether panes stand below each other only."""
        return not self.wide and not self.square

    def with_strip(self, width: float, height: float, beside: bool = False) -> Layout:
        """The layout with text above the stage, and for the legend so many points ``beside`` or below it."""
        left, bottom = self.margin, self.height - EDGE
        if beside:
            left += width + 20
        elif height:
            bottom -= height + EDGE
        return replace(
            self,
            column=self.width - 2 * self.margin,
            stage=Box(left, EDGE, self.width - self.margin, bottom),
            panel=Box(self.margin, self.height - EDGE - height, self.margin + width, self.height - EDGE),
            panel_columns=1,
        )

    @property
    def rect(self) -> Rect:
        """The stage in normalised coordinates."""
        return self._normalised(self.stage)

    @property
    def breadth(self) -> float:
        """Width by height of the stage, as wide as it is on average beside what stands over it."""
        taken = sum((box.right - self.stage.left) * box.height for box in self.over)
        return (self.stage.width - taken / self.stage.height) / self.stage.height

    @property
    def rooms(self) -> list[tuple[Rect, list[Rect]]]:
        """The stage and what stands over it, in normalised coordinates.

        Where something stands at its foot, two: all of it, and what is above that.
        """
        taken = [self._normalised(box) for box in self.over]
        if self.below is None:
            return [(self.rect, taken)]
        above = self.stage._replace(bottom=self.below.top)
        return [(self.rect, [*taken, self._normalised(self.below)]), (self._normalised(above), taken)]

    def _normalised(self, box: Box) -> Rect:
        left, top, right, bottom = box
        return Rect(
            2 * left / self.width - 1,
            1 - 2 * bottom / self.height,
            2 * right / self.width - 1,
            1 - 2 * top / self.height,
        )

    def floating(self, heading: Sequence[Box], width: float, height: float, below: Box | None) -> Layout:
        """The layout whose stage is all of the picture; over its corners at the left stand the heading, the
        panel of some width and height, and what stands ``below`` that; None: nothing but captions does.
        """
        bottom = self.height - max(EDGE, self.band)
        panel = Box(self.margin, bottom - height, self.margin + width, bottom)
        lowest = bottom if below is None else min(below.bottom, self.height - EDGE)
        stage = Box(EDGE, EDGE, self.width - EDGE, lowest)
        over = tuple(_around(box) for box in (*heading, panel))
        foot = below and _around(below)
        return replace(self, stage=stage, panel=panel, panel_columns=1, over=over, below=foot)


def _around(box: Box) -> Box:
    """A box and some air."""
    return box.inset(-AIR, -AIR, -AIR, -AIR)


def layout(width: int, height: int) -> Layout:
    """The layout of a picture of so many pixels.

    Text stands beside the stage, or above and below it.
    """
    down = max(HIGH * min(height / SMALL, 1.0), LEAST)
    across = down * width / height
    if across > WIDE * down:
        column = 500.0 if across > 1.5 * down else 470.0
        return Layout(
            across,
            down,
            column,
            Box(MARGIN + column + 20, 40.0, across - 40, down - EDGE),
            Box(MARGIN, 190.0, MARGIN + column, down - MARGIN),
            1,
        )
    margin = MARGIN if across > SLIM else EDGE
    tall = down > TALL * across
    return Layout(
        across,
        down,
        across - 2 * margin,
        Box(EDGE / 2, 190.0, across - EDGE / 2, 0.5 * down),
        Box(margin, 0.5 * down, across - margin, down - margin),
        1 if tall else 2,
        margin=margin,
    )
