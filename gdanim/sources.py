"""Files of Python and what they need: what is made with them follows from what is in them all."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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


def needed(files: Iterable[Path]) -> list[Path]:
    """The files; the modules that they import and the files that they name in a text; and so on.

    Left out is what has a version: Python's own modules, those of installed packages, and gdanim.
    """
    waiting = list(files)
    found: dict[Path, None] = {}
    while waiting:
        file = waiting.pop(0).absolute()
        if file not in found:
            found[file] = None
            waiting += _needs(file)
    return list(found)


@contextmanager
def found_beside(file: Path) -> Iterator[None]:
    """Modules in the working folder and beside a user's ``file`` can be imported while that is loaded.

    They come last: nothing of Python or of a package is ever taken from there.
    """
    folders = dict.fromkeys([os.getcwd(), str(file.absolute().parent)])
    added = [folder for folder in folders if folder not in sys.path]
    sys.path += added
    try:
        yield
    finally:
        for folder in added:
            if folder in sys.path:
                sys.path.remove(folder)


def module(name: str, beside: Path = Path()) -> list[Path]:
    """The files of a module or package, by its name without a dot, as a file in ``beside`` would import it.

    None where it is one of those that are left out, or is not found.
    """
    if name == "gdanim" or name in sys.stdlib_module_names:
        return []
    try:
        spec = PathFinder.find_spec(name, [*sys.path, "", str(beside)]) or find_spec(name)
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


def _needs(file: Path) -> Iterator[Path]:
    """What a file imports, wherever in it, and the files that its texts name, beside it or in this folder."""
    try:
        nodes = [*ast.walk(ast.parse(file.read_bytes()))] if file.suffix == ".py" else []
    except (SyntaxError, ValueError):
        return
    names, texts = set(), set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:  # a package counts whole
            names.add(node.module)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
    for name in sorted({name.partition(".")[0] for name in names}):
        yield from module(name, file.parent)
    for text in sorted(texts):
        paths = (folder / text for folder in (file.parent, Path()))
        yield from (path for path in paths if os.path.isfile(path) and os.access(path, os.R_OK))
