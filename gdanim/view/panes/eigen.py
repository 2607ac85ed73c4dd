"""How far a ball is from its minimum along the eigenvectors of the Hessian there.

Source of the idea: G. Goh, "Why Momentum Really Works", Distill 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array, Objective, Run
from gdanim.theme import Color, rgb
from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.panes.curves import TracesPane
from gdanim.view.plot import Scale
from gdanim.view.sketch import Sketch
from gdanim.view.ticks import tick

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

ROOMY = 440.0  # points of a frame that has room for the eigenvalues
SIZE = 28.5  # points
NAME, GAP, LINE = 120.0, 18.0, 37.0  # points: what is measured; between words; from word to word below it


class EigenPane(TracesPane):
    """One ball (from 0): the error along the steepest direction in its colour, along the flattest paler."""

    shows = ("distances",)

    def __init__(self, scene: Stage, clock: Clock, box: Box, ball: int, scale: Scale) -> None:
        run = clock.act.runs[ball]
        curvatures, errors = along_eigenvectors(run, clock.act.objective)
        own = np.array(scene.colors(clock.act)[ball])
        pale = 0.4 * own + 0.6 * np.array(rgb(scene.theme.text))
        inks: list[Color] = [tuple(pale.tolist()), tuple(own.tolist())]
        super().__init__(scene, clock, box, [errors[0], errors[-1]], inks, "distance", scale)
        roomy = self.plot.frame.width > ROOMY
        told = [("flat", curvatures[0]), ("steep", curvatures[-1])]
        self._names = [
            self.lettering.want(
                f"{name} #h(0.3em) $lambda = {tick(value).strip('$')}$"
                if roomy and np.isfinite(value)
                else name,
                SIZE,
            )
            for name, value in told
        ]

    def still(self, sketch: Sketch) -> None:
        super().still(sketch)
        frame, s = self.plot.frame, self.lettering.scale
        widths = [self.lettering.size(key)[0] / s for key in self._names]
        beside = sum(widths) + 2 * GAP + NAME < frame.width
        x, y = frame.right, frame.top - 8
        for key, width, ink in zip(self._names[::-1], widths[::-1], self.colors[::-1], strict=True):
            if beside:
                sketch.text(key, x, y, ink, align=(1.0, 1.0))
                x -= width + GAP
            else:  # inside the frame: above it stands what is measured
                sketch.text(key, x - 8, y + 12, ink, align=(1.0, 0.0))
                y += LINE


def along_eigenvectors(run: Run, objective: Objective) -> tuple[Array, Array]:
    """Eigenvalues (n,) of the Hessian, rising, and distances (n, steps + 1) along its eigenvectors.

    At the minimum the run has reached, else at the known one nearest to its end, else at its end.
    """
    end = run.points[-1]
    known = [np.asarray(m, dtype=float) for m in objective.minima]
    goal = end
    if run.minimum is not None:
        goal = np.asarray(run.minimum, dtype=float)
    elif known:
        goal = min(known, key=lambda m: float(np.nan_to_num(np.linalg.norm(m - end), nan=np.inf)))
    curvatures, vectors = np.linalg.eigh(objective.hessian(goal))
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.abs((run.points - goal) @ vectors)
    return curvatures, np.asarray(errors.T)
