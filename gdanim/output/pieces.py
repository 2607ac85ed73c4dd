"""A film in pieces: what they are, what each follows from, and how all of them come to be there.

Where pieces begin follows from the film alone, so that any number of processes draw the same ones. None goes
over from one part of a film into the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from gdanim import sources
from gdanim.cuts import stages
from gdanim.formats import Cue, Piece
from gdanim.listing import own_files
from gdanim.motion.sound import Tick
from gdanim.motion.timeline import DISSOLVE
from gdanim.output import provenance
from gdanim.output.executors import Here
from gdanim.output.studio import Studio
from gdanim.output.workers import Cut, Job, Span, draw, piece, record, worker
from gdanim.spec import Part
from gdanim.theme import themed
from gdanim.view.camera import Camera
from gdanim.view.film import Film, Recorded
from gdanim.view.glyphs import lacking

WORDS = {"title", "takeaway", "say", "chapter", "hold", "card"}  # of a part, which say nothing of its runs


@dataclass
class Drawing:
    """A film that is being drawn: first each part is recorded, then its pieces are."""

    job: Job
    cuts: Sequence[Cut]
    studio: Studio
    grown: Callable[[int], object]  # is told of frames that are to be drawn
    drawn: Callable[[int], object]  # and of those that are, or were
    film: Film = field(init=False)
    failed: dict[int, Exception] = field(init=False, default_factory=dict)  # by the number of a cut

    def __post_init__(self) -> None:
        job = self.job
        self.film = Film(job.spec, *job.frames, job.bare, job.solution)
        self._parts, self._stages = job.spec.parts, stages(job.spec.parts)
        self._keys: dict[int, str] = {}  # of parts: of what their frames follow from
        self._pieces: dict[tuple[int, Span], Piece] = {}
        self._waiting: dict[Future[Any], Callable[[Future[Any]], None]] = {}

    def run(self) -> None:
        """Have all pieces drawn that are not kept. What goes wrong with one cut leaves the others."""
        self._here = isinstance(self.studio.executor, Here)
        worker.drawn = self.drawn
        try:
            for part, stage in enumerate(self._stages):
                if not stage.resumed(part):
                    self._record(part)
            while self._waiting:
                done, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    self._waiting.pop(future)(future)
        finally:
            for future in self._waiting:
                future.cancel()

    def pieces(self, cut: int) -> list[Piece]:
        """Those of the cut of a number, in order. Raises what went wrong with it."""
        if cut in self.failed:
            raise self.failed[cut]
        return [self._pieces[cut, span] for part in range(len(self._parts)) for span in self._spans(part)]

    def _ask(self, then: Callable[[Future[Any]], None], task: Callable[..., Any], *args: Any) -> None:
        future = self.studio.executor.submit(task, self.job, *args)
        if future.done():  # as it is here: then it is kept before the next is asked for
            then(future)
        else:
            self._waiting[future] = then

    # -- parts ------------------------------------------------------------------------------------

    def _record(self, part: int) -> None:
        self._keys[part] = key = self._part_key(part)
        if path := self.studio.kept.get(f"{key}.json"):
            self._recorded(part, _read(path.read_text(encoding="utf-8")))
        else:
            self._ask(partial(self._record_ended, part), record, self._known(part), part)

    def _record_ended(self, part: int, future: Future[Recorded]) -> None:
        found = future.result()
        self.studio.kept.put(f"{self._keys[part]}.json", json.dumps(_plain(found)).encode())
        self._recorded(part, found)

    def _recorded(self, part: int, found: Recorded) -> None:
        self.film.recorded[part] = found
        self.grown(found.frames)
        for span in self._spans(part):
            self._draw(span)
        if part + 1 < len(self._parts) and self._stages[part + 1].resumed(part + 1):
            self._record(part + 1)

    def _known(self, part: int) -> dict[int, Recorded]:
        """What who draws a part must know of others."""
        return {k: self.film.recorded[k] for k in (part - 1, part) if k in self.film.recorded}

    # -- pieces -----------------------------------------------------------------------------------

    def _spans(self, part: int) -> Iterator[Span]:
        return spans(part, self.film.recorded[part].frames, *self.job.frames)

    def _draw(self, span: Span) -> None:
        missing = []
        for number, cut in enumerate(self.cuts):
            if path := self.studio.kept.get(self._key(span, cut)):
                self._pieces[number, span] = _piece(path, span, cut)
            else:
                missing.append(number)
        if missing:
            self._ask_for(span, missing)
        else:
            self.studio.taken += 1
            self.drawn(span.last - span.first)

    def _ask_for(self, span: Span, numbers: Sequence[int]) -> None:
        cuts = [self.cuts[number] for number in numbers]
        self._ask(partial(self._draw_ended, span, numbers), draw, self._known(span.part), span, cuts)

    def _draw_ended(self, span: Span, numbers: Sequence[int], future: Future[list[bytes]]) -> None:
        error = future.exception()
        if isinstance(error, Exception):
            for number in numbers:
                if len(numbers) > 1:
                    self._ask_for(span, [number])
                else:
                    self.failed.setdefault(number, error)
            return
        for number, data in zip(numbers, future.result(), strict=True):
            cut = self.cuts[number]
            self._pieces[number, span] = _piece(self.studio.kept.put(self._key(span, cut), data), span, cut)
        self.studio.drawn += 1
        if not self._here:  # else each frame was told as it was drawn
            self.drawn(span.last - span.first)

    # -- keys -------------------------------------------------------------------------------------

    def _part_key(self, part: int) -> str:
        """A name for what the recording of a part, and all of its frames before they fade, follow from."""
        own, stage = self._parts[part], self._stages[part]
        before = self.film.recorded[part - 1].seen_from if stage.resumed(part) else None
        said = (
            provenance.code([own.scene]),
            sources.hashed(own_files()),
            self.job.frames,
            self.job.bare,
            _said(own, {"source", "film", "formats", "chapter"}),
            [_said(self._parts[k], {"source", "film", "formats", *WORDS}) for k in stage.parts if k != part],
            part,
            self.film.seconds_of(part),
            before and asdict(before),
            self._stages[part + 1].resumed(part + 1) if part + 1 < len(self._parts) else None,
            lacking([own]),
        )
        return provenance.digits(said)

    def _key(self, span: Span, cut: Cut) -> str:
        """A name for what a piece follows from."""
        part, spec = span.part, self.job.spec
        following = (part + 1) % len(self._parts)
        resumed = self._stages[part].resumed(part)
        dissolves = resumed and span.first < DISSOLVE * self.job.frames.rate
        said = (
            self._keys[part],
            span[1:],
            cut.every,
            cut.entry and (cut.entry.name, sorted(cut.entry.parameters.items())),
            self.studio.renderer,
            (part == 0, part == len(self._parts) - 1, spec.video.loop, resumed),
            [themed(self._parts[k].view).background for k in (part, following)],
            [self._parts[k].view.background for k in (part, following)],
            self._stages[following].resumed(following),
            (self._keys[part - 1], self.film.recorded[part - 1].frames) if dissolves else None,
        )
        return provenance.digits(said)


def spans(part: int, frames: int, size: tuple[int, int], rate: int) -> Iterator[Span]:
    """The pieces of a part of so many frames, of whole seconds but for the last."""
    seconds = max(frames // rate, 1)
    count = -(-seconds // piece(size))
    borders = [seconds * k // count * rate for k in range(count)]
    return (Span(part, *ends) for ends in pairwise([*borders, frames]))


def _piece(path: Path, span: Span, cut: Cut) -> Piece:
    return Piece(path, -(-(span.last - span.first) // cut.every))


def _said(part: Part, exclude: set[str]) -> str:
    data = part.model_dump(mode="json", exclude=exclude)
    data.get("video", {}).pop("quality", None)  # frames have a size and a rate
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _plain(found: Recorded) -> dict[str, Any]:
    return {**found._asdict(), "seen_from": found.seen_from and asdict(found.seen_from)}


def _read(text: str) -> Recorded:
    data = json.loads(text)
    camera = data.pop("seen_from")
    if camera is not None:
        pairs = {key: tuple(value) for key, value in camera.items() if isinstance(value, list)}
        camera = Camera(**{**camera, **pairs})
    spoken = tuple(Cue(*cue) for cue in data.pop("spoken"))
    ticks = tuple(Tick(*tick) for tick in data.pop("ticks"))
    return Recorded(spoken=spoken, ticks=ticks, told=tuple(data.pop("told")), seen_from=camera, **data)
