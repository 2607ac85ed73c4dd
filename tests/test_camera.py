"""Perspective: where points land, what fits, what is seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import gdanim
from gdanim.spec import Spec
from gdanim.view.camera import ALMOST, Camera, Rect, Watched, best_view, frame, root, sees

ANGLES = st.floats(-360, 360)
ELEVATIONS = st.floats(5, 88)
RECTS = [Rect(-1, -1, 1, 1), Rect(-0.4, -0.93, 0.96, 0.92), Rect(-0.9, -0.3, 0.93, 0.78)]


def cube(half: tuple[float, float, float] = (1.2, 1.2, 0.6)) -> NDArray[np.float64]:
    return np.array(np.meshgrid(*[(-h, h) for h in half])).reshape(3, -1).T + np.array([0, 0, 0.3])


@settings(max_examples=40, deadline=None)
@given(
    azimuth=ANGLES,
    sweep=st.floats(0, 360),
    elevation=ELEVATIONS,
    aspect=st.sampled_from([16 / 9, 4 / 3, 1.0, 9 / 16]),
    rect=st.sampled_from(RECTS),
    seed=st.integers(0, 1000),
)
def test_a_frame_keeps_everything_in_its_rectangle(
    azimuth: float, sweep: float, elevation: float, aspect: float, rect: Rect, seed: int
) -> None:
    points = np.random.default_rng(seed).uniform(-1.2, 1.2, (60, 3)) * [1.0, 0.7, 0.5]
    azimuths = azimuth + np.linspace(-sweep / 2, sweep / 2, 9)
    camera = frame(points, rect, aspect, azimuths, elevation)
    seen = np.concatenate([replace(camera, azimuth=float(a)).project(points)[..., :2] for a in azimuths])
    assert seen[:, 0].min() >= rect.left - 1e-6
    assert seen[:, 0].max() <= rect.right + 1e-6
    assert seen[:, 1].min() >= rect.bottom - 1e-6
    assert seen[:, 1].max() <= rect.top + 1e-6
    room = np.array([rect.right - rect.left, rect.top - rect.bottom])
    filled = (seen.max(axis=0) - seen.min(axis=0)) / room
    assert camera.distance <= 2.5001 or filled.max() > 0.999, "as near as can be"


def test_zoom_steps_nearer() -> None:
    plain, near = (frame(cube(), RECTS[0], 1.6, np.array([20.0]), 40, zoom) for zoom in (1.0, 2.0))
    assert near.distance == pytest.approx(plain.distance / 2)


@given(azimuth=ANGLES, elevation=ELEVATIONS, distance=st.floats(3, 20), aspect=st.floats(0.5, 2))
def test_conventions(azimuth: float, elevation: float, distance: float, aspect: float) -> None:
    target = (0.2, -0.1, 0.3)
    camera = Camera(azimuth, elevation, distance, target, (0.25, -0.5), aspect)
    assert np.linalg.norm(camera.eye - target) == pytest.approx(distance)
    np.testing.assert_allclose(camera.project(np.array(target))[:2], (0.25, -0.5), atol=1e-9)
    up = camera.project(np.array(target) + np.array([0, 0, 0.1]))[:2] - (0.25, -0.5)
    assert up[1] > 0
    assert up[0] == pytest.approx(0, abs=1e-9)
    rotation = camera.view[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    eye = camera.view @ np.append(camera.eye, 1)
    np.testing.assert_allclose(eye[:3], 0, atol=1e-9)
    across = np.array(target) + 0.1 * rotation[0]
    above = np.array(target) + 0.1 * rotation[1]
    dx = camera.project(across)[:2] - (0.25, -0.5)
    dy = camera.project(above)[:2] - (0.25, -0.5)
    assert dx[0] * aspect == pytest.approx(dy[1]), "one scale for both directions"


def test_depth_grows_with_distance() -> None:
    camera = Camera(10, 40, 7, (0, 0, 0), (0, 0), 1.5)
    away = np.linspace(0.6, 39, 20)
    points = camera.eye - away[:, None] * (camera.eye / 7)
    clip = np.column_stack([points, np.ones(20)]) @ camera.matrix.T
    assert np.all(np.diff(clip[:, 2] / clip[:, 3]) > 0)
    assert np.all(np.abs(clip[:, 2] / clip[:, 3]) <= 1)


def ridge() -> NDArray[np.float64]:
    """A wall along x = 0, seen in rows of y and columns of x."""
    heights = np.zeros((81, 81))
    heights[:, 38:43] = 0.8
    return heights


def test_a_wall_hides_what_is_behind_it() -> None:
    points = np.array([[-0.5, 0.0, 0.05], [0.5, 0.0, 0.05]])
    eye = np.array([7.0, 0.0, 3.0])
    assert sees(eye, points, ridge(), np.ones(2)).tolist() == [False, True]
    assert sees(eye * [-1, 1, 1], points, ridge(), np.ones(2)).tolist() == [True, False]
    assert sees(np.array([0.5, 0.0, 9.0]), points, ridge(), np.ones(2)).all()


SQUARE = np.array([(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (0.0, 0.6)])


def watched(points: list[list[float]], turns: list[float]) -> Watched:
    up = np.tile([0.0, 0.0, 1.0], (len(points), 1))
    return Watched(np.array(points), up, np.array(turns), np.ones(len(points)))


def test_the_view_is_from_the_side_where_the_points_are() -> None:
    points = [[-0.5, y, 0.05] for y in (-0.4, 0.0, 0.4)]
    azimuths = list(range(-180, 180, 10))
    still, room = watched(points, [0.0] * 3), 1.2
    azimuth, elevation = best_view(still, SQUARE, ridge(), np.ones(2), room, [30.0], azimuths)
    assert np.cos(np.radians(azimuth)) < 0
    assert elevation == 30.0
    flat = np.zeros((9, 9))
    assert best_view(still, SQUARE, flat, np.ones(2), room, [34.0, 50.0], [-60, 0, 60]) == (-60, 34.0)


def test_a_surface_is_looked_at_from_where_it_is_wide() -> None:
    nothing, flat = watched([[0.0, 0.0, 1.0]], [0.0]), np.zeros((9, 9))
    slice_ = np.array([(u, u, z) for u in (-1.0, 1.0) for z in (0.0, 0.6)])  # which its floor does not tell
    views = [
        best_view(nothing, surface, flat, np.ones(2), 1.5, [40.0], [45.0, -45.0])
        for surface in (SQUARE, slice_)
    ]
    assert [azimuth for azimuth, _ in views] == [45.0, -45.0]


def test_each_point_is_seen_when_its_time_comes() -> None:
    points = [[-0.5, 0.0, 0.05], [0.5, 0.0, 0.05]]
    turning = watched(points, [-60.0, 60.0])
    azimuth, _ = best_view(turning, SQUARE, ridge(), np.ones(2), 1.2, [30.0], list(range(-180, 180, 15)))
    assert np.cos(np.radians(azimuth - 60)) < 0 < np.cos(np.radians(azimuth + 60))


def test_a_slope_is_looked_at_rather_than_along() -> None:
    slope = watched([[0.0, 0.0, 1.0]], [0.0])
    slope.normals[:] = [0.0, 0.98, 0.2]
    azimuths = list(range(-180, 180, 15))
    assert abs(best_view(slope, SQUARE, np.zeros((9, 9)), np.ones(2), 1.2, [34.0], azimuths)[0] - 90) <= 60


def test_the_paths_of_the_first_film_are_seen_as_they_are_drawn(filming: Callable[..., Any]) -> None:
    spec = gdanim.load(Path(__file__).parent.parent / "specs" / "ravine.yaml")
    with filming(spec, height=480) as scene:
        stage = scene._panes[0]
        paths, scenery = stage.scenery.paths, stage.scenery
        for t in np.linspace(0, scene.length, 12):
            scene.seek(float(t))
            drawn = paths.positions[(paths.times < stage.clock.seconds) & (paths.opacity > 0.99)]
            if len(drawn) == 0:
                continue
            camera = stage.camera(float(t))
            seen = sees(camera.eye, drawn + np.array([0.0, 0.0, 0.02]), scenery.heights, scenery.extent)
            assert seen.mean() > 0.95
        assert len(drawn) > 100


def test_a_long_surface_lies_across_a_wide_stage_and_along_a_high_one() -> None:
    nothing, flat, extent = watched([[0.0, 0.0, 1.0]], [0.0]), np.zeros((9, 9)), np.array([1.0, 0.3])
    azimuths = [-20.0, -70.0]
    assert best_view(nothing, SQUARE * [*extent, 1.0], flat, extent, 2.0, [40.0], azimuths)[0] == -70.0
    assert best_view(nothing, SQUARE * [*extent, 1.0], flat, extent, 0.6, [40.0], azimuths[::-1])[0] == -20.0


DIVERGING = """\
functions: [{{expr: "x^2 + 10*y^2", domain: {{x: [-3, 3], y: [-2, 2]}}}}]
learning_rates: [{rates}]
starts: [[-2.6, 1.4]]
camera: {{{camera}}}
steps: 80
video: {{duration: 12}}
"""


@pytest.mark.parametrize("view", ["azimuth: -50, elevation: 40", "orbit: 0, azimuth: 10, elevation: 30"])
def test_a_ball_that_leaves_does_not_drag_the_camera(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], view: str
) -> None:
    cameras = []
    for rates in ("0.01, 0.07", "0.01, 0.07, 0.105, 3.0"):
        text = DIVERGING.format(rates=rates, camera=view) + "view: {legend: none}\n"
        with filming(spec_of(text)) as scene:
            stage = scene._panes[0]
            cameras.append([stage.camera(float(t)) for t in np.linspace(0, scene.length, 7)])
    assert cameras[0] == cameras[1]


@pytest.mark.parametrize("aspect", ["16:9", "9:16"])
def test_the_surface_stays_in_the_picture_all_the_time(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], aspect: str
) -> None:
    text = DIVERGING.format(rates="0.07", camera="orbit: 9") + "  # wide\nview: {height: linear}\n"
    with filming(spec_of(text.replace("duration: 12", f'duration: 12, aspect: "{aspect}"'))) as scene:
        stage = scene._panes[0]
        points = stage.scenery.mesh.positions
        rect = stage.layout.rect
        for t in np.linspace(0, scene.length, 60):
            scene.seek(float(t))
            seen = stage.camera(float(t)).project(points)
            assert np.all(seen.min(axis=0) >= np.array([rect.left, rect.bottom]) - 0.01)
            assert np.all(seen.max(axis=0) <= np.array([rect.right, rect.top]) + 0.01)


@pytest.mark.parametrize(("power", "scale"), [(1, 1.0), (1, 1e4), (2, 0.1), (3, 1e-3)])
def test_a_root_is_found_and_never_fallen_short_of(power: float, scale: float) -> None:
    asked: list[float] = []

    def rising(x: float) -> float:
        asked.append(x)
        return float(scale * np.copysign(abs(x - math.pi) ** power, x - math.pi))

    assert 0 <= rising(root(rising, 2.5, 30.0)) < ALMOST
    assert len(asked) < 60
    assert root(rising, 4.0, 30.0) == 4.0
    assert root(rising, 2.5, 3.0) == 3.0
