"""Objectives with a single minimum and no other resting point: what differs is how the way there bends."""

from __future__ import annotations

from itertools import pairwise

from gdanim.engine.functions import wide
from gdanim.engine.functions.known import KnownObjective, axes, repeated
from gdanim.engine.functions.symbolic import symbolic
from gdanim.errors import SettingError
from gdanim.formula import number_text
from gdanim.registry import functions


@functions.register
def bowl() -> KnownObjective:
    """The round bowl: every direction is alike, so the gradient points straight at the minimum.

    Source: J. Nocedal, S. Wright, Numerical Optimization (2nd ed. 2006), section 3.3.
    """
    return symbolic("bowl", "x^2 + y^2", 5.0, [(3.0, 4.0)], {(0.0, 0.0): 0.0})


@functions.register
def sphere(dimensions: int = 2) -> KnownObjective:
    """The round bowl in any number of dimensions: how far a method gets with nothing in its way.

    Source: K. De Jong, An analysis of the behavior of a class of genetic adaptive systems (1975), F1; VLSE.
    """
    names = axes(dimensions)
    formula = " + ".join(f"{x}^2" for x in names)
    start, minimum = repeated((-3.9, 2.6), dimensions), (0.0,) * dimensions
    return symbolic("sphere", formula, 5.12, [start], {minimum: 0.0}, variables=names, wide=wide.sphere)


@functions.register
def ellipse(condition: float = 10.0) -> KnownObjective:
    """The ravine: one direction ``condition`` times steeper, so that no single rate suits both.

    Source: J. Nocedal, S. Wright, Numerical Optimization (2nd ed. 2006), section 3.3.
    """
    _positive(condition=condition)
    formula = f"x^2 + {number_text(condition)}*y^2"
    return symbolic("ellipse", formula, 3.0, [(-2.6, 1.4)], {(0.0, 0.0): 0.0})


@functions.register
def ravine(condition: float = 50.0) -> KnownObjective:
    """A ravine across the axes: scaling each coordinate by itself, as Adam does, no longer helps.

    Its Hessian has the eigenvalues 2 and 2 ``condition``, at 45 degrees to the axes.
    Source: N. Hansen and others, Real-parameter black-box optimization benchmarking (2009), f10 in two
    dimensions; the plain ellipse turned by 45 degrees.
    """
    _positive(condition=condition)
    formula = f"((x + y)^2 + {number_text(condition)}*(x - y)^2)/2"
    return symbolic("ravine", formula, 3.0, [(-2.4, -1.2)], {(0.0, 0.0): 0.0})


@functions.register
def booth() -> KnownObjective:
    """Two linear equations as one loss: a slanted valley, steep across and gentle along.

    Source: Jamil and Yang (2013); VLSE.
    """
    return symbolic("booth", "(x + 2*y - 7)^2 + (2*x + y - 5)^2", 10.0, [(-7.0, -5.5)], {(1.0, 3.0): 0.0})


@functions.register
def matyas() -> KnownObjective:
    """A nearly flat trough on the diagonal: the loss is small long before the minimum is near.

    Source: Jamil and Yang (2013); VLSE.
    """
    return symbolic("matyas", "0.26*(x^2 + y^2) - 0.48*x*y", 10.0, [(-8.5, -4.0)], {(0.0, 0.0): 0.0})


@functions.register
def zakharov(dimensions: int = 2) -> KnownObjective:
    """A plate that bends up like a fourth power: the rate that is right at the foot explodes at the rim.

    Source: Jamil and Yang (2013); VLSE.
    """
    names = axes(dimensions)
    weighted = " + ".join(f"{number_text((i + 1) / 2)}*{x}" if i != 1 else x for i, x in enumerate(names))
    formula = f"{' + '.join(f'{x}^2' for x in names)} + ({weighted})^2 + ({weighted})^4"
    start, minimum = repeated((2.2, 1.5), dimensions), (0.0,) * dimensions
    return symbolic("zakharov", formula, 3.0, [start], {minimum: 0.0}, variables=names, wide=wide.zakharov)


@functions.register
def trid(dimensions: int = 2) -> KnownObjective:
    """A bowl whose coordinates pull at their neighbours, and whose minimum moves away with each dimension.

    Source: Jamil and Yang (2013); VLSE.
    """
    names = axes(dimensions)
    n = dimensions
    squares = " + ".join(f"({x} - 1)^2" for x in names)
    products = "".join(f" - {x}*{y}" for x, y in pairwise(names))
    minimum = tuple(float(i * (n + 1 - i)) for i in range(1, n + 1))
    value = -n * (n + 4) * (n - 1) / 6
    half = 1.0 + max(minimum)
    box = tuple((middle - 2 * half, middle + 2 * half) for middle in minimum)
    start = tuple(x + half * side for x, side in zip(minimum, repeated((-1.6, 0.9), n), strict=True))
    return symbolic(
        "trid", squares + products, box, [start], {minimum: value}, variables=names, wide=wide.trid
    )


@functions.register
def quartic(dimensions: int = 2) -> KnownObjective:
    """A bowl with a flat floor: the gradient dies faster than the distance, and every step is shorter.

    Source: K. De Jong, An analysis of the behavior of a class of genetic adaptive systems (1975), F4
    without its noise; Jamil and Yang (2013).
    """
    names = axes(dimensions)
    formula = " + ".join(f"{i + 1}*{x}^4" if i else f"{x}^4" for i, x in enumerate(names))
    start, minimum = repeated((-1.1, 0.9), dimensions), (0.0,) * dimensions
    return symbolic("quartic", formula, 1.28, [start], {minimum: 0.0}, variables=names, wide=wide.quartic)


@functions.register
def absolute(dimensions: int = 2) -> KnownObjective:
    """The kink: the slope is 1 up to the very minimum, so a constant rate jumps over it for ever.

    Source: S. Boyd, L. Vandenberghe, Subgradients (Stanford EE364b notes, 2008); Jamil and Yang (2013),
    Schwefel 2.20.
    """
    names = axes(dimensions)
    formula = " + ".join(f"abs({x})" for x in names)
    start, minimum = repeated((-1.7, 0.95), dimensions), (0.0,) * dimensions
    return symbolic("absolute", formula, 2.0, [start], {minimum: 0.0}, variables=names, wide=wide.absolute)


def _positive(**settings: float) -> None:
    for name, value in settings.items():
        if not value > 0:
            raise SettingError((name,), f"{name} must be positive")
