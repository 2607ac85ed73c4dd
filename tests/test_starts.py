"""Starts with labels and colours of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import gdanim
from gdanim.engine.balls import cast
from gdanim.errors import SpecError
from gdanim.spec import Spec

STARTS = "starts: [{at: [1, 2], label: A, color: red}, [0.5, 0.5], {at: [-1, 2]}]"


def balls(text: str, spec_of: Callable[[str], Spec]) -> list[Any]:
    return cast(spec_of(text).parts[0])[0].balls


def test_a_start_is_a_point_with_what_it_is_called(spec_of: Callable[[str], Spec]) -> None:
    found = balls(f"functions: [bowl]\n{STARTS}", spec_of)
    assert [(b.label, b.start, b.color, b.hue) for b in found] == [
        ("sgd A", (1, 2), "#ff0000", 0),
        ("sgd #2", (0.5, 0.5), None, 1),
        ("sgd #3", (-1, 2), None, 2),
    ]


def test_several_optimizers_have_the_colours(spec_of: Callable[[str], Spec]) -> None:
    optimizers = "optimizers: [sgd, {name: adam, color: blue}]"
    found = balls(f"functions: [bowl]\n{optimizers}\n{STARTS}", spec_of)
    assert [b.hue for b in found] == [0, 0, 0, 1, 1, 1]
    assert [b.color for b in found] == ["#ff0000", None, None, "#ff0000", "#0000ff", "#0000ff"]
    assert [b.label for b in found[3:]] == ["adam A", "adam #2", "adam #3"]


def test_more_starts_than_colours_share_one(spec_of: Callable[[str], Spec]) -> None:
    assert [b.hue for b in balls("functions: [bowl]\nstarts: {ring: 12, radius: 1}", spec_of)] == [*range(12)]
    assert {b.hue for b in balls("functions: [bowl]\nstarts: {ring: 13, radius: 1}", spec_of)} == {0}


def test_a_single_start_may_be_called_something(spec_of: Callable[[str], Spec]) -> None:
    (ball,) = balls("functions: [bowl]\nstarts: [{at: [1, 2], label: top}]", spec_of)
    assert ball.label == "sgd top"


def test_acts_inherit_labelled_starts(spec_of: Callable[[str], Spec]) -> None:
    spec = spec_of(
        f"functions: [bowl]\n{STARTS}\nacts: [{{steps: 5}}, {{starts: [{{at: [1, 1], label: B}}]}}]"
    )
    assert [[b.label for b in cast(part)[0].balls] for part in spec.parts] == [
        ["sgd A", "sgd #2", "sgd #3"],
        ["sgd B"],
    ]


@pytest.mark.parametrize(
    ("starts", "message"),
    [
        ("[{at: [1, 2, 3]}]", "2:10: a start has one number for each variable: 2 (x, y), not 3"),
        ("[{at: [1, 2], label: A}, {at: [1, 1], label: A}]", "2:54: another start is called 'A'"),
        ("[{point: [1, 2]}]", "2:10: a start has its place under at: write {at: [1, 2]}"),
        ("[{A: [1, 2]}]", "2:10: a start has its place under at: write {at: [1, 2], label: A}"),
        ("[{x: 1, y: 2}]", "2:10: a start is a list of its numbers: write [1, 2]"),
        ("[{at: [1, 2], colour: red}]", "2:23: unknown key 'colour': write color: red"),
        (
            "[{at: [1, 2], color: redd}]",
            "2:30: color is '#rrggbb' or a name, not 'redd', did you mean 'red'?",
        ),
        (
            "{A: [1, 2], B: [2, 1]}",
            "2:9: starts must be a list: write [{at: [1, 2], label: A}, {at: [2, 1], label: B}]",
        ),
        ("[{label: A}]", "2:10: at is missing"),
        ("[[1, a]]", "2:14: each item of starts must be a number, not 'a'"),
    ],
)
def test_what_is_no_start_is_told(starts: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        gdanim.load(f"functions: [bowl]\nstarts: {starts}")
    (found,) = caught.value.mistakes
    assert f"{found.line}:{found.column}: {found.message}" == message


def test_colours_are_those_of_the_starts(filming: Callable[..., Any], spec_of: Callable[[str], Spec]) -> None:
    with filming(spec_of(f"functions: [bowl]\n{STARTS}\nsteps: 5")) as scene:
        act = scene.solution.acts[0]
        first, second, third = scene.colors(act)
    assert first == (1.0, 0.0, 0.0)
    assert len({first, second, third}) == 3
