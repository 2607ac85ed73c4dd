"""An optimizer whose momentum a schedule moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step
from gdanim.engine.solution import Array
from gdanim.registry import optimizers


def cycled(name: str, settings: Mapping[str, Any], momentum: Callable[[int], float]) -> Optimizer:
    """The optimizer with ``momentum(step)`` for its first beta, or for its momentum where it has no betas.

    Raises ValueError where it has neither. Source: torch.optim.lr_scheduler, ``cycle_momentum``.
    """
    known = optimizers.parameters(name)
    key = next((key for key in ("betas", "momentum") if key in known), None)
    if key is None:
        raise ValueError(f"{name} has no momentum to cycle: add cycle_momentum: false")
    given = settings.get(key, known[key].default)

    def at(value: float) -> Optimizer:
        setting = (value, *given[1:]) if key == "betas" else value
        optimizer: Optimizer = optimizers[name](**{**settings, key: setting})
        return optimizer

    first = at(momentum(0) or 0.5)  # any but 0, so that there is room to remember

    def init(points: Array) -> State:
        return {**first.init(points), "updates": np.zeros((len(points), 1))}

    def update(now: Step, state: State) -> tuple[Array, State]:
        done = int(state["updates"][0, 0])  # alike for all balls
        points, new = at(momentum(done)).update(now, state)
        return points, {**state, **new, "updates": state["updates"] + 1}

    return replace(first, init=init, update=update)
