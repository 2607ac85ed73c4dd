"""What is said and what chapters are called, on the clock; and captions as files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate, pairwise

from gdanim.formats import Cue as Cue
from gdanim.motion.speech import Spoken

LINE = 42  # characters
LINK = re.compile(  # a clause or a phrase may begin with these
    "and|or|but|so|nor|yet|which|that|who|whose|because|since|while|when|where|if|then|than|until|as|"
    "though|although|before|after|with|without|from|into|to|of|in|on|at|by|for",
    re.IGNORECASE,
)
COMMA, PHRASE, INSIDE = 0.25, 0.5, 1.3  # what it costs to break a sentence there; between clauses nothing
MORE = 0.8  # what one more cue costs


def cues(spoken: Iterable[Spoken]) -> list[Cue]:
    """What is said as captions: of a sentence that is longer than two lines, several, cut at its clauses.

    Each has time as it has words; the last one stands until the sentence does.
    """
    found = []
    for start, end, until, text in spoken:
        pieces = _pieces(text)
        shares = [len(piece.split()) for piece in pieces]
        pace = (end - start) / sum(shares)
        borders = [round(1000 * (start + pace * share)) for share in accumulate(shares, initial=0)]
        borders[-1] = round(1000 * until)
        found += [Cue(*span, piece) for span, piece in zip(pairwise(borders), pieces, strict=True)]
    return found


def _pieces(sentence: str) -> list[str]:
    """Cues of two lines at most, broken where it costs least."""
    words = [word[k : k + LINE] for word in sentence.split() for k in range(0, len(word), LINE)]

    @cache
    def best(first: int) -> tuple[float, tuple[str, ...]]:
        """The words from one on: what their cues cost, and these."""
        if first == len(words):
            return -MORE, ()
        ways = []
        for after, (cost, piece) in _lines(words, first):
            rest, pieces = best(after)
            ways.append((cost + rest + MORE + _break(words, after), (piece, *pieces)))
        return min(ways)

    for first in range(len(words) - 1, 0, -40):  # so that long sentences need no deep recursion
        best(first)
    return list(best(0)[1])


def _lines(words: list[str], first: int) -> Iterator[tuple[int, tuple[float, str]]]:
    """Cues that begin with a word: the word after each, what its lines cost, and the cue."""
    for after in range(first + 1, len(words) + 1):
        line = " ".join(words[first:after])
        if len(line) <= LINE:
            yield after, (_empty(len(line), LINE), line)
            continue
        ways = []
        for middle in range(first + 1, after):
            upper, lower = " ".join(words[first:middle]), " ".join(words[middle:after])
            if max(len(upper), len(lower)) <= LINE:
                uneven = 0.5 * ((len(upper) - len(lower)) / LINE) ** 2
                ways.append((0.5 * _break(words, middle) + uneven, f"{upper}\n{lower}"))
        if not ways:
            return
        cost, cue = min(ways)
        yield after, (cost + _empty(len(line), 2 * LINE), cue)


def _empty(length: int, room: int) -> float:
    return (1 - length / room) ** 2


def _break(words: list[str], at: int) -> float:
    """What it costs to break before a word."""
    if at == len(words) or words[at - 1][-1] in ";:.!?\u2013\u2014\u2026":
        return 0.0
    if words[at - 1][-1] == ",":
        return COMMA
    return PHRASE if LINK.fullmatch(words[at]) else INSIDE


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
