"""Pieces of films that are drawn already: files in the user's cache, named for all that they follow from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gdanim.files import scratch, user_cache, whole

MOST = 2_000_000_000  # bytes; what was used longest ago goes first


class Kept:
    """Files of a folder by their keys, which are letters and digits."""

    def __init__(self, folder: Path, fresh: bool = False) -> None:
        """``fresh``: what is there already is not taken."""
        self._folder = folder
        self._own: set[str] | None = set() if fresh else None

    def get(self, key: str) -> Path | None:
        """The file of that key, if it is there; it then counts as used."""
        path = self._folder / key
        if self._own is not None and key not in self._own:
            return None
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def put(self, key: str, data: bytes) -> Path:
        """Keep what is of that key. Raises OSError where there is no room."""
        path = self._folder / key
        with whole(path) as part:
            part.write_bytes(data)
        if self._own is not None:
            self._own.add(key)
        return path


def kept(fresh: bool = False) -> Kept:
    """What the user's cache has; where that cannot be written, a folder that goes with this process."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        usable = os.access(folder(), os.W_OK | os.X_OK)
    except OSError:
        usable = False
    return Kept(folder() if usable else scratch("film"), fresh)


def folder() -> Path:
    """Where pieces are kept."""
    return user_cache() / "pieces"


def trim(most: int = MOST) -> int:
    """Let go of the oldest beyond so many bytes; returns how many bytes that were."""
    files = sorted(_files(), key=lambda file: file[1].st_mtime)
    size, gone = sum(status.st_size for _, status in files), 0
    for path, status in files:
        if size - gone <= most:
            break
        with suppress(OSError):  # another process may trim, too
            path.unlink()
            gone += status.st_size
    return gone


def _files() -> Iterator[tuple[Path, os.stat_result]]:
    try:
        entries = list(os.scandir(folder()))
    except OSError:
        return
    for entry in entries:
        with suppress(OSError):
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path), entry.stat(follow_symlinks=False)
