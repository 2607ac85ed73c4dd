"""WebM: VP9 in the elements of Matroska (RFC 9559)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdanim.formats.base import Format, Limits, Piece, Reel
from gdanim.formats.mp4 import BETWEEN, add_chapters, begin, captions, coloured, joined, taking
from gdanim.registry import formats

if TYPE_CHECKING:
    from gdanim.formats.base import Write

QUALITY, SPEED = "31", "5"  # of VP9
SEGMENT, TAGS, TAG, SIMPLE, NAME, TEXT = 0x18538067, 0x1254C367, 0x7373, 0x67C8, 0x45A3, 0x4487


@formats.register
def webm() -> Format:
    """VP9, which browsers play, with alpha where `view.background` is none."""
    limits = Limits(even_sides=True)
    return Format(writing, comment, joining, captions=True, chapters=True, alpha=True, limits=limits)


@contextmanager
def writing(path: Path, reel: Reel) -> Iterator[Write]:
    """VP9, 4:2:0, BT.709, alpha not premultiplied."""
    import av

    with av.open(str(path.absolute()), "w", format="webm") as container:
        stream = container.add_stream("libvpx-vp9", rate=reel.rate)
        stream.width, stream.height = reel.size
        stream.pix_fmt = "yuva420p" if reel.alpha else "yuv420p"
        keys = {"g": str(BETWEEN * reel.rate)}
        if reel.alpha:
            keys["auto-alt-ref"] = "0"  # with alpha there are none
        stream.options = {
            "crf": QUALITY,
            "b": "0",
            "deadline": "good",
            "cpu-used": SPEED,
            "row-mt": "1",
            **keys,
        }
        stream.codec_context.thread_count = max(1, (os.cpu_count() or 1) // 2)  # the rest draws
        coloured(stream)
        with taking(container, stream, reel) as write:
            yield write


def joining(path: Path, reel: Reel, pieces: Sequence[Piece]) -> None:
    """With chapters and captions; its index is at the front so that it starts while it loads."""
    import av

    options = {"cues_to_front": "1"}
    with av.open(str(path.absolute()), "w", format="webm", options=options) as container:
        container.metadata["comment"] = reel.comment
        add_chapters(container, reel.chapters)
        with joined(container, reel, pieces) as copy:
            begin(container, captions(container, reel, "webvtt", str.encode))
            copy(None)


def comment(film: Path) -> str:
    """The comment among the tags of a WebM that is whole, else ""."""
    size = film.stat().st_size
    with film.open("rb") as file:
        for name, start, end in _elements(file, 0, size):
            if name == SEGMENT and end == size:
                for tags in _within(file, start, end, TAGS, TAG, SIMPLE):
                    parts = {found: span for found, *span in _elements(file, *tags)}
                    if _text(file, parts.get(NAME)) == "COMMENT":
                        return _text(file, parts.get(TEXT))
    return ""


def _within(file: Any, start: int, end: int, *path: int) -> Iterator[tuple[int, int]]:
    """Where the elements begin and end that are found by a path of names."""
    if not path:
        yield start, end
        return
    for name, *span in _elements(file, start, end):
        if name == path[0]:
            yield from _within(file, *span, *path[1:])


def _elements(file: Any, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The elements between two places: names, and where what is in them begins and ends."""
    while start < end:
        file.seek(start)
        head = file.read(12)
        if len(head) < 2 or not head[0]:
            return
        wide = 9 - head[0].bit_length()  # bytes of the name: as many as its first bit says
        rest = head[wide:]
        if not rest or not rest[0]:
            return
        long = 9 - rest[0].bit_length()
        length = int.from_bytes(rest[:long], "big") & ~(1 << 7 * long)
        first = start + wide + long
        yield int.from_bytes(head[:wide], "big"), first, first + length
        start = first + length


def _text(file: Any, span: list[int] | None) -> str:
    if span is None:
        return ""
    file.seek(span[0])
    return str(file.read(span[1] - span[0]), "utf-8", "replace")
