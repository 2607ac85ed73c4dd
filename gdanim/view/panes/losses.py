"""Curves of medians and quartiles for each optimizer and rate: of losses in any dimension, or of rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array, Run, Status
from gdanim.motion.timeline import Pace
from gdanim.theme import Color
from gdanim.view.animated import Clock
from gdanim.view.layout import Box, spread
from gdanim.view.pane import RunPane
from gdanim.view.panes.curves import fitting, lowest, paced_scale
from gdanim.view.panes.rates import LETTER, of_rates, title
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
CLOSE, PITCH, BESIDE = 36.0, 72.0, 20.0  # points between labels, between those with notes, and from a tip
LATELY, GLANCES = 0.6, 9  # seconds in which a label gives way, and how often they are looked at
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

    Each curve is named at its tip, where wanted; the names give way to each other.
    """

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
    ) -> None:
        """``values``: (steps + 1,) of every ball, called ``name``, on a scale as ``view.height`` asks.

        ``of_gradients``: evaluations of the gradient are counted, not steps.
        """
        super().__init__(scene, clock, box)
        self.named = named
        runs = clock.act.runs
        groups = of_rates(runs)
        counts = [_counts(run, of_gradients) for run in runs]
        most = max(int(count[-1]) for count in counts)
        notes = [_note([runs[i] for i in group], of_gradients) for group in groups]
        labels = [title([runs[i] for i in group], runs) for group in groups]
        longest = max(max(map(len, labels)) * LABEL_SIZE, max(map(len, notes)) * NOTE_SIZE)
        room = min(LETTER * longest, MOST * box.width) if named else 0.0
        self.pace = _keeping(clock.timeline.pace, clock.timeline.steps, most)
        across = paced_scale(most, self.pace)
        grids = [_grid([counts[i] for i in group], across, box.width) for group in groups]
        quartiles = [
            _quartiles(grid, [counts[i] for i in group], [values[i] for i in group])
            for grid, group in zip(grids, groups, strict=True)
        ]
        self.plot = Plot(
            box.inset(0, 0, room + BESIDE, 0),
            across,
            fitting([row for rows in quartiles for row in rows], height),
            self.lettering,
            ("evaluations of the gradient" if of_gradients else "step", literal(name)),
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

    def running(self, sketch: Sketch) -> None:
        clock, frame = self.clock, self.plot.frame
        if clock.fall < 1:
            return
        count = self.pace.step(clock.seconds)
        drawn = [curve.until(count) for curve in self.curves]
        for curve, places in zip(self.curves, drawn, strict=True):
            if not curve.alone:
                lower, _, upper = np.maximum(places[:, 1:], frame.top).T
                sketch.area(places[:, 0], upper, lower, curve.color, 0.22)
        for curve, places in zip(self.curves, drawn, strict=True):
            line = np.where(places[:, 2:3] < frame.top, np.nan, places[:, [0, 2]])
            sketch.line(line, curve.color, 3.4, 0.95)
            sketch.line([line[-1], [self._front(clock.seconds), line[-1, 1]]], curve.color, 1.5, 0.4)
            sketch.glow(line[-1], 22.0, curve.color, 0.5)
            sketch.disc(line[-1], 7.0, curve.color)
        if self.named:
            self._draw_labels(sketch)

    def _draw_labels(self, sketch: Sketch) -> None:
        """All at the front, beside the tips or what is left of them."""
        seconds, quiet = self.clock.seconds, self.ink("secondary")
        x = self._front(seconds) + BESIDE
        aside = np.mean([self._aside(seconds - ago) for ago in np.linspace(0.0, LATELY, GLANCES)], axis=0)
        places = np.minimum(self.tips(seconds) + aside, self._lowest)
        for i, (curve, y) in enumerate(zip(self.curves, places, strict=True)):
            others = np.delete(places, i)
            nearest = float(np.abs(others - y).min(initial=np.inf))
            below = float((others - y)[others > y].min(initial=np.inf))
            clear = _share(nearest, 0.8 * CLOSE, CLOSE)  # labels fade while one passes the other
            told = _share(seconds - self._end(curve), 0.0, APPEAR) * _share(below, 0.85 * PITCH, PITCH)
            sketch.text(curve.label, x, y, curve.color, clear, align=(0.0, 0.5), snap=False)
            sketch.text(curve.note, x, y + 0.45 * PITCH, quiet, clear * told, align=(0.0, 0.5), snap=False)

    def _front(self, seconds: float) -> float:
        """How far the plot is drawn, in points."""
        return float(self.plot.at(min(self.pace.step(seconds), self.plot.x.high), self.plot.y.high)[0])

    def _end(self, curve: Curve) -> float:
        """Seconds at which it ends."""
        return float(self.pace.time(curve.counts[-1]))

    def tips(self, seconds: float) -> Array:
        """How far down the medians stand (curves,) in points, within the frame."""
        count = self.pace.step(seconds)
        heights = [curve.tip(count)[2] for curve in self.curves]
        return np.asarray(np.clip(heights, self.plot.frame.top, self.plot.frame.bottom))

    @property
    def _lowest(self) -> float:
        """How far down a label may stand, for its note to stay inside the frame."""
        return self.plot.frame.bottom - 0.75 * PITCH

    def _aside(self, seconds: float) -> Array:
        """How far below its tip each label stands (curves,), so that none stands on another."""
        tips = self.tips(seconds)
        pitch = PITCH if any(seconds > self._end(curve) for curve in self.curves) else CLOSE
        return np.array(spread(tips.tolist(), pitch, self.plot.frame.top, self._lowest)) - tips


class LossesPane(QuantilesPane):
    """The loss, against what the spec wants counted."""

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
    if not steps:  # every ball rests where it starts
        return pace
    return Pace(pace.rate, float(pace.time(steps)) / float(Pace(pace.rate).time(most)))
