"""Schedules made of others: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from gdanim.engine.schedules.base import Schedule, State
from gdanim.errors import SettingError
from gdanim.registry import schedules as known
from gdanim.spec.entries import PhaseEntry
from gdanim.spec.wording import counted


@known.register
def sequential(schedules: tuple[PhaseEntry, ...], milestones: tuple[int, ...]) -> Schedule:
    """One schedule after the other, each from step 0 of its own at its milestone.

    Each starts from the initial rate; multiplicative goes on from the rate before it.
    Source: torch.optim.lr_scheduler.SequentialLR.
    """
    parts = _parts(schedules)
    if len(milestones) != len(parts) - 1:
        between = counted(len(parts) - 1, "milestone")
        told = f"{counted(len(parts), 'schedule')} have {between} between them, not {len(milestones)}"
        raise SettingError(("milestones",), told)
    if list(milestones) != sorted(set(milestones)) or (milestones and milestones[0] < 1):
        raise SettingError(("milestones",), "milestones grow from one to the next, from 1 on")

    def follow(before: float, initial: float, step: int) -> float:
        index = bisect_right(milestones, step)
        part, own = parts[index], step - (milestones[index - 1] if index else 0)
        if part.goes_on and step and part.after:
            return part.after(before, initial, own)
        return _alone(part, initial, own)

    return Schedule(_walked(follow), formula=any(part.formula for part in parts))


@known.register
def chained(schedules: tuple[PhaseEntry, ...]) -> Schedule:
    """Several schedules at once: each moves the rate that the one before it has left.

    Source: torch.optim.lr_scheduler.ChainedScheduler.
    """
    parts = _parts(schedules)
    for index, (entry, part) in enumerate(zip(schedules, parts, strict=True)):
        if part.after is None:
            told = f"{entry.name} sets the rate anew at every step, and cannot be one of a chain"
            raise SettingError(("schedules", index), told)

    def follow(before: float, initial: float, step: int) -> float:
        rate = before if step else initial
        for part in parts:
            if step and part.after:
                rate = part.after(rate, initial, step)
            elif not step:
                rate *= _alone(part, 1.0, 0)
        return rate

    return Schedule(_walked(follow), formula=any(part.formula for part in parts))


def _parts(entries: Sequence[PhaseEntry]) -> list[Schedule]:
    """Raise SettingError where one keeps a state, has rates of its own, or is made of others itself."""
    if not entries:
        raise SettingError(("schedules",), "schedules must have an item")
    parts = []
    for index, entry in enumerate(entries):
        part = known[entry.name](**entry.parameters)
        if "max_lr" in known.parameters(entry.name) or "schedules" in known.parameters(entry.name):
            raise SettingError(("schedules", index), f"{entry.name} can only stand alone")
        if part.init(1.0, 1):
            raise SettingError(
                ("schedules", index), f"{entry.name} looks at the losses, and can only stand alone"
            )
        parts.append(part)
    return parts


def _alone(part: Schedule, initial: float, step: int) -> float:
    rate = part.rate(initial, step, {})
    assert isinstance(rate, float)
    return rate


def _walked(follow: Callable[[float, float, int], float]) -> Callable[[float, int, State], float]:
    """Rates that follow from each other, kept as far as they were asked for."""
    kept: dict[float, list[float]] = {}

    def rate(initial: float, step: int, _: State) -> float:
        rates = kept.setdefault(initial, [])
        while len(rates) <= step:
            rates.append(follow(rates[-1] if rates else initial, initial, len(rates)))
        return rates[step]

    return rate
