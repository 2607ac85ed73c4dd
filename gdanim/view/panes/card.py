"""A title card: large words in the middle of the picture, lines or a table below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdanim.view.layout import Box
from gdanim.view.pane import FlatPane
from gdanim.view.sketch import Sketch
from gdanim.view.text import fitted, literal, shortened

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

TITLE, TEXT, HEAD = 70.0, 36.0, 30.0  # points; all smaller where there are many rows
TITLE_LINES, LEADING = (2, 4), 0.45  # with rows and without
WIDEST = 1250.0  # points of a line of the title
GAP, PITCH, GUTTER = 54.0, 70.0, 70.0  # below the title; from row to row; between columns


class CardPane(FlatPane):
    """The spec's title and card. ``rows`` of them have appeared; ``veil`` dims what is behind."""

    def __init__(self, scene: Stage, box: Box) -> None:
        super().__init__(scene, box)
        self.rows, self.veil = 0.0, 0.0
        lettering, card = self.lettering, scene.spec.card
        lines = TITLE_LINES[not self.count]
        needed = (lines * (1 + LEADING) * TITLE if scene.spec.title else 0.0) + GAP + self.count * PITCH
        self._scale = scale = min(box.height / needed, 1.0)
        title = shortened(literal(scene.spec.title or ""), lines)
        width = min(box.width, WIDEST) / (TITLE * scale)
        block = f"#block(width: {width:.2f}em, align(center)[{title}])"
        self._title = lettering.want(f"#set par(leading: {LEADING}em)\n{block}", TITLE * scale)
        columns = len(card.table[0]) if card.table else 1
        room = (box.width - GUTTER * (columns - 1)) / columns * lettering.scale
        self._table = [
            [lettering.want(fitted(literal(cell), room), (TEXT if i else HEAD) * scale) for cell in row]
            for i, row in enumerate(card.table)
        ]
        self._lines = [
            lettering.want(fitted(literal(line), box.width * lettering.scale), TEXT * scale)
            for line in card.lines
        ]

    @property
    def count(self) -> int:
        """How many rows there are to appear."""
        card = self.scene.spec.card
        return len(card.lines) + len(card.table)

    def moving(self, sketch: Sketch) -> None:
        box, s = self.box, self.lettering.scale
        picture = Box(0.0, 0.0, self.scene.layout.width, self.scene.layout.height)
        if self.veil:
            sketch.box(picture, self.ink("background"), self.veil)
        title = self.lettering.size(self._title)[1] / s if self.scene.spec.title else 0.0
        pitch, gap = PITCH * self._scale, GAP * self._scale
        below = self.count * pitch + (gap if self.count else 0.0)
        y = (box.top + box.bottom - title - below) / 2
        middle = (box.left + box.right) / 2
        if title:
            sketch.text(self._title, middle, y, self.ink("text"), align=(0.5, 0.0))
        y += title + gap + pitch / 2
        for i, line in enumerate(self._lines):
            sketch.text(line, middle, y, self.ink("secondary"), self._appeared(i), align=(0.5, 0.5))
            y += pitch
        self._draw_table(sketch, middle, y, pitch)

    def _draw_table(self, sketch: Sketch, middle: float, y: float, pitch: float) -> None:
        if not self._table:
            return
        sizes = [[self.lettering.size(key)[0] / self.lettering.scale for key in row] for row in self._table]
        widths = [max(column) for column in zip(*sizes, strict=True)]
        left = middle - (sum(widths) + GUTTER * (len(widths) - 1)) / 2
        right = left + sum(widths) + GUTTER * (len(widths) - 1)
        for i, row in enumerate(self._table):
            shown = self._appeared(len(self._lines) + i)
            x = left
            for key, width in zip(row, widths, strict=True):
                sketch.text(key, x, y, self.ink("text" if i else "secondary"), shown, align=(0.0, 0.5))
                x += width + GUTTER
            rule = [[left, y + pitch / 2], [right, y + pitch / 2]]
            sketch.line(rule, self.ink("secondary"), 1.3 if i else 2.0, (0.25 if i else 0.7) * shown)
            y += pitch

    def _appeared(self, row: int) -> float:
        return min(max(self.rows - row, 0.0), 1.0)
