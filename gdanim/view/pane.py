"""Panes: the parts a picture is composed of, as mobjects whose numbers manim animates, on one clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import Animation, Mobject, rate_functions

from gdanim.engine.solution import Array
from gdanim.motion.timeline import Moment, Timeline
from gdanim.view.canvas import Artist, Canvas
from gdanim.view.flat import Flat, Sheet
from gdanim.view.layout import Box
from gdanim.view.sketch import Sketch
from gdanim.view.theme import rgb

if TYPE_CHECKING:
    from gdanim.view.scene import FilmScene


class Animated(Mobject):  # type: ignore[misc]
    """Something with numbers that animations change; it has no look of its own."""

    def become_(self, run_time: float, rate_func: Callable[[float], float] | None = None, **to: float) -> Cue:
        """An animation of its numbers, such as ``become_(2.0, presence=1.0)``."""
        return Cue(self, to, run_time=run_time, rate_func=rate_func or rate_functions.smooth)


class Cue(Animation):  # type: ignore[misc]
    """Moves numbers from where they are to where they shall be."""

    def __init__(self, mobject: Animated, to: dict[str, float], **kwargs: Any) -> None:
        super().__init__(mobject, **kwargs)
        self.to = to

    def begin(self) -> None:
        self.origin = {name: getattr(self.mobject, name) for name in self.to}
        self.interpolate(0)

    def complete(self) -> None:
        """Have it done at once, without being played."""
        self.begin()
        self.finish()

    def interpolate(self, alpha: float) -> None:
        eased = self.rate_func(min(max(alpha, 0.0), 1.0))
        for name, end in self.to.items():
            setattr(self.mobject, name, self.origin[name] + (end - self.origin[name]) * eased)


class Clock(Animated):
    """The run that panes share: ``seconds`` of it have passed. Its timeline says what that means.

    ``fall``: how far the balls have dropped to their starts, ``present``: their opacity; both 0 to 1.
    """

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self.timeline = timeline
        self.act = timeline.act
        self.fall, self.seconds, self.present = 0.0, 0.0, 1.0

    @property
    def moment(self) -> Moment:
        """How the act stands."""
        return self.timeline.at(self.seconds)

    @property
    def numbered(self) -> float:
        """Opacity of the run's numbers, which go before its balls do."""
        return max(2 * self.present - 1, 0.0)

    @property
    def counters(self) -> list[tuple[int, float]]:
        """Steps to show and their opacities: that of the run, and 0, which comes back as its balls go."""
        step = self.moment.step if self.seconds > 0 else 0
        return [(step, self.numbered), (0, max(1 - 2 * self.present, 0.0))]

    def drop(self, count: int) -> tuple[Array, Array]:
        """Heights above their starts (1: where they drop from) and opacities of so many balls, both (count,).

        They drop in one after the other, and each one hops once.
        """
        order = np.arange(count) / max(count - 1, 1)
        f = np.clip(1.7 * self.fall - 0.7 * order, 0.0, 1.0)
        down, hop = f / 0.75, (f - 0.75) / 0.25
        return np.where(f < 0.75, 1 - down**2, 0.07 * 4 * hop * (1 - hop)), np.clip(3.0 * f, 0.0, 1.0)

    def run_(self, extra: float = 0.0) -> Cue:
        """The run in real time, from where it stands to its end and ``extra`` seconds beyond."""
        end = self.timeline.run_time + extra
        return self.become_(end - self.seconds, rate_functions.linear, seconds=end)


class Pane(Animated):
    """A box of the picture that shows something. ``presence`` is its opacity."""

    def __init__(self, scene: FilmScene, box: Box) -> None:
        super().__init__()
        self.scene, self.box = scene, box
        self.theme, self.lettering = scene.theme, scene.lettering
        self.presence = 0.0
        self.begins: float = scene.time
        self.ends: float | None = None  # the film's end
        scene.enter(self)

    def enter_(self, run_time: float) -> Cue:
        """It appears."""
        return self.become_(run_time, presence=1.0)

    def leave_(self, run_time: float) -> Cue:
        """It disappears."""
        return self.become_(run_time, presence=0.0)

    def prepare(self) -> None:
        """Ask for all the text it will show, now that the film's length is known."""

    def artist(self, canvas: Canvas) -> Artist:
        """What draws it on a canvas."""
        raise NotImplementedError

    def picture(self, t: float) -> Any:
        """What its artist draws at scene time ``t`` in seconds."""
        raise NotImplementedError

    @property
    def pixels(self) -> tuple[int, int, int, int]:
        """Its box in pixels: left, top, width, height."""
        s = self.lettering.scale
        left, top, right, bottom = (round(v * s) for v in self.box)
        return left, top, right - left, bottom - top


class FlatPane(Pane):
    """A pane drawn flat. Subclasses write ``still`` and ``moving``; text they ask for when they are made."""

    _kept: tuple[Any, Sketch] | None = None

    def still(self, sketch: Sketch) -> None:
        """Draw what stays as long as ``state`` does."""

    def moving(self, sketch: Sketch) -> None:
        """Draw what changes from frame to frame."""

    def state(self) -> Any:
        """What the still part depends on, besides presence."""
        return None

    def artist(self, canvas: Canvas) -> Artist:
        return Flat(canvas)

    def picture(self, t: float) -> Sheet:
        del t  # all that moves here moves with clocks and cues
        state = (self.presence, self.state())
        if self._kept is None or self._kept[0] != state:
            sketch = Sketch(self.lettering, self.presence)
            if self.presence > 0:
                self.still(sketch)
            self._kept = (state, sketch)
        moving = Sketch(self.lettering, self.presence)
        if self.presence > 0:
            self.moving(moving)
        return Sheet(self._kept[1], moving)

    def ink(self, name: str) -> tuple[float, float, float]:
        """One of the theme's colours as numbers, such as "text", "secondary", "background" or "gradient"."""
        return rgb(getattr(self.theme, name))


class RunPane(FlatPane):
    """A flat pane of a run. What subclasses draw in ``running`` comes and goes with the balls."""

    def __init__(self, scene: FilmScene, clock: Clock, box: Box) -> None:
        super().__init__(scene, box)
        self.clock = clock

    def moving(self, sketch: Sketch) -> None:
        if self.clock.fall > 0 and self.clock.present > 0:
            sketch.opacity *= self.clock.present
            self.running(sketch)

    def running(self, sketch: Sketch) -> None:
        """Draw what changes from frame to frame while there are balls."""
