"""A number of every run against its steps: the loss, or the learning rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array, Objective, Run
from gdanim.motion.timeline import SPEED_UP, Pace
from gdanim.theme import Color
from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.pane import RunPane
from gdanim.view.plot import Plot, Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

DECADES = 2.0  # a range of more of them is drawn on a log scale
UP = 1000.0  # times where curves begin, a log scale reaches for those that rise
DEEPEST = 1e-16  # of the highest value: a log scale ends there
MANY = 60  # steps
FINEST = 1.0  # points: vertices stand no closer


class TracesPane(RunPane):
    """Numbers against steps, each as a curve that is drawn as the balls run."""

    def __init__(
        self,
        scene: Stage,
        clock: Clock,
        box: Box,
        values: list[Array],
        colors: list[Color],
        name: str,
        scale: Scale,
    ) -> None:
        """``values``: (steps + 1,) for each curve, on a ``scale`` called ``name``."""
        super().__init__(scene, clock, box)
        self.colors = colors
        self.plot = Plot(box, step_scale(clock), scale, self.lettering, ("step", literal(name)))
        self._curves = [self._curve(v) for v in values]

    def still(self, sketch: Sketch) -> None:
        self.plot.draw(sketch, self.ink("secondary"), self.ink("text"))

    def running(self, sketch: Sketch) -> None:
        sketch.opacity *= self.clock.landed
        moment = self.clock.moment
        now = moment.step + moment.fraction
        for color, (steps, points), light in zip(self.colors, self._curves, self.lights(), strict=True):
            if not len(steps):
                continue
            done = int(np.searchsorted(steps, now, side="right"))
            tip = np.array([[np.interp(now, steps, points[:, k]) for k in (0, 1)]])
            sketch.line(np.concatenate([points[:done], tip]), color, 3.2, 0.95 * light)
            sketch.disc(tip, 6.0, color, light)

    def lights(self) -> Array:
        """Opacities of the curves, shape (curves,)."""
        return np.ones(len(self._curves))

    def _curve(self, values: Array) -> tuple[Array, Array]:
        """Steps (v,) and points (v, 2) of a curve, up to where it leaves the frame upwards."""
        scale = self.plot.y
        steps = np.arange(len(values), dtype=float)
        above = np.flatnonzero(~(values <= scale.high))
        if above.size:
            steps, values = steps[: above[0]], values[: above[0]]
        points = self.plot.at(steps, np.maximum(values, scale.low))
        kept = np.unique(np.floor((points[:, 0] - self.plot.frame.left) / FINEST), return_index=True)[1]
        if len(points):
            kept = np.unique(np.append(kept, len(points) - 1))
        return steps[kept], points[kept]


class CurvesPane(TracesPane):
    """One curve for each ball."""

    shows = ("losses",)

    def __init__(
        self,
        scene: Stage,
        clock: Clock,
        box: Box,
        values: Callable[[Run], Array] | None = None,
        name: str = "",
    ) -> None:
        """``values`` gives (steps + 1,) numbers of a run, called ``name``; absent, the loss."""
        act = clock.act
        if values is None:
            low = lowest(act.objective)
            name = "loss" if low == 0 else "loss above the lowest"
            drawn, height = [run.losses - low for run in act.runs], scene.spec.view.height
        else:
            drawn, height = [values(run) for run in act.runs], "auto"
        super().__init__(scene, clock, box, drawn, scene.colors(act), name, fitting(drawn, height))

    def lights(self) -> Array:
        return self.scene.lights(self.clock.act)


def step_scale(clock: Clock) -> Scale:
    """The axis of steps: as the pace goes, where there are many, so that a curve's tip moves evenly."""
    return paced_scale(clock.timeline.steps, clock.timeline.pace)


def paced_scale(high: float, pace: Pace) -> Scale:
    """An axis from 0 for what is counted at a pace."""
    return Scale(0.0, max(float(high), 1.0), knee=pace.rate * SPEED_UP if high > MANY else None)


def lowest(objective: Objective) -> float:
    """The lowest known value of an objective where that is below zero, else zero."""
    return min([0.0, *(float(objective.value(np.asarray(m))) for m in objective.minima)])


def fitting(values: Sequence[Array], scale: str = "auto") -> Scale:
    """The scale of an axis for curves: all of them but what lies far above where they begin.

    In decades a curve that rises is followed a little way up, lest nothing be seen of its growth.
    """
    first = np.array([v[0] for v in values if np.isfinite(v[0])])
    highest = float(first.max(initial=-np.inf))
    finite = np.concatenate([v[np.isfinite(v) & (v <= max(1.15 * highest, highest))] for v in values])
    if not finite.any():
        return Scale(0.0, 1.0)
    if highest <= 0:  # all are below zero: the axis ends a little above them
        depth = highest - float(finite.min()) or -highest
        return Scale(highest - depth, highest + 0.15 * depth)
    high = 1.15 * highest
    low = float(finite[finite > DEEPEST * high].min())
    risen = max(float(v[np.isfinite(v)].max(initial=0.0)) for v in values)
    top = max(high, min(risen, UP * highest))
    if scale == "log" or (scale == "auto" and np.log10(top / low) > DECADES and not (finite < 0).any()):
        return Scale(low, 1.5 * top, log=True)
    return Scale(min(0.0, float(finite.min())), high)
