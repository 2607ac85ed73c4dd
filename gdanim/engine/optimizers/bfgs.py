"""BFGS: curvature learned from gradients."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.base import Optimizer, State, Step, dot, zeros
from gdanim.engine.optimizers.line_search import HALTS, strong_wolfe
from gdanim.engine.runs import Array
from gdanim.registry import optimizers

CURVED = 1e-10  # of |s| |y|: a step that sees less curvature teaches nothing


@optimizers.register
def bfgs() -> Optimizer:
    """Newton's method with a Hessian learned from the gradients met on the way, and a line search.

    The learning rate is the first length tried. Source: J. Nocedal, S. Wright, Numerical Optimization
    (2nd ed. 2006), algorithm 6.1 with equation 6.20 and the Wolfe constants 1e-4 and 0.9.
    """

    def init(points: Array) -> State:
        n = points.shape[-1]
        inverse = np.broadcast_to(np.eye(n), (len(points), n, n)).copy()
        return {**zeros(points, "point", "gradient"), "inverse_hessian": inverse}

    def update(now: Step, state: State) -> tuple[Array, State]:
        inverse = _learned(now, state)
        # One that found no lower loss in its last search had better forget what led to it.
        fresh = (now.count == 1) | (now.points == state["point"]).all(axis=-1, keepdims=True)
        inverse = np.where(fresh[..., None], np.eye(len(inverse[0])), inverse)
        direction = -(inverse * now.gradient[:, None, :]).sum(axis=-1)
        slope = dot(now.gradient, direction)
        uphill = ~(slope < 0)
        inverse = np.where(uphill[..., None], np.eye(len(inverse[0])), inverse)
        direction = np.where(uphill, -now.gradient, direction)
        slope = np.where(uphill, -dot(now.gradient, now.gradient), slope)
        length = strong_wolfe(now, direction, slope, first_length(now, fresh), 1e-4, 0.9)
        return now.points + length * direction, {
            "point": now.points,
            "gradient": now.gradient,
            "inverse_hessian": inverse,
        }

    return Optimizer(init, update, 1.0, searches=True, halts=HALTS)


def first_length(now: Step, first: Array) -> Array:
    """The learning rate; at the first step, which knows no curvature, at most 1 over the gradient."""
    steepness = np.abs(now.gradient).sum(axis=-1, keepdims=True)
    return now.learning_rate * np.where(first, np.minimum(1, 1 / steepness), 1)


def _learned(now: Step, state: State) -> Array:
    """The inverse Hessians (balls, dims, dims) with what the last step has shown."""
    inverse, n = state["inverse_hessian"], now.points.shape[-1]
    s, y = now.points - state["point"], now.gradient - state["gradient"]
    curvature = dot(s, y)
    learns = (now.count > 1) & (curvature > CURVED * np.sqrt(dot(s, s) * dot(y, y)))
    rho = 1 / np.where(learns, curvature, 1)
    first = learns & (now.count == 2)  # which also sets the scale
    scale = np.where(first, curvature / np.where(first, dot(y, y), 1), 1)
    left = np.eye(n) - rho[..., None] * s[:, :, None] * y[:, None, :]
    rotated = _product(_product(left, scale[..., None] * inverse), np.swapaxes(left, -1, -2))
    return np.where(learns[..., None], rotated + rho[..., None] * s[:, :, None] * s[:, None, :], inverse)


def _product(a: Array, b: Array) -> Array:
    """Of matrices (balls, n, n), rounded alike on every processor, as BLAS' is not."""
    return np.asarray((a[..., :, None, :] * np.swapaxes(b, -1, -2)[..., None, :, :]).sum(axis=-1))
