"""Samples, and what a model with two parameters makes of them: a line, or a sigmoid between two classes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.functions.samples import CROSS_ENTROPY, SQUARED, DataObjective
from gdanim.engine.runs import Array
from gdanim.theme import Color
from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.pane import RunPane
from gdanim.view.plot import Plot, Scale
from gdanim.view.ribbon import polyline
from gdanim.view.sketch import Sketch
from gdanim.view.text import Numbers, literal, written

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

MARGIN = 0.06  # of the range of the samples, on every side
PIECES = 80  # of a curve
SAMPLE, RING = 7.0, 2.4  # points: radius of a sample; line of a hollow one
SIZE = 32.0  # points of the equation
POINT, GAP = 0.55, 0.4  # digits' widths of a decimal point, and between pieces
TEN, POWER = 4.3, 0.7  # of a times ten, and of each digit of its power
NAME = 32.0  # points that the name of the axis takes above the frame
MOST_SHOWN = 2000  # samples; of more they are drawn by lot
CROWD = 300  # samples; more are half as large, and their residuals would hide all
MOST_GHOSTS = 4  # so many balls leave ghosts
GHOST, APART = 0.5, 12.0  # opacity of earlier lines; points that lie between any two of them somewhere
CANDIDATES = 400  # moments at which a line may leave a ghost
LATELY, GLANCES = 0.3, 8  # seconds over which a batch fades, and how often they are looked at


class DataPane(RunPane):
    """The samples as discs, and for every ball its line in its colour, the earlier ones as faint ghosts.

    Of two classes one is drawn as rings. One ball alone has its residuals and its equation. The samples of
    a batch glow while they are used, in the colour of the ball that uses them (in white, where several do),
    with their residuals.
    """

    shows = ("data",)

    def __init__(self, scene: Stage, clock: Clock, box: Box) -> None:
        super().__init__(scene, clock, box)
        self.act = clock.act
        assert isinstance(clock.act.objective, DataObjective)
        self.objective = clock.act.objective
        self.straight = self.objective.loss is SQUARED
        self.colors = scene.colors(self.act)
        variables = self.objective.variables
        self._order = sorted(range(2), key=lambda i: variables[i] == "b")  # the slope first
        x, y = self.objective.inputs[self._order[0]], self.objective.targets
        self.shown = np.sort(np.random.default_rng(0).permutation(len(y))[:MOST_SHOWN])
        given, asked = self.objective.columns
        chance = asked if self.straight else "p" if asked == "y" else f"p({asked})"
        scaled = " (scaled)" if self.objective.scaling else ""
        names = (_name(given, scaled), _name(chance))
        self.plot = Plot(box, _around(x), _around(y), self.lettering, names)
        self.samples = self.plot.at(x[self.shown], y[self.shown])
        self.radius = SAMPLE if len(self.samples) <= CROWD else SAMPLE / 2
        self.hollow = (y < 0.5)[self.shown] & (self.objective.loss is CROSS_ENTROPY)
        self.alone = len(self.act.runs) == 1
        if self.alone:
            self._numbers = Numbers(self.lettering, SIZE)
            begin, end = (_equals(asked), "") if self.straight else ("$p = sigma \\($", "$\\)$")
            times = "$z$" if self.objective.scaling else _name(given)
            words = {"is": begin, "x": times, "+": "$+$", "-": "$-$", "end": end}
            self._words = {piece: self.lettering.want(text, SIZE) for piece, text in words.items()}

    def still(self, sketch: Sketch) -> None:
        self.plot.draw(sketch, self.ink("secondary"), self.ink("text"))
        full, hollow = self.samples[~self.hollow], self.samples[self.hollow]
        sketch.disc(full, self.radius, self.ink("text"), 0.85)
        sketch.disc(hollow, self.radius, self.ink("background"), 0.85)
        sketch.ring(hollow, self.radius, self.ink("text"), RING, 0.85)

    def running(self, sketch: Sketch) -> None:
        clock = self.clock
        sketch.opacity *= min(3 * clock.fall, 1.0)
        points = clock.moment.points
        sketch.trails(self._ghosts, clock.seconds, 2.0)
        for ball, color, used in self._used(clock.seconds):
            self._draw_residuals(sketch, points[ball], color, used)
            sketch.glow(self.samples, 4.5 * self.radius, color, 0.8 * used)
            sketch.disc(self.samples, 1.15 * self.radius, color, used)
        if self.alone and len(self.samples) <= CROWD:
            self._draw_residuals(sketch, points[0], self.colors[0], np.full(len(self.samples), 0.6))
        if self.alone:
            self._draw_equation(sketch, points[0])
        lights = self.scene.lights(self.act).tolist()
        for line, color, light in zip(self.lines(points), self.colors, lights, strict=True):
            sketch.line(line, color, 4.0, light)

    def lines(self, points: Array) -> Array:
        """What the model says at parameters (n, 2): polylines (n, k, 2) within the frame."""
        x, y, points = self.plot.x, self.plot.y, points[:, self._order]
        at = np.linspace(x.low, x.high, 2 if self.straight else PIECES + 1)
        inputs = np.repeat(at[None], len(points), axis=0)
        with np.errstate(all="ignore"):
            if self.straight:
                borders = np.sort((np.array([y.low, y.high]) - points[:, 1:]) / points[:, :1], axis=1)
                inputs = np.clip(inputs, borders[:, :1], borders[:, 1:])
            predicted = self.objective.loss.model(points[:, :1] * inputs + points[:, 1:])
            predicted[np.abs(y.share(predicted) - 0.5) > 0.5 + 1e-9] = np.nan
        return self.plot.at(inputs, predicted)

    def _draw_residuals(self, sketch: Sketch, point: Array, color: Color, strength: Array) -> None:
        """From the samples to the model, as far as the frame reaches."""
        inputs, y = self.objective.inputs[:, self.shown], self.plot.y
        with np.errstate(all="ignore"):
            predicted = np.clip(self.objective.predicted(point, inputs), y.low, y.high)
        ends = self.plot.at(inputs[self._order[0]], predicted)
        for used in np.unique(strength[strength > 0]):
            chosen = strength == used
            sketch.segments(self.samples[chosen], ends[chosen], color, 2.0, float(used))

    def _used(self, seconds: float) -> list[tuple[int, Color, Array]]:
        """For each size of a batch: a ball with it, its colour, how much it has used the samples of late."""
        found = []
        for size, balls in self._batches.items():
            used = np.zeros(len(self.objective.targets))
            for ago in np.linspace(0.0, LATELY, GLANCES):
                step = int(self.clock.timeline.pace.step(seconds - ago))
                if seconds > ago and step < max(self.act.runs[ball].steps for ball in balls):
                    used[self.objective.chosen(step, size, self.scene.spec.seed)] += 1 / GLANCES
            color = self.colors[balls[0]] if len(balls) == 1 else self.ink("text")
            found.append((balls[0], color, used[self.shown]))
        return found

    @cached_property
    def _batches(self) -> dict[int, list[int]]:
        """The balls that learn from batches, by the batch's size, large ones first."""
        balls: dict[int, list[int]] = {}
        for i, run in enumerate(self.act.runs):
            if run.ball.batch_size:
                balls.setdefault(run.ball.batch_size, []).append(i)
        return dict(sorted(balls.items(), reverse=True))

    @cached_property
    def _ghosts(self) -> Array:
        """Ribbon rows of the lines at the iterates, each from the time it is reached, in pixels."""
        timeline = self.clock.timeline
        seen = np.unique(
            [int(timeline.pace.step(t)) for t in np.linspace(0.0, timeline.run_time, CANDIDATES)]
        )
        opacity = GHOST / len(self.act.runs) ** 0.5
        rows = [np.zeros((0, 25))]
        for run, color in zip(self.act.runs, self.colors, strict=True):
            if len(self.act.runs) > MOST_GHOSTS:
                break
            steps = seen[seen < run.steps]
            lines = self.lines(run.points[steps])
            kept: list[int] = []
            for k, line in enumerate(lines):
                apart = np.nan_to_num(np.abs(lines[kept] - line), nan=np.inf).max(axis=(1, 2), initial=0.0)
                if (apart > APART).all():
                    kept.append(k)
            for k in kept:
                ghost = polyline(lines[k] * self.lettering.scale, [*color, opacity])
                ghost[:, 12:14] += float(timeline.pace.time(steps[k]))
                rows.append(ghost)
        whole = np.concatenate(rows)
        return np.asarray(whole[np.isfinite(whole).all(axis=1)])

    def _draw_equation(self, sketch: Sketch, point: Array) -> None:
        """The model with its parameters in numbers, which keep their places, at the upper right.

        In a narrow frame it begins beside the name of the axis.
        """
        s, digit = self.lettering.scale, self._numbers.digit_width
        point = point[self._order]
        numbers = iter([(float(point[0]), *self._rooms[0]), (abs(float(point[1])), *self._rooms[1])])
        pieces = ["is", None, "x", "-" if point[1] < 0 else "+", None, "end"]
        width = float(sum(self.lettering.size(self._words[p])[0] for p in pieces if p))
        width += sum(map(sum, self._rooms)) * digit + GAP * digit * (len(pieces) - 1)
        x = max(self.plot.frame.right * s - width, (self.plot.frame.left + NAME) * s)
        if x + width > self.box.right * s:
            return  # there is no room
        y = (self.plot.frame.top - 6) * s - self.lettering.size(self._words["x"])[1]
        labels = []
        for piece in pieces:
            if piece is None:
                value, before, after = next(numbers)
                labels += self._numbers.place(value, x + before * digit, y, self.colors[0])
                x += (before + after) * digit
            else:
                labels.append(self.lettering.place(self._words[piece], x, y, self.ink("text")))
                x += self.lettering.size(self._words[piece])[0]
            x += GAP * digit
        sketch.labels(labels)

    @cached_property
    def _rooms(self) -> list[tuple[float, float]]:
        """Digits' widths that either number of the equation needs before and after its decimal point."""
        first, second = self.act.runs[0].points[:, self._order].T
        return [_room(first), _room(np.abs(second))]


def _equals(column: str) -> str:
    return f"${column} =$" if len(column) == 1 and column.isalpha() else f"{literal(column)}#h(0.25em)$=$"


def _name(column: str, after: str = "") -> str:
    """A column's name as markup: a letter is a variable, a word stands as it is."""
    return (f"${column}$" if len(column) == 1 and column.isalpha() else literal(column)) + after


def _room(values: Array) -> tuple[float, float]:
    """Digits' widths before and after the decimal point that fit all values."""
    before, after = 1.0, POINT
    for value in values[np.isfinite(values)]:
        text, exponent = written(float(value))
        whole, _, decimals = text.partition(".")
        before = max(before, float(len(whole)) + 0.6 * ("-" in whole))
        power = 0.0 if exponent is None else TEN + POWER * len(str(exponent))
        after = max(after, POINT + len(decimals) + power)
    return before, after


def _around(values: Array) -> Scale:
    """An axis for samples, with room on either side; zero belongs to it where it is not far."""
    low, high = float(values.min()), float(values.max())
    if abs(low + high) < 3 * (high - low):
        low, high = min(low, 0.0), max(high, 0.0)
    margin = MARGIN * ((high - low) or 1.0)
    return Scale(low - margin, high + margin)
