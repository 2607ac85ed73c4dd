"""Films in pieces: the same whoever draws them, drawn once, and drawn anew where anything changed."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gdanim import registry
from gdanim.output import film, kept
from gdanim.output.executors import Here, Pool
from gdanim.output.kept import Kept
from gdanim.output.studio import Studio
from gdanim.output.workers import Cut, Job
from gdanim.spec import Spec
from gdanim.spec.quality import Frames

Specs = Callable[[str], Spec]
ACTS = """\
functions: ["x^2 + 3*y^2"]
learning_rates: [0.1]
starts: [[1, 1.5]]
steps: 3
pace: 20
formats: [mp4, gif]
video: {quality: 120p3}
acts:
  - {title: One, say: It rolls., chapter: A}
  - {learning_rates: [0.2], title: Two, chapter: B}
  - {scene: card, title: Three}
"""


class Noted(Here):
    """Draws here, and knows what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if fn.__name__ == "draw":
            self.asked.append(args[2])
        return super().submit(fn, *args, **kwargs)

    def parts(self) -> list[int]:
        """The parts of which pieces were drawn; from now on nothing was."""
        parts, self.asked = sorted({span.part for span in self.asked}), []
        return parts


@pytest.fixture(autouse=True)
def no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of other tests in this process may be gone, and other processes would load them."""
    monkeypatch.setattr(registry, "additions", {})


@pytest.fixture
def executor(filming: object) -> Iterator[Noted]:
    del filming  # imports manim without its warnings
    with Noted() as executor:
        yield executor


@pytest.fixture
def studio(executor: Noted, tmp_path: Path) -> Studio:
    (tmp_path / "kept").mkdir()
    return Studio(executor, Kept(tmp_path / "kept"))


def render(spec: Spec, studio: Studio, folder: Path, **asked: Any) -> list[list[bytes]]:
    """The packets of the pictures of each of its films."""
    return [packets(path) for path in film.render(spec, folder, studio=studio, **asked)]


def packets(path: Path) -> list[bytes]:
    import av

    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0)]


@pytest.fixture(scope="module")
def drawn(spec_of: Specs, filming: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is kept when the film has been made."""
    del filming  # imports manim without its warnings
    folder = tmp_path_factory.mktemp("drawn")
    with Here() as executor:
        render(spec_of(ACTS), Studio(executor, Kept(folder)), tmp_path_factory.mktemp("films"))
    return folder


def test_what_has_been_drawn_is_not_drawn_again(
    spec_of: Specs, studio: Studio, executor: Noted, tmp_path: Path
) -> None:
    spec = spec_of(ACTS)
    first = render(spec, studio, tmp_path / "a")
    assert executor.parts() == [0, 1, 2]
    assert (studio.taken, studio.drawn) == (0, 3)
    assert render(spec, studio, tmp_path / "b") == first
    assert executor.parts() == []
    assert (studio.taken, studio.drawn) == (3, 3)


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("title: One", "title: Eins", [0, 1]),  # the second act goes over from the last picture of the first
        ("title: Three", "title: Drei", [2]),
        ("chapter: B", "chapter: C", []),
        (
            "title: Three}",
            "title: Three, view: {theme: light}}",
            [1, 2],
        ),  # an act goes into the next one's ground
        ("say: It rolls.", "say: It rolls and rolls and rolls.", [0, 1]),
        ("formats: [mp4, gif]", "formats: [gif]", []),
        ("steps: 3", "steps: 4", [0, 1, 2]),
    ],
)
def test_a_change_draws_what_it_changes(
    old: str, new: str, parts: list[int], spec_of: Specs, executor: Noted, drawn: Path, tmp_path: Path
) -> None:
    """And the film is what it is when all is drawn."""
    shutil.copytree(drawn, tmp_path / "kept")
    assert old in ACTS
    changed = spec_of(ACTS.replace(old, new))
    found = render(changed, Studio(executor, Kept(tmp_path / "kept")), tmp_path / "b")
    assert executor.parts() == parts
    (tmp_path / "fresh").mkdir()
    assert found == render(changed, Studio(executor, Kept(tmp_path / "fresh")), tmp_path / "c")


def test_another_renderer_draws_anew(spec_of: Specs, studio: Studio, executor: Noted, tmp_path: Path) -> None:
    spec = spec_of(ACTS)
    render(spec, studio, tmp_path)
    executor.parts()
    other = Studio(executor, studio.kept)
    other.__dict__["renderer"] = "another"
    render(spec, other, tmp_path)
    assert executor.parts() == [0, 1, 2]


def test_what_was_drawn_before_an_interrupt_is_kept(
    spec_of: Specs, studio: Studio, executor: Noted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gdanim.view.film import Film

    paint, painted = Film.paint_part, 0

    def interrupted(self: Film, part: int, frame: float, out: Any) -> None:
        nonlocal painted
        painted += 1
        if part == 1:
            raise KeyboardInterrupt
        paint(self, part, frame, out)

    monkeypatch.setattr(Film, "paint_part", interrupted)
    with pytest.raises(KeyboardInterrupt):
        render(spec_of(ACTS), studio, tmp_path / "films")
    assert not list((tmp_path / "films").iterdir())
    monkeypatch.setattr(Film, "paint_part", paint)
    executor.parts()
    render(spec_of(ACTS), studio, tmp_path / "films")
    assert executor.parts() == [1, 2]


def test_pieces_follow_from_the_film_alone(filming: object) -> None:
    del filming
    from gdanim.output.pieces import spans

    def lengths(frames: int, size: tuple[int, int], rate: int) -> list[int]:
        found = list(spans(0, frames, size, rate))
        assert found[0].first == 0
        assert found[-1].last == frames
        assert all(a.last == b.first for a, b in pairwise(found))
        return [span.last - span.first for span in found]

    assert lengths(1, (3840, 2160), 60) == [1]
    assert lengths(300, (854, 480), 15) == [150, 150]
    assert lengths(301, (1920, 1080), 30) == [60, 60, 60, 60, 61]
    assert lengths(59, (3840, 2160), 30) == [59]
    for rate in (10, 30):  # where a film at another rate takes its frames from the same drawing
        borders = [span.first / rate for span in spans(0, 47 * rate, (1920, 1080), rate)]
        assert borders == [span.first / 30 for span in spans(0, 47 * 30, (1920, 1080), 30)]


def test_other_processes_draw_the_same_even_if_one_is_killed(
    spec_of: Specs, studio: Studio, tmp_path: Path
) -> None:
    spec = spec_of(ACTS.replace("formats: [mp4, gif]", "formats: [mp4]"))
    here = render(spec, studio, tmp_path / "here")
    (tmp_path / "apart").mkdir()
    with Pool(2) as pool:
        killed: list[int] = []

        class Killing(Kept):
            def put(self, key: str, data: bytes) -> Path:
                if not killed:
                    killed.append(next(iter(pool._pool._processes)))
                    os.kill(killed[0], signal.SIGKILL)
                return super().put(key, data)

        assert render(spec, Studio(pool, Killing(tmp_path / "apart")), tmp_path / "there") == here
        assert killed


def test_a_process_that_ends_again_and_again_is_told() -> None:
    with Pool(1) as pool:
        with pytest.raises(RuntimeError, match="is there enough memory"):
            pool.submit(os._exit, 1).result()
        assert pool.submit(abs, -1).result() == 1


def test_mistakes_in_code_of_ones_own_are_told_with_their_line(
    spec_of: Specs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text(
        "from gdanim.view import FilmScene\nclass Mine(FilmScene):\n    def construct(self):\n        1 / 0\n"
    )
    spec = spec_of("functions: [bowl]\nscene: mine\nvideo: {quality: 120p5}\n")
    with Pool(1) as pool, pytest.raises(Exception, match=r"scenes/mine\.py:4: ZeroDivisionError"):
        film.render(spec, tmp_path, studio=Studio(pool, Kept(tmp_path)))


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "folder", lambda: tmp_path)
    place = kept.kept()
    for k, key in enumerate("abc"):
        os.utime(place.put(key, bytes(100)), (k, k))
    assert place.get("a") == tmp_path / "a"  # used
    assert kept.trim(250) == 100
    assert {path.name for path in tmp_path.iterdir()} == {"a", "c"}
    assert place.get("b") is None
    assert kept.kept(fresh=True).get("a") is None
    assert kept.trim(0) == 200
    assert not list(tmp_path.iterdir())


def test_without_a_cache_films_are_made_all_the_same(
    spec_of: Specs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filming: object
) -> None:
    del filming
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(kept, "folder", lambda: tmp_path / "file/pieces")
    (path,) = film.render(spec_of("functions: [bowl]\nsteps: 1\nvideo: {quality: 120p1}\n"), tmp_path)
    assert path.stat().st_size > 0


def test_frames_are_told_as_they_are_drawn(spec_of: Specs, studio: Studio) -> None:
    from gdanim.output.pieces import Drawing

    for _ in range(2):  # and as they are taken
        grown: list[int] = []
        drawn: list[int] = []
        job = Job(str(drawn), spec_of(ACTS), Frames((214, 120), 5), bare=False)
        Drawing(job, [Cut(None, 1)], studio, grown.append, drawn.append).run()
        assert sum(grown) == sum(drawn) > 0
