"""AVIF: animated pictures by AV1, the smallest of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from gdanim.formats.base import Format, Limits, Reel
from gdanim.formats.mp4 import index
from gdanim.registry import formats

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels, Write

QUALITY, PRESET = "32", "7"  # of SVT-AV1
OURS = b"gdanim's comment"  # the name, of 16 bytes, of a box of one's own


@formats.register
def avif() -> Format:
    """An animated AVIF, a sixth to a third of a GIF; it plays as often as `video.plays` says."""
    return Format(writing, comment, limits=Limits(most_lines=480, calm_rate=15, even_sides=True))


@contextmanager
def writing(path: Path, reel: Reel) -> Iterator[Write]:
    """AV1, 4:2:0, BT.709, as a sequence of images. The encoders that are at hand know no alpha."""
    import av
    from av.video.frame import VideoFrame

    os.environ.setdefault("SVT_LOG", "1")  # errors only
    base, count = Fraction(1, reel.rate), 0
    options = {"loop": str(reel.plays)}
    with av.open(str(path.absolute()), "w", format="avif", options=options) as container:
        stream = container.add_stream("libsvtav1", rate=reel.rate)
        stream.width, stream.height = reel.size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": QUALITY, "preset": PRESET, "g": str(10 * reel.rate)}
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
        context.color_range = 1  # 16..235

        def write(frame: Pixels) -> None:
            nonlocal count
            picture = VideoFrame.from_ndarray(frame, format="rgba")
            coded = picture.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            coded.pts, coded.time_base = count, base
            count += 1
            container.mux(stream.encode(coded))

        yield write
        container.mux(stream.encode())
    data = b"uuid" + OURS + reel.comment.encode()
    with path.open("ab") as file:
        file.write((4 + len(data)).to_bytes(4, "big") + data)


def comment(film: Path) -> str:
    """The comment in a box at the end of an AVIF that is whole, else ""."""
    data = index(film, b"uuid")
    return data.removeprefix(OURS).decode(errors="replace") if data.startswith(OURS) else ""
