"""MP4: H.264 in the boxes of ISO/IEC 14496-12."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from gdanim.formats.base import Cue, Format, Limits, Piece, Reel, straight
from gdanim.registry import formats

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from gdanim.formats.base import Pixels, Sound, Write

    Hear: TypeAlias = Callable[[float | None], None]

PRESET, QUALITY = "veryfast", "22"  # x264; measured in bench/
# x264's tree of macroblocks reads memory that nobody wrote: with it equal frames become different files.
X264 = "mbtree=0"
X265 = "log-level=error:pools=1:frame-threads=1"  # one thread, as of the others
CODECS = {  # FFmpeg's encoders: options that give about what x264 does
    "h264": ("libx264", {"preset": PRESET, "crf": QUALITY, "profile": "high", "x264-params": X264}),
    "hevc": ("libx265", {"preset": PRESET, "crf": "23", "x265-params": X265}),
    "av1": ("libsvtav1", {"preset": "8", "crf": "30"}),
}
BETWEEN = 2  # seconds, at most, from one frame to another that players can go to
COVER = (1280, 1280)  # pixels at most
MILLISECONDS = Fraction(1, 1000)
BITS = 96_000  # of sound, a second


@formats.register
def mp4(codec: Literal["h264", "hevc", "av1"] = "h264") -> Format:
    """H.264, which plays everywhere; or hevc or av1, which take longer and less room."""
    limits = Limits(even_sides=True)
    made = partial(writing, codec=codec)
    return Format(made, comment, joining, captions=True, chapters=True, sound=True, limits=limits)


@contextmanager
def writing(path: Path, reel: Reel, codec: str = "h264") -> Iterator[Write]:
    """The codec's frames, 4:2:0, BT.709. One thread encodes: with more, pictures depend on how many."""
    import av

    os.environ.setdefault("SVT_LOG", "1")  # of AV1: errors only
    with av.open(str(path.absolute()), "w", format="mp4") as container:  # a:b is no path
        encoder, wanted = CODECS[codec]
        stream = cast("VideoStream", container.add_stream(encoder, rate=reel.rate))
        stream.width, stream.height = reel.size
        stream.pix_fmt = "yuv420p"
        stream.options = {**wanted, "g": str(BETWEEN * reel.rate)}
        if codec == "hevc":
            stream.codec_context.codec_tag = "hvc1"  # Apple's players take no other
        stream.codec_context.thread_count = 1
        coloured(stream)
        with taking(container, stream, reel) as write:
            yield write


def joining(path: Path, reel: Reel, pieces: Sequence[Piece]) -> None:
    """With chapters, captions, sound and a cover; its index is at the front: it starts while it loads."""
    import av

    options = {"movflags": "+faststart"}
    with av.open(str(path.absolute()), "w", format="mp4", options=options) as container:
        container.metadata["comment"] = reel.comment
        add_chapters(container, reel.chapters)
        with joined(container, reel, pieces) as copy:
            cover = [] if reel.poster is None else [_cover(container, _frame(pieces, reel.poster))]
            hear = _hearing(container, reel.sound) if reel.sound else None
            begin(container, [*cover, *captions(container, reel, "mov_text", timed_text)])
            copy(hear)


def coloured(stream: VideoStream) -> None:
    """The colours of a stream that is not begun: BT.709, 16..235 of 255."""
    context = stream.codec_context
    context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1


@contextmanager
def taking(container: OutputContainer, stream: VideoStream, reel: Reel) -> Iterator[Write]:
    """What encodes frames in a stream whose settings are known."""
    import numpy as np
    from av.video.frame import VideoFrame

    width, height = reel.size
    base, count = Fraction(1, reel.rate), 0  # the muxer changes the stream's own
    picture = VideoFrame(width, height, "rgba")  # kept for every frame: new room costs more
    plane = picture.planes[0]
    rows = np.frombuffer(cast(Any, plane), dtype=np.uint8).reshape(height, plane.line_size)
    pixels = rows[:, : 4 * width].reshape(height, width, 4)

    def write(frame: Pixels) -> None:
        nonlocal count
        pixels[...] = straight(frame) if reel.alpha else frame
        coded = picture.reformat(format=stream.pix_fmt, dst_colorspace="ITU709", dst_color_range="MPEG")
        coded.pts, coded.time_base = count, base
        count += 1
        container.mux(stream.encode(coded))

    yield write
    container.mux(stream.encode())


@contextmanager
def joined(
    container: OutputContainer, reel: Reel, pieces: Sequence[Piece]
) -> Iterator[Callable[[Hear | None], None]]:
    """A stream like those of the pieces, and what copies all of them into it when the file is begun.

    ``hear`` encodes the sound up to a second, or to its end; it goes on with the frames.
    """
    import av

    with av.open(str(pieces[0].path.absolute())) as first:
        template = first.streams.video[0]
        stream = container.add_stream_from_template(template, opaque=True)
        stream.codec_context.codec_tag = template.codec_context.codec_tag

        def copy(hear: Hear | None) -> None:
            start = done = 0
            for path, count in pieces:
                with av.open(str(path.absolute())) as source:
                    for packet in source.demux(video=0):
                        if packet.dts is None or packet.pts is None:  # the end
                            continue
                        frames = packet.time_base * reel.rate
                        packet.pts, packet.dts = (start + round(t * frames) for t in (packet.pts, packet.dts))
                        packet.duration, packet.time_base, packet.stream = 1, Fraction(1, reel.rate), stream
                        container.mux(packet)
                        done += 1
                        if hear:
                            hear(done / reel.rate)
                start += count
            if hear:
                hear(None)

        yield copy


def _hearing(container: OutputContainer, sound: Sound) -> Hear:
    """A track of AAC, and what encodes it up to a second, or all that is left and the encoder's rest."""
    import numpy as np
    from av.audio.frame import AudioFrame

    stream = container.add_stream("aac", rate=sound.rate, layout="mono")
    stream.bit_rate = BITS
    done = 0

    def hear(seconds: float | None) -> None:
        nonlocal done
        last = len(sound.samples) if seconds is None else round(seconds * sound.rate)
        size = stream.codec_context.frame_size
        while done < last and (done + size <= last or seconds is None):
            piece = np.ascontiguousarray(sound.samples[None, done : done + size])
            frame = AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = sound.rate, done, Fraction(1, sound.rate)
            container.mux(stream.encode(frame))
            done += piece.shape[1]
        if seconds is None:
            container.mux(stream.encode())

    return hear


def add_chapters(container: OutputContainer, chapters: Sequence[Cue]) -> None:
    """The chapters, before any frame is written."""
    container.set_chapters(
        [
            {"id": k, "start": start, "end": end, "time_base": MILLISECONDS, "metadata": {"title": title}}
            for k, (start, end, title) in enumerate(chapters)
        ]
    )


def captions(
    container: OutputContainer, reel: Reel, codec: str, coded: Callable[[str], bytes]
) -> list[Packet[Any]]:
    """What fills a track of the captions, each ``coded`` as its codec wants it."""
    from av.packet import Packet

    if not reel.captions:
        return []
    track = container.add_mux_stream(codec)
    track.time_base, track.metadata["language"] = MILLISECONDS, reel.language
    packets = []
    for start, end, text in reel.captions:
        packet = Packet(coded(text))
        packet.stream, packet.time_base = track, MILLISECONDS
        packet.pts = packet.dts = start
        packet.duration = end - start
        packets.append(packet)
    return packets


def begin(container: OutputContainer, packets: Iterable[Packet[Any]]) -> None:
    """Write the head of a file, all of whose streams are known, and what fills those beside the film's."""
    container.start_encoding()
    for packet in packets:
        container.mux(packet)


def timed_text(text: str) -> bytes:
    """A sample of 3GPP TS 26.245: its length in two bytes, and UTF-8."""
    written = text.encode()
    return len(written).to_bytes(2, "big") + written


def _frame(pieces: Sequence[Piece], number: int) -> Pixels:
    """A frame of the film that consists of pieces."""
    import av

    for path, frames in pieces:
        if number < frames:
            with av.open(str(path.absolute())) as source:
                shown = next(islice(source.decode(video=0), number, None))
                return cast("Pixels", shown.to_ndarray(format="rgba"))
        number -= frames
    raise IndexError(number)


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
    meta = box(box(index(film), b"udta"), b"meta")[4:]  # four bytes of version and flags
    told = box(box(box(meta, b"ilst"), b"\xa9cmt"), b"data")
    return told[8:].decode(errors="replace")  # after what kind of data it is, and its language


def index(film: Path, name: bytes = b"moov") -> bytes:
    """What is in an outermost box of a file that is whole, else nothing."""
    with film.open("rb") as file:
        size, at, found = film.stat().st_size, 0, b""
        while at < size:  # the boxes of a whole file end where it does
            file.seek(at)
            header = file.read(16)
            length, start = int.from_bytes(header[:4], "big"), 8
            if length == 1:  # of 64 bits
                length, start = int.from_bytes(header[8:], "big"), 16
            if length < start:
                return b""
            if header[4:8] == name and at + length <= size:
                file.seek(at + start)
                found = file.read(length - start)
            at += length
    return found if at == size else b""


def box(data: bytes, name: bytes) -> bytes:
    """What is in the box of a name, if it is there."""
    return dict(boxes(data)).get(name, b"")


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of an MP4 one after another: names of four letters and what is in them."""
    while len(data) >= 8:
        length = int.from_bytes(data[:4], "big")
        if length < 8:
            return
        yield data[4:8], data[8:length]
        data = data[length:]
