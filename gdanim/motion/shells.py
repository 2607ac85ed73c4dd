"""Balls at one place: none is moved off it, one lies in the middle and the others show as rings around it."""

from __future__ import annotations

import numpy as np

from gdanim.engine.runs import Array

MOST = 12  # of more balls there are no rings
RING, ALL = 0.36, 2.0  # radii that a ring is wide; that all rings together are, at most
APART, TOGETHER = 1.0, 0.25  # radii between balls where a ring begins to show, and where it is whole


def shells(centres: Array, radius: float, opacity: Array) -> Array:
    """How large balls at ``centres`` (balls, d) are drawn, in radii (balls,).

    1 for a ball that is alone or the first of those at its place; every other one reaches out from behind
    those before it, the more the nearer they are.
    """
    count = len(centres)
    if not 1 < count <= MOST:
        return np.ones(count)
    with np.errstate(invalid="ignore"):
        apart = np.linalg.norm(centres[:, None] - centres, axis=-1) / radius
    near = np.clip((APART - np.nan_to_num(apart, nan=APART)) / (APART - TOGETHER), 0.0, 1.0)
    near = np.tril(near * near * (3 - 2 * near), -1) * opacity
    return np.asarray(1.0 + min(RING, ALL / (count - 1)) * near.sum(axis=1))
