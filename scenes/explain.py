"""The first steps slowly, the update rule with its numbers put in line by line, then at full speed."""

from dataclasses import replace

from manim import FadeOut, Mobject, Write, rate_functions

from gdanim.engine.anatomy import anatomy
from gdanim.engine.solution import Act
from gdanim.view import APPEAR, FALL, HOLD, LEAVE, FilmScene
from gdanim.view.panes.curves import CurvesPane
from gdanim.view.panes.legend import legend
from gdanim.view.panes.pointed import PointedSurface
from gdanim.view.panes.rule import RulePane
from gdanim.view.rules import worked_out

LINE, MOVE = (1.5, 0.8, 0.45), (1.4, 1.0, 0.8)  # seconds for each line and for the move of the first steps
LINES = 4  # a rule of more lines is told faster
NEXT, GONE = 0.1, 0.3  # seconds before the lines of a step, and in which its arrow goes
NAMED = ("rule", "again")  # the moments at which the first steps' numbers are put in
CLOSE = 1.2  # seconds in which the numbers give way to the loss curve
LEGEND, CURVES = 170.0, 180.0  # points: the height of the legend, and the least of the loss curve's
CLEAR = 230.0  # points that the loss curve needs below symbols that stay, where the picture is not wide
LEAST, MOST, ROOMY = 0.56, 0.65, 0.9  # of a height: rule and legend below the surface; of its size: a rule
ARROWS = {"g": "gradient", "m": "momentum", "x": "step"}  # the arrow that a line's result is


class Explain(FilmScene):
    """Ball after ball, each with its rule beside it."""

    dimensions = (2,)
    stands = ("surface",)
    most_balls = 6
    lasts = {"ball": 18.0}
    moments = {
        "picture": "surface and rule appear",
        "start": "the ball drops to its start",
        "rule": "the first numbers are put into the rule",
        "move": "the ball takes the first step",
        "again": "the numbers of the second step",
        "run": "the numbers give way, and the ball goes on",
        "end": "it has come to its end",
    }
    shows = {
        "surface": "the land",
        "rule": "the rule, with its numbers",
        "gradient": "the gradient in it, and on the land",
        "rate": "the learning rate in it",
        "losses": "the curve of the loss",
        "legend": "the legend",
    }

    def construct(self) -> None:
        title = self.title()
        alone = self.lessons()
        for act in alone:
            self.explain(act, title, leave=0.0 if act is alone[-1] else LEAVE)

    def lessons(self) -> list[Act]:
        """One for each ball."""
        return [replace(act, runs=(run,)) for act in self.solution.acts for run in act.runs]

    def explain(self, act: Act, title: Mobject | None, leave: float) -> None:
        """One ball of an act: panes, the slow steps, the run, the verdict."""
        (run,) = act.runs
        inside = anatomy(self.spec, act, run.ball.number)
        heading = self.rule(act, title)
        layout = self.layout.under(self.below(heading) + 24)
        body = layout.stage if self.has_strip else layout.body(self.below(heading) + 24)
        if self.layout.wide:
            left, right = body.columns(11, 10, gap=50)
        else:
            lines = len(inside.rule.lines)
            wanted = ROOMY * RulePane.needs(lines, lines) + LEGEND + 20
            most = MOST if self.layout.tall else LEAST
            lower = min(max(LEAST * body.height, wanted), most * body.height)
            left, right = body.rows(body.height - lower - 20, lower, gap=20)
            if self.layout.tall:
                left = left._replace(left=0.0, right=self.layout.width)
        below = right if self.has_strip else right.inset(0, 0, 0, LEGEND + 20)  # the legend is there
        place = layout.panel if self.has_strip else right._replace(top=right.bottom - LEGEND)
        written = inside.rule
        balls = sum(len(one.runs) for one in self.solution.acts)
        clock = self.clock(act, slowly(len(written.lines), run.steps) + APPEAR + FALL + CLOSE + HOLD, balls)
        crammed = below.height < RulePane.needs(len(written.lines))  # the legend comes when the numbers go
        color = self.colors(act)[0]
        surface = PointedSurface(self, clock, left, inside)
        steps = worked_out(written, run, inside, len(LINE))
        words = RulePane(self, right if crammed else below, written, steps, color)
        stays = words.height + (0.0 if self.layout.wide else CLEAR) < below.height  # when the numbers go
        free = below._replace(top=below.top + words.height + 20) if stays else below
        who = legend(self, clock, place)
        curves = [CurvesPane(self, clock, free)] if free.height > CURVES else []
        late = crammed and not self.has_strip
        later = [who, *curves] if late else curves
        learned = self.told(clock, act)
        panes = [surface, words, *curves, who, *learned]
        self.add(*panes)
        if self.time == 0:
            words.stand()
        self.mark("picture")
        opening = [pane.enter_(APPEAR) for pane in (surface, words, *learned)]
        self.play(*opening, Write(heading, run_time=APPEAR))
        self.mark("start")
        entering = [] if late else [who.enter_(FALL)]
        self.play(clock.become_(FALL, rate_functions.linear, fall=1.0), *entering)
        for k in range(min(len(LINE), run.steps)):
            if k < len(NAMED):
                self.mark(NAMED[k])
            self.play(surface.become_(NEXT, of=float(k)))
            seconds = of_a_line(k, len(written.lines))
            for j, line in enumerate(written.lines):
                arrow = {ARROWS[line.symbol]: 1.0} if line.symbol in ARROWS else {}
                told = words.become_(seconds, told=float(k * len(written.lines) + j + 1))
                self.play(told, surface.become_(seconds, None, **arrow))
            if k == 0:
                self.mark("move")
            arrival = float(clock.timeline.pace.time(k + 1))
            away = surface.become_(MOVE[k] / 2, gradient=0.0, momentum=0.0)
            self.play(clock.become_(MOVE[k], seconds=arrival), away)
            self.play(surface.become_(GONE, step=0.0))
        self.mark("run")
        close = words.become_(CLOSE, spread=0.0) if stays else words.leave_(CLOSE)
        self.play(close)
        self.play(clock.run_(HOLD - leave), *(pane.enter_(CLOSE) for pane in later))
        self.mark("end", ago=HOLD - leave)
        if leave:
            self.play(*(pane.leave_(leave) for pane in panes), FadeOut(heading, run_time=leave))
            self.remove(*panes, heading)


def of_a_line(step: int, lines: int) -> float:
    """Seconds for each of so many lines at a step."""
    return LINE[step] * min(1.0, LINES / lines)


def slowly(lines: int, steps: int) -> float:
    """Seconds of the first steps."""
    return sum(NEXT + lines * of_a_line(k, lines) + MOVE[k] + GONE for k in range(min(len(LINE), steps)))
