"""A user's own functions, optimizers and schedules: Python files that register them."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from pathlib import Path

from gdanim import registry
from gdanim.registry import functions, optimizers, schedules
from gdanim.yaml_marks import InputError


def load(path: str | Path) -> None:
    """Run a Python file, whose ``@optimizers.register`` and the like make its names known to specs.

    Raises InputError, with the line in the file, if it cannot be run.
    """
    for names in (functions, optimizers, schedules):
        list(names)  # what is built in comes first, so that the file is to blame for a name taken
    path = Path(path)
    if not path.is_file():
        raise InputError(f"--plugin: there is no file {path}")
    name = f"gdanim_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path.absolute())
    if spec is None or spec.loader is None:
        raise InputError(f"--plugin: {path} is not a Python file (.py)")
    registry.additions[str(path.absolute())] = hashlib.sha256(path.read_bytes()).hexdigest()
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename) == path.absolute()]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1]
        raise InputError(f"{path}:{line}: {type(error).__name__}: {error}") from error
