"""Numbers as people write them."""

from __future__ import annotations

import math
import re

LARGEST, SMALLEST = 1e100, 1e-100  # sizes of a number

_MINUS = str.maketrans("\u2212\u2013\u2012\ufe63", "----")
_UNIT = r"(?<=\d)\s*(\u00b0|deg|degrees|s|sec|secs|seconds|x|steps)$"


def out_of_range(value: object) -> str:
    """Why a value is too large or too small a number for what is computed from it; "" where it is not."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
        return ""
    if SMALLEST <= abs(value) <= LARGEST or abs(value) == math.inf or value != value:
        return ""
    what = f"at most {LARGEST:g}" if abs(value) > LARGEST else f"0, or at least {SMALLEST:g}"
    return f"the size of a number is {what}: its square must be one too"


def as_number(text: str) -> float | None:
    """The number that a text means, perhaps with a decimal comma, a unit or as a ratio."""
    number = re.sub(_UNIT, "", text[:40].strip().translate(_MINUS))
    if re.fullmatch(r"[-+]?\d+", number):
        return int(number)
    if re.fullmatch(r"\d{1,3}(_\d{3})+", number):
        return int(number)
    if re.fullmatch(r"[-+]?\d*[.,]?\d+([eE][-+]?\d{1,2})?", number):
        return float(number.replace(",", "."))
    if ratio := re.fullmatch(r"(\d+)/0*([1-9]\d*)", number):
        return float(f"{int(ratio[1]) / int(ratio[2]):.4g}")
    return None
