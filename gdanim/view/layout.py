"""Where things stand in the picture. Lengths are points: the shorter side of a picture has 1080 of them.

Small pictures, below 480 pixels, have fewer, so that their text stays legible.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gdanim.view.camera import Rect

SHORT, SMALL, LEAST = 1080.0, 480, 720.0
MARGIN = 56.0
ASPECTS = {"16:9": (16, 9), "4:3": (4, 3), "1:1": (1, 1), "9:16": (9, 16)}


@dataclass(frozen=True)
class Layout:
    """Boxes of one aspect ratio; x to the right, y down, from the top left corner."""

    width: float
    height: float
    column: float  # width of title and panel
    stage: tuple[float, float, float, float]  # left, top, right, bottom
    panel: tuple[float, float, float, float]  # the legend's box
    panel_columns: int

    def under(self, top: float) -> Layout:
        """The same layout where text at the upper left reaches down to ``top``."""
        left, stage_top, right, bottom = self.stage
        if left > self.column:  # the text stands beside the stage, and above the panel
            return replace(self, panel=(self.panel[0], max(self.panel[1], top), *self.panel[2:]))
        return replace(self, stage=(left, max(stage_top, top), right, bottom))

    @property
    def rect(self) -> Rect:
        """The stage in normalised coordinates."""
        left, top, right, bottom = self.stage
        return Rect(
            2 * left / self.width - 1,
            1 - 2 * bottom / self.height,
            2 * right / self.width - 1,
            1 - 2 * top / self.height,
        )


def layout(aspect: str, short: int) -> Layout:
    """The layout for an aspect ratio such as "16:9" in a picture whose shorter side has ``short`` pixels.

    Text stands beside the stage, or above and below it.
    """
    x, y = ASPECTS[aspect]
    points = max(SHORT * min(short / SMALL, 1.0), LEAST)
    width, height = points * x / min(x, y), points * y / min(x, y)
    if x > y:
        column = 500.0 if x / y > 1.5 else 470.0
        return Layout(
            width,
            height,
            column,
            (MARGIN + column + 20, 40.0, width - 40, height - 36),
            (MARGIN, 190.0, MARGIN + column, height - MARGIN),
            1,
        )
    bottom = height - (350.0 if y == x else 560.0)
    return Layout(
        width,
        height,
        width - 2 * MARGIN - 160,
        (MARGIN + 40, 190.0, width - MARGIN - 20, bottom),
        (MARGIN, bottom + 30, width - MARGIN, height - MARGIN),
        2 if y == x else 1,
    )


def pixels(height: int, aspect: str) -> tuple[int, int]:
    """Width and height in pixels (even, as H.264 wants) for a quality such as 720: the shorter side."""
    x, y = ASPECTS[aspect]
    short = height
    return 2 * round(short * x / min(x, y) / 2), 2 * round(short * y / min(x, y) / 2)
