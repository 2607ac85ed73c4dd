"""How a ball ended, judged from its trajectory: a status, a few words, and the cause in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from gdanim.engine.optimizers import Optimizer
from gdanim.engine.solution import Array, Objective, Point, Run, Status

NEAR = 1e-2  # of the domain's diagonal: this close to a listed minimum is there
FLAT = 1e-9  # an eigenvalue of the Hessian below this share of the largest one is zero
SLOW = 0.96  # gradient left per step, late in the run: 56 steps and more for each decimal
DAMPED = 0.9  # the same bound for a run that turns back at most steps
REVERSALS = 0.5  # share of late steps that turn back in a run that oscillates


def at_rest(objective: Objective, point: Point | Array, diagonal: float) -> Status:
    """What a ball is that came to rest at ``point``: converged, on a saddle (or a top), or on a plateau."""
    point = np.asarray(point, dtype=float)
    if any(np.linalg.norm(point - minimum) <= NEAR * diagonal for minimum in objective.minima):
        return Status.CONVERGED
    curvatures = eigenvalues(objective, point)
    zero = FLAT * np.abs(curvatures).max()
    if (curvatures > zero).all():
        return Status.CONVERGED
    return Status.SADDLE if (curvatures < -zero).any() else Status.PLATEAU


def eigenvalues(objective: Objective, point: Array) -> Array:
    """Of the Hessian, ascending; zeros where it is undefined, which counts as flat."""
    hessian = objective.hessian(point)
    return np.asarray(np.linalg.eigvalsh(np.where(np.isfinite(hessian).all(), hessian, 0.0)))


def words(run: Run, objective: Objective) -> str:
    """The verdict on a run whose status is known."""
    match run.status:
        case Status.CONVERGED:
            return _converged(run)
        case Status.OSCILLATING:
            return "oscillates between two points"
        case Status.DIVERGED:
            undefined = np.isnan(run.losses[-1])
            return f"{'undefined' if undefined else 'diverged'} at step {run.steps}"
        case Status.SADDLE:
            top = (eigenvalues(objective, run.points[-1]) < 0).all()
            return "rests on a maximum" if top else "rests on a saddle"
        case Status.PLATEAU:
            return "stuck on a plateau"
    moved = (run.points != run.points[0]).any()
    return f"still going after {run.steps} steps" if moved else f"never moves in {run.steps} steps"


def _converged(run: Run) -> str:
    """Plain, slowly, or after oscillating: by contraction and turns in the later half of the run.

    The contraction per step is the geometric mean of the ratios of successive gradient norms.
    """
    plain = f"converged at step {run.steps}"
    half = run.steps // 2
    first, last = run.gradient_norms[half], run.gradient_norms[-1]
    if run.steps < 4 or not 0 < last < first:
        return plain
    contraction = (last / first) ** (1 / (run.steps - half))
    moves = np.diff(run.points[half:], axis=0)
    reversals = np.mean(np.sum(moves[1:] * moves[:-1], axis=-1) < 0)
    if contraction > DAMPED and reversals > REVERSALS:
        return f"oscillated, {plain}"
    return f"converged slowly at step {run.steps}" if contraction > SLOW else plain


def reason(run: Run, optimizer: Optimizer, objective: Objective, minima: Sequence[Point]) -> str:
    """The rate of plain gradient descent against 2/L, the largest that is stable at a minimum.

    L is the largest eigenvalue of the Hessian at the nearest of ``minima`` (listed, or reached by some
    ball); where there are none, of a Hessian that is the same everywhere. "" where this explains nothing.
    Source: Y. Nesterov, Introductory Lectures on Convex Optimization (2004), section 2.1.5.
    """
    settings = optimizer.hyperparameters
    plain = optimizer.name == "sgd" and not settings["momentum"] and not settings["weight_decay"]
    rate = float(run.learning_rates[0])
    if not plain or rate == 0 or (run.learning_rates != rate).any():
        return ""
    largest = _sharpness(run, objective, minima)
    if not largest > 0:
        return ""
    share, bound = rate * largest / 2, f"2/L = {2 / largest:.4g}"
    if abs(share - 1) < 1e-9:
        relation = f"{rate:g} = 2/L"
    elif share > 1:
        relation = f"{rate:g} > {bound}"
    else:
        percent = "over 99%" if share > 0.995 else "under 1%" if share < 0.005 else f"{share:.0%}"
        relation = f"{rate:g} is {percent} of {bound}"
    explains = {
        Status.DIVERGED: share > 1,
        Status.OSCILLATING: share > 1 - 1e-9,
        Status.CONVERGED: share < 1,
        Status.GOING: True,
    }
    return relation if explains.get(run.status) else ""


def _sharpness(run: Run, objective: Objective, minima: Sequence[Point]) -> float:
    """L near the minimum that counts for this run; 0 where it is unknown."""
    if minima:
        seen_from = run.points[-1] if run.status is Status.CONVERGED else run.points[0]
        nearest = min(minima, key=lambda minimum: float(np.linalg.norm(seen_from - minimum)))
        return float(eigenvalues(objective, np.array(nearest))[-1])
    somewhere = run.points[np.isfinite(run.points).all(axis=-1)][:3]
    hessians = objective.hessian(np.concatenate([somewhere, somewhere / 2, somewhere + 1]))
    quadratic = all(np.allclose(a, b, rtol=1e-9, atol=0) for a, b in pairwise(hessians))
    return float(eigenvalues(objective, somewhere[0])[-1]) if quadratic else 0.0
