"""Learning rates that change: a map for each schedule, above the rates and the losses they lead to."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.losses import LossesPane, QuantilesPane
from gdanim.view.panes.rates import APART, rate_panes
from gdanim.view.plot import BARE, BOTTOM, TOP

SMALL, LEAST = 900.0, 190.0  # points of a picture's height; of the rates below its maps
SHARE, TALL = 0.43, 0.46  # of the height below the title that is left below the maps; in tall pictures


class Schedule(FilmScene):
    """Everything on one clock, in one colour for each schedule; small tall pictures leave out the losses."""

    dimensions = (2,)
    most_rates = 6
    shows = {
        "map": "the maps",
        "rates": "the curves of the learning rates",
        "losses": "the curves of the losses",
    }

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        body, tall = self.layout.body(top), self.layout.tall
        values = [run.learning_rates for run in clock.act.runs]
        if tall and self.layout.height < SMALL:
            maps, below = rate_panes(self, clock, body, LEAST)
            return [*maps, QuantilesPane(self, clock, below, values, "learning rate")]
        maps, below = rate_panes(self, clock, body, (TALL if tall else SHARE) * body.height)
        if below.width > APART * below.height:
            rates, losses = below.columns(1, 1)
        else:  # one axis of steps is enough
            frame = (below.height - BOTTOM - BARE - 2 * TOP) / 2
            rates, losses = below.rows(frame + TOP + BARE, frame + TOP + BOTTOM, gap=0)
        return [
            *maps,
            QuantilesPane(self, clock, rates, values, "learning rate", bare=rates.bottom <= losses.top),
            LossesPane(self, clock, losses, named=False),
        ]
