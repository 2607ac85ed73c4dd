"""Bytes and likeness of every format, as docs/performance.md has them: python bench/formats.py [SPEC...]

A film is drawn once, and that drawing is written in each format, opened by the decoder for it, and compared:
SSIM of the luma (Wang et al., 2004; windows of 8 x 8), the mean over frames. 1 is what was drawn.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageSequence

import gdanim
from gdanim.formats import Reel
from gdanim.output.drawing import blank
from gdanim.output.opening import opened
from gdanim.registry import formats

SIZE, RATE, WINDOW = (400, 226), 15, 8
LUMA = np.array([0.2126, 0.7152, 0.0722])


def main(paths: list[str]) -> None:
    """Print the table."""
    print("| film | format | bytes | SSIM | seconds to write |\n| --- | --- | --- | --- | --- |")
    for path in paths or ["specs/ravine.yaml", "specs/gallery/linked.yaml"]:
        frames = drawn(path)
        for name in formats:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"film.{name}"
                start = time.perf_counter()
                with formats[name]().writing(file, Reel(SIZE, RATE, samples=lambda: frames[::13])) as write:  # noqa: B023
                    for frame in frames:
                        write(frame)
                took = time.perf_counter() - start
                files = file.iterdir() if file.is_dir() else [file]
                size = sum(each.stat().st_size for each in files)
                likeness = np.mean([ssim(a, b) for a, b in zip(frames, decoded(file), strict=True)])
            print(f"| {Path(path).stem} | {name} | {size:,} | {likeness:.4f} | {took:.1f} |", flush=True)


def drawn(path: str) -> list[Any]:
    """The film's frames."""
    found = []
    with opened(gdanim.load(path), SIZE, RATE) as film:
        for k in range(film.frames):
            found.append(blank(SIZE))
            film.paint(k / RATE, found[-1])
    return found


def decoded(file: Path) -> Iterator[Any]:
    """The frames of a file, RGB."""
    if file.suffix in (".gif", ".webp", ".apng", ".avif"):
        with Image.open(file) as image:
            yield from (np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image))
    elif file.is_dir():
        yield from (np.asarray(Image.open(each)) for each in sorted(file.iterdir()))
    else:
        with av.open(str(file)) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")


def ssim(a: Any, b: Any) -> float:
    """Of two pictures, over windows side by side."""
    x, y = (blocks(frame[..., :3] @ LUMA) for frame in (a, b))
    mean_x, mean_y = x.mean(axis=-1), y.mean(axis=-1)
    both = (x * y).mean(axis=-1) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    return float(np.mean(alike / ((mean_x**2 + mean_y**2 + c1) * (x.var(axis=-1) + y.var(axis=-1) + c2))))


def blocks(luma: Any) -> Any:
    """Windows of a picture, shape (how many, pixels)."""
    rows, columns = (side // WINDOW for side in luma.shape)
    cut = luma[: rows * WINDOW, : columns * WINDOW].reshape(rows, WINDOW, columns, WINDOW)
    return cut.swapaxes(1, 2).reshape(-1, WINDOW * WINDOW)


if __name__ == "__main__":
    main(sys.argv[1:])
