"""Mobjects whose numbers manim animates, and the clock of a run among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import Animation, Mobject, rate_functions

from gdanim.engine.runs import Array
from gdanim.motion.timeline import Moment, Timeline


class Animated(Mobject):  # type: ignore[misc]
    """Something with numbers that animations change; it has no look of its own."""

    def become_(self, run_time: float, rate_func: Callable[[float], float] | None = None, **to: float) -> Cue:
        """An animation of its numbers, such as ``become_(2.0, presence=1.0)``."""
        return Cue(self, to, run_time=run_time, rate_func=rate_func or rate_functions.smooth)


class Cue(Animation):  # type: ignore[misc]
    """Moves numbers from where they are to where they shall be."""

    def __init__(self, mobject: Animated, to: dict[str, float], **kwargs: Any) -> None:
        super().__init__(mobject, **kwargs)
        self.to = to

    def begin(self) -> None:
        self.origin = {name: getattr(self.mobject, name) for name in self.to}
        self.interpolate(0)

    def complete(self) -> None:
        """Have it done at once, without being played."""
        self.begin()
        self.finish()

    def interpolate(self, alpha: float) -> None:
        eased = self.rate_func(min(max(alpha, 0.0), 1.0))
        for name, end in self.to.items():
            setattr(self.mobject, name, self.origin[name] + (end - self.origin[name]) * eased)


class Clock(Animated):
    """The run that panes share: ``seconds`` of it have passed. Its timeline says what that means.

    ``fall``: how far the balls have dropped to their starts, ``present``: their opacity; both 0 to 1.
    """

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self.timeline = timeline
        self.act = timeline.act
        self.fall, self.seconds, self.present = 0.0, 0.0, 1.0

    @property
    def moment(self) -> Moment:
        """How the act stands."""
        return self.timeline.at(self.seconds)

    @property
    def landed(self) -> float:
        """Opacity of what tells of balls that stand at their starts: it comes as they land."""
        return max(2 * self.fall - 1, 0.0)

    @property
    def numbered(self) -> float:
        """Opacity of the run's numbers, which come as its balls land and go before they do."""
        return self.landed * max(2 * self.present - 1, 0.0)

    @property
    def counters(self) -> list[tuple[int, float]]:
        """Steps to show and their opacities: that of the run, and 0, which comes back as its balls go."""
        step = self.moment.step if self.seconds > 0 else 0
        return [(step, max(2 * self.present - 1, 0.0)), (0, max(1 - 2 * self.present, 0.0))]

    def drop(self, count: int) -> tuple[Array, Array]:
        """Heights above their starts (1: where they drop from) and opacities of so many balls, both (count,).

        They drop in one after the other, and each one hops once.
        """
        order = np.arange(count) / max(count - 1, 1)
        f = np.clip(1.7 * self.fall - 0.7 * order, 0.0, 1.0)
        down, hop = f / 0.75, (f - 0.75) / 0.25
        return np.where(f < 0.75, 1 - down**2, 0.07 * 4 * hop * (1 - hop)), np.clip(3.0 * f, 0.0, 1.0)

    def run_(self, extra: float = 0.0) -> Cue:
        """The run in real time, from where it stands to its end and ``extra`` seconds beyond."""
        end = self.timeline.run_time + extra
        return self.become_(end - self.seconds, rate_functions.linear, seconds=end)
