"""What is said while a film runs, and how its words drive the clock.

A scene records its pictures at their own pace. Its script says which picture each sentence begins with, and
makes the film wait at a picture until what is said of it has been said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gdanim.engine.runs import Array
from gdanim.spec.beats import Beat

WORD = 60 / 132  # seconds: 132 words a minute
FASTEST = 15  # characters a second that can be read
BRIEF = 1.0  # seconds that a shorter sentence takes, so that nothing flashes by
THINK = 2.0  # seconds of silence after a question
SLOWEST = 3.0  # times that a run may take as long so that words keep up with it; then it stands still
AFTER = 0.8  # seconds from the last word to the end of an act
LIT = 0.4  # seconds in which something is lit up


class Spoken(NamedTuple):
    """A sentence on the clock of its act: its words take until ``end``, and it stands until ``until``."""

    start: float
    end: float
    until: float
    text: str


class Light(NamedTuple):
    """What is lit up on the clock of an act: numbers of balls, and names of what its scene shows."""

    start: float
    until: float
    names: tuple[int | str, ...]


class Mark(NamedTuple):
    """A moment of a scene and the second of the recording at which it begins."""

    name: str
    at: float


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return re.split(r"(?<=[.!?…])\s+", " ".join(text.split()))


def seconds(sentence: str) -> float:
    """How long a sentence takes to be spoken, and to be read."""
    return max(WORD * len(sentence.split()), len(sentence) / FASTEST, BRIEF)


def silence(beat: Beat) -> float:
    """Seconds after the last sentence of a beat."""
    return _after(sentences(beat.text)[-1]) if beat.pause is None else beat.pause


def words(beats: Iterable[Beat]) -> float:
    """Seconds that all beats take."""
    return sum(until for beat in beats for _, until, _ in _told(beat)) + AFTER


def _told(beat: Beat) -> Iterator[tuple[float, float, str]]:
    """The sentences of a beat: seconds of the words, the same with the silence after them, the text."""
    *before, last = sentences(beat.text)
    for sentence in before:
        yield seconds(sentence), seconds(sentence) + _after(sentence), sentence
    yield seconds(last), seconds(last) + silence(beat), last


def _after(sentence: str) -> float:
    return THINK if sentence.endswith("?") else 0.0


@dataclass(frozen=True)
class _Group:
    """Beats that follow a picture: the second of the recording at which they begin, and wait at most."""

    at: float
    waits: float
    beats: list[Beat]


class Script:
    """What is said in an act, and the film's time as a function of the recording's and the other way round.

    Both are pure functions: seconds of the film are those of the recording, but where words need longer a
    run is slowed and a picture stands.
    """

    def __init__(
        self,
        beats: Sequence[Beat],
        marks: Sequence[Mark],
        runs: Sequence[tuple[float, float]],
        step: Callable[[int, float], float | None],
        length: float,
    ) -> None:
        """``marks``, in order, ``runs`` (from, to) and ``length`` in seconds of the recording; ``step`` gives
        the second at which a step begins, after another one, or None.
        """
        self.missed: list[Beat] = []  # the pictures of these never come
        self.spoken: list[Spoken] = []
        self.lit: list[Light] = []
        film, picture = [0.0], [0.0]  # seconds at which either clock changes its pace
        for group in self._groups(beats, marks, step, length):
            film.append(film[-1] + group.at - picture[-1])
            picture.append(group.at)
            needed = self._speak(group.beats, film[-1])
            needed += AFTER if group.beats[-1] is beats[-1] else 0.0
            lacks = needed - (group.waits - group.at)
            if lacks <= 0:
                continue
            within = [(max(a, group.at), min(b, group.waits)) for a, b in runs]
            within = [(a, b) for a, b in within if b > a]
            running = sum(b - a for a, b in within)
            slower = 1 + min(lacks / running, SLOWEST - 1) if running else 1.0
            for a, b in within:
                film += [film[-1] + a - picture[-1], film[-1] + a - picture[-1] + slower * (b - a)]
                picture += [a, b]
            film.append(film[-1] + group.waits - picture[-1])
            picture.append(group.waits)
            stands = lacks - (slower - 1) * running
            if stands > 0:
                film.append(film[-1] + stands)
                picture.append(group.waits)
        self._film, self._picture = np.array(film), np.array(picture)
        self.length = self.film_time(length)
        if not any(beat.show or beat.step is not None for beat in beats):
            self._spread()

    def unseen(self, act: int) -> list[str]:
        """What is told of the pictures of an act (from 1) that never come."""
        pictures = (
            f"step {beat.step}" if beat.show is None else f"the moment {beat.show!r}" for beat in self.missed
        )
        return [
            f"act {act}: {picture} does not come: what is said of it follows what was said before"
            for picture in pictures
        ]

    def film_time(self, picture: float) -> float:
        """The second of the film at which the recording goes on from a second of its own."""
        return self._between(self._picture, self._film, picture)

    def picture_time(self, film: float) -> float:
        """The second of the recording that is shown at a second of the film."""
        return self._between(self._film, self._picture, film)

    def shade(self, film: float, names: Collection[int | str], kind: type) -> float:
        """How far something is in the shade at a second of the film, 0 to 1: others of its kind are lit up.

        ``names``: of it, any of which may be lit up; ``kind`` of them: int of balls, str of all else.
        """
        first, last = film - LIT / 2, film + LIT / 2  # the mean over these, so that nothing jumps
        dark = (
            min(until, last) - max(start, first)
            for start, until, lit in self.lit
            if start < last and until > first
            if any(isinstance(name, kind) for name in lit) and not any(name in lit for name in names)
        )
        return round(min(sum(dark) / LIT, 1.0), 4)  # the same from frame to frame, where it does not change

    @staticmethod
    def _between(a: Array, b: Array, at: float) -> float:
        """``b`` where ``a`` is ``at``; after the last knot both go on alike."""
        k = max(int(np.searchsorted(a, at, side="right")), 1)
        if k == len(a):
            return float(b[-1] + at - a[-1])
        return float(b[k - 1] + (b[k] - b[k - 1]) * (at - a[k - 1]) / (a[k] - a[k - 1]))

    def _groups(
        self,
        beats: Sequence[Beat],
        marks: Sequence[Mark],
        step: Callable[[int, float], float | None],
        length: float,
    ) -> list[_Group]:
        """Beats by the picture that they begin with; those that name none follow the one before."""
        found: list[tuple[float, bool, list[Beat]]] = []
        at, told = 0.0, -1  # the second, and the mark, of the picture before
        for beat in beats:
            begins: float | None = None
            if beat.step is not None:
                begins = step(beat.step, at)
            elif beat.show is not None:
                named = [k for k, mark in enumerate(marks) if mark.name == beat.show and k > told]
                if named and marks[named[0]].at >= at - 1e-9:
                    told = named[0]
                    begins = max(marks[told].at, at)
            if begins is None and (beat.show or beat.step is not None):
                self.missed.append(beat)
            if begins is None and found:
                found[-1][2].append(beat)
            else:
                at = at if begins is None else begins
                found.append((at, begins is not None, [beat]))
        groups = []
        for k, (begins, shown, members) in enumerate(found):
            after = found[k + 1][0] if k + 1 < len(found) else length
            coming = [mark.at for mark in marks if mark.at > begins + 1e-9] if shown else []
            groups.append(_Group(begins, min([after, *coming]), members))
        return groups

    def _spread(self) -> None:
        """Sentences that name no pictures share the time of their act."""
        share = self.length / self.spoken[-1].until
        self.spoken = [Spoken(share * a, share * b, share * c, text) for a, b, c, text in self.spoken]
        self.lit = [Light(share * start, share * until, names) for start, until, names in self.lit]

    def _speak(self, beats: Sequence[Beat], start: float) -> float:
        """Say some beats from a second of the film on; returns the seconds that it takes."""
        at = start
        for beat in beats:
            first = at
            for spoken, until, text in _told(beat):
                self.spoken.append(Spoken(at, at + spoken, at + until, text))
                at += until
            if beat.light:
                self.lit.append(Light(first, at, beat.light))
        return at - start
