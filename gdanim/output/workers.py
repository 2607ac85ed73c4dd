"""Who draws: functions that record and draw pieces of films, and the processes that run them.

All are asked by way of concurrent.futures: this process, a pool of others on this machine, a cluster of many
machines. Questions and answers are plain data, and everyone has the same answer to a question.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gdanim.engine.solution import Solution
from gdanim.errors import InputError
from gdanim.files import scratch
from gdanim.formats import Reel
from gdanim.formats.mp4 import BETWEEN
from gdanim.output import lossless
from gdanim.output.drawing import Taker, feed
from gdanim.output.opening import opened
from gdanim.running import own_line
from gdanim.spec import Spec
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.quality import Frames

if TYPE_CHECKING:
    from gdanim.view.film import Film, Recorded

PIXELS = 125_000_000  # of a piece at 30 frames a second: a few seconds of drawing


@dataclass(frozen=True)
class Job:
    """A film that is to be drawn."""

    key: str  # no other has it
    spec: Spec
    frames: Frames
    bare: bool  # without a ground
    solution: Solution | None = None


def piece(size: tuple[int, int]) -> int:
    """The most seconds of a film of that size that are drawn at a time, whatever its rate."""
    return max(BETWEEN, PIXELS // (30 * size[0] * size[1]) // BETWEEN * BETWEEN)


class Span(NamedTuple):
    """Frames of a part of a film, counted from 0: from one up to another."""

    part: int
    first: int
    last: int


class Cut(NamedTuple):
    """What is kept of a drawing: every so many-th frame, in a format that can be joined, or without loss."""

    entry: FormatEntry | None
    every: int


class Worker:
    """Has the film open that it was asked for last, with what it recorded of it."""

    def __init__(self) -> None:
        self._stack, self._key = ExitStack(), ""
        self.drawn: Callable[[int], object] = int  # is told of each frame; here, nobody is

    def film(self, job: Job, recorded: Mapping[int, Recorded]) -> Film:
        """The film of a job, of which others have recorded some parts."""
        if self._key != job.key:
            self.close()
            size, rate = job.frames
            self._film = self._stack.enter_context(opened(job.spec, size, rate, job.bare, job.solution))
            self._key = job.key
        self._film.recorded.update(recorded)
        return self._film

    def close(self) -> None:
        """Free what it has."""
        self._key = ""
        self._stack.close()


worker = Worker()  # of this process


def record(job: Job, recorded: Mapping[int, Recorded], part: int) -> Recorded:
    """What is known of a part of a film when it has been recorded."""
    return worker.film(job, recorded).of(part)


def draw(job: Job, recorded: Mapping[int, Recorded], span: Span, cuts: Sequence[Cut]) -> list[bytes]:
    """The frames of a span as files, one for each cut."""
    (size, rate), count = job.frames, span.last - span.first
    with tempfile.TemporaryDirectory(dir=scratch("film")) as room:
        film = worker.film(job, recorded)
        paths = [Path(room) / str(number) for number in range(len(cuts))]
        with ExitStack() as stack:
            takers = []
            for path, (entry, every) in zip(paths, cuts, strict=True):
                writing = entry.form.writing if entry else lossless.writing
                write = stack.enter_context(writing(path, Reel(size, rate // every, alpha=job.bare)))
                takers.append(Taker(write, every))
            feed(
                lambda k, out: film.paint_part(span.part, span.first + k, out),
                count,
                size,
                takers,
                worker.drawn,
            )
        return [path.read_bytes() for path in paths]


def renderer() -> str:
    """What draws here: OpenGL's own words."""
    from gdanim.view.canvas import renderer

    return renderer()


@contextmanager
def telling() -> Iterator[None]:
    """In another process: mistakes in users' code are told with their lines, which do not travel else.

    Warnings are the film's, which tells them where it is asked for.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except InputError:
            raise
        except Exception as error:
            if mine := own_line(error):
                raise InputError(mine) from error
            raise
