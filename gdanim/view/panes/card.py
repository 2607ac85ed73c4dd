"""A title card: large words in the middle of the picture, lines or a table below them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from gdanim.view.layout import SLIM, SMALLEST, Box
from gdanim.view.pane import FlatPane
from gdanim.view.sketch import Sketch
from gdanim.view.text import fitted, literal, shortened

if TYPE_CHECKING:
    from gdanim.spec.sections import Card
    from gdanim.view.stage import Stage

TITLE_LINES, LEADING = (2, 4), 0.45  # with rows and without
WIDEST = 1250.0  # points of a line of the title
LINES, LEAD = 5, 1.26  # of a cell or a line of the card, at most; from line to line, of the letters' size
GUTTER, NARROW = 70.0, 28.0  # between columns; in a slim picture
LETTER, WORD = 0.53, 0.6  # of its size: about a letter's width in lines that are not full, and in a word
TRIES = 6  # from the loosest to the tightest


class Sizes(NamedTuple):
    """Points of a card's letters and rows."""

    title: float
    head: float
    text: float
    gap: float  # below the title
    pitch: float  # from row to row, of one line each


LOOSE, TIGHT = Sizes(70.0, 30.0, 36.0, 54.0, 70.0), Sizes(38.0, SMALLEST, SMALLEST, 22.0, 38.0)


class CardPane(FlatPane):
    """The spec's title and card. ``rows`` of them have appeared; ``veil`` dims what is behind."""

    shows = ("card",)

    def __init__(self, scene: Stage, box: Box) -> None:
        super().__init__(scene, box)
        self.rows, self.veil = 0.0, 0.0
        card, lettering = scene.spec.card, self.lettering
        self._gutter = GUTTER if box.width > SLIM else NARROW
        most_title = TITLE_LINES[not self.count] + (box.width < SLIM)
        title, wide = scene.spec.title or "", min(box.width, WIDEST)
        cut = _lines(len(title) * TIGHT.title, wide) > most_title  # in any size
        cells = list(zip(*card.table, strict=True))
        words = [max((len(word) for cell in column for word in cell.split()), default=0) for column in cells]
        for k in range(TRIES):
            sizes = Sizes(*(a + k / (TRIES - 1) * (b - a) for a, b in zip(LOOSE, TIGHT, strict=True)))
            widths = self._columns(card, sizes, words)
            told = _lines(len(title) * sizes.title, wide)
            told = min(told, most_title) if cut else told
            lines = [_lines(len(line) * sizes.text, box.width) for line in card.lines]
            lines += [
                max(map(_lines, _lengths(row, sizes, not i), widths)) for i, row in enumerate(card.table)
            ]
            whole = all(WORD * sizes.text * word <= width for word, width in zip(words, widths, strict=True))
            most = LINES
            if (
                whole
                and max(lines, default=0) <= most
                and told <= most_title
                and self._height(sizes, told, lines) <= box.height
            ):
                break
        else:  # what is too long is cut
            high = [self._height(sizes, told, [min(n, m) for n in lines]) for m in range(1, LINES + 1)]
            most = max(sum(h <= box.height for h in high), 1)
        self._lines_of = [min(n, most) for n in lines]
        spare = (box.height - self._height(sizes, told, self._lines_of)) / max(len(lines), 1)
        self._sizes = sizes._replace(pitch=min(sizes.pitch + max(spare, 0.0), LOOSE.pitch))
        block = f"#block(width: {wide / sizes.title:.2f}em, align(center)[{shortened(literal(title), told)}])"
        self._title = lettering.want(f"#set par(leading: {LEADING}em)\n{block}", sizes.title)
        self._lines = [
            self._text(line, sizes.text, box.width, n, "center")
            for line, n in zip(card.lines, self._lines_of, strict=False)
        ]
        self._table = [
            [
                self._text(cell, sizes.text if i else sizes.head, width, n, "left")
                for cell, width in zip(row, widths, strict=True)
            ]
            for i, (row, n) in enumerate(zip(card.table, self._lines_of[len(card.lines) :], strict=True))
        ]

    def _text(self, text: str, size: float, width: float, lines: int, align: str) -> tuple[str, float]:
        pixels = width * self.lettering.scale
        if lines == 1:
            return self.lettering.want(fitted(literal(text), pixels), size)
        body = f"align({align})[{shortened(literal(text), lines)}]"
        return self.lettering.want(f"#set par(leading: 0.3em)\n#block(width: {pixels:.1f}pt, {body})", size)

    def _columns(self, card: Card, sizes: Sizes, words: Sequence[int]) -> list[float]:
        """Widths of the table's columns: as they need, and where there is no room the long ones share it.

        None is narrower than its longest word, of so many letters, as long as there is room for all.
        """
        if not card.table:
            return []
        rows = [_lengths(row, sizes, not i) for i, row in enumerate(card.table)]
        wanted = [LETTER * max(column) for column in zip(*rows, strict=True)]
        widths = [WORD * sizes.text * word for word in words]
        left = self.box.width - self._gutter * (len(wanted) - 1) - sum(widths)
        missing = [max(want - width, 0.0) for want, width in zip(wanted, widths, strict=True)]
        for k, j in enumerate(sorted(range(len(wanted)), key=lambda j: missing[j])):
            more = min(missing[j], left / (len(wanted) - k))
            widths[j] += more
            left -= more
        return [width + left / len(widths) for width in widths]

    def _height(self, sizes: Sizes, told: int, lines: Sequence[int]) -> float:
        """Points of it all, with a title of so many lines and rows of so many."""
        title = told * (1 + LEADING) * sizes.title if self.scene.spec.title else 0.0
        return title + sum(map(_row, [sizes] * len(lines), lines)) + (sizes.gap if lines else 0.0)

    @property
    def count(self) -> int:
        """How many rows there are to appear."""
        card = self.scene.spec.card
        return len(card.lines) + len(card.table)

    def moving(self, sketch: Sketch) -> None:
        box, s, sizes = self.box, self.lettering.scale, self._sizes
        picture = Box(0.0, 0.0, self.scene.layout.width, self.scene.layout.height)
        if self.veil:
            sketch.box(picture, self.ink("background"), self.veil)
        title = self.lettering.size(self._title)[1] / s if self.scene.spec.title else 0.0
        y = (box.top + box.bottom - title - self._height(sizes, 0, self._lines_of)) / 2
        middle = (box.left + box.right) / 2
        if title:
            sketch.text(self._title, middle, y, self.ink("text"), align=(0.5, 0.0))
        y += title + sizes.gap
        for i, line in enumerate(self._lines):
            high = _row(sizes, self._lines_of[i])
            shown, ink = self._appeared(i), self.ink("secondary")
            sketch.text(line, middle, y + high / 2, ink, shown, align=(0.5, 0.5))
            y += high
        if self._table:
            self._draw_table(sketch, middle, y)

    def _draw_table(self, sketch: Sketch, middle: float, y: float) -> None:
        measured = [
            [self.lettering.size(key)[0] / self.lettering.scale for key in row] for row in self._table
        ]
        widths = [max(column) for column in zip(*measured, strict=True)]
        left = middle - (sum(widths) + self._gutter * (len(widths) - 1)) / 2
        right = left + sum(widths) + self._gutter * (len(widths) - 1)
        for i, row in enumerate(self._table):
            shown = self._appeared(len(self._lines) + i)
            high = _row(self._sizes, self._lines_of[len(self._lines) + i])
            ink, x = self.ink("text" if i else "secondary"), left
            for key, width in zip(row, widths, strict=True):
                sketch.text(key, x, y + high / 2, ink, shown, align=(0.0, 0.5))
                x += width + self._gutter
            y += high
            rule = [[left, y], [right, y]]
            sketch.line(rule, self.ink("secondary"), 1.3 if i else 2.0, (0.25 if i else 0.7) * shown)

    def _appeared(self, row: int) -> float:
        return min(max(self.rows - row, 0.0), 1.0)


def _lengths(row: Sequence[str], sizes: Sizes, head: bool) -> list[float]:
    """Letters of a row's cells times their size in points."""
    return [len(cell) * (sizes.head if head else sizes.text) for cell in row]


def _lines(length: float, width: float) -> int:
    """Lines that so many letters, times their size in points, take in a width."""
    return max(1, math.ceil(LETTER * length / width - 1e-9))


def _row(sizes: Sizes, lines: int) -> float:
    """Points of a row of so many lines."""
    return sizes.pitch + (lines - 1) * LEAD * sizes.text
