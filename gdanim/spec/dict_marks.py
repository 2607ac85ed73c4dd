"""Plain data given as a dict of Python, remembering its keys: mistakes are told by the way to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gdanim.errors import Loc, Mistake, SpecError
from gdanim.spec.numbers import out_of_range
from gdanim.spec.yaml_marks import Marks
from gdanim.spec.yaml_nodes import MAX_DEPTH, MAX_NODES


@dataclass
class KeyMarks(Marks):
    """Where values stand: the order in which they come, by their path from the root."""

    def mistake(self, loc: Loc, message: str, *, key: bool = False, offset: int | None = None) -> Mistake:  # noqa: ARG002
        """A mistake at ``loc``, as far as that is in the dict; ``offset`` counts characters of a text."""
        path: Loc = ()
        for part in loc:
            if (*path, part) in self.values:
                path = (*path, part)
        character = "" if offset is None else f", character {offset + 1}"
        return Mistake(*self.values[path], f"{keys_text(path)}{character}: {message}")


def keys_text(path: Loc) -> str:
    """``functions[0].domain``; ``spec`` for the whole."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "spec"


def parse(data: Mapping[str, Any]) -> tuple[dict[str, Any], KeyMarks]:
    """A copy of the data with what numpy has made as plain numbers and lists, and its marks.

    Raises SpecError where no YAML could say the same.
    """
    marks, mistakes = KeyMarks(), list[Mistake]()

    def read(value: Any, path: Loc) -> Any:
        marks.values[path] = (0, len(marks.values))
        if len(path) > MAX_DEPTH or len(marks.values) > MAX_NODES:
            raise SpecError("", [marks.mistake(path[:2], "this is nested too deeply, or too much")])
        if callable(getattr(value, "tolist", None)):  # arrays and numbers of numpy
            value = value.tolist()
        if isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str):
                    mistakes.append(marks.mistake(path, f"a key must be a word, not {key!r}"))
            return {key: read(item, (*path, key)) for key, item in value.items() if isinstance(key, str)}
        if isinstance(value, list | tuple | range):
            return [read(item, (*path, index)) for index, item in enumerate(value)]
        if fault := out_of_range(value):
            mistakes.append(marks.mistake(path, fault))
        return value

    plain = read(data, ())
    if mistakes:
        raise SpecError("", mistakes)
    return plain, marks
