"""Themes: text that can be read, balls that can be told apart by any eyes, text that is not too small."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import cmap
import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

import gdanim
from gdanim.engine.solution import Act
from gdanim.motion.landscape import RELIEF, landscape
from gdanim.motion.rolling import Rolling
from gdanim.spec.quality import ASPECTS, pixels
from gdanim.theme import Theme, rgb, shades, themes
from gdanim.view import plot
from gdanim.view.axes import TICK_SIZE
from gdanim.view.layout import HIGH, layout
from gdanim.view.panes import anatomy, basins, eigen, loss_grid, losses, rates, slopes, sweep
from gdanim.view.panes.grid import LEAST
from gdanim.view.panes.legend import NOTE_SIZE
from gdanim.view.scene import BALL
from gdanim.view.scenery import Scenery

Array = NDArray[np.float64]

# Linear RGB seen with no red, green or blue cones: Machado, Oliveira and Fernandes 2009, severity 1.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


# Lands of several shapes, on a linear height and on a log one.
LANDS = (
    "functions: ['x^2 + 10*y^2']\nlearning_rates: [0.07]\nstarts: [[-2.6, 1.4]]\nsteps: 9\n",
    "functions: [himmelblau]\nlearning_rates: [0.01]\nstarts: [[0, 0]]\nsteps: 9\n",
    "functions: [saddle]\nlearning_rates: [0.05]\nstarts: [[1.6, 0]]\nsteps: 9\n",
    "functions: [rosenbrock]\nlearning_rates: [0.001]\nstarts: [[-1, 1]]\nsteps: 9\n",
)
RESTS = 0.36  # of the relief: balls come to rest below


def linear(color: ArrayLike) -> Array:
    """Linear RGB (..., 3) of sRGB."""
    c = np.asarray(color)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    low, high = sorted(float(linear(rgb(c)) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(color: Array) -> Array:
    """CIELAB (..., 3) under D65 of linear RGB (..., 3).

    Colours are compared by their distance there, Delta E of 1976. CIEDE2000 was fitted to small differences
    (Luo, Cui and Rigg 2001); these colours are to be far apart.
    """
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = np.clip(color, 0, 1) @ to_xyz.T / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def seen(colors: ArrayLike, deficiency: str) -> Array:
    """CIELAB (..., 3) of sRGB as it looks under a deficiency."""
    return lab(linear(colors) @ np.array(DEFICIENCIES[deficiency]).T)


def nearest(some: Array, others: Array) -> float:
    """The least Delta E between any of some (n, 3) and any of others (m, 3)."""
    return float(np.linalg.norm(some[:, None] - others[None], axis=-1).min())


@pytest.fixture(params=list(themes))
def theme(request: pytest.FixtureRequest) -> Theme:
    return themes[request.param]


def test_text_can_be_read(theme: Theme) -> None:
    concepts = (theme.gradient, theme.momentum, theme.second_moment)
    for color in (theme.text, theme.secondary, *concepts, *theme.palette):  # a verdict has its ball's
        assert contrast(color, theme.background) >= 4.5, color


def test_twelve_balls_have_colours_of_their_own(theme: Theme) -> None:
    assert len(set(theme.palette)) == 12


def test_shades_of_a_colour_can_be_read_and_told_apart(theme: Theme) -> None:
    for color in theme.palette:
        found = shades(color, theme.background)
        assert found[0] == rgb(color)
        assert min(np.linalg.norm(a - b) for a, b in combinations(seen(found, "none"), 2)) >= 12, color
        for shade in found:
            assert contrast("#" + "".join(f"{round(255 * p):02x}" for p in shade), theme.background) >= 4.45


def test_starts_of_several_optimizers_have_shades_of_their_colours(
    spec_of: Callable[..., Any], filming: Callable[..., Any]
) -> None:
    text = "functions: [bowl]\noptimizers: [sgd, {name: adam, color: red}, momentum]\nlearning_rates: [0.1]\n"
    spec = spec_of(f"{text}starts: [[1, 2], [2, -1]]\nsteps: 5")
    with filming(spec) as scene:
        colors, theme = scene.colors(gdanim.solve(spec).acts[0]), scene.theme
    of_sgd, of_momentum = (shades(theme.palette[i], theme.background)[:2] for i in (0, 2))
    assert colors == [*of_sgd, rgb("#ff0000"), rgb("#ff0000"), *of_momentum]


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_balls_can_be_told_apart(theme: Theme, deficiency: str) -> None:
    balls = seen([rgb(c) for c in theme.palette], deficiency)
    for (i, one), (k, other) in combinations(enumerate(balls), 2):
        least = 24 if k < 4 else 20 if k < 8 else 15
        assert np.linalg.norm(one - other) >= least, f"{theme.palette[i]} and {theme.palette[k]}"


@pytest.fixture(scope="module")
def lands(act_of: Callable[[str], Act]) -> dict[str, tuple[Array, Array]]:
    """For every theme the colours (n, 3) of all its lit lands, without gloss and lines, and their heights."""
    found = {}
    for name, theme in themes.items():
        colors, heights = [], []
        for act in map(act_of, LANDS):
            rolling = Rolling(act, landscape(act), BALL, 1.0, 5.0)
            scenery = Scenery(rolling, theme, np.ones((len(act.runs), 3)))
            shown = np.unique(scenery.mesh.triangles)[::5]
            colors.append(np.clip(scenery.vertices[shown, 3:6], 0.0, 1.0) ** (1 / 2.2))
            heights.append(scenery.mesh.positions[shown, 2] / RELIEF)
        found[name] = np.concatenate(colors), np.concatenate(heights)
    return found


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
@pytest.mark.parametrize("name", list(themes))
def test_balls_stand_out_from_the_land(
    lands: dict[str, tuple[Array, Array]], name: str, deficiency: str
) -> None:
    balls = seen([rgb(c) for c in themes[name].palette], deficiency)
    colors, heights = lands[name]
    land = seen(colors, deficiency)
    low = land[heights < RESTS]
    assert nearest(balls[:1], low) >= 28
    assert nearest(balls[:1], land) >= 25
    near = 14 if (name, deficiency) == ("paper", "deutan") else 20
    # On paper a grey of its lit land is near its magenta to deutan eyes: there its outline tells it.
    assert nearest(balls[:4], low) >= near
    assert nearest(balls[:4], land) >= 13
    assert nearest(balls[:8], low) >= 13


def test_one_ball_in_the_dark_is_warm_and_bright() -> None:
    lightness, red, yellow = lab(linear(rgb(themes["dark"].palette[0])))
    assert lightness > 80
    assert yellow > 60
    assert red > -yellow / 5


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_concepts_can_be_told_apart(theme: Theme, deficiency: str) -> None:
    concepts = seen([rgb(c) for c in (theme.gradient, theme.momentum, theme.second_moment)], deficiency)
    for one, other in combinations(concepts, 2):
        assert np.linalg.norm(one - other) > 12
    balls = seen([rgb(c) for c in theme.palette], deficiency)
    assert nearest(balls[:2], concepts) >= 12


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_outcomes_are_told_from_numbers_of_steps(theme: Theme, deficiency: str) -> None:
    scale = cmap.Colormap(theme.colormap)(np.linspace(LEAST, 1.0, 48))[:, :3]
    outcomes = seen([rgb(c) for c in (theme.diverged, theme.oscillating, theme.late)], deficiency)
    assert nearest(outcomes, seen(scale, deficiency)) >= 20
    for one, other in combinations(outcomes, 2):
        assert np.linalg.norm(one - other) >= 20


def test_known_contrasts() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize(("short", "least"), [(480, 9.0), (720, 9.0), (1080, 9.0), (270, 7.5)])
def test_no_text_is_too_small(aspect: str, short: int, least: float) -> None:
    boxes = layout(*pixels(short, aspect))
    scale = short / min(boxes.width, boxes.height)
    assert min(TICK_SIZE, NOTE_SIZE) * scale >= least


def test_text_of_plots_can_be_read_from_afar() -> None:
    """At least 2.6% of the height of a film that is wider than high."""
    sizes = [plot.TICK_SIZE, plot.NAME_SIZE, rates.TITLE_SIZE, rates.LOSS_SIZE, rates.BADGE_SIZE]
    sizes += [pane.NOTE_SIZE for pane in (losses, rates)]
    sizes += [pane.SIZE for pane in (basins, eigen, loss_grid, slopes, sweep)]
    assert min(*sizes, anatomy.KEY, losses.LABEL_SIZE, slopes.HEAD_SIZE) >= 0.026 * HIGH
