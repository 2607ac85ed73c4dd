"""Whatever is wrong with a function, optimizer, schedule or gradient of one's own is told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import gdanim
from gdanim import plugins
from gdanim.engine.anatomy import anatomy
from gdanim.errors import InputError
from gdanim.registry import functions, optimizers
from gdanim.view.rules import worked_out

HEAD = """\
import numpy as np

from gdanim.engine.functions import KnownObjective, from_expression
from gdanim.engine.optimizers import GRADIENT, Line, Optimizer, Rule
from gdanim.engine.schedules import Schedule
from gdanim.registry import functions, gradients, optimizers, schedules

"""
SPEC = "starts: [[1, 0.5], [0.5, 1]]\nsteps: 3\n"
RATES = "learning_rates: [{name: mine, initial: 0.3}]\n"
RUNS = f"functions: [bowl]\noptimizers: [mine]\n{SPEC}"


pytestmark = pytest.mark.usefixtures("own_names")


def mistake(tmp_path: Path, code: str, spec: str) -> str:
    """What is told of a plugin when it is loaded, or a spec that uses it is checked or solved."""
    file = tmp_path / "own.py"
    file.write_text(HEAD + code)
    with pytest.raises(InputError) as told:
        (plugins.load(file), gdanim.solve(spec))
    return str(told.value).removeprefix(f"{tmp_path}/")


def optimizer(body: str, init: str = "lambda _: {}", more: str = "") -> str:
    return f"""\
@optimizers.register
def mine(scale: float = 1.0) -> Optimizer:
    def update(now, state):
        {body}

    return Optimizer({init}, update{more})
"""


def rule(formula: str, value: str) -> str:
    line = f"Line('x', '{formula}', lambda v: {value})"
    return optimizer(MOVE, more=f", rule=Rule((GRADIENT, {line}))")


MOVE = "return now.points - now.learning_rate * now.gradient, state"


@pytest.mark.parametrize(
    ("above", "head", "message"),
    [
        ("@functions.register", "mine(x, y)", "'x' without a type: .*from_callable"),
        ("@optimizers.register", "mine(**more)", r"parameter \*\*more"),
        ("@optimizers.register", "mine(_a: int = 1)", "'_a': a key begins with"),
        ("@optimizers.register", "mine(a: 'Foo' = 1)", "type that is unknown: .*'Foo'"),
        ("@optimizers.register", "mine(a: np.ndarray = 1)", "type that no key of a spec"),
        ("@optimizers.register", "mine(a: float = 'x')", "default .* a must be a number, not 'x'"),
        ("@optimizers.register", "mine(a: float = None)", "default .* a must be a number, not nothing"),
        ("@optimizers.register", "mine(label: str = '')", "'label', a key of every optimizer"),
        (
            "@optimizers.register()",
            "mine()",
            "register.. has nothing to register: write it without",
        ),
        ("@functions.register", "bowl()", "the function 'bowl' is built in already, by .*bowls.py:"),
    ],
)
def test_mistakes_of_the_signature_are_told_when_the_file_is_loaded(
    tmp_path: Path, above: str, head: str, message: str
) -> None:
    (tmp_path / "own.py").write_text(f"{HEAD}{above}\ndef {head}:\n    pass\n")
    with pytest.raises(InputError, match=f"own.py:8: .*{message}"):
        plugins.load(tmp_path / "own.py")


def test_what_has_no_name_cannot_be_registered() -> None:
    with pytest.raises(InputError, match=r"a function cannot be registered: write @optimizers.register"):
        optimizers.register(lambda: 1)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("    def f(x, y): return x\n    return f", r"8: .*a function; .*gdanim.from_callable\(f,"),
        ("    return None", r"8: the function 'mine' returns None; it must return an objective"),
        ("    return 1 + missing", r"10: the function 'mine' fails: it raised NameError: name 'missing'"),
        ("    return Half(name='h', variables=('x', 'y'))", r"19: .*a value that returns .*\(3, 1\)"),
        ("    return Half(name='h', variables=('x', 'loss'))", r"8: .*wrong variables: .*not 'loss'"),
        ("    return Half(name='h', variables=('x', 'y'), starts=((1.0,),))", r"8: .*\(1.0,\) among"),
    ],
)  # fmt: skip
def test_mistakes_of_a_function(tmp_path: Path, code: str, message: str) -> None:
    half = """


class Half(KnownObjective):
    latex = ""

    def exact_gradient(self, points): return 2 * points

    def value(self, points): return points[..., :1]

    def hessian(self, points): return points
"""
    code = f"@functions.register\ndef mine() -> KnownObjective:\n{code}\n{half}"
    told = mistake(tmp_path, code, f"functions: [mine]\n{SPEC}")
    assert re.match(f"own.py:{message}", told), told


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (optimizer("return now.points"), r"10: .*returns an array of shape .*the pair \(points,"),
        (optimizer("pass"), r"10: .*update returns None; it must return the pair"),
        (optimizer("return now.points[0], state"), r"10: .*shape \(2,\) as points; .*shape \(2, 2\)"),
        (optimizer("return now.points, {'m': 3.0}"), r"10: .*the number 3.0 as state 'm'"),
        (optimizer("return now.points, None"), r"10: .*update returns None as state; it must be a dict"),
        (optimizer(MOVE, "lambda _: None"), r"13: .*init returns None as state"),
        (optimizer(MOVE, "lambda x: {'m': x[0, :1]}"), r"13: .*\(1,\) as state 'm'.* the 2 balls"),
        (optimizer(MOVE.replace("state", "{}"), "lambda x: {'m': x}"), r"10: .*returns a state without 'm'"),
        (optimizer("return now.point, state"), r"11: .*fails: update\(now, state\) raised AttributeError"),
        (optimizer("now.points[:] = 0; return now.points, state"), r"11: .*read-only"),
        (optimizer(MOVE, more=", momentum='m'"), r"13: .*'m' as its momentum, but its state"),
        (optimizer(MOVE, more=", default_learning_rate=None"), r"8: .*default_learning_rate None"),
        (optimizer(MOVE, more=", stable=0.0"), r"8: .*has the number 0.0 as stable; it is the c of c/L"),
        (optimizer(MOVE, more=", rule='x - g'"), r"8: .*has a str as rule; it must be a Rule"),
        (optimizer(MOVE, more=", rule=Rule(())"), r"8: .*a rule whose last line is not for 'x'"),
        (rule("{x} - {rat} {g}", "0"), r"8: .*a rule with {rat} in its line for 'x', which is no"),
    ],
)  # fmt: skip
def test_mistakes_of_an_optimizer(tmp_path: Path, code: str, message: str) -> None:
    told = mistake(tmp_path, code, RUNS)
    assert re.match(f"own.py:{message}", told), told


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("v['x'] - v['rat']", r"13: .*fails: the value of its line for 'x' raised KeyError: 'rat'"),
        ("v['rate']", r"13: .*has a line for 'x' that comes to the number 0.1; it must be a vector"),
    ],
)
def test_mistakes_of_a_rule_are_told_when_it_is_shown(tmp_path: Path, value: str, message: str) -> None:
    (tmp_path / "own.py").write_text(HEAD + rule("{x} - {rate} {g}", value))
    plugins.load(tmp_path / "own.py")
    spec = gdanim.load(RUNS + "learning_rates: [0.1]\n")
    act = gdanim.solve(spec).acts[0]
    run, inside = act.runs[0], anatomy(spec, act, 1)
    with pytest.raises(InputError, match=message):
        worked_out(inside.rule, run, inside, 1)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ("0.1", r"8: the schedule 'mine' returns the number 0.1; it must return a Schedule"),
        ("Schedule(lambda initial, step: initial)", r"10: .*raised TypeError: .*positional arguments"),
        (
            "Schedule(lambda initial, step, _: -initial)",
            r"10: .*gives -0.3 at step 0; a rate is a",
        ),
        ("Schedule(lambda initial, step, _: 'much')", r"10: .*gives a str at step 0"),
        ("Schedule(lambda initial, step, _: np.ones(7))", r"10: .*gives an array of shape \(7,\) at step 0"),
        ("Schedule(lambda initial, *_: initial, lambda *_: {'s': 1})", r"10: .*init returns"),
    ],
)
def test_mistakes_of_a_schedule(tmp_path: Path, made: str, message: str) -> None:
    code = f"@schedules.register\ndef mine() -> Schedule:\n    return {made}\n"
    told = mistake(
        tmp_path, code, f"functions: [bowl]\nlearning_rates: [{{name: mine, initial: 0.3}}]\n{SPEC}"
    )
    assert re.match(f"own.py:{message}", told), told


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ("3", r"8: the gradient 'mine' returns the number 3; it must return a function of an objective"),
        (
            "lambda goal, points: goal.value(points)",
            r"10: .*shape \(2,\) for points of shape",
        ),
        ("lambda goal, points: goal.slope(points)", r"10: .*raised AttributeError: .*slope"),
    ],
)
def test_mistakes_of_a_gradient(tmp_path: Path, made: str, message: str) -> None:
    code = f"@gradients.register\ndef mine():\n    return {made}\n"
    told = mistake(tmp_path, code, f"functions: [{{name: bowl, gradient: mine}}]\n{SPEC}")
    assert re.match(f"own.py:{message}", told), told


def test_what_is_registered_again_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(HEAD + optimizer(MOVE))
    plugins.load(file)
    moved = gdanim.solve(gdanim.load(RUNS)).acts[0].runs[0].points[1]
    file.write_text(HEAD + optimizer("return now.points, state").replace("scale", "other"))
    plugins.load(file)
    still = gdanim.solve(gdanim.load(RUNS)).acts[0].runs[0].points
    assert np.array_equal(still[0], still[1])
    assert not np.array_equal(still[1], moved)
    gdanim.load(RUNS.replace("[mine]", "[{name: mine, other: 2.0}]"))
    with pytest.raises(InputError, match="scale"):
        gdanim.load(RUNS.replace("[mine]", "[{name: mine, scale: 2.0}]"))


def test_a_cell_of_a_notebook_run_again_replaces_but_no_other_file_does(tmp_path: Path) -> None:
    for cell in range(2):  # each cell is a file of its own to Python
        scope = {"__name__": "__main__"}
        exec(compile(HEAD + optimizer(MOVE), f"<cell {cell}>", "exec"), scope)
    assert optimizers["mine"].__wrapped__ is scope["mine"]  # type: ignore[attr-defined]
    (tmp_path / "own.py").write_text(HEAD + optimizer(MOVE))
    with pytest.raises(InputError, match=r"own.py:8: .*registered already, by <cell 1>:8: take"):
        plugins.load(tmp_path / "own.py")


def test_a_broken_package_is_told_of_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    from gdanim.registry import names

    broken = EntryPoint("own", "gdanim_nothing_here", "gdanim.plugins")
    monkeypatch.setattr(names, "_installed", [broken])
    with pytest.warns(UserWarning, match=r"plugin 'own' .* is left out: ModuleNotFound"):
        assert "bowl" in functions


def test_a_film_is_of_the_text_of_its_plugin(tmp_path: Path) -> None:
    from gdanim.output.provenance import code

    file, codes = tmp_path / "own.py", []
    for body in (MOVE, "return now.points, state", MOVE):
        file.write_text(HEAD + optimizer(body))
        plugins.load(file)
        codes.append(code(["surface"]))
    assert codes[0] == codes[2] != codes[1]


def test_an_optimizer_of_ones_own_is_compiled_for_a_crowd(tmp_path: Path) -> None:
    from gdanim.engine import descent, kernels
    from gdanim.engine.balls import cast

    (tmp_path / "own.py").write_text(HEAD + optimizer(MOVE))
    plugins.load(tmp_path / "own.py")
    spec = gdanim.load(RUNS)
    act = cast(spec)[0]
    troop = descent._Troop(spec, act, act.teams, [2], np.array([1, 2]))
    problem = troop.problem(np.zeros((2, 3), dtype=int))
    assert kernels.kernel(troop.optimizer, problem, troop.rules, np.full(4, 0.1), 2) is not None
