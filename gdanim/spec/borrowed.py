"""Entries in the words of other programs: their keys and calls in our words."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from gdanim.errors import Loc
from gdanim.registry import Registry, aliases
from gdanim.spec.wording import mistake, mistakes, models


def of_a_call(registry: Registry[Any], text: str) -> dict[str, Any] | None:
    """The entry that is meant by ``SGD(lr=0.1)``, a call in Python; None where it is none."""
    try:
        call = ast.parse(text.strip(), mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            return None
        settings = {str(given.arg): ast.literal_eval(given.value) for given in call.keywords}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    name = registry.called(ast.unparse(call.func))
    return {"name": name, **settings} if name else None


def in_our_words(kind: Any, value: Any) -> Any:
    """A value of this type with the names and keys of its entries as they are here."""
    entry: Any = next((model for model, _ in models(kind) if hasattr(model, "registry")), None)
    if entry is None:
        return value
    if isinstance(value, list | tuple):
        return [in_our_words(kind, each) for each in value]
    if isinstance(value, str):
        return entry.registry.called(value) or value
    if not isinstance(value, Mapping):
        return value
    ours, _ = translated(entry.registry, value, entry.written_keys())
    kinds = {key: field.annotation for key, field in entry.model_fields.items()} | {"name": entry}
    if name := entry.registry.called(str(ours.get("name"))):
        kinds |= {key: given.annotation for key, given in entry.registry.parameters(name).items()}
    return {key: in_our_words(kinds.get(key), inner) for key, inner in ours.items()}


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
    keys = {word: str(place[0]) for place, word in theirs.items()}
    return {key: ours[key] for key in (keys.get(word, word) for word in data)}, theirs
