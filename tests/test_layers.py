"""Imports run one way, and what needs no graphics loads none."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "gdanim"
# From left to right: a module may import from its own layer and from those before it.
LAYERS = [
    {
        *("registry", "calculus", "vocabulary", "tokens", "grammar", "latex", "expression"),
        *("yaml_marks", "yaml_advice", "commas", "dict_marks", "origin", "folders", "__version__"),
    },
    {
        *("wording", "readings", "values", "data", "parameters", "entries", "places", "starts", "ranges"),
        *("grids", "quality", "sections", "settings", "spec", "defaults"),
    },
    {"engine"},
    {"timeline", "landscape", "piles", "rolling", "captions"},
    {"view", "catalog"},
    {"output"},
    {"checks", "options", "plugins", "schema", "lengths", "starter", "table", "cli", "__init__", "__main__"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(module: Path) -> set[str]:
    """First names below gdanim of all import statements in a module, wherever in it they stand."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in found if name.startswith("gdanim.")}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_imports_run_from_left_to_right(module: Path) -> None:
    name = module.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert name in RANK, f"say in LAYERS where {name} belongs"
    for other in imported(module):
        rank = RANK.get(other, RANK["__init__"])  # gdanim.load and the like are names of gdanim itself
        assert rank <= RANK[name], f"{name} must not import {other}"


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
