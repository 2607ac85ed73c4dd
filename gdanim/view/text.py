"""Text, all of it set by Typst: user text is escaped, formulas come from LaTeX, digits are cached sprites."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
import tylax
from numpy.typing import NDArray
from PIL import Image

from gdanim.formula import name_latex
from gdanim.theme import Color
from gdanim.view.layout import SMALLEST, Layout
from gdanim.view.picture import Label
from gdanim.view.typesetting import string, typeset

FONT = "New Computer Modern"  # travels inside the typst wheel
PADDING = 2  # pixels around a piece while it is set, so that overhanging strokes are kept
BORDER = 1  # pixels around a sprite's ink, so that neighbours do not bleed
PLAIN = 1e-3, 1e4  # numbers from the former to the latter, and 0, are no powers of ten
LETTER = 0.46  # of its size: about the width of a letter
NO_CHARACTER = "\U0010ffff"
FITTING = (files("gdanim.view") / "fitting.typ").read_text(encoding="utf-8")
Sprite = tuple[int, int, int, int]  # left, top, width, height in the atlas
Edges = tuple[int, int, int, int]  # left, top, right, bottom


def literal(text: str) -> str:
    """Typst markup that shows ``text`` exactly as typed, whatever it contains."""
    return f"#{string(text)}"


def fitted(markup: str, width: float) -> str:
    """Markup that shrinks to ``width`` pixels where it would be wider, as far as it stays legible.

    Plain text that is still too wide loses what stands before its end, where labels keep their rate.
    """
    return f"#fitted({width:.1f}pt, least)[{markup}]"


def shortened(markup: str, lines: int) -> str:
    """Markup of plain text that ends with an ellipsis where it would take more ``lines``, in a block."""
    return f"#shortened({lines})[{markup}]"


def balanced(markup: str) -> str:
    """Markup of a formula that stands in a block: on one line if it can, else on lines of one length."""
    return f"#balanced[{markup}]"


def formula(latex: str, before: str = "") -> str:
    """Typst markup of an inline formula written in LaTeX.

    ``before`` is markup that stands right in front of it.
    """
    math = tylax.latex_to_typst(latex).strip().replace("{", "").replace("}", "")  # tylax leaves groups behind
    return f"{before}${math}$"


def variable(name: str) -> str:
    """Typst markup of a variable: x1 with its number below, theta as a letter."""
    return formula(name_latex(name))


def preamble(font: str | None, least: float = 0.0) -> str:
    """Typst settings for all text: the spec's font first, ours for what it lacks.

    ``least``: pixels below which nothing shrinks.
    """
    fonts = ", ".join(string(name) for name in ([font] if font else []) + [FONT])
    return (
        f"#set text(font: ({fonts}), fallback: true)\n#set par(justify: false, leading: 0.5em)\n"
        f"#let least = {least:.2f}pt\n{FITTING}"
    )


def is_installed(font: str) -> bool:
    """Whether there is a font of that name."""
    _, notes = typeset(f"{preamble(font)}a")
    return not any("unknown font" in note for note in notes)


def unknown(text: str, font: str | None = None) -> str:
    """The characters of a text that no font has in one colour, in order.

    They are drawn as one that there never will be, or in colours, as emoji are, of which text keeps nothing.
    """
    others = [c for c in dict.fromkeys(text) if not c.isascii()]
    if not others:
        return ""
    page = "#set page(width: auto, height: auto, margin: 2pt, fill: none)\n#set text(fill: white)\n"
    pieces = "#pagebreak()\n".join(f"#box[{literal(c)}]\n" for c in (NO_CHARACTER, *others))
    (nothing, *drawn), _ = typeset(f"{page}{preamble(font)}{pieces}", 144)
    pairs = zip(others, drawn, strict=True)
    return "".join(c for c, png in pairs if png == nothing or _has_colors(png))


def _has_colors(png: bytes) -> bool:
    """Whether white text was drawn in other colours."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    return bool((pixels[..., :3].min(axis=-1) < 200)[pixels[..., 3] > 128].any())


@dataclass
class Lettering:
    """Text as sprites: ask for pieces, ``build`` them in one go, then place them."""

    scale: float  # pixels per point
    font: str | None = None
    _index: dict[tuple[str, float], int] = field(default_factory=dict)
    _sprites: list[Sprite] = field(default_factory=list)
    _boxes: dict[Sprite, Edges] = field(default_factory=dict)  # of its lines, seen from the sprite's corner

    def want(self, markup: str, size: float) -> tuple[str, float]:
        """Register Typst markup at a size in points; returns the key to place it by.

        Letters have a pixel at least: of less than no size Typst sets without end.
        """
        key = (markup, max(round(size * self.scale, 2), 1.0))
        self._index.setdefault(key, len(self._index))
        return key

    def build(self) -> NDArray[np.uint8]:
        """The atlas: coverage, shape (height, width)."""
        pages = "#pagebreak()\n".join(f"#text(size: {size}pt)[{markup}]\n" for markup, size in self._index)
        source = (
            f"#set page(width: auto, height: auto, margin: {PADDING}pt, fill: none)\n"
            f"{preamble(self.font, SMALLEST * self.scale)}"
            f'#set text(fill: white, top-edge: "ascender", bottom-edge: "descender")\n{pages}'
        )
        images, _ = typeset(source)
        coverage = [np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))[..., 3] for png in images]
        return self._pack(coverage)

    def size(self, key: tuple[str, float]) -> tuple[int, int]:
        """Width and height of a piece in pixels."""
        left, top, right, bottom = self._boxes[self._sprites[self._index[key]]]
        return right - left, bottom - top

    def box(self, label: Label) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a label's lines, in pixels: the same for all digits."""
        left, top, right, bottom = self._boxes[label.sprite]
        return label.x + left, label.y + top, label.x + right, label.y + bottom

    @staticmethod
    def ink(label: Label) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what a label covers, in pixels."""
        _, _, width, height = label.sprite
        return label.x + BORDER, label.y + BORDER, label.x + width - BORDER, label.y + height - BORDER

    def place(
        self,
        key: tuple[str, float],
        x: float,
        y: float,
        color: Color,
        opacity: float = 1.0,
        snap: bool = True,
        depth: float = -1.0,
    ) -> Label:
        """A label whose lines have their top left corner at pixel x, y; snapped labels stay crisp."""
        if snap:
            x, y = round(x), round(y)
        sprite = self._sprites[self._index[key]]
        left, top, _, _ = self._boxes[sprite]
        return Label(sprite, x - left, y - top, color, opacity, depth)

    def _pack(self, pages: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Shelves: pieces side by side in rows, each cut to its ink, as what is blank takes time to draw."""
        inks = [Image.fromarray(page).getbbox() or (0, 0, 1, 1) for page in pages]
        pieces = [
            np.pad(page[top:bottom, left:right], BORDER)
            for page, (left, top, right, bottom) in zip(pages, inks, strict=True)
        ]
        width = max(2048, max(p.shape[1] for p in pieces))
        x = y = shelf = 0
        self._sprites = []
        for piece in pieces:
            h, w = piece.shape
            if x + w > width:
                x, y, shelf = 0, y + shelf, 0
            self._sprites.append((x, y, w, h))
            x, shelf = x + w, max(shelf, h)
        atlas = np.zeros((y + shelf, width), dtype=np.uint8)
        for sprite, piece, page, ink in zip(self._sprites, pieces, pages, inks, strict=True):
            left, top, w, h = sprite
            atlas[top : top + h, left : left + w] = piece
            x, y = BORDER - ink[0], BORDER - ink[1]
            high, wide = page.shape
            self._boxes[sprite] = x + PADDING, y + PADDING, x + wide - PADDING, y + high - PADDING
        return atlas


class Curtain:
    """Behind the text, where the surface reaches so far: the ground, fading out towards the stage."""

    def __init__(self, lettering: Lettering, layout: Layout, ground: Color) -> None:
        self.lettering, self.layout, self.ground = lettering, layout, ground
        self._pieces = {
            towards: lettering.want(
                "#box(rect(width: 64pt, height: 64pt, stroke: none, fill: gradient.linear(dir: "
                f"{towards}, (white, 0%), (white, 70%), (white.transparentize(100%), 100%))))",
                10,
            )
            for towards in ("ltr", "ttb", "btt")
        }

    def labels(self) -> list[Label]:
        s, layout = self.lettering.scale, self.layout
        left, top, _, bottom = layout.stage
        beside = max([box.right for box in layout.over] or [left if left > layout.column else 0.0])
        if beside:
            boxes = [("ltr", 0.0, 0.0, beside + 60, layout.height)]
        else:
            boxes = [("ttb", 0.0, 0.0, layout.width, top + 30)]
            boxes += [("btt", 0.0, bottom - 30, layout.width, layout.height - bottom + 30)]
        labels = []
        for towards, x, y, width, height in boxes:
            label = self.lettering.place(self._pieces[towards], x * s, y * s, self.ground)
            x0, y0, w, h = label.sprite
            inner = (x0 + BORDER + 1, y0 + BORDER + 1, w - 2 * BORDER - 2, h - 2 * BORDER - 2)
            labels.append(label._replace(sprite=inner, x=x * s, y=y * s, size=(width * s, height * s)))
        return labels


class Numbers:
    """Numbers of fixed width: the decimal point stays where it is and no digit ever jumps."""

    def __init__(self, lettering: Lettering, size: float) -> None:
        self.lettering = lettering
        self._digits = {c: lettering.want(f"#{c!r}".replace("'", '"'), size) for c in "0123456789."}
        self._minus = lettering.want("$-$", size)
        self._times = lettering.want("$times 10$", size)
        self._raised = {c: lettering.want(f"#{c!r}".replace("'", '"'), 0.68 * size) for c in "0123456789"}
        self._raised["-"] = lettering.want("$-$", 0.68 * size)
        self._words = {word: lettering.want(word, size) for word in ("$infinity$", "--")}

    def place(
        self,
        value: float,
        point: float,
        y: float,
        color: Color,
        opacity: float = 1.0,
        decimals: int | None = None,
    ) -> list[Label]:
        """Labels for a number whose decimal point stands at pixel ``point``, its top at pixel ``y``.

        It has so many ``decimals``; absent, three, or a power of ten where those would not serve.
        """
        if not math.isfinite(value):
            word = self._words["--" if math.isnan(value) else "$infinity$"]
            return [self.lettering.place(word, point - self.lettering.size(word)[0], y, color, opacity)]
        text, exponent = written(value, decimals)
        whole, _, places = text.partition(".")
        x = point
        labels = []
        for c in reversed(whole):
            key = self._minus if c == "-" else self._digits[c]
            x -= self.lettering.size(key)[0]
            labels.append(self.lettering.place(key, x, y, color, opacity))
        x = point
        for c in "." + places if places else "":
            labels.append(self.lettering.place(self._digits[c], x, y, color, opacity))
            x += self.lettering.size(self._digits[c])[0]
        if exponent is not None:
            gap = 0.1 * self.height
            labels.append(self.lettering.place(self._times, x + gap, y, color, opacity))
            x += self.lettering.size(self._times)[0] + gap
            for c in str(exponent):
                labels.append(self.lettering.place(self._raised[c], x, y - 0.2 * gap, color, opacity))
                x += self.lettering.size(self._raised[c])[0]
        return labels

    @property
    def digit_width(self) -> float:
        """Pixels from one digit to the next."""
        return float(self.lettering.size(self._digits["0"])[0])

    @property
    def height(self) -> float:
        """Pixels of a digit's line."""
        return float(self.lettering.size(self._digits["0"])[1])

    def whole(self, value: int, right: float, y: float, color: Color, opacity: float = 1.0) -> list[Label]:
        """Labels for a whole number whose last digit ends at pixel ``right``."""
        labels = []
        for c in reversed(str(value)):
            right -= self.lettering.size(self._digits[c])[0]
            labels.append(self.lettering.place(self._digits[c], right, y, color, opacity))
        return labels


def written(value: float, decimals: int | None = None) -> tuple[str, int | None]:
    """A number as shown: with so many decimals, else with three.

    It is (mantissa, power of ten) where three would not serve and no number of decimals is asked for.
    """
    places = 3 if decimals is None else decimals
    fixed = f"{round(value, places) + 0.0:.{places}f}"  # + 0.0 makes -0.0 positive
    if decimals is not None or value == 0 or (abs(value) >= PLAIN[0] and abs(float(fixed)) < PLAIN[1]):
        return fixed, None
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return mantissa, int(exponent)
