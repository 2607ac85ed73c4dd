"""A file of so many bytes at most: what is seen least goes first, and few films are written to find it."""

from __future__ import annotations

import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import gdanim
from gdanim.errors import SpecError
from gdanim.output import budget
from gdanim.output.budget import fitted, ladder
from gdanim.output.film import current
from gdanim.spec import Spec
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.quality import Frames

SPEC = """\
functions: ["x^2 + 3*y^2"]
learning_rates: [0.05]
steps: 20
video: {quality: 320x180p12, duration: 8}
formats: [{name: %s, max_bytes: %d}]
"""


def test_a_ladder_goes_down_by_what_is_seen_least() -> None:
    entry = FormatEntry.model_validate({"name": "gif", "colors": 64})
    rungs = ladder(entry, Frames((400, 225), 15))
    assert [rung.options for rung in rungs[:4]] == [{}, {"colors": 48}, {"colors": 48}, {"colors": 48}]
    whole, slow = Frames((400, 225), 15), Frames((400, 225), 10)
    assert [rung.frames for rung in rungs[:4]] == [whole, whole, slow, Frames((340, 191), 10)]
    for before, rung in pairwise(rungs):
        assert rung != before
        assert rung.frames.rate <= before.frames.rate
        assert rung.frames.size <= before.frames.size
    assert rungs[-1].frames.rate >= budget.SLOWEST
    assert min(rungs[-1].frames.size) >= 120
    assert rungs[-1].entry(entry).form.lighter == ()


@pytest.mark.parametrize("off", [0.5, 1.0, 1.2, 3.0])
@pytest.mark.parametrize("most", [10, 950, 3000, 99999])
def test_the_best_that_fits_is_found_by_bisection(off: float, most: int) -> None:
    """Films are ``off`` times as large as estimated."""
    asked: list[int] = []
    made: list[int] = []

    def estimate(number: int) -> float:
        asked.append(number)
        return 4000 * 0.8**number

    def make(number: int) -> int:
        made.append(number)
        return round(off * 4000 * 0.8**number)

    number, size = fitted(16, estimate, most, make)
    assert size == round(off * 4000 * 0.8**number)
    assert size <= most or number == 15
    assert len(made) <= (1 if off <= 1 else 2)
    assert len(set(asked)) <= 5 * len(made)
    if off == 1 and 0 < number < 15:
        assert estimate(number - 1) > most * budget.ROOM


@pytest.mark.parametrize("name", ["gif", "webp"])
def test_a_film_has_no_more_bytes_than_it_may(name: str, tmp_path: Path, filming: Any) -> None:
    del filming
    sizes = {}
    for most in (9_000_000, 100_000):
        spec = gdanim.load(SPEC % (name, most))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            (path,) = gdanim.render(spec, tmp_path)
        sizes[most] = path.stat().st_size
        assert sizes[most] <= most
        assert current(spec, path, None)
        assert not current(gdanim.load(SPEC % (name, most + 1)), path, None)
        with Image.open(path) as image:
            frames, (width, height) = image.n_frames, image.size
        said = [str(each.message) for each in told]
        if most == 100_000:
            assert len(said) == 1
            assert said[0].startswith(f"film.{name} has {sizes[most]} bytes, at {width}x{height} pixels, ")
            assert frames < 96 or width < 320
        else:
            assert not said
    assert sizes[100_000] > 50_000, "not much less than there is room for"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"name": "mp4", "max_bytes": 1_000_000}, "max_bytes is for gif and webp, not for mp4: leave it out"),
        ({"name": "gif", "max_bytes": 100}, "max_bytes must be .* at least 10000, not 100"),
        ({"name": "gif", "fps": 60}, "gif has at most 50 frames per second, not 60"),
        ({"name": "gif", "width": 130}, "a width of 130 leaves 73 pixels for the other side"),
        ({"name": "webp", "quality": 101}, "quality must be 0 to 100, not 101"),
        ({"name": "mp4", "codec": "vp9"}, "codec must be 'h264', 'hevc' or 'av1', not 'vp9'"),
    ],
)
def test_what_makes_no_sense_is_told(entry: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        gdanim.load({"functions": ["bowl"], "formats": [entry]})


def test_a_format_stands_once() -> None:
    with pytest.raises(SpecError, match="gif stands here twice, and would be one file"):
        gdanim.load({"functions": ["bowl"], "formats": ["gif", {"name": "gif", "fps": 5}]})


@pytest.mark.parametrize(
    ("entry", "size", "rate"),
    [
        ({"name": "gif"}, (854, 480), 15),
        ({"name": "gif", "width": 400, "fps": 12}, (400, 225), 12),
        ({"name": "gif", "fps": 25}, (854, 480), 25),
        ({"name": "mp4", "width": 401}, (402, 226), 30),
        ({"name": "mp4"}, (1280, 720), 30),
    ],
)
def test_width_and_rate_of_one_file(entry: dict[str, Any], size: tuple[int, int], rate: int) -> None:
    spec = Spec.model_validate({"functions": ["bowl"], "formats": [entry]})
    assert spec.output(entry["name"]).frames(spec.video) == (size, rate)
