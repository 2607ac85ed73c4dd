"""Plain functions as objectives: how they are called is found out, and what they do wrong is told."""

# ruff: noqa: ARG005  (functions that leave an argument unused are among those tried)

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.engine.functions import from_expression
from gdanim.engine.functions.ways import COORDINATES, POINT, ROWS
from gdanim.output import film

BOX = {"x": (-3, 3), "y": (-2, 2)}
A = np.diag([1.0, 10.0])
POINTS = np.array([[0.3, -0.2], [1.5, 0.7], [-2.0, 1.0], [0.1, 0.1]])


@pytest.mark.parametrize(
    ("f", "way", "many"),
    [
        (lambda x, y: x**2 + 10 * y**2, COORDINATES, 0),
        (lambda x, y: math.pow(x, 2) + 10 * math.pow(y, 2), COORDINATES, None),
        (lambda *xs: xs[0] ** 2 + 10 * xs[1] ** 2, COORDINATES, 0),
        (lambda p: p[..., 0] ** 2 + 10 * p[..., 1] ** 2, POINT, 0),
        (lambda p: p[0] ** 2 + 10 * p[1] ** 2, POINT, 1),
        (lambda p, scale=10: (p @ np.diag([1, scale])) @ p, POINT, None),
        (lambda p: float(p[0]) ** 2 + 10 * float(p[1]) ** 2, POINT, None),
        (lambda p: p[:, 0] ** 2 + 10 * p[:, 1] ** 2, ROWS, 0),
    ],
)
def test_the_way_it_is_called_is_found_out(f: Callable[..., Any], way: Any, many: int | None) -> None:
    goal = gdanim.from_callable(f, BOX)
    assert goal.asked.call is (way.one if many is None else way.many[many])
    exact = from_expression("x^2 + 10*y^2")
    for points in (POINTS, POINTS[0], POINTS.reshape(2, 2, 2), POINTS[:0], POINTS[:2]):
        assert goal.value(points) == pytest.approx(exact.value(points), rel=1e-12)
        assert goal.gradient(points) == pytest.approx(exact.gradient(points), abs=1e-8)
        assert goal.hessian(points) == pytest.approx(exact.hessian(points), abs=1e-5)


@pytest.mark.parametrize(
    "f", [lambda x: (x - 1) ** 2, lambda p: (p[0] - 1) ** 2, lambda p: np.sum((p - 1) ** 2)]
)
def test_one_variable(f: Callable[..., Any]) -> None:
    goal = gdanim.from_callable(f, [(-3, 3)])
    assert goal.variables == ("x",)
    assert goal.value(np.array([[0.5], [3.0]])) == pytest.approx([0.25, 4.0])


def test_what_is_given_is_used() -> None:
    goal = gdanim.from_callable(
        lambda p: ((p - 1) ** 4).sum(axis=-1),
        [(-3, 3)] * 6,
        gradient=lambda p: 4 * (p - 1) ** 3,
        hessian=lambda p: np.diag(12 * (p - 1) ** 2),
        starts=[[0, 1, 2, 0, 1, 2]],
        minima=[(1,) * 6],
        name="quartic",
    )
    assert goal.variables == ("x1", "x2", "x3", "x4", "x5", "x6")
    point = np.array([[0.1, 2.0, -1.0, 0.5, 1.0, 3.0]])
    assert np.array_equal(goal.gradient(point), 4 * (point - 1) ** 3)
    assert np.array_equal(goal.hessian(point)[0], np.diag(12 * (point[0] - 1) ** 2))
    assert (goal.name, goal.minimum_values) == ("quartic", (0.0,))
    assert gdanim.solve({"functions": [goal], "steps": 3}).acts[0].runs[0].ball.start == (0, 1, 2, 0, 1, 2)


def lossy(x: float, y: float) -> float:
    return float(np.random.default_rng().normal() + x + y)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lossy, r"test_callables.py:\d+: the function 'lossy' gives another number when it is asked again"),
        (lambda x, y: math.nan, "the function 'f' is not a finite number anywhere it was tried"),
        (lambda x, y: [x, y], r"returns an array of shape \(2,\) for a point, called as f\(x, y\)"),
        (lambda x, y: "low", "'f' failed.*TypeError: it returned str, not numbers"),
        (lambda x, y: None, "it returned NoneType, not numbers"),
        (lambda x, y, z: x, "it takes 3 arguments, but the domain has 2 variables"),
        (lambda: 1.0, "it takes 0 arguments, but"),
        (lambda p: p.missing, r"test_callables.py:\d+: .*AttributeError: .*missing"),
        (lambda x, y: 1 // 0, "ZeroDivisionError: .*; where it is undefined it must return nan"),
        (3, "the function 'f' must be a function, not the number 3"),
    ],
)
def test_what_is_wrong_with_a_function_is_told(f: Any, message: str) -> None:
    with pytest.raises(gdanim.InputError, match=message):
        gdanim.from_callable(f, BOX)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gradient": lambda x, y: (2 * x, y)}, r"the gradient of 'f' is \[.* where differences give \["),
        ({"gradient": lambda x, y: (1, 2, 3)}, r"gradient of 'f' returns an array of shape \(3,\)"),
        ({"hessian": lambda x, y: A}, r"the hessian of 'f' is \[\[.* where differences give"),
        ({"minima": [(0,)]}, r"minima is a list of points, each of 2 finite numbers, not \[\(0,\)\]"),
        ({"starts": 3}, "starts is a list of points"),
        ({"starts": [(4, 0)]}, r"the start \(4.0, 0.0\) is outside the domain"),
        ({"domain": [(3, -3), (0, 1)]}, r"^domain: the interval of x is a low number .*, not \(3, -3\)$"),
        ({"domain": {"x": (0, 1), "y": (2, 2)}}, r"^domain: the interval of y is a low .*, not \(2, 2\)$"),
        ({"domain": {"x": (-1, 0, 1), "y": (0, 1)}}, r"^domain: the interval of x .*, not \(-1, 0, 1\)$"),
        ({"domain": {"x": ("a", 1), "y": (0, 1)}}, r"^domain: the interval of x .*, not \('a', 1\)$"),
        ({"domain": {"x": (0, 1e200), "y": (0, 1)}}, r"none beyond 1e\+100, not \(0, 1e\+200\)$"),
        ({"domain": {"loss": (0, 1), "y": (0, 1)}}, "a variable is one letter.* not 'loss'"),
        ({"domain": 3}, "domain has an interval for each variable, such as"),
        ({"domain": []}, "domain has an interval for each variable, such as"),
        ({"domain": {"x": 3, "y": (0, 1)}}, "^domain: the interval of x is a low number .*, not 3$"),
        ({"name": 3}, "name must be text, not the number 3"),
    ],
)
def test_what_is_wrong_beside_it_is_told(given: dict[str, Any], message: str) -> None:
    with pytest.raises(gdanim.InputError, match=message):
        gdanim.from_callable(lambda x, y: x**2 + y**2, **{"domain": BOX, **given})


def test_what_it_raises_far_out_is_told_where_and_overflow_is_divergence() -> None:
    box = {"x": (0.1, 3)}
    root = gdanim.from_callable(lambda x: math.log(x), box, name="log")
    spec = {"functions": [root], "learning_rates": [1.0], "starts": [[0.5]]}
    with pytest.raises(gdanim.InputError, match=r"the function 'log' failed at \(-.*\): ValueError"):
        gdanim.solve(spec)
    steep = gdanim.from_callable(lambda x: math.exp(x * x), box)
    run = gdanim.solve({"functions": [steep], "learning_rates": [9.0], "starts": [[2.5]]}).acts[0].runs[0]
    assert str(run.status) == "diverged"


def test_it_is_solved_like_the_formula() -> None:
    goal = gdanim.from_callable(lambda x, y: x**2 + 10 * y**2, BOX)
    common = {"learning_rates": [0.01, 0.07, 0.105], "starts": [[-2.6, 1.4]]}
    own, known = (
        gdanim.solve({"functions": [f], **common}).acts[0].runs
        for f in (goal, {"expr": "x^2 + 10*y^2", "domain": BOX})
    )
    assert [(run.status, run.verdict) for run in own] == [(run.status, run.verdict) for run in known]


def test_its_name_stands_where_a_formula_would(filming: Callable[..., Any]) -> None:
    wide = gdanim.from_callable(lambda p: (p**2).sum(axis=-1), [(-1, 1)] * 6, name="Ü_6 #[x]")
    flat = gdanim.from_callable(lambda x, y: x**2 + y**2, BOX, name="two_d")
    for goal, scene in ((wide, "losses"), (flat, "surface"), (flat, "gradient")):
        with filming(gdanim.load({"functions": [goal], "scene": scene, "steps": 3})) as film:
            assert film.length > 1


def test_acts_inherit_it_and_no_film_of_it_is_taken_for_another(tmp_path: Path) -> None:
    goal = gdanim.from_callable(lambda x, y: x**2 + y**2, BOX, name="bowl")
    spec = gdanim.load({"functions": [goal], "acts": [{"steps": 3}, {"steps": 5}]})
    assert [part.functions[0].objective for part in spec.parts] == [goal, goal]
    from gdanim.spec import spec_hash

    assert spec_hash(gdanim.load({"functions": [goal]})) != spec_hash(gdanim.load({"functions": ["bowl"]}))
    assert not film.current(spec, tmp_path / "film.mp4", None)
