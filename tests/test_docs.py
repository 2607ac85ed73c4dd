"""What the documentation shows works as it stands there, and what it knows from the code is up to date."""

from __future__ import annotations

import argparse
import doctest
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import gdanim
from gdanim import cli
from gdanim.catalog import scenes
from gdanim.spec.yaml_marks import parse

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
BY_PLUGIN = DOCS / "plugins.md"  # tests/test_plugin_docs.py runs it


class Block(NamedTuple):
    """A fenced block of a page: ``language words``, and its text."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w*) ?(.*)\n((?:.*\n)*?)```$", text, re.MULTILINE):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found[1], tuple(found[2].split()), found[3])


BLOCKS = [block for page in PAGES if page != BY_PLUGIN for block in blocks(page)]


def shown(*languages: str) -> Any:
    """All blocks in these languages, as parameters of a test."""
    found = [block for block in BLOCKS if block.language in languages]
    return pytest.mark.parametrize("block", found, ids=[f"{block.page.name}:{block.line}" for block in found])


SCENES = [block.text for block in blocks(DOCS / "scenes.md") if block.language == "python"]


@pytest.mark.parametrize("code", SCENES, ids=lambda code: re.findall(r"class (\w+)\(FilmScene", code)[0])
def test_the_scenes_shown_make_films(
    code: str,
    filming: Callable[..., Any],
    painted: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "shown.py").write_text(code, encoding="utf-8")
    (tmp_path / "film.yaml").write_text(
        'scene: shown\nfunctions: ["x^2 + 10*y^2"]\nlearning_rates: [0.01, 0.07]\nstarts: [[-2.6, 1.4]]\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert "shown" in scenes()
    with filming(gdanim.load("film.yaml")) as scene:
        frames = [painted(scene, t) for t in (0.0, scene.length / 2, scene.length)]
    assert (frames[1] != frames[0]).any(axis=-1).mean() > 0.005
    assert (frames[2] != frames[1]).any(axis=-1).mean() > 0.001
    assert np.all(frames[2][..., 3] == 255)


def test_a_whole_scene_fits_in_forty_lines() -> None:
    assert len(SCENES[0].splitlines()) < 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)[)#]|(?:href|src)=\"(?!https?:)([^\"]+)\"", text)
    for link in (one or other for one, other in links):
        assert (page.parent / link).exists(), link


def test_every_scene_and_every_film_is_in_the_gallery() -> None:
    gallery = (DOCS / "gallery.md").read_text(encoding="utf-8")
    for scene in (ROOT / "scenes").glob("*.py"):
        assert f"| `{scene.stem}` |" in gallery
    table = gallery[gallery.index("| scene |") :]
    for spec in (ROOT / "specs" / "gallery").glob("*.yaml"):
        assert f"specs/gallery/{spec.name}" in table
        assert f"gallery/{spec.stem}.gif" in gallery


def test_pictures_in_the_documentation_are_small() -> None:
    sizes = {gif.name: gif.stat().st_size for gif in DOCS.rglob("*.gif")}
    assert max(sizes.values()) <= 2e6, sizes
    assert sum(sizes.values()) <= 20e6


def test_what_is_made_from_the_code_is_up_to_date(tmp_path: Path) -> None:
    """In a process of its own, in a folder with a scene of somebody's own, which is no part of it."""
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "own.py").write_text('"""A scene of one\'s own."""\n', encoding="utf-8")
    program = (
        "import reference\n"
        "print(*[page for page, text in reference.pages() if text != page.read_text(encoding='utf-8')])"
    )
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r})\n{program}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\n", "run make docs"


# Specs. A block is a whole one, unless it says that it is ``part`` of one (it is then laid over the smallest
# spec), ``wrong``, or ``other``, no spec at all.


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the specs and the data that pages speak of."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    shutil.copy(ROOT / "specs/gallery/points.csv", tmp_path)
    rows = (f"{rate},{momentum},{rate + momentum}\n" for rate in (0.1, 0.2) for momentum in (0, 0.9))
    (tmp_path / "grid.csv").write_text(f"learning_rate,momentum,loss\n{''.join(rows)}", encoding="utf-8")
    alpha, beta = (axis.ravel() for axis in np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 7)))
    np.savez(tmp_path / "plane.npz", alpha=alpha, beta=beta, loss=alpha**2 + beta**4)
    monkeypatch.chdir(tmp_path)
    return tmp_path


SMALLEST = next(block.text for block in BLOCKS if block.page.name == "README.md" and block.language == "yaml")


@shown("yaml")
def test_specs_that_are_shown_can_be_read(block: Block, beside: Path) -> None:
    if "other" in block.words:
        return
    if "part" in block.words:
        assert not re.search("^functions:.*\n(.*\n)*^starts:", block.text, re.MULTILINE), (
            "this is a whole spec"
        )
        data, part = (parse(text, "text")[0] for text in (SMALLEST, block.text))
        gdanim.load({**data, **part})
        return
    (beside / "film.yaml").write_text(block.text, encoding="utf-8")
    if "wrong" in block.words:
        with pytest.raises(gdanim.SpecError):
            gdanim.load("film.yaml")
    else:
        gdanim.load("film.yaml")


def test_pages_begin_with_the_same_smallest_spec() -> None:
    for page in ("index.md", "reference/spec.md"):
        assert next(block.text for block in blocks(DOCS / page) if block.language == "yaml") == SMALLEST


# Commands


def commands(block: Block) -> list[list[str]]:
    """The calls of gdanim in a block for a shell, as words; ``make render`` is one."""
    calls = []
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line.partition(" > ")[0], comments=True)
        settings = dict(word.split("=", 1) for word in words[2:]) if words[:2] == ["make", "render"] else {}
        if words[:1] == ["gdanim"]:
            calls.append(words[1:])
        elif words[:2] == ["make", "render"] and settings.keys() <= {"SPEC", "QUALITY"}:
            quality = ["-q", settings["QUALITY"]] if "QUALITY" in settings else []
            calls.append(["render", settings.get("SPEC", "specs/ravine.yaml"), *quality])
    return calls


@shown("sh")
def test_commands_that_are_shown_can_be_called(block: Block) -> None:
    plugins = argparse.ArgumentParser(add_help=False)
    plugins.add_argument("--plugin", action="append")
    for words in commands(block):
        cli._parser(plugins).parse_args(words)


TUTORIAL = [block for block in BLOCKS if block.page.name == "tutorial.md"]


def test_the_tutorial_works(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file is written, every command is run, small and coarse, and says what the tutorial shows."""
    code = cli.OK
    for block, after in zip(TUTORIAL, [*TUTORIAL[1:], None], strict=True):
        if block.language == "yaml":
            Path(block.words[0]).write_text(block.text, encoding="utf-8")
            code = cli.BAD_INPUT if "wrong" in block.words else cli.OK
        elif block.language == "sh":
            for words in commands(block):
                small = ["-q", "120p2"] if words[0] in ("render", "still") else []
                assert cli.main([*words, *small]) == code
                told = "".join(capsys.readouterr())
                if after and after.language == "text":
                    assert told == after.text
    made = {str(path.relative_to(beside)) for path in beside.rglob("*") if path.is_file()}
    assert made >= {"media/ravine.mp4", "media/mine.mp4", "media/mine.gif", "media/lecture.mp4", "above.png"}
    assert made >= {"media/lecture.srt", "media/lecture.vtt"}
    rows = Path("mine.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].split(",")[-4] == "status"
    assert [row.split(",")[2:11:8] for row in rows[1:] if ",running," not in row] == [
        ["sgd", "local"],
        ["momentum", "converged"],
    ]


# Python


@shown("python")
@pytest.mark.usefixtures("beside")
def test_python_that_is_shown_runs(block: Block) -> None:
    if block.page.name != "scenes.md":  # tested above
        exec(compile(block.text, f"{block.page.name}:{block.line}", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("name", ["gdanim", *gdanim.__all__])
@pytest.mark.usefixtures("beside")
def test_examples_of_the_public_names_run(name: str) -> None:
    if name == "__version__":
        return
    thing = gdanim if name == "gdanim" else getattr(gdanim, name)
    given = {"gdanim": gdanim, "numpy": np}
    (test,) = doctest.DocTestFinder(recurse=False).find(thing, name, module=False, globs=given)
    assert test.examples
    output: list[str] = []
    assert doctest.DocTestRunner().run(test, out=output.append).failed == 0, "".join(output)


def test_the_package_can_be_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As ``python -m gdanim check missing.yaml``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["gdanim", "check", "missing.yaml"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("gdanim", run_name="__main__")
    assert ended.value.code == cli.BAD_INPUT
    assert capsys.readouterr().err.startswith("missing.yaml:1:1: cannot read this file")


def test_all_files_tell_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest, day = re.findall(r"^## \[([\d.]+)\] - ([\d-]{10})$", changes, re.MULTILINE)[0]
    cited = parse((ROOT / "CITATION.cff").read_text(encoding="utf-8"), "CITATION.cff")[0]
    assert project["version"] == newest == str(cited["version"])
    assert str(cited["date-released"]) == day
    assert project["license"] == cited["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
