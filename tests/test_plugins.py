"""A user's own optimizers and functions behave as built-in ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]

OWN = '''
import numpy as np

from gdanim.engine.functions import from_expression
from gdanim.engine.optimizers import Optimizer
from gdanim.registry import functions, optimizers, schedules


@optimizers.register
def signed(scale: float = 1.0) -> Optimizer:
    """Steps by the sign of the gradient."""
    if scale <= 0:
        raise ValueError("scale must be above 0")

    def update(now, state):
        return now.points - scale * now.learning_rate * np.sign(now.gradient), state

    return Optimizer(lambda _: {}, update)


@functions.register
def pit():
    """A pit of one's own."""
    return from_expression("x^2 + 3*y^2")
'''
SPEC = "functions: [pit]\noptimizers: [{name: signed, scale: 2.0}]\nlearning_rates: [0.1]\nsteps: 3\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "film.yaml").write_text(SPEC + "starts: [[1, 0.5]]\n")
    return tmp_path


@pytest.mark.parametrize(
    "argv", [["--plugin", "own.py", "solve", "film.yaml"], ["solve", "film.yaml", "--plugin", "own.py"]]
)
def test_a_spec_can_name_what_a_plugin_registers(command: Command, folder: Path, argv: list[str]) -> None:
    done = command(folder, *argv)
    assert done.returncode == 0, done.stderr
    rows = [line.split(",")[4:7] for line in done.stdout.splitlines()[1:]]
    assert [row[:2] for row in rows[:2]] == [["0", "1.0"], ["1", "0.8"]]
    assert float(rows[1][2]) == pytest.approx(0.3)


def test_its_names_and_parameters_are_listed_and_checked(command: Command, folder: Path) -> None:
    assert "Steps by the sign" in command(folder, "list", "optimizers", "--plugin", "own.py").stdout
    assert '"signed"' in command(folder, "schema", "--plugin", "own.py").stdout
    (folder / "film.yaml").write_text(SPEC.replace("2.0", "-1"))
    done = command(folder, "check", "film.yaml", "--plugin", "own.py")
    assert done.returncode == 2
    assert "scale must be above 0" in done.stderr


def test_without_it_a_spec_loads_no_code(command: Command, folder: Path) -> None:
    done = command(folder, "check", "film.yaml")
    assert done.returncode == 2
    assert "unknown function 'pit'" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\ny = x / 0\n", "own.py:2: ZeroDivisionError: division by zero"),
        ("x = (\n", "own.py:1: SyntaxError: '(' was never closed"),
        (OWN.replace("def signed", "def sgd"), "own.py:9: the optimizer 'sgd' is built in already, by "),
        ("x = 1\n", "own.py:1: this file registers nothing"),
        ("raise SystemExit('no')\n", "own.py:1: SystemExit: no"),
        ("import json\njson.loads('[')\n", "own.py:2: JSONDecodeError: Expecting value"),
    ],
)
def test_its_mistakes_are_told_at_their_line(command: Command, folder: Path, text: str, message: str) -> None:
    (folder / "own.py").write_text(text)
    done = command(folder, "check", "film.yaml", "--plugin", "own.py")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "there is no file" in command(folder, "check", "film.yaml", "--plugin", "none.py").stderr


def test_each_file_registers_something(command: Command, folder: Path) -> None:
    (folder / "none.py").write_text("x = 1\n")
    done = command(folder, "check", "film.yaml", "--plugin", "own.py", "--plugin", "none.py")
    assert (done.returncode, done.stderr[:8]) == (2, "none.py:")


@pytest.fixture
def bare_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with modules, beside others below it, where nothing is imported from but packages."""
    (folder / "below").mkdir()
    (folder / "below" / "beside_it.py").write_text("import wave\nLATE = wave.Error\n")
    (folder / "in_working_folder.py").write_text("from beside_it import LATE\n")
    (folder / "wave.py").write_text("1 / 0\n")  # never in the place of Python's own
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path and Path(path) != folder])
    for name in ("beside_it", "in_working_folder", "wave"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return folder


def test_a_plugin_imports_what_lies_beside_it_and_in_the_working_folder(
    command: Command, bare_path: Path
) -> None:
    (bare_path / "below" / "own.py").write_text("from in_working_folder import LATE\n" + OWN)
    before = list(sys.path)
    done = command(bare_path, "check", "film.yaml", "--plugin", "below/own.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert sys.path == before


def test_so_does_a_scene(bare_path: Path) -> None:
    from gdanim.view.film import scene_class

    (bare_path / "scenes").mkdir()
    (bare_path / "below" / "beside_it.py").rename(bare_path / "scenes" / "beside_it.py")
    text = "from gdanim.view import FilmScene\nimport in_working_folder, beside_it\n"
    (bare_path / "scenes" / "mine.py").write_text(text + "class Mine(FilmScene): pass\n")
    before = list(sys.path)
    assert scene_class("mine").__name__ == "Mine"
    assert sys.path == before


def test_an_installed_package_can_offer_its_own(folder: Path) -> None:
    package = folder / "own-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: own\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[gdanim.plugins]\nown = own\n")
    program = "import sys; sys.path.insert(0, '.'); from gdanim.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "check", "film.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


FADING = '''
from gdanim.engine.optimizers import Optimizer
from gdanim.registry import optimizers


@optimizers.register
def fading(momentum: float = 0.9, momentum_decay: float = 0.1) -> Optimizer:
    """A momentum that fades."""
    if not 0 <= momentum_decay <= 1:
        raise ValueError(f"momentum_decay must be 0 to 1, not {momentum_decay}")
    if momentum_decay > momentum:
        raise ValueError("momentum must be at least momentum_decay")
    if momentum == 0.5:
        raise ValueError("half is no momentum")
    if momentum + momentum_decay == 1:
        raise ValueError("what momentum and momentum_decay come to must not be 1")
    return Optimizer(lambda _: {}, lambda now, state: (now.points, state))
'''


@pytest.mark.parametrize(
    ("settings", "column"),
    [
        ("momentum: 0.3, momentum_decay: -1", 60),
        ("momentum: 0.3, momentum_decay: 0.4", 39),  # two are named, the first of them to blame
        ("momentum_decay: 0.2, momentum: 0.5", 60),
        ("momentum: 0.7, momentum_decay: 0.3", 14),  # two are named, neither first
        ("momentum: 0.05", 39),
        ("momentum_decay: 1", 45),  # the other one is not written there
    ],
)
def test_what_is_refused_is_told_at_the_parameter_that_is_named(
    command: Command, folder: Path, settings: str, column: int
) -> None:
    (folder / "fading.py").write_text(FADING)
    (folder / "film.yaml").write_text(f"functions: [bowl]\noptimizers: [{{name: fading, {settings}}}]\n")
    done = command(folder, "check", "film.yaml", "--plugin", "fading.py")
    assert done.stderr.startswith(f"film.yaml:2:{column}: fading: "), done.stderr
