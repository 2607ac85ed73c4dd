"""Balls on a lit surface: it rises, they drop to their starts, run, and their verdicts appear."""

from collections.abc import Sequence

from gdanim.view.layout import SHORT
from gdanim.view.pane import Clock, Pane
from gdanim.view.panes.legend import MOST_PITCH, MOST_ROWS, Legend
from gdanim.view.panes.surface import SurfacePane
from gdanim.view.scene import FilmScene

FEW = 3  # balls stand below each other even in a small picture


class Surface(FilmScene):
    """One surface after the other, with the legend beside it."""

    dimensions = (2,)
    heading_in_column = True

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        columns, balls = self.layout.panel_columns, len(clock.act.runs)
        needed = Legend.height(balls, columns, MOST_PITCH)
        if self.layout.width < SHORT:
            needed = Legend.height(balls, 1 if balls <= FEW else columns)
        layout = self.layout.under(top, needed if balls <= MOST_ROWS else None)
        return [
            SurfacePane(self, clock, layout.stage, whole=True),
            Legend(self, clock, layout.panel, columns),
        ]
