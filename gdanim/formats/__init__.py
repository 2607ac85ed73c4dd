"""Files that films become, one format per file: what it carries, how it is written, how its comment is read.

That a film is up to date is known without what writes it: modules here import av and numpy only while they
write.
"""

from __future__ import annotations

from gdanim.formats import mp4  # noqa: F401  (the default is registered, and so listed, before the others)
from gdanim.formats.base import Cue, Format, Limits, Piece, Reel, choices

__all__ = ["DEFAULT", "Cue", "Format", "Limits", "Piece", "Reel", "choices"]

DEFAULT = "mp4"  # of a spec that names none
