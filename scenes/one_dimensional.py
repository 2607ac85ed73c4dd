"""Balls on a curve: the slope under each one says which way to go, and its steps shrink as it flattens."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.legend import Legend, legend
from gdanim.view.panes.profile import ProfilePane
from gdanim.view.panes.slopes import SlopesPane

LEGEND, ROW = 54.0, 112.0  # points: the legend without its rows, and one of these with its verdict
AIR = 24.0  # points between table and legend
NARROW = 400.0  # points: too little for the table


class OneDimensional(FilmScene):
    """A curve with the table of slopes and the legend beside it or below."""

    dimensions = (1,)
    heading_in_column = True
    shows = {"curve": "the curve", "slopes": "the table of slopes and steps", "legend": "the legend"}

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        layout, count = self.layout.under(top), len(clock.act.runs)
        stage, panel = layout.stage, layout.panel
        if self.has_strip:
            return [ProfilePane(self, clock, stage), legend(self, clock, panel)]
        above = layout.wide  # the table stands above the legend, not beside it
        if not layout.wide:
            body = layout.body(top)
            needed = min(LEGEND + ROW * count, 0.4 * body.height)
            both = SlopesPane.height(count) + AIR + Legend.height(count, 1)
            if layout.tall and both < 0.5 * body.height:
                needed, above = both, True
            stage, panel = body.rows(body.height - needed - 20, needed, gap=20)
        profile = ProfilePane(self, clock, stage)
        lower, slopes = panel.columns(1, 1)
        if above:
            slopes = panel._replace(bottom=panel.top + SlopesPane.height(count))
            lower = panel._replace(top=slopes.bottom + AIR)
        if not profile.few or slopes.width < NARROW:
            return [profile, legend(self, clock, panel, layout.panel_columns)]
        return [profile, SlopesPane(self, clock, slopes), legend(self, clock, lower)]
