"""Minima without number: descent stops in the nearest one, whatever it is worth."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product

from gdanim.engine.functions import wide
from gdanim.engine.functions.known import KnownObjective, axes, repeated
from gdanim.engine.functions.symbolic import symbolic
from gdanim.errors import SettingError
from gdanim.formula import number_text
from gdanim.registry import functions


@functions.register
def rastrigin(dimensions: int = 2) -> KnownObjective:
    """An egg box of minima around the one that counts: descent stops in the nearest dent.

    Source: L. A. Rastrigin, Systems of Extremal Control (1974); VLSE.
    """
    names = axes(dimensions)
    formula = " + ".join([str(10 * dimensions), *(f"{x}^2 - 10*cos(2*pi*{x})" for x in names)])
    start, minimum = repeated((3.3, -2.7), dimensions), (0.0,) * dimensions
    return symbolic("rastrigin", formula, 5.12, [start], {minimum: 0.0}, variables=names, wide=wide.rastrigin)


@functions.register
def ackley(dimensions: int = 2) -> KnownObjective:
    """A dented plain with a funnel in the middle: far away the gradient knows nothing of it.

    Source: D. H. Ackley, A Connectionist Machine for Genetic Hillclimbing (1987); VLSE.
    """
    names = axes(dimensions)
    squares = " + ".join(f"{x}^2" for x in names)
    waves = " + ".join(f"cos(2*pi*{x})" for x in names)
    n = dimensions
    formula = f"-20*exp(-0.2*sqrt(({squares})/{n})) - exp(({waves})/{n}) + e + 20"
    start, minimum = repeated((2.3, 1.6), n), (0.0,) * n
    return symbolic("ackley", formula, 5.0, [start], {minimum: 0.0}, variables=names, wide=wide.ackley)


@functions.register
def griewank(dimensions: int = 2) -> KnownObjective:
    """Ripples on a very wide bowl: near by they are all there is, from afar they vanish.

    Source: A. O. Griewank, Generalized descent for global optimization, Journal of Optimization Theory and
    Applications 34 (1981), 11-39; VLSE.
    """
    names = axes(dimensions)
    squares = " + ".join(f"{x}^2" for x in names)
    waves = "*".join(f"cos({x}/sqrt({i}))" if i > 1 else f"cos({x})" for i, x in enumerate(names, start=1))
    start, minimum = repeated((4.6, -5.0), dimensions), (0.0,) * dimensions
    formula = f"1 + ({squares})/4000 - {waves}"
    return symbolic("griewank", formula, 8.0, [start], {minimum: 0.0}, variables=names, wide=wide.griewank)


@functions.register
def levy(dimensions: int = 2) -> KnownObjective:
    """Furrows across a slope: each one is a resting place for a ball without momentum.

    Source: Jamil and Yang (2013); VLSE.
    """
    names = axes(dimensions)
    first, last = names[0], names[-1]
    terms = [f"sin(pi*({first} + 3)/4)^2"]
    terms += [f"({x} - 1)^2/16*(1 + 10*sin(pi*({x} + 3)/4 + 1)^2)" for x in names[:-1]]
    terms += [f"({last} - 1)^2/16*(1 + sin(pi*({last} + 3)/2)^2)"]
    start, minimum = repeated((-7.0, 6.6), dimensions), (1.0,) * dimensions
    return symbolic("levy", " + ".join(terms), 10.0, [start], {minimum: 0.0}, variables=names, wide=wide.levy)


@functions.register
def levi13() -> KnownObjective:
    """A finely pleated bowl: the pleats hold every ball long before the bowl can lead it.

    Source: Jamil and Yang (2013); VLSE.
    """
    formula = "sin(3*pi*x)^2 + (x - 1)^2*(1 + sin(3*pi*y)^2) + (y - 1)^2*(1 + sin(2*pi*y)^2)"
    return symbolic("levi13", formula, ((-2.0, 4.0), (-2.0, 4.0)), [(-0.9, 3.2)], {(1.0, 1.0): 0.0})


@functions.register
def schwefel(dimensions: int = 2) -> KnownObjective:
    """A deceiver: the deepest hollow lies in a corner, far from the second deepest.

    Source: H.-P. Schwefel, Numerical Optimization of Computer Models (1981); Jamil and Yang (2013); VLSE.
    """
    names = axes(dimensions)
    # Published with the constant 418.9829 (VLSE), which leaves 0.000013 for each dimension at the minimum.
    formula = number_text(dimensions * 418.98288727243374) + "".join(
        f" - {x}*sin(sqrt(abs({x})))" for x in names
    )
    start, minimum = repeated((-60.0, 130.0), dimensions), (420.96874635998203,) * dimensions
    return symbolic("schwefel", formula, 500.0, [start], {minimum: 0.0}, variables=names, wide=wide.schwefel)


@functions.register
def michalewicz(m: int = 10, dimensions: int = 2) -> KnownObjective:
    """Narrow channels in a flat plain: the larger ``m``, the less a gradient outside knows of them.

    Source: Z. Michalewicz, Genetic Algorithms + Data Structures = Evolution Programs (1992); VLSE.
    """
    if not 1 <= m <= 20:
        raise SettingError(("m",), f"m must be 1 to 20, not {m}")
    names = axes(dimensions)
    terms = [
        f"sin({x})*sin({f'{i}*' if i > 1 else ''}{x}^2/pi)^{2 * m}" for i, x in enumerate(names, start=1)
    ]
    lowest = [_michalewicz_channel(i, m) for i in range(1, dimensions + 1)]
    value = -sum(
        math.sin(x) * math.sin(i * x * x / math.pi) ** (2 * m) for i, x in enumerate(lowest, start=1)
    )
    box = ((0.0, math.pi),) * dimensions
    start = repeated((1.75, 1.25), dimensions)
    return symbolic(
        "michalewicz",
        f"-{' - '.join(terms)}",
        box,
        [start],
        {tuple(lowest): value},
        variables=names,
        wide=wide.michalewicz(m),
    )


@lru_cache(maxsize=2000)
def _michalewicz_channel(i: int, m: int) -> float:
    """The x in [0, pi] where sin(x) sin(i x^2 / pi)^2m is largest, by Newton's method on its logarithm."""
    x = max(
        (k * math.pi / 1000 for k in range(1, 1000)),
        key=lambda x: math.sin(x) * math.sin(i * x * x / math.pi) ** (2 * m),
    )
    for _ in range(6):
        u, du, ddu = i * x * x / math.pi, 2 * i * x / math.pi, 2 * i / math.pi
        slope = 1 / math.tan(x) + 2 * m * du / math.tan(u)
        curvature = -1 / math.sin(x) ** 2 + 2 * m * (ddu / math.tan(u) - (du / math.sin(u)) ** 2)
        x -= slope / curvature
    return x


@functions.register
def eggholder() -> KnownObjective:
    """Ever larger waves towards the edges: the best minimum hides in a corner among many nearly as good.

    Source: Jamil and Yang (2013); VLSE.
    """
    # Known for -959.6407 at (512, 404.2319): the slope goes on down there, the usual domain ends. Ours ends
    # before, so that the lowest point is a minimum, where a ball comes to rest.
    formula = "-(y + 47)*sin(sqrt(abs(x/2 + y + 47))) - x*sin(sqrt(abs(x - y - 47)))"
    minima = {(482.35331046478844, 432.8789989454835): -956.9182316246656}
    return symbolic("eggholder", formula, 490.0, [(60.0, -120.0)], minima)


@functions.register
def holder_table() -> KnownObjective:
    """A table on four deep legs: the four best minima stand in the corners, a quilt of shallow ones between.

    Source: Jamil and Yang (2013); VLSE.
    """
    x, y = 8.055023475736563, 9.664590019241273
    formula = "-abs(sin(x)*cos(y)*exp(abs(1 - sqrt(x^2 + y^2)/pi)))"
    minima = dict.fromkeys(product((x, -x), (y, -y)), -19.208502567886732)
    return symbolic("holder_table", formula, 10.0, [(6.9, 7.8)], minima)


@functions.register
def cross_in_tray() -> KnownObjective:
    """A cross of sharp ridges and more beyond: small steps never leave the field they start in.

    Source: Jamil and Yang (2013); VLSE.
    """
    formula = "-0.0001*(abs(sin(x)*sin(y)*exp(abs(100 - sqrt(x^2 + y^2)/pi))) + 1)^0.1"
    # Published at 1.349406685 (VLSE: 1.3491), which is off by 7e-8.
    x = 1.3494066171539108
    minima = dict.fromkeys(product((x, -x), repeat=2), -2.062611870822738)
    return symbolic("cross_in_tray", formula, 5.0, [(2.4, 0.5)], minima)


@functions.register
def drop_wave() -> KnownObjective:
    """Rings around a drop: the minimum in the middle is surrounded by moats, each a minimum of its own.

    Source: Jamil and Yang (2013), the drop wave; VLSE.
    """
    formula = "-(1 + cos(12*sqrt(x^2 + y^2)))/((x^2 + y^2)/2 + 2)"
    return symbolic("drop_wave", formula, 2.0, [(1.25, 0.75)], {(0.0, 0.0): -1.0})


@functions.register
def salomon(dimensions: int = 2) -> KnownObjective:
    """Ripples on a cone: from any side the way down crosses ring after ring, each able to hold a ball.

    Source: R. Salomon, Re-evaluating genetic algorithm performance under coordinate rotation of benchmark
    functions, BioSystems 39 (1996), 263-278; Jamil and Yang (2013).
    """
    names = axes(dimensions)
    radius = f"sqrt({' + '.join(f'{x}^2' for x in names)})"
    formula = f"1 - cos(2*pi*{radius}) + 0.1*{radius}"
    start, minimum = repeated((2.1, 1.1), dimensions), (0.0,) * dimensions
    return symbolic("salomon", formula, 3.0, [start], {minimum: 0.0}, variables=names, wide=wide.salomon)


@functions.register
def schaffer2() -> KnownObjective:
    """Crossed ripples that grow finer outwards: any constant rate is too large somewhere.

    Source: Jamil and Yang (2013); VLSE.
    """
    formula = "0.5 + (sin(x^2 - y^2)^2 - 0.5)/(1 + 0.001*(x^2 + y^2))^2"
    return symbolic("schaffer2", formula, 3.0, [(2.3, 0.7)], {(0.0, 0.0): 0.0})


@functions.register
def schaffer4() -> KnownObjective:
    """Ripples with the best minima beside the middle: the centre of symmetry is a maximum.

    Source: Jamil and Yang (2013); VLSE.
    """
    # Published with |x^2 - y^2|, which changes nothing: cos(sin(u)) is even.
    # Published at 1.253115, which is right to four digits.
    x = 1.2531318314637332
    formula = "0.5 + (cos(sin(x^2 - y^2))^2 - 0.5)/(1 + 0.001*(x^2 + y^2))^2"
    minima = dict.fromkeys(((0.0, x), (0.0, -x), (x, 0.0), (-x, 0.0)), 0.29257863203598055)
    return symbolic("schaffer4", formula, 2.5, [(0.6, 0.35)], minima)


@functions.register
def bohachevsky() -> KnownObjective:
    """A bowl with shallow ripples: from afar they hardly count, near by each one is a trap.

    Source: I. Bohachevsky and others, Generalized simulated annealing for function optimization,
    Technometrics 28 (1986), 209-217; VLSE, no. 1.
    """
    formula = "x^2 + 2*y^2 - 0.3*cos(3*pi*x) - 0.4*cos(4*pi*y) + 0.7"
    return symbolic("bohachevsky", formula, 1.5, [(-1.3, 0.95)], {(0.0, 0.0): 0.0})


@functions.register
def egg_crate() -> KnownObjective:
    """A bowl of nine hollows: which one a ball ends in depends on its rate as much as on its start.

    Source: Jamil and Yang (2013).
    """
    formula = "x^2 + y^2 + 25*(sin(x)^2 + sin(y)^2)"
    return symbolic("egg_crate", formula, 5.0, [(4.3, -2.2)], {(0.0, 0.0): 0.0})


@functions.register
def bird() -> KnownObjective:
    """Two deep basins far apart among steep crests: a start on a crest may fall either way.

    Source: S. K. Mishra, Some new test functions for global optimization and performance of repulsive
    particle swarm method (2006); Jamil and Yang (2013).
    """
    formula = "sin(x)*exp((1 - cos(y))^2) + cos(y)*exp((1 - sin(x))^2) + (x - y)^2"
    minima = dict.fromkeys(
        ((4.701043130249553, 3.15293850372493), (-1.5821421769300335, -3.1302468034546564)),
        -106.76453674926467,
    )
    return symbolic("bird", formula, 6.3, [(2.2, 0.8)], minima)


@functions.register
def gramacy_lee() -> KnownObjective:
    """One dimension, nine minima: waves that grow towards the left, on a slope that grows towards the right.

    Source: R. Gramacy, H. Lee, Cases for the nugget in modeling computer experiments, Statistics and
    Computing 22 (2012), 713-722; VLSE.
    """
    formula = "sin(10*pi*x)/(2*x) + (x - 1)^4"
    minima = {
        (0.5485634445276052,): -0.8690111349894998,
        (0.7487437781430086,): -0.6632798486904422,
        (0.9489336866904862,): -0.5266047887404023,
        (1.1490876188021966,): -0.43445504846995666,
        (1.348785167362593,): -0.35563502339109725,
        (1.5472883271844392,): -0.23225917160244938,
        (1.7435767404694347,): 0.024757434887311768,
        (1.9362196625299227,): 0.5338536167507464,
        (2.1218991660525427,): 1.4345939158961477,
    }
    return symbolic("gramacy_lee", formula, ((0.5, 2.5),), [(1.55,)], minima, variables=("x",))
