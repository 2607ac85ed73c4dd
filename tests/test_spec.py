"""Specs: every mistake is found where it stands and told in words; good ones keep what they say."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import gdanim
from gdanim.errors import SpecError
from gdanim.formats import choices
from gdanim.registry import functions, optimizers, schedules
from gdanim.schema import schema
from gdanim.spec import Keys, Spec, spec_hash
from gdanim.spec import spec as specs
from gdanim.spec.places import SYNONYMS, belongs, places
from gdanim.spec.sections import Camera, Card, Stop, Video, View
from gdanim.spec.wording import findings
from gdanim.spec.yaml_marks import MAX_BYTES, parse
from gdanim.starter import schema_line

SHIPPED = sorted((Path(__file__).parent.parent / "specs").rglob("*.yaml"))
MINIMAL = "functions: [x^2 + y^2]\n"


def read(text: str, folder: Path) -> Spec:
    path = folder / "film.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return gdanim.load(path)


def mistakes(text: str, folder: Path) -> list[tuple[int, int, str]]:
    with pytest.raises(SpecError) as caught:
        read(text, folder)
    found = [tuple(mistake) for mistake in caught.value.mistakes]
    assert found == sorted(found)
    return found


# The caret line under a spec's line marks the column of its one mistake.
BAD = [
    ("optimisers: [sgd]\n^", "unknown key 'optimisers', did you mean 'optimizers'?"),
    ("lr: 0.1\n^", "unknown key 'lr': write learning_rates: [0.1]"),
    ("chapter: One\n^", "chapter belongs in an act: write acts: [{chapter: One}]"),
    ("acts: []\n      ^", "acts must have an item, not an empty list"),
    ("acts: {}\n      ^", "acts must be a list, not an empty mapping"),
    ("acts: [surface]\n       ^", "each item of acts must be a mapping, not 'surface'"),
    ("film: other\n^", "unknown key 'film'"),
    ("source: other\n^", "unknown key 'source'"),
    ("steps: -5\n       ^", "steps must be a whole number of at least 1, not -5"),
    ("steps: 100001\n       ^", "steps must be a whole number of at most 100000"),
    ("steps: 2.5\n       ^", "steps must be a whole number, not 2.5"),
    ("steps: true\n       ^", "steps must be a whole number, not true"),
    ("steps:\n      ^", "steps must be a whole number, not nothing"),
    ("pace: .nan\n      ^", "pace must be a finite number, not nan"),
    ("pace: 1e999\n      ^", "pace must be a finite number, not inf"),
    ("pace: fast\n      ^", "pace must be a number, not 'fast'"),
    ("pace: 0\n      ^", "pace must be at least 0.001, not 0"),
    ("title: 2024\n       ^", "title must be text (put it in quotes), not 2024"),
    ("camera: 3\n        ^", "camera must be a mapping, not 3"),
    ("camera: {azimut: 3}\n         ^", "unknown key 'azimut', did you mean 'azimuth'?"),
    ("stop: {gradient_norm: -1}\n                      ^", "gradient_norm must be at least 0, not -1"),
    ("view: {height: tall}\n               ^", "height must be 'auto', 'linear' or 'log', not 'tall'"),
    ("video: {quality: hd}\n                 ^", "lines and frames per second such as"),
    ("video: {quality: 721p30}\n                 ^", "even height"),
    ("video: {quality: 100x80p5}\n                 ^", "shorter side of 120 to 2160 pixels"),
    ("video: {quality: 90p5}\n                 ^", "even height of 120 to 2160"),
    ("video: {duration: 1}\n                  ^", "duration must be at least 2, not 1"),
    ("formats: []\n         ^", "formats must have an item, not an empty list"),
    ("formats: [mp4, avi]\n               ^", f"a format is {choices('{!r}')}, not 'avi'"),
    ("optimizers: []\n            ^", "optimizers must have an item"),
    ("optimizers: sgd\n            ^", "optimizers must be a list, not 'sgd': write [sgd]"),
    ("pace: 0,5\n      ^", "pace must be a number, not '0,5': write 0.5"),
    ("noise: 1/4\n       ^", "noise must be a number, not '1/4': write 0.25"),
    ('learning_rates: ["0,1"]\n                 ^', "not '0,1': write 0.1"),
    ("video: {loop: yes}\n              ^", "loop must be true or false, not 'yes': write true"),
    ("view: {height: \u201clog\u201d}\n               ^", "or 'log', not '\u201clog\u201d': write log"),
    ("optimizers: [SGDD]\n             ^", "unknown optimizer 'SGDD', did you mean 'sgd'?"),
    ("optimizers: [{name: adma}]\n                    ^", "unknown optimizer 'adma', did you mean 'adam'?"),
    ("optimizers: [{momentum: 1}]\n             ^", "name is missing"),
    ("optimizers: [7]\n             ^", "each item of optimizers must be a mapping, not 7"),
    (
        "optimizers: [{name: sgd, rate: 1}]\n                         ^",
        "unknown key 'rate': write learning_rate: 1",
    ),
    (
        "optimizers: [{name: sgd, momentum: big}]\n                                   ^",
        "momentum must be a number, not 'big'",
    ),
    (
        "optimizers: [{name: sgd, momentum: -1}]\n                                   ^",
        "sgd: momentum must be at least 0, not -1",
    ),
    (
        "optimizers: [{name: sgd, nesterov: 1}]\n                                   ^",
        "nesterov must be true or false, not 1",
    ),
    (
        "optimizers: [{name: sgd, nesterov: true}]\n                                   ^",
        "sgd: nesterov needs momentum above 0 and dampening 0",
    ),
    (
        "optimizers: [{name: adam, betas: [0.9, x]}]\n                                       ^",
        "each item of betas must be a number, not 'x'",
    ),
    (
        "optimizers: [{name: adam, betas: [0.9, 1.5]}]\n                                       ^",
        "adam: betas[1] must be at least 0 and below 1, not 1.5",
    ),
    (
        "optimizers: [{name: nadam, momentum_decay: -1}]\n                                           ^",
        "nadam: momentum_decay must be at least 0, not -1",
    ),
    (
        "optimizers: [{name: sgd, color: rde}]\n                                ^",
        "not 'rde', did you mean 'red'?",
    ),
    ("optimizers: [{name: sgd, color: }]\n                               ^", "color is empty; quote it"),
    ("learning_rates: []\n                ^", "learning_rates must have an item"),
    ("learning_rates: [-1]\n                 ^", "a learning rate must be at least 0, not -1"),
    (
        "learning_rates: [cosine]\n                 ^",
        "a schedule is more than its name: write {name: cosine, initial: 0.3, T_max: 100}",
    ),
    ("learning_rates: [{name: cosine, T_max: 9}]\n                 ^", "initial is missing"),
    ("learning_rates: [{name: cosine, initial: 1}]\n                 ^", "T_max is missing"),
    (
        "learning_rates:\n- {name: cosine, initial: 1, T_max: 0}\n                                    ^",
        "cosine: T_max must be at least 1, not 0",
    ),
    ("learning_rates: [{name: cosin, initial: 1}]\n                        ^", "did you mean 'cosine'?"),
    ("domain: {x: [3, -3]}\n            ^", "this interval is reversed: write [-3, 3]"),
    ("domain: {x: [1, 1]}\n            ^", "this interval has no width"),
    ("domain: {x: [1]}\n            ^", "an interval is [low, high], not a list"),
    ("domain: {x: [a, 1]}\n             ^", "each item of x must be a number, not 'a'"),
    ("domain: {z: [1, 2]}\n         ^", "no function has a variable 'z'; there is x, y"),
    ("starts: 4\n        ^", "starts must be points such as [[3, 4]]"),
    ("starts: {gird: [3]}\n        ^", "starts must be points"),
    ("starts: []\n        ^", "starts must be points such as [[3, 4]], or {grid: [8, 6]}"),
    ('title: "a\\ud800"\n       ^', "a text cannot hold the character '\\ud800'"),
    ('title: "a\\x07"\n       ^', "a text cannot hold the character '\\x07'"),
    ('"a\\x1b": 3\n^', "a text cannot hold the character '\\x1b'"),
    (
        "camera: {path: [{at: 3}, {at: 1}]}\n                              ^",
        "a keyframe is later than the one before it, at 3",
    ),
    (
        "camera: {path: [{at: 1}, {at: 1}]}\n                              ^",
        "a keyframe is later than the one before it, at 1",
    ),
    ("starts: [3, 4]\n        ^", "starts must be points such as [[3, 4]]"),
    ("starts: [[3, 4], 5]\n                 ^", "a point is a list of numbers such as [3, 4], not 5"),
    (
        "starts: [[1, 2], [3]]\n                 ^",
        "a start has one number for each variable: 2 (x, y), not 1",
    ),
    ("starts: {grid: [3]}\n               ^", "a grid has one number for each variable: 2 (x, y), not 1"),
    ("starts: {grid: [0, 3]}\n                ^", "at least 1, not 0"),
    ("starts: {grid: [9999, 9999]}\n               ^", "the most is 10000"),
    ("starts: {ring: 8}\n        ^", "radius is missing"),
    (
        "domain: {x: [0, 1], y: [0, 1]}\nstarts: [[1, 3]]\n             ^",
        "outside the domain: y=3 is not in [0, 1]",
    ),
    ("steps: 1\nsteps: 2\n^", "the key 'steps' is here twice, first in line 2"),
    ("[a]: 2\n^", "a key must be a word"),
    ("title: !!python/name:os.system x\n       ^", "tags such as"),
    ("title: *nobody\n       ^", "not valid YAML: a text that begins with * needs quotes"),
    ("title: [\n       ^", "not valid YAML: this [ is never closed"),
    ("\ttitle: x\n^", "a tab indents this line: use spaces"),
    # slips of those who do not know YAML
    (
        "title: \u00dcbergr\u00f6\u00dfe: zwei\n                ^",
        'quotes: title: "\u00dcbergr\u00f6\u00dfe: zwei"',
    ),
    ('title: He said: "go"\n              ^', "quotes: title: 'He said: \"go\"'"),
    ("title: \u201ca: b\u201d\n         ^", 'needs quotes: title: "a: b"'),
    ("view: theme: dark\n           ^", "or a key below it in braces, view: {theme: dark}"),
    ("steps: 3 pace: 4\n             ^", "or begin a line with pace:"),
    ("title: #1 of all\n       ^", '# begins a comment: put the text in quotes, "#1 of all"'),
    ("optimizers: [{name: sgd, color: #ff0000}]\n                                ^", 'quotes, "#ff0000"'),
    ("title: @home\n       ^", 'a text that begins with @ needs quotes: "@home"'),
    ("title: 100%\n\ttitle: x\n^", "a tab indents"),
    ("title: %x\n       ^", 'needs quotes: "%x"'),
    ("title: `x`\n       ^", 'needs quotes: "`x`"'),
    ("title: &more fun\n       ^", 'needs quotes: "&more fun"'),
    ("title: !important\n       ^", 'needs quotes: "!important"'),
    ("title: [draft] Film\n       ^", 'needs quotes: "[draft] Film"'),
    ("title: {a} b\n       ^", 'needs quotes: "{a} b"'),
    ("title: >x\n       ^", 'needs quotes: ">x"'),
    ("title: 'it's'\n           ^", 'the quotes end before the text does: "it\'s"'),
    ('title: "a \\d"\n           ^', "use single ones, 'a \\d'"),
    ('title: "open\n       ^', "this quotation mark is never closed"),
    ("starts: [[1, 2], [3, 4]\n        ^", "this [ is never closed: a ] is missing"),
    ("view: {theme: dark\n      ^", "this { is never closed: a } is missing"),
    ("starts: [[1, 2]]]\n                ^", "this ] closes nothing"),
    ("steps:100\n     ^", "put a space after the colon: steps: 100"),
    ("steps = 100\n      ^", "a key ends in a colon: steps: 100"),
    ("steps 100\n     ^", "a colon is missing: steps: 100"),
    ("steps:\u00a0100\n      ^", "this space is no ordinary one"),
    ("\u00a0\u00a0steps: 100\n^", "no ordinary one"),
    ("steps\uff1a100\n     ^", "write an ordinary colon and a space: steps: 100"),
    (" steps: 100\n ^", "this line begins with 1 space: it needs 0 as 'functions' above"),
    ("view:\n    theme: dark\n   height: log\n   ^", "it needs 0 as 'view' above or 4 as 'theme' above"),
    ("acts:\n- title: a\n   say: b\n   ^", "it needs 0 as '- title' above or 2 as 'title' above"),
    (
        "starts: - [1, 2]\n        ^",
        "or stands in brackets: starts: [[1, 2]]",
    ),
    ("optimizers:\n- sgd\n - adam\n ^", "this line goes on with the one above"),
    ("optimizers:\n  -sgd\n  -adam\n  ^", "a space after each"),
    ("learning_rates: [0,05, 0,1]\n                 ^", "a decimal point is a point: write 0.05"),
    ("---\nsteps: 3\n^", "--- begins another document: a file is one spec"),
]


@pytest.mark.parametrize(("drawing", "message"), BAD, ids=[message for _, message in BAD])
def test_a_mistake_is_told_where_it_stands(drawing: str, message: str, tmp_path: Path) -> None:
    text, _, caret = drawing.rpartition("\n")
    begun = text.count("\n") + 2 - ("begins another" in message)
    ((line, column, told),) = mistakes(MINIMAL + text, tmp_path)
    assert message in told
    assert (line, column) == (begun, len(caret))


# Keys at a wrong place, or by another name: the spec's text, and what is said of its one wrong key.
MISPLACED = [
    ("theme: light", "theme belongs under view: write view: {theme: light}"),
    ("quality: 1080p30", "quality belongs under video: write video: {quality: 1080p30}"),
    ('aspect: "1:1"', 'aspect belongs under video: write video: {aspect: "1:1"}'),
    ("quallity: 480p15", "quality belongs under video"),
    ("palette: [red]", "palette belongs under view.colors: write view: {colors: {palette: [red]}}"),
    ("background: white", "write view: {colors: {background: white}}"),
    ("background: none", "write view: {background: none}"),
    ("radius: 2", "radius belongs under starts: write starts: {radius: 2, ring: ...}"),
    (
        "momentum: 0.9",
        "to an optimizer (sgd, rmsprop, momentum, nesterov, ...): write optimizers: [{name: sgd, mom",
    ),
    (
        "color: red",
        "color belongs to an optimizer or under starts: write optimizers: [{name: sgd, color: red}]",
    ),
    ("T_max: 9", "to a schedule (cosine): write learning_rates: [{name: cosine, T_max: 9, initial: 0.3}]"),
    ("b: 50", "b belongs to a function (rosenbrock): write functions: [{name: rosenbrock, b: 50}]"),
    ("h: 0.1", "functions: [{name: ..., gradient: {name: central_difference, h: 0.1}}]"),
    ("hold: 2", "hold belongs in an act: write acts: [{hold: 2}]"),
    ("caption: Hi there", "unknown key 'caption': write acts: [{say: \"Hi there\"}]"),
    ("name: Ravine", "unknown key 'name': write title: Ravine"),
    ("fps: 60", "unknown key 'fps': write video: {quality: 720p60}"),
    ("epochs: 20", "unknown key 'epochs': write steps: 20"),
    ("learning_rate: 0.1", "unknown key 'learning_rate': write learning_rates: [0.1]"),
    ("start: [1, 2]", "unknown key 'start': write starts: [[1, 2]]"),
    ("xlim: [-3, 3]", "unknown key 'xlim': write domain: {x: [-3, 3]}"),
    ("video: {theme: dark}", "theme belongs under view: write view: {theme: dark}"),
    ("video: {steps: 9}", "steps belongs at the top level: write steps: 9 on a line that is not indented"),
    ("view: {theme dark}", "unknown key 'theme dark': write theme: dark"),
    ("optimizers: [{name: adam, momentum: 1}]", "momentum is a parameter of sgd, rmsprop"),
    ("optimizers: [{name: sgd, colour: red}]", "unknown key 'colour': write color: red"),
    ("optimizers: [{name: sgd, steps: 9}]", "steps belongs at the top level"),
    ("learning_rates: [{name: constant, initial: 1, momentum: 1}]", "momentum belongs to an optimizer"),
    ("acts: [{quality: 480p15}]", "quality belongs under video, which is of the whole film"),
    ("acts: [{narration: Hi}]", "unknown key 'narration': write say: Hi"),
]


@pytest.mark.parametrize(("text", "message"), MISPLACED, ids=[text for text, _ in MISPLACED])
def test_a_misplaced_key_is_told_where_it_belongs(text: str, message: str, tmp_path: Path) -> None:
    ((_, _, told),) = mistakes(MINIMAL + text, tmp_path)
    assert message in told


def test_every_key_of_a_section_is_told_its_place() -> None:
    """What is said of it at the top level works when it is done."""
    sections = {"view": View, "video": Video, "camera": Camera, "stop": Stop, "card": Card}
    for section, model in sections.items():
        for key in model.written_keys():
            assert f"belongs under {section}" in belongs(key, None, Keys), key
    for registry in (optimizers, functions, schedules):
        for name in registry:
            for key in set(registry.parameters(name)) - set(SYNONYMS) - set(Keys.written_keys()):
                assert f"to a{'n' * (registry is optimizers)} {registry.kind}" in belongs(
                    key, 1, Keys
                ) or any(key in other.parameters(n) for other in (optimizers, schedules) for n in other), key


def test_what_other_programs_call_it_leads_to_a_key() -> None:
    for word, ours in SYNONYMS.items():
        for path in ours:
            assert path.split(".")[-1] in places(), word


FUNCTIONS = [
    ("functions: []\n           ^", "functions must have an item"),
    ("functions: [rosenbork]\n            ^", "unknown function 'rosenbork', did you mean 'rosenbrock'?"),
    ("functions: [x^2 + * y]\n                  ^", "expected a number"),
    ('functions: ["x^2 + foo(y)"]\n                   ^', "foo"),
    ("functions:\n  - 'x^2 + y = 3'\n             ^", "unexpected '='"),
    ("functions: [0,5*x^2]\n            ^", "a decimal point is a point: write 0.5*x^2"),
    ('functions: ["1.000,5*x^2"]\n             ^', "a decimal point is a point: write 1000.5"),
    ("functions: [|x|]\n            ^", 'needs quotes: "|x|"'),
    ('functions: ["x^2, y]\n            ^', "this quotation mark is never closed"),
    ("functions: [{name: rosenbrock, c: 3}]\n                               ^", "unknown key 'c'"),
    (
        "functions: [{name: rosenbrock, b: -3}]\n                                  ^",
        "rosenbrock: b must be positive",
    ),
    (
        "functions: [{name: rosenbrock, a: 1e300}]\n                                  ^",
        "the size of a number is at most 1e+100",
    ),
    ("functions: [{expr: x^2, name: bowl}]\n            ^", "either a name or an expr"),
    ("functions: [{domain: {x: [0, 1]}}]\n            ^", "either a name or an expr"),
    (
        "functions: [{expr: x^2*y, domain: {x: [0, 1]}}]\n                                  ^",
        "the domain lacks y",
    ),
    (
        "functions:\n- {expr: x^2, domain: {x: [0, 1], z: [0, 1]}}\n                                  ^",
        "there is no variable 'z', only x",
    ),
    (
        "functions: [{expr: x^2, minima: [[0, 0]]}]\n                                 ^",
        "a minimum has one number for each variable (x), not 2",
    ),
    ("functions: [{expr: m*b, axes: [m, m]}]\n                              ^", "axes lack b"),
    (
        "functions: [{name: bowl, axes: [x, z]}]\n                               ^",
        "axes are x, y in any order",
    ),
    ("- functions\n^", "must be a mapping, not a list"),
    ("steps: 3\n^", "functions is missing"),
]


@pytest.mark.parametrize(("drawing", "message"), FUNCTIONS, ids=[message for _, message in FUNCTIONS])
def test_a_mistake_in_a_function_is_told_where_it_stands(drawing: str, message: str, tmp_path: Path) -> None:
    text, _, caret = drawing.rpartition("\n")
    ((line, column, told),) = mistakes(text, tmp_path)
    assert message in told
    assert (line, column) == (text.count("\n") + 1, len(caret))


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    text = "functions: [x^2 +]\nsteps: 0\nstepz: 1\nstarts: [[1, a]]\noptimizers: [sgd, agd]\n"
    assert [line for line, _, _ in mistakes(text, tmp_path)] == [1, 2, 3, 4, 5]


def test_starts_are_checked_though_another_key_is_wrong(tmp_path: Path) -> None:
    assert [line for line, _, _ in mistakes(MINIMAL + "steps: 0\nstarts: [[1]]\n", tmp_path)] == [2, 3]


def test_the_text_of_an_error_is_path_line_column_message(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read(MINIMAL + "steps: 0\npace: 0", tmp_path)
    path = tmp_path / "film.yaml"
    assert str(caught.value).splitlines() == [
        f"{path}:2:8: steps must be a whole number of at least 1, not 0",
        f"{path}:3:7: pace must be at least 0.001, not 0",
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"title: \xff", "not UTF-8 text: have your editor save the file as UTF-8"),
        (b"title: \x07", "cannot stand here"),
        (b"a: 1\n---\nb: 2\n", "another document"),
        (b"[" * 5000, "nested too deeply"),
        (b"a: &a [*a]", "repeat too much"),
        (b" " * (MAX_BYTES + 1), "at most"),
    ],
)
def test_a_hostile_file_is_refused(raw: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_bytes(raw)
    with pytest.raises(SpecError, match=message):
        specs.read(path)


@pytest.mark.parametrize("text", ["\ufeff" + MINIMAL, MINIMAL.replace("\n", "\r\n"), f"---\n{MINIMAL}...\n"])
def test_marks_of_windows_and_of_yaml_are_no_mistake(text: str, tmp_path: Path) -> None:
    assert read(text, tmp_path).functions[0].expr == "x^2 + y^2"


@pytest.mark.parametrize(
    "text", ["- [" * 20_000, "a " * 30_000 + ": b: c", "#" * 500_000 + "\n a: : b", "[" + "0," * 9_000]
)
def test_advice_on_a_huge_slip_is_quick(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(SpecError):
        parse(text, "film.yaml")
    assert time.process_time() - begun < 8


def test_aliases_cannot_explode(tmp_path: Path) -> None:
    rows = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    with pytest.raises(SpecError, match="repeat too much"):
        read("\n".join(rows), tmp_path)


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="No such file"):
        specs.read(tmp_path / "nowhere.yaml")
    with pytest.raises(SpecError, match="directory"):
        specs.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1:30", "1:30"),
        ("16:9", "16:9"),
        ("on", "on"),
        ("no", "no"),
        ("y", "y"),
        ("Yes", "Yes"),
        ("1_000", "1_000"),
        ("2024-01-02", "2024-01-02"),
        ("+.5", 0.5),
        ("1.", 1.0),
        ("-.inf", float("-inf")),
        ("~", None),
        ("TRUE", True),
        ("'1'", "1"),
        ("", None),
    ],
)
def test_scalars_are_read_by_yaml_1_2(text: str, value: object) -> None:
    data, _ = parse(f"key: {text}", "film.yaml")
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_keys_stay_text() -> None:
    data, _ = parse("{y: 1, n: 2, on: 3, 1: 4, null: 5}", "film.yaml")
    assert list(data) == ["y", "n", "on", "1", "null"]


def test_the_shortest_spec_has_the_documented_defaults(tmp_path: Path) -> None:
    spec = read(MINIMAL, tmp_path)
    assert spec.film == "film"
    assert [entry.name for entry in spec.optimizers] == ["sgd"]
    assert (spec.learning_rates, spec.starts, spec.domain) == ((), None, None)
    assert (spec.steps, spec.seed, spec.pace, spec.scene, [entry.name for entry in spec.formats]) == (
        1000,
        0,
        1.0,
        "surface",
        ["mp4"],
    )
    assert (spec.stop.gradient_norm, spec.stop.loss_change) == (1e-6, 0)
    assert (spec.video.quality, spec.video.aspect, spec.view.theme) == ("720p30", "16:9", "dark")


def test_entries_are_calls(tmp_path: Path) -> None:
    spec = read(
        """
functions: [rosenbrock, {name: rosenbrock, b: 50}, a*b, {expr: b^2 + m^2, axes: [m, b], minima: [[0, 0]]}]
optimizers: [sgd, {name: adam, betas: [0.8, 0.9], label: Adam, color: Red, learning_rate: 3e-1}]
learning_rates: [0.1, {name: cosine, initial: 0.3, T_max: 100}]
""".replace("Red", "red"),
        tmp_path,
    )
    plain, banana, product, line = spec.functions
    assert (plain.name, plain.expr, plain.parameters) == ("rosenbrock", None, {})
    assert (banana.name, banana.parameters) == ("rosenbrock", {"b": 50})
    assert (product.name, product.expr, product.variables) == (None, "a*b", ("a", "b"))
    assert (line.variables, line.minima) == (("m", "b"), ((0.0, 0.0),))
    adam = spec.optimizers[1]
    assert (adam.parameters, adam.label, adam.color) == ({"betas": (0.8, 0.9)}, "Adam", "#ff0000")
    assert adam.learning_rate is not None
    assert adam.learning_rate.rate == 0.3
    constant, cosine = spec.learning_rates
    assert (constant.rate, constant.name, constant.parameters) == (0.1, "constant", {})
    assert (cosine.rate, cosine.name, cosine.parameters) == (0.3, "cosine", {"T_max": 100})


def test_aliases_may_share_a_part(tmp_path: Path) -> None:
    spec = read("functions: [&f x^2, *f]\n", tmp_path)
    assert [entry.expr for entry in spec.functions] == ["x^2", "x^2"]


def test_a_spec_is_frozen(tmp_path: Path) -> None:
    spec = read(MINIMAL, tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        spec.steps = 3  # type: ignore[misc]


def test_the_hash_knows_what_a_film_depends_on(tmp_path: Path) -> None:
    spec = read(MINIMAL, tmp_path)
    assert spec_hash(read(f"# a comment\nsteps: 1000\n{MINIMAL}", tmp_path)) == spec_hash(spec)
    assert spec_hash(read(f"steps: 1001\n{MINIMAL}", tmp_path)) != spec_hash(spec)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert spec_hash(read(MINIMAL, elsewhere)) == spec_hash(spec)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("viridiss", "unknown colormap 'viridiss', did you mean 'viridis'?"),
        ("zzzzzzzz", "unknown colormap 'zzzzzzzz'"),
    ],
)
def test_the_nearest_colormap_is_named(name: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text(f"{MINIMAL}view: {{colormap: {name}}}\n")
    with pytest.raises(SpecError) as caught:
        gdanim.load(path)
    assert caught.value.mistakes == ((2, 18, message),)


def test_unknown_scenes_and_themes_are_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "film.yaml"
    path.write_text(f"{MINIMAL}scene: surfase\nview:\n  theme: drak\n")
    with pytest.raises(SpecError) as caught:
        gdanim.load(path)
    (scene, theme) = caught.value.mistakes
    assert scene[:2] == (2, 8)
    assert "unknown scene 'surfase'" in scene.message
    assert theme[:2] == (4, 10)
    assert "unknown theme 'drak', did you mean 'dark'?" in theme.message


KEYS = [
    "name",
    "expr",
    "domain",
    "minima",
    "axes",
    "label",
    "color",
    "learning_rate",
    "initial",
    "momentum",
    "T_max",
    "grid",
    "ring",
    "radius",
    "random",
    "seed",
    "x",
    "y",
    "theme",
    "quality",
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["x^2", "x*y", "sgd", "adam", "rosenbrock", "cosine", "constant", "red", "mp4", "720p30"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=3),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(Spec.model_fields)), VALUES, max_size=6))
def test_any_data_gives_a_spec_or_located_mistakes(data: dict[str, object]) -> None:
    _load_or_refuse(yaml.safe_dump(data, allow_unicode=True))


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("abxy^2+-*:,[]{}&*!|>'\"%@`#?~ \n\t\r0.\0é\u2028"), max_size=60)
    | st.text()
)
def test_any_text_gives_a_spec_or_located_mistakes(text: str) -> None:
    _load_or_refuse(text)
    _load_or_refuse(f"functions: [{text}]")
    _load_or_refuse(f"functions:\n- expr: {json.dumps(text)}")


def _load_or_refuse(text: str) -> None:
    try:
        data, marks = parse(text, "film.yaml")
        Spec.model_validate(data)
    except SpecError as error:
        found = error.mistakes
    except ValidationError as error:
        found = specs.located("film.yaml", marks, findings(error)).mistakes
    else:
        return
    lines = len(text.splitlines())
    assert found
    assert all(1 <= line <= lines + 1 and column >= 1 for line, column, _ in found)


@pytest.fixture(scope="module")
def validator() -> Any:
    """Of the schema, which is itself checked once."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_spec_is_good(path: Path, validator: Any) -> None:
    assert gdanim.load(path).film == path.stem
    assert path.read_text(encoding="utf-8").startswith(schema_line(path) or "none")
    validator.validate(parse(path.read_text(encoding="utf-8"), path)[0])


def test_the_schema_agrees_with_the_models(tmp_path: Path, validator: Any) -> None:
    good = [
        MINIMAL,
        "functions: [bowl, {name: rosenbrock, b: 50}, {expr: x*y, domain: {x: [0, 1], y: [0, 1]}}]",
        MINIMAL + "optimizers: [{name: adam, betas: [0.9, 0.99], learning_rate: 0.1}]",
        MINIMAL + "optimizers: [{name: sgd, learning_rate: {name: cosine, initial: 1, T_max: 9}}]",
        MINIMAL + "starts: {grid: [2, 3]}\nlearning_rates: [0.1, {name: constant, initial: 1}]",
        MINIMAL + "starts: {ring: 3, radius: 1}",
        MINIMAL + "starts: [[1, 2], [3, 4]]",
    ]
    for text in good:
        read(text, tmp_path)
        assert not list(validator.iter_errors(parse(text, "film.yaml")[0])), text
    bad = [
        "steps: 3",
        MINIMAL + "steps: 0",
        MINIMAL + "stepz: 3",
        MINIMAL + "optimizers: [{name: adam, momentum: 1}]",
        MINIMAL + "optimizers: [agd]",
        MINIMAL + "learning_rates: [{name: cosine, initial: 1}]",
        MINIMAL + "starts: {ring: 3}",
        MINIMAL + "starts: [3, 4]",
    ]
    for text in bad:
        assert mistakes(text, tmp_path)
        assert list(validator.iter_errors(parse(text, "film.yaml")[0])), text


@pytest.mark.parametrize(
    ("card", "message", "place"),
    [
        ("{table: [[a, b], [c]]}", "this row has 1 cells, the first one 2", (3, 24)),
        ("{table: [[a, b, c, d, e, f, g]]}", "a table has 1 to 6 columns, not 7", (3, 15)),
        (f"{{table: [{'[a], ' * 13}]}}", "table must have at most 12 items, not 13", (3, 15)),
        (
            f"{{lines: [a, b], table: [{'[a], ' * 11}]}}",
            "at most 12 lines and rows together, not 2 and 11",
            (3, 7),
        ),
    ],
)
def test_cards_have_straight_tables(tmp_path: Path, card: str, message: str, place: tuple[int, int]) -> None:
    path = tmp_path / "film.yaml"
    path.write_text(f"title: Summary\nscene: card\ncard: {card}\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        gdanim.load(path)
    (mistake,) = caught.value.mistakes
    assert message in mistake.message
    assert (mistake.line, mistake.column) == place


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (
            "view: {theme: dark, against: steps}\n",
            "view.against is for the scene losses, not for surface",
            (2, 21),
        ),
        ("card: {lines: [a]}\n", "card is for the scene card, not for surface", (2, 1)),
        (
            "sweep: {learning_rate: [0.1, 0.2, 3], momentum: [0, 0.9, 3]}\nscene: contour\n",
            "sweep is for the scene sweep, not for contour",
            (2, 1),
        ),
        ("acts:\n- {scene: losses}\n- {card: {lines: [a]}}\n", "card is for the scene card", (4, 4)),
        ("card: {lines: [a]}\nacts: [{title: a}, {scene: losses}]\n", "not for losses or surface", (2, 1)),
    ],
)
def test_a_key_that_no_scene_uses_is_a_mistake(
    tmp_path: Path, text: str, message: str, place: tuple[int, int]
) -> None:
    ((line, column, told),) = mistakes(MINIMAL + text, tmp_path)
    assert message in told
    assert (line, column) == place


@pytest.mark.parametrize(
    "text",
    [
        "view: {against: evaluations}\nacts: [{title: a}, {scene: losses}]\n",
        "card: {lines: [a]}\nacts: [{title: a}, {scene: card}]\n",
        "scene: losses\nview: {against: steps}\n",
    ],
)
def test_a_key_above_the_acts_is_for_those_that_use_it(tmp_path: Path, text: str) -> None:
    read(MINIMAL + text, tmp_path)
