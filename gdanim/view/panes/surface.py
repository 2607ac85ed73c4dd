"""The surface with its balls: a lit landscape seen by a camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array
from gdanim.motion.landscape import FLOOR
from gdanim.motion.rolling import MOST_LED, Rolled, Rolling
from gdanim.motion.shells import shells
from gdanim.motion.timeline import Moment
from gdanim.motion.valleys import valleys
from gdanim.theme import rgb
from gdanim.view.animated import Clock, Cue
from gdanim.view.axes import Axes, Live, needed
from gdanim.view.camera import Camera
from gdanim.view.camerawork import Camerawork, closes_in
from gdanim.view.canvas import Canvas
from gdanim.view.layout import SLIM, Box
from gdanim.view.pane import Pane
from gdanim.view.picture import ABOVE, Arrows, Label, Picture, Segments
from gdanim.view.scenery import Scenery
from gdanim.view.solids import THROUGH, Solids
from gdanim.view.text import Curtain, Numbers

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

MOST_GUIDED = 4  # balls that have lines down to the floor and across to the height axis
DASH = 0.03  # world units
COUNT_SIZE, OVER = 34.0, 62.0  # points of a valley's count, and how high above it that stands
POOL = 0.22  # world radius of the disc that a whole crowd in one valley would have
DROP, SHORT = 0.5, 0.1  # world units that balls fall to their starts; the least share of it, below an edge
CEILING = 0.94  # of half the picture's height above its middle: from no higher


class SurfacePane(Pane):
    """One act on its surface.

    ``reveal`` of the surface, ``opened``: the camera's opening move, ``ground``: the floor and its axes;
    all from 0 to 1.
    """

    shows: ClassVar[tuple[str, ...]] = ("surface",)

    def __init__(
        self,
        scene: Stage,
        clock: Clock,
        box: Box,
        whole: bool = False,
        paint: NDArray[np.uint8] | None = None,
        over: tuple[Box, ...] = (),
        below: Box | None = None,
    ) -> None:
        """``whole``: it may reach out of its box; else its labels stay inside too. ``over``: what stands over
        it at the left; ``below``: at its foot.

        ``paint``: colours (rows, columns, 3) over the domain, from low to high, instead of a colormap.
        """
        super().__init__(scene, box)
        assert isinstance(clock.timeline, Rolling)
        self.clock, self.act, self.timeline = clock, clock.act, clock.timeline
        self.layout = replace(
            scene.layout, stage=box if whole else box.inset(8, 8, 16, 8), over=over, below=below
        )
        self.whole, self.wishes = whole, scene.spec.camera
        self.colors = scene.colors(self.act)
        self.valleys = valleys(self.act)
        self._counted = Numbers(scene.lettering, COUNT_SIZE)
        self.scenery = Scenery(self.timeline, scene.theme, np.array(self.colors), paint)
        self.ink = rgb(scene.theme.text)
        self.reveal, self.opened, self.ground = 0.0, 0.0, 0.0
        if scene.time == 0:
            self.stand()
        self.curtain = Curtain(scene.lettering, self.layout, rgb(scene.theme.background))

    def stand(self) -> None:
        self.reveal, self.ground = 1.0, 1.0

    def enter_(self, run_time: float) -> Cue:
        return self.become_(run_time, reveal=1.0, opened=1.0, ground=1.0)

    def goes_on(self) -> bool:
        return self._came is not None

    def seen_from(self, t: float) -> Camera:
        return self.camera(t)

    def leave_(self, run_time: float) -> Cue:
        return self.become_(run_time, reveal=0.0, ground=0.0)

    def artist(self, canvas: Canvas) -> Solids:
        return Solids(canvas, self.scenery)

    def prepare(self) -> None:
        _ = self.axes  # the view, and with it the axes, are only known once the film's length is

    @cached_property
    def camerawork(self) -> Camerawork:
        return Camerawork(
            self.timeline,
            self.scenery,
            self.layout,
            self.wishes,
            (
                self.scene.film_time(self.begins),
                self.scene.length if self.ends is None else self.scene.film_time(self.ends),
            ),
            self.scene.length if self.scene.spec.video.loop else None,
            *needed(self.timeline.landscape, self._slim),
            self._came,
        )

    @cached_property
    def axes(self) -> Axes:
        return Axes(
            self.timeline.landscape,
            self.scenery.seen,
            self.lettering,
            self.theme,
            self.camerawork.upright,
            self._slim,
            self.box.top,
        )

    @property
    def _slim(self) -> bool:
        """Whether there is little room beside the height axis."""
        return self.box.width < SLIM

    @property
    def _came(self) -> Camera | None:
        """From where the same surface is seen before it begins."""
        before = self.scene.before
        return before.seen_from if before and self.begins == 0 else None

    def camera(self, t: float) -> Camera:
        """From where it is seen at scene time ``t``."""
        return self.camerawork.at(t, self.opened, self.clock.fall * self.clock.present, self.clock.seconds)

    def picture(self, t: float) -> Picture:
        """What the canvas paints at scene time ``t``."""
        moment = self.clock.moment
        assert isinstance(moment, Rolled)
        camera = self.camera(t)
        live = self._live(moment)
        labels = self.axes.labels(camera, self.scene.size, self.ground, live)
        pools, counts = self._gathered(camera, moment, labels)
        if self.whole and closes_in(self.wishes):
            labels += self.curtain.labels()
        labels += counts
        lift, opacity = self.clock.drop(len(self.act.runs))
        height = np.zeros(len(lift))
        if self.clock.fall < 1:  # in the air they are not at one place
            height = lift * self._drop(camera, moment.centres)
            falling = moment.centres + np.outer(height, [0.0, 0.0, 1.0])
            moment = replace(moment, shells=shells(falling, self.timeline.radius, opacity))
        return Picture(
            camera,
            replace(moment, opacity=moment.opacity * opacity * self.scene.lights(self.act))
            if self.clock.fall > 0
            else None,
            _early(self.reveal),
            height,
            self.clock.present,
            _early(self.ground),
            labels,
            self.axes.height_axis(camera, self.ground),
            arrows=self.arrows(moment),
            segments=[*self._guides(camera, moment, lift), self.axes.pointer(camera, self.ground, live)],
            decals=pools,
            clip=None if self.whole or self.camerawork.arrives(t) else self.pixels,
            veil=1 - self.light,
        )

    def _drop(self, camera: Camera, centres: Array) -> Array:
        """World units (balls,) from which balls fall to where they start: from within the picture."""
        foot, top = (camera.project(centres + np.array([0.0, 0.0, z]))[:, 1] for z in (0.0, DROP))
        return DROP * np.clip(np.nan_to_num((CEILING - foot) / (top - foot), nan=1.0), SHORT, 1.0)

    def _live(self, moment: Rolled) -> Live:
        """The loss of the ball that leads; of a crowd, the lowest. One that is undefined marks nothing."""
        landscape = self.timeline.landscape
        inside = (moment.opacity > 0.999) & np.isfinite(moment.losses)
        weights = moment.lead * inside
        if len(weights) == 1:
            weights = inside.astype(float)
        elif len(weights) > MOST_LED:
            weights = np.zeros(len(weights))
            weights[np.nanargmin(np.where(inside, moment.losses, np.inf))] = float(inside.any())
        led = np.flatnonzero(weights)
        share = float(weights.sum())
        if not led.size:
            return Live(landscape.height.low, 0.0, (0.0, 0.0, 0.0), 0.0)
        losses = moment.losses[led]
        first = int(np.argmax(weights[led]))
        return Live(
            float(losses[first]),
            float(landscape.level(losses) @ weights[led]) / share,
            self.colors[led[first]],
            share * self.clock.present * max(8 * self.clock.fall - 7, 0.0),
        )

    def _gathered(
        self, camera: Camera, moment: Moment, others: Sequence[Label]
    ) -> tuple[Array | None, list[Label]]:
        """Of a crowd, how many rest in each valley: decal rows (n, 10) of a pool that grows, and labels.

        A number that would stand on another, or on ``others``, is left out.
        """
        shown = self.clock.numbered * self.ground
        if not self.valleys or shown <= 0 or self.clock.seconds <= 0:
            return None, []
        rows: list[list[float]] = []
        counts: list[list[Label]] = []
        stand = [[label] for label in others if label.opacity > 0]
        land, s = self.timeline.landscape, self.scene.lettering.scale
        width, height = self.scene.size
        for valley in self.valleys:
            count = valley.arrived(moment)
            if count:
                color = self.colors[int(valley.balls[0])]
                at = land.surface(valley.place[None])[0][0]
                radius = min(POOL * (count / len(self.act.runs)) ** 0.5, 1.0)
                rows.append([at[0], at[1], radius, 0.0, *color, 0.45 * shown, 0.0, 0.25])
                x, y = camera.project(at)
                middle, depth = (x + 1) / 2 * width, camera.depth(at + np.array([0.0, 0.0, 0.1]))
                right = middle + len(str(count)) / 2 * self._counted.digit_width
                digits = self._counted.whole(count, right, (1 - y) / 2 * height - OVER * s, self.ink, shown)
                digits = [digit._replace(depth=depth) for digit in digits]
                if all(
                    self._apart(digits, other) for other in (*counts, *stand)
                ):  # the fullest valleys come first
                    counts.append(digits)
        labels = [digit for digits in counts for digit in digits]
        return np.array(rows) if rows else None, labels

    def _apart(self, number: Sequence[Label], other: Sequence[Label]) -> bool:
        """Whether two numbers stand clear of each other."""
        one, two = (
            np.array([self.scene.lettering.ink(digit) for digit in digits]) for digits in (number, other)
        )
        low, high = (
            np.maximum(one[:, :2].min(axis=0), two[:, :2].min(axis=0)),
            np.minimum(one[:, 2:].max(axis=0), two[:, 2:].max(axis=0)),
        )
        return bool(np.any(low > high + 2))

    def _guides(self, camera: Camera, moment: Rolled, lift: Array) -> list[Segments]:
        """Dashes from each watched ball down to the floor, and across to the height axis.

        Those of balls that nobody could tell apart are left out: of more than a few, only the leader has any.
        """
        few = len(moment.opacity) <= MOST_GUIDED
        weights = (moment.opacity if few else moment.lead) * self.clock.present * self.ground
        weights = weights * np.exp(-lift / 0.2) * (moment.opacity > 0.5) * float(self.clock.fall > 0)
        ends, colors, alpha = [], [], []
        post, upright = self.axes.post(camera)
        for i in np.flatnonzero(weights > 0.01):
            contact = moment.contacts[i]
            down = dashed(contact, np.array([*contact[:2], FLOOR]))
            over = dashed(contact, np.array([*post, contact[2]]))
            ends += [down, over]
            colors.append(np.tile(self.colors[i], (len(down) + len(over), 1)))
            alpha += [np.full(len(down), 0.75 * weights[i]), np.full(len(over), 0.5 * weights[i] * upright)]
        if not ends:
            return []
        lines = Segments(np.concatenate(ends), np.concatenate(colors), np.concatenate(alpha), 2.2)
        return [replace(lines, alpha=THROUGH * lines.alpha, lift=ABOVE), lines]

    def arrows(self, moment: Rolled) -> Arrows | None:
        """Arrows at a moment; none, unless a subclass draws some."""
        del moment
        return None


def _early(share: float) -> float:
    """How far something that appears is there: early, and gone late, so that no stage stands empty."""
    return 1 - (1 - share) ** 3


def dashed(start: Array, end: Array) -> Array:
    """Dashes (n, 2, 3) of a line between two world points, from the start on."""
    length = float(np.linalg.norm(end - start))
    if not DASH < length < np.inf:
        return np.zeros((0, 2, 3))
    begins = np.arange(0.0, length, 2 * DASH)
    ends = np.minimum(begins + DASH, length)
    way = (end - start) / length
    return np.stack([start + begins[:, None] * way, start + ends[:, None] * way], axis=1)
