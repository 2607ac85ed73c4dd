"""From a spec to its files: frames are drawn in pieces, which are kept, and films are made of these."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from gdanim.engine.solution import Solution
from gdanim.files import (
    make_folder,
    refuse_closed,
    refuse_not_frames,
    refuse_unwritable,
    scratch,
    whole,
    whole_folder,
)
from gdanim.formats import Cue, Limits, Reel
from gdanim.formats.base import straight
from gdanim.listing import own_files
from gdanim.output import lossless, provenance
from gdanim.output.budget import estimator, fitted, ladder, sample
from gdanim.output.drawing import Wanted, blank, drawings
from gdanim.output.executors import Here
from gdanim.output.forecast import lessened, silent
from gdanim.output.kept import Kept
from gdanim.output.opening import opened
from gdanim.output.provenance import Origin
from gdanim.output.studio import Studio, local
from gdanim.output.workers import Cut, Job
from gdanim.spec import Spec, spec_hash
from gdanim.spec.languages import three_letters
from gdanim.spec.quality import Frames, frames
from gdanim.version import __version__
from gdanim.view.captions import srt, vtt

if TYPE_CHECKING:
    from PIL.Image import Image

    from gdanim.output.pieces import Drawing

SAMPLES = 24  # frames from which a palette is made


def render(
    spec: Spec,
    directory: Path,
    quality: str | None = None,
    formats: tuple[str, ...] | None = None,
    progress: bool = False,
    made_from: Origin | None = None,
    solution: Solution | None = None,
    studio: Studio | None = None,
) -> list[Path]:
    """Write a spec's films into ``directory``; returns their paths.

    ``made_from``, what its file and the code were when it was loaded, is kept in them. ``solution``: the runs
    to show, whoever computed them; such films are never up to date. Absent, those of the spec. ``studio``:
    where they are drawn; absent, here.
    A film is written beside its final name and renamed when it is whole, as are its captions beside it.
    One drawing feeds all films that it has the frames of. One that cannot be written leaves the others.
    """
    make_folder(directory)
    refuse_closed(directory)
    entries = [spec.output(name) for name in dict.fromkeys(formats or [entry.name for entry in spec.formats])]
    paths = [directory / f"{spec.film}.{entry.name}" for entry in entries]
    for path, entry in zip(paths, entries, strict=True):
        (refuse_not_frames if entry.form.folder else refuse_unwritable)(path)
    made_from = made_from or Origin().loaded(spec)
    wanted = []
    if told := silent(spec, [entry.name for entry in entries]):
        warnings.warn(told, stacklevel=2)
    for path, entry in zip(paths, entries, strict=True):
        if less := lessened(spec, quality, entry.name):
            warnings.warn(less, stacklevel=2)
        facts = _facts(spec, quality, entry.name, made_from) | ({"spec": ""} if solution else {})
        comment = json.dumps(facts, separators=(",", ":"))
        shown, bare = entry.frames(spec.video, quality), entry.form.alpha and _bare(spec)
        wanted.append(Wanted(path, entry, shown, bare, comment))
    with ExitStack() as stack:
        if solution or not _is_data(spec):  # no piece of it can be known again
            room = stack.enter_context(tempfile.TemporaryDirectory(dir=scratch("film")))
            studio = Studio(stack.enter_context(Here()), Kept(Path(room)))
        studio = studio or stack.enter_context(local())
        easel = Easel(spec, solution, studio, progress)
        errors = []
        for films in drawings((film for film in wanted if not film.entry.max_bytes), exact=_exact(spec)):
            errors += easel.draw(films)
        for film in wanted:
            if film.entry.max_bytes:
                errors += easel.fit(film)
    if errors:
        raise errors[0]
    return paths


@dataclass
class Easel:
    """On which the films of a spec are drawn and written; what goes wrong with one is an answer."""

    spec: Spec
    solution: Solution | None
    studio: Studio
    progress: bool
    warned: bool = False

    def draw(self, films: Sequence[Wanted]) -> list[Exception]:
        """Write films that one drawing feeds, the fastest first."""
        drawn = films[0].frames
        cuts = [
            Cut(each.entry if each.form.joining else None, drawn.rate // each.frames.rate) for each in films
        ]
        made = [cut for k, cut in enumerate(cuts) if cut not in cuts[:k]]
        drawing = self._drawing(drawn, films[0].bare, made, " ".join(each.path.name for each in films))
        errors = []
        for each, cut in zip(films, cuts, strict=True):
            try:
                self._write(each, drawing, made.index(cut), cut.every)
            except Exception as error:
                errors.append(error)
        return errors

    def fit(self, wanted: Wanted) -> list[Exception]:
        """Write a film of so many bytes at most, and tell what was given up for it."""
        try:
            self._fit(wanted)
        except Exception as error:
            return [error]
        return []

    def _fit(self, wanted: Wanted) -> None:
        entry, most = wanted.entry, wanted.entry.max_bytes or 0
        rungs = ladder(entry, wanted.frames)
        first = self._drawing(wanted.frames, wanted.bare, [Cut(None, 1)], wanted.path.name)
        with tempfile.TemporaryDirectory(dir=scratch("film")) as folder, whole(wanted.path) as part:
            tried = Path(folder) / wanted.path.name

            def make(number: int) -> int:
                rung = rungs[number]
                chosen = replace(wanted, path=tried, entry=rung.entry(entry), frames=rung.frames)
                for error in self.draw([chosen]):
                    raise error
                return tried.stat().st_size

            runs = sample(first.film.frames, partial(lossless.frames, first.pieces(0)))
            estimate = estimator(entry, rungs, runs, first.film.length, Path(folder))
            number, size = fitted(len(rungs), estimate, most, make)
            shutil.copyfile(tried, part)
        told = f"{wanted.path.name} has {size} bytes, at {rungs[number].told()}"
        if size > most:
            warnings.warn(f"{told}, more than max_bytes {most}: a shorter film is smaller", stacklevel=3)
        elif number:
            warnings.warn(f"{told}: what max_bytes {most} has room for", stacklevel=3)

    def _drawing(self, frames: Frames, bare: bool, cuts: Sequence[Cut], name: str) -> Drawing:
        """A drawing of the film, of which all pieces are there."""
        from gdanim.output.pieces import Drawing

        with _bar(name if self.progress else None) as (grown, drawn):
            job = Job(uuid4().hex, self.spec, frames, bare, self.solution)
            drawing = Drawing(job, cuts, self.studio, grown, drawn)
            drawing.run()
        if not self.warned:
            drawing.film.warn()
            self.warned = True
        return drawing

    def _write(self, wanted: Wanted, drawing: Drawing, cut: int, every: int) -> None:
        """Make a film of its pieces."""
        form, film, rate = wanted.form, drawing.film, wanted.frames.rate
        count = film.frames if every == 1 else max(1, round(film.of(0).seconds * rate))
        pieces = drawing.pieces(cut)
        reel = Reel(
            film.size,
            rate,
            wanted.comment,
            partial(lossless.samples, pieces, SAMPLES),
            film.chapters,
            film.track,
            three_letters(self.spec.video.language or "und"),
            self.spec.video.plays or 0,
            wanted.bare,
            film.poster // every,
            film.sound if form.sound else None,
        )
        spoken = bool(form.captions and provenance.told(wanted.path).get("captions"))  # the older one
        with (whole_folder if form.folder else whole)(wanted.path) as part:
            if form.joining:
                form.joining(part, reel, pieces)
            else:
                with form.writing(part, reel) as write:
                    for frame in islice(lossless.frames(pieces), count):
                        write(frame)
        if form.captions:
            _write_captions(wanted.path, film.track, spoken)


@contextmanager
def _bar(name: str | None) -> Iterator[tuple[Callable[[int], object], Callable[[int], object]]]:
    """Progress on the terminal: what is told of frames to come, and of frames that are there."""
    from tqdm import tqdm

    with tqdm(total=0, desc=name, unit=" frames", disable=name is None, leave=False) as bar:

        def grown(count: int) -> None:
            bar.total = (bar.total or 0) + count
            bar.refresh()

        yield grown, bar.update


def _exact(spec: Spec) -> bool:
    """Whether its frames are the same at any rate: acts, and the ends of loops, keep to whole frames."""
    return len(spec.parts) == 1 and not spec.video.loop and spec.video.captions != "burned"


def _is_data(spec: Spec) -> bool:
    """Whether a film follows from data and files alone: not from functions that Python has been given."""
    named = all(entry.objective is None for part in spec.parts for entry in part.functions)
    return named and all(file.is_file() for file in own_files())


def frame(
    spec: Spec, at: float | str = "end", quality: str | None = None, solution: Solution | None = None
) -> Image:
    """The frame at ``at`` as an image: seconds (past the end: the last frame), or a place by name.

    Places are "start", "end", "25%" and the names of chapters, as ``Film.seconds`` has them.

    With ``view: {background: none}`` it has no ground. ``solution`` as for ``render``.
    """
    from PIL import Image

    size, rate = frames(quality or spec.video.quality, spec.video.aspect, Limits())
    transparent = _bare(spec)
    with opened(spec, size, rate, transparent, solution) as film:
        frame = blank(film.size)
        film.paint(round(film.seconds(at) * rate) / rate, frame)
        film.warn()
    return Image.fromarray(straight(frame) if transparent else np.ascontiguousarray(frame[..., :3]))


def still(spec: Spec, at: float | str, quality: str | None, path: Path) -> None:
    """Write a frame as a PNG, see ``frame``."""
    refuse_unwritable(path)
    image = frame(spec, at, quality)
    with whole(path) as part:
        image.save(part, format="PNG")


def current(spec: Spec, path: Path, quality: str | None) -> bool:
    """Whether the film at ``path``, captions included, was made from this very spec, quality and code."""
    told, asked = provenance.told(path), _facts(spec, quality, path.suffix[1:], Origin().loaded(spec))
    same = all(told.get(key) == asked[key] for key in ("code", "spec", "quality"))
    return same and provenance.whole(path, asked)


def _write_captions(path: Path, captions: Sequence[Cue], spoken: bool) -> None:
    """Captions beside the film at ``path``; without any, those of an older one that was ``spoken`` go."""
    for ending, written in zip(provenance.CAPTIONS, (srt, vtt), strict=True):
        file = path.with_suffix(ending)
        if captions:
            with whole(file) as part:
                part.write_text(written(captions), encoding="utf-8")
        elif spoken:
            file.unlink(missing_ok=True)


def _bare(spec: Spec) -> bool:
    """Whether a part of the film has no ground where that can be."""
    return any(part.view.background == "none" for part in spec.parts)


def _facts(spec: Spec, quality: str | None, name: str, made_from: Origin) -> dict[str, Any]:
    """What a film's metadata says of its making, at most 255 bytes of JSON; versions are for people."""
    entry = spec.output(name)
    (width, height), rate = entry.frames(spec.video, quality)
    said = spec_hash(spec)
    if asked := entry.model_dump(mode="json", exclude={"name", "width", "fps"}, exclude_defaults=True):
        said = provenance.digits((said, asked))
    captions = entry.form.captions and spec.video.captions == "track" and any(part.say for part in spec.parts)
    return {
        "code": made_from.code,
        "from": made_from.said(name),
        "spec": said[: provenance.DIGITS],
        "quality": f"{width}x{height}p{rate}",
        "captions": captions,
        "gdanim": __version__,
        **{package: version(package) for package in ("manim", "numpy", "sympy")},
    }
