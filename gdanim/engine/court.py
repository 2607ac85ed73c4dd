"""What a run is judged by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gdanim.engine.elsewhere import Survey
from gdanim.engine.runs import Array, Objective, Point, Run, Status

if TYPE_CHECKING:
    from gdanim.engine.balls import Team
    from gdanim.spec import Part
    from gdanim.spec.entries import OptimizerEntry
    from gdanim.spec.sections import Stop

NEARLY = 1e-2  # of the way down: when no more is left a ball is nearly there, if it is within
CLOSE = 0.05  # of the domain's diagonal, or its loss within
NEAR = 1e-2  # of the domain's diagonal: this close to a listed minimum may be there
HIGHER = 1e-6  # by more than this share of the relief, a minimum is a local one
DIGITS = 1e-3  # of the least


class Landmark(NamedTuple):
    """A minimum that is listed, or was found by a ball."""

    loss: float
    point: Point
    sharpness: float  # the largest eigenvalue of the Hessian there


@dataclass(frozen=True)
class Floor:
    """The lowest place of the valley that a ball was in."""

    begun: Array  # where the way down was looked for: at the ball's end, mostly
    point: Array
    loss: float
    settled: bool  # whether there is one, as far as was looked
    falls: float  # from where it was begun

    @property
    def away(self) -> float:
        """From where it was begun."""
        return math.dist(self.begun, self.point)


@dataclass(frozen=True)
class Court:
    """What the run of one ball is judged by."""

    team: Team
    goal: Objective  # what is descended: the objective, negated to climb
    domain: tuple[tuple[float, float], ...]
    spec: Part
    known: Sequence[Landmark]  # the lowest first
    floor: Floor
    survey: Survey
    ruled: bool  # whether a stop rule has ended it

    @property
    def entry(self) -> OptimizerEntry:
        return self.team.entry

    @property
    def stop(self) -> Stop:
        return self.spec.stop

    @property
    def diagonal(self) -> float:
        """Of the domain."""
        return self.survey.ground.diagonal

    def descended(self, run: Run) -> Array:
        """The losses that a ball descended: to climb is to descend the function upside down."""
        return np.asarray(-run.losses if self.entry.maximize else run.losses)

    @property
    def lowest(self) -> Status:
        """Whether a ball in a minimum is as low as can be, as far as is known."""
        ground, depth, loss = self.survey.ground, self.survey.depth, self.floor.loss
        listed = min(self.goal.minimum_values, default=math.inf)
        found = self.known[0].loss if self.known else math.inf
        if loss - min(listed, found) > HIGHER * max(ground.relief, abs(loss) * HIGHER):
            return Status.LOCAL
        return Status.LOCAL if depth and loss - depth.loss > depth.visible else Status.CONVERGED

    @property
    def noisy(self) -> bool:
        """Whether the ball sees more or less than the gradient."""
        return bool(self.spec.noise or self.entry.batch_size)

    @property
    def edge(self) -> float | None:
        """The c of c/L, the largest stable rate, as the optimizer says; None where it is clipped."""
        clipped = self.entry.clip_value or self.entry.clip_norm
        return None if clipped else self.team.optimizer.stable


def nearly(floor: Floor, losses: Array, diagonal: float) -> bool:
    """Whether the last of a ball's losses is the lowest of its valley, as far as can be seen."""
    gap = abs(losses[-1] - floor.loss)
    low = floor.settled and gap <= NEARLY * abs(losses[0] - floor.loss)
    return bool(low and (floor.away <= CLOSE * diagonal or gap <= DIGITS * abs(floor.loss)))
