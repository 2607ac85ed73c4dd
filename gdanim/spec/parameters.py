"""The parameters of registered functions as models, so that entries are checked and the schema knows them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import PydanticUserError, ValidationError, create_model

from gdanim.origin import Source, built_in
from gdanim.registry import Registry
from gdanim.spec.wording import Model, findings


def parameters_model(registry: Registry[Any], name: str, also: tuple[str, ...] = ()) -> type[Model]:
    """A model of the keyword arguments of a registered function; ``also`` may stand beside them.

    Raises InputError where the signature of a function that is not ours is of no use.
    """
    return _model(registry, name, registry[name], also)


@cache
def _model(
    registry: Registry[Any], name: str, factory: Callable[..., Any], also: tuple[str, ...]
) -> type[Model]:
    source = Source(registry.kind, name, factory)
    for key in registry.parameters(name):
        if key in also:
            raise source.wrong(
                f"has the parameter {key!r}, a key of every {registry.kind}: call it otherwise"
            )

    class Parameters(Model):
        @classmethod
        def written_keys(cls) -> list[str]:
            return [*cls.model_fields, *also]

    fields: dict[str, Any] = {
        key: (parameter.annotation, ... if parameter.default is parameter.empty else parameter.default)
        for key, parameter in registry.parameters(name).items()
    }
    try:
        model = create_model(name, __base__=Parameters, __doc__=registry.summary(name), **fields)
        if not built_in(factory):
            model.model_json_schema()
    except (PydanticUserError, NameError, TypeError, UserWarning) as error:
        told = str(error).partition("\n")[0]
        raise source.wrong(f"has a parameter of a type that no key of a spec can have: {told}") from error
    if not built_in(factory):
        _check_defaults(model, source)
    return model


def _check_defaults(model: type[Model], source: Source) -> None:
    """Raise InputError unless every default could be written in a spec."""
    given = {key: field.default for key, field in model.model_fields.items() if not field.is_required()}
    try:
        model.model_validate(given)
    except ValidationError as error:
        for found in findings(error):
            if found.loc[0] in given:
                raise source.wrong(f"has a default that does not suit its type: {found.message}") from None
