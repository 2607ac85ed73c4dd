"""Mistakes in plain words: what pydantic finds wrong, told to someone who knows neither it nor Python."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar, NamedTuple, Protocol, get_args

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from gdanim.errors import Loc
from gdanim.spec.numbers import as_number

MANY = 100  # names are no help as a list
MOST = 100  # mistakes that are looked for at one place
LONGEST = 60  # characters of a word that are compared with names


class Finding(NamedTuple):
    """One mistake in plain data, before it has a line and a column."""

    loc: Loc
    message: str
    key: bool = False  # the key is wrong, not its value
    offset: int | None = None  # of the wrong character inside a text
    length: int = 1


def mistake(text: str, **where: Any) -> PydanticCustomError:
    """A mistake in our own words, for a validator to raise; ``where`` as in :class:`Finding`."""
    return PydanticCustomError("mistake", "{text}", {"text": text, **where})


def mistakes(found: Iterable[tuple[Loc, PydanticCustomError]]) -> None:
    """Raise all that a validator found at once, each at its place below the validated value."""
    found = islice(found, MOST)
    details = [InitErrorDetails(type=error, loc=loc, input=None) for loc, error in found]
    if details:
        raise ValidationError.from_exception_data("mistakes", details)


def renamed(error: ValidationError, words: Mapping[Loc, str]) -> ValidationError:
    """The mistakes of a model, where a place in it was written as a key of another name."""
    return ValidationError.from_exception_data(
        error.title, [_moved(details, words) for details in error.errors(include_url=False)]
    )


def _moved(details: Any, words: Mapping[Loc, str]) -> InitErrorDetails:
    inside = tuple(part for part in details["loc"] if part != "parameters")
    loc = next(
        ((word, *inside[len(place) :]) for place, word in words.items() if inside[: len(place)] == place),
        details["loc"],
    )
    mine = details["type"] == "mistake"
    kind = PydanticCustomError("mistake", "{text}", details["ctx"]) if mine else details["type"]
    return InitErrorDetails(type=kind, loc=loc, input=details["input"], ctx=details.get("ctx", {}))


def did_you_mean(word: str, names: Iterable[str], others: Mapping[str, str] | None = None) -> str:
    """``, did you mean 'sgd'?`` for the nearest name (initials count: lr), else the names if not too many.

    ``others``: what some of them are called elsewhere.
    """
    known, word = list(names), word[:LONGEST]
    initials = [name for name in known if "".join(part[:1] for part in name.split("_")) == word.lower()]
    shuffled = [name for name in known if sorted(name) == sorted(word.lower())]
    near = shuffled or difflib.get_close_matches(word.lower(), known, n=1) or initials
    if not near and (far := difflib.get_close_matches(word, others or {}, n=1)):
        near = [others[name] for name in far if others]
    if near:
        return f", did you mean {near[0]!r}?"
    return f"; known: {', '.join(known)}" if 0 < len(known) < MANY else ""


def counted(number: int, noun: str) -> str:
    """``1 step``, ``2 steps``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


class Adviser(Protocol):
    """Who knows all models, and so what was meant by what one of them does not know; see ``places``."""

    def belongs(self, key: str, value: Any, here: type[Model], /) -> str:
        """Where a key belongs that stands in ``here``, and how it is written there; "" where unknown."""

    def joined(
        self, model: type[BaseModel], words: Mapping[str, Any], own: Mapping[str, Any], /
    ) -> tuple[set[str], str]:
        """Which of some unknown keys mean one together, and what to write for them."""

    def remedy(self, model: type[BaseModel], key: str, value: Any, /, *, item: bool) -> str:
        """What to write instead of a value, or of an item of a list; "" where unknown."""


class Model(BaseModel):
    """Frozen and strict (no text for numbers; lists stand for tuples); names the nearest to unknown keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )
    adviser: ClassVar[Adviser | None] = None  # of all models, which says so where the last of them is written
    hidden: ClassVar[tuple[str, ...]] = ()  # fields that a spec does not write out as keys

    @classmethod
    def written_keys(cls) -> list[str]:
        """What may be written in a spec."""
        return [field.alias or name for name, field in cls.model_fields.items() if name not in cls.hidden]

    @classmethod
    def unknown(cls, key: str, value: Any) -> str:
        """What to say of a key that may not be written, with its value."""
        remedy = cls.adviser.belongs(key, value, cls) if cls.adviser else ""
        if remedy.startswith("write"):
            return f"unknown key {key!r}: {remedy}"
        return remedy or f"unknown key {key!r}{did_you_mean(key, cls.written_keys())}"

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_nearest_key(cls, data: Any, handler: ModelWrapValidatorHandler[Model]) -> Model:
        try:
            return handler(plain(data))
        except ValidationError as error:
            found = cls._as_one(data, error.errors(include_url=False))
            again = [cls._again(details, advised=k < MOST) for k, details in enumerate(found)]
            raise ValidationError.from_exception_data(error.title, again) from None

    @classmethod
    def _as_one(cls, data: Any, found: list[Any]) -> list[Any]:
        """Mistakes, those of several unknown keys that mean a single one as the first of them."""
        unknown = {
            details["loc"][0]: details["input"]
            for details in found
            if details["type"] == "extra_forbidden" and len(details["loc"]) == 1
        }
        words, told = cls.adviser.joined(cls, unknown, data) if unknown and cls.adviser else (set(), "")
        these = [details for details in found if details["loc"][:1] and details["loc"][0] in words]
        for details in these[:1]:
            names = " and ".join(f"{word!r}" for word in unknown if word in words)
            text = f"unknown key{'s' * (len(words) > 1)} {names}: write {told}"
            details.update(type="mistake", ctx={"text": text, "key": True})
        return [details for details in found if details not in these[1:]]

    @classmethod
    def _again(cls, details: Any, advised: bool) -> InitErrorDetails:
        """A mistake in our words; with what to write instead, if it is ``advised``: that takes its time."""
        kind: str | PydanticCustomError = details["type"]
        if kind == "extra_forbidden":
            word = str(details["loc"][-1])
            told = cls.unknown(word, details["input"]) if advised else f"unknown key {word!r}"
            kind = mistake(told, key=True)
        elif advised and (remedy := cls._remedy(details)):
            kind = mistake(f"{_finding(details, alone=True).message}: write {remedy}")
        elif kind == "mistake":
            kind = PydanticCustomError("mistake", "{text}", details["ctx"])
        return InitErrorDetails(
            type=kind, loc=details["loc"], input=details["input"], ctx=details.get("ctx", {})
        )

    @classmethod
    def _remedy(cls, details: Any) -> str:
        """What to write instead of a value of the wrong shape, or of an item that is of it."""
        loc, context = details["loc"], details.get("ctx", {})
        told = context.get("text", "") if details["type"] == "mistake" else ""
        done = {"key", "offset"} & {*context} or re.search("write|did you mean|; known", told)
        if (not told and details["type"] not in _SHAPES) or done or not loc or not isinstance(loc[0], str):
            return ""
        if len(loc) > 2 or not all(isinstance(part, int) for part in loc[1:]):
            return ""
        return cls.adviser.remedy(cls, loc[0], details["input"], item=len(loc) == 2) if cls.adviser else ""


def models(annotation: Any, listed: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    """The models in an annotation, and whether each stands in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, listed
    in_list = listed or getattr(annotation, "__origin__", None) is tuple
    for inner in get_args(annotation):
        yield from models(inner, in_list)


def plain(data: Any) -> Any:
    """Data with tuples for lists, as the models are."""
    if isinstance(data, Mapping):
        return {key: plain(value) for key, value in data.items()}
    return tuple(map(plain, data)) if isinstance(data, list | tuple) else data


def findings(error: ValidationError) -> list[Finding]:
    """All mistakes of a failed validation, in plain words."""
    return [
        _finding(details)
        for details in error.errors(include_url=False)
        if details["type"] != "too_short" or not details["input"]  # else short only by its wrong items
    ]


def _finding(details: Any, alone: bool = False) -> Finding:
    """A mistake in plain words; ``alone``: without a remedy."""
    loc, context = details["loc"], details.get("ctx", {})
    if details["type"] == "mistake":
        where = {name: context[name] for name in ("key", "offset", "length") if name in context}
        return Finding(loc, context["text"], **where)
    names = [part for part in loc if isinstance(part, str)]
    subject = names[-1] if names else "the spec"
    if details["type"] == "missing":
        which = f"item {loc[-1] + 1} of " if loc and isinstance(loc[-1], int) else ""
        return Finding(loc, f"{which}{subject} is missing")
    if loc and isinstance(loc[-1], int):
        subject = f"each item of {subject}"
    words = _WORDS.get(details["type"])
    if words is None:
        return Finding(loc, f"{subject}: {details['msg'][:1].lower()}{details['msg'][1:]}")
    found = details["input"]
    is_not = len(found) if details["type"] in ("too_long", "string_too_long") else shown(found)
    remedy = "" if alone else _instead(details["type"], found)
    return Finding(loc, f"{subject} must {words(context)}, not {is_not}{remedy and f': write {remedy}'}")


def _instead(kind: str, found: Any) -> str:
    """What to write for a text in a list, or a number that is out of bounds; "" where that is unknown."""
    number = as_number(found) if isinstance(found, str) and kind in ("float_type", "int_type") else None
    return "" if number is None else shown(number)


def shown(value: Any) -> str:
    """A value as its writer knows it, cut when long."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping | BaseModel):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _bound(comparison: str, limit: str) -> Callable[[dict[str, Any]], str]:
    def words(context: dict[str, Any]) -> str:
        number = "a whole number of " if isinstance(context[limit], int) else ""
        return f"be {number}{comparison} {context[limit]:g}"

    return words


_SHAPES = (  # kinds of mistakes that another reading of the value may mend
    *("int_type", "int_from_float", "float_type", "bool_type", "string_type"),
    *("tuple_type", "dict_type", "model_type", "literal_error"),
)
_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "int_type": lambda _: "be a whole number",
    "int_from_float": lambda _: "be a whole number",
    "float_type": lambda _: "be a number",
    "finite_number": lambda _: "be a finite number",
    "bool_type": lambda _: "be true or false",
    "string_type": lambda _: "be text (put it in quotes)",
    "tuple_type": lambda _: "be a list",
    "dict_type": lambda _: "be a mapping",
    "model_type": lambda _: "be a mapping",
    "literal_error": lambda context: f"be {context['expected']}",
    "greater_than_equal": _bound("at least", "ge"),
    "greater_than": _bound("more than", "gt"),
    "less_than_equal": _bound("at most", "le"),
    "less_than": _bound("less than", "lt"),
    "too_short": lambda _: "have an item",
    "too_long": lambda context: f"have at most {context['max_length']} items",
    "string_too_short": lambda _: "have a character",
    "string_too_long": lambda context: f"have at most {context['max_length']} characters",
}
