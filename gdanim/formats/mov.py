"""MOV: ProRes 4444, for programs that cut films."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from gdanim.formats.base import Format, Limits, Reel, straight
from gdanim.formats.mp4 import add_chapters, begin, box, captions, index, timed_text
from gdanim.registry import formats

if TYPE_CHECKING:
    from gdanim.formats.base import Pixels, Write


@formats.register
def mov() -> Format:
    """ProRes 4444, which editors take with its alpha; large."""
    limits = Limits(even_sides=True)
    return Format(writing, comment, captions=True, chapters=True, alpha=True, limits=limits)


@contextmanager
def writing(path: Path, reel: Reel) -> Iterator[Write]:
    """ProRes 4444, 4:4:4, 10 bits, BT.709, every frame by itself, alpha not premultiplied."""
    import av
    from av.video.frame import VideoFrame

    layout = "yuva444p10le" if reel.alpha else "yuv444p10le"
    base, count = Fraction(1, reel.rate), 0
    options = {"movflags": "+faststart"}
    with av.open(str(path.absolute()), "w", format="mov", options=options) as container:
        container.metadata["comment"] = reel.comment
        stream = container.add_stream("prores_ks", rate=reel.rate)
        stream.width, stream.height = reel.size
        stream.pix_fmt = layout
        stream.options = {"profile": "4444", "vendor": "apl0"}  # some programs take no other vendor's
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
        context.color_range = 1  # 64..940
        add_chapters(container, reel.chapters)
        begin(container, captions(container, reel, "mov_text", timed_text))

        def write(frame: Pixels) -> None:
            nonlocal count
            pixels = straight(frame) if reel.alpha else frame
            picture = VideoFrame.from_ndarray(pixels, format="rgba")
            coded = picture.reformat(format=layout, dst_colorspace="ITU709", dst_color_range="MPEG")
            coded.pts, coded.time_base = count, base
            count += 1
            container.mux(stream.encode(coded))

        yield write
        container.mux(stream.encode())


def comment(film: Path) -> str:
    """The comment of a MOV that is whole, else "": in moov and udta, after its length and language."""
    return box(box(index(film), b"udta"), b"\xa9cmt")[4:].decode(errors="replace")
