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
    begins: str = ""  # a moment of the scene


ROUND = Beat("Every direction has its own", 1.2, 0.3, 2.0, {"along_y": 0.0, "fan": 1.0}, begins="directions")
STEEPEST = "Put together, they are the steepest: the gradient"
CHOSEN = Beat(STEEPEST, 1.4, 0.7, 3.0, {"parts": 1.0, "uphill": 1.0, "level": 1.0}, begins="gradient")
ALONE = {"fan": 0.0, "parts": 0.0, "level": 0.0}  # its arrow is all that is left
RULE, OTHER = "A step: learning rate times gradient", "A step, as the optimizer takes it"
PLANE = "The flat plane can be trusted only nearby"
AGAIN = "And again, step after step"
DESCENT = (
    Beat("Along x there is one slope", 1.2, 0.4, 1.0, {"along_x": 1.0}, begins="along_x"),
    Beat("Along y there is another", 1.2, 0.4, 2.0, {"along_x": 0.0, "along_y": 1.0}, begins="along_y"),
    ROUND,
    CHOSEN,
    Beat("Turned round, it leads downhill", 1.2, 0.2, 3.0, ALONE | {"turned": 1.0}, begins="turned"),
    Beat(RULE, 0.6, 0.0, 4.0, {"scaled": 1.0}, begins="step"),
    Beat(RULE, 1.0, 0.0, 4.0, {"uphill": 0.0}, step=True),
    Beat(PLANE, 0.6, 0.0, 7.0, {"plane": 1.0}, begins="plane"),
    Beat(PLANE, 1.5, 0.4, 7.0, {"reach": 1.0}),
    Beat(AGAIN, 0.6, 0.0, 4.0, {"plane": 0.0}, begins="run"),
)
FORGOTTEN = "The sign forgotten, the ball climbs"
ASCENT = (
    ROUND,
    CHOSEN,
    Beat(FORGOTTEN, 0.8, 0.2, 4.0, ALONE | {"scaled": 1.0}, begins="step"),
    Beat(FORGOTTEN, 1.0, 0.0, 4.0, {"uphill": 0.0}, step=True),
    Beat(AGAIN, 0.6, 0.0, 4.0, begins="run"),
)
APPEAR, FALL, HOLD, LEAVE = 2.0, 1.0, 1.0, 1.0


class Gradient(FilmScene):
    """One point of every act's surface: that where its first ball starts."""

    dimensions = (2,)
    stands = ("surface",)
    heading_in_column = True
    keeps_column = True
    lasts = {"act": 16.9}
    moments = {
        "picture": "what there is to see appears",
        "start": "the ball drops to its start",
        "along_x": "the slope along x",
        "along_y": "the slope along y",
        "directions": "every direction has a slope",
        "gradient": "the two are put together, at a right angle to the level line",
        "turned": "it is turned round",
        "step": "it is scaled to a step, which the ball takes",
        "plane": "the tangent plane, and how far it holds",
        "run": "the ball goes on, step after step",
        "end": "all have come to their ends",
    }
    shows = {"surface": "the land and what is drawn on it", "numbers": "the words and numbers beside it"}

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
        self.mark("picture")
        self.play(surface.enter_(APPEAR), notes.enter_(APPEAR), Write(rule, run_time=APPEAR))
        self.mark("start")
        self.play(clock.become_(FALL, rate_functions.linear, fall=1.0))
        first = float(clock.timeline.pace.time(1))
        for beat in beats:
            if beat.begins:
                self.mark(beat.begins)
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
        self.mark("end", ago=HOLD + first)
        if leave:
            self.play(surface.leave_(leave), notes.leave_(leave), FadeOut(rule, run_time=leave))
            self.remove(surface, notes, rule)
