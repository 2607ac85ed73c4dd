"""The rate of a run against the largest stable one, and how many steps it will still take."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.court import Court
from gdanim.engine.runs import Bound, Run, Status
from gdanim.engine.terrain import LEVEL, WIDE, eigenvalues

if TYPE_CHECKING:
    from gdanim.spec.sections import Stop

STEADY = 0.05  # by so much two quarters' rates of decay may differ, if the gradient shrinks at one rate
STRAIGHT = 0.98  # of a way, its ends' distance: it leads straight on
KINK = 1e-6  # of the domain's diagonal: slopes so near each other tell a kink apart
JUMP = 0.5  # of the late slopes
SLOW = 0.96  # gradient left per step, late in the run: 56 steps and more for each decimal


def bound(run: Run, court: Court) -> Bound | None:
    """The largest stable rate at the minimum that counts for this run, where it is known."""
    if court.edge is None or (run.status is Status.OSCILLATING and kink(run, court)):
        return None
    largest = _sharpness(run, court)
    return Bound(f"{court.edge:.4g}/L", court.edge / largest) if largest > 0 else None


def _sharpness(run: Run, court: Court) -> float:
    """L near the minimum that counts for a run, or of a constant Hessian; 0 where it is unknown, or flat."""
    goal, floor = court.goal, court.floor
    stayed = floor.settled and run.status is not Status.DIVERGED
    if court.known:
        seen_from = floor.point if stayed else run.points[0]
        largest = min(court.known, key=lambda mark: math.dist(seen_from, mark.point)).sharpness
    elif floor.settled:
        largest = float(eigenvalues(goal, floor.point)[-1])
    elif len(floor.point) > WIDE:
        return 0.0
    else:
        somewhere = run.points[np.isfinite(run.points).all(axis=-1)][:3]
        hessians = goal.hessian(np.concatenate([somewhere, somewhere / 2, somewhere + 1]))
        quadratic = all(np.allclose(a, b, rtol=1e-9, atol=0) for a, b in pairwise(hessians))
        return float(eigenvalues(goal, somewhere[0])[-1]) if quadratic else 0.0
    ground = court.survey.ground
    return largest if largest * ground.diagonal * ground.diagonal > LEVEL * ground.relief else 0.0


def kink(run: Run, court: Court) -> bool:
    """Whether the slope jumps at the lowest place."""
    if not court.floor.settled:
        return False
    aside = KINK * court.diagonal * np.eye(run.points.shape[1])
    with np.errstate(all="ignore"):
        ahead, back = (court.goal.exact_gradient(court.floor.point + sign * aside) for sign in (1, -1))
    jump = np.sqrt(((ahead - back) ** 2).sum(axis=-1)).max()
    return bool(jump > JUMP * np.median(run.gradient_norms[-max(run.steps // 4, 1) :]))


def constant(run: Run) -> float:
    """The rate of a run, 0 where it is not constant."""
    rate = float(run.learning_rates[0])
    return 0.0 if (run.learning_rates != rate).any() else rate


def against_the_edge(run: Run) -> str:
    """The rate against the largest stable one: a constant one, or that of a schedule which is beyond it."""
    if run.bound is None:
        return ""
    rate, name, at = constant(run), run.bound.name, ""
    if not rate:
        failed = run.status in (Status.DIVERGED, Status.OSCILLATING, Status.OUTSIDE)
        off = run.status in (Status.DIVERGED, Status.OUTSIDE)
        row = int(run.learning_rates.argmax()) if off else run.steps
        rate, at = float(run.learning_rates[row]), f" at step {row}"
        if not failed or rate <= run.bound.rate:
            return ""
    share = rate / run.bound.rate
    if abs(share - 1) < 1e-9:
        relation = f"{rate:.4g} = {name}"
    elif share > 1:
        relation = f"{rate:.4g} > {name} = {run.bound.rate:.4g}{at}"
    else:
        percent = "over 99%" if share > 0.995 else "under 1%" if share < 0.00995 else f"{share:.0%}"
        relation = f"{rate:.4g} is {percent} of {name} = {run.bound.rate:.4g}"
    explains = {
        Status.DIVERGED: share > 1,
        Status.OSCILLATING: share > 1 - 1e-9,
        Status.OUTSIDE: share > 1,
        Status.CONVERGED: share < 1,
        Status.SLOW: share < 1,
        Status.GOING: True,
    }
    return relation if explains.get(run.status) else ""


def contraction(run: Run) -> float:
    """What each step in the later half of a run leaves of the gradient, in the geometric mean."""
    half = run.steps // 2
    first, last = run.gradient_norms[half], run.gradient_norms[-1]
    return float((last / first) ** (1 / (run.steps - half))) if first > 0 and run.steps else math.nan


def pace(run: Run, stop: Stop) -> float:
    """Steps until the gradient passes the stop rule, if it shrinks on as in the later half; else inf."""
    wanted = stop.gradient_norm * (run.gradient_norms[0] if stop.relative else 1.0)
    left = contraction(run)
    if not 0 < left < 1 or not wanted:
        return math.inf
    return math.log(wanted / run.gradient_norms[-1]) / math.log(left)


def forecast(run: Run, court: Court) -> float:
    """Steps to the stop rule if the gradient shrinks at one rate, to the minimum if straight; else inf."""
    quarter = run.steps // 4
    if quarter < 2 or not constant(run):
        return math.inf
    rows = [-1 - 2 * quarter, -1 - quarter, -1]
    norms, moves = run.gradient_norms[rows], np.diff(run.points[rows], axis=0)
    ways = np.sqrt((moves * moves).sum(axis=-1))
    steady = abs(ways[0] - ways[1]) <= STEADY * ways[0]
    if (np.diff(norms) < 0).all() and norms[-1] > 0:
        third, fourth = np.log(norms[:-1] / norms[1:])
        shortened = math.log(ways[0] / ways[1]) if ways.all() else math.inf
        if abs(third - fourth) <= STEADY * third and not (steady and shortened < 0.5 * third):
            return pace(run, court.stop)
    path = np.sqrt((np.diff(run.points[rows[0] :], axis=0) ** 2).sum(axis=-1)).sum()
    straight = math.dist(run.points[rows[0]], run.points[-1]) >= STRAIGHT * path
    if court.floor.settled and straight and steady:
        away = court.floor.point - run.points[-1]
        with np.errstate(all="ignore"):
            each = np.where(away == 0, 0.0, away / moves[1])
        return float(each.max()) * quarter if (each >= 0).all() else math.inf
    return math.inf
