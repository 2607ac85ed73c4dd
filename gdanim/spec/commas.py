"""Decimal commas in a spec: YAML ends an item at each, so that 0,5 in brackets is two things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import yaml

TOLD = "a comma ends an item, a decimal point is a point"
LONGEST = 1000  # characters of a list that are looked at
_NUMBER = r"-?\d+,\d+"


def in_mapping(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, str]]:
    """{zoom: 1,5} has a key 5 without a value; yields the value before it, and what to write."""
    for (_, one), (other, lost) in pairwise(node.value if node.flow_style else ()):
        if _close(one, other) and not lost.value and re.fullmatch(r"\d+(e-?\d+)?", other.value):
            a_list = (
                ""
                if other.value[0] == "0" or one.value in ("0", "-0")
                else f", or [{one.value}, {other.value}]"
            )
            yield one, f"{TOLD}: write {one.value}.{other.value}{a_list}"


def in_list(node: yaml.SequenceNode, text: str) -> Iterator[tuple[yaml.Node, str]]:
    """What must be decimal commas: a part between them is no number by itself, or ; ends the items."""
    told = _text(node, text)
    if re.fullmatch(rf"\[\s*{_NUMBER}(\s*;\s*{_NUMBER})+\s*\]", told):
        points = re.sub(r"\s*;\s*", ", ", told.replace(",", "."))
        yield node, f"{TOLD}, and items have commas between them: write {points}"
        return
    for one, other in pairwise(node.value if node.flow_style else ()):
        if _close(one, other) and re.match(r"0\d|\d+[^\d.e]", other.value):
            yield one, f"{TOLD}: write {one.value}.{other.value}"


def with_points(node: yaml.SequenceNode, text: str) -> str:
    """[-3,5, 3,5] with points, for whom it does not suit as the four items that it is; else ""."""
    told = _text(node, text)
    doubtful = re.fullmatch(rf"\[\s*{_NUMBER}(,\s+{_NUMBER})+\s*\]", told)
    return re.sub(r"(?<=\d),(?=\d)", ".", told) if doubtful else ""


def _text(node: yaml.Node, text: str) -> str:
    return text[node.start_mark.index : node.end_mark.index][:LONGEST]


def _close(one: yaml.Node, other: yaml.Node) -> bool:
    """Whether two plain texts, the first of them a whole number, have nothing but a comma between them."""
    if not (isinstance(one, yaml.ScalarNode) and isinstance(other, yaml.ScalarNode)):
        return False
    close = one.end_mark.index + 1 == other.start_mark.index and not one.style and not other.style
    return close and re.fullmatch(r"-?\d+", one.value) is not None
