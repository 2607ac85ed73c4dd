"""Ticks that read well, and the live loss that rides on the height axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdanim.spec import Spec

FILM = """\
functions: [{expr: "x^2 + 10*y^2 + 100", domain: {x: [-3, 3], y: [-2, 2]}}]
learning_rates: [0.01, 0.04]
starts: [[-2.6, 1.4]]
camera: {orbit: 0}
"""


@pytest.mark.parametrize(
    ("value", "markup"),
    [
        (0.0, "$0$"),
        (-1.5, "$-1.5$"),
        (1200.0, "$1200$"),
        (0.001, "$0.001$"),
        (20000.0, "$20000$"),
        (15000.0, "$15000$"),
        (1e-5, "$10^(-5)$"),
        (-1e-5, "$-1 times 10^(-5)$"),
        (1.5e-7, "$1.5 times 10^(-7)$"),
        (1.996e-320, "$1.996 times 10^(-320)$"),
        (1234567.0, "$1.235 times 10^(6)$"),
        (1000.5, "$1000.5$"),
        (10000.25, "$10000.25$"),
        (19.999999876, "$20$"),
    ],
)
def test_a_tick_is_typeset(value: float, markup: str) -> None:
    from gdanim.view.ticks import tick

    assert tick(value) == markup


def test_the_live_loss_rides_calmly_on_the_height_axis(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Callable[..., Any]
) -> None:
    with filming(spec_of(FILM)) as scene:
        painted(scene, 0.0)
        pane = scene._panes[0]
        beside, heights = [], []
        for t in np.linspace(6.0, 9.0, 31):
            scene.seek(t)
            picture = pane.picture(t)
            lead = int(np.argmax(picture.moment.lead))
            assert lead == 1
            loss = pane.act.objective.value(picture.moment.points[lead])
            mark = picture.segments[-1].ends[0].mean(axis=0)
            assert mark[2] == pytest.approx(float(pane.timeline.landscape.level(loss)))
            assert picture.segments[-1].alpha[0] > 0.9
            x, y = picture.camera.project(mark)
            left, top = (x + 1) / 2 * scene.size[0], (1 - y) / 2 * scene.size[1]
            ink = pane.axes._numbers
            known = {pane.lettering.place(key, 0, 0, (0, 0, 0)).sprite: c for c, key in ink._digits.items()}
            digits = [d for d in picture.labels if d.sprite in known]
            boxes = [(*pane.lettering.box(d), known[d.sprite]) for d in digits]
            shown = sorted((box[0], box[4]) for box in boxes if abs((box[1] + box[3]) / 2 - top) < 3)
            assert "".join(c for _, c in shown) == f"{loss:.3f}"
            beside.append(np.array([at for at, _ in shown]) - left)
            heights.append(mark[2])
        assert np.ptp(heights) > 0.005
        assert np.ptp(np.array(beside), axis=0).max() < 0.01


def test_ticks_make_way_for_the_live_loss(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Callable[..., Any]
) -> None:
    from gdanim.view.axes import Live

    with filming(spec_of(FILM)) as scene:
        painted(scene, 5.0)
        axes, camera = scene._panes[0].axes, scene._panes[0].camera(5.0)
        height, key = axes._levels[1]
        sprite = scene.lettering.place(key, 0, 0, (0, 0, 0)).sprite
        opacities = []
        for shown in (0.0, 0.025, 0.5, 1.0):
            live = Live(120.0, height, (1.0, 1.0, 1.0), shown)
            labels = axes.labels(camera, scene.size, 1.0, live)
            opacities += [x.opacity for x in labels if x.sprite == sprite]
        assert opacities[0] > 0.9
        assert opacities[0] > opacities[1] > 0
        assert opacities[2:] == [0.0, 0.0]


def test_a_loss_that_is_undefined_takes_no_label_away(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Callable[..., Any]
) -> None:
    with filming(
        spec_of("functions: [sqrt(4 - x^2 - y^2)]\nstarts: [[0.5, 0.5]]\nlearning_rates: [0.1]")
    ) as scene:
        painted(scene, 5.0)
        pane, undefined = scene._panes[0], 0
        for t in np.arange(scene.length / 2, scene.length, 1 / 30):
            scene.seek(float(t))
            undefined += not np.isfinite(pane.clock.moment.losses).all()
            assert sum(label.opacity > 0.5 for label in pane.picture(float(t)).labels) > 8
        assert undefined > 5


@pytest.mark.parametrize("function", ["rosenbrock", "bukin6", "himmelblau"])
def test_the_height_axis_stands_left_of_the_surface_from_every_side(
    function: str, spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    text = f"functions: [{function}]\noptimizers: [adam]\ncamera: {{orbit: 30}}\nsteps: 60\n"
    with filming(spec_of(text)) as scene:
        pane, stood, faded = scene._panes[0], set(), False
        for t in np.linspace(4.0, scene.length, 400):
            scene.seek(float(t))
            camera = pane.camera(float(t))
            (x, y), shown = pane.axes.post(camera)
            foot = camera.project(np.array([x, y, 0.0]))[0]
            assert foot < camera.project(pane.scenery.seen)[:, 0].min() + 0.01
            before = stood.copy()
            stood.add((x > 0, y > 0))
            faded |= shown < 0.5
            assert len(before) in (0, len(stood)) or shown < 0.5, (
                "it jumps to another corner while it is seen"
            )
        assert len(stood) > 1
        assert faded
