"""Files of Python and what they import: what is made with them follows from what is in them all."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path


def hashed(files: Iterable[Path]) -> str:
    """SHA-256 (hex) of what is in some files, in this order."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()


def with_imports(files: Iterable[Path]) -> list[Path]:
    """The files, the modules that their import statements name, and so on.

    Left out is what has a version: Python's own modules, those of installed packages, and gdanim.
    """
    waiting = list(files)
    found: dict[Path, None] = {}
    while waiting:
        file = waiting.pop(0).absolute()
        if file not in found:
            found[file] = None
            for name in sorted(set(_imported(file))):
                waiting += module(name, file.parent)
    return list(found)


def module(name: str, beside: Path = Path()) -> list[Path]:
    """The files of a module or package, by its name without a dot, as a file in ``beside`` would import it.

    None where it is one of those that are left out, or is not found.
    """
    if name == "gdanim" or name in sys.stdlib_module_names:
        return []
    try:  # scenes and plugins may add their folder, or the working folder, to the path
        spec = PathFinder.find_spec(name, [str(beside), "", *sys.path]) or find_spec(name)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    folders = map(Path, spec.submodule_search_locations or ())
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    if not files and spec.origin:
        files = [Path(spec.origin)]
    return [
        file for file in files if file.is_file() and not {"site-packages", "dist-packages"} & {*file.parts}
    ]


def _imported(file: Path) -> Iterator[str]:
    """First names of the modules that a file imports, wherever in it; a package's own count with it."""
    if file.suffix != ".py":
        return
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
