"""What a format is: a registered function, callable without arguments, that returns a ``Format``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from gdanim.origin import Source, kind_of
from gdanim.registry import formats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Write: TypeAlias = Callable[[Pixels], None]


class Cue(NamedTuple):
    """A text for a while: from and to whole milliseconds."""

    start: int
    end: int
    text: str


class Sound(NamedTuple):
    """One channel of sound, as long as its film."""

    rate: int  # samples a second
    samples: NDArray[np.float32]  # (n,), -1 to 1


@dataclass(frozen=True)
class Reel:
    """What a writer is told of a film before its frames."""

    size: tuple[int, int]  # width and height in pixels
    rate: int  # frames per second
    comment: str = ""  # at most 255 bytes of UTF-8
    samples: Callable[[], Iterable[Pixels]] = tuple  # draws some frames all over the film, for a palette
    chapters: Sequence[Cue] = ()
    captions: Sequence[Cue] = ()
    language: str = "und"  # of the captions, three letters of ISO 639-2
    plays: int = 0  # how often it plays where that can be said; 0: for ever
    alpha: bool = False  # frames have no ground
    poster: int | None = None  # the number, from 0, of the frame that tells best what the film is about
    sound: Sound | None = None


class Piece(NamedTuple):
    """A file of some frames of a film, which was written by itself."""

    path: Path
    frames: int


@dataclass(frozen=True)
class Limits:
    """Sizes and rates of a film: of qualities such as 720p30, and the last words where a size is named."""

    most_lines: int = sys.maxsize  # of a quality that names no size
    calm_rate: int = sys.maxsize  # frames a second, at most, where none is named with a size
    most_rate: int = sys.maxsize  # where one is
    even_sides: bool = False  # odd ones grow by a pixel


@dataclass(frozen=True)
class Format:
    """A format of films; the name of the function that returns it is their ending.

    ``writing(path, reel)`` is a context with a function that adds one frame, shape (height, width, 4), RGBA;
    the file is finished at its end. Frames come in order, from one thread. ``comment(path)`` reads the
    reel's comment back from a whole file, without importing much; of another file it gives "", or raises
    OSError, ValueError or LookupError. ``joining(path, reel, pieces)`` makes one file of several, each one
    written by ``writing`` from a reel of no more than size, rate and alpha. A format that has none is written
    from all frames, which are kept without loss until they are complete.
    """

    writing: Callable[[Path, Reel], AbstractContextManager[Write]]
    comment: Callable[[Path], str]
    joining: Callable[[Path, Reel, Sequence[Piece]], None] | None = None
    captions: bool = False  # a track of them; then they stand beside the film, too
    chapters: bool = False
    sound: bool = False
    alpha: bool = False  # with ``background: none`` frames have no ground; their colours are premultiplied
    folder: bool = False  # a folder of files: ``writing`` makes it
    limits: Limits = Limits()
    lighter: Sequence[Mapping[str, Any]] = ()  # parameters of ever smaller files

    @property
    def carries(self) -> str:
        """What a film can have beside its pictures, and where its quality ends."""
        words = [name for name in ("captions", "chapters", "sound", "alpha") if getattr(self, name)]
        if self.limits.most_lines < sys.maxsize:
            words.append(f"up to {self.limits.most_lines}p{self.limits.calm_rate}")
        return ", ".join(words)


def straight(frame: Pixels) -> Pixels:
    """A frame whose colours are not premultiplied by its alpha, as most files want them."""
    import numpy as np

    alpha = np.maximum(frame[..., 3:], 1).astype(np.uint16)
    colors = np.minimum(frame[..., :3] * np.uint16(255) // alpha, 255).astype(np.uint8)
    return np.concatenate([colors, frame[..., 3:]], axis=-1)


@formats.guard
def guarded(made: Any, source: Source) -> Format:
    """A user's own format, if it is one. Raises InputError."""
    if not isinstance(made, Format):
        raise source.wrong(f"must return a gdanim.formats.Format, not {kind_of(made)}")
    return made


def choices(written: str) -> str:
    """All formats in words, each as ``written`` has it: with ".{}" such as ``.mp4, .webm or .gif``."""
    *most, last = map(written.format, formats)
    return f"{', '.join(most)} or {last}" if most else last
