"""Balls on a lit surface: they drop to their starts, run, and their verdicts appear."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.legend import legend, over_stage
from gdanim.view.panes.surface import SurfacePane


class Surface(FilmScene):
    """One surface after the other, the legend in its quietest corner."""

    dimensions = (2,)
    stands = ("surface",)
    heading_in_column = True
    heading_floats = True
    shows = {"surface": "the land", "legend": "the legend"}

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        layout = over_stage(self, clock.act, top)
        return [
            SurfacePane(self, clock, layout.stage, whole=True, over=layout.over, below=layout.below),
            legend(self, clock, layout.panel, layout.panel_columns),
        ]
