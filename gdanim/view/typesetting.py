"""Typst, which sets all text: it can read no file, and what users wrote reaches it as data."""

from __future__ import annotations

import typst

from gdanim.files import scratch


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
    images = [pages] if isinstance(pages, bytes) else map(bytes, pages)
    return list(images), [str(note) for note in notes]


def string(text: str) -> str:
    """A Typst string that is ``text`` on one line, whatever it contains."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", " ")
    return f'"{quoted}"'
