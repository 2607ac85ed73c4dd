"""Why a ball ended as it did, in numbers, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gdanim.engine.elsewhere import Depth
from gdanim.engine.ending import Manner
from gdanim.engine.runs import Array, Bound, Objective, Point, Run, Status
from gdanim.formula import point_text, rounded_text

if TYPE_CHECKING:
    from gdanim.engine.balls import Team
    from gdanim.spec.entries import OptimizerEntry
    from gdanim.spec.sections import Stop


class Landmark(NamedTuple):
    """A minimum that is listed, or was found by a ball."""

    loss: float
    point: Point
    sharpness: float  # the largest eigenvalue of the Hessian there


@dataclass(frozen=True)
class Court:
    """What the runs of one optimizer are judged by."""

    entry: OptimizerEntry
    goal: Objective  # what is descended: the objective, negated to climb
    domain: tuple[tuple[float, float], ...]
    diagonal: float
    stop: Stop
    known: Sequence[Landmark]  # the lowest first
    edge: float | None  # the c of c/L, the largest stable rate, where it is known
    depth: Depth | None  # the lowest place that was looked at, if any ball has converged


class Advice(NamedTuple):
    """What one sees, what it means, what to do."""

    symptom: str
    diagnosis: str
    action: str


LEVEL = 0.05  # of the whole fall of the loss: so little in the second half is none

_ADVICE = {
    Status.DIVERGED: Advice("loss explodes", "learning rate too high", "reduce it by 10x, or clip gradients"),
    Status.OSCILLATING: Advice("loss oscillates wildly", "learning rate too high", "reduce it by 2-5x"),
    Status.SLOW: Advice("loss decreases very slowly", "learning rate too low", "increase it by 2-5x"),
    Status.GOING: Advice(
        "loss decreases, then stays", "learning rate might be good", "try a learning rate schedule"
    ),
    Status.LOCAL: Advice(
        "loss settles above the lowest known", "local minimum", "momentum, noise, or restarts"
    ),
    Status.SADDLE: Advice("gradient zero, but no minimum", "saddle point", "adam or momentum, or some noise"),
    Status.PLATEAU: Advice(
        "gradient nearly zero everywhere around", "vanishing gradient", "another start, or another scale"
    ),
    Status.MISLED: Advice(
        "gradient nearly zero on a slope",
        "differences too coarse, or lost in rounding",
        "h of about 1e-5, or the symbolic gradient",
    ),
    Status.OUTSIDE: Advice(
        "the point leaves the domain",
        "nothing holds it there",
        "a lower learning rate, or another start",
    ),
}


def advice(run: Run) -> Advice | None:
    """What to do about a run, if anything: None when it has converged as it should."""
    if run.status is Status.CONVERGED:
        match run.ending.manner:
            case Manner.OSCILLATING:
                return _ADVICE[Status.OSCILLATING]
            case Manner.SLOWLY:
                return _ADVICE[Status.SLOW]
        return None
    if run.status is Status.GOING and not _levelled(run):
        return None
    return _ADVICE.get(run.status)


def _levelled(run: Run) -> bool:
    """Whether nearly all that the loss fell was in the first half of the steps."""
    fall, late = run.losses[0] - run.losses[-1], run.losses[run.steps // 2] - run.losses[-1]
    return bool(abs(late) < LEVEL * abs(fall))


def reason(run: Run, court: Court) -> str:
    """The cause of a run's end in numbers; "" where there is nothing to explain."""
    goal = court.goal
    match run.status:
        case Status.LOCAL:
            return _above(run, court)
        case Status.SADDLE:
            curvatures = eigenvalues(goal, run.points[-1])
            if court.entry.maximize:  # those of the function itself
                curvatures = -curvatures[::-1]
            return f"curvature from {rounded_text(curvatures[0])} to {rounded_text(curvatures[-1])}"
        case Status.PLATEAU:
            slope = f"slope {rounded_text(run.gradient_norms[-1], 2)}"
            if not court.known:
                return (
                    f"{slope}, curvature {rounded_text(np.abs(eigenvalues(goal, run.points[-1])).min(), 2)}"
                )
            return f"{slope}, {_above(run, court)}"
        case Status.MISLED:
            exact = math.hypot(*goal.exact_gradient(run.points[-1]))
            return f"slope {rounded_text(exact)}, by differences {rounded_text(run.gradient_norms[-1], 2)}"
        case Status.OUTSIDE:
            axis = outside(run.points[-1], court.domain)[0]
            low, high = court.domain[axis]
            name = goal.variables[axis]
            return f"{name} = {run.points[-1, axis]:.4g} is not in [{low:g}, {high:g}]"
    return _against_the_edge(run) or _pace(run, court)


def outside(point: Array, domain: tuple[tuple[float, float], ...]) -> list[int]:
    """The axes along which a point is not in the domain."""
    return [i for i, (x, (low, high)) in enumerate(zip(point, domain, strict=True)) if not low <= x <= high]


def left(run: Run, domain: tuple[tuple[float, float], ...]) -> int:
    """The first of the last rows that are all outside."""
    low, high = np.array(domain).T
    inside = ((run.points >= low) & (run.points <= high)).all(axis=-1)
    return int(np.flatnonzero(inside)[-1]) + 1 if inside.any() else 0


def eigenvalues(objective: Objective, point: Array) -> Array:
    """Of the Hessian, ascending."""
    return np.asarray(np.linalg.eigvalsh(finite_hessian(objective, point)))


def finite_hessian(objective: Objective, point: Array) -> Array:
    """The Hessian, or zeros where it is undefined, which counts as flat."""
    hessian = objective.hessian(point)
    return np.where(np.isfinite(hessian).all(), hessian, 0.0)


def _above(run: Run, court: Court) -> str:
    loss, lowest, depth = float(court.goal.value(run.points[-1])), court.known[0], court.depth
    away, extreme = ("below", "maximum") if court.entry.maximize else ("above", "minimum")
    if depth and depth.loss < lowest.loss - depth.visible:
        return f"more than {rounded_text(loss - depth.loss)} {away} the loss at {point_text(depth.point)}"
    return f"{rounded_text(loss - lowest.loss)} {away} the {extreme} at {point_text(lowest.point)}"


def edge(team: Team) -> float | None:
    """The c of c/L that an optimizer says of itself; None where it does not, is clipped, or a schedule moves
    its momentum."""
    clipped = team.entry.clip_value or team.entry.clip_norm
    return None if clipped else team.optimizer.stable


def bound(run: Run, court: Court) -> Bound | None:
    """The largest stable rate at the minimum that counts for this run, where it is known."""
    if court.edge is None:
        return None
    largest = _sharpness(run, court)
    return Bound(f"{court.edge:.4g}/L", court.edge / largest) if largest > 0 else None


def _against_the_edge(run: Run) -> str:
    """A constant rate against the largest stable one."""
    rate = float(run.learning_rates[0])
    if run.bound is None or rate == 0 or (run.learning_rates != rate).any():
        return ""
    share, name = rate / run.bound.rate, run.bound.name
    if abs(share - 1) < 1e-9:
        relation = f"{rate:g} = {name}"
    elif share > 1:
        relation = f"{rate:g} > {name} = {run.bound.rate:.4g}"
    else:
        percent = "over 99%" if share > 0.995 else "under 1%" if share < 0.005 else f"{share:.0%}"
        relation = f"{rate:g} is {percent} of {name} = {run.bound.rate:.4g}"
    explains = {
        Status.DIVERGED: share > 1,
        Status.OSCILLATING: share > 1 - 1e-9,
        Status.CONVERGED: share < 1,
        Status.SLOW: share < 1,
        Status.GOING: True,
    }
    return relation if explains.get(run.status) else ""


def _sharpness(run: Run, court: Court) -> float:
    """L near the minimum that counts for this run; where none is known, of a constant Hessian, or 0."""
    goal = court.goal
    if court.known:
        seen_from = run.points[-1] if run.status is Status.CONVERGED else run.points[0]
        return min(court.known, key=lambda mark: math.dist(seen_from, mark.point)).sharpness
    somewhere = run.points[np.isfinite(run.points).all(axis=-1)][:3]
    hessians = goal.hessian(np.concatenate([somewhere, somewhere / 2, somewhere + 1]))
    quadratic = all(np.allclose(a, b, rtol=1e-9, atol=0) for a, b in pairwise(hessians))
    return float(eigenvalues(goal, somewhere[0])[-1]) if quadratic else 0.0


def _pace(run: Run, court: Court) -> str:
    """Where the rate explains nothing: what the numbers of the run themselves say."""
    if np.isnan(run.losses[-1]):
        return f"no loss at {point_text(run.points[-1])}"
    if run.status is Status.DIVERGED and np.isfinite(run.losses[:-1]).all() and run.steps:
        first, last = (rounded_text(run.losses[row], 2) for row in (0, -1))
        return f"loss {first} at the start, {last} at the end"
    left = more_steps(run, court.stop)
    return (
        f"about {rounded_text(left, 2)} more steps at this pace"
        if run.status is Status.SLOW and left < math.inf
        else ""
    )


def more_steps(run: Run, stop: Stop) -> float:
    """Until the gradient passes the stop rule, if it goes on shrinking as in the later half; else inf."""
    half = run.steps // 2
    first, last = run.gradient_norms[half], run.gradient_norms[-1]
    if not 0 < last < first or not stop.gradient_norm:
        return math.inf
    return math.log(stop.gradient_norm / last) / math.log(last / first) * (run.steps - half)
