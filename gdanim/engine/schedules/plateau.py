"""Rates that fall when the loss does not."""

from __future__ import annotations

from typing import Literal

import numpy as np

from gdanim.engine.runs import Array
from gdanim.engine.schedules.base import Schedule, State
from gdanim.errors import SettingError
from gdanim.registry import schedules


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
        raise SettingError(("factor",), f"factor must be below 1, not {factor}")
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
