"""Stochastic gradient descent, plain and with momentum."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, decayed, zeros
from gdanim.engine.solution import Array
from gdanim.registry import optimizers


@optimizers.register
def sgd(
    momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
) -> Optimizer:
    """Gradient descent: a step against the gradient, with momentum if asked for.

    Source: torch.optim.SGD; momentum from B. Polyak (1964), Nesterov's from Y. Nesterov (1983) in the
    form of I. Sutskever and others (2013).
    """
    at_least_zero(momentum=momentum, weight_decay=weight_decay)
    if nesterov and (momentum <= 0 or dampening != 0):
        raise ValueError("nesterov needs momentum above 0 and dampening 0")

    def init(points: Array) -> State:
        return zeros(points, "momentum_buffer") if momentum else {}

    def update(now: Step, state: State) -> tuple[Array, State]:
        step = decayed(now, weight_decay)
        if momentum == 0:
            return now.points - now.learning_rate * step, state
        mixed = momentum * state["momentum_buffer"] + (1 - dampening) * step
        buffer = np.where(now.count == 1, step, mixed)  # the first buffer is the undampened gradient
        step = step + momentum * buffer if nesterov else buffer
        return now.points - now.learning_rate * step, {"momentum_buffer": buffer}

    return Optimizer(init, update, momentum="momentum_buffer" if momentum else None)


@optimizers.register
def momentum(momentum: float = 0.9, dampening: float = 0.0, weight_decay: float = 0.0) -> Optimizer:
    """Gradient descent with a memory: the heavy ball, sgd with momentum 0.9.

    Source: torch.optim.SGD; B. Polyak (1964).
    """
    return sgd(momentum, dampening, weight_decay)


@optimizers.register
def nesterov(momentum: float = 0.9, weight_decay: float = 0.0) -> Optimizer:
    """Momentum that looks ahead: sgd with momentum 0.9 and Nesterov's correction.

    Source: torch.optim.SGD with nesterov=True; Y. Nesterov (1983).
    """
    return sgd(momentum, 0.0, weight_decay, nesterov=True)
