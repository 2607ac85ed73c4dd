"""Balls on a curve: the slope under each one says which way to go, and its steps shrink as it flattens."""

from collections.abc import Sequence

from gdanim.view.pane import Clock, Pane
from gdanim.view.panes.legend import Legend
from gdanim.view.panes.profile import ProfilePane
from gdanim.view.panes.slopes import SlopesPane
from gdanim.view.scene import FilmScene


class OneDimensional(FilmScene):
    """A curve with the table of slopes and the legend beside it."""

    dimensions = (1,)
    heading_in_column = True

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        layout = self.layout.under(top)
        profile, panel = ProfilePane(self, clock, layout.stage), layout.panel
        if not profile.few:
            return [profile, Legend(self, clock, panel, layout.panel_columns)]
        if self.layout.wide:
            slopes = panel._replace(bottom=panel.top + SlopesPane.height(len(clock.act.runs)))
            legend = panel._replace(top=slopes.bottom + 24)
        else:
            legend, slopes = panel.columns(1, 1)
        return [profile, SlopesPane(self, clock, slopes), Legend(self, clock, legend)]
