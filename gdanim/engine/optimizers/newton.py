"""Newton's method, pure and damped: steps by the curvature."""

from __future__ import annotations

import numpy as np

from gdanim.engine.optimizers.backtracking import check_search
from gdanim.engine.optimizers.base import Optimizer, State, Step, dot
from gdanim.engine.optimizers.line_search import HALTS, armijo
from gdanim.engine.runs import Array
from gdanim.registry import optimizers

FLAT = 1e-15  # an eigenvalue below this share of the largest is zero: no step that way
LEAST = 1e-8  # the damped method's least curvature, as a share of the largest


@optimizers.register
def newton() -> Optimizer:
    """A step to the bottom, or top, or saddle, of the parabola that fits here: whatever is near attracts it.

    Every step asks for the Hessian. Source: J. Nocedal, S. Wright, Numerical Optimization (2nd ed. 2006),
    equation 3.30.
    """

    def update(now: Step, state: State) -> tuple[Array, State]:
        curvatures, axes = _eigen(now.problem.hessian(now.points))
        flat = np.abs(curvatures) <= FLAT * _largest(curvatures)
        inverse = np.where(flat, 0, 1 / np.where(flat, 1, curvatures))
        return now.points - now.learning_rate * _scaled(now.gradient, inverse, axes), state

    return Optimizer(lambda _: {}, update, 1.0)


@optimizers.register
def damped_newton(c1: float = 1e-4, shrink: float = 0.5) -> Optimizer:
    """Newton's method made safe: curvature counts by its size, and steps shorten until the loss falls enough.

    So that it descends everywhere and leaves saddles. Source: J. Nocedal, S. Wright, Numerical Optimization
    (2nd ed. 2006), algorithm 3.2, with the eigenvalues' absolute values as section 3.4 suggests.
    """
    check_search(c1, shrink)

    def update(now: Step, state: State) -> tuple[Array, State]:
        curvatures, axes = _eigen(now.problem.hessian(now.points))
        largest = _largest(curvatures)
        unknown = ~(largest > 0)  # all flat, or undefined: plain gradient descent
        sizes = np.where(unknown, 1, np.maximum(np.abs(curvatures), LEAST * largest))
        direction = -_scaled(
            now.gradient, 1 / sizes, np.where(unknown[..., None], np.eye(len(axes[0])), axes)
        )
        length = armijo(now, direction, dot(now.gradient, direction), now.learning_rate, c1, shrink)
        return now.points + length * direction, state

    return Optimizer(lambda _: {}, update, 1.0, searches=True, halts=HALTS)


def _eigen(hessians: Array) -> tuple[Array, Array]:
    """Eigenvalues (balls, dims) and eigenvectors (balls, dims, dims); nan where a Hessian is undefined."""
    defined = np.asarray(np.isfinite(hessians).all(axis=(-2, -1), keepdims=True))
    values, vectors = np.linalg.eigh(np.where(defined, hessians, 0))
    return np.where(defined[..., 0], values, np.nan), vectors


def _largest(curvatures: Array) -> Array:
    return np.asarray(np.abs(curvatures).max(axis=-1, keepdims=True))


def _scaled(gradient: Array, factors: Array, axes: Array) -> Array:
    """The gradient with its component along each of the axes times its factor."""
    along = (axes * gradient[:, :, None]).sum(axis=1)
    return np.asarray((axes * (along * factors)[:, None, :]).sum(axis=2))
