"""What manim draws flat, above the canvas."""

from __future__ import annotations

from typing import Any

import manim
import numpy as np
from manim import Mobject
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


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
