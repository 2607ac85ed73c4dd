"""A spec: one film as its author writes it, read from YAML into frozen models.

Every mistake is found at its line and column and told in plain words, all of them at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from gdanim import yaml_marks
from gdanim.entries import Color, FunctionEntry, Interval, OptimizerEntry, Point, RateEntry, as_rate
from gdanim.wording import Model, findings, mistake, mistakes, shown
from gdanim.yaml_marks import Loc, Marks, Mistake, SpecError

MAX_STARTS = 10_000

__all__ = ["Mistake", "Spec", "SpecError", "load", "read", "spec_hash"]

Count = Annotated[int, Field(ge=1, le=MAX_STARTS)]


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


def _kind_of_starts(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return next((f"{key.title()}Starts" for key in ("grid", "random", "ring") if key in value), None)
    if isinstance(value, Model):
        return type(value).__name__
    return "Points" if isinstance(value, list | tuple) else None


def _some_kind_of_starts(value: Any) -> Any:
    numbers = (
        isinstance(value, list | tuple) and value and all(isinstance(item, int | float) for item in value)
    )
    if numbers or value in ([], ()) or (value is not None and _kind_of_starts(value) is None):
        raise mistake(
            "starts must be points such as [[3, 4]], or {grid: [8, 6]}, {random: 200, seed: 1} "
            f"or {{ring: 12, radius: 2}}, not {'a list of numbers' if numbers else shown(value)}"
        )
    return value


Points = Annotated[tuple[Point, ...], Field(max_length=MAX_STARTS)]
Starts = Annotated[
    Annotated[Points, Tag("Points")]
    | Annotated[GridStarts, Tag("GridStarts")]
    | Annotated[RandomStarts, Tag("RandomStarts")]
    | Annotated[RingStarts, Tag("RingStarts")],
    Discriminator(_kind_of_starts),
]


class Stop(Model):
    """When a ball stops: strictly below either bound; 0 switches a rule off."""

    gradient_norm: float = Field(default=1e-6, ge=0)
    """Of the gradient's Euclidean norm."""
    loss_change: float = Field(default=0.0, ge=0)
    """Of the change of the loss by one step."""


class Keyframe(Model):
    """A stop on the camera's flight; what it leaves out stays as it was."""

    at: float = Field(ge=0)
    """Seconds since the act began."""
    azimuth: float | None = None
    """Degrees around the vertical axis."""
    elevation: float | None = Field(default=None, ge=5, le=90)
    """Degrees above the ground; 90 looks straight down."""
    zoom: float | None = Field(default=None, ge=0.2, le=10)
    """2 is twice as near."""


class Camera(Model):
    """Where the film is seen from."""

    azimuth: float | None = None
    """Degrees around the vertical axis; absent, the side from which most of the paths can be seen."""
    elevation: float | None = Field(default=None, ge=5, le=90)
    """Degrees above the ground; absent, as low as lets the paths be seen."""
    orbit: float = 1.2
    """Degrees per second of the slow turn."""
    zoom: float = Field(default=1.0, ge=0.2, le=10)
    """2 is twice as near."""
    follow: int | None = Field(default=None, ge=1)
    """The number of a ball to stay with."""
    path: tuple[Keyframe, ...] | None = Field(default=None, min_length=1, max_length=100)
    """A flight from keyframe to keyframe, in place of the orbit."""

    @field_validator("path")
    @classmethod
    def _later_and_later(cls, path: tuple[Keyframe, ...] | None) -> tuple[Keyframe, ...] | None:
        mistakes(
            ((index, "at"), mistake(f"a keyframe is later than the one before it, at {before.at:g}"))
            for index, (before, key) in enumerate(pairwise(path or ()), start=1)
            if key.at <= before.at
        )
        return path


class Colors(Model):
    """A theme of one's own: colours that take the place of the named theme's."""

    background: Color | None = None
    """Behind everything."""
    text: Color | None = None
    """Of title and panel."""
    secondary: Color | None = None
    """Of axes and formula."""
    lines: Color | None = None
    """On the surface."""
    palette: tuple[Color, ...] | None = Field(default=None, min_length=1)
    """Of the balls, in order."""


class View(Model):
    """How the film looks."""

    theme: str = "dark"
    """One of `gdanim list themes`."""
    colors: Colors = Colors()
    """What differs from the theme."""
    colormap: str | None = None
    """The theme's own when absent."""
    font: str | None = None
    """For titles and labels."""
    background: Literal["theme", "none"] = "theme"
    """none leaves it out of stills; films always have the theme's."""
    height: Literal["auto", "linear", "log"] = "auto"
    """How the loss becomes height; auto takes log when the range asks for it."""


def _quality(text: str) -> str:
    match = re.fullmatch(r"(\d{3,4})p(\d{1,2})", text, re.ASCII)
    if match is None:
        raise mistake(f"quality must be a height and frames per second such as '720p30', not {text!r}")
    height, rate = map(int, match.groups())
    if not (120 <= height <= 2160 and height % 2 == 0 and 1 <= rate <= 60):
        raise mistake(f"quality must have an even height of 120 to 2160 and 1 to 60 frames, not {text!r}")
    return text


Quality = Annotated[str, AfterValidator(_quality)]


class Video(Model):
    """The film as a file."""

    quality: Quality = "720p30"
    """Height in pixels and frames per second: 480p15, 720p30, 1080p30, 1080p60, 2160p60."""
    duration: float | None = Field(default=None, ge=2, le=3600)
    """Seconds of the whole film; overrides pace."""
    aspect: Literal["16:9", "4:3", "1:1", "9:16"] = "16:9"
    """Width to height."""
    loop: bool = False
    """End as it began."""


class Keys(Model):
    """One film of gradient descent. The only key that is needed is `functions`."""

    functions: tuple[FunctionEntry, ...] = Field(min_length=1, max_length=50)
    """Registered names, expressions or mappings; they play one after another."""
    optimizers: tuple[OptimizerEntry, ...] = Field(
        default_factory=lambda: (OptimizerEntry(name="sgd"),), min_length=1
    )
    """Registered names, or mappings of a name and its parameters."""
    learning_rates: tuple[Annotated[RateEntry, BeforeValidator(as_rate)], ...] = Field(
        default=(), min_length=1
    )
    """Numbers or schedules, crossed with the optimizers; absent, each optimizer's own default."""
    domain: dict[str, Interval] | None = None
    """What is shown: {x: [low, high], y: [low, high]}; leaving it stops nothing."""
    starts: Annotated[Starts | None, BeforeValidator(_some_kind_of_starts)] = None
    """Where balls start: points, a grid, random points or a ring; absent, one instructive start."""
    title: str | None = Field(default=None, max_length=160)
    """Shown above the picture, as typed."""
    scene: str = "surface"
    """One of `gdanim list scenes`."""
    steps: int = Field(default=1000, ge=1, le=100_000)
    """Updates per ball, at most."""
    stop: Stop = Stop()
    """When a ball is at rest."""
    noise: float = Field(default=0.0, ge=0)
    """Standard deviation of what is added to each component of every gradient."""
    seed: int = Field(default=0, ge=0)
    """Of everything random."""
    pace: float = Field(default=1.5, ge=0.001, le=10_000)
    """Steps per second at the start; the tail goes faster."""
    camera: Camera = Camera()
    view: View = View()
    video: Video = Video()
    formats: tuple[Literal["mp4", "gif"], ...] = Field(default=("mp4",), min_length=1)
    """The files to write."""

    @field_validator("domain")
    @classmethod
    def _fits_the_functions(
        cls, domain: dict[str, tuple[float, float]] | None, info: ValidationInfo
    ) -> dict[str, tuple[float, float]] | None:
        if "functions" in info.data and domain is not None:
            known = sorted({name for entry in info.data["functions"] for name in entry.variables})
            told = f"; there is {', '.join(known)}"
            mistakes(
                ((name,), mistake(f"no function has a variable {name!r}{told}", key=True))
                for name in domain.keys() - known
            )
        return domain

    @field_validator("starts")
    @classmethod
    def _suit_the_functions(cls, starts: Any, info: ValidationInfo) -> Any:
        if "functions" in info.data:
            mistakes(
                found
                for entry in info.data["functions"]
                for found in _unsuited(starts, entry, info.data.get("domain"))
            )
        return starts


class Spec(Keys):
    """A spec with the film's name; what ``load`` returns and the engine and the pictures read."""

    source: Path | None = None
    film: str = "film"


def _unsuited(
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
        box = entry.domain or {**entry.default_domain, **(domain or {})}
        for index, start in enumerate(starts):
            if len(start) != len(variables):
                text = f"a start has one number for each variable: {told}, not {len(start)}"
                yield (index,), mistake(text)
                continue
            for position, (name, value) in enumerate(zip(variables, start, strict=True)):
                low, high = box.get(name, (value, value))
                if not low <= value <= high:
                    text = f"this start is outside the domain: {name}={value:g} is not in [{low:g}, {high:g}]"
                    yield (index, position), mistake(text)


def load(path: str | Path) -> Spec:
    """The spec in one YAML file. Raises SpecError with every mistake that can be found."""
    return read(path)[0]


def read(path: str | Path) -> tuple[Spec, Marks]:
    """As :func:`load`, with the marks that place later findings (of the engine, of scenes) in the file."""
    data, marks = yaml_marks.read(path)
    try:
        keys = Keys.model_validate(data, context={"folder": Path(path).parent})
    except ValidationError as error:
        raise located(path, marks, error) from None
    return Spec.model_construct(source=Path(path), film=Path(path).stem, **dict(keys)), marks


def located(path: str | Path, marks: Marks, error: ValidationError) -> SpecError:
    """A failed validation as mistakes in the file."""
    return SpecError(
        path,
        [
            marks.mistake(found.loc, found.message, key=found.key, offset=found.offset)
            for found in findings(error)
        ],
    )


def spec_hash(spec: Spec) -> str:
    """SHA-256 (hex) of the spec with all defaults filled in, wherever its file lies."""
    data = spec.model_dump(mode="json", exclude={"source"})
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
