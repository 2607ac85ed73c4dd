"""Films as manim scenes: what a scene of ours is written with, and how its frames are painted.

``FilmScene.construct`` is written like any manim scene, with ``self.play``, which only records. Manim draws
titles and formulas, the canvas all else.

This module, ``recording``, ``pane``, ``player`` and ``overlay`` are the only ones that know manim.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import manim
import numpy as np
from manim import FadeOut, Mobject, Typst, Write, config, rate_functions
from numpy.typing import NDArray

import gdanim
from gdanim.engine.solution import Act, Solution
from gdanim.motion.landscape import landscape
from gdanim.motion.rolling import Rolling
from gdanim.motion.timeline import APPEAR as APPEAR
from gdanim.motion.timeline import FALL as FALL
from gdanim.motion.timeline import HOLD as HOLD
from gdanim.motion.timeline import LEAVE as LEAVE
from gdanim.motion.timeline import Timeline
from gdanim.spec import Spec
from gdanim.view.canvas import Artist, Canvas
from gdanim.view.layout import MARGIN, SHORT, WIDE, Layout, layout
from gdanim.view.overlay import Overlay
from gdanim.view.pane import Animated, Clock, Pane
from gdanim.view.panes import strip
from gdanim.view.recording import Recording
from gdanim.view.subtitles import band
from gdanim.view.text import Lettering, formula, literal, preamble, shortened
from gdanim.view.theme import Color, Theme, rgb, themed

SPEC_VARIABLE = "GDANIM_SPEC"  # names the spec for `manim render scenes/...`
TYPST_SIZE = 10  # points in which manim has Typst set text
BALL = 0.05  # radius in world units; a crowd is smaller
CROWD = 8
TITLE_LINES = 4  # of a title; it is cut where it would take more
MANY_VARIABLES = 4  # more than can be written out
Pixels = NDArray[np.uint8]


class FilmScene(Recording):
    """The base of every scene of gdanim. Subclasses write ``panes``, or a ``construct`` of their own.

    Without a ``spec`` it loads the file named by the environment variable GDANIM_SPEC.
    """

    heading_in_column = False  # title and formula stand in the legend's column, not above everything
    keeps_column = False  # what stands there is no legend

    def __init__(self, spec: Spec | None = None, transparent: bool = False, **kwargs: Any) -> None:
        config.frame_width = config.frame_height * config.pixel_width / config.pixel_height
        super().__init__(**kwargs)
        if spec is None:
            if SPEC_VARIABLE not in os.environ:
                raise SystemExit(f"set {SPEC_VARIABLE} to the spec that this scene shall show")
            spec = gdanim.load(Path(os.environ[SPEC_VARIABLE]))
            if spec.acts:  # each is recorded by a scene of its own
                self.construct = lambda: None  # type: ignore[method-assign]
        self.spec = spec
        self.theme: Theme = themed(spec.view)
        self.size = (int(config.pixel_width), int(config.pixel_height))
        self.lettering = Lettering(self.size[1] / layout(*self.size).height, spec.view.font)
        self._transparent = transparent
        self._panes: list[Pane] = []
        self._overlay = Overlay()
        self._artists: dict[Pane, Artist] = {}

    @cached_property
    def solution(self) -> Solution:
        """The runs of all balls."""
        return gdanim.solve(self.spec)

    @cached_property
    def layout(self) -> Layout:
        """Where things stand in this picture."""
        found = layout(*self.size)
        if self.has_strip:
            found = self._with_strip(found)
        if self.spec.say and self.spec.video.captions == "burned":
            found = found.banded(band(found))
        return found

    def _with_strip(self, plain: Layout) -> Layout:
        """The layout with room for no more of a legend than its names, if for them."""
        if self.spec.view.legend == "none" or not self.solution.acts:
            return plain.with_strip(0.0, 0.0)
        beside = self.names_beside
        sizes = [strip.needed(act.runs, plain, beside) for act in self.solution.acts]
        widths, heights = zip(*sizes, strict=True)
        return plain.with_strip(max(widths), max(heights), beside)

    @property
    def has_strip(self) -> bool:
        """Whether a legend, if it has one, is no more than a strip of names."""
        return self.spec.view.legend != "full" and not self.keeps_column

    @property
    def names_beside(self) -> bool:
        """Whether a strip stands beside the stage: of a single one, whose height is dear."""
        return self.heading_in_column and self.size[0] > WIDE * self.size[1]

    # -- for scenes -------------------------------------------------------------------------------

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        """The panes of a clock's act in the order they are drawn.

        The heading reaches down to ``top`` points.
        """
        raise NotImplementedError

    def construct(self) -> None:
        """One act after the other: panes appear, balls drop and run on one clock, and end as they end."""
        acts, loop = self.solution.acts, self.spec.video.loop
        standing = loop and len(acts) == 1  # a loop of one act begins and ends without its balls
        title = self._title()
        for act in acts:
            leave = LEAVE if loop or act is not acts[-1] else 0.0
            rule = self._rule(act, title)
            clock = self.clock(act, (0.0 if standing else APPEAR) + FALL + HOLD)
            panes = self.panes(clock, self.below(rule) + 24)
            self.add(*panes)
            if standing:
                for pane in panes:
                    pane.enter_(1.0).complete()
                self.add(rule)
            else:
                self.play(*(pane.enter_(APPEAR) for pane in panes), Write(rule, run_time=APPEAR))
            self.play(clock.become_(FALL, rate_functions.linear, fall=1.0))
            self.play(clock.run_(HOLD - leave))
            if standing:
                self.play(clock.become_(leave, present=0.0))
            elif leave:
                self.play(*(pane.leave_(leave) for pane in panes), FadeOut(rule, run_time=leave))
                self.remove(*panes)

    @property
    def loops(self) -> bool:
        """Whether it ends as it begins; where only the spec asks for it, the film fades."""
        return self.spec.video.loop and type(self).construct is FilmScene.construct

    def enter(self, pane: Pane) -> None:
        """Every pane says so when it is made."""
        self._panes.append(pane)

    def clock(self, act: Act, overhead: float = 0.0) -> Clock:
        """The run of an act, as long as its pace asks or as the spec's duration leaves it.

        ``overhead``: seconds that the scene needs for the act beside its run.
        """
        run_time = self._run_time(overhead)
        if len(act.domain) != 2:
            return Clock(Timeline(act, self.spec.pace, run_time))
        radius = BALL / max(len(act.runs) / CROWD, 1.0) ** 0.28
        return Clock(Rolling(act, landscape(act, self.spec.view.height), radius, self.spec.pace, run_time))

    def colors(self, act: Act) -> list[Color]:
        """The colour of every ball of an act."""
        palette = self.theme.palette
        return [rgb(run.ball.color or palette[run.ball.hue % len(palette)]) for run in act.runs]

    def _title(self) -> Mobject | None:
        """The film's title, shown from the beginning."""
        if not self.spec.title:
            return None
        large = len(self.spec.title) <= 60 and self.layout.width >= SHORT
        size = 46 if large else 34  # points
        words = shortened(literal(self.spec.title), TITLE_LINES)
        title = self.text(words, size, MARGIN, MARGIN, self.theme.text, self._room)
        self.add(title)
        return title

    def _rule(self, act: Act, title: Mobject | None) -> Mobject:
        """An act's function as a formula: below the title, or beside it where there is room."""
        objective = act.objective
        names = [re.sub(r"(?<=\D)(\d+)$", r"_{\1}", name) for name in objective.variables]
        arguments = f"({', '.join(names)})"
        own_name = "" if objective.latex else literal(objective.name)  # which stands for a formula
        if len(names) > MANY_VARIABLES:
            markup = f"{own_name}${'' if own_name else 'f'}: bb(R)^{len(names)} -> bb(R)$"
        elif own_name:
            markup = formula(arguments, own_name)
        else:
            markup = formula(f"f{arguments} = {objective.latex}")
        top = MARGIN if title is None else self.below(title) + 26
        rule = self.text(markup, 32, MARGIN, top, self.theme.secondary, self._room)
        if title is not None and (self.has_strip or not self.heading_in_column):
            unit = config.frame_height / self.layout.height
            if title.width + rule.width + 60 * unit < self._room * unit:
                rule.set_y(title.get_y()).align_to(title, manim.LEFT)
                rule.shift(manim.RIGHT * (self._room * unit - rule.width))
        return rule

    @property
    def _room(self) -> float:
        """Points that title and formula may be wide."""
        return self.layout.column if self.heading_in_column else self.layout.width - 2 * MARGIN

    def text(self, markup: str, size: float, x: float, y: float, color: str, width: float) -> Typst:
        """Typst markup as a mobject: top left corner at x, y (points), broken at ``width`` points."""
        unit = config.frame_height / self.layout.height
        block = f"#block(width: {width / size * TYPST_SIZE:.2f}pt)[{markup}]"
        mobject = Typst(
            block,
            typst_preamble=preamble(self.spec.view.font),
            color=color,
            font_size=size * unit / TYPST_SIZE / manim.constants.SCALE_FACTOR_PER_FONT_POINT,
            use_svg_cache=False,  # which would copy every letter, for a text that comes once
        )
        mobject.id_to_vgroup_dict.clear()  # what it was parsed from, which every copy would carry along
        for letter in mobject.family_members_with_points():
            letter.path_obj = None
        corner = (x * unit - config.frame_width / 2, config.frame_height / 2 - y * unit, 0.0)
        return mobject.move_to(corner, aligned_edge=manim.UL)

    def below(self, mobject: Mobject) -> float:
        """The lower edge of a mobject in points from the top."""
        unit = config.frame_height / self.layout.height
        return float((config.frame_height / 2 - mobject.get_bottom()[1]) / unit)

    def _run_time(self, overhead: float) -> float | None:
        duration = self.spec.video.duration
        if duration is None:
            return None
        acts = len(self.solution.acts) or 1
        if duration / acts < overhead + 1.0:
            least = acts * (overhead + 1)
            warnings.warn(f"video.duration is too short: this film lasts {least:.1f} s", stacklevel=2)
        return max(duration / acts - overhead, 1.0)

    def remove(self, *mobjects: Mobject) -> FilmScene:
        """As manim's; a pane that is removed has had its time."""
        for mobject in mobjects:
            if isinstance(mobject, Pane):
                mobject.ends = self.time
        super().remove(*mobjects)
        return self

    # -- frames -----------------------------------------------------------------------------------

    def tear_down(self) -> None:
        """Under manim's own player: show what was recorded."""
        from gdanim.view.film import Film  # which needs this module

        film = Film(self.spec, config.frame_rate) if self.spec.acts else self
        self._replay(film, film.frames)

    @cached_property
    def canvas(self) -> Canvas:
        """The canvas, made when the first frame is asked for."""
        canvas = Canvas(*self.size, self.theme, self._transparent)
        for pane in self._panes:
            pane.prepare()
        canvas.set_atlas(self.lettering.build())
        return canvas

    def close(self) -> None:
        """Free the canvas, if one was made."""
        if "canvas" in self.__dict__:
            self.canvas.close()

    def paint(self, t: float, out: Pixels) -> None:
        """Paint the frame at ``t`` seconds into ``out``, shape (height, width, 4), RGBA.

        A frame depends on ``t`` alone, not on the frames painted before it.
        """
        t = min(max(t, 0.0), self.length)
        shown, state = self._seek(t)
        panes = [m for m in shown if isinstance(m, Pane)]
        canvas = self.canvas
        for gone in self._artists.keys() - set(panes):
            self._artists.pop(gone).release()
        for pane in panes:
            if pane not in self._artists:
                self._artists[pane] = pane.artist(canvas)
        canvas.draw([(self._artists[pane], pane.picture(t)) for pane in panes], out)
        self._overlay.paint([m for m in shown if not isinstance(m, Animated)], state, out)
