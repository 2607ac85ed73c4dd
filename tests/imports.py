"""The import graph of gdanim, read off its sources: ``python tests/imports.py`` prints it, leftmost first.

A room is a folder of the package, or a module beside the folders. Import statements count wherever they
stand, those for types among them; a name of a package counts for the module that it comes from.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
Graph = dict[str, set[str]]  # what each module, or room, imports


def modules() -> dict[str, Path]:
    """The modules of gdanim by their names."""
    files = sorted((ROOT / "gdanim").rglob("*.py"))
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files)
    return {name.removesuffix(".__init__"): file for name, file in zip(names, files, strict=True)}


def imported(file: Path) -> Iterator[str]:
    """All that the import statements of a file name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def doors(known: Mapping[str, Path]) -> dict[str, str]:
    """The names that packages offer by their stubs, and the modules that these come from."""
    found = {}
    for package, file in known.items():
        stub = file.with_suffix(".pyi")
        for node in ast.walk(ast.parse(stub.read_text(encoding="utf-8"))) if stub.exists() else ():
            if isinstance(node, ast.ImportFrom):
                found |= {f"{package}.{alias.name}": f"{package}.{node.module}" for alias in node.names}
    return found


def module_graph() -> Graph:
    """What each module imports of gdanim."""
    known = modules()
    offered = doors(known)

    def home(name: str) -> str:
        name = offered.get(name, name)
        while name not in known:
            name = name.rpartition(".")[0]
        return name

    graph: Graph = {}
    for module, file in known.items():
        names = {name for name in imported(file) if name.partition(".")[0] == "gdanim"}
        graph[module] = {home(name) for name in names} - {module}
    return graph


def room(module: str) -> str:
    """The first name below gdanim; gdanim itself is what users import."""
    return module.split(".")[1] if "." in module else module


def room_graph() -> Graph:
    """What each room imports of others."""
    graph: Graph = {}
    for module, others in module_graph().items():
        graph.setdefault(room(module), set()).update(room(other) for other in others)
    return {name: others - {name} for name, others in graph.items()}


def main() -> None:
    graph = room_graph()
    for name in TopologicalSorter(graph).static_order():
        print(f"{name:10} <- {' '.join(sorted(graph[name]))}".removesuffix(" <- "))


if __name__ == "__main__":
    main()
