"""Films as files: what players find in them, and what is left when something goes wrong."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gdanim.formats import Reel, gif, mp4
from gdanim.output import film, provenance
from gdanim.spec import Spec

Pixels = NDArray[np.uint8]
Specs = Callable[[str], Spec]
TEXT = """\
title: "A film"
functions: ["x^2 + 3*y^2"]
learning_rates: [0.1]
starts: [[1, 1.5]]
steps: 5
formats: [mp4, gif]
video: {duration: 8, quality: 180p5}
"""
FRAMES, SIZE, RATE = 40, (320, 180), 5


@pytest.fixture(scope="module", autouse=True)
def _nothing_left_behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Films are drawn in scratch folders that must go."""
    scratch = tmp_path_factory.mktemp("scratch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(scratch))
        yield
    assert not list(scratch.iterdir())


@pytest.fixture(scope="module")
def spec(spec_of: Specs) -> Spec:
    return spec_of(TEXT)


@pytest.fixture(scope="module")
def folder(spec: Spec, filming: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the films were made: it did not exist before."""
    del filming  # imports manim without its warnings
    folder = tmp_path_factory.mktemp("films") / "new" / "deeper"
    paths = film.render(spec, folder)
    assert paths == [folder / "film.mp4", folder / "film.gif"]
    assert sorted(folder.iterdir()) == sorted(paths), "nothing else is left"
    return folder


@pytest.fixture(scope="module")
def drawn(spec: Spec, filming: Callable[..., Any], painted: Callable[..., Pixels]) -> list[Pixels]:
    with filming(spec, height=180, rate=RATE) as scene:
        return [painted(scene, k / RATE) for k in range(scene.frames)]


def decoded(path: Path) -> list[Pixels]:
    import av

    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def boxes(path: Path) -> list[str]:
    """The names of an MP4's outermost boxes in order."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8].decode())
        at += size if size > 1 else int.from_bytes(data[at + 8 : at + 16], "big")
    return names


class TestMp4:
    def test_plays_everywhere(self, folder: Path) -> None:
        import av

        with av.open(str(folder / "film.mp4")) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
            assert (context.width, context.height) == SIZE
            assert stream.average_rate == RATE
            assert stream.frames == FRAMES
            assert float(stream.duration * stream.time_base) == pytest.approx(FRAMES / RATE)
            assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
            assert context.color_range == 1
        names = boxes(folder / "film.mp4")
        assert names.index("moov") < names.index("mdat"), "it starts while it loads"

    def test_decodes_to_what_was_drawn(self, folder: Path, drawn: list[Pixels]) -> None:
        frames = decoded(folder / "film.mp4")
        assert len(frames) == len(drawn) == FRAMES
        for ours, theirs in zip(drawn, frames, strict=True):
            assert np.abs(ours[..., :3].astype(int) - theirs).mean() < 4
            patch = np.abs(ours[4:20, 250:300, :3].astype(int) - theirs[4:20, 250:300])
            assert np.median(patch) <= 3

    def test_has_a_cover(self, folder: Path, drawn: list[Pixels]) -> None:
        import av
        from av.stream import Disposition

        with av.open(str(folder / "film.mp4")) as container:
            covers = [s for s in container.streams.video if Disposition.attached_pic in s.disposition]
            (packet, *_) = container.demux(covers[0])
            shown = np.asarray(Image.open(io.BytesIO(bytes(packet))).convert("RGB")).astype(int)
        off = [np.abs(shown - picture[..., :3]).mean() for picture in drawn]
        assert len(covers) == 1
        assert min(off) < 3
        assert int(np.argmin(off)) >= FRAMES - 3, "what it comes to"

    @pytest.mark.parametrize("color", [(14, 17, 22), (255, 84, 112), (124, 227, 139), (250, 250, 247)])
    def test_colors_are_kept(self, tmp_path: Path, color: tuple[int, int, int]) -> None:
        frame = np.full((48, 64, 4), (*color, 255), dtype=np.uint8)
        with mp4.writing(tmp_path / "flat.mp4", Reel((64, 48), 5)) as write:
            for _ in range(3):
                write(frame)
        for theirs in decoded(tmp_path / "flat.mp4"):
            assert np.abs(theirs.astype(int) - color).max() <= 3


class TestGif:
    def test_loops_for_ever(self, folder: Path, drawn: list[Pixels]) -> None:
        with Image.open(folder / "film.gif") as image:
            assert image.size == SIZE
            assert image.info["loop"] == 0
            total = 0
            for k in range(image.n_frames):
                image.seek(k)
                total += image.info["duration"]
            assert total == pytest.approx(1000 * FRAMES / RATE, abs=20)
            image.seek(0)
            first = np.asarray(image.convert("RGB"))
        assert np.abs(first.astype(int) - drawn[0][..., :3]).mean() < 4

    def test_decodes_to_what_was_drawn(self, folder: Path, drawn: list[Pixels]) -> None:
        frames = decoded(folder / "film.gif")
        assert len(frames) == FRAMES
        for ours, theirs in zip(drawn, frames, strict=True):
            assert np.abs(ours[..., :3].astype(int) - theirs).mean() < 6

    def test_is_small_and_slow_however_good_the_film(self, spec: Spec) -> None:
        assert spec.output("gif").frames(spec.video, "1080p60") == ((854, 480), 15)
        assert spec.output("mp4").frames(spec.video, "1080p60") == ((1920, 1080), 60)


class TestCurrent:
    @pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
    def test_a_film_says_what_it_was_made_from(self, spec: Spec, folder: Path, name: str) -> None:
        facts = provenance.told(folder / name)
        assert facts["quality"] == "320x180p5"
        assert film.current(spec, folder / name, None)
        assert film.current(spec, folder / name, "180p5")

    @pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
    def test_any_change_makes_it_old(self, spec_of: Specs, spec: Spec, folder: Path, name: str) -> None:
        path = folder / name
        assert not film.current(spec, path, "180p4")
        assert not film.current(spec, path, "240p5")
        assert not film.current(spec_of(TEXT.replace("0.1", "0.11")), path, None)
        assert not film.current(spec_of(TEXT.replace("A film", "The film")), path, None)
        assert film.current(spec_of(f"# a comment\n{TEXT}"), path, None)
        assert not film.current(spec, folder / "absent.mp4", None)

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            *[("film.gif", kept) for kept in (0, 1, 20, 3000, -10)],
            *[("film.mp4", kept) for kept in (0, 1, 20)],
            *[("film.mp4", kept) for kept in (3000, -10)],
        ],
    )
    def test_a_damaged_film_is_not_current(
        self, spec: Spec, folder: Path, tmp_path: Path, name: str, kept: int
    ) -> None:
        data = (folder / name).read_bytes()
        path = tmp_path / name
        path.write_bytes(data[:kept])
        assert not film.current(spec, path, None)
        path.write_bytes(b"\x00" * 4000)
        assert not film.current(spec, path, None)

    def test_a_folder_is_no_film(self, spec: Spec, tmp_path: Path) -> None:
        (tmp_path / "film.mp4").mkdir()
        assert not film.current(spec, tmp_path / "film.mp4", None)


class TestFailure:
    @pytest.mark.parametrize("name", ["mp4", "gif"])
    @pytest.mark.parametrize(
        ("where", "error"), [("paint", KeyboardInterrupt()), ("write", RuntimeError("no more"))]
    )
    def test_leaves_nothing_and_harms_nothing(
        self,
        spec: Spec,
        folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        error: BaseException,
        where: str,
    ) -> None:
        del folder  # the picture side is imported
        from gdanim.view.scene import FilmScene

        calls = iter(range(1000))

        def breaking(whole: Callable[..., None]) -> Callable[..., None]:
            def broken(*args: Any) -> None:
                if next(calls) == 12:
                    raise error
                whole(*args)

            return broken

        module = {"mp4": mp4, "gif": gif}[name]
        writing = module.writing

        @contextmanager
        def broken_writing(path: Path, reel: Reel, **options: Any) -> Iterator[Callable[[Pixels], None]]:
            with writing(path, reel, **options) as write:
                yield breaking(write)

        if where == "paint":
            monkeypatch.setattr(FilmScene, "paint", breaking(FilmScene.paint))
        else:
            monkeypatch.setattr(module, "writing", broken_writing)
        old = tmp_path / f"film.{name}"
        old.write_bytes(b"an older film")
        with pytest.raises(type(error)):
            film.render(spec, tmp_path / "fresh" if where == "paint" else tmp_path, formats=(name,))
        assert old.read_bytes() == b"an older film"
        assert list(tmp_path.rglob("*.*")) == [old]

    def test_a_format_that_fails_leaves_the_other(
        self, spec: Spec, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        del folder
        monkeypatch.setattr(gif, "writing", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            film.render(spec, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


class TestStill:
    @pytest.mark.parametrize("at", [0.0, 0.2, 3.4, 7.8, 8.0, 1e6])
    def test_is_the_frame_of_the_film(
        self, spec: Spec, drawn: list[Pixels], tmp_path: Path, at: float
    ) -> None:
        path = tmp_path / "new" / "frame.png"
        film.still(spec, at, None, path)
        with Image.open(path) as image:
            assert image.mode == "RGB"
            shown = np.asarray(image)
        k = min(round(at * RATE), FRAMES - 1)
        assert np.array_equal(shown, drawn[k][..., :3])
        assert [p.name for p in path.parent.iterdir()] == ["frame.png"]


PEAK = """\
import resource, sys, warnings
warnings.simplefilter("ignore")
import gdanim
for path in sys.argv[2:]:
    gdanim.render(gdanim.load(path), sys.argv[1], quality="180p4")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="kilobytes on Linux only")
def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    paths = [tmp_path / "short.yaml", tmp_path / "long.yaml"]
    for path, duration in zip(paths, (8, 40), strict=True):
        path.write_text(TEXT.replace("[mp4, gif]", "[mp4]").replace("duration: 8", f"duration: {duration}"))
    command = [sys.executable, "-c", PEAK, str(tmp_path / "media"), *map(str, paths)]
    short, long = map(int, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert long - short < 40, f"{short} and {long} MB"


def test_a_film_that_is_ended_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text(TEXT.replace("duration: 8", "duration: 60"))
    code = "import sys; from gdanim.cli import main; sys.exit(main(sys.argv[1:]))"
    media, cache = tmp_path / "media", tmp_path / "cache"
    command = [sys.executable, "-c", code, "render", str(path), "-o", str(media)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    for _ in range(600):
        if list(cache.glob("gdanim/pieces/*")):
            break
        time.sleep(0.05)
    process.terminate()
    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert not list(media.iterdir())
    assert not list(cache.glob("gdanim/pieces/.*"))


@pytest.mark.parametrize("name", ["mp4", "gif"])
def test_a_name_with_a_colon_and_a_size_with_odd_sides(
    spec: Spec, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import av

    monkeypatch.chdir(tmp_path)
    short = spec.model_copy(update={"film": "file:a"})
    video = short.video.model_copy(update={"quality": "213x121p1"})
    short = short.model_copy(update={"video": video, "steps": 2})
    (path,) = film.render(short, Path(), formats=(name,))
    with av.open(str(path.absolute())) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == ((214, 122) if name == "mp4" else (213, 121))
    assert film.current(short, path, None)
    assert not film.current(short, path, "213x121p2")
