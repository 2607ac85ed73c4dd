"""Numbers as tables have them: with decimal commas, marks of thousands, currencies, percents, and gaps."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

WORDS = """
    na n/a n.a. #n/a <na> nan -nan nd null none nil missing inf +inf -inf infinity -infinity ? - -- . .. ...
    #value! #div/0! #num! #ref! \u2013 \u2014
"""
TRUTH = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
MISSING = frozenset(["", *WORDS.split()])  # what cells without a number have, in small letters
CURRENCY = (
    r"(?:[A-Za-z]{0,3}[$\u00a3\u00a5\u20a0-\u20cf]|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|CZK|BRL"
    r"|kr\.?|z\u0142|K\u010d)"
)
GAPS = "'\u2019 \u00a0\u2009\u202f"  # beside the other mark, what may part thousands
DASHES = str.maketrans("\u2212\u2013\u2012\ufe63", "----")
OTHER = {".": ",", ",": "."}


def _number(mark: str) -> re.Pattern[str]:
    """A number with that decimal mark: perhaps with a sign, a currency, a power of ten, a percent sign."""
    parts = f"[{re.escape(OTHER[mark])}{GAPS}]"
    whole = rf"\d{{1,3}}(?P<part>{parts})(?:\d{{2,3}}(?P=part))*\d{{3}}|\d+"
    return re.compile(
        rf"(?P<sign>[-+]?)\s*(?P<before>{CURRENCY})?\s*(?P<second>[-+]?)"
        rf"(?=[\d{re.escape(mark)}])(?P<whole>{whole})?(?:{re.escape(mark)}(?P<decimals>\d*))?"
        rf"(?P<power>[eE][-+]?\d+)?\s*(?P<after>{CURRENCY})?\s*(?P<percent>%)?"
    )


NUMBER = {mark: _number(mark) for mark in OTHER}


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no number."""
    return cell.lower() in MISSING


def plain_number(cell: str) -> bool:
    """Whether a cell is a number, however it is written."""
    return not is_missing(cell) and any(_match(cell, mark) for mark in OTHER)


def decimal_mark(columns: Sequence[Sequence[str]], separator: str) -> str:
    """The decimal mark of a file: the one that some column cannot do without; else what is usual."""
    usual = "," if separator == ";" else "."
    for column in columns:
        cells = [cell for cell in column if not is_missing(cell)]
        fits = [mark for mark in OTHER if all(_match(cell, mark) for cell in cells)]
        if len(fits) == 1:
            return fits[0]
    return usual


def numbers(cells: Sequence[str], lines: Sequence[int], mark: str) -> tuple[list[float], str]:
    """The numbers of a column, nan where one is missing, and what is told of how they were read.

    ``mark``: the decimal mark of the file, which is taken where both would do. Raises ValueError with the
    line of the first cell that is none, or that is written otherwise than one before it.
    """
    if mark == "." or not any("." in cell for cell in cells):
        try:
            values = np.array(list(map(float, cells)))  # most files; what follows takes twenty times as long
            return np.where(np.isfinite(values), values, np.nan).tolist(), ""
        except ValueError:
            pass
    if (words := {cell.lower() for cell in cells} - MISSING) and words <= TRUTH.keys():
        told = ", ".join(f"{word} was read as {TRUTH[word]:g}" for word in sorted(words))
        return [TRUTH.get(cell.lower(), math.nan) for cell in cells], told
    for tried in (mark, OTHER[mark]):
        if (found := _all(cells, tried)) is not None:
            return [math.nan if match is None else _value(match) for match in found], _told(found)
    raise ValueError(_fault(cells, lines))


def _all(cells: Sequence[str], mark: str) -> list[re.Match[str] | None] | None:
    """The numbers of a column as matches, None for one that is missing; None where a cell is neither."""
    found = []
    for cell in cells:
        match = None if is_missing(cell) else _match(cell, mark)
        if match is None and not is_missing(cell):
            return None
        found.append(match)
    return found


def _match(cell: str, mark: str) -> re.Match[str] | None:
    text = cell.translate(DASHES)
    if text[:1] == "(" and text[-1:] == ")":  # as accountants write less than nothing
        text = f"-{text[1:-1]}"
    return NUMBER[mark].fullmatch(text)


def _value(match: re.Match[str]) -> float:
    whole = re.sub(r"\D", "", match["whole"] or "0")
    text = f"{match['sign'] or match['second']}{whole}.{match['decimals'] or '0'}{match['power'] or ''}"
    return float(text) / (100 if match["percent"] else 1)


def _told(matches: Sequence[re.Match[str] | None]) -> str:
    """The first example of each way of writing that might be meant otherwise."""
    told: dict[str, str] = {}
    for match in filter(None, matches):
        for way in ("part", "before", "after", "percent"):
            if match[way] and way not in told:
                told[way] = f"{match.string} was read as {_value(match):.15g}"
    return ", ".join(dict.fromkeys(told.values()))


def _fault(cells: Sequence[str], lines: Sequence[int]) -> str:
    """The first cell that is no number; else the two first that are written in two ways."""
    first: dict[str, tuple[str, int]] = {}
    for cell, line in zip(cells, lines, strict=True):
        fits = [] if is_missing(cell) else [mark for mark in OTHER if _match(cell, mark)]
        if not fits and not is_missing(cell):
            return f"line {line}: {cell!r} is not a number"
        if len(fits) == 1:
            first.setdefault(fits[0], (cell, line))
    (comma, line), (point, other) = first[","], first["."]
    told = f"{comma!r} has a decimal comma, and {point!r} in line {other} a point"
    return f"line {line}: {told}: write all numbers one way"
