"""Losses against steps or evaluations, in any number of dimensions, with bands over many starts."""

from collections.abc import Sequence

from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.losses import LossesPane


class Losses(FilmScene):
    """One large plot with a curve for each optimizer and rate."""

    dimensions = None
    uses = ("view.against",)
    shows = {"losses": "the curves of the losses"}

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        return [LossesPane(self, clock, self.layout.body(top))]
