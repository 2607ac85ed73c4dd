"""Perspective: where a world point lands in the picture, and how far away to stand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.motion.landscape import FLOOR, RELIEF

FIELD_OF_VIEW = math.radians(26)
NEAR, FAR = 0.5, 40.0
FROM, CLOSE = 7.0, 3.5  # world units from which views are judged; of a ball that is followed
ROUGH, BESIDE = 24, 12.0  # so many azimuths are tried; then all within so many degrees of the best
FACING = 0.5  # cosine between a line of sight and the surface's normal from which on a place is seen well
ALONG, NEARLY = 0.12, 28.0  # what a view along an axis costs, which looks flat; degrees where it no more does
HIGHER, ASIDE = 0.004, 0.0004  # what a degree away from the first elevation and azimuth costs
ALMOST = 1e-9  # of the room that a picture may leave free
NEAREST, FARTHEST = 2.5, 30.0  # world units between which a camera stands
HIGHER_OR_LOWER = (0.0, -0.25, 0.25, -0.5, 0.5, -0.75, 0.75, -1.0, 1.0)  # of the room below and above
LAND, LOOKED_AT, ABOVE = 0.12, 120, 0.02  # what all of the surface seen is worth; points of it; world units
HIDDEN = 1.0  # what it costs, beside, if all that is watched is hidden
FILLING = 0.5  # what a surface as wide as its stage is worth, beside all points seen


@dataclass(frozen=True)
class Rect:
    """A part of the picture in normalised coordinates: x from -1 (left) to 1, y from -1 (bottom) to 1."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


@dataclass(frozen=True)
class Camera:
    """An orbiting camera. Angles in degrees; ``shift`` moves the picture in normalised coordinates."""

    azimuth: float
    elevation: float
    distance: float
    target: tuple[float, float, float]
    shift: tuple[float, float]
    aspect: float

    @cached_property
    def eye(self) -> Array:
        return np.asarray(self.target) + self.distance * self._back

    @property
    def _back(self) -> Array:
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        return np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])

    @cached_property
    def view(self) -> Array:
        """World to eye space, shape (4, 4), for column vectors."""
        a = math.radians(self.azimuth)
        right = np.array([-math.sin(a), math.cos(a), 0.0])
        back = self._back
        rotation = np.stack([right, np.cross(back, right), back])
        matrix = np.eye(4)
        matrix[:3, :3] = rotation
        matrix[:3, 3] = -rotation @ self.eye
        return matrix

    @cached_property
    def projection(self) -> Array:
        """Eye space to clip space, shape (4, 4)."""
        f = 1 / math.tan(FIELD_OF_VIEW / 2)
        matrix = np.zeros((4, 4))
        matrix[0, 0], matrix[1, 1] = f / self.aspect, f
        matrix[0, 2], matrix[1, 2] = -self.shift[0], -self.shift[1]
        matrix[2, 2] = (FAR + NEAR) / (NEAR - FAR)
        matrix[2, 3] = 2 * FAR * NEAR / (NEAR - FAR)
        matrix[3, 2] = -1
        return matrix

    @cached_property
    def matrix(self) -> Array:
        """World to clip space, shape (4, 4)."""
        return np.asarray(self.projection @ self.view)

    def project(self, points: Array) -> Array:
        """World points (..., 3) to normalised x, y in [-1, 1], y up (..., 2)."""
        return self._normalised(points)[..., :2]

    def across(self, point: Array) -> float:
        """How far a world unit to the right at a world point (3,) goes in normalised x."""
        return float(self.projection[0, 0] / (self.matrix[3, :3] @ point + self.matrix[3, 3]))

    def depth(self, point: Array) -> float:
        """Normalised depth of a world point (3,): -1 near, 1 far."""
        return float(self._normalised(point)[2])

    def _normalised(self, points: Array) -> Array:
        clip = points @ self.matrix[:, :3].T + self.matrix[:, 3]
        return np.asarray(clip[..., :3] / clip[..., 3:])


def sees(eyes: Array, points: Array, heights: Array, extent: Array, steps: int = 40) -> NDArray[np.bool_]:
    """Which world points (n, 3) a straight line from an eye (3,), or its own eye (n, 3), reaches.

    ``heights`` (rows, columns), which may hide them, covers [-extent, extent] in y and x; marching is coarse,
    meant for composition.
    """
    t = (np.linspace(0.02, 1.0, steps) ** 1.5 * 0.5)[:, None]
    eyes = np.broadcast_to(eyes, points.shape)
    x, y, z = ((p + t * (e - p)) for p, e in zip(points.T, eyes.T, strict=True))  # each (steps, n)
    inside = (np.abs(x) <= extent[0]) & (np.abs(y) <= extent[1])
    last = np.array(heights.shape)[::-1] - 1
    column, row = (
        np.rint((np.clip(v / e, -1, 1) / 2 + 0.5) * n).astype(np.intp)
        for v, e, n in zip((x, y), extent, last, strict=True)
    )
    clear: NDArray[np.bool_] = ~np.any(inside & (z < heights[row, column]), axis=0)
    return clear


@dataclass(frozen=True)
class Base:
    """The edges of the floor as a frame makes room for them."""

    edges: Array  # (n, 3) world
    around: Array  # (2,): what their labels need in any direction, in normalised coordinates


@dataclass(frozen=True)
class Post:
    """The height axis as a frame makes room for it; what its labels need is in normalised coordinates."""

    corners: Array  # (n, 2) world x and y where it may stand: at the one that is leftmost, or left of all
    beside: float  # for the labels on its left
    above: float  # for its name


@dataclass(frozen=True)
class Watched:
    """What a camera that turns has to show."""

    points: Array  # (n, 3) world
    normals: Array  # (n, 3) of the surface there
    turns: Array  # (n,): by how many degrees the camera has turned when the point is to be seen
    weights: Array  # (n,)
    followed: bool = False  # by a camera that looks at each point when its time has come


def best_view(
    watched: Watched,
    surface: Array,
    heights: Array,
    extent: Array,
    room: float,
    elevations: Sequence[float],
    azimuths: Sequence[float],
) -> tuple[float, float]:
    """The (azimuth, elevation) in the middle of an orbit that shows most.

    ``surface``: world points (n, 3) of it, which shall be wide in the picture; ``heights`` as for ``sees``;
    ``room`` is the width by the height of the stage. Earlier elevations and azimuths win between nearly equal
    views. Of many azimuths a few are tried, then those beside the best.
    """
    floor = np.array([(x * extent[0], y * extent[1], FLOOR) for x in (-1, 1) for y in (-1, 1)])
    whole = np.concatenate([surface, floor])
    land = surface[:: max(1, len(surface) // LOOKED_AT)] + np.array([0.0, 0.0, ABOVE])
    weights = watched.weights / watched.weights.sum()

    def score(azimuth: float, elevation: float) -> float:
        a, e = np.radians(azimuth + watched.turns), math.radians(elevation)
        eyes = FROM * np.column_stack(
            [math.cos(e) * np.cos(a), math.cos(e) * np.sin(a), np.full(len(a), math.sin(e))]
        )
        if watched.followed:
            eyes = watched.points + CLOSE / FROM * eyes
        camera = Camera(azimuth, elevation, FROM, (0.0, 0.0, 0.3), (0.0, 0.0), 1.0)
        at = camera.project(whole)
        width, height = (float(side) for side in np.ptp(at, axis=0))
        across = float(np.ptp(at[: len(surface), 0]))
        filled = across / width * min(width / (room * height), room * height / width)
        ways = eyes - watched.points
        facing = (ways * watched.normals).sum(axis=1) / np.linalg.norm(ways, axis=1)
        there = sees(eyes, watched.points, heights, extent)
        seen = there * np.clip(facing / FACING, 0.0, 1.0)
        return (
            float(((seen - HIDDEN * ~there) * weights).sum())
            + LAND * float(sees(FROM * camera._back, land, heights, extent).mean())
            + FILLING * filled * (not watched.followed)
            - ALONG * max(0.0, 1 - abs((azimuth + 45) % 90 - 45) / NEARLY)
            - HIGHER * abs(elevation - elevations[0])
            - ASIDE * abs((azimuth - azimuths[0] + 180) % 360 - 180)
        )

    def best(directions: Sequence[float]) -> tuple[float, float]:
        return max(((a, e) for e in elevations for a in directions), key=lambda view: round(score(*view), 9))

    rough, _ = best(azimuths[:: -(-len(azimuths) // ROUGH)])
    near = [a for a in azimuths if abs((a - rough + 180) % 360 - 180) <= BESIDE]
    return best(near)


def root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that rises is 0, to within ALMOST and never below; else the end that comes nearest.

    By regula falsi in the Illinois variant: M. Dowell, P. Jarratt (1971).
    """
    below, above = rising(low) - ALMOST / 2, rising(high) - ALMOST / 2
    if below >= 0 or above <= 0:
        return low if below >= 0 else high
    side = 0
    for _ in range(60):
        middle = high - above * (high - low) / (above - below)
        value = rising(middle) - ALMOST / 2
        if abs(value) < ALMOST / 2:
            return middle
        if value < 0:
            low, below = middle, value
            above = above / 2 if side < 0 else above
            side = -1
        else:
            high, above = middle, value
            below = below / 2 if side > 0 else below
            side = 1
    return high


def frame(
    points: Array,
    rect: Rect,
    aspect: float,
    azimuths: Array,
    elevation: float,
    zoom: float = 1.0,
    base: Base | None = None,
    post: Post | None = None,
    clear: Sequence[Rect] = (),
) -> Camera:
    """A camera, as near as can be, that keeps ``points`` (n, 3) in ``rect`` from every one of ``azimuths``.

    It looks from the middle of them; ``zoom`` above 1 steps nearer than that. There is room for ``base``
    and ``post`` too, and none of it lies in ``clear``, which stand at the left of ``rect``.
    """
    x, y, z = ((points.min(axis=0) + points.max(axis=0)) / 2).tolist()
    target = (x, y, z)

    def seen(distance: float) -> Array:
        """Where all is in the picture (m, 2), unshifted."""
        cameras = [Camera(float(a), elevation, distance, target, (0.0, 0.0), aspect) for a in azimuths]
        return np.concatenate([_places(points, c, base, post) for c in cameras])

    def shift(at: Array) -> tuple[float, float, float]:
        """To the right and upwards, and how much room is left across, for the places (m, 2) of all.

        In the middle between below and above, or where ``clear`` leaves more room across.
        """
        (_, bottom), (right, top) = at.min(axis=0), at.max(axis=0)
        last, found = rect.right - float(right), []
        spare = max(rect.top - rect.bottom - top + bottom, 0.0) / 2
        for share in HIGHER_OR_LOWER if clear else (0.0,):
            up = (rect.bottom + rect.top - bottom - top) / 2 + share * spare
            first = rect.left - float(at[:, 0].min())
            for taken in clear:
                level = (at[:, 1] + up > taken.bottom) & (at[:, 1] + up < taken.top)
                first = max(first, taken.right - float(at[level, 0].min(initial=np.inf)))
            found.append((last - first, (first + last) / 2, float(up)))
        room, across, up = max(found, key=lambda one: round(one[0], 3))
        return across, up, room

    def spare(distance: float) -> float:
        """How often all fits into the room, less 1: nearly a straight line."""
        at = seen(distance)
        width, height = np.ptp(at, axis=0)
        return min(float((rect.top - rect.bottom) / height) - 1, shift(at)[2] / float(width))

    distance = root(spare, NEAREST, FARTHEST)
    across, up, _ = shift(seen(distance))
    return Camera(float(azimuths.mean()), elevation, distance / zoom, target, (across, up), aspect)


def _places(points: Array, camera: Camera, base: Base | None, post: Post | None) -> Array:
    """Places (m, 2) in the picture of points, and of the labels at a base and at a post left of all."""
    at = camera.project(points)
    if base is not None:
        edges = camera.project(base.edges)
        corners = [edges + base.around * np.array(s) for s in ((-1, -1), (-1, 1), (1, -1), (1, 1))]
        at = np.concatenate([at, *corners])
    if post is None:
        return at
    feet = camera.project(np.column_stack([post.corners, np.zeros(len(post.corners))]))
    corner = post.corners[feet[:, 0].argmin()]
    low, high = (float(camera.project(np.array([*corner, z]))[1]) for z in (0.0, RELIEF))
    left = float(min(at[:, 0].min(), feet[:, 0].min())) - post.beside
    up = np.linspace(low, high + post.above, 6)
    return np.concatenate([at, np.column_stack([np.full(6, left), up])])
