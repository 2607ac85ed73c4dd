"""Rates that rise and fall, once or again and again, and the momentum with them."""

from __future__ import annotations

import math
from typing import Literal

from gdanim.engine.schedules.base import Schedule, State, at_least_one, half_cosine, line
from gdanim.errors import SettingError
from gdanim.registry import schedules


@schedules.register
def cosine_warm_restarts(T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> Schedule:  # noqa: N803
    """Half a cosine down to ``eta_min`` over ``T_0`` steps, then anew, each time ``T_mult`` times as long.

    Source: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; I. Loshchilov, F. Hutter (2017).
    """
    at_least_one(T_0=T_0, T_mult=T_mult)

    def rate(initial: float, step: int, _: State) -> float:
        length = T_0
        if T_mult == 1:
            step %= length
        while step >= length:
            step, length = step - length, length * T_mult
        return half_cosine(initial, eta_min, step / length)

    return Schedule(rate)


@schedules.register
def one_cycle(
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: Literal["cos", "linear"] = "cos",
    cycle_momentum: bool = True,
    base_momentum: float = 0.85,
    max_momentum: float = 0.95,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> Schedule:
    """Up to ``max_lr`` for a share of the steps, then down to almost nothing, and the momentum contrariwise.

    The last rate stays, where torch ends with an error. Source: torch.optim.lr_scheduler.OneCycleLR;
    L. Smith, N. Topin (2018).
    """
    at_least_one(total_steps=total_steps)
    if not 0 <= pct_start <= 1:
        raise SettingError(("pct_start",), f"pct_start must be between 0 and 1, not {pct_start}")
    _above_zero(max_lr=max_lr, div_factor=div_factor, final_div_factor=final_div_factor)
    _below_one(base_momentum=base_momentum, max_momentum=max_momentum)
    first = max_lr / div_factor
    last = first / final_div_factor
    top, end = pct_start * total_steps - 1, total_steps - 1
    up, down = (max_momentum, base_momentum), (base_momentum, max_momentum)
    phases = [(top, (first, max_lr), up), (end, (max_lr, last), down)]
    if three_phase:
        level = (max_momentum, max_momentum)
        phases = [(top, (first, max_lr), up), (2 * top, (max_lr, first), down), (end, (first, last), level)]
    anneal = half_cosine if anneal_strategy == "cos" else line

    def at(step: int) -> tuple[float, float]:
        """Rate and momentum."""
        start, now = 0.0, min(step, end)
        for until, rates, momentums in phases:
            if now <= until:
                share = (now - start) / (until - start) if until > start else 1.0
                return anneal(*rates, share), anneal(*momentums, share)
            start = until
        return last, max_momentum

    momentum = (lambda step: at(step)[1]) if cycle_momentum else None
    return Schedule(lambda _, step, __: at(step)[0], momentum=momentum)


@schedules.register
def cyclic(
    base_lr: float,
    max_lr: float,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
    gamma: float = 1.0,
    cycle_momentum: bool = True,
    base_momentum: float = 0.8,
    max_momentum: float = 0.9,
) -> Schedule:
    """Up and down between two rates, at full height, at half of the last, or shrinking with every step.

    The momentum goes the other way. Source: torch.optim.lr_scheduler.CyclicLR; L. Smith (2017).
    """
    down = step_size_up if step_size_down is None else step_size_down
    at_least_one(step_size_up=step_size_up, step_size_down=down)
    _above_zero(base_lr=base_lr, max_lr=max_lr)
    _below_one(base_momentum=base_momentum, max_momentum=max_momentum)
    total = step_size_up + down
    peak = step_size_up / total

    def height(step: int) -> float:
        """The share of the way up."""
        cycle = math.floor(1 + step / total)
        phase = 1 + step / total - cycle
        share = phase / peak if phase <= peak else (phase - 1) / (peak - 1)
        match mode:
            case "triangular":
                return share
            case "triangular2":
                return share / 2.0 ** (cycle - 1)
        return share * gamma**step

    return Schedule(
        lambda _, step, __: line(base_lr, max_lr, height(step)),
        momentum=(lambda step: line(max_momentum, base_momentum, height(step))) if cycle_momentum else None,
    )


def _above_zero(**settings: float) -> None:
    for name, value in settings.items():
        if not value > 0:
            raise SettingError((name,), f"{name} must be above 0, not {value}")


def _below_one(**settings: float) -> None:
    for name, value in settings.items():
        if not 0 <= value < 1:
            raise SettingError((name,), f"{name} must be at least 0 and below 1, not {value}")
