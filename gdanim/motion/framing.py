"""What part of an objective's domain is shown, where nothing asks for all of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdanim.engine.runs import Array, Status
from gdanim.engine.solution import Act
from gdanim.spec import Part

FILLED = 0.45  # of the longer side of what is shown, that the action takes
WORTH = 0.75  # a frame that is not so much smaller than the domain is not worth leaving it
LEAST = 0.02  # of the domain's side is shown at least


def framed(spec: Part, act: Act) -> Act:
    """The act with a domain that fits the action, where neither spec nor function entry gives one.

    That is starts, paths and all known minima: where these are, nothing is left out. Balls that diverge
    count by their start. What is shown is no more than the act's own domain.
    """
    entries = [entry for entry in spec.functions if len(entry.variables) == len(act.domain)]
    if len(act.domain) != 2 or spec.domain is not None or any(entry.domain for entry in entries):
        return act
    low, high = np.asarray(act.domain, dtype=float).T
    points = _action(act)
    points = points[np.all((low <= points) & (points <= high), axis=1)]
    if not len(points):
        return act
    lowest, highest = points.min(axis=0), points.max(axis=0)
    share = max(float(((highest - lowest) / (high - low)).max()) / FILLED, LEAST)
    if share > WORTH:
        return act
    side = share * (high - low)
    corner = np.clip((lowest + highest - side) / 2, low, high - side)
    return replace(act, domain=tuple(zip(corner.tolist(), (corner + side).tolist(), strict=True)))


def _action(act: Act) -> Array:
    """Points (n, dims) that are to be seen."""
    runs = act.runs
    paths = [run.points[:1] if run.status is Status.DIVERGED else run.points for run in runs]
    minima = np.reshape(np.asarray(act.objective.minima, dtype=float), (-1, len(act.domain)))
    points = np.concatenate([*paths, minima])
    return np.asarray(points[np.isfinite(points).all(axis=1)])
