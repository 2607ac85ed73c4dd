"""How an act is filmed: the view that shows most, the opening swing, orbit or flight, the ball it follows."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

import numpy as np

from gdanim.engine.runs import Array
from gdanim.motion.landscape import FLOOR, RELIEF
from gdanim.motion.rolling import Rolling
from gdanim.motion.timeline import DISSOLVE
from gdanim.spec import sections
from gdanim.view.axes import AROUND, CORNERS, NAMED, OVER, STEEP
from gdanim.view.camera import FIELD_OF_VIEW, Base, Camera, Post, Watched, best_view, frame
from gdanim.view.layout import Layout
from gdanim.view.scenery import Scenery

FAVOURITE, ELEVATIONS = (
    -60.0,
    (24.0, 28.0, 32.0, 36.0, 40.0, 46.0, 52.0, 60.0),
)  # degrees
OUTLINE = 500  # points of the surface that tell how it fills the picture
LOOKS, WATCHED = 16, 160  # times at which the balls are looked at; so many of their places, and of the paths'
BALLS, GOALS, PATHS = 3.0, 0.5, 1.5  # what seeing all of them is worth
SWING = (22.0, 24.0)  # the film opens this many degrees around and above the orbit
NEARER = 0.55  # of the distance, when a ball is followed
ARRIVE = 2.0  # seconds of the way from where the same surface was seen in the part before
STRAY = 0.6  # of half the picture's height: so far a followed ball may be from the middle
BACK = 2.0  # seconds at least in which the camera of a loop flies back
CALM, TICK = 0.9, 1 / 240  # seconds before and after over which a followed ball's way is averaged; sampling


def closes_in(wishes: sections.Camera) -> bool:
    """Whether the surface may reach behind the text."""
    zooms = [wishes.zoom, *(key.zoom or 1.0 for key in wishes.path or ())]
    return wishes.follow is not None or max(zooms) > 1


class Camerawork:
    """One act's camera as a function of time."""

    def __init__(
        self,
        timeline: Rolling,
        scenery: Scenery,
        layout: Layout,
        wishes: sections.Camera,
        span: tuple[float, float],
        cycle: float | None,
        beside: float,
        name: float,
        came: Camera | None = None,
    ) -> None:
        """``span``: seconds at which the act begins and ends; ``cycle``: seconds of a loop.

        ``beside``: points that the labels of the height axis need on its left; ``name``: its name's height.
        ``came``: from where the same surface was seen in the part before.
        """
        self.timeline, self.scenery, self.layout, self.wishes = timeline, scenery, layout, wishes
        self.begins, self.ends = span
        self.cycle, self.beside, self.name = cycle, beside, name
        self.came = came

    def at(self, t: float, opened: float, followed: float, seconds: float) -> Camera:
        """The camera at film time ``t``: ``opened`` from its first pose to the orbit (0..1), ``followed``
        from the whole stage to the ball it follows (0..1), whose run began ``seconds`` ago.
        """
        if self.wishes.path:
            camera = self._flown(t - self.begins)
        else:
            opening, orbit = self._poses
            camera = orbit if self.came else _between(opening, orbit, opened)
            camera = replace(camera, azimuth=camera.azimuth + self._turn(t))
        if self.came and self.arrives(t):
            f = max((t - self.begins - DISSOLVE) / ARRIVE, 0.0)
            turned = self._turn(t) - self._turn(self.begins)
            rounds = round((camera.azimuth - self.came.azimuth) / 360)
            came = replace(self.came, azimuth=self.came.azimuth + 360 * rounds + turned)
            camera = _between(came, camera, f * f * (3 - 2 * f))
        if self.wishes.follow is None or followed <= 0:
            return camera
        distance = camera.distance * (1 + followed * (NEARER - 1))
        goal = self._way(seconds, STRAY * distance * math.tan(FIELD_OF_VIEW / 2))
        x, y, z = (np.array(camera.target) + followed * (goal - np.array(camera.target))).tolist()
        middle = self.layout.rect.centre
        shift = tuple(s + followed * (m - s) for s, m in zip(camera.shift, middle, strict=True))
        return replace(camera, target=(x, y, z), distance=distance, shift=(shift[0], shift[1]))

    def arrives(self, t: float) -> bool:
        """Whether at film time ``t`` the camera is on its way from where it was in the part before."""
        return self.came is not None and t < self.begins + DISSOLVE + ARRIVE

    @cached_property
    def view(self) -> tuple[float, float]:
        """Azimuth and elevation in the middle of the orbit: the spec's, else where most can be seen."""
        wishes = self.wishes
        azimuths = FAVOURITE + np.array(sorted(range(-175, 181, 5), key=abs))
        return best_view(
            self._watched,
            self.scenery.seen[:: max(1, len(self.scenery.seen) // OUTLINE)],
            self.scenery.ground,
            self.scenery.extent,
            self.layout.breadth,
            ELEVATIONS if wishes.elevation is None else (wishes.elevation,),
            azimuths.tolist() if wishes.azimuth is None else (wishes.azimuth,),
        )

    @property
    def upright(self) -> float:
        """Points that the height of the surface takes in the picture for most of the time."""
        camera = self._flight[0][1] if self.wishes.path else self._poses[1]
        shown = RELIEF * math.cos(math.radians(camera.elevation)) / camera.distance
        return shown * float(camera.projection[1, 1]) / 2 * self.layout.height

    @property
    def _watched(self) -> Watched:
        """What there is to see: the balls all through the run; the goals; the paths as they are drawn,
        and whole at the end. Of balls one of which is followed: that one.
        """
        timeline, paths = self.timeline, self.scenery.paths
        span, followed = self.ends - self.begins, self.wishes.follow
        balls = np.arange(len(timeline.act.runs)) if followed is None else np.array([followed - 1])
        looked_at = balls[:: -(-len(balls) * LOOKS // WATCHED)]
        places, upwards, turns = [], [], []
        for share in np.linspace(0.0, 1.0, LOOKS):
            now = timeline.at(share * timeline.run_time)
            there = looked_at[now.opacity[looked_at] > 0.5]
            places.append(now.centres[there])
            upwards.append(now.normals[there])
            turns.append(np.full(len(places[-1]), self._turn(self.begins + share * span)))
        goals = self.scenery.marked()
        solid = np.flatnonzero((paths.opacity > 0.99) & np.isin(paths.balls, balls))
        solid = solid[:: max(1, len(solid) // WATCHED)]
        path, normals = paths.positions[solid], paths.normals[solid]
        shares = paths.times[solid] / max(timeline.run_time, 1e-9)
        drawn = np.array([self._turn(self.begins + share * span) for share in shares])
        middle, end = self._turn((self.begins + self.ends) / 2), self._turn(self.ends)
        groups = [
            (np.concatenate(places), np.concatenate(upwards), np.concatenate(turns), BALLS),
            (goals, np.tile([0.0, 0.0, 1.0], (len(goals), 1)), np.full(len(goals), middle), GOALS),
            (path, normals, drawn, PATHS),
            (path, normals, np.full(len(path), end), PATHS),
        ]
        points, normals, turned = (np.concatenate([group[k] for group in groups]) for k in range(3))
        points = points + np.array([0.0, 0.0, 0.6 * timeline.radius])
        weights = np.concatenate([np.full(len(g[0]), g[3] / max(len(g[0]), 1)) for g in groups])
        known = np.isfinite(points).all(axis=1) & np.isfinite(normals).all(axis=1)
        return Watched(points[known], normals[known], turned[known], weights[known], followed is not None)

    @cached_property
    def _poses(self) -> tuple[Camera, Camera]:
        """The opening pose and the orbit's middle, both framed so that nothing is cut off."""
        azimuth, elevation = self.view
        turns = np.array([self._turn(t) for t in np.linspace(self.begins, self.ends, 13)])
        orbit = self._framed(azimuth + turns, elevation, self.wishes.zoom)
        high = max(elevation, min(elevation + SWING[1], 88.0))
        opening = self._framed(np.array([azimuth + turns[0] + SWING[0]]), high, self.wishes.zoom)
        return replace(opening, azimuth=azimuth + SWING[0]), replace(orbit, azimuth=azimuth)

    @cached_property
    def _flight(self) -> list[tuple[float, Camera]]:
        """The keyframes of a path: (seconds since the act began, camera)."""
        azimuth, elevation = self.view
        zoom = self.wishes.zoom
        flight = []
        for key in self.wishes.path or ():
            azimuth = azimuth if key.azimuth is None else key.azimuth
            elevation = elevation if key.elevation is None else key.elevation
            zoom = zoom if key.zoom is None else key.zoom
            flight.append((key.at, self._framed(np.array([azimuth]), elevation, zoom)))
        return flight

    def _flown(self, seconds: float) -> Camera:
        """The camera so long after the act began; in a loop it flies back to where it came from."""
        if self.cycle is not None:
            turn = max(min(self._flight[-1][0], self.cycle - BACK), 0.0)
            if seconds > turn:
                f = min((seconds - turn) / (self.cycle - turn), 1.0)
                return _between(self._along(turn), self._flight[0][1], f * f * (3 - 2 * f))
        return self._along(seconds)

    def _along(self, seconds: float) -> Camera:
        before = self._flight[0]
        for stop in self._flight:
            if stop[0] > seconds:
                f = (seconds - before[0]) / (stop[0] - before[0]) if stop[0] > before[0] else 1.0
                f = min(max(f, 0.0), 1.0)
                return _between(before[1], stop[1], f * f * (3 - 2 * f))
            before = stop
        return before[1]

    def _framed(self, azimuths: Array, elevation: float, zoom: float) -> Camera:
        layout, extent = self.layout, self.scenery.extent
        along, ends = np.tile(np.linspace(-NAMED, NAMED, 9), 2), np.repeat([-1.0, 1.0], 9)
        edges = np.column_stack([along, ends])
        edges = np.concatenate([edges, edges[:, ::-1]]) * extent
        floor = np.column_stack([edges, np.full(len(edges), FLOOR)])
        base = Base(floor, 2 * AROUND / np.array([layout.width, layout.height]))
        corners = np.column_stack([CORNERS * extent, np.full(len(CORNERS), FLOOR)])
        post = None
        if elevation < STEEP:
            beside, above = 2 * self.beside / layout.width, 2 * (OVER + self.name) / layout.height
            post = Post(CORNERS * (extent + 0.03), beside, above)
        aspect = layout.width / layout.height
        points = np.concatenate([self.scenery.seen, corners])
        cameras = (
            frame(points, room, aspect, azimuths, elevation, zoom, base, post, taken)
            for room, taken in layout.rooms
        )
        return min(cameras, key=lambda camera: camera.distance)

    def _turn(self, t: float) -> float:
        """Degrees turned at film time ``t``: on and on, or to and fro where the film shall loop."""
        if self.wishes.path:
            return 0.0
        if self.cycle is None:
            return self.wishes.orbit * (t - (self.begins + self.ends) / 2)
        rate = 2 * math.pi / max(self.cycle, 1e-6)
        return self.wishes.orbit / rate * math.sin(rate * t)

    def _way(self, seconds: float, stray: float) -> Array:
        """Where the followed ball is, on average over a while: zigzags do not shake the camera.

        It is never further than ``stray`` world units from there.
        """
        times, ways, calm = self._track
        own, mean = (np.array([np.interp(seconds, times, w[:, k]) for k in range(3)]) for w in (ways, calm))
        away = max(float(np.linalg.norm(own - mean)), 1e-9)
        return np.asarray(own + (mean - own) * min(stray / away, 1.0))

    @cached_property
    def _track(self) -> tuple[Array, Array, Array]:
        """The followed ball's way: seconds (n,), places (n, 3) on the stage, and the same smoothed."""
        trail = self.timeline.trails([(self.wishes.follow or 1) - 1])
        times = np.arange(-CALM, float(trail.times[-1]) + 2 * CALM, TICK)
        ways = np.column_stack([np.interp(times, trail.times, trail.positions[:, k]) for k in range(3)])
        box = np.array([*self.scenery.extent, RELIEF])
        ways = np.clip(np.nan_to_num(ways), [*-self.scenery.extent, 0.0], box)
        window = np.hanning(2 * round(CALM / TICK) + 1)
        window /= window.sum()
        padded = np.pad(ways, ((len(window) // 2, len(window) // 2), (0, 0)), mode="edge")
        calm = [np.convolve(padded[:, k], window, mode="valid") for k in range(3)]
        return times, ways, np.column_stack(calm)


def _between(a: Camera, b: Camera, f: float) -> Camera:
    def mix(p: float, q: float) -> float:
        return p + (q - p) * f

    return Camera(
        mix(a.azimuth, b.azimuth),
        mix(a.elevation, b.elevation),
        mix(a.distance, b.distance),
        (mix(a.target[0], b.target[0]), mix(a.target[1], b.target[1]), mix(a.target[2], b.target[2])),
        (mix(a.shift[0], b.shift[0]), mix(a.shift[1], b.shift[1])),
        b.aspect,
    )
