"""All that is solid: what one act looks like, uploaded once, drawn at a moment, seen by a camera."""

from __future__ import annotations

import math
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.motion.landscape import FLOOR
from gdanim.motion.rolling import MANY, Rolled
from gdanim.motion.shells import MOST
from gdanim.view.balls import BALLS, BENEATH, DECALS, FAINT, MOTES, far_first, motes, shadows, spheres
from gdanim.view.camera import Camera
from gdanim.view.canvas import Canvas
from gdanim.view.picture import ABOVE, Arrows, Picture
from gdanim.view.ribbon import RIBBON, joined
from gdanim.view.scenery import CROWD, KEY_LIGHT, REACH, Scenery

TAIL = 2.0  # seconds of way in a tail
ARROWS = ("3f 3f 4f", "in_tail", "in_head", "in_color")
ALL = slice(None)
# Pixels of the least radius of a ball; radii that the shadow of one of many reaches.
LEAST, HALO = 2.5, 1.35
PATCHES = ("3f 3f 3f 3f 4f", "in_a", "in_b", "in_c", "in_d", "in_color")
HIDDEN = 0.7  # opacity of the outline of a ball behind the surface
THROUGH = 0.35  # of the opacity of what is seen through the surface
CONTOUR = 1.3  # pixels around an arrow
SHADED = 4  # texture unit of the surface's shadow
PAINT, PAINTED = 3, 0.5  # texture unit of a painted surface's colours; their opacity on the floor
FLIP = np.diag([1.0, -1.0, 1.0, 1.0])


class Solids:
    """An act's surface, floor, trails and balls on a canvas."""

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
        self._heights = self._field(scenery.ground, moderngl.NEAREST)
        self._levels = self._field(scenery.levels, moderngl.LINEAR)
        self._paint = None if scenery.paint is None else self._image(scenery.paint)
        self._axes = self._quads("ribbon", scenery.axes, RIBBON)
        self._rings = self._quads("ribbon", scenery.rings, RIBBON)
        self._shade = self._field(scenery.shade, moderngl.LINEAR)
        self._dots = self._quads("ball", scenery.dots, BALLS)
        count = len(scenery.colors)
        rows, self._lived = scenery.trails, None
        if count > CROWD:  # in order of time, so that a tail is a part of them
            rows = rows[np.argsort(rows[:, 12], kind="stable")]
            self._lived = rows[:, 12], np.maximum.accumulate(rows[:, 13])
        self._trails = self._quads("ribbon", rows, RIBBON)
        self._cells = 8 if count <= CROWD else 2  # of a shadow

    def release(self) -> None:
        """Free their buffers. They are of no use afterwards."""
        self.canvas.use()
        for thing in reversed(self._owned):
            thing.release()

    def key(self, picture: Picture) -> object:
        """What the still part depends on."""
        return picture.camera, picture.reveal, picture.ground, picture.clip

    def costly(self, picture: Picture) -> bool:
        del picture
        return True

    def draw_still(self, picture: Picture) -> None:
        """What only the camera moves; far things first where they blend: surface, floor, outline, axes."""
        canvas, scenery = self.canvas, self.scenery
        self._look(picture.camera)
        canvas.set("surface", u_across=scenery.across, u_paint=PAINT)
        canvas.set("floor", u_painted=(0.0, PAINTED), u_paint=PAINT)
        if self._paint is not None:
            self._paint.use(PAINT)
            canvas.set("floor", u_painted=(PAINTED * min(picture.ground, picture.reveal), PAINTED))
        self._levels.use(0)
        if picture.reveal < 1:  # the ground is seen through a surface that is not all there
            self._render_floor(picture)
            self._render_axes(picture)
        if picture.reveal > 0:
            if picture.reveal != self._revealed:
                self._positions.write(scenery.positions(picture.reveal).astype("f4"))
                self._revealed = picture.reveal
            canvas.set_depth_mask(True)
            self._surface.render(moderngl.TRIANGLES)
        if picture.reveal >= 1:
            self._render_floor(picture)
        canvas.set_depth_mask(False)
        if picture.reveal > 0:
            self._render_outline(picture)
        if picture.reveal >= 1:
            self._render_axes(picture)
        if picture.lines is not None:
            with canvas.passing("ribbon", picture.lines, RIBBON) as lines:
                self._render_lines(lines, width=1.6, opacity=1.0)
        self._heights.use(0)
        appeared = picture.ground * min(max(2 * picture.reveal - 1, 0.0), 1.0)
        self._render_decals(scenery.marks(appeared))
        self._render_lines(self._rings, width=2.6, opacity=appeared, lift=2e-4)

    def _render_floor(self, picture: Picture) -> None:
        """The plane with its grid and level lines, which hides nothing."""
        opacities = tuple(o * picture.ground for o in self.canvas.theme.floor_opacity)
        shade = self.canvas.theme.cast * min(picture.ground, picture.reveal)
        self.canvas.set("floor", u_opacity=opacities, u_shade=SHADED, u_shadow=shade, u_reach=REACH)
        self._shade.use(SHADED)
        self.canvas.set_depth_mask(False)
        self._floor.render(moderngl.TRIANGLE_STRIP)

    def _render_axes(self, picture: Picture) -> None:
        """The border of the floor with its ticks."""
        self._render_lines(self._axes, width=1.6, opacity=picture.ground, lift=1e-5)

    def draw_moving(self, picture: Picture) -> None:
        """Patches, segments, shadows, trails, balls, arrows and labels."""
        self._look(picture.camera)
        if picture.patches is not None:
            rows = np.column_stack([picture.patches.corners.reshape(-1, 12), picture.patches.colors])
            with self.canvas.passing("patch", rows, PATCHES) as patches:
                self.canvas.set_depth_mask(False)
                patches.render(moderngl.TRIANGLES)
        if picture.decals is not None:
            self._heights.use(0)
            self.canvas.set_depth_mask(False)
            self._render_decals(picture.decals, 8)
        for segments in picture.segments:
            self.canvas.set_depth_mask(segments.lift < ABOVE)
            with self.canvas.passing("ribbon", joined(segments), RIBBON) as lines:
                self._render_lines(lines, width=segments.width, opacity=1.0, lift=segments.lift)
        if picture.moment is not None and picture.presence > 0:
            self._draw_run(picture, picture.moment)
        if picture.arrows is not None:
            self._render_arrows(picture.camera, picture.arrows)
        self.canvas.draw_labels(picture.labels)
        if picture.veil > 0:
            self.canvas.veil(picture.veil)

    def _draw_run(self, picture: Picture, moment: Rolled) -> None:
        """Shadows, trails and balls."""
        canvas = self.canvas
        lift = np.zeros(len(moment.opacity)) if picture.lift is None else picture.lift
        near = picture.presence * np.exp(-lift / 0.25)  # how dark the shadows are
        if len(lift) > MANY:
            rows = motes(moment, self.scenery, lift, picture.camera.eye)
            with canvas.points("mote", rows, MOTES) as array:
                self._render_beneath(array, picture.camera, float(near[0]))
                self._render_trails(moment.seconds, picture.presence)
                self._render_motes(array, picture.presence, float(near[0]))
            return
        self._heights.use(0)
        canvas.set_depth_mask(False)
        on, below = shadows(moment, self.scenery, lift, near)
        self._render_decals(on, self._cells)
        if len(below) <= MOST:  # they are seen through the surface, faintly
            hidden = below.copy()
            hidden[:, 7] *= THROUGH
            canvas.context.disable(moderngl.DEPTH_TEST)
            self._render_decals(hidden)
            canvas.context.enable(moderngl.DEPTH_TEST)
        self._render_decals(below)
        self._render_hidden(picture, spheres(moment, self.scenery, lift))
        now = moment.seconds
        self._render_trails(now, picture.presence)
        canvas.set("ball", u_now=now, u_flat=1.0, u_least=1.9 * canvas.pixel, u_opacity=picture.presence)
        self._dots.render(moderngl.TRIANGLES)
        self._render_balls(picture, moment, lift)

    def _look(self, camera: Camera) -> None:
        view, projection = camera.view, FLIP @ camera.projection
        matrix = tuple((projection @ view).T.flat)
        for name in ("surface", "floor", "ribbon", "arrow", "edge", "decal", "mote", "patch"):
            self.canvas.set(name, u_matrix=matrix)
        for name in ("surface", "ribbon", "arrow", "mote"):
            self.canvas.set(name, u_eye=tuple(camera.eye))
        self.canvas.set("ball", u_view=tuple(view.T.flat), u_projection=tuple(projection.T.flat))
        light = view[:3, :3] @ np.array(KEY_LIGHT)
        for name in ("ball", "mote"):
            self.canvas.set(name, u_light=tuple(light / np.linalg.norm(light)))
        self.canvas.set("mote", u_per_unit=camera.projection[1, 1] * 0.5 * self.canvas.height)
        self.canvas.set("decal", u_extent=tuple(self.scenery.extent))

    def _render_trails(self, now: float, presence: float) -> None:
        """On the floor, then on the surface; a crowd's on the surface only, which is half the work."""
        trails, rows, fade = self._trails, ALL, (0.34, 1.8)
        if self._lived is not None:
            rows, fade = self._late(now), (0.0, 0.3 * TAIL)
        else:
            self._render_lines(trails, width=2.2, opacity=0.5 * presence, now=now, fade=fade, floor=1.0)
        self.canvas.set_depth_mask(True)
        self._render_lines(trails, width=3.9, opacity=presence, now=now, fade=fade, lift=1e-4, rows=rows)

    def _late(self, now: float) -> slice:
        """The rows of a crowd's trails that have begun, without those that ended long ago."""
        assert self._lived is not None
        begun, ended = self._lived
        return slice(int(np.searchsorted(ended, now - TAIL)), int(np.searchsorted(begun, now)))

    def _render_outline(self, picture: Picture) -> None:
        """Smooth the surface's edges: each pixel there takes its share of the colour across the edge."""
        self.canvas.take_drawn()
        self.canvas.set("edge", u_there=min(max(2 * picture.reveal - 1, 0.0), 1.0))
        rows = self.scenery.outline(picture.camera.eye, picture.reveal)
        with self.canvas.passing("edge", rows, ("3f 3f 3f", "in_from", "in_to", "in_inside")) as edges:
            self.canvas.context.disable(moderngl.BLEND)
            edges.render(moderngl.TRIANGLES)
            self.canvas.context.enable(moderngl.BLEND)

    def _render_decals(self, rows: Array, cells: int = 1) -> None:
        """Discs of so many cells across; those on a curved surface want more than one."""
        self.canvas.set("decal", u_cells=cells)
        with self.canvas.passing("decal", rows, DECALS, cells) as decals:
            decals.render(moderngl.TRIANGLES)

    def _render_balls(self, picture: Picture, moment: Rolled, lift: Array) -> None:
        rows = spheres(moment, self.scenery, lift)
        glow = rows[moment.lead > 0.01]
        if len(glow):
            glow[:, 3] *= 2.6
            glow[:, 7] *= 0.55 * moment.lead[moment.lead > 0.01]
            self.canvas.set_depth_mask(False)
            self.canvas.set("ball", u_flat=2.0, u_least=0.0, u_opacity=picture.presence)
            self._render_spheres(glow)
            self.canvas.set_depth_mask(True)
        self.canvas.set("ball", u_flat=0.0, u_least=LEAST * self.canvas.pixel, u_opacity=picture.presence)
        behind = 4 * self.scenery.radius * (moment.shells - 1)  # rings before what they are around
        self._render_spheres(rows[far_first(moment.centres, picture.camera.eye, behind)])

    def _render_hidden(self, picture: Picture, rows: Array) -> None:
        """The outlines of balls, as far as the surface hides them: a ball in a narrow hole is not lost."""
        canvas = self.canvas
        canvas.set("ball", u_flat=3.0, u_least=LEAST * canvas.pixel, u_opacity=HIDDEN * picture.presence)
        canvas.context.depth_func = ">"
        self._render_spheres(rows)
        canvas.context.depth_func = "<"

    def _render_beneath(self, array: moderngl.VertexArray, camera: Camera, near: float) -> None:
        """The places of many balls on the floor, seen as flat as the camera stands low."""
        canvas, squash = self.canvas, 1 / max(math.sin(math.radians(camera.elevation)), 0.15)
        canvas.set("mote", u_floor=1.0, u_reach=1.0, u_squash=squash, u_opacity=FAINT * near)
        canvas.set("mote", u_radius=BENEATH * self.scenery.radius, u_least=BENEATH * canvas.pixel)
        canvas.set_depth_mask(False)
        array.render(moderngl.POINTS)

    def _render_motes(self, array: moderngl.VertexArray, presence: float, near: float) -> None:
        canvas = self.canvas
        canvas.set("mote", u_floor=0.0, u_reach=HALO, u_shadow=1.2 * canvas.theme.shadow * near)
        canvas.set("mote", u_radius=self.scenery.radius, u_least=LEAST * canvas.pixel, u_opacity=presence)
        canvas.set_depth_mask(True)
        array.render(moderngl.POINTS)

    def _render_spheres(self, rows: Array) -> None:
        with self.canvas.passing("ball", rows, BALLS) as balls:
            balls.render(moderngl.TRIANGLES)

    def _render_arrows(self, camera: Camera, arrows: Arrows) -> None:
        """Far ones first, so that their edges blend with what is behind."""
        rows = np.column_stack([arrows.tails, arrows.heads, arrows.colors, arrows.alpha])
        order = far_first((arrows.tails + arrows.heads) / 2, camera.eye)
        pixel = self.canvas.pixel
        self.canvas.set("arrow", u_width=arrows.width * pixel, u_contour=CONTOUR * pixel)
        self.canvas.set_depth_mask(True)
        with self.canvas.passing("arrow", rows[order], ARROWS) as array:
            array.render(moderngl.TRIANGLES)

    def _render_lines(
        self,
        array: moderngl.VertexArray,
        width: float,
        opacity: float,
        now: float = 1e9,
        fade: tuple[float, float] = (1.0, 1.0),
        floor: float = 0.0,
        lift: float = 0.0,
        rows: slice = ALL,
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
        first, last, _ = rows.indices(array.vertices // 6)
        array.render(moderngl.TRIANGLES, vertices=6 * (last - first), first=6 * first)

    def _buffer(self, values: NDArray[Any], kind: str = "f4") -> moderngl.Buffer:
        buffer = self.canvas.buffer(values, kind)
        self._owned.append(buffer)
        return buffer

    def _array(self, program: str, *content: tuple[Any, ...], **more: Any) -> moderngl.VertexArray:
        array = self.canvas.context.vertex_array(self.canvas.programs[program], list(content), **more)
        self._owned.append(array)
        return array

    def _quads(self, program: str, rows: Array, layout: tuple[str, ...]) -> moderngl.VertexArray:
        buffer, array = self.canvas.quads(program, rows, layout)
        self._owned += [buffer, array]
        return array

    def _field(self, values: Array, filter_: int) -> moderngl.Texture:
        height, width = values.shape
        texture = self.canvas.context.texture((width, height), 1, values.astype("f4"), dtype="f4")
        return self._kept(texture, filter_)

    def _image(self, colors: NDArray[np.uint8]) -> moderngl.Texture:
        height, width, _ = colors.shape
        texture = self.canvas.context.texture((width, height), 3, np.ascontiguousarray(colors), alignment=1)
        return self._kept(texture, moderngl.LINEAR)

    def _kept(self, texture: moderngl.Texture, filter_: int) -> moderngl.Texture:
        texture.filter = filter_, filter_
        texture.repeat_x = texture.repeat_y = False
        self._owned.append(texture)
        return texture
