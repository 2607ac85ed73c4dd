"""Rates that lead from the initial one along a staircase, a line, a power or a cosine, or stay."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Literal

from gdanim.engine.schedules.base import (
    Schedule,
    State,
    at_least_one,
    at_least_zero,
    half_cosine,
    line,
    of_shares,
)
from gdanim.errors import SettingError
from gdanim.registry import schedules


@schedules.register
def constant() -> Schedule:
    """The same rate throughout; torch's ConstantLR, which is not, is constant_lr."""
    return of_shares(lambda _: 1.0)


@schedules.register
def constant_lr(factor: float = 1 / 3, total_iters: int = 5) -> Schedule:
    """``factor`` times the rate for ``total_iters`` steps, then the rate itself.

    Source: torch.optim.lr_scheduler.ConstantLR.
    """
    _between_0_and_1(factor=factor)
    at_least_zero(total_iters=total_iters)
    return of_shares(lambda step: factor if step < total_iters else 1.0)


@schedules.register
def step(step_size: int, gamma: float = 0.1) -> Schedule:
    """The rate times ``gamma`` after every ``step_size`` steps.

    Source: torch.optim.lr_scheduler.StepLR.
    """
    at_least_one(step_size=step_size)
    return of_shares(lambda step: gamma ** (step // step_size))


@schedules.register
def multi_step(milestones: tuple[int, ...], gamma: float = 0.1) -> Schedule:
    """The rate times ``gamma`` at each of the steps ``milestones``.

    Source: torch.optim.lr_scheduler.MultiStepLR.
    """
    ordered = sorted(milestones)
    return of_shares(lambda step: gamma ** bisect_right(ordered, step))


@schedules.register
def exponential(gamma: float, eta_min: float = 0.0) -> Schedule:
    """The rate times ``gamma`` after every step, but not below ``eta_min``.

    Source: torch.optim.lr_scheduler.ExponentialLR, which has no ``eta_min``.
    """
    return Schedule(
        lambda initial, step, _: max(initial * gamma**step, eta_min),
        after=lambda before, _, __: max(before * gamma, eta_min),
    )


@schedules.register
def inverse_time(decay_rate: float, decay_steps: float = 1.0, staircase: bool = False) -> Schedule:
    """The rate over 1 + ``decay_rate`` k / ``decay_steps`` at step k.

    A ``staircase`` rounds k / ``decay_steps`` down. Source: H. Robbins, S. Monro (1951);
    keras.optimizers.schedules.InverseTimeDecay.
    """
    at_least_zero(decay_rate=decay_rate)
    if not decay_steps > 0:
        raise SettingError(("decay_steps",), f"decay_steps must be above 0, not {decay_steps:g}")

    def share(step: int) -> float:
        passed = step // decay_steps if staircase else step / decay_steps
        return 1 / (1 + decay_rate * passed)

    return of_shares(share)


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
    _between_0_and_1(end_factor=end_factor)
    return of_shares(
        lambda step: start_factor + (end_factor - start_factor) * min(total_iters, step) / total_iters
    )


@schedules.register
def polynomial(total_iters: int = 5, power: float = 1.0) -> Schedule:
    """Down to 0 over ``total_iters`` steps, as the ``power`` of what is left of them.

    Source: torch.optim.lr_scheduler.PolynomialLR.
    """
    at_least_one(total_iters=total_iters)
    return of_shares(lambda step: (1 - min(total_iters, step) / total_iters) ** power)


@schedules.register
def inverse_sqrt(timescale: int = 1) -> Schedule:
    """The rate over the root of the steps, which count in units of ``timescale``.

    Source: A. Vaswani and others, Attention Is All You Need (2017), section 5.3, after its warmup.
    """
    at_least_one(timescale=timescale)
    return of_shares(lambda step: 1 / math.sqrt(1 + step / timescale))


@schedules.register
def cosine(T_max: int, eta_min: float = 0.0) -> Schedule:  # noqa: N803  (torch's name)
    """Half a cosine from the initial rate down to ``eta_min`` at step ``T_max``, then up again.

    Source: torch.optim.lr_scheduler.CosineAnnealingLR; I. Loshchilov, F. Hutter (2017).
    """
    at_least_one(T_max=T_max)

    def after(before: float, initial: float, step: int) -> float:
        if (step - 1 - T_max) % (2 * T_max) == 0:  # from the lowest rate no share leads up
            return before + (initial - eta_min) * (1 - math.cos(math.pi / T_max)) / 2
        now, last = (1 + math.cos(math.pi * k / T_max) for k in (step, step - 1))
        return now / last * (before - eta_min) + eta_min

    return Schedule(lambda initial, step, _: half_cosine(initial, eta_min, step / T_max), after=after)


@schedules.register
def swa(
    swa_lr: float, anneal_epochs: int = 10, anneal_strategy: Literal["cos", "linear"] = "cos"
) -> Schedule:
    """From the rate to ``swa_lr`` over ``anneal_epochs`` steps, where it stays for points to be averaged.

    Source: torch.optim.swa_utils.SWALR; P. Izmailov and others (2018).
    """
    at_least_zero(swa_lr=swa_lr, anneal_epochs=anneal_epochs)
    anneal = half_cosine if anneal_strategy == "cos" else line

    def rate(initial: float, step: int, _: State) -> float:
        return anneal(initial, swa_lr, min(1.0, step / anneal_epochs) if anneal_epochs else 1.0)

    return Schedule(rate)


def _between_0_and_1(**settings: float) -> None:
    for name, value in settings.items():
        if not 0 <= value <= 1:
            raise SettingError((name,), f"{name} must be between 0 and 1, not {value}")
