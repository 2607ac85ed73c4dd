"""What is said of a gradient while it is drawn: one line of words, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gdanim.engine.runs import Array
from gdanim.formula import name_latex
from gdanim.view.layout import SMALLEST, Box
from gdanim.view.pane import FlatPane
from gdanim.view.panes.gradient import GradientSurface, climbs, plain
from gdanim.view.sketch import Sketch
from gdanim.view.text import LETTER, Numbers, fitted, formula, literal, written
from gdanim.view.ticks import LINE

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

SIZE, CAPTION, PITCH = 30.0, 34.0, 50.0  # points: numbers, words, from row to row
WORDS = 116.0  # points that two lines of words need
WIDEST = 430.0  # points of words and numbers beside the surface
NARROW, COMPARED = 500.0, (4, 5)  # points of a narrow box; rows of the two losses
SPACE = 40.0  # points between the columns of numbers below it
POINT = 0.62  # of the width, where the decimal points stand


class NotesPane(FlatPane):
    """``said``: the caption that stands there, from 1; ``told``: how many rows of numbers have appeared.

    Below the surface they stand in two columns, and the step below both; a narrow box has room for one
    column, without the two losses that are compared.
    """

    shows = ("numbers",)

    HEIGHT = WORDS + 4 * PITCH  # points that it needs below the surface

    def __init__(self, scene: Stage, box: Box, surface: GradientSurface, captions: Sequence[str]) -> None:
        super().__init__(scene, box)
        self.surface = surface
        self.said, self.told = 0.0, 0.0
        want, s = self.lettering.want, self.lettering.scale
        self.numbers = Numbers(self.lettering, SIZE)
        self._beside = scene.layout.wide
        self._room = min(box.width, WIDEST if self._beside else 2 * WIDEST)
        self._narrow = self._room < NARROW
        size = SMALLEST if self._narrow else CAPTION
        width = self._room / size
        self._captions = [want(f"#block(width: {width:.2f}em)[{literal(c)}]", size) for c in captions]
        x, y = surface.act.objective.variables
        slopes = [formula(rf"\partial f / \partial {name_latex(name)}") for name in (x, y)]
        self._labels = [want(t, SIZE) for t in (*slopes, "$|nabla f|$", "plane", "surface", "error")]
        whole, *halves = self._rule()
        letters = whole.strip("$").replace("dot", "·")
        self._broken = LETTER * SIZE * len(letters) > self._room
        rule = LINE.join(halves) if self._broken else whole
        self._step = want(fitted(rule, self._room * s), SIZE)

    def moving(self, sketch: Sketch) -> None:
        box, s = self.box, self.lettering.scale
        single = self._beside or self._narrow
        column = self._room if single else (self._room - SPACE) / 2
        for k, key in enumerate(self._captions, 1):
            sketch.text(key, box.left, box.top, self.ink("text"), 1 - min(2 * abs(self.said - k), 1.0))
        surface, green, ink = self.surface, self.ink("gradient"), self.ink("text")
        plane, real = surface.compared()
        gx, gy = surface.slopes.tolist()
        rows = [(gx, green), (gy, green), ((gx**2 + gy**2) ** 0.5, green), None]
        rows += [(plane, green), (real, ink), (real - plane, ink)]
        top, lines = box.top + WORDS, (7 if self._beside else 4 + self._narrow) + self._broken
        pitch = min(PITCH, (box.bottom - top) / lines)
        right = box.left + column + SPACE
        places = [(box.left, k) for k in range(4)]  # left, line
        after = self._broken  # the rule takes two lines then
        places += [(box.left, k + after) if self._beside else (right, k - 4) for k in range(4, 7)]
        if self._narrow:
            places[6] = box.left, 4 + after
        labels = [*self._labels[:3], self._step, *self._labels[3:]]
        for k, (key, row, (left, line)) in enumerate(zip(labels, rows, places, strict=True)):
            if self._narrow and k in COMPARED:
                continue
            y, shown = top + pitch * line, min(max(self.told - k, 0.0), 1.0)
            sketch.text(key, left, y, row[1] if row else ink, shown)
            if row and shown:
                point = (left + POINT * column) * s
                sketch.labels(self.numbers.place(row[0], point, y * s, row[1], shown))

    def _rule(self) -> tuple[str, str, str]:
        """The first step with its numbers: as a rule where it is one, else from where to where.

        In a line, and in two.
        """
        surface = self.surface
        start, end = _pair(surface.point), _pair(surface.point + surface.step)
        if not plain(surface.act):
            return f"${start} -> {end}$", f"${start}$", f"$-> {end}$"
        sign = "+" if climbs(surface.act) else "-"
        rate = _short(float(surface.act.runs[0].learning_rates[0]))
        way = f"{start} {sign} {rate} dot {_pair(surface.slopes)}"
        return f"${way} = {end}$", f"${way}$", f"$= {end}$"


def _pair(point: Array) -> str:
    return f"({', '.join(map(_short, point.tolist()))})"


def _short(value: float) -> str:
    """A number in Typst's mathematics, without idle zeros."""
    text, exponent = written(value)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if exponent is None else f"{text} dot 10^({exponent})"
