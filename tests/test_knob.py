"""A weight that turns like a knob: its loss draws the curve, and the ball and the knob agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from test_layout import shaped, violations

from gdanim.spec import Spec
from gdanim.spec.quality import ASPECTS
from gdanim.view.panes.knob import KnobPane
from gdanim.view.panes.profile import ProfilePane

TEXT = """
title: One weight, one loss
functions: [{expr: "(w - 1)^2 + 0.5", domain: {w: [-2, 4]}}]
scene: knob
learning_rates: [0.2]
starts: [[-1.5]]
acts: [{say: [{text: It turns., show: turn}, {text: By itself., show: run}, {text: Down., show: end}]}]
"""


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("height", [250, 480])
def test_nothing_stands_on_anything_else(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], aspect: str, height: int
) -> None:
    with filming(shaped(spec_of(TEXT), aspect), height=height) as scene:
        assert not violations(scene)


def test_knob_and_ball_are_one(spec_of: Callable[[str], Spec], filming: Callable[..., Any]) -> None:
    with filming(spec_of(TEXT)) as scene:
        (knob,) = (pane for pane in scene._panes if isinstance(pane, KnobPane))
        (profile,) = (pane for pane in scene._panes if isinstance(pane, ProfilePane))
        run = scene.solution.acts[0].runs[0]
        weights = []
        for t in np.linspace(0.0, scene.length, 120):
            scene.seek(scene.script.picture_time(t))
            weights.append(knob.weight)
            assert knob.loss(knob.weight) == pytest.approx((knob.weight - 1) ** 2 + 0.5)
            if 0 < profile.drawn < 1:
                assert (knob.weight + 2) / 6 == pytest.approx(profile.drawn), "the curve ends at the knob"
            if knob.clock.seconds > 0:
                assert knob.weight == pytest.approx(profile.places(knob.clock.moment)[0])
        assert min(weights) == pytest.approx(-2, abs=0.05)
        assert max(weights) == pytest.approx(4, abs=0.2)
        assert weights[-1] == pytest.approx(run.points[-1, 0])


def test_the_level_is_as_high_as_the_curve(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    with filming(spec_of(TEXT)) as scene:
        (knob,) = (pane for pane in scene._panes if isinstance(pane, KnobPane))
        levels = [knob._level((weight - 1) ** 2 + 0.5) for weight in (1.0, 2.0, 3.0, 4.0)]
        assert levels == sorted(levels)
        assert levels[0] == pytest.approx(0, abs=0.02)
        assert levels[-1] > 0.9
