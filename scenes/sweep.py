"""A grid of two settings coloured by outcome: a cursor visits cells, and a ball shows each one's descent."""

from dataclasses import replace

from manim import FadeOut, Mobject, Write

from gdanim.engine.sweep import sweep
from gdanim.motion.landscape import landscape
from gdanim.motion.rolling import Rolling
from gdanim.spec.grids import Grid, Losses
from gdanim.view import APPEAR, HOLD, LEAVE, Box, Clock, FilmScene
from gdanim.view.panes.loss_grid import LossGrid, LossKey
from gdanim.view.panes.rates import RatePane
from gdanim.view.panes.sweep import NARROW, SweepKey, SweepPane, telling
from gdanim.view.plot import TOP
from gdanim.view.scene import BALL

KEY, LONG = 215.0, 300.0  # points that the key is high; the same in one column
KEY_WIDTH = 280.0  # points of that column
GO = 1.5  # seconds of the cursor's way to the lowest loss
MOVE, DROP, LOOK, RUN = 0.5, 0.3, 0.7, 2.0  # seconds at each cell: to it, of the fall, at its end; of its run
GONE, SHORTEST = 0.2, 0.4  # seconds in which what is told of a cell goes; of a run, at least


class Sweep(FilmScene):
    """The grid on one side; the map of the cell under the cursor and the key on the other."""

    dimensions = (2,)
    needs_sweep = True
    keeps_column = True
    uses = ("sweep",)
    lasts = {"act": 23.7, "data": 6.9, "run": 0.0}
    moments = {
        "picture": "the grid appears",
        "cells": "the cursor goes from cell to cell, or to the lowest loss",
        "end": "it stays there",
    }
    shows = {"grid": "the grid", "key": "what its colours mean", "map": "the map of one cell"}

    def construct(self) -> None:
        title = self.title()
        if isinstance(self.spec.sweep, Grid):
            self._of_data(self.spec.sweep.losses, title)
        for act in self.solution.acts:
            rule = self.rule(act, title)
            found = sweep(self.spec, act.again("a sweep"))
            cells = telling(found)
            runs = [found.runs[row][column] for row, column in cells]
            runs = [replace(run, ball=replace(run.ball, hue=hue)) for hue, run in enumerate(runs)]
            colors = self.colors(replace(act, runs=runs))
            grid_box, stage, key_box = self.boxes(self.below(rule) + 24)
            grid = SweepPane(self, grid_box, found, cells, colors)
            key = SweepKey(self, key_box, grid)
            grid.x, grid.y = cells[0][1], cells[0][0]
            stay = self.run_time(APPEAR + HOLD)
            beside = GONE + MOVE + DROP + LOOK
            run_time = RUN if stay is None else max((stay + GONE) / len(cells) - beside, SHORTEST)
            shown: RatePane | None = None
            for k, (row, column) in enumerate(cells):
                lone = replace(act, runs=runs[k : k + 1])
                land = landscape(lone, self.spec.view.height)
                clock = Clock(Rolling(lone, land, BALL, self.spec.pace, run_time))
                pane = RatePane(self, clock, stage, [0])
                if shown is None:
                    self.add(grid, key, pane)
                    if self.time == 0:
                        for whole in (grid, key, pane):
                            whole.stand()
                    self.mark("picture")
                    self.play(*(p.enter_(APPEAR) for p in (grid, key, pane)), Write(rule, run_time=APPEAR))
                else:
                    self.play(shown.clock.become_(GONE, present=0.0), shown.become_(GONE, named=0.0))
                    pane.become_(1.0, presence=1.0, named=0.0).complete()
                    self.remove(shown)  # the map of the next one is the same
                    self.add(pane)
                if k == 0:
                    self.mark("cells")
                move = grid.become_(MOVE, x=column, y=row, pointing=1.0, seen=k + 1.0)
                self.play(move, pane.become_(MOVE, named=1.0))
                self.play(clock.become_(DROP, fall=1.0))
                self.play(clock.run_(LOOK))
                shown = pane
            leaves = act is not self.solution.acts[-1]
            assert shown is not None
            self.mark("end")
            self.wait(HOLD - LEAVE * leaves)
            if leaves:
                panes = (grid, key, shown)
                self.play(*(pane.leave_(LEAVE) for pane in panes), FadeOut(rule, run_time=LEAVE))
                self.remove(*panes)

    def _of_data(self, found: Losses, title: Mobject | None) -> None:
        """Runs from elsewhere: there is nothing to roll, and the cursor goes to the lowest loss."""
        body = self.layout.body(self.layout.margin if title is None else self.below(title) + 24)
        box, rest = body.columns(3, 1, gap=50) if self.layout.wide else body.rows(7, 3, gap=20)
        grid = LossGrid(self, box, found)
        key = LossKey(self, rest._replace(top=rest.top + TOP), grid)
        row, column = found.best
        grid.x, grid.y = (len(found.values[0]) - 1) / 2, (len(found.values[1]) - 1) / 2
        self.add(grid, key)
        for whole in (grid, key):
            whole.stand()
        self.mark("picture")
        self.play(*(pane.enter_(APPEAR) for pane in (grid, key)))
        self.mark("cells")
        self.play(grid.become_(GO, x=column, y=row, pointing=1.0))
        self.mark("end")
        stay = self.run_time(APPEAR + GO)
        self.wait(HOLD if stay is None else stay)

    def boxes(self, top: float) -> tuple[Box, Box, Box]:
        """For the grid, the map and the key."""
        body = self.layout.body(top)
        if self.layout.tall:
            grid, rest = body.rows(body.height - LONG - 16, LONG, gap=16)
            stage, key = rest.columns(rest.width - KEY_WIDTH - 20, KEY_WIDTH, gap=20)
            return grid, stage, key
        if self.layout.wide:
            grid, rest = body.columns(5, 4, gap=50)
        else:
            grid, rest = body.rows(5, 4, gap=20)
            if rest.height < 0.7 * rest.width:
                stage, key = rest.columns(3, 2)
                return grid, stage, key
        border = rest.bottom - (KEY if rest.width > NARROW else LONG)
        return grid, rest._replace(bottom=border - 10), rest._replace(top=border)
