"""Colours and light. Plain data: a new theme is one more entry."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array

if TYPE_CHECKING:
    from gdanim.spec.sections import View

SHADES = 3  # of a colour,
MIXED = (0.2, 0.35, 0.5, 0.7)  # with such shares of white or black
READABLE = 4.5  # contrast of text
Color = tuple[float, float, float]
LOWEST = 0.1


@dataclass(frozen=True)
class Theme:
    """One look. Colours are "#rrggbb"."""

    background: str
    text: str
    secondary: str  # quieter text, axes and ticks
    gradient: str  # of what stands for the gradient, in every picture; so for the two below
    momentum: str
    second_moment: str
    palette: tuple[str, ...]  # of the balls, in order; told apart, and from the land, by any eyes
    diverged: str  # of what became of a ball, in a grid of settings: none of them is a colour of its steps
    oscillating: str
    late: str  # not there in time
    colormap: str  # of the height, any name of the cmap catalogue
    lines: str  # mesh and level lines on the surface
    mesh_opacity: float
    level_opacity: float
    shadow: float  # opacity of the shadow under a ball
    cast: float  # of that of the surface on the ground
    floor_opacity: tuple[float, float, float]  # of the plane, of its grid, of its level lines
    under: float  # brightness of the underside
    ambient: float
    key: float
    fill: float
    gloss: float
    rim: float
    gamma: float = 0.75  # the colormap is read at height ** gamma

    def shades(self, heights: Array) -> Array:
        """Colours (..., 4) of heights (...) from 0 to 1.

        The very beginning of the colormap is left out: it would hardly be told from the ground.
        """
        import cmap  # 60 ms, which check and solve need not wait for

        return np.asarray(cmap.Colormap(self.colormap)(LOWEST + (1 - LOWEST) * heights**self.gamma))


themes: dict[str, Theme] = {
    "dark": Theme(
        background="#0E1116",
        text="#E8EAED",
        secondary="#9AA4B2",
        gradient="#74D987",
        momentum="#C89BFF",
        second_moment="#FFB057",
        palette=(
            *("#FFDD33", "#A061FF", "#FF331B", "#50FCFF", "#EEAA83", "#8DC1FF"),
            *("#FFFFCF", "#AA7359", "#A0FF88", "#668F1E", "#B9C346", "#9D92FF"),
        ),
        diverged="#7A1408",
        oscillating="#F0BC60",
        late="#685050",
        colormap="seaborn:mako",
        lines="#FFFFFF",
        mesh_opacity=0.11,
        level_opacity=0.30,
        shadow=0.75,
        cast=0.55,
        floor_opacity=(0.055, 0.13, 0.17),
        under=0.34,
        ambient=0.24,
        key=0.82,
        fill=0.22,
        gloss=0.15,
        rim=0.16,
    ),
    "light": Theme(
        background="#FAFAF7",
        text="#1D2430",
        secondary="#5A6472",
        gradient="#00594A",
        momentum="#6B2FB3",
        second_moment="#A05000",
        palette=(
            *("#960F00", "#0000A3", "#C900B0", "#0B0013", "#8938FF", "#BA5600"),
            *("#410060", "#6B2A2A", "#554178", "#340B00", "#0000F5", "#7C5E36"),
        ),
        diverged="#B43A1A",
        oscillating="#F2C060",
        late="#E8D8E8",
        colormap="cmocean:tempo",
        lines="#12302F",
        mesh_opacity=0.13,
        level_opacity=0.34,
        shadow=0.55,
        cast=0.16,
        floor_opacity=(0.04, 0.18, 0.22),
        under=0.6,
        ambient=0.42,
        key=0.62,
        fill=0.22,
        gloss=0.10,
        rim=0.05,
    ),
    "chalkboard": Theme(
        background="#21352D",
        text="#F2F0E6",
        secondary="#B9C4B4",
        gradient="#9BF0A5",
        momentum="#D9B8FF",
        second_moment="#FFAE5C",
        palette=(
            *("#7DFFFF", "#F462B8", "#DEFF6B", "#C17BFF", "#B7BFFF", "#B7FFD4"),
            *("#B1C300", "#6EA482", "#C19C53", "#08ADC5", "#8ED1A2", "#E4E500"),
        ),
        diverged="#660077",
        oscillating="#E040C0",
        late="#202028",
        colormap="crameri:bamako",
        lines="#FFFFFF",
        mesh_opacity=0.22,
        level_opacity=0.42,
        shadow=0.6,
        cast=0.35,
        floor_opacity=(0.03, 0.20, 0.24),
        under=0.45,
        ambient=0.34,
        key=0.66,
        fill=0.22,
        gloss=0.03,
        rim=0.06,
    ),
    "paper": Theme(
        background="#F3ECDD",
        text="#2B2118",
        secondary="#6A5B4A",
        gradient="#00524A",
        momentum="#5B2A8C",
        second_moment="#8C4A00",
        palette=(
            *("#14148C", "#A12362", "#C30000", "#006ABA", "#2C0018", "#6C0901"),
            *("#0000FF", "#1B0039", "#562634", "#166F0E", "#6900C3", "#8C2B83"),
        ),
        diverged="#222288",
        oscillating="#EE8822",
        late="#778899",
        colormap="crameri:bilbao_r",
        lines="#3B2A1A",
        mesh_opacity=0.16,
        level_opacity=0.40,
        shadow=0.5,
        cast=0.14,
        floor_opacity=(0.04, 0.18, 0.24),
        under=0.7,
        ambient=0.55,
        key=0.48,
        fill=0.18,
        gloss=0.0,
        rim=0.0,
        gamma=1.0,
    ),
}


def themed(view: View) -> Theme:
    """The theme that a spec names, with its own colours and colormap."""
    theme = replace(themes[view.theme], **view.colors.model_dump(exclude_none=True))
    return replace(theme, colormap=view.colormap or theme.colormap)


def rgb(color: str) -> Color:
    """ "#rrggbb" to three numbers in [0, 1]."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


@cache
def shades(color: str, background: str) -> tuple[Color, ...]:
    """Shades of a colour, the first itself: far from each other, and read on the background."""
    own = rgb(color)
    mixed = [mix(own, (end,) * 3, share) for end in (1.0, 0.0) for share in MIXED]
    readable = [each for each in mixed if contrast(each, rgb(background)) >= READABLE] or [own]
    found = [own]
    while len(found) < SHADES:
        found.append(max(readable, key=lambda each: min(math.dist(each, other) for other in found)))
    return tuple(found)


def mix(color: Color, other: Color, share: float) -> Color:
    """A colour with a share of another."""
    red, green, blue = (a + share * (b - a) for a, b in zip(color, other, strict=True))
    return red, green, blue


def contrast(one: Color, other: Color) -> float:
    """From 1 to 21. Source: Web Content Accessibility Guidelines 2.2, relative luminance."""
    low, high = sorted(_luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
