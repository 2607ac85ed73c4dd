"""The lie of the land around a point: where its valley is lowest, and what kind of place it is.

Nothing here is measured in units of its own: distances are shares of the domain's diagonal, losses of the
relief, which is how much of the loss can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.effort import spend
from gdanim.engine.runs import Array, Objective, Point

FLAT = 1e-9  # an eigenvalue of the Hessian below this share of the largest one met is zero
DESCENTS = 60  # of Newton's steps to the bottom of a valley
WIDE = 100  # variables: of more, only so many
KRYLOV = 40  # curvatures are looked at,
TWIST = 6e-6  # by gradients so far apart, where points are about 1
STRIDE = 0.1  # of the diagonal: none is longer
ARRIVED = 1e-9  # of the diagonal: a step so short is at the bottom,
SHRINKING = 0.7  # and so are steps of which each ten leave no more than this
BOTTOMLESS = 1e-3  # of a far rise: where the least step up makes so much of it there is a pole
HALVINGS = 30  # of a step that does not lead down
SIGHT = np.geomspace(1e-4, 0.3, 15)  # of the diagonal: how far is looked along a flat direction,
LOCAL = 0.05  # and how far to tell a plateau
SEEN = 1e-9  # of the relief: a loss that differs by less is the same
WEAK = 1e-6  # of the relief over the square of the diagonal: a curvature that is better told by looking
LEVEL = 1e-3  # of the relief: what the loss may change over the diagonal of a plateau
FAR = 10.0 ** np.arange(1, 7)  # diagonals: the loss that is no higher there falls for ever
BENT = 1e-2  # of the relief: and how much its curvature may make of it
ROUNDING = 1e-14  # of the loss


class Lie(Enum):
    """What kind of place it is where the gradient is zero."""

    MINIMUM = auto()  # perhaps one of a valley of minima
    MAXIMUM = auto()
    SADDLE = auto()
    INFLECTION = auto()  # level, but lower on one side
    PLATEAU = auto()  # level all around, and not the lowest


@dataclass(frozen=True)
class Ground:
    """What is known of the whole loss, as one descends it."""

    diagonal: float  # of the domain
    relief: float  # how much of the loss is seen: on the surface, or by the balls
    lowest: float  # the least loss known: listed, seen on the surface, or met by a ball


class Floors(NamedTuple):
    """The lowest places of the valleys of some points."""

    points: Array  # (m, n)
    losses: Array  # (m,)
    settled: NDArray[np.bool_]  # (m,): it is lowest there; else the way down led on


def finite_hessian(objective: Objective, points: Array) -> Array:
    """The Hessians, or zeros where one is undefined, which counts as flat; their eigenvalues are paid for."""
    sides = points.shape[-1]
    spend(sides, points.size * sides)
    with np.errstate(all="ignore"):
        hessians = objective.hessian(points)
    defined = np.isfinite(hessians).all(axis=(-2, -1), keepdims=True)
    return np.where(defined, hessians, 0.0)


def eigenvalues(objective: Objective, points: Array) -> Array:
    """Of the Hessians, ascending; of a great many variables those that ``bent`` finds."""
    if points.shape[-1] > WIDE:
        return bent(objective, points)[0]
    return np.asarray(np.linalg.eigvalsh(finite_hessian(objective, points)))


def sharpest(goal: Objective, points: Array) -> float:
    """The largest curvature on a way (rows, n), at some rows."""
    rows = np.unique(np.linspace(0, len(points) - 1, 5).astype(int))
    return float(np.abs(eigenvalues(goal, points[rows])).max())


def bent(objective: Objective, points: Array, towards: Array | None = None) -> tuple[Array, Array]:
    """Curvatures (..., k), ascending, and as columns (..., n, k) the directions that bend so.

    They are the Hessians' eigenvalues and axes. Of a great many variables they are some, the outermost among
    them, which tell most of what the Hessians do to ``towards`` (..., n).
    """
    if points.shape[-1] <= WIDE:
        values, axes = np.linalg.eigh(finite_hessian(objective, points))
        return values, axes
    flat = points.reshape(-1, points.shape[-1])
    ways = [None] * len(flat) if towards is None else towards.reshape(flat.shape)
    found = [_outermost(objective, point, way) for point, way in zip(flat, ways, strict=True)]
    values, axes = (np.stack(each) for each in zip(*found, strict=True))
    return values.reshape(*points.shape[:-1], -1), axes.reshape(*points.shape, -1)


def _outermost(objective: Objective, point: Array, towards: Array | None) -> tuple[Array, Array]:
    """Eigenvalues and axes by Lanczos' method, which needs differences of gradients only.

    Source: G. Golub, C. Van Loan, Matrix Computations (4th ed. 2013), section 10.1, orthogonalised twice.
    """
    random = np.random.default_rng(0)
    way = random.standard_normal(len(point)) if towards is None or not towards.any() else towards
    basis, within = np.zeros((KRYLOV, len(point))), np.zeros((KRYLOV, KRYLOV))
    for row in range(KRYLOV):
        left = _aside(way, basis)
        if not np.sqrt(left @ left) > TWIST * np.sqrt(way @ way):  # all that it leads to is known
            left = _aside(random.standard_normal(len(point)), basis)
        basis[row] = left / np.sqrt(left @ left)
        step = TWIST * max(1.0, np.abs(point).max()) / np.abs(basis[row]).max()
        with np.errstate(all="ignore"):
            ahead, behind = objective.exact_gradient(point + step * np.stack([basis[row], -basis[row]]))
        way = np.nan_to_num((ahead - behind) / (2 * step), posinf=0.0, neginf=0.0)
        within[row, row] = basis[row] @ way
        if row:
            within[row, row - 1] = within[row - 1, row] = basis[row - 1] @ way
    values, axes = np.linalg.eigh(within)
    return values, basis.T @ axes


def _aside(way: Array, basis: Array) -> Array:
    """What of a direction (n,) is at right angles to all of a basis (k, n)."""
    for _ in range(2):
        way = way - basis.T @ (basis @ way)
    return way


def floors(goal: Objective, points: Array, diagonal: float) -> Floors:
    """Where the way down by Newton's method leads from points (m, n), all at once.

    Source: J. Nocedal, S. Wright, Numerical Optimization (2nd ed. 2006), section 3.4: eigenvalues by their
    size, and steps that shorten until they lead down.
    """
    at, settled = points.copy(), np.zeros(len(points), dtype=bool)
    with np.errstate(all="ignore"):
        begun = goal.value(at)
        losses = begun.copy()
        rows = np.flatnonzero(np.isfinite(losses))
        earlier = np.full(len(points), np.inf)  # length of the step of ten steps ago
        last, fallen = np.zeros(len(points)), np.zeros(len(points))  # of the step before: length, and fall
        shrinks = np.zeros(len(rows), dtype=bool)
        for count in range(DESCENTS):
            step = _newton(goal, at[rows], STRIDE * diagonal)
            lengths = np.sqrt((step * step).sum(axis=-1))
            level = goal.value(at[rows] + step) <= losses[rows] + ROUNDING * np.abs(losses[rows])
            reached, lower = _down(goal, at[rows], losses[rows], step)
            if count % 10 == 9:
                shrinks = lengths < SHRINKING * earlier[rows]
                earlier[rows] = lengths
            moved = reached < losses[rows]
            arrived = (lengths <= ARRIVED * diagonal) | ~moved
            # Where a long step leads no lower, or led so little lower, it is rounding that says so.
            faded = (last[rows] > SIGHT[0] * diagonal) & (fallen[rows] <= SEEN * (begun - losses)[rows])
            settled[rows] = arrived & ~faded & ~(level & ~moved & (lengths > SIGHT[0] * diagonal))
            last[rows], fallen[rows] = lengths, losses[rows] - reached
            at[rows], losses[rows] = lower, reached
            rows, shrinks = rows[~arrived], shrinks[~arrived]
            if not len(rows):
                break
        settled[rows] = shrinks
        slopes = goal.exact_gradient(at)
        up = diagonal * slopes / np.sqrt((slopes * slopes).sum(axis=-1, keepdims=True))
        near, far = (goal.value(at + share * up) - losses for share in (ARRIVED, LOCAL))
        settled &= ~((far > 0) & (near > BOTTOMLESS * far))
    return Floors(at, losses, settled)


def _newton(goal: Objective, points: Array, longest: float) -> Array:
    """Steps (m, n) down, no longer than that; along the slope where there is no curvature."""
    slopes = goal.exact_gradient(points)
    slopes = np.where(np.isfinite(slopes), slopes, 0.0)
    curvatures, axes = bent(goal, points, slopes)
    sizes = np.abs(curvatures)
    largest = sizes.max(axis=-1, keepdims=True)
    along = (axes * slopes[:, :, None]).sum(axis=1)
    steepness = np.sqrt((slopes * slopes).sum(axis=-1, keepdims=True))
    least = np.where(largest > 0, FLAT * largest, steepness / longest)
    shares = np.where(along == 0, 0.0, along / np.maximum(sizes, least))
    step = -(axes * shares[:, None, :]).sum(axis=2)
    lengths = np.sqrt((step * step).sum(axis=-1, keepdims=True))
    return np.asarray(step * np.where(lengths > longest, longest / lengths, 1.0))


def _down(goal: Objective, points: Array, losses: Array, step: Array) -> tuple[Array, Array]:
    """Losses (m,) and points (m, n) after as much of each step as leads down; those before, if none does."""
    best, reached, share = points.copy(), losses.copy(), 1.0
    pending = np.arange(len(points))
    for _ in range(HALVINGS):
        trial = points[pending] + share * step[pending]
        found = goal.value(trial)
        good = found < losses[pending]
        best[pending[good]], reached[pending[good]] = trial[good], found[good]
        pending, share = pending[~good], share / 2
        if not len(pending):
            break
    return reached, best


def falls_for_ever(goal: Objective, start: Array, floor: Array, diagonal: float) -> bool:
    """Whether the loss falls on, or at least does not rise again, on the way from one point to another."""
    way = floor - start
    length = np.sqrt((way * way).sum())
    if not length > 0:
        return False
    with np.errstate(all="ignore"):
        there = goal.value(floor + (diagonal * FAR)[:, None] * (way / length))
    here = float(goal.value(floor))
    there = there[~np.isnan(there)]
    return bool(len(there) and (there <= here + ROUNDING * abs(here)).all())


def lie(goal: Objective, point: Array, ground: Ground, sharpest: float = 0.0) -> Lie:
    """What kind of place it is where nothing moves a ball; ``sharpest``: the largest curvature it met."""
    curvatures, axes = bent(goal, point)
    sizes, directions = np.abs(curvatures), axes.T
    above = float(goal.value(point)) - ground.lowest
    if ground.relief <= 0:
        return Lie.PLATEAU
    if above > LEVEL * ground.relief and _level(goal, point, ground, sizes, directions):
        return Lie.PLATEAU
    zero = max(FLAT * max(sharpest, sizes.max()), WEAK * ground.relief / ground.diagonal**2)
    flat = sizes <= zero
    sides = np.zeros((len(sizes), 2))
    sides[~flat] = np.sign(curvatures[~flat])[:, None]
    if flat.any():
        sides[flat] = _sides(goal, point, directions[flat], ground)
    if (sides < 0).any():
        other = sides.max(axis=1)[sides.min(axis=1) < 0]  # what the loss does on the other side of a fall
        if (other == 0).any():
            return Lie.PLATEAU
        if (other > 0).any():
            return Lie.INFLECTION
        return Lie.SADDLE if (sides > 0).any() else Lie.MAXIMUM
    lowest = above <= LEVEL**2 * ground.relief
    return Lie.MINIMUM if lowest or (sides > 0).all() or not flat.all() else Lie.PLATEAU


def bends(goal: Objective, point: Array, ground: Ground) -> bool:
    """Whether the loss visibly curves down from a point."""
    return bool(-eigenvalues(goal, point)[0] * ground.diagonal**2 > BENT * ground.relief)


def ridge(goal: Objective, point: Array, ground: Ground) -> bool:
    """Whether along the axis that curves down most the loss falls to both sides."""
    _, axes = bent(goal, point)
    return bool((_sides(goal, point, axes.T[:1], ground) < 0).all())


def _level(goal: Objective, point: Array, ground: Ground, sizes: Array, directions: Array) -> bool:
    """Whether nothing that matters can be seen from here: no slope, no curvature, no other loss nearby.

    Where there is no slope at all, the least change tells that it is no plain.
    """
    slope = goal.exact_gradient(point)
    rise = np.sqrt((slope * slope).sum()) * ground.diagonal
    if rise > LEVEL * ground.relief or sizes.max() * ground.diagonal**2 > BENT * ground.relief:
        return False
    visible, reach = (SEEN, LOCAL) if rise <= SEEN**2 * ground.relief else (0.1 * LEVEL, 0.4 * LOCAL)
    near = SIGHT[: np.searchsorted(SIGHT, reach)]
    around = _around(goal, point, directions, ground.diagonal, near)
    return not (np.abs(around - float(goal.value(point))) > visible * ground.relief).any()


def _sides(goal: Objective, point: Array, directions: Array, ground: Ground) -> Array:
    """For each direction (k, n) and the opposite one, what the loss does first: rise (1), fall (-1), or 0."""
    here = float(goal.value(point))
    change = _around(goal, point, directions, ground.diagonal, SIGHT) - here
    seen = np.abs(change) > max(SEEN * ground.relief, ROUNDING * abs(here))
    first = seen.argmax(axis=-1)[..., None]
    signs = np.sign(np.take_along_axis(change, first, axis=-1))[..., 0]
    return np.where(seen.any(axis=-1), signs, 0.0)


def _around(goal: Objective, point: Array, directions: Array, diagonal: float, shares: Array) -> Array:
    """Losses (k, 2, shares) along directions (k, n) and back; that of the point where it is undefined."""
    offsets = np.stack([directions, -directions], axis=1)[:, :, None, :] * (diagonal * shares)[:, None]
    with np.errstate(all="ignore"):
        losses = goal.value(point + offsets)
    return np.where(np.isnan(losses), float(goal.value(point)), losses)


def nearest(point: Array, places: tuple[Point, ...], reach: float) -> Point | None:
    """The nearest of some places, if that is within reach."""
    if not places:
        return None
    away = np.sqrt(((np.array(places) - point) ** 2).sum(axis=-1))
    return places[int(away.argmin())] if away.min() <= reach else None
