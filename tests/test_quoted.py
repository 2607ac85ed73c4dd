"""Numbers that tutorials quote, as docs/numbers.md has them: each worked out by the engine."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import gdanim
from gdanim.engine.runs import Run

PAGE = (Path(__file__).parent.parent / "docs/numbers.md").read_text(encoding="utf-8")


def run(function: str, rate: float, start: str, steps: int = 1000) -> Run:
    text = f'functions: ["{function}"]\nlearning_rates: [{rate}]\nstarts: [{start}]\nsteps: {steps}'
    return gdanim.solve(gdanim.load(text)).acts[0].runs[0]


def told(text: str) -> None:
    """The page says so."""
    assert text in " ".join(PAGE.split())


def test_the_bowl_at_a_tenth() -> None:
    found = run("x^2 + y^2", 0.1, "[3, 4]")
    assert (str(found.status), found.steps) == ("converged", 73)
    assert found.gradient_norms[72] >= 1e-6 > found.gradient_norms[73]
    told("passes below 1e-6 at step 73")
    assert found.gradient_norms[45] == pytest.approx(4.4e-4, rel=0.02)
    assert found.points[45, 0] == pytest.approx(0.000131, abs=5e-7)
    assert found.losses[45] == pytest.approx(4.7e-8, rel=0.02)
    told("at step 45 it is 4.4e-4, x is 0.000131 and the loss 4.7e-8")
    assert found.points[20, 0] == pytest.approx(0.0346, abs=5e-5)
    told("after 20 steps x is 0.0346")


def test_the_bowl_at_other_rates() -> None:
    assert run("x^2 + y^2", 0.5, "[3, 4]").steps == 1
    told("0.5 arrives in one step")
    assert run("x^2 + y^2", 1.0, "[3, 4]").verdict == "oscillates between two points"
    told("1.0 jumps between two points for ever")
    assert str(run("x^2 + y^2", 1.1, "[3, 4]").status) == "diverged"
    assert run("x^2", 0.001, "[3]").points[100, 0] == pytest.approx(2.456, abs=5e-4)
    told("0.001 has come from 3 to 2.456 after 100 steps")


def test_two_wells() -> None:
    left, right = (run("x^4 - 2*x^2 + 0.5", 0.05, start) for start in ("[-0.5]", "[0.5]"))
    assert left.losses[-1] == right.losses[-1] == pytest.approx(-0.5)
    told("The two wells of x^4 - 2x^2 + 0.5 are equally deep")
    assert str(run("x^4 - 2*x^2 + 0.5", 0.05, "[0]").status) == "maximum"
    told("0 between them is a maximum: with one variable there are no saddles")


def test_a_line_in_twenty_five_steps() -> None:
    """The data of Python's own generator with the seed 46."""
    random.seed(46)
    x = [k / 2 for k in range(20)]
    y = [2 * (k / 2) + 4 + random.random() * 4 for k in range(20)]
    start = [random.randint(1, 10) for _ in range(2)]
    entry = {"name": "linear_regression", "data": {"x": x, "y": y}, "loss": "sse"}
    spec = {"functions": [entry], "learning_rates": [0.0002], "starts": [start], "steps": 25}
    (found,) = gdanim.solve(gdanim.load(spec)).acts[0].runs
    np.testing.assert_allclose(found.losses[[0, 25]], [21783.64, 39.52], atol=0.005)
    told("from 21783.64 to 39.52")
