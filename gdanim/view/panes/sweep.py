"""A grid of two settings, coloured by what becomes of a ball at each pair, with its key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.runs import Array, Run, Status
from gdanim.engine.sweep import Sweep
from gdanim.spec.ranges import RATE
from gdanim.theme import Color
from gdanim.view.layout import Box
from gdanim.view.panes.grid import Cell, GridKey, GridPane
from gdanim.view.plot import Scale
from gdanim.view.sketch import Sketch
from gdanim.view.text import fitted, literal

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

# What is said of a cell that did not converge, and the colour that it shares with others like it.
OUTCOMES = {
    Status.DIVERGED: ("diverged", "diverged"),
    Status.UNDEFINED: ("undefined", "diverged"),
    Status.OSCILLATING: ("oscillates", "oscillating"),
    Status.ENDLESS: ("falls for ever", "late"),
    Status.LOCAL: ("local minimum", "late"),
    **dict.fromkeys((Status.SADDLE, Status.MAXIMUM, Status.PLATEAU), ("rests elsewhere", "late")),
}
ELSE = ("not there in time", "late")
SIZE, PITCH, SWATCH = 28.5, 46.0, 26.0  # points
KEY_HEAD, NARROW = 136.0, 560.0  # of the key down to its items; a key of one column


class SweepPane(GridPane):
    """The grid, the largest stable rate as a dashed line, and a cursor.

    ``seen``: how many of the ``cells`` the cursor has visited.
    """

    shows = ("grid",)

    def __init__(self, scene: Stage, box: Box, found: Sweep, cells: list[Cell], colors: list[Color]) -> None:
        super().__init__(scene, box, found.names, found.values)
        self.found, self.cells, self.visited = found, cells, colors
        self.seen = 0.0

    def still(self, sketch: Sketch) -> None:
        super().still(sketch)
        sketch.line(self.bound, self.ink("background"), 5.0, 0.35)
        sketch.line(self.bound, self.ink("lines"), 2.4, 0.95, dash=10.0)

    def moving(self, sketch: Sketch) -> None:
        radius = 0.2 * max(self.side)
        for k, (row, column) in enumerate(self.cells):
            here = self.middle(column, row)
            shown = min(max(self.seen - k, 0.0), 1.0)
            sketch.disc(here, radius + 5.0, self.ink("background"), 0.7 * shown)
            sketch.disc(here, radius + 3.0, self.visited[k], shown)
        super().moving(sketch)

    @cached_property
    def bound(self) -> Array:
        """The largest stable rate at each value of the other setting, (values, 2) in points.

        It is not a number where it is unknown, or not on the axis.
        """
        upright = self.found.names[0] == RATE
        line = [row[0] for row in self.found.runs] if upright else self.found.runs[0]
        rates = np.array([run.bound.rate if run.bound else np.nan for run in line])
        scale = self.plot.x if upright else self.plot.y
        rates = np.where((scale.low <= rates) & (rates <= scale.high), rates, np.nan)
        x, y = (rates, self.values[1]) if upright else (self.values[0], rates)
        return self.plot.at(x, y)

    @cached_property
    def colors(self) -> NDArray[np.uint8]:
        steps = self.found.steps
        scale = _steps_scale(steps)
        colors = self.shades(scale.share(np.where(np.isfinite(steps), steps, scale.high)))
        for row, runs in enumerate(self.found.runs):
            for column, run in enumerate(runs):
                if run.status is not Status.CONVERGED:
                    colors[row, column, :3] = self.ink(OUTCOMES.get(run.status, ELSE)[1])
        return np.asarray((255 * colors[::-1]).round(), dtype=np.uint8)


def told(runs: Sequence[Run]) -> dict[str, list[str]]:
    """What is said of the cells that did not converge, by their colours, the most frequent first."""
    words = Counter(OUTCOMES.get(run.status, ELSE) for run in runs if run.status is not Status.CONVERGED)
    found: dict[str, list[str]] = {}
    for (name, ink), _ in words.most_common():
        found.setdefault(ink, []).append(name)
    return dict(sorted(found.items()))


class SweepKey(GridKey):
    """What the colours of a grid mean."""

    def __init__(self, scene: Stage, box: Box, grid: SweepPane) -> None:
        scale = _steps_scale(grid.found.steps)
        super().__init__(scene, box, grid, scale, ("steps to converge", SIZE))
        self.grid = grid
        runs = [run for row in grid.found.runs for run in row]
        room = (self.box.width / self._columns - SWATCH - 14) * self.lettering.scale
        self._rows = [
            (self.lettering.want(fitted(literal(", ".join(words)), room), SIZE), self.ink(ink))
            for ink, words in told(runs).items()
        ]
        self._bound = self.lettering.want("largest stable rate", SIZE)

    def still(self, sketch: Sketch) -> None:
        super().still(sketch)
        text = self.ink("text")
        for k, (key, color) in enumerate(self._rows):
            x, down = self._place(k)
            sketch.box(Box(x, down, x + SWATCH, down + SWATCH), color, corner=4.0)
            sketch.text(key, x + SWATCH + 14, down + SWATCH / 2, text, align=(0.0, 0.5))
        if np.isfinite(self.grid.bound).any():
            x, down = self._place(len(self._rows))
            y = down + SWATCH / 2
            sketch.line([[x - 4, y], [x + SWATCH + 4, y]], self.ink("lines"), 2.4, 0.95, dash=7.0)
            sketch.text(self._bound, x + SWATCH + 14, y, text, align=(0.0, 0.5))

    @property
    def _columns(self) -> int:
        return 2 if self.box.width > NARROW else 1

    def _place(self, k: int) -> tuple[float, float]:
        """Left and top of an item, in one column or two."""
        columns = self._columns
        across = k % columns * self.box.width / columns
        pitch = min(PITCH, (self.box.height - KEY_HEAD) / -(-(len(self._rows) + 1) // columns))
        return self.box.left + across, self.box.top + KEY_HEAD + pitch * (k // columns)


def telling(found: Sweep) -> list[Cell]:
    """Cells worth a visit: a slow one, the best of the first row, one beyond it, that rate in the last row,
    and the best of all."""
    steps = found.steps
    rows, columns = steps.shape
    best = int(np.argmin(steps[0]))
    failing = [c for c in range(best, columns) if found.runs[0][c].status is Status.DIVERGED]
    beyond = failing[min(2, len(failing) - 1)] if failing else columns - 1
    first = tuple(int(i) for i in np.unravel_index(np.argmin(steps), steps.shape))
    cells = [(0, best // 3), (0, best), (0, beyond), (rows - 1, beyond), first]
    return list(dict.fromkeys((row, column) for row, column in cells))


def _steps_scale(steps: Array) -> Scale:
    """From the fewest to the most steps in which a ball converges."""
    known = np.maximum(steps[np.isfinite(steps)], 1.0)
    low = float(known.min(initial=1e5)) if known.size else 1.0
    return Scale(low, max(float(known.max(initial=0.0)), 1.5 * low), log=True)
