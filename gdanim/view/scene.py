"""What a scene of ours is written with.

``FilmScene.construct`` is written like any manim scene, with ``self.play``, which only records.

This module, ``stage``, ``recording``, ``animated``, ``pane``, ``player`` and ``overlay`` are the only
ones that know manim.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import manim
from manim import FadeIn, FadeOut, Mobject, Typst, Write, config, rate_functions

from gdanim.checks import load
from gdanim.engine.solution import Act
from gdanim.formula import name_latex
from gdanim.motion.framing import framed
from gdanim.motion.rolling import Rolling
from gdanim.motion.staging import staged
from gdanim.motion.timeline import APPEAR as APPEAR
from gdanim.motion.timeline import DISSOLVE, RESUME, Timeline
from gdanim.motion.timeline import FALL as FALL
from gdanim.motion.timeline import HOLD as HOLD
from gdanim.motion.timeline import LEAVE as LEAVE
from gdanim.spec import Part, Spec
from gdanim.view.animated import Clock
from gdanim.view.film import Film
from gdanim.view.layout import HIGH, Box, layout
from gdanim.view.pane import Pane
from gdanim.view.panes.takeaway import TakeawayPane, needed, sentence
from gdanim.view.stage import Stage
from gdanim.view.text import balanced, formula, literal, preamble, shortened

SPEC_VARIABLE = "GDANIM_SPEC"  # names the spec for `manim render scenes/...`
TYPST_SIZE = 10  # points in which manim has Typst set text
BALL = 0.05  # radius in world units; more than MANY balls are smaller
MANY = 8
TITLE_LINES = 4  # of a title; it is cut where it would take more
FLOATING = 0.4  # of a wide picture's width: so wide may title and formula be that float over the stage
MANY_VARIABLES = 4  # more than can be written out
TALLEST = 0.4  # of the picture, that a formula may take of its height


class FilmScene(Stage):
    """The base of every scene of gdanim. Subclasses write ``panes``, or a ``construct`` of their own.

    Without a ``spec`` it loads the file named by the environment variable GDANIM_SPEC.
    """

    def __init__(self, spec: Part | None = None, **kwargs: Any) -> None:
        self._whole: Spec | None = None  # of several acts, each recorded by a scene of its own
        if spec is None:
            if SPEC_VARIABLE not in os.environ:
                raise SystemExit(f"set {SPEC_VARIABLE} to the spec that this scene shall show")
            film = load(Path(os.environ[SPEC_VARIABLE]))
            spec = film.parts[0]
            if film.acts:
                self._whole = film
                self.construct = lambda: None  # type: ignore[method-assign]
        super().__init__(spec, **kwargs)
        self._heading: list[Mobject] = []

    def panes(self, clock: Clock, top: float) -> Sequence[Pane]:
        """The panes of a clock's act in the order they are drawn.

        The heading reaches down to ``top`` points.
        """
        raise NotImplementedError

    def construct(self) -> None:
        """One act after the other: panes appear, balls drop and run on one clock, and end as they end.

        The first picture is whole: its panes stand, and only the formula below a title is still written.
        """
        acts, loop = self.solution.acts, self.spec.video.loop
        standing = loop and len(acts) == 1  # a loop of one act begins and ends without its balls
        beat = 0.0 if standing else RESUME if self.before else APPEAR
        title = self.title()
        for act in acts:
            leave = LEAVE if loop or act is not acts[-1] else 0.0
            rule = self.rule(act, title)
            clock = self.clock(act, beat + FALL + HOLD)
            panes = [*self.panes(clock, self.below(rule) + 24), *self.told(clock, act)]
            self.add(*panes)
            self.mark("picture")
            if standing:
                for pane in panes:
                    pane.enter_(1.0).complete()
                self.add(rule)
            elif self.before:
                self.resume(panes, title, rule)
            else:
                if act is acts[0]:
                    for pane in panes:
                        pane.stand()
                writing = [Write(rule, run_time=APPEAR)] if title or act is not acts[0] else []
                self.add(rule)
                self.play(*(pane.enter_(APPEAR) for pane in panes), *writing)
            self.mark("start")
            self.play(clock.become_(FALL, rate_functions.linear, fall=1.0))
            self.mark("run")
            self.play(clock.run_(HOLD - leave))
            self.mark("end", ago=HOLD - leave)
            if standing:
                self.play(clock.become_(leave, present=0.0))
            elif leave:
                gone = clock.become_(leave, present=0.0)
                self.play(gone, *(pane.leave_(leave) for pane in panes), FadeOut(rule, run_time=leave))
                self.remove(*panes)

    def resume(self, panes: Sequence[Pane], title: Mobject | None, rule: Mobject) -> None:
        """Begin with what the part before has left standing; words come when the old ones have gone."""
        stay = [pane for pane in panes if pane.goes_on()]
        for pane in stay:
            pane.stand()
        assert self.before is not None
        same = (self.before.spec.scene, self.before.spec.title) == (self.spec.scene, self.spec.title)
        words = [] if same else [line for line in (title, rule) if line is not None]
        self.remove(*words) if words else self.add(rule)
        self.wait(DISSOLVE)
        comes = RESUME - DISSOLVE
        self.play(
            *(pane.enter_(comes) for pane in panes if pane not in stay),
            *(FadeIn(line, run_time=comes) for line in words),
        )

    @cached_property
    def foot(self) -> float:
        """Points kept free at the bottom for the longest sentence that is told at an act's end."""
        plain = layout(*self.size)
        return max((needed(sentence(self.spec, act, plain), plain) for act in self.lessons()), default=0.0)

    def lessons(self) -> Sequence[Act]:
        """The acts at whose end is told what is learned; none of a scene with a construct of its own."""
        return self.solution.acts if type(self).construct is FilmScene.construct else ()

    def told(self, clock: Clock, act: Act) -> list[Pane]:
        """What is learned from an act, when it has ended: a pane, or nothing."""
        words = sentence(self.spec, act, layout(*self.size))
        return [] if words is None else [TakeawayPane(self, clock, words)]

    @property
    def loops(self) -> bool:
        """Whether it ends as it begins; where only the spec asks for it, the film fades."""
        return self.spec.video.loop and type(self).construct is FilmScene.construct

    def clock(self, act: Act, overhead: float = 0.0, runs: int = 0) -> Clock:
        """The run of an act, as long as its pace asks or as the spec's duration leaves it.

        ``overhead``: seconds that the scene needs for the act beside its run; ``runs`` as for ``run_time``.
        """
        run_time = self.run_time(overhead, runs)
        if len(act.domain) != 2:
            shown = act if self.whole_domain else framed(self.spec, act)
            return Clock(Timeline(shown, self.spec.pace, run_time))
        land = staged(self.spec, act, self.whole_domain, self.others)
        radius = BALL / max(len(act.runs) / MANY, 1.0) ** 0.28
        return Clock(Rolling(land.act, land, radius, self.spec.pace, run_time))

    def title(self) -> Mobject | None:
        """The film's title, shown from the beginning."""
        if not self.spec.title:
            return None
        large = len(self.spec.title) <= 60 and self.layout.width >= HIGH
        size = 46 if large else 34  # points
        words = shortened(literal(self.spec.title), TITLE_LINES)
        title = self.text(words, size, self.layout.margin, self.layout.margin, self.theme.text, self._room)
        self.add(title)
        self._heading = [title]
        return title

    def rule(self, act: Act, title: Mobject | None) -> Mobject:
        """An act's function as a formula: below the title, or beside it where there is room.

        Of one with a great many variables, or which would leave the picture no room, no more than those.
        """
        objective = act.objective
        names = list(map(name_latex, objective.variables))
        arguments = f"({', '.join(names)})"
        own_name = "" if objective.latex else literal(objective.name)  # which stands for a formula
        dimensions = f"{own_name}${'' if own_name else 'f'}: bb(R)^{len(names)} -> bb(R)$"
        if len(names) > MANY_VARIABLES:
            markup = dimensions
        elif own_name:
            markup = formula(arguments, own_name)
        else:
            markup = formula(f"f{arguments} = {objective.latex}")
        top = self.layout.margin if title is None else self.below(title) + 26
        place = 32, self.layout.margin, top, self.theme.secondary, self._room
        rule = self.text(balanced(markup), *place)
        if rule.height > TALLEST * config.frame_height:
            rule = self.text(dimensions, *place)
        if title is not None and (self.has_strip or not self.heading_in_column):
            unit = config.frame_height / self.layout.height
            if title.width + rule.width + 60 * unit < self._room * unit:
                rule.set_y(title.get_y()).align_to(title, manim.LEFT)
                rule.shift(manim.RIGHT * (self._room * unit - rule.width))
        self._heading = [line for line in (title, rule) if line is not None]
        return rule

    @property
    def _room(self) -> float:
        """Points that title and formula may be wide."""
        if self.heading_floats and self.layout.wide and not self.has_strip:
            return FLOATING * self.layout.width
        return self.layout.column if self.heading_in_column else self.layout.width - 2 * self.layout.margin

    @property
    def heading(self) -> Sequence[Box]:
        """What title and formula take of the picture, each."""
        unit, margin = config.frame_height / self.layout.height, self.layout.margin
        boxes, top = [], margin
        for line in self._heading:
            right = float(line.get_right()[0] + config.frame_width / 2) / unit
            boxes.append(Box(margin, top, right, self.below(line)))
            top = boxes[-1].bottom
        return boxes

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

    def run_time(self, overhead: float, runs: int = 0) -> float | None:
        """Seconds of each of so many runs (0: one for each act) if the film has a length to keep; else None.

        ``overhead``: seconds that each needs beside. A run has a second at least.
        """
        if self.seconds is None:
            return None
        return max(self.seconds / (runs or len(self.solution.acts) or 1) - overhead, 1.0)

    def tear_down(self) -> None:
        """Under manim's own player: show what was recorded."""
        film = Film(self._whole, self.size, int(config.frame_rate)) if self._whole else self
        self._replay(film, film.frames)
