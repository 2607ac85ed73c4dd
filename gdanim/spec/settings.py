"""Keys of a spec given beside it, as in ``--set view.theme=light``: they take the place of what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gdanim.errors import Loc, SpecError
from gdanim.spec import yaml_marks
from gdanim.spec.entry import is_name
from gdanim.spec.wording import counted
from gdanim.spec.yaml_marks import Marks, in_setting

MOST_KEYS = 12
SUCH = "write KEY=VALUE, such as view.theme=light or optimizers.0.momentum=0.9"


def applied(path: str | Path, data: Any, marks: Marks, settings: Sequence[str]) -> Any:
    """The data of a spec with settings laid over it, one after the other; ``marks`` then point into them.

    A setting is KEY=VALUE: keys and indices (from 0) with dots between them, and a value in YAML.
    Raises SpecError where one is not, or its key leads nowhere.
    """
    faults = []
    for setting in settings if isinstance(data, dict) else ():
        try:
            _lay(setting, data, marks)
        except _FaultError as fault:
            faults.append(fault.mistake)
    if faults:
        raise SpecError(path, faults)
    return data


class _FaultError(Exception):
    """What is wrong with a setting, at a column (from 1); without a ``length`` up to its end."""

    def __init__(self, setting: str, message: str, column: int = 1, length: int = 0) -> None:
        self.mistake = in_setting(setting, message, column, length or len(setting) - column + 1)


def _lay(setting: str, data: dict[str, Any], marks: Marks) -> None:
    """Put a setting's value where its key says, opening what stands in the way."""
    written, named, text = setting.partition("=")
    keys = written.split(".")
    if not named or not all(keys) or len(keys) > MOST_KEYS:
        raise _FaultError(setting, SUCH, 1, len(written))
    value, found = _value(setting, text, len(written) + 1)
    holder: Any = data
    place: Loc = ()
    column = 1
    for depth, key in enumerate(keys, start=1):
        here = _step(holder, key, place, setting, column)
        inner = holder.get(here) if isinstance(holder, dict) else holder[here]
        place = (*place, here)
        if depth == len(keys):
            marks.forget(place)
            holder[here], inner = value, value
        elif not isinstance(inner, dict | list):
            holder[here] = inner = _opened(inner, place, setting, column, key)
        if place not in marks.values:
            marks.point(place, setting, (1, column), key=True)
        holder = inner
        column += len(key) + 1
    for loc, (line, at) in found.values.items():
        marks.point((*place, *loc), setting, (1, at + len(written) + 1 if line == 1 else len(written) + 2))
    for loc, (line, at) in found.keys.items():
        at = at + len(written) + 1 if line == 1 else len(written) + 2
        marks.point((*place, *loc), setting, (1, at), key=True)
    marks.verbatim |= {(*place, *loc): quotes for loc, quotes in found.verbatim.items()}


def _step(holder: Any, key: str, place: Loc, setting: str, column: int) -> str | int:
    """The key or index that one word of a path stands for in a mapping or a list."""
    above = ".".join(map(str, place))
    if isinstance(holder, list):
        if re.fullmatch(r"\d{1,6}", key, re.ASCII) and int(key) < len(holder):
            return int(key)
        items = f"{counted(len(holder), 'item')}, {above}.0" if holder else "no items"
        last = f" to {above}.{len(holder) - 1}" if len(holder) > 1 else ""
        raise _FaultError(setting, f"{above} has {items}{last}", column, len(key))
    if key.isdecimal():
        raise _FaultError(setting, f"{above} is no list in this spec" if above else SUCH, column, len(key))
    return key


def _opened(value: Any, place: Loc, setting: str, column: int, key: str) -> Any:
    """A mapping in place of a value that stands for one: a name, an expression, a number, nothing."""
    kind = next((part for part in reversed(place) if isinstance(part, str)), "")
    if value is None:
        return {}
    if isinstance(value, str) and kind in ("functions", "optimizers", "gradient"):
        return {"expr" if kind == "functions" and not is_name(value) else "name": value}
    if kind == "learning_rates" and isinstance(value, int | float) and not isinstance(value, bool):
        return {"initial": value}
    path = ".".join(map(str, place))
    raise _FaultError(setting, f"{path} is a single value: nothing stands below it", column, len(key))


def _value(setting: str, text: str, before: int) -> tuple[Any, Marks]:
    """A setting's value, of which ``text`` is the YAML, and its marks.

    A value has no comments: ``#101830`` and ``Figure #1`` are text.
    """
    plain = text.strip()
    if not plain or (re.search(r"(^|\s)#", plain) and plain[0] not in "\"'[{|>"):
        return plain or None, Marks({(): (1, 1)})
    try:
        return yaml_marks.parse(text, setting, whole=False)
    except SpecError as error:
        first = error.mistakes[0]
        column = before + first.column if first.line == 1 else before + 1
        raise _FaultError(setting, first.message, min(column, len(setting))) from None
