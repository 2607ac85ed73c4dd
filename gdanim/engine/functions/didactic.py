"""Landscapes made to show one thing each: what a saddle, a plateau, a cliff or a choice of wells does."""

from __future__ import annotations

import math

from gdanim.engine.functions.known import KnownObjective
from gdanim.engine.functions.symbolic import symbolic
from gdanim.errors import SettingError
from gdanim.formula import number_text
from gdanim.registry import functions


@functions.register
def saddle() -> KnownObjective:
    """The saddle: downhill in x leads to a resting point that is no minimum; a little y escapes.

    Source: I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 8.2.3.
    """
    return symbolic("saddle", "x^2 - y^2", 2.0, [(1.6, 0.001)], {}, saddles=[(0.0, 0.0)])


@functions.register
def monkey_saddle() -> KnownObjective:
    """A saddle with room for a tail: three ways down, and a Hessian of zeros that shows none of them.

    Source: D. Hilbert, S. Cohn-Vossen, Anschauliche Geometrie (1932), section 29.
    """
    return symbolic("monkey_saddle", "x^3 - 3*x*y^2", 1.5, [(1.3, 0.02)], {}, saddles=[(0.0, 0.0)])


@functions.register
def plateau(width: float = 1.0) -> KnownObjective:
    """Vanishing gradients: a hole of the given width in a plain, and a start where the slope is nearly gone.

    Source: I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 8.2.3 (flat regions).
    """
    if not width > 0:
        raise SettingError(("width",), "width must be positive")
    formula = f"1 - exp(-(x^2 + y^2)/{number_text(2 * width**2)})"
    start = (2.3 * width, 1.7 * width)
    return symbolic("plateau", formula, 4.0 * width, [start], {(0.0, 0.0): 0.0})


@functions.register
def saturated_sigmoid() -> KnownObjective:
    """A neuron that starts saturated: wrong by almost everything, it learns almost nothing.

    One weight and one bias are to give 0.8 at the input 1 and 0.2 at -1, judged by squared error.
    Source: M. Nielsen, Neural Networks and Deep Learning (2015), chapter 3.
    """
    formula = "(sigmoid(w + b) - 0.8)^2 + (sigmoid(b - w) - 0.2)^2"
    minimum = (math.log(4), 0.0)
    return symbolic("saturated_sigmoid", formula, 8.0, [(-5.0, 1.5)], {minimum: 0.0}, variables=("w", "b"))


@functions.register
def cliff() -> KnownObjective:
    """Exploding gradients: at the edge of the cliff one step is catapulted far away, unless it is clipped.

    Source: R. Pascanu, T. Mikolov, Y. Bengio, On the difficulty of training recurrent neural networks
    (2013), figure 6; I. Goodfellow and others, Deep Learning (2016), section 8.2.4.
    """
    formula = "4*sigmoid(20*x) + (x + 2)^2/10 + y^2/10"
    return symbolic("cliff", formula, ((-5.0, 2.0), (-3.5, 3.5)), [(1.5, 1.8)], {(-2.0, 0.0): 0.0})


@functions.register
def double_well() -> KnownObjective:
    """One dimension, two equal minima: the hilltop between them decides, and a start on it never moves.

    Source: S. Strogatz, Nonlinear Dynamics and Chaos (1994), section 2.7.
    """
    minima = {(-1.0,): -0.5, (1.0,): -0.5}
    return symbolic("double_well", "x^4 - 2*x^2 + 0.5", 1.6, [(0.05,)], minima, variables=("x",))


@functions.register
def tilted_double_well(tilt: float = 0.3) -> KnownObjective:
    """Two wells, one deeper: plain descent keeps to the nearer one, momentum may cross the pass between.

    Source: S. Strogatz, Nonlinear Dynamics and Chaos (1994), section 3.6 (imperfect bifurcations).
    """
    if not 0 < tilt < 1.5:  # beyond 8 / (3 sqrt(3)) = 1.54 the upper well is gone
        raise SettingError(("tilt",), f"tilt must be above 0 and below 1.5, not {tilt}")
    # The roots of 4 x^3 - 4 x + tilt, by Viete: the upper well, the pass, the deep well.
    angle = math.acos(-3 * math.sqrt(3) / 8 * tilt) / 3
    upper, between, deep = sorted(
        (2 / math.sqrt(3) * math.cos(angle - 2 * math.pi * k / 3) for k in range(3)), reverse=True
    )
    minima = {(x, 0.0): x**4 - 2 * x**2 + tilt * x for x in (deep, upper)}
    formula = f"x^4 - 2*x^2 + {number_text(tilt)}*x + y^2"
    return symbolic("tilted_double_well", formula, 1.6, [(1.45, 1.1)], minima, saddles=[(between, 0.0)])


@functions.register
def traps() -> KnownObjective:
    """Local minima above the global one: four traps around it that a ball from outside meets first.

    Source: A. O. Griewank, Generalized descent for global optimization, Journal of Optimization Theory and
    Applications 34 (1981), 11-39, with a steeper bowl and without the root.
    """
    x = 2.839603898157202
    traps = dict.fromkeys(((x, x), (-x, -x), (x, -x), (-x, x)), -0.10520658046601737)
    minima = {(0.0, 0.0): -1.0, **traps}
    rim = 1.749531909953879
    saddles = [(rim, rim), (-rim, -rim), (rim, -rim), (-rim, rim)]  # of the middle
    formula = "(x^2 + y^2)/20 - cos(x)*cos(y)"
    return symbolic("traps", formula, 4.5, [(4.1, 2.4)], minima, saddles)


@functions.register
def wide_and_sharp() -> KnownObjective:
    """A wide minimum and a deeper, sharper one: a rate above the sharp one's 2/L can only stay in the wide.

    Source: S. Hochreiter, J. Schmidhuber, Flat minima, Neural Computation 9 (1997), 1-42.
    """
    formula = "(x^2 + y^2)/40 - exp(-((x + 1.5)^2 + y^2)/2) - 1.2*exp(-8*((x - 1.5)^2 + y^2))"
    minima = {
        (1.4943449064181149, 0.0): -1.155165253876314,
        (-1.428396838006869, 0.0): -0.9464318384022234,
    }
    saddle = (0.7758757660640222, 0.0)
    return symbolic("wide_and_sharp", formula, 3.5, [(2.3, 1.3)], minima, [saddle])
