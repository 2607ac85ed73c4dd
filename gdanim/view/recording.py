"""Manim scenes that only record what they play, so that every frame is a function of time.

Each animation begins, finishes and cleans up in order, while the lists of visible mobjects are kept. A frame
at time t is then had by seeking, in any order: undo what starts later, apply what has started, restore
that list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import manim
from manim import Animation, Mobject, Scene, config

from gdanim.view.animated import Cue
from gdanim.view.player import FilmCamera, Painted, Projection, Screen


@dataclass(frozen=True)
class Played:
    """One recorded call of ``play``."""

    start: float
    end: float
    animations: list[Animation]
    during: list[Mobject]
    after: list[Mobject]
    updaters: dict[Mobject, list[Any]]  # of every mobject, which may come and go


class Recording(Scene):  # type: ignore[misc]
    """A scene whose ``play`` is recorded."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("camera_class", FilmCamera)
        super().__init__(**kwargs)
        self._played: list[Played] = []
        self._position = math.inf  # recording leaves everything as it is at the end
        self._replaying = False

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Record animations; they are shown when a frame is asked for."""
        if self._replaying:
            super().play(*args, **kwargs)
            return
        animations = self.compile_animations(*args, **kwargs)
        self.add_mobjects_from_animations(animations)
        start, duration = self.time, self.get_run_time(animations)
        for animation in animations:
            animation._setup_scene(self)
            animation.begin()
        during = list(self.mobjects)
        updaters = {m: list(m.updaters) for m in self.get_mobject_family_members()}
        for animation in animations:
            animation.finish()
            animation.clean_up_from_scene(self)
        self.renderer.time = start + duration
        self._played.append(
            Played(start, start + duration, animations, during, list(self.mobjects), updaters)
        )

    @classmethod
    def validate_run_time(cls, run_time: float, method: Any, parameter_name: str = "run_time") -> float:
        """Manim's check, which makes what is shorter than a frame last one, and warns: of a recording, of
        which a frame is a moment, any part may be as short as it likes.
        """
        if run_time > 0:
            return run_time
        return float(super().validate_run_time(run_time, method, parameter_name))

    @property
    def recorded(self) -> float:
        """Seconds of the recording."""
        return self._played[-1].end if self._played else 0.0

    @property
    def length(self) -> float:
        """Seconds of the film."""
        return self.recorded

    @property
    def frames(self) -> int:
        """How many frames it has at manim's frame rate."""
        return max(1, round(self.length * float(config.frame_rate)))

    def _replay(self, film: Painted, frames: int) -> None:
        """Show a recorded film of so many frames under manim's own player."""
        self._replaying = True
        config.disable_caching = True
        self.clear()
        self.renderer.time = 0.0
        self.play(Projection(Screen(film), run_time=(frames - 0.5) / config.frame_rate, rate_func=None))

    def seek(self, t: float) -> tuple[list[Mobject], Any]:
        """Bring every mobject to time ``t``. Returns what is visible then and a token of its state.

        The token is None while updaters may change things behind our back.
        """
        for played in reversed(self._played):
            if t < played.start <= self._position:
                for animation in reversed(played.animations):
                    animation.interpolate(0)
        self._position = t
        started = [p for p in self._played if p.start <= t]
        state: list[float] = []
        for played in started:
            for mobject, updaters in played.updaters.items():
                mobject.updaters = list(updaters)
            for animation in played.animations:
                alpha = min((t - played.start) / max(animation.run_time, 1e-9), 1.0)
                animation.interpolate(alpha)
                if not isinstance(animation, Cue | manim.Wait):
                    state.append(alpha)
            self.mobjects = played.during if t < played.end else played.after
            if any(played.updaters.values()):
                self.update_mobjects(0)
        if not started:
            return [], ()
        moved = any(any(played.updaters.values()) for played in started)
        return self.mobjects, None if moved else (tuple(map(id, self.mobjects)), tuple(state))
