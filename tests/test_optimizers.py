"""Optimizers: torch's numbers, and a battery over every registered one."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim.engine.descent import solve
from gdanim.engine.solution import Array
from gdanim.registry import optimizers
from gdanim.spec import Spec

DATA = Path(__file__).parent / "data"
REFERENCES = np.load(DATA / "torch_references.npz")
CASES = json.loads(str(REFERENCES["cases"]))

each_optimizer = pytest.mark.parametrize("name", list(optimizers))


def deviation(ours: Array, torch: Array) -> float:
    return float(np.max(np.abs(ours - torch) / np.maximum(1, np.abs(torch))))


def points(case: int, loss: str) -> Array:
    name, settings, rate = CASES["optimizers"][case]
    spec = Spec.model_validate(
        {
            "functions": [loss],
            "optimizers": [{"name": name, **settings}],
            "learning_rates": [rate],
            "starts": [CASES["start"]],
            "steps": CASES["steps"],
            "stop": {"gradient_norm": 0},
        }
    )
    return solve(spec).acts[0].runs[0].points


def assert_agrees(references: Any) -> None:
    for case in range(len(CASES["optimizers"])):
        for loss, theirs in zip(CASES["losses"], references[f"optimizer {case}"], strict=True):
            assert deviation(points(case, loss), theirs) < 1e-12, (CASES["optimizers"][case], loss)


def test_trajectories_are_those_recorded_from_torch() -> None:
    assert_agrees(REFERENCES)


def test_trajectories_are_those_of_torch_here() -> None:
    pytest.importorskip("torch")
    spec = importlib.util.spec_from_file_location("record", DATA / "record_torch_references.py")
    assert spec is not None
    assert spec.loader is not None
    record = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(record)
    assert json.loads(record.cases()) == CASES
    assert_agrees(record.trajectories())
    for name, rates in record.rates().items():
        assert deviation(rates, REFERENCES[name]) < 1e-12


def test_every_optimizer_is_recorded_with_its_defaults_and_away_from_them() -> None:
    for name in optimizers:
        settings = [bool(settings) for recorded, settings, _ in CASES["optimizers"] if recorded == name]
        assert {True, False} <= set(settings), name


def descend(name: str, starts: Array, rate: float, steps: int) -> Array:
    """Where the balls are after ``steps`` on x^2 + 10 y^2."""
    optimizer = optimizers[name]()
    points, state = starts, optimizer.init(starts)
    for _ in range(steps):
        points, state = optimizer.update(points, points * [2.0, 20.0], state, np.full((len(points), 1), rate))
    return np.asarray(points)


STARTS = np.array([[-2.6, 1.4], [1.0, 0.5], [0.3, -2.0]])


@each_optimizer
def test_descends(name: str) -> None:
    losses = [descend(name, STARTS, 0.01, steps) ** 2 @ [1.0, 10.0] for steps in (0, 100)]
    assert (losses[1] < losses[0]).all()


@each_optimizer
def test_a_zero_rate_never_moves(name: str) -> None:
    np.testing.assert_array_equal(descend(name, STARTS, 0.0, 5), STARTS)


@each_optimizer
def test_balls_do_not_see_each_other(name: str) -> None:
    together = descend(name, STARTS, 0.02, 50)
    alone = np.concatenate([descend(name, STARTS[i : i + 1], 0.02, 50) for i in range(len(STARTS))])
    np.testing.assert_array_equal(together, alone)


@each_optimizer
def test_update_leaves_its_arguments_alone(name: str) -> None:
    optimizer = optimizers[name]()
    arrays = [STARTS.copy(), STARTS * 2, np.full((3, 1), 0.1)]
    state = optimizer.init(arrays[0])
    for _ in range(2):  # the second update finds a state that the first has filled
        for array in (*arrays, *state.values()):
            array.flags.writeable = False
        points, state = optimizer.update(arrays[0], arrays[1], state, arrays[2])
        assert all(len(values) == len(STARTS) for values in state.values())
        assert not np.shares_memory(points, arrays[0])


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("sgd", {"nesterov": True}, "nesterov needs momentum"),
        ("sgd", {"momentum": 0.9, "dampening": 0.1, "nesterov": True}, "nesterov needs momentum"),
        ("sgd", {"momentum": -0.1}, "momentum must be at least 0"),
        ("sgd", {"weight_decay": -1.0}, "weight_decay must be at least 0"),
        ("nesterov", {"momentum": 0.0}, "nesterov needs momentum"),
        ("adam", {"betas": (1.0, 0.9)}, r"betas\[0\]"),
        ("adam", {"betas": (0.9, -0.1)}, r"betas\[1\]"),
        ("adam", {"eps": -1e-8}, "eps must be at least 0"),
    ],
)
def test_refuses_what_torch_refuses(name: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        optimizers[name](**settings)
