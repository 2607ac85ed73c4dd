"""What messages tell to write: done to the letter, it mends the spec, and says what was meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gdanim
from gdanim.errors import SpecError
from gdanim.registry import schedules
from gdanim.spec import Keys, yaml_marks
from gdanim.spec.numbers import as_number
from gdanim.spec.places import belongs, places
from gdanim.spec.readings import written

FIRST = "functions: [bowl]\n"

# A wrong line below FIRST, and what is told to write for its value, or for the line.
SLIPS = [
    # the opposite of what was said
    ("loop: yes", "video: {loop: true}"),
    ("loop: off", "video: {loop: false}"),
    ('loop: "yes"', "video: {loop: true}"),
    ("loop: On", "video: {loop: true}"),
    ("amsgrad: yes", "optimizers: [{name: adam, amsgrad: true}]"),
    ("maximize: yes", "optimizers: [{name: sgd, maximize: true}]"),
    ("nesterov: yes", "optimizers: [{name: sgd, nesterov: true, momentum: 0.9}]"),
    ("nesterov: true", "optimizers: [{name: sgd, nesterov: true, momentum: 0.9}]"),
    ("dark_mode: no", "view: {theme: light}"),
    ("log: false", "view: {height: linear}"),
    ("rotate: no", "camera: {orbit: 0}"),
    # decimal commas, units, lists as text
    ("learning_rates: 0,1", "[0.1]"),
    ("learning_rate: 0,1", "learning_rates: [0.1]"),
    ("lr: 0,1", "learning_rates: [0.1]"),
    ("momentum: 0,9", "optimizers: [{name: sgd, momentum: 0.9}]"),
    ("zoom: 1,5", "camera: {zoom: 1.5}"),
    ("camera: {zoom: 1,5}", "1.5, or [1, 5]"),
    ("optimizers: [{name: sgd, momentum: 0,9}]", "0.9"),
    ("hold: 0,5", "acts: [{hold: 0.5}]"),
    ("learning_rates: [0,01; 0,05]", "[0.01, 0.05]"),
    ("learning_rates: (0.1, 0.2)", "[0.1, 0.2]"),
    ("learning_rates: 0,1; 0,2", "[0.1, 0.2]"),
    ("betas: 0.9, 0.999", "optimizers: [{name: adabelief, betas: [0.9, 0.999]}]"),
    ('optimizers: [{name: adam, betas: "0,9; 0,99"}]', "[0.9, 0.99]"),
    ("domain: {x: [-3,5, 3,5], y: [-1, 1]}", "[-3.5, 3.5]"),
    ("domain: {x: [-0,5, 0,5], y: [-1, 1]}", "[-0.5, 0.5]"),
    ("starts: [[1,5, 2,5]]", "[1.5, 2.5]"),
    ("elevation: 35\u00b0", "camera: {elevation: 35}"),
    ("camera: {elevation: 35\u00b0}", "35"),
    ("pace: 2x", "2"),
    ("steps: 1e3", "1000"),
    ("steps: 1,000", "1000"),
    ("epochs: 1e3", "steps: 1000"),
    ("max_iterations: 50", "steps: 50"),
    ("starts: [[\u22122, 1]]", "-2"),
    ("starts: 1, 2", "[[1, 2]]"),
    ("starts: [1, 2]", "[[1, 2]]"),
    ("starts: {grid: 8}", "[8, 8]"),
    ("optimizers: sgd, adam", "[sgd, adam]"),
    # the size of the video
    ("fps: 24", "video: {quality: 720p24}"),
    ("resolution: 1080p", "video: {quality: 1080p30}"),
    ("resolution: 1920x1080", "video: {quality: 1920x1080}"),
    ("resolution: 4K", "video: {quality: 2160p30}"),
    ("size: [400, 225]", "video: {quality: 400x225}"),
    ("video: {quality: 720}", "720p30"),
    ("video: {quality: 1080p}", "1080p30"),
    # the right value in a wrong shape
    ("optimizers: {name: adam}", "[{name: adam}]"),
    (
        "learning_rates: {name: cosine, initial: 0.2, T_max: 9}",
        "[{name: cosine, initial: 0.2, T_max: 9}]",
    ),
    # an entry whose name was written as a key, a list in a list
    ("optimizers: {adam: {lr: 0.1}}", "[{name: adam, learning_rate: 0.1}]"),
    ("optimizers: {name: adam, lr: 0.1}", "[{name: adam, learning_rate: 0.1}]"),
    ("optimizers: {adam: {lr: 0.1}, sgd: null}", "[{name: adam, learning_rate: 0.1}, sgd]"),
    ("optimizers: [{sgd: {momentum: 0.9}}]", "{name: sgd, momentum: 0.9}"),
    ("optimizers: [{sgd: null, momentum: 0.9}]", "{name: sgd, momentum: 0.9}"),
    ("optimizers: [{adam: null}]", "adam"),
    ("optimizers: [{AdamW: {lr: 0.1}}]", "{name: adamw, learning_rate: 0.1}"),
    ("learning_rates: [{StepLR: {lr: 0.1, step_size: 9}}]", "{name: step, initial: 0.1, step_size: 9}"),
    ("optimizers: [[sgd, adam]]", "sgd, adam"),
    ("optimizers: [[sgd]]", "sgd"),
    ("learning_rates: [[0.1, 0.2]]", "0.1, 0.2"),
    ("learning_rates: [{cosine: {lr: 0.3, T_max: 9}}]", "{name: cosine, initial: 0.3, T_max: 9}"),
    ("learning_rates: {cosine: {lr: 0.3, T_max: 9}}", "[{name: cosine, initial: 0.3, T_max: 9}]"),
    ("learning_rates: cosine", "[{name: cosine, initial: 0.3, T_max: 100}]"),
    ("learning_rates: [one_cycle]", "{name: one_cycle, max_lr: 0.3, total_steps: 1000}"),
    ("scheduler: cosine", "learning_rates: [{name: cosine, initial: 0.3, T_max: 100}]"),
    ("learning_rates: 0.1*0.9^k", '[{expr: "0.1*0.9^k"}]'),
    (
        "scheduler: {name: CosineAnnealingLR, lr: 1}",
        "learning_rates: [{name: cosine, initial: 1, T_max: 100}]",
    ),
    ("optimizer: {type: Adam, lr: 1, epsilon: 1}", "optimizers: [{name: adam, learning_rate: 1, eps: 1}]"),
    (
        "optimizers: {name: sgd, lr: {name: StepLR, lr: 1, step_size: 4}}",
        "[{name: sgd, learning_rate: {name: step, initial: 1, step_size: 4}}]",
    ),
    ("optimizers: Adam, SGD", "[adam, sgd]"),
    ('optimizers: ["SGD(lr=0.1)"]', "{name: sgd, learning_rate: 0.1}"),
    ("optimizers: [{name: sgd, lr: [0.1]}]", "0.1"),
    ("schedules: [linear]", "learning_rates: [{name: chained, schedules: [linear], initial: 0.3}]"),
    ("scheduler: StepLR", "learning_rates: [{name: step, initial: 0.3, step_size: 100}]"),
    ("lr_scheduler: {name: cosine}", "learning_rates: [{name: cosine, initial: 0.3, T_max: 100}]"),
    ("view:\n  colors:\n    palette: [#ff0000, #00ff00]", '["#ff0000", "#00ff00"]'),
    ("view: {colors: {palette: [ #ff0000, red]}}", '["#ff0000", red]'),
    ("stop: 1e-6", "{gradient_norm: 1.0e-06}"),
    ("view: light", "{theme: light}"),
    ("camera: top", "{elevation: 90}"),
    ("view: {legend: false}", "none"),
    ("legend: off", "view: {legend: none}"),
    ("title: 2024", '"2024"'),
    ('colors: {background: "#fff"}', 'view: {colors: {background: "#ffffff"}}'),
    ("palette: red, blue", "view: {colors: {palette: [red, blue]}}"),
    ("domain: x: [-1, 1], y: [-1, 1]", "domain: {x: [-1, 1], y: [-1, 1]}"),
]


def advised(text: str, folder: Path) -> tuple[int, int, str, str]:
    """Line and column of a spec's one mistake, what is told, and what to write."""
    path = folder / "film.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        gdanim.load(path)
    ((line, column, told),) = caught.value.mistakes
    what = re.sub(" on a line that .*", "", told.rpartition("write ")[2].rpartition("braces: ")[2])
    return line, column, told, what


def mended(text: str, line: int, column: int, told: str, what: str) -> str:
    """The text with what is written in the place of a line with an unknown key, or of a wrong value."""
    lines = text.splitlines()
    wrong = lines[line - 1]
    if re.match(r"[a-z_]+: ", what) and (column == 1 or "in braces" in told):
        lines[line - 1] = what
        return "\n".join(lines)
    wrong, begun = wrong[: column - 1], wrong[column - 1 :]
    what = what.partition(", or ")[0]
    end, depth = len(begun), 0
    if begun[0] == '"':
        return text.replace(begun[: begun.index('"', 1) + 1], what)
    for at, sign in enumerate(begun if "{" in wrong or "[" in wrong else ""):
        tight = sign == "," and begun[at + 1].isdigit() and begun[:at].lstrip("-").isdecimal()
        if depth == 0 and sign in ",]}" and not tight:
            end = at
            break
        depth += (sign in "[{") - (sign in "]}")
    lines[line - 1] = wrong + what + begun[end:]
    return "\n".join(lines)


@pytest.mark.parametrize(("slip", "what"), SLIPS, ids=[slip for slip, _ in SLIPS])
def test_what_is_told_mends_the_spec(slip: str, what: str, tmp_path: Path) -> None:
    text = FIRST + slip
    line, column, told, advice = advised(text, tmp_path)
    assert advice == what, told
    gdanim.load(mended(text, line, column, told, advice) + "\n")


FUNCTIONS = [
    ("functions: himmelblau]", "functions: [himmelblau]", "write [himmelblau]"),
    ("functions: rosenbrock, bowl", "functions: [rosenbrock, bowl]", "write [rosenbrock, bowl]"),
    ("functions: {name: bowl}", "functions: [{name: bowl}]", "write [{name: bowl}]"),
    ("functions: [[himmelblau]]", "functions: [himmelblau]", "not a list: write himmelblau"),
    ("functions: [{rosenbrock: {b: 50}}]", "functions: [{name: rosenbrock, b: 50}]", "write {name: rosenb"),
    ("functions: [{rosenbrock: {c: 50}}]", "functions: [rosenbrock]", "write {name: rosenbrock, ...}"),
    ("functions: [{grid: null}]", "functions: [bowl]", "write {name: grid, ...}"),
    ("functions: {himmelblau: {}}", "functions: [himmelblau]", "write [himmelblau]"),
    ("functions: [bowl],", "functions: [bowl]", "drop the , at the end"),
    ("functions: [bowl] steps: 5", "functions: [bowl]\nsteps: 5", "begin a line with steps:"),
    ('functions: ["rosenbrock(x, y)"]', "functions: [rosenbrock]", "write rosenbrock alone"),
    ("functions: [{name: x^2+y^2}]", "functions: [{expr: x^2+y^2}]", "write expr: x^2+y^2"),
    ("functions: [{expr: himmelblau}]", "functions: [{name: himmelblau}]", "or name: himmelblau"),
    ('functions: ["lambda x, y: x**2 + y**2"]', "functions: [x**2 + y**2]", "alone: x**2 + y**2"),
]


@pytest.mark.parametrize(("wrong", "right", "message"), FUNCTIONS, ids=[wrong for wrong, _, _ in FUNCTIONS])
def test_a_function_in_a_wrong_shape_is_told_the_right_one(
    wrong: str, right: str, message: str, tmp_path: Path
) -> None:
    assert message in advised(wrong + "\n", tmp_path)[2]
    gdanim.load(right + "\n")


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        ("fps: 24\nresolution: 1080p", "'fps' and 'resolution': write video: {quality: 1080p24}"),
        ("width: 400\nheight: 226", "'width' and 'height': write video: {quality: 400x226}"),
        ("video: {width: 400, height: 226}", "'width' and 'height': write quality: 400x226"),
        ("video: {quality: 480p15, fps: 24}", "'fps': write quality: 480p24"),
    ],
)
def test_keys_that_mean_one_have_one_advice(slip: str, message: str, tmp_path: Path) -> None:
    assert message in advised(FIRST + slip, tmp_path)[2]


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        ("starts: {random: 5, radius: 2}", "radius belongs to a ring"),
        ("card: {text: [Hello]}", "write lines: [Hello]"),
        ("at: 0.5", "write camera: {path: [{at: 0.5}]}"),
        ("at: [0.5, 1]", "write starts: [{at: [0.5, 1]}]"),
        ("optimizers: [{name: sgd, learning_rates: 0.1}]", "did you mean 'learning_rate'?"),
        ("learning_rates: [warmup]", "unknown schedule 'warmup': write {initial: 0.1, warmup: 10}"),
        ('view: {colors: {text: "#abc"}}', "write '#aabbcc'"),
    ],
)
def test_the_remedy_is_told(slip: str, message: str, tmp_path: Path) -> None:
    assert message in advised(FIRST + slip, tmp_path)[2]


@pytest.mark.parametrize("value", ["..", "yes", "0,5", 1, 2.5, True, False, [1, 2], ["red"], {"name": "sgd"}])
def test_no_advice_on_a_misplaced_key_makes_another_mistake(value: object) -> None:
    """Unless it leaves something open (...), or says a number that is out of bounds as it was said."""
    for key in {*places()} - {*Keys.written_keys()} - {"name", "expr"}:
        told = belongs(key, value, Keys)
        what = told.rpartition("write ")[2].removesuffix(" on a line that is not indented")
        said = isinstance(value, list) or as_number(str(value)) is not None
        if not what or "..." in what or (said and "must" in _wrong(what)):
            continue
        assert not _wrong(what), (key, told)


def _wrong(line: str) -> str:
    try:
        gdanim.spec.read(("" if line.startswith("functions") else FIRST) + line + "\n")
    except SpecError as error:
        return str(error)
    return ""


def test_a_schedule_alone_is_told_with_what_it_needs(tmp_path: Path) -> None:
    for name in schedules:
        text = f"{FIRST}learning_rates: [{name}]"
        gdanim.load(mended(text, *advised(text, tmp_path)))


@pytest.mark.parametrize("key", ["learning_rates", "learning_rate", "lr"])
@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_several_rates_in_an_optimizer_are_told_to_be_of_all(key: str, name: str, tmp_path: Path) -> None:
    text = f"{FIRST}optimizers: [{{name: {name}, {key}: [0.1, {{name: step, lr: 1, step_size: 9}}]}}]"
    *_, told, what = advised(text, tmp_path)
    assert what == "learning_rates: [0.1, {name: step, initial: 1, step_size: 9}]"
    assert told.endswith(" on a line that is not indented")
    spec = gdanim.load(f"{FIRST}optimizers: [{name}]\n{what}")
    assert [rate.name for rate in spec.learning_rates] == ["constant", "step"]


def test_what_is_written_reads_back() -> None:
    for value in (
        "true",
        "null",
        "Yes",
        "a: b",
        '"',
        1e-6,
        1e-90,
        -2,
        ["a", {"b": False}],
        "400x225",
        "#ff0000",
    ):
        assert yaml_marks.parse(written({"key": value}), "text")[0] == {"key": value}
