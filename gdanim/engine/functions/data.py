"""What learning descends: the loss of a model on data, read from a file or drawn at random."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from gdanim.engine.functions.samples import (
    CROSS_ENTROPY,
    MANY,
    SQUARED,
    DataObjective,
    latex_name,
    sigmoid,
    triangular,
)
from gdanim.engine.runs import Array, Point
from gdanim.errors import SettingError
from gdanim.registry import functions
from gdanim.spec.data import MAX_ROWS, Columns, WithData, labels, missing, named
from gdanim.spec.wording import counted

Chosen = Annotated[tuple[str, str], WithData(needed=True)]  # of the data: the input and the target
Scale = Literal["none", "standard"]  # of the input: as it is, or with mean 0 and standard deviation 1
Drawn = Annotated[float, WithData(needed=False)]  # made up where there are no data
DrawnInt = Annotated[int, WithData(needed=False)]


@functions.register
def linear_regression(
    data: Columns | None = None,
    columns: Chosen = ("x", "y"),
    scale: Scale = "none",
    loss: Literal["mse", "sse"] = "mse",
    slope: Drawn = 2.0,
    intercept: Drawn = 4.0,
    noise: Drawn = 1.0,
    count: DrawnInt = 20,
    seed: DrawnInt = 0,
) -> DataObjective:
    """A line through points by its slope m and intercept b: a ravine, since m moves all points by far more.

    Without ``data``, ``count`` points stand evenly over [0, 10) around the line slope x + intercept, with
    normal noise. Its loss is the mean or the sum of the squared errors. With ``scale: standard`` the x have
    mean 0 and standard deviation 1, and the ravine is a round bowl.
    Source: C. F. Gauss, Theoria combinationis observationum (1823); C. Bishop, Pattern Recognition and
    Machine Learning (2006), section 3.1.
    """
    if data is None:
        _check(noise, count, seed)
        x = 10 * np.arange(count) / count
        y = slope * x + intercept + noise * np.random.default_rng(seed).standard_normal(count)
    else:
        x, y = _chosen(data, columns)
    x, scaling = _scaled(x, scale)
    inputs = np.stack([x, np.ones_like(x)])
    one, other = _of_sample(columns, scaling)
    goal = DataObjective(
        name="linear_regression",
        variables=("m", "b"),
        starts=((0.0, 0.0),),
        inputs=inputs,
        targets=y,
        loss=SQUARED,
        mean=loss == "mse",
        term=rf"\left(m {one} + b - {other}\right)^{{2}}",
        columns=columns,
        scaling=scaling,
    )
    return _around(goal, _least_squares(inputs, y))


@functions.register
def logistic_regression(
    data: Columns | None = None,
    columns: Chosen = ("x", "y"),
    scale: Scale = "none",
    slope: Drawn = 2.0,
    intercept: Drawn = -1.0,
    count: DrawnInt = 40,
    seed: DrawnInt = 0,
) -> DataObjective:
    """Two classes by a weight w and a bias b: a convex loss, steep where it is wrong, flat where it is right.

    The label y is 1 with probability sigmoid(w x + b); the loss is the mean cross-entropy. Labels of two
    other kinds, such as -1 and 1 or ham and spam, are taken for 0 and 1 in their order. Without ``data``,
    ``count`` points stand evenly over [-3, 3], their labels drawn with the slope and intercept. Classes that
    a single x separates have no minimum: the weight grows for ever. ``scale`` is as for `linear_regression`.
    Source: C. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2.
    """
    if data is None:
        _check(0.0, count, seed)
        x = np.linspace(-3, 3, count)
        y = (np.random.default_rng(seed).random(count) < sigmoid(slope * x + intercept)).astype(float)
    else:
        x, y = _chosen(_labelled(data, columns[1]), columns)
    x, scaling = _scaled(x, scale)
    one, other = _of_sample(columns, scaling)
    goal = DataObjective(
        name="logistic_regression",
        variables=("w", "b"),
        starts=((0.0, 0.0),),
        inputs=np.stack([x, np.ones_like(x)]),
        targets=y,
        loss=CROSS_ENTROPY,
        mean=True,
        term=rf"\left(\log\left(1 + e^{{w {one} + b}}\right) - {other} \left(w {one} + b\right)\right)",
        columns=columns,
        scaling=scaling,
    )
    return _around(goal, _newton(goal) if _overlap(x[y == 0], x[y == 1]) else None, least=4.0)


@functions.register
def noisy_bowl(noise: float = 1.0, count: int = 100, seed: int = 0) -> DataObjective:
    """A bowl that is the mean of many: with a small batch_size every step goes down another, and wanders.

    The sample i has the loss (a x + b y - c)^2, with a and b standard normal and c normal with ``noise``.
    Source: T. Schaul, S. Zhang, Y. LeCun, No more pesky learning rates (2013), section 4.
    """
    _check(noise, count, seed)
    a, b, c = np.random.default_rng(seed).standard_normal((3, count))
    inputs = np.stack([a, b])
    goal = DataObjective(
        name="noisy_bowl",
        variables=("x", "y"),
        domain=((-3.0, 3.0), (-3.0, 3.0)),
        starts=((-2.4, 1.8),),
        inputs=inputs,
        targets=noise * c,
        loss=SQUARED,
        mean=True,
        term=r"\left(a_{i} x + b_{i} y - c_{i}\right)^{2}",
    )
    return _around(goal, _least_squares(inputs, noise * c))


def _check(noise: float, count: int, seed: int) -> None:
    if not noise >= 0:
        raise SettingError(("noise",), f"noise must be at least 0, not {noise}")
    if not 2 <= count <= MAX_ROWS:
        raise SettingError(("count",), f"count must be 2 to {MAX_ROWS}, not {count}")
    if not seed >= 0:
        raise SettingError(("seed",), f"seed must be at least 0, not {seed}")


def _labelled(data: Columns, name: str) -> Columns:
    """The data with the labels of that column as 0 and 1."""
    if name not in data and name not in getattr(data, "words", {}):
        return data
    try:
        found, _ = labels(data, name)
    except ValueError as error:
        raise SettingError(("data",), f"data: {error}") from None
    return {**data, name: found}


def _chosen(data: Columns, columns: tuple[str, str]) -> tuple[Array, Array]:
    """The numbers of two columns, in the rows that have both."""
    for name in columns:
        if name not in data:
            told = missing(data, name)
            if len(data) >= 2 and name not in getattr(data, "unread", {}) and "did you mean" not in told:
                told += f": write {named(list(data)[:2])}"
            raise SettingError(("data",), told)
    x, y = rows = np.array([data[name] for name in columns], dtype=float)
    whole = np.isfinite(rows).all(axis=0)
    if (count := int(whole.sum())) < 2:
        told = f"it has {counted(count, 'row')} with numbers in both {' and '.join(columns)}"
        raise SettingError(("data",), f"data: {told}; it takes 2")
    return x[whole], y[whole]


def _scaled(x: Array, scale: Scale) -> tuple[Array, tuple[float, float] | None]:
    """The inputs as they are learnt from, and the mean and deviation that they were scaled by, if any."""
    if scale == "none":
        return x, None
    mean, deviation = float(x.mean()), float(x.std())
    if not deviation > 0:
        raise SettingError(("scale",), "scale: the inputs are all equal, and have no deviation to scale by")
    return (x - mean) / deviation, (mean, deviation)


def _of_sample(columns: tuple[str, str], scaling: tuple[float, float] | None) -> tuple[str, str]:
    """Input and target of sample i, as LaTeX."""
    one, other = map(latex_name, columns, ("x", "y"))
    return ("z_{i}" if scaling else rf"{one}_{{i}}"), rf"{other}_{{i}}"


def _least_squares(inputs: Array, targets: Array) -> Point | None:
    """The minimum of the squared errors, or None where a whole line is equally good."""
    if len(targets) > MANY:
        inputs, targets, _ = triangular(inputs, targets)
    solution, _, rank, _ = np.linalg.lstsq(inputs.T, targets)
    return tuple(solution.tolist()) if rank == len(inputs) else None


def _overlap(zeros: Array, ones: Array) -> bool:
    """Whether no threshold tells the two classes apart."""
    return bool(len(zeros) and len(ones) and zeros.max() > ones.min() and ones.max() > zeros.min())


def _newton(goal: DataObjective) -> Point:
    """The minimum of a convex loss, by Newton's method with steps halved until they go down."""
    point = np.zeros(len(goal.variables))
    for _ in range(100):
        step = np.linalg.solve(goal.hessian(point), goal.gradient(point))
        while np.abs(step).max() > 1e-15 and goal.value(point - step) > goal.value(point):
            step /= 2
        if (point - step == point).all():
            break
        point = point - step
    return tuple(point.tolist())


def _around(goal: DataObjective, minimum: Point | None, least: float = 1.0) -> DataObjective:
    """The objective with its minimum and a domain around it that shows the origin, ``least`` to each side."""
    centre = minimum or (0.0,) * len(goal.variables)
    reach = [max(least, 1.5 * abs(x)) for x in centre]
    box = tuple((x - half, x + half) for x, half in zip(centre, reach, strict=True))
    known = replace(goal, domain=goal.domain or box)
    if minimum is None:
        return known
    return replace(known, minima=(minimum,), minimum_values=(float(goal.value(np.array(minimum))),))
