"""A table of what the rule works with: where each ball is, how steep it is there, how far it steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.pane import FlatPane
from gdanim.view.sketch import Sketch
from gdanim.view.text import Numbers, variable

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

SIZE, HEAD_SIZE, PITCH, HEAD = 30.0, 28.5, 46.0, 50.0  # points: numbers, names, from row to row, of the names
INDENT = 34.0  # from the bullet to the numbers
DECIMALS = 3


class SlopesPane(FlatPane):
    """For each ball of one variable its place, the slope and the step from there, which has its sign turned.

    They are those of the iterate it leaves, so that one is worked out from the other.
    """

    shows = ("slopes",)

    def __init__(self, scene: Stage, clock: Clock, box: Box) -> None:
        super().__init__(scene, box)
        self.clock, self.runs = clock, clock.act.runs
        self.colors = scene.colors(clock.act)
        self.numbers = Numbers(self.lettering, SIZE)
        (name,) = clock.act.objective.variables
        self._heads = [self.lettering.want(t, HEAD_SIZE) for t in (variable(name), "slope", "step")]
        with np.errstate(all="ignore"):
            self.slopes = [clock.act.objective.gradient(run.points)[:, 0] for run in self.runs]

    @staticmethod
    def height(balls: int) -> float:
        """Points that the table of so many balls needs."""
        return HEAD + PITCH * balls

    def moving(self, sketch: Sketch) -> None:
        clock, s = self.clock, self.lettering.scale
        moment, timeline = clock.moment, clock.timeline
        left, top, right, _ = self.box
        pitch = (min(right - left, 500.0) - INDENT) / 3
        points = [left + INDENT + pitch * (k + 1) - 4 * 0.5 * SIZE for k in range(3)]
        inks = [self.ink("text"), self.ink("gradient"), self.ink("text")]
        for key, point, ink in zip(self._heads, points, inks, strict=True):
            sketch.text(key, point, top, ink if ink != inks[0] else self.ink("secondary"), align=(0.5, 0.0))
        for i, run in enumerate(self.runs):
            y = top + HEAD + PITCH * i
            k = min(int(moment.rows[i]), timeline.leaving(i))
            gone = k < moment.rows[i]
            sketch.disc([[left + 9.0, y + 0.5 * SIZE]], 9.0, self.colors[i])
            step = run.points[k + 1, 0] - run.points[k, 0] if k < run.steps else 0.0
            for value, point, ink in zip(
                (run.points[k, 0], self.slopes[i][k], step), points, inks, strict=True
            ):
                opacity = clock.fall * clock.present * (0.35 if gone else 1.0)
                sketch.labels(
                    self.numbers.place(float(value), point * s, y * s, ink, opacity, decimals=DECIMALS)
                )
