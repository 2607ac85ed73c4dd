"""Rates that lead from the initial one along a staircase, a line, a power or a cosine, or stay."""

from __future__ import annotations

import math
from bisect import bisect_right

from gdanim.engine.schedules.base import Schedule, State, at_least_one, half_cosine
from gdanim.errors import SettingError
from gdanim.registry import schedules


@schedules.register
def constant() -> Schedule:
    """The same rate throughout."""
    return Schedule(lambda initial, _, __: initial)


@schedules.register
def step(step_size: int, gamma: float = 0.1) -> Schedule:
    """The rate times ``gamma`` after every ``step_size`` steps.

    Source: torch.optim.lr_scheduler.StepLR.
    """
    at_least_one(step_size=step_size)
    return Schedule(lambda initial, step, _: initial * gamma ** (step // step_size))


@schedules.register
def multi_step(milestones: tuple[int, ...], gamma: float = 0.1) -> Schedule:
    """The rate times ``gamma`` at each of the steps ``milestones``.

    Source: torch.optim.lr_scheduler.MultiStepLR.
    """
    ordered = sorted(milestones)
    return Schedule(lambda initial, step, _: initial * gamma ** bisect_right(ordered, step))


@schedules.register
def exponential(gamma: float) -> Schedule:
    """The rate times ``gamma`` after every step.

    Source: torch.optim.lr_scheduler.ExponentialLR.
    """
    return Schedule(lambda initial, step, _: initial * gamma**step)


@schedules.register
def linear(start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5) -> Schedule:
    """A straight line from ``start_factor`` to ``end_factor`` times the rate, over ``total_iters`` steps.

    Source: torch.optim.lr_scheduler.LinearLR.
    """
    at_least_one(total_iters=total_iters)
    if not 0 < start_factor <= 1:
        raise SettingError(
            ("start_factor",), f"start_factor must be above 0 and at most 1, not {start_factor}"
        )
    if not 0 <= end_factor <= 1:
        raise SettingError(("end_factor",), f"end_factor must be between 0 and 1, not {end_factor}")

    def rate(initial: float, step: int, _: State) -> float:
        return initial * (start_factor + (end_factor - start_factor) * min(total_iters, step) / total_iters)

    return Schedule(rate)


@schedules.register
def polynomial(total_iters: int = 5, power: float = 1.0) -> Schedule:
    """Down to 0 over ``total_iters`` steps, as the ``power`` of what is left of them.

    Source: torch.optim.lr_scheduler.PolynomialLR.
    """
    at_least_one(total_iters=total_iters)
    return Schedule(lambda initial, step, _: initial * (1 - min(total_iters, step) / total_iters) ** power)


@schedules.register
def inverse_sqrt(timescale: int = 1) -> Schedule:
    """The rate over the root of the steps, which count in units of ``timescale``.

    Source: A. Vaswani and others, Attention Is All You Need (2017), section 5.3, after its warmup.
    """
    at_least_one(timescale=timescale)
    return Schedule(lambda initial, step, _: initial / math.sqrt(1 + step / timescale))


@schedules.register
def cosine(T_max: int, eta_min: float = 0.0) -> Schedule:  # noqa: N803  (torch's name)
    """Half a cosine from the initial rate down to ``eta_min`` at step ``T_max``, then up again.

    Source: torch.optim.lr_scheduler.CosineAnnealingLR; I. Loshchilov, F. Hutter (2017).
    """
    at_least_one(T_max=T_max)
    return Schedule(lambda initial, step, _: half_cosine(initial, eta_min, step / T_max))
