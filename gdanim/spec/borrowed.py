"""Entries in the words of other programs: their keys and calls in our words."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from gdanim.errors import Loc
from gdanim.registry import Registry, aliases
from gdanim.spec.readings import written
from gdanim.spec.wording import mistake, mistakes


def of_a_call(registry: Registry[Any], text: str) -> str:
    """What to write for ``SGD(lr=0.1)``, a call in Python; "" where it is none."""
    try:
        call = ast.parse(text.strip(), mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            return ""
        settings = {str(given.arg): ast.literal_eval(given.value) for given in call.keywords}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    name = registry.called(ast.unparse(call.func))
    return written({"name": name, **settings}) if name else ""


def translated(
    registry: Registry[Any], data: Mapping[str, Any], own: list[str]
) -> tuple[dict[str, Any], dict[Loc, str]]:
    """An entry, whose ``own`` keys stand beside parameters, with our keys for those of others; and by the
    place of each of ours what was written.

    Raises a mistake where both are given.
    """
    given = data.get("name")
    name = registry.called(given) if isinstance(given, str) else None
    known = registry.parameters(name) if name else {}
    ours = dict(data)
    theirs: dict[Loc, str] = {}
    places = aliases.keys(registry.kind, name)
    for word in [word for word in data if word not in {*known, *own, *places}]:
        if key := aliases.near_key(str(word), [*known, *own]):
            places[word] = (key,)
    for word, place in places.items():
        key = place[0]
        if word not in data or word in known or key not in {*known, *own}:
            continue
        value = ours.pop(word)
        taken = theirs.get(place) or (key if key in data else "")
        if taken:
            mistakes([((word,), mistake(f"{word} and {taken} say the same: leave one out", key=True))])
        theirs[place] = word
        if len(place) == 2:
            whole = list(ours.get(key, known[key].default))
            whole[place[1]] = value
            value = tuple(whole)
        ours[key] = value
    return ours, theirs
