"""Films of several acts: one picture after another, with nothing kept of what is past."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gdanim.catalog import scenes
from gdanim.output import drawing, opening
from gdanim.output import film as output
from gdanim.spec import Spec
from gdanim.view.captions import Cue

Pixels = NDArray[np.uint8]
Specs = Callable[[str], Spec]
RATE, SIZE = 5, (214, 120)
TEXT = """\
functions: [bowl]
learning_rates: [0.3]
steps: 4
pace: 20
formats: [mp4, gif]
video: {quality: 120p5}
acts:
  - {title: One, chapter: First, say: It rolls down. It stops., hold: 1.5}
  - {title: Two, functions: [himmelblau], learning_rates: [0.01], view: {theme: light}, say: So does this.}
  - {title: Three, chapter: Second, starts: [[2, 1]]}
"""


@pytest.fixture(scope="module")
def spec(spec_of: Specs, filming: Any) -> Spec:
    del filming  # imports manim without its warnings
    return spec_of(TEXT)


@pytest.fixture(scope="module")
def film(spec: Spec) -> Iterator[Any]:
    with opening.opened(spec, SIZE, RATE) as opened:
        yield opened


@pytest.fixture(scope="module")
def borders(film: Any) -> list[int]:
    """The frames at which parts begin, and the film's end."""
    return [round(RATE * start) for start, _, _ in film._timed()] + [film.frames]


@pytest.fixture(scope="module")
def in_order(film: Any, borders: list[int]) -> dict[int, Pixels]:
    """Frames on both sides of every border, and some between them."""
    near = {border + k for border in borders for k in (-2, -1, 0, 1)} | set(range(10, borders[-1], 17))
    return {k: frame(film, k) for k in sorted(near) if 0 <= k < film.frames}


def frame(film: Any, k: int) -> Pixels:
    out = drawing.blank(film.size)
    film.paint(k / film.rate, out)
    return out


def test_the_order_of_frames_does_not_matter(film: Any, in_order: dict[int, Pixels]) -> None:
    for k in np.random.default_rng(5).permutation(list(in_order))[:6]:
        assert np.array_equal(frame(film, int(k)), in_order[k]), f"frame {k}"


def test_a_part_is_what_it_is_by_itself(spec: Spec, borders: list[int], in_order: dict[int, Pixels]) -> None:
    part = spec.parts[1]
    with opening.opened(part, SIZE, RATE) as alone:
        assert alone.frames == borders[2] - borders[1]
        own = [k for k in in_order if borders[1] + RATE <= k <= borders[2] - RATE]
        assert own
        for k in own:
            assert np.array_equal(frame(alone, k - borders[1]), in_order[k]), f"frame {k}"


def test_a_hold_lets_the_last_picture_stand(spec: Spec, borders: list[int]) -> None:
    with opening.opened(spec.parts[0].model_copy(update={"hold": 0.0}), SIZE, RATE) as alone:
        assert borders[1] - alone.frames in (7, 8)


def test_parts_meet_in_the_ground_of_the_next(spec: Spec) -> None:
    with opening.opened(spec, SIZE, 20) as film:
        for index, ground in ((1, (250, 250, 247)), (2, (14, 17, 22))):
            border = round(20 * film._timed()[index][0])
            near = [frame(film, border + k).astype(float) for k in range(-5, 6)]
            assert np.all(near[5] == [*ground, 255])
            off = [np.abs(picture - near[5]).mean() for picture in near]
            assert off[1:6] == sorted(off[1:6], reverse=True)
            assert off[5:10] == sorted(off[5:10])
            assert max(-np.diff(off[1:6])) < 0.5 * off[1], "nothing pops"


def test_a_looping_film_ends_in_the_ground_it_begins_with(spec_of: Specs) -> None:
    text = TEXT.replace("120p5}", "120p5, loop: true}").replace("{title: Three, ", "{view: {theme: paper}, ")
    with opening.opened(spec_of(text), SIZE, 10) as looping:
        first, last = frame(looping, 0), frame(looping, looping.frames - 1)
    assert np.all(first == [14, 17, 22, 255])
    assert last[..., :3].astype(int).mean() < 140, "on its way from paper to dark"


def test_past_the_end_the_last_frame_stands(film: Any, in_order: dict[int, Pixels]) -> None:
    assert film.length == film.frames / RATE
    assert np.array_equal(frame(film, film.frames + 99), in_order[film.frames - 1])
    assert np.array_equal(frame(film, -5), in_order[0])


def test_one_canvas_at_a_time_and_none_before_it_is_needed(
    spec: Spec, borders: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gdanim.view.canvas import Canvas

    standing: list[Any] = []
    made, most = 0, 0
    begin, close = Canvas.__init__, Canvas.close

    def counted(self: Any, *args: Any, **kwargs: Any) -> None:
        nonlocal made, most
        begin(self, *args, **kwargs)
        standing.append(self)
        made, most = made + 1, max(most, len(standing))

    def ended(self: Any) -> None:
        standing.remove(self)
        close(self)

    monkeypatch.setattr(Canvas, "__init__", counted)
    monkeypatch.setattr(Canvas, "close", ended)
    with opening.opened(spec, SIZE, RATE) as opened:
        assert opened.frames == borders[-1]
        assert made == 0
        for k in (0, borders[1] - 1, borders[1], borders[2], borders[2] + 3, 5):
            frame(opened, k)
        assert (made, most) == (4, 1)
    assert not standing


def test_a_duration_is_shared_by_natural_lengths(spec_of: Specs) -> None:
    text = TEXT.replace("120p5}", "120p5, duration: 40}").replace("pace: 20", "pace: 2")
    with opening.opened(spec_of(text.replace(", duration: 40", "")), SIZE, RATE) as natural:
        lengths = [end - start - part.hold for start, end, part in natural._timed()]
    assert len(set(lengths)) > 1
    with opening.opened(spec_of(text), SIZE, RATE) as shared:
        assert shared.frames == 40 * RATE
        assert shared.length == 40
        for (start, end, part), length in zip(shared._timed(), lengths, strict=True):
            assert end - start == pytest.approx((40 - 1.5) * length / sum(lengths) + part.hold, abs=0.3)


def test_a_duration_that_is_too_short_is_told_once(spec_of: Specs) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with opening.opened(spec_of(TEXT.replace("120p5}", "120p5, duration: 10}")), SIZE, RATE) as opened:
            assert opened.length > 20
            opened.warn()
    (one,) = told
    assert f"too short: this film lasts {opened.length:.1f} s" in str(one.message)


def test_chapters_go_on_until_the_next(film: Any, borders: list[int]) -> None:
    second, end = 200 * borders[2], 200 * borders[3]  # milliseconds
    assert film.chapters == [Cue(0, second, "First"), Cue(second, end, "Second")]


def test_places_in_a_film_have_names(film: Any, borders: list[int]) -> None:
    assert [film.seconds(at) for at in (3, "start", "25%", "end", "Second", 1e9)] == [
        3,
        0,
        film.length / 4,
        film.length,
        film.length,
        film.length,
    ]
    first = film.seconds("First")
    assert borders[2] / RATE - 0.5 < first < borders[2] / RATE
    seen, blank = (frame(film, k)[..., :3].std(axis=(0, 1)).max() for k in (round(first * RATE), borders[2]))
    assert seen > 2 * blank  # the part after it fades in


def test_captions_keep_to_their_act(film: Any, borders: list[int]) -> None:
    texts = ["It rolls down.", "It stops.", "So does this."]
    assert [cue.text for cue in film.captions] == texts
    first, second, third = film.captions
    assert (first.start, second.end, third.end) == (0, 200 * borders[1] - 1600, 200 * borders[2])
    assert (first.end, third.start) == (second.start, 200 * borders[1])


def test_an_act_is_as_long_as_its_words_need(spec_of: Specs) -> None:
    text = TEXT.replace("So does this", "So does this one and it has much to say of itself " * 5)
    with opening.opened(spec_of(text), SIZE, RATE) as opened:
        (start, end, _) = opened._timed()[1]
        said = [cue for cue in opened.captions if cue.start >= 1000 * start]
        assert 110 <= 60 * 60 / (end - start) <= 132
        assert said[-1].end <= 1000 * end


@pytest.fixture(scope="module")
def folder(spec: Spec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the film was made in both formats."""
    folder = tmp_path_factory.mktemp("films")
    output.render(spec, folder)
    return folder


class TestFiles:
    def test_are_complete(self, folder: Path) -> None:
        assert sorted(p.name for p in folder.iterdir()) == ["film.gif", "film.mp4", "film.srt", "film.vtt"]

    def test_the_film_has_chapters_and_captions(self, folder: Path, film: Any, borders: list[int]) -> None:
        import av
        from av.stream import Disposition

        with av.open(str(folder / "film.mp4")) as container:
            chapters = [
                (
                    int(1000 * c["start"] * c["time_base"]),
                    int(1000 * c["end"] * c["time_base"]),
                    *c["metadata"].values(),
                )
                for c in container.chapters()
            ]
            assert chapters == [tuple(chapter) for chapter in film.chapters]
            assert container.streams.video[0].frames == borders[-1]
            (track,) = container.streams.subtitles
            assert track.codec_context.name == "mov_text"
            assert track.disposition == Disposition.default
            found = [
                Cue(packet.pts, packet.pts + packet.duration, bytes(packet)[2:].decode())
                for packet in container.demux(track)
                if packet.size > 2
            ]
        assert found == film.captions

    def test_captions_lie_beside_it(self, folder: Path) -> None:
        lines = (folder / "film.srt").read_text(encoding="utf-8").splitlines()
        assert [lines[2], lines[6], lines[10]] == ["It rolls down.", "It stops.", "So does this."]
        assert (folder / "film.vtt").read_text(encoding="utf-8").startswith("WEBVTT\n\n00:00:00.000 --> ")

    def test_without_its_captions_it_is_not_current(self, spec: Spec, folder: Path) -> None:
        assert output.current(spec, folder / "film.mp4", None)
        (folder / "film.vtt").rename(folder / "away")
        assert not output.current(spec, folder / "film.mp4", None)
        assert output.current(spec, folder / "film.gif", None)
        (folder / "away").rename(folder / "film.vtt")

    def test_captions_go_when_nothing_is_said(self, spec_of: Specs, folder: Path, tmp_path: Path) -> None:
        silent = spec_of("functions: [bowl]\nsteps: 1\nvideo: {quality: 120p1}\nacts: [{}]\n")
        for file in folder.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        output.render(silent, tmp_path)
        assert sorted(p.name for p in tmp_path.iterdir()) == ["film.gif", "film.mp4"]
        (tmp_path / "film.srt").write_text("a user's own")
        output.render(silent, tmp_path)
        assert (tmp_path / "film.srt").read_text() == "a user's own"

    @pytest.mark.parametrize("at", [0, -1, 1])
    def test_a_still_is_a_frame_of_any_act(
        self, spec: Spec, borders: list[int], in_order: dict[int, Pixels], tmp_path: Path, at: int
    ) -> None:
        k = borders[1] + at
        output.still(spec, k / RATE + 0.01, None, tmp_path / "still.png")
        with Image.open(tmp_path / "still.png") as image:
            assert np.array_equal(np.asarray(image), in_order[k][..., :3])

    def test_a_still_has_no_ground_where_its_act_has_none(self, spec_of: Specs, tmp_path: Path) -> None:
        spec = spec_of(TEXT.replace("{theme: light}", "{theme: light, background: none}"))
        clear = []
        for at in (5.0, 15.0):
            output.still(spec, at, None, tmp_path / "still.png")
            with Image.open(tmp_path / "still.png") as image:
                clear.append((np.asarray(image.convert("RGBA"))[..., 3] == 0).mean())
        assert clear[0] == 0
        assert clear[1] > 0.3


def test_manim_render_gives_the_same_frames(spec: Spec, tmp_path: Path) -> None:
    width, height = SIZE
    command = [sys.executable, "-m", "manim", "render", str(scenes()["surface"].resolve())]
    command += ["--format", "png-sequence", "-r", f"{width},{height}", "--fps", "1"]
    command += ["--media_dir", str(tmp_path), "--progress_bar", "none"]
    environment = os.environ | {"GDANIM_SPEC": str(spec.source)}
    made = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    pictures = sorted(tmp_path.rglob("*.png"))
    with opening.opened(spec, SIZE, 1) as film:
        assert len(pictures) == film.frames
        for k in range(0, film.frames, 2):
            with Image.open(pictures[k]) as image:
                assert np.array_equal(np.asarray(image.convert("RGBA")), frame(film, k)), f"frame {k}"


PEAK = """\
import resource, sys, warnings
warnings.simplefilter("ignore")
import gdanim
for path in sys.argv[2:]:
    gdanim.render(gdanim.load(path), sys.argv[1])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="kilobytes on Linux only")
def test_memory_does_not_grow_with_the_acts(tmp_path: Path) -> None:
    paths = [tmp_path / "few.yaml", tmp_path / "many.yaml"]
    for path, acts in zip(paths, (1, 4), strict=True):
        text = "functions: [himmelblau]\nsteps: 2\npace: 20\nvideo: {quality: 120p1}\n"
        path.write_text(f"{text}acts: [{', '.join(['{}'] * acts)}]\n")
    command = [sys.executable, "-c", PEAK, str(tmp_path), *map(str, paths)]
    few, many = map(int, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert many - few < 40, f"{few} and {many} MB"


def test_a_scene_that_cannot_loop_by_itself_fades(spec_of: Specs) -> None:
    text = "scene: card\ntitle: Round and round\nvideo: {loop: true, quality: 120p5}\n"
    with opening.opened(spec_of(text), SIZE, 10) as looping:
        first, middle, last = (frame(looping, k) for k in (0, looping.frames // 2, looping.frames - 1))
        assert np.ptp(first[..., 0]) == 0  # nothing but the ground
        going = frame(looping, looping.frames - 5)
        assert 0.3 * np.ptp(middle[..., 0]) < np.ptp(going[..., 0]) < 0.8 * np.ptp(middle[..., 0])
        assert 0 < np.ptp(last[..., 0]) < 0.1 * np.ptp(middle[..., 0])
