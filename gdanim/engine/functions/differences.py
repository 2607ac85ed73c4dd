"""Where an objective's gradient comes from: its formula, or differences of its values.

A way is a function of an objective and points (..., n) that returns gradients (..., n).
"""

from __future__ import annotations

import numpy as np

from gdanim.engine.functions.known import KnownObjective, Slopes
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.registry import gradients


@gradients.register
def symbolic() -> Slopes:
    """The exact gradient, derived from the formula."""
    return lambda goal, points: goal.exact_gradient(points)


@gradients.register
def central_difference(h: float = 1e-5) -> Slopes:
    """(f(x + h) - f(x - h)) / 2h along each axis: a large h is coarse, a tiny one drowns in rounding.

    Source: W. Press and others, Numerical Recipes (3rd ed. 2007), section 5.7.
    """
    _positive(h)

    def slopes(goal: KnownObjective, points: Array) -> Array:
        offsets = h * np.eye(points.shape[-1])
        around = points[..., None, :]
        return (goal.value(around + offsets) - goal.value(around - offsets)) / (2 * h)

    return slopes


@gradients.register
def forward_difference(h: float = 1e-8) -> Slopes:
    """(f(x + h) - f(x)) / h along each axis: half the work of a central difference, and half its digits.

    Source: W. Press and others, Numerical Recipes (3rd ed. 2007), section 5.7.
    """
    _positive(h)

    def slopes(goal: KnownObjective, points: Array) -> Array:
        shifted = points[..., None, :] + h * np.eye(points.shape[-1])
        return (goal.value(shifted) - goal.value(points)[..., None]) / h

    return slopes


def _positive(h: float) -> None:
    if not h > 0:
        raise SettingError(("h",), f"h must be positive, not {h}")
