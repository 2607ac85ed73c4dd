"""Files that are written: whole or not at all, only regular ones, and what a killed run left is swept up."""

from __future__ import annotations

import atexit
import os
import platform
import re
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from gdanim.errors import InputError

HERE = f"{zlib.crc32(platform.node().encode()):08x}"  # this machine: of others' processes nothing is known
FRAME = re.compile(r"\d{5}\.\w+")  # the name of a file in a folder of frames
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, if it is not there. Raises InputError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        way = next(path for path in (folder, *folder.parents) if path.exists())
        raise InputError(f"{folder} cannot be a folder: {way} is a file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot make the folder {folder}: {_reason(error)}") from None


def refuse_closed(folder: Path) -> None:
    """Raise InputError where nothing can be written into a folder: told before films are drawn, not after."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"cannot write into {folder}: {_reason(error)}") from None


def refuse_outside(folder: Path, root: Path) -> None:
    """Raise InputError where a folder below ``root`` leads out of it, by a link."""
    if not folder.resolve().is_relative_to(root.resolve()):
        raise InputError(f"{folder} leads out of {root}, by a link: films stay below that folder")


def refuse_unwritable(path: Path) -> None:
    """Raise InputError where ``path`` is there and no regular file: nothing else is ever replaced."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError) as error:
        raise InputError(f"cannot write {path}: {_reason(error)}") from None
    for is_kind, kind in KINDS:
        if is_kind(mode):
            raise InputError(f"{path} is {kind}: name the file to write")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file to write beside ``path``, which gets that name when it is whole and else goes.

    Its own name is short, and of this process alone. Raises InputError where there can be no such file.
    """
    refuse_unwritable(path)
    make_folder(path.parent)
    _sweep(path.parent, "part")
    try:
        number, name = tempfile.mkstemp(".part", f".gdanim-{HERE}-{os.getpid()}-", path.parent)
    except OSError as error:
        raise InputError(f"cannot write {path}: {_reason(error)}") from None
    part = Path(name)
    try:
        os.close(number)
        part.chmod(0o666 & ~_umask())
        yield part
        refuse_unwritable(path)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def refuse_not_frames(path: Path) -> None:
    """Raise InputError where ``path`` is there and no folder of numbered files."""
    if os.path.lexists(path) and not (
        path.is_dir() and not path.is_symlink() and all(FRAME.fullmatch(file.name) for file in path.iterdir())
    ):
        raise InputError(f"{path} is there already, and no folder of frames: move it away, and render again")


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to make and fill beside ``path``, which gets that name when it is whole and else goes.

    Only a folder of numbered files is replaced. Raises InputError where something else is there.
    """
    refuse_not_frames(path)
    make_folder(path.parent)
    _sweep(path.parent, "part")
    try:
        room = Path(tempfile.mkdtemp(".part", f".gdanim-{HERE}-{os.getpid()}-", path.parent))
    except OSError as error:
        raise InputError(f"cannot write {path}: {_reason(error)}") from None
    try:
        yield room / "new"
        refuse_not_frames(path)
        if path.exists():
            path.rename(room / "old")
        (room / "new").rename(path)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def user_cache() -> Path:
    """The folder of what can be made anew but is worth keeping; it need not be there."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gdanim"
    except RuntimeError:  # nobody knows where home is
        return scratch("cache")


@cache
def scratch(purpose: str) -> Path:
    """A folder among the temporary ones, for as long as this process lives."""
    _sweep(Path(tempfile.gettempdir()), "")
    folder = tempfile.mkdtemp("", f".gdanim-{HERE}-{os.getpid()}-{purpose}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _sweep(folder: Path, ending: str) -> None:
    """Remove what processes of this machine left in a folder that are no more."""
    for path in folder.glob(f".gdanim-{HERE}-*"):
        owner = re.fullmatch(rf"\.gdanim-{HERE}-(\d+)-[^.]+(?:\.(\w+))?", path.name)
        if owner and (owner[2] or "") == ending and not _alive(int(owner[1])):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    if os.name == "nt":  # where asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of another user
        return True
    return True


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
