"""How a ball ended, judged from its trajectory: a status, a few words, and the cause in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine import causes
from gdanim.engine.causes import Court, Landmark, eigenvalues, finite_hessian
from gdanim.engine.elsewhere import Depth, deepest, lower
from gdanim.engine.ending import Ending, Manner
from gdanim.engine.problem import Negated
from gdanim.engine.runs import Array, Objective, Point, Run, Status
from gdanim.formula import point_text

if TYPE_CHECKING:
    from gdanim.engine.balls import Cast, Team
    from gdanim.spec.sections import Stop

NEAR = 1e-2  # of the domain's diagonal: this close to a listed minimum may be there
FLAT = 1e-9  # an eigenvalue of the Hessian below this share of the largest one is zero,
FLAT_SLOPE = 1e-6  # and so is one that over the distance NEAR gives less slope than this
HIGHER = 1e-6  # by more than this share of the lowest loss known (or of 1), a minimum is a local one
SLOW = 0.96  # gradient left per step, late in the run: 56 steps and more for each decimal
DAMPED = 0.9  # the same bound for a run that turns back at most steps
REVERSALS = 0.5  # share of late steps that turn back in a run that oscillates
SHORT = 20  # steps; so few tell nothing of where a run that does not end is going
TINY = 1e-6  # of the domain's diagonal: moves below are rounding at rest


def at_rest(objective: Objective, point: Point | Array, diagonal: float, slope: float = FLAT_SLOPE) -> Status:
    """What a ball is that came to rest at ``point``: converged, on a saddle (or a top), or on a plateau.

    A plateau is where no eigenvalue of the Hessian could make the gradient as large as ``slope``, at most
    the default, within the distance NEAR: a stop rule for the gradient cannot tell it from a minimum.
    """
    point = np.asarray(point, dtype=float)
    if _misled(objective, point, diagonal):
        return Status.MISLED
    if reached(objective, point, diagonal):
        return Status.CONVERGED
    curvatures = eigenvalues(objective, point)
    zero = max(FLAT * np.abs(curvatures).max(), min(slope or FLAT_SLOPE, FLAT_SLOPE) / (NEAR * diagonal))
    if (curvatures > zero).all():
        return Status.CONVERGED
    saddle = (curvatures < -zero).any() or _nearest(point, objective.saddles, diagonal)
    return Status.SADDLE if saddle else Status.PLATEAU


def _misled(objective: Objective, point: Array, diagonal: float) -> bool:
    """Whether the gradient that stopped the ball, by differences, hides a slope to follow beyond NEAR.

    How far a slope leads is told by Newton's step, with no curvature taken for less than a flat one.
    """
    if objective.slopes is None:
        return False
    hidden = objective.exact_gradient(point) - objective.gradient(point)
    curvatures, directions = np.linalg.eigh(finite_hessian(objective, point))
    along = (directions.T * hidden).sum(axis=-1)
    step = along / np.maximum(np.abs(curvatures), FLAT_SLOPE / (NEAR * diagonal))
    return math.hypot(*step) > NEAR * diagonal


def reached(objective: Objective, point: Array, diagonal: float) -> Point | None:
    """The listed minimum that is near, with no ridge before it."""
    nearest = _nearest(point, objective.minima, diagonal)
    return None if nearest is None or _ridge(objective, point, np.array(nearest)) else nearest


def _nearest(point: Array, places: Sequence[Point], diagonal: float) -> Point | None:
    """The nearest of some places, if that is near."""
    away = [math.dist(point, place) for place in places]
    return places[int(np.argmin(away))] if away and min(away) <= NEAR * diagonal else None


def _ridge(objective: Objective, a: Array, b: Array) -> bool:
    """Whether the loss rises above both ends on the straight way between."""
    losses = objective.value(a + np.linspace(0, 1, 33)[:, None] * (b - a))
    ends = max(losses[0], losses[-1])
    return bool((losses > ends + 1e-9 * max(1.0, abs(ends))).any())


def judged(runs: Sequence[Run], teams: Sequence[Team], act: Cast, stop: Stop) -> list[Run]:
    """The runs of an act with status, ending, reason and the minimum reached; ``teams``: that of each."""
    known: dict[bool, list[Landmark]] = {}
    depths: dict[bool, Depth | None] = {}
    for climbs in {team.entry.maximize for team in teams}:
        found = [run for run, team in zip(runs, teams, strict=True) if team.entry.maximize is climbs]
        goal = _goal(act.objective, climbs)
        known[climbs] = _landmarks(goal, found, act.diagonal)
        rests = any(run.status is Status.CONVERGED for run in found)
        depths[climbs] = deepest(act.objective, climbs, act.domain, runs) if rests else None
    courts = {
        id(team): Court(
            team.entry,
            _goal(act.objective, team.entry.maximize),
            act.domain,
            act.diagonal,
            stop,
            known[team.entry.maximize],
            causes.edge(team),
            depths[team.entry.maximize],
        )
        for team in teams
    }
    return [_judged(run, courts[id(team)]) for run, team in zip(runs, teams, strict=True)]


def _goal(objective: Objective, climbs: bool) -> Objective:
    return Negated(objective) if climbs else objective


def _landmarks(goal: Objective, runs: Sequence[Run], diagonal: float) -> list[Landmark]:
    """The minima a function lists; where it lists none, those that any ball has found. The lowest first."""
    points = list(goal.minima)
    if not points:
        for run in runs:
            end = run.points[-1]
            if run.status is Status.CONVERGED and all(math.dist(end, p) > NEAR * diagonal for p in points):
                points.append(tuple(end.tolist()))
    places = [np.array(point) for point in points]
    return sorted(
        Landmark(float(goal.value(place)), point, float(eigenvalues(goal, place)[-1]))
        for place, point in zip(places, points, strict=True)
    )


def _judged(run: Run, court: Court) -> Run:
    minimum = None
    if run.status is Status.CONVERGED:
        minimum = reached(court.goal, run.points[-1], court.diagonal)
        status = _or_local(run, minimum, court)
    elif run.status is Status.GOING and run.steps >= SHORT and _moved(run):
        status = _whereto(run, court)
    else:
        status = run.status
    run = replace(run, status=status, minimum=minimum)
    run = replace(run, bound=causes.bound(run, court))
    return replace(run, ending=ending(run, court), reason=causes.reason(run, court))


def _or_local(run: Run, minimum: Point | None, court: Court) -> Status:
    """Whether a converged ball is as low as can be, as far as is known."""
    if not court.known:
        return Status.CONVERGED
    if court.depth and lower(
        court.goal, run.points[-1], court.depth, finite_hessian(court.goal, run.points[-1])
    ):
        return Status.LOCAL
    lowest = court.known[0]
    loss = float(court.goal.value(np.array(minimum or run.points[-1])))
    higher = loss - lowest.loss > HIGHER * max(1.0, abs(lowest.loss))
    elsewhere = higher and (minimum or _ridge(court.goal, run.points[-1], np.array(lowest.point)))
    return Status.LOCAL if elsewhere else Status.CONVERGED


def _whereto(run: Run, court: Court) -> Status:
    """What a ball was about when its steps ended."""
    if causes.outside(run.points[-1], court.domain):
        return Status.OUTSIDE
    half, last = run.steps // 2, run.steps * 3 // 4
    losses = -run.losses if court.entry.maximize else run.losses
    if _reversals(run.points[half:]) > REVERSALS:
        best = losses[:last].min()
        stands = losses[last:].min() >= best - 1e-9 * max(1.0, abs(best))
        moves = np.linalg.norm(np.diff(run.points[half:], axis=0), axis=-1)
        return Status.OSCILLATING if stands and moves.max() > TINY * court.diagonal else Status.GOING
    descends = (np.diff(losses[half:]) <= 0).all() and losses[-1] < losses[half]
    return Status.SLOW if descends and causes.more_steps(run, court.stop) > run.steps else Status.GOING


def _moved(run: Run) -> bool:
    return bool((run.points != run.points[0]).any())


def _reversals(points: Array) -> float:
    """The share of steps that turn back against the one before."""
    moves = np.diff(points, axis=0)
    return float(np.mean(np.sum(moves[1:] * moves[:-1], axis=-1) < 0))


def ending(run: Run, court: Court) -> Ending:
    """How a run whose status is known ended."""
    match run.status:
        case Status.CONVERGED:
            return _converged(run, court)
        case Status.LOCAL:
            return Ending(f"local {'maximum' if court.entry.maximize else 'minimum'}", run.steps, "at")
        case Status.OSCILLATING:
            return Ending("bounces about" if _bounces(run) else "oscillates between two points", run.steps)
        case Status.DIVERGED:
            return Ending("undefined" if np.isnan(run.losses[-1]) else "diverged", run.steps, "at")
        case Status.SADDLE:
            if saddle := _nearest(run.points[-1], court.goal.saddles, court.diagonal):
                return Ending(f"rests on the saddle at {point_text(saddle)}", run.steps)
            top = (eigenvalues(court.goal, run.points[-1]) < 0).all()
            extreme = "minimum" if court.entry.maximize else "maximum"
            return Ending(f"rests on a {extreme if top else 'saddle'}", run.steps)
        case Status.PLATEAU:
            return Ending("stuck on a plateau", run.steps)
        case Status.MISLED:
            return Ending("misled", run.steps, "at")
        case Status.OUTSIDE:
            return Ending("left the domain", causes.left(run, court.domain), "at")
        case Status.SLOW:
            return Ending("too slow", run.steps, "for")
    if not _moved(run):
        return Ending("never moves", run.steps, "in")
    return Ending("still going", run.steps, "after")


def _bounces(run: Run) -> bool:
    """Whether an oscillating run does more than going back and forth between two points."""
    here, before, there = run.points[-1], run.points[-2], run.points[-3]
    return math.dist(here, there) > 1e-3 * math.dist(here, before)


def _converged(run: Run, court: Court) -> Ending:
    """Plain, slowly, or after oscillating: by contraction and turns in the later half of the run.

    The contraction per step is the geometric mean of the ratios of successive gradient norms. Of several
    minima it says which.
    """
    half = run.steps // 2
    first, last = run.gradient_norms[half], run.gradient_norms[-1]
    manner = Manner.PLAIN
    if run.steps >= 4 and 0 < last < first:
        contraction = (last / first) ** (1 / (run.steps - half))
        if contraction > DAMPED and _reversals(run.points[half:]) > REVERSALS:
            manner = Manner.OSCILLATING
        elif contraction > SLOW:
            manner = Manner.SLOWLY
    where = f" to {point_text(run.minimum, 3)}" if run.minimum and len(court.goal.minima) > 1 else ""
    away = bool(causes.outside(run.points[-1], court.domain))
    return Ending(f"{manner}{where}", run.steps, "at", outside=away, manner=manner)
