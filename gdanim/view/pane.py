"""Panes: the parts a picture is composed of, as mobjects whose numbers manim animates, on one clock."""

from __future__ import annotations

from typing import Any, ClassVar

from gdanim.theme import rgb
from gdanim.view.animated import Animated, Clock, Cue
from gdanim.view.camera import Camera
from gdanim.view.canvas import Artist, Canvas
from gdanim.view.flat import Flat, Sheet
from gdanim.view.layout import Box
from gdanim.view.sketch import Sketch
from gdanim.view.stage import Stage


class Pane(Animated):
    """A box of the picture that shows something. ``presence`` is its opacity."""

    shows: ClassVar[tuple[str, ...]] = ()
    """What it shows, by the names with which sentences light that up; the scene declares them."""

    def __init__(self, scene: Stage, box: Box) -> None:
        super().__init__()
        self.scene, self.box = scene, box
        self.theme, self.lettering = scene.theme, scene.lettering
        self.presence = 0.0
        self.begins: float = scene.time
        self.ends: float | None = None  # the film's end
        scene.enter(self)

    def stand(self) -> None:
        """It is there at once: the first picture of a part is whole."""
        self.presence = 1.0

    def enter_(self, run_time: float) -> Cue:
        """It appears."""
        return self.become_(run_time, presence=1.0)

    def leave_(self, run_time: float) -> Cue:
        """It disappears."""
        return self.become_(run_time, presence=0.0)

    @property
    def light(self) -> float:
        """How bright it is: while sentences light up something else, it is dimmed."""
        return self.scene.light(self.shows)

    def seen_from(self, t: float) -> Camera | None:
        """From where it shows a surface or a map at scene time ``t``: from there the next part may go on."""
        del t
        return None

    def goes_on(self) -> bool:
        """Whether it begins with what stands at the end of the part before, and need not appear."""
        return False

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
        """What the still part depends on, besides its opacity."""
        return None

    @property
    def opacity(self) -> float:
        """Of all that is drawn."""
        return self.presence * self.light

    def artist(self, canvas: Canvas) -> Artist:
        return Flat(canvas)

    def picture(self, t: float) -> Sheet:
        del t  # all that moves here moves with clocks and cues
        state = (self.opacity, self.state())
        if self._kept is None or self._kept[0] != state:
            sketch = Sketch(self.lettering, self.opacity)
            if self.opacity > 0:
                self.still(sketch)
            self._kept = (state, sketch)
        moving = Sketch(self.lettering, self.opacity)
        if self.opacity > 0:
            self.moving(moving)
        return Sheet(self._kept[1], moving)

    def ink(self, name: str) -> tuple[float, float, float]:
        """One of the theme's colours as numbers, such as "text", "secondary", "background" or "gradient"."""
        return rgb(getattr(self.theme, name))


class RunPane(FlatPane):
    """A flat pane of a run. What subclasses draw in ``running`` comes and goes with the balls."""

    def __init__(self, scene: Stage, clock: Clock, box: Box) -> None:
        super().__init__(scene, box)
        self.clock = clock

    def moving(self, sketch: Sketch) -> None:
        if self.clock.fall > 0 and self.clock.present > 0:
            sketch.opacity *= self.clock.present
            self.running(sketch)

    def running(self, sketch: Sketch) -> None:
        """Draw what changes from frame to frame while there are balls."""
