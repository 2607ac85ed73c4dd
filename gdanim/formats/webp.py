"""WebP: animated pictures in all colours, with alpha."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gdanim.errors import SettingError
from gdanim.formats.base import Format, Limits, Reel, straight
from gdanim.registry import formats

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels, Write

QUALITY, EFFORT = 75, "4"  # of 100, and of 6
LESS = (65, 55, 45, 35, 25)  # for a smaller file
ALPHA, EXIF = 0x10, 0x08  # flags of VP8X: some of it can be seen through; there is Exif
FLAGS = 20  # where they are: after RIFF, a size, WEBP, VP8X, a size
# Exif is TIFF, here a single tag: ImageDescription, which is text and stands right behind.
TIFF, DESCRIPTION, TEXT = "<2sHIHHHIII", 0x10E, 2


@formats.register
def webp(quality: int = QUALITY) -> Format:
    """An animated WebP, in all colours; it plays as often as `video.plays` says."""
    if not 0 <= quality <= 100:
        raise SettingError(("quality",), f"quality must be 0 to 100, not {quality}")
    lighter = tuple({"quality": less} for less in LESS if less < quality)
    limits = Limits(most_lines=480, calm_rate=15)
    return Format(partial(writing, quality=quality), comment, alpha=True, limits=limits, lighter=lighter)


@contextmanager
def writing(path: Path, reel: Reel, quality: int = QUALITY) -> Iterator[Write]:
    """Lossy pictures, each of what has changed since the one before; times are whole milliseconds."""
    import av
    from av.video.frame import VideoFrame

    base, count = Fraction(1, reel.rate), 0
    options = {"loop": str(reel.plays)}
    with av.open(str(path.absolute()), "w", format="webp", options=options) as container:
        stream = container.add_stream("libwebp_anim", rate=reel.rate)
        stream.width, stream.height = reel.size
        stream.pix_fmt = "bgra"
        stream.options = {"quality": str(quality), "compression_level": EFFORT}

        def write(frame: Pixels) -> None:
            nonlocal count
            pixels = straight(frame) if reel.alpha else frame
            picture = VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="bgra")
            picture.pts, picture.time_base = count, base
            count += 1
            container.mux(stream.encode(picture))

        yield write
        container.mux(stream.encode())
    _describe(path, reel)


def _describe(path: Path, reel: Reel) -> None:
    """Add the comment, and say that there is alpha, which the encoder forgets of pictures with hard edges."""
    text = reel.comment.encode() + b"\x00"
    behind = struct.calcsize(TIFF)
    exif = struct.pack(TIFF, b"II", 42, 8, 1, DESCRIPTION, TEXT, len(text), behind, 0) + text
    with path.open("r+b") as file:
        file.seek(FLAGS)
        flags = file.read(1)[0] | EXIF | (ALPHA if reel.alpha else 0)
        file.seek(FLAGS)
        file.write(bytes([flags]))
        file.seek(0, os.SEEK_END)
        file.write(b"EXIF" + len(exif).to_bytes(4, "little") + exif + b"\x00" * (len(exif) % 2))
        size = file.tell() - 8
        file.seek(4)
        file.write(size.to_bytes(4, "little"))


def comment(film: Path) -> str:
    """The description in the Exif of a WebP that is whole, else ""."""
    exif, whole = b"", film.stat().st_size
    with film.open("rb") as file:
        head = file.read(12)
        if head[:4] + head[8:] != b"RIFFWEBP" or int.from_bytes(head[4:8], "little") + 8 != whole:
            return ""
        while chunk := file.read(8):
            size = int.from_bytes(chunk[4:], "little")
            if chunk[:4] == b"EXIF":
                exif = file.read(size)
                break
            file.seek(size + size % 2, os.SEEK_CUR)
    return exif[struct.calcsize(TIFF) : -1].decode(errors="replace")
