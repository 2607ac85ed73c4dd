"""Options of the command line that stand for parts of a spec; mistakes are told with a caret under them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from gdanim.errors import InputError
from gdanim.formats import choices
from gdanim.registry import formats as known
from gdanim.spec import Formats, Spec
from gdanim.spec.quality import Quality
from gdanim.spec.wording import Finding, Model, findings
from gdanim.spec.yaml_marks import caret


class Options(Model):
    """How a film or a still is wanted, where that is not left to its spec."""

    quality: Quality | None = None
    formats: Formats | None = None
    processes: int | None = Field(default=None, ge=1, le=512)


def asked(**options: Any) -> Options:
    """Options given from Python, checked. Raises InputError with what the command line would say."""
    try:
        return Options.model_validate(options)
    except ValidationError as error:
        raise InputError("\n".join(found.message for found in findings(error))) from None


def quality(text: str | None) -> str | None:
    """A quality such as 720p30, or None. Raises InputError."""
    return _option("-q", quality=text).quality


def formats(names: Sequence[str] | None) -> tuple[str, ...] | None:
    """Formats such as mp4, or None. Raises InputError."""
    return _option("-f", formats=names).formats


def processes(count: str | None) -> int | None:
    """How many processes draw, or None. Raises InputError."""
    number = int(count) if count and re.fullmatch(r"[-+]?[0-9]{1,9}", count) else count
    return _option("-j", processes=number).processes


def _option(written: str, **option: Any) -> Options:
    """An option of the command line, which its mistake begins with."""
    try:
        return asked(**option)
    except InputError as error:
        raise InputError(f"{written}: {error}") from None


def moment(at: float | str, spec: Spec) -> float | str:
    """A place in a film for ``film.still``: seconds, a share of it, ``start``, ``end`` or a chapter's name.

    Raises InputError where the film has no such chapter.
    """
    try:
        seconds = float(at)
    except (TypeError, ValueError):
        text = str(at)
        chapters = [part.chapter for part in spec.parts if part.chapter]
        share = re.fullmatch(r"([0-9.]+)\s*%", text)
        if text in ("start", "end") or text in chapters or (share and _share(share[1])):
            return text
        named = f" ({', '.join(map(repr, chapters))})" if chapters else ", of which this film has none"
        ways = f"seconds such as 4.5, a share such as 25%, start, end, or the name of a chapter{named}"
        near = difflib.get_close_matches(text, [*chapters, "start", "end"], n=1)
        told = f", did you mean {near[0]!r}?" if near else ""
        raise InputError(f"at is {ways}, not {text!r}{told}") from None
    if not 0 <= seconds < float("inf"):
        raise InputError(f"at must be a number of seconds of at least 0, not {at}")
    return seconds


def _share(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and float(text) <= 100


def descent_spec(func: str, lr: str, start: str, film: Path | None = None) -> Spec:
    """The spec of one descent by sgd. Raises InputError with every mistake and a caret under it."""
    if film and film.suffix[1:] not in known:
        raise InputError(f"--film must end in {choices('.{}')}, not {film.name!r}")
    rates = _numbers("lr", lr)
    if len(rates) != 1:
        raise InputError(caret("lr", lr, lr.index(","), 1, "a descent has one learning rate"))
    data = {
        "functions": [func],
        "learning_rates": rates,
        "starts": [_numbers("start", start)],
        "film": film.stem if film else "descent",
    }
    try:
        return Spec.model_validate(data)
    except ValidationError as error:
        typed = {"functions": ("func", func), "learning_rates": ("lr", lr), "starts": ("start", start)}
        told = [_pointed(*typed[str(found.loc[0])], found) for found in findings(error)]
        raise InputError("\n".join(told)) from None


def _numbers(option: str, text: str) -> list[float]:
    numbers, offset = [], 0
    for piece in text.split(","):
        try:
            numbers.append(float(piece))
        except ValueError:
            message = f"{piece.strip()!r} is not a number" if piece.strip() else "a number is missing"
            raise InputError(caret(option, text, offset, len(piece), message)) from None
        offset += len(piece) + 1
    return numbers


def _pointed(option: str, text: str, found: Finding) -> str:
    """A finding under the option it is about: at its offset, at one of the start's numbers, or at all."""
    offset, length = found.offset or 0, len(text) if found.offset is None else found.length
    indices = [part for part in found.loc if isinstance(part, int)]
    if len(indices) == 2:
        pieces, index = text.split(","), indices[1]
        offset, length = sum(len(piece) + 1 for piece in pieces[:index]), len(pieces[index])
    return caret(option, text, offset, length, found.message)
