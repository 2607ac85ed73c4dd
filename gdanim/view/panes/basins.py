"""Basins: every start in the colour of its minimum, how many steps it takes, and who gets how much."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.basins import BasinMap
from gdanim.engine.runs import Array, Run, Status
from gdanim.formula import point_text
from gdanim.theme import rgb
from gdanim.view.animated import Clock
from gdanim.view.bar import ColorBar
from gdanim.view.layout import Box
from gdanim.view.pane import FlatPane
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.rates import verdict_shown
from gdanim.view.plot import GAP, TICK_SIZE, TOP, Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import Numbers, fitted, literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

# Told apart under the common colour deficiencies, by their lightness too; more minima begin anew.
PALETTE = ("#2F62B8", "#F2B134", "#C63D6B", "#5CC8B0", "#816103", "#B3BDFE", "#B5A666", "#6A4D84")
NOWHERE = "#6B7078"  # starts that lead to no minimum
SIZE, INDENT, BALL = 28.5, 34.0, 11.0  # points: of text, from the disc to the text, of a ball
PITCH, LEAST_PITCH = 46.0, 36.0  # points from row to row
SHARE, ZERO = 120.0, 1e-4  # points of a share; of a side of the domain: what is nearer to 0 is told as 0
INKS = (0.18, 0.64)  # how much of the lines' colour the fewest steps have, and the most
DARKEST = 0.55  # brightness of the starts that take longest
LEAST = 5e-4  # share of all starts that is told
FASTEST, SLOWEST = 0.01, 0.995  # quantiles of the steps at the ends of their scale


def colors(count: int) -> Array:
    """The colours (count + 1, 3) of so many minima, and last that of none."""
    return np.array([*(rgb(PALETTE[i % len(PALETTE)]) for i in range(count)), rgb(NOWHERE)])


def step_range(found: BasinMap) -> Scale:
    """The scale of the steps that starts need, where they lead to a minimum."""
    low, high = np.quantile(_steps(found), [FASTEST, SLOWEST], method="nearest")
    return Scale(float(low), float(max(high, low + 1)), log=True)


def _steps(found: BasinMap) -> Array:
    """The steps that starts need, at least one, where they lead to a minimum if any does."""
    return np.maximum(found.steps[found.reached >= 0] if len(found.minima) else found.steps, 1)


def height(found: BasinMap) -> float:
    """Points that a list of all shares is high, with the step above it."""
    return PITCH * (len(found.minima) + 1 + int(found.shares.sum() < 1 - LEAST))


def painted(found: BasinMap) -> NDArray[np.uint8]:
    """Every start in the colour of its minimum, darker the longer it takes: (rows, columns, 3)."""
    slow = np.clip(step_range(found).share(np.maximum(found.steps, 1)), 0.0, 1.0)
    bright = np.where(found.reached >= 0, 1.0 - (1.0 - DARKEST) * slow**2, 1.0)
    shade = colors(len(found.minima))[found.reached] * bright[..., None]
    return np.asarray((255 * shade).round(), dtype=np.uint8)


class StepsPane(ContourPane):
    """How many steps every start takes, in greys with a bar of them, and the minima in their colours.

    Starts that lead to no minimum are left out.
    """

    shows = ("steps",)

    def __init__(
        self, scene: Stage, clock: Clock, box: Box, found: BasinMap, bar: bool = True, bare: bool = False
    ) -> None:
        self.found, self.range = found, step_range(found)
        super().__init__(scene, clock, box.inset(0, TOP if bare and bar else 0.0, 0, 0), bar, bare)
        self._name = self.lettering.want("steps", TICK_SIZE)

    def still(self, sketch: Sketch) -> None:
        frame, ink, quiet = self.plot.frame, self.ink("lines"), self.ink("secondary")
        sketch.image(self._map, frame)
        self.plot.draw(sketch, quiet, self.ink("text"), grid=0.0)
        for minimum, color in zip(self.found.minima, colors(len(self.found.minima)), strict=False):
            at = self.plot.at(*minimum)
            sketch.ring(at, 14.0, ink, 2.0)
            sketch.disc(at, 11.0, color)
        if self._bar is not None:
            self._bar.draw(sketch, self._bar_colors, quiet)
            sketch.text(self._name, self._bar.box.left, frame.top - GAP, quiet, align=(0.0, 1.0))

    def _numbers(self) -> ColorBar:
        scale, steps = self.range, _steps(self.found)
        beyond = bool(steps.min() < scale.low), bool(steps.max() > scale.high)
        return ColorBar(
            self._beside, self.lettering, scale.share, (scale.low, scale.high), scale.ticks(6), beyond
        )

    @cached_property
    def _map(self) -> NDArray[np.uint8]:
        found = self.found
        shade = self._shaded(self.range.share(np.maximum(found.steps, 1)))
        shade[found.reached < 0] = 0
        return np.ascontiguousarray(shade[::-1])

    @cached_property
    def _bar_colors(self) -> NDArray[np.uint8]:
        return self._shaded(np.linspace(1.0, 0.0, 256)[:, None])

    def _shaded(self, shares: Array) -> NDArray[np.uint8]:
        """Colours (..., 4) of shares (...): from the ground's to the lines', as a basin has any other."""
        few, many = (
            (1 - ink) * np.array(rgb(self.theme.background)) + ink * np.array(rgb(self.theme.lines))
            for ink in INKS
        )
        shade = np.ones((*np.shape(shares), 4))
        shade[..., :3] = few + np.clip(shares, 0.0, 1.0)[..., None] * (many - few)
        return np.asarray((255 * shade).round(), dtype=np.uint8)


class Shares(FlatPane):
    """The minima in their colours, how many of all starts lead to each, and the balls that have arrived."""

    shows = ("shares",)

    def __init__(self, scene: Stage, clock: Clock, box: Box, found: BasinMap) -> None:
        super().__init__(scene, box)
        self.clock = clock
        shares = found.shares
        order, none = np.argsort(-shares, kind="stable"), 1.0 - shares.sum()
        room = max(1, int(box.height / LEAST_PITCH) - 1 - (none > LEAST))
        shown = np.sort(order if len(order) <= room else order[: room - 1])
        sides = np.ptp(np.asarray(clock.act.domain), axis=1)
        places = np.where(np.abs(found.minima) < ZERO * sides, 0.0, found.minima)
        extreme = "maximum" if found.climbs else "minimum"
        rows = [
            (f"{extreme} at {point_text(places[i], 3)}", shares[i], colors(len(shares))[i]) for i in shown
        ]
        if rest := len(order) - len(shown):
            rows.append((f"{rest} more", shares.sum() - shares[shown].sum(), np.array(self.ink("secondary"))))
        if none > LEAST:
            rows.append((f"no {extreme}", none, np.array(rgb(NOWHERE))))
        self.pitch = min(box.height / (len(rows) + 1), PITCH)
        size, want = SIZE * min(self.pitch / PITCH + 0.1, 1.0), self.lettering.want
        self.numbers, self._step = Numbers(self.lettering, size), want("step", size)
        width = (box.width - INDENT - SHARE) * self.lettering.scale
        self._rows = [
            (want(fitted(literal(name), width), size), want(literal(f"{share:.1%}"), size), color)
            for name, share, color in rows
        ]
        self._row_of = np.array([_row(run, found.minima, shown) for run in clock.act.runs])

    def moving(self, sketch: Sketch) -> None:
        clock, text, quiet = self.clock, self.ink("text"), self.ink("secondary")
        balls = range(len(clock.act.runs))
        arrived = np.array([verdict_shown(clock.timeline, ball, clock.seconds) for ball in balls])
        left, _, right, bottom = self.box
        s = self.lettering.scale
        middle = self.lettering.size(self._step)[1] / s / 2  # of a line, from its top
        share = left + INDENT + max(self.lettering.size(name)[0] for name, _, _ in self._rows) / s + SHARE
        top = bottom - self.pitch * (len(self._rows) + 1)
        sketch.text(self._step, left + INDENT, top, quiet)
        for step, opacity in clock.counters:
            sketch.labels(self.numbers.whole(step, share * s, top * s, quiet, opacity))
        for i, (name, percent, color) in enumerate(self._rows):
            y = top + self.pitch * (i + 1)
            sketch.disc([[left + BALL, y + middle]], BALL, color)
            sketch.text(name, left + INDENT, y, text)
            sketch.text(percent, share, y, text, align=(1.0, 0.0))
            shown = np.sort(arrived[self._row_of == i])[::-1]
            x = share + 40 + 2.4 * BALL * np.arange(len(shown))
            x = x[x < right - BALL]
            places = np.column_stack([x, np.full(len(x), y + middle)])
            sketch.ball(places, BALL, color, shown[: len(x)] * clock.numbered)


def _row(run: Run, minima: Array, shown: NDArray[np.int64]) -> int:
    """The row of the minimum that a ball has come to rest in, or -1."""
    if run.status not in (Status.CONVERGED, Status.LOCAL):
        return -1
    nearest = np.linalg.norm(minima - run.points[-1], axis=1).argmin() if len(minima) else -1
    return next((row for row, index in enumerate(shown) if index == nearest), -1)
