"""Learning rates side by side: the same start, the same clock, a verdict on each, and their ranking."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.curves import CurvesPane
from gdanim.view.panes.rates import APART, StabilityPane, rate_panes


class LearningRates(FilmScene):
    """A map for each rate; below them the loss curves and the steps that each rate has cost."""

    dimensions = (2,)
    most_rates = 6

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        maps, below = rate_panes(self, clock, self.layout.body(top))
        curves, stability = below.columns(3, 2) if below.width > APART * below.height else below.rows(1, 1)
        return [*maps, CurvesPane(self, clock, curves), StabilityPane(self, clock, stability)]
