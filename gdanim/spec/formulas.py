"""Formulas of the step k, for schedules: by the same grammar as losses, and never evaluated as code."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from gdanim.errors import ExpressionError
from gdanim.formula import parse, variables
from gdanim.spec.wording import mistake, shown

STEP = "k"  # what a formula calls the step, which counts from 0
_CALLED = ("step", "steps", "epoch", "iteration", "iter", "it", "t", "n", "i", "x")  # what others call it


def _readable(text: Any) -> str:
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise mistake(f"a formula has the step k in it, such as 0.1/(1 + 0.05*k), not {text:g}")
    if not isinstance(text, str):
        raise mistake(f"a formula is text such as 0.1/(1 + 0.05*k), not {shown(text)}")
    for word in _CALLED:
        meant = re.sub(rf"(?<![A-Za-z_]){word}(?![A-Za-z0-9_])", STEP, text)
        if meant != text and _known(meant):
            raise mistake(f"the step is called {STEP}: write {meant}")
    try:
        names = variables(parse(text))
    except ExpressionError as error:
        if not re.search(STEP, text):
            raise mistake(f"a formula has the step k in it, such as 0.1/(1 + 0.05*k), not {text!r}") from None
        raise mistake(error.message, offset=error.offset, length=error.length) from None
    if names != (STEP,):
        told = ", ".join(name for name in names if name != STEP)
        raise mistake(f"there is no {told} here, only the step k: write such as 0.1/(1 + 0.05*k)")
    return text


def _number_or_formula(value: Any) -> float | str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number else _readable(value)


def _known(text: str) -> bool:
    try:
        return variables(parse(text)) == (STEP,)
    except ExpressionError:
        return False


Formula = Annotated[str, BeforeValidator(_readable)]
"""Of the step k."""

Factor = Annotated[float | str, BeforeValidator(_number_or_formula)]
"""A number, or a formula of the step k."""
