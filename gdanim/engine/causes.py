"""Why a ball ended as it did, in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.court import Court, nearly
from gdanim.engine.edge import against_the_edge, constant, forecast, kink
from gdanim.engine.ending import Hold, Manner
from gdanim.engine.runs import Array, Run, Status
from gdanim.engine.terrain import WIDE, Lie, eigenvalues, falls_for_ever, finite_hessian, lie, ridge
from gdanim.formula import point_text, rounded_text

if TYPE_CHECKING:
    pass

GOOD = 0.4  # of the largest stable rate, and more: a slow ball wants something else than a larger one
FLUNG = 0.25  # widths of the domain: so far outside is out of sight
RISEN = 0.1  # of the relief: a step that rises so much has thrown the ball
ILL = 10.0  # of a condition number: curvatures so different slow a ball down
LONG = 38  # characters: so much room is beside a legend's reason
SAME = 1e-6  # of the way down: so little is none
ALONG = 0.5  # the cosine between a ball's way and one along which the loss falls for ever


def reason(run: Run, court: Court) -> str:
    """The cause of a run's end in numbers; "" where there is nothing to explain."""
    goal = court.goal
    match run.status:
        case Status.CONVERGED:
            return _converged(run, court)
        case Status.LOCAL:
            return _above(run, court)
        case Status.SADDLE | Status.MAXIMUM:
            curvatures = eigenvalues(goal, run.points[-1])
            if court.entry.maximize:  # those of the function itself
                curvatures = -curvatures[::-1]
            low, high = rounded_text(curvatures[0]), rounded_text(curvatures[-1])
            return f"curvature {low}" if low == high else f"curvature from {low} to {high}"
        case Status.PLATEAU:
            if court.survey.ground.relief <= 0:
                return "the loss is the same everywhere"
            slope, above = rounded_text(run.gradient_norms[-1], 2), _above(run, court)
            return f"slope {slope}, {above}" if len(slope) + len(above) < LONG else above
        case Status.MISLED:
            exact = math.hypot(*goal.exact_gradient(run.points[-1]))
            return f"slope {rounded_text(exact)}, by differences {rounded_text(run.gradient_norms[-1], 2)}"
        case Status.ENDLESS:
            return _endless(run, court)
        case Status.UNDEFINED:
            what = "loss" if np.isnan(run.losses[-1]) else "slope"
            return f"no {what} at {point_text(run.points[-1], 3)}"
        case Status.OUTSIDE:
            return _outside(run, court)
        case Status.HELD:
            return _held(run, court)
        case Status.DIVERGED:
            return against_the_edge(run) or _thrown(run, court)
        case Status.OSCILLATING:
            return against_the_edge(run) or _unsettled(run, court)
    return against_the_edge(run) or _pace(run, court) or _on_a_ridge(run, court)


def height(run: Run, court: Court) -> float:
    """How far above the lowest place of its valley the loss of a ball is, late in the run."""
    late = run.losses[-max(run.steps // 4, 1) :]
    loss = float(np.median(-late if court.entry.maximize else late))
    return max(loss - court.floor.loss, 0.0)


def near(run: Run, court: Court) -> bool:
    """Whether a ball is nearly at a minimum."""
    losses = court.descended(run)
    if not nearly(court.floor, losses, court.diagonal):
        return False
    return lie(court.goal, court.floor.point, court.survey.ground) is Lie.MINIMUM


def endless(run: Run, court: Court) -> bool:
    """Whether the loss falls on and on where the ball goes; a level one must be the lowest known."""
    floor, ground = court.floor, court.survey.ground
    level = floor.falls <= SAME * ground.relief
    if floor.settled or (level and floor.loss > ground.lowest + SAME * ground.relief):
        return False
    went = run.points[-1] - run.points[-1 - max(run.steps // 4, 1)]
    way = floor.point - floor.begun
    if (went * way).sum() < ALONG * math.hypot(*went) * math.hypot(*way):
        return False
    return falls_for_ever(court.goal, floor.begun, floor.point, court.diagonal)


def outside(point: Array, domain: tuple[tuple[float, float], ...]) -> list[int]:
    """The axes along which a point is not in the domain."""
    return [i for i, (x, (low, high)) in enumerate(zip(point, domain, strict=True)) if not low <= x <= high]


def left(run: Run, domain: tuple[tuple[float, float], ...]) -> int:
    """The first of the last rows that are all outside."""
    low, high = np.array(domain).T
    inside = ((run.points >= low) & (run.points <= high)).all(axis=-1)
    return int(np.flatnonzero(inside)[-1]) + 1 if inside.any() else 0


def _converged(run: Run, court: Court) -> str:
    if not court.ruled and court.team.optimizer.halts and (run.points[-1] == run.points[-2]).all():
        return court.team.optimizer.halts
    if thrown := _thrown_out(run, court):
        return thrown
    share = run.bound and constant(run) / run.bound.rate
    if run.ending.manner is Manner.SLOWLY and share and share >= GOOD:
        return _condition(court) or against_the_edge(run)
    return against_the_edge(run)


def _thrown_out(run: Run, court: Court) -> str:
    """Where a ball was at its farthest, if one step took it up and out of sight before it came back."""
    low, high = np.array(court.domain).T
    losses = court.descended(run)
    beyond = np.maximum(low - run.points, run.points - high)
    beyond = np.where(beyond > 0, beyond / (high - low), 0.0).max(axis=-1)
    row = int(beyond.argmax())
    risen = float(losses[row] - losses[row - 1]) if row else 0.0
    if beyond[row] < FLUNG or risen < RISEN * court.survey.ground.relief:
        return ""
    return f"thrown out to {point_text(run.points[row], 2)} at step {row}"


def among(steps: int, others: Sequence[int]) -> str:
    """How a ball did among those that converged from the same start, by their steps."""
    best = min(others)
    if steps == best:
        return f"the fewest steps of the {len(others)} that converged" if others.count(best) == 1 else ""
    if best == 0 or steps >= 2 * best:
        return f"{steps / best:.2g} times the steps of the best" if best else ""
    return f"{max(round(100 * (steps / best - 1)), 1)}% slower than the best"


def _condition(court: Court) -> str:
    """How ill-conditioned the minimum is, where that slows a ball down."""
    curvatures = eigenvalues(court.goal, court.floor.point)
    ratio = curvatures[-1] / curvatures[0] if curvatures[0] > 0 else math.inf
    if not ILL <= ratio < math.inf:
        return ""
    return f"ill-conditioned: steep {rounded_text(ratio, 2)} times flat"


def _above(run: Run, court: Court) -> str:
    loss, depth = float(court.goal.value(run.points[-1])), court.survey.depth
    away, extreme = ("below", "maximum") if court.entry.maximize else ("above", "minimum")
    if court.known and not (depth and depth.loss < court.known[0].loss - depth.visible):
        lowest = court.known[0]
        return f"{rounded_text(loss - lowest.loss)} {away} the {extreme} at {point_text(lowest.point)}"
    if depth and depth.loss < loss:
        told = f"more than {rounded_text(loss - depth.loss)} {away} the loss at "
        digits = 3 if len(told) + len(point_text(depth.point, 3)) <= LONG + 6 else 2
        return told + point_text(depth.point, digits)
    return f"{rounded_text(loss - court.survey.ground.lowest)} {away} the lowest"


def _endless(run: Run, court: Court) -> str:
    """Whether the loss falls to a bound, or without one."""
    extreme, floor = "maximum" if court.entry.maximize else "minimum", court.floor
    if np.isinf(run.losses[-1]):
        return f"no {extreme}: the loss has no bound there"
    end, way = floor.point, floor.point - floor.begun
    if floor.settled or not way.any():  # it was thrown out of the valley that it began in
        end, way = run.points[-1], run.points[-1] - run.points[-2]
    with np.errstate(all="ignore"):
        losses = court.goal.value(end + np.array([0.0, 1e3, 1e6, 1e9])[:, None] * way)
    losses = losses[~np.isnan(losses)]
    if len(losses) < 3 or losses[-1] > losses[0]:
        return f"no {extreme} on its way"
    if not _levels(losses):
        return f"no {extreme}: the loss has no bound there"
    limit = float(-losses[-1] if court.entry.maximize else losses[-1])
    limit = 0.0 if abs(limit) <= SAME * court.survey.ground.relief else limit
    return f"no {extreme}: the loss only nears {rounded_text(limit)}"


def _levels(losses: Array) -> bool:
    """Whether losses farther and farther out fall less and less."""
    falls = -np.diff(losses)
    return bool(falls[-1] <= 0.5 * falls[0] or falls[-1] <= 1e-9 * abs(losses[-1]))


def _outside(run: Run, court: Court) -> str:
    losses = court.descended(run)
    if losses[-1] < losses[0] and endless(run, court):
        return _endless(run, court)
    if over := against_the_edge(run):
        return over
    axis = outside(run.points[-1], court.domain)[0]
    low, high = court.domain[axis]
    return f"{court.goal.variables[axis]} = {run.points[-1, axis]:.4g} is not in [{low:g}, {high:g}]"


def _held(run: Run, court: Court) -> str:
    above = f"{rounded_text(height(run, court), 2)} {_above_which(court)}"
    match run.ending.hold:
        case Hold.ZERO:
            return "its learning rate is 0"
        case Hold.RULE:
            if run.gradient_norms[-1] < court.stop.gradient_norm or court.stop.relative:
                return f"a slope of {rounded_text(run.gradient_norms[-1], 2)} is enough for it"
            return f"a change below {court.stop.loss_change:g} is enough for it"
        case Hold.NOISE:
            held = "batches hold" if not court.spec.noise else "noise holds"
            return f"{held} it {above}"
        case Hold.JITTER:
            return court.team.optimizer.halts or _way_down(run, court)
        case Hold.RATE:
            return "its schedule has used up the rate"
        case Hold.DECAY:
            return "weight decay balances the gradient"
    return court.team.optimizer.halts or above


def _above_which(court: Court) -> str:
    return "below the maximum" if court.entry.maximize else "above the minimum"


def _thrown(run: Run, court: Court) -> str:
    """The step that first led up, against the curvature there; else how the loss grew."""
    losses = court.descended(run)
    up = np.flatnonzero(np.diff(losses) > 0)
    if court.edge and len(up):
        rate = float(run.learning_rates[up[0]])
        sharpest = float(eigenvalues(court.goal, run.points[up[0]])[-1])
        if rate * sharpest > court.edge:
            return f"{rate:g} > {court.edge:.4g}/L = {court.edge / sharpest:.3g} at step {up[0]}"
    if run.steps and not losses[-1] > losses[0]:
        moves = np.nan_to_num(np.sqrt((np.diff(run.points, axis=0) ** 2).sum(axis=-1)))
        row = int(np.argmax(moves >= min(moves.max(), court.diagonal)))
        return f"thrown from {point_text(run.points[row], 3)} at step {row}"
    if np.isfinite(run.losses[:-1]).all() and run.steps:
        first, last = (rounded_text(run.losses[row], 2) for row in (0, -1))
        return f"loss {first} at the start, {last} at the end"
    return ""


def _unsettled(run: Run, court: Court) -> str:
    """Why a ball bounces about, where no constant rate explains it."""
    optimizer, floor = court.team.optimizer, court.floor
    if optimizer.halts:
        return optimizer.halts
    if kink(run, court):
        return "at the kink the slope never fades"
    if not optimizer.settles:
        return f"its steps do not shrink: about {rounded_text(_length(run), 2)}"
    if optimizer.effective and floor.settled and len(floor.point) <= WIDE:
        rates = optimizer.effective(court.goal.gradient(run.points), run.learning_rates)
        roots = np.sqrt(np.maximum(rates, 0))
        scaled = roots[:, None] * finite_hessian(court.goal, floor.point) * roots
        share = float(np.linalg.eigvalsh(scaled)[-1]) / 2 if np.isfinite(scaled).all() else 0.0
        if share > 1:
            return f"its effective rate is {rounded_text(share, 2)} times 2/L"
    if floor.settled:
        return f"{rounded_text(height(run, court), 2)} {_above_which(court)}"
    return ""


def _length(run: Run) -> float:
    """Of the late steps, along the axis where they are longest."""
    return float(np.median(np.abs(np.diff(run.points[-max(run.steps // 4, 2) :], axis=0)).max(axis=-1)))


def _pace(run: Run, court: Court) -> str:
    """How far a ball has come, and how long it will take if that can be told."""
    if near(run, court):
        return _way_down(run, court)
    if run.status is not Status.SLOW:
        return ""
    steps = forecast(run, court)
    if math.isfinite(steps):
        return f"about {rounded_text(steps, 2)} more steps at this pace"
    return _way_down(run, court) if court.floor.settled else ""


def _way_down(run: Run, court: Court) -> str:
    """The share of the way down, in as many nines as there are: 63%, 99.8%."""
    losses = court.descended(run)
    whole, rest = losses[0] - court.floor.loss, losses[-1] - court.floor.loss
    if not whole > 0 or not np.isfinite(whole):
        return ""
    share = rest / whole
    if share < SAME:
        return f"at the {'maximum' if court.entry.maximize else 'minimum'}'s loss"
    digits = min(max(-math.floor(math.log10(share)) - 2, 0), 6)
    way = "up" if court.entry.maximize else "down"
    return f"{math.floor((1 - share) * 100 * 10**digits) / 10**digits:g}% of the way {way}"


def _on_a_ridge(run: Run, court: Court) -> str:
    """Whether a ball keeps to where it is lower on both sides, on its way to a saddle mostly."""
    lower = ridge(court.goal, run.points[-1], court.survey.ground)
    which = "higher" if court.entry.maximize else "lower"
    return f"it keeps to a ridge: {which} on both sides" if lower else ""
