"""Surface, contour map and loss curve on one clock: a point on one is the same point on all."""

from collections.abc import Sequence

from gdanim.view import Box, Clock, FilmScene, Pane
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.curves import CurvesPane
from gdanim.view.panes.legend import Legend, legend
from gdanim.view.panes.surface import SurfacePane

SMALL = 900.0  # points of a picture's width; a smaller square has no room for the loss curve


class Linked(FilmScene):
    """Three views of one run."""

    dimensions = (2,)
    stands = ("surface", "map")
    shows = {
        "surface": "the land",
        "map": "the map",
        "losses": "the curves of the losses",
        "legend": "the legend",
    }

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        balls = len(clock.act.runs)
        boxes, columns = self.with_strip(top) if self.has_strip else self.with_legend(top, balls)
        surface, contour, lower, *curves = boxes
        return [
            SurfacePane(self, clock, surface),
            ContourPane(self, clock, contour, bar=False, bare=self.layout.tall and not self.has_strip),
            legend(self, clock, lower, columns),
            *(CurvesPane(self, clock, box) for box in curves),
        ]

    def with_strip(self, top: float) -> tuple[list[Box], int]:
        """Boxes as below, where the legend needs hardly any room."""
        layout = self.layout.under(top)
        if layout.wide:
            surface, right = layout.stage.columns(5, 4, gap=20)
            contour, curves = right.rows(3, 2)
        elif layout.square:
            upper, curves = layout.stage.rows(3, 2)
            surface, contour = upper._replace(left=16.0).columns(1, 1)
        else:
            surface, contour, curves = layout.stage.rows(5, 4, 3)
        return [surface, contour, layout.panel, curves], 1

    def with_legend(self, top: float, balls: int) -> tuple[list[Box], int]:
        """Boxes of surface, map, legend and, if there is room, loss curve; the columns of the legend."""
        layout, body, columns = self.layout, self.layout.body(top), 2
        if layout.wide:
            left, right = body.columns(5, 4, gap=20)
            height = min(max(0.3 * left.height, Legend.height(balls, columns)), 0.4 * left.height)
            surface, lower = left.rows(left.height - height - 40, height)
            contour, curves = right.rows(3, 2)
        elif layout.square:
            columns = 1 if layout.width > SMALL else 2
            height = min(max(0.4 * body.height, Legend.height(balls, columns)), 0.5 * body.height)
            upper, lower = body.rows(body.height - height - 40, height)
            surface, contour = upper._replace(left=16.0).columns(1, 1)
            if layout.width <= SMALL:
                return [surface, contour, lower], columns
            curves, lower = lower.columns(1, 1)
        else:
            columns = 1
            height = min(max(0.16 * body.height, Legend.height(balls, columns)), 0.34 * body.height)
            upper, lower = body.rows(body.height - height - 20, height, gap=20)
            surface, flat = upper.rows(1, 1, gap=16)
            surface = surface._replace(left=0.0, right=layout.width)
            contour, curves = flat.columns(1, 1, gap=8)
        return [surface, contour, lower, curves], columns
