"""Entries of a spec: calls to registered functions, their parameters beside their name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from gdanim.errors import ExpressionError, Loc
from gdanim.formula import check_axis, parse, variables
from gdanim.registry import aliases, functions, gradients, optimizers, schedules
from gdanim.spec.borrowed import in_our_words
from gdanim.spec.entry import Entry, is_name, reads, variables_of
from gdanim.spec.readings import OWN_RATES, example, written
from gdanim.spec.values import Interval, Point, Variable, as_color, by_variable
from gdanim.spec.wording import mistake, mistakes, shown


def _unnamed(index: int, name: str) -> Iterator[tuple[Loc, PydanticCustomError]]:
    """What is wrong with the name of an axis."""
    try:
        check_axis(name)
    except ValueError as error:
        yield (index,), mistake(str(error))


def _no_formula(text: str) -> str:
    """What to write for a text that is a registered function, or a formula in a function of Python."""
    called = re.match(r"\s*(\w+)\s*(\(|$)", text)
    if called and called[1] in functions:
        return f"{called[1]} is the name of a function: write {called[1]} alone, or name: {called[1]}"
    python = re.fullmatch(r"\s*lambda\b[^:]*:\s*(.+)", text)
    return f"write the formula alone: {python[1]}" if python and reads(python[1]) else ""


def _is_objective(value: Any) -> bool:
    """Whether a value is an objective of the engine, which only a spec made in Python can hold."""
    return hasattr(value, "exact_gradient") and hasattr(value, "variables")


class GradientEntry(Entry):
    """Where a function's gradient comes from."""

    registry = gradients

    name: str
    """One of `gdanim list gradients`; its parameters stand beside it."""


class FunctionEntry(Entry):
    """A loss: a registered function or an expression; or, in a spec made in Python, an objective."""

    registry = functions
    hidden = ("parameters", "objective")

    name: str | None = None
    """One of `gdanim list functions`; its parameters stand beside it."""
    expr: str | None = None
    """Such as x^2 + 10*y^2."""
    axes: tuple[Variable, ...] | None = None
    """The variables in the order of coordinates, the first across; absent, the function's own, or by
    letter."""
    domain: dict[Variable, Interval] | None = None
    """What is shown: {x: [low, high], y: [low, high]}, or [low, high] for all variables."""
    minima: tuple[Point, ...] | None = Field(default=None, min_length=1)
    """Known minima, marked in the picture."""
    gradient: GradientEntry | None = None
    """symbolic when absent; {name: central_difference, h: 1e-5} for differences of the values."""
    objective: Annotated[Any, PlainSerializer(lambda goal: goal and f"{goal.name} of this program")] = None

    @model_validator(mode="before")
    @classmethod
    def _name_or_expression(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"name" if is_name(data) else "expr": data}
        if _is_objective(data):
            return {"objective": data}
        if callable(data):
            told = f"gdanim.from_callable({getattr(data, '__name__', 'f')}, domain=...)"
            raise mistake(f"a plain function has no domain to show: write {told}")
        if isinstance(data, Mapping) and "objective" in data:
            if _is_objective(data["objective"]):
                return data
            mistakes([(("objective",), mistake(cls.unknown("objective", data["objective"]), key=True))])
        if isinstance(data, Mapping) and ("name" in data) == ("expr" in data):
            cls._refuse_name_as_key(data)
            cls._refuse_other_key_for_name(data)
            raise mistake("a function has either a name or an expr")
        return data

    @field_validator("expr")
    @classmethod
    def _readable(cls, expr: str | None) -> str | None:
        try:
            if expr is not None:
                parse(expr)
        except ExpressionError as error:
            if expr and (told := _no_formula(expr)):
                raise mistake(told) from None
            raise mistake(error.message, offset=error.offset, length=error.length) from None
        return expr

    @field_validator("domain", mode="before")
    @classmethod
    def _by_variable(cls, domain: Any, info: ValidationInfo) -> Any:
        if not {"parameters", "expr", "axes"} <= info.data.keys():
            return domain
        names: tuple[str, ...] = ()
        if info.data["expr"]:
            names = info.data["axes"] or variables(parse(info.data["expr"]))
        elif info.data.get("name"):
            own = tuple(functions[info.data["name"]](**info.data["parameters"]).variables)
            names = info.data["axes"] or own
        return by_variable(domain, names)

    @model_validator(mode="after")
    def _fits_its_variables(self) -> FunctionEntry:
        names, told = self.variables, ", ".join(self.variables)
        found: list[Any] = []
        if self.domain is not None:
            for name in self.domain.keys() - set(names):
                text = f"there is no variable {name!r}, only {told}"
                found.append((("domain", name), mistake(text, key=True)))
            missing = [name for name in names if name not in self.domain]
            if missing:
                found.append((("domain",), mistake(f"the domain lacks {', '.join(missing)}")))
        for index, minimum in enumerate(self.minima or ()):
            if len(minimum) != len(names):
                text = f"a minimum has one number for each variable ({told}), not {len(minimum)}"
                found.append((("minima", index), mistake(text)))
        mistakes(found)
        return self

    @field_validator("axes")
    @classmethod
    def _orders_the_variables(
        cls, axes: tuple[str, ...] | None, info: ValidationInfo
    ) -> tuple[str, ...] | None:
        if axes is None:
            return None
        if info.data.get("name") and "parameters" in info.data:
            own = tuple(functions[info.data["name"]](**info.data["parameters"]).variables)
            if sorted(axes) != sorted(own):
                raise mistake(f"axes are {', '.join(own)} in any order, not {', '.join(axes)}")
            return axes
        mistakes(found for index, name in enumerate(axes) for found in _unnamed(index, name))
        lacking = set(variables(parse(info.data["expr"]))) - set(axes) if info.data.get("expr") else set()
        if lacking or len(set(axes)) < len(axes):
            reason = f"lack {', '.join(sorted(lacking))}, which the expr uses" if lacking else "repeat a name"
            raise mistake(f"axes {reason}")
        return axes

    @property
    def shown(self) -> str:
        """What messages call it."""
        return self.name or self.expr or str(self.objective.name)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """In the order of the coordinates of a start."""
        if self.objective is not None:
            return tuple(self.objective.variables)
        if self.expr is not None:
            return self.axes or variables(parse(self.expr))
        assert self.name is not None
        return self.axes or tuple(functions[self.name](**self.parameters).variables)

    @cached_property
    def limits(self) -> dict[str, tuple[float, float]]:
        """Of starts, by variable: the domain of an objective, or of a function undefined beyond its own."""
        goal = functions[self.name](**self.parameters) if self.name else self.objective
        box = goal.domain if self.objective or (goal and goal.bounded) else None
        return dict(zip(goal.variables if goal else (), box or (), strict=False))


class PhaseEntry(Entry):
    """One of the schedules that another is made of."""

    registry = schedules

    name: str
    """One of `gdanim list schedules`; its parameters stand beside it."""

    @model_validator(mode="before")
    @classmethod
    def _formula(cls, data: Any) -> Any:
        for key in ("initial", "warmup", *aliases.KEYS["schedule"]) if isinstance(data, Mapping) else ():
            if key in data:
                told = f"{key} is of all these schedules together: write it beside them"
                mistakes([((key,), mistake(told, key=True))])
        return _named_formula(data)


class RateEntry(Entry):
    """A learning rate: a number, a schedule by name with the rate it starts from, or a formula."""

    registry = schedules

    name: str = "constant"
    """One of `gdanim list schedules`; its parameters stand beside it."""
    rate: float | None = Field(default=None, alias="initial", ge=0)
    """The rate the schedule starts from; a schedule with a max_lr says that itself."""
    warmup: int = Field(default=0, ge=0)
    """Steps that lead up to the schedule's first rate in equal parts."""

    @model_validator(mode="before")
    @classmethod
    def _formula(cls, data: Any) -> Any:
        return _named_formula(data)

    @model_validator(mode="after")
    def _starts_somewhere(self) -> RateEntry:
        if OWN_RATES & schedules.parameters(self.name).keys():
            if self.rate is not None:
                text = f"{self.name} starts from rates of its own: leave initial out"
                mistakes([(("initial",), mistake(text, key=True))])
        elif self.rate is None:
            raise mistake("initial is missing")
        return self


def _named_formula(data: Any) -> Any:
    """``{expr: ...}`` is the schedule ``formula``."""
    if isinstance(data, Mapping) and "expr" in data and "name" not in data:
        return {"name": "formula", **data}
    return data


def as_rate(value: Any) -> Any:
    """A number as the constant schedule; a mapping or an entry as it is."""
    if isinstance(value, Mapping | RateEntry):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        if isinstance(value, str) and "k" in variables_of(value):
            raise mistake(f"a formula of the step k is written {written({'expr': value})}")
        if isinstance(value, str) and (name := schedules.called(value)):
            raise mistake(f"a schedule is more than its name: write {written(example(name))}")
        if isinstance(value, str) and (instead := aliases.instead(schedules.kind, value)):
            raise mistake(f"unknown schedule {value!r}: write {instead}")
        raise mistake(
            f"a learning rate is a number or {{name: cosine, initial: 0.3, ...}}, not {shown(value)}"
        )
    if value < 0:
        raise mistake(f"a learning rate must be at least 0, not {value}")
    return {"initial": value}


def _own_rate(value: Any) -> Any:
    """As :func:`as_rate`, of an optimizer, which has one."""
    if isinstance(value, list | tuple) and value and all(map(_is_rate, value)):
        if len(value) == 1:
            raise mistake(f"an optimizer has one learning rate, not a list: write {written(value[0])}")
        rates = written(in_our_words(RateEntry, value))
        told = f"write learning_rates: {rates} on a line that is not indented"
        raise mistake(f"an optimizer has one learning rate; several are of all optimizers: {told}")
    return as_rate(value)


def _is_rate(value: Any) -> bool:
    try:
        RateEntry.model_validate(as_rate(value))
    except (ValidationError, PydanticCustomError):
        return False
    return True


class OptimizerEntry(Entry):
    """An optimizer, as torch.optim names it."""

    registry = optimizers

    name: str
    """One of `gdanim list optimizers`; its parameters stand beside it."""
    learning_rate: Annotated[RateEntry, BeforeValidator(_own_rate)] | None = None
    """Its own rate; the learning_rates of the spec then leave it alone."""
    label: str | None = Field(default=None, min_length=1, max_length=160)
    """Shown for its balls instead of its name."""
    color: Annotated[str | None, BeforeValidator(as_color)] = None
    """Of its balls: "#rrggbb" or a basic CSS name."""
    batch_size: int | None = Field(default=None, ge=1)
    """Samples per update, for functions made from data; absent, all of them."""
    clip_value: float | None = Field(default=None, gt=0)
    """The most that each component of the gradient may have."""
    clip_norm: float | None = Field(default=None, gt=0)
    """The most that the gradient's norm may be, after clip_value."""
    maximize: bool = False
    """Climb instead of descend."""
    restarts: int = Field(default=0, ge=0, le=100)
    """How often a ball that has come to an end starts anew, at a random point of the domain."""
