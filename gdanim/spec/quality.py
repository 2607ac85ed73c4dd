"""What a quality asks for: ``720p30`` (lines and frames per second) or ``400x225p15`` (a size in pixels)."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from gdanim.formats import Limits
from gdanim.spec.wording import mistake

ASPECTS = {"16:9": (16, 9), "4:3": (4, 3), "1:1": (1, 1), "9:16": (9, 16)}
LEAST, MOST = 120, 2160  # pixels of the shorter side
TALLEST, WIDEST = 9 / 16, 12 / 5  # width to height
FASTEST = 60  # frames per second
RATE = 30  # frames per second of a size that names none


class Frames(NamedTuple):
    """The frames of a film: pixels across and down, and how many a second."""

    size: tuple[int, int]
    rate: int


def frames(quality: str, aspect: str, limits: Limits) -> Frames:
    """What a quality means for a film of this aspect ratio in a format with these limits.

    A size is exact, but where sides must be even odd ones grow by a pixel.
    """
    size, lines, rate = _parts(quality)
    if size is None:
        return Frames(pixels(min(lines, limits.most_lines), aspect), min(rate or RATE, limits.calm_rate))
    width, height = (side + side % 2 if limits.even_sides else side for side in size)
    return Frames((width, height), min(rate, limits.most_rate) if rate else min(RATE, limits.calm_rate))


def pixels(short: int, aspect: str) -> tuple[int, int]:
    """Width and height in pixels, both even, where the shorter side has ``short``."""
    x, y = ASPECTS[aspect]
    return 2 * round(short * x / min(x, y) / 2), 2 * round(short * y / min(x, y) / 2)


def fits(quality: str, aspect: str) -> bool:
    """Whether a quality leaves the aspect ratio open, or names a size of it, give or take a pixel or so."""
    size, _, _ = _parts(quality)
    x, y = ASPECTS[aspect]
    return size is None or abs(size[0] - size[1] * x / y) < 2 or abs(size[1] - size[0] * y / x) < 2


def _parts(quality: str) -> tuple[tuple[int, int] | None, int, int | None]:
    """Size, shorter side and rate, what it does not name as None."""
    numbers, _, rate = quality.partition("p")
    width, named, height = numbers.partition("x")
    size = (int(width), int(height)) if named else None
    return size, min(size or (int(width),)), int(rate) if rate else None


def _checked(text: str) -> str:
    if re.fullmatch(r"\d{1,5}(p|x\d{1,5}p)\d{1,2}|\d{1,5}x\d{1,5}", text, re.ASCII) is None:
        such = "lines and frames per second such as '720p30', or pixels such as '400x225' or '400x225p15'"
        raise mistake(f"quality must be {such}, not {text!r}")
    size, short, rate = _parts(text)
    if rate is not None and not 1 <= rate <= FASTEST:
        raise mistake(f"quality must have 1 to {FASTEST} frames per second, not {text!r}")
    if size is None and (short % 2 or not LEAST <= short <= MOST):
        raise mistake(f"quality must have an even height of {LEAST} to {MOST}, not {text!r}")
    if not LEAST <= short <= MOST:
        raise mistake(f"quality must have a shorter side of {LEAST} to {MOST} pixels, not {text!r}")
    if size and not ((size[0] + 1) / size[1] >= TALLEST and (size[0] - 1) / size[1] <= WIDEST):
        raise mistake(f"quality must have a shape between 9:16 and 12:5, not {text!r}")
    return text


Quality = Annotated[str, AfterValidator(_checked)]
