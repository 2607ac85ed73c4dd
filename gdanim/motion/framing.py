"""What part of an objective's domain is shown, where nothing asks for all of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdanim.engine.rules import Mask
from gdanim.engine.runs import Array, Status
from gdanim.engine.solution import Act
from gdanim.motion.landscape import Landscape
from gdanim.spec import Part

FILLED = 0.45  # of the longer side of what is shown, that the action takes
WORTH = 0.75  # a frame that is not so much smaller than the domain is not worth leaving it
LEAST = 0.02  # of the domain's side is shown at least
STILL = 1e-6  # of the domain's side: balls that get no farther have not moved, to the eye
UNLIKE = 3.0  # sides whose lengths differ so much have no scale in common: each is framed for itself,
SLIM = 0.25  # but to no smaller a share than so many times the other's
FEW = 3  # steps of a ball that diverges are shown,
NEAR = 2.0  # if they lead no farther out than so many times the room that all the rest takes
SAMPLES = 129  # along either side, to know where the objective is defined
EDGE = 0.04  # of a side is shown beyond what there is to see


def framed(spec: Part, act: Act) -> Act:
    """The act with a domain that fits the action, where neither spec nor function entry gives one.

    That is starts, paths and all known minima: where these are, nothing is left out. Of balls that diverge
    it is the first steps. Along axes for which nothing gives a domain, only where the objective is defined
    is shown; along the others no more than its own domain, and a known curve is shown whole.
    """
    if asked(spec, act):
        return act
    free = np.array(act.cast.free if act.cast else [False] * len(act.domain))
    if len(free) == 1 and not free[0]:
        return act
    low, high = _defined(act, *_fitted(act, free), free)
    return replace(act, domain=tuple(zip(low.tolist(), high.tolist(), strict=True)))


def asked(spec: Part, act: Act) -> bool:
    """Whether the spec gives the act's domain, of which nothing is left out then; or it cannot be seen."""
    entries = [entry for entry in spec.functions if len(entry.variables) == len(act.domain)]
    return len(act.domain) > 2 or spec.domain is not None or any(entry.domain for entry in entries)


def cropped(land: Landscape) -> Landscape:
    """A surface that is cut off above, on no more of its domain than it takes, its height unchanged."""
    if not land.height.cut[1]:
        return land
    low, high = np.asarray(land.act.domain, dtype=float).T
    axes = [np.linspace(*side, SAMPLES) for side in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    points = np.concatenate([points[land.drawn(points)], *(run.points[:1] for run in land.act.runs)])
    room = EDGE * np.ptp(points, axis=0)
    lowest, highest = np.maximum(points.min(axis=0) - room, low), np.minimum(points.max(axis=0) + room, high)
    domain = tuple(zip(lowest.tolist(), highest.tolist(), strict=True))
    return replace(land, act=replace(land.act, domain=domain))


def _fitted(act: Act, free: Mask) -> tuple[Array, Array]:
    """Corners (dims,) of a frame about the action; along ``free`` axes it may leave the domain."""
    low, high = np.asarray(act.domain, dtype=float).T
    side = high - low
    points = _action(act)
    points = points[np.all((low <= points) & (points <= high), axis=1)]
    if not len(points):
        return low, high
    share = _shares(points, side)
    moved = share.max() > STILL
    points = np.concatenate([points, _departures(act, points, share * side if moved else side)])
    points = np.where(free, points, np.clip(points, low, high))
    lowest, highest = points.min(axis=0), points.max(axis=0)
    share = _shares(points, side) / FILLED
    near = np.maximum(share, np.where(free, 0.0, LEAST)) * side
    corner = (lowest + highest - near) / 2
    corner = np.where(free, corner, np.clip(corner, low, high - near))
    room = EDGE * (np.maximum(high, highest) - np.minimum(low, lowest))
    whole = np.where(lowest < low, lowest - room, low), np.where(highest > high, highest + room, high)
    alone = moved & (share <= WORTH)
    return np.where(alone, corner, whole[0]), np.where(alone, corner + near, whole[1])


def _shares(points: Array, side: Array) -> Array:
    """Of the sides of a domain (dims,), what points (n, dims) take."""
    share = np.asarray(np.ptp(points, axis=0) / side)
    if side.max() <= UNLIKE * side.min():
        return np.full(len(share), share.max())
    return np.asarray(np.maximum(share, SLIM * share.max()))


def _action(act: Act) -> Array:
    """Points (n, dims) that are to be seen, those of diverging balls left aside."""
    stay = [run.points for run in act.runs if run.status is not Status.DIVERGED]
    starts = [run.points[0] for run in act.runs]
    minima = np.reshape(np.asarray(act.objective.minima, dtype=float), (-1, len(act.domain)))
    points = np.concatenate([*stay, starts, minima])
    return np.asarray(points[np.isfinite(points).all(axis=1)])


def _departures(act: Act, points: Array, room: Array) -> Array:
    """Where balls that diverge are in their first steps, (n, dims), no farther off than told."""
    lowest, highest = points.min(axis=0) - NEAR * room, points.max(axis=0) + NEAR * room
    rows = [run.points[: FEW + 1] for run in act.runs if run.status is Status.DIVERGED]
    early = np.concatenate([*rows, points[:1]])
    return np.asarray(early[np.all((lowest <= early) & (early <= highest), axis=1)])


def _defined(act: Act, low: Array, high: Array, free: Mask) -> tuple[Array, Array]:
    """Corners (dims,) within which the objective is defined, no farther apart than they are."""
    axes = [np.linspace(a, b, SAMPLES) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    with np.errstate(all="ignore"):
        points = points[np.isfinite(act.objective.value(points))]
    if not (free.any() and len(points)):
        return low, high
    room = EDGE * np.ptp(points, axis=0)
    lowest, highest = points.min(axis=0) - room, points.max(axis=0) + room
    return np.where(free, np.maximum(low, lowest), low), np.where(free, np.minimum(high, highest), high)
