"""What check says of a film's length, held against the film as it is recorded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gdanim.lengths import length
from gdanim.output.opening import opened
from gdanim.spec.quality import pixels

RAVINE = 'functions: ["x^2 + 10*y^2"]\nlearning_rates: [0.05, 0.105]\nstarts: [[-2.6, 1.4]]\n'
BELL = "functions: [x^2, x^4]\nstarts: [[1]]\nlearning_rates: [0.1]\nsteps: 30\n"
SMALL = "video: {quality: 120p10}\n"
EXACT = [
    f"{RAVINE}{SMALL}",
    f"{RAVINE}pace: 0.3\n{SMALL}",
    f"{RAVINE}video: {{quality: 120p10, loop: true}}\nscene: contour\n",
    f"{RAVINE}video: {{quality: 120p10, duration: 12.34}}\n",
    f"{BELL}scene: losses\n{SMALL}",
    f"{BELL}scene: losses\nvideo: {{quality: 120p10, duration: 3}}\n",  # too short for two acts
    f"{RAVINE}{SMALL}acts: [{{scene: contour, hold: 1.5}}, {{scene: linked, steps: 5}}]\n",
]


@pytest.mark.parametrize("text", EXACT)
@pytest.mark.filterwarnings("ignore:video.duration is too short")
def test_the_length_told_is_that_of_the_film(text: str, spec_of: Callable[[str], Any]) -> None:
    spec = spec_of(text)
    told = length(spec)
    with opened(spec, pixels(120, spec.video.aspect), 10) as film:
        assert (told.frames, told.rate, told.trust) == (film.frames, 10, "")
        assert told.seconds == pytest.approx(film.length)


@pytest.mark.parametrize(
    "text",
    [
        f"{RAVINE}scene: gradient\n{SMALL}",
        f"{RAVINE}scene: explain\n{SMALL}",
        f"scene: card\ntitle: One\ncard: {{lines: [a, b]}}\n{SMALL}",
    ],
)
def test_a_scene_with_beats_of_its_own_says_about(text: str, spec_of: Callable[[str], Any]) -> None:
    spec = spec_of(text)
    told = length(spec)
    with opened(spec, pixels(120, spec.video.aspect), 10) as film:
        assert told.trust == "about "
        assert told.seconds == pytest.approx(film.length, rel=0.25)


def test_what_would_take_long_to_work_out_is_bounded(spec_of: Callable[[str], Any]) -> None:
    begun = time.process_time()
    told = length(spec_of("functions: [bowl]\nsteps: 100000\n"))
    assert time.process_time() - begun < 5
    assert told.trust == "at most "
    with opened(spec_of("functions: [bowl]\n"), (214, 120), 10) as film:
        assert film.length < told.seconds


@pytest.mark.parametrize(
    "keys",
    [
        "functions: [bowl]\nstarts: {random: 5000}\nsteps: 3\n",
        "functions: [bowl]\noptimizers: [lbfgs]\nsteps: 5000\nstop: {gradient_norm: 0}\nnoise: 0.001\n",
        "functions: ['sum(k, 1, 40, sin(k*x*y)^2/exp(x^2))']\noptimizers: [adam]\nnoise: 0.1\nsteps: 5000\n",
    ],
    ids=["crowd", "memory", "formula"],
)
def test_whatever_takes_long_is_counted(keys: str, spec_of: Callable[[str], Any]) -> None:
    spec = spec_of(keys)
    begun = time.process_time()
    assert length(spec).trust == "at most "
    assert time.process_time() - begun < 2


def test_every_scene_with_beats_of_its_own_says_how_long_they_are() -> None:
    scenes = Path(__file__).parent.parent / "scenes"
    own = {file.stem for file in scenes.glob("*.py") if "def construct" in file.read_text(encoding="utf-8")}
    assert own == {
        file.stem for file in scenes.glob("*.py") if "lasts = {" in file.read_text(encoding="utf-8")
    }


LOOP = "functions: [bowl]\nvideo: {quality: 120p10, loop: true, duration: 6}\n"
SHARED = """\
functions: [bowl]
video: {quality: 120p10, duration: 30}
acts: [{steps: 40, hold: 2}, {functions: [matyas], steps: 20}]
"""


@pytest.mark.parametrize("text", [LOOP, SHARED], ids=["a loop", "a duration shared by acts"])
def test_a_duration_is_told_as_it_will_be(text: str, spec_of: Callable[[str], Any]) -> None:
    spec = spec_of(text)
    with opened(spec, pixels(120, spec.video.aspect), 10) as film:
        assert (length(spec).frames, length(spec).trust) == (film.frames, "")


def test_a_sweep_of_data_is_told_about(tmp_path: Path) -> None:
    import gdanim

    (tmp_path / "grid.csv").write_text(
        "learning_rate,momentum,loss\n0.1,0,3\n0.2,0,2\n0.1,0.9,1\n0.2,0.9,4\n"
    )
    (tmp_path / "film.yaml").write_text("scene: sweep\nsweep: {data: grid.csv}\nvideo: {quality: 120p10}\n")
    spec = gdanim.load(tmp_path / "film.yaml")
    with opened(spec, (214, 120), 10) as film:
        assert length(spec).seconds == pytest.approx(film.length, abs=0.5)
