"""Objectives made from data: the loss of a model that is linear in its parameters, over many samples."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.effort import ASKED, spend
from gdanim.engine.functions.known import KnownObjective
from gdanim.engine.runs import Array
from gdanim.formula import FUNCTIONS

LONGEST = 14  # letters of a column's name in a formula
AT_ONCE = 30_000  # points x samples worked on at a time: they fit the cache
MANY = 10_000  # samples: of more, squared errors are summed in another way
MAP = 200_000_000  # points x samples: more losses than a descent asks for at once
GROUPS = 256  # of neighbours in each class, for such a map

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


class Samples(NamedTuple):
    """Samples to sum over, each of them for so many."""

    inputs: Array  # (n, samples)
    targets: Array  # (samples,)
    weights: Array  # (samples,)


def triangular(inputs: Array, targets: Array) -> Samples:
    """The n + 1 samples with the same sum of squared errors everywhere, of however many there are.

    They are R of the QR decomposition of inputs and targets, by modified Gram-Schmidt, which is as stable as
    Householder's way for least squares, and sums without BLAS.
    Source: A. Bjorck, Solving linear least squares problems by Gram-Schmidt orthogonalization (1967).
    """
    columns = [*inputs, targets]
    rows = np.zeros((len(columns), len(columns)))
    for i, column in enumerate(columns):
        rows[i, i] = np.sqrt((column * column).sum())
        if rows[i, i] > 0:
            unit = column / rows[i, i]
            for k in range(i + 1, len(columns)):
                rows[i, k] = (unit * columns[k]).sum()
                columns[k] = columns[k] - rows[i, k] * unit
    return Samples(rows[:, :-1].T.copy(), rows[:, -1].copy(), np.ones(len(rows)))


def paired(inputs: Array, targets: Array) -> Samples:
    """A few samples that stand for many in a map: of each class, groups of the first input's neighbours.

    A group is told by two samples with its mean and variance, which is exact up to cubic terms.
    """
    found = []
    for label in np.unique(targets):
        x = np.sort(inputs[0][targets == label])
        for group in np.array_split(x, min(GROUPS, len(x))):
            middle, half, weight = group.mean(), group.std(), len(group) / 2
            found += [(middle - half, label, weight), (middle + half, label, weight)]
    x, y, weights = np.array(found).T
    return Samples(np.stack([x, np.ones_like(x)]), y, weights)


@lru_cache(maxsize=4)
def _order(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """The samples of an epoch in their order; 1: these are not the draws of the noise."""
    return np.random.default_rng((seed, epoch, 1)).permutation(count)


def latex_name(column: str, letter: str) -> str:
    """A column's name in a formula: a letter slanted, a short word upright; of all else its ``letter``."""
    if re.fullmatch(r"[^\W\d_]", column):
        return column
    plain = len(column) <= LONGEST and re.fullmatch(r"[^\W_]+(?:[ _-][^\W_]+)*", column)
    return rf"\text{{{column.replace('_', chr(92) + '_')}}}" if plain else letter


def _latex_number(value: float) -> str:
    mantissa, _, power = f"{value:.4g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if power else mantissa


@dataclass(frozen=True, kw_only=True, eq=False)
class DataObjective(KnownObjective):
    """The mean or the sum of a loss over samples; a sample's prediction is its inputs times the point."""

    inputs: Array  # (n, samples): what each variable is multiplied by
    targets: Array  # (samples,)
    loss: SampleLoss
    mean: bool
    term: str  # the loss of sample i, as LaTeX
    columns: tuple[str, str] = ("x", "y")  # what input and target are called
    scaling: tuple[float, float] | None = (
        None  # mean and standard deviation of the input before it was scaled
    )

    @property
    def latex(self) -> str:
        count = len(self.targets)
        share = rf"\frac{{1}}{{{count}}} " if self.mean else ""
        where = ""
        if self.scaling:
            name, (mean, deviation) = latex_name(self.columns[0], "x"), map(_latex_number, self.scaling)
            minus = rf"- {mean}" if self.scaling[0] >= 0 else rf"+ {mean.removeprefix('-')}"
            where = rf", \quad z = \frac{{{name} {minus}}}{{{deviation}}}"
        return rf"{share}\sum_{{i=1}}^{{{count}}} {self.term}{where}"

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
        return _order(count, seed, epoch)[turn * size : (turn + 1) * size]

    def batch(self, step: int, size: int, seed: int) -> DataObjective:
        """The objective of the samples whose turn it is at a step."""
        chosen = self.chosen(step, size, seed)
        return replace(self, inputs=self.inputs[:, chosen], targets=self.targets[chosen])

    def value(self, points: Array) -> Array:
        """Losses of shape (...) at points of shape (..., n).

        Of a map of a great many samples they are those of a few that stand for all: off by some 1e-5 of them.
        """
        samples = self._samples
        if points.size // points.shape[-1] * len(samples.targets) > MAP:
            samples = self._few
        return self._summed(samples, points, self.loss.value, [samples.weights])[..., 0]

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n)."""
        samples = self._samples
        return self._summed(samples, points, self.loss.slope, list(samples.inputs * samples.weights))

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., n, n)."""
        samples, n = self._samples, len(self.inputs)
        products = [a * b * samples.weights for a in samples.inputs for b in samples.inputs]
        return self._summed(samples, points, self.loss.curvature, products).reshape(*points.shape[:-1], n, n)

    @property
    def summed(self) -> int:
        """How many samples an evaluation goes through."""
        return len(self._samples.targets)

    @cached_property
    def _samples(self) -> Samples:
        """What is summed over: the samples, or of many the few that have the very same squared errors."""
        if self.loss is SQUARED and len(self.targets) > MANY:
            return triangular(self.inputs, self.targets)
        return Samples(self.inputs, self.targets, np.ones_like(self.targets))

    @cached_property
    def _few(self) -> Samples:
        return self._samples if self.loss is SQUARED else paired(self.inputs, self.targets)

    def _summed(
        self,
        samples: Samples,
        points: Array,
        entry: Callable[[Array, Array], Array],
        weights: list[Array],
    ) -> Array:
        """For each of the weights the weighted sum (or mean) of an entry over samples, shape (..., k).

        Sums run along the last axis, so that they round alike however many points there are.
        """
        flat = points.reshape(-1, points.shape[-1])
        result = np.empty((len(flat), len(weights)))
        at_once = max(1, AT_ONCE // len(samples.targets))
        spend(ASKED + len(samples.inputs) + len(weights), len(flat) * len(samples.targets))
        with np.errstate(all="ignore"):
            for first in range(0, len(flat), at_once):
                part = slice(first, first + at_once)
                entries = entry(_products(flat[part], samples.inputs), samples.targets)
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
