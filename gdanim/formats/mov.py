"""MOV: ProRes 4444, for programs that cut films."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gdanim.formats.base import Format, Limits, Piece, Reel
from gdanim.formats.mp4 import add_chapters, begin, box, captions, coloured, index, joined, taking, timed_text
from gdanim.registry import formats

if TYPE_CHECKING:
    from gdanim.formats.base import Write


@formats.register
def mov() -> Format:
    """ProRes 4444, which editors take with its alpha; large."""
    limits = Limits(even_sides=True)
    return Format(writing, comment, joining, captions=True, chapters=True, alpha=True, limits=limits)


@contextmanager
def writing(path: Path, reel: Reel) -> Iterator[Write]:
    """ProRes 4444, 4:4:4, 10 bits, BT.709, every frame by itself, alpha not premultiplied."""
    import av

    with av.open(str(path.absolute()), "w", format="mov") as container:
        stream = container.add_stream("prores_ks", rate=reel.rate)
        stream.width, stream.height = reel.size
        stream.pix_fmt = "yuva444p10le" if reel.alpha else "yuv444p10le"
        stream.options = {"profile": "4444", "vendor": "apl0"}  # some programs take no other vendor's
        coloured(stream)
        with taking(container, stream, reel) as write:
            yield write


def joining(path: Path, reel: Reel, pieces: Sequence[Piece]) -> None:
    """With chapters and captions; its index is at the front so that it starts while it loads."""
    import av

    options = {"movflags": "+faststart"}
    with av.open(str(path.absolute()), "w", format="mov", options=options) as container:
        container.metadata["comment"] = reel.comment
        add_chapters(container, reel.chapters)
        with joined(container, reel, pieces) as copy:
            begin(container, captions(container, reel, "mov_text", timed_text))
            copy(None)


def comment(film: Path) -> str:
    """The comment of a MOV that is whole, else "": in moov and udta, after its length and language."""
    return box(box(index(film), b"udta"), b"\xa9cmt")[4:].decode(errors="replace")
