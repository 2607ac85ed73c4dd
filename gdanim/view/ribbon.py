"""Rows of 25 numbers for ``ribbon.glsl``: one straight piece of a line, its neighbours, times and colours."""

from __future__ import annotations

import numpy as np

from gdanim.engine.runs import Array
from gdanim.view.picture import Segments

RIBBON = (
    "3f 3f 3f 3f 2f 4f 4f 3f",
    "in_before",
    "in_from",
    "in_to",
    "in_after",
    "in_times",
    "in_color_from",
    "in_color_to",
    "in_normal",
)


def segments(a: Array, b: Array, ink: list[float]) -> Array:
    """Ribbon rows (n, 25) of separate lines from a (n, 3) to b (n, 3) in one colour (r, g, b, opacity)."""
    colors = np.tile(ink, (len(a), 1))
    still = np.tile([0.0, 1e-6], (len(a), 1))
    return np.concatenate([a, a, b, b, still, colors, colors, np.zeros_like(a)], axis=1)


def polyline(points: Array, ink: list[float]) -> Array:
    """Ribbon rows (n - 1, 25) of a line through points (n, 2) in pixels, in one colour."""
    p = np.pad(points, ((0, 0), (0, 1)))
    before, after = np.concatenate([p[:1], p[:-2]]), np.concatenate([p[2:], p[-1:]])
    n = len(p) - 1
    colors = np.tile(ink, (n, 1))
    still = np.tile([0.0, 1e-6], (n, 1))
    return np.concatenate([before, p[:-1], p[1:], after, still, colors, colors, np.zeros((n, 3))], axis=1)


def joined(lines: Segments) -> Array:
    """Ribbon rows (n, 25) of segments, joined where one starts at the end of the one before."""
    a, b = lines.ends[:, 0], lines.ends[:, 1]
    touch = np.all(b[:-1] == a[1:], axis=1)[:, None]
    before, after = a.copy(), b.copy()
    before[1:], after[:-1] = np.where(touch, a[:-1], a[1:]), np.where(touch, b[1:], b[:-1])
    ink = np.column_stack([lines.colors, lines.alpha])
    still = np.tile([0.0, 1e-6], (len(a), 1))
    return np.concatenate([before, a, b, after, still, ink, ink, np.zeros_like(a)], axis=1)
