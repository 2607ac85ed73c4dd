"""From a loss over a domain to a surface in the world of the picture.

World coordinates: x and y are centred on the domain and its longer side spans [-1, 1]; z points up,
the surface stands between 0 and ``RELIEF`` and the floor lies at ``FLOOR``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gdanim.engine.solution import Act, Array
from gdanim.yaml_marks import InputError

RELIEF = 0.92
FLOOR = -0.26
RIM_SLOPE, RIM_FALL = 0.75, 2.0  # a ball beyond the edge flies in an arc: climb and fall per world unit
STRETCH = 250.0  # a log height is log1p(STRETCH u) of the linear height u in [0, 1]
LOG_WHEN = 10.0  # auto: logarithmic when the range is this many times the median height
PATCH = (4, 4)  # points of 161 x 161: a smaller surface could fall between the vertices that draw it
LONGEST = 3.0  # x and y keep one scale up to this ratio of the domain's sides


@dataclass(frozen=True)
class Landscape:
    """A lit surface to be: where a point of the domain is in the world."""

    act: Act
    centre: Array  # (2,) of the domain
    scale: Array  # (2,) world units per domain unit
    low: float  # loss at height 0
    high: float  # loss at height RELIEF
    log: bool

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
        u = np.clip((losses - self.low) / (self.high - self.low), 0.0, None)
        if self.log:
            u = np.log1p(STRETCH * u) / math.log1p(STRETCH)
        return np.asarray(RELIEF * np.minimum(u, 1.0))

    def loss(self, height: float) -> float:
        """The loss at a world height: the inverse of ``level``."""
        u = height / RELIEF
        if self.log:
            u = math.expm1(u * math.log1p(STRETCH)) / STRETCH
        return self.low + u * (self.high - self.low)

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
            u = np.clip((losses - self.low) / (self.high - self.low), 0.0, None)
            steepness = np.full_like(u, RELIEF / (self.high - self.low))
            if self.log:
                steepness *= STRETCH / (1 + STRETCH * u) / math.log1p(STRETCH)
            slope = gradient / self.scale * steepness[..., None]
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


def landscape(act: Act, height: Literal["auto", "linear", "log"] = "auto") -> Landscape:
    """The surface of an act's two-dimensional objective over its domain.

    ``auto`` takes the logarithm of the height (log1p above the minimum) where most of the surface
    would otherwise lie flat at the foot of a few tall corners.
    """
    domain = np.asarray(act.domain, dtype=float)
    width = domain[:, 1] - domain[:, 0]
    scale = 2 / np.full(2, width.max()) if width.max() <= LONGEST * width.min() else 2 / width
    axes = [np.linspace(a, b, 161) for a, b in domain]
    points = np.stack(np.meshgrid(*axes), axis=-1)
    with np.errstate(all="ignore"):
        losses = act.objective.value(points)
    finite = losses[np.isfinite(losses)]
    known = [float(act.objective.value(np.asarray(m))) for m in act.objective.minima if _inside(m, domain)]
    if not sliding_window_view(np.isfinite(losses), PATCH).all(axis=(-2, -1)).any():
        raise InputError(f"{act.objective.name} is undefined nearly everywhere on its domain")
    low, high = float(finite.min()), float(finite.max())
    low = min([low, *(v for v in known if math.isfinite(v))])
    if high <= low:
        high = low + 1.0
    tall = finite.max() > finite.min() and (high - low) > LOG_WHEN * max(
        float(np.median(finite)) - low, 1e-300
    )
    return Landscape(
        act=act,
        centre=domain.mean(axis=1),
        scale=scale,
        low=low,
        high=high,
        log=tall if height == "auto" else height == "log",
    )


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """About ``count`` round numbers in [low, high]: multiples of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(math.log(s / raw)))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def _inside(point: tuple[float, ...], domain: Array) -> bool:
    p = np.asarray(point)
    return bool(np.all((domain[:, 0] <= p) & (p <= domain[:, 1])))
