"""Whether the loss is visibly lower elsewhere than where a ball came to rest, as far as anyone has looked.

Looked at are a grid over the domain, in one and two dimensions, and all places where balls have been.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gdanim.engine.functions import DataObjective
from gdanim.engine.runs import Array, Objective, Point, Run

SAMPLES = 65  # along either side of the domain
VISIBLE = 1e-3  # of the height at which the middle half of the domain begins: so much lower can be seen
SAME = 1e-6  # of what was descended, or of the loss: what lies less deep is as deep
FARTHER = 2.0  # times the fall that Newton's step promises: as much may be left in the ball's own valley


class Depth(NamedTuple):
    """The lowest place that is known by its loss alone; it need not be a minimum."""

    loss: float
    point: Point
    visible: float  # a difference of losses that can be seen


def deepest(
    objective: Objective, climbs: bool, domain: Sequence[tuple[float, float]], runs: Sequence[Run]
) -> Depth | None:
    """The lowest of what was looked at in the domain, or the highest as a negative loss for those who climb.

    None for a loss over data, which is convex.
    """
    if isinstance(objective, DataObjective):
        return None
    sign = -1.0 if climbs else 1.0
    low, high = np.array(domain).T
    seen = [run.points[row] for run in runs for row in _lowest(run, sign, low, high)]
    points = np.reshape(seen, (len(seen), len(domain)))
    if len(domain) <= 2:
        axes = [np.linspace(a, b, SAMPLES) for a, b in domain]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(domain))
        points = np.concatenate([points, grid])
    with np.errstate(all="ignore"):
        losses = sign * objective.value(points)
    points, losses = points[np.isfinite(losses)], losses[np.isfinite(losses)]
    if not len(losses):
        return None
    best = int(losses.argmin())
    relief = float(np.quantile(losses, 0.25)) - float(losses[best])
    begun = max((sign * float(run.losses[0]) for run in runs), default=0.0)
    fallen = begun - float(losses[best]) if np.isfinite(begun) else 0.0
    visible = max(VISIBLE * relief, SAME * max(fallen, abs(float(losses[best]))))  # no less than rounding
    return Depth(float(losses[best]), tuple(points[best].tolist()), visible)


def _lowest(run: Run, sign: float, low: Array, high: Array) -> list[int]:
    """The row at which a run was lowest in the domain, if it was in it."""
    inside = ((run.points >= low) & (run.points <= high)).all(axis=-1) & np.isfinite(run.losses)
    return [int(np.where(inside, sign * run.losses, np.inf).argmin())] if inside.any() else []


def lower(goal: Objective, end: Array, depth: Depth, hessian: Array) -> bool:
    """Whether it is visibly lower at the deepest place than the valley can be in which a ball came to rest.

    ``hessian``: at the ball's ``end``, positive definite or flat. How low its own valley is, is told by
    Newton's step.
    """
    slope = goal.exact_gradient(end)
    left = 0.5 * float(slope @ np.linalg.pinv(hessian, hermitian=True) @ slope)
    gap = float(goal.value(end)) - FARTHER * max(left, 0.0) - depth.loss
    return gap > depth.visible
