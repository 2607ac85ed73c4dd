"""Objectives made from data: the loss of a model that is linear in its parameters, over many samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.functions.known import KnownObjective
from gdanim.engine.runs import Array
from gdanim.formula import FUNCTIONS

AT_ONCE = 30_000  # points x samples worked on at a time: they fit the cache

sigmoid: Callable[[Array], Array] = FUNCTIONS["sigmoid"].numeric


class SampleLoss(NamedTuple):
    """The loss of one sample by its prediction and its target, with its derivatives by the prediction."""

    model: Callable[[Array], Array]  # from a prediction to what a target is held against
    value: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    curvature: Callable[[Array, Array], Array]


SQUARED = SampleLoss(
    model=lambda prediction: prediction,
    value=lambda prediction, target: (prediction - target) ** 2,
    slope=lambda prediction, target: 2 * (prediction - target),
    curvature=lambda prediction, _: np.full_like(prediction, 2.0),
)
CROSS_ENTROPY = SampleLoss(  # of the label and the sigmoid of the prediction
    model=sigmoid,
    value=lambda prediction, target: np.logaddexp(0, prediction) - target * prediction,
    slope=lambda prediction, target: sigmoid(prediction) - target,
    curvature=lambda prediction, _: sigmoid(prediction) * sigmoid(-prediction),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class DataObjective(KnownObjective):
    """The mean or the sum of a loss over samples; a sample's prediction is its inputs times the point."""

    inputs: Array  # (n, samples): what each variable is multiplied by
    targets: Array  # (samples,)
    loss: SampleLoss
    mean: bool
    term: str  # the loss of sample i, as LaTeX

    @property
    def latex(self) -> str:
        count = len(self.targets)
        share = rf"\frac{{1}}{{{count}}} " if self.mean else ""
        return rf"{share}\sum_{{i=1}}^{{{count}}} {self.term}"

    def _reordered(self, order: list[int]) -> dict[str, Any]:
        return {"inputs": self.inputs[order]}

    def predicted(self, points: Array, inputs: Array) -> Array:
        """What the model says, shape (..., k), at points (..., n) for inputs (n, k)."""
        return self.loss.model(_products(points, inputs))

    def chosen(self, step: int, size: int, seed: int) -> NDArray[np.int64]:
        """The samples whose turn it is at a step: ``size`` of them, fewer to end an epoch.

        Every epoch goes through all samples once, in an order that the seed and the epoch's number give.
        """
        count = len(self.targets)
        epoch, turn = divmod(step, -(-count // size))
        order = np.random.default_rng((seed, epoch, 1)).permutation(count)  # 1: not the draws of the noise
        return order[turn * size : (turn + 1) * size]

    def batch(self, step: int, size: int, seed: int) -> DataObjective:
        """The objective of the samples whose turn it is at a step."""
        chosen = self.chosen(step, size, seed)
        return replace(self, inputs=self.inputs[:, chosen], targets=self.targets[chosen])

    def value(self, points: Array) -> Array:
        """Losses of shape (...) at points of shape (..., n)."""
        return self._summed(points, self.loss.value, [np.ones_like(self.targets)])[..., 0]

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n)."""
        return self._summed(points, self.loss.slope, list(self.inputs))

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., n, n)."""
        n = len(self.inputs)
        products = [a * b for a in self.inputs for b in self.inputs]
        return self._summed(points, self.loss.curvature, products).reshape(*points.shape[:-1], n, n)

    def _summed(self, points: Array, entry: Callable[[Array, Array], Array], weights: list[Array]) -> Array:
        """For each of the weights the weighted sum (or mean) of an entry over the samples, shape (..., k).

        Sums run along the last axis, so that they round alike however many points there are.
        """
        flat = points.reshape(-1, points.shape[-1])
        result = np.empty((len(flat), len(weights)))
        at_once = max(1, AT_ONCE // len(self.targets))
        with np.errstate(all="ignore"):
            for first in range(0, len(flat), at_once):
                part = slice(first, first + at_once)
                entries = entry(_products(flat[part], self.inputs), self.targets)
                for k, weight in enumerate(weights):
                    result[part, k] = (entries * weight).sum(axis=-1)
        if self.mean:
            result /= len(self.targets)
        return result.reshape(*points.shape[:-1], len(weights))


def _products(points: Array, inputs: Array) -> Array:
    """Points (..., n) times inputs (n, k), shape (..., k); BLAS would round one point unlike many."""
    total = points[..., :1] * inputs[0]
    for i in range(1, len(inputs)):
        total = total + points[..., i : i + 1] * inputs[i]
    return np.asarray(total)
