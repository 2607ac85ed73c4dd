"""What is said and what chapters are called, on the clock; and captions as files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from itertools import accumulate, pairwise

from gdanim.formats import Cue as Cue

LINE = 42  # characters
FASTEST = 15  # characters a second that can be read
BRIEF = 15  # characters that a shorter cue counts as, so that nothing flashes by


def cues(text: str, start: float, end: float) -> list[Cue]:
    """A text shared out over seconds: sentences have time in proportion to their length.

    A sentence of more than two lines is cut into several cues of about equal length.
    """
    sentences = re.split(r"(?<=[.!?…])\s+", " ".join(text.split()))
    pieces = [piece for sentence in sentences for piece in _pieces(sentence)]
    weights = [max(len(piece), BRIEF) for piece in pieces]
    pace = (end - start) / max(sum(weights), 1)
    borders = [round(1000 * (start + pace * weight)) for weight in accumulate(weights, initial=0)]
    return [Cue(*span, piece) for span, piece in zip(pairwise(borders), pieces, strict=True)]


def _pieces(sentence: str) -> list[str]:
    """Cues of two lines at most, all lines about equally long."""
    count = len(_wrapped(sentence, LINE))
    count += count % 2 if count > 2 else 0
    width = next(width for width in range(1, LINE + 1) if len(_wrapped(sentence, width)) <= count)
    lines = _wrapped(sentence, width)
    return ["\n".join(lines[k : k + 2]) for k in range(0, len(lines), 2)]


def _wrapped(sentence: str, width: int) -> list[str]:
    return textwrap.wrap(sentence, width, break_on_hyphens=False)


def seconds_to_read(text: str) -> float:
    """How long a text must stand at least."""
    return len(" ".join(text.split())) / FASTEST


def unread(text: str, act: int, seconds: float) -> str:
    """What is told where an act (from 1) is too short for what it says; "" where it is not."""
    lacks = seconds_to_read(text) - seconds
    if lacks <= 0:
        return ""
    return f"act {act} is {lacks:.1f} s too short to read what it says: a longer hold helps"


def srt(cues: Iterable[Cue]) -> str:
    """The cues as a SubRip file."""
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues, start=1)
    )


def vtt(cues: Iterable[Cue]) -> str:
    """The cues as a WebVTT file (https://www.w3.org/TR/webvtt1/), in which & < > are written as in HTML."""
    blocks = [
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n"
        + cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for cue in cues
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _clock(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"
