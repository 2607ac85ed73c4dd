"""Who runs where: a spec's functions, optimizers, rates and starts expanded into balls."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gdanim.engine.functions import DataObjective, Interval, KnownObjective, objective
from gdanim.engine.optimizers import Optimizer
from gdanim.engine.optimizers.cycled import cycled
from gdanim.engine.runs import Array, Ball, Objective, Point
from gdanim.engine.schedules import Schedule, warmed_up
from gdanim.errors import CastError, Loc
from gdanim.formula import number_text
from gdanim.registry import optimizers, schedules
from gdanim.spec.starts import GridStarts, RandomStarts, RingStarts, Start, place

if TYPE_CHECKING:
    from gdanim.spec import Part
    from gdanim.spec.entries import FunctionEntry, OptimizerEntry, RateEntry

Box = tuple[Interval, ...]

MAX_TEAMS = 200  # optimizers in a spec
MAX_BALLS = 100_000
MAX_NUMBERS = 200_000_000  # balls x rows x (dims + 3): 1.6 GB, if no ball stops early
MARGIN = 1.2  # of a domain around the starts, the minima and where balls end
SHORT = 24  # letters of a formula that labels tell
MOST_HUES = 12  # starts that have colours of their own, if nothing else differs
SINGLE_START = (0.8, 0.7)  # of the domain along each axis in turn, where nothing gives a start


@dataclass(frozen=True)
class Team:
    """The balls of one (optimizer, rate), from every start."""

    entry: OptimizerEntry
    optimizer: Optimizer  # the same object for all teams of one entry whose momentum no schedule moves
    schedule: Schedule
    rate: float  # the schedule starts from it, unless it has rates of its own
    balls: tuple[Ball, ...]


@dataclass(frozen=True)
class Cast:
    """One act before it is solved; the teams in the spec's order: optimizers, then rates."""

    objective: Objective
    domain: Box
    free: tuple[bool, ...]  # the axes along which nothing gives the domain
    teams: tuple[Team, ...]

    @property
    def balls(self) -> list[Ball]:
        """Of all teams, in the order of their numbers."""
        return [ball for team in self.teams for ball in team.balls]

    @property
    def diagonal(self) -> float:
        """Of the domain."""
        return math.hypot(*(high - low for low, high in self.domain))


def cast(spec: Part) -> tuple[Cast, ...]:
    """The acts of a spec with all their balls, nothing solved yet. Raises CastError."""
    if len(spec.optimizers) > MAX_TEAMS:
        raise CastError(("optimizers",), f"{len(spec.optimizers)} optimizers: the most is {MAX_TEAMS}")
    goals = [_objective(spec, index, entry) for index, entry in enumerate(spec.functions)]
    given = [_given(spec, goal, entry) for goal, entry in zip(goals, spec.functions, strict=True)]
    written = [_written(spec, goal, entry) for goal, entry in zip(goals, spec.functions, strict=True)]
    stages = [_starts(spec, *each) for each in zip(goals, given, written, strict=True)]
    _refuse_too_many(spec, stages)
    free = [tuple(interval is None for interval in intervals) for intervals in given]
    return tuple(_act(spec, *act) for act in zip(goals, stages, free, strict=True))


def widened(act: Cast, ends: Array) -> Cast:
    """The act with room for where its balls end, (n, dims), if its domain is free."""
    if not len(ends):
        return act
    low, high = np.array(act.domain).T
    lowest, highest = ends.min(axis=0), ends.max(axis=0)
    room = (MARGIN - 1) * (np.maximum(high, highest) - np.minimum(low, lowest))
    outer = np.minimum(low, lowest - room), np.maximum(high, highest + room)
    box = zip(act.domain, *(bounds.tolist() for bounds in outer), act.free, strict=True)
    return replace(act, domain=tuple((lower, upper) if free else old for old, lower, upper, free in box))


def _refuse_too_many(spec: Part, stages: Sequence[tuple[tuple[Point, ...], Box]]) -> None:
    """Raise CastError before there is more to build than memory or patience has room for."""
    rates = [1 if entry.learning_rate else len(spec.learning_rates) or 1 for entry in spec.optimizers]
    balls = sum(rates) * sum(len(starts) for starts, _ in stages)
    if balls > MAX_BALLS:
        raise CastError(("starts",), f"{balls} balls: the most is {MAX_BALLS}")
    tries = sum(count * (1 + entry.restarts) for count, entry in zip(rates, spec.optimizers, strict=True))
    kept = sum(tries * len(starts) * _numbers(spec, box) for starts, box in stages)
    if kept > MAX_NUMBERS:
        raise CastError(("steps",), f"{balls} balls times {spec.steps} steps is too much to keep")


def numbers(spec: Part, acts: Sequence[Cast]) -> int:
    """How many numbers the runs of these acts are, if no ball stops early."""
    return sum(
        len(team.balls) * (1 + team.entry.restarts) * _numbers(spec, act.domain)
        for act in acts
        for team in act.teams
    )


def _numbers(spec: Part, box: Box) -> int:
    """How many a whole try of one ball is."""
    return (spec.steps + 1) * (len(box) + 3)


def _objective(spec: Part, index: int, entry: FunctionEntry) -> KnownObjective:
    try:
        goal = objective(entry)
    except ValueError as error:
        raise CastError(("functions", index), str(error)) from None
    for i, optimizer in enumerate(spec.optimizers):
        if optimizer.batch_size and not isinstance(goal, DataObjective):
            message = f"batch_size is for functions made from data; {goal.name} has no samples"
            raise CastError(("optimizers", i, "batch_size"), message)
    return goal


def _act(
    spec: Part, goal: KnownObjective, stage: tuple[tuple[Point, ...], Box], free: tuple[bool, ...]
) -> Cast:
    starts, box = stage
    pairs = [
        (optimizer, rate)
        for optimizer in spec.optimizers
        for rate in ([optimizer.learning_rate] if optimizer.learning_rate else spec.learning_rates or [None])
    ]
    rules = {id(entry): optimizers[entry.name](**entry.parameters) for entry in spec.optimizers}
    teams: list[Team] = []
    marks = _marks(spec, len(starts))
    own_hues = len(pairs) == 1 < len(starts) <= MOST_HUES
    for index, ((optimizer, rate), label) in enumerate(zip(pairs, _labels(pairs), strict=True)):
        rule = rules[id(optimizer)]
        schedule, initial = _schedule(rate), rule.default_learning_rate
        if rate:
            initial = rate.rate or 0.0
        if schedule.formula and rate:
            where = (*_place(spec, optimizer, rate), "expr")
            _refuse_no_rates(schedule, initial, spec.steps, where)
        if schedule.momentum:
            try:
                rule = cycled(optimizer.name, optimizer.parameters, schedule.momentum)
            except ValueError as error:
                raise CastError(_place(spec, optimizer, rate), str(error)) from None
        leaves = float(np.max(schedule.rate(initial, 0, schedule.init(initial, 1))))
        balls = tuple(
            Ball(
                number=index * len(starts) + i,
                team=label,
                optimizer=optimizer.name,
                learning_rate=leaves,
                start=start,
                hue=i - 1 if own_hues else index,
                color=color or optimizer.color,
                batch_size=optimizer.batch_size,
                nth=i if len(starts) > 1 else None,
                mark=mark,
                name=_name(optimizer),
                detail=label[len(_name(optimizer)) :].strip(),
            )
            for i, (start, (mark, color)) in enumerate(zip(starts, marks, strict=True), start=1)
        )
        teams.append(Team(optimizer, rule, schedule, initial, balls))
    return Cast(goal, box, free, tuple(teams))


def _marks(spec: Part, starts: int) -> list[tuple[str, str | None]]:
    """What tells each start from the others, and the colour that is asked for it."""
    given = spec.starts if isinstance(spec.starts, tuple) else [None] * starts
    labels = [start.label if isinstance(start, Start) else None for start in given]
    colors = [start.color if isinstance(start, Start) else None for start in given]
    numbers = [f"#{i}" if starts > 1 else "" for i in range(1, starts + 1)]
    return [(label or number, color) for label, number, color in zip(labels, numbers, colors, strict=True)]


def _place(spec: Part, optimizer: OptimizerEntry, rate: RateEntry | None) -> tuple[str | int, ...]:
    """Where the spec gives an optimizer its rate."""
    if rate is optimizer.learning_rate:
        return "optimizers", spec.optimizers.index(optimizer), "learning_rate"
    return "learning_rates", next(i for i, given in enumerate(spec.learning_rates) if given is rate)


def _schedule(entry: RateEntry | None) -> Schedule:
    schedule = schedules[entry.name](**entry.parameters) if entry else schedules["constant"]()
    return warmed_up(schedule, entry.warmup) if entry and entry.warmup else schedule


def _refuse_no_rates(schedule: Schedule, initial: float, steps: int, place: Loc) -> None:
    """Raise CastError where a formula comes to what is no rate, at a step that may be taken."""
    for step in range(steps):
        rate = float(np.max(schedule.rate(initial, step, {})))
        if not (math.isfinite(rate) and rate >= 0):
            told = f"{rate:.4g}" if math.isfinite(rate) else "undefined"
            where = f"step {step}" if step else "step 0, from which steps count"
            raise CastError(place, f"the rate is {told} at {where}: it must be a number of at least 0")


def _given(spec: Part, goal: Objective, entry: FunctionEntry) -> list[Interval | None]:
    """For each variable the interval of the entry, else of the spec, else of the registry, else None."""
    own: Sequence[Interval | None] = goal.domain or [None] * len(goal.variables)
    if entry.domain is not None or spec.domain is None:
        return list(own)
    return [spec.domain.get(name, box) for name, box in zip(goal.variables, own, strict=True)]


def _written(spec: Part, goal: Objective, entry: FunctionEntry) -> list[bool]:
    """For each variable whether starts keep to its interval: it was asked for, or nothing lies beyond."""
    asked = entry.domain or spec.domain or {}
    return [name in asked or name in entry.limits for name in goal.variables]


def _box(
    given: Sequence[Interval | None],
    written: Sequence[bool],
    minima: Sequence[Point],
    starts: Sequence[Point],
) -> Box:
    """The domain: where nothing gives one, centred on the listed minima, with room for starts and minima.

    A function's own domain, unlike one that is ``written``, makes room for starts.
    """
    box = []
    for axis, (interval, fixed) in enumerate(zip(given, written, strict=True)):
        if interval and not fixed:
            interval = _with_room(interval, [start[axis] for start in starts])
        centre = float(np.mean([minimum[axis] for minimum in minima])) if minima else 0.0
        reach = max((abs(point[axis] - centre) for point in (*minima, *starts)), default=0.0)
        half = max(1.0, MARGIN * reach)
        box.append(interval or (centre - half, centre + half))
    return tuple(box)


def _with_room(interval: Interval, places: Sequence[float]) -> Interval:
    """The interval, wider where places along its axis ask for it."""
    low, high = min([interval[0], *places]), max([interval[1], *places])
    room = (MARGIN - 1) / 2 * (high - low)
    return low - room * (low < interval[0]), high + room * (high > interval[1])


def _starts(
    spec: Part, goal: Objective, given: Sequence[Interval | None], written: Sequence[bool]
) -> tuple[tuple[Point, ...], Box]:
    """The starts of an act and its domain, which each may depend on the other."""
    wanted, empty = spec.starts, _box(given, written, goal.minima, ())
    low, high = np.array(empty).T
    if isinstance(wanted, GridStarts):
        _need_variables(len(wanted.grid), goal, "grid")
        cells = np.stack(np.meshgrid(*map(np.arange, wanted.grid), indexing="ij"), axis=-1)
        fractions = (cells.reshape(-1, len(low)) + 0.5) / wanted.grid  # the middles of equal cells
        return _points(low + fractions * (high - low)), empty
    if isinstance(wanted, RandomStarts):
        random = np.random.default_rng(spec.seed if wanted.seed is None else wanted.seed)
        return _points(random.uniform(low, high, (wanted.random, len(low)))), empty
    if isinstance(wanted, RingStarts):
        _need_variables(2, goal, "ring")
        angles = np.arange(wanted.ring) * (2 * np.pi / wanted.ring)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        starts = _points((low + high) / 2 + wanted.radius * circle)
        return _inside(starts, _box(given, written, goal.minima, starts), lambda _: ("starts", "radius"))
    if wanted is not None:
        points = tuple(map(place, wanted))
        for i, point in enumerate(points):
            _need_variables(len(point), goal, i)
        return _inside(points, _box(given, written, goal.minima, points), lambda i: ("starts", i))
    box = _box(given, [True] * len(given), goal.minima, goal.starts)
    if goal.starts and all(_contains(box, start) for start in goal.starts):
        return goal.starts, box
    fractions = np.resize(SINGLE_START, len(low))
    return _points((low + fractions * (high - low))[None]), empty


def _points(points: Array) -> tuple[Point, ...]:
    return tuple(tuple(point) for point in points.tolist())


def _need_variables(count: int, goal: Objective, where: str | int) -> None:
    if count != len(goal.variables):
        message = (
            f"{goal.name} has {len(goal.variables)} variables ({', '.join(goal.variables)}), not {count}"
        )
        raise CastError(("starts", where), message)


def _inside(
    starts: tuple[Point, ...], box: Box, path: Callable[[int], tuple[str | int, ...]]
) -> tuple[tuple[Point, ...], Box]:
    for i, start in enumerate(starts):
        if not _contains(box, start):
            raise CastError(path(i), f"the start {start} is outside the domain {box}")
    return starts, box


def _contains(box: Box, point: Point) -> bool:
    return all(low <= x <= high for x, (low, high) in zip(point, box, strict=True))


def _labels(pairs: Sequence[tuple[OptimizerEntry, RateEntry | None]]) -> list[str]:
    """Unique labels of the (optimizer, rate) pairs: the name, with several rates the rate, and then
    whatever tells equal ones apart: other settings, else the rate, else a count."""
    rates = Counter(id(optimizer) for optimizer, _ in pairs)
    labels = [
        f"{_name(optimizer)} {_rate(rate) if rates[id(optimizer)] > 1 else ''}".rstrip()
        for optimizer, rate in pairs
    ]
    settings = [" ".join(f"{key} {_shown(v)}" for key, v in _settings(entry).items()) for entry, _ in pairs]
    for details in settings, [_rate(rate) if rates[id(entry)] == 1 else "" for entry, rate in pairs]:
        count = Counter(labels)
        labels = [
            f"{label} {detail}".rstrip() if count[label] > 1 else label
            for label, detail in zip(labels, details, strict=True)
        ]
    unique: dict[str, None] = {}
    counts: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
    for label in labels:
        copies = (label if k == 1 else f"{label} ({k})" for k in counts[label])
        unique[next(copy for copy in copies if copy not in unique)] = None
    return list(unique)


def _name(entry: OptimizerEntry) -> str:
    """What an optimizer is called in labels."""
    return entry.label or entry.name


def _settings(entry: OptimizerEntry) -> dict[str, Any]:
    keys = ("batch_size", "clip_value", "clip_norm", "maximize", "restarts")
    treatment = {key: getattr(entry, key) for key in keys}
    return {**entry.parameters, **{key: value for key, value in treatment.items() if value}}


def _rate(entry: RateEntry | None) -> str:
    """The rate a schedule starts from, its name or short formula unless it is constant, and its warmup."""
    if entry is None:
        return ""
    formula = str(entry.parameters.get("expr", ""))
    named = formula if 0 < len(formula) <= SHORT else entry.name
    words = [] if entry.rate is None else [number_text(entry.rate)]
    words += [named] * (entry.name != "constant")
    words += ["warmup"] * (entry.warmup > 0)
    return " ".join(words)


def _shown(value: object) -> str:
    return number_text(value) if isinstance(value, float) else str(value).lower()
