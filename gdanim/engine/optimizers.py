"""Update rules: torch.optim's names, defaults and order of operations, as pure functions.

An optimizer is a pair: ``init(points) -> state`` and ``update(points, gradient, state, learning_rate)
-> (points, state)``. Points and gradients are arrays of shape (balls, dims), learning rates (balls, 1).
A state maps names to arrays whose leading axis is the balls, so that finished balls can be dropped.

Source: torch.optim (PyTorch 2), the single-tensor implementations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gdanim.engine.solution import Array
from gdanim.registry import optimizers

State = Mapping[str, Array]


@dataclass(frozen=True)
class Optimizer:
    """A named update rule with its settings."""

    name: str
    hyperparameters: Mapping[str, object]
    init: Callable[[Array], State]
    update: Callable[[Array, Array, State, Array], tuple[Array, State]]
    default_learning_rate: float = 1e-3


@optimizers.register
def sgd(
    momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
) -> Optimizer:
    """Gradient descent: a step against the gradient, with momentum if asked for.

    Source: torch.optim.SGD; momentum from B. Polyak (1964), Nesterov's from Y. Nesterov (1983) in the
    form of I. Sutskever and others (2013).
    """
    _at_least_zero(momentum=momentum, weight_decay=weight_decay)
    if nesterov and (momentum <= 0 or dampening != 0):
        raise ValueError("nesterov needs momentum above 0 and dampening 0")

    def init(points: Array) -> State:
        if momentum == 0:
            return {}
        return {"step": np.zeros((len(points), 1)), "momentum_buffer": np.zeros_like(points)}

    def update(points: Array, gradient: Array, state: State, learning_rate: Array) -> tuple[Array, State]:
        step = gradient + weight_decay * points if weight_decay else gradient
        if momentum == 0:
            return points - learning_rate * step, state
        mixed = momentum * state["momentum_buffer"] + (1 - dampening) * step
        buffer = np.where(state["step"] == 0, step, mixed)  # the first buffer is the undampened gradient
        step = step + momentum * buffer if nesterov else buffer
        return points - learning_rate * step, {"step": state["step"] + 1, "momentum_buffer": buffer}

    hyperparameters = {
        "momentum": momentum,
        "dampening": dampening,
        "weight_decay": weight_decay,
        "nesterov": nesterov,
    }
    return Optimizer("sgd", hyperparameters, init, update)


@optimizers.register
def momentum(momentum: float = 0.9, dampening: float = 0.0, weight_decay: float = 0.0) -> Optimizer:
    """Gradient descent with a memory: the heavy ball, sgd with momentum 0.9.

    Source: torch.optim.SGD; B. Polyak (1964).
    """
    optimizer: Optimizer = sgd(momentum, dampening, weight_decay)
    return replace(optimizer, name="momentum")


@optimizers.register
def nesterov(momentum: float = 0.9, weight_decay: float = 0.0) -> Optimizer:
    """Momentum that looks ahead: sgd with momentum 0.9 and Nesterov's correction.

    Source: torch.optim.SGD with nesterov=True; Y. Nesterov (1983).
    """
    optimizer: Optimizer = sgd(momentum, 0.0, weight_decay, nesterov=True)
    return replace(optimizer, name="nesterov")


@optimizers.register
def adam(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
) -> Optimizer:
    """Adaptive moments: each coordinate steps by its mean gradient over its typical size.

    Source: torch.optim.Adam; D. Kingma, J. Ba (2015); amsgrad from S. Reddi and others (2018).
    """
    _at_least_zero(eps=eps, weight_decay=weight_decay)
    for i, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(f"betas[{i}] must be at least 0 and below 1, not {beta}")
    beta1, beta2 = betas

    def init(points: Array) -> State:
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * amsgrad
        return {"step": np.zeros((len(points), 1)), **{name: np.zeros_like(points) for name in names}}

    def update(points: Array, gradient: Array, state: State, learning_rate: Array) -> tuple[Array, State]:
        if weight_decay:
            gradient = gradient + weight_decay * points
        step = state["step"] + 1
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        if 1 - beta1 < 0.5:  # torch's lerp, which picks the form that rounds less
            mean = mean + (1 - beta1) * (gradient - mean)
        else:
            mean = gradient - (gradient - mean) * beta1
        square = beta2 * square + (1 - beta2) * gradient * gradient
        new = {"step": step, "exp_avg": mean, "exp_avg_sq": square}
        largest = square
        if amsgrad:
            largest = new["max_exp_avg_sq"] = np.maximum(state["max_exp_avg_sq"], square)
        denominator = np.sqrt(largest) / np.sqrt(1 - beta2**step) + eps
        return points - learning_rate / (1 - beta1**step) * mean / denominator, new

    hyperparameters = {"betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
    return Optimizer("adam", hyperparameters, init, update)


def _at_least_zero(**settings: float) -> None:
    for name, value in settings.items():
        if not value >= 0:
            raise ValueError(f"{name} must be at least 0, not {value}")
