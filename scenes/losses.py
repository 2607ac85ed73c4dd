"""Losses against steps or evaluations, in any number of dimensions, with bands over many starts."""

from collections.abc import Sequence

from gdanim.view.animated import Clock
from gdanim.view.pane import Pane
from gdanim.view.panes.losses import LossesPane
from gdanim.view.scene import FilmScene


class Losses(FilmScene):
    """One large plot with a curve for each optimizer and rate."""

    dimensions = None
    uses = ("view.against",)

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        return [LossesPane(self, clock, self.layout.body(top))]
