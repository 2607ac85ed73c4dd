"""Films that are folders: made beside, and swapped in when they are whole."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gdanim.errors import InputError

FRAME = re.compile(r"\d{5}\.\w+")


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to make and fill beside ``path``, which gets that name when it is whole and else goes.

    Only a folder of frames is replaced. Raises InputError where something else is there.
    """
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    if os.path.lexists(path) and not _ours(path):
        raise InputError(f"{path} is there already, and no folder of frames: move it away, and render again")
    try:
        yield part
        if path.exists():
            path.rename(old)
        part.rename(path)
    finally:
        for folder in (part, old):
            shutil.rmtree(folder, ignore_errors=True)


def _ours(path: Path) -> bool:
    """Whether a folder has nothing but numbered frames."""
    return (
        path.is_dir() and not path.is_symlink() and all(FRAME.fullmatch(file.name) for file in path.iterdir())
    )
