"""The text of a formula cut into numbers, names and operators, or refused with a word of advice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class ExpressionError(ValueError):
    """A formula that cannot be read: what is wrong, and where in its text."""

    def __init__(self, message: str, offset: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length


class Token(NamedTuple):
    """One word of a formula, and where it stands."""

    kind: str  # number, name, operator, end
    text: str
    offset: int


_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<operator>\*\*|[-+*/^(),])"
)
_ADVICE = {
    "=": "give only what stands right of the =",
    "|": "write abs(x)",
    "²": "write ^2",
    "³": "write ^3",
    "·": "write *",
    "\u00d7": "write *",  # multiplication sign
    "\u2212": "write -",  # minus sign
    "÷": "write /",
    "√": "write sqrt(x)",
    "π": "write pi",
    "[": "write (",
    "{": "write (",
}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a formula and one for its end. Raises ExpressionError at what belongs to no formula."""
    offset = 0
    while offset < len(text):
        if text[offset].isspace():
            offset += 1
            continue
        match = _TOKEN.match(text, offset)
        if match is None:
            advice = _ADVICE.get(text[offset])
            message = f"unexpected {text[offset]!r}" + (f": {advice}" if advice else "")
            raise ExpressionError(message, offset)
        word = match.group()
        if re.fullmatch("[xyz]{2,}", word):  # 3xy: the power in xy^2 belongs to y alone
            yield from (Token("name", letter, offset + i) for i, letter in enumerate(word))
        else:
            yield Token(str(match.lastgroup), "^" if word == "**" else word, offset)
        offset = match.end()
    yield Token("end", "", len(text.rstrip()))
