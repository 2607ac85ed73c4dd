"""Why a ball ended as it did, in numbers, and what to do about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gdanim.engine.solution import Array, Objective, Point, Run, Status
from gdanim.registry import optimizers

if TYPE_CHECKING:
    from gdanim.entries import OptimizerEntry
    from gdanim.spec import Stop


@dataclass(frozen=True)
class Case:
    """A run with what it is judged by."""

    run: Run
    entry: OptimizerEntry
    goal: Objective  # what it descends: the objective, negated if it climbs
    domain: tuple[tuple[float, float], ...]
    stop: Stop
    known: list[tuple[float, Point]]  # minima listed, or found by any ball, with their losses; lowest first


class Advice(NamedTuple):
    """What one sees, what it means, what to do."""

    symptom: str
    diagnosis: str
    action: str


_ADVICE = {
    Status.DIVERGED: Advice("loss explodes", "learning rate too high", "reduce it by 10x, or clip gradients"),
    Status.OSCILLATING: Advice("loss oscillates wildly", "learning rate too high", "reduce it by 2-5x"),
    Status.SLOW: Advice("loss decreases very slowly", "learning rate too low", "increase it by 2-5x"),
    Status.GOING: Advice(
        "loss decreases, then stays", "learning rate might be good", "try a learning rate schedule"
    ),
    Status.LOCAL: Advice(
        "loss settles above the lowest known", "local minimum", "momentum, noise, or other starts"
    ),
    Status.SADDLE: Advice("gradient zero, but no minimum", "saddle point", "adam or momentum, or some noise"),
    Status.PLATEAU: Advice(
        "gradient nearly zero everywhere around", "vanishing gradient", "another start, or another scale"
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
        if run.verdict.startswith("oscillated"):
            return _ADVICE[Status.OSCILLATING]
        return _ADVICE[Status.SLOW] if run.verdict.startswith("converged slowly") else None
    return _ADVICE.get(run.status)


def reason(case: Case) -> str:
    """The cause of a run's end in numbers; "" where there is nothing to explain."""
    run, goal = case.run, case.goal
    match run.status:
        case Status.LOCAL:
            lowest, where = case.known[0]
            return f"{abs(goal.value(run.points[-1]) - lowest):.3g} above the minimum at {_place(where)}"
        case Status.SADDLE:
            curvatures = eigenvalues(goal, run.points[-1])
            return f"curvature from {curvatures[0]:.3g} to {curvatures[-1]:.3g}"
        case Status.PLATEAU:
            flattest = np.abs(eigenvalues(goal, run.points[-1])).max()
            return f"slope {run.gradient_norms[-1]:.2g}, curvature {flattest:.2g}"
        case Status.OUTSIDE:
            axis = outside(run.points[-1], case.domain)[0]
            low, high = case.domain[axis]
            name = goal.variables[axis]
            return f"{name} = {run.points[-1, axis]:.4g} is not in [{low:g}, {high:g}]"
    return _against_the_edge(case) or _pace(case)


def outside(point: Array, domain: tuple[tuple[float, float], ...]) -> list[int]:
    """The axes along which a point is not in the domain."""
    return [i for i, (x, (low, high)) in enumerate(zip(point, domain, strict=True)) if not low <= x <= high]


def left(run: Run, domain: tuple[tuple[float, float], ...]) -> int:
    """The first of the last rows that are all outside."""
    low, high = np.array(domain).T
    inside = ((run.points >= low) & (run.points <= high)).all(axis=-1)
    return int(np.flatnonzero(inside)[-1]) + 1 if inside.any() else 0


def eigenvalues(objective: Objective, point: Array) -> Array:
    """Of the Hessian, ascending; zeros where it is undefined, which counts as flat."""
    hessian = objective.hessian(point)
    return np.asarray(np.linalg.eigvalsh(np.where(np.isfinite(hessian).all(), hessian, 0.0)))


def _place(point: Point) -> str:
    return f"({', '.join(f'{x:.4g}' for x in point)})"


def edge(entry: OptimizerEntry) -> float:
    """The c of c/L, the largest rate that is stable where the largest curvature is L; nan where unknown.

    2 for gradient descent, 2 (1 + m) with momentum m, 2 (1 + m) / (1 + 2 m) with Nesterov's. Source:
    Y. Nesterov, Introductory Lectures on Convex Optimization (2004), section 2.1.5; B. Polyak (1964);
    the roots of z^2 - (1 + m)(1 - r) z + m (1 - r), r the rate times the curvature, for Nesterov's.
    """
    if entry.name not in ("sgd", "momentum", "nesterov"):
        return math.nan
    defaults = {key: given.default for key, given in optimizers.parameters(entry.name).items()}
    settings = defaults | entry.parameters
    if settings["weight_decay"] or settings.get("dampening") or entry.clip_value or entry.clip_norm:
        return math.nan
    momentum = float(settings["momentum"])
    ahead = entry.name == "nesterov" or settings.get("nesterov")
    return 2 * (1 + momentum) / (1 + 2 * momentum if ahead else 1)


def _against_the_edge(case: Case) -> str:
    """A constant rate against the largest stable one at the minimum that counts for this run."""
    run, edge_share = case.run, edge(case.entry)
    rate = float(run.learning_rates[0])
    if math.isnan(edge_share) or rate == 0 or (run.learning_rates != rate).any():
        return ""
    largest = _sharpness(case)
    if not largest > 0:
        return ""
    share, edge_name = rate * largest / edge_share, f"{edge_share:.4g}/L"
    bound = f"{edge_name} = {edge_share / largest:.4g}"
    if abs(share - 1) < 1e-9:
        relation = f"{rate:g} = {edge_name}"
    elif share > 1:
        relation = f"{rate:g} > {bound}"
    else:
        percent = "over 99%" if share > 0.995 else "under 1%" if share < 0.005 else f"{share:.0%}"
        relation = f"{rate:g} is {percent} of {bound}"
    explains = {
        Status.DIVERGED: share > 1,
        Status.OSCILLATING: share > 1 - 1e-9,
        Status.CONVERGED: share < 1,
        Status.SLOW: share < 1,
        Status.GOING: True,
    }
    return relation if explains.get(run.status) else ""


def _sharpness(case: Case) -> float:
    """L near the minimum that counts for this run; where none is known, of a constant Hessian, or 0."""
    run, goal = case.run, case.goal
    if case.known:
        seen_from = run.points[-1] if run.status is Status.CONVERGED else run.points[0]
        nearest = min(
            (point for _, point in case.known), key=lambda point: float(np.linalg.norm(seen_from - point))
        )
        return float(eigenvalues(goal, np.array(nearest))[-1])
    somewhere = run.points[np.isfinite(run.points).all(axis=-1)][:3]
    hessians = goal.hessian(np.concatenate([somewhere, somewhere / 2, somewhere + 1]))
    quadratic = all(np.allclose(a, b, rtol=1e-9, atol=0) for a, b in pairwise(hessians))
    return float(eigenvalues(goal, somewhere[0])[-1]) if quadratic else 0.0


def _pace(case: Case) -> str:
    """Where the rate explains nothing: what the numbers of the run themselves say."""
    run = case.run
    if run.status is Status.DIVERGED and np.isfinite(run.losses[:-1]).all() and run.steps:
        return f"loss {run.losses[0]:.2g} at the start, {run.losses[-1]:.2g} at the end"
    left = more_steps(case)
    return (
        f"about {left:.2g} more steps at this pace" if run.status is Status.SLOW and left < math.inf else ""
    )


def more_steps(case: Case) -> float:
    """Until the gradient passes the stop rule, if it goes on shrinking as in the later half; else inf."""
    run, half = case.run, case.run.steps // 2
    first, last = run.gradient_norms[half], run.gradient_norms[-1]
    if not 0 < last < first or not case.stop.gradient_norm:
        return math.inf
    return math.log(case.stop.gradient_norm / last) / math.log(last / first) * (run.steps - half)
