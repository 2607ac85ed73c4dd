"""Basins: every start in the colour of the minimum it leads to, and how many steps it takes to get there."""

from collections.abc import Sequence
from dataclasses import replace

from gdanim.engine.basins import BasinMap, basins
from gdanim.engine.solution import Act
from gdanim.theme import Color, rgb
from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.basins import Shares, StepsPane, height, painted
from gdanim.view.panes.surface import SurfacePane

ROOMY = 1600.0  # points of width: with less, only the surface has numbers at its axes
AIR = 24.0  # points between panes where the picture is not wide
FINEST, WORK = 720, 1.5e8  # starts along the longer side of a map; updates that a map may cost


class Basins(FilmScene):
    """White balls roll over a land painted by where they will end."""

    dimensions = (2,)
    stands = ("surface",)
    whole_domain = True
    shows = {
        "surface": "the land",
        "steps": "how many steps each start takes",
        "shares": "the minima and how many starts lead to each",
    }

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        found = self.found(clock.act)
        body = self.layout.body(top)
        if self.layout.wide:
            surface, right = body.columns(3, 2, gap=20)
            lower = min(height(found), 0.38 * right.height)
            steps, shares = right.rows(right.height - lower - 40, lower)
        else:
            lower = min(height(found), 0.38 * body.height)
            upper, shares = body.rows(body.height - lower - AIR, lower, gap=AIR)
            if self.layout.square:
                surface, steps = upper.columns(1, 1, gap=AIR)
            else:
                surface, steps = upper.rows(1, 1, gap=AIR)
                surface = surface._replace(left=0.0, right=self.layout.width)
        return [
            SurfacePane(self, clock, surface, whole=True, paint=painted(found)),
            StepsPane(self, clock, steps, found, bare=self.layout.width < ROOMY),
            Shares(self, clock, shares, found),
        ]

    def found(self, act: Act) -> BasinMap:
        """The basins of an act, about as fine as they will be seen."""
        lengths = [high - low for low, high in act.domain]
        side = min(min(self.size) // 2, FINEST, (WORK / self.spec.steps) ** 0.5)
        columns, rows = (max(2, round(side * length / max(lengths))) for length in lengths)
        same = replace(act.again("a map of basins"), domain=act.domain)
        return basins(self.spec, same, columns, rows)

    def colors(self, act: Act) -> list[Color]:
        """White or what the spec asks for: colours belong to the minima."""
        return [rgb(run.ball.color or self.theme.lines) for run in act.runs]
