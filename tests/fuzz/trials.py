"""What may come of what a stranger wrote: it is read, or refused in our own words at a place in it."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any

import strangers

import gdanim
from gdanim.checks import undrawn
from gdanim.cli import main
from gdanim.errors import LONGEST, ExpressionError, InputError, Mistake, SpecError
from gdanim.formula import parse
from gdanim.lengths import length

INSIDE = re.compile(r"Traceback|pydantic|\w+Error\b|<class |object at 0x|Points\b|NoneType")


def read(text: str) -> None:
    """A formula is read or refused, at a place in it."""
    wrong = None
    try:
        parse(text)
    except ExpressionError as error:
        wrong = error
    assert wrong is None or (0 <= wrong.offset <= len(text) and wrong.message), wrong


def loaded(source: Any) -> None:
    """A spec is loaded or refused, with mistakes that are short and point into it."""
    try:
        gdanim.load(source)
    except SpecError as error:
        lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", source) if isinstance(source, str) else []
        for mistake in error.mistakes:
            assert len(mistake.message) <= LONGEST, mistake
            assert not lines or pointing(mistake, lines), mistake
            inside = INSIDE.search(mistake.message)
            assert not inside or inside[0] in str(source), mistake


def pointing(mistake: Mistake, lines: list[str]) -> bool:
    """Whether a mistake points into a text, or just behind one of its lines."""
    return 1 <= mistake.line <= len(lines) and 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1


def checked(path: Path) -> None:
    """A check ends with 0, or with 2 and words at a place."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["check", str(path)])
    assert code in (0, 2), (code, err.getvalue())
    assert "Traceback" not in err.getvalue(), err.getvalue()
    assert code == 0 or f"{path.name}:" in err.getvalue(), err.getvalue()


def drawn(source: Any) -> bool:
    """What passes all checks has a picture; False where it does not pass."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            spec = gdanim.load(source)
            if undrawn(spec):
                return False
            length(spec)
        except InputError:
            return False
        assert gdanim.still(spec, quality="120p1").size
    return True


def written(text: str) -> Path:
    """A spec as a file of the working folder."""
    path = Path("film.yaml")
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return path


def either(random: Random) -> str:
    """A text that was mutated, or a spec that is well-formed."""
    return strangers.text(random) if random.randrange(2) else strangers.block(strangers.film(random))


# What is tried: who writes it, what is done with it, and whether it is what `gdanim check` has to do.
KINDS: dict[str, tuple[Callable[[Random], Any], Callable[[Any], Any]]] = {
    "scraps": (strangers.scraps, read),
    "formulas": (strangers.formula, read),
    "texts": (lambda random: f"{strangers.text(random)}\n", loaded),
    "specs": (lambda random: f"{strangers.yaml(strangers.spec(random))}\n", loaded),
    "checks": (either, lambda text: checked(written(text))),
    "stills": (strangers.film, drawn),
}
