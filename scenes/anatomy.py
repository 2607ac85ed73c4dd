"""What drives a ball: gradient, momentum and step as arrows, squared gradients as a box, its errors."""

from collections.abc import Sequence

from gdanim.engine.anatomy import anatomy
from gdanim.view import Clock, FilmScene, Pane
from gdanim.view.panes.anatomy import HEAD, AnatomyPane, KeyPane
from gdanim.view.panes.curves import fitting
from gdanim.view.panes.eigen import EigenPane, along_eigenvectors

SMALL = 900.0  # points of a picture's width; a smaller square has no room for the curves
LEAST = 240.0  # points that the curves need below the map
KEY, GAP = 42.0, 24.0  # points: a line of what the arrows are, and room above it


class AnatomyScene(FilmScene):
    """A map for each ball, and if there is room how far it is from the minimum along steep and flat."""

    dimensions = (2,)
    most_balls = 3
    shows = {
        "map": "the maps",
        "arrows": "the arrows and what they stand for",
        "distances": "how far it still is, along flat and steep",
    }

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        runs = clock.act.runs
        insides = [anatomy(self.spec, clock.act, run.ball.number) for run in runs]
        errors = [e for run in runs for e in along_eigenvectors(run, clock.act.objective)[1]]
        wide = self.layout.wide
        squares = any(inside.second_moment is not None for inside in insides)
        memory = any(inside.momentum is not None for inside in insides)
        body = self.layout.body(top)
        body = body.inset(0, 0, 0, GAP + KEY * KeyPane.lines(body.width, squares, memory))
        tall, small = self.layout.tall, self.layout.square and self.layout.width <= SMALL
        boxes = body.columns(*[1.0] * len(runs)) if wide else body.rows(*[1.0] * len(runs), gap=GAP)
        if small:
            boxes = body.tiles(len(runs))
        (x0, x1), (y0, y1) = clock.act.domain
        below = tall and boxes[0].height > HEAD + body.width * (y1 - y0) / (x1 - x0) + GAP + LEAST
        panes: list[Pane] = []
        for ball, (box, inside) in enumerate(zip(boxes, insides, strict=True)):
            if small or (tall and not below):
                panes.append(AnatomyPane(self, clock, box, ball, inside, beside=tall))
                continue
            upper, under = box.inset(0, 0, 0, max(0.4 * box.height, LEAST)), wide or below
            across = min((box.height - HEAD) * (x1 - x0) / (y1 - y0), 0.5 * box.width)
            above, beside = (upper, box) if under else box.columns(across, box.width - across - 40)
            arrows = AnatomyPane(self, clock, above, ball, inside)
            curves = box._replace(top=arrows.plot.frame.bottom + GAP) if under else beside
            panes += [arrows, EigenPane(self, clock, curves, ball, fitting(errors))]
        key = self.layout.body(body.bottom + GAP)
        return [*panes, KeyPane(self, key, squares, memory)]
