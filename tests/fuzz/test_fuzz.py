"""Nothing that anyone writes shows a traceback, ends in exit code 1, or says ok and is not drawn.

A few of each kind, which hypothesis makes smaller where they fail; `make fuzz` tries them for minutes.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import strangers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trials import KINDS, checked, drawn

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.yaml"))
FEW = {"scraps": 300, "formulas": 100, "texts": 100, "specs": 100, "checks": 10, "stills": 3}
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the data of the gallery."""
    for data in strangers.GALLERY.glob("*.csv"):
        shutil.copy(data, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_what_strangers_write_is_taken_or_refused(kind: str, folder: Path) -> None:
    del folder
    write, attempt = KINDS[kind]

    @settings(max_examples=FEW[kind], deadline=None, suppress_health_check=SLOW)
    @given(st.randoms(use_true_random=False).map(write))
    def tried(source: Any) -> None:
        attempt(source)

    tried()


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_was_found_before(path: Path, folder: Path) -> None:
    shutil.copy(path, folder)
    checked(Path(path.name))
    drawn(path)


def test_an_endless_orbit_is_drawn() -> None:
    assert drawn({"functions": ["x^2 + y^2"], "camera": {"orbit": 3600}, "steps": 3})
