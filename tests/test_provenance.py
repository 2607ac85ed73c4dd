"""What a film was made from: a change of anything makes it old, and that nothing changed is known quickly."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reels import make

import gdanim
from gdanim import registry, sources
from gdanim.catalog import scenes
from gdanim.cli import BAD_INPUT, OK, main
from gdanim.errors import InputError
from gdanim.formats import Reel
from gdanim.output import film, provenance
from gdanim.spec import Spec
from gdanim.view.captions import Cue

NAMES = list(registry.formats)
SPEC = f"""\
functions: [{{name: linear_regression, data: points.csv}}]
scene: mine
formats: [{", ".join(NAMES)}]
video: {{quality: 120p5}}
acts: [{{title: One, say: It rolls.}}, {{title: Two, scene: surface}}]
"""
POINTS = "x,y\n0,1\n1,3\n2,4\n"
FILMS = [f"media/line.{name}" for name in NAMES]


PLUGIN = """\
from gdanim.engine.schedules import Schedule
from gdanim.registry import schedules

@schedules.register
def own() -> Schedule:
    return Schedule(lambda initial, step, state: {rate})
"""


def append(line: str, file: str | Path) -> None:
    Path(file).write_text(Path(file).read_text() + line)


def three_frames(patch: pytest.MonkeyPatch) -> None:
    """What is written into files is as ever, but their pictures cost nothing."""
    from gdanim.view.film import Film, Recorded

    def paint(_: Film, part: int, frame: float, out: Any) -> None:
        del part, frame
        out[...] = np.random.default_rng(1).integers(0, 255, out.shape)

    known = Recorded(0.6, 3, (Cue(0, 500, "It rolls."),), (), (), None)
    patch.setattr(Film, "of", lambda *_: known)
    patch.setattr(Film, "paint_part", paint)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a spec, its data, its scene and its films."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "line.yaml").write_text(SPEC)
    (folder / "points.csv").write_text(POINTS)
    (folder / "scenes").mkdir()
    shutil.copy(scenes()["surface"], folder / "scenes" / "mine.py")
    append("\nimport looks\n", folder / "scenes" / "mine.py")
    (folder / "looks.py").write_text("def bright():\n    from tints import red\n    return red\n")
    (folder / "tints").mkdir()
    (folder / "tints/__init__.py").touch()
    (folder / "tints/red.py").write_text("SHADE = open('shades.txt').read()\n")
    (folder / "shades.txt").write_text("dark")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(registry, "additions", {})  # of other tests
        three_frames(patch)
        assert main(["render", "line.yaml"]) == OK
    return folder


@pytest.fixture(autouse=True)
def no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of other tests in this process are no part of these films."""
    monkeypatch.setattr(registry, "additions", {})


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, worked in."""
    copy = tmp_path / "copy"
    shutil.copytree(made, copy)
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The formats that are made anew from now on; nothing is."""
    names: list[str] = []

    def note(_: Spec, *, formats: tuple[str, ...], **__: Any) -> list[Path]:
        names.extend(formats)
        return []

    monkeypatch.setattr(film, "render", note)
    return names


PROGRAM = """
import sys
from gdanim.cli import main
assert main(sys.argv[1:]) == 0
print("loaded", *sys.modules)
"""


def test_that_nothing_changed_is_known_without_loading_the_spec(folder: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "render", "line.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    *told, last = done.stdout.splitlines()
    assert told == [f"{path} is up to date" for path in FILMS]
    loaded = set(last.split())
    assert "gdanim.output.provenance" in loaded
    assert not loaded & {"manim", "moderngl", "av", "scipy", "sympy", "pydantic", "numpy", "PIL", "tqdm"}


def test_a_film_can_be_found_current_by_its_loaded_spec_too(folder: Path, rendered: list[str]) -> None:
    (folder / "line.yaml").write_text(SPEC + "steps: 1000\n")  # it says what was so anyway
    assert main(["render", "line.yaml"]) == OK
    assert rendered == []
    (folder / "line.yaml").write_text(SPEC + "steps: 999\n")
    assert main(["render", "line.yaml"]) == OK
    assert rendered == NAMES


@pytest.mark.parametrize("words", [[], ["--set", "steps=1000"]])
def test_another_format_leaves_a_film_as_it_is(words: list[str], folder: Path, rendered: list[str]) -> None:
    shorter = SPEC.replace("formats: [mp4, ", "formats: [")
    assert shorter != SPEC
    (folder / "line.yaml").write_text(shorter)
    assert main(["render", "line.yaml", *words]) == OK
    assert rendered == []
    (folder / "media/line.mp4").unlink()
    (folder / "line.yaml").write_text(SPEC)
    assert main(["render", "line.yaml", *words]) == OK
    assert rendered == ["mp4"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("formats", ["[]", "[mp5]", "mp4", "[[mp4]]"])
def test_formats_that_there_are_not_are_refused_whatever_is_up_to_date(
    formats: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("line.yaml").write_text(re.sub("formats: .*", f"formats: {formats}", SPEC))
    assert main(["render", "line.yaml", "-f", "mp4"]) == BAD_INPUT
    assert re.search("formats must|a format is", capsys.readouterr().err)


CHANGES: dict[str, Callable[[], object]] = {
    "spec": lambda: Path("line.yaml").write_text(SPEC.replace("One", "Eins")),
    "data": lambda: Path("points.csv").write_text(POINTS.replace("4", "5")),
    "scene": lambda: append("# changed", "scenes/mine.py"),
    "module of a scene": lambda: append("# changed", "looks.py"),
    "package of such a module": lambda: append("# changed", "tints/red.py"),
    "file that such a package opens": lambda: Path("shades.txt").write_text("light"),
    "scene that is built in": lambda: Path("scenes/surface.py").write_text("class Own(FilmScene): pass"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.filterwarnings("ignore:.*takes the place of the built-in scene")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_makes_a_film_old(
    change: str, rendered: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = provenance.of("line.yaml", None)
    CHANGES[change]()
    assert provenance.of("line.yaml", None) != before
    assert main(["render", "line.yaml"]) == OK
    assert rendered == NAMES
    assert capsys.readouterr().out.strip() == ""


@pytest.mark.usefixtures("folder")
def test_so_does_another_quality_version_or_plugin(
    rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["render", "line.yaml", "-q", "180p5"]) == OK
    assert rendered == NAMES
    monkeypatch.setattr(provenance, "__version__", "0.0.1")
    assert main(["render", "line.yaml"]) == OK
    assert rendered == NAMES * 2


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("package", ["manim", "numpy", "sympy", "typst", "moderngl", "av"])
def test_so_does_another_version_of_what_draws(
    package: str, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = provenance._version
    provenance._requirements.cache_clear()
    try:
        assert main(["render", "line.yaml"]) == OK
        assert rendered == []
        monkeypatch.setattr(provenance, "_version", lambda name: version(name) + "+" * (name == package))
        provenance._requirements.cache_clear()
        assert main(["render", "line.yaml"]) == OK
        assert rendered == NAMES
    finally:
        provenance._requirements.cache_clear()


def test_versions_are_those_that_are_installed() -> None:
    versions = dict(provenance._requirements())
    assert versions.keys() >= {"manim", "numpy", "sympy", "typst", "tylax", "moderngl", "av", "pillow"}
    for name, told in versions.items():
        assert told == version(name)


ORIGIN = "from gdanim.output import provenance; print(provenance.of('line.yaml', None).code)"


def test_so_does_a_change_of_our_own_files(folder: Path, tmp_path: Path) -> None:
    package = tmp_path / "clone" / "gdanim"
    shutil.copytree(Path(gdanim.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(scenes()["card"].parent, tmp_path / "clone/scenes")

    def code() -> str:
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "clone")}
        command = [sys.executable, "-c", ORIGIN]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=True
        ).stdout

    codes = [code(), code()]
    assert codes[0] == codes[1]
    for changed in ("engine/descent.py", "view/shaders/ball.glsl", "view/fitting.typ", "cli.py"):
        append("\n", package / changed)
        codes.append(code())
    (package / "view/new.json").write_text("{}")
    codes.append(code())
    assert len(set(codes)) == len(codes) - 1


@pytest.mark.usefixtures("folder")
def test_force_makes_what_is_up_to_date(rendered: list[str]) -> None:
    assert main(["render", "line.yaml"]) == OK
    assert rendered == []
    assert main(["render", "line.yaml", "--force"]) == OK
    assert rendered == NAMES


@pytest.mark.usefixtures("folder", "own_names")
def test_a_plugin_is_part_of_what_a_film_is_made_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    three_frames(monkeypatch)
    for rate in (0.1, 0.2):
        Path("own.py").write_text(PLUGIN.format(rate=rate))
        for ending in ("", " is up to date"):
            assert main(["render", "line.yaml", "--plugin", "own.py"]) == OK
            assert capsys.readouterr().out.splitlines() == [f"{path}{ending}" for path in FILMS]


@pytest.mark.usefixtures("folder", "own_names")
def test_so_is_a_module_that_a_plugin_imports(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    three_frames(monkeypatch)
    monkeypatch.setattr(sys, "path", [*sys.path])
    Path("own/lib").mkdir(parents=True)
    find = "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).parent / 'lib'))\n"
    Path("own/own.py").write_text(f"{find}import rates_of_own\n{PLUGIN.format(rate=0.1)}")
    for rate in (0.1, 0.2):
        Path("own/lib/rates_of_own.py").write_text(f"RATE = {rate}")
        for ending in ("", " is up to date"):
            assert main(["render", "line.yaml", "--plugin", "own/own.py"]) == OK
            assert capsys.readouterr().out.splitlines() == [f"{path}{ending}" for path in FILMS]


@pytest.mark.usefixtures("folder")
def test_so_is_a_package_that_is_installed_from_its_sources(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    three_frames(monkeypatch)
    monkeypatch.setattr(registry, "additions", {"own_package": "own 1.0"})
    Path("src/own_package").mkdir(parents=True)
    monkeypatch.syspath_prepend("src")
    for rate in (0.1, 0.2):
        Path("src/own_package/__init__.py").write_text(PLUGIN.format(rate=rate))
        for ending in ("", " is up to date"):
            assert main(["render", "line.yaml"]) == OK
            assert capsys.readouterr().out.splitlines() == [f"{path}{ending}" for path in FILMS]
    assert "own_package" not in sys.modules


def test_a_comment_changes_nothing(folder: Path) -> None:
    before = provenance.of("line.yaml", None)
    (folder / "line.yaml").write_text(f"# what a line it is\n{SPEC}")
    assert provenance.of("line.yaml", None) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "points.csv").write_text("x,y\n0,one\n"),
        lambda folder: (folder / "points.csv").unlink(),
        lambda folder: (folder / "scenes/mine.py").write_text("class Mine(FilmScene\n"),
        lambda folder: (folder / "scenes/mine.py").unlink(),
        lambda folder: (folder / "line.yaml").write_text(SPEC + "stepz: 3\n"),
        lambda folder: (folder / "line.yaml").write_text(SPEC + "formats: {\n"),
        lambda folder: (folder / "line.yaml").unlink(),
    ],
)
def test_a_spec_that_is_no_longer_good_is_not_called_up_to_date(
    spoil: Callable[[Path], object], folder: Path, rendered: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(folder)
    assert main(["render", "line.yaml"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert (out, rendered) == ("", [])
    assert err


@pytest.mark.usefixtures("folder", "rendered")
def test_nor_is_one_that_newer_code_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any, **__: Any) -> Spec:
        raise InputError("no more")

    monkeypatch.setattr("gdanim.checks.load", refuse)
    assert main(["render", "line.yaml"]) == OK
    monkeypatch.setattr(provenance, "_own_code", lambda: "another")
    assert main(["render", "line.yaml"]) == BAD_INPUT
    assert capsys.readouterr().err == "no more\n"


@pytest.mark.parametrize("lost", ["line.srt", "line.vtt", "line.gif", "line.mp4"])
def test_a_lost_file_is_missed(lost: str, folder: Path, rendered: list[str]) -> None:
    (folder / "media" / lost).unlink()
    assert main(["render", "line.yaml"]) == OK
    captioned = [name for name in NAMES if registry.formats[name]().captions]
    assert rendered == (["gif"] if lost == "line.gif" else ["mp4"] if lost == "line.mp4" else captioned)


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/hostname", ".", "a" * 5000])
def test_only_files_below_the_folder_of_the_spec_are_read(name: str, folder: Path) -> None:
    (folder.parent / "secret.csv").write_text("secret")
    assert not provenance._names_a_file(folder, name)
    assert provenance._names_a_file(folder, "points.csv")


@pytest.mark.parametrize("name", list(registry.formats))
@pytest.mark.parametrize("comment", ["", "{}", "Größe, 大きさ", "x" * 250])
def test_a_comment_is_read_as_it_was_written(name: str, comment: str, tmp_path: Path) -> None:
    import av

    noise = [np.random.default_rng(2).integers(0, 255, (48, 64, 4), dtype=np.uint8)]
    path = tmp_path / f"film.{name}"
    form = registry.formats[name]()
    make(form, path, Reel((64, 48), 5, comment, lambda: noise), noise)
    assert form.comment(path) == comment
    if name == "mp4":
        with av.open(str(path)) as container:
            assert container.metadata.get("comment", "") == comment


@pytest.mark.parametrize("name", list(registry.formats))
def test_a_comment_has_room_for_longer_versions(name: str, made: Path) -> None:
    comment = registry.formats[name]().comment(made / f"media/line.{name}")
    assert len(comment) + len("2160x2160p60") + 4 * len(".dev0") < 255


@pytest.mark.parametrize("name", list(registry.formats))
def test_a_film_cut_short_says_nothing(name: str, made: Path, tmp_path: Path) -> None:
    if registry.formats[name]().folder:
        pytest.skip("its files are whole each for itself")
    whole = (made / f"media/line.{name}").read_bytes()
    path = tmp_path / f"film.{name}"
    path.write_bytes(whole)
    assert provenance.told(path)["from"] == provenance.told(made / f"media/line.{name}")["from"] != ""
    for kept in (*range(0, len(whole) - 1, max(1, len(whole) // 97)), len(whole) - 1):
        path.write_bytes(whole[:kept])
        assert not provenance.told(path), f"the first {kept} of {len(whole)} bytes"


def test_imports_are_followed_to_all_that_has_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "scenes/own.py": "import json, numpy, nowhere, gdanim, third\nfrom first.inner import x",
        "first/inner/__init__.py": "from . import deep",
        "first/inner/deep.py": "import second, first",
        "second.py": "import first",
        "scenes/third.py": "a syntax error",
        "numpy.txt": "",
        "json.py": "",
    }
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    found = sources.needed([Path("scenes/own.py")])
    assert {str(file.relative_to(tmp_path)) for file in found} == files.keys() - {"numpy.txt", "json.py"}
    assert len(found) == len(set(found))
