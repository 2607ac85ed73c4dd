"""Colours and light. Plain data: a new theme is one more entry."""

from __future__ import annotations

from dataclasses import dataclass

Color = tuple[float, float, float]


@dataclass(frozen=True)
class Theme:
    """One look. Colours are "#rrggbb"."""

    background: str
    text: str
    secondary: str  # quieter text, axes and ticks
    palette: tuple[str, ...]  # of the balls; told apart under the common colour deficiencies
    colormap: str  # of the height, any name of the cmap catalogue
    lines: str  # mesh and level lines on the surface
    mesh_opacity: float
    level_opacity: float
    shadow: float  # opacity of the shadow under a ball
    floor_opacity: tuple[float, float, float]  # of the plane, of its grid, of its level lines
    under: float  # brightness of the underside
    ambient: float
    key: float
    fill: float
    gloss: float
    rim: float
    gamma: float = 0.75  # the colormap is read at height ** gamma


themes: dict[str, Theme] = {
    "dark": Theme(
        background="#0E1116",
        text="#E8EAED",
        secondary="#9AA4B2",
        palette=("#58B4F0", "#FFE14D", "#FF9F1C", "#FF5470", "#F4F4F8", "#C792EA", "#7CE38B", "#C48A5A"),
        colormap="seaborn:mako",
        lines="#FFFFFF",
        mesh_opacity=0.11,
        level_opacity=0.30,
        shadow=0.75,
        floor_opacity=(0.03, 0.13, 0.17),
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
        palette=("#0B63B5", "#C97A00", "#B0128A", "#D1202F", "#1D2430", "#5B3CC4", "#0E7C4A", "#7A4A1E"),
        colormap="crameri:lapaz",
        lines="#FFFFFF",
        mesh_opacity=0.20,
        level_opacity=0.45,
        shadow=0.55,
        floor_opacity=(0.04, 0.18, 0.22),
        under=0.6,
        ambient=0.42,
        key=0.62,
        fill=0.22,
        gloss=0.10,
        rim=0.05,
    ),
}


def rgb(color: str) -> Color:
    """ "#rrggbb" to three numbers in [0, 1]."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
