"""APNG: animated pictures without loss."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from gdanim.formats.base import Format, Limits, Reel, straight
from gdanim.registry import formats

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels, Write

KEYWORD = b"Comment" + bytes(5)  # UTF-8: not compressed, of no language, no other keyword
END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


@formats.register
def apng() -> Format:
    """An animated PNG: every pixel as it was drawn, and large; it plays as often as `video.plays` says."""
    return Format(writing, comment, alpha=True, limits=Limits(most_lines=480, calm_rate=15))


@contextmanager
def writing(path: Path, reel: Reel) -> Iterator[Write]:
    """Pictures without loss, each of what has changed since the one before."""
    import av
    import numpy as np
    from av.video.frame import VideoFrame

    base, count = Fraction(1, reel.rate), 0
    layout = "rgba" if reel.alpha else "rgb24"
    options = {"plays": str(reel.plays), "final_delay": f"1/{reel.rate}"}
    with av.open(str(path.absolute()), "w", format="apng", options=options) as container:
        stream = container.add_stream("apng", rate=reel.rate)
        stream.width, stream.height = reel.size
        stream.pix_fmt = layout
        stream.options = {"pred": "mixed"}

        def write(frame: Pixels) -> None:
            nonlocal count
            pixels = straight(frame) if reel.alpha else np.ascontiguousarray(frame[..., :3])
            picture = VideoFrame.from_ndarray(pixels, format=layout)
            picture.pts, picture.time_base = count, base
            count += 1
            container.mux(stream.encode(picture))

        yield write
        container.mux(stream.encode())
    _describe(path, reel.comment)


def _describe(path: Path, comment: str) -> None:
    """Put the comment before the end."""
    chunk = b"iTXt" + KEYWORD + comment.encode()
    with path.open("r+b") as file:
        file.seek(-len(END), os.SEEK_END)
        file.write((len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") + END)


def comment(film: Path) -> str:
    """The comment of a PNG that is whole, else ""."""
    text = b""
    with film.open("rb") as file:
        file.seek(-len(END), os.SEEK_END)
        if file.read() != END:
            return ""
        file.seek(len(b"\x89PNG\r\n\x1a\n"))
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[:4], "big")
            if head[4:] == b"iTXt":
                text = file.read(size)
                file.seek(-size, os.SEEK_CUR)
            file.seek(size + 4, os.SEEK_CUR)
    return text.removeprefix(KEYWORD).decode(errors="replace")
