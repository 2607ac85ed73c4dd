"""Learning rates side by side: the same start, the same clock, a verdict on each, and their ranking."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.curves import CurvesPane
from gdanim.view.panes.rates import APART, StabilityPane, rate_panes

SMALL = 900.0  # points of a picture's height
LEAST, SHARE = 270.0, 0.43  # points below the maps of a tall picture; share of the height in others


class LearningRates(FilmScene):
    """A map for each rate; below them the loss curves and the steps that each rate has cost.

    A tall picture has larger maps, and no room for the steps; a small one has the maps alone.
    """

    dimensions = (2,)
    stands = ("map",)
    most_rates = 6
    shows = {
        "map": "the maps",
        "losses": "the curves of the losses",
        "edge": "the steps that each rate takes, and the edge",
    }

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        body, tall = self.layout.body(top), self.layout.tall
        if tall and self.layout.height < SMALL:
            return rate_panes(self, clock, body, 0.0)[0]
        maps, below = rate_panes(self, clock, body, LEAST if tall else SHARE * body.height)
        if tall:
            return [*maps, CurvesPane(self, clock, below)]
        curves, stability = below.columns(3, 2) if below.width > APART * below.height else below.rows(1, 1)
        return [*maps, CurvesPane(self, clock, curves), StabilityPane(self, clock, stability)]
