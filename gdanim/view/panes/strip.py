"""The legend where room is dear: names in their colours, and nothing that changes.

They stand below each other beside the stage, or side by side below it: where the picture loses less.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from gdanim.engine.solution import Run
from gdanim.view.layout import MARGIN, Box, Layout
from gdanim.view.pane import Clock, FlatPane
from gdanim.view.sketch import Sketch
from gdanim.view.text import fitted, literal

if TYPE_CHECKING:
    from gdanim.view.scene import FilmScene

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


class Strip(FlatPane):
    """Who runs: a bullet and a name for each (optimizer, rate)."""

    def __init__(self, scene: FilmScene, clock: Clock, box: Box) -> None:
        super().__init__(scene, box)
        runs = clock.act.runs
        colors = dict(zip((run.ball.hue for run in runs), scene.colors(clock.act), strict=True))
        named = scene.spec.view.legend != "none"
        items = placed(runs, scene.layout, scene.names_beside) if named else []
        self._top = box.bottom - PITCH * (items[-1].line + 1) if items else box.top
        self._items = [
            (
                item,
                self.lettering.want(fitted(literal(item.text), item.room * self.lettering.scale), SIZE),
                None if item.hue is None else colors[item.hue],
            )
            for item in items
        ]
        self._bullet = self.lettering.want("#box(circle(radius: 0.3em, fill: white))", SIZE)

    def still(self, sketch: Sketch) -> None:
        for item, name, color in self._items:
            x, y = self.box.left + item.x, self._top + PITCH * item.line
            if color is not None:
                sketch.text(self._bullet, x, y + 5, color)
            sketch.text(name, x + INDENT, y, self.ink("text"))


def needed(runs: Sequence[Run], layout: Layout, beside: bool) -> tuple[float, float]:
    """Width and height in points of what these runs need ``beside`` the stage or below it."""
    items = placed(runs, layout, beside)
    return max(item.x + INDENT + item.room for item in items), PITCH * (items[-1].line + 1)


def placed(runs: Sequence[Run], layout: Layout, beside: bool) -> list[Item]:
    """The names one after another; how many more there are where not all find a place."""
    first = {run.ball.hue: run.ball for run in reversed(runs)}
    alone = len(first) == len(runs)
    names = {hue: ball.label if alone else ball.team for hue, ball in first.items()}
    width, most = layout.width - 2 * MARGIN, MOST_LINES
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
