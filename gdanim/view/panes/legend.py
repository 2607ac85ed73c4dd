"""The legend: who runs, what loss it stands for, and at the end the verdict."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gdanim.engine.runs import Array, Run, Status
from gdanim.engine.solution import Act
from gdanim.engine.takeaway import takeaway
from gdanim.motion.timeline import Moment, smooth
from gdanim.motion.valleys import valleys
from gdanim.spec.wording import counted
from gdanim.theme import rgb
from gdanim.view.animated import Clock
from gdanim.view.camerawork import closes_in
from gdanim.view.layout import SMALLEST, Box, Layout
from gdanim.view.pane import FlatPane, Pane
from gdanim.view.panes.rates import APPEAR, of_rates, verdict_shown
from gdanim.view.panes.strip import Strip
from gdanim.view.panes.takeaway import place, sentence, summed_up
from gdanim.view.picture import Label
from gdanim.view.sketch import Sketch
from gdanim.view.text import Numbers, fitted, literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

MOST_ROWS = 12  # more balls than this, or than there is room for, fold into a summary
LABEL_SIZE, NOTE_SIZE = 31.0, SMALLEST
ROW, NOTE = 48.0, 34.0  # points that a ball's row takes, and each note that comes in below it
LEAST_ROW, LEAST_NOTE = 33.0, 28.6  # the same where there is no more room
INDENT = 34.0  # from the bullet to the label
NUMBER = 8.2  # digits' widths that a number may take after its decimal point
DIGIT = 0.5 * LABEL_SIZE
LETTER, NARROWEST = 0.5, 0.47  # of its size: a letter's mean width, with some room and without
WIDEST = 0.33  # of a wide picture: the width of a legend over its stage
LEFT = "left the picture at step {}"
COUNTER = 46.0  # the step's row, above the others
COLUMN, COLUMN_GAP, CLOSE, NARROW = 600.0, 50.0, 24.0, 900.0  # widths; CLOSE in a box less than NARROW
GROUP_PITCH, FACTS, FACTS_GAP = 46.0, 3, 16.0  # of a crowd's summary: from row to row, facts, above them
MOST_GROUPS = 8  # rows of it
MOST_BELOW, LEAST_STAGE = 0.45, 0.34  # of a picture's height: for what stands below the stage, for the stage
ALMOST = 1e-6  # points
DIM, LIT = 0.68, 0.1  # at the end: opacity of all rows but the best one's; of the light behind that
LIT_ABOVE, LIT_BESIDE = 4.0, 12.0  # points that this light is higher than the row, and wider


class Row(NamedTuple):
    """What stands in a row of a legend, and where that is, in points."""

    labels: list[Label]
    left: float
    top: float
    bottom: float
    best: bool  # whether it is lit at the end


class Rows(NamedTuple):
    """How the balls of a legend stand: each with a row, and so many ``notes`` that come in below it."""

    balls: int
    columns: int
    notes: int
    tight: float  # from 0, as loose as it should be, to 1

    @property
    def row(self) -> float:
        """Points of a row without its notes."""
        return ROW + self.tight * (LEAST_ROW - ROW)

    @property
    def note(self) -> float:
        """Points of a note."""
        return NOTE + self.tight * (LEAST_NOTE - NOTE)

    @property
    def below(self) -> float:
        """Points from the top of a row to that of its first note, which keeps clear of descenders."""
        return self.row - 9.0 + 7.0 * self.tight

    @property
    def each(self) -> int:
        """Rows of a column."""
        return -(-self.balls // self.columns)

    @property
    def height(self) -> float:
        """Points of it all once every note is there."""
        return COUNTER + self.each * (self.row + self.notes * self.note)


def arranged(runs: Sequence[Run], height: float, columns: int) -> Rows | None:
    """The rows of these balls in a height, in up to so many columns; None: there is no room for all.

    Verdicts matter more than one column, and that more than their reasons.
    """
    count = len(runs)
    if count > MOST_ROWS:
        return None
    told = 2 if any(run.reason for run in runs) else 1
    for notes, most in ((told, 1), *((n, c) for n in (1, 0) for c in range(1, columns + 1))):
        loose, tight = (Rows(count, most, notes, share) for share in (0.0, 1.0))
        if tight.height <= height + ALMOST:
            spare = loose.height - tight.height
            return loose._replace(tight=min(max((loose.height - height) / spare, 0.0), 1.0))
    return None


def legend(scene: Stage, clock: Clock, box: Box, columns: int = 1) -> Pane:
    """The legend that the spec asks for: the full one in ``columns``, or a strip at the top of the box."""
    return Strip(scene, clock, box) if scene.has_strip else Legend(scene, clock, box, columns)


def over_stage(scene: Stage, act: Act, top: float) -> Layout:
    """The layout of one stage that is all of a wide picture, heading and legend over its corners."""
    layout = scene.layout
    if scene.has_strip or not layout.wide:
        return beside_stage(scene, act, top)
    room = layout.panel.bottom - top
    rows = arranged(act.runs, room, 1)
    height = min(summed(act, 1), room) if rows is None else rows.height
    told = None if closes_in(scene.spec.camera) else sentence(scene.spec, act, layout)
    below = place(told, layout, scene.foot) if told else None
    width = min(across(act, rows), WIDEST * layout.width)
    return layout.floating(scene.heading, width, height, below)


def beside_stage(scene: Stage, act: Act, top: float) -> Layout:
    """The layout of one stage with the legend beside it, or below it with no more room than it needs.

    The heading reaches down to ``top``.
    """
    layout = scene.layout
    if scene.has_strip or layout.wide:
        return layout.under(top)
    columns = layout.panel_columns
    room = layout.panel.bottom - top - LEAST_STAGE * layout.height
    height = max(min(MOST_BELOW * layout.height, room), COUNTER + ROW)
    rows = arranged(act.runs, height, columns)
    return layout.under(top, rows.height if rows else min(summed(act, columns), height))


def across(act: Act, rows: Rows | None) -> float:
    """About how many points a column of the legend is wide: no more than its rows take, or its summary."""
    if rows is None:
        longest = max(len(name) for name, _ in grouped(act)) * LETTER * LABEL_SIZE
        return min(INDENT + longest + (NUMBER + 4) * DIGIT, COLUMN)
    names = [
        LETTER * LABEL_SIZE * len(named(run)) + (before_point(run.losses) + NUMBER) * DIGIT
        for run in act.runs
    ]
    notes = [note for run in act.runs for note in (run.verdict, run.reason)[: rows.notes]]
    return min(INDENT + max(names + [LETTER * NOTE_SIZE * len(note) for note in (*notes, LEFT)]), COLUMN)


def summed(act: Act, columns: int) -> float:
    """Points that the summary of a crowd needs, in height."""
    groups = min(len(valleys(act)) or len(of_rates(act.runs)), MOST_GROUPS)
    rows = max(groups, FACTS) if columns > 1 else groups + FACTS
    return COUNTER + GROUP_PITCH * rows + FACTS_GAP


class Legend(FlatPane):
    """The balls of an act and, once they run, how they stand."""

    shows = ("legend",)

    def __init__(self, scene: Stage, clock: Clock, box: Box, columns: int = 1) -> None:
        super().__init__(scene, box)
        self.clock, self.timeline = clock, clock.timeline
        self.colors = scene.colors(clock.act)
        lettering, theme = self.lettering, self.theme
        self.runs = list(clock.act.runs)
        learned = takeaway(scene.spec, clock.act) if len(self.runs) > 1 else None
        self._best = learned.best if learned else None
        self.valleys = valleys(clock.act)
        self.rows = arranged(self.runs, box.height, columns)
        self.columns = columns = self.rows.columns if self.rows else columns
        self.numbers = Numbers(lettering, LABEL_SIZE)
        self._step = lettering.want("step", LABEL_SIZE)
        self._loss = lettering.want("loss", LABEL_SIZE)
        self._bullet = lettering.want("#box(circle(radius: 0.3em, fill: white))", LABEL_SIZE)
        if self.rows is None:
            self._groups = [(name, self.colors[ball]) for name, ball in grouped(clock.act)]
            below = 0.0 if columns > 1 else GROUP_PITCH * FACTS + FACTS_GAP  # else the facts stand beside
            fit = max(1, int((box.height - COUNTER - below) / GROUP_PITCH))
            if len(self._groups) > fit:
                rest = (f"and {len(self._groups) - fit + 1} more", rgb(theme.secondary))
                self._groups = [*self._groups[: fit - 1], rest]
            loss = " loss" if columns == 1 or box.width > NARROW else ""  # no room for the word
            facts = (f"best{loss}", f"median{loss}", "converged")
            self._facts = [lettering.want(fact, NOTE_SIZE) for fact in facts]
            self._converge = np.array([run.status in (Status.CONVERGED, Status.LOCAL) for run in self.runs])
            self._of = lettering.want(f"of {len(self.runs)}", LABEL_SIZE)
            number = (NUMBER + 4) * DIGIT if self.valleys else 0.0
            room = self._column - INDENT - number
            self._names = [self._text(name, LABEL_SIZE, room) for name, _ in self._groups]
        else:
            room = self._column - INDENT
            self._names = [
                self._text(named(run), LABEL_SIZE, room - (before_point(run.losses) + NUMBER) * DIGIT)
                for run in self.runs
            ]
            self._verdicts = [self._text(in_words(run, room), NOTE_SIZE, room) for run in self.runs]
            if not self.rows.notes:  # they take the place of the numbers
                beside = [room - LETTER * LABEL_SIZE * len(named(run)) - CLOSE for run in self.runs]
                self._verdicts = [
                    self._text(in_words(run, space), NOTE_SIZE, max(space, (NUMBER + 1) * DIGIT))
                    for run, space in zip(self.runs, beside, strict=True)
                ]
            # A reason that would lose some of its words is not told.
            self._told = [
                run.reason if len(run.reason) * NARROWEST * NOTE_SIZE <= room else "" for run in self.runs
            ]
            self._reasons = [self._text(reason, NOTE_SIZE, room) for reason in self._told]
            self._left = [
                self._text(LEFT.format(self.timeline.leaving(i)), NOTE_SIZE, room)
                for i in range(len(self.runs))
            ]

    @staticmethod
    def height(balls: int, columns: int) -> float:
        """Points that so many balls need with their verdicts, each in a row of its own if it may be."""
        return Rows(min(balls, MOST_ROWS), columns, 1, 0.0).height

    def _text(self, text: str, size: float, room: float) -> tuple[str, float]:
        return self.lettering.want(fitted(literal(text), room * self.lettering.scale), size)

    @property
    def _column(self) -> float:
        """Width of a column of rows, in points."""
        return min((self.box.width + self._gap) / self.columns - self._gap, COLUMN)

    @property
    def _gap(self) -> float:
        """Points between columns."""
        return COLUMN_GAP if self.box.width > NARROW else CLOSE

    def moving(self, sketch: Sketch) -> None:
        moment = self.clock.moment if self.clock.landed > 0 else None
        rows, above = self._summary(moment) if self.rows is None else self._each(self.rows, moment)
        lit = summed_up(self.clock) * self.clock.numbered if any(row.best for row in rows) else 0.0
        lit *= float(self.scene.lights(self.clock.act).min())  # what is named comes first
        for row in rows:
            labels = row.labels
            if row.best and lit:
                right = max(self.lettering.ink(label)[2] for label in labels) / self.lettering.scale
                light = Box(row.left, row.top, right, row.bottom).inset(
                    -LIT_BESIDE, -LIT_ABOVE, -LIT_BESIDE, LIT_ABOVE
                )
                sketch.box(light, self.ink("text"), LIT * lit, corner=LIT_BESIDE)
            elif lit:
                dim = 1 - lit * (1 - DIM)
                labels = [label._replace(opacity=label.opacity * dim) for label in labels]
            sketch.labels(labels)
        sketch.labels(above)

    def _each(self, rows: Rows, moment: Moment | None) -> tuple[list[Row], list[Label]]:
        """A row for each ball; where a verdict comes, the rows above make room for it."""
        s = self.lettering.scale
        left, _, right, bottom = self.box
        present = self.clock.numbered
        strengths = [(0.0, 0.0)] * len(self.runs)
        if moment is not None:
            strengths = [self._strengths(i, moment) for i in range(len(self.runs))]
        opened = [min(2 * left_note, 1.0) + min(2 * verdict, 1.0) for left_note, verdict in strengths]
        depths = [
            rows.row + present * float(smooth(min(share, 1.0))) * rows.note * self._notes(rows, i)
            for i, share in enumerate(opened)
        ]
        column = (right - left + self._gap) / self.columns
        tops = [bottom - sum(depths[k : k + rows.each]) for k in range(0, len(depths), rows.each)]
        found: list[Row] = []
        text, quiet = rgb(self.theme.text), rgb(self.theme.secondary)
        lights = self.scene.lights(self.clock.act)
        for i, ((left_note, verdict), light) in enumerate(zip(strengths, lights.tolist(), strict=True)):
            first = i - i % rows.each
            x = left + column * (i // rows.each)
            y = min(tops) + sum(depths[first:i])
            labels = [
                self.lettering.place(self._bullet, x * s, (y + 5) * s, self.colors[i], light),
                self.lettering.place(self._names[i], (x + INDENT) * s, y * s, text, light),
            ]
            found.append(Row(labels, x, y, y + depths[i], self.runs[i] is self._best))
            if moment is None:
                continue
            point = (x + self._column - NUMBER * DIGIT) * s
            told = 0.0 if rows.notes else present * verdict
            ink = present * light * max(1 - 2 * told, 0.0)
            labels += self.numbers.place(float(moment.losses[i]), point, y * s, text, ink)
            if told > 0.5:
                key = self._verdicts[i]
                right = (x + self._column) * s - self.lettering.size(key)[0]
                labels.append(self.lettering.place(key, right, y * s, self.colors[i], light * (2 * told - 1)))
            notes = [
                (self._left[i], 0, self.colors[i], left_note),
                (self._verdicts[i], 0, self.colors[i], verdict),
            ]
            notes.append((self._reasons[i], 1, quiet, verdict))
            labels += [
                self.lettering.place(
                    key,
                    (x + INDENT) * s,
                    (y + rows.below + line * rows.note) * s,
                    ink,
                    present * light * max(2 * share - 1, 0.0),
                )
                for key, line, ink, share in notes
                if share > 0.5 and line < rows.notes
            ]
        return found, self._counter(min(tops) - COUNTER)

    def _notes(self, rows: Rows, ball: int) -> int:
        """How many notes come in below a ball's row in the end."""
        return min(rows.notes, 2 if self._told[ball] else 1)

    def _strengths(self, ball: int, moment: Moment) -> tuple[float, float]:
        """Opacities under a row: of the note that the ball has left, then of its verdict."""
        verdict = verdict_shown(self.timeline, ball, moment.seconds)
        departure = self.timeline.departure(ball)
        left = 0.0 if departure is None else min(max((moment.seconds - departure - 0.6) / APPEAR, 0.0), 1.0)
        if left and verdict:  # one goes before the other comes
            return (left, 0.0) if verdict < 0.25 else (max(1 - 2 * verdict, 0.0), verdict)
        return left, verdict

    def _summary(self, moment: Moment | None) -> tuple[list[Row], list[Label]]:
        """A row for each group, and above and below what is told of all."""
        s = self.lettering.scale
        left, _, _, bottom = self.box
        quiet, text = rgb(self.theme.secondary), rgb(self.theme.text)
        rows = len(self._groups)
        rows = max(rows, FACTS) if self.columns > 1 else rows + FACTS
        y = bottom - GROUP_PITCH * rows - (FACTS_GAP if self.columns == 1 else 0.0)
        labels, top = self._counter(y - COUNTER), y
        cut = len(self._groups) < len(self.valleys)  # the last row tells how many more there are
        found: list[Row] = []
        teams = [] if self.valleys else of_rates(self.runs)
        lit = next((k for k, of in enumerate(teams) if any(self.runs[i] is self._best for i in of)), None)
        for row, (key, (_, color)) in enumerate(zip(self._names, self._groups, strict=True)):
            words = [
                self.lettering.place(self._bullet, left * s, (y + 5) * s, color),
                self.lettering.place(key, (left + INDENT) * s, y * s, text),
            ]
            found.append(Row(words, left, y, y + GROUP_PITCH, row == lit))
            if moment is not None and row < len(self.valleys) and not (cut and row == len(self._groups) - 1):
                count = self.valleys[row].arrived(moment)
                point = (left + self._column - NUMBER * DIGIT) * s
                words += self.numbers.whole(count, point, y * s, text, self.clock.numbered)
            y += GROUP_PITCH
        if self.columns > 1:
            left, y = left + (self.box.width + self._gap) / self.columns, top
        else:
            y += FACTS_GAP
        if moment is None:
            return found, labels
        losses = moment.losses
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
        return found, labels

    def _counter(self, y: float) -> list[Label]:
        """ "step 16", and above the numbers what they are."""
        s, left, color = self.lettering.scale, self.box.left, rgb(self.theme.secondary)
        start = (left + INDENT) * s
        first = start + self.lettering.size(self._step)[0] + 0.6 * self.numbers.digit_width
        digits = [
            digit
            for step, opacity in self.clock.counters
            for digit in self.numbers.whole(
                step, first + len(str(step)) * self.numbers.digit_width, y * s, color, opacity
            )
            if opacity > 0
        ]
        labels = [self.lettering.place(self._step, start, y * s, color), *digits]
        if self.rows is not None:
            column = (self.box.width + self._gap) / self.columns
            for k in range(self.columns):
                x = (left + k * column + self._column - (NUMBER + 1) * DIGIT) * s
                if x > first + 6 * self.numbers.digit_width or k:
                    labels.append(self.lettering.place(self._loss, x, y * s, color))
        return labels


def grouped(act: Act) -> list[tuple[str, int]]:
    """The rows of a summary, each with one of its balls (from 0).

    One per (optimizer, rate): its label without the start's number, and how many balls. Of a crowd that parts
    into valleys, one for each of these.
    """
    if found := valleys(act):
        spans = np.ptp(np.asarray(act.domain), axis=1)
        return [(f"to {told(valley.place, spans)}", int(valley.balls[0])) for valley in found]
    rows = []
    for members in of_rates(act.runs):
        many = f" \u00d7 {len(members)}" if len(members) > 1 else ""
        rows.append((act.runs[members[0]].ball.team + many, members[0]))
    return rows


def named(run: Run) -> str:
    """A ball's label; where it is told by its learning rate alone, with the letter that this has."""
    ball = run.ball
    try:
        rate = float(ball.detail)
    except ValueError:
        return ball.label
    return f"{ball.name} \u03b7 = {rate:g}" if ball.label == f"{ball.name} {ball.detail}" else ball.label


def in_words(run: Run, room: float) -> str:
    """A ball's verdict; where that takes more points than there are, no more than what became of the ball."""
    short, *_ = re.split(" (?:at step|for|after|to) ", run.verdict, maxsplit=1)
    steps = f"in {counted(run.steps, 'step')}"
    shorter = [f"converged {steps}", steps] if run.status is Status.CONVERGED else [str(short)]
    texts: list[str] = [run.verdict, *shorter]
    return next((text for text in texts if LETTER * NOTE_SIZE * len(text) <= room + 1), texts[-1])


def told(place: Array, spans: Array) -> str:
    """A place (n,) as people say it, no finer than can be seen of a domain with such ``spans`` (n,)."""
    digits = 2 - np.floor(np.log10(spans)).astype(int)
    rounded = [round(float(x), int(d)) + 0.0 for x, d in zip(place, digits, strict=True)]
    return f"({', '.join(f'{x:g}' for x in rounded)})".replace("-", "\u2212")


def before_point(losses: Array) -> float:
    """Digits' widths that losses (n,) take before their decimal point, with some room; see ``written``."""
    plain = np.abs(losses[np.abs(losses) < 1e4])  # others are powers of ten
    return 1.5 + math.floor(math.log10(plain.max(initial=1.0))) + 0.6 * bool((losses < 0).any())
