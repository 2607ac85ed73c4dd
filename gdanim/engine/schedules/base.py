"""What a schedule is: the learning rate that leaves each step.

A schedule steps once per update. Most are closed forms of the initial rate and the step; one that looks
at the losses keeps a state with a row for each ball, as optimizers do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gdanim.engine.runs import Array
from gdanim.errors import SettingError

State = Mapping[str, Array]


@dataclass(frozen=True)
class Schedule:
    """``rate(initial, step, state)``: the rate, or rates of shape (balls,), that leave a step.

    ``observe(state, step, losses)``: the state after that step, whose losses (balls,) are those before it.
    ``momentum(step)``: what the optimizer's momentum, or its first beta, is at that step; None leaves it.
    ``after(before, initial, step)``: the rate of a step from 1 on where others have moved the one before;
    None where rates do not follow from each other. ``goes_on``: it is no more than that, and in a sequence
    goes on from the last rate of what comes before it. ``formula``: a user's gives the rates.
    """

    rate: Callable[[float, int, State], float | Array]
    init: Callable[[float, int], State] = lambda _, __: {}  # (initial rate, balls)
    observe: Callable[[State, int, Array], State] = lambda state, _, __: state
    momentum: Callable[[int], float] | None = None
    after: Callable[[float, float, int], float] | None = None
    goes_on: bool = False
    formula: bool = False


def of_shares(share: Callable[[int], float]) -> Schedule:
    """The initial rate times ``share(step)``."""

    def after(before: float, _: float, step: int) -> float:
        last = share(step - 1)
        return before * share(step) / last if last else before

    return Schedule(lambda initial, step, _: initial * share(step), after=after)


def warmed_up(schedule: Schedule, warmup: int) -> Schedule:
    """The schedule after ``warmup`` steps that lead up to its first rate in equal parts.

    Source: torch's SequentialLR of LinearLR(start_factor=1/warmup, total_iters=warmup-1) and the schedule.
    """

    def rate(initial: float, step: int, state: State) -> float | Array:
        share = min(1.0, (step + 1) / warmup)
        return share * schedule.rate(initial, max(0, step - warmup), state)

    def observe(state: State, step: int, losses: Array) -> State:
        return state if step < warmup else schedule.observe(state, step - warmup, losses)

    momentum = schedule.momentum
    later = momentum and (lambda step: momentum(max(0, step - warmup)))
    return replace(schedule, rate=rate, observe=observe, momentum=later)


def half_cosine(start: float, end: float, share: float) -> float:
    """From ``start`` to ``end``, slow at both."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def line(start: float, end: float, share: float) -> float:
    """From ``start`` to ``end``, straight."""
    return start + (end - start) * share


def at_least_one(**settings: int) -> None:
    """Raise SettingError unless all are."""
    for name, value in settings.items():
        if not value >= 1:
            raise SettingError((name,), f"{name} must be at least 1, not {value}")


def at_least_zero(**settings: float) -> None:
    """Raise SettingError unless all are."""
    for name, value in settings.items():
        if not value >= 0:
            raise SettingError((name,), f"{name} must be at least 0, not {value:g}")
