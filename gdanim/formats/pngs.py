"""A folder of PNGs, for programs that take frames one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gdanim.formats import apng
from gdanim.formats.base import Format, Reel, straight
from gdanim.registry import formats

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels, Write

EFFORT = 3  # of 9, of zlib; more is slow


@formats.register
def pngs() -> Format:
    """A folder of stills, `00001.png` and so on, without loss."""
    return Format(writing, comment, alpha=True, folder=True)


@contextmanager
def writing(path: Path, reel: Reel) -> Iterator[Write]:
    """A new folder with a PNG for each frame, numbered from 1; each has the comment."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    path.mkdir()
    count = 0
    told = PngInfo()
    told.add_itxt("Comment", reel.comment)

    def write(frame: Pixels) -> None:
        nonlocal count
        count += 1
        image = Image.fromarray(straight(frame) if reel.alpha else frame[..., :3].copy())
        image.save(path / f"{count:05}.png", compress_level=EFFORT, pnginfo=told)

    yield write


def comment(film: Path) -> str:
    """The comment of the last PNG if none is missing, else ""."""
    files = sorted(film.glob("*.png"))
    if not files or files[-1].stem != f"{len(files):05}":
        return ""
    return apng.comment(files[-1])
