"""Where balls start: points, a grid, random points or a ring."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from math import prod
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from gdanim.errors import Loc
from gdanim.spec.entries import FunctionEntry
from gdanim.spec.readings import written
from gdanim.spec.values import Point, as_color, at_most
from gdanim.spec.wording import Model, mistake, mistakes, shown

MAX_STARTS = 10_000

AT = (
    "point",
    "position",
    "pos",
    "xy",
    "start",
    "x0",
    "coordinates",
    "location",
    "place",
)  # what people call it

Count = Annotated[int, Field(ge=1, le=MAX_STARTS)]


class Start(Model):
    """One start with what it is called, and its own colour."""

    at: Point
    """A number for each variable."""
    label: str | None = Field(default=None, min_length=1, max_length=40)
    """Shown for its balls instead of its number."""
    color: Annotated[str | None, BeforeValidator(as_color)] = None
    """Of its balls: "#rrggbb" or a basic CSS name."""

    @model_validator(mode="before")
    @classmethod
    def _has_a_place(cls, data: Any) -> Any:
        """Tell what to write for {x: 1, y: 2}, for {A: [1, 2]} and for a place under another key."""
        if not isinstance(data, Mapping) or "at" in data:
            return data
        if data and all(isinstance(value, int | float) for value in data.values()):
            raise mistake(f"a start is a list of its numbers: write {written(list(data.values()))}")
        for key, value in data.items():
            if isinstance(value, list | tuple):
                beside = {other: inner for other, inner in data.items() if other != key}
                called = {} if beside or key.lower() in AT else {"label": key}
                raise mistake(
                    f"a start has its place under at: write {written({'at': value, **called, **beside})}"
                )
        return data


class GridStarts(Model):
    """Starts on a regular grid over the domain."""

    grid: tuple[Count, ...] = Field(min_length=1)
    """How many along each variable, such as [8, 6]."""

    @field_validator("grid")
    @classmethod
    def _bounded(cls, grid: tuple[int, ...]) -> tuple[int, ...]:
        if prod(grid) > MAX_STARTS:
            raise mistake(f"this grid has {prod(grid)} starts; the most is {MAX_STARTS}")
        return grid


class RandomStarts(Model):
    """Starts drawn uniformly from the domain."""

    random: Count
    """How many."""
    seed: int | None = Field(default=None, ge=0)
    """Draws other points; absent, the spec's own seed."""


class RingStarts(Model):
    """Starts evenly on a circle."""

    ring: Count
    """How many."""
    radius: float = Field(gt=0)
    """In the units of the variables."""


def kind_of_starts(value: Any) -> str | None:
    """The name of the model that reads it; None if it is no kind of starts."""
    if isinstance(value, Mapping):
        return next((f"{key.title()}Starts" for key in ("grid", "random", "ring") if key in value), None)
    if isinstance(value, Model):
        return type(value).__name__
    return "starts" if isinstance(value, list | tuple) else None


def some_kind_of_starts(value: Any) -> Any:
    numbers = (
        isinstance(value, list | tuple) and value and all(isinstance(item, int | float) for item in value)
    )
    others = value if isinstance(value, Mapping) and not kind_of_starts(value) and "at" not in value else {}
    near = any(difflib.get_close_matches(str(key), ("grid", "random", "ring")) for key in others)
    if others and not near and all(isinstance(at, list | tuple) for at in value.values()):
        each = [{"at": at, "label": label} for label, at in value.items()]
        raise mistake(f"starts must be a list: write {written(each)}")
    if numbers or value in ([], ()) or (value is not None and kind_of_starts(value) is None):
        raise mistake(
            "starts must be points such as [[3, 4]], or {grid: [8, 6]}, {random: 200, seed: 1} "
            f"or {{ring: 12, radius: 2}}, not {'a list of numbers' if numbers else shown(value)}"
        )
    return value


def _kind(value: Any) -> str:
    return "start" if isinstance(value, Mapping | Start) else "starts"


def _told_apart(points: tuple[Point | Start, ...]) -> tuple[Point | Start, ...]:
    """No two starts may have one label."""
    seen: set[str] = set()
    for index, point in enumerate(points):
        label = point.label if isinstance(point, Start) else None
        if label in seen:
            mistakes([((index, "label"), mistake(f"another start is called {label!r}"))])
        seen |= {label} if label else set()
    return points


def place(start: Point | Start) -> Point:
    """Its coordinates."""
    return start.at if isinstance(start, Start) else start


Points = Annotated[
    tuple[
        Annotated[
            Annotated[Point, Tag("starts")] | Annotated[Start, Tag("start")],
            Discriminator(_kind),
        ],
        ...,
    ],
    Field(max_length=MAX_STARTS),
    AfterValidator(_told_apart),
    at_most(MAX_STARTS),
]
Starts = Annotated[
    Annotated[Points, Tag("starts")]
    | Annotated[GridStarts, Tag("GridStarts")]
    | Annotated[RandomStarts, Tag("RandomStarts")]
    | Annotated[RingStarts, Tag("RingStarts")],
    Discriminator(kind_of_starts),
]


def unsuited(
    starts: Any, entry: FunctionEntry, domain: dict[str, tuple[float, float]] | None
) -> Iterator[tuple[Loc, PydanticCustomError]]:
    """What is wrong with the starts for one function, at its place below them."""
    variables = entry.variables
    told = f"{len(variables)} ({', '.join(variables)})"
    if isinstance(starts, RingStarts) and len(variables) != 2:
        yield ("ring",), mistake(f"a ring needs a function of two variables, not {told}")
    elif isinstance(starts, GridStarts) and len(starts.grid) != len(variables):
        yield ("grid",), mistake(f"a grid has one number for each variable: {told}, not {len(starts.grid)}")
    elif isinstance(starts, tuple):
        box = entry.domain or {**entry.limits, **(domain or {})}
        for index, start in enumerate(map(place, starts)):
            if len(start) != len(variables):
                text = f"a start has one number for each variable: {told}, not {len(start)}"
                yield (index,), mistake(text)
                continue
            for position, (name, value) in enumerate(zip(variables, start, strict=True)):
                low, high = box.get(name, (value, value))
                if not low <= value <= high:
                    text = f"this start is outside the domain: {name}={value:g} is not in [{low:g}, {high:g}]"
                    yield (index, position), mistake(text)
