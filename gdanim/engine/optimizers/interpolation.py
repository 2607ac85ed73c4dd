"""A line search by cubic interpolation, torch's, for one ball at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gdanim.engine.runs import Array

C1, C2 = 1e-4, 0.9  # the Wolfe constants
NARROW = 1e-9  # between the ends of a bracket: it is not made smaller
NEAR = 0.1  # of a bracket: a trial so near its end tells little


class Trial(NamedTuple):
    """What is known at a length along the direction."""

    length: np.float64
    loss: np.float64
    slope: np.float64  # along the direction
    gradient: Array  # (n,)


def search(
    start: Trial, first: np.float64, reach: np.float64, tried: Callable[[np.float64], Trial], most: int
) -> tuple[Trial, int]:
    """Where the strong Wolfe conditions hold, or the lowest trial; and how many trials there were.

    ``start`` has length 0, ``first`` is the first to try, ``reach`` the direction's largest component; after
    the first there are at ``most`` so many.
    Source: torch.optim.LBFGS, line_search_fn="strong_wolfe"; J. Nocedal, S. Wright, Numerical Optimization
    (2nd ed. 2006), algorithms 3.5 and 3.6 with cubic interpolation.
    """
    last, new = start, tried(first)
    count = 1
    ends = [start, new]
    while count <= most:
        if _high(new, start) or (count > 2 and new.loss >= last.loss):
            ends = [last, new]
            break
        if _flat(new, start):
            return new, count
        if new.slope >= 0:
            ends = [last, new]
            break
        bounds = new.length + 0.01 * (new.length - last.length), 10 * new.length
        last, new = new, tried(_lowest(last, new, *bounds))
        count += 1
        ends = [start, new]
    return _zoomed(start, ends, reach, tried, count, most)


def _zoomed(
    start: Trial,
    ends: list[Trial],
    reach: np.float64,
    tried: Callable[[np.float64], Trial],
    count: int,
    most: int,
) -> tuple[Trial, int]:
    """What lies between the ends of a bracket."""
    low, near = _lower(ends), False
    while count <= most and not abs(ends[1].length - ends[0].length) * reach < NARROW:
        left, right = sorted(end.length for end in ends)
        length, room = _lowest(ends[0], ends[1], left, right), NEAR * (right - left)
        if min(right - length, length - left) < room:  # it may creep along an end for ever
            if near or length >= right or length <= left:
                length = right - room if abs(length - right) < abs(length - left) else left + room
                near = False
            else:
                near = True
        else:
            near = False
        new = tried(length)
        count += 1
        if _high(new, start) or new.loss >= ends[low].loss:
            ends[1 - low] = new
            low = _lower(ends)
            continue
        done = _flat(new, start)
        if not done and new.slope * (ends[1 - low].length - ends[low].length) >= 0:
            ends[1 - low] = ends[low]
        ends[low] = new
        if done:
            break
    return ends[low], count


def _high(new: Trial, start: Trial) -> bool:
    """Whether the loss has not fallen enough."""
    return bool(new.loss > start.loss + C1 * new.length * start.slope)


def _flat(new: Trial, start: Trial) -> bool:
    """Whether the slope is small enough."""
    return bool(abs(new.slope) <= -C2 * start.slope)


def _lower(ends: list[Trial]) -> int:
    return 0 if ends[0].loss <= ends[1].loss else 1


def _lowest(a: Trial, b: Trial, low: np.float64, high: np.float64) -> np.float64:
    """The minimum of the cubic through two trials, within bounds; their middle where it has none."""
    left, right = (a, b) if a.length <= b.length else (b, a)
    rise = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.length - right.length)
    square = rise * rise - left.slope * right.slope
    if not square >= 0:
        return (low + high) / 2
    root = np.sqrt(square)
    share = (right.slope + root - rise) / (right.slope - left.slope + 2 * root)
    length: np.float64 = min(max(right.length - (right.length - left.length) * share, low), high)
    return length
