"""Captions: cues that can be read, one at a time, and the files they stand in."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdanim.view.captions import BRIEF, LINE, Cue, cues, srt, vtt

LONG = (
    "It does not look around: it feels the slope under its feet, at the one place where it stands, and takes "
    "a step down. Always? At rate 0.1 the step from (3, 4) leads to (2.4, 3.2)."
)


def test_a_sentence_that_fits_is_one_cue() -> None:
    assert cues("Down it goes.", 2, 5) == [Cue(2000, 5000, "Down it goes.")]


def test_sentences_share_the_time_by_their_length() -> None:
    first, second = cues(f"{'a' * 19}. {'b' * 39}.", 10, 16)
    assert (first.start, first.end, second.end) == (10_000, 12_000, 16_000)
    short, _ = cues(f"No. {'b' * 29}.", 0, 9)
    assert short.end == 1000 * 9 * BRIEF / (BRIEF + 30), "it can be read although it is short"


def test_numbers_do_not_end_a_sentence() -> None:
    assert [cue.text for cue in cues("At rate 0.1 it rests! Does it? Yes.", 0, 9)] == [
        "At rate 0.1 it rests!",
        "Does it?",
        "Yes.",
    ]


def test_lines_of_a_sentence_are_about_equally_long() -> None:
    pieces = [cue.text for cue in cues(LONG, 0, 30)]
    assert [len(piece.split("\n")) for piece in pieces] == [2, 2, 1, 2]
    lengths = [len(line) for piece in pieces[:2] for line in piece.split("\n")]
    assert min(lengths) > 0.6 * max(lengths)


WORDS = st.lists(st.text("abc.!?,-<>& \n\u00e9\u4e2d", min_size=1, max_size=60), max_size=30).map(" ".join)


@given(WORDS, st.floats(0, 5000), st.floats(0.1, 100))
def test_cues_are_short_whole_and_never_overlap(text: str, start: float, length: float) -> None:
    found = cues(text, start, start + length)
    assert "".join("".join(cue.text.split()) for cue in found) == "".join(text.split())
    for cue in found:
        lines = cue.text.split("\n")
        assert 1 <= len(lines) <= 2
        assert all(0 < len(line) <= LINE for line in lines)
        assert cue.start <= cue.end
    for one, next_one in itertools.pairwise(found):
        assert one.end == next_one.start
    if found:
        assert found[0].start == round(1000 * start)
        assert found[-1].end == pytest.approx(1000 * (start + length), abs=1)


TWO = [Cue(1500, 3_599_999, "One\nand a <half>"), Cue(3_600_000, 3_661_001, "a & b --> c")]


def test_subrip() -> None:
    assert srt(TWO) == (
        "1\n00:00:01,500 --> 00:59:59,999\nOne\nand a <half>\n\n"
        "2\n01:00:00,000 --> 01:01:01,001\na & b --> c\n"
    )


def test_webvtt() -> None:
    assert vtt(TWO) == (
        "WEBVTT\n\n00:00:01.500 --> 00:59:59.999\nOne\nand a &lt;half&gt;\n\n"
        "01:00:00.000 --> 01:01:01.001\na &amp; b --&gt; c\n"
    )
    assert not re.search(r"\n\n\n", vtt(TWO))
