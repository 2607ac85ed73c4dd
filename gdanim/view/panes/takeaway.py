"""What is learned, in one sentence below the picture, when the run has ended."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gdanim.engine.solution import Act
from gdanim.engine.takeaway import Takeaway, takeaway
from gdanim.spec.sections import HIDDEN
from gdanim.view.animated import Clock
from gdanim.view.layout import HIGH, Box, Layout
from gdanim.view.pane import RunPane
from gdanim.view.sketch import Sketch
from gdanim.view.text import literal, shortened

if TYPE_CHECKING:
    from gdanim.spec import Part
    from gdanim.view.stage import Stage

SIZE = 32.0  # points of its letters
LETTER, LINE, MIDDLE = 0.5, 1.32, 0.55  # of the size: a letter's mean width; from line to line; of the first
MOST_LINES, LONG = (2, 3), 80  # lines at most, in a wide picture and in others; letters of a long title
ABOVE, BELOW = 12.0, 28.0  # points
BULLET, INDENT = 11.0, 34.0  # points: its radius, and from it to the words
LATER, APPEAR = 0.3, 0.8  # seconds before the run's end in which it begins to appear, and in which it does


def sentence(spec: Part, act: Act, layout: Layout) -> Takeaway | None:
    """What a part of a film tells of an act at its end: its own words, or what is worked out.

    That loses its second half where it would take more than two lines. Pictures that are not wide have no
    room for any where they are small, or their title is long.
    """
    crammed = not layout.wide and (layout.height < HIGH or len(spec.title or "") > LONG)
    if spec.takeaway == HIDDEN or crammed:
        return None
    if spec.takeaway is not None:
        return Takeaway(spec.takeaway)
    told = takeaway(spec, act)
    if told is None or _lines(told, layout) <= MOST_LINES[0]:
        return told
    return told._replace(text=told.text.split(";")[0].rstrip(".") + ".")


def summed_up(clock: Clock) -> float:
    """From 0 to 1, how far what is learned has come in, when the run has ended."""
    since = clock.seconds - clock.timeline.run_time + LATER
    return min(max(since / APPEAR, 0.0), 1.0)


def needed(told: Takeaway | None, layout: Layout) -> float:
    """Points that a sentence needs at the bottom of a picture."""
    return 0.0 if told is None else ABOVE + _height(told, layout) + BELOW


def place(told: Takeaway, layout: Layout, foot: float) -> Box:
    """Where a sentence stands, about as wide as it is; so many points are kept free for the longest one."""
    below = layout.band - foot + BELOW  # captions stand there
    wide = min(INDENT + LETTER * SIZE * len(told.text), layout.width - 2 * layout.margin)
    top = layout.height - below - _height(told, layout)
    return Box(layout.margin, top, layout.margin + wide, layout.height - below)


class TakeawayPane(RunPane):
    """A sentence with a bullet in the colour of the ball that it is in favour of."""

    def __init__(self, scene: Stage, clock: Clock, told: Takeaway) -> None:
        layout = scene.layout
        right = layout.width - layout.margin
        super().__init__(scene, clock, place(told, layout, scene.foot)._replace(right=right))
        self._best = None if told.best is None else told.best.ball.number
        words = shortened(literal(told.text), _most(layout))
        room = (self.box.width - self._indent) / SIZE
        self._words = self.lettering.want(f"#block(width: {room:.2f}em)[{words}]", SIZE)

    def running(self, sketch: Sketch) -> None:
        shown = summed_up(self.clock)
        left, top = self.box[:2]
        if self._best is not None:
            balls = [run.ball.number for run in self.clock.act.runs]
            color = self.scene.colors(self.clock.act)[balls.index(self._best)]
            middle = [left + BULLET, top + MIDDLE * SIZE]
            sketch.glow(middle, 2.4 * BULLET, color, 0.5 * shown)
            sketch.disc(middle, BULLET, color, shown)
        sketch.text(self._words, left + self._indent, top, self.ink("text"), shown)

    @property
    def _indent(self) -> float:
        return INDENT if self._best is not None else 0.0


def _height(told: Takeaway, layout: Layout) -> float:
    """Points of its lines."""
    return min(_lines(told, layout), _most(layout)) * LINE * SIZE


def _most(layout: Layout) -> int:
    """Lines that a sentence may take."""
    return MOST_LINES[not layout.wide]


def _lines(told: Takeaway, layout: Layout) -> int:
    """About how many lines a sentence takes."""
    width = layout.width - 2 * layout.margin - (INDENT if told.best else 0.0)
    return math.ceil(LETTER * SIZE * len(told.text) / width)
