"""Manim's own player shows a film: one mobject stands for all of it, and its camera paints the frame."""

from __future__ import annotations

from typing import Any, Protocol

import manim
import numpy as np
from manim import Animation, Mobject, config
from numpy.typing import NDArray


class Painted(Protocol):
    """A film, or a scene of it."""

    def paint(self, t: float, out: NDArray[np.uint8]) -> None:
        """Paint the frame at ``t`` seconds into ``out``, shape (height, width, 4), RGBA."""


class Screen(Mobject):  # type: ignore[misc]
    """Stands for the whole film while manim's own player shows it."""

    def __init__(self, film: Painted) -> None:
        super().__init__()
        self.points = np.zeros((1, 3))  # manim skips mobjects without points
        self.film, self.time = film, 0.0


class Projection(Animation):  # type: ignore[misc]
    """Runs the film's clock under manim's own player, on exact frame times."""

    def begin(self) -> None:
        self.interpolate(0)  # without manim's copy of the mobject, which holds the whole scene

    def interpolate(self, alpha: float) -> None:
        rate = config.frame_rate
        self.mobject.time = round(alpha * self.run_time * rate) / rate


class FilmCamera(manim.Camera):  # type: ignore[misc]
    """Takes a ``Screen``'s picture from its film."""

    def capture_mobjects(self, mobjects: Any, **kwargs: Any) -> None:
        shown = list(mobjects)
        screens = [m for m in shown if isinstance(m, Screen)]
        for screen in screens:
            screen.film.paint(screen.time, self.pixel_array)
        super().capture_mobjects([m for m in shown if m not in screens], **kwargs)
