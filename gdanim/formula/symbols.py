"""Names of variables and axes: one grammar for all that is drawn of them."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from gdanim.formula.vocabulary import CONSTANTS, FUNCTIONS, GREEK

MOST_LETTERS = 20
_PARTS = re.compile(r"([^_0-9]+)(?:_?([0-9]{1,4})|_([^_0-9]+))?")
TOLD = "a name is a letter or a word, perhaps with a number or a word below it: x, w2, theta_1, rate_max"


class Symbol(NamedTuple):
    """A name as it is set: what stands on the line, and below it, which may be empty."""

    word: str
    below: str = ""

    @property
    def greek(self) -> bool:
        """Whether its word names a letter of the Greek alphabet."""
        return self.word in GREEK


def symbol_of(name: str) -> Symbol:
    """The parts of a name. Raises ValueError unless it is letters of any script, with a subscript at most.

    Words of formulas (``sin``, ``pi``) are no names.
    """
    parts = _PARTS.fullmatch(name)
    if parts is None or not all(map(_is_word, filter(None, (parts[1], parts[3])))):
        greek = re.fullmatch(r"\\([a-z]+)", name)
        meant = f": write {greek[1]}" if greek and greek[1] in GREEK else f": {TOLD}"
        shown = name if len(name) <= 60 else f"{name[:57]}..."
        raise ValueError(f"{shown!r} is no name of an axis{meant}")
    if name in FUNCTIONS or name in CONSTANTS:
        raise ValueError(f"{name} is a word of formulas, and no name of an axis")
    return Symbol(parts[1], parts[2] or parts[3] or "")


def _is_word(text: str) -> bool:
    """Whether a text is letters, each perhaps with marks over and under it."""
    kinds = [unicodedata.category(c)[0] for c in text]
    return kinds[0] == "L" and set(kinds) <= {"L", "M"} and len(kinds) <= MOST_LETTERS
