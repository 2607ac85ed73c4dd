"""Surface, contour map and loss curve on one clock: a point on one is the same point on all."""

from collections.abc import Sequence

from gdanim.view.pane import Clock, Pane
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.curves import CurvesPane
from gdanim.view.panes.legend import Legend
from gdanim.view.panes.surface import SurfacePane
from gdanim.view.scene import FilmScene

SMALL = 900.0  # points of a picture's width; a smaller square has no room for the loss curve


class Linked(FilmScene):
    """Three views of one run."""

    dimensions = (2,)

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        layout, body, balls, columns = self.layout, self.layout.body(top), len(clock.act.runs), 2
        if layout.wide:
            left, right = body.columns(5, 4, gap=20)
            lower = min(max(0.3 * left.height, Legend.height(balls, columns)), 0.4 * left.height)
            surface, legend = left.rows(left.height - lower - 40, lower)
            contour, curves = right.rows(3, 2)
        elif layout.width == layout.height:
            columns = 1 if layout.width > SMALL else 2
            lower = min(max(0.4 * body.height, Legend.height(balls, columns)), 0.5 * body.height)
            upper, legend = body.rows(body.height - lower - 40, lower)
            surface, contour = upper._replace(left=16.0).columns(1, 1)
            if layout.width > SMALL:
                curves, legend = legend.columns(1, 1)
        elif layout.width > SMALL:
            surface, flat, legend = body.rows(4, 4, 2)
            contour, curves = flat.columns(1, 1)
        else:
            lower = min(max(0.16 * body.height, Legend.height(balls, columns)), 0.25 * body.height)
            upper, legend = body.rows(body.height - lower - 40, lower)
            surface, contour, curves = upper.rows(5, 4, 3)
        panes: list[Pane] = [
            SurfacePane(self, clock, surface),
            ContourPane(self, clock, contour, bar=False),
            Legend(self, clock, legend, columns),
        ]
        small = layout.width == layout.height <= SMALL
        return panes if small else [*panes, CurvesPane(self, clock, curves)]
