"""Captions drawn in the picture: when, where and how large, and that nothing else is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from gdanim.output.drawing import blank
from gdanim.output.opening import opened
from gdanim.spec.quality import ASPECTS, pixels
from gdanim.theme import themes
from gdanim.view.captions import LINE, Cue
from gdanim.view.layout import layout
from gdanim.view.subtitles import Subtitles, band, size

TEXT = """\
functions: ["x^2 + 10*y^2"]
starts: [[-2.6, 1.4]]
steps: 5
video: {quality: 240p10, captions: burned}
acts:
- {say: "It rolls down. Then it stops."}
- {scene: card, title: End}
"""


@pytest.fixture(scope="module")
def film(spec_of: Callable[[str], Any]) -> Iterator[Any]:
    with opened(spec_of(TEXT), pixels(240, "16:9"), 10) as made:
        yield made


def frame(film: Any, seconds: float) -> Any:
    out = blank(film.size)
    film.paint(seconds, out)
    return out.astype(int)


def test_words_stand_exactly_as_long_as_their_cue(film: Any) -> None:
    first, second = film.captions
    high = round(band(layout(*pixels(240, "16:9"))) * 240 / layout(*pixels(240, "16:9")).height)
    bands = {
        k: frame(film, k / 10)[-high + 8 :] for k in (0, 20, second.start // 100 + 1, second.end // 100 + 1)
    }
    told = [len(np.unique(part[..., 0])) > 20 for part in bands.values()]
    assert told == [True, True, True, False]  # the card says nothing
    assert (bands[0] != bands[second.start // 100 + 1]).any(), first
    middle = film.captions[0].end / 1000
    before, after = (frame(film, t)[-high + 8 :] for t in (middle - 0.05, middle + 0.05))
    assert (before != after).any()


def test_a_part_that_says_nothing_keeps_its_room(film: Any) -> None:
    assert film.scene(1).layout.band == 0
    assert film.scene(0).layout.band > 0
    assert film.track == []


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("short", [240, 480, 1080])
def test_letters_are_large_and_two_lines_fit(aspect: str, short: int) -> None:
    width, height = pixels(short, aspect)
    box = layout(width, height)
    assert size(box) >= 0.026 * box.height
    cue = Cue(0, 1000, f"{'Many gyms jump '[:14] * 3:.{LINE}}\n{'Many gyms jump '[:14] * 3:.{LINE}}")
    words = Subtitles([cue], box, (width, height))
    out = np.zeros((height, width, 4), dtype=np.uint8)
    words.write(0.5, themes["dark"], None, out)
    rows, columns = (np.flatnonzero(out[..., 3].any(axis=axis)) for axis in (1, 0))
    assert rows[0] >= height - band(box) * height / box.height
    assert rows[-1] < height - 1
    assert columns[0] > 0
    assert columns[-1] < width - 1
    assert len(rows) > 1.5 * size(box) * height / box.height  # not set smaller
    out[...] = 0
    words.write(1.0, themes["dark"], None, out)
    assert not out.any()


@pytest.mark.parametrize("aspect", ASPECTS)
def test_no_pane_stands_where_captions_do(aspect: str) -> None:
    plain = layout(*pixels(1080, aspect))
    free = plain.banded(band(plain))
    bottom = plain.height - band(plain)
    assert max(free.stage.bottom, free.panel.bottom, free.body(100).bottom) <= bottom
    assert free.stage.height > 0.6 * plain.stage.height
    assert (free.panel.top >= free.stage.bottom) == (plain.panel.top >= plain.stage.bottom)
