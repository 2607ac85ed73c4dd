"""Formats are found, not listed: what holds for every one, and one of a user's own that is a single file."""

from __future__ import annotations

import json
import pkgutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import gdanim.formats
from gdanim.formats import DEFAULT, Format, choices
from gdanim.output import provenance
from gdanim.registry import formats
from gdanim.schema import schema

Command = Callable[..., subprocess.CompletedProcess[str]]
OWN = '''\
"""own.py: the pixels as they are, and what they were made from behind them."""

from contextlib import contextmanager

from gdanim.formats import Format, Limits
from gdanim.registry import formats


@formats.register
def raw() -> Format:
    """Bare pixels, row by row."""
    return Format(writing, comment, alpha=True, limits=Limits(most_lines=120, calm_rate=4))


@contextmanager
def writing(path, reel):
    with path.open("wb") as file:
        yield lambda frame: file.write(frame.tobytes())
        said = reel.comment.encode()
        file.write(said + bytes([len(said)]))


def comment(path):
    data = path.read_bytes()
    return data[-1 - data[-1] : -1].decode()
'''
SPEC = """\
functions: ["x^2 + 3*y^2"]
steps: 3
formats: [raw]
view: {background: none}
video: {duration: 8}
"""
PLUGIN = ("--plugin", "own.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "film.yaml").write_text(SPEC)
    return tmp_path


def test_every_file_is_a_format_and_the_default_comes_first() -> None:
    files = {module.name for module in pkgutil.iter_modules(gdanim.formats.__path__)} - {"base"}
    assert set(formats) == files
    assert list(formats) == [DEFAULT, *sorted(files - {DEFAULT})]
    for name in formats:
        assert isinstance(formats[name](), Format)
        assert formats.summary(name)


def test_one_of_ones_own_is_known_wherever_formats_are(command: Command, folder: Path) -> None:
    refused = command(folder, "check", "film.yaml").stderr
    assert refused == f"film.yaml:3:11: a format is {choices('{!r}')}, not 'raw'\n"
    listed = command(folder, "list", "formats", *PLUGIN).stdout.splitlines()
    assert " ".join(listed[-1].split()) == "raw alpha, up to 120p4 Bare pixels, row by row."
    assert schema()["$defs"]["FormatEntry"]["anyOf"][0]["enum"] == list(formats)
    assert command(folder, "check", "film.yaml", *PLUGIN).stdout.endswith(
        "32 frames at 4 a second, raw 214x120, about 4.4 s to make: ok\n"
    )
    refused = command(folder, "render", "film.yaml", "-f", "ray", *PLUGIN).stderr
    assert refused == f"-f: each item of formats must be {choices('{!r}')}, not 'ray'\n"


def test_films_are_made_in_it_and_known_to_be_current(
    command: Command, folder: Path, filming: object
) -> None:
    del filming  # imports manim without its warnings
    film = folder / "media/film.raw"
    assert command(folder, "render", "film.yaml", *PLUGIN).stdout == "media/film.raw\n"
    assert json.loads(formats["raw"]().comment(film)) == provenance.told(film)
    assert provenance.told(film)["quality"] == "214x120p4"
    pixels = np.frombuffer(film.read_bytes()[: 32 * 120 * 214 * 4], np.uint8).reshape(32, 120, 214, 4)
    assert (pixels[-1, 0, 0] == 0).all(), "it has no ground"
    assert pixels[-1, ..., 3].max() == 255
    for argv in ((), ("-f", "raw")):
        told = command(folder, "render", "film.yaml", *argv, *PLUGIN).stdout
        assert told == "media/film.raw is up to date\n"
    (folder / "cut.raw").write_bytes(film.read_bytes()[:-1])
    assert provenance.told(folder / "cut.raw") == {}
    descent = ("descent", "--func", "x^2 + y^2", "--lr", "0.3", "--start", "1,1", "--film", "roll.raw")
    assert command(folder, *descent, *PLUGIN).stdout.endswith("\nroll.raw\n")
    assert (folder / "roll.raw").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            OWN.replace("return Format(", "return print("),
            "own.py:12: the format 'raw' fails: it raised TypeError",
        ),
        (OWN.replace("return ", "made = "), "must return a gdanim.formats.Format, not None"),
        (OWN.replace("def raw()", "def gif()"), "own.py:9: the format 'gif' is built in already, by "),
        (OWN.replace("def raw()", "def raw(level: int)"), "missing 1 required positional argument: 'level'"),
    ],
)
def test_what_is_wrong_with_it_is_told_at_its_line(
    command: Command, folder: Path, text: str, message: str
) -> None:
    (folder / "own.py").write_text(text)
    done = command(folder, "check", "film.yaml", *PLUGIN)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.startswith("own.py:")
