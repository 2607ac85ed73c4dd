"""What players make of films: where they can go to, how often they play, in which language they speak."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from reels import make

import gdanim
from gdanim.formats import Cue, Reel
from gdanim.output.film import lessened
from gdanim.registry import formats
from gdanim.spec import Spec
from gdanim.spec.languages import TWO_LETTERS, three_letters

RATE, SIZE = 10, (64, 48)


def frames(count: int) -> list[Any]:
    """Pictures that each differ from the one before."""
    rows = [np.full((48, 64, 4), 255, dtype=np.uint8) for _ in range(count)]
    for k, frame in enumerate(rows):
        frame[:, : 1 + k % 64, :3] = 40
    return rows


def written(name: str, path: Path, count: int, **reel: Any) -> Path:
    return make(formats[name](), path, Reel(SIZE, RATE, **reel), frames(count))


def keys(path: Path) -> Sequence[float]:
    import av

    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.is_keyframe and packet.size]
        return [float(packet.pts * packet.time_base) for packet in packets]


def test_players_can_go_to_a_frame_every_two_seconds_and_to_each_piece(tmp_path: Path) -> None:
    reel = Reel(SIZE, RATE)
    found = keys(make(formats["mp4"](), tmp_path / "film.mp4", reel, frames(120), pieces=3))
    assert {0.0, 5.6, 9.0} <= set(np.round(found, 6))
    assert np.diff([*found, 12.0]).max() <= 2.0 + 1e-9


def languages(path: Path) -> list[str]:
    """The languages of an MP4's tracks as their mdhd boxes say, five bits a letter (ISO 14496-12)."""
    data, at, found = path.read_bytes(), 0, []
    while (at := data.find(b"mdhd", at + 4)) > 0:
        packed = int.from_bytes(data[at + 24 : at + 26], "big")
        found.append("".join(chr(0x60 + (packed >> shift & 31)) for shift in (10, 5, 0)))
    return found


@pytest.mark.parametrize(("asked", "kept"), [({}, "und"), ({"language": "deu"}, "deu")])
def test_the_track_of_captions_says_its_language(tmp_path: Path, asked: dict[str, str], kept: str) -> None:
    path = written("mp4", tmp_path / "film.mp4", 20, captions=[Cue(0, 1000, "Hallo")], **asked)
    assert languages(path) == ["und", kept]


def test_languages_are_codes_of_two_letters_or_three() -> None:
    assert [three_letters(code) for code in ("en", "pt-BR", "zh_Hans", "deu")] == ["eng", "por", "zho", "deu"]
    assert len(TWO_LETTERS) == 183
    assert len(set(TWO_LETTERS.values())) == 183
    for wrong in ("english", "xx", "e", "en-"):
        with pytest.raises(ValueError, match="language must be a code of two letters or three"):
            Spec.model_validate({"functions": ["bowl"], "video": {"language": wrong}})


@pytest.mark.parametrize(("plays", "loop"), [(0, 0), (1, None), (2, 1), (5, 4)])
def test_a_gif_plays_as_often_as_it_should(tmp_path: Path, plays: int, loop: int | None) -> None:
    """Its count is of repetitions; without one it plays once, and its last picture stays."""
    with Image.open(
        written("gif", tmp_path / "film.gif", 12, samples=lambda: frames(12), plays=plays)
    ) as image:
        assert image.info.get("loop") == loop
        last = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(image)][-1]
    assert (last[:, 20:] > 200).all()


@pytest.mark.parametrize(
    ("video", "asked", "name", "told"),
    [
        ({}, None, "gif", ""),
        ({}, "480p15", "gif", ""),
        ({}, "720p30", "mp4", ""),
        (
            {},
            "720p30",
            "gif",
            "854x480 pixels, 15 frames a second, not 720p30: a size in pixels, 1280x72",
        ),
        ({"quality": "1080p30"}, None, "gif", "854x480 pixels, 15 frames a second, not 1080p30"),
        (
            {},
            "480p60",
            "gif",
            "15 frames a second, not 480p60: a size in pixels, 854x480p50, is taken as it is",
        ),
        ({}, "400x226p60", "gif", "400x226 pixels, 50 frames a second, not 400x226p60"),
        ({}, "401x225", "mp4", ""),
    ],
)
def test_less_than_was_asked_for_is_told(video: Any, asked: str | None, name: str, told: str) -> None:
    found = lessened(Spec.model_validate({"functions": ["bowl"], "video": video}), asked, name)
    assert told in found
    assert bool(told) == bool(found)


def test_how_often_and_in_which_language_are_said_by_the_spec(tmp_path: Path) -> None:
    text = "scene: card\ntitle: Hi\nformats: [gif, mp4]\nacts: [{say: Ciao.}]\n"
    video = "video: {plays: 1, language: it, quality: 120p2, duration: 2}\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        paths = gdanim.render(gdanim.load(text + video), tmp_path)
    with Image.open(tmp_path / "film.gif") as image:
        assert "loop" not in image.info
    assert languages(tmp_path / "film.mp4") == ["und", "ita"], paths
