"""Optimizers that are not ours: what they do wrong is told with file and line, before it does harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step
from gdanim.engine.optimizers.rule import GIVEN, Line, Rule, Values, named
from gdanim.engine.runs import Array
from gdanim.engine.tracing import Traced
from gdanim.origin import Source, kind_of
from gdanim.registry import optimizers


@optimizers.guard
def guarded(made: Any, source: Source) -> Optimizer:
    """The optimizer with checks around its functions. Raises InputError."""
    if not isinstance(made, Optimizer):
        raise source.wrong(f"returns {kind_of(made)}; it must return an Optimizer(init, update)")
    for name, function in (("init", made.init), ("update", made.update)):
        if not callable(function):
            raise source.wrong(f"has {kind_of(function)} as {name}; it must be a function")
    rate = made.default_learning_rate
    if not (isinstance(rate, int | float) and 0 <= rate < np.inf):
        raise source.wrong(f"has the default_learning_rate {rate!r}; it must be a number of at least 0")

    stable = made.stable
    if stable is not None and not (isinstance(stable, int | float) and 0 < stable < np.inf):
        raise source.wrong(f"has {kind_of(stable)} as stable; it is the c of c/L, above 0, or None")

    def init(points: Array) -> State:
        with source.calling("init(points)", made.init):
            state = made.init(_kept(points))
        state = _state(state, len(points), "init", made.init)
        for role in ("momentum", "second_moment"):
            name = getattr(made, role)
            if name is not None and name not in state:
                held = ", ".join(map(repr, state)) or "nothing"
                raise source.wrong(f"names {name!r} as its {role}, but its state holds {held}", made.init)
        return state

    def update(now: Step, state: State) -> tuple[Array, State]:
        if isinstance(now.points, Traced):  # it is being compiled; if that fails it runs as it is
            return made.update(now, state)
        points, losses, gradient = map(_kept, (now.points, now.losses, now.gradient))
        now = replace(now, points=points, losses=losses, gradient=gradient)
        with source.calling("update(now, state)", made.update):
            result: Any = made.update(now, state)
        if not (isinstance(result, tuple) and len(result) == 2):
            told = f"update returns {kind_of(result)}; it must return the pair (points, state)"
            raise source.wrong(told, made.update)
        moved, after = _numbers(result[0]), _state(result[1], len(points), "update", made.update)
        if moved is None or moved.shape != points.shape:
            told = f"update returns {kind_of(result[0])} as points; like now.points it must have the shape"
            raise source.wrong(f"{told} {now.points.shape} (balls, variables)", made.update)
        for name in state.keys() - after.keys():
            raise source.wrong(f"update returns a state without {name!r}, which it was given", made.update)
        return moved, after

    def _state(state: Any, balls: int, what: str, function: Any) -> dict[str, Array]:
        if not isinstance(state, Mapping):
            told = f"{what} returns {kind_of(state)} as state; it must be a dict of arrays"
            raise source.wrong(f"{told}, {{}} if it needs none", function)
        arrays = {name: np.asarray(values) for name, values in state.items()}
        for name, values in arrays.items():
            if not values.shape or len(values) != balls:
                told = f"{what} returns {kind_of(state[name])} as state {name!r}; it must have a row"
                raise source.wrong(f"{told} for each of the {balls} balls", function)
        return arrays

    return replace(made, init=init, update=update, rule=_rule(made.rule, source))


def _rule(made: Any, source: Source) -> Rule:
    """The rule with checks around the values of its lines."""
    if not isinstance(made, Rule):
        raise source.wrong(f"has {kind_of(made)} as rule; it must be a Rule(lines, settings)")
    if not made.lines or made.lines[-1].symbol != "x":
        raise source.wrong("has a rule whose last line is not for 'x', the next point")
    known = {*GIVEN, *made.settings, *(line.symbol for line in made.lines)}
    for line in made.lines:
        for name in set(named(line)) - known:
            told = f"{{{name}}} in its line for {line.symbol!r}, which is no setting and has no line"
            raise source.wrong(f"has a rule with {told}")
    return replace(made, lines=tuple(_line(line, source) for line in made.lines))


def _line(made: Line, source: Source) -> Line:
    def value(values: Values) -> Array:
        with source.calling(f"the value of its line for {made.symbol!r}", made.value):
            given = made.value(values)
        if np.shape(given) != np.shape(values["x"]):
            told = (
                f"has a line for {made.symbol!r} that comes to {kind_of(given)}; it must be a vector like x"
            )
            raise source.wrong(told, made.value)
        return given

    return replace(made, value=value)


def _kept(values: Array) -> Array:
    """The same numbers, which cannot be changed in place: others need them."""
    view = values.view()
    view.flags.writeable = False
    return view


def _numbers(values: Any) -> Array | None:
    """Real numbers as an array; None if they are none."""
    try:
        return np.asarray(values).astype(float, casting="safe")
    except (TypeError, ValueError):
        return None
