"""One act on the canvas, as a mobject whose numbers manim animates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import Animation, Mobject, rate_functions

from gdanim.engine.solution import Act, Array
from gdanim.landscape import landscape
from gdanim.timeline import Timeline
from gdanim.view.axes import Axes
from gdanim.view.camera import Camera
from gdanim.view.camerawork import Camerawork
from gdanim.view.panel import Panel
from gdanim.view.picture import Picture
from gdanim.view.scenery import Scenery
from gdanim.view.text import Curtain
from gdanim.view.theme import rgb

if TYPE_CHECKING:
    from gdanim.view.scene import FilmScene

BALL = 0.05  # radius in world units; a crowd is smaller
CROWD = 8
DROP = 0.5  # world units that balls fall to their starts


class StagedAct(Mobject):  # type: ignore[misc]
    """One act on the canvas. Its numbers are what animations change; ``become_`` animates them.

    ``reveal`` of the surface, ``opened``: the camera's opening move, ``fall`` of the balls to their
    starts, ``seconds`` of the run, ``presence`` of the balls, ``ground``: the floor and its axes,
    ``readouts`` of the panel; all but the seconds from 0 to 1.
    """

    def __init__(self, scene: FilmScene, act: Act, run_time: float | None, top: float) -> None:
        super().__init__()
        self.scene, self.act = scene, act
        self.layout = scene.layout.under(top)
        spec, theme = scene.spec, scene.theme
        crowd = max(len(act.runs) / CROWD, 1.0)
        self.timeline = Timeline(
            act, landscape(act, spec.view.height), BALL / crowd**0.28, spec.pace, run_time
        )
        self.colors = [
            rgb(run.ball.color or theme.palette[run.ball.hue % len(theme.palette)]) for run in act.runs
        ]
        self.scenery = Scenery(self.timeline, theme, np.array(self.colors), spec.view.colormap)
        self.begins: float = scene.time
        self.ends: float | None = None  # the film's end
        self.reveal, self.opened, self.fall, self.seconds = 0.0, 0.0, 0.0, 0.0
        self.presence, self.ground, self.readouts = 1.0, 1.0, 0.0
        self.panel = Panel(self.timeline, self.colors, self.layout, scene.lettering, theme)
        self.curtain = Curtain(scene.lettering, self.layout, rgb(theme.background))

    def become_(self, run_time: float, rate_func: Callable[[float], float] | None = None, **to: float) -> Cue:
        """An animation of this act's numbers, such as ``become_(2.0, reveal=1.0)``."""
        return Cue(self, to, run_time=run_time, rate_func=rate_func or rate_functions.smooth)

    def prepare(self) -> None:
        """Ask for all the text it will show; the view is only known once the film's length is."""
        _ = self.axes

    @cached_property
    def camerawork(self) -> Camerawork:
        spec = self.scene.spec
        return Camerawork(
            self.timeline,
            self.scenery,
            self.layout,
            spec.camera,
            (self.begins, self.scene.length if self.ends is None else self.ends),
            self.scene.length if spec.video.loop else None,
        )

    @cached_property
    def axes(self) -> Axes:
        return Axes(self.timeline.landscape, self.scene.lettering, self.scene.theme, self.camerawork.view[0])

    def camera(self, t: float) -> Camera:
        """From where it is seen at scene time ``t``."""
        return self.camerawork.at(t, self.opened, self.fall * self.presence, self.seconds)

    def picture(self, t: float, size: tuple[int, int]) -> Picture:
        """What the canvas paints at scene time ``t`` in a picture of ``size`` pixels."""
        moment = self.timeline.at(self.seconds)
        camera = self.camera(t)
        running = moment if self.fall >= 1 else None
        labels = self.axes.labels(camera, size, self.ground)
        if self.camerawork.closes_in:
            labels += self.curtain.labels()
        labels += self.panel.labels(running, self.readouts)
        lift, opacity = self._falling(len(self.act.runs))
        return Picture(
            camera,
            replace(moment, opacity=moment.opacity * opacity) if self.fall > 0 else None,
            self.reveal,
            lift,
            self.presence,
            self.ground,
            labels,
            self.axes.height_axis(camera, self.ground),
        )

    def _falling(self, count: int) -> tuple[Array, Array]:
        """Heights above the start and opacities while the balls drop in, one after the other."""
        order = np.arange(count) / max(count - 1, 1)
        f = np.clip(1.7 * self.fall - 0.7 * order, 0.0, 1.0)
        down, hop = f / 0.75, (f - 0.75) / 0.25
        lift = np.where(f < 0.75, DROP * (1 - down**2), 0.07 * DROP * 4 * hop * (1 - hop))
        return lift, np.clip(3.0 * f, 0.0, 1.0)


class Cue(Animation):  # type: ignore[misc]
    """Moves numbers of a staged act from where they are to where they shall be."""

    def __init__(self, stage: StagedAct, to: dict[str, float], **kwargs: Any) -> None:
        super().__init__(stage, **kwargs)
        self.to = to

    def begin(self) -> None:
        self.origin = {name: getattr(self.mobject, name) for name in self.to}
        self.interpolate(0)

    def interpolate(self, alpha: float) -> None:
        eased = self.rate_func(min(max(alpha, 0.0), 1.0))
        for name, end in self.to.items():
            setattr(self.mobject, name, self.origin[name] + (end - self.origin[name]) * eased)
