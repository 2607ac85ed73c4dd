"""Functions of a thousand variables: the same losses and slopes as by their formulas, and they descend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from known import BY_NAME

from gdanim.engine.descent import solve
from gdanim.engine.functions.symbolic import SymbolicObjective
from gdanim.engine.functions.wide import FORMULA, WideObjective
from gdanim.registry import functions
from gdanim.spec import Spec

MANY = [name for name in BY_NAME if "dimensions" in functions.parameters(name) and name != "powell"]


def by_arrays(name: str, n: int, monkeypatch: pytest.MonkeyPatch) -> WideObjective:
    monkeypatch.setattr("gdanim.engine.functions.symbolic.FORMULA", 0)
    goal = functions[name](dimensions=n)
    monkeypatch.undo()
    assert isinstance(goal, WideObjective)
    return goal


@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize("n", [2, 6])
def test_arrays_and_formulas_agree(name: str, n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    wide, formula = by_arrays(name, n, monkeypatch), functions[name](dimensions=n)
    assert isinstance(formula, SymbolicObjective)
    low, high = np.array(formula.domain).T
    points = low + np.random.default_rng(1).random((7, n)) * (high - low)
    np.testing.assert_allclose(wide.value(points), formula.value(points), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(wide.gradient(points), formula.gradient(points), rtol=1e-10, atol=1e-10)
    size = 1 + np.abs(formula.hessian(points)).max()
    np.testing.assert_allclose(wide.hessian(points), formula.hessian(points), atol=1e-4 * size)
    for minimum in formula.minima:
        np.testing.assert_allclose(wide.gradient(np.array(minimum)), 0, atol=1e-6 * size)


@pytest.mark.parametrize("name", MANY)
def test_a_thousand_variables_have_slopes_and_a_minimum(name: str) -> None:
    goal = functions[name](dimensions=1000)
    assert len(goal.variables) == 1000
    lowest = np.array(goal.minima[0])
    assert goal.value(lowest) == pytest.approx(goal.minimum_values[0], rel=1e-9, abs=1e-8)
    low, high = np.array(goal.domain).T
    point = low + np.random.default_rng(2).random(1000) * (high - low)
    way = np.random.default_rng(3).standard_normal(1000)
    step = 1e-6 * way * (high - low) / 10
    ahead, behind = goal.value(point + step), goal.value(point - step)
    slope = 2 * float(goal.gradient(point) @ step)
    assert ahead - behind == pytest.approx(slope, rel=1e-3, abs=1e-9 * (1 + abs(ahead)))


def test_more_are_refused() -> None:
    with pytest.raises(ValueError, match="dimensions must be 1 to 1000, not 1001"):
        functions["sphere"](dimensions=1001)
    assert isinstance(functions["sphere"](dimensions=FORMULA + 1), WideObjective)


@pytest.mark.parametrize("name", ["rosenbrock", "sphere"])
def test_many_variables_descend(name: str) -> None:
    keys: dict[str, Any] = {"optimizers": ["adam"], "learning_rates": [0.01], "steps": 200}
    spec = Spec.model_validate({"functions": [{"name": name, "dimensions": 100}], **keys})
    run = solve(spec).acts[0].runs[0]
    assert run.points.shape == (201, 100)
    assert run.losses[-1] < 0.5 * run.losses[0]
