"""A title or summary card; where there are functions, balls run behind it first."""

from manim import rate_functions

from gdanim.view import APPEAR, FALL, HOLD, FilmScene
from gdanim.view.panes.card import CardPane
from gdanim.view.panes.surface import SurfacePane

BARE, WORDS, ROW = 0.5, 1.2, 0.9  # seconds in which the axes go, and the title and each row appear
VEIL = 0.72  # how far the picture behind the words is dimmed


class Card(FilmScene):
    """Words, over a land of rolling balls if the spec has one."""

    dimensions = (0, 2)
    uses = ("card",)
    lasts = {"film": 4.2, "act": 4.1, "row": 0.9}
    moments = {
        "picture": "the land behind the words appears",
        "start": "the balls drop to their starts",
        "run": "they set off",
        "words": "the title appears",
        "row": "a line or a row of the table; the next time, the next one",
        "end": "all of them stand there",
    }
    shows = {"surface": "the land behind the words", "card": "the words"}

    def construct(self) -> None:
        card = CardPane(self, self.layout.body(self.layout.margin))
        lands = self.behind()
        self.add(card)
        if lands:  # words stand over no other words
            self.play(*(land.become_(BARE, ground=0.0) for land in lands))
        else:
            card.stand()
        self.mark("words")
        self.play(card.enter_(WORDS), card.become_(WORDS, veil=VEIL if lands else 0.0))
        for row in range(card.count):
            self.mark("row")
            self.play(card.become_(ROW, rate_functions.linear, rows=row + 1.0))
        self.mark("end")
        self.wait(HOLD)

    def behind(self) -> list[SurfacePane]:
        """The first act's balls find their valleys."""
        lands = []
        for act in self.solution.acts[:1]:
            clock = self.clock(act, APPEAR + FALL + BARE + WORDS + HOLD)
            land = SurfacePane(self, clock, self.layout.body(self.layout.margin), whole=True)
            self.add(land)
            self.mark("picture")
            self.play(land.become_(APPEAR, reveal=1.0, opened=1.0))
            self.mark("start")
            self.play(clock.become_(FALL, rate_functions.linear, fall=1.0))
            self.mark("run")
            self.play(clock.run_())
            lands.append(land)
        return lands
