"""How an act is filmed: flights, a ball that is followed, legible text; how balls roll and lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.errors import SpecError
from gdanim.motion.landscape import landscape
from gdanim.motion.rolling import Rolling
from gdanim.spec import Spec
from gdanim.theme import rgb
from gdanim.view.camera import sees

RAVINE = """\
functions: [{expr: "x^2 + 10*y^2", domain: {x: [-3, 3], y: [-2, 2]}}]
learning_rates: [0.07, 0.105]
starts: [[-2.6, 1.4]]
"""


@pytest.fixture
def film(spec_of: Callable[[str], Spec], filming: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda text: filming(spec_of(text), height=180)


FAST = """\
functions: [{expr: "x^2 + y^2", domain: {x: [-3, 3], y: [-3, 3]}}]
learning_rates: [0.9999]
starts: [[2.9, 2.9]]
pace: 2
steps: 40
"""


@pytest.mark.parametrize(("run", "ball"), [(RAVINE, 1), (RAVINE, 2), (FAST, 1)])
def test_a_followed_ball_stays_in_the_middle(film: Callable[[str], Any], run: str, ball: int) -> None:
    with film(f"{run}camera: {{follow: {ball}}}\n") as scene:
        act = scene._panes[0]
        rect = act.layout.rect
        for t in np.linspace(4.0, scene.length, 40):
            scene.seek(float(t))
            moment, camera = act.timeline.at(act.clock.seconds), act.camera(float(t))
            assert np.all(np.abs(camera.target[:2]) <= act.scenery.extent + 1e-9), "dragged off the stage"
            x, y = camera.project(moment.centres[ball - 1])
            if not moment.departed[ball - 1]:
                assert rect.left < x < rect.right
                assert rect.bottom < y < rect.top


def test_a_followed_zigzag_does_not_shake_the_camera(film: Callable[[str], Any]) -> None:
    with film(
        RAVINE.replace("0.07, 0.105", "0.0975") + "pace: 1.5\ncamera: {follow: 1, orbit: 0}\n"
    ) as scene:
        targets = []
        for t in np.arange(5.0, 9.0, 1 / 30):
            scene.seek(float(t))
            targets.append(scene._panes[0].camera(float(t)).target)
            reach = scene._panes[0].scenery.extent.max()
        assert np.linalg.norm(np.diff(targets, axis=0), axis=1).max() < 0.02 * reach  # a frame


def test_following_nobody_is_a_mistake(spec_of: Callable[[str], Spec]) -> None:
    with pytest.raises(SpecError, match="no ball 3 to follow: the film has 2"):
        spec_of(f"{RAVINE}camera: {{follow: 3}}\n")


def test_a_flight_passes_its_keyframes(film: Callable[[str], Any]) -> None:
    path = "[{at: 2, elevation: 90, azimuth: -90}, {at: 4, zoom: 2}, {at: 6, elevation: 30, azimuth: -30}]"
    with film(f"{RAVINE}camera: {{path: {path}}}\n") as scene:
        seen = [scene._panes[0].camerawork.at(t, 1.0, 0.0, 0.0) for t in (0.0, 2.0, 4.0, 5.0, 6.0, 60.0)]
        assert [c.elevation for c in seen] == [90, 90, 90, 60, 30, 30]
        assert [c.azimuth for c in seen] == [-90, -90, -90, -60, -30, -30]
        assert seen[2].distance == pytest.approx(seen[1].distance / 2)
        turns = [scene._panes[0].camerawork.at(t, 1.0, 0.0, 0.0).azimuth for t in np.linspace(4, 6, 50)]
        assert np.all(np.diff(turns) >= 0)


def test_text_stays_clear_of_a_surface_that_comes_near(film: Callable[[str], Any]) -> None:
    with film(f"{RAVINE}camera: {{zoom: 3}}\n") as scene:
        width, height = scene.size
        frame = np.empty((height, width, 4), dtype=np.uint8)
        scene.paint(5.0, frame)
        ground = np.array(rgb(scene.theme.background)) * 255
        near_edge = frame[:, 2 : int(0.04 * width), :3]  # left of all text
        assert np.abs(near_edge - ground).max() <= 1
        assert np.abs(frame[:, width // 2 :, :3] - ground).mean() > 10


def test_a_ball_rolls_without_slipping(spec_of: Callable[[str], Spec]) -> None:
    act = gdanim.solve(spec_of(RAVINE)).acts[0]
    clock = Rolling(act, landscape(act), 0.05, 1.5)
    here = np.zeros((2, 2))
    round_trip = np.array([[2 * np.pi * clock.radius, 0.0], [0.0, 2 * np.pi * clock.radius]])
    once = clock._roll(here, round_trip / clock.landscape.scale)
    np.testing.assert_allclose(np.abs(once[:, 3]), 1.0, atol=1e-12)  # a whole turn
    quarter = clock._roll(here, round_trip / 4 / clock.landscape.scale)
    np.testing.assert_allclose(quarter[0], [0, np.sqrt(0.5), 0, np.sqrt(0.5)], atol=1e-12)  # x: about +y
    np.testing.assert_allclose(quarter[1], [-np.sqrt(0.5), 0, 0, np.sqrt(0.5)], atol=1e-12)  # y: about -x
    spins = np.concatenate([clock.at(float(t)).spins for t in np.linspace(0, clock.run_time, 50)])
    np.testing.assert_allclose(np.linalg.norm(spins, axis=1), 1.0, atol=1e-9)


def test_the_leader_has_the_lowest_loss_and_hands_over_gently(spec_of: Callable[[str], Spec]) -> None:
    act = gdanim.solve(spec_of(RAVINE.replace("0.07, 0.105", "0.01, 0.07, 0.0975"))).acts[0]
    clock = Rolling(act, landscape(act), 0.05, 1.5)
    assert clock.at(0.0).lead.sum() == 0  # all at one place
    leads = np.array([clock.at(float(t)).lead for t in np.arange(0, clock.run_time, 1 / 30)])
    assert leads.max() == pytest.approx(1.0)
    assert np.all(leads.sum(axis=1) <= 1 + 1e-9)
    assert np.abs(np.diff(leads, axis=0)).max() < 0.3
    settled = clock.at(float(clock.pace.time(20)))
    assert settled.lead.argmax() == settled.losses.argmin()


def test_the_view_is_for_the_ball_that_is_followed(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    text = (
        "functions: [rosenbrock]\noptimizers: [{name: momentum, learning_rate: 0.001}, {name: adam}, sgd]\n"
        "camera: {follow: 1}\n"
    )
    with filming(spec_of(text), height=480) as scene:
        stage, seen = scene._panes[0], []
        for t in np.linspace(4.0, scene.length, 25):
            scene.seek(float(t))
            camera = stage.camera(float(t))
            ball = stage.clock.moment.centres[:1]
            seen.append(sees(camera.eye, ball, stage.scenery.ground, stage.scenery.extent).all())
        assert np.mean(seen) > 0.95
