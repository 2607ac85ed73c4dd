"""How long a film will be, told without drawing or recording it.

Most scenes are a run with fixed beats around it: their length is exact. A scene with beats of its own says
about how long they are. A run too long to be worked out here is told by the most that it can last.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from gdanim.catalog import Span, facts, lasts
from gdanim.cuts import Stage, stages
from gdanim.engine.balls import Cast, cast
from gdanim.engine.descent import solve
from gdanim.engine.effort import TooMuchEffortError, within
from gdanim.engine.solution import Act
from gdanim.motion.framing import framed
from gdanim.motion.landscape import refuse_undefined
from gdanim.motion.rolling import Rolling
from gdanim.motion.speech import Mark, Script, words
from gdanim.motion.staging import staged
from gdanim.motion.timeline import APPEAR, FALL, HOLD, RESUME, SETTLE, Pace, Timeline
from gdanim.spec import Part, Spec
from gdanim.spec.grids import Grid
from gdanim.spec.wording import counted

MOST = 900_000  # operations that a length may cost: well below a second
RADIUS = 0.05  # any: a run lasts as long whatever the size of its balls


class Lasting(NamedTuple):
    """Seconds of a part without its hold, and what is said in it where its moments are known."""

    seconds: float
    script: Script | None = None


class Length(NamedTuple):
    """Seconds and frames of a film, and how far they can be trusted."""

    seconds: float
    frames: int
    rate: int
    trust: str  # "", "about " or "at most "
    unseen: tuple[str, ...] = ()  # what is told of pictures that never come, as far as it is known

    def told(self) -> str:
        """Such as ``12.4 s, 372 frames at 30 a second``."""
        return f"{self.trust}{self.seconds:.1f} s, {counted(self.frames, 'frame')} at {self.rate} a second"


def length(spec: Spec) -> Length:
    """The length of a film at its own frame rate. Raises InputError where a function has no surface."""
    rate = spec.formats[0].frames(spec.video).rate
    parts = spec.parts
    casts = [cast(part) for part in parts]
    shared = stages(parts)
    try:
        with within(MOST):
            solved = [_solved(part) for part in parts]
            told = [_part(k, part, casts[k], shared[k], solved) for k, part in enumerate(parts)]
    except TooMuchEffortError:
        told = [_part(k, part, casts[k], shared[k], None) for k, part in enumerate(parts)]
    parts_last, trusts = zip(*told, strict=True)
    scripts = [(number, lasting.script) for number, lasting in enumerate(parts_last, start=1)]
    unseen = tuple(text for number, script in scripts if script for text in script.unseen(number))
    trust = next((trust for trust in ("at most ", "about ") if trust in trusts), "")
    lasting = np.array([part.seconds for part in parts_last])
    if spec.video.duration is not None:  # shared as the parts last by nature, but a run has a second at least
        share = spec.video.duration - sum(part.hold for part in parts)
        balls = [[len(act.balls) for act in acts] for acts in casts]
        resumed = [stage.resumed(k) for k, stage in enumerate(shared)]
        least = [_beats(*each) + len(each[1]) for each in zip(parts, balls, resumed, strict=True)]
        lasting = np.maximum(max(share, 0.0) * lasting / lasting.sum(), least)
        trust = "about " if trust else ""
    total = sum(max(1, round((s + part.hold) * rate)) for s, part in zip(lasting, parts, strict=True))
    return Length(total / rate, total, rate, trust, unseen)


def too_short(seconds: float) -> str:
    """What is told of a duration that is shorter than a film can be."""
    return f"video.duration is too short: this film lasts {seconds:.1f} s"


def _solved(spec: Part) -> Sequence[Act]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a descent that will be told when it is filmed
        return solve(spec).acts


def _part(
    k: int, spec: Part, casts: Sequence[Cast], stage: Stage, solved: Sequence[Sequence[Act]] | None
) -> tuple[Lasting, str]:
    """Seconds of part k without its hold, and how far they can be trusted."""
    own = lasts(spec.scene)
    trust = ("" if own is None else "about ") if solved else "at most "
    if solved:
        return natural(k, spec, stage, solved.__getitem__), trust
    most = float(Pace(spec.pace).time(spec.steps)) + SETTLE
    runs = [max(1.0, most * (1 + max(team.entry.restarts for team in act.teams))) for act in casts]
    if own is not None and not own.get("run", 1):
        runs = []
    spoken = words(spec.say) if spec.say else 0.0
    silent = sum(runs) + _beats(spec, [len(act.balls) for act in casts], stage.resumed(k))
    return Lasting(silent + spoken), trust


def natural(k: int, spec: Part, stage: Stage, acts: Callable[[int], Sequence[Act]]) -> Lasting:
    """How long part k lasts where nothing asks for more or less, without its hold.

    ``acts`` gives those of a part; ``stage``: where it plays.
    """
    own, shown, others = lasts(spec.scene), acts(k), stage.others(k, acts)
    still = own is not None and not own.get("run", 1)
    clocks = [] if still else [_clock(spec, act, others) for act in shown]
    resumed = stage.resumed(k)
    silent = sum(clock.run_time for clock in clocks) + _beats(spec, [len(act.runs) for act in shown], resumed)
    if spec.say and own is None:
        script = _script(spec, clocks, silent, resumed)
        return Lasting(script.length, script)
    return Lasting(max(silent, words(spec.say)) if spec.say else silent)


def _beats(spec: Part, balls: Sequence[int], resumed: bool) -> float:
    """Seconds of a part beside its runs; ``balls``: how many each act has; ``resumed``: on what stands."""
    own = lasts(spec.scene)
    if own is None:
        standing = spec.video.loop and len(balls) == 1
        beat = 0.0 if standing else RESUME if resumed else APPEAR
        return len(balls) * (beat + FALL + HOLD)
    counts: dict[Span, int] = {
        "film": 1,
        "act": len(balls),
        "ball": sum(balls),
        "row": len(spec.card.lines) + len(spec.card.table),
        "data": int(isinstance(spec.sweep, Grid)),
    }
    return sum(own.get(name, 0.0) * count for name, count in counts.items())


def _clock(spec: Part, act: Act, others: Sequence[Act]) -> Timeline:
    whole = facts(spec.scene).whole_domain
    if len(act.domain) != 2:
        shown = act if whole else framed(spec, act)
        if len(shown.domain) == 1:
            refuse_undefined(shown)
        return Timeline(shown, spec.pace)
    land = staged(spec, act, whole, others)
    return Rolling(land.act, land, RADIUS, spec.pace)


def _script(spec: Part, clocks: Sequence[Timeline], silent: float, resumed: bool) -> Script:
    """What is said in a part of the usual beats, which lasts ``silent`` seconds without it."""
    standing = spec.video.loop and len(clocks) == 1
    marks, begins = [], []
    at = 0.0
    for clock in clocks:
        start = at + (0.0 if standing else RESUME if resumed else APPEAR)
        begins.append(start + FALL)
        end = begins[-1] + clock.run_time
        marks += [Mark("picture", at), Mark("start", start), Mark("run", begins[-1]), Mark("end", end)]
        at = end + HOLD
    runs = [
        (begin, begin + float(clock.pace.time(clock.steps)))
        for begin, clock in zip(begins, clocks, strict=True)
    ]

    def step(number: int, after: float) -> float | None:
        times = (
            begin + float(clock.pace.time(number))
            for begin, clock in zip(begins, clocks, strict=True)
            if number <= clock.steps
        )
        return next((time for time in times if time >= after - 1e-9), None)

    return Script(spec.say, marks, runs, step, silent)
