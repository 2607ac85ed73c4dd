"""GIF with a palette of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from gdanim.errors import SettingError
from gdanim.formats.base import Format, Limits, Reel
from gdanim.registry import formats

if TYPE_CHECKING:
    from av.filter import Graph
    from av.filter.context import FilterContext
    from av.video.frame import VideoFrame

    from gdanim.formats.base import Pixels, Write

COLORS = 96
FEWER = (80, 64, 48, 32, 24, 16)  # for a smaller file
DITHER = "bayer:bayer_scale=5"


@formats.register
def gif(colors: int = COLORS) -> Format:
    """A GIF with one palette for the whole film, which plays for ever or as often as `video.plays` says."""
    if not 2 <= colors <= 256:
        raise SettingError(("colors",), f"colors must be 2 to 256, not {colors}")
    limits = Limits(most_lines=480, calm_rate=15, most_rate=50)  # browsers slow down what is faster
    lighter = tuple({"colors": fewer} for fewer in FEWER if fewer < colors)
    return Format(partial(writing, colors=colors), comment, limits=limits, lighter=lighter)


@contextmanager
def writing(path: Path, reel: Reel, colors: int = COLORS) -> Iterator[Write]:
    """A GIF with one palette made from frames all over the film; what plays so often stays at its end."""
    import av
    from av.filter import Graph
    from av.video.frame import VideoFrame

    base = Fraction(1, reel.rate)
    again = str(reel.plays - 1 or -1) if reel.plays else "0"  # FFmpeg's: -1 for none, and 0 for ever
    with av.open(str(path.absolute()), "w", format="gif", options={"loop": again}) as container:
        stream = container.add_stream("gif", rate=reel.rate)
        stream.width, stream.height = reel.size
        stream.pix_fmt = "pal8"
        palette = _palette(reel.samples(), reel.size, base, colors)
        graph = Graph()
        source = _buffer(graph, reel.size, base)
        table = _buffer(graph, (palette.width, palette.height), base)
        use = graph.add("paletteuse", f"dither={DITHER}:diff_mode=rectangle")
        sink = graph.add("buffersink")
        source.link_to(use, 0, 0)
        table.link_to(use, 0, 1)
        use.link_to(sink)
        graph.configure()
        table.push(palette)
        table.push(None)
        count = 0

        def drain() -> None:
            while True:
                try:
                    picture = sink.pull()
                except (av.error.BlockingIOError, av.error.EOFError):
                    return
                container.mux(stream.encode(cast(VideoFrame, picture)))

        def write(frame: Pixels) -> None:
            nonlocal count
            source.push(_picture(frame, count, base))
            count += 1
            drain()

        yield write
        source.push(None)
        drain()
        container.mux(stream.encode())
    with path.open("r+b") as file:  # a comment extension in place of the trailer, then the trailer
        file.seek(-1, os.SEEK_END)
        data = reel.comment.encode()[:255]
        file.write(b"\x21\xfe" + bytes([len(data)]) + data + b"\x00\x3b")


def _palette(frames: Iterable[Pixels], size: tuple[int, int], base: Fraction, colors: int) -> VideoFrame:
    from av.filter import Graph

    graph = Graph()
    source = _buffer(graph, size, base)
    make = graph.add("palettegen", f"max_colors={colors}:reserve_transparent=0:stats_mode=full")
    sink = graph.add("buffersink")
    source.link_to(make)
    make.link_to(sink)
    graph.configure()
    for i, frame in enumerate(frames):
        source.push(_picture(frame, i, base))
    source.push(None)
    return cast("VideoFrame", sink.pull())


def _buffer(graph: Graph, size: tuple[int, int], base: Fraction) -> FilterContext:
    from av.video.format import VideoFormat

    layout = VideoFormat("bgra", *size)
    return graph.add_buffer(width=size[0], height=size[1], format=layout, time_base=base)


def _picture(frame: Pixels, index: int, base: Fraction) -> VideoFrame:
    from av.video.frame import VideoFrame

    picture = VideoFrame.from_ndarray(frame, format="rgba").reformat(format="bgra")
    picture.pts, picture.time_base = index, base
    return picture


def comment(film: Path) -> str:
    """The comment extension at the very end of a GIF, else ""."""
    with film.open("rb") as file:
        file.seek(-min(260, film.stat().st_size), os.SEEK_END)
        tail = file.read()
    start = tail.rfind(b"\x21\xfe")
    return tail[start + 3 : -2].decode(errors="replace") if start >= 0 else ""
