"""Curved and narrow valleys: easy to reach, hard to follow."""

from __future__ import annotations

from itertools import pairwise

from gdanim.engine.functions import wide
from gdanim.engine.functions.known import KnownObjective, axes, repeated
from gdanim.engine.functions.symbolic import symbolic
from gdanim.errors import SettingError
from gdanim.formula import number_text
from gdanim.registry import functions


@functions.register
def rosenbrock(a: float = 1.0, b: float = 100.0, dimensions: int = 2) -> KnownObjective:
    """The banana valley: easy to reach, then flat and curved for a long way to the minimum.

    Source: H. H. Rosenbrock, An automatic method for finding the greatest or least value of a
    function, The Computer Journal 3 (1960), 175-184, with its start (-1.2, 1); VLSE for its extension.
    """
    if not b > 0:
        raise SettingError(("b",), "b must be positive")
    names = axes(dimensions, least=2)
    if dimensions > 2 and a != 1:  # the minimum would no longer be known
        raise SettingError(("a",), "a must be 1 beyond two dimensions")
    terms = (f"({number_text(a)} - {x})^2 + {number_text(b)}*({y} - {x}^2)^2" for x, y in pairwise(names))
    across = (min(-2.0, 1.5 * a), max(2.0, 1.5 * a))
    box = (across, (-1.0, max(3.0, 1.5 * a * a))) if dimensions == 2 else (across,) * dimensions
    start, minimum = repeated((-1.2, 1.0), dimensions), repeated((float(a), float(a) ** 2), dimensions)
    return symbolic(
        "rosenbrock",
        " + ".join(terms),
        box,
        [start],
        {minimum: 0.0},
        variables=names,
        wide=wide.rosenbrock(a, b),
    )


@functions.register
def beale() -> KnownObjective:
    """Steep corners around a nearly flat floor: the gradient's size says little about the distance.

    Source: E. M. L. Beale, On an iterative method for finding a local minimum of a function of more
    than one variable (1958); start (1, 1) of J. J. More and others, ACM TOMS 7 (1981), 17-41.
    """
    formula = "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2"
    return symbolic("beale", formula, 4.5, [(1.0, 1.0)], {(3.0, 0.5): 0.0}, saddles=[(0.0, 1.0)])


@functions.register
def dixon_price(dimensions: int = 2) -> KnownObjective:
    """Two mirrored valleys joined at a saddle: which one a ball takes hangs on the sign of its last number.

    Source: Jamil and Yang (2013); VLSE.
    """
    names = axes(dimensions, least=2)
    terms = (f"{i}*(2*{y}^2 - {x})^2" for i, (x, y) in enumerate(pairwise(names), start=2))
    formula = " + ".join([f"({names[0]} - 1)^2", *terms])
    # VLSE lists one minimum; the last coordinate is only ever squared, so its mirror image is another.
    *rest, last = (2.0 ** (2.0 ** (1 - i) - 1) for i in range(1, dimensions + 1))
    minima = {(*rest, last): 0.0, (*rest, -last): 0.0}
    saddles = [(1 / 3, 0.0)] if dimensions == 2 else []
    start = repeated((-0.7, 0.12), dimensions)
    return symbolic("dixon_price", formula, 2.0, [start], minima, saddles, names, wide=wide.dixon_price)


@functions.register
def powell(dimensions: int = 4) -> KnownObjective:
    """A singular Hessian at the minimum: Newton's method loses its speed, plain descent nearly all of it.

    Source: M. J. D. Powell, An iterative method for finding stationary values of a function of several
    variables, The Computer Journal 5 (1962), 147-151, with its start (3, -1, 0, 1); VLSE.
    """
    if dimensions not in (4, 8):
        raise SettingError(("dimensions",), f"dimensions must be 4 or 8, not {dimensions}")
    names = axes(dimensions)
    fours = (names[i : i + 4] for i in range(0, dimensions, 4))
    formula = " + ".join(
        f"({a} + 10*{b})^2 + 5*({c} - {d})^2 + ({b} - 2*{c})^4 + 10*({a} - {d})^4" for a, b, c, d in fours
    )
    start, minimum = repeated((3.0, -1.0, 0.0, 1.0), dimensions), (0.0,) * dimensions
    return symbolic("powell", formula, 4.0, [start], {minimum: 0.0}, variables=names)


@functions.register
def colville() -> KnownObjective:
    """Wood's function: two coupled banana valleys with a saddle in the way that looks like the end.

    Source: A. R. Colville, A comparative study of nonlinear programming codes (1968), with its start
    (-3, -1, -3, -1); J. J. More and others, ACM TOMS 7 (1981), 17-41, no. 14; VLSE.
    """
    # Some collections print x1 - x2^2 for the first square.
    formula = (
        "100*(x1^2 - x2)^2 + (x1 - 1)^2 + 90*(x3^2 - x4)^2 + (x3 - 1)^2"
        " + 10.1*((x2 - 1)^2 + (x4 - 1)^2) + 19.8*(x2 - 1)*(x4 - 1)"
    )
    names, minimum = axes(4), (1.0, 1.0, 1.0, 1.0)
    saddle = (-0.9679740249375933, 0.9471391408178422, -0.9695163103315912, 0.9512476657923254)
    return symbolic("colville", formula, 4.0, [(-3.0, -1.0, -3.0, -1.0)], {minimum: 0.0}, [saddle], names)


@functions.register
def bukin6() -> KnownObjective:
    """A knife-edge valley: the slope is infinite at its bottom, so every step flies over it.

    Source: Jamil and Yang (2013); VLSE.
    """
    formula = "100*sqrt(abs(y - 0.01*x^2)) + 0.01*abs(x + 10)"
    return symbolic("bukin6", formula, ((-15.0, -5.0), (-3.0, 3.0)), [(-6.5, 2.2)], {(-10.0, 1.0): 0.0})


@functions.register
def freudenstein_roth() -> KnownObjective:
    """A valley with a false end: most starts finish in a local minimum of loss 48.98, far above zero.

    Source: F. Freudenstein, B. Roth, Numerical solution of systems of nonlinear equations, Journal of the
    ACM 10 (1963), 550-556; start (0.5, -2) of J. J. More and others, ACM TOMS 7 (1981), 17-41, no. 2.
    """
    formula = "(x - 13 + y*((5 - y)*y - 2))^2 + (x - 29 + y*((y + 1)*y - 14))^2"
    minima = {(5.0, 4.0): 0.0, (11.412778986902094, -0.8968052532744765): 48.98425367924002}
    return symbolic("freudenstein_roth", formula, ((-1.0, 14.0), (-3.0, 5.0)), [(0.5, -2.0)], minima)
