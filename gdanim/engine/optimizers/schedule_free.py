"""Schedule-free descents: an average that is as good as a schedule, without knowing when it ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, check_betas, decayed, zeros
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers

Direction = Callable[[Step, State], tuple[Array, State]]  # by which z steps, and what is remembered of it


@optimizers.register
def schedule_free_sgd(
    momentum: float = 0.9, weight_decay: float = 0.0, weight_lr_power: float = 2.0
) -> Optimizer:
    """Gradient descent and the average of its points, with gradients from between the two.

    The ball is where the gradient is taken, the state ``x`` is the average, ``z`` what steps. Source:
    A. Defazio and others, The Road Less Scheduled (2024), equations 3 to 5, and its authors' weights.
    """
    at_least_zero(weight_decay=weight_decay)
    _check_share("momentum", momentum)

    def direction(now: Step, _: State) -> tuple[Array, State]:
        return decayed(now, weight_decay), {}

    init, update = _averaged((), direction, momentum, weight_lr_power)
    return Optimizer(init, update, 1e-2, decay=weight_decay)


@optimizers.register
def schedule_free_adamw(
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    weight_lr_power: float = 2.0,
) -> Optimizer:
    """Schedule-free descent whose coordinates step by their gradient over its typical size.

    Source: A. Defazio and others, The Road Less Scheduled (2024), algorithm 1.
    """
    at_least_zero(eps=eps, weight_decay=weight_decay)
    check_betas(betas)
    beta2 = betas[1]

    def direction(now: Step, state: State) -> tuple[Array, State]:
        square = beta2 * state["exp_avg_sq"] + (1 - beta2) * now.gradient * now.gradient
        size = np.sqrt(square / (1 - beta2**now.count)) + eps
        return now.gradient / size + weight_decay * now.points, {"exp_avg_sq": square}

    init, update = _averaged(("exp_avg_sq",), direction, betas[0], weight_lr_power)
    return Optimizer(init, update, 2.5e-3, second_moment="exp_avg_sq", decay=weight_decay)


def _check_share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise SettingError((name,), f"{name} must be at least 0 and below 1, not {value:g}")


def _averaged(
    names: tuple[str, ...], direction: Direction, beta: float, power: float
) -> tuple[Callable[[Array], State], Callable[[Step, State], tuple[Array, State]]]:
    """What steps z along a direction, averages it in x, and puts the ball a share ``beta`` of the way from z
    to x. A step weighs in the average as its largest rate so far to the ``power``."""

    def init(points: Array) -> State:
        nothing = np.zeros_like(points[:, :1])
        return {**zeros(points, *names), "x": points, "z": points, "weights": nothing, "largest": nothing}

    def update(now: Step, state: State) -> tuple[Array, State]:
        way, remembered = direction(now, state)
        z = state["z"] - now.learning_rate * way
        largest = np.maximum(state["largest"], now.learning_rate)
        weight = np.where(largest > 0, largest, 1.0) ** power
        weights = state["weights"] + np.where(largest > 0, weight, 0.0)
        share = np.where(weights > 0, weight / np.where(weights > 0, weights, 1.0), 0.0)
        x = state["x"] + share * (z - state["x"])
        points = z + beta * (x - z)
        return points, {**remembered, "x": x, "z": z, "weights": weights, "largest": largest}

    return init, update
