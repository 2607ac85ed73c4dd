"""Films in a format from given frames, as they are made: written in pieces that are joined, where it can."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from gdanim.formats import Format, Piece, Reel


def make(form: Format, path: Path, reel: Reel, frames: Sequence[Any], pieces: int = 1) -> Path:
    """A film at ``path``; ``pieces``: of how many, of different lengths, it is joined."""
    if form.joining is None:
        with form.writing(path, reel) as write:
            for frame in frames:
                write(frame)
        return path
    with tempfile.TemporaryDirectory() as room:
        borders = [round(len(frames) * (k / pieces) ** 0.7) for k in range(pieces + 1)]
        made = []
        for first, last in pairwise(borders):
            made.append(Piece(Path(room) / str(first), last - first))
            with form.writing(made[-1].path, Reel(reel.size, reel.rate, alpha=reel.alpha)) as write:
                for frame in frames[first:last]:
                    write(frame)
        form.joining(path, reel, made)
    return path
