"""A spec: one film as its author writes it, read from YAML into frozen models.

Every mistake is found at its line and column and told in plain words, all of them at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import CoreSchema, PydanticKnownError
from pydantic_core.core_schema import no_info_before_validator_function

from gdanim.errors import SpecError
from gdanim.formats import choices
from gdanim.formula import together
from gdanim.registry import formats
from gdanim.spec import defaults, dict_marks, places, yaml_marks
from gdanim.spec.beats import Beat, NotBlank, as_beats
from gdanim.spec.entries import FunctionEntry, OptimizerEntry, RateEntry, as_rate
from gdanim.spec.grids import Grid, is_grid
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.outputs import unfit as unfit_formats
from gdanim.spec.ranges import Range, unfit
from gdanim.spec.sections import HIDDEN, Camera, Card, Stop, Video, View
from gdanim.spec.settings import applied
from gdanim.spec.starts import Starts, kind_of_starts, some_kind_of_starts, unsuited
from gdanim.spec.values import Interval, Variable, at_most, by_variable
from gdanim.spec.wording import Finding, Model, findings, mistake, mistakes
from gdanim.spec.yaml_marks import Marks

__all__ = ["Spec", "SpecError", "read", "spec_hash"]

Source = str | PathLike[str] | Mapping[str, Any]  # a path, YAML text, or a dict as YAML would give it

Sweep = Annotated[
    Annotated[dict[str, Range], Tag("sweep")] | Annotated[Grid, Tag("grid")],
    Discriminator(lambda value: "grid" if is_grid(value) else "sweep"),
]


class _Registered:
    """As ``Literal``, of the formats that are known when it is asked for."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"enum": list(formats), **handler(core)}

    @staticmethod
    def _known(name: Any) -> str:
        if isinstance(name, str) and name in formats:
            return name
        raise PydanticKnownError("literal_error", {"expected": choices("'{}'")})


Formats = Annotated[tuple[Annotated[str, _Registered()], ...], Field(min_length=1)]

LONGEST_PATH = 4096  # characters
MAX_ACTS = 100
MAX_FUNCTIONS = 200  # in all acts of a film


def hidden(words: Any) -> Any:
    """What is told, where false means that it is hidden."""
    return HIDDEN if words is False else words


class Shown(Model):
    """What a film without acts shows, and each act of a film."""

    functions: Annotated[tuple[FunctionEntry, ...], at_most(50)] = Field(default=(), max_length=50)
    """Registered names, expressions or mappings; they play one after another. Cards need none."""
    optimizers: Annotated[tuple[OptimizerEntry, ...], at_most(200)] = Field(
        default_factory=lambda: (OptimizerEntry(name="sgd"),), min_length=1, max_length=200
    )
    """Registered names, or mappings of a name and its parameters."""
    learning_rates: Annotated[tuple[Annotated[RateEntry, BeforeValidator(as_rate)], ...], at_most(1000)] = (
        Field(default=(), min_length=1, max_length=1000)
    )
    """Numbers or schedules, crossed with the optimizers; absent, each optimizer's own default."""
    domain: dict[Variable, Interval] | None = None
    """What is shown: {x: [low, high], y: [low, high]}, or [low, high] for all variables; leaving it stops
    nothing, but the ball leaves the picture. Absent, the function's own, or around starts, minima and where
    balls end."""
    starts: Annotated[Starts | None, BeforeValidator(some_kind_of_starts)] = None
    """Where balls start: points, {grid: [8, 6]}, {random: 200, seed: 1} or {ring: 12, radius: 2}; absent, one
    instructive start."""
    title: str | None = Field(default=None, max_length=1000)
    """Shown above the picture, as typed; after four lines it ends with an ellipsis."""
    takeaway: Annotated[str | None, BeforeValidator(hidden)] = Field(default=None, max_length=200)
    """What is learned, in one sentence that the last picture shows; absent, it is worked out from the runs.
    none hides it."""
    scene: str = defaults.SCENE
    """One of `gdanim list scenes`."""
    card: Card = Card()
    """Of the scene `card`: {lines: [...], table: [[...], ...]}."""
    steps: int = Field(default=1000, ge=1, le=100_000)
    """Updates per ball, at most."""
    stop: Stop = Stop()
    """When a ball is at rest."""
    sweep: Sweep | None = None
    """Of the scene `sweep`: {learning_rate: [from, to, how many], momentum: [from, to, how many]}; or
    {data: grid.csv}, losses of your own."""
    noise: float = Field(default=0.0, ge=0)
    """Standard deviation of what is added to each component of every gradient."""
    seed: int = Field(default=0, ge=0)
    """Of everything random."""
    pace: float = Field(default=1.0, ge=0.001, le=10_000)
    """Steps per second of the first three; the others go faster and faster."""
    camera: Camera = Camera()
    """Where the film is seen from; absent, from where most of the paths can be seen."""
    view: View = View()
    """How the film looks."""

    @field_validator("domain", mode="before")
    @classmethod
    def _by_variable(cls, domain: Any, info: ValidationInfo) -> Any:
        """A list is beyond doubt where all functions have the same variables, or all have one interval."""
        if "functions" not in info.data:
            return domain
        orders = list(dict.fromkeys(entry.variables for entry in info.data["functions"]))
        nested = isinstance(domain, list | tuple) and any(isinstance(each, list | tuple) for each in domain)
        one = len(orders) == 1 or not nested
        names = dict.fromkeys(name for order in orders for name in order)
        return by_variable(domain, tuple(names) if one else ())

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

    @field_validator("sweep")
    @classmethod
    def _suits_the_optimizer(cls, sweep: Sweep | None, info: ValidationInfo) -> Sweep | None:
        if isinstance(sweep, dict) and "optimizers" in info.data:
            mistakes(unfit(sweep, info.data["optimizers"][0]))
        return sweep

    @field_validator("starts")
    @classmethod
    def _suit_the_functions(cls, starts: Any, info: ValidationInfo) -> Any:
        if "functions" in info.data:
            mistakes(
                found
                for entry in info.data["functions"]
                for found in unsuited(starts, entry, info.data.get("domain"))
            )
        return starts


class ActKeys(Shown):
    """One act of a film. It inherits the film's keys: mappings merge key by key, lists replace."""

    of_the_film: ClassVar[tuple[str, ...]] = ("video", "formats", "acts")

    chapter: NotBlank | None = Field(default=None, max_length=160)
    """Begins a chapter of the film, by this name."""
    say: Annotated[tuple[Beat, ...], BeforeValidator(as_beats)] = Field(default=(), max_length=200)
    """Captions: text, or a list of sentences, each of which may say what it begins with. The act lasts as
    long as its words need."""
    hold: float = Field(default=0.0, ge=0, le=600)
    """Seconds that its last picture stands longer."""

    @classmethod
    def unknown(cls, key: str, value: Any) -> str:
        if key in cls.of_the_film:
            return f"{key} belongs to the whole film: it cannot stand in an act"
        return super().unknown(key, value)


class Keys(Shown):
    """One film of gradient descent. The only key that most scenes need is `functions`."""

    video: Video = Video()
    """The film as a file."""
    formats: tuple[FormatEntry, ...] = Field(
        default_factory=lambda: tuple(FormatEntry(name=name) for name in defaults.FORMATS), min_length=1
    )
    """The files to write: names, or mappings of a name and what is asked of it."""
    acts: tuple[ActKeys, ...] = Field(default=(), min_length=1, max_length=MAX_ACTS)
    """Parts of the film, one after another; each says what differs from the keys above."""

    @field_validator("formats")
    @classmethod
    def _of_this_video(
        cls, entries: tuple[FormatEntry, ...], info: ValidationInfo
    ) -> tuple[FormatEntry, ...]:
        mistakes(unfit_formats(entries, info.data.get("video", Video())))
        return entries

    @field_validator("acts", mode="before")
    @classmethod
    def _inherit(cls, acts: Any, info: ValidationInfo) -> Any:
        if not isinstance(acts, tuple):
            return acts
        said = {key: value for key, value in info.data.items() if key in ActKeys.model_fields}
        film = {key: value for key, value in said.items() if value not in (None, ())}
        return tuple(_merged(film, act) if isinstance(act, Mapping) else act for act in acts)

    @field_validator("acts")
    @classmethod
    def _bounded(cls, acts: tuple[ActKeys, ...]) -> tuple[ActKeys, ...]:
        functions = sum(len(act.functions) for act in acts)
        if functions > MAX_FUNCTIONS:
            raise mistake(f"the acts have {functions} functions; the most is {MAX_FUNCTIONS}")
        return acts


def _merged(above: Any, own: Any) -> Any:
    """What an act says laid over what the film says."""
    if isinstance(above, Model) and kind_of_starts(own) in (None, kind_of_starts(above)):
        above = above.model_dump(exclude_unset=True)
    if not (isinstance(above, Mapping) and isinstance(own, Mapping)) or is_grid(above) != is_grid(own):
        return own
    return {**above, **{key: _merged(above.get(key), value) for key, value in own.items()}}


places.FILM.append(Keys)
Model.adviser = places


class Part(ActKeys):
    """One act of a film with all that it inherits, or a film without acts: what engine and scenes read.

    It is whole by itself, and can be solved and filmed alone.
    """

    acts: ClassVar[tuple[ActKeys, ...]] = ()

    video: Video = Video()
    source: Path | None = None
    film: str = "film"

    @property
    def parts(self) -> tuple[Part, ...]:
        """Itself."""
        return (self,)


class Spec(Keys):
    """A whole film, with the name of its files."""

    source: Path | None = None
    film: str = "film"

    def output(self, name: str) -> FormatEntry:
        """What is asked of a format: as the spec has it, else nothing but its name."""
        return next((entry for entry in self.formats if entry.name == name), FormatEntry(name=name))

    @property
    def parts(self) -> tuple[Part, ...]:
        """A part for each act, in order; a film without acts is its own single part.

        The film's duration is not theirs, and only a single act loops by itself.
        """
        own: dict[str, Any] = {"source": self.source, "film": self.film}
        if not self.acts:
            shown = {key: getattr(self, key) for key in Shown.model_fields}
            return (Part.model_construct(**own, **shown, video=self.video),)
        loop = self.video.loop and len(self.acts) == 1
        video = self.video.model_copy(update={"loop": loop, "duration": None})
        return tuple(Part.model_construct(**own, **dict(act), video=video) for act in self.acts)


def read(source: Source, name: str = "film", settings: Sequence[str] = ()) -> tuple[Spec, Marks]:
    """The spec in a YAML file, a YAML text or a dict, and the marks that place later findings (of engine
    and scenes) in it.

    ``settings``: such as "view.theme=light"; they take the place of what the file says.
    Raises SpecError with every mistake that can be found.
    """
    path = None if isinstance(source, Mapping) or is_text(source) else Path(source)
    data, marks = _plain(source)
    data = applied(path or "spec", data, marks, settings)
    try:
        with together():
            keys = Keys.model_validate(data, context={"folder": path.parent if path else Path()})
    except ValidationError as error:
        raise located(source, marks, findings(error)) from None
    return Spec.model_construct(source=path, film=path.stem if path else name, **dict(keys)), marks


def _plain(source: Source) -> tuple[Any, Marks]:
    if isinstance(source, Mapping):
        return dict_marks.parse(source)
    return yaml_marks.parse(str(source), "text") if is_text(source) else yaml_marks.read(Path(source))


def is_text(source: Source) -> bool:
    """Whether a spec is given as its text: it has lines, or a key with its value, as no path has."""
    if not isinstance(source, str):
        return False
    return len(source) > LONGEST_PATH or "\n" in source or ": " in source or source.lstrip()[:1] in ("", "{")


def located(source: Source, marks: Marks, found: Iterable[Finding]) -> SpecError:
    """What was found as mistakes in what was read.

    What an act inherits stands at the top level: if it does not suit that act, the act is pointed at, but
    what has been told already is not told again.
    """
    told, placed = set(), []
    for finding in found:
        loc, message = finding.loc, finding.message
        if loc[:1] == ("acts",) and len(loc) > 2 and loc[:3] not in marks.values:
            loc, message = loc[2:], f"{loc[2]} of the whole film: {message}"
        if (loc, finding.message) not in told:
            told.add((loc, finding.message))
            placed.append(marks.mistake(finding.loc, message, key=finding.key, offset=finding.offset))
    if isinstance(source, Mapping):
        return SpecError("", placed)
    return SpecError("text" if is_text(source) else Path(source), placed)


def spec_hash(spec: Spec) -> str:
    """SHA-256 (hex) of the spec with all defaults filled in, wherever its file lies, whatever its formats."""
    data = spec.model_dump(mode="json", exclude={"source", "formats"})
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
