"""Losses known on a grid alone, and objectives that know nothing but their losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.engine.functions import KnownObjective
from gdanim.engine.functions.grid import GridObjective
from gdanim.errors import SpecError
from gdanim.registry import functions

AXES = np.linspace(-3, 3, 41), np.linspace(-2, 2, 31)
X, Y = np.meshgrid(*AXES)
POINTS = np.random.default_rng(1).uniform([-2.9, -1.9], [2.9, 1.9], (200, 2))


def f(x: Any, y: Any) -> Any:
    return (x**2 + y - 1) ** 2 / 5 + np.sin(x) + 0.3 * y**2


def slopes(x: Any, y: Any) -> Any:
    inner = x**2 + y - 1
    return np.stack([4 * x * inner / 5 + np.cos(x), 2 * inner / 5 + 0.6 * y], axis=-1)


def curvature(x: Any, y: Any) -> Any:
    xx, xy = (12 * x**2 + 4 * y - 4) / 5 - np.sin(x), 4 * x / 5
    return np.moveaxis(np.array([[xx, xy], [xy, np.full_like(x, 1.0)]]), (0, 1), (-2, -1))


def columns(**more: Any) -> dict[str, Any]:
    return {"alpha": X.ravel().tolist(), "beta": Y.ravel().tolist(), "loss": f(X, Y).ravel().tolist()} | more


def made(**more: Any) -> GridObjective:
    goal = functions["grid"](data=columns(**more))
    assert isinstance(goal, GridObjective)
    return goal


def test_a_grid_is_joined_to_what_it_was_taken_from() -> None:
    goal = made()
    assert (goal.variables, goal.domain) == (("alpha", "beta"), ((-3.0, 3.0), (-2.0, 2.0)))
    nodes = np.stack([X, Y], axis=-1)
    np.testing.assert_allclose(goal.value(nodes), f(X, Y), atol=1e-12)
    x, y = POINTS.T
    np.testing.assert_allclose(goal.value(POINTS), f(x, y), atol=2e-4)
    np.testing.assert_allclose(goal.exact_gradient(POINTS), slopes(x, y), atol=5e-3)
    np.testing.assert_allclose(goal.hessian(POINTS), curvature(x, y), atol=0.1)


def test_outside_of_its_grid_there_is_nothing() -> None:
    goal = made()
    outside = np.array([[3.1, 0.0], [0.0, -2.1], [np.nan, 0.0]])
    assert np.isnan(goal.value(outside)).all()
    assert np.isnan(goal.exact_gradient(outside)).all()
    assert np.isnan(goal.hessian(outside)).all()
    assert np.isfinite(goal.value(np.array([[3.0, 2.0], [-3.0, -2.0]]))).all()


def test_a_larger_domain_adds_nothing_to_what_is_known() -> None:
    entry = {"name": "grid", "data": columns(), "domain": {"alpha": [-5, 5], "beta": [-4, 4]}}
    goal = gdanim.solve({"functions": [entry]}).acts[0].objective
    assert goal.domain == ((-5.0, 5.0), (-4.0, 4.0))
    assert np.isnan(goal.value(np.array([[3.1, 0.0], [-4.9, -3.9]]))).all()
    assert np.isfinite(goal.value(np.array([2.9, 1.9])))


@pytest.mark.parametrize("ending", ["npz", "csv"])
def test_a_film_of_a_grid(ending: str, tmp_path: Path, filming: Callable[..., Any], painted: Any) -> None:
    given = columns()
    if ending == "npz":
        np.savez(tmp_path / "plane.npz", **given)
    else:
        rows = [",".join(given), *(",".join(map(repr, row)) for row in zip(*given.values(), strict=True))]
        (tmp_path / "plane.csv").write_text("\n".join(rows))
    path = tmp_path / "film.yaml"
    path.write_text(
        f"functions: [{{name: grid, data: plane.{ending}}}]\noptimizers: [sgd, momentum]\n"
        "learning_rates: [0.05]\nstarts: [[2.5, 1.5]]\n"
    )
    spec = gdanim.load(path)
    act = gdanim.solve(spec).acts[0]
    assert act.runs[0].verdict == "converged slowly at step 429"
    low = act.runs[0].points[-1]
    np.testing.assert_allclose(slopes(*low), 0, atol=5e-3)
    assert {"alpha", "beta"} <= gdanim.columns(gdanim.solve(spec)).keys()
    with filming(spec) as scene:
        assert painted(scene, scene.length / 2)[..., :3].std() > 10


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            {"loss": [*f(X, Y).ravel()[:-1], np.nan]},
            "every point of the grid needs a loss: there is none at alpha 3",
        ),
        ({"gamma": X.ravel().tolist()}, "say which three"),
        ({"alpha": (X.ravel() * 0).tolist()}, "more than one row|has 2 to"),
    ],
)
def test_what_is_no_landscape_is_refused(data: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=told):
        gdanim.load({"functions": [{"name": "grid", "data": columns(**data)}]})


def test_too_few_values_and_odd_names_are_refused() -> None:
    few = {"x": [0, 0, 1, 1], "y": [0, 1, 0, 1], "loss": [1, 2, 3, 4]}
    with pytest.raises(SpecError, match="a grid has at least 4 values of x, not 2"):
        gdanim.load({"functions": [{"name": "grid", "data": few}]})
    odd = columns(**{"a b": X.ravel().tolist()})
    with pytest.raises(SpecError, match="rename its columns, which name the variables: a variable is one"):
        gdanim.load({"functions": [{"name": "grid", "data": odd, "columns": ["a b", "beta", "loss"]}]})


@dataclass(frozen=True, kw_only=True, eq=False)
class Bare(KnownObjective):
    """Knows its losses."""

    def value(self, points: Any) -> Any:
        return f(points[..., 0], points[..., 1])


@dataclass(frozen=True, kw_only=True, eq=False)
class Sloped(Bare):
    """And its slopes."""

    def exact_gradient(self, points: Any) -> Any:
        return slopes(points[..., 0], points[..., 1])


@pytest.mark.parametrize(("kind", "close"), [(Bare, 2e-6), (Sloped, 1e-8)])
def test_what_an_objective_lacks_are_differences(kind: type[Bare], close: float) -> None:
    goal = kind(name="bare", variables=("x", "y"), domain=((-3, 3), (-2, 2)))
    x, y = POINTS.T
    np.testing.assert_allclose(goal.gradient(POINTS), slopes(x, y), atol=1e-8)
    found = goal.hessian(POINTS)
    np.testing.assert_allclose(found, curvature(x, y), atol=close)
    np.testing.assert_array_equal(found, np.swapaxes(found, -1, -2))
    assert goal.latex == ""


def test_newton_goes_down_what_knows_nothing_but_its_losses() -> None:
    goal = Bare(name="bare", variables=("x", "y"), domain=((-3, 3), (-2, 2)), starts=((-1.6, 0.4),))
    run = gdanim.solve({"functions": [goal], "optimizers": ["newton"]}).acts[0].runs[0]
    assert run.verdict.startswith("converged at step")
    np.testing.assert_allclose(slopes(*run.points[-1]), 0, atol=1e-6)
