"""What a film sounds like: a soft tick for every step, the lower the smaller its loss.

Ticks are a function of the runs and of the clock alone, as frames are. Mixed they are quiet enough to stay
below a voice that is laid over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.motion.timeline import Timeline

RATE = 48_000  # samples a second
START = 880.0  # Hz of the highest loss at a start
DECADES = 2.0  # of the loss that are an octave
LOWEST, HIGHEST = -2.0, 1.0  # octaves from there: below lies what speakers do not give, above what hurts
NOTES = 24  # to the octave
VOICES = 8  # balls that are heard of a crowd
APART = 1 / 16  # seconds between two ticks of a ball, at least
ALONE = 0.25  # seconds; ticks that are nearer to each other are quieter
ATTACK, DECAY, RING, RELEASE = 0.005, 0.045, 0.18, 0.06  # seconds of a tick: its length is RING
OVERTONE, FADES = 0.12, 0.012  # the octave's share of a tick, and seconds in which that fades
LOUD, PEAK = 0.2, 0.5  # of full scale: a tick by itself; the most that all together reach


class Tick(NamedTuple):
    """A sound at a time: how high, in octaves from START, and how loud, 1 by itself."""

    seconds: float
    octave: float
    loud: float


class Step(NamedTuple):
    """A step that is heard, and how high and loud the balls are that take it."""

    number: int
    octaves: Array
    loud: float


def steps(timeline: Timeline) -> Iterator[Step]:
    """The steps of a run that are far enough apart to be heard, and of a crowd some balls."""
    runs = timeline.act.runs
    chosen = [runs[int(i)] for i in np.unique(np.linspace(0, len(runs) - 1, min(len(runs), VOICES)).round())]
    numbers = np.arange(1, timeline.steps + 1)
    times = timeline.pace.time(numbers)
    kept = np.unique(np.floor(times / APART), return_index=True)[1]
    gaps = np.diff(times[kept], prepend=0.0)
    pitches = _octaves(
        [run.losses for run in chosen],
        [float(timeline.act.objective.value(np.asarray(m))) for m in timeline.act.objective.minima],
    )
    for k, gap in zip(kept.tolist(), gaps.tolist(), strict=True):
        octaves = np.array([own[k + 1] for own in pitches if k + 1 < len(own)])
        yield Step(k + 1, octaves, min(gap / ALONE, 1.0) ** 0.5 / len(chosen) ** 0.5)


def _octaves(losses: list[Array], known: list[float]) -> list[Array]:
    """How high each loss of each ball is (steps + 1,), by what it is above the lowest of all."""
    finite = [own[np.isfinite(own)] for own in losses]
    low = min([*known, *(float(own.min()) for own in finite if own.size)], default=0.0)
    high = max((float(own[0]) for own in losses if np.isfinite(own[0])), default=low) - low
    with np.errstate(all="ignore"):
        raised = np.log10(np.concatenate(losses) - low) - np.log10(high)
    octaves = np.clip(
        np.nan_to_num(raised / DECADES, nan=HIGHEST, posinf=HIGHEST, neginf=LOWEST), LOWEST, HIGHEST
    )
    return np.split(octaves, np.cumsum([len(own) for own in losses])[:-1])


def mix(ticks: Iterable[Tick], seconds: float) -> NDArray[np.float32]:
    """One channel of sound (samples,) between -PEAK and PEAK, RATE samples a second."""
    length = round(seconds * RATE)
    mixed = np.zeros(length + round(RING * RATE) + 1)
    for at, octave, loud in ticks:
        sound, first = tick(round(octave * NOTES)), round(at * RATE)
        mixed[first : first + len(sound)] += LOUD * loud * sound
    tail = min(round(RELEASE * RATE), length)
    mixed[length - tail : length] *= (
        np.cos(np.linspace(0, np.pi / 2, tail)) ** 2
    )  # what still rings at the end
    return np.asarray(
        mixed[:length] * min(PEAK / max(np.abs(mixed).max(initial=0.0), PEAK), 1.0), dtype=np.float32
    )


@lru_cache(maxsize=256)
def tick(note: int) -> Array:
    """A tick (samples,) so many notes from START, 1 at most: it begins and ends at rest, lest it click."""
    t = np.arange(round(RING * RATE)) / RATE
    phase = 2 * np.pi * START * 2 ** (note / NOTES) * t
    swell = np.sin(np.pi / 2 * np.minimum(t / ATTACK, 1.0)) ** 2
    release = np.cos(np.pi / 2 * np.clip((t - RING + RELEASE) / RELEASE, 0.0, 1.0)) ** 2
    wave = np.sin(phase) + OVERTONE * np.exp(-t / FADES) * np.sin(2 * phase)
    shaped = swell * release * np.exp(-t / DECAY) * wave
    return np.asarray(shaped / np.abs(shaped).max())
