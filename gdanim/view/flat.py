"""Draws sketches on the canvas: flat, in order, without depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.view.canvas import Canvas
from gdanim.view.ribbon import RIBBON
from gdanim.view.scenery import KEY_LIGHT
from gdanim.view.sketch import LAYOUTS, Batch, Image, Sketch, Trails

FADE = 1.8  # seconds of age in which trails fade e-fold


@dataclass(frozen=True)
class Sheet:
    """What a flat pane shows: a drawing that stays (the same object while it does) and one that moves."""

    still: Sketch
    moving: Sketch
    clip: tuple[int, int, int, int] | None = None  # pixels outside (left, top, width, height) are left alone


class Flat:
    """One flat pane on a canvas; it keeps the images that were sent to the graphics side."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        # Arrays stay beside what was made of them, lest their ids be given to others.
        self._images: dict[int, tuple[NDArray[np.uint8], moderngl.Texture]] = {}
        self._trails: dict[int, tuple[Array, moderngl.Buffer, moderngl.VertexArray]] = {}

    def key(self, sheet: Sheet) -> object:
        """What the still part depends on."""
        return sheet.still if sheet.still.parts else None

    def costly(self, sheet: Sheet) -> bool:
        return any(not isinstance(part, list) for part in sheet.still.parts)  # more than text

    def draw_still(self, sheet: Sheet) -> None:
        self._draw(sheet.still)

    def draw_moving(self, sheet: Sheet) -> None:
        self._draw(sheet.moving)

    def release(self) -> None:
        """Free what it keeps. It is of no use afterwards."""
        self.canvas.use()
        for _, texture in self._images.values():
            texture.release()
        for _, buffer, array in self._trails.values():
            array.release()
            buffer.release()

    def _draw(self, sketch: Sketch) -> None:
        canvas = self.canvas
        canvas.context.disable(moderngl.DEPTH_TEST)
        self._look()
        for part in sketch.parts:
            if isinstance(part, list):
                canvas.draw_labels(part)
            elif isinstance(part, Image):
                self._draw_image(part)
            elif isinstance(part, Trails):
                self._draw_trails(part)
            else:
                self._draw_batch(part)
        canvas.context.enable(moderngl.DEPTH_TEST)

    def _look(self) -> None:
        """Pixels, y down, for the programs that otherwise see through a camera."""
        canvas = self.canvas
        width, height = canvas.width, canvas.height
        across = np.diag([2 / width, 2 / height, 0.0, 1.0])
        across[:2, 3] = -1.0
        for name in ("ribbon", "arrow"):
            canvas.set(name, u_matrix=tuple(across.T.flat), u_eye=(0.0, 0.0, 1.0))
        canvas.set("ribbon", u_floor=0.0, u_lift=0.0, u_opacity=1.0)
        canvas.set("ribbon", u_now=1e9, u_fade=(1.0, 1.0))
        # Balls lie at z = -1, where this projection divides by one.
        lens = np.diag([2 / width, 2 / height, 0.0, 0.0])
        lens[:2, 2], lens[3, 2] = 1.0, -1.0
        canvas.set("ball", u_view=tuple(np.eye(4).flat), u_projection=tuple(lens.T.flat))
        x, y, z = KEY_LIGHT
        canvas.set("ball", u_light=(x, y, z), u_now=0.0, u_flat=0.0, u_least=0.0, u_opacity=1.0)

    def _draw_batch(self, batch: Batch) -> None:
        if batch.program in ("ribbon", "arrow"):
            self.canvas.set(batch.program, u_width=batch.width)
        with self.canvas.passing(batch.program, batch.rows, LAYOUTS[batch.program]) as quads:
            quads.render(moderngl.TRIANGLES)

    def _draw_trails(self, trails: Trails) -> None:
        if id(trails.rows) not in self._trails:
            self._trails[id(trails.rows)] = (trails.rows, *self.canvas.quads("ribbon", trails.rows, RIBBON))
        self.canvas.set(
            "ribbon",
            u_width=trails.width,
            u_now=trails.now,
            u_fade=(trails.oldest, FADE),
            u_opacity=trails.opacity,
        )
        self._trails[id(trails.rows)][2].render(moderngl.TRIANGLES)
        self.canvas.set("ribbon", u_now=1e9, u_fade=(1.0, 1.0), u_opacity=1.0)

    def _draw_image(self, image: Image) -> None:
        if id(image.pixels) not in self._images:
            height, width = image.pixels.shape[:2]
            texture = self.canvas.context.texture((width, height), 4, np.ascontiguousarray(image.pixels))
            kind = moderngl.LINEAR if image.smooth else moderngl.NEAREST
            texture.filter = kind, kind
            texture.repeat_x = texture.repeat_y = False
            self._images[id(image.pixels)] = (image.pixels, texture)
        self._images[id(image.pixels)][1].use(0)
        self.canvas.set("image", u_image=0)
        rows: NDArray[Any] = np.array([[*image.box, image.opacity]])
        with self.canvas.passing("image", rows, ("4f 1f", "in_place", "in_opacity")) as quad:
            quad.render(moderngl.TRIANGLES)
