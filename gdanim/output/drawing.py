"""One drawing, many files: which films take their frames from one drawing, and how it feeds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from gdanim.formats import Format
from gdanim.spec.quality import Frames

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels, Write

AHEAD = 2  # frames that may wait for a writer
T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """A film that is to be made."""

    path: Path
    form: Format
    frames: Frames
    bare: bool  # without a ground
    comment: str


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


class Taker:
    """A film that takes every so many-th frame of a drawing; after an error of its own it takes no more."""

    def __init__(self, write: Write, every: int, count: int) -> None:
        self._write = write
        self._numbers = range(0, every * count, every)
        self.error: Exception | None = None

    def wants(self, k: int) -> bool:
        """Whether the drawing's frame k (from 0) is one of its own."""
        return self.error is None and k in self._numbers

    def take(self, frame: Pixels) -> None:
        """Add a frame."""
        if self.error is None:
            try:
                self._write(frame)
            except Exception as error:
                self.error = error


def feed(
    paint: Callable[[int, Pixels], None],
    count: int,
    size: tuple[int, int],
    takers: Sequence[Taker],
    shown_name: str | None = None,
) -> None:
    """Draw ``count`` frames on this thread while others encode, one for each film; a few buffers go round."""
    from tqdm import tqdm

    buffers = cycle([blank(size) for _ in range(AHEAD + 1)])
    waiting: list[list[Future[None]]] = []
    with ExitStack() as stack:
        pools = [stack.enter_context(ThreadPoolExecutor(max_workers=1)) for _ in takers]
        for k in tqdm(range(count), desc=shown_name, unit=" frames", disable=shown_name is None, leave=False):
            if all(taker.error for taker in takers):
                break
            if len(waiting) > AHEAD:
                _wait(waiting.pop(0))
            both = [each for each in zip(takers, pools, strict=True) if each[0].wants(k)]
            if both:
                frame = next(buffers)
                paint(k, frame)
                waiting.append([pool.submit(taker.take, frame) for taker, pool in both])
        for futures in waiting:
            _wait(futures)


def _wait(futures: Iterable[Future[None]]) -> None:
    for future in futures:
        future.result()


@contextmanager
def apart(contexts: Iterable[AbstractContextManager[T]]) -> Iterator[list[T]]:
    """Enter contexts of which each can fail alone; the first of their errors is raised when all have ended.

    An error in the block is one of all of them.
    """
    entered: list[AbstractContextManager[T]] = []
    values: list[T] = []
    errors: list[BaseException] = []
    ending: BaseException | None = None
    try:
        for context in contexts:
            try:
                values.append(context.__enter__())
                entered.append(context)
            except Exception as error:
                errors.append(error)
        yield values
    except BaseException as error:
        ending = error
    for context in entered:
        try:
            context.__exit__(*_told(ending))
        except Exception as error:
            errors.append(error)
        except BaseException as error:  # an interrupt ends the others, too
            ending = error
    if ending or errors:
        raise ending or errors[0]


def _told(error: BaseException | None) -> tuple[Any, Any, Any]:
    """As sys.exc_info has it."""
    return (type(error), error, error.__traceback__) if error else (None, None, None)


def blank(size: tuple[int, int]) -> Pixels:
    """Room for a frame of width x height pixels, shape (height, width, 4)."""
    return np.empty((size[1], size[0], 4), dtype=np.uint8)
