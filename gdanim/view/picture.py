"""What a canvas is asked to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gdanim.engine.runs import Array
from gdanim.motion.rolling import Rolled
from gdanim.view.camera import Camera

ABOVE = 0.5


class Label(NamedTuple):  # there are a hundred a frame, and these are made fast
    """A piece of text from the atlas. Pixels, y down from the top; the place is the sprite's top left."""

    sprite: tuple[int, int, int, int]  # left, top, width, height in the atlas
    x: float
    y: float
    color: tuple[float, float, float]
    opacity: float = 1.0
    depth: float = -1.0  # normalised depth of the place it belongs to; -1 is in front of everything
    size: tuple[float, float] | None = None  # width and height if not the sprite's own


@dataclass(frozen=True)
class Arrows:
    """Arrows in the world with a shaft of constant width on the screen; short ones are smaller in all."""

    tails: Array  # (n, 3) world
    heads: Array  # (n, 3) world
    colors: Array  # (n, 3)
    alpha: Array  # (n,)
    width: float = 5.0  # of the shaft, in pixels of a picture 1080 high


@dataclass(frozen=True)
class Segments:
    """Straight lines in the world, of constant width on the screen.

    One that starts where the one before it ends is joined to it, so that a curve is a row of segments.
    """

    ends: Array  # (n, 2, 3) world
    colors: Array  # (n, 3)
    alpha: Array  # (n,)
    width: float = 2.5  # in pixels of a picture 1080 high
    lift: float = 1e-4  # towards the viewer, in normalised depth; ABOVE: before all that is drawn earlier


@dataclass(frozen=True)
class Patches:
    """Flat translucent four-sided pieces, seen through the surface too."""

    corners: Array  # (n, 4, 3) world, one row of two and then the other
    colors: Array  # (n, 4), with opacity


@dataclass(frozen=True)
class Picture:
    """Everything that changes from frame to frame on one stage."""

    camera: Camera
    moment: Rolled | None = None
    reveal: float = 1.0  # 0: nothing of the surface, 1: all of it
    lift: Array | None = None  # (balls,) world units above the surface, while they drop in
    presence: float = 1.0  # opacity of balls and trails
    ground: float = 1.0  # opacity of the floor
    labels: Sequence[Label] = ()
    lines: Array | None = None  # ribbon rows (n, 25)
    arrows: Arrows | None = None
    segments: Sequence[Segments] = ()
    patches: Patches | None = None
    decals: Array | None = None  # rows (n, 10) of discs on the surface, under all that moves
    clip: tuple[int, int, int, int] | None = None  # pixels outside (left, top, width, height) are left alone
    veil: float = 0.0  # how far it has gone into the ground
