"""Every key of a spec, read off its models and registries, each in the smallest spec that can say it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from gdanim.errors import Loc
from gdanim.registry import functions, gradients, optimizers, schedules
from gdanim.spec import Keys
from gdanim.spec.entries import FunctionEntry, GradientEntry, OptimizerEntry, RateEntry
from gdanim.spec.entry import Entry
from gdanim.spec.parameters import parameters_model
from gdanim.spec.readings import example
from gdanim.spec.starts import GridStarts, RandomStarts, RingStarts

BASE: dict[str, Any] = {"functions": [{"expr": "x^2 + 2*y^2"}], "steps": 3}
ENTRIES: dict[type[Entry], dict[str, Any]] = {
    FunctionEntry: {"expr": "x^2 + 2*y^2"},
    GradientEntry: {"name": "central_difference"},
    OptimizerEntry: {"name": "sgd"},
    RateEntry: {"initial": 0.1},
}
DATA = {"x": [0, 1, 2], "y": [1, 3, 4], "label": [0, 1, 0]}
STARTS: dict[type[BaseModel], dict[str, Any]] = {
    GridStarts: {"grid": [2, 2]},
    RandomStarts: {"random": 2},
    RingStarts: {"ring": 2, "radius": 0.5},
}


BESIDE: dict[str, dict[str, Any]] = {  # what a key is of no use without
    "sweep": {"scene": "sweep", "sweep": {"learning_rate": [0.01, 0.2, 3], "momentum": [0.0, 0.9, 2]}},
    "card": {"scene": "card"},
    "axes": {"axes": ["x", "y"]},
    "minima": {"minima": [[0.0, 0.0]]},
    "domain": {"domain": {"x": [-2.0, 2.0], "y": [-2.0, 2.0]}},
    "starts": {"starts": [[1.0, 1.0]]},
}


class Key(NamedTuple):
    """One value of a spec: the way to it, the kinds of values that its annotation has, and a whole spec."""

    path: Loc
    kinds: frozenset[type]
    spec: dict[str, Any]

    def said(self, value: Any) -> dict[str, Any]:
        """The spec with this value there."""
        spec = copy.deepcopy(self.spec)
        holder: Any = spec
        for part, then in zip(self.path, self.path[1:], strict=False):
            if isinstance(holder, list):
                holder += [None] * (part + 1 - len(holder))
            if (holder.get(part) if isinstance(holder, dict) else holder[part]) is None:
                holder[part] = [] if isinstance(then, int) else {}
            holder = holder[part]
        if isinstance(holder, list):
            holder += [None] * (self.path[-1] + 1 - len(holder))
        holder[self.path[-1]] = value
        return spec

    def __str__(self) -> str:
        return ".".join(map(str, self.path))


def keys() -> Iterator[Key]:
    """All of them."""
    yield from _of(Keys, (), BASE)
    for entry, registry, path in (
        (FunctionEntry, functions, ("functions", 0)),
        (GradientEntry, gradients, ("functions", 0, "gradient")),
        (OptimizerEntry, optimizers, ("optimizers", 0)),
        (RateEntry, schedules, ("learning_rates", 0)),
    ):
        for name in registry:
            model = parameters_model(registry, name)
            for key, field in model.model_fields.items():
                beside = example(name) if registry is schedules else {"name": name}
                if registry is functions:
                    beside |= {n: DATA for n in registry.needed(name) if n == "data"}
                spec = Key(path, frozenset(), BASE).said({**ENTRIES[entry], **beside})
                if registry is functions:
                    spec["functions"][0].pop("expr")
                yield from _leaves(field.annotation, (*path, key), spec)


def _of(model: type[BaseModel], path: Loc, spec: dict[str, Any]) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        if name in getattr(model, "hidden", ()):
            continue
        beside = copy.deepcopy(spec)
        holder: Any = beside
        for part in path:
            holder = holder[part]
        holder.update(BESIDE.get(name, {}))
        yield from _leaves(field.annotation, (*path, field.alias or name), beside)


def _leaves(annotation: Any, path: Loc, spec: dict[str, Any]) -> Iterator[Key]:
    """The values that an annotation has room for; of a list its first item."""
    plain = frozenset(kind for kind in _kinds(annotation) if kind in (int, float, str, bool))
    if plain:
        yield Key(path, plain, spec)
    for kind in _kinds(annotation):
        origin = get_origin(kind)
        if origin is tuple:
            arguments = get_args(kind)
            if arguments[-1] is Ellipsis:
                yield from _leaves(arguments[0], (*path, 0), spec)
            else:
                whole = Key(path, frozenset(), spec).said([1.0, 2.0, 3][: len(arguments)])
                for index, argument in enumerate(arguments):
                    yield from _leaves(argument, (*path, index), whole)
        elif origin in (dict, Mapping):
            key = "learning_rate" if path[-1] == "sweep" else "x"
            yield from _leaves(get_args(kind)[1], (*path, key), spec)
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            least = ENTRIES.get(kind) or STARTS.get(kind) or {}  # type: ignore[arg-type]
            yield from _of(kind, path, Key(path, frozenset(), spec).said(dict(least)))


def _kinds(annotation: Any) -> Iterator[Any]:
    """The alternatives of a union, without what annotates them."""
    if hasattr(annotation, "__metadata__"):
        yield from _kinds(annotation.__origin__)
    elif get_origin(annotation) is Literal:
        yield str
    elif get_args(annotation) and get_origin(annotation) not in (tuple, dict, Mapping, list, type):
        for kind in get_args(annotation):
            yield from _kinds(kind)
    else:
        yield annotation
