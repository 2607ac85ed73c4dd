"""What docs/plugins.md shows works as it stands there: every file is loaded, every spec filmed and solved."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import gdanim

PAGE = (Path(__file__).parent.parent / "docs/plugins.md").read_text(encoding="utf-8")
PARTS = {
    part.partition("\n")[0]: re.findall(r"```(\w+)\n(.*?)```", part, re.DOTALL)
    for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
}
KINDS = [name for name, blocks in PARTS.items() if [kind for kind, _ in blocks] == ["python", "yaml"]]
Command = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = "import sys; from gdanim.cli import main; sys.exit(main(sys.argv[1:]))"


def test_every_block_is_run_by_a_test() -> None:
    assert len(KINDS) == 7
    rest = {name: [kind for kind, _ in blocks] for name, blocks in PARTS.items() if name not in KINDS}
    assert rest == {"In a package": ["toml"], "In a notebook": ["python"]}
    assert re.findall(r"```sh\n(.*)\n```", PAGE) == ["gdanim --plugin own.py render film.yaml"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_shown_is_loaded_and_its_spec_solved_and_drawn(
    kind: str, command: Command, filming: object, tmp_path: Path
) -> None:
    del filming  # imports manim without its warnings
    (_, code), (_, spec) = PARTS[kind]
    (tmp_path / "own.py").write_text(code)
    (tmp_path / "film.yaml").write_text(spec)
    plugin = ("--plugin", "own.py")
    done = command(tmp_path, *plugin, "solve", "film.yaml", "--npz", "rows.npz")
    assert (done.returncode, done.stderr) == (0, "")
    with np.load(tmp_path / "rows.npz") as rows:
        ends = {label: rows["loss"][rows["label"] == label] for label in np.unique(rows["label"])}
    assert all(losses[-1] < losses[0] for losses in ends.values())
    done = command(tmp_path, *plugin, "still", "film.yaml", "--at", "5", "-q", "240p5", "-o", "frame.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "frame.png").stat().st_size > 3000


def test_what_is_refused_is_told_at_its_place(command: Command, tmp_path: Path) -> None:
    (_, code), (_, spec) = PARTS["An optimizer"]
    (tmp_path / "own.py").write_text(code)
    (tmp_path / "film.yaml").write_text(spec.replace("0.95", "1.5"))
    done = command(tmp_path, "--plugin", "own.py", "check", "film.yaml")
    assert done.stderr.startswith("film.yaml:2:53: restarting: momentum must be at least 0 and below 1")


def test_the_bound_that_is_shown_is_one(command: Command, tmp_path: Path) -> None:
    (_, code), (_, spec) = PARTS["An optimizer that explains itself"]
    (tmp_path / "own.py").write_text(code)
    (tmp_path / "film.yaml").write_text(spec)
    command(tmp_path, "--plugin", "own.py", "check", "film.yaml")
    for beta, rate in ((0.5, 6 / 20), (0.9, 38 / 20)):  # 2 (1 + beta) / (1 - beta) / L
        optimizer = {"name": "averaging", "beta": beta}
        keys = {"functions": ["x^2 + 10*y^2"], "starts": [[-2.6, 1.4]], "optimizers": [optimizer]}
        solution = gdanim.solve({**keys, "learning_rates": [0.99 * rate, 1.01 * rate], "steps": 9000})
        assert [str(run.status) for run in solution.acts[0].runs] == ["converged", "diverged"]
        assert [run.bound.rate for run in solution.acts[0].runs if run.bound] == pytest.approx([rate] * 2)


def test_an_entry_point_is_all_that_a_package_needs(tmp_path: Path) -> None:
    ((_, project),) = PARTS["In a package"]
    ((group, offered),) = tomllib.loads(project)["project"]["entry-points"].items()
    (_, code), (_, spec) = PARTS["A schedule"]
    (tmp_path / f"{offered['own']}.py").write_text(code)
    (tmp_path / "film.yaml").write_text(spec)
    info = tmp_path / "own-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own\nVersion: 1.0\n")
    lines = "".join(f"{name} = {module}\n" for name, module in offered.items())
    (info / "entry_points.txt").write_text(f"[{group}]\n{lines}")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, '.'); {COMMAND}", "check", "film.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_notebook_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ((_, code),) = PARTS["In a notebook"]
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    exec(code, names)
    table, picture = names["table"], names["picture"]
    assert {len(column) for column in table.values()} == {62}  # type: ignore[attr-defined]
    assert picture.size == (426, 240)  # type: ignore[attr-defined]
