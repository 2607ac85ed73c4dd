"""WebP: animated pictures in all colours, with alpha."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from gdanim.errors import SettingError
from gdanim.formats.base import Format, Limits, Reel, straight
from gdanim.registry import formats

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels, Write

QUALITY, EFFORT = 75, "4"  # of 100, and of 6
LESS = (65, 55, 45, 35, 25)  # for a smaller file
SECONDS = 4  # of the pictures that are encoded together
ALPHA, EXIF, ANIMATED = 0x10, 0x08, 0x02  # flags of VP8X
REPLACES = b"\x02"  # of a picture: it is not blended with the one before
LASTS = slice(12, 15)  # of a picture: its milliseconds
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
    """Lossy pictures, each of what has changed since the one before; times are whole milliseconds.

    The encoder keeps all pictures that it is given, so each few seconds have one of their own.
    """
    waiting: list[Pixels] = []
    width, height = (side - 1 for side in reel.size)
    with path.open("wb") as file:
        flags = ANIMATED | EXIF | (ALPHA if reel.alpha else 0)
        file.write(b"RIFF" + bytes(4) + b"WEBP")
        file.write(_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + _three(width) + _three(height)))
        file.write(_chunk(b"ANIM", bytes(4) + reel.plays.to_bytes(2, "little")))

        def write(frame: Pixels) -> None:
            waiting.append(straight(frame) if reel.alpha else frame.copy())
            if len(waiting) == SECONDS * reel.rate:
                end()

        def end() -> None:
            file.writelines(_chunk(b"ANMF", shown) for shown in _pictures(waiting, reel.rate, quality))
            waiting.clear()

        yield write
        if waiting:
            end()
        text = reel.comment.encode() + b"\x00"
        behind = struct.calcsize(TIFF)
        tags = struct.pack(TIFF, b"II", 42, 8, 1, DESCRIPTION, TEXT, len(text), behind, 0)
        file.write(_chunk(b"EXIF", tags + text))
        size = file.tell() - 8
        file.seek(4)
        file.write(size.to_bytes(4, "little"))


def _pictures(frames: Sequence[Pixels], rate: int, quality: int) -> list[bytes]:
    """What is in the chunks ANMF of an animation, which together last as long as the frames."""
    import av
    from av.video.frame import VideoFrame

    file = BytesIO()
    with av.open(file, "w", format="webp") as container:
        stream = container.add_stream("libwebp_anim", rate=rate)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "bgra"
        stream.options = {"quality": str(quality), "compression_level": EFFORT}
        for k, pixels in enumerate(frames):
            picture = VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="bgra")
            picture.pts, picture.time_base = k, Fraction(1, rate)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    data, at, found, still = file.getvalue(), 12, [], b""
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"ANMF":
            found.append(data[at + 8 : at + 8 + size])
        elif data[at : at + 4] in (b"VP8 ", b"VP8L", b"ALPH"):
            still += data[at : at + 8 + size + size % 2]
        at += 8 + size + size % 2
    if not found:  # where nothing changes the encoder makes a still
        height, width = frames[0].shape[:2]
        found = [bytes(6) + _three(width - 1) + _three(height - 1) + bytes(3) + REPLACES + still]
    before = sum(int.from_bytes(shown[LASTS], "little") for shown in found[:-1])
    left = round(1000 * len(frames) / rate) - before
    found[-1] = found[-1][: LASTS.start] + _three(left) + found[-1][LASTS.stop :]
    return found


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


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
