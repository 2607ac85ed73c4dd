"""Films as files: H.264 in MP4 that plays everywhere, and GIF with a palette of its own.

A writer takes RGBA frames in order and is closed, or aborted, exactly once. Adding a format is adding a
class here to ``WRITERS``, and to ``provenance.READERS`` how its comment is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol, cast

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from av.packet import Packet
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from gdanim.view.captions import Cue

Pixels = NDArray[np.uint8]
PRESET, QUALITY = "veryfast", "20"  # x264; measured in bench/
MILLISECONDS = Fraction(1, 1000)
GIF_COLORS = 96
GIF_DITHER = "bayer:bayer_scale=5"


@dataclass(frozen=True)
class Reel:
    """What a writer is told of a film before its frames."""

    size: tuple[int, int]  # width and height in pixels
    rate: int  # frames per second
    comment: str = ""
    samples: Callable[[], Iterable[Pixels]] = tuple  # draws some frames all over the film, for a palette
    chapters: Sequence[Cue] = ()
    captions: Sequence[Cue] = ()


class Writer(Protocol):
    """Takes frames in order."""

    def write(self, frame: Pixels) -> None:
        """Add one frame, shape (height, width, 4), RGBA."""

    def close(self) -> None:
        """Finish the file."""


class Mp4:
    """H.264, 4:2:0, BT.709, index at the front so that it starts while it loads."""

    def __init__(self, path: Path, reel: Reel) -> None:
        self._container = av.open(
            _url(path), "w", format="mp4", options={"movflags": "+faststart+use_metadata_tags"}
        )
        self._container.metadata["comment"] = reel.comment
        self._stream = self._container.add_stream("libx264", rate=reel.rate)
        width, height = reel.size
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = "yuv420p"
        self._base = Fraction(1, reel.rate)  # the muxer changes the stream's own
        self._stream.options = {"preset": PRESET, "crf": QUALITY, "profile": "high"}
        context = self._stream.codec_context
        context.thread_count = max(1, (os.cpu_count() or 1) // 2)  # the rest draws
        context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
        context.color_range = 1  # 16..235
        self._count = 0
        self._picture = VideoFrame(width, height, "rgba")  # kept for every frame: new room costs more
        plane = self._picture.planes[0]
        rows = np.frombuffer(cast(Any, plane), dtype=np.uint8).reshape(height, plane.line_size)
        self._pixels = rows[:, : 4 * width].reshape(height, width, 4)
        self._container.set_chapters(
            [
                {"id": k, "start": start, "end": end, "time_base": MILLISECONDS, "metadata": {"title": title}}
                for k, (start, end, title) in enumerate(reel.chapters)
            ]
        )
        if reel.captions:
            self._write_captions(reel.captions)

    def _write_captions(self, captions: Sequence[Cue]) -> None:
        """A track of timed text (3GPP TS 26.245): each sample is its length in two bytes and its UTF-8."""
        track = self._container.add_mux_stream("mov_text")
        track.time_base = MILLISECONDS
        self._container.start_encoding()
        for start, end, text in captions:
            written = text.encode()
            packet = Packet(len(written).to_bytes(2, "big") + written)
            packet.stream, packet.time_base = track, MILLISECONDS
            packet.pts = packet.dts = start
            packet.duration = end - start
            self._container.mux(packet)

    def write(self, frame: Pixels) -> None:
        self._pixels[...] = frame
        picture = self._picture.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        picture.pts, picture.time_base = self._count, self._base
        self._count += 1
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()


class Gif:
    """GIF that loops for ever, with one palette made from frames all over the film."""

    def __init__(self, path: Path, reel: Reel) -> None:
        self._path, self._comment = path, reel.comment
        self._container = av.open(_url(path), "w", format="gif", options={"loop": "0"})
        self._stream = self._container.add_stream("gif", rate=reel.rate)
        self._stream.width, self._stream.height = reel.size
        self._stream.pix_fmt = "pal8"
        self._base = Fraction(1, reel.rate)
        palette = _palette(reel.samples(), reel.size, self._base)
        self._graph = Graph()
        self._source = _buffer(self._graph, reel.size, self._base)
        colors = _buffer(self._graph, (palette.width, palette.height), self._base)
        use = self._graph.add("paletteuse", f"dither={GIF_DITHER}:diff_mode=rectangle")
        sink = self._graph.add("buffersink")
        self._source.link_to(use, 0, 0)
        colors.link_to(use, 0, 1)
        use.link_to(sink)
        self._graph.configure()
        colors.push(palette)
        colors.push(None)
        self._sink = sink
        self._count = 0

    def write(self, frame: Pixels) -> None:
        self._source.push(_picture(frame, self._count, self._base))
        self._count += 1
        self._drain()

    def close(self) -> None:
        self._source.push(None)
        self._drain()
        self._container.mux(self._stream.encode())
        self._container.close()
        with self._path.open("r+b") as file:  # a comment extension in place of the trailer, then the trailer
            file.seek(-1, 2)
            data = self._comment.encode()[:255]
            file.write(b"\x21\xfe" + bytes([len(data)]) + data + b"\x00\x3b")

    def _drain(self) -> None:
        while True:
            try:
                picture = self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            self._container.mux(self._stream.encode(cast(VideoFrame, picture)))


WRITERS: dict[str, type[Mp4] | type[Gif]] = {"mp4": Mp4, "gif": Gif}


def _url(path: Path) -> str:
    """A path as FFmpeg takes it, to which a relative ``a:b`` would be no path."""
    return str(path.absolute())


def _palette(frames: Iterable[Pixels], size: tuple[int, int], base: Fraction) -> VideoFrame:
    graph = Graph()
    source = _buffer(graph, size, base)
    make = graph.add("palettegen", f"max_colors={GIF_COLORS}:reserve_transparent=0:stats_mode=full")
    sink = graph.add("buffersink")
    source.link_to(make)
    make.link_to(sink)
    graph.configure()
    for i, frame in enumerate(frames):
        source.push(_picture(frame, i, base))
    source.push(None)
    return cast(VideoFrame, sink.pull())


def _buffer(graph: Graph, size: tuple[int, int], base: Fraction) -> FilterContext:
    layout = VideoFormat("bgra", *size)
    return graph.add_buffer(width=size[0], height=size[1], format=layout, time_base=base)


def _picture(frame: Pixels, index: int, base: Fraction) -> VideoFrame:
    picture = VideoFrame.from_ndarray(frame, format="rgba").reformat(format="bgra")
    picture.pts, picture.time_base = index, base
    return picture
