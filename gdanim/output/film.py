"""From a spec to a file: frames are drawn here and encoded beside, and only a finished film gets its name."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdanim.engine.descent import solve
from gdanim.engine.solution import Solution
from gdanim.files import make_folder, refuse_not_frames, refuse_unwritable, scratch, whole, whole_folder
from gdanim.formats import Cue, Limits, Reel
from gdanim.formats.base import straight
from gdanim.output import provenance
from gdanim.output.budget import estimator, fitted, ladder, sample
from gdanim.output.drawing import Taker, Wanted, apart, blank, drawings, feed
from gdanim.output.forecast import lessened, silent
from gdanim.output.provenance import Origin
from gdanim.spec import Spec, spec_hash
from gdanim.spec.languages import three_letters
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.quality import frames
from gdanim.version import __version__
from gdanim.view.captions import srt, vtt

if TYPE_CHECKING:
    from PIL.Image import Image

    from gdanim.formats.base import Pixels
    from gdanim.view.film import Film

SAMPLES = 24  # frames from which a palette is made


def render(
    spec: Spec,
    directory: Path,
    quality: str | None = None,
    formats: tuple[str, ...] | None = None,
    progress: bool = False,
    made_from: Origin | None = None,
    solution: Solution | None = None,
) -> list[Path]:
    """Write a spec's films into ``directory``; returns their paths.

    ``made_from``, what its file and the code were when it was loaded, is kept in them. ``solution``: the runs
    to show, whoever computed them; such films are never up to date. Absent, those of the spec, solved once.
    A film is written beside its final name and renamed when it is whole, as are its captions beside it.
    One drawing feeds all films that it has the frames of. One that cannot be written leaves the others.
    """
    make_folder(directory)
    entries = [spec.output(name) for name in dict.fromkeys(formats or [entry.name for entry in spec.formats])]
    paths = [directory / f"{spec.film}.{entry.name}" for entry in entries]
    for path, entry in zip(paths, entries, strict=True):
        (refuse_not_frames if entry.form.folder else refuse_unwritable)(path)
    made_from = made_from or Origin().loaded(spec)
    given, solution = solution is not None, solution or solve(spec)
    wanted = []
    if told := silent(spec, [entry.name for entry in entries]):
        warnings.warn(told, stacklevel=2)
    for path, entry in zip(paths, entries, strict=True):
        if less := lessened(spec, quality, entry.name):
            warnings.warn(less, stacklevel=2)
        facts = _facts(spec, quality, entry.name, made_from) | ({"spec": ""} if given else {})
        comment = json.dumps(facts, separators=(",", ":"))
        shown, bare = entry.frames(spec.video, quality), entry.form.alpha and _bare(spec)
        film = Wanted(path, entry.form, shown, bare, comment)
        if entry.max_bytes:
            _fit(spec, film, entry, solution, progress)
        else:
            wanted.append(film)
    for films in drawings(wanted, exact=_exact(spec)):
        _draw(spec, films, solution, progress)
    return paths


def _fit(spec: Spec, wanted: Wanted, entry: FormatEntry, solution: Solution, progress: bool) -> None:
    """Write a film of so many bytes at most, and tell what was given up for it."""
    rungs, most = ladder(entry, wanted.frames), entry.max_bytes or 0
    with tempfile.TemporaryDirectory(dir=scratch("fit")) as folder, whole(wanted.path) as part:
        tried = Path(folder) / wanted.path.name

        def make(number: int) -> int:
            chosen = Wanted(
                tried, rungs[number].form(entry), rungs[number].frames, wanted.bare, wanted.comment
            )
            _draw(spec, [chosen], solution, progress)
            return tried.stat().st_size

        with _film(spec, *wanted.frames, wanted.bare, solution) as film:
            runs, seconds = sample(film), film.length
        number, size = fitted(len(rungs), estimator(entry, rungs, runs, seconds, Path(folder)), most, make)
        shutil.copyfile(tried, part)
    told = f"{wanted.path.name} has {size} bytes, at {rungs[number].told()}"
    if size > most:
        warnings.warn(f"{told}, more than max_bytes {most}: a shorter film is smaller", stacklevel=3)
    elif number:
        warnings.warn(f"{told}: what max_bytes {most} has room for", stacklevel=3)


def _exact(spec: Spec) -> bool:
    """Whether its frames are the same at any rate: acts, and the ends of loops, keep to whole frames."""
    return len(spec.parts) == 1 and not spec.video.loop and spec.video.captions != "burned"


def _draw(spec: Spec, films: Sequence[Wanted], solution: Solution, progress: bool) -> None:
    """Write films that one drawing feeds, the fastest first."""
    (size, rate), bare = films[0].frames, films[0].bare
    shown_name = " ".join(each.path.name for each in films) if progress else None
    with (
        _film(spec, size, rate, bare, solution) as film,
        apart(_taking(spec, film, each, rate // each.frames.rate) for each in films) as takers,
    ):
        feed(lambda k, out: film.paint(k / rate, out), film.frames, film.size, takers, shown_name)


@contextmanager
def _taking(spec: Spec, film: Film, wanted: Wanted, every: int) -> Iterator[Taker]:
    """A film of every so many-th frame of what is drawn, finished at the end."""
    rate, form = wanted.frames.rate, wanted.form
    count = film.frames if every == 1 else max(1, round(film.scene(0).length * rate))
    reel = Reel(
        film.size,
        rate,
        wanted.comment,
        partial(_samples, film),
        film.chapters,
        film.track,
        three_letters(spec.video.language or "und"),
        spec.video.plays or 0,
        wanted.bare,
        partial(_poster, film),
        film.sound if form.sound else None,
    )
    spoken = bool(form.captions and provenance.told(wanted.path).get("captions"))  # the older one
    made = whole_folder if form.folder else whole
    with made(wanted.path) as part, form.writing(part, reel) as write:
        taker = Taker(write, every, count)
        yield taker
        if taker.error:
            raise taker.error
    if form.captions:
        _write_captions(wanted.path, film.track, spoken)


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
    with _film(spec, size, rate, transparent, solution) as film:
        frame = blank(film.size)
        film.paint(round(film.seconds(at) * rate) / rate, frame)
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


@contextmanager
def _film(
    spec: Spec,
    size: tuple[int, int],
    rate: int,
    transparent: bool = False,
    solution: Solution | None = None,
) -> Iterator[Film]:
    """The spec's film, ready to paint frames."""
    import manim

    from gdanim.view.film import Film

    width, height = size
    with tempfile.TemporaryDirectory(dir=scratch("film")) as folder:
        settings = {
            "pixel_width": width,
            "pixel_height": height,
            "frame_rate": rate,
            "frame_height": 8.0,
            "frame_width": 8.0 * width / height,
            "media_dir": folder,
            "verbosity": "WARNING",
        }
        with manim.tempconfig(settings):
            film = Film(spec, rate, transparent, solution)
            try:
                yield film
            finally:
                film.close()


def _samples(film: Film) -> Iterator[Pixels]:
    for t in np.linspace(0.0, film.length, SAMPLES):
        frame = blank(film.size)
        film.paint(float(t), frame)
        yield frame


def _poster(film: Film) -> Pixels:
    frame = blank(film.size)
    film.paint(film.poster, frame)
    return frame


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
