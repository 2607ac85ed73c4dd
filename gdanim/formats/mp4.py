"""MP4: H.264 in the boxes of ISO/IEC 14496-12."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from gdanim.formats.base import Cue, Format, Limits, Reel
from gdanim.registry import formats

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet

    from gdanim.formats.base import Pixels, Write

PRESET, QUALITY = "veryfast", "20"  # x264; measured in bench/
BETWEEN = 2  # seconds, at most, from one frame to another that players can go to
COVER = (1280, 1280)  # pixels at most
MILLISECONDS = Fraction(1, 1000)


@formats.register
def mp4() -> Format:
    """H.264, which plays everywhere."""
    return Format(writing, comment, captions=True, chapters=True, limits=Limits(even_sides=True))


@contextmanager
def writing(path: Path, reel: Reel) -> Iterator[Write]:
    """H.264, 4:2:0, BT.709, index at the front so that it starts while it loads, and a cover."""
    import av
    import numpy as np
    from av.video.frame import PictureType, VideoFrame

    width, height = reel.size
    base = Fraction(1, reel.rate)  # the muxer changes the stream's own
    options = {"movflags": "+faststart"}
    with av.open(str(path.absolute()), "w", format="mp4", options=options) as container:  # a:b is no path
        container.metadata["comment"] = reel.comment
        stream = container.add_stream("libx264", rate=reel.rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        keys = {"g": str(BETWEEN * reel.rate), "forced-idr": "1"}
        stream.options = {"preset": PRESET, "crf": QUALITY, "profile": "high", **keys}
        chapters = {round(chapter.start * reel.rate / 1000) for chapter in reel.chapters}
        context = stream.codec_context
        context.thread_count = max(1, (os.cpu_count() or 1) // 2)  # the rest draws
        context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
        context.color_range = 1  # 16..235
        picture = VideoFrame(width, height, "rgba")  # kept for every frame: new room costs more
        plane = picture.planes[0]
        rows = np.frombuffer(cast(Any, plane), dtype=np.uint8).reshape(height, plane.line_size)
        pixels = rows[:, : 4 * width].reshape(height, width, 4)
        count = 0
        container.set_chapters(
            [
                {"id": k, "start": start, "end": end, "time_base": MILLISECONDS, "metadata": {"title": title}}
                for k, (start, end, title) in enumerate(reel.chapters)
            ]
        )
        beside = [_cover(container, reel.poster())] if reel.poster else []
        if reel.captions:
            beside += _captions(container, reel.captions, reel.language)
        container.start_encoding()  # all streams are known
        for packet in beside:
            container.mux(packet)

        def write(frame: Pixels) -> None:
            nonlocal count
            pixels[...] = frame
            coded = picture.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            coded.pts, coded.time_base = count, base
            if count in chapters:
                coded.pict_type = PictureType.I
            count += 1
            container.mux(stream.encode(coded))

        yield write
        container.mux(stream.encode())


def _captions(container: OutputContainer, captions: Sequence[Cue], language: str) -> list[Packet[Any]]:
    """A track of timed text (3GPP TS 26.245): each sample is its length in two bytes and its UTF-8."""
    from av.packet import Packet

    track = container.add_mux_stream("mov_text")
    track.time_base, track.metadata["language"] = MILLISECONDS, language
    packets = []
    for start, end, text in captions:
        written = text.encode()
        packet = Packet(len(written).to_bytes(2, "big") + written)
        packet.stream, packet.time_base = track, MILLISECONDS
        packet.pts = packet.dts = start
        packet.duration = end - start
        packets.append(packet)
    return packets


def _cover(container: OutputContainer, frame: Pixels) -> Packet[Any]:
    """The picture that file managers and players show of a film that does not play: a JPEG."""
    from av.packet import Packet
    from av.stream import Disposition
    from PIL import Image

    image, jpeg = Image.fromarray(frame[..., :3]), BytesIO()
    image.thumbnail(COVER)
    image.save(jpeg, format="JPEG", quality=90)
    cover = container.add_stream("mjpeg")
    cover.width, cover.height, cover.pix_fmt = *image.size, "yuvj420p"
    cover.disposition = Disposition.attached_pic
    packet = Packet(jpeg.getvalue())
    packet.stream, packet.time_base = cover, MILLISECONDS
    packet.pts = packet.dts = 0
    return packet


def comment(film: Path) -> str:
    """The comment of an MP4 that is whole, else "".

    It stands where FFmpeg writes it: in moov, udta, meta, ilst.
    """
    with film.open("rb") as file:
        size, at, index = film.stat().st_size, 0, b""
        while at < size:  # the boxes of a whole file end where it does
            file.seek(at)
            header = file.read(16)
            length, start = int.from_bytes(header[:4], "big"), 8
            if length == 1:  # of 64 bits
                length, start = int.from_bytes(header[8:], "big"), 16
            if length < start:
                return ""
            if header[4:8] == b"moov" and at + length <= size:
                file.seek(at + start)
                index = file.read(length - start)
            at += length
    if at != size:
        return ""
    meta = _box(_box(index, b"udta"), b"meta")[4:]  # four bytes of version and flags
    told = _box(_box(_box(meta, b"ilst"), b"\xa9cmt"), b"data")
    return told[8:].decode(errors="replace")  # after what kind of data it is, and its language


def _box(data: bytes, name: bytes) -> bytes:
    return dict(_boxes(data)).get(name, b"")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of an MP4 one after another: names of four letters and what is in them."""
    while len(data) >= 8:
        length = int.from_bytes(data[:4], "big")
        if length < 8:
            return
        yield data[4:8], data[8:length]
        data = data[length:]
