"""A machine that learns, as a small network: one of its weights is a knob, and its loss a level."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gdanim.engine.runs import Array
from gdanim.view.animated import Clock
from gdanim.view.layout import Box
from gdanim.view.pane import FlatPane
from gdanim.view.panes.profile import ProfilePane
from gdanim.view.sketch import Sketch
from gdanim.view.text import Numbers, formula

if TYPE_CHECKING:
    from gdanim.view.stage import Stage

LAYERS = (3, 4, 2)  # neurons
TURNED = (0, 0, 0)  # the layer, and the neurons between which the weight is that turns
SEED = 5  # of the other weights, which only look like some
NEURON, KNOB = 0.04, 0.058  # radii, of the shorter side of the network's place
SWING = math.radians(140)  # that the knob turns to either side
METER, GAP = 34.0, 84.0  # points: the width of the level, and the room for its number
SIZE = 32.0
EMPTY = 0.03  # of the level's height: at least so much of it is full, and at most as much empty
TICKS = 11


class KnobPane(FlatPane):
    """The network with the level of its loss beside it.

    ``value``: of the weight until the first ball, which is its own, runs; ``tip``: opacity of the point of
    the curve above it.
    """

    shows = ("network", "knob", "loss")

    def __init__(self, scene: Stage, clock: Clock, box: Box, profile: ProfilePane) -> None:
        super().__init__(scene, box)
        self.clock, self.profile, self.act = clock, profile, clock.act
        self.color = scene.colors(clock.act)[0]
        self.value, self.tip = float(clock.act.runs[0].points[0, 0]), 0.0
        self.low, self.high = clock.act.domain[0]
        self.numbers = Numbers(self.lettering, SIZE)
        self._name = self.lettering.want(formula(f"{clock.act.objective.variables[0]} ="), SIZE)
        self._loss = self.lettering.want("loss", SIZE)
        drawn = np.random.default_rng(SEED)
        self._strengths = [drawn.uniform(0.15, 0.75, shape) for shape in pairwise(LAYERS)]

    @property
    def weight(self) -> float:
        """The weight now."""
        return float(self.clock.moment.points[0, 0]) if self.clock.seconds > 0 else self.value

    def loss(self, weight: float) -> float:
        """The loss of the machine with such a weight."""
        return float(self.act.objective.value(np.array([weight])))

    @property
    def opacity(self) -> float:
        return self.presence  # network, knob and level are dimmed apart

    def state(self) -> tuple[float, float]:
        return self.scene.light(("network",)), self.scene.light(("loss",))

    def still(self, sketch: Sketch) -> None:
        ink, quiet, whole = self.ink("text"), self.ink("secondary"), sketch.opacity
        network, level = self.state()
        sketch.opacity = network * whole
        for k, (left, right) in enumerate(pairwise(self._neurons)):
            for (i, j), strength in np.ndenumerate(self._strengths[k]):
                if (k, i, j) != TURNED:
                    sketch.line([left[i], right[j]], quiet, 1.5 + 4 * strength, strength)
        for neurons in self._neurons:
            sketch.disc(neurons, NEURON * self._side, self.ink("background"))
            sketch.ring(neurons, NEURON * self._side, ink, 3.0, 0.9)
        meter, sketch.opacity = self._meter, level * whole
        sketch.box(meter, quiet, 0.8, corner=6.0, width=2.0)
        sketch.text(self._loss, (meter.left + meter.right) / 2, meter.top - 18, quiet, align=(0.5, 1.0))

    def moving(self, sketch: Sketch) -> None:
        weight, s = self.weight, self.lettering.scale
        loss, share = self.loss(weight), (weight - self.low) / (self.high - self.low)
        ink, (a, b), whole = self.ink("text"), self._turned, sketch.opacity
        sketch.opacity = self.scene.light(("network", "knob")) * whole
        rim = NEURON * self._side * (b - a) / np.linalg.norm(b - a)
        sketch.line([a + rim, b - rim], self.color, 2.5 + 7 * share, 0.95)
        middle, radius = (a + b) / 2, KNOB * self._side
        angles = np.linspace(-SWING, SWING, TICKS)
        ways = np.column_stack([np.sin(angles), -np.cos(angles)])
        sketch.disc([middle], 1.32 * radius, self.ink("background"))
        sketch.segments(middle + 1.08 * radius * ways, middle + 1.24 * radius * ways, ink, 2.0, 0.7)
        sketch.disc([middle], radius, self.color)
        angle = SWING * (2 * share - 1)
        way = np.array([math.sin(angle), -math.cos(angle)])
        sketch.line([middle + 0.3 * radius * way, middle + 0.92 * radius * way], self.ink("background"), 6.0)
        x, top = middle[0] - 1.6 * SIZE, min(a[1], b[1]) - NEURON * self._side
        y = min(top, middle[1] - 1.3 * radius) - 1.4 * SIZE  # above neurons and knob
        sketch.text(self._name, x, y, ink)
        sketch.labels(self.numbers.place(weight, (x + 3.1 * SIZE) * s, y * s, ink, decimals=2))
        sketch.opacity = self.scene.light(("loss",)) * whole
        meter, lettering = self._meter, self.numbers
        full = self._level(loss)
        level = meter.bottom - (EMPTY + (1 - 2 * EMPTY) * full) * meter.height
        shade = self.theme.shades(np.array([full]))[0]
        sketch.box(meter._replace(top=level), tuple(shade[:3].tolist()), 1.0, corner=6.0)
        top = level * s - lettering.height / 2
        sketch.labels(lettering.place(loss, (meter.right + 1.9 * SIZE) * s, top, ink, decimals=2))
        sketch.opacity = self.scene.light(("loss", "curve")) * whole
        if self.tip > 0:
            plot = self.profile.plot
            sketch.glow([plot.at(weight, loss)], 34.0, self.color, 0.7 * self.tip)
            sketch.disc([plot.at(weight, loss)], 11.0, self.color, self.tip)

    def _level(self, loss: float) -> float:
        """How full the level is: as high as the curve."""
        height = self.profile.y.height
        return min(max((loss - height.low) / (height.high - height.low), 0.0), 1.0)

    @property
    def _meter(self) -> Box:
        """The place of the level."""
        right = self.box.right - GAP
        height = 0.7 * self.box.height
        top = self.box.top + (self.box.height - height) / 2
        return Box(right - METER, top, right, top + height)

    @property
    def _side(self) -> float:
        """Points of the shorter side of the network's place."""
        return min(self.box.height, self._meter.left - GAP - self.box.left)

    @property
    def _turned(self) -> tuple[Array, Array]:
        """The ends of the weight that turns."""
        layer, i, j = TURNED
        return self._neurons[layer][i], self._neurons[layer + 1][j]

    @property
    def _neurons(self) -> list[Array]:
        """Their places, layer by layer, each (neurons, 2)."""
        box, edge = self.box, 1.5 * NEURON * self._side
        across = np.linspace(box.left + edge, self._meter.left - GAP - edge, len(LAYERS))
        middle = (box.top + box.bottom) / 2
        pitch = (box.height - 2 * edge) / max(LAYERS)
        return [
            np.column_stack([np.full(count, x), middle + pitch * (np.arange(count) - (count - 1) / 2)])
            for x, count in zip(across, LAYERS, strict=True)
        ]
