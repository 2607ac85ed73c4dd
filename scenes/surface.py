"""Balls on a lit surface: it rises, they drop to their starts, run, and their verdicts appear."""

from manim import FadeOut, Write, rate_functions

from gdanim.engine.solution import Act
from gdanim.view.layout import MARGIN
from gdanim.view.panes.legend import Legend
from gdanim.view.panes.surface import SurfacePane
from gdanim.view.scene import FilmScene
from gdanim.view.text import formula

APPEAR, FALL, HOLD, LEAVE = 2.4, 1.2, 3.0, 1.0  # seconds


class Surface(FilmScene):
    """One function after the other, each with all its balls."""

    dimensions = (2,)

    def construct(self) -> None:
        self.top = self.headline()
        for act in self.solution.acts:
            self.act(act)

    def act(self, act: Act) -> None:
        """From the rising surface to the verdicts, and away again if something follows."""
        acts, loop = self.solution.acts, self.spec.video.loop
        leave = LEAVE if loop or act is not acts[-1] else 0.0
        standing = loop and len(acts) == 1  # a loop of one act begins and ends with the bare surface
        rise = 0.0 if standing else APPEAR
        function = f"f({', '.join(act.objective.variables)}) = {act.objective.latex}"
        rule = self.text(formula(function), 32, MARGIN, self.top, self.theme.secondary, self.layout.column)
        layout = self.layout.under(self.below(rule) + 24)
        clock = self.clock(act, rise + FALL + HOLD)
        stage = SurfacePane(self, clock, layout.stage, whole=True)
        legend = Legend(self, clock, layout.panel, layout.panel_columns)
        stage.ground = 1.0 if act is acts[0] and (standing or not loop) else 0.0
        self.add(stage, legend)
        if standing:
            stage.reveal = stage.opened = 1.0
            self.add(rule)
        else:
            self.play(stage.become_(rise, reveal=1.0, opened=1.0, ground=1.0), Write(rule, run_time=rise))
        self.play(stage.become_(FALL, rate_functions.linear, fall=1.0), legend.become_(FALL, presence=1.0))
        self.play(clock.run_(HOLD - leave))
        if standing:
            self.play(stage.become_(leave, presence=0.0), legend.become_(leave, presence=0.0))
        elif leave:
            gone = stage.become_(leave, reveal=0.0, presence=0.0, ground=0.0)
            self.play(gone, legend.become_(leave, presence=0.0), FadeOut(rule, run_time=leave))
            self.remove(stage, legend)
