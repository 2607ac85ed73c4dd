"""Surface, contour map and loss curve on one clock: a point on one is the same point on all."""

from collections.abc import Sequence

from gdanim.view.pane import Clock, Pane
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.curves import CurvesPane
from gdanim.view.panes.legend import Legend
from gdanim.view.panes.surface import SurfacePane
from gdanim.view.scene import FilmScene


class Linked(FilmScene):
    """Three views of one run."""

    dimensions = (2,)

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        body = self.layout.body(top)
        if self.layout.wide:
            left, right = body.columns(5, 4, gap=20)
            (surface, legend), (contour, curves) = left.rows(7, 3), right.rows(3, 2)
        else:
            surface, flat, legend = body.rows(4, 4, 2)
            contour, curves = flat.columns(1, 1) if body.width > 800 else flat.rows(3, 2)
        return [
            SurfacePane(self, clock, surface),
            ContourPane(self, clock, contour, bar=False),
            CurvesPane(self, clock, curves),
            Legend(self, clock, legend, 2),
        ]
