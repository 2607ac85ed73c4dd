"""Wrong specs as people write them, and what each is told: read by eye, then kept word by word.

In the file a spec stands above what it is told at a line and column: behind ``=>`` where the schema refuses
it too, or it is no YAML; behind ``~>`` where it is wrong only by what it means.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import jsonschema
import pytest

import gdanim
from gdanim.errors import SpecError
from gdanim.schema import schema
from gdanim.spec.yaml_marks import parse


class Wrong(NamedTuple):
    """A spec, what it is told, and whether only its meaning is wrong."""

    text: str
    told: list[str]
    by_meaning: bool


def _wrong(block: str) -> Wrong:
    lines = block.split("\n")
    first = next(k for k, line in enumerate(lines) if line[:3] in ("=> ", "~> "))
    told = [line[3:] for line in lines[first:] if line]
    return Wrong("".join(f"{line}\n" for line in lines[:first]), told, lines[first][0] == "~")


FILE = Path(__file__).parent / "data/wrong_specs.txt"
ALL = [_wrong(block) for block in FILE.read_text(encoding="utf-8").split("----\n")]


@pytest.mark.parametrize("wrong", ALL, ids=lambda wrong: wrong.text)
def test_a_wrong_spec_is_told_in_these_words(wrong: Wrong) -> None:
    with pytest.raises(SpecError) as caught:
        gdanim.load(wrong.text)
    found = [f"{line}:{column} {message}" for line, column, message in caught.value.mistakes]
    assert found == wrong.told


def test_the_schema_refuses_what_is_wrong_by_its_shape() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for wrong in ALL:
        try:
            data, _ = parse(wrong.text, "film.yaml")
        except SpecError:
            assert not wrong.by_meaning
        else:
            assert validator.is_valid(data) == wrong.by_meaning, wrong.text
