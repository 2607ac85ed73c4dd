"""Stochastic gradient descent, plain and with momentum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, decayed, zeros
from gdanim.engine.optimizers.rule import GRADIENT, Line, Rule
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
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
        raise SettingError(("nesterov",), "nesterov needs momentum above 0 and dampening 0")

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

    optimizer = Optimizer(init, update, momentum="momentum_buffer" if momentum else None)
    if dampening or weight_decay:
        return replace(optimizer, decay=weight_decay)
    return replace(optimizer, stable=_stable(momentum, nesterov), rule=_rule(momentum, nesterov))


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


def _stable(momentum: float, nesterov: bool) -> float:
    """2 for gradient descent, 2 (1 + m) with momentum m, 2 (1 + m) / (1 + 2 m) with Nesterov's.

    Source: Y. Nesterov, Introductory Lectures on Convex Optimization (2004), section 2.1.5; B. Polyak (1964);
    the roots of z^2 - (1 + m)(1 - r) z + m (1 - r), r the rate times the curvature, for Nesterov's.
    """
    return 2 * (1 + momentum) / (1 + 2 * momentum if nesterov else 1)


def _rule(momentum: float, nesterov: bool) -> Rule:
    if momentum == 0:
        return Rule((GRADIENT, Line("x", "{x} - {rate} {g}", lambda v: v["x"] - v["rate"] * v["g"])))
    memory = Line("m", "{mu} {m} + {g}", lambda v: v["mu"] * v["m"] + v["g"])
    step = Line("x", "{x} - {rate} {m}", lambda v: v["x"] - v["rate"] * v["m"])
    if nesterov:
        step = Line(
            "x",
            "{x} - {rate} ({g} + {mu} {m})",
            lambda v: v["x"] - v["rate"] * (v["g"] + v["mu"] * v["m"]),
        )
    return Rule((GRADIENT, memory, step), {"mu": float(momentum)})
