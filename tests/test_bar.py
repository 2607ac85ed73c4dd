"""Colour bars: every one tells its ends."""

from __future__ import annotations

import numpy as np
import pytest

from gdanim.view.bar import ColorBar
from gdanim.view.layout import Box
from gdanim.view.plot import Scale
from gdanim.view.text import Lettering

UPRIGHT, LYING = Box(0, 0, 20, 400), Box(0, 0, 400, 20)


def numbers(
    box: Box, scale: Scale, beyond: tuple[bool, bool] = (False, False)
) -> list[tuple[str, float, float]]:
    """The markup of a bar's numbers from the low end, and where each begins and ends, in points."""
    lettering = Lettering(1.0)
    bar = ColorBar(box, lettering, scale.share, (scale.low, scale.high), scale.ticks(6), beyond)
    lettering.build()
    told = [
        (key[0], begin, begin + lettering.size(key)[bar.upright]) for key, begin in bar._placed(lettering)
    ]
    return sorted(told, key=lambda number: number[1])


@pytest.mark.parametrize("box", [UPRIGHT, LYING], ids=["upright", "lying"])
@pytest.mark.parametrize(
    ("scale", "low", "high"),
    [
        (Scale(12, 18, log=True), "$12$", "$18$"),  # no round number between
        (Scale(5, 2000, log=True), "$5$", "$2000$"),
        (Scale(0.00123, 1e3, log=True), "$0.0012$", "$1000$"),
        (Scale(3.2e-5, 837.43), "$0$", "$837$"),
        (Scale(0.2893, 5.0928), "$0.29$", "$5.09$"),
        (Scale(-3.0, 0.0), "$-3$", "$0$"),
        (Scale(100.0, 101.0), "$100$", "$101$"),
    ],
)
def test_both_ends_are_told_and_nothing_stands_on_them(box: Box, scale: Scale, low: str, high: str) -> None:
    found = numbers(box, scale)
    assert (found[0][0], found[-1][0]) == (low, high)
    edges = np.array([edge for number in found for edge in number[1:]])
    assert (np.diff(edges) > 0).all()
    assert (edges[0], edges[-1]) == pytest.approx((0, 400))


def test_numbers_between_stand_where_their_colours_are() -> None:
    scale = Scale(0, 10)
    for mark, begin, end in numbers(UPRIGHT, scale)[1:-1]:
        assert (begin + end) / 2 == pytest.approx(scale.share(float(mark.strip("$"))) * 400)
    assert len(numbers(UPRIGHT, scale)) == 6


def test_an_end_that_stands_for_all_beyond_it_says_so() -> None:
    marks = [mark for mark, _, _ in numbers(UPRIGHT, Scale(5, 80, log=True), (True, True))]
    assert (marks[0], marks[-1]) == ("$<= 5$", "$>= 80$")
