"""Sharpness-aware minimization."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step
from gdanim.engine.optimizers.sgd import sgd
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers


@optimizers.register
def sam(rho: float = 0.05, momentum: float = 0.0, weight_decay: float = 0.0) -> Optimizer:
    """Gradient descent by the gradient a little uphill: it leaves sharp minima for flat ones.

    Every step asks for the gradient at a second point, ``rho`` away. Source: P. Foret and others,
    Sharpness-Aware Minimization for Efficiently Improving Generalization (2021), algorithm 1, on sgd.
    """
    if not rho > 0:
        raise SettingError(("rho",), f"rho must be above 0, not {rho}")
    base = sgd(momentum, 0.0, weight_decay)

    def update(now: Step, state: State) -> tuple[Array, State]:
        norm = np.linalg.norm(now.gradient, axis=-1, keepdims=True)
        uphill = now.points + rho * now.gradient / np.where(norm == 0, 1, norm)
        return base.update(replace(now, gradient=now.problem.gradient(uphill)), state)

    halts = f"it looks {rho:g} uphill"
    return Optimizer(
        base.init, update, base.default_learning_rate, base.momentum, decay=weight_decay, halts=halts
    )
