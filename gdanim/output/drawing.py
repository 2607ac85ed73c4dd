"""One drawing, many files: which films take their frames from one drawing, and how it feeds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gdanim.formats import Format
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.quality import Frames

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels, Write

AHEAD = 2  # frames that may wait for a writer


@dataclass(frozen=True)
class Wanted:
    """A film that is to be made."""

    path: Path
    entry: FormatEntry
    frames: Frames
    bare: bool  # without a ground
    comment: str

    @property
    def form(self) -> Format:
        """Its format."""
        return self.entry.form


def drawings(films: Iterable[Wanted], exact: bool) -> list[list[Wanted]]:
    """Films by the drawing that feeds them, the fastest first: what they see of it is what they would draw.

    That is so if size, ground and rate are the same. Where frames at two rates are the same pictures at the
    same times (``exact``), a rate that divides the drawing's will do: every second frame, every third.
    """
    found: list[list[Wanted]] = []
    for film in sorted(films, key=lambda film: -film.frames.rate):
        own: list[Wanted] = []
        drawing = next((others for others in found if _serves(others[0], film, exact)), own)
        if drawing is own:
            found.append(own)
        drawing.append(film)
    return found


def _serves(first: Wanted, film: Wanted, exact: bool) -> bool:
    """Whether the drawing for a film has the frames of another one, which is not faster."""
    same = (first.frames.size, first.bare) == (film.frames.size, film.bare)
    ratio, rest = divmod(first.frames.rate, film.frames.rate)
    return same and not rest and (ratio == 1 or exact)


class Taker(NamedTuple):
    """What takes every so many-th frame of a drawing."""

    write: Write
    every: int


def feed(
    paint: Callable[[int, Pixels], None],
    count: int,
    size: tuple[int, int],
    takers: Sequence[Taker],
    drawn: Callable[[int], object],
) -> None:
    """Draw ``count`` frames on this thread while others encode, one for each taker; a few buffers go round.

    ``drawn`` is told of each. Raises what a taker raises.
    """
    buffers = cycle([blank(size) for _ in range(AHEAD + 1)])
    waiting: list[list[Future[None]]] = []
    with ExitStack() as stack:
        pools = [stack.enter_context(ThreadPoolExecutor(max_workers=1)) for _ in takers]
        for k in range(count):
            if len(waiting) > AHEAD:
                _wait(waiting.pop(0))
            both = [each for each in zip(takers, pools, strict=True) if k % each[0].every == 0]
            if both:
                frame = next(buffers)
                paint(k, frame)
                waiting.append([pool.submit(taker.write, frame) for taker, pool in both])
            drawn(1)
        for futures in waiting:
            _wait(futures)


def _wait(futures: Iterable[Future[None]]) -> None:
    for future in futures:
        future.result()


def blank(size: tuple[int, int]) -> Pixels:
    """Room for a frame of width x height pixels, shape (height, width, 4)."""
    return np.empty((size[1], size[0], 4), dtype=np.uint8)
