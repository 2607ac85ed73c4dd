"""One file adds an optimizer, a function, a schedule or a gradient: nothing else needs to know of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gdanim
from gdanim import plugins

Command = Callable[..., subprocess.CompletedProcess[str]]

FILES = {
    "optimizers": '''
from gdanim.engine.optimizers import GRADIENT, Line, Optimizer, Rule
from gdanim.registry import optimizers


@optimizers.register
def timid(kappa: float = 0.5) -> Optimizer:
    """A share of each step."""
    lines = (
        GRADIENT,
        Line("w", "{kappa} {g}", lambda v: v["kappa"] * v["g"]),
        Line("x", "{x} - {rate} {w}", lambda v: v["x"] - v["rate"] * v["w"]),
    )
    return Optimizer(
        lambda _: {},
        lambda now, state: (now.points - kappa * now.learning_rate * now.gradient, state),
        stable=2 / kappa,
        rule=Rule(lines, {"kappa": kappa}),
    )
''',
    "functions": '''
from gdanim.engine.functions import KnownObjective, from_expression
from gdanim.registry import functions


@functions.register
def ditch(depth: float = 10.0) -> KnownObjective:
    """A ditch along x."""
    return from_expression(f"x^2 + {depth}*y^2", {"x": (-3, 3), "y": (-2, 2)})
''',
    "schedules": '''
from gdanim.engine.schedules import Schedule
from gdanim.registry import schedules


@schedules.register
def steady(share: float = 1.0) -> Schedule:
    """A share of the rate."""
    return Schedule(lambda initial, step, _: share * initial)
''',
    "gradients": '''
import numpy as np

from gdanim.registry import gradients


@gradients.register
def wide(h: float = 0.1):
    """Central differences, far apart."""

    def slopes(goal, points):
        around, offsets = points[..., None, :], h * np.eye(2)
        return (goal.value(around + offsets) - goal.value(around - offsets)) / (2 * h)

    return slopes
''',
}  # fmt: skip
NAMES = {"optimizers": "timid", "functions": "ditch", "schedules": "steady", "gradients": "wide"}
HOMES = {
    "optimizers": "optimizers",
    "functions": "functions",
    "schedules": "schedules",
    "gradients": "functions",
}
SPEC = """\
functions: [{name: ditch, depth: 10, gradient: {name: wide, h: 0.01}}]
optimizers: [{name: timid, kappa: 0.5}]
learning_rates: [{name: steady, initial: 0.25, share: 0.4}, {name: steady, initial: 0.25}]
starts: [[-2.6, 1.4]]
steps: 400
scene: explain
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.py").write_text(text)
    (tmp_path / "film.yaml").write_text(SPEC)
    return tmp_path


def test_a_plugin_file_is_all(command: Command, folder: Path) -> None:
    given = [word for kind in FILES for word in ("--plugin", f"{kind}.py")]
    for kind, name in NAMES.items():
        assert f"\n{name} " in command(folder, *given, "list", kind).stdout
    schema = json.loads(command(folder, *given, "schema").stdout)["$defs"]
    for entry, name in zip(("Optimizer", "Function", "Rate", "Gradient"), NAMES.values(), strict=True):
        assert {"const": name} in [
            call.get("properties", {}).get("name") for call in schema[f"{entry}Entry"]["anyOf"]
        ]
    done = command(folder, *given, "check", "film.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    (folder / "film.yaml").write_text(SPEC.replace("kappa: 0.5", "kapa: 0.5"))
    assert "did you mean 'kappa'?" in command(folder, *given, "check", "film.yaml").stderr


@pytest.mark.usefixtures("own_names")
def test_its_bound_and_its_rule_are_told(folder: Path, filming: Callable[..., Any]) -> None:
    for kind in FILES:
        plugins.load(folder / f"{kind}.py")
    spec = gdanim.load(folder / "film.yaml")
    low, high = gdanim.solve(spec).acts[0].runs
    assert (str(low.status), low.reason) == ("converged", "0.1 is 50% of 4/L = 0.2")
    assert (str(high.status), high.reason) == ("diverged", "0.25 > 4/L = 0.2")
    with filming(spec) as scene:
        shown = {key[0] for key in scene.lettering._index}
    rules = [text for text in shown if "arrow.l" in text]
    assert any("bold(w)" in text and "kappa" in text and "bold(g)" in text for text in rules)
    assert any("bold(x)" in text and "eta" in text and "bold(w)" in text for text in rules)


def test_a_file_in_its_home_folder_is_all(folder: Path) -> None:
    program = f"""
import importlib, sys
from pathlib import Path
from gdanim.cli import main
for kind, home in {HOMES}.items():
    package = importlib.import_module("gdanim.engine." + home)
    Path("own", kind).mkdir(parents=True)
    Path("own", kind, "own_" + kind + ".py").write_text(Path(kind + ".py").read_text())
    package.__path__.append(str(Path("own", kind).absolute()))
for kind in {HOMES}:
    main(["list", kind])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert set(NAMES.values()) <= set(names)
    places = [names.index(name) for name in ("newton", "timid", "radam")]
    assert places == sorted(places)  # newton.py, own_optimizers.py, radam.py
