"""What all entries of a spec have in common: a registered name, and its parameters beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from gdanim.errors import ExpressionError, Loc, SettingError
from gdanim.formula import parse, variables
from gdanim.registry import Registry, aliases, functions
from gdanim.spec.borrowed import in_our_words, of_a_call, translated
from gdanim.spec.data import WithData
from gdanim.spec.parameters import parameters_model
from gdanim.spec.readings import NAMED, by_name, written
from gdanim.spec.wording import Model, did_you_mean, mistake, mistakes, plain, renamed


class Entry(Model):
    """A registered name; keys that are not the entry's own are the parameters of that name."""

    hidden: ClassVar[tuple[str, ...]] = ("parameters",)
    registry: ClassVar[Registry[Any]]

    name: str | None
    parameters: dict[str, Any] = Field(default={}, validate_default=True)

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, data: Any, handler: ModelWrapValidatorHandler[Entry]) -> Entry:
        """The keys of torch, optax and Keras as ours; a mistake stays where it was written."""
        if not isinstance(data, Mapping):
            return handler(data)
        ours, theirs = translated(cls.registry, data, cls.written_keys())
        try:
            return handler(ours)
        except ValidationError as error:
            raise renamed(error, theirs) from None

    @model_validator(mode="before")
    @classmethod
    def _gather_parameters(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"name": data}
        if not isinstance(data, Mapping) or "expr" in cls.model_fields.keys() & data.keys():
            return data
        cls._refuse_name_as_key(data)
        cls._refuse_other_key_for_name(data)
        own = {*cls.written_keys(), *cls.model_fields}
        beside = {key: value for key, value in data.items() if key not in own}
        rest = {key: value for key, value in data.items() if key in own}
        return {**rest, "parameters": {**data.get("parameters", {}), **beside}} if beside else rest

    @classmethod
    def _refuse_name_as_key(cls, data: Mapping[str, Any]) -> None:
        """Raise a mistake for ``{adam: {lr: 0.1}}``, with what to write instead."""
        if (meant := by_name(cls.registry, data)) is None:
            return
        try:
            cls.model_validate(plain(meant))
            told = written(in_our_words(cls, meant))
        except ValidationError:  # it has mistakes of its own, and is no example
            told = f"{{name: {meant if isinstance(meant, str) else meant['name']}, ...}}"
        raise mistake(f"what stands here begins with its name: write {told}")

    @classmethod
    def _refuse_other_key_for_name(cls, data: Mapping[str, Any]) -> None:
        """Raise a mistake for ``{type: adam}``, with what to write instead."""
        for key in NAMED if "name" not in data else ():
            meant = data.get(key)
            if isinstance(meant, str) and key not in cls.written_keys():
                ours = "expr" if cls.registry is functions and not is_name(meant) else "name"
                told = written({ours: cls.registry.called(meant) or meant})[1:-1]
                mistakes([((key,), mistake(f"unknown key {key!r}: write {told}", key=True))])

    @field_validator("name")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is None or (known := cls.registry.called(name)):
            return name and known
        if cls.registry is functions and not is_name(name) and reads(name):
            raise mistake(f"{name!r} is a formula, not a name: write expr: {name}")
        instead = aliases.instead(cls.registry.kind, name)
        if call := of_a_call(cls.registry, name):
            instead = written(in_our_words(cls, call))
        others = aliases.NAMES.get(cls.registry.kind, {})
        told = f": write {instead}" if instead else did_you_mean(name, cls.registry, others)
        raise mistake(f"unknown {cls.registry.kind} {name!r}{told}")

    @field_validator("parameters")
    @classmethod
    def _callable(cls, parameters: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """The parameters, checked against the function's signature and by the function itself."""
        name = info.data.get("name")
        if not name:
            return parameters
        model = parameters_model(cls.registry, name, tuple(cls.written_keys()))
        checked = model.model_validate(parameters, context=info.context)
        parameters = {key: getattr(checked, key) for key in parameters}
        _refuse_idle(cls.registry, name, parameters)
        try:
            cls.registry[name](**parameters)
        except ArithmeticError:
            raise mistake(f"{name}: these parameters are out of range") from None
        except ValueError as error:
            mistakes([(_blamed(error, parameters), mistake(f"{name}: {error}"))])
        return parameters


def _blamed(error: ValueError, given: dict[str, Any]) -> Loc:
    """Which of the parameters given a function refuses; () where that cannot be told.

    A plain ValueError, as plugins raise, means the one that it begins with, or else the only one it names.
    """
    if isinstance(error, SettingError):
        return error.path if error.path[0] in given else ()
    words = re.findall(r"\w+", str(error))
    named = [word for word in dict.fromkeys(words) if word in given]
    return tuple(named[:1]) if len(named) == 1 or words[:1] == named[:1] else ()


def _refuse_idle(registry: Registry[Any], name: str, given: dict[str, Any]) -> None:
    """Parameters that have no effect beside data, or without them."""
    for key in given:
        for mark in getattr(registry.parameters(name)[key].annotation, "__metadata__", ()):
            if isinstance(mark, WithData) and mark.needed != ("data" in given):
                text = f"{key} has no effect {'without' if mark.needed else 'beside'} data: leave it out"
                mistakes([((key,), mistake(text, key=True))])


def is_name(text: str) -> bool:
    """Whether a bare text is meant as a registered name: it stands for one, or is a word and no formula."""
    if text in functions or (functions.called(text) and not reads(text)):
        return True
    return bool(re.fullmatch(r"[A-Za-z_]\w{2,}", text)) and not reads(text)


def reads(text: str) -> bool:
    """Whether a text is a formula."""
    return bool(variables_of(text))


def variables_of(text: str) -> tuple[str, ...]:
    """The variables of a formula; none where a text is no formula."""
    try:
        return variables(parse(text))
    except ExpressionError:
        return ()
