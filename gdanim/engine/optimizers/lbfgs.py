"""BFGS with a short memory: torch's, and the textbook's with a line search."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, at_least_zero, dot, zeros
from gdanim.engine.optimizers.bfgs import first_length
from gdanim.engine.optimizers.interpolation import Trial, search
from gdanim.engine.optimizers.line_search import HALTS, strong_wolfe
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import optimizers

CURVED = 1e-10  # torch's: a step that sees less curvature teaches nothing


@optimizers.register
def lbfgs(
    max_iter: int = 1,
    max_eval: int = 25,
    tolerance_grad: float = 1e-7,
    tolerance_change: float = 1e-9,
    history_size: int = 100,
    line_search_fn: Literal["strong_wolfe"] | None = None,
) -> Optimizer:
    """BFGS that remembers its last steps only, each the learning rate long, or as far as a search leads.

    A step makes up to ``max_iter`` of its own (torch's default is 20) with up to ``max_eval`` evaluations.
    Source: torch.optim.LBFGS; J. Nocedal (1980).
    """
    at_least_zero(tolerance_grad=tolerance_grad, tolerance_change=tolerance_change)
    _check_memory("history_size", history_size)
    _check_memory("max_iter", max_iter)
    _check_memory("max_eval", max_eval)

    def update(now: Step, state: State) -> tuple[Array, State]:
        awake = np.abs(now.gradient).max(axis=-1, keepdims=True) > tolerance_grad
        count = np.ones((len(now.points), 1))
        for inner in range(1, max_iter + 1):
            memory = _remembered(now, state, awake, history_size)
            first = state["step"] == 0
            direction = np.where(first, -now.gradient, _direction(now.gradient, memory))
            slope, length = dot(now.gradient, direction), first_length(now, first)
            descends = awake & (slope <= -tolerance_change)
            found = None
            if line_search_fn:
                found, length, trials = _searched(now, direction, slope, length, descends, max_eval - count)
                count = count + trials
            points = np.where(descends, now.points + length * direction, now.points)
            state = {
                "step": np.where(awake, state["step"] + 1, state["step"]),
                "move": np.where(awake, length * direction, state["move"]),
                "gradient": np.where(awake, now.gradient, state["gradient"]),
                **memory,
            }
            if inner == max_iter or not descends.any():
                return points, state
            before = now.losses
            if found is None:
                now = _moved(now, points, descends)
                count = count + descends
            else:
                now = replace(now, points=points, losses=found[0], gradient=found[1])
            awake = descends & (count < max_eval)
            awake = awake & (np.abs(now.gradient).max(axis=-1, keepdims=True) > tolerance_grad)
            awake = awake & (np.abs(state["move"]).max(axis=-1, keepdims=True) > tolerance_change)
            awake = awake & (np.abs(now.losses - before) >= tolerance_change)[:, None]
        return now.points, state

    halts = f"its tolerance_change is {tolerance_change:g}"
    return Optimizer(_init, update, 1.0, searches=line_search_fn is not None, halts=halts)


def _moved(now: Step, points: Array, moved: Array) -> Step:
    """The step at other points, where the balls ``moved`` (balls, 1) ask for what is there."""
    losses, gradient, balls = now.losses.copy(), now.gradient.copy(), moved[:, 0].astype(bool)
    losses[balls] = now.problem.value(points[balls], balls)
    gradient[balls] = now.problem.gradient(points[balls], balls)
    return replace(now, points=points, losses=losses, gradient=gradient)


def _searched(
    now: Step, direction: Array, slope: Array, length: Array, searching: Array, most: Array
) -> tuple[tuple[Array, Array], Array, Array]:
    """Losses (balls,) and gradients (balls, dims) where the searches of some balls end, the lengths and the
    numbers of trials (balls, 1)."""
    losses, gradients = now.losses.copy(), now.gradient.copy()
    length, trials = length.copy(), np.zeros_like(length)
    for ball in np.flatnonzero(searching[:, 0]):
        one = np.arange(len(length)) == ball
        way = direction[ball]

        def tried(far: np.float64, one: Any = one, way: Array = way) -> Trial:
            point = now.points[one] + far * way
            gradient = now.problem.gradient(point, one)
            return Trial(far, now.problem.value(point, one)[0], dot(gradient, way)[0, 0], gradient[0])

        start = Trial(np.float64(0), losses[ball], slope[ball, 0], gradients[ball])
        end, trials[ball] = search(start, length[ball, 0], np.abs(way).max(), tried, int(most[ball, 0]))
        length[ball], losses[ball], gradients[ball] = end.length, end.loss, end.gradient
    return (losses, gradients), length, trials


@optimizers.register
def l_bfgs(memory: int = 10) -> Optimizer:
    """BFGS that remembers its last steps only, with a line search.

    The learning rate is the first length tried. Source: J. Nocedal, S. Wright, Numerical Optimization
    (2nd ed. 2006), algorithm 7.5 with the Wolfe constants 1e-4 and 0.9.
    """
    _check_memory("memory", memory)

    def update(now: Step, state: State) -> tuple[Array, State]:
        learned = _remembered(now, state, np.ones((len(now.points), 1), dtype=bool), memory)
        # One that found no lower loss in its last search had better forget what led to it.
        fresh = (state["step"] == 0) | ((state["move"] == 0).all(axis=-1, keepdims=True))
        learned = {
            **learned,
            "rhos": np.where(fresh, 0.0, learned["rhos"]),
            "scale": np.where(fresh, 1.0, learned["scale"]),
        }
        direction = _direction(now.gradient, learned)
        slope = dot(now.gradient, direction)
        move = strong_wolfe(now, direction, slope, first_length(now, fresh), 1e-4, 0.9) * direction
        return now.points + move, {
            "step": state["step"] + 1,
            "move": move,
            "gradient": now.gradient,
            **learned,
        }

    return Optimizer(_init, update, 1.0, searches=True, halts=HALTS)


def _check_memory(name: str, size: int) -> None:
    if not size >= 1:
        raise SettingError((name,), f"{name} must be at least 1, not {size}")


def _init(points: Array) -> State:
    empty = np.zeros((len(points), 1, points.shape[-1]))
    step = np.zeros((len(points), 1))  # each ball's own: torch's does not count those at rest
    memory = {"moves": empty, "changes": empty, "rhos": empty[..., 0], "scale": np.ones((len(points), 1))}
    return {"step": step, **zeros(points, "move", "gradient"), **memory}


def _remembered(now: Step, state: State, awake: Array, size: int) -> dict[str, Array]:
    """The memory with the last step of the balls ``awake`` (balls, 1), the latest in the last slot.

    An empty slot has rho 0, so that it changes nothing; slots are added while there are fewer than ``size``.
    """
    y = now.gradient - state["gradient"]
    curvature = dot(y, state["move"])
    learns = awake.astype(bool) & (state["step"] > 0) & (curvature > CURVED)
    old = {name: state[name] for name in ("moves", "changes", "rhos")}
    if old["rhos"].shape[1] < size and (learns[:, 0] & (old["rhos"][:, 0] != 0)).any():
        old = {name: np.concatenate([np.zeros_like(rows[:, :1]), rows], axis=1) for name, rows in old.items()}
    safe = np.where(learns, curvature, 1)
    latest = {"moves": state["move"], "changes": y, "rhos": 1 / safe[:, 0]}
    new = {}
    for name, rows in old.items():
        shifted = np.concatenate([rows[:, 1:], latest[name][:, None]], axis=1)
        new[name] = np.where(learns[..., None] if rows.ndim == 3 else learns, shifted, rows)
    return {**new, "scale": np.where(learns, safe / np.where(learns, dot(y, y), 1), state["scale"])}


def _direction(gradient: Array, memory: State) -> Array:
    """Minus the inverse Hessian of the memory times the gradient, by two loops over its slots."""
    moves, changes, rhos = memory["moves"], memory["changes"], memory["rhos"]
    direction, shares = -gradient, []
    slots = range(rhos.shape[1])
    for i in reversed(slots):
        shares.append(dot(moves[:, i], direction) * rhos[:, i, None])
        direction = direction - shares[-1] * changes[:, i]
    direction = direction * memory["scale"]
    for i in slots:
        back = dot(changes[:, i], direction) * rhos[:, i, None]
        direction = direction + (shares.pop() - back) * moves[:, i]
    return direction
