"""What the scene on the gradient draws is true: slopes, lengths, right angles, the plane and its error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gdanim.spec import Spec
from gdanim.view.panes.gradient import GradientSurface, climbs, plain
from gdanim.view.panes.notes import NotesPane

FILM = """\
scene: gradient
functions: [{expr: "x^2 + y^2", domain: {x: [-6, 6], y: [-4, 6]}}]
optimizers: [{name: sgd, maximize: %s}]
learning_rates: [0.1]
starts: [[3, 4]]
steps: 5
video: {duration: 20}
"""


@pytest.fixture(scope="module")
def film(spec_of: Callable[[str], Spec], filming: Callable[..., Any]) -> Iterator[Any]:
    with filming(spec_of(FILM % "false")) as scene:
        scene.canvas  # noqa: B018  text has its sizes only then
        yield scene


@pytest.fixture(scope="module")
def pane(film: Any) -> GradientSurface:
    return next(pane for pane in film._panes if isinstance(pane, GradientSurface))


def shown(pane: GradientSurface, **numbers: float) -> Any:
    """The picture with these of its numbers, all others 0; of its lines only the pane's own."""
    names = ("along_x", "along_y", "fan", "parts", "uphill", "level", "turned", "scaled", "plane", "reach")
    for name in names:
        setattr(pane, name, 0.0)
    without = len(pane.picture(0.0).segments)
    for name, value in numbers.items():
        setattr(pane, name, value)
    picture = pane.picture(0.0)
    return replace(picture, segments=picture.segments[without:])


def test_the_film_lasts_as_long_as_it_shall(film: Any) -> None:
    assert film.length == pytest.approx(20.0)


def test_the_gradient_at_3_4_is_6_8(pane: GradientSurface) -> None:
    assert pane.slopes == pytest.approx([6.0, 8.0])
    assert pane.step == pytest.approx([-0.6, -0.8])


def test_arrows_all_round_are_as_long_as_the_ground_is_steep(pane: GradientSurface) -> None:
    ways = pane.fan_ways()
    lengths = np.linalg.norm(ways, axis=1)
    steepest = int(np.argmax(lengths))
    assert ways[steepest] / lengths[steepest] == pytest.approx([0.6, 0.8])
    level = lengths < 1e-9
    assert level.sum() == 2
    steep = np.abs(ways[~level] @ pane.slopes) / lengths[~level]
    assert lengths[~level] / lengths[steepest] == pytest.approx(steep / 10.0)


def test_slopes_put_together_are_the_gradient(pane: GradientSurface) -> None:
    arrows = shown(pane, parts=1.0, uphill=1.0).arrows
    ways = (arrows.heads - arrows.tails)[:, :2] / pane.timeline.landscape.scale
    along_x, along_y, whole = ways
    assert abs(along_x[1]) < 0.1 * abs(along_x[0])
    assert abs(along_y[0]) < 0.1 * abs(along_y[1])
    lifted = pane.timeline.radius / pane.timeline.landscape.scale[0]  # heads are a ball's radius above
    assert along_x + along_y == pytest.approx(whole, abs=lifted)


def test_the_chosen_arrow_turns_round_and_becomes_the_step(pane: GradientSurface) -> None:
    shown(pane, uphill=1.0)
    up = pane.chosen_way()
    assert up / np.linalg.norm(up) == pytest.approx([0.6, 0.8])
    shown(pane, uphill=1.0, turned=1.0)
    assert pane.chosen_way() == pytest.approx(-up)
    shown(pane, uphill=1.0, turned=1.0, scaled=1.0)
    assert pane.chosen_way() == pytest.approx([-0.6, -0.8])


@pytest.mark.parametrize(("slice_", "axis"), [("along_x", 0), ("along_y", 1)])
def test_a_slope_line_touches_its_slice(pane: GradientSurface, slice_: str, axis: int) -> None:
    curve, line = shown(pane, **{slice_: 1.0}).segments
    (start, end), land = line.ends[0], pane.timeline.landscape
    assert abs((end - start)[1 - axis]) < 1e-12
    rise = (
        (end - start)[2]
        / float(land.level(np.array(land.height.low + 1.0)))
        / ((end - start)[axis] / land.scale[axis])
    )
    assert rise == pytest.approx(pane.slopes[axis])
    points = land.to_domain(curve.ends[:, 0, :2])
    assert points[:, 1 - axis] == pytest.approx(np.full(len(points), pane.point[1 - axis]), abs=0.06)
    assert curve.ends[:, 0, 2] == pytest.approx(land.level((points**2).sum(axis=1)), abs=0.01)


def test_the_level_line_is_level_and_at_a_right_angle(pane: GradientSurface) -> None:
    line, mark = shown(pane, level=1.0).segments
    points = pane.timeline.landscape.to_domain(line.ends[:, 0, :2])
    assert np.hypot(*points.T) == pytest.approx(np.full(len(points), 5.0), abs=0.06)
    nearest = int(np.argmin(np.linalg.norm(points - pane.point, axis=1)))
    way = points[nearest + 2] - points[nearest - 2]
    assert abs(way @ pane.slopes) < 0.02 * np.linalg.norm(way) * 10
    one, other = np.diff(mark.ends[:, :, :2], axis=1)[:, 0]
    assert abs(one @ other) < 0.1 * np.linalg.norm(one) * np.linalg.norm(other)


def test_the_plane_is_the_more_mistaken_the_farther_one_goes(pane: GradientSurface) -> None:
    for reach in (0.0, 0.25, 0.5, 1.0):
        shown(pane, plane=1.0, reach=reach)
        plane, real = pane.compared()
        way = pane._reached
        assert real - plane == pytest.approx(way @ way)  # that of x^2 + y^2
    picture = shown(pane, plane=1.0, reach=1.0)
    gap = picture.segments[-1].ends[0]
    assert gap[0, :2] == pytest.approx(gap[1, :2], abs=0.01)
    high = float(pane.timeline.landscape.level(np.array(pane.timeline.landscape.height.low + real - plane)))
    assert gap[1, 2] - gap[0, 2] == pytest.approx(high, rel=0.1)
    assert len(picture.patches.corners) == 1


def test_without_a_gradient_nothing_points_anywhere(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    with filming(spec_of("scene: gradient\nfunctions: [saddle]\nstarts: [[0, 0]]")) as scene:
        scene.canvas  # noqa: B018
        flat = next(pane for pane in scene._panes if isinstance(pane, GradientSurface))
        picture = shown(flat, along_x=1.0, along_y=1.0, fan=1.0, parts=1.0, uphill=1.0, level=1.0, plane=1.0)
        assert picture.arrows is None
        ends = np.concatenate([lines.ends for lines in picture.segments])
        assert np.isfinite(ends).all()


def test_a_forgotten_sign_climbs(
    film: Any, spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    with filming(spec_of(FILM % "true")) as other:
        up, down = other.solution.acts[0], film.solution.acts[0]
        assert climbs(up)
        assert not climbs(down)
        notes = next(pane for pane in other._panes if isinstance(pane, NotesPane))
        assert "+ 0.1 dot (6, 8)" in notes._rule()[0]
        assert not any("downhill" in markup for markup, _ in other.lettering._index)
        assert other.length == pytest.approx(20.0)


def test_only_a_step_of_rate_times_gradient_is_written_as_one(act_of: Callable[[str], Any]) -> None:
    text = "functions: [x^2 + 3*y^2]\nstarts: [[1, 2]]\nlearning_rates: [0.1]\nsteps: 2\noptimizers: [%s]"
    told = {name: plain(act_of(text % name)) for name in ("sgd", "momentum", "adam", "newton")}
    assert told == {"sgd": True, "momentum": True, "adam": False, "newton": False}
    assert plain(act_of(text % "{name: sgd, maximize: true}"))
    assert not plain(act_of(text % "{name: sgd, clip_norm: 1}"))
