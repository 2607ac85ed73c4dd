"""The words for how a run ended whose status is known."""

from __future__ import annotations

import math

import numpy as np

from gdanim.engine import causes, edge
from gdanim.engine.court import NEAR, Court
from gdanim.engine.ending import Ending, Hold, Manner
from gdanim.engine.runs import Array, Run, Status
from gdanim.engine.terrain import Lie, lie, nearest, sharpest
from gdanim.formula import point_text

DAMPED = 0.9  # the same bound for a run that turns back at most steps
REVERSALS = 0.5  # share of late steps that turn back in a run that oscillates
SHORT = 20  # steps; so few tell nothing of where a run that does not end is going
WIDER = 1.5  # times the height above the minimum: it swings ever wider


def ending(run: Run, court: Court, hold: Hold | None) -> Ending:
    """How a run whose status is known ended."""
    extreme, other = ("maximum", "minimum") if court.entry.maximize else ("minimum", "maximum")
    match run.status:
        case Status.CONVERGED:
            return _converged(run, court)
        case Status.LOCAL:
            if not court.ruled:
                return Ending(f"rests at a local {extreme}", run.steps)
            return Ending(f"local {extreme}", run.steps, "at")
        case Status.OSCILLATING:
            return Ending(_swing(run, court), run.steps)
        case Status.DIVERGED | Status.UNDEFINED | Status.MISLED:
            return Ending(str(run.status), run.steps, "at")
        case Status.ENDLESS:
            return Ending("climbs for ever" if court.entry.maximize else "falls for ever", run.steps)
        case Status.SADDLE:
            if saddle := nearest(run.points[-1], court.goal.saddles, NEAR * court.diagonal):
                return Ending(f"rests on the saddle at {point_text(saddle)}", run.steps)
            found = lie(court.goal, run.points[-1], court.survey.ground, sharpest(court.goal, run.points))
            where = "at an inflection" if found is Lie.INFLECTION else "on a saddle"
            return Ending(f"rests {where}", run.steps)
        case Status.MAXIMUM:
            return Ending(f"rests on a {other}", run.steps)
        case Status.PLATEAU:
            level = "stuck on a plateau" if court.survey.ground.relief > 0 else "nothing to descend"
            return Ending(level, run.steps)
        case Status.OUTSIDE:
            return Ending("left the domain", causes.left(run, court.domain), "at")
        case Status.SLOW:
            return Ending("too slow", run.steps, "for")
        case Status.HELD:
            return _held(run, hold, court)
    near = run.steps >= SHORT and causes.near(run, court)
    return Ending("nearly there" if near else "still going", run.steps, "after")


def _held(run: Run, hold: Hold | None, court: Court) -> Ending:
    match hold:
        case Hold.ZERO:
            return Ending("never moves", run.steps, "in", hold=hold)
        case Hold.RULE:
            return Ending("stopped by the rule", run.steps, "at", hold=hold)
        case Hold.NOISE:
            return Ending("hovers in the noise", run.steps, hold=hold)
        case Hold.JITTER:
            extreme = "maximum" if court.entry.maximize else "minimum"
            which = f"a local {extreme}" if court.lowest is Status.LOCAL else f"the {extreme}"
            return Ending(f"jitters at {which}", run.steps, hold=hold)
    return Ending("stands still", run.steps, hold=hold)


def _swing(run: Run, court: Court) -> str:
    """How a ball oscillates: between two points, about, or ever wider."""
    here, before, there = run.points[-1], run.points[-2], run.points[-3]
    if math.dist(here, there) <= 1e-3 * math.dist(here, before):
        return "oscillates between two points"
    losses = court.descended(run) - court.floor.loss
    quarter = max(run.steps // 4, 1)
    grows = losses[-quarter:].mean() > WIDER * losses[-2 * quarter : -quarter].mean()
    return "swings ever wider" if grows else "bounces about"


def _converged(run: Run, court: Court) -> Ending:
    """Plain, slowly, or after oscillating: by contraction and turns in the later half of the run.

    The contraction per step is the geometric mean of the ratios of successive gradient norms. Of several
    minima it says which.
    """
    where = f" to {point_text(run.minimum, 3)}" if run.minimum and len(court.goal.minima) > 1 else ""
    away = bool(causes.outside(run.points[-1], court.domain))
    if not court.ruled:
        extreme = "maximum" if court.entry.maximize else "minimum"
        return Ending(f"rests at the {extreme}", run.steps, outside=away)
    left = edge.contraction(run)
    manner = Manner.PLAIN
    if run.steps >= 4 and 0 < left < 1:
        if left > DAMPED and reversals(run.points[run.steps // 2 :]) > REVERSALS:
            manner = Manner.OSCILLATING
        elif left > edge.SLOW:
            manner = Manner.SLOWLY
    what = f"{Manner.PLAIN}{where}" if where else str(manner)
    return Ending(what, run.steps, "at", outside=away, manner=manner)


def reversals(points: Array) -> float:
    """The share of steps that turn back against the one before."""
    moves = np.diff(points, axis=0)
    return float(np.mean(np.sum(moves[1:] * moves[:-1], axis=-1) < 0))
