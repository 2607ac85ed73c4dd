"""Random restarts: a ball that has come to an end starts anew at a random point; the best end counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.balls import Cast, Team
from gdanim.engine.court import HIGHER
from gdanim.engine.runs import Leg, Run, Status

if TYPE_CHECKING:
    from gdanim.spec import Part

NOWHERE = (Status.DIVERGED, Status.ENDLESS, Status.UNDEFINED)  # ends that are no place to be
PLACES, DRAWS = 2, 3  # keep what is drawn here apart from the draws of noise and batches


def anew(spec: Part, act: Cast, teams: Sequence[Team], ended: set[int], restart: int) -> list[Team]:
    """The balls with the numbers ``ended``, each at its own random point of the domain for this restart."""
    low, high = np.array(act.domain).T

    def place(number: int) -> tuple[float, ...]:
        random = np.random.default_rng((spec.seed, number, restart, PLACES))
        return tuple(random.uniform(low, high).tolist())

    return [
        replace(team, balls=balls)
        for team in teams
        if (
            balls := tuple(
                replace(ball, start=place(ball.number)) for ball in team.balls if ball.number in ended
            )
        )
    ]


def reseeded(spec: Part, restart: int) -> Part:
    """The spec with noise and batches of their own for a restart, which counts its steps from 0 again."""
    seed = int(np.random.default_rng((spec.seed, restart, DRAWS)).integers(2**62))
    return spec.model_copy(update={"seed": seed})


def joined(legs: Sequence[Run], climbs: bool) -> Run:
    """All tries of a ball as one run; it ends where the best of them ended, and returns there if need be.

    The best is the first to end as low as any, or as high where the ball ``climbs``, without diverging.
    """
    if len(legs) == 1:
        return legs[0]
    sign = -1 if climbs else 1
    ends = [math.inf if leg.status in NOWHERE else sign * float(leg.losses[-1]) for leg in legs]
    begun = max(sign * float(leg.losses[0]) for leg in legs)
    enough = min(ends) + HIGHER * abs(begun - min(ends)) if min(ends) < math.inf else math.inf
    which = next(k for k, end in enumerate(ends) if end <= enough) if enough < math.inf else len(legs) - 1
    best = legs[which]
    back = [] if best is legs[-1] else [_end(best)]
    parts = [*legs, *back]
    firsts = np.cumsum([0, *(len(part.losses) for part in parts)])
    paid = np.stack([np.zeros(3, np.int32), *(leg.counts[-1] for leg in legs)])
    spent = np.cumsum(paid, axis=0, dtype=np.int32)[: len(parts)]
    statuses = Counter(str(leg.status) for leg in legs)
    return replace(
        best,
        ball=legs[0].ball,
        points=np.concatenate([part.points for part in parts]),
        losses=np.concatenate([part.losses for part in parts]),
        gradient_norms=np.concatenate([part.gradient_norms for part in parts]),
        learning_rates=np.concatenate([part.learning_rates for part in parts]),
        ending=replace(best.ending, restart=which),
        reason=f"{len(legs)} tries: {', '.join(f'{count} {status}' for status, count in statuses.items())}",
        counts=np.concatenate([part.counts + before for part, before in zip(parts, spent, strict=True)]),
        legs=tuple(Leg(int(row), part.status) for row, part in zip(firsts, parts, strict=False)),
    )


def _end(run: Run) -> Run:
    """The last row of a run by itself, known at no further cost."""
    series = {
        name: getattr(run, name)[-1:] for name in ("points", "losses", "gradient_norms", "learning_rates")
    }
    return replace(run, counts=np.zeros((1, 3), dtype=np.int32), **series)
