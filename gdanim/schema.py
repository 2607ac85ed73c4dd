"""The spec language as JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from gdanim.catalog import facts, moments, scenes
from gdanim.registry import Registry, aliases, formats, functions, gradients, optimizers, schedules
from gdanim.spec import Keys
from gdanim.spec.entries import (
    FunctionEntry,
    GradientEntry,
    OptimizerEntry,
    RateEntry,
)
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.parameters import parameters_model
from gdanim.spec.readings import OWN_RATES

FILE = "gdanim.schema.json"  # as specs name it in their first line, see the command
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WORTH = 80  # characters of what is said of a key, from which on it is said once
_INTERVAL = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_DOMAINS = [_INTERVAL, {"type": "array", "items": _INTERVAL, "minItems": 1}]  # for all variables, for each


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a spec, with every registered name and its parameters."""
    tree = Keys.model_json_schema()
    definitions = tree["$defs"]
    entries = (FunctionEntry, GradientEntry, OptimizerEntry, RateEntry, FormatEntry)
    own = {entry: definitions[entry.__name__]["properties"] for entry in entries}
    expr = own[FunctionEntry].pop("expr") | {"type": "string"}
    expr.pop("anyOf")
    expr.pop("default")
    own[FunctionEntry]["domain"]["anyOf"] += _DOMAINS
    definitions["FunctionEntry"] = {
        "anyOf": [
            {"enum": _names(functions)},
            expr,
            _mapping({"expr": expr, **_beside(own[FunctionEntry])}, ["expr"]),
            *_calls(functions, own[FunctionEntry]),
        ]
    }
    definitions["GradientEntry"] = {
        "anyOf": [{"enum": _names(gradients)}, *_calls(gradients, own[GradientEntry])]
    }
    definitions["OptimizerEntry"] = {
        "anyOf": [{"enum": _names(optimizers)}, *_calls(optimizers, own[OptimizerEntry])]
    }
    definitions["FormatEntry"] = {"anyOf": [{"enum": _names(formats)}, *_calls(formats, own[FormatEntry])]}
    formula = _mapping({"expr": {"type": "string"}, "warmup": own[RateEntry]["warmup"]}, ["expr"])
    definitions["RateEntry"] = {
        "anyOf": [{"type": "number", "minimum": 0}, formula, *_calls(schedules, own[RateEntry])]
    }
    definitions["PhaseEntry"] = {"anyOf": [{"enum": _names(schedules)}, formula, *_calls(schedules, {})]}
    free = [name for name in scenes() if 0 in facts(name).numbers()]
    bare = {"required": ["scene"], "properties": {"scene": {"enum": free}}}
    for keys in (tree, definitions["ActKeys"]):
        keys["properties"]["scene"]["enum"] = list(scenes())
        keys["properties"]["domain"]["anyOf"] += _DOMAINS
    _said(definitions)
    of_data = {"required": ["sweep"], "properties": {"sweep": {"required": ["data"]}}}
    needed = [{"required": ["functions"]}, {"required": ["acts"]}, bare, of_data]
    return {"$schema": DIALECT, **_shared(tree), "anyOf": needed, "title": "gdanim spec"}


def _shared(tree: dict[str, Any]) -> dict[str, Any]:
    """The same with what several entries say of a key said once, and without titles, which repeat the key."""
    counts = Counter(_text(key, said) for key, said in _properties(tree))
    definitions: dict[str, Any] = {}
    names: dict[str, str] = {}  # of the shared ones, by what they say

    def short(node: Any) -> Any:
        if isinstance(node, list):
            return [short(inner) for inner in node]
        if not isinstance(node, dict):
            return node
        kept = {key: inner for key, inner in node.items() if key != "properties"}
        found = {key: short(inner) for key, inner in kept.items()}
        if "properties" in node:
            found["properties"] = {key: said_once(key, said) for key, said in node["properties"].items()}
        return found

    def said_once(key: str, said: Any) -> Any:
        text, plain = _text(key, said), {name: inner for name, inner in said.items() if name != "title"}
        if counts[text] < 2 or len(text) < WORTH:
            return short(plain)
        if text not in names:
            alike = sum(name.partition(".")[0] == key for name in names.values())
            names[text] = f"{key}.{alike + 1}"
            definitions[names[text]] = short(plain)
        return {"$ref": f"#/$defs/{names[text]}"}

    found: dict[str, Any] = short(tree)
    found["$defs"] |= definitions
    return found


def _properties(node: Any) -> Iterator[tuple[str, Any]]:
    """Every key of every mapping in a schema, and what is said of it."""
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _properties(inner)


def _text(key: str, said: Any) -> str:
    return f"{key}: {json.dumps(said, sort_keys=True)}"


def _said(definitions: dict[str, Any]) -> None:
    """What is said is text, or a list of texts and beats, which begin with the moments of any scene
    and light up what it shows."""
    shown = definitions["Beat"]["properties"]["show"]
    names = list(dict.fromkeys(name for scene in scenes() for name in moments(scene)))
    shown["anyOf"] = [{"enum": names}, {"type": "null"}]
    ball = {"type": "integer", "minimum": 1}
    things = list(dict.fromkeys(name for scene in scenes() for name in facts(scene).shows))
    lit = {"anyOf": [ball, {"enum": things}]}
    light = definitions["Beat"]["properties"]["light"]
    light["anyOf"] = [*lit["anyOf"], {"type": light.pop("type"), "items": lit}]
    del light["items"]
    text = {"type": "string"}
    said = definitions["ActKeys"]["properties"]["say"]
    said["items"] = {"anyOf": [text, said["items"]]}
    several = {key: said.pop(key) for key in ("type", "items", "maxItems")}
    said["anyOf"] = [text, several, {"type": "null"}]


def _calls(registry: Registry[Any], own: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """For each name: the mapping that calls it, its parameters beside the entry's own keys."""
    for name in registry:
        parameters = parameters_model(registry, name).model_json_schema()
        parameters.pop("$defs", None)  # they are in the whole
        beside, required = _beside(own), []
        if "initial" in beside:  # of a schedule, which needs it unless its own rates stand in its place
            if OWN_RATES & parameters["properties"].keys():
                del beside["initial"]
            else:
                beside["initial"], required = {"type": "number", "minimum": 0}, ["initial"]
        properties = {**beside, **parameters["properties"]}
        names, theirs = _names(registry, name), _theirs(registry.kind, name, properties)
        initial = [key for key in theirs if aliases.KEYS["schedule"].get(key) == ("initial",)]
        call = _mapping(
            {"name": {"const": name} if names == [name] else {"enum": names}, **properties, **theirs},
            ["name", *parameters.get("required", ())],
        )
        if required:
            call["anyOf"] = [{"required": [key]} for key in (*required, *initial)]
        yield {**call, "description": registry.summary(name)}


def _names(registry: Registry[Any], name: str | None = None) -> list[str]:
    """All names, or one, with what others call them."""
    others = aliases.NAMES.get(registry.kind, {})
    ours = [name] if name else list(registry)
    return [*ours, *(other for other, known in others.items() if known in ours and other not in ours)]


def _theirs(kind: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """What others call these properties of an entry."""
    return {
        word: properties[key] if not index else {"type": "number"}
        for word, (key, *index) in aliases.keys(kind, name).items()
        if key in properties and word not in properties
    }


def _beside(own: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in own.items() if key not in ("name", *FunctionEntry.hidden)}


def _mapping(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
