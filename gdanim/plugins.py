"""A user's own functions, gradients, optimizers, schedules and formats: Python files that register them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gdanim import origin, registry, sources
from gdanim.errors import InputError
from gdanim.registry import Registry
from gdanim.spec.entries import FunctionEntry, GradientEntry, OptimizerEntry, RateEntry
from gdanim.spec.entry import Entry
from gdanim.spec.outputs import FormatEntry
from gdanim.spec.parameters import parameters_model

ENTRIES: tuple[type[Entry], ...] = (FunctionEntry, GradientEntry, OptimizerEntry, RateEntry, FormatEntry)
# Every registry, and the keys that stand beside the parameters in an entry that names something of it.
KEYS = {entry.registry: tuple(entry.written_keys()) for entry in ENTRIES}


def load(path: str | Path) -> None:
    """Run a Python file, whose ``@optimizers.register`` and the like make its names known to specs.

    A file that is loaded again replaces what it registered. Raises InputError, with the line in the file,
    if it cannot be run, or registers nothing that a spec could name.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"--plugin: there is no file {path}")
    module_name = f"gdanim_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path.absolute())
    if spec is None or spec.loader is None:
        raise InputError(f"--plugin: {path} is not a Python file (.py)")
    module = sys.modules[module_name] = importlib.util.module_from_spec(spec)
    before = _factories()
    try:
        with sources.found_beside(path):
            spec.loader.exec_module(module)
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        line = origin.line_of(error, str(path.absolute())) or 1
        raise InputError(f"{path}:{line}: {_told(error)}") from error
    registry.additions[str(path.absolute())] = sources.hashed(sources.needed([path]))
    factories = _factories()
    if factories == before:
        example = "@optimizers.register above a function, or @functions.register, ..."
        raise InputError(f"{path}:1: this file registers nothing: write {example}")
    for (names, name), factory in factories.items():
        if before.get((names, name)) is not factory:
            parameters_model(names, name, KEYS[names])
            if names is registry.formats:  # one is made by its name alone
                factory()


def _factories() -> dict[tuple[Registry[Any], str], Callable[..., Any]]:
    """All that is registered, by its registry and its name."""
    return {(names, name): names[name] for names in KEYS for name in names}


def _told(error: BaseException) -> str:
    """An error in one line, without Python's own remarks on where it is."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}"
