"""Specs as strangers write them: valid, nearly valid and hostile, from the models; and their text mutated.

Each writer makes its choices by a ``random.Random``: hypothesis gives one that it can make smaller, a long
run one with a seed, and atheris one whose choices are the bytes that it found to lead further.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import formulas
from hostile import TEXTS
from keys import BASE, Key, keys

from gdanim.spec import yaml_marks

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "specs/gallery"
KEYS = list(keys())
SHIPPED = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "specs").rglob("*.yaml"))]
SHORT = [text for text in SHIPPED if len(text) < 3000]
FILMS = [yaml_marks.read(path)[0] for path in sorted(GALLERY.glob("*.yaml"))]
TOKENS = (
    *"[]{},:-#&*!|>'\"%@`?\n\t 0.~",
    ": ",
    "- ",
    "<<: ",
    "*a",
    "&a ",
    "---\n",
    "\u00a0",
    "\ufeff",
    "1,5",
)
ENDS = (
    0.0,
    1.0,
    -1.0,
    1e100,
    1e-100,
    1e308,
    5e-324,
    math.nan,
    math.inf,
    -math.inf,
    2**63,
    10**200,
)
PIECES = (
    *("x", "y", "x1", "theta", "2", "0.5", "1e9", "sin(", "log(", "sqrt(", "max(", "abs(", "exp(", "(", ")"),
    *("+", "-", "*", "/", "^", "**", ",", " ", "!", "_", "\\frac{", "}", "$", "=", "<", "|", "\u0445", "#"),
    *(
        "sum(i, 1, 3, ",
        "x[",
        "]",
        "i",
        " for i in range(",
        " if ",
        " else ",
        "\\sum_{i=1}^{",
        "\\left(",
        "\\right)",
    ),
    *(
        "{",
        "\\sqrt[",
        "\\\\",
        "&",
        "\u00b2",
        "\u03b8",
        "\u00bd",
        "\u221a",
        "1,5",
        "np.",
        "%",
        "//",
        ">=",
        "and",
        "e",
    ),
)


def scraps(random: Random) -> str:
    """Pieces of formulas in any order."""
    return "".join(random.choices(PIECES, k=random.randrange(25)))


def formula(random: Random) -> str:
    """A formula from the grammar, the same with some of it gone or other."""
    text = formulas.text(formulas.tree(random, random.randint(1, 20)), random)
    return mutated(random, text, PIECES) if random.randrange(3) else text


def text(random: Random) -> str:
    """The text of a spec, shipped or not, with some of it gone, twice, or other."""
    whole = random.choice(SHORT) if random.randrange(3) else random.choice((yaml, block))(spec(random))
    return mutated(random, whole, (*TOKENS, word(random)))


def spec(random: Random) -> dict[str, Any]:
    """A spec in which some keys have been given values of their kind, or any."""
    return filled(random, BASE, random.randint(1, 4), tame=2)


def film(random: Random) -> dict[str, Any]:
    """A film of the gallery, short, in which a few keys have been given values that may suit them."""
    base = {**random.choice(FILMS), "steps": random.choice((1, 3, 20))}
    if "functions" in base and not random.randrange(3):
        base["functions"] = [formula(random)]
    return filled(random, base, random.randint(1, 3), tame=8)


def filled(random: Random, spec: dict[str, Any], count: int, tame: int) -> dict[str, Any]:
    """A spec with so many keys given values; for one of any kind there are so many ``tame`` ones."""
    for key in random.choices(KEYS, k=count):
        spec = merged(spec, key.said(suiting(random, key) if random.randrange(tame + 1) else value(random)))
    return spec


def suiting(random: Random, key: Key) -> Any:
    """A value of the kind that a key wants."""
    kinds = sorted(kind.__name__ for kind in key.kinds)
    kind = random.choice(kinds) if kinds else ""
    if kind == "int":
        return random.randint(-1, random.choice((3, 100, 10_000)))
    if kind == "float":
        return number(random)
    return random.random() < 0.5 if kind == "bool" else word(random)


def number(random: Random) -> float:
    """An ordinary number, or one that few think of."""
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(ENDS)
    return random.uniform(-3, 3) if kind == 1 else random.random() if kind == 2 else random.randint(-3, 100)


def word(random: Random) -> str:
    """A hostile text, one of a few letters of any script, or a word of the language itself."""
    kind = random.randrange(3)
    if kind == 0:
        return random.choice(TEXTS[:-1])
    if kind == 1:
        return "".join(chr(random.choice((127, 0x530, 0xFFFF)) - random.randrange(96)) for _ in range(5))
    return str(random.choice(random.choice(KEYS).path))


def value(random: Random, depth: int = 2) -> Any:
    """Anything that YAML can say."""
    kind = random.randrange(6 if depth else 4)
    if kind < 2:
        return word(random) if kind else number(random)
    if kind < 4:
        return random.choice((None, True, False, "", "1e5", "x^2 + y^2", "sgd", [], {}))
    if kind == 4:
        return [value(random, depth - 1) for _ in range(random.randrange(4))]
    return {word(random): value(random, depth - 1) for _ in range(random.randrange(3))}


def mutated(random: Random, text: str, others: Sequence[str]) -> str:
    """A text with a few places gone, twice, or other."""
    for _ in range(random.randint(1, 4)):
        begin = random.randint(0, len(text))
        end = min(begin + random.randint(0, 12), len(text))
        other = random.choice(("", 2 * text[begin:end], random.choice(others)))
        text = text[:begin] + other + text[end:]
    return text


def merged(one: Any, other: Any) -> Any:
    """The second over the first, mappings key by key."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: merged(one.get(key), value) for key, value in other.items()}}
    return other


def yaml(spec: Any) -> str:
    """A spec as text, in one line."""
    text = json.dumps(spec).replace("NaN", ".nan")
    return text.replace("-Infinity", "-.inf").replace("Infinity", ".inf")


def block(spec: Any) -> str:
    """A spec as people lay it out: a line for each key."""
    return "".join(f"{yaml(key)}: {yaml(value)}\n" for key, value in spec.items())
