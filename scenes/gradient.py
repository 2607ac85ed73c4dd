"""What the gradient is: two slopes, the steepest of all directions, turned round; and how far it holds."""

from dataclasses import dataclass, field

from manim import FadeOut, Mobject, Write, rate_functions

from gdanim.engine.solution import Act
from gdanim.view import FilmScene
from gdanim.view.panes.gradient import GradientSurface, climbs, plain
from gdanim.view.panes.notes import NotesPane


@dataclass(frozen=True)
class Beat:
    """Something is said while something is drawn, and stands there for a while."""

    says: str
    seconds: float
    hold: float
    told: float  # rows of numbers at its end
    to: dict[str, float] = field(default_factory=dict)  # numbers of the surface at its end
    step: bool = False  # the balls take their first step


ROUND = Beat("Every direction has its own", 1.2, 0.3, 2.0, {"along_y": 0.0, "fan": 1.0})
STEEPEST = "Put together, they are the steepest: the gradient"
CHOSEN = Beat(STEEPEST, 1.4, 0.7, 3.0, {"parts": 1.0, "uphill": 1.0, "level": 1.0})
ALONE = {"fan": 0.0, "parts": 0.0, "level": 0.0}  # its arrow is all that is left
RULE, OTHER = "A step: learning rate times gradient", "A step, as the optimizer takes it"
PLANE = "The flat plane can be trusted only nearby"
DESCENT = (
    Beat("Along x there is one slope", 1.2, 0.4, 1.0, {"along_x": 1.0}),
    Beat("Along y there is another", 1.2, 0.4, 2.0, {"along_x": 0.0, "along_y": 1.0}),
    ROUND,
    CHOSEN,
    Beat("Turned round, it leads downhill", 1.2, 0.2, 3.0, ALONE | {"turned": 1.0}),
    Beat(RULE, 0.6, 0.0, 4.0, {"scaled": 1.0}),
    Beat(RULE, 1.0, 0.0, 4.0, {"uphill": 0.0}, step=True),
    Beat(PLANE, 0.6, 0.0, 7.0, {"plane": 1.0}),
    Beat(PLANE, 1.5, 0.4, 7.0, {"reach": 1.0}),
    Beat("And again, step after step", 0.6, 0.0, 4.0, {"plane": 0.0}),
)
FORGOTTEN = "The sign forgotten, the ball climbs"
ASCENT = (
    ROUND,
    CHOSEN,
    Beat(FORGOTTEN, 0.8, 0.2, 4.0, ALONE | {"scaled": 1.0}),
    Beat(FORGOTTEN, 1.0, 0.0, 4.0, {"uphill": 0.0}, step=True),
)
APPEAR, FALL, HOLD, LEAVE = 2.0, 1.0, 1.0, 1.0


class Gradient(FilmScene):
    """One point of every act's surface: that where its first ball starts."""

    dimensions = (2,)
    stands = ("surface",)
    heading_in_column = True
    keeps_column = True
    lasts = {"act": 16.9}

    def construct(self) -> None:
        title, acts = self.title(), self.solution.acts
        for act in acts:
            self.tell(act, title, LEAVE if act is not acts[-1] else 0.0)

    def tell(self, act: Act, title: Mobject | None, leave: float) -> None:
        """One act: what the gradient is, then what the balls make of it."""
        beats = ASCENT if climbs(act) else DESCENT
        captions = list(dict.fromkeys(beat.says for beat in beats))
        shown = captions if plain(act) else [OTHER if says == RULE else says for says in captions]
        rule = self.rule(act, title)
        layout = self.layout.under(self.below(rule) + 24, NotesPane.HEIGHT)
        clock = self.clock(act, APPEAR + FALL + sum(b.seconds + b.hold for b in beats) + HOLD + leave)
        surface = GradientSurface(self, clock, layout.stage, whole=True)
        notes = NotesPane(self, layout.panel, surface, shown)
        self.add(surface, notes)
        self.play(surface.enter_(APPEAR), notes.enter_(APPEAR), Write(rule, run_time=APPEAR))
        self.play(clock.become_(FALL, rate_functions.linear, fall=1.0))
        first = float(clock.timeline.pace.time(1))
        for beat in beats:
            said = float(captions.index(beat.says) + 1)
            moves = [clock.become_(beat.seconds, seconds=first)] if beat.step else []
            self.play(
                notes.become_(min(0.4, beat.seconds), said=said),
                notes.become_(beat.seconds, told=beat.told),
                surface.become_(beat.seconds, None, **beat.to),
                *moves,
            )
            if beat.hold:
                self.wait(beat.hold)
        self.play(clock.run_(HOLD + first))
        if leave:
            self.play(surface.leave_(leave), notes.leave_(leave), FadeOut(rule, run_time=leave))
            self.remove(surface, notes, rule)
