"""From a spec to a file: frames are drawn here and encoded beside, and only a finished film gets its name."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdanim.engine.descent import solve
from gdanim.engine.solution import Solution
from gdanim.files import make_folder, refuse_unwritable, scratch, whole
from gdanim.formats import Cue, Format, Limits, Reel
from gdanim.output import provenance
from gdanim.output.forecast import lessened
from gdanim.output.provenance import Origin
from gdanim.registry import formats as known
from gdanim.spec import Spec, spec_hash
from gdanim.spec.languages import three_letters
from gdanim.spec.quality import Frames, frames
from gdanim.version import __version__
from gdanim.view.captions import srt, vtt

if TYPE_CHECKING:
    from PIL.Image import Image

    from gdanim.formats.base import Pixels, Write
    from gdanim.view.film import Film

SAMPLES = 24  # frames from which a palette is made
AHEAD = 2  # frames that may wait for the encoder


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
    """
    make_folder(directory)
    paths = [directory / f"{spec.film}.{name}" for name in formats or spec.formats]
    for path in paths:
        refuse_unwritable(path)
    made_from = made_from or Origin().loaded(spec)
    given, solution = solution is not None, solution or solve(spec)
    for path, name in zip(paths, formats or spec.formats, strict=True):
        form: Format = known[name]()
        size, rate = _quality(spec, quality, form.limits)
        if less := lessened(spec, quality, name):
            warnings.warn(less, stacklevel=2)
        with whole(path) as part:
            with _film(spec, size, rate, form.alpha and _bare(spec), solution) as film:
                facts = _facts(spec, quality, name, made_from) | ({"spec": ""} if given else {})
                comment = json.dumps(facts, separators=(",", ":"))
                samples = partial(_samples, film)
                reel = Reel(
                    film.size,
                    rate,
                    comment,
                    samples,
                    film.chapters,
                    film.track,
                    three_letters(spec.video.language or "und"),
                    spec.video.plays or 0,
                    partial(_poster, film),
                )
                with form.writing(part, reel) as write:
                    encode(
                        lambda k, out, film=film, rate=rate: film.paint(k / rate, out),  # type: ignore[misc]
                        film.frames,
                        film.size,
                        write,
                        path.name if progress else None,
                    )
            if form.captions:
                _write_captions(path, film.track)
    return paths


def frame(
    spec: Spec, at: float | str = "end", quality: str | None = None, solution: Solution | None = None
) -> Image:
    """The frame at ``at`` as an image: seconds (past the end: the last frame), or a place by name.

    Places are "start", "end", "25%" and the names of chapters, as ``Film.seconds`` has them.

    With ``view: {background: none}`` it has no ground. ``solution`` as for ``render``.
    """
    from PIL import Image

    size, rate = _quality(spec, quality, Limits())
    transparent = _bare(spec)
    with _film(spec, size, rate, transparent, solution) as film:
        frame = blank(film.size)
        film.paint(round(film.seconds(at) * rate) / rate, frame)
    if transparent:  # PNG wants colours that are not premultiplied
        alpha = np.maximum(frame[..., 3:], 1).astype(np.uint16)
        frame[..., :3] = np.minimum(frame[..., :3] * np.uint16(255) // alpha, 255)
    else:
        frame = frame[..., :3]
    return Image.fromarray(np.ascontiguousarray(frame))


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


def _write_captions(path: Path, captions: Sequence[Cue]) -> None:
    """Captions beside the film at ``path``, the older one still; its captions go if there are none now."""
    for ending, written in zip(provenance.CAPTIONS, (srt, vtt), strict=True):
        file = path.with_suffix(ending)
        if captions:
            with whole(file) as part:
                part.write_text(written(captions), encoding="utf-8")
        elif provenance.told(path).get("captions"):
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


def encode(
    paint: Callable[[int, Pixels], None],
    frames: int,
    size: tuple[int, int],
    write: Write,
    shown_name: str | None = None,
) -> None:
    """Draw ``frames`` frames on this thread while another encodes; a few buffers go round."""
    from tqdm import tqdm

    buffers = [blank(size) for _ in range(AHEAD + 1)]
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(max_workers=1) as encoder:
        for k in tqdm(
            range(frames), desc=shown_name, unit=" frames", disable=shown_name is None, leave=False
        ):
            if len(waiting) > AHEAD:
                waiting.pop(0).result()
            frame = buffers[k % len(buffers)]
            paint(k, frame)
            waiting.append(encoder.submit(write, frame))
        for future in waiting:
            future.result()


def _samples(film: Film) -> Iterator[Pixels]:
    for t in np.linspace(0.0, film.length, SAMPLES):
        frame = blank(film.size)
        film.paint(float(t), frame)
        yield frame


def _poster(film: Film) -> Pixels:
    frame = blank(film.size)
    film.paint(film.poster, frame)
    return frame


def blank(size: tuple[int, int]) -> Pixels:
    """Room for a frame of width x height pixels, shape (height, width, 4)."""
    return np.empty((size[1], size[0], 4), dtype=np.uint8)


def _bare(spec: Spec) -> bool:
    """Whether a part of the film has no ground where that can be."""
    return any(part.view.background == "none" for part in spec.parts)


def _quality(spec: Spec, quality: str | None, limits: Limits) -> Frames:
    """Size and frames per second of a film with these limits; a ``quality`` is the last word on both."""
    return frames(quality or spec.video.quality, spec.video.aspect, limits)


def _facts(spec: Spec, quality: str | None, name: str, made_from: Origin) -> dict[str, Any]:
    """What a film's metadata says of its making, at most 255 bytes of JSON; versions are for people."""
    form: Format = known[name]()
    (width, height), rate = _quality(spec, quality, form.limits)
    captions = form.captions and spec.video.captions == "track" and any(part.say for part in spec.parts)
    return {
        "code": made_from.code,
        "from": made_from.written,
        "spec": spec_hash(spec)[: provenance.DIGITS],
        "quality": f"{width}x{height}p{rate}",
        "captions": captions,
        "gdanim": __version__,
        **{package: version(package) for package in ("manim", "numpy", "sympy")},
    }
