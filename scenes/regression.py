"""A model learns from data: samples and line on the left, the path of its parameters on the right."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.curves import CurvesPane
from gdanim.view.panes.data import DataPane
from gdanim.view.panes.legend import Legend, legend

SMALL = 900.0  # points of a picture's shorter side; a smaller one has no room for the loss curve


class Regression(FilmScene):
    """Every point of the map is a line through the data."""

    dimensions = (2,)
    stands = ("map",)
    functions = ("linear_regression", "logistic_regression")
    shows = {
        "data": "the points and the line",
        "map": "the map of all lines",
        "losses": "the curves of the losses",
        "legend": "the legend",
    }

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        layout, body = self.layout, self.layout.body(top)
        small = min(layout.width, layout.height) < SMALL
        count = len(clock.act.runs)
        columns = min(count, 2) if small and layout.wide else 1 + (count > 2 and body.width > 1500)
        lower = min(Legend.height(count, columns), 280.0) if small else 250.0
        upper, under = body.rows(body.height - lower - 40, lower)
        below, curves = (under, None) if small else under.columns(1, 1, gap=60)
        if self.has_strip:
            layout = layout.under(top)
            upper, curves = (layout.stage, None) if small else layout.stage.rows(2, 1)
            below = layout.panel
        stacked = layout.height > layout.width and not layout.square
        data, contour = upper.rows(5, 6, gap=20) if stacked else upper.columns(1, 1, gap=60)
        panes: list[Pane] = [
            DataPane(self, clock, data),
            ContourPane(self, clock, contour, bar=not layout.square),
            legend(self, clock, below, columns),
        ]
        return panes if curves is None else [*panes, CurvesPane(self, clock, curves)]
