"""Schedules that are not ours: what they do wrong is told with file and line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdanim.engine.runs import Array
from gdanim.engine.schedules.base import Schedule, State
from gdanim.origin import Source, kind_of
from gdanim.registry import schedules


@schedules.guard
def guarded(made: Any, source: Source) -> Schedule:
    """The schedule with checks around its functions. Raises InputError."""
    if not isinstance(made, Schedule):
        raise source.wrong(f"returns {kind_of(made)}; it must return a Schedule(rate)")
    for name in ("rate", "init", "observe"):
        if not callable(getattr(made, name)):
            raise source.wrong(f"has {kind_of(getattr(made, name))} as {name}; it must be a function")

    def rate(initial: float, step: int, state: State) -> float | Array:
        with source.calling(f"rate(initial, step, state) at step {step}", made.rate):
            given: Any = made.rate(initial, step, state)
        try:
            rates = np.asarray(given).astype(float, casting="same_kind")
        except (TypeError, ValueError):
            rates = np.array(np.nan)
        if not (np.isfinite(rates).all() and (rates >= 0).all()):
            told = f"gives {kind_of(given) if rates.shape or np.isnan(rates) else given} at step {step}"
            raise source.wrong(f"{told}; a rate is a finite number of at least 0", made.rate)
        balls = next(map(len, state.values()), None)
        if rates.shape not in ((), (balls,)):
            told = "for each ball" if balls else "alone, where no state is kept"
            raise source.wrong(f"gives {kind_of(given)} at step {step}; a rate is a number {told}", made.rate)
        return rates if rates.shape else float(rates)

    def init(initial: float, balls: int) -> State:
        with source.calling("init(initial, balls)", made.init):
            state = made.init(initial, balls)
        return _state(state, balls, "init", made.init)

    def observe(state: State, step: int, losses: Array) -> State:
        with source.calling(f"observe(state, step, losses) at step {step}", made.observe):
            after = made.observe(state, step, losses)
        return _state(after, len(losses), "observe", made.observe)

    def _state(state: Any, balls: int, what: str, function: Any) -> dict[str, Array]:
        if not isinstance(state, Mapping):
            raise source.wrong(f"{what} returns {kind_of(state)}; a state is a dict of arrays", function)
        arrays = {name: np.asarray(values) for name, values in state.items()}
        for name, values in arrays.items():
            if not values.shape or len(values) != balls:
                told = (
                    f"{what} returns {kind_of(state[name])} as {name!r}; it must have a row for each of the"
                )
                raise source.wrong(f"{told} {balls} balls", function)
        return arrays

    return Schedule(rate, init, observe, made.momentum)
