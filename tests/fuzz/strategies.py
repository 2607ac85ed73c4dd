"""Specs as strangers write them: valid, nearly valid and hostile, from the models; and their text mutated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hostile import TEXTS
from hypothesis import strategies as st
from keys import BASE, Key, keys

ROOT = Path(__file__).parents[2]
KEYS = list(keys())
SHIPPED = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "specs").rglob("*.yaml"))]
TOKENS = (*"[]{},:-#&*!|>'\"%@`?\n\t 0.~", ": ", "- ", "<<: ", "*a", "&a ", "---\n", "\u00a0", "\ufeff")

WORDS = st.one_of(st.sampled_from(TEXTS[:-1]), st.text(max_size=20))
ENDS = st.sampled_from([1e100, 1e-100, 0.0, 1.0])
NUMBERS = st.one_of(st.integers(-3, 100), st.integers(), st.floats(), st.floats(0, 1), ENDS)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)
ITEMS = st.lists(LEAVES, max_size=4)
VALUES = st.one_of(
    LEAVES, ITEMS, st.lists(ITEMS, max_size=3), st.dictionaries(WORDS, st.one_of(LEAVES, ITEMS))
)


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec in which some keys have been given values of their kind, or any."""
    spec: dict[str, Any] = BASE
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=4)):
        of_its_kind = [kind for kind in (NUMBERS, WORDS, st.booleans()) if _suits(key, kind)]
        value = draw(st.one_of(*of_its_kind, VALUES))
        spec = merged(spec, key.said(value))
    return spec


def _suits(key: Key, kind: st.SearchStrategy[Any]) -> bool:
    return bool(key.kinds & ({str} if kind is WORDS else {int, float} if kind is NUMBERS else {bool}))


def merged(one: Any, other: Any) -> Any:
    """The second over the first, mappings key by key."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: merged(one.get(key), value) for key, value in other.items()}}
    return other


def yaml(spec: Any) -> str:
    """A spec as text, in one line."""
    text = json.dumps(spec).replace("NaN", ".nan")
    return text.replace("-Infinity", "-.inf").replace("Infinity", ".inf")


@st.composite
def texts(draw: st.DrawFn) -> str:
    """The text of a shipped spec with some of it gone, twice, or other."""
    text = draw(st.sampled_from(SHIPPED))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        end = min(begin + draw(st.integers(0, 12)), len(text))
        other = draw(st.one_of(st.just(""), st.just(2 * text[begin:end]), st.sampled_from(TOKENS), WORDS))
        text = text[:begin] + other + text[end:]
    return text


PIECES = (
    *("x", "y", "x1", "theta", "2", "0.5", "1e9", "sin(", "log(", "sqrt(", "max(", "abs(", "exp(", "(", ")"),
    *("+", "-", "*", "/", "^", "**", ",", " ", "!", "_", "\\frac{", "}", "$", "=", "<", "|", "\u0445", "#"),
)
FORMULAS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
