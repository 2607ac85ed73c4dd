"""One z-buffered OpenGL picture: solids, then text, read back into an array of pixels."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import moderngl
import numpy as np
from numpy.typing import NDArray

from gdanim.motion.landscape import FLOOR
from gdanim.theme import Theme, rgb
from gdanim.view.picture import Label
from gdanim.view.scenery import KEY_LIGHT

PROGRAMS = (
    "surface",
    "floor",
    "ribbon",
    "ball",
    "arrow",
    "edge",
    "decal",
    "mote",
    "patch",
    "sprite",
    "shape",
    "area",
    "image",
)
SHAPES = ("4f 3f 4f", "in_box", "in_form", "in_color")
LINUX = sys.platform.startswith("linux")
# What draws without a GPU and without a display, and how it is had.
DRIVERS = {
    "linux": (
        "install Mesa: apt-get install libegl1 libgl1 libgl1-mesa-dri (Debian, Ubuntu, WSL, Colab), "
        "dnf install mesa-libEGL mesa-libGL mesa-dri-drivers (Fedora), pacman -S mesa libglvnd (Arch)"
    ),
    "darwin": (
        "macOS brings it along; where it does not start, as in some virtual machines, films can be made in a "
        "Linux container with Mesa"
    ),
    "win32": (
        "install the driver of the graphics card, or where there is none (remote desktops, virtual machines) "
        "the OpenGL Compatibility Pack of the Microsoft Store; or work in WSL, with Mesa"
    ),
}
HEIGHT = 1080.0  # line widths are given in pixels of a picture this high


class Artist(Protocol):
    """Knows how to draw one pane: its part that stays, which the canvas keeps, and its part that moves."""

    def key(self, shown: Any) -> object:
        """What the still part depends on, besides the clip: equal keys, equal pixels. None: there is none."""

    def costly(self, shown: Any) -> bool:
        """Whether its still part takes longer to draw than a copy of the picture."""

    def draw_still(self, shown: Any) -> None: ...
    def draw_moving(self, shown: Any) -> None: ...
    def release(self) -> None:
        """Free what it has on the graphics side."""


Layer = tuple[
    Artist, Any
]  # an artist and what it shall show, which has a ``clip``: its box in pixels, or None


class Canvas:
    """An off-screen picture of ``width`` x ``height`` pixels, with the theme's ground or none."""

    def __init__(self, width: int, height: int, theme: Theme, transparent: bool = False) -> None:
        self.theme = theme
        self._ground = (0.0, 0.0, 0.0, 0.0) if transparent else (*rgb(theme.background), 1.0)
        self.width, self.height = width, height
        self.context = _windowless()
        self._await_drawing = _waiting()
        self.target, self._backdrop = self._framebuffer(), self._framebuffer()
        self._corners: dict[int, tuple[int, moderngl.Buffer]] = {}  # by cells: how many quads, their indices
        self._backdrop_of: Sequence[object] = []  # what the backdrop shows
        self._last: Sequence[object] = []
        self.programs = {name: self._program(name) for name in PROGRAMS}
        self._drawn = self.context.texture((width, height), 4)
        self._atlas: moderngl.Texture | None = None
        scale = height / HEIGHT
        self.pixel = max(scale, 0.6)  # widths shrink with the picture, but not to nothing
        self.set("ribbon", u_size=(width, height), u_opacity=1.0)
        self.set("ball", u_size=(width, height))
        self.set("arrow", u_size=(width, height))
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
        self.set("mote", u_floor_height=FLOOR + 0.002)
        self.set("sprite", u_atlas=1)
        self.set("edge", u_size=(width, height), u_drawn=2)
        for name in ("shape", "area", "image"):
            self.set(name, u_size=(width, height))

    def set_atlas(self, coverage: NDArray[np.uint8]) -> None:
        """The atlas of rasterised text, shape (height, width), that labels are cut from."""
        if self._atlas is not None:
            self._atlas.release()
        height, width = coverage.shape
        self._atlas = self.context.texture((width, height), 1, np.ascontiguousarray(coverage), alignment=1)
        self._atlas.use(1)

    def draw(self, layers: Sequence[Layer], out: NDArray[np.uint8]) -> None:
        """Paint into ``out``, shape (height, width, 4), RGBA, colours premultiplied, top row first.

        What stays in a pane is kept, colour and depth, until something of it changes.
        """
        self.use()
        staying = [layer for layer in layers if layer[0].key(layer[1]) is not None]
        keys = [(artist, artist.key(shown), shown.clip) for artist, shown in staying]
        resting = [key for key in keys if key in self._last]
        if not any(a.costly(shown) for (a, shown), key in zip(staying, keys, strict=True) if key in resting):
            resting = []
        if resting and resting != self._backdrop_of:
            self._begin(self._backdrop)
            self._draw_still(layer for layer, key in zip(staying, keys, strict=True) if key in resting)
            self._backdrop_of = resting
        self._begin(self.target)
        if resting:
            self._await_drawing()
            self.context.copy_framebuffer(self.target, self._backdrop)
        self._draw_still(layer for layer, key in zip(staying, keys, strict=True) if key not in resting)
        self._last = keys
        for artist, shown in layers:
            self._clip(shown.clip)
            artist.draw_moving(shown)
        self._clip(None)
        self._await_drawing()
        self.target.read_into(out, components=4)

    def _draw_still(self, layers: Iterable[Layer]) -> None:
        for artist, shown in layers:
            self._clip(shown.clip)
            artist.draw_still(shown)
        self._clip(None)

    def _clip(self, box: tuple[int, int, int, int] | None) -> None:
        """Draw inside a box (left, top, width, height) of pixels only."""
        self.context.scissor = box

    def _begin(self, target: moderngl.Framebuffer) -> None:
        """Draw onto an empty ``target`` from here on."""
        gl = self.context
        target.use()
        gl.viewport = (0, 0, self.width, self.height)
        target.depth_mask = True
        target.clear(*self._ground, depth=1.0)
        gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.PROGRAM_POINT_SIZE)
        self._blend(moderngl.ONE)
        gl.front_face = "cw"  # the picture is drawn upside down, so that its first row is the top one

    def _blend(self, own: int) -> None:
        """Lay colours over what is there; ``own``: what alpha they add, times their own."""
        blend = (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA)
        self.context.blend_func = *blend, own, moderngl.ONE_MINUS_SRC_ALPHA  # type: ignore[assignment]

    def _framebuffer(self) -> moderngl.Framebuffer:
        size = (self.width, self.height)
        return self.context.framebuffer(
            [self.context.renderbuffer(size, 4)], self.context.depth_renderbuffer(size)
        )

    def draw_labels(self, labels: Sequence[Label]) -> None:
        """Pieces of text, over all that is drawn but what stands before the place they belong to."""
        if not labels or self._atlas is None:
            return
        self.set_depth_mask(False)
        rows = np.array(
            [
                (x.x, x.y, *(x.size or x.sprite[2:]), *x.sprite, *x.color, x.opacity, x.depth)
                for x in labels
                if x.opacity > 0.003
            ],
            dtype="f4",
        )
        layout = ("4f 4f 4f 1f", "in_place", "in_source", "in_color", "in_depth")
        with self.passing("sprite", rows, layout) as array:
            array.render(moderngl.TRIANGLES)

    def passing(
        self, program: str, rows: NDArray[Any], layout: tuple[str, ...], cells: int = 1
    ) -> AbstractContextManager[moderngl.VertexArray]:
        """Quads for one frame only."""
        return _released(*self.quads(program, rows, layout, cells))

    def points(
        self, program: str, rows: NDArray[Any], layout: tuple[str, ...]
    ) -> AbstractContextManager[moderngl.VertexArray]:
        """A point for every row, for one frame only."""
        buffer = self.buffer(rows)
        return _released(buffer, self.context.vertex_array(self.programs[program], [(buffer, *layout)]))

    def quads(
        self, program: str, rows: NDArray[Any], layout: tuple[str, ...], cells: int = 1
    ) -> tuple[moderngl.Buffer, moderngl.VertexArray]:
        """A quad of ``cells`` x ``cells`` for every row, which its vertices repeat.

        Software drivers are slow at instances.
        """
        buffer = self.buffer(np.repeat(np.asarray(rows, dtype="f4"), (cells + 1) ** 2, axis=0))
        array = self.context.vertex_array(
            self.programs[program], [(buffer, *layout)], index_buffer=self._quad_corners(len(rows), cells)
        )
        array.vertices = 6 * cells**2 * len(rows)
        return buffer, array

    def _program(self, name: str) -> moderngl.Program:
        source = (files("gdanim.view") / "shaders" / f"{name}.glsl").read_text(encoding="utf-8")
        return self.context.program(
            vertex_shader=f"#version 330\n#define VERTEX\n{source}", fragment_shader=f"#version 330\n{source}"
        )

    def _quad_corners(self, count: int, cells: int) -> moderngl.Buffer:
        """Indices of at least so many quads; grown when more are asked for, never freed before the canvas."""
        known, corners = self._corners.get(cells, (0, None))
        if corners is None or count > known:
            known = max(2 * count, 1024 // cells**2)
            side = cells + 1
            first = (np.arange(cells)[:, None] * side + np.arange(cells)).reshape(-1, 1)
            cell = (first + np.array([0, 1, side, side, 1, side + 1])).reshape(-1)
            corners = self.buffer(side**2 * np.arange(known)[:, None] + cell, "i4")
            self._corners[cells] = known, corners
        return corners

    def buffer(self, values: NDArray[Any], kind: str = "f4") -> moderngl.Buffer:
        """Values on the graphics side; none at all are fine."""
        data = np.ascontiguousarray(values, dtype=kind)
        return self.context.buffer(data) if data.size else self.context.buffer(reserve=4)

    def use(self) -> None:
        """Of several canvases, this is the one that draws from here on."""
        self.context.__enter__()  # type: ignore[no-untyped-call]

    def veil(self, opacity: float) -> None:
        """Have what is drawn so far go into the ground by so much, of 1."""
        gl, middle = self.context, (self.width / 2, self.height / 2)
        self._blend(moderngl.ONE if self._ground[3] else moderngl.ZERO)
        gl.disable(moderngl.DEPTH_TEST)
        rows = np.array([[*middle, *middle, 0.0, 0.0, 1.0, *self._ground[:3], opacity]])
        with self.passing("shape", rows, SHAPES) as quad:
            quad.render(moderngl.TRIANGLES)
        gl.enable(moderngl.DEPTH_TEST)
        self._blend(moderngl.ONE)

    def take_drawn(self) -> None:
        """Let shaders see what has been drawn so far: a texture of its colours, in unit 2."""
        self._await_drawing()
        self.context.copy_framebuffer(self._drawn, self.context.fbo)
        self._drawn.use(2)

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


def _windowless() -> moderngl.Context:
    """An OpenGL context of no window. Raises RuntimeError where there is none: it names what to install."""
    backend: dict[str, Any] = {"backend": "egl"} if LINUX else {}
    try:
        return moderngl.create_context(standalone=True, require=330, **backend)
    except Exception as error:  # moderngl's own are no narrower
        remedy = DRIVERS.get("linux" if LINUX else sys.platform, "install a driver of the graphics card")
        told = f"OpenGL 3.3, which draws films, is missing here: {remedy} ({error})"
        raise RuntimeError(told) from error


@cache
def renderer() -> str:
    """What OpenGL says draws here, and which version of it."""
    context = _windowless()
    try:
        return " ".join(context.info[key] for key in ("GL_VENDOR", "GL_RENDERER", "GL_VERSION"))
    finally:
        context.release()


@contextmanager
def _released(buffer: moderngl.Buffer, array: moderngl.VertexArray) -> Iterator[moderngl.VertexArray]:
    """An array that is gone afterwards, with its buffer.

    Nothing is left to the garbage collector: it might come while another canvas draws, and would then
    delete that one's objects.
    """
    try:
        yield array
    finally:
        array.release()
        buffer.release()


def _waiting() -> Callable[[], object]:
    """Waits until all is drawn, and lets other threads run meanwhile: the encoder is one of them.

    moderngl's calls keep Python's lock while they wait; foreign functions do not. Without the library by this
    name nothing is done, and films take longer.
    """
    try:
        return ctypes.CDLL("libGL.so.1").glFinish
    except (OSError, AttributeError):
        return lambda: None
