"""Builds gdanim by hatchling, and says first what pip would need to build manim's dependencies.

Of those PyPI has no wheels for Linux. Left alone, pip stops at a compiler's last words and names no package.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import system
from hatchling import build
from hatchling.build import build_editable, build_sdist, build_wheel, get_requires_for_build_sdist

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
]

LACKING = ("pycairo", "manimpango")


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    """The first hook that ``pip install .`` calls."""
    refuse_in_vain()
    return build.get_requires_for_build_wheel(config_settings)


def get_requires_for_build_editable(config_settings: dict[str, Any] | None = None) -> list[str]:
    """The first hook that ``pip install --editable .`` calls."""
    refuse_in_vain()
    return build.get_requires_for_build_editable(config_settings)


def refuse_in_vain() -> None:
    """End with what to install, if this is an installation that is bound to fail."""
    packages = system.unbuildable()
    if packages and installs_all() and not obtainable():
        told = system.remedy(packages, "try again")
        sys.exit(f"{told}\ndocs/install.md in gdanim's folder says more, and how to do without a compiler.")


def installs_all() -> bool:
    """Whether our caller was asked to install, and with dependencies from where pip finds them by itself."""
    try:
        words = Path(f"/proc/{os.getppid()}/cmdline").read_text(encoding="utf-8").split("\0")
    except OSError:  # not Linux
        return False
    return "install" in words and not any(
        word.startswith(("--no-deps", "--find-links", "-f")) for word in words
    )


def obtainable() -> bool:
    """Whether pip has them already, or finds wheels where it is set up to look; it hides itself from us."""
    pip = (sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--only-binary", ":all:")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([*pip, *LACKING], env=environment, capture_output=True).returncode == 0
