"""The folders that files are written into."""

from __future__ import annotations

from pathlib import Path

from gdanim.errors import InputError


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, if it is not there. Raises InputError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        way = next(path for path in (folder, *folder.parents) if path.exists())
        raise InputError(f"{folder} cannot be a folder: {way} is a file") from None
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None
