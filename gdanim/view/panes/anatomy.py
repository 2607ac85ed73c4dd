"""The inside of an optimizer at its ball: gradient, momentum and step as arrows, their squares as a box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.anatomy import Anatomy
from gdanim.engine.runs import Array
from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.pane import FlatPane
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.rates import LETTER, fits, short, verdict_shown
from gdanim.view.sketch import Sketch
from gdanim.view.text import fitted, literal, shortened

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

HEAD, WORDS = 50.0, 500.0  # points above the map, for the ball's name; width of name and verdict
LONGEST, LARGEST = 130.0, 95.0  # points: the longest arrow; half the longest side of the box
ROOMY = 280.0  # points: in a map less high, arrows and box are smaller
LEAST = 26.0  # points of an arrow that is drawn at all
NAME, KEY, ROW = 32.0, 28.5, 42.0  # points of the name, of the key's letters and from line to line
AFTER = 16.0  # points from an arrow in the key to its name
SPACE, LEAST_WORDS = 16.0, 170.0  # points from map to words beside it, which have so many at least
NARROW = 600.0  # points: in a key of fewer, arrows are shorter


class AnatomyPane(ContourPane):
    """The map of one ball (from 0) with its arrows. Those of gradient and momentum point downhill.

    Their lengths go with the root of their norms, one measure for both; the step's arrow is the step,
    made longer where it could not be seen. The box has sides like the roots of the second moment.
    """

    shows = ("map", "arrows")

    def __init__(
        self, scene: Stage, clock: Clock, box: Box, ball: int, inside: Anatomy, beside: bool = False
    ) -> None:
        """``beside``: name and verdict stand beside the map, not above it."""
        inner = _left(clock, box) if beside else box.inset(0, HEAD, 0, 0)
        super().__init__(scene, clock, inner, bar=False, bare=True, balls=[ball])
        self.inside, self._beside_map = inside, beside
        run, want = clock.act.runs[ball], self.lettering.want
        frame, name = self.plot.frame, run.ball.label
        if beside:
            self._words = frame.right + SPACE, box.right
            room = (self._words[1] - self._words[0]) * self.lettering.scale
            self._name = want(fitted(literal(name), room), NAME)
            block = f"#block(width: {room:.1f}pt)[{shortened(literal(run.verdict), 4)}]"
            self._verdict = want(block, KEY)
        else:
            needed = LETTER * (NAME * len(name) + KEY * len(short([run]))) + SPACE
            width = min(max(frame.width, min(needed, WORDS)), box.width)
            left = min(max((frame.left + frame.right - width) / 2, box.left), box.right - width)
            self._words = left, left + width  # from the name's left to the verdict's right
            half, s = 0.5 * width, self.lettering.scale
            room = width - min(LETTER * NAME * len(name), half) - SPACE  # for the verdict
            verdict = run.verdict if fits(run.verdict, room) else short([run])
            self._name = want(fitted(literal(name), half * s), NAME)
            self._verdict = want(fitted(literal(verdict), room * s), KEY)
        self._scale = min(frame.height / ROOMY, 1.0)
        norms = np.linalg.norm(inside.gradients / self.landscape.scale, axis=1)
        self._largest = max(float(norms[np.isfinite(norms)].max(initial=0.0)), 1e-300)
        squares = np.zeros(1) if inside.second_moment is None else inside.second_moment
        self._widest = max(float(np.nanmax(squares, initial=0.0)) ** 0.5, 1e-300)

    def still(self, sketch: Sketch) -> None:
        super().still(sketch)
        top, low = (self.plot.frame.top, 0.0) if self._beside_map else (self.plot.frame.top - 12, 1.0)
        sketch.text(self._name, self._words[0], top, self.ink("text"), align=(0.0, low))

    def running(self, sketch: Sketch) -> None:
        super().running(sketch)
        frame, ink = self.plot.frame, self.ink("secondary")
        shown = verdict_shown(self.timeline, 0, self.clock.seconds)
        if self._beside_map:
            sketch.text(self._verdict, self._words[0], frame.bottom, ink, shown, align=(0.0, 1.0))
        else:
            sketch.text(self._verdict, self._words[1], frame.top - 14, ink, shown, align=(1.0, 1.0))

    def _draw_steps(self, sketch: Sketch) -> None:
        """The arrows take the room of numbers."""

    def _draw_gradients(self, sketch: Sketch, places: Array, points: Array, shown: Array) -> None:
        del points
        moment = self.timeline.at(self.clock.seconds)
        last = len(self.inside.moves) - 1
        if last < 0:
            return
        k, f = min(moment.step, last), moment.fraction

        def now(values: Array) -> Array:
            """Between the step that is taken and the next, so that nothing jumps."""
            return np.asarray((1 - f) * values[k] + f * values[min(k + 1, last)])

        place = places[0]
        alpha = float(shown[0]) * (1 - verdict_shown(self.timeline, 0, self.clock.seconds))
        if self.inside.second_moment is not None:
            roots = np.sqrt(np.maximum(now(self.inside.second_moment), 0.0))
            half = LARGEST * self._scale * roots / self._widest
            square = Box(*(place - half), *(place + half))
            sketch.box(square, self.ink("second_moment"), 0.16 * alpha, corner=3)
            sketch.box(square, self.ink("second_moment"), 0.9 * alpha, corner=3, width=2.4)
        way = np.array([-1.0, 1.0]) / self.landscape.scale  # downhill, y of the picture down
        self._arrow(sketch, place, now(self.inside.gradients) * way, "gradient", 4.6, alpha)
        if self.inside.momentum is not None:
            self._arrow(sketch, place, now(self.inside.momentum) * way, "momentum", 4.6, alpha)
        step = now(self.inside.moves) * self.landscape.scale * self._unit * [1.0, -1.0]
        length = float(np.linalg.norm(step))
        if length > 0.5:
            tip = place + step * max(LEAST / length, 1.0)
            sketch.arrow(place, tip, self.ink("lines"), 4.6, alpha)

    def _arrow(
        self, sketch: Sketch, place: Array, way: Array, concept: str, width: float, alpha: float
    ) -> None:
        length = float(np.linalg.norm(way))
        if 0 < length < np.inf:
            reach = LONGEST * self._scale * min(length / self._largest, 1.5) ** 0.5
            sketch.arrow(place, place + way / length * reach, self.ink(concept), width, alpha)

    @property
    def _unit(self) -> float:
        """Points of a world unit."""
        return self.plot.frame.width / (2 * float(self.landscape.extent[0]))


def _left(clock: Clock, box: Box) -> Box:
    """The left of a box, as wide as a map may be with words beside it."""
    (x0, x1), (y0, y1) = clock.act.domain
    width = min(box.height * (x1 - x0) / (y1 - y0), box.width - SPACE - LEAST_WORDS)
    return box._replace(right=box.left + width)


class KeyPane(FlatPane):
    """What the arrows and the box stand for, in as few lines as there is room for."""

    shows = ("arrows",)

    def __init__(self, scene: Stage, box: Box, squares: bool, memory: bool) -> None:
        super().__init__(scene, box)
        self._arrow, self._gap, names = self._measures(box.width, squares, memory)
        self._names = [(ink, self.lettering.want(literal(name), KEY)) for ink, name in names]

    @classmethod
    def lines(cls, width: float, squares: bool, memory: bool) -> int:
        """About how many lines such a key takes."""
        arrow, gap, names = cls._measures(width, squares, memory)
        x, count = 0.0, 1
        for _, name in names:
            needed = arrow + AFTER + LETTER * KEY * len(name)
            if x + needed > width:
                x, count = 0.0, count + 1
            x += needed + gap
        return count

    @staticmethod
    def _measures(width: float, squares: bool, memory: bool) -> tuple[float, float, list[tuple[str, str]]]:
        """Points of an arrow and from one name to the next; concepts and their names."""
        close = width < NARROW
        names = [("gradient", "downhill gradient")]
        names += [("lines", "step")] * close  # two names of about one length in each line
        names += [("momentum", "momentum")] * memory
        names += [("lines", "step")] * (not close)
        names += [("second_moment", "squared gradients")] * squares
        return (*((36.0, 20.0) if close else (52.0, 56.0)), names)

    def still(self, sketch: Sketch) -> None:
        x, y = self.box.left, self.box.top + ROW / 2
        for ink, key in self._names:
            width = self._arrow + AFTER + self.lettering.size(key)[0] / self.lettering.scale
            if x + width > self.box.right:
                x, y = self.box.left, y + ROW
            if ink == "second_moment":
                middle = x + self._arrow / 2
                sketch.box(Box(middle - 15, y - 15, middle + 15, y + 15), self.ink(ink), corner=3, width=2.4)
            else:
                sketch.arrow([x, y], [x + self._arrow, y], self.ink(ink), 4.6)
            sketch.text(key, x + self._arrow + AFTER, y, self.ink("secondary"), align=(0.0, 0.5))
            x += width + self._gap
