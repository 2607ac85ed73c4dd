"""Learning rates over time: torch.optim.lr_scheduler's names and values.

A schedule steps once per update. Most are closed forms of the initial rate and the step; one that looks
at the losses keeps a state with a row for each ball, as optimizers do.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gdanim.engine.solution import Array
from gdanim.registry import schedules

State = Mapping[str, Array]


@dataclass(frozen=True)
class Schedule:
    """``rate(initial, step, state)``: the rate, or rates of shape (balls,), that leave a step.

    ``observe(state, step, losses)``: the state after that step, whose losses (balls,) are those before it.
    ``momentum(step)``: what the optimizer's momentum, or its first beta, is at that step; None leaves it.
    """

    rate: Callable[[float, int, State], float | Array]
    init: Callable[[float, int], State] = lambda _, __: {}  # (initial rate, balls)
    observe: Callable[[State, int, Array], State] = lambda state, _, __: state
    momentum: Callable[[int], float] | None = None


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


@schedules.register
def constant() -> Schedule:
    """The same rate throughout."""
    return Schedule(lambda initial, _, __: initial)


@schedules.register
def step(step_size: int, gamma: float = 0.1) -> Schedule:
    """The rate times ``gamma`` after every ``step_size`` steps.

    Source: torch.optim.lr_scheduler.StepLR.
    """
    _at_least_one(step_size=step_size)
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
    _at_least_one(total_iters=total_iters)
    if not 0 < start_factor <= 1:
        raise ValueError(f"start_factor must be above 0 and at most 1, not {start_factor}")
    if not 0 <= end_factor <= 1:
        raise ValueError(f"end_factor must be between 0 and 1, not {end_factor}")

    def rate(initial: float, step: int, _: State) -> float:
        return initial * (start_factor + (end_factor - start_factor) * min(total_iters, step) / total_iters)

    return Schedule(rate)


@schedules.register
def polynomial(total_iters: int = 5, power: float = 1.0) -> Schedule:
    """Down to 0 over ``total_iters`` steps, as the ``power`` of what is left of them.

    Source: torch.optim.lr_scheduler.PolynomialLR.
    """
    _at_least_one(total_iters=total_iters)
    return Schedule(lambda initial, step, _: initial * (1 - min(total_iters, step) / total_iters) ** power)


@schedules.register
def inverse_sqrt(timescale: int = 1) -> Schedule:
    """The rate over the root of the steps, which count in units of ``timescale``.

    Source: A. Vaswani and others, Attention Is All You Need (2017), section 5.3, after its warmup.
    """
    _at_least_one(timescale=timescale)
    return Schedule(lambda initial, step, _: initial / math.sqrt(1 + step / timescale))


@schedules.register
def cosine(T_max: int, eta_min: float = 0.0) -> Schedule:  # noqa: N803  (torch's name)
    """Half a cosine from the initial rate down to ``eta_min`` at step ``T_max``, then up again.

    Source: torch.optim.lr_scheduler.CosineAnnealingLR; I. Loshchilov, F. Hutter (2017).
    """
    _at_least_one(T_max=T_max)
    return Schedule(lambda initial, step, _: _cosine(initial, eta_min, step / T_max))


@schedules.register
def cosine_warm_restarts(T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> Schedule:  # noqa: N803
    """Half a cosine down to ``eta_min`` over ``T_0`` steps, then anew, each time ``T_mult`` times as long.

    Source: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; I. Loshchilov, F. Hutter (2017).
    """
    _at_least_one(T_0=T_0, T_mult=T_mult)

    def rate(initial: float, step: int, _: State) -> float:
        length = T_0
        if T_mult == 1:
            step %= length
        while step >= length:
            step, length = step - length, length * T_mult
        return _cosine(initial, eta_min, step / length)

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
    _at_least_one(total_steps=total_steps)
    if not 0 <= pct_start <= 1:
        raise ValueError(f"pct_start must be between 0 and 1, not {pct_start}")
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
    anneal = _cosine if anneal_strategy == "cos" else _line

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
    _at_least_one(step_size_up=step_size_up, step_size_down=down)
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
        lambda _, step, __: _line(base_lr, max_lr, height(step)),
        momentum=(lambda step: _line(max_momentum, base_momentum, height(step))) if cycle_momentum else None,
    )


@schedules.register
def reduce_on_plateau(
    mode: Literal["min", "max"] = "min",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: Literal["rel", "abs"] = "rel",
    cooldown: int = 0,
    min_lr: float = 0.0,
    eps: float = 1e-8,
) -> Schedule:
    """The rate times ``factor`` when the loss has not improved for more than ``patience`` steps.

    Source: torch.optim.lr_scheduler.ReduceLROnPlateau, stepped with the loss before each update.
    """
    if not factor < 1:
        raise ValueError(f"factor must be below 1, not {factor}")
    sign = 1 if mode == "min" else -1

    def init(initial: float, balls: int) -> State:
        nothing = np.zeros(balls)
        return {
            "rate": nothing + initial,
            "best": nothing + sign * np.inf,
            "bad": nothing,
            "cooling": nothing,
        }

    def observe(state: State, _: int, losses: Array) -> State:
        best = state["best"]
        needed = best - sign * threshold if threshold_mode == "abs" else best * (1 - sign * threshold)
        better = sign * losses < sign * needed
        bad = np.where(better | (state["cooling"] > 0), 0, state["bad"] + 1)
        tired = bad > patience
        lower = np.maximum(state["rate"] * factor, min_lr)
        return {
            "rate": np.where(tired & (state["rate"] - lower > eps), lower, state["rate"]),
            "best": np.where(better, losses, best),
            "bad": np.where(tired, 0, bad),
            "cooling": np.where(tired, cooldown, np.maximum(0, state["cooling"] - 1)),
        }

    return Schedule(lambda _, __, state: state["rate"], init, observe)


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def _line(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


def _at_least_one(**settings: int) -> None:
    for name, value in settings.items():
        if not value >= 1:
            raise ValueError(f"{name} must be at least 1, not {value}")


def _above_zero(**settings: float) -> None:
    for name, value in settings.items():
        if not value > 0:
            raise ValueError(f"{name} must be above 0, not {value}")


def _below_one(**settings: float) -> None:
    for name, value in settings.items():
        if not 0 <= value < 1:
            raise ValueError(f"{name} must be at least 0 and below 1, not {value}")
