"""The mappings of a spec: when a ball stops, how a film is seen, what a card says, what file it becomes."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from gdanim.spec.languages import Language
from gdanim.spec.quality import Quality, fits
from gdanim.spec.values import Color
from gdanim.spec.wording import Model, mistake, mistakes

MOST_ROWS = 12  # that a card has


class Stop(Model):
    """When a ball stops: strictly below either bound; 0 switches a rule off."""

    gradient_norm: float = Field(default=1e-6, ge=0)
    """Of the gradient's Euclidean norm."""
    loss_change: float = Field(default=0.0, ge=0)
    """Of the change of the loss by one step."""
    relative: bool = False
    """Both as shares: of the gradient's norm at the start, and of the loss."""


class Keyframe(Model):
    """A stop on the camera's flight; what it leaves out stays as it was."""

    at: float = Field(ge=0)
    """Seconds since the act began."""
    azimuth: float | None = Field(default=None, ge=-36_000, le=36_000)
    """Degrees around the vertical axis."""
    elevation: float | None = Field(default=None, ge=5, le=90)
    """Degrees above the ground; 90 looks straight down."""
    zoom: float | None = Field(default=None, ge=0.2, le=10)
    """2 is twice as near."""


class Camera(Model):
    """Where the film is seen from."""

    azimuth: float | None = Field(default=None, ge=-36_000, le=36_000)
    """Degrees around the vertical axis; absent, the side from which most of the paths can be seen."""
    elevation: float | None = Field(default=None, ge=5, le=90)
    """Degrees above the ground; absent, as low as lets the paths be seen."""
    orbit: float = Field(default=1.2, ge=-3600, le=3600)
    """Degrees per second of the slow turn."""
    zoom: float = Field(default=1.0, ge=0.2, le=10)
    """2 is twice as near."""
    follow: int | None = Field(default=None, ge=1)
    """The number of a ball to stay with."""
    path: tuple[Keyframe, ...] | None = Field(default=None, min_length=1, max_length=100)
    """A flight from keyframe to keyframe, in place of the orbit."""

    @field_validator("path")
    @classmethod
    def _later_and_later(cls, path: tuple[Keyframe, ...] | None) -> tuple[Keyframe, ...] | None:
        mistakes(
            ((index, "at"), mistake(f"a keyframe is later than the one before it, at {before.at:g}"))
            for index, (before, key) in enumerate(pairwise(path or ()), start=1)
            if key.at <= before.at
        )
        return path


class Colors(Model):
    """A theme of one's own: colours that take the place of the named theme's."""

    background: Color | None = None
    """Behind everything."""
    text: Color | None = None
    """Of title and panel."""
    secondary: Color | None = None
    """Of axes and formula."""
    lines: Color | None = None
    """On the surface."""
    palette: tuple[Color, ...] | None = Field(default=None, min_length=1)
    """Of the balls, in order."""


HIDDEN = "none"  # a takeaway that is not told


class View(Model):
    """How the film looks."""

    theme: str = "dark"
    """One of `gdanim list themes`."""
    colors: Colors = Colors()
    """What differs from the theme."""
    colormap: str | None = None
    """Of the height: a name of the cmap catalogue, such as viridis; absent, the theme's own."""
    font: str | None = Field(default=None, max_length=160)
    """For titles and labels."""
    background: Literal["theme", "none"] = "theme"
    """none leaves it out of stills, and of films of a format with alpha; others always have the theme's."""
    legend: Literal["full", "compact", "none"] = "full"
    """compact: names in their colours, in a strip below the picture, without numbers and verdicts."""
    height: Literal["auto", "linear", "log"] = "auto"
    """How the loss becomes height; auto takes log when the range asks for it."""
    against: Literal["steps", "evaluations"] = "steps"
    """What the scene losses counts: steps, or evaluations of the gradient."""


Words = Annotated[str, Field(max_length=160)]


class Card(Model):
    """What the scene `card` writes below the title."""

    lines: tuple[Words, ...] = Field(default=(), max_length=8)
    """Text, line by line."""
    table: tuple[tuple[Words, ...], ...] = Field(default=(), max_length=MOST_ROWS)
    """Rows of cells; the first row is the head. With the lines no more than 12."""

    @field_validator("table")
    @classmethod
    def _rectangular(cls, table: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        cells = len(table[0]) if table else 1
        if not 1 <= cells <= 6:
            raise mistake(f"a table has 1 to 6 columns, not {cells}")
        mistakes(
            ((index,), mistake(f"this row has {len(row)} cells, the first one {cells}"))
            for index, row in enumerate(table)
            if len(row) != cells
        )
        return table

    @model_validator(mode="after")
    def _few_enough(self) -> Card:
        if len(self.lines) + len(self.table) > MOST_ROWS:
            rows = f"{len(self.lines)} and {len(self.table)}"
            raise mistake(f"a card has at most {MOST_ROWS} lines and rows together, not {rows}")
        return self


class Video(Model):
    """The film as a file."""

    quality: Quality = "720p30"
    """Lines and frames per second: 480p15, 720p30, 1080p60... Or the size in pixels, with or without a rate:
    400x225, 1280x544p24."""
    duration: float | None = Field(default=None, ge=2, le=3600)
    """Seconds of the whole film; overrides pace."""
    aspect: Literal["16:9", "4:3", "1:1", "9:16"] = "16:9"
    """Width to height; a size in pixels has its own."""
    loop: bool = False
    """The last frame leads into the first."""
    captions: Literal["track", "burned"] = "track"
    """track: of MP4, WebM and MOV, and files beside it; burned: drawn in the picture instead, of GIFs too."""
    language: Language | None = None
    """Of the captions: en, de, pt... as players show it; absent, they call it unknown."""
    sound: bool = False
    """A soft tick for every step, the lower the smaller its loss; of MP4."""
    plays: int | None = Field(default=None, ge=1, le=1000)
    """How often a GIF, WebP, APNG or AVIF plays before it stays at its last frame; absent, for ever."""

    @field_validator("aspect")
    @classmethod
    def _of_the_size(cls, aspect: str, info: ValidationInfo) -> str:
        quality = info.data.get("quality", "")
        if quality and not fits(quality, aspect):
            raise mistake(f"aspect {aspect} contradicts the size {quality}, which has its own: leave it out")
        return aspect
