"""What users install: the wheel alone makes a film, every dependency is pinned, a bare machine is told."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import av
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PINS = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]


def run(*command: str | Path, **options: object) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``gdanim`` command of the wheel, in an environment that has only the dependencies beside it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", ROOT, "--no-deps", "--no-index", "--no-build-isolation", "-w", folder)
    venv.create(folder / "venv")
    python = folder / "venv/bin/python"
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", *folder.glob("gdanim-*.whl"))
    # A path in a .pth file is searched, but its own .pth files, such as that of this clone, are not read.
    site_packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    paths = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    Path(site_packages, "dependencies.pth").write_text("\n".join(paths))
    return folder / "venv/bin/gdanim"


def test_wheel_makes_a_film_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    run(installed, "new", "demo", cwd=tmp_path)
    with (tmp_path / "demo.yaml").open("a") as spec:
        spec.write("video: {duration: 2}\n")
    run(installed, "render", "demo.yaml", "-q", "240p5", cwd=tmp_path)
    with av.open(tmp_path / "media/demo.mp4") as film:
        frames = sum(1 for _ in film.decode(video=0))
    assert frames >= 10


def test_wheel_lists_the_scenes_of_the_clone(installed: Path, tmp_path: Path) -> None:
    listed = {line.split()[0] for line in run(installed, "list", "scenes", cwd=tmp_path).splitlines()}
    assert listed == {file.stem for file in (ROOT / "scenes").glob("*.py") if file.stem[0] != "_"}


def test_pins_are_exact_and_name_no_address() -> None:
    assert [pin for pin in PINS if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)] == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["dev"]]
    met = set()
    while asked:
        requirement = asked.pop()
        for extra in requirement.extras or {""}:
            if (requirement.name, extra) in met:
                continue
            met.add((requirement.name, extra))
            for text in importlib.metadata.requires(requirement.name) or []:
                further = Requirement(text)
                if further.marker is None or further.marker.evaluate({"extra": extra}):
                    asked.append(further)
    assert {canonicalize_name(name) for name, _ in met} <= {pin.partition("==")[0] for pin in PINS}


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("dnf", "dnf install gcc pkgconf-pkg-config cairo-devel pango-devel"),
        ("pacman", "pacman -S gcc pkgconf cairo pango"),
        ("brew", "brew install gcc pkgconf cairo pango"),
    ],
)
def test_missing_system_packages_are_told(manager: str, command: str, tmp_path: Path) -> None:
    (tmp_path / manager).touch(mode=0o755)
    told = subprocess.run(
        [sys.executable, ROOT / "tools/system.py"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert command in told.stderr


@pytest.fixture
def unprepared(tmp_path: Path) -> Path:
    """A clone before its first make, on a machine that lacks no system package."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/system.py").touch()
    return tmp_path


def make(clone: Path, python: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "render", f"PYTHON={python}"]
    return subprocess.run(command, cwd=clone, env=os.environ | environment, capture_output=True, text=True)


def test_failed_setup_leaves_no_stamp(unprepared: Path) -> None:
    assert make(unprepared, sys.executable, PIP_NO_INDEX="1").returncode == 2
    assert (unprepared / ".venv/bin/pip").exists()
    assert not (unprepared / ".venv/ready").exists()


def test_an_old_python_is_refused(unprepared: Path) -> None:
    old = unprepared / "python"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 10); $2"\n')
    old.chmod(0o755)
    made = make(unprepared, old)
    assert made.returncode == 2
    assert "needs Python 3.11 or newer" in made.stderr
