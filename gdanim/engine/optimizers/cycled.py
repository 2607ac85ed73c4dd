"""An optimizer whose momentum a schedule moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gdanim.engine.optimizers.base import Optimizer, State, Step
from gdanim.engine.optimizers.rule import BY_STEP
from gdanim.engine.runs import Array
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
        return optimizers[name](**{**settings, key: setting})

    def update(now: Step, state: State) -> tuple[Array, State]:
        points, new = at(momentum(int(now.count.item()) - 1)).update(now, state)
        return points, {**state, **new}  # with a momentum of 0 some would drop what they remember

    some = at(momentum(0) or 0.5)  # any but 0, so that there is room to remember
    return replace(some, update=update, stable=None, rule=BY_STEP, effective=None)
