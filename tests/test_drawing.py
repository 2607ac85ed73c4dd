"""One drawing feeds all the films that it has the frames of, and one that fails leaves the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.formats import Format, Limits, Reel
from gdanim.output import film
from gdanim.output.drawing import Taker, Wanted, drawings, feed
from gdanim.registry import formats
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.quality import Frames

SPEC = "functions: ['x^2 + 3*y^2']\nsteps: 3\nvideo: {duration: 8.1}\n"


@contextmanager
def raw(path: Path, reel: Reel) -> Iterator[Callable[[Any], object]]:
    del reel
    with path.open("wb") as file:
        yield lambda frame: file.write(frame.tobytes())


def wanted(name: str, size: tuple[int, int], rate: int, bare: bool = False) -> Wanted:
    return Wanted(Path(name), FormatEntry(name="mp4"), Frames(size, rate), bare, "")


@pytest.mark.parametrize("exact", [True, False])
def test_what_a_drawing_feeds(exact: bool) -> None:
    small, large = (160, 90), (320, 180)
    films = [
        *(wanted("a", small, 10), wanted("b", large, 30), wanted("c", small, 30), wanted("d", small, 30)),
        *(wanted("e", small, 12), wanted("f", small, 30, True), wanted("g", small, 10)),
    ]
    found = [[each.path.name for each in drawing] for drawing in drawings(films, exact)]
    if exact:
        assert found == [["b"], ["c", "d", "a", "g"], ["f"], ["e"]]
    else:
        assert found == [["b"], ["c", "d"], ["f"], ["e"], ["a", "g"]]


def test_films_of_one_size_are_drawn_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_names: None, filming: object
) -> None:
    """And are what they would be alone: here at 10 frames a second and at 30."""
    del own_names, filming
    from gdanim.view.film import Film

    for name, rate in (("fast", 30), ("slow", 10), ("same", 30)):

        def made(rate: int = rate) -> Format:
            return Format(raw, lambda _: "", limits=Limits(most_lines=120, calm_rate=rate))

        made.__name__ = name
        formats.register(made)
    painted: list[float] = []
    paint = Film.paint_part

    def counted(self: Film, part: int, frame: float, out: Any) -> None:
        painted.append(frame)
        paint(self, part, frame, out)

    monkeypatch.setattr(Film, "paint_part", counted)
    spec = gdanim.load(SPEC)
    paths = film.render(spec, tmp_path, formats=("slow", "fast", "same"))
    assert [path.name for path in paths] == ["film.slow", "film.fast", "film.same"]
    assert len(painted) == len(set(painted)) == 243
    slow, fast, same = (path.read_bytes() for path in paths)
    assert fast == same
    frames = np.frombuffer(fast, np.uint8).reshape(243, -1)
    assert len(np.unique(frames, axis=0)) > 100
    film.render(spec, tmp_path / "alone", formats=("slow",))
    assert slow == (tmp_path / "alone/film.slow").read_bytes() == frames[::3].tobytes()


def test_each_takes_its_own_frames_while_others_are_drawn() -> None:
    told: list[list[int]] = [[], []]
    takers = [
        Taker(lambda frame, k=k: told[k].append(int(frame[0, 0, 0])), every) for k, every in ((0, 1), (1, 4))
    ]
    painted, drawn = [], []

    def paint(k: int, frame: Any) -> None:
        painted.append(k)
        frame[...] = k

    feed(paint, 9, (4, 3), takers, drawn.append)
    assert told == [list(range(9)), [0, 4, 8]]
    assert painted == list(range(9))
    assert drawn == [1] * 9
    painted.clear()
    feed(paint, 9, (4, 3), takers[1:], drawn.append)
    assert painted == [0, 4, 8], "what nobody takes is not drawn"


def test_a_taker_that_fails_ends_the_drawing() -> None:
    def full(_: Any) -> None:
        raise OSError("no room")

    painted: list[int] = []
    with pytest.raises(OSError, match="no room"):
        feed(lambda k, _: painted.append(k), 99, (4, 3), [Taker(full, 1)], int)
    assert len(painted) < 9


def test_a_format_that_fails_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_names: None, filming: object
) -> None:
    del own_names, filming

    @contextmanager
    def broken(path: Path, reel: Reel) -> Iterator[Callable[[Any], object]]:
        del path, reel
        raise OSError("no such codec")
        yield

    def early() -> Format:
        return Format(broken, lambda _: "", joining=lambda *_: None)

    def late() -> Format:
        return Format(broken, lambda _: "")

    for made in (early, late):
        formats.register(made)
    spec = gdanim.load(SPEC)
    monkeypatch.setattr("gdanim.options.known", formats)
    with pytest.raises(OSError, match="no such codec"):
        film.render(spec, tmp_path, quality="120p5", formats=("early", "mp4", "late"))
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
