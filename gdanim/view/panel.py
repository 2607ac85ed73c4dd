"""The legend: who runs, what loss it stands for, and at the end the verdict."""

from __future__ import annotations

import numpy as np

from gdanim.engine.solution import Status
from gdanim.timeline import Moment, Timeline
from gdanim.view.layout import Layout
from gdanim.view.picture import Label
from gdanim.view.text import Lettering, Numbers, fitted, literal
from gdanim.view.theme import Color, Theme, rgb

MOST_ROWS, LEAST_PITCH = 12, 62.0  # more balls than this, or than there is room for, fold into a summary
LABEL_SIZE, NOTE_SIZE = 30.0, 23.0
MOST_EXPLAINED = 5  # rows that have room for the cause of their verdict
INDENT = 34.0  # from the bullet to the label
NUMBER = (4.5, 8.2)  # digits' widths that a number may take before and after its decimal point
DIGIT = 0.5 * LABEL_SIZE
COUNTER = 54.0  # the step's row, above the others
APPEAR = 0.5  # seconds in which a verdict fades in


class Panel:
    """Labels of one act's legend, as a function of the moment."""

    def __init__(
        self, timeline: Timeline, colors: list[Color], layout: Layout, lettering: Lettering, theme: Theme
    ) -> None:
        self.timeline, self.colors, self.layout = timeline, colors, layout
        self.lettering, self.theme = lettering, theme
        self.runs = list(timeline.act.runs)
        self.numbers = Numbers(lettering, LABEL_SIZE)
        self._step = lettering.want("step", LABEL_SIZE)
        self._bullet = lettering.want("#box(circle(radius: 0.3em, fill: white))", LABEL_SIZE)
        room = (layout.panel[3] - layout.panel[1] - COUNTER) / LEAST_PITCH * layout.panel_columns
        self.folded = len(self.runs) > min(MOST_ROWS, int(room))
        if self.folded:
            self._groups = self._group()
            fit = max(1, int((layout.panel[3] - layout.panel[1] - COUNTER - 170) / 50))
            if len(self._groups) > fit:
                rest = (f"and {len(self._groups) - fit + 1} more", rgb(theme.secondary))
                self._groups = [*self._groups[: fit - 1], rest]
            self._facts = [
                lettering.want(t, NOTE_SIZE + 3) for t in ("best loss", "median loss", "converged")
            ]
            self._of = lettering.want(f"of {len(self.runs)}", LABEL_SIZE)
            self._names = [self._text(name, LABEL_SIZE, self._column - INDENT) for name, _ in self._groups]
        else:
            room = self._column - INDENT
            self._names = [
                self._text(run.ball.label, LABEL_SIZE, room - sum(NUMBER) * DIGIT) for run in self.runs
            ]
            self._verdicts = [self._text(run.verdict, NOTE_SIZE, room) for run in self.runs]
            self._reasons = [self._text(run.reason, NOTE_SIZE, room) for run in self.runs]
            self._left = [
                self._text(f"left the picture at step {timeline.leaving(i)}", NOTE_SIZE, room)
                for i in range(len(self.runs))
            ]

    def _text(self, text: str, size: float, room: float) -> tuple[str, float]:
        return self.lettering.want(fitted(literal(text), room * self.lettering.scale), size)

    @property
    def _column(self) -> float:
        """Width of a column of rows, in points."""
        left, _, right, _ = self.layout.panel
        gap = 30 * (self.layout.panel_columns - 1)
        return min((right - left - gap) / self.layout.panel_columns, 500.0)

    def labels(self, moment: Moment | None, opacity: float) -> list[Label]:
        """The legend at a moment; before the run, names only."""
        if opacity <= 0:
            return []
        return self._summary(moment, opacity) if self.folded else self._rows(moment, opacity)

    def _rows(self, moment: Moment | None, opacity: float) -> list[Label]:
        s = self.lettering.scale
        left, top, right, bottom = self.layout.panel
        per_column = -(-len(self.runs) // self.layout.panel_columns)
        explained = len(self.runs) <= MOST_EXPLAINED and any(run.reason for run in self.runs)
        pitch = min(112.0 if explained else 84.0, (bottom - top - COUNTER) / per_column)
        column = (right - left) / self.layout.panel_columns
        start = bottom - pitch * per_column
        labels = self._counter(moment, start - COUNTER, opacity)
        losses = None if moment is None else self.timeline.losses(moment)
        for i in range(len(self.runs)):
            x = left + column * (i // per_column)
            y = start + pitch * (i % per_column)
            color = self.colors[i]
            labels.append(self.lettering.place(self._bullet, x * s, (y + 5) * s, color, opacity))
            labels.append(
                self.lettering.place(self._names[i], (x + INDENT) * s, y * s, rgb(self.theme.text), opacity)
            )
            if moment is None or losses is None:
                continue
            point = (x + self._column - NUMBER[1] * DIGIT) * s
            labels += self.numbers.place(float(losses[i]), point, y * s, rgb(self.theme.text), opacity)
            left_note, verdict = self._strengths(i, moment)
            notes = [(self._left[i], 36.0, color, left_note), (self._verdicts[i], 36.0, color, verdict)]
            if explained:
                notes.append((self._reasons[i], 63.0, rgb(self.theme.secondary), verdict))
            labels += [
                self.lettering.place(key, (x + INDENT) * s, (y + down) * s, ink, opacity * strength)
                for key, down, ink, strength in notes
                if strength > 0
            ]
        return labels

    def _strengths(self, ball: int, moment: Moment) -> tuple[float, float]:
        """Opacities under a row: of the note that the ball has left, then of its verdict."""
        verdict_at = min(self.timeline.end(ball), self.timeline.run_time)
        verdict = min(max((moment.seconds - verdict_at) / APPEAR, 0.0), 1.0)
        departure = self.timeline.departure(ball)
        left = 0.0 if departure is None else min(max((moment.seconds - departure - 0.6) / APPEAR, 0.0), 1.0)
        return left * (1 - min(2 * verdict, 1.0)), verdict

    def _summary(self, moment: Moment | None, opacity: float) -> list[Label]:
        s = self.lettering.scale
        left, _, _, bottom = self.layout.panel
        quiet, text = rgb(self.theme.secondary), rgb(self.theme.text)
        y = bottom - 50.0 * (len(self._groups) + len(self._facts)) - 20
        labels = self._counter(moment, y - COUNTER, opacity)
        for key, (_, color) in zip(self._names, self._groups, strict=True):
            labels.append(self.lettering.place(self._bullet, left * s, (y + 5) * s, color, opacity))
            labels.append(self.lettering.place(key, (left + INDENT) * s, y * s, text, opacity))
            y += 50
        y += 20
        if moment is None:
            return labels
        losses = self.timeline.losses(moment)
        converged = np.array([run.status is Status.CONVERGED for run in self.runs]) & moment.ended
        shown: list[float | int] = [
            float(np.nanmin(losses)),
            float(np.nanmedian(losses)),
            int(converged.sum()),
        ]
        point = (left + self._column - NUMBER[1] * DIGIT) * s
        for key, value in zip(self._facts, shown, strict=True):
            labels.append(self.lettering.place(key, left * s, (y + 4) * s, quiet, opacity))
            if isinstance(value, int):
                labels += self.numbers.whole(value, point, y * s, text, opacity)
                labels.append(self.lettering.place(self._of, point + 12 * s, y * s, text, opacity))
            else:
                labels += self.numbers.place(value, point, y * s, text, opacity)
            y += 50
        return labels

    def _counter(self, moment: Moment | None, y: float, opacity: float) -> list[Label]:
        """ "step 16", its last digit above the decimal points."""
        s = self.lettering.scale
        left = self.layout.panel[0]
        step = 0 if moment is None else moment.step
        color = rgb(self.theme.secondary)
        right = (left + self._column - NUMBER[1] * DIGIT) * s
        digits = self.numbers.whole(step, right, y * s, color, opacity)
        return [self.lettering.place(self._step, (left + INDENT) * s, y * s, color, opacity), *digits]

    def _group(self) -> list[tuple[str, Color]]:
        """One row per (optimizer, rate): its label without the start's number, and how many balls."""
        groups: dict[int, list[int]] = {}
        for i, run in enumerate(self.runs):
            groups.setdefault(run.ball.hue, []).append(i)
        rows = []
        for members in groups.values():
            label = self.runs[members[0]].ball.label
            many = f" \u00d7 {len(members)}" if len(members) > 1 else ""
            rows.append(((label.rpartition(" #")[0] or label) + many, self.colors[members[0]]))
        return rows
