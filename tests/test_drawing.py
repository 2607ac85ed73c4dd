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
from gdanim.output.drawing import Taker, Wanted, apart, drawings, feed
from gdanim.registry import formats
from gdanim.spec.quality import Frames

SPEC = "functions: ['x^2 + 3*y^2']\nsteps: 3\nvideo: {duration: 8.1}\n"


@contextmanager
def raw(path: Path, reel: Reel) -> Iterator[Callable[[Any], object]]:
    del reel
    with path.open("wb") as file:
        yield lambda frame: file.write(frame.tobytes())


def wanted(name: str, size: tuple[int, int], rate: int, bare: bool = False) -> Wanted:
    return Wanted(Path(name), Format(raw, lambda _: ""), Frames(size, rate), bare, "")


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
    paint = Film.paint

    def counted(self: Film, t: float, out: Any) -> None:
        painted.append(t)
        paint(self, t, out)

    monkeypatch.setattr(Film, "paint", counted)
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


def test_one_that_fails_leaves_the_others() -> None:
    told: list[list[int]] = [[], [], []]

    def writing(number: int) -> Callable[[Any], None]:
        def write(frame: Any) -> None:
            if number == 1 and len(told[1]) == 4:
                raise OSError("no room")
            told[number].append(int(frame[0, 0, 0]))

        return write

    takers = [Taker(writing(0), 1, 9), Taker(writing(1), 1, 9), Taker(writing(2), 4, 3)]

    def paint(k: int, frame: Any) -> None:
        frame[...] = k

    feed(paint, 9, (4, 3), takers)
    assert told == [list(range(9)), [0, 1, 2, 3], [0, 4, 8]]
    assert [str(taker.error) for taker in takers] == ["None", "no room", "None"]


@pytest.mark.parametrize(
    ("where", "error", "ended"),
    [
        ("entering b", OSError, {"a": None, "c": None}),
        ("leaving b", OSError, {"a": None, "b": None, "c": None}),
        ("block", KeyboardInterrupt, dict.fromkeys("abc", KeyboardInterrupt)),
        ("leaving a", KeyboardInterrupt, {"a": None, "b": KeyboardInterrupt, "c": KeyboardInterrupt}),
    ],
)
def test_contexts_end_each_for_itself(where: str, error: type[BaseException], ended: Any) -> None:
    seen: dict[str, Any] = {}

    @contextmanager
    def context(name: str) -> Iterator[str]:
        if where == f"entering {name}":
            raise error
        try:
            yield name
            seen[name] = None
        except BaseException as given:
            seen[name] = type(given)
            raise
        if where == f"leaving {name}":
            raise error

    def block() -> None:
        with apart(map(context, "abc")) as names:
            assert names == [name for name in "abc" if where != f"entering {name}"]
            if where == "block":
                raise error

    with pytest.raises(error):
        block()
    assert seen == ended
