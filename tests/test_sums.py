"""Long sums are not written out: the same losses and slopes, and a thousand variables descend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdanim.engine.descent import solve
from gdanim.engine.functions import SymbolicObjective, from_expression
from gdanim.engine.functions.symbolic import SummedObjective
from gdanim.errors import ExpressionError
from gdanim.formula import expression, sums
from gdanim.spec import Spec

BOWL = "sum(i, 1, 1000, (x[i]-i)^2)"
VALLEY = "sum(i, 1, 999, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)"


def whole(formula: str, monkeypatch: pytest.MonkeyPatch) -> SymbolicObjective:
    """The objective of a formula with all its sums taken for long ones."""
    monkeypatch.setattr(sums, "LONG", 2)
    expression._read.cache_clear()
    made = from_expression(formula)
    assert made.expression  # read now
    monkeypatch.undo()
    expression._read.cache_clear()
    return made


@pytest.mark.parametrize(
    "formula",
    [
        "sum(i, 1, 8, (x[i]-i)^2)",
        "sum(i, 1, 7, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)",
        "y*sum(i, 1, 8, cos(i*x_i)*y)^2 + x1^3 + prod(i, 1, 3, x[i])",
        "20 - 20*exp(-0.2*sqrt(sum(i, 1, 8, x[i]^2)/8)) - exp(sum(i, 1, 8, cos(2*pi*x[i]))/8)",
        "sum(i, 1, 8, where(i<4, x[i]^2, abs(x[i]))) + sum(i, 0, 7, (-1)^i*x[8-i])",
        "sum(i, 1, 6, x[floor(i/2)+1]^2*i)",  # variables that come again and again
        "2*sum(i, 1, 8, x[i]^2)*x1",
        "sum((x[k]-1)**2 for k in range(1, 9))",
        r"\sum_{i=1}^{8} (x_i - i)^2 + 3",
        "sum(i, 1, 5, sum(j, 1, i, x[j])^2)",
        "sum(i, 1, 9, (y - i)^2)",
    ],
)
def test_whole_and_written_out_sums_agree(formula: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = from_expression(formula), whole(formula, monkeypatch)
    assert (type(short), type(long)) == (SymbolicObjective, SummedObjective)
    assert (long.variables, long.latex) == (short.variables, short.latex)
    points = np.random.default_rng(1).standard_normal((5, len(short.variables)))
    np.testing.assert_allclose(long.value(points), short.value(points), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(long.gradient(points), short.gradient(points), rtol=1e-12, atol=1e-12)
    size = 1 + np.abs(short.hessian(points)).max()
    np.testing.assert_allclose(long.hessian(points), short.hessian(points), atol=1e-7 * size)
    np.testing.assert_array_equal(long.value(points[2]), long.value(points)[2])  # alone as among others
    np.testing.assert_array_equal(long.gradient(points[2]), long.gradient(points)[2])


def test_many_balls_are_worked_out_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    goal = whole("sum(i, 1, 8, (x[i]-i)^2)", monkeypatch)
    points = np.random.default_rng(1).standard_normal((3, 4, 8))
    at_once = goal.value(points), goal.gradient(points)
    monkeypatch.setattr("gdanim.engine.functions.summed.BLOCK", 40)
    assert at_once[1].shape == (3, 4, 8)
    np.testing.assert_array_equal(goal.value(points), at_once[0])
    np.testing.assert_array_equal(goal.gradient(points), at_once[1])


def test_a_thousand_variables_converge_when_they_should() -> None:
    """Each step leaves 0.8 of the gradient, which is 2 sqrt(sum of i^2) at 0."""
    given: dict[str, Any] = {"functions": [BOWL], "starts": [[0] * 1000], "learning_rates": [0.1]}
    (run,) = solve(Spec.model_validate(given)).acts[0].runs
    slope = 2 * np.sqrt((np.arange(1, 1001) ** 2).sum())
    steps = int(np.ceil(np.log(1e-6 / slope) / np.log(0.8)))
    assert (run.verdict, run.reason) == (f"converged at step {steps}", "0.1 is 10% of 2/L = 1")
    np.testing.assert_allclose(run.points[-1], np.arange(1, 1001), atol=1e-6)


def test_rosenbrock_of_a_thousand_is_that_of_the_registry() -> None:
    from gdanim.registry import functions

    formula, listed = from_expression(VALLEY), functions["rosenbrock"](dimensions=1000)
    point = np.random.default_rng(2).standard_normal(1000)
    assert formula.value(point) == pytest.approx(listed.value(point), rel=1e-12)
    np.testing.assert_allclose(formula.gradient(point), listed.gradient(point), rtol=1e-9, atol=1e-9)
    given: dict[str, Any] = {"functions": [VALLEY], "learning_rates": [0.001], "steps": 60}
    (run,) = solve(Spec.model_validate(given)).acts[0].runs
    assert run.losses[-1] < 0.2 * run.losses[0]


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("sum(i, 1, 1001, x[i]^2)", "the formula has more than 1000 variables"),
        ("sum(i, 1, 20000, (x-i)^2)", "let the index go over at most 10000 numbers"),
        ("sum(i, 1, 100, x[i-2]^2)", "an index is one whole number from 0 on"),
        ("sum(i, 1, 100, x[i+i/100]^2)", "an index is one whole number from 0 on"),
        ("sum(i, 1, 100, x[i]^2) + y[", "the formula ends too early"),
    ],
)
def test_what_cannot_be_is_told(formula: str, told: str) -> None:
    with pytest.raises(ExpressionError, match=told):
        from_expression(formula)


def test_a_schedule_may_have_a_long_sum() -> None:
    given: dict[str, Any] = {
        "functions": ["x^2"],
        "starts": [[1]],
        "learning_rates": [{"expr": "0.1*sum(i, 1, 60, 1/(k + i)^2)"}],
        "steps": 3,
    }
    (run,) = solve(Spec.model_validate(given)).acts[0].runs
    wanted = [0.1 * sum(1 / (k + i) ** 2 for i in range(1, 61)) for k in range(3)]
    np.testing.assert_allclose(run.learning_rates[:3], wanted, rtol=1e-12)
