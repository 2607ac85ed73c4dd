"""Every format is opened by another program than the one that wrote it, and has what it promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence
from reels import make

from gdanim.errors import InputError
from gdanim.files import whole_folder
from gdanim.formats import Cue, Reel
from gdanim.registry import formats
from gdanim.spec.outputs import FormatEntry

Pixels = NDArray[np.uint8]
SIZE, RATE, COUNT = (128, 96), 15, 30
CHAPTERS = [Cue(0, 1000, "One"), Cue(1000, 2000, "Zwei & drei")]
CAPTIONS = [Cue(0, 900, "It rolls."), Cue(900, 2000, "Es rollt.")]
IMAGES = [name for name in ("apng", "avif", "gif", "webp") if name in formats]  # Pillow reads them
VIDEOS = {"mp4": "h264", "webm": "libvpx-vp9", "mov": "prores"}
LOSS = {"apng": 0, "pngs": 0}  # of a channel, on average; of the others
MOST_LOSS = 6.0
COMMENT = "Größe, 大きさ"


def drawn(alpha: bool = False) -> list[Pixels]:
    """A red ball with a soft edge rolls over dark ground, or over none; colours are premultiplied."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    found = []
    for k in range(COUNT):
        ball = np.clip(20 - np.hypot(x - 20 - 3 * k, y - 50), 0, 1)[..., None]
        ground = np.array([14, 17, 22, 255]) * (0 if alpha else 1)
        found.append(np.round(ball * [230, 60, 90, 255] + (1 - ball) * ground).astype(np.uint8))
    return found


def written(path: Path, name: str, alpha: bool = False, plays: int = 0, pieces: int = 1) -> Path:
    frames = drawn(alpha)
    reel = Reel(SIZE, RATE, COMMENT, lambda: frames[::5], CHAPTERS, CAPTIONS, "deu", plays, alpha)
    return make(formats[name](), path / f"film.{name}", reel, frames, pieces)


def decoded(path: Path, name: str) -> list[Pixels]:
    """The frames, RGBA, of the decoder that is best for them."""
    import av

    if name in IMAGES:
        with Image.open(path) as image:
            return [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)]
    if name == "pngs":
        with av.open(str(path / "%05d.png"), format="image2") as container:
            return [frame.to_ndarray(format="rgba") for frame in container.decode(video=0)]
    decoder = av.CodecContext.create(VIDEOS[name], "r")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        decoder.extradata = container.streams.video[0].codec_context.extradata
        frames = [frame for packet in packets for frame in decoder.decode(packet)] + decoder.decode(None)
    return [frame.to_ndarray(format="rgba", src_colorspace="ITU709") for frame in frames]


def test_all_are_tried() -> None:
    assert {*IMAGES, *VIDEOS, "pngs"} == set(formats)


@pytest.mark.parametrize(
    ("name", "pieces"), [*((name, 1) for name in formats), *((name, 4) for name in VIDEOS)]
)
def test_frames_are_what_was_drawn(name: str, pieces: int, tmp_path: Path) -> None:
    found = decoded(written(tmp_path, name, pieces=pieces), name)
    assert len(found) == COUNT
    for ours, theirs in zip(drawn(), found, strict=True):
        assert theirs.shape == ours.shape
        off = np.abs(ours[..., :3].astype(int) - theirs[..., :3])
        assert off.mean() <= LOSS.get(name, MOST_LOSS)
        assert np.median(off) <= LOSS.get(name, 3), "the ground keeps its colour"


@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize("name", [name for name in formats if formats[name]().alpha])
def test_alpha_is_kept_and_colours_are_straight(name: str, pieces: int, tmp_path: Path) -> None:
    found = decoded(written(tmp_path, name, alpha=True, pieces=pieces), name)
    assert len(found) == COUNT
    for ours, theirs in zip(drawn(alpha=True), found, strict=True):
        off = np.abs(ours[..., 3].astype(int) - theirs[..., 3])
        assert off.mean() <= LOSS.get(name, 1.0)
        assert theirs[0, 0, 3] == 0
        solid = ours[..., 3] == 255
        assert np.abs(theirs[solid].mean(axis=0) - [230, 60, 90, 255]).max() <= LOSS.get(name, 8)
        soft = (ours[..., 3] > 150) & ~solid
        if soft.any():
            assert abs(theirs[soft][:, 0].mean() - 230) <= 40, "a premultiplied edge is darker"


@pytest.mark.parametrize("name", IMAGES)
def test_pictures_last_as_long_as_they_should(name: str, tmp_path: Path) -> None:
    with Image.open(written(tmp_path, name)) as image:
        assert image.size == SIZE
        lasting = []
        for k in range(image.n_frames):
            image.seek(k)
            image.load()
            lasting.append(image.info["duration"])
    rounded = 10 if name == "gif" else 1  # milliseconds
    assert max(np.abs(np.array(lasting) - 1000 / RATE)) < rounded
    assert sum(lasting) == pytest.approx(1000 * COUNT / RATE, abs=COUNT / 2 if name == "avif" else 4)


@pytest.mark.parametrize("name", [name for name in IMAGES if name not in ("gif", "avif")])
@pytest.mark.parametrize("plays", [0, 1, 4])
def test_pictures_play_as_often_as_they_should(name: str, plays: int, tmp_path: Path) -> None:
    with Image.open(written(tmp_path, name, plays=plays)) as image:
        assert image.info["loop"] == plays


@pytest.mark.parametrize("name", list(VIDEOS))
def test_videos_have_rate_chapters_and_captions(name: str, tmp_path: Path) -> None:
    import av

    with av.open(str(written(tmp_path, name))) as container:
        (video,), (track, *_) = container.streams.video, container.streams.subtitles
        assert (video.width, video.height) == SIZE
        assert video.average_rate == RATE
        assert (video.codec_context.colorspace, video.codec_context.color_range) == (1, 1)
        assert container.duration / 1e6 == pytest.approx(COUNT / RATE, abs=0.01)
        found = [(float(c["start"] * c["time_base"]), c["metadata"]["title"]) for c in container.chapters()]
        assert found == [(cue.start / 1000, cue.text) for cue in CHAPTERS]
        packets = [packet for packet in container.demux(track) if packet.size]
        said = [(packet.pts * packet.time_base * 1000, bytes(packet)) for packet in packets]
    for cue in CAPTIONS:
        assert any(start == cue.start and text.endswith(cue.text.encode()) for start, text in said)
    if name == "webm":
        assert track.metadata["language"] == "deu"


@pytest.mark.parametrize("name", list(formats))
def test_a_comment_is_read_back(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, name)
    assert formats[name]().comment(path) == COMMENT
    if name in ("apng", "webp"):
        with Image.open(path) as image:
            image.seek(COUNT - 1)
            image.load()
            found = (
                image.info.get("Comment")
                if name == "apng"
                else image.getexif()[0x10E].encode("latin-1").decode()
            )
            assert found == COMMENT


def test_a_folder_of_frames_is_replaced_when_it_is_whole_and_no_other_is(tmp_path: Path) -> None:
    path = tmp_path / "film.pngs"
    path.mkdir()
    (path / "notes.txt").write_text("mine")

    def fill(files: int) -> None:
        with whole_folder(path) as part:
            part.mkdir()
            for k in range(files):
                (part / f"0000{k + 1}.png").write_text("new")
            if not files:
                raise RuntimeError

    with pytest.raises(InputError, match=r"film\.pngs is there already, and no folder of frames"):
        fill(2)
    (path / "notes.txt").rename(path / "00001.png")
    with pytest.raises(RuntimeError):
        fill(0)
    assert (path / "00001.png").read_text() == "mine"
    fill(2)
    assert [file.read_text() for file in path.iterdir()] == ["new", "new"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_with_a_frame_missing_says_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "pngs")
    (path / "00007.png").unlink()
    assert formats["pngs"]().comment(path) == ""


@pytest.mark.parametrize(("codec", "decoder", "tag"), [("hevc", "hevc", "hvc1"), ("av1", "libdav1d", "av01")])
def test_an_mp4_has_the_codec_that_is_asked_for(codec: str, decoder: str, tag: str, tmp_path: Path) -> None:
    import av

    path, frames = tmp_path / "film.mp4", drawn()
    form = FormatEntry.model_validate({"name": "mp4", "codec": codec}).form
    make(form, path, Reel(SIZE, RATE, COMMENT, chapters=CHAPTERS, captions=CAPTIONS), frames, pieces=3)
    assert form.comment(path) == COMMENT
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.codec_tag, context.name) == (tag, decoder)
        found = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(found) == COUNT
    assert (
        max(np.abs(a[..., :3].astype(int) - b).mean() for a, b in zip(frames, found, strict=True)) < MOST_LOSS
    )


def test_a_gif_has_the_colours_that_are_asked_for(tmp_path: Path) -> None:
    path, frames = tmp_path / "film.gif", drawn()
    form = FormatEntry.model_validate({"name": "gif", "colors": 8}).form
    with form.writing(path, Reel(SIZE, RATE, samples=lambda: frames)) as write:
        write(frames[0])
    with Image.open(path) as image:
        assert len(image.convert("RGB").getcolors() or ()) <= 8


@pytest.mark.parametrize(
    "shown", [[0], [5] * 60, [5] * 61, [*range(30), *[29] * 90], [*range(30), *range(30), 3]]
)
def test_a_webp_of_any_length_holds_its_pictures(shown: list[int], tmp_path: Path) -> None:
    """Its pictures are encoded a few seconds at a time; where nothing changes, one lasts longer."""
    path, frames = tmp_path / "film.webp", drawn()
    with formats["webp"]().writing(path, Reel(SIZE, RATE)) as write:
        for k in shown:
            write(frames[k])
    with Image.open(path) as image:
        lasting = 0
        for k in range(image.n_frames):
            image.seek(k)
            image.load()
            lasting += image.info["duration"]
        last = np.asarray(image.convert("RGB")).astype(int)
    assert lasting == round(1000 * len(shown) / RATE)
    assert np.abs(last - frames[shown[-1]][..., :3]).mean() < MOST_LOSS
