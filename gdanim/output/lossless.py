"""Frames kept without loss until all are there, for formats that are written from first to last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from gdanim.formats import Piece, Reel
from gdanim.formats.mp4 import taking

if TYPE_CHECKING:
    from av.video.stream import VideoStream

    from gdanim.formats.base import Pixels, Write

# FFmpeg's encoder, its pixels and options: H.264 without loss is the fastest and smallest, but has no alpha.
OPAQUE = "libx264rgb", "rgb24", {"qp": "0", "preset": "ultrafast"}
CLEAR = "ffv1", "bgra", dict[str, str]()


@contextmanager
def writing(path: Path, reel: Reel) -> Iterator[Write]:
    """A file of frames as they were drawn, in which every second can be gone to."""
    import av

    options = {"fflags": "bitexact"}  # equal frames are equal files
    with av.open(str(path.absolute()), "w", format="matroska", options=options) as container:
        encoder, layout, settings = CLEAR if reel.alpha else OPAQUE
        stream = cast("VideoStream", container.add_stream(encoder, rate=reel.rate))
        stream.width, stream.height = reel.size
        stream.pix_fmt = layout
        stream.options = {**settings, "g": str(reel.rate)}
        stream.codec_context.thread_count = 1
        with taking(container, stream, Reel(reel.size, reel.rate)) as write:  # as they are, premultiplied
            yield write


def frames(pieces: Sequence[Piece]) -> Iterator[Pixels]:
    """All frames, shape (height, width, 4), RGBA."""
    import av

    for path, count in pieces:
        with av.open(str(path.absolute())) as source:
            for frame in islice(source.decode(video=0), count):
                yield cast("Pixels", frame.to_ndarray(format="rgba"))


def samples(pieces: Sequence[Piece], most: int) -> Iterator[Pixels]:
    """Some frames all over the film."""
    total = sum(count for _, count in pieces)
    wanted = {round(k * (total - 1) / max(most - 1, 1)) for k in range(most)}
    return (frame for k, frame in enumerate(frames(pieces)) if k in wanted)
