"""The surface as triangles, with clean edges where it is cut off at the box or ends undefined."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.motion.landscape import Landscape

# Vertices along one side of the surface, and world units that such a mesh may be off in the middle of a cell.
GRIDS = ((97, 0.0008), (145, 0.012), (241, np.inf))
HALVINGS = 30  # of a mesh edge, to find where the surface ends


@dataclass(frozen=True)
class Mesh:
    """The surface as triangles over a grid; where there is none to draw they end exactly at its border."""

    positions: Array  # (vertices, 3) world, finite: those of the grid, then those on the border
    normals: Array  # (vertices, 3)
    triangles: NDArray[np.int64]  # (triangles, 3)
    inside: NDArray[np.bool_]  # (vertices of the grid,): those on the surface

    @classmethod
    def over(cls, landscape: Landscape, grid: int) -> Mesh:
        """The surface over a grid x grid of vertices."""
        positions, normals = (rows.reshape(-1, 3) for rows in landscape.grid(grid))
        inside = landscape.drawn(landscape.to_domain(positions[:, :2]))
        positions[~np.isfinite(positions[:, 2]), 2] = 0.0
        cell = np.arange(grid * grid).reshape(grid, grid)
        a, b, c, d = cell[:-1, :-1], cell[:-1, 1:], cell[1:, :-1], cell[1:, 1:]
        triangles = np.stack([a, b, c, d, c, b], -1).reshape(-1, 3)
        kept = inside[triangles].sum(axis=1)
        whole, cut = triangles[kept == 3], triangles[(kept == 1) | (kept == 2)]
        if not len(cut):
            return cls(positions, normals, whole, inside)
        # Every cut triangle is turned until its first vertex is the one alone on its side of the border.
        alone = inside[cut] == (inside[cut].sum(axis=1) == 1)[:, None]
        tip, left, right = np.take_along_axis(cut, (alone.argmax(axis=1)[:, None] + [0, 1, 2]) % 3, axis=1).T
        pairs = np.sort(np.concatenate([np.stack([tip, left], -1), np.stack([tip, right], -1)]), axis=1)
        pairs, met = np.unique(pairs, axis=0, return_inverse=True)
        p, q = grid * grid + met.reshape(2, -1)  # the border's vertices on the two edges that it crosses
        tips = inside[tip]
        halves = [
            np.stack([tip, p, q], -1)[tips],
            np.stack([p, left, right], -1)[~tips],
            np.stack([p, right, q], -1)[~tips],
        ]
        ends = np.where(inside[pairs[:, :1]], pairs, pairs[:, ::-1])  # from the inside outwards
        border = _border(landscape, positions[ends[:, 0], :2], positions[ends[:, 1], :2])
        return cls(
            np.concatenate([positions, border[0]]),
            np.concatenate([normals, border[1]]),
            np.concatenate([whole, *halves]),
            inside,
        )

    @cached_property
    def face_normals(self) -> Array:
        """Upward normals (triangles, 3), not normalised."""
        a, b, c = (self.positions[self.triangles[:, k]] for k in range(3))
        return np.cross(b - a, c - a)

    @cached_property
    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Edges as vertex pairs (edges, 2) and the faces on either side (edges, 2), -1 at the rim."""
        faces = np.tile(np.arange(len(self.triangles)), 3)
        pairs = np.sort(np.concatenate([self.triangles[:, k] for k in ([0, 1], [1, 2], [2, 0])]), axis=1)
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        pairs, faces = pairs[order], faces[order]
        first = np.flatnonzero(np.concatenate([[True], np.any(pairs[1:] != pairs[:-1], axis=1)]))
        twice = np.append(np.diff(first), len(pairs) - first[-1]) == 2
        other = np.where(twice, faces[np.minimum(first + 1, len(faces) - 1)], -1)
        return pairs[first], np.stack([faces[first], other], axis=1)


def resolution(landscape: Landscape) -> int:
    """Vertices along one side of the coarsest grid whose cells do not cut corners."""
    for grid, rough in GRIDS:
        cells = landscape.grid(2 * grid - 1)[0][..., 2]
        middle, corners = cells[1::2, 1::2], (cells[:-1:2, 2::2] + cells[2::2, :-1:2]) / 2
        with np.errstate(invalid="ignore"):
            if not np.nanquantile(np.abs(middle - corners), 0.995) > rough:
                break
    return grid


def _border(landscape: Landscape, inside: Array, outside: Array) -> tuple[Array, Array]:
    """Where the surface ends on the way from world points (n, 2) to others: positions and normals (n, 3)."""
    inside, outside = landscape.to_domain(inside), landscape.to_domain(outside)
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        still = landscape.drawn(middle)[:, None]
        inside, outside = np.where(still, middle, inside), np.where(still, outside, middle)
    return landscape.surface(inside)
