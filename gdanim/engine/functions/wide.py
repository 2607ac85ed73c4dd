"""Functions of so many variables that a formula would be too long: losses and slopes by whole arrays.

Each has the name of the registered function whose formula it stands for, and gives for points (..., n) the
losses (...) and the gradients (..., n). At a cusp that is the minimum the gradient is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdanim.engine.effort import ASKED, spend
from gdanim.engine.functions.known import KnownObjective
from gdanim.engine.runs import Array

FORMULA = 10  # variables, at most, of a formula that is written out and derived
PI = np.pi
Wide = Callable[[Array], tuple[Array, Array]]


@dataclass(frozen=True, kw_only=True, eq=False)
class WideObjective(KnownObjective):
    """A loss of many variables; its Hessians are differences of its gradients."""

    wide: Wide

    def value(self, points: Array) -> Array:
        """Losses of shape (...) at points of shape (..., n)."""
        spend(ASKED, points.size)
        with np.errstate(all="ignore"):
            return self.wide(points)[0]

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n)."""
        spend(ASKED, points.size)
        with np.errstate(all="ignore"):
            return self.wide(points)[1]


def _numbers(x: Array) -> Array:
    """1 to n, for x of shape (..., n)."""
    return np.arange(1.0, x.shape[-1] + 1)


def _sum(x: Array) -> Array:
    return np.asarray(x.sum(axis=-1))


def _radius(x: Array) -> tuple[Array, Array]:
    """The distance from 0, shape (..., 1), and the direction away from it, which is 0 at 0."""
    radius = np.sqrt((x * x).sum(axis=-1, keepdims=True))
    return radius, x / np.where(radius > 0, radius, 1.0)


def sphere(x: Array) -> tuple[Array, Array]:
    return _sum(x * x), 2 * x


def zakharov(x: Array) -> tuple[Array, Array]:
    weights = _numbers(x) / 2
    s = (weights * x).sum(axis=-1, keepdims=True)
    return _sum(x * x) + s[..., 0] ** 2 + s[..., 0] ** 4, 2 * x + weights * (2 * s + 4 * s**3)


def trid(x: Array) -> tuple[Array, Array]:
    slopes = 2 * (x - 1)
    slopes[..., 1:] -= x[..., :-1]
    slopes[..., :-1] -= x[..., 1:]
    return _sum((x - 1) ** 2) - _sum(x[..., 1:] * x[..., :-1]), slopes


def quartic(x: Array) -> tuple[Array, Array]:
    return _sum(_numbers(x) * x**4), 4 * _numbers(x) * x**3


def absolute(x: Array) -> tuple[Array, Array]:
    return _sum(np.abs(x)), np.sign(x)


def styblinski_tang(x: Array) -> tuple[Array, Array]:
    return _sum(x**4 - 16 * x**2 + 5 * x) / 2, 2 * x**3 - 16 * x + 2.5


def rastrigin(x: Array) -> tuple[Array, Array]:
    losses = 10 * x.shape[-1] + _sum(x * x - 10 * np.cos(2 * PI * x))
    return losses, 2 * x + 20 * PI * np.sin(2 * PI * x)


def ackley(x: Array) -> tuple[Array, Array]:
    n = x.shape[-1]
    radius, away = _radius(x)
    funnel = 20 * np.exp(-0.2 * radius / np.sqrt(n))
    waves = np.exp(np.cos(2 * PI * x).mean(axis=-1, keepdims=True))
    slopes = 0.2 / np.sqrt(n) * funnel * away + waves * 2 * PI / n * np.sin(2 * PI * x)
    return (np.e + 20 - funnel - waves)[..., 0], slopes


def griewank(x: Array) -> tuple[Array, Array]:
    roots = np.sqrt(_numbers(x))
    waves = np.cos(x / roots)
    ones = np.ones_like(x[..., :1])
    before = np.cumprod(np.concatenate([ones, waves[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones, waves[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    slopes = x / 2000 + np.sin(x / roots) / roots * before * after
    return 1 + _sum(x * x) / 4000 - waves.prod(axis=-1), slopes


def levy(x: Array) -> tuple[Array, Array]:
    away, w = (x - 1) / 4, PI * (x + 3) / 4
    phase, height = w + 1, np.full(x.shape[-1], 10.0)
    phase, pitch = np.concatenate([phase[..., :-1], 2 * w[..., -1:]], axis=-1), np.full(x.shape[-1], PI / 4)
    height[-1], pitch[-1] = 1.0, PI / 2
    furrows = 1 + height * np.sin(phase) ** 2
    slopes = away / 2 * furrows + away**2 * height * pitch * np.sin(2 * phase)
    slopes[..., 0] += PI / 4 * np.sin(2 * w[..., 0])
    return np.sin(w[..., 0]) ** 2 + _sum(away**2 * furrows), slopes


def schwefel(x: Array) -> tuple[Array, Array]:
    root = np.sqrt(np.abs(x))
    losses = x.shape[-1] * 418.98288727243374 - _sum(x * np.sin(root))
    return losses, -np.sin(root) - root / 2 * np.cos(root)


def michalewicz(m: int) -> Wide:
    def wide(x: Array) -> tuple[Array, Array]:
        phase, pitch = _numbers(x) * x**2 / PI, 2 * _numbers(x) * x / PI
        inner = np.sin(phase) ** (2 * m - 1)
        channels = inner * np.sin(phase)
        slopes = -np.cos(x) * channels - np.sin(x) * 2 * m * inner * np.cos(phase) * pitch
        return -_sum(np.sin(x) * channels), slopes

    return wide


def salomon(x: Array) -> tuple[Array, Array]:
    radius, away = _radius(x)
    losses = 1 - np.cos(2 * PI * radius) + 0.1 * radius
    return losses[..., 0], (2 * PI * np.sin(2 * PI * radius) + 0.1) * away


def rosenbrock(a: float, b: float) -> Wide:
    def wide(x: Array) -> tuple[Array, Array]:
        here, beyond = x[..., :-1], x[..., 1:]
        off = beyond - here * here
        slopes = np.zeros_like(x)
        slopes[..., :-1] = -2 * (a - here) - 4 * b * here * off
        slopes[..., 1:] += 2 * b * off
        return _sum((a - here) ** 2 + b * off * off), slopes

    return wide


def dixon_price(x: Array) -> tuple[Array, Array]:
    here, beyond, weights = x[..., :-1], x[..., 1:], _numbers(x)[1:]
    off = 2 * beyond * beyond - here
    slopes = np.zeros_like(x)
    slopes[..., 0] = 2 * (x[..., 0] - 1)
    slopes[..., :-1] -= 2 * weights * off
    slopes[..., 1:] += 8 * weights * off * beyond
    return (x[..., 0] - 1) ** 2 + _sum(weights * off * off), slopes
