"""A whole film: the parts of a spec one after another, each recorded by a scene of its own."""

from __future__ import annotations

import gc
import importlib.util
import math
import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gdanim.catalog import scenes
from gdanim.cuts import stages
from gdanim.engine.descent import solve
from gdanim.engine.solution import Solution
from gdanim.errors import InputError
from gdanim.formats.base import Sound
from gdanim.lengths import natural, too_short
from gdanim.motion.sound import RATE, Tick, mix
from gdanim.motion.timeline import DISSOLVE, LEAVE
from gdanim.sources import found_beside
from gdanim.spec import Part, Spec
from gdanim.spec.wording import counted
from gdanim.theme import rgb, themed
from gdanim.view.camera import Camera
from gdanim.view.captions import Cue, cues
from gdanim.view.glyphs import lacking
from gdanim.view.layout import layout
from gdanim.view.stage import Ending, Stage
from gdanim.view.subtitles import Subtitles, back

FADE, COME = 0.35, 0.2  # seconds in which a part goes, and in which the next one comes: it is already told of
CALM = 0.8  # the same where the end of a loop meets its beginning
Pixels = NDArray[np.uint8]


class Recorded(NamedTuple):
    """What the others, and the film as a whole, need to know of a part that has been recorded."""

    seconds: float
    frames: int
    spoken: tuple[Cue, ...]  # on its own clock, as the next
    ticks: tuple[Tick, ...]
    told: tuple[str, ...]  # warnings
    seen_from: Camera | None  # at its end, where the next one takes over its stage


class Film:
    """What is painted frame by frame. A part begins and ends on whole frames; times are the film's.

    Only the part painted last is kept, beside it the last picture of one before, and of every part no more
    than its solution and what is ``recorded``: another one is recorded anew, which gives the same frames.
    So memory does not grow with the length of a film.
    """

    def __init__(
        self,
        spec: Spec | Part,
        size: tuple[int, int],
        rate: int,
        transparent: bool = False,
        solution: Solution | None = None,
    ) -> None:
        """``size``: width and height in pixels, ``rate``: frames a second; where it paints both are manim's.

        ``transparent``: without a ground where the spec says so. ``solution``: the runs of all acts, whoever
        computed them; absent, those of the spec. A part is recorded when it is asked for, if ``recorded``
        does not know of it.
        Raises InputError where the solution has another number of acts, or of an act's variables.
        """
        self.spec, self.size, self.rate = spec, size, rate
        self._transparent = transparent
        self._parts = list(spec.parts)
        self._classes: dict[str, type[Stage]] = {}
        self._solutions = _shared(solution, self._parts) if solution else {}
        self.recorded: dict[int, Recorded] = {}
        self._stages = stages(self._parts)
        self._standing: tuple[int, Pixels] | None = (
            None  # the last picture of one that goes over into the next
        )
        self._burned: dict[int, Subtitles] = {}  # captions that are drawn in the picture
        self._current: tuple[int, Stage] | None = None
        duration = spec.video.duration
        self._seconds: Sequence[float | None] = [duration] * len(self._parts)
        if spec.acts and duration:
            self._seconds = self._shares(duration)

    def warn(self) -> None:
        """Tell what is not as the spec asks for it, as far as is known of parts that have been recorded."""
        told = [*lacking(self._parts), *(text for part in self.recorded.values() for text in part.told)]
        duration = self.spec.video.duration
        known = len(self.recorded) == len(self._parts)
        if duration and known and self.length - duration > len(self._parts) / self.rate:
            told.append(too_short(self.length))
        for text in told:
            warnings.warn(text, stacklevel=3)

    def of(self, index: int) -> Recorded:
        """What is known of a part, which is recorded if it has not been yet."""
        if index not in self.recorded:
            self.scene(index)
        return self.recorded[index]

    def seconds_of(self, index: int) -> float | None:
        """How long a part shall last without its hold; None: as long as it takes."""
        return self._seconds[index]

    def scene(self, index: int) -> Stage:
        """The recorded scene of a part (from 0). The one before is closed."""
        if self._current is None or self._current[0] != index:
            self.close()
            part = self._parts[index]
            if part.scene not in self._classes:
                self._classes[part.scene] = scene_class(part.scene)
            transparent = self._transparent and part.view.background == "none"
            stage = self._stages[index]
            before = Ending(self._parts[index - 1], camera) if (camera := self._seen_before(index)) else None
            scene = self._classes[part.scene](
                part,
                transparent=transparent,
                solution=self._solution(index),
                seconds=self._seconds[index],
                before=before,
                others=stage.others(index, lambda k: self._solution(k).acts),
            )
            scene.setup()
            scene.construct()
            scene.narrate()
            if part.hold:
                scene.wait(part.hold)
            if index not in self.recorded:
                self.recorded[index] = self._facts(index, scene)
            self._current = index, scene
        return self._current[1]

    def _facts(self, index: int, scene: Stage) -> Recorded:
        script, seen_from, after = scene.script, None, index + 1
        if after < len(self._parts) and self._stages[after].resumed(after):
            seen_from = scene.ending((scene.frames - 1) / self.rate).seen_from
        spoken, told = (cues(script.spoken), script.unseen(after)) if script else ((), ())
        ticks = tuple(scene.ticks()) if self.spec.video.sound else ()
        return Recorded(scene.length, scene.frames, tuple(spoken), ticks, tuple(told), seen_from)

    def _seen_before(self, index: int) -> Camera | None:
        """From where a part finds its stage seen, if it takes one over."""
        return self.of(index - 1).seen_from if self._stages[index].resumed(index) else None

    def close(self) -> None:
        """Free what was needed for painting."""
        if self._current is not None:
            self._current[1].close()
            self._current = None
            gc.collect()  # a scene and what it shows refer to each other

    @property
    def length(self) -> float:
        """Seconds of the film."""
        return self.frames / self.rate

    @cached_property
    def frames(self) -> int:
        """How many frames it has."""
        return sum(self.of(index).frames for index in range(len(self._parts)))

    def paint(self, t: float, out: Pixels) -> None:
        """Paint the frame at ``t`` seconds into ``out``, shape (height, width, 4), RGBA.

        Past the end the last frame stands. A frame depends on ``t`` alone.
        """
        frame = max(round(t * self.rate, 6), 0.0)  # on exact frame times, a whole number
        index = 0
        while frame >= self.of(index).frames and index < len(self._parts) - 1:
            frame -= self.of(index).frames
            index += 1
        self.paint_part(index, min(frame, self.of(index).frames - 1), out)

    def paint_part(self, index: int, frame: float, out: Pixels) -> None:
        """Paint a frame of a part (both from 0), as the film has it."""
        before = self._left_standing(index, frame / self.rate)
        self._paint(index, frame, out)
        self._fade(index, frame, out, before)
        scene = self.scene(index)
        if scene.captioned:
            if index not in self._burned:
                self._burned[index] = Subtitles(self._spoken(index), layout(*self.size), self.size)
            self._burned[index].write(frame / self.rate, scene.theme, scene.spec.view.font, out)

    def _paint(self, index: int, frame: float, out: Pixels) -> None:
        """Paint a frame of a part as it is by itself, with the ground of its captions."""
        scene = self.scene(index)
        scene.paint(frame / self.rate, out)
        if scene.captioned and not (self._transparent and scene.spec.view.background == "none"):
            back(layout(*self.size), scene.theme, out)

    def _spoken(self, index: int) -> list[Cue]:
        """What is said in a part, on its own clock."""
        last = round(1000 * self.of(index).frames / self.rate)
        return [cue._replace(end=min(cue.end, last)) for cue in self.of(index).spoken]

    def _left_standing(self, index: int, seconds: float) -> Pixels | None:
        """The last picture of the part before where a part still goes over from it."""
        if seconds >= DISSOLVE or not self._stages[index].resumed(index):
            return None
        if self._standing is None or self._standing[0] != index - 1:
            scene = self.scene(index - 1)
            width, height = scene.size
            picture = np.empty((height, width, 4), dtype=np.uint8)
            self._paint(index - 1, scene.frames - 1, picture)
            self._standing = index - 1, picture
        return self._standing[1]

    @cached_property
    def chapters(self) -> list[Cue]:
        """One from each part that names it to the next one that does; the first begins with the film."""
        named = [(round(1000 * start), part.chapter) for start, _, part in self._timed() if part.chapter]
        borders = [0, *(start for start, _ in named[1:]), round(1000 * self.length)]
        return [Cue(*span, title) for span, (_, title) in zip(pairwise(borders), named, strict=False)]

    @cached_property
    def captions(self) -> list[Cue]:
        """What is said, in order; two cues never stand at a time."""
        found = []
        for index, (begins, ends, _) in enumerate(self._timed()):
            start, last = round(1000 * begins), round(1000 * ends)
            found += [Cue(start + c.start, min(start + c.end, last), c.text) for c in self.of(index).spoken]
        return found

    @property
    def sound(self) -> Sound | None:
        """What is heard, if anything shall be."""
        if not self.spec.video.sound:
            return None
        ticks = [
            tick._replace(seconds=begins + tick.seconds)
            for index, (begins, _, _) in enumerate(self._timed())
            for tick in self.of(index).ticks
        ]
        return Sound(RATE, mix(ticks, self.length))

    @property
    def track(self) -> list[Cue]:
        """The captions of the file: none where they are drawn in the picture, or they would be read twice."""
        return [] if self.spec.video.captions == "burned" else self.captions

    @property
    def poster(self) -> int:
        """The frame at which the first part is all told: of a loop, before its balls go."""
        end = self.of(0).frames / self.rate - (LEAVE if self.spec.video.loop else 0.0)
        return max(math.floor((end - FADE) * self.rate), 0)

    def seconds(self, at: float | str) -> float:
        """The time of a place in the film: seconds, "25%", "start", "end", or the name of a chapter.

        A chapter is told by its last picture, before the next part fades in; the end of a loop, by the last
        one with balls.
        """
        if not isinstance(at, str):
            return min(at, self.length)
        ends = [chapter.end / 1000 for chapter in self.chapters if chapter.text == at]
        if at == "start" and not ends:
            return 0.0
        if at.endswith("%") and not ends:
            return self.length * float(at[:-1]) / 100
        end = ends[0] if ends else self.length
        if end < self.length:
            end -= FADE
        elif self.spec.video.loop:
            end -= LEAVE
        return math.floor(end * self.rate + 0.1) / self.rate  # 0.1: chapters count milliseconds

    def _timed(self) -> list[tuple[float, float, Part]]:
        """Every part with the seconds at which it begins and ends."""
        counts = [self.of(index).frames for index in range(len(self._parts))]
        borders = [frame / self.rate for frame in accumulate(counts, initial=0)]
        return [(*span, part) for span, part in zip(pairwise(borders), self._parts, strict=True)]

    def _shares(self, duration: float) -> list[float]:
        """Seconds of every part without its hold: of the film's duration as its natural length is of all.

        Together with its hold it begins and ends on whole frames.
        """
        holds = np.array([part.hold for part in self._parts])
        acts = [self._solution(index).acts for index in range(len(self._parts))]
        told = zip(self._parts, self._stages, strict=True)
        lasting = [natural(k, part, stage, acts.__getitem__).seconds for k, (part, stage) in enumerate(told)]
        shares = max(duration - holds.sum(), 0.0) * np.array(lasting) / sum(lasting) + holds
        borders = np.round(np.cumsum([0.0, *shares]) * self.rate)
        return list((np.diff(borders) / self.rate - holds).tolist())

    def _solution(self, index: int) -> Solution:
        """The runs of a part, computed once."""
        if index not in self._solutions:
            self._solutions[index] = solve(self._parts[index])
        return self._solutions[index]

    def _fade(self, index: int, frame: float, out: Pixels, before: Pixels | None) -> None:
        """Parts go into the ground of the next one, which comes out of it.

        Where that finds its stage standing, all that goes is what is not there any more in ``before``, the
        last picture of the part before.
        """
        last, loop = len(self._parts) - 1, self.spec.video.loop and not self.scene(index).loops
        seconds, left = frame / self.rate, (self.of(index).frames - frame) / self.rate
        shown, other = 1.0, before
        coming, going = CALM if loop and index == 0 else COME, CALM if loop and index == last else FADE
        following = (index + 1) % len(self._parts)
        if before is not None:
            shown = seconds / DISSOLVE
        elif seconds < coming and (index > 0 or loop) and not self._stages[index].resumed(index):
            shown, other = seconds / coming, self._ground(index)
        elif left < going and (index < last or loop) and not self._stages[following].resumed(following):
            shown, other = left / going, self._ground(following)
        if other is not None and shown < 1:
            weight = round(255 * shown * shown * (3 - 2 * shown))
            faded = out * np.uint16(weight) + other * np.uint16(255 - weight)
            out[...] = (faded + 127) // 255

    def _ground(self, index: int) -> Pixels:
        """The colour behind a part, RGBA."""
        view = self._parts[index].view
        if self._transparent and view.background == "none":
            return np.zeros(4, dtype=np.uint8)
        background = themed(view).background
        return np.array([round(255 * value) for value in (*rgb(background), 1.0)], dtype=np.uint8)


def _shared(solution: Solution, parts: Sequence[Part]) -> dict[int, Solution]:
    """Of a film's solution what belongs to each part, an act for each of its functions."""
    counts = [len(part.functions) for part in parts]
    entries = [entry for part in parts for entry in part.functions]
    if len(entries) != len(solution.acts):
        told = f"{counted(len(solution.acts), 'act')}, but the spec {counted(len(entries), 'function')}"
        raise InputError(f"the solution has {told}: an act for each")
    for number, (act, entry) in enumerate(zip(solution.acts, entries, strict=True), start=1):
        if len(act.objective.variables) != len(entry.variables):
            own, due = (counted(len(one.variables), "variable") for one in (act.objective, entry))
            raise InputError(f"act {number} of the solution has {own}, but {entry.shown} {due}")
    firsts = accumulate(counts, initial=0)
    return {
        index: replace(solution, acts=solution.acts[first : first + count])
        for index, (first, count) in enumerate(zip(firsts, counts, strict=False))
    }


def scene_class(name: str) -> type[Stage]:
    """The one scene in the file of this name. Raises InputError if there is none, or more than one."""
    path = scenes()[name]
    module_spec = importlib.util.spec_from_file_location(f"gdanim_scene_{path.stem}", path)
    if module_spec is None or module_spec.loader is None:
        raise InputError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(module_spec)
    with found_beside(path):
        module_spec.loader.exec_module(module)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Stage) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise InputError(f"{path} must define one scene derived from FilmScene; it has {len(found)}")
    return found[0]
