"""Learning rates compared: a map for each with its verdict, and what each has cost in steps."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gdanim.engine.runs import Run, Status
from gdanim.motion.timeline import Timeline
from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.pane import RunPane
from gdanim.view.panes.contour import MOST_DETAILED, ContourPane
from gdanim.view.panes.curves import step_scale
from gdanim.view.plot import Plot, Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import Numbers, fitted, literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

HEAD, FOOT, GAP = 50.0, 10.0, 28.0  # points above a map, between it and the words below, between maps
TITLE_SIZE, LOSS_SIZE, NOTE_SIZE = 34.0, 29.0, 28.5
LOSS_ROOM = 6.5  # of its size: how wide a loss may be
APART = 1.6  # width to height of the room below maps from which two panes stand there side by side
SIDE_BY_SIDE = 200.0  # points of a step and a loss below a map
PITCH = 34.0  # points from line to line below it
ENOUGH = 0.75  # of the largest maps: that large they may stand in fewer rows,
STEP = 120.0  # if they have so many points, which a step below them takes
AIR = 24.0  # points below the maps and their words
BEFORE = 0.6  # digits' widths between step and its number
DECIMALS = 3.6  # digits' widths of a decimal point and three digits
NUMBER = 9.0  # digits' widths that a number may take after its decimal point
LETTER = 0.52  # mean width of a letter in its size
SHRUNK = 0.83  # of its width: where a title would be less there are no numbers beside titles
BADGE, BADGE_SIZE = (74.0, 42.0), 28.5
APPEAR = 0.5  # seconds in which a verdict fades in
WIDE = 20.0  # rates that are so many times apart stand on a log scale
BEYOND = 1.18  # times the largest rate: the end of the axis
ROOM = 1.4  # times the most steps: the end of the other
DOT, CROSS = 9.0, 8.0  # points
AXIS_NAME = 100.0  # points that the name of the steps takes above the frame


class RatePane(ContourPane):
    """The map of the balls at one rate: its name and their median loss above, the verdict and cause below.

    ``named`` is the opacity of its name.
    """

    def __init__(self, scene: Stage, clock: Clock, box: Box, balls: Sequence[int]) -> None:
        lines = _lines(clock.act.runs, box.width)
        map_box = box.inset(0, HEAD, 0, FOOT + PITCH * lines)
        crowd = len(balls) > MOST_DETAILED
        super().__init__(scene, clock, map_box, bar=False, bare=True, balls=balls, fleeting=crowd)
        lettering, room = self.lettering, self.plot.frame.width
        taken = LOSS_ROOM * LOSS_SIZE if len(balls) == 1 else 0.0
        name = title(self.act.runs, clock.act.runs)
        groups = of_rates(clock.act.runs)
        longest = max(len(title([clock.act.runs[i] for i in group], clock.act.runs)) for group in groups)
        natural = LETTER * longest * TITLE_SIZE
        least = SHRUNK * natural + taken if len(balls) == 1 else SIDE_BY_SIDE
        self.named = 1.0
        self._crammed = room < least  # the curves tell the loss, too
        self._title = self._fitted(name, TITLE_SIZE, 0.0 if self._crammed else taken)
        self.loss, self.counter = Numbers(lettering, LOSS_SIZE), Numbers(lettering, NOTE_SIZE)
        self._step = lettering.want("step", NOTE_SIZE)
        verdict, reason = findings(self.act.runs)
        self._told = bool(verdict)
        if not fits(verdict, room):
            verdict = short(self.act.runs)
        self._notes = [self._fitted(text, NOTE_SIZE) for text in (verdict, reason)[:lines]]
        place = ranks([[clock.act.runs[i] for i in group] for group in groups])[groups.index(list(balls))]
        self._badge = (
            None if place is None or len(groups) == 1 else lettering.want(ordinal(place), BADGE_SIZE)
        )

    def _fitted(self, text: str, size: float, taken: float = 0.0) -> tuple[str, float]:
        """Text as wide as the frame at most, without what is ``taken``, in points."""
        room = (self.plot.frame.width - taken) * self.lettering.scale
        return self.lettering.want(fitted(literal(text), room), size)

    def state(self) -> tuple[Any, float]:
        return super().state(), self.named

    @property
    def opacity(self) -> float:
        return super().opacity * float(self.scene.lights(self.act).max())

    def still(self, sketch: Sketch) -> None:
        super().still(sketch)
        left, top = self.plot.frame[:2]
        sketch.text(self._title, left, top - 8, tuple(self.colors[0]), self.named, align=(0.0, 1.0))

    def running(self, sketch: Sketch) -> None:
        super().running(sketch)
        clock, frame, s = self.clock, self.plot.frame, self.lettering.scale
        sketch.opacity *= clock.landed
        moment = self.timeline.at(clock.seconds)
        loss = float(np.median(moment.losses))
        point = frame.right * s - NUMBER * self.loss.digit_width
        top = (frame.top - 8) * s - self.loss.height
        y = frame.bottom + FOOT
        if len(self.act.runs) > 1:  # no verdict needs the room below
            point, top = frame.right * s - DECIMALS * self.loss.digit_width, y * s
        if not self._crammed:
            sketch.labels(self.loss.place(loss, point, top, self.ink("text")))
        fallen = min(verdict_shown(self.timeline, ball, clock.seconds) for ball in range(len(self.act.runs)))
        if fallen < 1 or not self._told:
            quiet, fading = self.ink("secondary"), 1 - min(2 * fallen, 1.0) * self._told
            sketch.text(self._step, frame.left, y, quiet, fading)
            digits = BEFORE + len(str(moment.step))
            end = frame.left * s + self.lettering.size(self._step)[0] + digits * self.counter.digit_width
            sketch.labels(self.counter.whole(int(moment.rows.max()), end, y * s, quiet, fading))
        inks = tuple(self.colors[0]), self.ink("secondary")
        for k, (note, ink) in enumerate(zip(self._notes, inks, strict=False)):
            sketch.text(note, frame.left, y + PITCH * k, ink, max(2 * fallen - 1, 0.0))
        if self._badge:
            pill = self._pill
            sketch.box(pill, inks[0], fallen, corner=pill.height / 2)
            middle = (pill.left + pill.right) / 2, (pill.top + pill.bottom) / 2
            sketch.text(self._badge, *middle, self.ink("background"), fallen, align=(0.5, 0.5))

    @cached_property
    def _pill(self) -> Box:
        """The badge's place: the upper corner that is further from the start."""
        frame, (width, height) = self.plot.frame, BADGE
        start = float(self.plot.at(*self.act.runs[0].points[0])[0])
        right = frame.right - 10 if 2 * start < frame.left + frame.right else frame.left + 10 + width
        return Box(right - width, frame.top + 10, right, frame.top + 10 + height)


def rate_panes(scene: Stage, clock: Clock, body: Box, below: float) -> tuple[list[RatePane], Box]:
    """A map for each (optimizer, rate), side by side or in rows, and the room that is left below them.

    Maps are as large as can be where ``below`` them so many points are left.
    """
    groups, runs = of_rates(clock.act.runs), clock.act.runs
    (x0, x1), (y0, y1) = clock.act.domain
    ratio = (y1 - y0) / (x1 - x0)

    def tile(across: int) -> tuple[float, float]:
        """Width of a map in one of so many columns, and its height with its words."""
        rows = -(-len(groups) // across)
        width = (body.width + GAP) / across - GAP
        words = HEAD + FOOT + PITCH * _lines(runs, width)
        high = min((body.height - below + GAP) / rows - GAP - words, width * ratio)
        return min(width, high / ratio), high + words

    widths = {n: tile(n)[0] for n in range(1, len(groups) + 1)}
    enough = min(max(widths.values()), max(ENOUGH * max(widths.values()), STEP))
    across = max(n for n, wide in widths.items() if wide >= enough)
    width, height = tile(across)
    pitch = (body.width - width) / max(across - 1, 1)
    lefts = [body.left + pitch * (k % across) for k in range(len(groups))]
    tops = [body.top + (height + GAP) * (k // across) for k in range(len(groups))]
    maps = [
        RatePane(scene, clock, Box(left, top, left + width, top + height), group)
        for left, top, group in zip(lefts, tops, groups, strict=True)
    ]
    return maps, body._replace(top=max(tops) + height + AIR)


def fits(text: str, width: float) -> bool:
    """Whether a line below a map has about so many points."""
    return LETTER * NOTE_SIZE * len(text) <= width


def short(group: Sequence[Run]) -> str:
    """What became of the balls of a group in as few words as can be."""
    if len(group) > 1:
        return findings(group)[0].removesuffix(" converged")
    (run,) = group
    return f"step {run.steps}" if run.status is Status.CONVERGED else run.verdict.partition(" at step")[0]


def _lines(runs: Sequence[Run], width: float) -> int:
    """Lines below maps of a width: the verdict, and its reason where there is room."""
    alone = len(of_rates(runs)) == len(runs)
    reasons = [run.reason for run in runs if run.reason]
    return 2 if alone and reasons and all(fits(reason, width) for reason in reasons) else 1


class StabilityPane(RunPane):
    """Steps against the learning rate: every ball rises as its steps are done and stays where it converges.

    Beyond the dashed bound, 2/L for gradient descent, a step overshoots further than it came.
    """

    shows = ("edge",)

    def __init__(self, scene: Stage, clock: Clock, box: Box) -> None:
        super().__init__(scene, clock, box)
        self.runs, self.colors = clock.act.runs, scene.colors(clock.act)
        self.rates = np.array([run.ball.learning_rate for run in self.runs])
        self.bounds = sorted({run.bound for run in self.runs if run.bound})
        steps = step_scale(clock)
        steps = replace(steps, high=ROOM * steps.high)
        across = rate_scale([*self.rates.tolist(), *(bound.rate for bound in self.bounds)])
        self.plot = Plot(box, across, steps, self.lettering, ("learning rate", "steps"))
        self._names = [
            self.lettering.want(literal(f"{bound.name} = {bound.rate:.4g}"), NOTE_SIZE)
            for bound in self.bounds
        ]

    def still(self, sketch: Sketch) -> None:
        plot, frame, text = self.plot, self.plot.frame, self.ink("text")
        plot.draw(sketch, self.ink("secondary"), text)
        lines = [float(plot.at(bound.rate, 0.0)[0]) for bound in self.bounds]
        widths = [self.lettering.size(name)[0] / self.lettering.scale for name in self._names]
        above = len(lines) == 1 and lines[0] - widths[0] / 2 > frame.left + AXIS_NAME
        for k, (x, width, name) in enumerate(zip(lines, widths, self._names, strict=True)):
            sketch.box(frame._replace(left=x), self.ink("secondary"), 0.13)
            sketch.line([[x, frame.bottom], [x, frame.top]], text, 2.0, 0.8, dash=9.0)
            y = frame.top + 8 + PITCH * k
            if above:
                sketch.text(name, min(x, frame.right - 70), frame.top - 6, text, align=(0.5, 1.0))
            elif lines[-1] + 10 + width < frame.right:  # below each other, where no line crosses them
                sketch.text(name, lines[-1] + 10, y, text)
            else:
                sketch.text(name, lines[0] - 10, y, text, align=(1.0, 0.0))

    def running(self, sketch: Sketch) -> None:
        clock = self.clock
        sketch.opacity *= clock.landed
        moment = clock.moment
        now = moment.step + moment.fraction
        for i, (run, color) in enumerate(zip(self.runs, self.colors, strict=True)):
            at = self.plot.at(self.rates[i], min(now, run.steps))
            fallen = verdict_shown(clock.timeline, i, clock.seconds)
            sketch.line([self.plot.at(self.rates[i], 0.0), at], color, 2.0, 0.45)
            failed = fallen if run.status is not Status.CONVERGED else 0.0
            sketch.disc(at, DOT, color, 1 - failed)
            a = np.array([[-CROSS, -CROSS], [-CROSS, CROSS]])
            sketch.segments(at + a, at - a, color, 4.0, failed)


def rate_scale(rates: Sequence[float]) -> Scale:
    """An axis for learning rates: from 0, or logarithmic where they are far apart."""
    low, high = min(rates), max(rates)
    if 0 < WIDE * low < high:
        return Scale(low / 1.6, high * 1.6, log=True)
    return Scale(0.0, BEYOND * high or 1.0)


def verdict_shown(timeline: Timeline, ball: int, seconds: float) -> float:
    """How far the verdict on a ball (from 0) has appeared, 0 to 1."""
    return min(max((seconds - min(timeline.end(ball), timeline.run_time)) / APPEAR, 0.0), 1.0)


def of_rates(runs: Sequence[Run]) -> list[list[int]]:
    """The balls (from 0) of each (optimizer, rate)."""
    return _grouped(run.ball.team for run in runs)


def of_hues(runs: Sequence[Run]) -> list[list[int]]:
    """The balls (from 0) of each colour."""
    return _grouped(run.ball.hue for run in runs)


def _grouped(keys: Iterable[Hashable]) -> list[list[int]]:
    groups: dict[Hashable, list[int]] = {}
    for i, key in enumerate(keys):
        groups.setdefault(key, []).append(i)
    return list(groups.values())


def title(group: Sequence[Run], runs: Sequence[Run]) -> str:
    """What the balls of a group have in common in their labels, without what all groups have."""
    label = group[0].ball.team if len(group) > 1 else group[0].ball.label
    if len({run.ball.name for run in runs}) > 1 or not group[0].ball.detail:
        return label
    detail, nth = group[0].ball.detail, group[0].ball.nth
    return detail if len(group) > 1 or nth is None else f"{detail} {group[0].ball.mark}"


def findings(group: Sequence[Run]) -> tuple[str, str]:
    """Verdict and reason of one ball, or how many of several have converged, if any."""
    if len(group) == 1:
        return group[0].verdict, group[0].reason
    done = sum(run.status is Status.CONVERGED for run in group)
    return f"{done} of {len(group)} converged" if done else "", ""


def ranks(groups: Sequence[Sequence[Run]]) -> list[int | None]:
    """Places by the steps of the last ball, from 1; None where one has not converged."""
    steps = [
        max(run.steps for run in group) if all(run.status is Status.CONVERGED for run in group) else None
        for group in groups
    ]
    done = [count for count in steps if count is not None]
    return [None if count is None else 1 + sum(other < count for other in done) for count in steps]


def ordinal(place: int) -> str:
    """1st, 2nd, 3rd, 4th..."""
    return f"{place}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(place, 'th') }"
