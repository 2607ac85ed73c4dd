"""What is solid: drawn where the camera says, hidden exactly where something stands before it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gdanim.motion.rolling import MANY
from gdanim.spec import Spec

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]
NEAR = 0.02  # world units within which a ray grazes and nothing is claimed; meshes are good to 0.012
STRIDE = 0.004  # world units between samples of a ray

FILMS = {
    "bowl": """\
functions: [{expr: "x^2 + 10*y^2", domain: {x: [-3, 3], y: [-3, 3]}}]
starts: {grid: [4, 4]}
learning_rates: [0.03]
steps: 12
camera: {elevation: 22, azimuth: 50}
""",
    "himmelblau": """\
functions: [himmelblau]
starts: {grid: [4, 3]}
learning_rates: [0.004]
steps: 12
camera: {elevation: 26, azimuth: 35}
""",
    "rosenbrock": """\
functions: [rosenbrock]
starts: {grid: [4, 3]}
learning_rates: [0.0005]
steps: 12
camera: {elevation: 22, azimuth: 80}
""",
}


class Studio:
    """A film's canvas, opened up: any picture can be drawn on it."""

    def __init__(self, scene: Any, painted: Callable[..., Pixels]) -> None:
        painted(scene, 5.0)
        self.scene, self.act = scene, scene._panes[0]
        self.stage = scene._artists[self.act]
        self.stage._dots.instances = 0  # small spheres would hide parts of balls
        self.size = scene.size

    def picture(self, run_seconds: float) -> Any:
        """The surface, balls and trails alone, from the middle of the orbit."""
        self.scene.seek(self.scene.length)
        self.act.clock.seconds = run_seconds
        return replace(self.act.picture(self.scene.length / 2), labels=(), lines=None, segments=(), clip=None)

    def draw(self, picture: Any, stage: Any = None) -> NDArray[np.int64]:
        frame = np.empty((self.size[1], self.size[0], 4), dtype=np.uint8)
        self.scene.canvas.draw([(stage or self.stage, picture)], frame)
        return frame[..., :3].astype(int)

    def with_other_ball(self, picture: Any, ball: int) -> NDArray[np.int64]:
        """The picture with one ball in the opposite colour."""
        colors = self.act.scenery.colors
        own = colors[ball].copy()
        colors[ball] = np.where(own > 0.5, 0.0, 1.0)
        frame = self.draw(picture)
        colors[ball] = own
        return frame

    def pixel(self, camera: Any, points: Array) -> Array:
        """Pixel coordinates (..., 2), x right and y down, of world points."""
        ndc = camera.project(points)[..., :2]
        return np.stack([(ndc[..., 0] + 1) / 2 * self.size[0], (1 - ndc[..., 1]) / 2 * self.size[1]], axis=-1)

    def rays(self, camera: Any, pixels: Array) -> Array:
        """Unit directions (n, 3) from the eye through the middles of pixels (n, 2)."""
        ndc = np.column_stack(
            [(pixels[:, 0] + 0.5) / self.size[0] * 2 - 1, 1 - (pixels[:, 1] + 0.5) / self.size[1] * 2]
        )
        far = np.column_stack([ndc, np.ones((len(ndc), 2))]) @ np.linalg.inv(camera.matrix).T
        towards = far[:, :3] / far[:, 3:] - camera.eye
        return np.asarray(towards / np.linalg.norm(towards, axis=1, keepdims=True))

    def blocked(self, camera: Any, towards: Array, reach: Array) -> Array:
        """Does the surface cut rays (n, 3) within ``reach`` (n,)? 1: yes, 0: no, nan: it comes too close.

        The loss itself is sampled along each ray: a cut is a change of side.
        """
        landscape = self.act.timeline.landscape
        answers = np.zeros(len(towards))
        for k, (direction, end) in enumerate(zip(towards, reach, strict=True)):
            at = camera.eye + np.arange(max(end - 4.0, 0.0), end, STRIDE)[:, None] * direction
            at = at[np.all(np.abs(at[:, :2]) <= landscape.extent, axis=1)]
            drawn = landscape.drawn(landscape.to_domain(at[:, :2]))
            losses = landscape.act.objective.value(landscape.to_domain(at[:, :2]))
            above = at[:, 2] - landscape.level(losses)
            if not drawn.all() and (np.abs(above[~drawn]) < 5 * NEAR).any():
                answers[k] = np.nan  # it passes the rim where the surface is cut
            elif (above[drawn] > NEAR).any() and (above[drawn] < -NEAR).any():
                answers[k] = 1.0
            elif (np.abs(above[drawn]) <= NEAR).any():
                answers[k] = np.nan
        return answers


def through_sphere(eye: Array, towards: Array, centre: Array, radius: float) -> Array:
    """Distances (n,) at which rays (n, 3) enter a sphere; inf where they miss it."""
    along = towards @ (centre - eye)
    inside = radius**2 - ((centre - eye) @ (centre - eye) - along**2)
    return np.where(inside > 0, along - np.sqrt(np.maximum(inside, 0.0)), np.inf)


@pytest.fixture(scope="module", params=FILMS)
def studio(
    request: pytest.FixtureRequest,
    spec_of: Callable[[str], Spec],
    filming: Callable[..., Any],
    painted: Callable[..., Pixels],
) -> Iterator[Studio]:
    with filming(spec_of(FILMS[request.param]), height=360) as scene, pytest.MonkeyPatch.context() as patch:
        patch.setattr("gdanim.view.solids.THROUGH", 0.0)
        patch.setattr("gdanim.view.solids.HIDDEN", 0.0)
        yield Studio(scene, painted)


def test_a_ball_is_seen_exactly_where_a_ray_reaches_it_first(studio: Studio) -> None:
    seen = hidden = 0
    for run_seconds in (0.9, 3.7):
        picture = studio.picture(run_seconds)
        camera, moment, radius = picture.camera, picture.moment, studio.act.timeline.radius
        before = studio.draw(picture)
        for i in np.flatnonzero((moment.opacity == 1.0) & (moment.shells == 1)):
            changed = np.abs(studio.with_other_ball(picture, int(i)) - before).max(axis=-1)
            middle = studio.pixel(camera, moment.centres[i])
            offsets = np.array(np.meshgrid([-2, 0, 2], [-2, 0, 2])).reshape(2, -1).T
            pixels = np.floor(middle + offsets)
            towards = studio.rays(camera, pixels)
            hits = np.array([through_sphere(camera.eye, towards, c, radius) for c in moment.centres])
            own = hits[i]
            others = np.delete(hits, i, axis=0).min(axis=0)
            inner = np.array([through_sphere(camera.eye, towards, c, 0.85 * radius) for c in moment.centres])
            edge = np.isfinite(others) & np.isinf(np.delete(inner, i, axis=0).min(axis=0))
            ringed = (moment.shells > 1).any()  # a ring reaches further than its ball
            cut = studio.blocked(camera, towards, np.where(np.isfinite(own), own, 0.0))
            looks = zip(pixels.astype(int), own, others, edge, cut, strict=True)
            for (x, y), at, other, blends, by_surface in looks:
                if blends or not np.isfinite(at) or abs(other - at) < NEAR or (other < np.inf and ringed):
                    continue
                if by_surface == 1 or other < at:
                    hidden += 1
                    assert changed[y, x] == 0, f"ball {i} shines through at pixel {x}, {y}"
                elif by_surface == 0:
                    seen += 1
                    assert changed[y, x] > 0, f"ball {i} is missing at pixel {x}, {y}"
    assert seen > 30
    assert hidden > 15


@dataclass(frozen=True)
class Traced:
    """Points of all trails as rays find them; one row per point."""

    changed: NDArray[np.int64]  # (height, width): what other trail colours change in the picture
    pixels: NDArray[np.int64]  # (points, 2)
    facing: Array  # (points,) cosine between the surface and the way to the eye
    seen: NDArray[np.bool_]  # surely, by the rays
    hidden: NDArray[np.bool_]  # surely, and nowhere near a trail that may be seen


@pytest.fixture
def traced(studio: Studio) -> Traced:
    from gdanim.view.solids import Solids

    picture = studio.picture(6.0)
    picture = replace(picture, moment=replace(picture.moment, opacity=0 * picture.moment.opacity))
    camera, landscape = picture.camera, studio.act.timeline.landscape
    other = copy.copy(studio.act.scenery)
    other.trails = other.trails.copy()
    for rgb in (slice(14, 17), slice(18, 21)):
        other.trails[:, rgb] = np.where(other.trails[:, rgb] > 0.5, 0.0, 1.0)
    stage = Solids(studio.scene.canvas, other)
    stage._dots.instances = 0
    changed = np.abs(studio.draw(picture, stage) - studio.draw(picture)).max(axis=-1)

    trails = studio.act.timeline.trails()
    there = (trails.times < 5.9) & (trails.opacity == 1.0)
    points, normals = landscape.surface(landscape.to_domain(trails.positions[there, :2]))
    pixels = np.floor(studio.pixel(camera, points + 0.006 * normals)).astype(int)
    inside = np.all((pixels >= 2) & (pixels < np.array(studio.size) - 2), axis=1)
    points, normals, pixels = points[inside], normals[inside], pixels[inside]
    towards = points - camera.eye
    reach = np.linalg.norm(towards, axis=1)
    towards /= reach[:, None]
    facing = -np.einsum("ij,ij->i", towards, normals)
    cut = studio.blocked(camera, towards, reach - 0.1)
    last = points[:, None] - np.linspace(0.01, 0.1, 20)[:, None] * towards[:, None]
    heights = landscape.surface(landscape.to_domain(last[..., :2]))[0][..., 2]
    seen = (cut == 0) & (facing > 0.15) & (last[..., 2] > heights).all(axis=1)
    hidden = (cut == 1) | (facing < -0.1)
    apart = np.linalg.norm(pixels[:, None] - pixels[None, ~hidden], axis=-1).min(axis=1, initial=np.inf)
    return Traced(changed, pixels, facing, seen, hidden & (apart > 8))


def test_a_trail_is_seen_exactly_where_a_ray_reaches_it_first(traced: Traced) -> None:
    assert traced.seen.sum() > 30
    assert traced.hidden.sum() > 5
    for x, y in traced.pixels[traced.seen]:
        around = traced.changed[y - 2 : y + 3, x - 2 : x + 3]  # a mesh is good to a pixel
        assert around.max() > 0, f"trail missing at pixel {x}, {y}"
    for x, y in traced.pixels[traced.hidden]:
        assert traced.changed[y, x] == 0, f"trail shines through at pixel {x}, {y}"


def test_no_trail_fringes_through_a_sheet_seen_from_below(traced: Traced) -> None:
    for x, y in traced.pixels[traced.hidden & (traced.facing < -0.1)]:
        assert traced.changed[y - 1 : y + 2, x - 1 : x + 2].max() == 0, f"at pixel {x}, {y}"


def test_a_tail_is_the_late_part_of_a_trail(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Callable[..., Pixels]
) -> None:
    from gdanim.view.solids import TAIL

    crowd = "functions: [x^2 + 10*y^2]\nlearning_rates: [0.01]\nstarts: {random: 1200, seed: 1}\nsteps: 30"
    with filming(spec_of(crowd), height=120) as scene:
        stage = Studio(scene, painted).stage
        begun, ended = stage.scenery.trails[np.argsort(stage.scenery.trails[:, 12], kind="stable"), 12:14].T
        assert len(np.unique(stage.scenery.paths.balls)) == 400
        for now in (0.5, 3.0, 6.0):
            late = stage._late(now)
            shown = np.zeros(len(begun), dtype=bool)
            shown[late] = True
            alive = (begun < now) & (ended > now - TAIL)
            assert alive.any()
            assert shown[alive].all()
            assert not shown[begun >= now].any()


MULTITUDE = """\
functions: [{expr: "x^2 + 10*y^2", domain: {x: [-3, 3], y: [-3, 3]}}]
starts: {random: 450, seed: 3}
learning_rates: [0.03]
steps: 12
camera: {elevation: 8, azimuth: 30}
"""


@pytest.fixture(scope="module")
def multitude(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Callable[..., Pixels]
) -> Iterator[Studio]:
    with filming(spec_of(MULTITUDE), height=720) as scene:
        studio = Studio(scene, painted)
        assert len(studio.act.act.runs) > MANY
        yield studio


def test_of_many_balls_each_is_seen_where_a_ray_reaches_it_first(multitude: Studio) -> None:
    picture = multitude.picture(0.9)
    camera, moment, radius = picture.camera, picture.moment, multitude.act.timeline.radius
    before = multitude.draw(picture)
    seen = hidden = 0
    for i in np.flatnonzero(moment.opacity == 1.0)[::4]:
        changed = np.abs(multitude.with_other_ball(picture, int(i)) - before).max(axis=-1)
        pixel = np.floor(multitude.pixel(camera, moment.centres[i]))
        towards = multitude.rays(camera, pixel[None])
        hits = np.array([through_sphere(camera.eye, towards, c, 1.4 * radius)[0] for c in moment.centres])
        own, other = hits[i], np.delete(hits, i).min()
        cut = multitude.blocked(camera, towards, np.array([own]))[0]
        x, y = pixel.astype(int)
        if cut == 1:
            hidden += 1
            assert changed[y, x] == 0, f"ball {i} shines through at pixel {x}, {y}"
        elif cut == 0 and other > own + 3 * radius:
            seen += 1
            assert changed[y, x] > 60, f"ball {i} is missing at pixel {x}, {y}"
    assert seen > 10
    assert hidden > 2


def test_many_balls_are_lit_as_few_are(multitude: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = in_the_air(multitude.picture(1.0), np.array([[0.1, 0.2, 0.8]]))
    many = multitude.draw(picture)
    monkeypatch.setattr("gdanim.view.solids.MANY", 10_000)
    few = multitude.draw(picture)
    x, y = np.floor(multitude.pixel(picture.camera, np.array([0.1, 0.2, 0.8]))).astype(int)
    for frame in (many, few):
        around = frame[y - 2 : y + 3, x - 2 : x + 3].sum(axis=-1)
        assert around[:2].mean() > around[3:].mean() + 30  # the light comes from above
        assert around[:, :2].mean() != pytest.approx(around[:, 3:].mean(), abs=1)  # and from one side
    assert np.abs(many - few)[y - 1 : y + 2, x - 1 : x + 2].mean() < 25


def in_the_air(picture: Any, centres: Array) -> Any:
    """The picture without trails, its first balls floating in given places and the others gone."""
    moment = picture.moment
    count = len(centres)
    placed, opacity = moment.centres.copy(), np.zeros_like(moment.opacity)
    placed[:count], opacity[:count] = centres, 1.0
    return replace(
        picture,
        moment=replace(
            moment,
            seconds=-0.5,
            centres=placed,
            opacity=opacity,
            lead=0 * opacity,
            shells=np.ones(len(opacity)),
        ),
    )


@pytest.mark.parametrize("front", [0, 1])
def test_a_ball_hides_those_behind_it(studio: Studio, front: int) -> None:
    picture = studio.picture(1.0)
    camera = picture.camera
    near = np.array([0.3, 0.2, 0.9])
    away = (near - camera.eye) / np.linalg.norm(near - camera.eye)
    centres = np.empty((2, 3))
    centres[front], centres[1 - front] = near, near + 0.2 * away
    picture = in_the_air(picture, centres)
    before = studio.draw(picture)
    x, y = np.floor(studio.pixel(camera, near)).astype(int)
    assert np.abs(studio.with_other_ball(picture, front) - before)[y, x].max() > 20
    behind = np.abs(studio.with_other_ball(picture, 1 - front) - before).max(axis=-1)
    assert behind[y - 1 : y + 2, x - 1 : x + 2].max() == 0


@pytest.mark.parametrize("place", [(0.0, 0.0, 1.0), (0.9, -0.5, 0.9), (-0.8, 0.7, 0.85), (-0.2, -0.9, 0.85)])
def test_a_ball_is_drawn_where_the_camera_projects_it(studio: Studio, place: tuple[float, ...]) -> None:
    picture = in_the_air(studio.picture(1.0), np.array([place]))
    empty = replace(picture, moment=replace(picture.moment, opacity=0 * picture.moment.opacity))
    x, y = studio.pixel(picture.camera, np.array(place))
    changed = np.abs(studio.draw(picture) - studio.draw(empty)).max(axis=-1) > 8
    rows, columns = np.nonzero(changed)
    close = np.hypot(columns + 0.5 - x, rows + 0.5 - y) < 25  # its shadow is elsewhere
    assert close.sum() > 20
    assert np.mean(columns[close] + 0.5) == pytest.approx(x, abs=1)
    assert np.mean(rows[close] + 0.5) == pytest.approx(y, abs=1)
    radius = np.sqrt(close.sum() / np.pi)
    beside = np.array(place) + studio.act.timeline.radius * picture.camera.view[0, :3]
    assert radius == pytest.approx(np.linalg.norm(studio.pixel(picture.camera, beside) - [x, y]), abs=1)


def lone_arrow(picture: Any, tail: Array, head: Array) -> Any:
    from gdanim.view.picture import Arrows

    return replace(picture, arrows=Arrows(tail[None], head[None], np.array([[1.0, 0.2, 0.2]]), np.ones(1)))


def lone_segment(picture: Any, tail: Array, head: Array) -> Any:
    from gdanim.view.picture import Segments

    ends = np.stack([tail, head])[None]
    return replace(picture, segments=[Segments(ends, np.array([[1.0, 0.2, 0.2]]), np.ones(1))])


@pytest.mark.parametrize("lone", [lone_arrow, lone_segment])
def test_arrows_and_segments_are_hidden_behind_the_surface(
    studio: Studio, lone: Callable[[Any, Array, Array], Any]
) -> None:
    picture = replace(studio.picture(1.0), moment=None)
    camera, landscape = picture.camera, studio.act.timeline.landscape
    before = studio.draw(picture)
    away = 0.3 * (camera.target - camera.eye)[:2] / np.linalg.norm((camera.target - camera.eye)[:2])
    across = np.append(0.06 * np.array([-away[1], away[0]]) / 0.3, 0.0)
    world = np.random.default_rng(3).uniform(-1.0, 1.0, (90, 2)) * (landscape.extent + 0.3)
    middles = np.column_stack([world, np.random.default_rng(4).uniform(-0.1, 0.9, len(world))])
    pixels = np.floor(studio.pixel(camera, middles))
    shown = np.all((pixels >= 0) & (pixels < studio.size), axis=1)
    middles, pixels = middles[shown], pixels[shown]
    reach = np.linalg.norm(middles - camera.eye, axis=1)
    cut = studio.blocked(camera, studio.rays(camera, pixels), reach)
    cut[studio.blocked(camera, studio.rays(camera, pixels), reach - 0.1) != cut] = np.nan
    for middle, (x, y), hidden in zip(middles, pixels.astype(int), cut, strict=True):
        changed = np.abs(studio.draw(lone(picture, middle - across, middle + across)) - before)[y, x].max()
        assert np.isnan(hidden) or (changed == 0) == bool(hidden), f"at pixel {x}, {y}"
    assert (cut == 1).sum() > 5
    assert (cut == 0).sum() > 20


def test_patches_are_seen_through_the_surface(studio: Studio) -> None:
    from gdanim.view.picture import Patches

    picture = replace(studio.picture(1.0), moment=None)
    before = studio.draw(picture)
    corners = np.array([[[-0.5, -0.5, -0.2], [0.5, -0.5, -0.2], [-0.5, 0.5, -0.2], [0.5, 0.5, -0.2]]])
    patch = Patches(corners, np.array([[1.0, 0.2, 0.2, 0.5]]))
    after = studio.draw(replace(picture, patches=patch))
    inside = np.array([[x, y, -0.2] for x in (-0.4, 0.0, 0.4) for y in (-0.4, 0.0, 0.4)])
    columns, rows = np.floor(studio.pixel(picture.camera, inside)).astype(int).T
    mixed = (before[rows, columns, :3] + np.array([255, 51, 51])) / 2
    assert after[rows, columns, :3] == pytest.approx(mixed, abs=2)
    outside = np.array([[0.6, 0.0, -0.2], [0.0, -0.6, -0.2]])
    columns, rows = np.floor(studio.pixel(picture.camera, outside)).astype(int).T
    assert np.array_equal(after[rows, columns], before[rows, columns])


def test_a_short_arrow_keeps_its_proportions(studio: Studio) -> None:
    picture = in_the_air(studio.picture(1.0), np.zeros((0, 3)))
    before = studio.draw(picture)
    right = picture.camera.view[0, :3]
    middle = np.array([0.0, 0.0, 0.9])

    pixel = 2 / (picture.camera.across(middle) * studio.size[0])  # world units

    def painted(length: float) -> NDArray[np.bool_]:
        way = length * pixel * right
        with_it = lone_arrow(picture, middle - way / 2, middle + way / 2)
        return np.asarray(np.abs(studio.draw(with_it) - before).max(axis=-1) > 60)

    short, half, long, longer = (painted(length) for length in (10.5, 5.25, 30.0, 60.0))
    assert short.sum() == pytest.approx(4 * half.sum(), rel=0.4)
    assert abs(long.any(axis=1).sum() - longer.any(axis=1).sum()) <= 1  # the head is no larger
    shafts = [np.median(mask.sum(axis=0)[mask.any(axis=0)]) for mask in (long, longer)]
    assert shafts[0] == shafts[1]
    head = longer.any(axis=1).sum() / shafts[1]
    assert 1.8 < head < 4.5


def test_an_arrow_has_a_dark_contour(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Callable[..., Pixels]
) -> None:
    with filming(spec_of("functions: [x^2 + y^2]\nview: {theme: light}"), height=540) as scene:
        studio = Studio(scene, painted)
        picture = in_the_air(studio.picture(1.0), np.zeros((0, 3)))
        right = picture.camera.view[0, :3]
        middle = np.array([0.0, 0.0, 0.9]) - 1.7 * right  # before the ground
        frame = studio.draw(lone_arrow(picture, middle - 0.3 * right, middle + 0.3 * right))
        x, y = np.floor(studio.pixel(picture.camera, middle)).astype(int)
        red = frame[y - 8 : y + 9, x, 0]
    assert red[[0, 8, -1]].min() > 230
    assert red[:8].min() < 200
    assert red[9:].min() < 200


def test_segments_that_meet_are_joined() -> None:
    from gdanim.view.picture import Segments
    from gdanim.view.ribbon import joined

    points = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [5, 5, 5], [6, 6, 6]])
    ends = points[[[0, 1], [1, 2], [3, 4]]]
    rows = joined(Segments(ends, np.ones((3, 3)), np.ones(3)))
    before, after = rows[:, :3], rows[:, 9:12]
    assert (before == points[[0, 0, 3]]).all()
    assert (after == points[[2, 2, 4]]).all()


def test_the_picture_is_the_right_way_round(studio: Studio) -> None:
    """Top row first, and what is right of the camera stands at the right."""
    picture = studio.picture(1.0)
    empty = studio.draw(in_the_air(picture, np.zeros((0, 3))))
    for axis, sign in ((0, 1), (1, -1)):
        way = picture.camera.view[axis, :3]
        middle = np.array(picture.camera.target) + np.array([0.0, 0.0, 0.5])
        marks = [studio.draw(in_the_air(picture, (middle + s * 0.15 * way)[None])) for s in (-1, 1)]
        places = [np.argwhere(np.abs(m - empty).max(axis=-1) > 60).mean(axis=0)[1 - axis] for m in marks]
        assert np.sign(places[1] - places[0]) == sign


def test_nothing_is_drawn_of_an_unrevealed_act(studio: Studio) -> None:
    picture = replace(studio.picture(1.0), moment=None, reveal=0.0, ground=0.0)
    frame = studio.draw(picture)
    assert (frame == frame[0, 0]).all()
