"""Where the names of a strip stand: below each other beside the stage, or side by side below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gdanim.engine.runs import Run
from gdanim.view.layout import Layout

PITCH, MOST_LINES, MOST_ROWS = 46.0, 3, 8  # points from line to line; lines below the stage, and beside it
SIZE, LETTER = 32.0, 0.55  # of the text; a letter's mean width in its size
INDENT, GAP, LEAST = 32.0, 40.0, 60.0  # points from the bullet to the name; between names; for a name
WIDEST = 0.28  # of the picture's width: what stands beside the stage


class Item(NamedTuple):
    """A name, where its bullet stands and how wide it may be, in points; what has no hue has no bullet."""

    hue: int | None
    text: str
    x: float
    line: int
    room: float


def needed(runs: Sequence[Run], layout: Layout, beside: bool) -> tuple[float, float]:
    """Width and height in points of what these runs need ``beside`` the stage or below it."""
    items = placed(runs, layout, beside)
    return max(item.x + INDENT + item.room for item in items), PITCH * (items[-1].line + 1)


def placed(runs: Sequence[Run], layout: Layout, beside: bool) -> list[Item]:
    """The names one after another; how many more there are where not all find a place."""
    first = {run.ball.hue: run.ball for run in reversed(runs)}
    alone = len(first) == len(runs)
    names = {hue: ball.label if alone else ball.team for hue, ball in first.items()}
    width, most = layout.width - 2 * layout.margin, MOST_LINES
    if beside:
        width, most = WIDEST * layout.width, MOST_ROWS
    items: list[Item] = []
    x, line = 0.0, 0
    for k, hue in enumerate(sorted(names)):
        name = names[hue]
        room = min(max(LETTER * SIZE * len(name), LEAST), width - INDENT)
        if k and (beside or x + INDENT + room > width):
            x, line = 0.0, line + 1
        if line == most:  # the last name gives way to the number of those that are not told
            last = items.pop()
            return [*items, last._replace(hue=None, text=f"and {len(names) - k + 1} more")]
        items.append(Item(hue, name, x, line, room))
        x += INDENT + room + GAP
    return items
