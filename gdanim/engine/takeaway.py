"""What is learned from the runs of an act: one sentence, worked out from how they ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gdanim.engine.ending import Hold
from gdanim.engine.runs import Run, Status
from gdanim.engine.solution import Act
from gdanim.spec.wording import counted

if TYPE_CHECKING:
    from gdanim.spec import Part

MOST = 2  # names that are told one by one
STEADY = 0.8  # of what they were: steps that late in a run are no shorter do not shrink
RESTLESS = (
    Status.GOING,
    Status.SLOW,
    Status.OSCILLATING,
    Status.HELD,
    Status.OUTSIDE,
    Status.DIVERGED,
    Status.ENDLESS,
    Status.UNDEFINED,
)
ALONE = {
    Status.LOCAL: "It rests in a local minimum: elsewhere it is lower.",
    Status.SADDLE: "Where the gradient is zero it rests, though this is no minimum.",
    Status.PLATEAU: "On the plateau there is hardly a slope to follow: it stays.",
    Status.MISLED: "A gradient by differences told it to stop, though it still goes down.",
    Status.MAXIMUM: "At the very top the gradient is zero: it stays.",
    Status.HELD: "It does not get down to the minimum: something holds it above.",
    Status.ENDLESS: "Its loss falls for ever: there is no minimum that way.",
    Status.UNDEFINED: "It came to where the function is not defined.",
    Status.OUTSIDE: "It has left the picture, and not come to rest.",
}


TURNED = {  # words for who descends, and those for who climbs
    "minimum": "maximum",
    "minima": "maxima",
    "lowest": "highest",
    "lower": "higher",
    "higher": "lower",
    "falls": "climbs",
    "fall": "climb",
    "down": "up",
    "above": "below",
    "top": "bottom",
}
TELLING = 0.99  # of another's late loss above the lowest: whose is less comes closer than that one


class Takeaway(NamedTuple):
    """A sentence, and the run it is in favour of, if there is one."""

    text: str
    best: Run | None = None


class Group(NamedTuple):
    """The runs of one (optimizer, rate), and what they are called."""

    name: str
    runs: list[Run]

    @property
    def arrived(self) -> list[Run]:
        """Those at the lowest minimum known."""
        return [run for run in self.runs if run.status is Status.CONVERGED]


def takeaway(spec: Part, act: Act) -> Takeaway | None:
    """What is learned from an act; None where nothing that is sure can be told in a sentence.

    Runs are compared by steps, or by evaluations of the gradient where the spec counts those.
    """
    climbing = [entry.maximize for entry in spec.optimizers]
    if not act.runs or any(climbing) != all(climbing):
        return None
    if not any(climbing):
        return _descended(spec, act)
    told = _descended(spec, replace(act, runs=[replace(run, losses=-run.losses) for run in act.runs]))
    return told._replace(
        text=re.sub(r"\w+", lambda word: TURNED.get(word[0], word[0]), told.text),
        best=None if told.best is None else next(run for run in act.runs if run.ball == told.best.ball),
    )


def _descended(spec: Part, act: Act) -> Takeaway:
    """What is learned from who descends."""
    runs = act.runs
    if len(runs) == 1:
        return _alone(runs[0], act, spec.noise > 0 or runs[0].ball.batch_size is not None)
    groups = _groups(runs)
    if len(groups) == len(runs):
        return _compared(groups, act, spec.view.against == "evaluations")
    return _crowd(groups[0], act) if len(groups) == 1 else _crowds(groups)


def _bounces(run: Run) -> bool:
    """Whether a run that is not at its end jumps to and fro in steps that do not shrink."""
    if run.status is not Status.OSCILLATING:
        return False
    moves = np.linalg.norm(np.diff(run.points, axis=0), axis=1)
    before, late = (float(np.median(part)) for part in np.array_split(moves, 4)[2:])
    return late >= STEADY * before


def _by_root(run: Run, act: Act) -> bool:
    """Whether its optimizer divides by the root of the squared gradients, as Adam does."""
    rules = [team.optimizer.rule for team in act.cast.teams if run.ball in team.balls] if act.cast else []
    return any("sqrt" in rule.lines[-1].formula for rule in rules)


def _goal(act: Act) -> str:
    """What balls reach that have converged."""
    return "the minimum" if len(act.objective.minima) == 1 else "a minimum"


def _groups(runs: Sequence[Run]) -> list[Group]:
    of: dict[str, list[Run]] = {}
    for run in runs:
        of.setdefault(run.ball.team, []).append(run)
    plain = len({run.ball.name for run in runs}) == 1 and all(run.ball.detail for run in runs)
    groups = []
    for group in of.values():
        first = group[0].ball
        groups.append(Group(first.detail if plain and len(of) > 1 else first.team, group))
    if len(of) == 1 < len(runs):  # the same from several starts
        return [Group(first.team, list(runs))]
    return groups


def _alone(run: Run, act: Act, noisy: bool) -> Takeaway:
    """The only ball; ``noisy``: its gradients are not those of the loss that is shown."""
    steps = counted(run.steps, "step")
    if run.status is Status.CONVERGED:
        return Takeaway(
            f"It reaches {_goal(act)} in {steps}." if run.steps else f"It starts at {_goal(act)}.", run
        )
    if _stopped(run):
        return Takeaway("The stop rule ends its way before it has arrived.")
    if run.status is Status.DIVERGED:
        return Takeaway(f"{_over([Group('It', [run])])}.")
    if run.status is Status.OUTSIDE and run.reason.startswith("no minimum"):
        return Takeaway("It has left the picture, and its loss falls for ever: there is no minimum that way.")
    if noisy and run.status in (Status.OSCILLATING, Status.GOING, Status.HELD):
        return Takeaway("Its gradients are never quite right: it does not come to rest.")
    if _bounces(run):
        why = "Divided by their own size, small gradients give no smaller steps" if _by_root(run, act) else ""
        return Takeaway(f"{why or 'Its steps do not shrink'}: it bounces to and fro.")
    going = f"{steps[0].upper()}{steps[1:]} are too few: it is still on its way."
    if run.ending.what == "nearly there":
        going = f"After {steps} it is nearly there."
    return Takeaway(ALONE.get(run.status, going))


def _compared(groups: Sequence[Group], act: Act, of_gradients: bool) -> Takeaway:
    """Groups of one run each."""

    def cost(group: Group) -> int:
        run = group.runs[0]
        return int(run.gradient_evaluations[-1]) if of_gradients else run.steps

    arrived = sorted((group for group in groups if group.arrived), key=cost)
    local = [group for group in groups if group.runs[0].status is Status.LOCAL]
    away = [group for group in groups if group.runs[0].status is Status.DIVERGED]
    late = [group for group in groups if group not in (*arrived, *local, *away)]
    unit = "gradient" if of_gradients else "step"
    if not arrived:
        if local:
            return Takeaway("None finds the lowest minimum.")
        return _none(late, _lowest(act))
    first = arrived[0]
    best = first.runs[0]
    needed = counted(cost(first), unit)
    if len(arrived) > 1 and cost(arrived[1]) == cost(first):
        told, lit = f"{_names([g for g in arrived if cost(g) == cost(first)])} are as fast: {needed}", None
    elif len(arrived) == 1:
        goal = "The lowest minimum is found" if local else f"{_goal(act).capitalize()} is reached"
        told, lit = f"{goal} by {first.name} only, in {needed}", best
    elif of_gradients:
        told, lit = f"{first.name} needs the fewest gradients: {cost(first)}", best
    else:
        told, lit = f"{first.name} is the fastest: {needed}", best
    if away:
        told += f"; {_over(away)}"
    elif local:
        told += f"; {_names(local)} {_verb(local, 'rests', 'rest')} in a higher one"
    elif late and len(arrived) > 1:
        jump = all(group.runs[0].status is Status.OSCILLATING for group in late)
        one, several = (
            ("jumps to and fro", "jump to and fro") if jump else ("does not arrive", "do not arrive")
        )
        told += f"; {_names(late)} {_verb(late, one, several)}"
    elif len(arrived) > 1 and cost(arrived[-1]) > cost(first):
        told += f"; {arrived[-1].name} needs {cost(arrived[-1])}"
    return Takeaway(f"{told}.", lit)


def _none(late: Sequence[Group], lowest: float) -> Takeaway:
    """None has arrived, and these have not flown off; ``lowest``: the least loss known."""
    runs = [group.runs[0] for group in late]
    if not runs:
        return Takeaway("All of them fly off.")
    if all(run.status is Status.ENDLESS for run in runs):
        return Takeaway("Their losses fall for ever: there is no minimum that way.")
    if all(map(_stopped, runs)):
        return Takeaway("The stop rule ends their way before they have arrived.")
    if any(run.status not in RESTLESS for run in runs):
        return Takeaway("None of them reaches a minimum.")
    none = f"None of them comes to rest in {counted(max(run.steps for run in runs), 'step')}"
    above = np.array([np.median(run.losses[-max(run.steps // 4, 1) :]) - lowest for run in runs])
    order = np.argsort(above)
    if len(runs) == 1 or not above[order[0]] < TELLING * above[order[1]]:
        return Takeaway(f"{none}.")
    return Takeaway(f"{none}; {late[order[0]].name} comes closest.", runs[order[0]])


def _lowest(act: Act) -> float:
    """The least loss known: of a listed minimum, or that a ball has had."""
    had = [float(np.min(run.losses, initial=np.inf, where=np.isfinite(run.losses))) for run in act.runs]
    return min(*act.objective.minimum_values, *had, np.inf)


def _stopped(run: Run) -> bool:
    """Whether a stop rule has ended it elsewhere than where it was to come."""
    return run.ending.hold is Hold.RULE


def _over(away: Sequence[Group]) -> str:
    """What became of those that diverged, and why where that is known of all."""
    bounds = [(group.runs[0].bound, group.runs[0].ball.learning_rate) for group in away]
    over = all(bound is not None and rate > bound.rate for bound, rate in bounds)
    why = _verb(away, ": the rate is too large", ": their rates are too large") if over else ""
    return f"{_names(away)} {_verb(away, 'flies', 'fly')} off{why}"


def _crowd(group: Group, act: Act) -> Takeaway:
    """Many starts of one optimizer at one rate."""
    done, count = group.arrived, len(group.runs)
    ends = {run.minimum for run in done}
    local = sum(run.status is Status.LOCAL for run in group.runs)
    if len(done) == count:
        if len(ends) > 1 and None not in ends:
            return Takeaway(f"Where a ball starts decides in which of {len(ends)} minima it ends.")
        starts = "both" if count == 2 else f"all {count}"
        return Takeaway(f"From {starts} starts the balls reach {_goal(act)}.")
    endless = sum(run.status is Status.ENDLESS for run in group.runs)
    if local and not done and not endless:
        told = f"{_starts(local, count)} to a local minimum: elsewhere it is lower"
    elif local and not endless:
        told = f"{_starts(len(done), count)} to the lowest minimum, {local} to a higher one"
    else:
        told = f"{_starts(len(done) + local, count)} to a minimum"
        told += f"; from {endless} the loss falls for ever" if endless else ""
    return Takeaway(f"{told}.")


def _starts(some: int, count: int) -> str:
    return f"{some} of {count} starts {'leads' if some == 1 else 'lead'}"


def _crowds(groups: Sequence[Group]) -> Takeaway:
    """Many starts of each of several."""
    ranked = sorted(groups, key=lambda group: -len(group.arrived))
    first, second = ranked[:2]
    most = len(first.arrived)
    if not most:
        medians = [float(np.median([run.losses[-1] for run in group.runs])) for group in groups]
        if any(run.status not in RESTLESS for group in groups for run in group.runs):
            return Takeaway("None of them finds the lowest minimum.")
        if not np.isfinite(medians).all():
            return Takeaway("None of them comes to rest.")
        lowest = groups[int(np.argmin(medians))]
        return Takeaway(
            f"None comes to rest; the median loss ends lowest with {lowest.name}.", lowest.runs[0]
        )
    if most > len(second.arrived):
        return Takeaway(
            f"{first.name} arrives most often: from {most} of {len(first.runs)} starts.", first.runs[0]
        )
    equal = [group for group in ranked if len(group.arrived) == most]
    if len(equal) == len(groups):
        every = most == len(first.runs)
        told = f"from all {most}" if every else f"equally often: from {most} of {len(first.runs)}"
        return Takeaway(f"{_names(equal)} arrive {told} starts.")
    return Takeaway(f"{_names(equal)} arrive most often: from {most} of {len(first.runs)} starts.")


def _names(groups: Sequence[Group]) -> str:
    names = [group.name for group in groups]
    if len(names) > MOST:
        return f"{len(names)} of them"
    return " and ".join(names)


def _verb(groups: Sequence[Group], one: str, several: str) -> str:
    return one if len(groups) == 1 else several
