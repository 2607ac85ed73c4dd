"""A surface on which arrows stand at the ball: the gradient, the momentum, and the step to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.anatomy import Anatomy
from gdanim.engine.runs import Array
from gdanim.motion.rolling import Rolled
from gdanim.theme import rgb
from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.panes.surface import SurfacePane
from gdanim.view.picture import Arrows

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

LONGEST = 0.55  # world units of the arrow of the largest gradient


class PointedSurface(SurfacePane):
    """One ball. ``gradient``, ``momentum`` and ``step`` are the opacities of the arrows of step ``of``.

    The gradient's points uphill; its length and the momentum's go with the root of their norms, the
    step's is the step itself.
    """

    shows = ("surface", "gradient")

    def __init__(self, scene: Stage, clock: Clock, box: Box, inside: Anatomy) -> None:
        super().__init__(scene, clock, box)
        self.inside = inside
        self.gradient, self.momentum, self.step, self.of = 0.0, 0.0, 0.0, 0.0
        norms = np.linalg.norm(inside.gradients, axis=1)
        self._largest = max(float(norms[np.isfinite(norms)].max(initial=0.0)), 1e-300)

    def arrows(self, moment: Rolled) -> Arrows | None:
        del moment
        alpha = np.array([self.gradient, self.momentum, self.step])
        if not alpha.any():
            return None
        k = round(self.of)
        run = self.act.runs[0]
        here, normals = self.timeline.landscape.surface(run.points[k : k + 2])
        centres = here + self.timeline.radius * normals
        memory = np.zeros(2) if self.inside.momentum is None else self.inside.momentum[k]
        heads = [
            centres[0] + self._tangent(self.inside.gradients[k], normals[0]),
            centres[0] + self._tangent(memory, normals[0]),
            centres[1],
        ]
        theme = self.scene.theme
        inks = [rgb(theme.gradient), rgb(theme.momentum), self.scenery.colors[0]]
        return Arrows(np.tile(centres[0], (3, 1)), np.array(heads), np.array(inks), alpha)

    def _tangent(self, vector: Array, normal: Array) -> Array:
        """A vector of the domain as one of the world that lies in the surface, shortened for show."""
        way = vector * self.timeline.landscape.scale
        length = float(np.linalg.norm(vector))
        if not 0 < length < np.inf:
            return np.zeros(3)
        way = way / np.linalg.norm(way)
        along = np.array([*way, -float(way @ normal[:2]) / max(float(normal[2]), 0.05)])
        return np.asarray(along / np.linalg.norm(along) * LONGEST * (length / self._largest) ** 0.5)
