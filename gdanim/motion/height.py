"""How a loss becomes a height: in equal steps, or in decades where the range truly asks for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gdanim.engine.runs import Array, Run, Status

Wish = Literal["auto", "linear", "log"]

SEEN = 0.15  # of the height that balls take at least,
PLAIN = 0.8  # if they would leave less of the domain bare otherwise
HEADROOM = 1.3  # times the height that balls need: where the cut is at the lowest
WORTH = 1.6  # what is at most so many times as high as the cut is shown whole
LEAST_SHOWN = 0.2  # of the domain; where a cut would leave less, heights are decades
INVISIBLE = 0.04  # of the height: what takes less of it cannot be seen
DEEPEST = 1e-6  # of the highest loss that a ball has: lower ones lie on the floor of a log height
NARROW = 5e-4  # of the domain is about a cell of the mesh that draws it: the floor is no smaller


@dataclass(frozen=True)
class Height:
    """Losses from ``low`` to ``high`` as shares of the height, in equal steps or in decades (``log``).

    Decades are counted from ``base``: 0, or the lowest loss where that is negative.
    """

    low: float
    high: float
    log: bool = False
    base: float = 0.0
    cut: tuple[bool, bool] = (False, False)  # whether there is more below low, above high, not drawn
    floored: bool = False  # decades: losses below low lie on the floor

    def share(self, losses: ArrayLike) -> Array:
        """Losses (...) as shares of the way from low to high, beyond both too; decades from 0 on."""
        losses = np.asarray(losses, dtype=float)
        if not self.log:
            return np.asarray((losses - self.low) / (self.high - self.low))
        least = self.low - self.base
        with np.errstate(over="ignore"):
            return np.asarray(np.log10(np.maximum((losses - self.base) / least, 1.0)) / self.decades)

    def rise(self, losses: Array) -> Array:
        """The derivative of ``share`` at losses (...)."""
        if not self.log:
            return np.full(np.shape(losses), 1 / (self.high - self.low))
        above = losses - self.base
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = 1 / (above * math.log(10) * self.decades)
        return np.asarray(np.where(above > self.low - self.base, slope, 0.0))

    def loss(self, share: float) -> float:
        """The loss at a share of the height: the inverse of ``share``."""
        if self.log:
            return float(self.base + (self.low - self.base) * 10.0 ** (share * self.decades))
        return self.low + share * (self.high - self.low)

    @property
    def decades(self) -> float:
        """How many there are from low to high."""
        return math.log10((self.high - self.base) / (self.low - self.base))


def fitted(
    losses: Array,
    visited: Array,
    known: Sequence[float],
    poles: tuple[float, float],
    *,
    rising: bool,
    wish: Wish,
    climbed: float = -math.inf,
) -> Height:
    """The height that shows what balls do.

    ``losses`` (n,): finite samples of all there is to show; ``visited`` (m,): those of the balls, finite;
    ``known``: values of minima within; ``poles``: losses below and above which there are only poles, which
    are cut off; ``rising``: whether the loss is highest at the edge of what is shown. There, what towers
    above the balls is cut off too. ``auto`` is linear but where balls would be seen to do nothing.
    ``climbed``: how high balls have come that diverge, which is shown if the others are still to be seen.
    """
    low = float(min(losses.min(), *known, visited.min(initial=np.inf)))
    high = float(max(losses.max(), visited.max(initial=-np.inf)))
    cut = low < poles[0], high > poles[1]
    low, high = max(low, poles[0]), min(high, poles[1])
    if not high > low:
        return Height(low, low + max(1.0, 1e-9 * abs(low)), cut=cut)
    top, tallest = float(visited.max(initial=low)) - low, high - low
    if climbed - low < top / SEEN:
        top = max(top, climbed - low)
    wanted = high
    if rising and not cut[1] and top > 1e-12 * tallest:
        most = min(top / SEEN, float(np.quantile(losses, PLAIN)) - low)
        wanted = _rounded_up(low, max(HEADROOM * top, most))
        if tallest <= WORTH * (wanted - low) or np.mean(losses <= wanted) < LEAST_SHOWN:
            wanted = high
    wanted = wanted if wanted > low else high  # far from 0 numbers are coarse
    linear = Height(low, wanted, cut=(cut[0], cut[1] or wanted < high))
    log = replace(_decades(losses, low, high, top or tallest), cut=cut)
    unseen = visited.size and np.ptp(linear.share(visited)) < INVISIBLE < np.ptp(log.share(visited))
    return log if wish == "log" or (wish == "auto" and unseen) else linear


def visited(runs: Sequence[Run], domain: Sequence[tuple[float, float]]) -> tuple[Array, float]:
    """Losses (n,) that balls have in a domain, and the highest of those that diverge.

    Of these balls only the starts are among the former.
    """
    low, high = np.asarray(domain, dtype=float).T
    found, climbed = [], -math.inf
    for run in runs:
        with np.errstate(invalid="ignore"):
            inside = np.all((low <= run.points) & (run.points <= high), axis=1) & np.isfinite(run.losses)
        losses = run.losses[inside]
        if run.status is Status.DIVERGED:
            climbed = max(climbed, float(losses.max(initial=climbed)))
            losses = losses[: int(inside[0])]
        found.append(losses)
    return np.concatenate(found), climbed


def _decades(losses: Array, low: float, high: float, top: float) -> Height:
    """A log height over losses (n,) from low to high; balls are up to ``top`` above the lowest."""
    base = min(low, 0.0)
    narrow = float(np.quantile(losses, NARROW)) - base
    floor = max(narrow, DEEPEST * top, 1e-15 * (high - base))
    floor = 10.0 ** math.floor(math.log10(floor))
    return Height(base + max(floor, low - base), high, True, base, floored=floor > low - base)


def _rounded_up(low: float, above: float) -> float:
    """A round loss that is at least so much above the lowest one."""
    step = 10.0 ** math.floor(math.log10(above)) / 2
    return float(f"{math.ceil((low + above) / step - 1e-9) * step:.12g}")
