"""Numbers at the ends of what a computer can hold: refused at their place, wherever one can stand."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from keys import Key, keys
from test_hostile_text import mistakes

from gdanim.engine.runs import Array
from gdanim.motion.height import fitted
from gdanim.spec.numbers import LARGEST, SMALLEST

NUMBERS = (1e308, -1e308, 1e101, 5e-324, 1e-308, 10**200, 2**63 - 1, -(2**63), 1e100, -1e100, 1e-100)
OTHERS: tuple[Any, ...] = (math.nan, math.inf, -math.inf, 0, -1, "text", [1, 2], [], {}, None, True, "1e5")
KEYS = [key for key in keys() if key.kinds & {int, float}]


def yaml(spec: dict[str, Any]) -> str:
    """A spec as text, in one line."""
    text = json.dumps(spec).replace("NaN", ".nan")
    return text.replace("-Infinity", "-.inf").replace("Infinity", ".inf")


def test_there_are_as_many_keys_as_ever() -> None:
    assert len(KEYS) > 200
    assert len({str(key) for key in KEYS}) > 120


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_a_number_is_refused_at_its_place_or_taken(key: Key) -> None:
    for value in (*NUMBERS, *OTHERS):
        found = mistakes(yaml(key.said(value)))
        assert all(mistake.line == 1 and mistake.column > 1 for mistake in found), value
        assert not any(word in mistake.message for mistake in found for word in ("pydantic", "Error")), value
        extreme = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if extreme and value and not SMALLEST <= abs(value) <= LARGEST:
            assert found, value


@pytest.mark.parametrize("low", [0.0, 1e300, -1e300, 9e18])
@pytest.mark.parametrize("wish", ["auto", "linear", "log"])
def test_a_height_is_never_without_height(low: float, wish: Any) -> None:
    import numpy as np

    for spread in (0.0, 1.0, 1e-300):
        losses: Array = low + spread * np.linspace(0, 1, 50)
        height = fitted(losses, losses[:3], [], (-math.inf, math.inf), rising=True, wish=wish)
        assert height.high > height.low
        assert np.isfinite(height.share(losses)).all()
