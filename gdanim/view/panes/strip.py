"""The legend where room is dear: names in their colours, and nothing that changes.

They stand below each other beside the stage, or side by side below it: where the picture loses less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.names import INDENT, PITCH, SIZE, placed
from gdanim.view.pane import FlatPane
from gdanim.view.sketch import Sketch
from gdanim.view.text import fitted, literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage


class Strip(FlatPane):
    """Who runs: a bullet and a name for each (optimizer, rate)."""

    shows = ("legend",)

    def __init__(self, scene: Stage, clock: Clock, box: Box) -> None:
        super().__init__(scene, box)
        runs = clock.act.runs
        hues = [run.ball.hue for run in runs]
        colors = dict(zip(reversed(hues), reversed(scene.colors(clock.act)), strict=True))  # of the first
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
