"""What a film was made from, told in its file: whether it is current is known without loading its spec.

A film follows from what its spec says and from the code that draws it. Its comment holds a hash of the code,
one of the spec as it was written, if it was a file, and one of what that means. It is current if the code is
the same and either of the others; the first of them needs no more than the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from gdanim import registry, sources
from gdanim.catalog import scenes
from gdanim.errors import InputError
from gdanim.spec import defaults, yaml_marks
from gdanim.version import __version__

if TYPE_CHECKING:
    from gdanim.spec import Spec

CAPTIONS = (".srt", ".vtt")  # the endings of the files beside a film with captions
DIGITS = 24  # of a hash; a GIF's comment has room for 255 bytes


class Origin(NamedTuple):
    """What the films of a spec follow from; of one that has to be loaded what is written is unknown."""

    code: str = ""
    written: str = ""
    formats: Mapping[str, str] = MappingProxyType({})  # that the spec asks for, and what of them, in digits

    def films(self, folder: Path, film: str, formats: Sequence[str] | None) -> list[Path]:
        """The films of that name in a folder if every one was made from this, captions included; else []."""
        paths = [folder / f"{film}.{name}" for name in dict.fromkeys(formats or self.formats)]
        made_from = map(told, paths)
        return paths if self.written and all(map(self._made, paths, made_from)) else []

    def loaded(self, spec: Spec) -> Origin:
        """The same with the code that draws this spec, whatever was known."""
        return self._replace(code=code(part.scene for part in spec.parts))

    def _made(self, path: Path, facts: dict[str, Any]) -> bool:
        made_from = (facts.get("code"), facts.get("from"))
        return made_from == (self.code, self.said(path.suffix[1:])) and whole(path, facts)

    def said(self, name: str) -> str:
        """What is written that a film in a format follows from."""
        asked = self.formats.get(name)
        return digits((self.written, asked)) if self.written and asked else self.written


def of(source: str | Path, quality: str | None, settings: Sequence[str] = ()) -> Origin:
    """The origin of the films of a spec file in a quality, as it was typed; None: the spec's own.

    It covers all that checking and drawing read: what the spec says, the files it names, and the code, which
    may have learnt to refuse it. So while it stays, a spec that was good is good. It is unknown of a spec
    that cannot be read, and with settings that change it: what they say is known when it is loaded. Which
    formats a spec asks for is no part of it: they are films of their own.
    """
    if settings:
        return Origin()
    try:
        data, _ = yaml_marks.read(source)
    except InputError:
        return Origin()
    folder = Path(source).parent
    files = [folder / word for word in sorted(set(_texts(data))) if _names_a_file(folder, word)]
    if not isinstance(data, dict):
        return Origin()
    formats, shown = data.get("formats", defaults.FORMATS), {**data, "formats": None}
    if not (isinstance(formats, list | tuple) and formats):
        return Origin()
    asked = [entry if isinstance(entry, dict) else {"name": entry} for entry in formats]
    if not all(_is_format(entry.get("name")) for entry in asked):
        return Origin()
    own = {entry["name"]: digits(entry) if len(entry) > 1 else "" for entry in asked}
    said = (Path(source).stem, quality, shown, sources.hashed(files))
    return Origin(code(_scenes(data)), digits(said), MappingProxyType(own))


def code(drawn: Iterable[str]) -> str:
    """A hash of all that computes and draws films of these scenes.

    That is gdanim and the versions of what it requires; the scenes and the plugins, with the modules that
    they import and the files that they name.
    """
    known = scenes()
    files = sources.needed(known[name] for name in sorted(set(drawn)) if name in known)
    added = [
        (told, sources.hashed(sources.needed(sources.module(name))) if name.isidentifier() else "")
        for name, told in sorted(registry.additions.items())
    ]
    return digits((__version__, _own_code(), _requirements(), added, sources.hashed(files)))


def told(film: Path) -> dict[str, Any]:
    """What a film says of its making; nothing if it is no whole film of ours."""
    try:
        found = json.loads(registry.formats[film.suffix[1:]]().comment(film))
    except (OSError, ValueError, LookupError):
        return {}
    return found if isinstance(found, dict) else {}


def whole(film: Path, facts: dict[str, Any]) -> bool:
    """Whether the captions that a film has stand beside it."""
    return not facts.get("captions") or all(film.with_suffix(ending).exists() for ending in CAPTIONS)


def _is_format(name: object) -> bool:
    try:
        return isinstance(name, str) and bool(registry.formats[name])
    except LookupError:
        return False


def digits(said: object) -> str:
    """A hash of what is said, as a film's comment has it."""
    return hashlib.sha256(repr(said).encode()).hexdigest()[:DIGITS]


def _texts(data: Any) -> Iterator[str]:
    """Every text that is a value in the data of a spec."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _texts(value)


def _scenes(data: Any) -> list[str]:
    """The names of the scenes that the data of a spec asks for, as far as it makes sense."""
    film = data if isinstance(data, dict) else {}
    acts = film.get("acts")
    parts = acts if isinstance(acts, list) and acts else [{}]
    named = [{**film, **part}.get("scene", defaults.SCENE) for part in parts if isinstance(part, dict)]
    return [name for name in named if isinstance(name, str)]


def _names_a_file(folder: Path, word: str) -> bool:
    """Whether a text is the name of a file in the folder or below it that can be its data."""
    if os.path.isabs(word) or ".." in Path(word).parts or not os.path.isfile(folder / word):
        return False
    return os.path.getsize(folder / word) <= defaults.MOST_BYTES and os.access(folder / word, os.R_OK)


@cache
def _own_code() -> str:
    """A hash of all files of gdanim, its shaders and its Typst; scenes count where they are used."""
    package = Path(str(resources.files("gdanim")))
    files = (file for file in package.rglob("*") if file.is_file())
    return sources.hashed(sorted(file for file in files if file.parent.name not in ("scenes", "__pycache__")))


@cache
def _requirements() -> list[tuple[str, str]]:
    """The packages that gdanim requires, and their versions."""
    lines = metadata.requires("gdanim") or ()
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line}
    return [(name, _version(name)) for name in sorted(names)]


def _version(package: str) -> str:
    """An installed package's version, "" if it is not there; all of its metadata is long to parse."""
    try:
        text = metadata.distribution(package).read_text("METADATA") or ""
    except metadata.PackageNotFoundError:
        return ""
    found = re.search(r"^Version: *(.*)$", text, re.MULTILINE)
    return found[1] if found else ""
