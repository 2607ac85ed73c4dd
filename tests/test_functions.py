"""A battery over every registered function, and bare formulas as objectives."""

from __future__ import annotations

import inspect
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from gdanim.calculus import symbol
from gdanim.engine.functions import SymbolicObjective, from_expression, objective
from gdanim.engine.solution import Array
from gdanim.entries import FunctionEntry
from gdanim.registry import functions

FORMULAS = [
    "x^2 + 10*y^2",
    "abs(x) + max(x, y, 1) - min(x*y, 2)",
    "sin(x)*exp(-y^2) + log10(3 + x^2)",
    "sigmoid(3*x - y) + tanh(x)/cosh(y)",
    "x^4 - sqrt(1 + y^2) + atan(x*y)",
    "2^x + x1*x2^2*x10",
]
OBJECTIVES = [functions[name]() for name in functions] + [from_expression(text) for text in FORMULAS]
each_objective = pytest.mark.parametrize("goal", OBJECTIVES, ids=lambda goal: goal.name)
each_name = pytest.mark.parametrize("name", list(functions))


def sample(goal: SymbolicObjective, count: int = 20) -> Array:
    low, high = np.array(goal.domain or ((-2.0, 2.0),) * len(goal.variables)).T
    return np.random.default_rng(5).uniform(low, high, (count, len(low)))


@each_objective
def test_derivatives_are_those_of_fifty_digit_differences(goal: SymbolicObjective) -> None:
    kinks = {"absolute": abs, "largest": max, "smallest": min, "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x))}
    precise = sympy.lambdify(list(map(symbol, goal.variables)), goal.expression, [kinks, "mpmath"])
    points = sample(goal, 4)
    n = len(goal.variables)
    with mpmath.workdps(50):
        for point, gradient, hessian in zip(points, goal.gradient(points), goal.hessian(points), strict=True):
            exact = tuple(map(mpmath.mpf, point))
            for i in range(n):
                once = tuple(int(k == i) for k in range(n))
                assert gradient[i] == pytest.approx(
                    float(mpmath.diff(precise, exact, once)), rel=1e-9, abs=1e-9
                )
                for j in range(n):
                    twice = tuple(int(k == i) + int(k == j) for k in range(n))
                    assert hessian[i, j] == pytest.approx(
                        float(mpmath.diff(precise, exact, twice)), rel=1e-9, abs=1e-9
                    )


@each_objective
def test_any_shape_of_points_will_do(goal: SymbolicObjective) -> None:
    n = len(goal.variables)
    points = sample(goal, 6).reshape(2, 3, n)
    assert goal.value(points).shape == (2, 3)
    assert goal.gradient(points).shape == (2, 3, n)
    assert goal.hessian(points).shape == (2, 3, n, n)
    for evaluate in (goal.value, goal.gradient, goal.hessian):
        np.testing.assert_allclose(evaluate(points)[1, 2], evaluate(points[1, 2]), rtol=1e-12)
        assert len(evaluate(points[0, :0])) == 0


@each_name
def test_listed_minima_are_minima(name: str) -> None:
    goal = functions[name]()
    minima = np.array(goal.minima).reshape(-1, len(goal.variables))
    np.testing.assert_allclose(goal.gradient(minima), 0, atol=1e-9)
    around = np.random.default_rng(7).normal(0, 1e-3, (100, 1, len(goal.variables)))
    assert (goal.value(minima + around) > goal.value(minima)).all()
    assert (goal.value(sample(goal, 1000)) > goal.value(minima).max(initial=-np.inf)).all()


@each_name
def test_values_at_the_minima_are_the_published_zero(name: str) -> None:
    goal = functions[name]()
    minima = np.array(goal.minima).reshape(-1, len(goal.variables))
    np.testing.assert_allclose(goal.value(minima), 0, atol=1e-12)


@each_name
def test_starts_and_minima_lie_in_the_domain(name: str) -> None:
    goal = functions[name]()
    assert goal.starts
    low, high = np.array(goal.domain).T
    for point in (*goal.starts, *goal.minima):
        assert (low < point).all()
        assert (point < high).all()
    assert np.linalg.norm(goal.gradient(np.array(goal.starts)), axis=-1).min() > 1e-3


@each_name
def test_docstring_teaches_and_names_its_source(name: str) -> None:
    text = inspect.getdoc(functions[name]) or ""
    assert functions.summary(name).endswith(".")
    assert "Source:" in text


@pytest.mark.parametrize(
    ("name", "parameters", "point", "value"),
    [
        ("ellipse", {"condition": 4}, (1.0, 2.0), 17.0),
        ("rosenbrock", {"a": -3, "b": 0.5}, (-2.0, 2.0), 3.0),
        ("himmelblau", {}, (0.0, 0.0), 170.0),
        ("beale", {}, (0.0, 0.0), 14.203125),
        ("rastrigin", {}, (0.5, 0.0), 20.25),
        ("ackley", {}, (1.0, 1.0), 20 - 20 * np.exp(-0.2)),
    ],
)
def test_known_values(
    name: str, parameters: dict[str, Any], point: tuple[float, float], value: float
) -> None:
    assert functions[name](**parameters).value(np.array(point)) == pytest.approx(value, rel=1e-14)


def test_the_gradient_at_a_cusp_is_zero_at_a_listed_minimum_only() -> None:
    ackley = functions["ackley"]()
    np.testing.assert_array_equal(ackley.gradient(np.zeros((2, 2))), 0)
    assert np.isnan(from_expression("sqrt(x^2 + y^2)").gradient(np.zeros(2))).all()


def test_undefined_is_nan_overflow_is_inf_and_nothing_is_complex() -> None:
    points = np.array([[-1.0], [0.0], [4.0]])
    np.testing.assert_array_equal(from_expression("sqrt(x)").value(points), [np.nan, 0, 2])
    np.testing.assert_array_equal(from_expression("sqrt(-x^2)").value(points), [np.nan, 0, np.nan])
    np.testing.assert_array_equal(from_expression("exp(1000*x)").value(points), [0, 1, np.inf])
    np.testing.assert_array_equal(from_expression("1/x").value(points)[1:], [np.inf, 0.25])


def test_kinks_have_no_curvature() -> None:
    kink = from_expression("abs(x) + max(x, 0)")
    np.testing.assert_array_equal(kink.gradient(np.array([[-1.0], [0.0], [1.0]])), [[-1], [0.5], [2]])
    np.testing.assert_array_equal(kink.hessian(np.zeros((3, 1))), 0)


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("rosenbrock", r"\left(1 - x\right)^{2} + 100 \left(y - x^{2}\right)^{2}"),
        ("himmelblau", r"\left(x^{2} + y - 11\right)^{2} + \left(x + y^{2} - 7\right)^{2}"),
        ("ellipse", "x^{2} + 10 y^{2}"),
        (
            "rastrigin",
            r"20 + x^{2} - 10 \cos{\left(2 \pi x \right)} + y^{2} - 10 \cos{\left(2 \pi y \right)}",
        ),
    ],
)
def test_latex_keeps_the_written_order(name: str, latex: str) -> None:
    assert functions[name]().latex == latex


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"axes": ("y",)}, "needs each of x, y once, not y"),
        ({"axes": ("y", "x", "y")}, "needs each of x, y once"),
        ({"minima": [(0.0,)]}, "one number for each variable"),
        ({"domain": {"x": (0.0, 1.0)}}, "one interval for each variable"),
    ],
)
def test_a_formula_is_refused_what_does_not_fit_it(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_expression("x^2 + y^2", **settings)


def test_axes_order_the_coordinates_and_may_add_some() -> None:
    line = from_expression("2m + b", axes=("m", "b", "t"))
    np.testing.assert_array_equal(line.value(np.array([[3.0, 1.0, 9.0]])), [7])
    np.testing.assert_array_equal(line.gradient(np.array([[3.0, 1.0, 9.0]])), [[2, 1, 0]])


def test_an_entry_overrides_what_the_registry_knows() -> None:
    entry = FunctionEntry.model_validate(
        {"name": "rosenbrock", "b": 50, "domain": {"x": (0, 2), "y": (0, 3)}, "minima": ((1, 1), (0, 0))}
    )
    goal = objective(entry)
    assert goal.domain == ((0, 2), (0, 3))
    assert goal.minima == ((1, 1), (0, 0))
    assert goal.value(np.array([0.0, 1.0])) == 51


@pytest.mark.parametrize(("name", "settings"), [("ellipse", {"condition": 0}), ("rosenbrock", {"b": -1.0})])
def test_parameters_that_leave_no_minimum_are_refused(name: str, settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        functions[name](**settings)
