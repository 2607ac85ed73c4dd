"""The files that a film becomes: names of formats, or mappings of a name and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from gdanim.errors import Loc
from gdanim.formats import Format, Limits, choices
from gdanim.registry import formats
from gdanim.spec.entry import Entry
from gdanim.spec.quality import FASTEST, LEAST, MOST, Frames, frames
from gdanim.spec.sections import Video
from gdanim.spec.wording import mistake


class FormatEntry(Entry):
    """A file of the film, as `gdanim list formats` names it."""

    registry = formats

    name: str
    """One of `gdanim list formats`; its parameters stand beside it."""
    width: int | None = Field(default=None, ge=LEAST, le=4 * MOST)
    """Pixels across, in place of the quality's; the height follows."""
    fps: int | None = Field(default=None, ge=1, le=FASTEST)
    """Frames per second, in place of the quality's."""
    max_bytes: int | None = Field(default=None, ge=10_000)
    """The most that the file may have: what is seen least is given up for it."""

    @field_validator("name")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name not in formats:
            raise mistake(f"a format is {choices('{!r}')}, not {name!r}")
        return name

    @field_validator("fps")
    @classmethod
    def _shown_so_fast(cls, fps: int | None, info: ValidationInfo) -> int | None:
        name = info.data.get("name")
        if fps and name and fps > (most := formats[name]().limits.most_rate):
            raise mistake(f"{name} has at most {most} frames per second, not {fps}")
        return fps

    @field_validator("max_bytes")
    @classmethod
    def _can_be_made_smaller(cls, most: int | None, info: ValidationInfo) -> int | None:
        name = info.data.get("name")
        if most and name and not formats[name]().lighter:
            able = [other for other in formats if formats[other]().lighter]
            raise mistake(f"max_bytes is for {' and '.join(able)}, not for {name}: leave it out", key=True)
        return most

    @property
    def form(self) -> Format:
        """The format with these parameters."""
        return formats[self.name](**self.parameters)

    def frames(self, video: Video, quality: str | None = None, limits: Limits | None = None) -> Frames:
        """Size and rate of the film in this format; ``quality`` takes the place of the video's.

        ``limits``: others than its own.
        """
        limits = limits or self.form.limits
        size, rate = frames(quality or video.quality, video.aspect, limits)
        if self.width:
            odd = int(limits.even_sides)  # a side that is odd then grows by a pixel
            width, height = self.width, round(self.width * size[1] / size[0])
            size = (width + width % 2 * odd, height + height % 2 * odd)
        return Frames(size, self.fps or rate)


def unfit(entries: Iterable[FormatEntry], video: Video) -> Iterator[tuple[Loc, PydanticCustomError]]:
    """Mistakes in formats that can only be seen beside each other, and beside the film's shape."""
    names: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.name in names:
            yield (index,), mistake(f"{entry.name} stands here twice, and would be one file")
        names.add(entry.name)
        short = min(entry.frames(video).size)
        if entry.width and not LEAST <= short <= MOST:
            told = f"a width of {entry.width} leaves {short} pixels for the other side"
            yield (index, "width"), mistake(f"{told}: it has {LEAST} to {MOST}")
