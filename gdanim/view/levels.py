"""Level lines: at which losses, along which way, and where their numbers stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import contourpy
import numpy as np

from gdanim.engine.runs import Array
from gdanim.motion.height import Height
from gdanim.motion.landscape import Landscape
from gdanim.view.ticks import ticks

GRID = 241  # samples along either side


def levels(height: Height, count: int) -> list[float]:
    """Round losses from low to high: about ``count`` multiples of a step, or 1, 2, 5 of powers of ten."""
    low, high = height.low, height.high
    if not height.log:
        return [v for v in ticks(low, high, count) if low < v < high]
    base = height.base
    first, last = (math.floor(math.log10(end - base)) for end in (low, high))
    many = count / max(last - first, 1)  # in each decade
    digits = (1,) if many <= 2 else (1, 3) if many <= 3 else (1, 2, 5)
    return [v for p in range(first, last + 1) for m in digits if low < (v := base + m * 10.0**p) < high]


def level_lines(landscape: Landscape, losses: Sequence[float]) -> dict[float, list[Array]]:
    """The lines (n, 2) of each of some losses, in the domain."""
    (x0, x1), (y0, y1) = landscape.act.domain
    x, y = np.linspace(x0, x1, GRID), np.linspace(y0, y1, GRID)
    with np.errstate(all="ignore"):
        values = landscape.act.objective.value(np.stack(np.meshgrid(x, y), axis=-1))
    heights = landscape.level(values)  # smoother between the samples than a steep loss
    maker = contourpy.contour_generator(x, y, np.ma.masked_invalid(heights))
    wanted = {loss: float(landscape.level(np.asarray(loss))) for loss in losses}
    return {loss: cast(list[Array], maker.lines(height)) for loss, height in wanted.items()}


def label_place(
    lines: Sequence[Array], size: Array, frame: Array, placed: Sequence[tuple[Array, Array]]
) -> Array | None:
    """Where (2,) on the longest of a level's lines (n, 2) its label lies most at ease; None: nowhere.

    It is level there, and inside the frame (2, 2), from its top left corner to its bottom right one.
    ``placed``: the middles (2,) and sizes (2,) of labels that it may not touch.
    """
    if not lines:
        return None
    line = max(lines, key=lambda p: float(np.linalg.norm(np.diff(p, axis=0), axis=1).sum()))
    if len(line) < 8 or np.ptp(line[:, 0]) < 2.2 * size[0]:
        return None
    slope = np.abs(np.gradient(line[:, 1])) / np.maximum(np.hypot(*np.gradient(line, axis=0).T), 1e-9)
    middle = (frame[0] + frame[1]) / 2
    inside = np.all((line > frame[0] + size) & (line < frame[1] - size), axis=1)
    cost = slope + 0.0006 * np.abs(line[:, 0] - middle[0]) + np.where(inside, 0.0, 10.0)
    cost += 0.02 * (line[:, 1] < middle[1])
    for at, taken in placed:
        cost += 10.0 * np.all(np.abs(line - at) < (size + taken) / 2, axis=1)
    best = int(np.argmin(cost))
    return np.asarray(line[best]) if cost[best] < 2 else None


def interrupted(line: Array, at: Array, size: Array) -> Array:
    """A line (n, 2) with a gap of nan where a label of some size (2,) stands."""
    covered = np.all(np.abs(line - at) < size / 2, axis=1)
    return np.asarray(np.where(covered[:, None], np.nan, line))
