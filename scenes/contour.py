"""The loss from straight above: levels with their labels, and paths that cross them at right angles."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.legend import beside_stage, legend


class Contour(FilmScene):
    """A contour map with the legend beside it."""

    dimensions = (2,)
    stands = ("map",)
    heading_in_column = True
    shows = {"map": "the map", "legend": "the legend"}

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        layout = beside_stage(self, clock.act, top)
        return [
            ContourPane(self, clock, layout.stage),
            legend(self, clock, layout.panel, layout.panel_columns),
        ]
