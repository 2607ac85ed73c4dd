"""Scenes have compositions of their own in pictures that are not wide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gdanim
from gdanim.spec import Spec
from gdanim.view.panes.card import CardPane
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.curves import CurvesPane
from gdanim.view.panes.losses import LossesPane, QuantilesPane
from gdanim.view.panes.rates import RatePane, short
from gdanim.view.text import literal

GALLERY = Path(__file__).parent.parent / "specs/gallery"
TABLE = """\
scene: card
title: How to tell what it needs
card:
  table:
    - [symptom, diagnosis, action]
    - [the loss jumps up and down, the rate is too high, divide it by 2 to 5]
    - [it rests where nothing is lowest, a saddle or a plateau, "momentum, Adam, a little noise"]
"""


def shaped(spec: Spec, aspect: str) -> Spec:
    return spec.model_copy(update={"video": spec.video.model_copy(update={"aspect": aspect})})


def panes(scene: Any, kind: type) -> list[Any]:
    return [pane for pane in scene._panes if isinstance(pane, kind)]


@pytest.mark.parametrize(
    ("name", "count", "share"),
    [
        ("learning_rates", 4, 0.4),
        ("schedule", 5, 0.24),
        ("anatomy", 3, 0.5),
        ("basins", 1, 0.33),
        ("linked", 1, 0.4),
    ],
)
def test_maps_are_large_in_a_tall_picture(
    name: str, count: int, share: float, filming: Callable[..., Any]
) -> None:
    """``share``: of the picture's width."""
    with filming(shaped(gdanim.load(GALLERY / f"{name}.yaml"), "9:16"), height=480) as scene:
        widths = [pane.plot.frame.width for pane in panes(scene, ContourPane)]
        assert len(widths) == count
        assert min(widths) >= share * scene.layout.width


@pytest.mark.parametrize("aspect", ["9:16", "1:1", "16:9"])
def test_all_maps_of_rates_tell_the_same(aspect: str, filming: Callable[..., Any]) -> None:
    with filming(shaped(gdanim.load(GALLERY / "learning_rates.yaml"), aspect), height=480) as scene:
        maps = panes(scene, RatePane)
        assert len({pane._crammed for pane in maps}) == 1
        assert len({len(pane._notes) for pane in maps}) == 1


def test_a_short_verdict_is_a_step_or_what_happened() -> None:
    runs = gdanim.solve(gdanim.load(GALLERY / "learning_rates.yaml")).acts[0].runs
    assert [short([run]) for run in runs] == ["step 766", "step 103", "step 335", "diverged"]


def test_curves_below_each_other_have_one_axis_of_steps(filming: Callable[..., Any]) -> None:
    with filming(shaped(gdanim.load(GALLERY / "schedule.yaml"), "9:16"), height=480) as scene:
        (losses,) = panes(scene, LossesPane)
        (rates,) = (pane for pane in panes(scene, QuantilesPane) if pane is not losses)
        assert not rates.plot._x
        assert losses.plot._x
        assert rates.plot.x == losses.plot.x
        for side in ("left", "right", "height"):
            assert getattr(rates.plot.frame, side) == pytest.approx(getattr(losses.plot.frame, side))


@pytest.mark.parametrize("aspect", ["9:16", "16:9"])
def test_names_of_curves_are_a_list_where_none_fits_beside(aspect: str, filming: Callable[..., Any]) -> None:
    spec = gdanim.load(GALLERY / "losses.yaml").model_copy(update={"steps": 20})
    with filming(shaped(spec, aspect), height=480) as scene:
        (losses,) = panes(scene, LossesPane)
        assert losses.listed == (aspect == "9:16")
        assert losses.plot.frame.width > 0.6 * scene.layout.width


@pytest.mark.parametrize("aspect", ["9:16", "1:1", "16:9"])
def test_a_table_has_room_for_its_words(
    aspect: str, filming: Callable[..., Any], spec_of: Callable[[str], Spec]
) -> None:
    with filming(shaped(spec_of(TABLE), aspect), height=480) as scene:
        (card,) = panes(scene, CardPane)
        table = scene.spec.card.table
        words = [
            max((w for cell in column for w in cell.split()), key=len) for column in zip(*table, strict=True)
        ]
        keys = [scene.lettering.want(literal(word), card._sizes.text) for word in words]
        scene.lettering.build()
        lengths = [len(word) for word in words]
        widths = card._columns(scene.spec.card, card._sizes, lengths)
        for key, width in zip(keys, widths, strict=True):
            assert scene.lettering.size(key)[0] <= width * scene.lettering.scale


def test_a_rule_that_has_been_told_leaves_its_room_to_the_loss(filming: Callable[..., Any]) -> None:
    with filming(shaped(gdanim.load(GALLERY / "explain.yaml"), "9:16"), height=480) as scene:
        (curves,) = panes(scene, CurvesPane)
        assert curves.plot.frame.height > 0.3 * curves.plot.frame.width
