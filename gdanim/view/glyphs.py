"""The fonts and the characters of a film that are not here: told before it is drawn, without drawing it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdanim.spec import Part

MOST = 20  # characters are named


def lacking(parts: Sequence[Part]) -> list[str]:
    """What is told of fonts that are not installed, and of characters that no font has in one colour."""
    fonts = dict.fromkeys(part.view.font for part in parts if part.view.font)
    shown = [(words, part.view.font) for part in parts if not (words := _words(part)).isascii()]
    if not fonts and not shown:
        return []
    from gdanim.view.text import FONT, is_installed  # loads Typst

    told = [f"view.font: {f!r} is not installed; {FONT} stands in" for f in fonts if not is_installed(f)]
    return [*told, *_characters(shown)]


def _characters(shown: Sequence[tuple[str, str | None]]) -> list[str]:
    """What is told of the characters of words, each with its font."""
    from gdanim.view.text import unknown

    found = list(dict.fromkeys(c for words, font in shown for c in unknown(words, font)))
    if not found:
        return []
    emoji = any(unicodedata.category(c) == "So" for c in found)
    which = "; text has one colour, and so must a font of emoji, such as Noto Emoji" if emoji else ""
    told = f"no font here has {' '.join(found[:MOST])}"
    return [f"view.font: {told}; name one that is installed and does{which}"]


def _words(part: Part) -> str:
    """All that is shown as its author typed it."""
    labels = [optimizer.label or "" for optimizer in part.optimizers]
    names = [name for entry in part.functions for name in (entry.shown, *entry.variables)]
    columns = [word for entry in part.functions for word in entry.parameters.get("columns") or ()]
    cells = [cell for row in part.card.table for cell in row]
    said = " ".join(beat.text for beat in part.say) if part.video.captions == "burned" else ""
    shown = [part.title or "", part.takeaway or "", " ".join(said.split()), *labels, *names, *columns]
    return "".join([*shown, *part.card.lines, *cells])
