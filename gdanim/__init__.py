"""Films of gradient descent from a short YAML spec.

>>> spec = gdanim.load("specs/ravine.yaml")
>>> [run.status for run in gdanim.solve(spec).acts[0].runs]
>>> gdanim.render(spec, "media")
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdanim.engine.solution import Solution
    from gdanim.spec import Spec

__all__ = ["__version__", "load", "render", "solve"]
__version__ = version("gdanim")


def load(path: str | Path) -> Spec:
    """The spec in a YAML file, checked down to its balls, scene and theme.

    Raises gdanim.spec.SpecError, which holds every mistake with its line and column.
    """
    from gdanim.checks import load

    return load(path)


def solve(spec: Spec) -> Solution:
    """The trajectories of all balls of a spec; nothing is drawn."""
    from gdanim.engine.descent import solve

    return solve(spec)


def render(
    spec: Spec,
    directory: str | Path = "media",
    *,
    quality: str | None = None,
    formats: tuple[str, ...] | None = None,
    progress: bool = False,
) -> list[Path]:
    """Write a spec's films into a directory and return their paths.

    ``quality`` (such as "1080p30") and ``formats`` ("mp4", "gif") replace what the spec asks for.
    """
    from gdanim.output import film

    return film.render(spec, directory=Path(directory), quality=quality, formats=formats, progress=progress)
