"""Themes: text that can be read, balls that can be told apart by any eyes, text that is not too small."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from gdanim.spec.quality import ASPECTS, pixels
from gdanim.theme import Theme, rgb, themes
from gdanim.view.axes import TICK_SIZE
from gdanim.view.layout import layout
from gdanim.view.panes.legend import NOTE_SIZE

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


def linear(color: str) -> Array:
    c = np.array(rgb(color))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(color: Array) -> Array:
    """CIELAB under D65 of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(color, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.fixture(params=list(themes))
def theme(request: pytest.FixtureRequest) -> Theme:
    return themes[request.param]


def test_text_can_be_read(theme: Theme) -> None:
    concepts = (theme.gradient, theme.momentum, theme.second_moment)
    for color in (theme.text, theme.secondary, *concepts, *theme.palette):  # a verdict has its ball's
        assert contrast(color, theme.background) >= 4.5, color


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_balls_can_be_told_apart(theme: Theme, deficiency: str) -> None:
    seen = {c: lab(np.array(DEFICIENCIES[deficiency]) @ linear(c)) for c in theme.palette}
    for one, other in combinations(theme.palette, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 12, f"{one} and {other}"


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_concepts_can_be_told_apart(theme: Theme, deficiency: str) -> None:
    concepts = (theme.gradient, theme.momentum, theme.second_moment)
    seen = [lab(np.array(DEFICIENCIES[deficiency]) @ linear(c)) for c in concepts]
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(one - other) > 12


def test_known_contrasts() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize(("short", "least"), [(480, 9.0), (720, 9.0), (1080, 9.0), (270, 7.5)])
def test_no_text_is_too_small(aspect: str, short: int, least: float) -> None:
    boxes = layout(*pixels(short, aspect))
    scale = short / min(boxes.width, boxes.height)
    assert min(TICK_SIZE, NOTE_SIZE) * scale >= least
