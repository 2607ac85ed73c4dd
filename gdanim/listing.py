"""What a spec can name, with one line on each, or all that is known of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdanim import origin, registry
from gdanim.catalog import drawn, facts, moments, scenes, summary

if TYPE_CHECKING:
    from gdanim.engine.runs import Objective

REGISTRIES: dict[str, registry.Registry[Any]] = {
    "functions": registry.functions,
    "gradients": registry.gradients,
    "optimizers": registry.optimizers,
    "schedules": registry.schedules,
    "formats": registry.formats,
}


def own_files() -> list[Path]:
    """The files of users that have registered something."""
    made = (names[name] for names in REGISTRIES.values() for name in names)
    return [Path(origin.shown(origin.file(factory))) for factory in made if not origin.built_in(factory)]


def listing(kind: str) -> list[tuple[str, str, str]]:
    """Rows of (name, its parameters with defaults or what it carries, first line of its docstring)."""
    if kind == "scenes":
        return [(name, drawn(name), summary(name)) for name in scenes()]
    if kind == "themes":
        from gdanim.theme import themes

        return [(name, "", "") for name in themes]
    if kind == "verdicts":
        from gdanim.engine.runs import Status

        return [(str(status), "", status.meaning) for status in Status]
    names = REGISTRIES[kind]
    if kind == "formats":
        return [(name, _carried(name), names.summary(name)) for name in names]
    return [
        (name, _signature(names.parameters(name)), names.summary(name).replace("``", "")) for name in names
    ]


def aligned(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows of text in columns as wide as their widest cell; empty columns vanish."""
    cells = [list(row) for row in table]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width).rstrip()


def markdown(kind: str) -> Iterator[str]:
    """Everything known of a kind as a page, line by line: docstrings, parameters, landmarks of functions."""
    yield f"# {kind.title()}"
    for name, parameters, line in listing(kind):
        yield f"\n## {name}\n"
        yield (inspect.getdoc(REGISTRIES[kind][name]) or "") if kind in REGISTRIES else line
        if kind == "scenes":
            yield from ("", *told_of_sentences(name))
        if kind == "functions":
            yield from ("", *_landmarks(name))
        if parameters:
            yield f"\n{parameters.capitalize()}." if kind == "formats" else f"\nParameters: `{parameters}`"


def told_of_sentences(scene: str) -> Iterator[str]:
    """What a sentence in a scene can begin with, and what it can light up, as a list."""
    yield from (f"- `show: {name}`: {told}" for name, told in moments(scene).items())
    yield from (f"- `light: {name}`: {told}" for name, told in facts(scene).shows.items())


def _landmarks(name: str) -> Iterator[str]:
    """What is known of a function with its default parameters, as a list; nothing if it needs some."""
    if registry.functions.needed(name):
        return
    from gdanim.formula import point_text

    goal: Objective = registry.functions[name]()
    if goal.latex:
        yield f"- formula: ${goal.latex}$"
    box = zip(goal.variables, goal.domain or (), strict=False)
    yield f"- domain: {', '.join(f'{name} in [{low:.6g}, {high:.6g}]' for name, (low, high) in box)}"
    for point in goal.starts:
        yield f"- start: {point_text(point)}"
    for point, loss in zip(goal.minima, goal.minimum_values, strict=True):
        yield f"- minimum: {loss:.8g} at {point_text(point, 8)}"
    for point in goal.saddles:
        yield f"- saddle: {point_text(point, 8)}"


def _carried(name: str) -> str:
    """What a format has beside its pictures, and its parameters."""
    parameters = _signature(registry.formats.parameters(name))
    return "; ".join(filter(None, (registry.formats[name]().carries, parameters)))


def _signature(parameters: dict[str, inspect.Parameter]) -> str:
    return ", ".join(
        name if given.default is given.empty else f"{name}={given.default}"
        for name, given in parameters.items()
    )
