"""From a loss over a domain to a surface in the world of the picture.

World coordinates: x and y are centred on the domain, the geometric mean of its sides is 2; z points up,
the surface stands between 0 and ``RELIEF`` and the floor lies at ``FLOOR``. So a longer domain is flatter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from gdanim.engine.runs import Array, Status
from gdanim.engine.solution import Act
from gdanim.errors import InputError
from gdanim.motion.height import Height, Wish, fitted, visited

RELIEF = 0.6
FLOOR = -0.17
RIM_SLOPE, RIM_FALL = 0.75, 2.0  # a ball beyond the edge flies in an arc: climb and fall per world unit
PATCH = (4, 4)  # points of 161 x 161: a smaller surface could fall between the vertices that draw it
LONGEST = 3.0  # x and y keep one scale up to this ratio of the domain's sides
SAMPLES = 161  # along either side of the domain, to know the range of its losses
TAIL = 0.05  # of the domain, at either end of the losses, may be cut off
SQUASHED = 3.0  # if it takes so many times the height that all the rest has,
NEEDLE = 3.0  # and is halfway back so many samples from its extreme:
PLAIN = 1e-6  # but where the rest is so flat beside it, a needle is all there is to see
SLACK = 0.02  # of the range of the samples: between them hilltops and hollows may reach so far beyond it
COMPASS = np.array([(x, y) for x in (-1.0, 0.0, 1.0) for y in (-1.0, 0.0, 1.0)])


@dataclass(frozen=True)
class Landscape:
    """A lit surface to be: where a point of the domain is in the world."""

    act: Act
    height: Height

    @cached_property
    def centre(self) -> Array:
        """The middle (2,) of the domain."""
        return np.asarray(np.mean(self.act.domain, axis=1))

    @cached_property
    def scale(self) -> Array:
        """World units (2,) per domain unit."""
        width = np.ptp(np.asarray(self.act.domain, dtype=float), axis=1)
        same = width.max() <= LONGEST * width.min()
        return np.full(2, 2 / math.sqrt(width.prod())) if same else 2 / width

    @property
    def extent(self) -> Array:
        """Half-widths of the surface in the world, shape (2,)."""
        domain = np.asarray(self.act.domain)
        return np.asarray((domain[:, 1] - domain[:, 0]) / 2 * self.scale)

    def to_world(self, points: Array) -> Array:
        """Domain points (..., 2) to world x and y (..., 2)."""
        return np.asarray((points - self.centre) * self.scale)

    def to_domain(self, world: Array) -> Array:
        """World x and y (..., 2) to domain points (..., 2)."""
        return np.asarray(world / self.scale + self.centre)

    def level(self, losses: Array) -> Array:
        """Losses (...) to world heights (...); nan stays nan."""
        return np.asarray(RELIEF * np.clip(self.height.share(losses), 0.0, 1.0))

    def drawn(self, points: Array) -> NDArray[np.bool_]:
        """At which domain points (..., 2) there is a surface: the loss is known and in the box."""
        with np.errstate(all="ignore"):
            u = self.height.share(self.act.objective.value(points))
        below, above = (0.0 if cut else SLACK for cut in self.height.cut)
        return np.asarray((-below <= u) & (u <= 1 + above))

    def above(self, points: Array) -> Array:
        """By how much of the height the loss at domain points (..., 2) is above where the surface is cut."""
        if not self.height.cut[1]:
            return np.zeros(points.shape[:-1])
        with np.errstate(all="ignore"):
            share = self.height.share(self.act.objective.value(points))
        return np.maximum(np.nan_to_num(share - 1, nan=0.0), 0.0)

    def surface(self, points: Array) -> tuple[Array, Array]:
        """World positions (..., 3) and unit normals (..., 3) of domain points (..., 2).

        Beyond the edge of the domain there is no surface: the position follows an arc off the rim.
        """
        objective = self.act.objective
        world = self.to_world(points)
        outside = np.linalg.norm(np.maximum(np.abs(world) - self.extent, 0.0), axis=-1)
        points = self.to_domain(np.clip(world, -self.extent, self.extent))
        with np.errstate(all="ignore"):
            losses = objective.value(points)
            gradient = objective.exact_gradient(points)
            slope = gradient / self.scale * (RELIEF * self.height.rise(losses))[..., None]
        slope = np.nan_to_num(slope, nan=0.0, posinf=1e6, neginf=-1e6)
        normals = np.concatenate([-slope, np.ones_like(slope[..., :1])], axis=-1)
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        heights = self.level(losses) + outside * (RIM_SLOPE - RIM_FALL * outside)
        positions = np.concatenate([world, heights[..., None]], axis=-1)
        return positions, normals

    def grid(self, count: int) -> tuple[Array, Array]:
        """Positions and normals of a count x count grid over the domain, first axis y, second x."""
        (x0, x1), (y0, y1) = self.act.domain
        x, y = np.meshgrid(np.linspace(x0, x1, count), np.linspace(y0, y1, count))
        return self.surface(np.stack([x, y], axis=-1))


def refuse_undefined(act: Act) -> None:
    """Raise InputError where the loss of an act of one variable has no curve on its domain."""
    with np.errstate(all="ignore"):
        losses = act.objective.value(np.linspace(*act.domain[0], SAMPLES)[:, None])
    solid = np.isfinite(losses)
    if not (solid[1:] & solid[:-1]).any():
        raise InputError(f"{act.objective.name} is undefined nearly everywhere on its domain")


def landscape(act: Act, height: Wish = "auto") -> Landscape:
    """The surface of an act's two-dimensional objective over its domain.

    What towers above the balls at its edge is cut off, and so are poles and needles that would flatten all
    the rest, yet nowhere a ball starts or comes to rest; see ``height`` for the rest.
    """
    domain = np.asarray(act.domain, dtype=float)
    axes = [np.linspace(a, b, SAMPLES) for a, b in domain]
    points = np.stack(np.meshgrid(*axes), axis=-1)
    with np.errstate(all="ignore"):
        losses = act.objective.value(points)
    solid = np.isfinite(losses)
    if not sliding_window_view(solid, PATCH).all(axis=(-2, -1)).any():
        raise InputError(f"{act.objective.name} is undefined nearly everywhere on its domain")
    points, losses = points[solid], losses[solid]
    known = [float(act.objective.value(np.asarray(m))) for m in act.objective.minima if _inside(m, domain)]
    known = [value for value in known if math.isfinite(value)]
    foot, median, head = (float(v) for v in np.quantile(losses, (TAIL, 0.5, 1 - TAIL)))
    low, high, rest = min([float(losses.min()), *known]), float(losses.max()), head - foot
    lowest, highest = -math.inf, math.inf
    if foot - low > SQUASHED * rest and _needle(act, points[losses.argmin()], median, rest):
        lowest = max(low, min(foot - rest / 2, *_shown(act, domain), *known))
    peak = points[losses.argmax()]
    rising = bool(np.any((peak <= domain[:, 0]) | (peak >= domain[:, 1])))
    if not rising and high - head > SQUASHED * rest and _needle(act, peak, median, rest):
        highest = min(high, max(head + rest / 2, *_shown(act, domain), *known))
    visits, climbed = visited(act.runs, act.domain)
    poles = lowest, highest
    found = fitted(losses, visits, known, poles, rising=rising, wish=height, climbed=climbed)
    return Landscape(act, found)


def _needle(act: Act, place: Array, median: float, rest: float) -> bool:
    """Whether the loss has a pole about a place (2,), or is as narrow as one: a needle or a pit.

    ``rest`` is the range of most other losses.
    """
    domain = np.asarray(act.domain, dtype=float)
    ring = COMPASS * (domain[:, 1] - domain[:, 0]) / (SAMPLES - 1)
    up = 1.0 if act.objective.value(place) > median else -1.0

    def around(reach: float) -> tuple[Array, Array]:
        points = np.clip(place + reach * ring, domain[:, 0], domain[:, 1])
        with np.errstate(all="ignore"):
            heights = up * (act.objective.value(points) - median)
        return points, np.where(np.isfinite(heights), heights, np.nan)

    for k in range(1, 8):  # its extreme is between the samples
        points, heights = around(0.5**k)
        place = points[np.nanargmax(heights)]
    heights = around(NEEDLE)[1]
    return bool(np.nanmin(heights) < min(np.nanmax(heights) / 2, rest / PLAIN))


def _shown(act: Act, domain: Array) -> Iterator[float]:
    """Losses that no cut may hide: at the start of a run, and where it comes to rest."""
    for run in act.runs:
        rests = run.status in (Status.CONVERGED, Status.LOCAL)
        for k in (0, -1) if rests else (0,):
            if _inside(run.points[k], domain) and math.isfinite(run.losses[k]):
                yield float(run.losses[k])


def _inside(point: ArrayLike, domain: Array) -> bool:
    p = np.asarray(point)
    return bool(np.all((domain[:, 0] <= p) & (p <= domain[:, 1])))
