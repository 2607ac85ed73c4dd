"""Nothing that anyone writes shows a traceback, ends in exit code 1, or says ok and is not drawn.

In `make test` a few of each; `make fuzz` sets GDANIM_FUZZ, how many of each are tried.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from strategies import FORMULAS, specs, texts, yaml

import gdanim
from gdanim.checks import undrawn
from gdanim.errors import LONGEST, ExpressionError, InputError, SpecError
from gdanim.formula import parse
from gdanim.lengths import length

MANY = int(os.environ.get("GDANIM_FUZZ", "0"))
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.yaml"))
Command = Callable[..., CompletedProcess[str]]


def tried(few: int, share: float = 1.0) -> settings:
    """So many in `make test`, a share of all that are asked for in `make fuzz`."""
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
    return settings(max_examples=max(int(MANY * share), few), deadline=None, suppress_health_check=slow)


def told(spec: Any) -> str:
    """What is wrong with a spec, or ""."""
    found, lengths = "", [0]
    try:
        gdanim.load(spec)
    except SpecError as error:
        found, lengths = str(error), [len(mistake.message) for mistake in error.mistakes]
    assert max(lengths) <= LONGEST
    return found


@tried(200, 10.0)
@given(FORMULAS)
def test_formulas_are_read_or_refused(text: str) -> None:
    with suppress(ExpressionError):
        parse(text)


@tried(150)
@given(texts())
def test_texts_are_read_or_refused(text: str) -> None:
    assert "Traceback" not in told(f"{text}\n")


@tried(150)
@given(specs())
def test_specs_are_read_or_refused(spec: dict[str, Any]) -> None:
    assert "Traceback" not in told(f"{yaml(spec)}\n")
    told(spec)


@tried(15, 0.1)
@given(specs())
def test_checks_end_well(tmp_path: Path, command: Command, spec: dict[str, Any]) -> None:
    (tmp_path / "film.yaml").write_text(yaml(spec), encoding="utf-8", errors="surrogatepass")
    checked(command(tmp_path, "check", "film.yaml"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_was_found_before(path: Path, command: Command) -> None:
    checked(command(path.parent, "check", path.name))
    drawn(path)


def checked(done: CompletedProcess[str]) -> None:
    """A check ends with 0 or with 2 and words at a place."""
    assert done.returncode in (0, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or ".yaml:" in done.stderr


@tried(3, 0.01)
@given(specs())
@example({"functions": ["x^2 + y^2"], "camera": {"orbit": 3600}, "steps": 3})
def test_what_is_good_is_drawn(spec: dict[str, Any]) -> None:
    drawn({**spec, "steps": 3} if spec.get("steps") != 3 else spec)


def drawn(source: Any) -> None:
    """What passes all checks has a picture."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            spec = gdanim.load(source)
            if undrawn(spec):
                return
            length(spec)
        except InputError:
            return
        assert gdanim.still(spec, quality="120p1").size
