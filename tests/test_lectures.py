"""The lectures: every sentence stands with its picture and is true of the runs that are seen.

What a sentence claims is worked out here without the engine, by a closed form or a recurrence, and held
against the runs of its act.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import gdanim
from gdanim.engine.runs import Run, Status
from gdanim.engine.solution import Act
from gdanim.motion.speech import THINK, sentences
from gdanim.output.opening import opened
from gdanim.spec import Part, Spec

FOLDER = Path(__file__).parent.parent / "specs/lectures"
LECTURES = sorted(FOLDER.glob("*.yaml"))
SPECS: dict[str, Spec] = {path.stem: gdanim.load(path) for path in LECTURES}
PARTS = [(name, k, part) for name, spec in SPECS.items() for k, part in enumerate(spec.parts)]
SLOWEST, FASTEST = 110, 140  # words a minute
LONGEST = 3.5  # seconds in which nothing is said while there is something to say
STANDS = 5.0  # seconds that an act goes on after its last word
START = np.array([-2.6, 1.4])


class Lecture(NamedTuple):
    """A lecture, recorded once for all that is asked of it."""

    length: float
    chapters: int
    scenes: list[Any]
    acts: dict[str, Act]  # those that have runs, by chapter


@pytest.fixture(scope="module")
def lectures() -> dict[str, Lecture]:
    found = {}
    for name, spec in SPECS.items():
        with opened(spec, (854, 480), 10) as film:
            scenes = [film.scene(k) for k in range(len(spec.parts))]
            told = zip(spec.parts, scenes, strict=True)
            acts = {
                part.chapter or part.title or "": scene.solution.acts[0]
                for part, scene in told
                if part.functions
            }
            found[name] = Lecture(film.length, len(film.chapters), scenes, acts)
    return found


@pytest.fixture(params=PARTS, ids=lambda part: f"{part[0]}-{part[2].scene}-{part[1]}")
def told(request: pytest.FixtureRequest, lectures: dict[str, Lecture]) -> Any:
    """An act of a lecture, recorded."""
    name, k, part = request.param
    scene = lectures[name].scenes[k]
    return part, scene, list(scene._marks), scene.script


def windows(part: Part, marks: list[Any], length: float) -> list[tuple[float, float] | None]:
    """Of each beat the seconds of the recording in which its moment is seen; None of one that follows."""
    found: list[tuple[float, float] | None] = []
    last = -1
    for beat in part.say:
        if beat.show is None:
            found.append(None)
            continue
        last = next(k for k, mark in enumerate(marks) if mark.name == beat.show and k > last)
        after = marks[last + 1].at if last + 1 < len(marks) else length
        found.append((marks[last].at, after))
    return found


def test_every_sentence_stands_with_its_picture(told: Any) -> None:
    part, scene, marks, script = told
    assert script.missed == []
    spoken = iter(script.spoken)
    seen = windows(part, marks, scene.recorded)
    window = (0.0, scene.recorded)
    for beat, own in zip(part.say, seen, strict=True):
        window = own or window
        for k, sentence in enumerate(sentences(beat.text)):
            said = next(spoken)
            assert said.text == sentence
            shown = script.picture_time(said.start), script.picture_time(said.until - 1e-6)
            assert window[0] - 1e-6 <= shown[0] <= shown[1] <= window[1] + 1e-6, sentence
            if k == 0 and own:
                assert shown[0] == pytest.approx(own[0]), f"{sentence} begins with its picture"
    assert next(spoken, None) is None


def test_words_come_at_an_even_pace(told: Any) -> None:
    part, scene, _, script = told
    ends = 0.0
    for said in script.spoken:
        words = len(said.text.split())
        if words > 3:
            assert SLOWEST <= 60 * words / (said.end - said.start) <= FASTEST, said.text
        assert said.start - ends < LONGEST, said.text
        ends = said.until
        if said.text.endswith("?"):
            assert said.until - said.end > THINK - 1e-6
    assert scene.length - ends < STANDS
    assert sum("?" in beat.text for beat in part.say) <= 1, "one question for an act"


def test_what_is_lit_is_there_and_nothing_else_is_lit(told: Any) -> None:
    part, scene, marks, script = told
    spoken = iter(script.spoken)
    for beat in part.say:
        for said in [next(spoken) for _ in sentences(beat.text)]:
            middle = (said.start + said.end) / 2
            shown, _ = scene.seek(script.picture_time(middle))
            there = [p for p in scene._panes if p in shown and max(p.presence, getattr(p, "reveal", 0)) > 0.5]
            for name in beat.light:
                assert script.shade(middle, {name}, type(name)) == 0.0, said.text
                if isinstance(name, str):
                    assert any(name in pane.shows for pane in there), f"{name} while {said.text}"
                else:
                    assert script.picture_time(said.start) >= next(m.at for m in marks if m.name == "run")
            kinds = {type(name) for name in beat.light}
            assert all(script.shade(middle, {"nothing", 99}, kind) == (kind in kinds) for kind in (int, str))


def test_a_lecture_is_as_long_as_it_should_be(lectures: dict[str, Lecture]) -> None:
    assert all(lecture.chapters for lecture in lectures.values())
    assert 300 <= lectures["gradient_descent"].length <= 430
    assert 90 <= lectures["three_ideas"].length <= 130


# -- what is claimed --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lecture(lectures: dict[str, Lecture]) -> dict[str, Act]:
    return lectures["gradient_descent"].acts


def says(lecture: str, chapter: str, words: str) -> None:
    """Hold that a chapter says something."""
    (part,) = (p for p in SPECS[lecture].parts if chapter in (p.chapter, p.title))
    assert words in " ".join(" ".join(beat.text.split()) for beat in part.say), words


def descended(run: Run, curvatures: tuple[float, float], rate: float) -> None:
    """Gradient descent on a quadratic: each variable is what it was, times one factor a step."""
    k = np.arange(run.steps + 1)[:, None]
    with np.errstate(over="ignore"):
        expected = run.points[0] * (1 - rate * np.array(curvatures)) ** k
    assert np.allclose(run.points, expected, rtol=1e-6, atol=1e-12)


def needed(curvatures: tuple[float, float], rate: float, bound: float) -> int:
    """Steps of gradient descent on a quadratic from START until the gradient is less than a bound."""
    own, k = np.array(curvatures), np.arange(10_000)[:, None]
    return int(np.argmax(np.linalg.norm(own * START * (1 - rate * own) ** k, axis=1) < bound))


def test_the_machine_turns_its_weight_to_the_lowest_loss(lecture: dict[str, Act]) -> None:
    lowest = (1 * 1.2 + 2 * 2.9 + 3 * 4.1) / (1 + 4 + 9)  # least squares of y = w x
    for chapter, way in (("The question", 1), ("Back to the machine", -1)):
        act = lecture[chapter]
        (run,) = act.runs
        low, high = act.domain[0]
        losses = act.objective.value(np.linspace(low, high, 201)[:, None])
        turns = np.sign(np.diff(losses))
        assert (np.diff(turns) >= 0).all(), "it falls, and rises again"
        assert low < lowest < high
        assert (way * np.diff(run.points[:, 0]) > 0).all(), "the right way"
        assert run.points[-1, 0] == pytest.approx(lowest, abs=1e-5)


def test_every_line_is_a_point_and_learns(lecture: dict[str, Act]) -> None:
    x, y = np.loadtxt(FOLDER / "points.csv", delimiter=",", skiprows=1).T
    assert len(x) == 20
    columns = np.column_stack([x, np.ones(20)])
    best = np.linalg.lstsq(columns, y, rcond=None)[0]
    act = lecture["A line has a loss"]
    (run,) = act.runs
    assert np.allclose(run.losses, ((columns @ run.points.T - y[:, None]) ** 2).mean(axis=0))
    assert (np.diff(run.losses) < 0).all()
    assert np.allclose(run.points[-1], best, atol=1e-2)
    long, short = np.linalg.eigvalsh(2 * columns.T @ columns / 20)[::-1]
    assert long / short < 2, "a bowl"


def test_balls_go_against_the_slope_and_their_steps_get_short(lecture: dict[str, Act]) -> None:
    left, right = lecture["One slope"].runs
    for run, way in ((left, 1), (right, -1)):
        k = np.arange(run.steps + 1)
        assert np.allclose(run.points[:, 0], run.points[0, 0] * 0.7**k)
        steps = way * np.diff(run.points[:, 0])
        assert (steps > 0).all()
        assert (np.diff(steps) < 0).all()
    assert left.points[0, 0] < 0 < right.points[0, 0], "the curve falls to the right, and rises"


def test_the_gradient_is_the_steepest_way_and_crosses_the_level_line(lecture: dict[str, Act]) -> None:
    act = lecture["Two slopes are a gradient"]
    (run,) = act.runs
    point, gradient = run.points[0], act.objective.exact_gradient(run.points[0])
    assert gradient.tolist() == [2 * 3, 2 * 4]
    angles = np.radians(np.arange(360))
    around = np.column_stack([np.cos(angles), np.sin(angles)])
    climbs = (act.objective.value(point + 1e-6 * around) - act.objective.value(point)) / 1e-6
    steepest = around[climbs.argmax()]
    assert steepest @ gradient / 10 > np.cos(np.radians(1))
    along = np.array([-4.0, 3.0]) / 5  # of a circle about the minimum, at (3, 4)
    assert abs(gradient @ along) < 1e-12
    step = run.points[1] - point
    assert np.allclose(step, -0.1 * gradient), "turned round, and a part of it"
    errors = [
        act.objective.value(point + s * step) - (act.objective.value(point) + s * step @ gradient)
        for s in (1, 3)
    ]
    assert errors[1] == pytest.approx(9 * errors[0]), "the plane is true only nearby"


def test_the_rule_with_its_numbers(lecture: dict[str, Act]) -> None:
    (run,) = lecture["The rule"].runs
    assert run.points[0].tolist() == [3, 4]
    assert np.allclose(run.points[1], [2.4, 3.2])
    steps = next(k for k in range(200) if 10 * 0.8**k < 1e-6)
    assert run.steps == steps == 73
    assert np.allclose(np.linalg.norm(run.points, axis=1), 5 * 0.8 ** np.arange(74)), "four fifths are left"
    says("gradient_descent", "The rule", "Seventy-three. Each one leaves four fifths")


def test_the_ravine(lecture: dict[str, Act]) -> None:
    act = lecture["The ravine"]
    (run,) = act.runs
    assert np.linalg.eigvalsh(act.objective.hessian(np.zeros(2))).tolist() == [2, 20]
    descended(run, (2, 20), 0.09)
    moves = np.diff(run.points[:9], axis=0)
    assert (np.diff(np.sign(run.points[:9, 1])) != 0).all(), "from wall to wall"
    assert (np.abs(moves[:, 1]) > 2 * np.abs(moves[:, 0])).all(), "long across, short along"


def test_four_learning_rates(lecture: dict[str, Act]) -> None:
    act = lecture["How large a step"]
    rates = (0.01, 0.07, 0.0975, 0.105)
    first, second, third, fourth = act.runs
    for run, rate in zip(act.runs, rates, strict=True):
        descended(run, (2, 20), rate)
    steps = [needed((2, 20), rate, 1e-6) for rate in rates[:3]]
    assert [first.steps, second.steps, third.steps] == steps
    assert steps[1] == 103 == min(steps)
    assert (np.diff(np.sign(third.points[:60, 1])) != 0).all(), "the third jumps from wall to wall"
    assert first.losses[75] > 1e4 * max(second.losses[75], 1e-12), "the first one creeps"
    inside = np.abs(fourth.points[:, 1]) < 1e6
    assert (np.diff(np.abs(fourth.points[inside, 1])) > 0).all(), "further than it came"
    assert fourth.status is Status.DIVERGED
    for rate in (0.0999, 0.1001):
        assert (abs(1 - 20 * rate) < 1) == (rate < 2 / 20), "the edge is two divided by L"


SWEPT = """
functions: ["{function}"]
optimizers: [{{name: {name}}}]
learning_rates: {rates}
starts: [[-2.6, 1.4]]
stop: {{gradient_norm: 1.0e-3}}
"""


def fewest(function: str, name: str, rates: Any) -> int:
    """Steps at the best of these rates."""
    text = SWEPT.format(function=function, name=name, rates=[float(f"{rate:.5g}") for rate in rates])
    runs = gdanim.solve(text).acts[0].runs
    return min(run.steps for run in runs if run.status is Status.CONVERGED)


def test_momentum_and_gradient_descent_at_their_best_rates(lecture: dict[str, Act]) -> None:
    plain, heavy = lecture["Momentum"].runs
    assert (plain.steps, heavy.steps) == (45, 18)
    assert plain.steps == min(needed((2, 20), rate, 1e-3) for rate in np.arange(0.02, 0.1, 0.0005))
    assert heavy.steps == fewest("x^2 + 10*y^2", "sgd, momentum: 0.3", np.arange(0.06, 0.13, 0.001))
    velocity, point = np.zeros(2), START.copy()
    for k, expected in enumerate(heavy.points):
        assert np.allclose(point, expected, atol=1e-9), k
        velocity = 0.3 * velocity + np.array([2.0, 20.0]) * point
        point = point - 0.112 * velocity
    says("gradient_descent", "Momentum", "eighteen steps with momentum, forty-five without")


def test_adam_on_the_steeper_ravine(lecture: dict[str, Act]) -> None:
    plain, adam = lecture["Adam"].runs
    descended(plain, (2, 200), 0.0098)
    best = min(needed((2, 200), rate, 1e-3) for rate in np.arange(0.002, 0.01, 0.00005))
    assert plain.steps == best, "gradient descent has its best rate"
    assert pytest.approx(0.98, abs=0.001) == 1 - 2 * 0.0098, "two per cent of the way along"
    assert 2 * adam.steps < plain.steps, "less than half the steps"
    furthest = int(np.argmax(adam.points[:, 0]))
    assert adam.points[furthest, 0] > 0.1 > adam.points[-1, 0] > -0.1, "it overshoots, turns back"
    assert 0 < furthest < adam.steps
    point, mean, square = START.copy(), np.zeros(2), np.zeros(2)
    for k, expected in enumerate(adam.points, start=1):
        assert np.allclose(point, expected, atol=1e-9), k
        gradient = np.array([2.0, 200.0]) * point
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        point = point - 0.2 * mean / (1 - 0.9**k) / (np.sqrt(square / (1 - 0.999**k)) + 1e-8)


def test_four_valleys_equally_deep(lecture: dict[str, Act]) -> None:
    known = np.array(  # D. Himmelblau, Applied Nonlinear Programming (1972)
        [[3.0, 2.0], [-2.805118, 3.131312], [-3.779310, -3.283186], [3.584428, -1.848126]]
    )
    act = lecture["Many valleys"]
    x, y = known.T
    assert np.allclose((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2, 0, atol=1e-8)
    apart = np.array([np.linalg.norm(known - run.points[-1], axis=1) for run in act.runs])
    assert apart.min(axis=1).max() < 1e-3
    assert set(apart.argmin(axis=1)) == {0, 1, 2, 3}, "where you start decides where you end"


def test_starts_on_the_borders_take_longest(lecture: dict[str, Act]) -> None:
    (x0, x1), (y0, y1) = lecture["Many valleys"].domain
    x, y = np.meshgrid(np.linspace(x0, x1, 81), np.linspace(y0, y1, 81))
    steps = np.zeros(x.shape)
    for _ in range(400):
        one, two = x**2 + y - 11, x + y**2 - 7
        gx, gy = 4 * x * one + 2 * two, 2 * one + 4 * y * two
        going = np.hypot(gx, gy) >= 1e-3
        steps += going
        x, y = x - 0.005 * gx * going, y - 0.005 * gy * going
    valley = 2 * (x > 0) + (y > 0)
    border = np.zeros(x.shape, dtype=bool)
    border[:, 1:] |= valley[:, 1:] != valley[:, :-1]
    border[1:] |= valley[1:] != valley[:-1]
    assert steps[border].mean() > 1.5 * steps[~border].mean()
    assert border[steps == steps.max()].all(), "on the borders it takes longest"


def test_a_hair_beside_the_ridge(lecture: dict[str, Act]) -> None:
    on, beside = lecture["The saddle"].runs
    assert (on.points[:, 0] == 0).all()
    assert on.status is Status.SADDLE
    x = np.array(on.points[-1])
    assert np.linalg.norm([x[0] ** 3 - x[0], 2 * x[1]]) < 1e-3, "the slope is zero"
    near = beside.points[:20, 0]
    assert np.allclose(near[1:] / near[:-1], 1 + 0.1 * (1 - near[:-1] ** 2)), "a little slope, and it grows"
    assert np.allclose(beside.points[-1], [1, 0], atol=1e-2)
    assert abs(beside.points[0, 0]) < 0.01 * 3.6, "a hair"


def test_one_point_at_a_time(lecture: dict[str, Act]) -> None:
    x, y = np.loadtxt(FOLDER / "points.csv", delimiter=",", skiprows=1).T
    best = np.linalg.lstsq(np.column_stack([x, np.ones(20)]), y, rcond=None)[0]
    act = lecture["One point at a time"]
    late = [np.linalg.norm(run.points[-40:] - best, axis=1) for run in act.runs]
    _, constant, falling = (float(away.mean()) for away in late)
    assert constant > 5 * falling, "the rate falls, and it settles"
    moves = np.linalg.norm(np.diff(act.runs[1].points, axis=0), axis=1)
    assert np.median(moves[-40:]) > 0.5 * np.median(moves[40:80]), "it never comes to rest"


def test_what_the_table_says_was_seen_before() -> None:
    """Each of its words that is not everyday was in a sentence before."""
    parts = list(SPECS["gradient_descent"].parts)
    table = next(k for k, part in enumerate(parts) if part.card.table)
    before = " ".join(beat.text for part in parts[:table] for beat in part.say).lower()
    cells = " ".join(cell for row in parts[table].card.table[1:] for cell in row).lower()
    for word in ("edge", "ravine", "saddle", "valley", "momentum", "adam", "push", "start", "rate"):
        assert word in cells, word
        assert word in before, word


def test_symbols_come_after_their_words() -> None:
    told = [beat.text for part in SPECS["gradient_descent"].parts for beat in part.say]
    said = " ".join(told)
    for symbol, words in (
        ("η", "learning rate"),
        ("λ", "curvature"),
        (" L", "curvature"),
        ("Adam", "ravine"),
    ):
        first = re.search(rf"{symbol}\b", said)
        assert first
        assert words in said[: first.start()], symbol
    assert "sgd" not in said.lower()


def test_no_verdict_names_the_edge_before_it_is_told() -> None:
    """Reasons such as ``0.1 is 10% of 2/L`` stand in legends."""
    parts = SPECS["gradient_descent"].parts
    told = next(k for k, part in enumerate(parts) if part.chapter == "How large a step")
    bare = ("knob", "gradient")
    assert all(part.view.legend != "full" for part in parts[:told] if part.scene not in bare)


@pytest.fixture(scope="module")
def ideas(lectures: dict[str, Lecture]) -> dict[str, Act]:
    return lectures["three_ideas"].acts


def test_three_ideas(ideas: dict[str, Act]) -> None:
    small, middle, large = ideas["The learning rate"].runs
    for run, rate in ((small, 0.01), (middle, 0.087), (large, 0.102)):
        descended(run, (2, 20), rate)
    assert middle.steps == needed((2, 20), 0.087, 1e-3) == 45
    assert small.steps == large.steps == 150
    assert abs(small.points[12, 1]) < 0.07 * 1.4 < abs(small.points[12, 0]), "down at once, then it creeps"
    assert (np.diff(np.abs(large.points[:, 1])) > 0).all(), "further each time"
    plain, heavy = ideas["Momentum"].runs
    assert (plain.steps, heavy.steps) == (45, 18)
    slow, adam = ideas["Adam"].runs
    assert 2 * adam.steps < slow.steps == needed((2, 200), 0.0098, 1e-3)


def test_all_chapters_differ() -> None:
    for spec in SPECS.values():
        chapters = [part.chapter for part in spec.parts if part.chapter]
        assert all(one != two for one, two in itertools.combinations(chapters, 2))
