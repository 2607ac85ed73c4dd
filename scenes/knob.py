"""One weight of a network turns like a knob, its loss draws a curve, and a ball finds the lowest place."""

from manim import rate_functions

from gdanim.view import APPEAR, FALL, HOLD, LEAVE, FilmScene
from gdanim.view.panes.knob import KnobPane
from gdanim.view.panes.profile import ProfilePane

BACK, OVER = 1.2, 4.0  # seconds in which the knob is turned back, and over all its range


class Knob(FilmScene):
    """The network beside the curve of its loss, or above it; the knob is the weight of the first ball."""

    dimensions = (1,)
    whole_domain = True
    lasts = {"act": 13.6}
    moments = {
        "picture": "the network appears",
        "turn": "the knob is turned, and the loss draws its curve",
        "start": "a ball drops to where the knob stands",
        "run": "the knob turns by itself as the ball rolls",
        "end": "the loss is as low as it gets",
    }
    shows = {
        "network": "the network with its knob",
        "knob": "the knob alone",
        "loss": "the level of the loss",
        "curve": "the curve of the loss",
    }

    def construct(self) -> None:
        title = self.title()
        for act in self.solution.acts:
            leave = LEAVE if act is not self.solution.acts[-1] else 0.0
            clock = self.clock(act, APPEAR + 2 * BACK + OVER + FALL + HOLD)
            body = self.layout.body(self.layout.margin if title is None else self.below(title) + 24)
            left, right = body.columns(5, 6, gap=60) if self.layout.wide else body.rows(1, 1)
            profile = ProfilePane(self, clock, right)
            knob = KnobPane(self, clock, left, profile)
            panes = [profile, knob, *self.told(clock, act)]
            self.add(*panes)
            if act is self.solution.acts[0]:
                knob.stand()
                profile.presence = 1.0
            self.mark("picture")
            self.play(knob.enter_(APPEAR), profile.become_(APPEAR, presence=1.0))
            self.mark("turn")
            self.play(knob.become_(BACK, value=knob.low, tip=1.0))
            even = rate_functions.linear
            self.play(knob.become_(OVER, even, value=knob.high), profile.become_(OVER, even, drawn=1.0))
            self.play(knob.become_(BACK, value=float(act.runs[0].points[0, 0])))
            self.mark("start")
            self.play(clock.become_(FALL, even, fall=1.0), knob.become_(FALL, tip=0.0))
            self.mark("run")
            self.play(clock.run_(HOLD - leave))
            self.mark("end", ago=HOLD - leave)
            if leave:
                self.play(*(pane.leave_(leave) for pane in panes))
                self.remove(*panes)
