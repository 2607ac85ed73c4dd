"""An optimizer's update rule, line by line, with the numbers of its first steps put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gdanim.theme import Color, rgb
from gdanim.view.layout import SMALLEST, Box
from gdanim.view.pane import FlatPane
from gdanim.view.rules import CONCEPTS, in_symbols, numbers, symbols
from gdanim.view.sketch import Sketch
from gdanim.view.text import fitted

if TYPE_CHECKING:
    from gdanim.engine.optimizers.rule import Line, Rule, Values
    from gdanim.engine.runs import Array
    from gdanim.view.stage import Stage

SIZE, LINE, NUMBERS = 40.0, 74.0, 112.0  # points: letters, a line of symbols, a line of numbers below it
WORKED = 0.86  # of it: letters of the numbers
SMALLER = SMALLEST / (WORKED * SIZE)  # of their size letters may have for the numbers of more lines
INDENT = 30.0
PASSED = 0.35  # opacity of numbers of the step before, until those of the new one take their place
LIT = {"g": "gradient", "rate": "rate"}  # what sentences light up in a rule
Layers = list[
    tuple[tuple[str, float], Color, str]
]  # texts to put over one another, their colours, what they are


class RulePane(FlatPane):
    """The rule in symbols; below every line the numbers of the step being explained.

    ``told`` lines of numbers have appeared, over all steps; ``spread`` is 1 while there is room for
    them and 0 when the symbols stand alone. Where a box has no room for the numbers of all lines, those
    told last open the lines apart, and close again. Nothing is written over anything: what was there goes,
    then lines move, then the new comes.
    """

    shows = ("rule", "gradient", "rate")

    def __init__(
        self,
        scene: Stage,
        box: Box,
        rule: Rule,
        steps: list[list[tuple[Values, Array]]],
        point: Color,
    ) -> None:
        """``steps`` as ``rules.worked_out`` gives them; ``point`` is the colour of x."""
        super().__init__(scene, box)
        self.told, self.spread = 0.0, 1.0
        self._inks = {"x": point, "move": point}
        self._inks |= {name: rgb(getattr(scene.theme, concept)) for name, concept in CONCEPTS.items()}
        count = len(rule.lines)
        room = box.height / SMALLER - self.needs(count, 0)
        self._open = min(max(int(room / NUMBERS), 1), count)  # lines with numbers
        self._fit = min(1.0, box.height / self.needs(count, self._open))
        pixels = self._fit * self.lettering.scale  # lines take whole ones: where text rests it is sharp
        self._symbols_room, self._numbers_room = round(LINE * pixels), 2 * round(NUMBERS * pixels / 2)
        letters = symbols(rule)
        self._symbols = [self._layers(in_symbols(line), letters, 1.0) for line in rule.lines]
        self._numbers = [
            [
                self._worked(line, before, result)
                for line, (before, result) in zip(rule.lines, rows, strict=True)
            ]
            for rows in steps
        ]

    @staticmethod
    def needs(lines: int, opened: int = 1) -> float:
        """Points that a rule in letters of full size takes, with the numbers of so many lines."""
        return lines * LINE + opened * NUMBERS

    @property
    def height(self) -> float:
        """Points that the symbols take when they stand alone."""
        return len(self._symbols) * self._symbols_room / self.lettering.scale

    def moving(self, sketch: Sketch) -> None:
        count, y = len(self._symbols), float(round(self.box.top * self.lettering.scale))
        for j, layers in enumerate(self._symbols):
            lines = [k * count + j for k in range(len(self._numbers))]
            apart = 1.0 if self._open == count else sum(map(self._opened, lines))
            room = self._numbers_room * apart * _share(1.5 * self.spread)
            self._write(sketch, layers, self.box.left, y + self._symbols_room // 2, 1.0)
            y += self._symbols_room
            for k, (rows, line) in enumerate(zip(self._numbers, lines, strict=True)):
                strength = self._strength(line) * _share(3 * self.spread - 2)
                strength *= 1 - (1 - PASSED) * _share(self.told - (k + 1) * count)
                if strength > 0:
                    self._write(sketch, rows[j], self.box.left + INDENT, y + room / 2, strength)
            y += room

    def _write(self, sketch: Sketch, layers: Layers, left: float, middle: float, strength: float) -> None:
        """Layers from ``left`` in points, around a height in pixels: sharp where that is whole."""
        x = round(left * self.lettering.scale)
        for key, ink, what in layers:
            top, lit = middle - self.lettering.size(key)[1] // 2, self.scene.light(("rule", what))
            sketch.labels([self.lettering.place(key, x, top, ink, strength * lit, snap=False)])

    @property
    def opacity(self) -> float:
        return self.presence  # its letters are dimmed apart

    def _opened(self, line: int) -> float:
        """How far there is room for the numbers of a line, counted over all steps."""
        return _share(3 * (self.told - line) - 1) * (1 - _share(3 * (self.told - line - self._open) - 1))

    def _strength(self, line: int) -> float:
        """Opacity of its numbers: they come when there is room, and when those before have gone."""
        come, go = self.told - line, self.told - line - self._open
        if self._open < len(self._symbols):
            return _share(3 * come - 2) * (1 - _share(3 * go))
        return _share(come if line < self._open else 2 * come - 1) * (1 - _share(2 * go))

    def _worked(self, line: Line, before: Values, result: Array) -> Layers:
        """A line with its numbers, in the colours of what they are."""
        formula = "= {=}" if line.symbol == "g" else f"{line.formula} = {{=}}"
        names = numbers(line, before, result)
        return self._layers(formula, names, WORKED, {"=": line.symbol})

    def _layers(
        self, formula: str, written: Mapping[str, str], size: float, alias: Mapping[str, str] = {}
    ) -> Layers:
        """The same mathematics once for every colour in it, all else transparent."""
        names = set(re.findall(r"\{([\w=]+)\}", formula))
        inks: dict[tuple[Color, str], set[str]] = {(self.ink("text"), ""): set()}
        for name in names:
            ink = self._inks.get(alias.get(name, name), self.ink("text"))
            inks.setdefault((ink, LIT.get(alias.get(name, name), "")), set()).add(name)
        layers = []
        for (ink, what), own in inks.items():
            shown = {
                name: f"text(fill: #{'white' if name in own else 'unseen'}, {written[name]})"
                for name in names
            }
            body = re.sub(r"\{([\w=]+)\}", lambda m, shown=shown: shown[m[1]], formula)  # type: ignore[misc]
            rest = "white" if (ink, what) == (self.ink("text"), "") else "unseen"
            markup = (
                "#let unseen = white.transparentize(100%)\n"
                f"#text(fill: {rest})[#show math.equation: set align(left)\n$ {body} $]"
            )
            room = (self.box.width - INDENT) * self.lettering.scale
            layers.append((self.lettering.want(fitted(markup, room), SIZE * size * self._fit), ink, what))
        return layers


def _share(value: float) -> float:
    """How far a line has appeared."""
    return min(max(value, 0.0), 1.0)
