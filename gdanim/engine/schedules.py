"""Learning rates over time: torch.optim.lr_scheduler's names and values, in closed form.

A schedule maps (initial rate, step) to the rate that leaves that step. It steps once per update.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from gdanim.registry import schedules

Schedule = Callable[[float, int], float]


@schedules.register
def constant() -> Schedule:
    """The same rate throughout."""
    return lambda initial, _: initial


@schedules.register
def step(step_size: int, gamma: float = 0.1) -> Schedule:
    """The rate times ``gamma`` after every ``step_size`` steps.

    Source: torch.optim.lr_scheduler.StepLR.
    """
    _at_least_one(step_size=step_size)
    return lambda initial, step: initial * gamma ** (step // step_size)


@schedules.register
def exponential(gamma: float) -> Schedule:
    """The rate times ``gamma`` after every step.

    Source: torch.optim.lr_scheduler.ExponentialLR.
    """
    return lambda initial, step: initial * gamma**step


@schedules.register
def cosine(T_max: int, eta_min: float = 0.0) -> Schedule:  # noqa: N803  (torch's name)
    """Half a cosine from the initial rate down to ``eta_min`` at step ``T_max``, then up again.

    Source: torch.optim.lr_scheduler.CosineAnnealingLR; I. Loshchilov, F. Hutter (2017).
    """
    _at_least_one(T_max=T_max)
    return lambda initial, step: eta_min + (initial - eta_min) * (1 + math.cos(math.pi * step / T_max)) / 2


def _at_least_one(**settings: int) -> None:
    for name, value in settings.items():
        if not value >= 1:
            raise ValueError(f"{name} must be at least 1, not {value}")
