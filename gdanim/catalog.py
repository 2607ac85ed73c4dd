"""What a spec can name, with one line on each: for listings and for checks that need no graphics."""

from __future__ import annotations

import ast
import inspect
from importlib import resources
from pathlib import Path

from gdanim import registry
from gdanim.view.theme import themes

REGISTRIES = {
    "functions": registry.functions,
    "optimizers": registry.optimizers,
    "schedules": registry.schedules,
}


def scenes() -> dict[str, Path]:
    """Scene files by name: those in the package, then those in ./scenes, which win."""
    package = Path(str(resources.files("gdanim")))
    installed = package / "scenes"
    built_in = installed if installed.is_dir() else package.parent / "scenes"  # a clone has them at its root
    return {
        file.stem: file
        for folder in (built_in, Path("scenes"))
        for file in sorted(folder.glob("*.py"))
        if not file.stem.startswith("_")
    }


def listing(kind: str) -> list[tuple[str, str, str]]:
    """Rows of (name, its parameters with defaults, first line of its docstring)."""
    if kind == "scenes":
        return [(name, "", _summary(file)) for name, file in scenes().items()]
    if kind == "themes":
        return [(name, "", "") for name in themes]
    names = REGISTRIES[kind]
    return [
        (name, _signature(names.parameters(name)), names.summary(name).replace("``", "")) for name in names
    ]


def _summary(scene: Path) -> str:
    docstring = ast.get_docstring(ast.parse(scene.read_text(encoding="utf-8")))
    return (docstring or "").partition("\n")[0]


def _signature(parameters: dict[str, inspect.Parameter]) -> str:
    return ", ".join(
        name if given.default is given.empty else f"{name}={given.default}"
        for name, given in parameters.items()
    )
