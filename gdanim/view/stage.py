"""What panes stand on: one recorded part of a film with its look and layout, and its frames.

Manim draws titles and formulas, the canvas all else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from manim import Mobject, config
from numpy.typing import NDArray

from gdanim.catalog import Declared
from gdanim.engine.descent import solve
from gdanim.engine.runs import Array
from gdanim.engine.solution import Act, Solution
from gdanim.motion.sound import Tick, steps
from gdanim.motion.speech import Mark, Script
from gdanim.motion.timeline import Timeline
from gdanim.motion.valleys import valleys
from gdanim.spec import Part
from gdanim.theme import SHADES, Color, Theme, rgb, shades, themed
from gdanim.view import names
from gdanim.view.animated import Animated, Clock, Cue
from gdanim.view.camera import Camera
from gdanim.view.canvas import Artist, Canvas
from gdanim.view.layout import WIDE, Box, Layout, layout
from gdanim.view.overlay import Overlay
from gdanim.view.recording import Recording
from gdanim.view.subtitles import band
from gdanim.view.text import Lettering

SHADE = 0.72, 0.5  # how far balls are dimmed while others are lit up, and the rest of a picture
Pixels = NDArray[np.uint8]


class Running(NamedTuple):
    """A part of the recording in which a run goes on."""

    start: float  # seconds
    cue: Cue
    timeline: Timeline

    def running(self) -> tuple[float, float] | None:
        """From when to when its steps are done; None where none are."""
        first, last = self._time(self.cue.origin["seconds"]), self._time(self._last)
        return None if first is None or last is None or last <= first else (first, last)

    def at_step(self, step: int) -> float | None:
        """The second at which a step begins; None where it does not."""
        if step > self.timeline.steps:
            return None
        return self._time(float(self.timeline.pace.time(step)))

    @property
    def _last(self) -> float:
        """The run's second at which its last step here is done."""
        return min(float(self.timeline.pace.time(self.timeline.steps)), self.cue.to["seconds"])

    def _time(self, seconds: float) -> float | None:
        """The second of the recording at which so many of the run have passed."""
        start, end = self.cue.origin["seconds"], self.cue.to["seconds"]
        if not start - 1e-9 <= seconds <= end + 1e-9 or end <= start:
            return None
        share, low, high = (seconds - start) / (end - start), 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self.cue.rate_func(middle) < share else (low, middle)
        return float(self.start + high * self.cue.run_time)


class Shown(Protocol):
    """What a stage asks of its panes; see ``pane.Pane``."""

    ends: float | None

    def prepare(self) -> None: ...
    def seen_from(self, t: float) -> Camera | None: ...
    def artist(self, canvas: Canvas) -> Artist: ...
    def picture(self, t: float) -> Any: ...


class Ending(NamedTuple):
    """What stands at the end of a part of a film."""

    spec: Part
    seen_from: Camera  # its function's surface, or its map as a surface from straight above


class Stage(Declared, Recording):
    """A part of a film: its spec, the runs of its balls, and how they look.

    ``solution``: the runs, whoever computed them; absent, they are computed when they are first needed.
    """

    def __init__(
        self,
        spec: Part,
        transparent: bool = False,
        solution: Solution | None = None,
        seconds: float | None = None,
        before: Ending | None = None,
        others: Sequence[Act] = (),
        **kwargs: Any,
    ) -> None:
        """``seconds``: how long it shall last without its hold; absent, the duration its spec asks for.

        ``before``: the end of a part that shows the same; ``others``: the acts of all such parts.
        """
        config.frame_width = config.frame_height * config.pixel_width / config.pixel_height
        super().__init__(**kwargs)
        self.spec = spec
        if solution is not None:
            self.solution = solution
        self.seconds = spec.video.duration if seconds is None else seconds
        self.before, self.others = before, others
        self.theme: Theme = themed(self.spec.view)
        self.size = (int(config.pixel_width), int(config.pixel_height))
        self.lettering = Lettering(self.size[1] / layout(*self.size).height, self.spec.view.font)
        self._transparent = transparent
        self._panes: list[Any] = []
        self._overlay = Overlay()
        self._artists: dict[Any, Artist] = {}
        self._marks: list[Mark] = []
        self.script: Script | None = None  # of what is said, when all has been recorded
        self._painted = 0.0  # the second of the film that is painted

    @cached_property
    def solution(self) -> Solution:
        """The runs of all balls."""
        return solve(self.spec)

    @cached_property
    def layout(self) -> Layout:
        """Where things stand in this picture."""
        found = layout(*self.size)
        if self.has_strip:
            found = self._with_strip(found)
        free = self.foot + (band(found) if self.captioned else 0.0)
        return found.banded(free) if free else found

    @property
    def captioned(self) -> bool:
        """Whether captions are drawn in the picture."""
        return bool(self.spec.say) and self.spec.video.captions == "burned"

    @property
    def foot(self) -> float:
        """Points kept free at the bottom, above captions, for what is told at the end."""
        return 0.0

    def _with_strip(self, plain: Layout) -> Layout:
        """The layout with room for no more of a legend than its names, if for them."""
        if self.spec.view.legend == "none" or not self.solution.acts:
            return plain.with_strip(0.0, 0.0)
        beside = self.names_beside
        sizes = [names.needed(act.runs, plain, beside) for act in self.solution.acts]
        widths, heights = zip(*sizes, strict=True)
        return plain.with_strip(max(widths), max(heights), beside)

    @property
    def has_strip(self) -> bool:
        """Whether a legend, if it has one, is no more than a strip of names."""
        return self.spec.view.legend != "full" and not self.keeps_column

    @property
    def names_beside(self) -> bool:
        """Whether a strip stands beside the stage: of a single one, whose height is dear."""
        return self.heading_in_column and self.size[0] > WIDE * self.size[1]

    @property
    def heading(self) -> Sequence[Box]:
        """What title and formula take of the picture, each."""
        raise NotImplementedError

    @property
    def loops(self) -> bool:
        """Whether it ends as it begins; where only the spec asks for it, the film fades."""
        return False

    def colors(self, act: Act) -> list[Color]:
        """The colour of every ball of an act: of a crowd, that of the valley where it comes to rest."""
        palette, basins = self.theme.palette, valleys(act)
        hues = {int(ball): hue for hue, valley in enumerate(basins) for ball in valley.balls}
        colors = [palette[hues.get(i, run.ball.hue) % len(palette)] for i, run in enumerate(act.runs)]
        if basins:
            colors = [c if i in hues else self.theme.secondary for i, c in enumerate(colors)]
        return [
            rgb(run.ball.color) if run.ball.color else shades(color, self.theme.background)[shade]
            for run, color, shade in zip(act.runs, colors, _shades(act), strict=True)
        ]

    def ending(self, t: float) -> Ending:
        """What stands at ``t`` seconds. Raises LookupError where nothing does: its scene said otherwise."""
        shown, _ = self.seek(t)
        seen = (pane.seen_from(t) for pane in self._panes if pane in shown)
        return Ending(self.spec, next(camera for camera in seen if camera))

    def enter(self, pane: Shown) -> None:
        """Every pane says so when it is made."""
        self._panes.append(pane)

    def remove(self, *mobjects: Mobject) -> Self:
        """As manim's; a pane that is removed has had its time."""
        for mobject in mobjects:
            if mobject in self._panes:
                mobject.ends = self.time
        super().remove(*mobjects)
        return self

    # -- what is said -----------------------------------------------------------------------------

    def mark(self, moment: str, ago: float = 0.0) -> None:
        """Say that one of the scene's moments begins here, or some seconds ago."""
        self._marks.append(Mark(moment, self.time - ago))

    def narrate(self) -> None:
        """Have what is said drive the clock; all that it is about has been recorded."""
        if self.spec.say:
            runs = [span for cue in self._cues() if (span := cue.running())]
            self.script = Script(self.spec.say, self._marks, runs, self._step, self.recorded)

    @property
    def length(self) -> float:
        """Seconds of the film."""
        return self.film_time(self.recorded)

    def film_time(self, recorded: float) -> float:
        """The second of the film at which the recording has come so far."""
        return recorded if self.script is None else self.script.film_time(recorded)

    def lights(self, act: Act) -> Array:
        """Opacities of the balls of an act (balls,): while some are lit up, the others are dimmed."""
        shades = [self._shade({run.ball.number}, int) for run in act.runs]
        return 1 - SHADE[0] * np.array(shades)

    def light(self, names: Collection[str]) -> float:
        """Opacity of what bears one of these names: while others are lit up, it is dimmed."""
        return 1 - SHADE[1] * self._shade(names, str)

    def _shade(self, names: Collection[int | str], kind: type) -> float:
        return 0.0 if self.script is None else self.script.shade(self._painted, names, kind)

    def ticks(self) -> Iterator[Tick]:
        """What is heard of its runs, on the clock of the film."""
        told = set()
        for cue in self._cues():
            for number, octaves, loud in steps(cue.timeline):
                at, name = cue.at_step(number), (cue.timeline, number)
                if at is not None and name not in told:
                    told.add(name)
                    yield from (Tick(self.film_time(at), float(octave), loud) for octave in octaves)

    def _step(self, step: int, after: float) -> float | None:
        """The second of the recording at which a run begins a step, after another second."""
        times = (cue.at_step(step) for cue in self._cues())
        return next((time for time in times if time is not None and time >= after - 1e-9), None)

    def _cues(self) -> Iterator[Running]:
        """The parts of the recording in which a run goes on, in order."""
        for played in self._played:
            for cue in played.animations:
                if isinstance(cue, Cue) and isinstance(cue.mobject, Clock) and "seconds" in cue.to:
                    yield Running(played.start, cue, cue.mobject.timeline)

    # -- frames -----------------------------------------------------------------------------------

    @cached_property
    def canvas(self) -> Canvas:
        """The canvas, made when the first frame is asked for."""
        canvas = Canvas(*self.size, self.theme, self._transparent)
        for pane in self._panes:
            pane.prepare()
        canvas.set_atlas(self.lettering.build())
        return canvas

    def close(self) -> None:
        """Free the canvas, if one was made."""
        if "canvas" in self.__dict__:
            self.canvas.close()

    def paint(self, t: float, out: Pixels) -> None:
        """Paint the frame at ``t`` seconds into ``out``, shape (height, width, 4), RGBA.

        A frame depends on ``t`` alone, not on the frames painted before it.
        """
        t = min(max(t, 0.0), self.length)
        shown, state = self.seek(t if self.script is None else self.script.picture_time(t))
        self._painted = t
        panes = [m for m in shown if m in self._panes]
        canvas = self.canvas
        for gone in self._artists.keys() - set(panes):
            self._artists.pop(gone).release()
        for pane in panes:
            if pane not in self._artists:
                self._artists[pane] = pane.artist(canvas)
        canvas.draw([(self._artists[pane], pane.picture(t)) for pane in panes], out)
        self._overlay.paint([m for m in shown if not isinstance(m, Animated)], state, out)


def _shades(act: Act) -> list[int]:
    """Which shade of its team's colour each ball has, where several teams have a few starts each."""
    nths = [(run.ball.nth or 1) - 1 for run in act.runs]
    several = len({run.ball.team for run in act.runs}) > 1 and max(nths, default=0) < SHADES
    return nths if several else [0] * len(nths)
