"""What a film was made from, told in its file: whether it is current is known without loading its spec."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from gdanim import registry
from gdanim.catalog import scenes
from gdanim.errors import InputError
from gdanim.spec import defaults, yaml_marks
from gdanim.version import __version__

CAPTIONS = (".srt", ".vtt")  # the endings of the files beside a film with captions


class Origin(NamedTuple):
    """What the films of a spec follow from; an unreadable spec has no fingerprint."""

    fingerprint: str = ""
    formats: tuple[str, ...] = ()  # that the spec asks for, not checked

    def films(self, folder: Path, film: str, formats: Sequence[str] | None) -> list[Path]:
        """The films of that name in a folder if every one was made from this, captions included; else []."""
        paths = [folder / f"{film}.{name}" for name in dict.fromkeys(formats or self.formats)]
        made_from = map(told, paths)
        return paths if self.fingerprint and all(map(self._made, paths, made_from)) else []

    def _made(self, path: Path, facts: dict[str, Any]) -> bool:
        return facts.get("from") == self.fingerprint and whole(path, facts)


def of(source: str | Path, quality: str | None, settings: Sequence[str] = ()) -> Origin:
    """The origin of the films of a spec file in a quality, as it was typed; None: the spec's own.

    With settings that change the spec it has no fingerprint: what they say is known when it is loaded.

    The fingerprint covers all that checking and drawing read: what the spec says, the files it names,
    its scenes, plugins, and the code of gdanim, which may have learnt to refuse it. So while it stays, a
    spec that was good is good.
    """
    if settings:
        return Origin()
    try:
        data, _ = yaml_marks.read(source)
    except InputError:
        return Origin()
    words = {defaults.SCENE, *_texts(data)}
    folder = Path(source).parent
    known = scenes()
    files = [known[word] for word in sorted(words & known.keys())]
    files += [folder / word for word in sorted(words) if _names_a_file(folder, word)]
    own = (__version__, _code(), sorted(registry.additions.items()))
    said = (Path(source).stem, quality, data, _hash(files), own)
    formats = data.get("formats", defaults.FORMATS) if isinstance(data, dict) else ()
    listed = tuple(map(str, formats)) if isinstance(formats, list | tuple) else ()
    return Origin(hashlib.sha256(repr(said).encode()).hexdigest()[:32], listed)


def told(film: Path) -> dict[str, Any]:
    """What a film says of its making; nothing if it is no whole film of ours."""
    try:
        found = json.loads(READERS[film.suffix[1:]](film))
    except (OSError, ValueError, KeyError):
        return {}
    return found if isinstance(found, dict) else {}


def whole(film: Path, facts: dict[str, Any]) -> bool:
    """Whether the captions that a film has stand beside it."""
    return not facts.get("captions") or all(film.with_suffix(ending).exists() for ending in CAPTIONS)


def _texts(data: Any) -> Iterator[str]:
    """Every text that is a value in the data of a spec."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _texts(value)


def _names_a_file(folder: Path, word: str) -> bool:
    """Whether a text is the name of a file in the folder or below it that can be its data."""
    if os.path.isabs(word) or ".." in Path(word).parts or not os.path.isfile(folder / word):
        return False
    return os.path.getsize(folder / word) <= defaults.MOST_BYTES and os.access(folder / word, os.R_OK)


@cache
def _code() -> str:
    """A hash of the modules of gdanim, its shaders and its Typst; scenes count where they are used."""
    package = Path(str(resources.files("gdanim")))
    files = (file for file in package.rglob("*") if file.suffix in (".py", ".glsl", ".typ"))
    return _hash(sorted(file for file in files if file.parent.name != "scenes"))


def _hash(files: Sequence[Path]) -> str:
    """SHA-256 (hex) of what is in some files."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()


def _mp4_comment(film: Path) -> str:
    """The comment of an MP4 that is whole, else "".

    It stands where FFmpeg writes it: in moov, udta, meta, where keys names the items of ilst.
    """
    with film.open("rb") as file:
        size, at, index = film.stat().st_size, 0, b""
        while at < size:  # the boxes of a whole file end where it does
            file.seek(at)
            header = file.read(16)
            length, start = int.from_bytes(header[:4], "big"), 8
            if length == 1:  # of 64 bits
                length, start = int.from_bytes(header[8:], "big"), 16
            if length < start:
                return ""
            if header[4:8] == b"moov" and at + length <= size:
                file.seek(at + start)
                index = file.read(length - start)
            at += length
    if at != size:
        return ""
    meta = dict(_boxes(_box(_box(index, b"udta"), b"meta")[4:]))  # four bytes of version and flags
    names = [name for _, name in _boxes(meta.get(b"keys", b"")[8:])]
    values = [_box(item, b"data")[8:] for _, item in _boxes(meta.get(b"ilst", b""))]
    return dict(zip(names, values, strict=False)).get(b"comment", b"").decode(errors="replace")


def _box(data: bytes, name: bytes) -> bytes:
    return dict(_boxes(data)).get(name, b"")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of an MP4 one after another: names of four letters and what is in them."""
    while len(data) >= 8:
        length = int.from_bytes(data[:4], "big")
        if length < 8:
            return
        yield data[4:8], data[8:length]
        data = data[length:]


def _gif_comment(film: Path) -> str:
    """The comment extension at the very end of a GIF, else ""."""
    with film.open("rb") as file:
        file.seek(-min(260, film.stat().st_size), os.SEEK_END)
        tail = file.read()
    start = tail.rfind(b"\x21\xfe")
    return tail[start + 3 : -2].decode(errors="replace") if start >= 0 else ""


READERS: dict[str, Callable[[Path], str]] = {"mp4": _mp4_comment, "gif": _gif_comment}
