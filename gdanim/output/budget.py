"""A file of so many bytes at most: what is given up for it, found on a sample of the film."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdanim.formats import Format, Reel
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.quality import LEAST, Frames

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels

RUNS, LONG = 4, 5  # of the sample: how often frames in a row are taken, and how many
SLOWER = (2 / 3, 1 / 2, 1 / 3)  # of the rate
SMALLER = (0.85, 0.72, 0.61, 0.52)  # of the width
SLOWEST = 6  # frames per second: fewer are no film
TRIES = 3  # films that are written until one is small enough
ROOM = 0.97  # of what is allowed: an estimate is no promise


@dataclass(frozen=True)
class Rung:
    """A way to write a film, which makes a smaller file than those before."""

    frames: Frames
    options: dict[str, Any]

    def entry(self, asked: FormatEntry) -> FormatEntry:
        """What is asked of the format, with what is chosen for it."""
        return asked.model_copy(update={"parameters": {**asked.parameters, **self.options}})

    def told(self) -> str:
        """In words."""
        (width, height), rate = self.frames
        options = "".join(f", {key} {value}" for key, value in self.options.items())
        return f"{width}x{height} pixels, {rate} frames a second{options}"


def ladder(entry: FormatEntry, frames: Frames) -> list[Rung]:
    """From what is asked for to the least: in turn what is seen least, the format's own; rate; and size."""
    even = entry.form.limits.even_sides
    rates = [rate for share in SLOWER if (rate := round(frames.rate * share)) >= SLOWEST]
    sizes = [size for share in SMALLER if min(size := _scaled(frames.size, share, even)) >= LEAST]
    found = [Rung(frames, {})]
    for options, rate, size in zip_longest(entry.form.lighter, rates, sizes):
        last = found[-1]
        for step in (
            Rung(last.frames, dict(options or last.options)),
            Rung(Frames(last.frames.size, rate or last.frames.rate), dict(options or last.options)),
            Rung(Frames(size or last.frames.size, rate or last.frames.rate), dict(options or last.options)),
        ):
            if step != found[-1]:
                found.append(step)
    return found


def _scaled(size: tuple[int, int], share: float, even: bool) -> tuple[int, int]:
    width, height = (round(side * share) for side in size)
    return (width + width % 2, height + height % 2) if even else (width, height)


def sample(count: int, frames: Callable[[], Iterator[Pixels]]) -> list[list[Pixels]]:
    """Runs of frames all over a film of so many: enough of each for its slowest rung."""
    long = LONG * round(1 / SLOWER[-1])
    starts = np.linspace(0, max(count - long, 0), RUNS).astype(int)
    numbers = [[min(start + k, count - 1) for k in range(long)] for start in starts]
    wanted = {number for run in numbers for number in run}
    found = {number: frame for number, frame in enumerate(frames()) if number in wanted}
    return [[found[number] for number in run] for run in numbers]


def estimator(
    entry: FormatEntry, rungs: Sequence[Rung], runs: Sequence[Sequence[Pixels]], seconds: float, room: Path
) -> Callable[[int], float]:
    """A function of a rung's number that tells about how many bytes its film has; each is worked out once.

    The sample's runs are written as the film would be, and then without all but the first frame of each: the
    difference is what goes on from frame to frame. ``room``: a folder to write into.
    """

    @cache
    def estimate(number: int) -> float:
        (size, rate), form = rungs[number].frames, rungs[number].entry(entry).form
        steps = (np.arange(LONG) * rungs[0].frames.rate / rate).astype(int)
        shown = [[_fitted(run[k], size) for k in steps] for run in runs]
        every = [frame for run in shown for frame in run]
        one, all_of_them = (
            _written(form, rungs[number].frames, frames, every, room)
            for frames in ([run[0] for run in shown], every)
        )
        each = max(all_of_them - one, 0) / (len(every) - RUNS)
        return one / RUNS + each * max(round(seconds * rate) - 1, 0)

    return estimate


def _fitted(frame: Pixels, size: tuple[int, int]) -> Pixels:
    """A frame in another size, as its film would about be drawn."""
    from PIL import Image

    if frame.shape[1::-1] == size:
        return frame
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BOX))


def _written(
    form: Format, frames: Frames, shown: Sequence[Pixels], samples: Sequence[Pixels], room: Path
) -> int:
    path = room / "sample"
    with form.writing(path, Reel(*frames, samples=lambda: samples)) as write:
        for frame in shown:
            write(frame)
    return path.stat().st_size


def fitted(
    count: int, estimate: Callable[[int], float], most: int, make: Callable[[int], int]
) -> tuple[int, int]:
    """Make films, at most a few, until one has no more than ``most`` bytes; returns its rung and its bytes.

    ``make(number)`` writes the film of a rung and returns its bytes. The first is the best whose estimate
    fits; where it came out larger than estimated, the next ones are taken to do so, too.
    """
    off, low = 1.0, 0
    for _ in range(TRIES):
        high = count - 1
        while low < high:
            middle = (low + high) // 2
            if estimate(middle) * off <= most * ROOM:
                high = middle
            else:
                low = middle + 1
        size = make(low)
        if size <= most or low == count - 1:
            return low, size
        off, low = size / estimate(low), low + 1
    return count - 1, make(count - 1)
