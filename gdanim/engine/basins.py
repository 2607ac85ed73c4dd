"""Which minimum each start leads to, and in how many steps: a descent from every point of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.balls import Cast
from gdanim.engine.court import HIGHER, NEAR
from gdanim.engine.descent import crowd
from gdanim.engine.elsewhere import surveyed
from gdanim.engine.problem import Negated
from gdanim.engine.runs import Array, Objective
from gdanim.engine.terrain import Lie, eigenvalues
from gdanim.engine.verdicts import at_rest

if TYPE_CHECKING:
    from gdanim.spec import Part

LEVEL = 1e-5  # an eigenvalue of the Hessian below this share of the largest one makes a valley
MOST_FOUND = 64  # resting places beside the listed minima that are looked into


@dataclass(frozen=True)
class BasinMap:
    """Where starts end. The maps have a row for each y and a column for each x, from low to high."""

    minima: Array  # (minima, 2): those that some start leads to, the listed ones first
    reached: NDArray[np.int64]  # (rows, columns): the index of the minimum, -1 where there is none
    steps: NDArray[np.int64]  # (rows, columns): taken until the ball stopped
    climbs: bool  # they are maxima then

    @property
    def shares(self) -> Array:
        """The part of all starts that each minimum has, shape (minima,)."""
        return np.asarray(np.bincount(self.reached[self.reached >= 0], minlength=len(self.minima))) / (
            self.reached.size
        )


def basins(spec: Part, act: Cast, columns: int, rows: int) -> BasinMap:
    """The basins of an act, of two variables, under its first optimizer and rate.

    Starts are the middles of ``columns`` x ``rows`` cells of the domain. A minimum that is not listed counts
    too: a place to rest where the Hessian is positive definite.
    """
    (x0, x1), (y0, y1) = act.domain
    x = x0 + (np.arange(columns) + 0.5) / columns * (x1 - x0)
    y = y0 + (np.arange(rows) + 0.5) / rows * (y1 - y0)
    starts = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    balls = crowd(spec, act, starts, every=spec.steps + 1)  # only the start and the end
    rests = balls.gradient_norms[:, -1] < spec.stop.gradient_norm
    if spec.stop.loss_change:
        rests |= np.isfinite(balls.losses[:, -1]) & (balls.ends < spec.steps)
    minima, reached = _assigned(act, balls.points[:, -1], rests)
    climbs = act.teams[0].entry.maximize
    return BasinMap(minima, reached.reshape(rows, columns), balls.ends.reshape(rows, columns), climbs)


def _assigned(act: Cast, ends: Array, rests: NDArray[np.bool_]) -> tuple[Array, NDArray[np.int64]]:
    """The minima that resting balls have reached, and for each ball which one, or -1."""
    goal: Objective = Negated(act.objective) if act.teams[0].entry.maximize else act.objective
    reached, near = np.full(len(ends), -1), NEAR * act.diagonal
    survey = surveyed(goal, act.teams[0].entry.maximize, act.domain, ())
    minima: list[Array] = []

    def claim(place: Array) -> NDArray[np.bool_]:
        close: NDArray[np.bool_] = np.linalg.norm(ends - place, axis=1) <= near
        return close & rests & (reached < 0)

    for place in np.array(goal.minima).reshape(-1, 2):
        if (mine := claim(place)).any():
            reached[mine] = len(minima)
            minima.append(place)
    left = rests & (reached < 0)
    for _ in range(MOST_FOUND):
        if not left.any():
            break
        place = ends[left.argmax()]
        mine = claim(place)
        if at_rest(goal, place, survey) is Lie.MINIMUM:
            if _not_alone(goal, place):  # all of its valley is one
                level = np.abs(goal.value(ends) - goal.value(place)) <= HIGHER * survey.ground.relief
                mine |= level & left
            reached[mine] = len(minima)
            minima.append(place)
        left &= ~mine
    return np.array(minima).reshape(-1, 2), reached


def _not_alone(goal: Objective, place: Array) -> bool:
    """Whether a minimum is one of a valley of minima: a direction from it is flat."""
    curvatures = np.abs(eigenvalues(goal, place))
    return bool(curvatures.min() <= LEVEL * curvatures.max())
