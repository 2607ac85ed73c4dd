"""What a quality means: lines and a rate, or a size in pixels; layouts of any shape."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import TypeAdapter, ValidationError

from gdanim.errors import SpecError
from gdanim.formats import Limits
from gdanim.registry import formats
from gdanim.spec import Spec
from gdanim.spec.quality import Quality, frames

CHECK = TypeAdapter(Quality)


@pytest.mark.parametrize(
    ("quality", "aspect", "name", "size", "rate"),
    [
        ("720p30", "16:9", "mp4", (1280, 720), 30),
        ("480p15", "9:16", "mp4", (480, 854), 15),
        ("1080p60", "4:3", "gif", (640, 480), 15),
        ("250p10", "1:1", "gif", (250, 250), 10),
        ("400x225", "16:9", "gif", (400, 225), 15),
        ("400x225p25", "16:9", "gif", (400, 225), 25),
        ("400x225p60", "16:9", "gif", (400, 225), 50),
        ("1280x544", "16:9", "gif", (1280, 544), 15),
        ("400x225", "16:9", "mp4", (400, 226), 30),
        ("400x225", "16:9", "png", (400, 225), 30),
        ("401x301p24", "1:1", "mp4", (402, 302), 24),
    ],
)
def test_frames(quality: str, aspect: str, name: str, size: tuple[int, int], rate: int) -> None:
    assert CHECK.validate_python(quality) == quality
    limits = formats[name]().limits if name in formats else Limits()  # a still has none
    assert frames(quality, aspect, limits) == (size, rate)


@pytest.mark.parametrize("quality", ["120x120", "120x214", "225x400", "5040x2160", "525x225", "280x120"])
def test_sizes_at_the_bounds(quality: str) -> None:
    CHECK.validate_python(quality)


@pytest.mark.parametrize(
    ("quality", "message"),
    [
        ("400x", "or pixels such as '400x225' or '400x225p15', not '400x'"),
        ("400*225", "or pixels such as"),
        ("400x225p", "or pixels such as"),
        ("400x225p0", "1 to 60 frames per second"),
        ("721p30", "an even height of 120 to 2160"),
        ("720p61", "1 to 60 frames per second"),
        ("118x118", "a shorter side of 120 to 2160 pixels"),
        ("2400x2162", "a shorter side of 120 to 2160 pixels"),
        ("600x225", "a shape between 9:16 and 12:5"),
        ("120x220", "a shape between 9:16 and 12:5"),
    ],
)
def test_what_is_no_quality(quality: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CHECK.validate_python(quality)
    assert message in str(caught.value)


def test_a_size_has_an_aspect_ratio_of_its_own(spec_of: Callable[[str], Spec]) -> None:
    text = "functions: [bowl]\nvideo: {quality: 400x225, aspect: '%s'}\n"
    spec_of(text % "16:9")
    with pytest.raises(SpecError, match="2:35: aspect 4:3 contradicts the size 400x225") as caught:
        spec_of(text % "4:3")
    assert "leave it out" in str(caught.value)
