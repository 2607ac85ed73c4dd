"""How a ball ended, judged from its trajectory: a status, a few words, and the cause in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine import causes, edge
from gdanim.engine.court import HIGHER, NEAR, Court, Floor, Landmark, nearly
from gdanim.engine.elsewhere import Survey, surveyed
from gdanim.engine.ending import Hold
from gdanim.engine.endings import REVERSALS, SHORT, ending, reversals
from gdanim.engine.problem import Negated
from gdanim.engine.runs import Array, Objective, Point, Run, Status
from gdanim.engine.terrain import (
    Lie,
    bends,
    bent,
    eigenvalues,
    floors,
    lie,
    nearest,
    sharpest,
)

if TYPE_CHECKING:
    from gdanim.engine.balls import Cast, Team
    from gdanim.spec import Part

CREPT = 1e-2  # of the diagonal: who has come no farther is not seen to fall for ever,
FAINT = 1e-2  # and a slope that over the diagonal makes no more of the relief is a plateau's
UNMOVED = 1e-9  # of the domain's diagonal, in a quarter of the steps: it stands still
USED_UP = 1e-2  # of its largest: a rate below that, and no way to speak of, is used up
STOPPED = 0.5  # of the way down: a stop rule that leaves more of it has stopped the ball, no minimum
HIGH = 0.1  # of the relief: noise lifts a ball as far as that from its start
DRIFT = 1.5  # standard deviations of the loss: what falls less from one quarter to the next, hovers
SETTLING = 0.5  # of the longest step, left from one quarter of the steps to the next: it comes to rest
STANDS = 1e-3  # of the height above the minimum: what turns back and falls less in a quarter, oscillates

_AT = {Lie.MAXIMUM: Status.MAXIMUM, Lie.SADDLE: Status.SADDLE, Lie.INFLECTION: Status.SADDLE}


def judged(runs: Sequence[Run], teams: Sequence[Team], act: Cast, spec: Part) -> list[Run]:
    """The runs of an act with status, ending, reason and the minimum reached; ``teams``: that of each."""
    verdicts: dict[int, Run] = {}
    for climbs in {team.entry.maximize for team in teams}:
        mine = [i for i, team in enumerate(teams) if team.entry.maximize is climbs]
        goal = _goal(act.objective, climbs)
        survey = surveyed(goal, climbs, act.domain, runs)
        found = _floors(goal, [runs[i] for i in mine], climbs, act.diagonal)
        known = _landmarks(goal, [runs[i] for i in mine], found, survey)
        for i, floor in zip(mine, found, strict=True):
            ruled = runs[i].status is Status.CONVERGED
            court = Court(teams[i], goal, _asked(act), spec, known, floor, survey, ruled)
            with np.errstate(all="ignore"):  # some of what is judged has overflown
                verdicts[i] = _judged(runs[i], court)
    return _compared([verdicts[i] for i in range(len(runs))])


def _asked(act: Cast) -> tuple[tuple[float, float], ...]:
    """The domain, which is nothing to leave where nobody asked for it and nobody sees it."""
    if len(act.domain) <= 2:
        return act.domain
    return tuple(
        (-math.inf, math.inf) if free else own for own, free in zip(act.domain, act.free, strict=True)
    )


def _compared(runs: list[Run]) -> list[Run]:
    """The runs; of one that converged, if nothing else is said, how fast it was among those of its start."""
    steps: dict[Point, list[int]] = {}
    for run in runs:
        if run.status is Status.CONVERGED and run.ending.told:
            steps.setdefault(run.ball.start, []).append(run.steps)

    def told(run: Run) -> str:
        if run.reason or run.status is not Status.CONVERGED or not run.ending.told:
            return run.reason
        others = steps[run.ball.start]
        return causes.among(run.steps, others) if len(others) > 1 else ""

    return [replace(run, reason=told(run)) for run in runs]


def at_rest(objective: Objective, point: Array, survey: Survey) -> Lie:
    """What kind of place it is where a ball came to rest, a stop rule's worth from the very place."""
    ground = survey.ground
    bottom = floors(objective, point[None], ground.diagonal)
    near = bottom.settled[0] and math.dist(bottom.points[0], point) <= NEAR * ground.diagonal
    return lie(objective, bottom.points[0] if near else point, ground)


def _goal(objective: Objective, climbs: bool) -> Objective:
    return Negated(objective) if climbs else objective


def _floors(goal: Objective, runs: Sequence[Run], climbs: bool, diagonal: float) -> list[Floor]:
    """The lowest place of each ball's valley: seen from its end, or its start if it did not stay."""
    begun = np.array([_seen_from(run, climbs) for run in runs])
    found = floors(goal, begun, diagonal)
    with np.errstate(all="ignore"):
        falls = goal.value(begun) - found.losses
    columns = begun, found.points, found.losses.tolist(), found.settled.tolist(), falls.tolist()
    return [Floor(*row) for row in zip(*columns, strict=True)]


def _seen_from(run: Run, climbs: bool) -> Array:
    """The end of one at rest, the lowest late point of one that moves, the start of one thrown out."""
    if run.status is Status.DIVERGED or run.status is Status.CONVERGED:
        row = 0 if run.status is Status.DIVERGED else run.steps
    else:
        half = run.steps // 2
        losses = -run.losses[half:] if climbs else run.losses[half:]
        row = half + int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
    return np.asarray(run.points[row])


def _landmarks(
    goal: Objective, runs: Sequence[Run], found: Sequence[Floor], survey: Survey
) -> list[Landmark]:
    """The minima a function lists; where it lists none, those that any ball has found. The lowest first."""
    points, reach = list(goal.minima), NEAR * survey.ground.diagonal
    if not points:
        for run, floor in zip(runs, found, strict=True):
            rests = run.status is Status.CONVERGED and floor.settled and floor.away <= reach
            if rests and all(math.dist(floor.point, point) > reach for point in points):
                points.append(tuple(floor.point.tolist()))
    places = [np.array(point) for point in points]
    marks = [
        Landmark(float(goal.value(place)), point, float(eigenvalues(goal, place)[-1]))
        for place, point in zip(places, points, strict=True)
    ]
    return sorted(mark for mark in marks if goal.minima or mark.sharpness > 0)


def _judged(run: Run, court: Court) -> Run:
    match run.status:
        case Status.CONVERGED:
            status, hold = _resting(run, court)
        case Status.DIVERGED:
            status, hold = _thrown(run, court), None
        case Status.OSCILLATING:  # a cycle is exact, which no noise is
            status, hold = _swinging(run, court, noisy=False)
        case _:
            status, hold = _whereto(run, court)
    minimum = reached(run, court) if status in (Status.CONVERGED, Status.LOCAL) else None
    run = replace(run, status=status, minimum=minimum)
    run = replace(run, bound=edge.bound(run, court))
    run = replace(run, ending=ending(run, court, hold))
    return replace(run, reason=causes.reason(run, court))


def _resting(run: Run, court: Court) -> tuple[Status, Hold | None]:
    """What a ball is that was ended by a stop rule, or for want of a gradient."""
    goal, ground, floor, end = court.goal, court.survey.ground, court.floor, run.points[-1]
    if _misled(goal, end, court.diagonal):
        return Status.MISLED, None
    if not np.isfinite(run.gradient_norms[-1]):
        return (court.lowest if lie(goal, end, ground) is Lie.MINIMUM else Status.UNDEFINED), None
    near = floor.settled and floor.away <= NEAR * court.diagonal
    found = lie(goal, floor.point if near else end, ground, sharpest(goal, run.points))
    if found in _AT and (near or bends(goal, end, ground)):
        return _AT[found], None
    if found in _AT:  # it leads on from here, but no slope can be seen
        return Status.PLATEAU, None
    if near and found is Lie.MINIMUM:
        return court.lowest, None
    if found is Lie.PLATEAU:
        return Status.PLATEAU, None
    if goal.value(end) < goal.value(run.points[0]) and causes.endless(run, court):
        return Status.ENDLESS, None
    begun = float(goal.value(run.points[0]))
    stopped = floor.away > NEAR * court.diagonal and floor.falls > STOPPED * (begun - floor.loss)
    return (Status.HELD, Hold.RULE) if stopped else (court.lowest, None)


def _misled(objective: Objective, point: Array, diagonal: float) -> bool:
    """Whether the gradient that stopped the ball, by differences, hides a slope to follow beyond NEAR.

    How far a slope leads is told by Newton's step, with no curvature taken for less than a flat one.
    """
    if objective.slopes is None:
        return False
    hidden = objective.exact_gradient(point) - objective.gradient(point)
    curvatures, directions = bent(objective, point, hidden)
    along = (directions.T * hidden).sum(axis=-1)
    step = along / np.maximum(np.abs(curvatures), 1e-6 / (NEAR * diagonal))
    return math.hypot(*step) > NEAR * diagonal


def reached(run: Run, court: Court) -> Point | None:
    """The listed minimum in whose valley a ball came to rest."""
    reach, floor = NEAR * court.diagonal, court.floor
    there = floor.point if floor.settled and floor.away <= reach else run.points[-1]
    found = nearest(there, court.goal.minima, reach)
    return None if found is None or _ridge(court.goal, there, np.array(found)) else found


def _ridge(objective: Objective, a: Array, b: Array) -> bool:
    """Whether the loss rises above both ends on the straight way between."""
    losses = objective.value(a + np.linspace(0, 1, 33)[:, None] * (b - a))
    ends = max(losses[0], losses[-1])
    return bool((losses > ends + 1e-9 * max(1e-300, abs(ends))).any())


def _thrown(run: Run, court: Court) -> Status:
    """What has become of a ball that flew off, or fell out of where the loss is defined."""
    losses = court.descended(run)
    last = losses[-1]
    if np.isnan(last):
        return Status.UNDEFINED
    lowest = run.steps > 0 and last < losses[:-1].min()
    flung = (np.diff(losses) > court.survey.ground.relief).any()
    return Status.ENDLESS if lowest and not flung else Status.DIVERGED


def _swinging(run: Run, court: Court, noisy: bool) -> tuple[Status, Hold | None]:
    """What a ball is that gets nowhere while it moves; ``noisy`` where noise or batches may be why."""
    ground, floor = court.survey.ground, court.floor
    height = causes.height(run, court)
    if floor.settled and height <= HIGHER * ground.relief:
        return Status.HELD, Hold.JITTER
    if not noisy or _beyond(run, court):
        return Status.OSCILLATING, None
    begun = court.descended(run)[0] - floor.loss
    low = height <= max(HIGH * ground.relief, STOPPED * begun)
    return (Status.HELD, Hold.NOISE) if low else (Status.GOING, None)


def _beyond(run: Run, court: Court) -> bool:
    """Whether the rate is more than is stable at the minimum."""
    bound = edge.bound(run, court)
    return bound is not None and run.learning_rates[-1] >= bound.rate * (1 - 1e-9)


def _whereto(run: Run, court: Court) -> tuple[Status, Hold | None]:
    """What a ball was about when its steps ended."""
    floor, ground = court.floor, court.survey.ground
    if not run.steps:
        return Status.GOING, None
    losses = court.descended(run)
    quarter = max(run.steps // 4, 1)
    moves = np.abs(np.diff(run.points[-1 - quarter :], axis=0)).max()
    if moves <= UNMOVED * court.diagonal:
        return _unmoved(run, court)
    if run.steps < SHORT:
        return Status.GOING, None
    third, fourth = losses[-1 - 2 * quarter : -quarter], losses[-1 - quarter :]
    if fourth[-1] < min(losses[0], fourth[0]) and causes.endless(run, court):
        if math.dist(run.points[0], run.points[-1]) <= CREPT * court.diagonal:
            return (
                Status.SLOW
                if run.gradient_norms[-1] * court.diagonal > FAINT * ground.relief
                else Status.PLATEAU
            ), None
        return (Status.OUTSIDE if causes.outside(run.points[-1], court.domain) else Status.ENDLESS), None
    if court.noisy and third.mean() - fourth.mean() <= DRIFT * fourth.std():
        return _swinging(run, court, noisy=True)
    if _used_up(run, losses):
        still = nearly(floor, losses, court.diagonal) and floor.falls <= HIGHER * ground.relief
        return (court.lowest, None) if still else (Status.HELD, Hold.RATE)
    best = losses[: -quarter - 1].min()
    turns = reversals(run.points[run.steps // 2 :]) > REVERSALS
    settling = moves < SETTLING * np.abs(np.diff(run.points[-1 - 2 * quarter : -quarter], axis=0)).max()
    stands = not settling and fourth.min() >= best - (STANDS if turns else UNMOVED) * max(
        best - floor.loss, 0.0
    )
    hovers = third.mean() - fourth.mean() <= DRIFT * fourth.std()
    beyond = _beyond(run, court)
    never = hovers and (beyond or edge.kink(run, court))  # it cannot come to rest
    if (stands or never) and (turns or not _descends(losses)) and (not court.noisy or beyond):
        return _swinging(run, court, noisy=False)
    if causes.outside(run.points[-1], court.domain):
        return Status.OUTSIDE, None
    half = run.steps // 2
    descends = (np.diff(losses[half:]) <= 0).all() and losses[-1] < losses[half]
    smooth = descends and not turns
    far = not nearly(floor, losses, court.diagonal) and edge.pace(run, court.stop) > run.steps
    return (Status.SLOW if smooth and far else Status.GOING), None


def _descends(losses: Array) -> bool:
    """Whether the loss falls at every late step, be it ever so little."""
    return bool((np.diff(losses[len(losses) // 2 :]) < 0).all())


def _used_up(run: Run, losses: Array) -> bool:
    """Whether the schedule has left a rate that leads nowhere any more."""
    rates, quarter = run.learning_rates[: run.steps], run.steps // 4
    fallen, late = losses[0] - losses[-1], losses[-1 - quarter] - losses[-1]
    return bool(rates[-1] < USED_UP * rates.max() and late < USED_UP * abs(fallen))


def _unmoved(run: Run, court: Court) -> tuple[Status, Hold | None]:
    """What holds a ball that stands still, though no stop rule has fired."""
    floor, ground, end = court.floor, court.survey.ground, run.points[-1]
    if run.learning_rates[: run.steps].max() == 0:
        return Status.HELD, Hold.ZERO
    if floor.away <= NEAR * court.diagonal and floor.falls <= HIGHER * ground.relief:
        place = floor.point if floor.settled else end
        found = lie(court.goal, place, ground, sharpest(court.goal, run.points))
        if found in _AT and run.gradient_norms[-1] * court.diagonal > ground.relief:
            return Status.HELD, Hold.OWN  # a kink, of which curvatures tell nothing
        return _AT.get(found, Status.PLATEAU if found is Lie.PLATEAU else court.lowest), None
    still = (run.points[-2] == end).all()
    rates = run.learning_rates[: run.steps]
    if rates[-1] < USED_UP * rates.max():
        return Status.HELD, Hold.RATE
    if court.team.optimizer.halts and still:
        return Status.HELD, Hold.OWN
    if court.team.optimizer.decay:
        return Status.HELD, Hold.DECAY
    if lie(court.goal, end, ground) is Lie.PLATEAU:
        return Status.PLATEAU, None
    return (Status.HELD, Hold.OWN) if still else (Status.SLOW, None)
