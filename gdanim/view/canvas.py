"""All that is solid, in one z-buffered OpenGL picture.

A ``Scenery`` holds what one act looks like and never changes (surface, floor, trails); ``Canvas.draw``
paints it at a moment, seen by a camera, into an array of pixels.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from gdanim.engine.solution import Array
from gdanim.landscape import FLOOR
from gdanim.timeline import Moment
from gdanim.view.camera import Camera
from gdanim.view.scenery import KEY_LIGHT, RIBBON, Scenery
from gdanim.view.theme import Theme, rgb

PROGRAMS = ("surface", "floor", "ribbon", "ball", "decal", "sprite")
BALLS = ("4f 4f 1f 4f/i", "in_sphere", "in_color", "in_time", "in_spin")
HEIGHT = 1080.0  # line widths are given in pixels of a picture this high


@dataclass(frozen=True)
class Label:
    """A piece of text from the atlas. Pixels, y down from the top; the place is the sprite's top left."""

    sprite: tuple[int, int, int, int]  # left, top, width, height in the atlas
    x: float
    y: float
    color: tuple[float, float, float]
    opacity: float = 1.0
    depth: float = -1.0  # normalised depth of the place it belongs to; -1 is in front of everything
    size: tuple[float, float] | None = None  # width and height if not the sprite's own


@dataclass(frozen=True)
class Picture:
    """Everything that changes from frame to frame."""

    camera: Camera
    moment: Moment | None = None
    reveal: float = 1.0  # 0: nothing of the surface, 1: all of it
    lift: Array | None = None  # (balls,) world units above the surface, while they drop in
    presence: float = 1.0  # opacity of balls and trails
    ground: float = 1.0  # opacity of the floor
    labels: Sequence[Label] = ()
    lines: Array | None = None  # ribbon rows (n, 22)


class Canvas:
    """An off-screen picture of ``width`` x ``height`` pixels, with the theme's ground or none."""

    def __init__(self, width: int, height: int, theme: Theme, transparent: bool = False) -> None:
        self.theme = theme
        self._ground = (0.0, 0.0, 0.0, 0.0) if transparent else (*rgb(theme.background), 1.0)
        self.width, self.height = width, height
        backend: dict[str, Any] = {"backend": "egl"} if sys.platform.startswith("linux") else {}
        self.context = moderngl.create_context(standalone=True, require=330, **backend)
        self.target, self._backdrop = self._framebuffer(), self._framebuffer()
        self._backdrop_of: object = None  # what the backdrop shows
        self._last: object = None
        self.programs = {name: self._program(name) for name in PROGRAMS}
        self._atlas: moderngl.Texture | None = None
        scale = height / HEIGHT
        self.pixel = max(scale, 0.6)  # widths shrink with the picture, but not to nothing
        self.set("ribbon", u_size=(width, height), u_opacity=1.0)
        self.set("ball", u_size=(width, height))
        self.set("sprite", u_size=(width, height))
        self.set(
            "surface",
            u_light=KEY_LIGHT,
            u_gloss=(theme.gloss, 48.0),
            u_rim=theme.rim,
            u_mesh=(theme.mesh_opacity, theme.level_opacity, max(1.15 * self.pixel, 1.0)),
            u_line_color=rgb(theme.lines),
        )
        self.set("floor", u_color=rgb(theme.secondary), u_opacity=theme.floor_opacity, u_levels=0)
        self.set("decal", u_heights=0, u_floor_height=FLOOR + 0.002)
        self.set("sprite", u_atlas=1)

    def set_atlas(self, coverage: NDArray[np.uint8]) -> None:
        """The atlas of rasterised text, shape (height, width), that labels are cut from."""
        if self._atlas is not None:
            self._atlas.release()
        height, width = coverage.shape
        self._atlas = self.context.texture((width, height), 1, np.ascontiguousarray(coverage), alignment=1)
        self._atlas.use(1)

    def draw(self, stage: Stage | None, picture: Picture, out: NDArray[np.uint8]) -> None:
        """Paint into ``out``, shape (height, width, 4), RGBA, colours premultiplied, top row first.

        What only the camera moves is kept, colour and depth, while the camera rests.
        """
        self.use()
        still = (stage, picture.camera, picture.reveal, picture.ground)
        if still == self._backdrop_of:
            self._begin(self.target)
            self.context.copy_framebuffer(self.target, self._backdrop)
        else:
            resting = still == self._last
            self._begin(self._backdrop if resting else self.target)
            if stage is not None:
                stage.draw_still(picture)
            if resting:
                self._backdrop_of = still
                self._begin(self.target)
                self.context.copy_framebuffer(self.target, self._backdrop)
        self._last = still
        if stage is not None:
            stage.draw_moving(picture)
        if picture.labels and self._atlas is not None:
            self._draw_labels(picture.labels)
        self.target.read_into(out, components=4)

    def _begin(self, target: moderngl.Framebuffer) -> None:
        """Draw onto an empty ``target`` from here on."""
        gl = self.context
        target.use()
        gl.viewport = (0, 0, self.width, self.height)
        target.depth_mask = True
        target.clear(*self._ground, depth=1.0)
        gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        blend = (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA)
        gl.blend_func = *blend, moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA  # type: ignore[assignment]
        gl.front_face = "cw"  # the picture is drawn upside down, so that its first row is the top one

    def _framebuffer(self) -> moderngl.Framebuffer:
        size = (self.width, self.height)
        return self.context.framebuffer(
            [self.context.renderbuffer(size, 4)], self.context.depth_renderbuffer(size)
        )

    def _draw_labels(self, labels: Sequence[Label]) -> None:
        self.set_depth_mask(False)
        rows = np.array(
            [
                (x.x, x.y, *(x.size or x.sprite[2:]), *x.sprite, *x.color, x.opacity, x.depth)
                for x in labels
                if x.opacity > 0.003
            ],
            dtype="f4",
        )
        layout = ("4f 4f 4f 1f/i", "in_place", "in_source", "in_color", "in_depth")
        with self.passing("sprite", rows, layout) as array:
            array.render(moderngl.TRIANGLE_STRIP, vertices=4)

    @contextmanager
    def passing(
        self, program: str, rows: NDArray[Any], layout: tuple[str, ...], *others: tuple[Any, ...]
    ) -> Iterator[moderngl.VertexArray]:
        """Instances for one frame only.

        Nothing is left to the garbage collector: it might come while another canvas draws, and would
        then delete that one's objects.
        """
        buffer = self.buffer(rows)
        array = self.context.vertex_array(self.programs[program], [*others, (buffer, *layout)])
        array.instances = len(rows)
        try:
            yield array
        finally:
            array.release()
            buffer.release()

    def _program(self, name: str) -> moderngl.Program:
        source = (files("gdanim.view") / "shaders" / f"{name}.glsl").read_text(encoding="utf-8")
        return self.context.program(
            vertex_shader=f"#version 330\n#define VERTEX\n{source}", fragment_shader=f"#version 330\n{source}"
        )

    def buffer(self, values: NDArray[Any], kind: str = "f4") -> moderngl.Buffer:
        """Values on the graphics side; none at all are fine."""
        data = np.ascontiguousarray(values, dtype=kind)
        return self.context.buffer(data) if data.size else self.context.buffer(reserve=4)

    def use(self) -> None:
        """Of several canvases, this is the one that draws from here on."""
        self.context.__enter__()  # type: ignore[no-untyped-call]

    def set_depth_mask(self, on: bool) -> None:
        """Whether what is drawn hides what is drawn after it behind it."""
        self.context.fbo.depth_mask = on

    def set(self, program: str, **uniforms: Any) -> None:
        """Give a program's uniforms their values."""
        for name, value in uniforms.items():
            self.programs[program][name] = value

    def close(self) -> None:
        """Free the context. The canvas is of no use afterwards."""
        self.context.release()


FLIP = np.diag([1.0, -1.0, 1.0, 1.0])


class Stage:
    """The buffers of one act on a canvas."""

    def __init__(self, canvas: Canvas, scenery: Scenery) -> None:
        self.canvas, self.scenery = canvas, scenery
        canvas.use()
        self._owned: list[Any] = []
        self._positions = self._buffer(scenery.positions(1.0))
        self._revealed = 1.0
        vertices, triangles = self._buffer(scenery.vertices), self._buffer(scenery.triangles, "i4")
        self._surface = self._array(
            "surface",
            (self._positions, "4f", "in_position"),
            (vertices, "3f 3f 3f 3f", "in_normal", "in_color", "in_under", "in_lines"),
            index_buffer=triangles,
        )
        self._floor = self._array(
            "floor", (self._buffer(scenery.floor), "3f 2f 2f", "in_position", "in_grid", "in_ticks")
        )
        self._heights = self._field(scenery.heights, moderngl.NEAREST)
        self._levels = self._field(scenery.levels, moderngl.LINEAR)
        self._trails = self._instances("ribbon", scenery.trails, RIBBON)
        self._axes = self._instances("ribbon", scenery.axes, RIBBON)
        self._dots = self._instances("ball", scenery.dots, BALLS)
        self._corners = self._buffer(_disc_corners())

    def release(self) -> None:
        """Free its buffers. The stage is of no use afterwards."""
        self.canvas.use()
        for thing in reversed(self._owned):
            thing.release()

    def draw_still(self, picture: Picture) -> None:
        """What only the camera moves; far things first where they blend: surface, floor, outline, axes."""
        canvas, scenery = self.canvas, self.scenery
        self._look(picture.camera)
        if picture.reveal > 0:
            if picture.reveal != self._revealed:
                self._positions.write(scenery.positions(picture.reveal).astype("f4"))
                self._revealed = picture.reveal
            self._surface.render(moderngl.TRIANGLES)
        self._levels.use(0)
        fade = picture.ground
        canvas.set("floor", u_opacity=tuple(o * fade for o in canvas.theme.floor_opacity))
        canvas.set_depth_mask(False)
        self._floor.render(moderngl.TRIANGLE_STRIP)
        if picture.reveal > 0:
            self._render_outline(picture)
        self._render_lines(self._axes, width=1.6, opacity=fade, lift=1e-5)
        if picture.lines is not None:
            with canvas.passing("ribbon", picture.lines, RIBBON) as lines:
                self._render_lines(lines, width=1.6, opacity=1.0)
        self._heights.use(0)
        appeared = picture.ground * min(max(2 * picture.reveal - 1, 0.0), 1.0)
        self._render_decals(scenery.marks(appeared))

    def draw_moving(self, picture: Picture) -> None:
        """Shadows, trails and balls."""
        canvas, moment = self.canvas, picture.moment
        if moment is None or picture.presence <= 0:
            return
        self._look(picture.camera)
        self._heights.use(0)
        canvas.set_depth_mask(False)
        lift = np.zeros(len(moment.opacity)) if picture.lift is None else picture.lift
        self._render_decals(self._shadows(picture, moment, lift))
        now = moment.seconds
        self._render_lines(
            self._trails, width=2.2, opacity=0.5 * picture.presence, now=now, fade=(0.35, 2.0), floor=1.0
        )
        canvas.set_depth_mask(True)
        self._render_lines(
            self._trails, width=3.9, opacity=picture.presence, now=now, fade=(0.34, 1.8), lift=1e-4
        )
        canvas.set("ball", u_now=now, u_flat=1.0, u_least=1.9 * canvas.pixel, u_opacity=picture.presence)
        self._dots.render(moderngl.TRIANGLE_STRIP, vertices=4)
        self._render_balls(picture, moment, lift)

    def _look(self, camera: Camera) -> None:
        view, projection = camera.view, FLIP @ camera.projection
        matrix = tuple((projection @ view).T.flat)
        for name in ("surface", "floor", "ribbon", "decal"):
            self.canvas.set(name, u_matrix=matrix)
        self.canvas.set("surface", u_eye=tuple(camera.eye))
        self.canvas.set("ball", u_view=tuple(view.T.flat), u_projection=tuple(projection.T.flat))
        self.canvas.set("ball", u_light=tuple(view[:3, :3] @ np.array(KEY_LIGHT)))
        self.canvas.set("decal", u_extent=tuple(self.scenery.extent))

    def _render_outline(self, picture: Picture) -> None:
        rows = self.scenery.outline(picture.camera.eye, picture.reveal)
        with self.canvas.passing("ribbon", rows, RIBBON) as outline:
            self._render_lines(outline, width=1.0, opacity=1.0, lift=2e-5)

    def _shadows(self, picture: Picture, moment: Moment, lift: Array) -> Array:
        """Decal rows (2 balls, 10): the contact shadow of every ball, and its place on the floor."""
        theme = self.canvas.theme
        near = picture.presence * moment.opacity * np.exp(-lift / 0.25)
        place = np.zeros((len(near), 4))
        place[:, :2] = moment.contacts[:, :2]
        place[:, 2] = 2.3 * self.scenery.radius * (1 + 0.8 * lift)
        shadow = np.zeros((len(near), 4))
        shadow[:, 3] = theme.shadow * near
        below = place.copy()
        below[:, 2:] = 0.8 * self.scenery.radius, 1.0
        colors = np.concatenate([self.scenery.colors, (0.55 * near)[:, None]], axis=1)
        rings = np.tile([0.0, 0.8], (len(near), 1))
        dots = np.tile([0.0, 0.1], (len(near), 1))
        return np.concatenate(
            [
                np.concatenate([place, shadow, rings], axis=1),
                np.concatenate([below, colors, dots], axis=1),
            ]
        )

    def _render_decals(self, rows: Array) -> None:
        layout = ("4f 4f 2f/i", "in_place", "in_color", "in_ring")
        with self.canvas.passing("decal", rows, layout, (self._corners, "2f", "in_corner")) as decals:
            decals.render(moderngl.TRIANGLES)

    def _render_balls(self, picture: Picture, moment: Moment, lift: Array) -> None:
        spheres = np.empty((len(lift), 13), dtype="f4")
        spheres[:, :3] = moment.centres
        spheres[:, 2] += lift
        spheres[:, 3] = self.scenery.radius
        spheres[:, 4:7] = self.scenery.colors
        spheres[:, 7] = moment.opacity
        spheres[:, 8] = -1.0
        spheres[:, 9:] = moment.spins
        # Balls behind others first, so that their antialiased edges blend with what is behind.
        order = np.argsort(-np.linalg.norm(spheres[:, :3] - picture.camera.eye, axis=1), kind="stable")
        glow = spheres[moment.lead > 0.01]
        if len(glow):
            glow[:, 3] *= 2.6
            glow[:, 7] *= 0.55 * moment.lead[moment.lead > 0.01]
            self.canvas.set_depth_mask(False)
            self.canvas.set("ball", u_flat=2.0, u_least=0.0, u_opacity=picture.presence)
            self._render_spheres(glow)
            self.canvas.set_depth_mask(True)
        self.canvas.set("ball", u_flat=0.0, u_least=2.5 * self.canvas.pixel, u_opacity=picture.presence)
        self._render_spheres(spheres[order])

    def _render_spheres(self, rows: Array) -> None:
        with self.canvas.passing("ball", rows, BALLS) as balls:
            balls.render(moderngl.TRIANGLE_STRIP, vertices=4)

    def _render_lines(
        self,
        array: moderngl.VertexArray,
        width: float,
        opacity: float,
        now: float = 1e9,
        fade: tuple[float, float] = (1.0, 1.0),
        floor: float = 0.0,
        lift: float = 0.0,
    ) -> None:
        if opacity <= 0:
            return
        self.canvas.set(
            "ribbon",
            u_width=width * self.canvas.pixel if width > 1 else width,
            u_opacity=opacity,
            u_now=now,
            u_fade=fade,
            u_floor=floor,
            u_floor_height=FLOOR + 0.001,
            u_lift=lift,
        )
        array.render(moderngl.TRIANGLE_STRIP, vertices=4)

    def _buffer(self, values: NDArray[Any], kind: str = "f4") -> moderngl.Buffer:
        buffer = self.canvas.buffer(values, kind)
        self._owned.append(buffer)
        return buffer

    def _array(self, program: str, *content: tuple[Any, ...], **more: Any) -> moderngl.VertexArray:
        array = self.canvas.context.vertex_array(self.canvas.programs[program], list(content), **more)
        self._owned.append(array)
        return array

    def _instances(self, program: str, rows: Array, layout: tuple[str, ...]) -> moderngl.VertexArray:
        array = self._array(program, (self._buffer(rows), *layout))
        array.instances = len(rows)
        return array

    def _field(self, values: Array, filter_: int) -> moderngl.Texture:
        height, width = values.shape
        texture = self.canvas.context.texture((width, height), 1, values.astype("f4"), dtype="f4")
        texture.filter = filter_, filter_
        texture.repeat_x = texture.repeat_y = False
        self._owned.append(texture)
        return texture


def _disc_corners(cells: int = 8) -> Array:
    """Two triangles for every cell of a grid over [-1, 1] x [-1, 1]."""
    edge = np.linspace(-1, 1, cells + 1)
    x0, y0 = np.meshgrid(edge[:-1], edge[:-1])
    step = 2 / cells
    offsets = [(0, 0), (step, 0), (0, step), (step, step), (0, step), (step, 0)]
    return np.stack(
        [np.stack([x0 + dx, y0 + dy], axis=-1).reshape(-1, 2) for dx, dy in offsets], axis=1
    ).reshape(-1, 2)
