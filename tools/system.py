"""See that this machine has what gdanim's dependencies build on and draw with; where apt is, install it.

The Makefile runs this before .venv exists, with the Python that will make it: standard library only.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PYTHON = ".".join(map(str, sys.version_info[:2]))
MAC = sys.platform == "darwin"

# How a package manager installs, in the order of the columns below.
INSTALL = {
    "apt-get": "apt-get update && apt-get install --no-install-recommends",
    "dnf": "dnf install",
    "pacman": "pacman -S",
    "brew": "brew install",
}


Package = tuple[str, ...]  # its names by apt-get, dnf, pacman and brew


def missing() -> list[Package]:
    """What brings what was not found: to make .venv, to build and to draw."""
    needs = [
        (importlib.util.find_spec("ensurepip"), (f"python{PYTHON}-venv", "python3", "python", "python")),
        # macOS brings its own OpenGL; on Linux Mesa draws without a GPU or a display.
        (MAC or loads("libEGL.so.1"), ("libegl1", "mesa-libEGL", "mesa", "")),
        (MAC or loads("libGL.so.1"), ("libgl1", "mesa-libGL", "libglvnd", "")),
    ]
    return [*unbuildable(), *(package for found, package in needs if not found)]


def unbuildable() -> list[Package]:
    """What is missing to build the dependencies of which PyPI has no wheels for every system."""
    needs = [
        (has_headers(), (f"python{PYTHON}-dev", "python3-devel", "python", "python")),
        (shutil.which("cc"), ("gcc", "gcc", "gcc", "gcc")),
        (shutil.which("pkg-config"), ("pkg-config", "pkgconf-pkg-config", "pkgconf", "pkgconf")),
        (builds_with("cairo"), ("libcairo2-dev", "cairo-devel", "cairo", "cairo")),
        (builds_with("pangocairo"), ("libpango1.0-dev", "pango-devel", "pango", "pango")),
    ]
    return [package for found, package in needs if not found]


def has_headers() -> bool:
    """Whether extensions can be built for this Python."""
    return Path(sysconfig.get_path("include"), "Python.h").exists()


def builds_with(library: str) -> bool:
    """Whether pkg-config knows the headers of a library."""
    return bool(shutil.which("pkg-config")) and subprocess.call(["pkg-config", "--exists", library]) == 0


def loads(library: str) -> bool:
    """Whether the dynamic linker finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def names(packages: list[Package], manager: str) -> str:
    """The packages as a package manager calls them, each once."""
    column = list(INSTALL).index(manager)
    return " ".join(dict.fromkeys(package[column] for package in packages))


def install(packages: list[Package], sudo: list[str]) -> None:
    """Install by apt; a failure shows in what is missing afterwards."""
    print(f"Installing system packages, about a minute: {names(packages, 'apt-get')}", flush=True)
    # A machine that has just booted may still be updating itself: wait for its lock.
    unasked = ["env", "DEBIAN_FRONTEND=noninteractive", "DEBCONF_NOWARNINGS=yes"]
    apt = [*sudo, *unasked, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    subprocess.call([*apt, "update"])
    command = [*apt, "--yes", "--no-install-recommends", "install", *names(packages, "apt-get").split()]
    subprocess.call(command, stdout=subprocess.DEVNULL)
    importlib.invalidate_caches()


def main() -> str | None:
    """What is missing and how to install it; None when all is there."""
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    packages = missing()
    if packages and shutil.which("apt-get") and (not sudo or shutil.which("sudo")):
        install(packages, sudo)
        packages = missing()
    if not packages:
        return None
    return remedy(packages, "run make again")


def remedy(packages: list[Package], then: str) -> str:
    """What is missing, how this machine installs it, and what to do then."""
    manager = next(filter(shutil.which, INSTALL), None)
    if manager is None:
        return (
            f"gdanim needs system packages that Debian calls {names(packages, 'apt-get')}.\n"
            f"Install them{' with Homebrew' if MAC else ''}, then {then}."
        )
    command = f"{INSTALL[manager]} {names(packages, manager)}"
    return (
        f"gdanim needs system packages that are missing: {names(packages, manager)}\n"
        f"Install them{'' if manager == 'brew' else ' as root'}, then {then}:\n    {command}"
    )


if __name__ == "__main__":
    sys.exit(main())
