"""Words drive the clock: a sentence begins with its picture, and the film waits until it has been said."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdanim.catalog import facts, moments, scenes
from gdanim.motion.speech import AFTER, LIT, THINK, WORD, Mark, Script, seconds, words
from gdanim.spec import Spec
from gdanim.spec.beats import Beat

MARKS = [Mark("picture", 0.0), Mark("start", 2.0), Mark("run", 3.0), Mark("end", 9.0)]
LENGTH, RUNS = 12.0, [(3.0, 8.0)]


def script(*beats: Beat) -> Script:
    def step(number: int, after: float) -> float | None:
        return 3.0 + number if after <= 3.0 + number <= 8.0 else None

    return Script(beats, MARKS, RUNS, step, LENGTH)


def ten(**at: Any) -> Beat:
    """Ten words."""
    return Beat(text="one two three four five six seven eight nine ten", **at)


TEN = 10 * WORD


def test_words_have_about_two_seconds_for_four() -> None:
    assert 110 < 60 / WORD < 140
    assert seconds("one two three four") == 4 * WORD
    assert seconds("No.") == 1.0
    assert seconds("0123456789 " * 12) > 12 * WORD, "long words must be read"


def test_a_picture_stands_until_it_has_been_told() -> None:
    told = script(ten(show="picture"), ten(show="run"), ten(show="end"))
    assert [spoken.start for spoken in told.spoken] == pytest.approx([0.0, TEN + 1.0, TEN + 7.0])
    assert told.picture_time(TEN - 0.1) == 2.0, "it waits before the balls drop"
    assert told.picture_time(TEN + 0.5) == pytest.approx(2.5)
    assert told.length == pytest.approx(2 * TEN + 7.0 + AFTER)


def test_a_run_is_slowed_before_a_picture_stands() -> None:
    told = script(ten(show="run"), ten(), ten(show="end"))
    assert told.spoken[2].start == pytest.approx(3.0 + 2 * TEN)
    rates = np.diff([told.picture_time(t) for t in np.linspace(3.0, 3.0 + 2 * TEN, 101)]) / (2 * TEN / 100)
    assert rates.min() > 0.5, "nothing stands while the run can be slower"
    assert told.spoken[0].start == 3.0


def test_a_step_is_told_as_it_begins() -> None:
    told = script(ten(show="run"), ten(step=2))
    assert told.picture_time(told.spoken[1].start) == pytest.approx(5.0)


def test_a_question_is_followed_by_silence() -> None:
    asked, next_one = script(Beat(text="Which one wins? We shall see it now.", show="end")).spoken
    assert asked.until - asked.end == THINK
    assert next_one.start == asked.until
    assert script(Beat(text="Which one wins?", pause=0.5)).missed == []
    silent = script(Beat(text="Which one wins?", show="end", pause=0.5)).spoken[0]
    assert silent.until - silent.end == 0.5


def test_what_does_not_come_is_said_after_what_was_said_before() -> None:
    told = script(ten(show="run"), ten(step=99), ten(show="turned"))
    assert [beat.step for beat in told.missed] == [99, None]
    assert [s.start for s in told.spoken] == pytest.approx([3.0, 3.0 + TEN, 3.0 + 2 * TEN])


def test_the_same_moment_again_is_the_next_one_of_that_name() -> None:
    rows = [Mark("row", float(k)) for k in range(3)]
    told = Script([ten(show="row")] * 3, rows, [], lambda *_: None, 4.0)
    assert [told.picture_time(spoken.start) for spoken in told.spoken] == [0.0, 1.0, 2.0]
    assert told.missed == []


def test_plain_sentences_share_a_silent_act() -> None:
    told = script(Beat(text="It rolls down to the ground. Then it stops there."))
    assert (told.spoken[0].start, told.spoken[-1].until) == (0.0, told.length)
    assert told.length == LENGTH


SHOWN = st.sampled_from([{}, *({"show": mark.name} for mark in MARKS), {"step": 1}, {"step": 3}])
BEATS = st.lists(st.builds(lambda n, at: Beat(text="a " * n, **at), st.integers(1, 40), SHOWN), min_size=1)


@given(BEATS)
def test_the_clocks_never_go_back_and_no_sentence_is_lost(beats: list[Beat]) -> None:
    told = script(*beats)
    times = np.linspace(0.0, told.length, 200)
    pictures = [told.picture_time(t) for t in times]
    assert pictures[0] == 0.0
    assert pictures[-1] == pytest.approx(LENGTH)
    assert np.diff(pictures).min() >= -1e-9
    assert told.length >= max(LENGTH, words(beats)) - 1e-6
    for at in pictures:
        assert told.picture_time(told.film_time(at)) == pytest.approx(at)
    assert [s.text for s in told.spoken] == [" ".join(beat.text.split()) for beat in beats]
    for one, after in itertools.pairwise(told.spoken):
        assert one.start < one.end <= one.until <= after.start + 1e-9


OPENED = """
functions: ["x^2 + 10*y^2"]
learning_rates: [0.05]
starts: [[-2.6, 1.4]]
steps: 30
acts: [{{scene: {scene}, {more} say: [{said}]}}]
"""
MORE = {
    "one_dimensional": "functions: [x^2], starts: [[1]],",
    "knob": "functions: [x^2], starts: [[1]],",
    "card": "title: One, card: {lines: [a, b]},",
    "regression": "functions: [{name: linear_regression, data: {x: [1, 2], y: [1, 3]}}], starts: [[0, 0]],",
    "sweep": "sweep: {learning_rate: [0.01, 0.09, 3], momentum: [0, 0.5, 3]},",
}


@pytest.mark.parametrize("scene", [name for name in scenes() if moments(name)])
def test_every_moment_and_everything_that_a_scene_declares_is_there(
    scene: str, spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    said = ", ".join(f'{{text: "Now.", show: {name}}}' for name in moments(scene))
    with filming(spec_of(OPENED.format(scene=scene, more=MORE.get(scene, ""), said=said)), 480) as film:
        assert film.script.missed == []
        marks = list(dict.fromkeys(mark.name for mark in film._marks))
        assert marks == list(moments(scene))
        assert len(film.script.spoken) == len(marks)
        assert {name for pane in film._panes for name in pane.shows} == set(facts(scene).shows)


def test_what_is_not_named_is_in_the_shade_and_nothing_jumps() -> None:
    said = [ten(show="run", light=[1]), ten(light=[1]), ten(light=[2, "map"]), ten(show="end")]
    told = script(*said)
    begins, between, after, ends = (spoken.start for spoken in told.spoken)
    times = np.arange(0.0, told.length, 0.01)
    shades = {name: [told.shade(t, {name}, type(name)) for t in times] for name in (1, 2, 3, "map", "losses")}
    for name, lit in ((1, (begins, after)), (2, (after, ends)), (3, (0, 0)), ("map", (after, ends))):
        others = (after, ends) if isinstance(name, str) else (begins, ends)
        for t, shade in zip(times, shades[name], strict=True):
            if min(abs(t - border) for border in (*lit, *others)) > LIT / 2:
                dark = others[0] < t < others[1] and not lit[0] < t < lit[1]
                assert shade == pytest.approx(float(dark)), (name, t)
    assert max(shades["losses"][: int(100 * (after - LIT))]) == 0.0, "balls alone leave the rest as it is"
    assert told.shade((after + ends) / 2, {"losses", "map"}, str) == 0.0, "one of its names is enough"
    assert all(np.abs(np.diff(shade)).max() < 0.01 / LIT + 1e-3 for shade in shades.values())
    assert told.shade(between, {2}, int) == pytest.approx(1.0), "from sentence to sentence it stays"


LIGHTS = """
functions: ["x^2 + 10*y^2"]
learning_rates: [0.02, 0.05]
starts: [[-2.6, 1.4]]
steps: 30
acts: [{scene: SCENE, say: [{text: "The first of two.", show: run, light: [1]},
                            {text: "This one here.", light: [THING]}, {text: "Both.", show: end}]}]
"""


@pytest.mark.parametrize(
    ("scene", "thing"),
    [("surface", "legend"), ("learning_rates", "edge"), ("contour", "map"), ("linked", "losses")],
)
def test_what_is_named_lights_up(
    scene: str,
    thing: str,
    spec_of: Callable[[str], Spec],
    filming: Callable[..., Any],
    painted: Callable[..., Any],
) -> None:
    with filming(spec_of(LIGHTS.replace("SCENE", scene).replace("THING", thing))) as film:
        first, second, _ = ((spoken.start + spoken.end) / 2 for spoken in film.script.spoken)
        act = film.solution.acts[0]
        one = painted(film, first).astype(int)
        assert film.lights(act)[0] == 1.0 > film.lights(act)[1]
        assert {pane.light for pane in film._panes} == {1.0}
        other = painted(film, second).astype(int)
        assert film.lights(act).tolist() == [1.0, 1.0]
        lit = [pane for pane in film._panes if thing in pane.shows]
        assert all((pane.light == 1.0) is (pane in lit) for pane in film._panes)
        painted(film, film.length)
        assert film.lights(act).tolist() == [1.0, 1.0]
        assert {pane.light for pane in film._panes} == {1.0}
        film.script.lit.clear()
        assert np.abs(one - painted(film, first)).sum() > 1000, "the other ball is dimmed"
        plain = painted(film, second).astype(int)
        (left, top, width, height), *_ = (pane.pixels for pane in lit)
        inside = (slice(top + 2, top + height - 2), slice(left + 2, left + width - 2))
        if scene != "surface":  # where it stands over the land, which is dimmed
            assert (other[inside] == plain[inside]).all()
        other[inside] = plain[inside]
        bright = plain[..., :3].sum(axis=-1) > 200  # of what stands out from the ground
        bright[inside] = False
        for box in film.heading:
            left, top, right, bottom = (round(v * film.lettering.scale) for v in box)
            bright[top : bottom + 1, left : right + 1] = False
        assert bright.sum() > 50
        assert (other[bright][:, :3].sum(axis=-1) < 0.8 * plain[bright][:, :3].sum(axis=-1)).mean() > 0.8
