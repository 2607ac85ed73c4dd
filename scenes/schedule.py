"""Learning rates that change: a map for each schedule, above the rates and the losses they lead to."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.losses import LossesPane, QuantilesPane
from gdanim.view.panes.rates import APART, rate_panes


class Schedule(FilmScene):
    """Everything on one clock, in one colour for each schedule."""

    dimensions = (2,)
    most_rates = 6

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        maps, below = rate_panes(self, clock, self.layout.body(top))
        rates, losses = below.columns(1, 1) if below.width > APART * below.height else below.rows(1, 1)
        values = [run.learning_rates for run in clock.act.runs]
        return [
            *maps,
            QuantilesPane(self, clock, rates, values, "learning rate"),
            LossesPane(self, clock, losses, named=False),
        ]
