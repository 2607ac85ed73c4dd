"""From a spec to a file: frames are drawn here and encoded beside, and only a finished film gets its name."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gdanim import __version__
from gdanim.catalog import scenes
from gdanim.spec import Spec, spec_hash

if TYPE_CHECKING:
    from gdanim.output.video import Pixels, Writer
    from gdanim.view.scene import FilmScene

GIF_QUALITY = (480, 15)  # short side and frames per second at most
GIF_SAMPLES = 24  # frames from which a palette is made
AHEAD = 2  # frames that may wait for the encoder


def render(
    spec: Spec,
    directory: Path,
    quality: str | None = None,
    formats: tuple[str, ...] | None = None,
    progress: bool = False,
) -> list[Path]:
    """Write a spec's films into ``directory``; returns their paths.

    A film is written beside its final name and renamed when it is whole.
    """
    from gdanim.output.video import WRITERS

    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in formats or spec.formats:
        path = directory / f"{spec.film}.{name}"
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        short, rate = _quality(spec, quality, name)
        try:
            with _film(spec, short, rate) as scene:
                samples = partial(_samples, scene)
                writer = WRITERS[name](part, scene.size, rate, _comment(spec, quality, name), samples)
                encode(
                    lambda k, out, scene=scene, rate=rate: scene.paint(k / rate, out),  # type: ignore[misc]
                    scene.frames,
                    scene.size,
                    writer,
                    path.name if progress else None,
                )
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        paths.append(path)
    return paths


def still(spec: Spec, at: float, quality: str | None, path: Path) -> None:
    """Write the frame at ``at`` seconds as a PNG; past the end means the last frame.

    With ``view: {background: none}`` it has no ground.
    """
    from PIL import Image

    short, rate = _quality(spec, quality, "mp4")
    transparent = spec.view.background == "none"
    with _film(spec, short, rate, transparent) as scene:
        frame = blank(scene.size)
        scene.paint(min(round(at * rate), scene.frames - 1) / rate, frame)
    if transparent:  # PNG wants colours that are not premultiplied
        alpha = np.maximum(frame[..., 3:], 1).astype(np.uint16)
        frame[..., :3] = np.minimum(frame[..., :3] * np.uint16(255) // alpha, 255)
    else:
        frame = frame[..., :3]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        Image.fromarray(np.ascontiguousarray(frame)).save(part, format="PNG")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def current(spec: Spec, path: Path, quality: str | None) -> bool:
    """Whether the film at ``path`` was made from this very spec, quality and version."""
    from gdanim.output.video import WRITERS

    name = path.suffix[1:]
    if not path.exists():
        return False
    try:
        made_from = json.loads(WRITERS[name].comment(path))
    except (OSError, ValueError):
        return False
    asked: dict[str, str] = json.loads(_comment(spec, quality, name))
    return all(made_from.get(key) == asked[key] for key in ("gdanim", "spec", "scene", "quality"))


@contextmanager
def _film(spec: Spec, short: int, rate: int, transparent: bool = False) -> Iterator[FilmScene]:
    """The spec's scene, recorded and ready to paint frames."""
    import manim

    from gdanim.view.layout import pixels

    width, height = pixels(short, spec.video.aspect)
    with tempfile.TemporaryDirectory(prefix="gdanim-") as scratch:
        settings = {
            "pixel_width": width,
            "pixel_height": height,
            "frame_rate": rate,
            "frame_height": 8.0,
            "frame_width": 8.0 * width / height,
            "media_dir": scratch,
            "verbosity": "WARNING",
        }
        with manim.tempconfig(settings):
            scene = _scene_class(spec)(spec, transparent)
            scene.setup()
            scene.construct()
            try:
                yield scene
            finally:
                scene.canvas.close()


def _scene_class(spec: Spec) -> type[FilmScene]:
    from gdanim.view.scene import FilmScene

    path = scenes()[spec.scene]
    module_spec = importlib.util.spec_from_file_location(f"gdanim_scene_{path.stem}", path)
    if module_spec is None or module_spec.loader is None:
        raise ValueError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, FilmScene) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise ValueError(f"{path} must define one scene derived from FilmScene; it has {len(found)}")
    return found[0]


def encode(
    paint: Callable[[int, Pixels], None],
    frames: int,
    size: tuple[int, int],
    writer: Writer,
    shown_name: str | None = None,
) -> None:
    """Draw ``frames`` frames on this thread while another encodes; a few buffers go round."""
    from tqdm import tqdm

    buffers = [blank(size) for _ in range(AHEAD + 1)]
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(max_workers=1) as encoder:
        try:
            for k in tqdm(
                range(frames), desc=shown_name, unit=" frames", disable=shown_name is None, leave=False
            ):
                if len(waiting) > AHEAD:
                    waiting.pop(0).result()
                frame = buffers[k % len(buffers)]
                paint(k, frame)
                waiting.append(encoder.submit(writer.write, frame))
            for future in waiting:
                future.result()
        finally:
            encoder.submit(writer.close).result()


def _samples(scene: FilmScene) -> Iterator[Pixels]:
    for t in np.linspace(0.0, scene.length, GIF_SAMPLES):
        frame = blank(scene.size)
        scene.paint(float(t), frame)
        yield frame


def blank(size: tuple[int, int]) -> Pixels:
    """Room for a frame of width x height pixels, shape (height, width, 4)."""
    return np.empty((size[1], size[0], 4), dtype=np.uint8)


def _quality(spec: Spec, quality: str | None, name: str) -> tuple[int, int]:
    """Short side in pixels and frames per second of a film in this format."""
    short, _, rate = (quality or spec.video.quality).partition("p")
    if name == "gif":
        return min(int(short), GIF_QUALITY[0]), min(int(rate), GIF_QUALITY[1])
    return int(short), int(rate)


def _comment(spec: Spec, quality: str | None, name: str) -> str:
    """What a film's metadata says of its making, at most 255 bytes of JSON."""
    short, rate = _quality(spec, quality, name)
    facts = {
        "gdanim": __version__,
        "spec": spec_hash(spec)[:32],
        "scene": hashlib.sha256(scenes()[spec.scene].read_bytes()).hexdigest()[:16],
        "quality": f"{short}p{rate}",
    }
    facts |= {package: version(package) for package in ("manim", "numpy", "sympy")}
    return json.dumps(facts, separators=(",", ":"))
