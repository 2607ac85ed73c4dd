"""Balls at one place, which lie side by side: as near to it as there is room, and touching each other."""

from __future__ import annotations

import math

import numpy as np

from gdanim.engine.runs import Array
from gdanim.motion.landscape import Landscape
from gdanim.motion.timeline import Index

APART = 2.04  # radii between the centres of neighbours


def side_by_side(landscape: Landscape, radius: float, points: Array, order: Index) -> Array:
    """World offsets (balls, 2) that lay balls at domain points (balls, 2) side by side.

    ``order``: those that lie there, as they arrive; the others have no offset.
    """
    slots = np.zeros((len(points), 2))
    world = landscape.to_world(points)
    lying = world[order]
    crowded = (np.linalg.norm(lying[:, None] - lying, axis=-1) < 2 * radius).sum(axis=1) > 1
    taken = _centres(landscape, radius, lying[~crowded])
    heads, spacings, sizes = np.zeros((0, 2)), [], []  # the first ball of each pile, room and number
    for i in order[crowded]:
        near = np.flatnonzero(np.linalg.norm(heads - world[i], axis=1) < 2 * radius)
        if not near.size:
            heads = np.concatenate([heads, world[i : i + 1]])
            spacings.append(_spacing(landscape, radius, world[i]))
            sizes.append(0)
        pile = int(near[0]) if near.size else len(heads) - 1
        likely = SPIRAL[max(sizes[pile] - 1, 0) : sizes[pile] + 24]  # they fill from the middle
        places = np.concatenate([world[i : i + 1], heads[pile] + spacings[pile] * likely])
        centres = _centres(landscape, radius, places)
        apart = np.linalg.norm(centres[:, None] - taken, axis=-1).min(axis=1, initial=np.inf)
        free = int(np.argmax(apart >= 1.99 * radius))
        slots[i] = places[free] - world[i]
        sizes[pile] += 1
        taken = np.concatenate([taken, centres[free : free + 1]])
    return slots


def _spacing(landscape: Landscape, radius: float, place: Array) -> float:
    """World distance at which balls side by side just touch: in a bowl their centres lean together."""
    spacing = APART * radius
    for _ in range(3):
        centres = _centres(landscape, radius, place + spacing * SPIRAL[:7])
        nearest = float(np.linalg.norm(centres[1:] - centres[0], axis=1).min())
        spacing *= min(max(APART * radius / max(nearest, 1e-9), 0.7), 1.5)
    return spacing


def _centres(landscape: Landscape, radius: float, world: Array) -> Array:
    """Where balls are (n, 3) that touch the surface at world x and y (n, 2)."""
    contacts, normals = landscape.surface(landscape.to_domain(world))
    return np.asarray(contacts + radius * normals)


def _spiral(rings: int) -> Array:
    """A hexagonal spiral around the origin (places, 2), neighbours 1 apart."""
    places = [(0.0, 0.0)]
    for ring in range(1, rings + 1):
        for side in range(6):
            corner, towards = math.radians(60 * side), math.radians(60 * side + 120)
            for along in range(ring):
                x = ring * math.cos(corner) + along * math.cos(towards)
                y = ring * math.sin(corner) + along * math.sin(towards)
                places.append((x, y))
    return np.array(places)


SPIRAL = _spiral(12)
