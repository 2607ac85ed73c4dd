"""What to do about a run: every remedy is tried, on one ball, before it is named."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gdanim.engine.balls import Cast, Team
from gdanim.engine.causes import GOOD, ILL
from gdanim.engine.court import NEARLY
from gdanim.engine.descent import descend
from gdanim.engine.edge import SLOW, contraction
from gdanim.engine.ending import Hold, Manner
from gdanim.engine.runs import Run, Status
from gdanim.engine.solution import Act
from gdanim.engine.terrain import LEVEL, bent, eigenvalues
from gdanim.engine.verdicts import judged
from gdanim.formula import point_text, rounded_text
from gdanim.registry import optimizers, schedules
from gdanim.spec.entries import OptimizerEntry
from gdanim.spec.wording import counted

if TYPE_CHECKING:
    from gdanim.spec import Part

MOST_STEPS = 1000  # of a trial
LESS = 0.8  # of the steps: a remedy that takes more is none
ASIDE = 1e-2  # of the domain's diagonal: how far beside a saddle a start leads away from it
HELPFUL = (Status.CONVERGED, Status.ENDLESS)


class Advice(NamedTuple):
    """What one sees, what it means, what to do."""

    symptom: str
    diagnosis: str
    action: str  # and what came of it when it was tried; "" where nothing is known to help


@dataclass(frozen=True)
class Remedy:
    """A change and the run that it makes."""

    words: str  # such as "at 0.05"
    run: Run


@dataclass(frozen=True)
class _Case:
    """A run with all that it takes to run it again in another way."""

    run: Run
    spec: Part
    cast: Cast
    team: Team

    def tried(
        self, words: str, start: tuple[float, ...] | None = None, noise: float = 0.0, **changes: Any
    ) -> Remedy:
        """The run after ``changes`` of its team."""
        team = replace(self.team, **changes)
        ball = replace(self.run.ball, start=start or self.run.ball.start)
        spec = self.spec.model_copy(
            update={"steps": min(self.spec.steps, MOST_STEPS), "noise": noise or self.spec.noise}
        )
        team = replace(team, balls=(ball,))
        (run,) = judged(descend(spec, self.cast, [team]), [team], self.cast, spec)
        return Remedy(words, run)

    def at(self, rate: float) -> Remedy:
        """The same at another constant rate."""
        return self.tried(f"at {rate:g}", rate=rate, schedule=schedules["constant"]())

    def by(self, name: str, words: str, **parameters: Any) -> Remedy:
        """The same by another optimizer."""
        kept = {
            key: getattr(self.team.entry, key)
            for key in ("clip_value", "clip_norm", "maximize", "batch_size")
        }
        entry = OptimizerEntry.model_validate({"name": name, **parameters, **kept})
        return self.tried(words, entry=entry, optimizer=optimizers[name](**parameters))


def advice(run: Run, act: Act, spec: Part) -> Advice | None:
    """What to do about a run of an act, if anything: None where it ended as it should, or nothing helps.

    It costs some descents of one ball. Raises InputError where the runs are from elsewhere.
    """
    cast = replace(act.again("advice"), domain=tuple(act.domain))
    team = next(team for team in cast.teams if run.ball.team == team.balls[0].team)
    return _advised(_Case(run, spec, cast, team))


def _advised(case: _Case) -> Advice | None:
    run = case.run
    match run.status:
        case Status.OSCILLATING if not run.reason:  # not even why is known
            return None
        case Status.OSCILLATING if not run.bound:
            told = _best(case, chain(_cooled(case), _reductions(case)))
            return Advice("loss settles at no value", "the steps do not shrink", told)
        case Status.DIVERGED | Status.OSCILLATING:
            wild = "loss explodes" if run.status is Status.DIVERGED else "loss oscillates wildly"
            return Advice(wild, "learning rate too high", _best(case, _reductions(case)))
        case Status.OUTSIDE if run.bound and _share(run) > 1:
            return Advice(
                "the point leaves the domain", "learning rate too high", _best(case, _reductions(case))
            )
        case Status.CONVERGED:
            return _of_converged(case)
        case Status.SLOW | Status.GOING:
            return _of_slow(case)
        case Status.LOCAL:
            return Advice("loss settles above the lowest known", "local minimum", _best(case, _escapes(case)))
        case Status.SADDLE | Status.MAXIMUM:
            what = (
                "saddle point"
                if run.status is Status.SADDLE
                else "a maximum"
                if not _climbs(case)
                else "a minimum"
            )
            return Advice("gradient zero, but no minimum", what, _best(case, _nudges(case)))
        case Status.PLATEAU if case.run.ending.what != "nothing to descend":
            told = _best(case, _other_starts(case))
            return Advice("gradient nearly zero everywhere around", "vanishing gradient", told)
        case Status.MISLED:
            told = "h of about 1e-5, or the symbolic gradient"
            return Advice(
                "gradient nearly zero on a slope", "differences too coarse, or lost in rounding", told
            )
        case Status.HELD:
            return _of_held(case)
    return None


def _of_converged(case: _Case) -> Advice | None:
    run = case.run
    if run.ending.manner is Manner.OSCILLATING:
        action = _best(case, _reductions(case))
        if not action:
            return _by_another(case)
        return Advice("loss oscillates", "learning rate too high", action)
    if run.ending.manner is Manner.SLOWLY:
        return _of_slow(case)
    return None


def _of_slow(case: _Case) -> Advice | None:
    run = case.run
    gets_on = run.status is Status.GOING and contraction(run) < SLOW
    if run.steps < 20 or gets_on:
        return None
    if run.bound and _share(run) >= GOOD:
        action = _best(case, _reductions(case))
        if action:
            return Advice("loss decreases slowly", "learning rate too high", action)
        return _by_another(case)
    constant = (run.learning_rates == run.learning_rates[0]).all()
    action = constant and (
        _best(case, _increases(case, 2, 5, 10)) or _best(case, _increases(case, 100, 1000))
    )
    if action:
        return Advice("loss decreases very slowly", "learning rate too low", action)
    return _by_another(case)


def _by_another(case: _Case) -> Advice | None:
    """Near the best rate: what helps is another method."""
    best = _first(case, _methods(case))
    if best is None:
        return None
    start, end = (eigenvalues(case.cast.objective, row) for row in best.run.points[[0, -1]])
    curvatures = np.sort(-end if _climbs(case) else end)
    if curvatures[-1] <= LEVEL * np.abs(start).max():
        why = "the bottom is flat"
    elif curvatures[-1] > ILL * max(curvatures[0], 0.0):
        why = "the valley is ill-conditioned"
    elif case.run.status is Status.SLOW:
        why = "its steps are short"
    else:
        return None
    return Advice("loss decreases slowly", why, _told(case, best))


def _of_held(case: _Case) -> Advice | None:
    run = case.run
    match run.ending.hold:
        case Hold.ZERO | Hold.RATE:
            rate = float(run.learning_rates.max())
            remedies = iter([case.at(rate)]) if rate else iter([case.at(0.1), case.at(0.01)])
            diagnosis = "the schedule has used up the rate" if rate else "the learning rate is 0"
            return Advice("the point stands still", diagnosis, _best(case, remedies))
        case Hold.NOISE:
            rate = float(run.learning_rates[-1])
            remedies = chain(_cooled(case), iter([case.at(_round(rate / 2))]))
            return Advice("loss falls, then hovers", "the noise holds it up", _best(case, remedies))
        case Hold.DECAY:
            entry = case.team.entry
            free = {**entry.parameters, "weight_decay": 0.0}
            without = case.tried(
                "without weight decay",
                entry=entry.model_copy(update={"parameters": free}),
                optimizer=optimizers[entry.name](**free),
            )
            return Advice(
                "the point stands on a slope", "weight decay holds it", _best(case, iter([without]))
            )
        case Hold.RULE:
            return Advice("the rule stops it on a slope", "the loss is small", "stop: {relative: true}")
    return None


def _best(case: _Case, remedies: Iterator[Remedy]) -> str:
    """The remedy that helps most, and what came of it; "" where none does."""
    best = _first(case, remedies)
    return "" if best is None else _told(case, best)


def _first(case: _Case, remedies: Iterator[Remedy]) -> Remedy | None:
    """The remedy that helps most, if any does."""
    helped = [remedy for remedy in remedies if _helps(case.run, remedy.run, _climbs(case))]
    sign = -1.0 if _climbs(case) else 1.0
    return min(
        helped,
        key=lambda remedy: (remedy.run.status not in HELPFUL, remedy.run.steps, sign * remedy.run.losses[-1]),
        default=None,
    )


def _told(case: _Case, remedy: Remedy) -> str:
    """What came of a remedy."""
    run = remedy.run
    match run.status:
        case Status.CONVERGED | Status.LOCAL if run.steps == min(case.spec.steps, MOST_STEPS):
            return f"{remedy.words} it comes to rest at the minimum"
        case Status.CONVERGED | Status.LOCAL:
            return f"{remedy.words} it converges in {counted(run.steps, 'step')}"
        case Status.ENDLESS:
            return f"{remedy.words} it leaves, but there is no minimum that way"
    return f"{remedy.words} it ends at a loss of {rounded_text(float(run.losses[-1]))}"


def _helps(run: Run, other: Run, climbs: bool) -> bool:
    """Whether a run is clearly better than another: lower, or as low and sooner."""
    sign = -1.0 if climbs else 1.0
    old, new = sign * run.losses, sign * other.losses
    if (
        not other.steps
        or not np.isfinite(new[-1])
        or other.status in (Status.DIVERGED, Status.UNDEFINED, Status.OSCILLATING)
    ):
        return False
    match run.status:
        case Status.OSCILLATING if not run.bound:
            return bool(new[-1] < old[-1] - NEARLY * abs(old[0] - old[-1]))
        case Status.DIVERGED if other.status in (Status.GOING, Status.SLOW):
            return bool(new[-1] < new[0])
        case Status.DIVERGED | Status.OSCILLATING | Status.OUTSIDE:
            return other.status in (Status.CONVERGED, Status.LOCAL)
        case Status.SADDLE | Status.MAXIMUM | Status.PLATEAU:
            return other.status in (Status.CONVERGED, Status.LOCAL, Status.ENDLESS)
        case Status.LOCAL:
            return bool(other.status is Status.CONVERGED and new[-1] < old[-1])
        case Status.HELD:
            return bool(
                other.status is Status.CONVERGED or new[-1] < old[-1] - NEARLY * abs(old[0] - old[-1])
            )
    return other.status is Status.CONVERGED and other.steps < LESS * run.steps


def _climbs(case: _Case) -> bool:
    return case.team.entry.maximize


def _share(run: Run) -> float:
    """Of the largest stable rate."""
    return float(run.learning_rates[0]) / run.bound.rate if run.bound else 0.0


def _round(rate: float) -> float:
    """To two digits, down."""
    if not rate > 0:
        return 0.0
    scale = 10.0 ** (math.floor(math.log10(rate)) - 1)
    return float(f"{math.floor(rate / scale + 1e-9) * scale:.2g}")


def _reductions(case: _Case) -> Iterator[Remedy]:
    rate = float(case.run.learning_rates.max())
    rates = {rate / 2, rate / 5, rate / 10, rate / 100}
    if case.run.bound:
        rates |= {0.5 * case.run.bound.rate, 0.9 * case.run.bound.rate}
    for lower in sorted({_round(each) for each in rates if each < 0.95 * rate}, reverse=True):
        yield case.at(lower)


def _cooled(case: _Case) -> Iterator[Remedy]:
    cosine = schedules["cosine"](T_max=min(case.spec.steps, MOST_STEPS))
    rate = float(case.run.learning_rates.max())
    yield case.tried("with a cosine schedule", schedule=cosine, rate=rate)


def _increases(case: _Case, *factors: float) -> Iterator[Remedy]:
    rate = float(case.run.learning_rates.max())
    most = 0.95 * case.run.bound.rate if case.run.bound else math.inf
    rates = {factor * rate for factor in factors}
    rates |= {0.9 * case.run.bound.rate} if case.run.bound else set()
    for higher in sorted({_round(each) for each in rates if rate < each <= most}):
        remedy = case.at(higher)
        ways = np.sqrt(((remedy.run.points - remedy.run.points[0]) ** 2).sum(axis=-1))
        if ways.max() <= case.cast.diagonal:  # none that flings it about
            yield remedy


def _methods(case: _Case) -> Iterator[Remedy]:
    if case.team.entry.name == "sgd":
        for momentum in (0.5, 0.9):
            yield case.by("sgd", f"with momentum {momentum:g}", momentum=momentum)
    if case.team.entry.name not in ("bfgs", "l_bfgs") and not case.spec.noise:
        yield replace(case, team=replace(case.team, rate=1.0, schedule=schedules["constant"]())).by(
            "bfgs", "by bfgs"
        )


def _escapes(case: _Case) -> Iterator[Remedy]:
    yield case.by("momentum", "with momentum 0.9")
    yield case.at(_round(2 * float(case.run.learning_rates[0])))
    yield from _other_starts(case)


def _nudges(case: _Case) -> Iterator[Remedy]:
    """Along the direction in which the loss falls most steeply, a little aside."""
    _, axes = bent(case.cast.objective, case.run.points[-1])
    away = axes[:, -1 if _climbs(case) else 0] * ASIDE * case.cast.diagonal
    for sign in (1, -1):
        start = tuple(float(f"{x:.3g}") for x in np.array(case.run.ball.start) + sign * away)
        yield case.tried(f"from {point_text(start, 3)}", start=start)
    yield case.tried("with noise of 0.01", noise=0.01)


def _other_starts(case: _Case) -> Iterator[Remedy]:
    low, high = np.array(case.cast.domain).T
    for share in (0.5, 0.3, 0.7, 0.15, 0.85):
        start = tuple(float(f"{x:.3g}") for x in low + share * (high - low))
        yield case.tried(f"from {point_text(start, 3)}", start=start)
