"""Captions drawn in the picture: words on a band below it, which the layout has kept free for them."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gdanim.theme import Theme, rgb
from gdanim.view.captions import Cue
from gdanim.view.layout import Layout
from gdanim.view.text import literal, preamble
from gdanim.view.typesetting import typeset

LEADING = 0.2  # of the size, between the two lines
LINE = 1.1  # of the size, from the ascender to the descender
PAD = 16.0  # points above and below the lines, and least beside them
EDGE = 24.0  # points in which the band comes out of the picture
Pixels = NDArray[np.uint8]


def size(layout: Layout) -> float:
    """Points of the letters: 4% of a picture's shorter side, and never less than 2.65% of its height."""
    return max(0.04 * min(layout.width, layout.height), 0.0265 * layout.height)


def band(layout: Layout) -> float:
    """Points that two lines need at the bottom of a picture."""
    return (2 * LINE + LEADING) * size(layout) + 2 * PAD


def back(layout: Layout, theme: Theme, out: Pixels) -> None:
    """Paint the band that words will stand on, in the colour of the ground."""
    scale = out.shape[0] / layout.height
    height, edge = round(band(layout) * scale), max(1, round(EDGE * scale))
    ground = np.array([round(255 * value) for value in (*rgb(theme.background), 1.0)], dtype=np.float32)
    cover = np.clip(np.arange(height, dtype=np.float32) / edge, 0.0, 1.0)[:, None, None]
    below = out[-height:]
    below[...] = np.rint(ground * cover + below * (1 - cover)).astype(np.uint8)


class Subtitles:
    """The cues of a part of a film in its pixels; where none stands it costs nothing."""

    def __init__(self, cues: Sequence[Cue], layout: Layout, pixels: tuple[int, int]) -> None:
        self.cues, self.layout, self.pixels = cues, layout, pixels
        self.scale = pixels[1] / layout.height
        self._starts = [cue.start for cue in cues]
        self._set = lru_cache(maxsize=4)(self._typeset)

    def write(self, seconds: float, theme: Theme, font: str | None, out: Pixels) -> None:
        """Paint the words that stand at a time of the part, centred on the band."""
        now = round(1000 * seconds, 3)
        index = bisect_right(self._starts, now) - 1
        if index < 0 or now >= self.cues[index].end:
            return
        ink = self._set(self.cues[index].text, theme.text, font)
        middle = out.shape[0] - round(band(self.layout) / 2 * self.scale)
        top, left = middle - ink.shape[0] // 2, (out.shape[1] - ink.shape[1]) // 2
        place = out[top : top + ink.shape[0], left : left + ink.shape[1]]
        clear = 255 - ink[..., 3:].astype(np.uint16)
        place[...] = ink + (place * clear + 127) // 255

    def _typeset(self, text: str, color: str, font: str | None) -> Pixels:
        """The words as pixels, colours premultiplied; lines too wide for the picture are set smaller."""
        points = size(self.layout) * self.scale
        lines = " \\ ".join(literal(line) for line in text.split("\n"))
        source = (
            f"#set page(width: auto, height: auto, margin: 1pt, fill: none)\n{preamble(font)}"
            f'#set text(fill: rgb("{color}"), size: {points:.2f}pt, bottom-edge: "descender")\n'
            f"#set par(leading: {LEADING}em)\n#align(center)[{lines}]"
        )
        (png,), _ = typeset(source)
        image = Image.open(io.BytesIO(png)).convert("RGBA")
        room = self.pixels[0] - round(2 * PAD * self.scale), round(band(self.layout) * self.scale)
        image.thumbnail(room)
        pixels = np.asarray(image).astype(np.uint16)
        pixels[..., :3] = (pixels[..., :3] * pixels[..., 3:] + 127) // 255
        return pixels.astype(np.uint8)
