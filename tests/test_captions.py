"""Captions: cues that can be read, one at a time, and the files they stand in."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdanim.motion.speech import Spoken, seconds, sentences
from gdanim.view.captions import LINE, Cue, cues, srt, vtt

LONG = (
    "It does not look around: it feels the slope under its feet, at the one place where it stands, and takes "
    "a step down. Always? At rate 0.1 the step from (3, 4) leads to (2.4, 3.2)."
)


def pieces(text: str) -> list[str]:
    return [cue.text for cue in cues([Spoken(0.0, 9.0, 9.0, sentence) for sentence in sentences(text)])]


def test_a_sentence_that_fits_is_one_cue() -> None:
    assert cues([Spoken(2, 4, 5, "Down it goes.")]) == [Cue(2000, 5000, "Down it goes.")]


def test_cues_of_a_sentence_share_its_time_by_their_words() -> None:
    text = f"{'one two three four five six seven eight, ' * 2}{'nine ten ' * 4}"
    found = cues([Spoken(10, 22, 25, text.strip())])
    words = [len(cue.text.split()) for cue in found]
    assert sum(words) == 24
    assert [cue.start for cue in found] == [10_000 + 500 * sum(words[:k]) for k in range(len(words))]
    assert [cue.end for cue in found[:-1]] == [cue.start for cue in found[1:]]
    assert found[-1].end == 25_000


def test_numbers_do_not_end_a_sentence() -> None:
    assert sentences("At rate 0.1 it rests! Does it? Yes.") == ["At rate 0.1 it rests!", "Does it?", "Yes."]


@pytest.mark.parametrize(
    ("sentence", "broken"),
    [
        (
            "Left of it the slope is negative, so the ball goes right; right of it the slope is positive.",
            [
                "Left of it the slope is negative,\nso the ball goes right;",
                "right of it the slope is positive.",
            ],
        ),
        (LONG, None),
        ("All balls start at the same place and roll until they rest.", None),
        ("We want to go down, so we turn it round.", ["We want to go down, so we turn it round."]),
    ],
)  # fmt: skip
def test_cues_and_lines_end_with_clauses(sentence: str, broken: list[str] | None) -> None:
    found = pieces(sentence)
    assert broken is None or found == broken
    for text in found:
        head, *tail = text.split("\n")
        first = tail[0].split()[0].lower() if tail else "and"
        assert head[-1] in ",;:.?" or first in ("and", "so", "at", "that", "where"), text


WORDS = st.lists(st.text("abc.!?,-<>& \n\u00e9\u4e2d", min_size=1, max_size=60), min_size=1, max_size=30)
WORDS = WORDS.map(" ".join).filter(str.strip)


@given(WORDS, st.floats(0, 5000))
def test_cues_are_short_whole_and_never_overlap(text: str, start: float) -> None:
    spoken, at = [], start
    for sentence in sentences(text):
        spoken.append(Spoken(at, at + seconds(sentence), at + seconds(sentence) + 1, sentence))
        at += seconds(sentence) + 1
    found = cues(spoken)
    assert "".join("".join(cue.text.split()) for cue in found) == "".join(text.split())
    for cue in found:
        lines = cue.text.split("\n")
        assert 1 <= len(lines) <= 2
        assert all(0 < len(line) <= LINE for line in lines)
        assert cue.start <= cue.end
    for one, next_one in itertools.pairwise(found):
        assert one.end == next_one.start
    assert found[0].start == round(1000 * start)
    assert found[-1].end == pytest.approx(1000 * at, abs=1)


def test_a_text_of_ten_thousand_letters_is_cut() -> None:
    assert len(pieces("down " * 2000)) == pytest.approx(10_000 / 80, rel=0.1)


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
