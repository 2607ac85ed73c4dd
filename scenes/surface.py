"""Balls on a lit surface: it rises, they drop to their starts, run, and their verdicts appear."""

from manim import FadeOut, Write, rate_functions

from gdanim.view.scene import FilmScene
from gdanim.view.text import formula, literal

APPEAR, FALL, HOLD, LEAVE = 2.4, 1.2, 3.0, 1.0  # seconds


class Surface(FilmScene):
    """One function after the other, each with all its balls."""

    def construct(self) -> None:
        layout, theme = self.layout, self.theme
        top = 56.0
        if self.spec.title:
            title = self.text(literal(self.spec.title), 46, 56, top, theme.text, layout.column)
            self.add(title)
            top = self.below(title) + 26
        acts = self.solution.acts
        for act in acts:
            variables = ", ".join(act.objective.variables)
            rule = self.text(
                formula(f"f({variables}) = {act.objective.latex}"),
                32,
                56,
                top,
                theme.secondary,
                layout.column,
            )
            stage = self.stage(act, self.run_time(APPEAR + FALL + HOLD))
            if act is not acts[0]:
                stage.ground = 0.0
            self.play(stage.become_(APPEAR, reveal=1.0, opened=1.0, ground=1.0), Write(rule, run_time=APPEAR))
            self.play(stage.become_(FALL, rate_functions.linear, fall=1.0), stage.become_(FALL, readouts=1.0))
            run_time = stage.timeline.run_time
            self.play(stage.become_(run_time, rate_functions.linear, seconds=run_time))
            leave = LEAVE if act is not acts[-1] else 0.0
            self.play(stage.become_(HOLD - leave, rate_functions.linear, seconds=run_time + HOLD - leave))
            if leave:
                gone = stage.become_(leave, reveal=0.0, presence=0.0, ground=0.0, readouts=0.0)
                self.play(gone, FadeOut(rule, run_time=leave))
                self.remove(stage)
