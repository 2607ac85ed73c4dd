"""Films of several acts: what an act inherits, where its mistakes are told, how its balls are numbered."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import gdanim
from gdanim.catalog import drawn, facts
from gdanim.cli import main
from gdanim.engine.anatomy import anatomy
from gdanim.errors import InputError, SpecError
from gdanim.output import table
from gdanim.schema import schema
from gdanim.spec import Spec, spec_hash
from gdanim.spec.yaml_marks import parse

FILM = """\
title: Down
functions: [bowl]
optimizers: [sgd, momentum]
learning_rates: [0.1]
starts: {ring: 3, radius: 1}
steps: 20
camera: {azimuth: 10, zoom: 2}
view: {theme: paper, colors: {text: red, lines: blue}}
video: {duration: 40, loop: true, aspect: "1:1"}
formats: [gif, mp4]
acts:
  - {chapter: One, say: It rolls. It stops., hold: 2}
  - title: Faster
    functions: [himmelblau, "x^2 + y^2"]
    optimizers: [adam]
    camera: {zoom: 3}
    view: {theme: dark, colors: {text: green}}
  - {starts: {grid: [2, 2]}, steps: 5, title: }
"""
CARD = '"""Words alone."""\n\nfrom gdanim.view.scene import FilmScene\n\n\nclass Card(FilmScene):\n    {}\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; scenes of one's own may lie in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(text: str) -> Spec:
    Path("film.yaml").write_text(text, encoding="utf-8")
    return gdanim.load("film.yaml")


def mistakes(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(SpecError) as caught:
        read(text)
    return [tuple(mistake) for mistake in caught.value.mistakes]


def test_an_act_inherits_and_says_what_differs() -> None:
    one, two, three = read(FILM).parts
    assert (one.chapter, [beat.text for beat in one.say], one.hold) == ("One", ["It rolls. It stops."], 2)
    assert (two.chapter, two.say, two.hold) == (None, (), 0)
    assert [part.title for part in (one, two, three)] == ["Down", "Faster", None]
    assert [len(part.functions) for part in (one, two, three)] == [1, 2, 1]
    assert [entry.name for entry in two.optimizers] == ["adam"]
    assert two.learning_rates == one.learning_rates
    assert (two.camera.azimuth, two.camera.zoom) == (10, 3)
    assert (one.view.theme, two.view.theme) == ("paper", "dark")
    assert (two.view.colors.text, two.view.colors.lines) == ("#008000", "#0000ff")
    assert (one.steps, three.steps) == (20, 5)
    assert three.starts.model_dump() == {"grid": (2, 2)}
    for part in (one, two, three):
        assert (part.film, part.acts, part.parts) == ("film", (), (part,))
        assert (part.video.aspect, part.video.loop, part.video.duration) == ("1:1", False, None)


def test_a_film_without_acts_is_its_own_part() -> None:
    spec = read("functions: [bowl]\nvideo: {duration: 30}\n")
    (part,) = spec.parts
    assert (part.functions, part.video, part.parts) == (spec.functions, spec.video, (part,))
    (part,) = read("functions: [bowl]\nvideo: {duration: 30, loop: true}\nacts: [{steps: 3}]\n").parts
    assert (part.steps, part.video.duration, part.video.loop) == (3, None, True)


def test_the_hash_knows_the_acts() -> None:
    hashes = {spec_hash(read(FILM.replace(*change))) for change in [("", ""), ("hold: 2", "hold: 3")]}
    hashes |= {spec_hash(read(FILM.replace(*change))) for change in [("It rolls", "It falls"), ("One", "I")]}
    assert len(hashes) == 4
    assert spec_hash(read(FILM)) in hashes


BASE = "functions: [bowl]\nlearning_rates: [0.1]\n"
# The caret line under a spec's line marks the column of its one mistake.
BAD = [
    ("acts: [{video: {quality: 480p15}}]\n        ^", "video belongs to the whole film"),
    ("acts: [{}, {formats: [gif]}]\n            ^", "formats belongs to the whole film"),
    ("acts: [{acts: [{}]}]\n        ^", "acts belongs to the whole film"),
    ("acts: [{chaptre: One}]\n        ^", "unknown key 'chaptre', did you mean 'chapter'?"),
    ("acts: [{chapter: ''}]\n                 ^", "chapter must have a character"),
    ("acts: [{hold: -1}]\n              ^", "hold must be at least 0, not -1"),
    ("acts: [{say: 5}]\n             ^", "say must be text, or a list of sentences such as"),
    ("acts: [{say: [a, 5]}]\n                 ^", "each item of say must be a mapping, not 5"),
    ("acts: [{say: ''}]\n             ^", "not nothing"),
    ("acts: [{say: [a, '']}]\n                 ^", "text must have a character"),
    ("acts: [{say: [{show: run}]}]\n              ^", "text is missing"),
    ("acts: [{say: [{text: a, show: rnu}]}]\n                              ^", "did you mean 'run'?"),
    ("acts: [{say: [{text: a, shwo: run}]}]\n                        ^", "did you mean 'show'?"),
    ("acts: [{say: [{text: a, step: -1}]}]\n                              ^", "step must be a whole"),
    ("acts: [{say: [{text: a, step: 1001}]}]\n                              ^", "it has at most 1000"),
    ("acts: [{say: [{text: a, light: [2]}]}]\n                                ^", "there is no ball 2"),
    ("acts: [{say: [{text: a, light: 1.5}]}]\n                               ^", "has numbers"),
    ("acts: [{say: [{text: a, light: [1, 0]}]}]\n                                   ^", "has numbers"),
    ("acts: [{say: [{text: a, light: map}]}]\n                               ^", "shows no 'map'"),
    ("acts: [{say: [{text: a, light: [surfase]}]}]\n                                ^", "mean 'surface'?"),
    ("acts: [{say: [{text: a, pause: 61}]}]\n                               ^", "pause must be at most 60"),
    ("acts: [{say: [{text: a, show: run, step: 3}]}]\n              ^", "write show or step, not both"),
    (
        "acts: [{say: [{text: a, show: end}, {text: a, show: run}]}]"
        "\n                                                    ^",
        "'run' does not come any more: what surface shows is picture, then start, then run, then end",
    ),
    (
        "acts: [{say: [{text: a, step: 3}, {text: a, step: 1}]}]"
        "\n                                                  ^",
        "step 1 does not come any more after step 3",
    ),
    ("acts: [{say: [{text: a, moment: run}]}]\n                        ^", "'moment': write show"),
    ("acts: [{say: [{text: a, at: 3}]}]\n                        ^", "unknown key 'at': write step"),
    ("acts: [{say: [{text: a, ball: 1}]}]\n                        ^", "unknown key 'ball': write light"),
    ("acts: [{say: [{text: a, show: 3}]}]\n                        ^", "write step: 3"),
    (
        "acts: [{say: [{text: a, step: 1}, {text: b, show: run}]}]"
        "\n                                                  ^",
        "'run' does not come any more",
    ),
    ("acts: [{say: [Down it goes: fast]}]\n              ^", 'in quotes: "Down it goes: fast"'),
    ("acts: [{}, {steps: 0}]\n                   ^", "steps must be a whole number of at least 1, not 0"),
    ("acts: [{camera: {zoom: 99}}]\n                       ^", "zoom must be at most 10"),
    ("camera: {zoom: 99}\nacts: [{camera: {orbit: 0}}, {}]\n", "zoom must be at most 10, not 99"),
    ("stop: {loss_change: -1}\nacts: [{}, {}]\n", "loss_change must be at least 0, not -1"),
    ("acts: [{functions: [rosenbork]}]\n                    ^", "did you mean 'rosenbrock'?"),
    ("acts: [{}, {starts: [[1, 2, 3]]}]\n                     ^", "2 (x, y), not 3"),
    (
        "acts: [{}, {domain: {x: [-9, 9], y: [-9, 9]}, starts: [[99, 0]]}]"
        "\n                                                        ^",
        "outside the domain",
    ),
    ("acts: [{view: {theme: drak}}]\n                      ^", "unknown theme 'drak', did you mean 'dark'?"),
    ("acts: [{scene: surfase}]\n               ^", "unknown scene 'surfase'"),
    ("acts: [{}, {camera: {follow: 2}}]\n                             ^", "there is no ball 2"),
    ("acts:\n- optimizers: [{name: sgd, batch_size: 2}]\n                                       ^", "sample"),
    # What is inherited but does not suit an act is told at that act, by its name, and once.
    (
        "starts: [[1, 2]]\nacts: [{}, {functions: [x^2]}]\n           ^",
        "starts of the whole film: a start has one number for each variable: 1 (x), not 2",
    ),
    (
        "domain: {x: [-1, 1], y: [-1, 1]}\nacts: [{functions: [x^2]}]\n       ^",
        "domain of the whole film: no function has a variable 'y'",
    ),
    ("camera: {follow: 3}\nacts: [{}, {}]\n       ^", "camera of the whole film: there is no ball 3"),
]  # fmt: skip


@pytest.mark.parametrize(("drawing", "message"), BAD, ids=[message for _, message in BAD])
def test_a_mistake_is_told_where_it_stands_and_once(drawing: str, message: str) -> None:
    text, _, caret = drawing.rpartition("\n")
    ((line, column, told),) = mistakes(BASE + text)
    assert message in told
    if caret:
        assert line == text.count("\n") + 3
        assert column == len(caret)
    else:
        assert line == 3


def test_what_is_wrong_for_all_acts_is_told_once() -> None:
    told = mistakes("functions: [bowl]\nview: {theme: drak}\nscene: surfase\nacts: [{}, {}, {}]\n")
    assert [(line, column) for line, column, _ in told] == [(2, 15), (3, 8)]


def test_every_act_needs_functions() -> None:
    told = mistakes("acts:\n- {functions: [bowl]}\n- {steps: 3}\n")
    assert told == [(3, 3, "functions is missing: the scene surface needs one")]
    told = mistakes("functions: [bowl]\nacts: [{}, {functions: []}]\n")
    assert told == [(2, 24, "functions must have an item: the scene surface needs one")]
    assert mistakes("steps: 3\n") == [(1, 1, "functions is missing: the scene surface needs one")]


def test_work_is_bounded_over_all_acts() -> None:
    acts = ", ".join(["{}"] * 101)
    ((_, _, told),) = mistakes(f"functions: [bowl]\nacts: [{acts}]\n")
    assert "at most 100 items" in told
    functions = ", ".join(["bowl"] * 50)
    ((line, column, told),) = mistakes(f"functions: [{functions}]\nacts: [{{}}, {{}}, {{}}, {{}}, {{}}]\n")
    assert (line, column, told) == (2, 7, "the acts have 250 functions; the most is 200")
    much = "functions: [bowl]\nstarts: {random: 4000}\nsteps: 9000\n"
    read(much)
    ((line, column, told),) = mistakes(f"{much}acts: [{{}}, {{}}]\n")
    assert (line, column) == (4, 7)
    assert "too much to keep" in told


@pytest.mark.parametrize("literal", ["()", "(0,)"])
def test_a_scene_may_do_without_functions(literal: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("scenes").mkdir()
    Path("scenes/leaf.py").write_text(CARD.format(f"dimensions = {literal}"))
    assert read("scene: leaf\n").functions == ()
    text = "functions: [bowl]\nacts: [{}, {scene: leaf}, {scene: leaf, functions: [x^2]}]\n"
    assert [len(part.functions) for part in read(text).parts] == [1, 0, 0]
    assert main(["check", "film.yaml"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("film.yaml: 3 acts, 1 ball on 1 function, 1000 steps, ")
    assert " frames at 30 a second, mp4 1280x720, about " in told
    assert told.endswith(" MB: ok\n")
    validator = jsonschema.Draft202012Validator(schema())
    for good in ("scene: leaf\n", text):
        assert not list(validator.iter_errors(parse(good, "film.yaml")[0]))
    for bad in ("scene: surface\n", "scene: surfase\nfunctions: [bowl]\n"):
        assert list(validator.iter_errors(parse(bad, "film.yaml")[0]))
    assert main(["solve", "film.yaml"]) == 0
    assert {line.split(",")[1] for line in capsys.readouterr().out.splitlines()[1:]} == {"1"}
    read("scene: leaf\n")
    assert main(["solve", "film.yaml"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize(
    ("body", "numbers", "told"),
    [
        ("pass", (2,), "functions of 2 variables"),
        ("dimensions = (1,)", (1,), "functions of 1 variable"),
        ("dimensions = (1, 2)", (1, 2), "functions of 1 or 2 variables"),
        ("dimensions = (0, 2)", (0, 2), "functions of 2 variables"),
        ("dimensions = ()", (0,), "no functions"),
        ("dimensions = None", range(1, 99), "functions of any number of variables"),
    ],
)
def test_a_scene_says_what_it_draws(
    body: str, numbers: range, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text(CARD.format(body))
    assert [n for n in range(99) if n in facts("mine").numbers()] == list(numbers)
    assert drawn("mine") == told
    assert main(["list", "scenes"]) == 0
    assert f"{told}  Words alone.".split() in [
        line.split()[1:] for line in capsys.readouterr().out.splitlines()
    ]
    read("functions: [x^2 + y^2, a + b + c]\nscene: mine\n")
    assert main(["check", "film.yaml"]) == 0
    said = capsys.readouterr().out
    assert ("solve and descent work" in said) == (3 not in numbers)


def test_an_act_may_refuse_the_functions_of_the_film() -> None:
    parts = read("functions: [bowl]\nscene: card\nacts: [{}, {functions: []}]\n").parts
    assert [len(part.functions) for part in parts] == [1, 0]


def test_a_scene_that_is_no_python_says_so() -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text("class Mine:\n  dimensions = (1\n")
    with pytest.raises(InputError, match=r"mine\.py:2: SyntaxError"):
        read("scene: mine\n")


def test_acts_are_numbered_across_the_film() -> None:
    spec = read(FILM)
    solution = gdanim.solve(spec)
    assert [len(act.runs) for act in solution.acts] == [6, 3, 3, 8]
    assert max(run.steps for run in solution.acts[3].runs) == 5
    file = io.StringIO()
    table.write_csv(file, [solution])
    assert {line.split(",")[1] for line in file.getvalue().splitlines()[1:]} == {"1", "2", "3", "4"}
    assert [act.number for act in solution.acts] == [1, 2, 3, 4]
    parts = [part for part in spec.parts for _ in part.functions]
    for number, ball in ((4, 8), (2, 1)):
        act = solution.acts[number - 1]
        assert len(anatomy(parts[number - 1], act, ball).moves) == act.runs[ball - 1].steps


@pytest.mark.parametrize("key", ["chapter", "say", "hold"])
def test_what_belongs_to_an_act_is_sent_there(spec_of: Callable[[str], Spec], key: str) -> None:
    with pytest.raises(SpecError, match=f"2:1: {key} belongs in an act: write acts"):
        spec_of(f"functions: [ackley]\n{key}: 1")


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("most_ball = 1", "unknown 'most_ball', did you mean 'most_balls'?"),
        ("dimension = None", "unknown 'dimension', did you mean 'dimensions'?"),
        ("dimensions: ClassVar[tuple[int, ...]] = [1]", r"dimensions must be such as (2,), not [1]"),
        ("most_rates = 2.5", "most_rates must be such as 6, not 2.5"),
        ("lasts = {'act': 'long'}", "lasts must be such as {\"act\": 4.0}, not {'act': 'long'}"),
        ("lasts = {'acts': 4.0}", "lasts must be such as {\"act\": 4.0}, not {'acts': 4.0}"),
        ("uses = ('card')", "uses must be such as (\"card\",), not 'card'"),
    ],
)
def test_what_a_scene_says_of_itself_is_checked(declared: str, told: str) -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text(f"class Mine(FilmScene):\n    {declared}\n")
    with pytest.raises(InputError) as raised:
        read("scene: mine\nfunctions: [bowl]\n")
    assert str(raised.value) == f"scenes/mine.py:2: {told}"


def test_a_scene_uses_keys_that_there_are() -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text("class Mine(FilmScene):\n    uses = ('crad',)\n")
    with pytest.raises(InputError, match="uses names the unknown key 'crad', did you mean 'card'"):
        read("scene: mine\nfunctions: [bowl]\n")


def test_a_declaration_with_a_type_is_read() -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text(
        "class Mine(FilmScene):\n    most_balls: ClassVar[int] = 3\n    WIDE = 4\n"
    )
    assert facts("mine").most_balls == 3
    assert facts("mine").dimensions == (2,)
