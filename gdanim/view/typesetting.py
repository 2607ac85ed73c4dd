"""Typst, which sets all text: it can read no file, and what users wrote reaches it as data."""

from __future__ import annotations

import typst

from gdanim.files import scratch
from gdanim.formula import symbol_of


def typeset(source: str, pixels_per_inch: float = 72) -> tuple[list[bytes], list[str]]:
    """The pages of a document as PNGs, and what Typst has to remark.

    It runs in a folder that is empty: there is no file to read and no package to import.
    """
    nothing = str(scratch("typst"))
    pages, notes = typst.compile_with_warnings(  # type: ignore[call-overload]  # its stubs know one type
        source.encode(),
        root=nothing,
        package_path=nothing,
        package_cache_path=nothing,
        format="png",
        ppi=pixels_per_inch,
    )
    return [pages] if isinstance(pages, bytes) else pages, [str(note) for note in notes]


def string(text: str) -> str:
    """A Typst string that is ``text`` on one line, whatever it contains."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", " ")
    return f'"{quoted}"'


def symbol(name: str) -> str:
    """The name of a variable in Typst's mathematics. Raises ValueError where it is none."""
    letters = symbol_of(name)
    word = letters.word
    if letters.greek:  # as formulas have them, which come from LaTeX
        word = f"{word}.alt" if word in ("epsilon", "phi") else word
    elif not (len(word) == 1 and word.isascii()):
        word = string(word)
    if not letters.below:
        return word
    return f"{word}_({letters.below if letters.below.isdecimal() else string(letters.below)})"


def variable(name: str) -> str:
    """Typst markup of the name of a variable."""
    return f"${symbol(name)}$"
