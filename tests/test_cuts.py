"""Where acts share a function one goes over into the next: the stage stands, and the camera moves on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gdanim.cuts import stages
from gdanim.motion.timeline import DISSOLVE, RESUME
from gdanim.output import drawing, opening
from gdanim.spec import Spec

Pixels = NDArray[np.uint8]
Specs = Callable[[str], Spec]
RATE, SIZE = 10, (428, 240)
TEXT = """\
functions: [{expr: "x^4/4 - x^2/2 + y^2", minima: [[-1, 0], [1, 0]]}]
learning_rates: [0.1]
starts: [[0.2, 1]]
steps: 4
pace: 20
acts:
  - {scene: contour, title: One}
  - {scene: surface, title: Two, starts: [[0.2, 1.2], [-1.5, 0.4]]}
  - {scene: surface, title: Three, camera: {azimuth: 20}}
  - {scene: linked, title: Four}
"""
SURFACES = (2, 3)  # of the acts above that begin with a surface where another has ended


@pytest.fixture(scope="module")
def film(spec_of: Specs, filming: Any) -> Iterator[Any]:
    del filming  # imports manim without its warnings
    with opening.opened(spec_of(TEXT), SIZE, RATE) as opened:
        yield opened


@pytest.fixture(scope="module")
def borders(film: Any) -> list[int]:
    return [round(RATE * start) for start, _, _ in film._timed()]


def frame(film: Any, k: int) -> Pixels:
    out = drawing.blank(film.size)
    film.paint(k / film.rate, out)
    return out


@pytest.mark.parametrize(
    ("before", "act", "shared"),
    [
        ("scene: surface", "scene: surface, learning_rates: [0.2]", True),
        ("scene: learning_rates", "scene: linked", True),
        ("scene: contour", "scene: contour", True),
        ("scene: linked", "scene: contour", False),  # the map is elsewhere
        ("scene: surface", "scene: losses", False),
        ("scene: surface", "scene: gradient", False),  # which opens in its own way
        ("scene: surface", "scene: surface, view: {theme: paper}", False),
        ("scene: surface", "scene: surface, functions: [himmelblau]", False),
        ("scene: surface", "scene: surface, domain: {x: [-1, 1], y: [-1, 1]}", False),
    ],
)
def test_which_acts_share_a_stage(before: str, act: str, shared: bool, spec_of: Specs) -> None:
    spec = spec_of(f"functions: [bowl]\nacts:\n  - {{{before}}}\n  - {{{act}}}\n")
    assert stages(spec.parts)[1].resumed(1) == shared
    assert not stages(spec.parts)[0].resumed(0)


def test_the_surface_stays_where_it_was(film: Any) -> None:
    for act in SURFACES:
        scene = film.scene(act - 1)
        last = (scene.frames - 1) / RATE
        scene.seek(last)
        ended = surface(scene).camera(last)
        scene = film.scene(act)
        scene.seek(0.0)
        began = surface(scene).camera(0.0)
        assert began.azimuth % 360 == pytest.approx(ended.azimuth % 360)
        assert began.matrix == pytest.approx(ended.matrix)


def test_the_camera_arrives_where_it_would_be_anyway(film: Any) -> None:
    scene = film.scene(2)
    end = scene.length
    scene.seek(end)
    camera = surface(scene).camera(end)
    assert camera.azimuth % 360 == pytest.approx(20 + 1.2 * end / 2)


def test_all_acts_of_a_stage_have_one_surface(film: Any) -> None:
    lands = []
    for act in range(4):
        pane = film.scene(act)._panes[0]
        land = getattr(pane, "landscape", None) or pane.timeline.landscape
        lands.append((land.act.domain, land.height, land.scale.tolist()))
    assert all(land == lands[0] for land in lands)
    low, high = np.transpose(lands[0][0])
    assert np.all(low < [-1.5, 0]), "there is room for the balls of every act"
    assert np.all(high > [1, 1.2]), "there is room for the balls of every act"


def test_nothing_pops_where_they_meet(film: Any, borders: list[int]) -> None:
    for border in borders[1:]:
        near = [frame(film, border + k)[..., :3].astype(float) for k in range(-1, round(RATE * RESUME) + 1)]
        steps = [np.abs(b - a).mean() for a, b in pairwise(near)]
        assert steps[0] < 0.3, "the first picture is the last one"
        gone = np.abs(near[round(RATE * DISSOLVE) + 1] - near[0]).mean()
        assert max(steps[: round(RATE * DISSOLVE)]) < 0.6 * gone
        assert min(picture.mean() for picture in near) > 0.7 * near[0].mean(), "it never goes dark"


def test_the_order_of_frames_does_not_matter(film: Any, borders: list[int]) -> None:
    asked = [border + k for border in borders[1:] for k in (-1, 0, 2, 9)]
    in_order = {k: frame(film, k) for k in asked}
    for k in np.random.default_rng(3).permutation(asked)[:6]:
        assert np.array_equal(frame(film, int(k)), in_order[int(k)]), f"frame {k}"


def test_words_come_when_the_old_ones_have_gone(film: Any) -> None:
    for act in (1, 2, 3):
        scene = film.scene(act)
        shown, _ = scene.seek(DISSOLVE / 2)
        assert not any(isinstance(mobject, scene._heading[0].__class__) for mobject in shown)
        for pane in scene._panes:
            assert pane.goes_on() or pane.presence == 0


def test_a_title_that_stays_stands(spec_of: Specs, filming: Any) -> None:
    del filming
    text = (
        "functions: [bowl]\ntitle: One\nsteps: 2\nacts: [{learning_rates: [0.1]}, {learning_rates: [0.2]}]\n"
    )
    with opening.opened(spec_of(text), SIZE, RATE) as film:
        scene = film.scene(1)
        shown, _ = scene.seek(0.0)
        assert all(line in shown for line in scene._heading)


def test_the_first_picture_is_whole(spec_of: Specs, filming: Any, painted: Any) -> None:
    scenes = ("surface", "contour", "linked", "learning_rates", "losses", "explain")
    specs = {name: f"functions: [bowl]\nscene: {name}\nsteps: 3\n" for name in scenes}
    specs |= {
        "knob": "functions: [x^2]\nstarts: [[1]]\nscene: knob\nsteps: 3\n",
        "card": "title: First and last\nscene: card\n",
        "sweep": "functions: [bowl]\nscene: sweep\nsteps: 3\n"
        "sweep: {learning_rate: [0.1, 1, 3], momentum: [0, 0.5, 2]}\n",
    }
    for scene_name, text in specs.items():
        with filming(spec_of(text)) as scene:
            first, later = (painted(scene, t)[..., :3].astype(float) for t in (0.0, 2.3))
            ground = first[0, 0]
            drawn, due = (np.mean(np.abs(picture - ground).max(axis=-1) > 12) for picture in (first, later))
            assert drawn > 0.7 * due, scene_name


def surface(scene: Any) -> Any:
    return next(pane for pane in scene._panes if hasattr(pane, "camerawork"))


def test_a_film_of_a_shared_stage_is_as_long_as_told(film: Any, spec_of: Specs) -> None:
    from gdanim.lengths import length

    spec = spec_of(TEXT + "video: {quality: 240p10}\n")
    assert length(spec).frames == film.frames
