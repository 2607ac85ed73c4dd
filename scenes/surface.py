"""Balls on a lit surface: it rises, they drop to their starts, run, and their verdicts appear."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.legend import Legend, legend
from gdanim.view.panes.surface import SurfacePane


class Surface(FilmScene):
    """One surface after the other, with the legend beside it."""

    dimensions = (2,)
    heading_in_column = True

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        layout = self.layout.under(top, Legend.needs(self.layout, len(clock.act.runs)))
        return [
            SurfacePane(self, clock, layout.stage, whole=True),
            legend(self, clock, layout.panel, layout.panel_columns),
        ]
