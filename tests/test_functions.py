"""A battery over every registered function, and bare formulas as objectives."""

from __future__ import annotations

import inspect
import re
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from known import BY_NAME
from tylax import latex_to_typst

from gdanim.engine.descent import solve
from gdanim.engine.functions import KnownObjective, SymbolicObjective, from_expression, objective
from gdanim.engine.runs import Array
from gdanim.formula.symbols import symbol
from gdanim.listing import listing, markdown
from gdanim.registry import functions
from gdanim.spec import Spec
from gdanim.spec.entries import FunctionEntry

FORMULAS = [
    "x^2 + 10*y^2",
    "abs(x) + max(x, y, 1) - min(x*y, 2)",
    "sin(x)*exp(-y^2) + log10(3 + x^2)",
    "sigmoid(3*x - y) + tanh(x)/cosh(y)",
    "x^4 - sqrt(1 + y^2) + atan(x*y)",
    "2^x + x1*x2^2*x10",
]
NAMED = [functions[name]() for name in BY_NAME] + [
    functions[name](dimensions=8 if name == "powell" else 3)
    for name in BY_NAME
    if "dimensions" in functions.parameters(name)
]
OBJECTIVES = NAMED + [from_expression(text) for text in FORMULAS]

SYMBOLIC = [goal for goal in OBJECTIVES if isinstance(goal, SymbolicObjective)]


def title(goal: KnownObjective) -> str:
    return f"{goal.name} of {len(goal.variables)}"


each_objective = pytest.mark.parametrize("goal", OBJECTIVES, ids=title)
each_named = pytest.mark.parametrize("goal", NAMED, ids=title)
each_name = pytest.mark.parametrize("name", BY_NAME)


def sample(goal: KnownObjective, count: int = 20) -> Array:
    low, high = np.array(goal.domain or ((-2.0, 2.0),) * len(goal.variables)).T
    return np.random.default_rng(5).uniform(low, high, (count, len(low)))


def grid(goal: KnownObjective) -> Array:
    """Points (count, n) all over the domain, its edges included."""
    n = len(goal.variables)
    sides = [np.linspace(low, high, max(3, round(60_000 ** (1 / n)))) for low, high in goal.domain or ()]
    return np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, n)


@pytest.mark.parametrize(
    "goal", [goal for goal in OBJECTIVES if isinstance(goal, SymbolicObjective)], ids=title
)
def test_derivatives_are_those_of_fifty_digit_differences(goal: SymbolicObjective) -> None:
    kinks = {"absolute": abs, "largest": max, "smallest": min, "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x))}
    precise = sympy.lambdify(list(map(symbol, goal.variables)), goal.expression, [kinks, "mpmath"])
    points = sample(goal, 3)
    n = len(goal.variables)
    with mpmath.workdps(50):
        for point, gradient, hessian in zip(points, goal.gradient(points), goal.hessian(points), strict=True):
            exact = tuple(map(mpmath.mpf, point))
            for i in range(n):
                once = tuple(int(k == i) for k in range(n))
                slope = float(mpmath.diff(precise, exact, once))
                assert gradient[i] == pytest.approx(slope, rel=1e-9, abs=1e-9)
                for j in range(i, n):
                    twice = tuple(int(k == i) + int(k == j) for k in range(n))
                    bend = float(mpmath.diff(precise, exact, twice))
                    assert hessian[i, j] == pytest.approx(bend, rel=1e-9, abs=1e-9)
            np.testing.assert_array_equal(hessian, hessian.T)


@each_objective
def test_any_shape_of_points_will_do(goal: SymbolicObjective) -> None:
    n = len(goal.variables)
    points = sample(goal, 6).reshape(2, 3, n)
    assert goal.value(points).shape == (2, 3)
    assert goal.gradient(points).shape == (2, 3, n)
    assert goal.hessian(points).shape == (2, 3, n, n)
    for evaluate in (goal.value, goal.gradient, goal.hessian):
        assert len(evaluate(points[0, :0])) == 0


@each_objective
def test_a_point_does_not_see_the_others(goal: KnownObjective) -> None:
    """Its numbers are the same to the last bit alone, among few or many, and however they lie in memory."""
    points = sample(goal, 33)
    for evaluate in (goal.value, goal.gradient, goal.hessian):
        alone = np.stack([evaluate(point) for point in points])
        for count in (1, 2, 3, 5, 8, 16, 33):
            parts = [evaluate(points[i : i + count]) for i in range(0, len(points), count)]
            np.testing.assert_array_equal(np.concatenate(parts), alone)
        np.testing.assert_array_equal(evaluate(np.asfortranarray(points)), alone)
        np.testing.assert_array_equal(evaluate(points[::-1])[::-1], alone)


@each_named
def test_listed_minima_are_minima(goal: KnownObjective) -> None:
    minima = np.array(goal.minima).reshape(-1, len(goal.variables))
    np.testing.assert_allclose(goal.gradient(minima), 0, atol=1e-9)
    around = np.random.default_rng(7).normal(0, 1e-3, (100, 1, len(goal.variables)))
    assert (goal.value(minima + around) > goal.value(minima)).all()
    hessians = goal.hessian(minima)
    smooth = np.isfinite(hessians).all(axis=(-2, -1))  # not so at a cusp
    curvatures = np.linalg.eigvalsh(hessians[smooth])
    assert (curvatures >= -1e-9 * np.abs(curvatures).max(initial=0)).all()


@each_named
def test_losses_at_the_minima_are_as_listed_the_lowest_first(goal: KnownObjective) -> None:
    minima = np.array(goal.minima).reshape(-1, len(goal.variables))
    np.testing.assert_allclose(goal.value(minima), goal.minimum_values, rtol=1e-12, atol=1e-12)
    assert list(goal.minimum_values) == sorted(goal.minimum_values)


@each_named
def test_nothing_in_the_domain_is_lower_than_the_lowest_minimum(goal: KnownObjective) -> None:
    if goal.minima:
        losses = goal.value(grid(goal))
        assert np.nanmin(losses) >= goal.minimum_values[0] - 1e-12
        assert np.isfinite(losses).mean() > 0.99


@each_named
def test_listed_saddles_go_up_and_down(goal: KnownObjective) -> None:
    for saddle in map(np.array, goal.saddles):
        np.testing.assert_allclose(goal.gradient(saddle), 0, atol=1e-9)
        axes = np.linalg.eigh(goal.hessian(saddle)).eigenvectors.T
        rise = goal.value(saddle + 1e-3 * np.concatenate([axes, -axes])) - goal.value(saddle)
        assert rise.min() < 0 < rise.max()


@each_named
def test_starts_and_landmarks_lie_in_the_domain(goal: KnownObjective) -> None:
    assert goal.starts
    low, high = np.array(goal.domain).T
    for point in (*goal.starts, *goal.minima, *goal.saddles):
        assert len(point) == len(goal.variables)
        assert (low < point).all()
        assert (point < high).all()
    assert np.linalg.norm(goal.gradient(np.array(goal.starts[0]))) > 1e-3


@each_named
def test_the_formula_can_be_printed(goal: KnownObjective) -> None:
    assert latex_to_typst(goal.latex)


@each_name
def test_adam_gets_down_on_it(name: str) -> None:
    film = {
        "functions": [name],
        "optimizers": ["adam"],
        "learning_rates": [0.01],
        "steps": 200,
        "stop": {"gradient_norm": 0},
    }
    for run in solve(Spec.model_validate(film)).acts[0].runs:
        assert run.losses[-1] < run.losses[0]


@each_name
def test_docstring_teaches_and_names_its_source(name: str) -> None:
    text = inspect.getdoc(functions[name]) or ""
    assert functions.summary(name).endswith(".")
    assert "Source: " in text


def test_the_page_on_functions_tells_all_that_is_known() -> None:
    sections = "\n".join(markdown("functions")).split("\n## ")[1:]
    assert [section.partition("\n")[0] for section in sections] == list(functions)
    for name, section in zip(functions, sections, strict=True):
        if name not in BY_NAME:
            continue
        goal = functions[name]()
        assert (inspect.getdoc(functions[name]) or "?") in section
        assert f"- formula: ${goal.latex}$\n" in section
        assert all(parameter in section for parameter in functions.parameters(name))
        for told, points in (("start", goal.starts), ("minimum", goal.minima), ("saddle", goal.saddles)):
            lines = [line for line in section.splitlines() if line.startswith(f"- {told}: ")]
            shown = [[float(x) for x in line[line.index("(") + 1 : -1].split(",")] for line in lines]
            assert np.array(shown) == pytest.approx(np.array(points), rel=1e-3), told
        for loss, line in zip(goal.minimum_values, re.findall("- minimum: (.*) at", section), strict=True):
            assert float(line) == pytest.approx(loss, rel=1e-6)


def test_every_function_is_listed() -> None:
    assert [row[0] for row in listing("functions")] == list(functions)
    assert len(list(functions)) >= 45


@each_name
def test_naming_a_function_reads_no_formula(name: str) -> None:
    assert not vars(functions[name]()).keys() & {"expression", "latex", "_compiled"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("trid", [-2]),
        ("goldstein_price", [3, 30, 84, 840]),
        ("branin", [0.397887] * 3),
        ("six_hump_camel", [-1.0316] * 2 + [-0.2155] * 2 + [2.1043] * 2),
        ("mccormick", [-1.9132, 1.2284]),
        ("styblinski_tang", [-78.3323, -64.1956, -64.1956, -50.0589]),
        ("easom", [-1]),
        ("michalewicz", [-1.8013]),
        ("eggholder", [-956.9182]),
        ("holder_table", [-19.2085] * 4),
        ("cross_in_tray", [-2.06261] * 4),
        ("drop_wave", [-1]),
        ("schaffer4", [0.292579] * 4),
        ("freudenstein_roth", [0, 48.9843]),
        ("bird", [-106.7645] * 2),
        ("forrester", [-6.02074, -0.98633]),
        ("double_well", [-0.5] * 2),
    ],
)
def test_minima_are_as_published(name: str, values: list[float]) -> None:
    assert functions[name]().minimum_values == pytest.approx(values, abs=6e-5)


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


@pytest.mark.parametrize(
    ("name", "dimensions", "value"),
    [
        ("michalewicz", 5, -4.687658),
        ("michalewicz", 10, -9.66015),
        ("trid", 6, -50),
        ("trid", 10, -210),
        ("styblinski_tang", 5, 5 * -39.16617),
        ("schwefel", 10, 0),
    ],
)
def test_minima_in_more_dimensions_are_as_published(name: str, dimensions: int, value: float) -> None:
    goal = functions[name](dimensions=dimensions)
    assert goal.value(np.array(goal.minima[0])) == pytest.approx(value, abs=5e-5)
    np.testing.assert_allclose(goal.gradient(np.array(goal.minima[0])), 0, atol=1e-9)


@pytest.mark.parametrize("dimensions", [0, 1001])
def test_dimensions_are_bounded(dimensions: int) -> None:
    with pytest.raises(ValueError, match="dimensions must be 1 to 1000"):
        functions["sphere"](dimensions=dimensions)


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
    assert goal.minimum_values == (0, 1)
    assert goal.value(np.array([0.0, 1.0])) == 51


@pytest.mark.parametrize(("name", "settings"), [("ellipse", {"condition": 0}), ("rosenbrock", {"b": -1.0})])
def test_parameters_that_leave_no_minimum_are_refused(name: str, settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        functions[name](**settings)
