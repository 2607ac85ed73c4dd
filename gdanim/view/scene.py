"""Films as manim scenes whose every frame is a function of time.

``FilmScene.construct`` is written like any manim scene, with ``self.play``. Playing only records: each
animation begins, finishes and cleans up in order, while the lists of visible mobjects are kept. A frame
at time t is then had by seeking, in any order: undo what starts later, apply what has started, restore
that list. Manim draws what is flat (titles, formulas) and the canvas what is solid.

This is the only module that knows manim's internals.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import manim
import numpy as np
from manim import Animation, Mobject, Scene, Typst, config, rate_functions
from numpy.typing import NDArray

import gdanim
from gdanim.engine.solution import Act, Array
from gdanim.landscape import FLOOR, RELIEF, landscape
from gdanim.spec import Spec
from gdanim.timeline import Timeline
from gdanim.view.axes import Axes
from gdanim.view.camera import Camera, best_view, frame
from gdanim.view.canvas import Canvas, Picture, Stage
from gdanim.view.layout import Layout, layout
from gdanim.view.panel import Panel
from gdanim.view.scenery import Scenery
from gdanim.view.text import Lettering, preamble
from gdanim.view.theme import Theme, rgb, themes

SPEC_VARIABLE = "GDANIM_SPEC"  # names the spec for `manim render scenes/...`
FAVOURITE, ELEVATIONS = -60.0, (34.0, 40.0, 46.0, 52.0)  # views to choose from, degrees
BALL = 0.05  # radius in world units; a crowd is smaller
CROWD = 8
SWING = (22.0, 24.0)  # the film opens this many degrees around and above the orbit
TYPST_SIZE = 10  # points in which manim has Typst set text
DROP = 0.5  # world units that balls fall to their starts
Pixels = NDArray[np.uint8]


class StagedAct(Mobject):  # type: ignore[misc]
    """One act on the canvas. Its numbers are what animations change; ``become_`` animates them."""

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

    def become_(self, run_time: float, rate_func: Callable[[float], float] | None = None, **to: float) -> Cue:
        """An animation of this act's numbers, such as ``become_(2.0, reveal=1.0)``."""
        return Cue(self, to, run_time=run_time, rate_func=rate_func or rate_functions.smooth)

    def prepare(self) -> None:
        """Ask for all the text it will show; the view is only known once the film's length is."""
        _ = self.axes

    @cached_property
    def axes(self) -> Axes:
        return Axes(self.timeline.landscape, self.scene.lettering, self.scene.theme, self._view[0])

    def picture(self, t: float, size: tuple[int, int]) -> Picture:
        """What the canvas paints at scene time ``t`` in a picture of ``size`` pixels."""
        moment = self.timeline.at(self.seconds)
        camera = self._camera(t)
        running = moment if self.fall >= 1 else None
        labels = self.axes.labels(camera, size, self.ground)
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

    @cached_property
    def _view(self) -> tuple[float, float]:
        """Azimuth and elevation in the middle of the orbit: the spec's, else where most can be seen."""
        camera = self.scene.spec.camera
        paths = self.timeline.trails()
        points = paths.positions[paths.opacity > 0.99]
        points = points[:: max(1, len(points) // 400)]
        goals = self.scenery.marked()
        points = np.concatenate([points, np.tile(goals, (len(points) // (2 * max(len(goals), 1)), 1))])
        points = points[np.isfinite(points).all(axis=1)] + [0.0, 0.0, 0.6 * self.timeline.radius]
        azimuths = FAVOURITE + np.array(sorted(range(-175, 181, 5), key=abs))
        return best_view(
            points,
            self.scenery.heights,
            self.scenery.extent,
            ELEVATIONS if camera.elevation is None else (camera.elevation,),
            azimuths.tolist() if camera.azimuth is None else (camera.azimuth,),
            abs(self._turn(self._ends) - self._turn(self.begins)),
        )

    @property
    def _ends(self) -> float:
        return self.scene.length if self.ends is None else self.ends

    @cached_property
    def _poses(self) -> tuple[Camera, Camera]:
        """The opening pose and the orbit's middle, both framed so that nothing is cut off."""
        rect, zoom = self.layout.rect, self.scene.spec.camera.zoom
        azimuth, elevation = self._view
        extent = self.scenery.extent + 0.22
        base = [(x * extent[0], y * extent[1], FLOOR) for x in (-1, 1) for y in (-1, 1)]
        post = [(*(self.axes.post * 1.1), RELIEF + 0.16)]
        points = np.concatenate([self.scenery.mesh.positions[::7], base, post])
        aspect = self.layout.width / self.layout.height
        turns = np.array([self._turn(t) for t in np.linspace(self.begins, self._ends, 13)])
        orbit = frame(points, rect, aspect, azimuth + turns, elevation, zoom)
        high = min(elevation + SWING[1], 88.0)
        opening = frame(points, rect, aspect, np.array([azimuth + turns[0] + SWING[0]]), high, zoom)
        return replace(opening, azimuth=azimuth + SWING[0]), replace(orbit, azimuth=azimuth)

    def _turn(self, t: float) -> float:
        """Degrees turned at scene time ``t``: on and on, or to and fro where the film shall loop."""
        spec = self.scene.spec
        if not spec.video.loop:
            return float(spec.camera.orbit * (t - (self.begins + self._ends) / 2))
        cycle = 2 * math.pi / max(self.scene.length, 1e-6)
        return float(spec.camera.orbit / cycle * math.sin(cycle * t))

    def _camera(self, t: float) -> Camera:
        opening, orbit = self._poses
        turn = self._turn(t)

        def between(a: float, b: float) -> float:
            return a + (b - a) * self.opened

        return Camera(
            between(opening.azimuth, orbit.azimuth) + turn,
            between(opening.elevation, orbit.elevation),
            between(opening.distance, orbit.distance),
            orbit.target,
            (between(opening.shift[0], orbit.shift[0]), between(opening.shift[1], orbit.shift[1])),
            orbit.aspect,
        )


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


@dataclass(frozen=True)
class Played:
    """One recorded call of ``play``."""

    start: float
    end: float
    animations: list[Animation]
    during: list[Mobject]
    after: list[Mobject]


class Screen(Mobject):  # type: ignore[misc]
    """Stands for the whole film while manim's own player shows it."""

    def __init__(self, scene: FilmScene) -> None:
        super().__init__()
        self.points = np.zeros((1, 3))  # manim skips mobjects without points
        self.scene, self.time = scene, 0.0


class Projection(Animation):  # type: ignore[misc]
    """Runs the film's clock under manim's own player, on exact frame times."""

    def interpolate(self, alpha: float) -> None:
        rate = config.frame_rate
        self.mobject.time = round(alpha * self.run_time * rate) / rate


class FilmCamera(manim.Camera):  # type: ignore[misc]
    """Takes a ``Screen``'s picture from its scene."""

    def capture_mobjects(self, mobjects: Any, **kwargs: Any) -> None:
        shown = list(mobjects)
        screens = [m for m in shown if isinstance(m, Screen)]
        for screen in screens:
            screen.scene.paint(screen.time, self.pixel_array)
        super().capture_mobjects([m for m in shown if m not in screens], **kwargs)


class Overlay:
    """What manim draws above the canvas, kept as pixels until it changes."""

    def __init__(self) -> None:
        self._state: Any = None
        self._camera: manim.Camera | None = None
        self._box: tuple[slice, slice] | None = None

    def paint(self, mobjects: list[Mobject], state: Any, out: Pixels) -> None:
        """Blend the mobjects over ``out``; the same ``state`` means the same pixels as last time."""
        if state is None or state != self._state:
            self._draw(mobjects)
            self._state = state
        if self._box is None:
            return
        below = out[self._box]
        below[...] = self._ink + (below * self._clear + 127) // 255

    def _draw(self, mobjects: list[Mobject]) -> None:
        if self._camera is None:
            self._camera = manim.Camera(background_color=manim.BLACK, background_opacity=0.0)
        self._camera.reset()
        self._camera.capture_mobjects(mobjects)
        layer = self._camera.pixel_array
        rows = np.flatnonzero(layer[..., 3].any(axis=1))
        self._box = None
        if rows.size:
            columns = np.flatnonzero(layer[..., 3].any(axis=0))
            self._box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            self._ink = layer[self._box].copy()  # premultiplied by Cairo
            self._clear = 255 - layer[self._box][..., 3:].astype(np.uint16)


class FilmScene(Scene):  # type: ignore[misc]
    """The base of every scene of gdanim. Subclasses write ``construct``.

    Without a ``spec`` it loads the file named by the environment variable GDANIM_SPEC.
    """

    def __init__(self, spec: Spec | None = None, transparent: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("camera_class", FilmCamera)
        super().__init__(**kwargs)
        if spec is None:
            if SPEC_VARIABLE not in os.environ:
                raise SystemExit(f"set {SPEC_VARIABLE} to the spec that this scene shall show")
            spec = gdanim.load(Path(os.environ[SPEC_VARIABLE]))
        self.spec = spec
        self.solution = gdanim.solve(spec)
        self.theme: Theme = themes[spec.view.theme]
        self.size = (int(config.pixel_width), int(config.pixel_height))
        self.layout: Layout = layout(spec.video.aspect, min(self.size))
        self.lettering = Lettering(self.size[1] / self.layout.height, spec.view.font)
        self._transparent = transparent
        self._played: list[Played] = []
        self._acts: list[StagedAct] = []
        self._position = math.inf  # recording leaves everything as it is at the end
        self._overlay = Overlay()
        self._stages: dict[StagedAct, Stage] = {}
        self._replaying = False

    # -- for scenes -------------------------------------------------------------------------------

    def stage(self, act: Act, top: float = 0.0, run_time: float | None = None) -> StagedAct:
        """Put an act on the canvas, below text that reaches down to ``top`` (points) at the upper left.

        ``run_time`` in seconds overrides the spec's pace.
        """
        staged = StagedAct(self, act, run_time, top)
        if self._acts:
            self._acts[-1].ends = self.time
        self._acts.append(staged)
        return staged

    def text(self, markup: str, size: float, x: float, y: float, color: str, width: float) -> Typst:
        """Typst markup as a mobject: top left corner at x, y (points), broken at ``width`` points."""
        unit = config.frame_height / self.layout.height
        block = f"#block(width: {width / size * TYPST_SIZE:.2f}pt)[{markup}]"
        mobject = Typst(
            block,
            typst_preamble=preamble(self.spec.view.font),
            color=color,
            font_size=size * unit / TYPST_SIZE / manim.constants.SCALE_FACTOR_PER_FONT_POINT,
        )
        corner = (x * unit - config.frame_width / 2, config.frame_height / 2 - y * unit, 0.0)
        return mobject.move_to(corner, aligned_edge=manim.UL)

    def below(self, mobject: Mobject) -> float:
        """The lower edge of a mobject in points from the top."""
        unit = config.frame_height / self.layout.height
        return float((config.frame_height / 2 - mobject.get_bottom()[1]) / unit)

    def run_time(self, overhead: float) -> float | None:
        """Seconds an act may run to fill the spec's duration, ``overhead`` aside; None: as its pace asks."""
        duration = self.spec.video.duration
        return None if duration is None else max(duration / len(self.solution.acts) - overhead, 1.0)

    # -- recording --------------------------------------------------------------------------------

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Record animations; they are shown when a frame is asked for."""
        if self._replaying:
            super().play(*args, **kwargs)
            return
        animations = self.compile_animations(*args, **kwargs)
        self.add_mobjects_from_animations(animations)
        start, duration = self.time, self.get_run_time(animations)
        for animation in animations:
            animation._setup_scene(self)
            animation.begin()
        during = list(self.mobjects)
        for animation in animations:
            animation.finish()
            animation.clean_up_from_scene(self)
        self.renderer.time = start + duration
        self._played.append(Played(start, start + duration, animations, during, list(self.mobjects)))

    def tear_down(self) -> None:
        """Under manim's own player: show what was recorded."""
        self._replaying = True
        config.disable_caching = True
        self.clear()
        self.renderer.time = 0.0
        self.play(Projection(Screen(self), run_time=(self.frames - 0.5) / config.frame_rate, rate_func=None))

    # -- frames -----------------------------------------------------------------------------------

    @property
    def length(self) -> float:
        """Seconds of the film."""
        return self._played[-1].end if self._played else 0.0

    @property
    def frames(self) -> int:
        """How many frames it has at manim's frame rate."""
        return max(1, round(self.length * float(config.frame_rate)))

    @cached_property
    def canvas(self) -> Canvas:
        """The canvas, made when the first frame is asked for."""
        canvas = Canvas(*self.size, self.theme, self._transparent)
        for act in self._acts:
            act.prepare()
        canvas.set_atlas(self.lettering.build())
        return canvas

    def paint(self, t: float, out: Pixels) -> None:
        """Paint the frame at ``t`` seconds into ``out``, shape (height, width, 4), RGBA.

        A frame depends on ``t`` alone, not on the frames painted before it.
        """
        t = min(max(t, 0.0), self.length)
        shown, state = self._seek(t)
        acts = [m for m in shown if isinstance(m, StagedAct)]
        canvas = self.canvas
        if acts:
            if acts[-1] not in self._stages:
                self._stages = {acts[-1]: Stage(canvas, acts[-1].scenery)}
            canvas.draw(self._stages[acts[-1]], acts[-1].picture(t, self.size), out)
        else:
            canvas.draw(None, Picture(Camera(0.0, 0.0, 1.0, (0, 0, 0), (0, 0), 1.0)), out)
        self._overlay.paint([m for m in shown if not isinstance(m, StagedAct)], state, out)

    def _seek(self, t: float) -> tuple[list[Mobject], Any]:
        """Bring every mobject to time ``t``. Returns what is visible then and a token of its state.

        The token is None while updaters may change things behind our back.
        """
        for played in reversed(self._played):
            if t < played.start <= self._position:
                for animation in reversed(played.animations):
                    animation.interpolate(0)
        self._position = t
        started = [p for p in self._played if p.start <= t]
        state: list[float] = []
        for played in started:
            for animation in played.animations:
                alpha = min((t - played.start) / max(animation.run_time, 1e-9), 1.0)
                animation.interpolate(alpha)
                if not isinstance(animation, Cue | manim.Wait):
                    state.append(alpha)
        self.update_mobjects(0)
        shown: list[Mobject] = []
        if started:
            shown = started[-1].during if t < started[-1].end else started[-1].after
        updated = any(m.updaters for m in self.get_mobject_family_members())
        return shown, None if updated else (len(shown), tuple(state))
