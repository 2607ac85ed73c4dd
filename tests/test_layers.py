"""Imports run one way, and what needs no graphics loads none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from imports import Graph, module_graph, room_graph

ROOMS = ("formats", "formula", "spec", "engine", "motion", "view", "output")  # from left to right


@pytest.mark.parametrize("graph", [module_graph, room_graph], ids=["modules", "rooms"])
def test_no_import_leads_back(graph: Callable[[], Graph]) -> None:
    try:
        assert len([*TopologicalSorter(graph()).static_order()]) > 10
    except CycleError as error:
        pytest.fail(f"a circle: {' <- '.join(error.args[1])}")


def test_rooms_import_from_left_to_right() -> None:
    graph = room_graph()
    for place, name in enumerate(ROOMS):
        assert not graph[name] & {*ROOMS[place + 1 :]}, f"{name} imports from its right"


def test_a_circle_would_be_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gdanim/view").mkdir(parents=True)
    (tmp_path / "gdanim/__init__.py").write_text("def load():\n    from gdanim.view import film\n")
    (tmp_path / "gdanim/view/film.py").write_text("import gdanim\n")
    monkeypatch.setattr("imports.ROOT", tmp_path)
    with pytest.raises(CycleError):
        [*TopologicalSorter(module_graph()).static_order()]


HEAVY = {"numba", "manim", "moderngl", "av", "tylax", "typst", "cairo", "PIL"}
PROGRAM = """
import sys
from gdanim.cli import main
for command in sys.argv[1:]:
    assert main(command.split()) == 0
    print("loaded", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
COMMANDS = [
    *("new other", "list scenes", "schema", "check film.yaml", "solve film.yaml"),
    "descent --func x^2 --lr 0.1 --start 1",
]


def test_commands_without_pictures_load_no_graphics(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text("functions: [bowl]\nsteps: 3\n")
    program = [sys.executable, "-c", PROGRAM, *COMMANDS]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=True)
    for command, line in zip(COMMANDS, done.stderr.splitlines(), strict=True):
        loaded = set(line.split())
        assert "gdanim" in loaded
        assert not loaded & HEAVY, command


def test_importing_the_package_loads_little(tmp_path: Path) -> None:
    program = "import sys, gdanim; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "gdanim" in loaded
    assert not loaded & {"numpy", "sympy", "pydantic", *HEAVY}
