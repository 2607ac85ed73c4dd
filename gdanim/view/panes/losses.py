"""Curves of medians and quartiles for each optimizer and rate: of losses in any dimension, or of rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array, Run, Status
from gdanim.motion.timeline import Pace
from gdanim.theme import Color
from gdanim.view.animated import Clock
from gdanim.view.layout import Box, spread
from gdanim.view.pane import RunPane
from gdanim.view.panes.curves import fitting, lowest, paced_scale
from gdanim.view.panes.rates import LETTER, of_hues, title
from gdanim.view.plot import Plot, Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import fitted, literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

QUARTILES = (0.25, 0.5, 0.75)  # of a curve's balls have no higher loss: its band and its line
FINEST = 2.0  # points: vertices stand no closer
HIGHEST, OUT = 1e200, 2.0  # where a value ends, and where times the highest shown a curve does
LABEL_SIZE, NOTE_SIZE = 30.0, 28.5
MOST = 0.32  # share of the box that labels may take
PITCH, NOTED = 72.0, 0.85  # points from label to label, and of that the least that leaves room for notes
LEADERS, BESIDE = 44.0, 10.0  # points beside the frame in which leaders reach the labels, and from them
NARROW, LINE, LIST_GAP = 700.0, 44.0, 20.0  # points: a box with a list below, its lines, air around
SMALL = 480.0  # points: a narrower box has few words
BULLET, INDENT = 9.0, 34.0  # points of the list: radius of a bullet, to the name
APPEAR = 0.5  # seconds in which a note fades in


@dataclass(frozen=True)
class Curve:
    """The balls of one (optimizer, rate)."""

    color: Color
    counts: Array  # (n,): of steps or evaluations
    places: Array  # (n, 4): x, and y for each of the QUARTILES, in points
    alone: bool
    label: tuple[str, float]
    note: tuple[str, float]

    def tip(self, count: float) -> Array:
        """The place (4,) at a count, or at the end."""
        return np.array([np.interp(count, self.counts, column) for column in self.places.T])

    def until(self, count: float) -> Array:
        """Places (k, 4) up to there."""
        return np.concatenate([self.places[: np.searchsorted(self.counts, count)], [self.tip(count)]])


class QuantilesPane(RunPane):
    """A number of the balls of each (optimizer, rate): its median against what was counted, and quartiles.

    Each curve is named beside the frame, where wanted: near its end, from the beginning, so that no name
    ever moves; a leader goes from its tip to its name. In a narrow box the names are a list below.
    """

    shows = ("rates",)

    def __init__(
        self,
        scene: Stage,
        clock: Clock,
        box: Box,
        values: Sequence[Array],
        name: str,
        height: str = "linear",
        named: bool = False,
        of_gradients: bool = False,
        bare: bool = False,
    ) -> None:
        """``values``: (steps + 1,) of every ball, called ``name``, on a scale as ``view.height`` asks.

        ``of_gradients``: evaluations of the gradient are counted, not steps. ``bare``: the same is counted
        at the axis of a plot below.
        """
        super().__init__(scene, clock, box)
        self.named = named
        runs = clock.act.runs
        groups = of_hues(runs)
        counts = [_counts(run, of_gradients) for run in runs]
        most = max(int(count[-1]) for count in counts)
        notes = [_note([runs[i] for i in group], of_gradients) for group in groups]
        labels = [title([runs[i] for i in group], runs) for group in groups]
        longest = max(max(map(len, labels)) * LABEL_SIZE, max(map(len, notes)) * NOTE_SIZE)
        self.listed = named and box.width < NARROW
        room = min(LETTER * longest, MOST * box.width) if named else 0.0
        if self.listed:
            lines = len(groups)
            self._list = box._replace(top=box.bottom - LINE * lines)
            box, room = box._replace(bottom=self._list.top - LIST_GAP), (box.width - INDENT - LIST_GAP) / 2
        self.pace = _keeping(clock.timeline.pace, clock.timeline.steps, most)
        across = paced_scale(most, self.pace)
        grids = [_grid([counts[i] for i in group], across, box.width) for group in groups]
        quartiles = [
            _quartiles(grid, [counts[i] for i in group], [values[i] for i in group])
            for grid, group in zip(grids, groups, strict=True)
        ]
        counted = "step"
        if of_gradients:
            counted = "evaluations of the gradient" if box.width > SMALL else "gradients"
        self.plot = Plot(
            box.inset(0, 0, room + LEADERS + BESIDE if named and not self.listed else BESIDE, 0),
            across,
            fitting([row for rows in quartiles for row in rows], height),
            self.lettering,
            ("" if bare else counted, literal(name)),
        )
        colors, narrow = scene.colors(clock.act), room * self.lettering.scale
        self.curves = [
            Curve(
                colors[group[0]],
                grid,
                self._places(grid, rows),
                len(group) == 1,
                self.lettering.want(fitted(literal(label), narrow), LABEL_SIZE),
                self.lettering.want(fitted(literal(note), narrow), NOTE_SIZE),
            )
            for group, grid, rows, label, note in zip(groups, grids, quartiles, labels, notes, strict=True)
        ]

    def _places(self, grid: Array, quartiles: Array) -> Array:
        """Places (n, 4) of counts (n,) and quartiles (3, n)."""
        low, high = self.plot.y.low, self.plot.y.high
        down = self.plot.at(grid, np.clip(quartiles, low, high + (OUT - 1) * abs(high)))
        return np.column_stack([down[0, :, 0], *down[:, :, 1]])

    def still(self, sketch: Sketch) -> None:
        self.plot.draw(sketch, self.ink("secondary"), self.ink("text"))
        if self.listed:
            for k, curve in enumerate(self.curves):
                y = self._list.top + LINE * (k + 0.5)
                sketch.disc([[self._list.left + BULLET, y]], BULLET, curve.color)
                sketch.text(curve.label, self._list.left + INDENT, y, curve.color, align=(0.0, 0.5))
        elif self.named:
            for curve, y in zip(self.curves, self.heights, strict=True):
                sketch.text(curve.label, self._beside, y, curve.color, align=(0.0, 0.5))

    def running(self, sketch: Sketch) -> None:
        clock, frame = self.clock, self.plot.frame
        sketch.opacity *= clock.landed
        count = self.pace.step(clock.seconds)
        drawn = [curve.until(count) for curve in self.curves]
        for curve, places in zip(self.curves, drawn, strict=True):
            if not curve.alone:
                lower, _, upper = np.maximum(places[:, 1:], frame.top).T
                sketch.area(places[:, 0], upper, lower, curve.color, 0.22)
        for k, (curve, places) in enumerate(zip(self.curves, drawn, strict=True)):
            line = np.where(places[:, 2:3] < frame.top, np.nan, places[:, [0, 2]])
            sketch.line(line, curve.color, 3.4, 0.95)
            self._lead(sketch, k, line[-1])
            sketch.glow(line[-1], 22.0, curve.color, 0.5)
            sketch.disc(line[-1], 7.0, curve.color)

    def _lead(self, sketch: Sketch, k: int, tip: Array) -> None:
        """From the tip of curve ``k`` to its name beside the frame, or to the front; its note, at its end."""
        curve, y, beside = self.curves[k], self.heights[k], self.named and not self.listed
        end = self.plot.frame.right if beside else self._front(self.clock.seconds)
        leader = np.array([tip, [end, tip[1]], [self._beside - BESIDE, y]])
        sketch.line(leader if beside else leader[:2], curve.color, 1.5, 0.4)
        told = _share(self.clock.seconds - self._end(curve), 0.0, APPEAR)
        if self.listed:
            at = self._list.right, self._list.top + LINE * (k + 0.5)
            sketch.text(curve.note, *at, self.ink("secondary"), told, (1.0, 0.5))
        elif self.named:
            told *= self._noted
            sketch.text(curve.note, self._beside, y + 0.45 * PITCH, self.ink("secondary"), told, (0.0, 0.5))

    def _front(self, seconds: float) -> float:
        """How far the plot is drawn, in points."""
        return float(self.plot.at(min(self.pace.step(seconds), self.plot.x.high), self.plot.y.high)[0])

    def _end(self, curve: Curve) -> float:
        """Seconds at which it ends."""
        return float(self.pace.time(curve.counts[-1]))

    @property
    def _beside(self) -> float:
        """Where names begin, in points."""
        return self.plot.frame.right + LEADERS + BESIDE

    @cached_property
    def heights(self) -> Array:
        """How far down the names stand (curves,) in points: near the ends of their curves."""
        frame = self.plot.frame
        ends = np.clip([curve.places[-1, 2] for curve in self.curves], frame.top, frame.bottom)
        return np.array(spread(ends.tolist(), PITCH, frame.top, frame.bottom - 0.75 * PITCH))

    @cached_property
    def _noted(self) -> bool:
        """Whether there is room for notes below the names."""
        return bool(np.diff(np.sort(self.heights)).min(initial=PITCH) > NOTED * PITCH)


class LossesPane(QuantilesPane):
    """The loss, against what the spec wants counted."""

    shows = ("losses",)

    def __init__(self, scene: Stage, clock: Clock, box: Box, named: bool = True) -> None:
        low, view = lowest(clock.act.objective), scene.spec.view
        name = "loss" if low == 0 else "loss above the lowest"
        losses = [run.losses - low for run in clock.act.runs]
        super().__init__(
            scene, clock, box, losses, name, view.height, named, of_gradients=view.against == "evaluations"
        )


def _counts(run: Run, of_gradients: bool) -> Array:
    """What every row of a run has taken: steps, or evaluations of the gradient."""
    counts = run.gradient_evaluations if of_gradients else np.arange(run.steps + 1)
    return counts.astype(float)


def _grid(counts: Sequence[Array], scale: Scale, width: float) -> Array:
    """Counts at which the curve of some balls has vertices, about FINEST points apart."""
    grid = np.arange(max(count[0] for count in counts), max(count[-1] for count in counts) + 1.0)
    columns = np.floor(scale.share(grid) * width / FINEST)
    return np.asarray(grid[np.append(np.flatnonzero(np.diff(columns)), len(grid) - 1)])


def _quartiles(grid: Array, counts: Sequence[Array], values: Sequence[Array]) -> Array:
    """Of balls at the counts of a grid (n,): (3, n). A ball that has ended stays; no number is a high one."""
    known = [np.nan_to_num(np.minimum(v, HIGHEST), nan=HIGHEST) for v in values]
    rows = [np.interp(grid, count, v) for count, v in zip(counts, known, strict=True)]
    return np.asarray(np.quantile(rows, QUARTILES, axis=0))


def _note(runs: Sequence[Run], of_gradients: bool) -> str:
    """What became of the balls of a curve."""
    done = [run for run in runs if run.status is Status.CONVERGED]
    if len(runs) > 1:
        return f"{len(done)} of {len(runs)} converged"
    run = runs[0]
    return (
        f"{run.steps} steps, {run.gradient_evaluations[-1]} gradients"
        if of_gradients and done
        else run.verdict
    )


def _share(value: float, low: float, high: float) -> float:
    """How far a value has come from low to high, within 0 and 1."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _keeping(pace: Pace, steps: int, most: int) -> Pace:
    """A pace that begins like another and has done ``most`` when that one has done ``steps``."""
    if most == steps or not steps:  # they are those of the clock, or every ball rests where it starts
        return pace
    return Pace(pace.rate, float(pace.time(steps)) / float(Pace(pace.rate).time(most)))
