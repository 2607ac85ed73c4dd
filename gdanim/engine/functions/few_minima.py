"""A handful of minima: the start decides which one is found, and not all are equally deep."""

from __future__ import annotations

from itertools import product

from gdanim.engine.functions import wide
from gdanim.engine.functions.known import KnownObjective, axes, repeated
from gdanim.engine.functions.symbolic import symbolic
from gdanim.registry import functions


@functions.register
def himmelblau() -> KnownObjective:
    """Four equally deep minima: the start alone decides which one is found.

    Source: D. Himmelblau, Applied Nonlinear Programming (1972); Jamil and Yang (2013).
    """
    minima = (
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    )
    saddles = (
        (3.385154183607021, 0.07385187983774929),
        (0.08667750455539635, 2.884254701174776),
        (-3.07302575076439, -0.08135304428796751),
        (-0.12796134673068007, -1.9537149802445764),
    )
    formula = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"
    return symbolic("himmelblau", formula, 5.0, [(-0.5, -1.0)], dict.fromkeys(minima, 0.0), saddles)


@functions.register
def three_hump_camel() -> KnownObjective:
    """Three basins in a row: momentum may carry a ball from a shallow one into the deep one between.

    Source: Jamil and Yang (2013); VLSE.
    """
    formula = "2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2"
    local, saddle = (1.747552345830289, -0.8737761729151445), (1.0705422918236599, -0.53527114591183)
    minima = {(0.0, 0.0): 0.0, **dict.fromkeys(_with_mirror(local), 0.2986384422368594)}
    return symbolic(
        "three_hump_camel", formula, ((-2.2, 2.2), (-2.0, 2.0)), [(-2.0, -1.2)], minima, _with_mirror(saddle)
    )


@functions.register
def six_hump_camel() -> KnownObjective:
    """Six basins in mirrored pairs, three depths: neighbours in start, strangers in the end.

    Source: L. C. W. Dixon, G. P. Szego, Towards Global Optimization 2 (1978); Jamil and Yang (2013); VLSE.
    """
    formula = "(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (4*y^2 - 4)*y^2"
    pairs = {
        (0.08984201310031806, -0.7126564030207396): -1.0316284534898774,
        (1.7036067149699809, -0.7960835686726251): -0.2154638243837184,
        (1.6071047529201974, 0.5686514548841314): 2.1042503103112577,
    }
    minima = {mirrored: value for point, value in pairs.items() for mirrored in _with_mirror(point)}
    passes = (
        (1.1092053368047863, -0.7682680925095399),
        (1.296070267167109, 0.6050843880386585),
        (1.6380679841897787, 0.2286740690443941),
    )
    saddles = [(0.0, 0.0), *(mirrored for point in passes for mirrored in _with_mirror(point))]
    box = ((-2.0, 2.0), (-1.1, 1.1))
    return symbolic("six_hump_camel", formula, box, [(-0.6, -1.0)], minima, saddles)


@functions.register
def goldstein_price() -> KnownObjective:
    """Five orders of magnitude between rim and minimum: a rate for the one is hopeless on the other.

    Source: A. A. Goldstein, J. F. Price, On descent from local minima, Mathematics of Computation 25
    (1971), 569-574; VLSE.
    """
    formula = (
        "(1 + (x + y + 1)^2*(19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2))"
        "*(30 + (2*x - 3*y)^2*(18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2))"
    )
    minima = {(0.0, -1.0): 3.0, (-0.6, -0.4): 30.0, (1.8, 0.2): 84.0, (1.2, 0.8): 840.0}
    saddles = [(-0.4, -0.6), (0.6, 0.4), (1.2, -0.2), (1.4, 0.6)]
    return symbolic("goldstein_price", formula, 2.0, [(-1.5, 0.6)], minima, saddles)


@functions.register
def branin() -> KnownObjective:
    """Three equal minima in a wavy valley: all answers are right, and the start picks one.

    Source: F. H. Branin, Widely convergent method for finding multiple solutions of simultaneous nonlinear
    equations, IBM Journal of Research and Development 16 (1972), 504-522; VLSE.
    """
    formula = "(y - 5.1/(4*pi^2)*x^2 + 5/pi*x - 6)^2 + 10*(1 - 1/(8*pi))*cos(x) + 10"
    # At odd multiples of pi the cosine is -1 and the square can be zero: the loss is 10/(8 pi).
    pi = 3.141592653589793
    minima = dict.fromkeys(((-pi, 12.275), (pi, 2.275), (3 * pi, 2.475)), 10 / (8 * pi))
    saddles = [(0.0, 6.0), (2 * pi, 1.1)]  # at even multiples of pi
    return symbolic("branin", formula, ((-5.0, 10.0), (0.0, 15.0)), [(5.5, 13.0)], minima, saddles)


@functions.register
def mccormick() -> KnownObjective:
    """A plate with a ripple: a second, higher minimum catches who comes from the right.

    Source: Jamil and Yang (2013); VLSE.
    """
    formula = "sin(x + y) + (x - y)^2 - 1.5*x + 2.5*y + 1"
    minima = {
        (-0.5471975511965977, -1.5471975511965977): -1.9132229549810364,
        (2.5943951023931955, 1.5943951023931955): 1.2283696986087568,
    }
    saddles = [(-1.5943951023931957, -2.5943951023931957), (1.5471975511965976, 0.5471975511965977)]
    return symbolic("mccormick", formula, ((-3.0, 4.0), (-3.0, 4.0)), [(3.4, 3.6)], minima, saddles)


@functions.register
def styblinski_tang(dimensions: int = 2) -> KnownObjective:
    """A tilted egg tray: every coordinate chooses between a deep and a shallow well on its own.

    Source: M. Styblinski, T. Tang, Experiments in nonconvex optimization, Neural Networks 3 (1990),
    467-483; Jamil and Yang (2013); VLSE.
    """
    names = axes(dimensions)
    formula = f"({' + '.join(f'{x}^4 - 16*{x}^2 + 5*{x}' for x in names)})/2"
    wells = {-2.903534027771177: -39.16616570377142, 2.746802770990837: -25.029446655283944}
    chosen = product(wells, repeat=dimensions) if dimensions <= wide.FORMULA else [(min(wells),) * dimensions]
    every = ((sum(map(wells.__getitem__, point)), point) for point in chosen)
    minima = {point: value for value, point in sorted(every)}
    return symbolic(
        "styblinski_tang",
        formula,
        4.5,
        [repeated((0.4, 4.1), dimensions)],
        minima,
        variables=names,
        wide=wide.styblinski_tang,
    )


@functions.register
def easom() -> KnownObjective:
    """A hole in a plain: a step away from it the gradient is nothing, and nothing is what it converges to.

    Source: E. E. Easom, A survey of global optimization techniques (1990); Jamil and Yang (2013); VLSE.
    """
    formula = "-cos(x)*cos(y)*exp(-(x - pi)^2 - (y - pi)^2)"
    pi = 3.141592653589793
    box = ((-2.0, 8.0), (-2.0, 8.0))
    return symbolic("easom", formula, box, [(1.7, 4.2), (7.4, 6.6)], {(pi, pi): -1.0})


@functions.register
def peaks() -> KnownObjective:
    """Three hills and three hollows on a plain: the picture most people have of a loss landscape.

    Source: The MathWorks, MATLAB function peaks.
    """
    formula = (
        "3*(1 - x)^2*exp(-x^2 - (y + 1)^2) - 10*(x/5 - x^3 - y^5)*exp(-x^2 - y^2) - exp(-(x + 1)^2 - y^2)/3"
    )
    minima = {
        (0.2282789205563691, -1.6255349574999965): -6.551133332835837,
        (-1.3473962443682108, 0.20451886609700518): -3.04984940280026,
        (0.2964455538468321, 0.32019624766683434): -0.06493586825552689,
    }
    return symbolic("peaks", formula, 3.0, [(-0.35, 1.2)], minima)


@functions.register
def forrester() -> KnownObjective:
    """One dimension, two minima and a flat step at 1/3, where a ball waits before it takes the shallow one.

    Source: A. Forrester and others, Engineering Design via Surrogate Modelling (2008); VLSE.
    """
    minima = {(0.7572487578418559,): -6.020740055767083, (0.1425891893247163,): -0.9863254063210814}
    formula = "(6*x - 2)^2*sin(12*x - 4)"
    return symbolic("forrester", formula, ((0.0, 1.0),), [(0.45,)], minima, variables=("x",))


def _with_mirror(point: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """A point and its image through the origin."""
    x, y = point
    return point, (-x, -y)
