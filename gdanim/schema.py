"""The spec language as JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gdanim.catalog import facts, moments, scenes
from gdanim.registry import Registry, functions, gradients, optimizers, schedules
from gdanim.spec import Keys
from gdanim.spec.entries import (
    FunctionEntry,
    GradientEntry,
    OptimizerEntry,
    RateEntry,
)
from gdanim.spec.parameters import parameters_model

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a spec, with every registered name and its parameters."""
    tree = Keys.model_json_schema()
    definitions = tree["$defs"]
    entries = (FunctionEntry, GradientEntry, OptimizerEntry, RateEntry)
    own = {entry: definitions[entry.__name__]["properties"] for entry in entries}
    expr = own[FunctionEntry].pop("expr") | {"type": "string"}
    expr.pop("anyOf")
    expr.pop("default")
    definitions["FunctionEntry"] = {
        "anyOf": [
            {"enum": list(functions)},
            expr,
            _mapping({"expr": expr, **_beside(own[FunctionEntry])}, ["expr"]),
            *_calls(functions, own[FunctionEntry]),
        ]
    }
    definitions["GradientEntry"] = {
        "anyOf": [{"enum": list(gradients)}, *_calls(gradients, own[GradientEntry])]
    }
    definitions["OptimizerEntry"] = {
        "anyOf": [{"enum": list(optimizers)}, *_calls(optimizers, own[OptimizerEntry])]
    }
    definitions["RateEntry"] = {
        "anyOf": [{"type": "number", "minimum": 0}, *_calls(schedules, own[RateEntry])]
    }
    free = [name for name in scenes() if 0 in facts(name).numbers()]
    bare = {"required": ["scene"], "properties": {"scene": {"enum": free}}}
    for keys in (tree, definitions["ActKeys"]):
        keys["properties"]["scene"]["enum"] = list(scenes())
    _said(definitions)
    of_data = {"required": ["sweep"], "properties": {"sweep": {"required": ["data"]}}}
    needed = [{"required": ["functions"]}, {"required": ["acts"]}, bare, of_data]
    return {"$schema": DIALECT, **tree, "anyOf": needed, "title": "gdanim spec"}


def _said(definitions: dict[str, Any]) -> None:
    """What is said is text, or a list of texts and beats, which begin with the moments of any scene."""
    shown = definitions["Beat"]["properties"]["show"]
    names = list(dict.fromkeys(name for scene in scenes() for name in moments(scene)))
    shown["anyOf"] = [{"enum": names}, {"type": "null"}]
    text = {"type": "string"}
    said = definitions["ActKeys"]["properties"]["say"]
    said["items"] = {"anyOf": [text, said["items"]]}
    several = {key: said.pop(key) for key in ("type", "items", "maxItems")}
    said["anyOf"] = [text, several, {"type": "null"}]


def _calls(registry: Registry[Any], own: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """For each name: the mapping that calls it, its parameters beside the entry's own keys."""
    for name in registry:
        parameters = parameters_model(registry, name).model_json_schema()
        beside, required = _beside(own), []
        if "initial" in beside:  # of a schedule, which needs it unless its own rates stand in its place
            if "max_lr" in parameters["properties"]:
                del beside["initial"]
            else:
                beside["initial"], required = {"type": "number", "minimum": 0}, ["initial"]
        properties = {"name": {"const": name}, **beside, **parameters["properties"]}
        yield {
            **_mapping(properties, ["name", *required, *parameters.get("required", ())]),
            "description": registry.summary(name),
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
