"""How low the loss is elsewhere than where a ball ended, as far as anyone has looked.

Looked at are a grid over the domain, in one and two dimensions, and all places where balls have been; what a
function lists is known anyway.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gdanim.engine.functions import DataObjective
from gdanim.engine.runs import Array, Objective, Point, Run
from gdanim.engine.terrain import ROUNDING, Ground

SAMPLES = 65  # along either side of the domain
QUARTERS = (0.25, 0.5, 0.75, 1.0)
SCATTERED, FEW = 1000, 64  # places in a domain of more dimensions, and of a loss over data
VISIBLE = 1e-3  # of the height at which the middle half of the domain begins: so much lower can be seen
SAME = 1e-6  # of what was descended, or of the loss: what lies less deep is as deep


class Depth(NamedTuple):
    """The lowest place that is known by its loss alone; it need not be a minimum."""

    loss: float
    point: Point
    visible: float  # a difference of losses that can be seen


class Survey(NamedTuple):
    """What is known of a loss, as one descends it."""

    ground: Ground
    depth: Depth | None  # None for a loss over data, which is convex


def surveyed(
    goal: Objective, climbs: bool, domain: Sequence[tuple[float, float]], runs: Sequence[Run]
) -> Survey:
    """What the domain and all ``runs`` tell; ``goal``, upside down for those who climb, is descended."""
    sign = -1.0 if climbs else 1.0
    low, high = np.array(domain).T
    data = isinstance(getattr(goal, "objective", goal), DataObjective)
    seen = [run.points[row] for run in runs for row in _lowest(run, sign, low, high)]
    met = np.reshape(seen, (len(seen), len(domain)))
    plane = len(domain) <= 2 and not data
    around = _grid(domain) if plane else _scattered(low, high, FEW if data else SCATTERED)
    with np.errstate(all="ignore"):
        heights, depths = goal.value(around), goal.value(met)
    known = np.isfinite(heights)
    around, heights = around[known], heights[known]
    begun = [loss for run in runs if np.isfinite(loss := sign * float(run.losses[0]))]
    if plane:
        met, depths = np.concatenate([met, around]), np.concatenate([depths, heights])
    least = float(depths.min(initial=np.inf))
    lowest = min(least, *goal.minimum_values, float(heights.min(initial=np.inf)))
    if not np.isfinite(lowest):
        return Survey(Ground(diagonal(domain), 0.0, lowest), None)
    heights = np.quantile(heights, QUARTERS) if len(heights) else np.array([lowest])
    height = float(heights[0])
    raised = heights[heights > lowest]  # the first of these that is not of the lowest plain
    relief = max(raised.min(initial=np.inf) if len(raised) else lowest, *begun, lowest) - lowest
    ground = Ground(diagonal(domain), relief if relief > ROUNDING * abs(lowest) else 0.0, lowest)
    if data or not np.isfinite(least):
        return Survey(ground, None)
    fallen = max(begun, default=least) - least
    shown = height - least if plane else 0.0
    visible = max(VISIBLE * shown, SAME * max(fallen, abs(least)))  # no less than rounding
    return Survey(ground, Depth(least, tuple(met[int(depths.argmin())].tolist()), visible))


def diagonal(domain: Sequence[tuple[float, float]]) -> float:
    """Of a domain."""
    return math.hypot(*(high - low for low, high in domain))


def _grid(domain: Sequence[tuple[float, float]]) -> Array:
    axes = [np.linspace(a, b, SAMPLES) for a, b in domain]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(domain))


def _scattered(low: Array, high: Array, count: int) -> Array:
    """Places all over the domain, always the same."""
    return np.random.default_rng(0).uniform(low, high, (count, len(low)))


def _lowest(run: Run, sign: float, low: Array, high: Array) -> list[int]:
    """The row at which a run was lowest in the domain, if it was in it."""
    inside = ((run.points >= low) & (run.points <= high)).all(axis=-1) & np.isfinite(run.losses)
    return [int(np.where(inside, sign * run.losses, np.inf).argmin())] if inside.any() else []
