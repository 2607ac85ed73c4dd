"""Formulas against an evaluation of the same trees that knows nothing of ours."""

from __future__ import annotations

import math
from random import Random

import formulas
import hypothesis.strategies as st
import mpmath
import numpy as np
from hypothesis import given, settings

from gdanim.engine.functions import from_expression
from gdanim.errors import ExpressionError

ALIKE = 1e-6  # relative: what fifteen digits leave of well-conditioned numbers


def compared(seed: int) -> bool:
    """Compare one random formula; False where nothing can be compared."""
    random = Random(seed)
    node = formulas.tree(random, random.randint(3, 12))
    text = formulas.text(node, random)
    point = [random.uniform(-2, 2), random.uniform(-2, 2)]
    try:
        with mpmath.workdps(70):
            exact = formulas.derivatives(node, *point)
            beside = formulas.derivatives(node, point[0] * (1 + 1e-13), point[1] * (1 - 1e-13))
        with mpmath.workdps(15):
            rough = float(mpmath.re(formulas.value(node, *map(mpmath.mpf, point))))
    except (ValueError, ArithmeticError, TypeError):  # TypeError: only as a complex number
        return False
    flat, near = (np.concatenate([[v], g, np.ravel(h)]) for v, g, h in (exact, beside))
    sizes = np.maximum(np.abs(flat), 1)
    steady = np.isfinite(flat).all() and (np.abs(flat - near) < ALIKE / 100 * sizes).all()
    if not steady or sizes.max() > 1e9 or abs(rough - exact[0]) > 1e-12 * sizes[0]:
        return False
    told = ""
    try:
        goal = from_expression(text, axes=("x", "y"))
    except ExpressionError as error:
        told = error.message
    if told:  # a constant, or a constant part that is undefined
        assert "constant" in told or "division by zero" in told, (text, told)
        return False
    at = np.array(point)
    found = np.concatenate([[goal.value(at)], goal.gradient(at), goal.hessian(at).ravel()])
    assert (np.abs(found - flat) <= ALIKE * sizes).all(), (text, point, found, flat)
    return True


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**40))
def test_a_formula_has_the_value_and_the_slopes_of_what_was_written(seed: int) -> None:
    compared(seed)


def test_most_formulas_can_be_compared() -> None:
    assert sum(map(compared, range(60))) >= 20


def test_a_wrong_slope_would_be_seen() -> None:
    node = ("single", "sin", ("leaf", "x"))
    with mpmath.workdps(70):
        value, gradient, hessian = formulas.derivatives(node, 0.7, 0.3)
    assert (value, gradient[0], hessian[0][0]) == (math.sin(0.7), math.cos(0.7), -math.sin(0.7))
