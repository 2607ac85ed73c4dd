"""The legend: who runs, what loss it stands for, and at the end the verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array, Status
from gdanim.motion.timeline import Moment
from gdanim.theme import Color, rgb
from gdanim.view.animated import Clock
from gdanim.view.layout import SHORT, Box, Layout
from gdanim.view.pane import FlatPane, Pane
from gdanim.view.panes.rates import APPEAR, of_rates, verdict_shown
from gdanim.view.panes.strip import Strip
from gdanim.view.picture import Label
from gdanim.view.sketch import Sketch
from gdanim.view.text import Numbers, fitted, literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

MOST_ROWS, LEAST_PITCH = 12, 62.0  # more balls than this, or than there is room for, fold into a summary
ONE_COLUMN = 3  # balls stand below each other even in a small picture
LABEL_SIZE, NOTE_SIZE = 30.0, 23.0
PITCH, MOST_PITCH = 84.0, 112.0  # points from row to row; with the causes of verdicts
MOST_EXPLAINED, EXPLAINED_PITCH = 5, 92.0  # so many rows, so far apart, have room for the causes of verdicts
INDENT = 34.0  # from the bullet to the label
NUMBER = 8.2  # digits' widths that a number may take after its decimal point
DIGIT = 0.5 * LABEL_SIZE
COUNTER = 54.0  # the step's row, above the others
GROUP_PITCH, FACTS, FACTS_GAP = 50.0, 3, 20.0  # of a crowd's summary: from row to row, facts, above them
COLUMN_GAP, CLOSE, NARROW = 70.0, 30.0, 900.0  # points between columns; CLOSE in a box less wide


def legend(scene: Stage, clock: Clock, box: Box, columns: int = 1) -> Pane:
    """The legend that the spec asks for: the full one in ``columns``, or a strip at the top of the box."""
    return Strip(scene, clock, box) if scene.has_strip else Legend(scene, clock, box, columns)


class Legend(FlatPane):
    """The balls of an act and, once they run, how they stand."""

    def __init__(self, scene: Stage, clock: Clock, box: Box, columns: int = 1) -> None:
        super().__init__(scene, box)
        self.clock, self.timeline = clock, clock.timeline
        self.colors = scene.colors(clock.act)
        lettering, theme = self.lettering, self.theme
        self.runs = list(clock.act.runs)
        narrow = box.width < NARROW and self.height(len(self.runs), 1) <= box.height
        self.columns = columns = 1 if narrow else columns
        self.numbers = Numbers(lettering, LABEL_SIZE)
        self._step = lettering.want("step", LABEL_SIZE)
        self._bullet = lettering.want("#box(circle(radius: 0.3em, fill: white))", LABEL_SIZE)
        fitting = int((box.height - COUNTER) / LEAST_PITCH) * columns
        self.folded = len(self.runs) > min(MOST_ROWS, fitting)
        if self.folded:
            self._groups = self._group()
            below = 0.0 if columns > 1 else GROUP_PITCH * FACTS + FACTS_GAP  # else the facts stand beside
            fit = max(1, int((box.height - COUNTER - below) / GROUP_PITCH))
            if len(self._groups) > fit:
                rest = (f"and {len(self._groups) - fit + 1} more", rgb(theme.secondary))
                self._groups = [*self._groups[: fit - 1], rest]
            loss = " loss" if columns == 1 or box.width > NARROW else ""  # no room for the word
            facts = (f"best{loss}", f"median{loss}", "converged")
            self._facts = [lettering.want(fact, NOTE_SIZE + 3) for fact in facts]
            self._converge = np.array([run.status in (Status.CONVERGED, Status.LOCAL) for run in self.runs])
            self._of = lettering.want(f"of {len(self.runs)}", LABEL_SIZE)
            self._names = [self._text(name, LABEL_SIZE, self._column - INDENT) for name, _ in self._groups]
        else:
            room = self._column - INDENT
            self._names = [
                self._text(run.ball.label, LABEL_SIZE, room - (before_point(run.losses) + NUMBER) * DIGIT)
                for run in self.runs
            ]
            self._verdicts = [self._text(run.verdict, NOTE_SIZE, room) for run in self.runs]
            self._reasons = [self._text(run.reason, NOTE_SIZE, room) for run in self.runs]
            self._left = [
                self._text(f"left the picture at step {self.timeline.leaving(i)}", NOTE_SIZE, room)
                for i in range(len(self.runs))
            ]

    @classmethod
    def needs(cls, layout: Layout, balls: int) -> float | None:
        """Points that the legend needs below the stage of a layout; None: all that there are."""
        if balls > MOST_ROWS:
            return None
        if layout.width < SHORT:
            return cls.height(balls, 1 if balls <= ONE_COLUMN else layout.panel_columns)
        return cls.height(balls, layout.panel_columns, MOST_PITCH)

    @staticmethod
    def height(balls: int, columns: int, pitch: float = LEAST_PITCH) -> float:
        """Points that so many balls need, each with a row of its own if they may have one."""
        return COUNTER + pitch * -(-min(balls, MOST_ROWS) // columns) + 1.0

    def _text(self, text: str, size: float, room: float) -> tuple[str, float]:
        return self.lettering.want(fitted(literal(text), room * self.lettering.scale), size)

    @property
    def _column(self) -> float:
        """Width of a column of rows, in points."""
        return min((self.box.width + self._gap) / self.columns - self._gap, 500.0)

    @property
    def _gap(self) -> float:
        """Points between columns."""
        return COLUMN_GAP if self.box.width > NARROW else CLOSE

    def moving(self, sketch: Sketch) -> None:
        moment = self.clock.moment if self.clock.landed > 0 else None
        sketch.labels(self._summary(moment) if self.folded else self._rows(moment))

    def _rows(self, moment: Moment | None) -> list[Label]:
        s = self.lettering.scale
        left, top, right, bottom = self.box
        per_column = -(-len(self.runs) // self.columns)
        room = (bottom - top - COUNTER) / per_column
        explained = (
            len(self.runs) <= MOST_EXPLAINED
            and room >= EXPLAINED_PITCH
            and any(run.reason for run in self.runs)
        )
        pitch = min(MOST_PITCH if explained else PITCH, room)
        column = (right - left + self._gap) / self.columns
        start = bottom - pitch * per_column
        labels = self._counter(start - COUNTER)
        losses = None if moment is None else self.timeline.losses(moment)
        present = self.clock.numbered
        for i in range(len(self.runs)):
            x = left + column * (i // per_column)
            y = start + pitch * (i % per_column)
            color = self.colors[i]
            labels.append(self.lettering.place(self._bullet, x * s, (y + 5) * s, color))
            labels.append(self.lettering.place(self._names[i], (x + INDENT) * s, y * s, rgb(self.theme.text)))
            if moment is None or losses is None:
                continue
            point = (x + self._column - NUMBER * DIGIT) * s
            labels += self.numbers.place(float(losses[i]), point, y * s, rgb(self.theme.text), present)
            left_note, verdict = (present * strength for strength in self._strengths(i, moment))
            notes = [(self._left[i], 36.0, color, left_note), (self._verdicts[i], 36.0, color, verdict)]
            if explained:
                notes.append((self._reasons[i], 63.0, rgb(self.theme.secondary), verdict))
            labels += [
                self.lettering.place(key, (x + INDENT) * s, (y + down) * s, ink, strength)
                for key, down, ink, strength in notes
                if strength > 0
            ]
        return labels

    def _strengths(self, ball: int, moment: Moment) -> tuple[float, float]:
        """Opacities under a row: of the note that the ball has left, then of its verdict."""
        verdict = verdict_shown(self.timeline, ball, moment.seconds)
        departure = self.timeline.departure(ball)
        left = 0.0 if departure is None else min(max((moment.seconds - departure - 0.6) / APPEAR, 0.0), 1.0)
        if left:  # one goes before the other comes
            return left * max(1 - 2 * verdict, 0.0), max(2 * verdict - 1, 0.0)
        return 0.0, verdict

    def _summary(self, moment: Moment | None) -> list[Label]:
        s = self.lettering.scale
        left, _, _, bottom = self.box
        quiet, text = rgb(self.theme.secondary), rgb(self.theme.text)
        rows = len(self._groups)
        rows = max(rows, FACTS) if self.columns > 1 else rows + FACTS
        y = bottom - GROUP_PITCH * rows - (FACTS_GAP if self.columns == 1 else 0.0)
        labels, top = self._counter(y - COUNTER), y
        for key, (_, color) in zip(self._names, self._groups, strict=True):
            labels.append(self.lettering.place(self._bullet, left * s, (y + 5) * s, color))
            labels.append(self.lettering.place(key, (left + INDENT) * s, y * s, text))
            y += GROUP_PITCH
        if self.columns > 1:
            left, y = left + (self.box.width + self._gap) / self.columns, top
        else:
            y += FACTS_GAP
        if moment is None:
            return labels
        losses = self.timeline.losses(moment)
        present, converged = self.clock.numbered, self._converge & moment.ended
        shown: list[float | int] = [
            float(np.nanmin(losses)),
            float(np.nanmedian(losses)),
            int(converged.sum()),
        ]
        point = (left + self._column - NUMBER * DIGIT) * s
        for key, value in zip(self._facts, shown, strict=True):
            labels.append(self.lettering.place(key, left * s, (y + 4) * s, quiet, present))
            if isinstance(value, int):
                labels += self.numbers.whole(value, point, y * s, text, present)
                labels.append(self.lettering.place(self._of, point + 12 * s, y * s, text, present))
            else:
                labels += self.numbers.place(value, point, y * s, text, present)
            y += GROUP_PITCH
        return labels

    def _counter(self, y: float) -> list[Label]:
        """ "step 16", its last digit above the decimal points."""
        s = self.lettering.scale
        left = self.box.left
        color = rgb(self.theme.secondary)
        word = (left + INDENT) * s + self.lettering.size(self._step)[0]
        right = max((left + self._column - NUMBER * DIGIT) * s, word + 5 * self.numbers.digit_width)
        digits = [
            digit
            for step, opacity in self.clock.counters
            for digit in self.numbers.whole(step, right, y * s, color, opacity)
            if opacity > 0
        ]
        return [self.lettering.place(self._step, (left + INDENT) * s, y * s, color), *digits]

    def _group(self) -> list[tuple[str, Color]]:
        """One row per (optimizer, rate): its label without the start's number, and how many balls."""
        rows = []
        for members in of_rates(self.runs):
            many = f" \u00d7 {len(members)}" if len(members) > 1 else ""
            rows.append((self.runs[members[0]].ball.team + many, self.colors[members[0]]))
        return rows


def before_point(losses: Array) -> float:
    """Digits' widths that losses (n,) take before their decimal point, with some room; see ``written``."""
    plain = np.abs(losses[np.abs(losses) < 1e4])  # others are powers of ten
    return 1.5 + math.floor(math.log10(plain.max(initial=1.0))) + 0.6 * bool((losses < 0).any())
