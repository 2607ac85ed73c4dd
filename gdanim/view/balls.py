"""Balls and their shadows as rows of numbers for the canvas's programs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.motion.rolling import Rolled
from gdanim.motion.shells import MOST, RING
from gdanim.view.scenery import Scenery

BALLS = ("4f 4f 1f 4f 1f", "in_sphere", "in_color", "in_time", "in_spin", "in_shell")
DECALS = ("4f 4f 2f", "in_place", "in_color", "in_ring")
BENEATH, FAINT = 0.8, 0.55  # a ball's place on the floor: its radius in the ball's, its opacity
MOTES = ("3f 3f 4f", "in_centre", "in_contact", "in_color")


def far_first(places: Array, eye: Array, behind: Array | float = 0.0) -> NDArray[np.int64]:
    """The order in which to draw what stands at world ``places`` (n, 3), so many units ``behind`` them (n,).

    What is behind comes first, so that the antialiased edges of others blend with it.
    """
    return np.argsort(-np.linalg.norm(places - eye, axis=1) - behind, kind="stable")


def spheres(moment: Rolled, scenery: Scenery, lift: Array) -> Array:
    """Rows (balls, 14) for ``ball.glsl``, so many world units above the surface."""
    rows = np.empty((len(lift), 14), dtype="f4")
    rows[:, :3] = moment.centres
    rows[:, 2] += lift
    rows[:, 3] = scenery.radius
    rows[:, 4:7] = scenery.colors
    rows[:, 7] = moment.opacity
    rows[:, 8] = -1.0
    rows[:, 9:13] = moment.spins
    rows[:, 13] = moment.shells
    return rows


def shadows(moment: Rolled, scenery: Scenery, lift: Array, near: Array) -> tuple[Array, Array]:
    """Rows (balls, 10) for ``decal.glsl``: the contact shadow of every ball, and its place on the floor."""
    near = near * moment.opacity
    if len(near) > MOST:  # many shadows at one place would be a hole
        near = np.where(moment.ended, 0.0, near)
    place = np.zeros((len(near), 4))
    place[:, :2] = moment.contacts[:, :2]
    place[:, 2] = 2.3 * scenery.radius * (1 + 0.8 * lift)
    shadow = np.zeros((len(near), 4))
    shadow[:, 3] = scenery.theme.shadow * near * np.clip(1 - (moment.shells - 1) / RING, 0.0, 1.0)
    below = place.copy()
    below[:, 2] = BENEATH * scenery.radius * moment.shells
    below[:, 3] = 1.0
    colors = np.concatenate([scenery.colors, (FAINT * near)[:, None]], axis=1)
    rings = np.tile([0.0, 0.8], (len(near), 1))
    dots = np.tile([0.0, 0.1], (len(near), 1))
    return np.hstack([place, shadow, rings]), np.hstack([below, colors, dots])[::-1]  # outer ones first


def motes(moment: Rolled, scenery: Scenery, lift: Array, eye: Array) -> Array:
    """Rows (balls, 10) for ``mote.glsl``, far ones first."""
    rows = np.empty((len(lift), 10), dtype="f4")
    rows[:, :3] = moment.centres
    rows[:, 2] += lift
    rows[:, 3:6] = moment.contacts
    rows[:, 6:9] = scenery.colors
    rows[:, 9] = moment.opacity
    return np.asarray(rows[far_first(rows[:, :3], eye)])
