"""Optimizers: torch's numbers, and a battery over every registered one."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim.engine.descent import solve
from gdanim.engine.optimizers import Step
from gdanim.engine.problem import Problem
from gdanim.engine.runs import Array, Run, Status
from gdanim.registry import optimizers
from gdanim.spec import Spec

DATA = Path(__file__).parent / "data"
RECORDED = {source: np.load(DATA / f"{source}_references.npz") for source in ("torch", "optax")}
CASES = {source: json.loads(str(references["cases"])) for source, references in RECORDED.items()}
TORCH = CASES["torch"]

each_optimizer = pytest.mark.parametrize("name", list(optimizers))


def deviation(ours: Array, theirs: Array) -> float:
    return float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))))


def off(cases: dict[str, Any], entry: dict[str, Any], rate: Any, loss: str, theirs: Array) -> float:
    """How far our points are from theirs, until a ball that only repeats itself is stopped."""
    spec = Spec.model_validate(
        {
            "functions": [{"expr": loss, "domain": {"x": [-9, 9], "y": [-9, 9]}}],
            "optimizers": [entry],
            "learning_rates": [rate],
            "starts": [cases["start"]],
            "steps": cases["steps"],
            "stop": {"gradient_norm": 0},
        }
    )
    run = solve(spec).acts[0].runs[0]
    assert run.steps == cases["steps"] or run.status is Status.OSCILLATING
    rows = [row for row in cases["rows"] if row <= run.steps]
    return deviation(run.points[rows], theirs[: len(rows)])


def assert_agrees(cases: dict[str, Any], references: Any) -> None:
    for case, (name, settings, rate) in enumerate(cases["optimizers"]):
        for loss, theirs in zip(cases["losses"], references[f"optimizer {case}"], strict=True):
            entry = {"name": name, **settings}
            assert off(cases, entry, rate, loss, theirs) < 1e-10, (name, settings, loss)


@pytest.mark.parametrize("source", list(RECORDED))
def test_trajectories_are_those_recorded(source: str) -> None:
    assert_agrees(CASES[source], RECORDED[source])


def test_clipped_gradients_are_those_of_torch() -> None:
    for case, (settings, clip_value, clip_norm, rate) in enumerate(TORCH["clipped"]):
        entry = {"name": "sgd", "clip_value": clip_value, "clip_norm": clip_norm, **settings}
        for loss, theirs in zip(TORCH["losses"], RECORDED["torch"][f"clipped {case}"], strict=True):
            assert off(TORCH, entry, rate, loss, theirs) < 1e-10, (settings, loss)


def assert_cycled_agrees(references: Any) -> None:
    for case, (name, settings, schedule) in enumerate(TORCH["cycled"]):
        for loss, theirs in zip(TORCH["losses"], references[f"cycled {case}"], strict=True):
            assert off(TORCH, {"name": name, **settings}, schedule, loss, theirs) < 1e-10, (
                name,
                settings,
                loss,
            )


def test_cycled_momentum_is_that_of_torch() -> None:
    assert_cycled_agrees(RECORDED["torch"])


def test_trajectories_are_those_of_torch_here() -> None:
    pytest.importorskip("torch")
    spec = importlib.util.spec_from_file_location("record", DATA / "record_torch_references.py")
    assert spec is not None
    assert spec.loader is not None
    record = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(record)
    assert json.loads(record.cases()) == TORCH
    trajectories = record.trajectories()
    assert_agrees(TORCH, trajectories)
    assert_cycled_agrees(trajectories)
    for name, rates in record.rates().items():
        assert deviation(rates, RECORDED["torch"][name]) < 1e-12


def test_every_optimizer_has_a_truth() -> None:
    """Recorded with its defaults and away from them, or held to its formula below."""
    recorded = [case for cases in CASES.values() for case in cases["optimizers"]]
    for name in optimizers:
        settings = [bool(settings) for other, settings, _ in recorded if other == name]
        assert {True, False} <= set(settings) or name in FORMULAS, name


class Fake:
    """x^2 + 10 y^2 - x y for an update that is tested alone."""

    name, latex, domain, starts, minima = "fake", "", None, (), ()
    variables = ("x", "y")
    matrix = np.array([[2.0, -1.0], [-1.0, 20.0]])

    def value(self, points: Array) -> Array:
        return (points * self.gradient(points)).sum(axis=-1) / 2

    def gradient(self, points: Array) -> Array:
        # No product of matrices: BLAS rounds many rows at once unlike one row alone on some processors.
        return points[..., :1] * self.matrix[0] + points[..., 1:] * self.matrix[1]

    def hessian(self, points: Array) -> Array:
        return np.broadcast_to(self.matrix, (*points.shape, 2))


def a_step(points: Array, rate: float, count: int = 1) -> Step:
    objective, active = Fake(), np.arange(len(points))
    problem = Problem(objective, np.zeros((len(points), 3), int), active)
    rates = np.full((len(points), 1), rate)
    updates = np.full((1, 1), float(count))
    return Step(points, objective.value(points), objective.gradient(points), rates, updates, problem)


def descend(name: str, starts: Array, rate: float, steps: int) -> Array:
    """Where the balls are after ``steps``."""
    optimizer = optimizers[name]()
    points, state = starts, optimizer.init(starts)
    for count in range(1, steps + 1):
        points, state = optimizer.update(a_step(points, rate, count), state)
    return np.asarray(points)


STARTS = np.array([[-2.6, 1.4], [1.0, 0.5], [0.3, -2.0]])


@each_optimizer
def test_descends(name: str) -> None:
    before, after = (Fake().value(descend(name, STARTS, 0.01, steps)) for steps in (0, 100))
    assert (after < before).all()


@each_optimizer
def test_a_zero_rate_never_moves(name: str) -> None:
    atol = 1e-5 if name == "rprop" else 0  # torch's least step is 1e-6, and grows
    np.testing.assert_allclose(descend(name, STARTS, 0.0, 5), STARTS, rtol=0, atol=atol)


@each_optimizer
def test_balls_do_not_see_each_other(name: str) -> None:
    together = descend(name, STARTS, 0.02, 50)
    alone = np.concatenate([descend(name, STARTS[i : i + 1], 0.02, 50) for i in range(len(STARTS))])
    np.testing.assert_array_equal(together, alone)


@each_optimizer
def test_update_leaves_its_arguments_alone(name: str) -> None:
    optimizer = optimizers[name]()
    state = optimizer.init(STARTS)
    for count in (1, 2):  # the second update finds a state that the first has filled
        step = a_step(STARTS.copy(), 0.1, count)
        given = step.points, step.losses, step.gradient, step.learning_rate, step.count
        for array in (*given, *state.values()):
            array.flags.writeable = False
        points, state = optimizer.update(step, state)
        assert all(len(values) == len(STARTS) for values in state.values())
        assert not np.shares_memory(points, step.points)


@each_optimizer
def test_every_parameter_and_state_is_what_it_says(name: str) -> None:
    """The states that a film shows exist, and nothing but the documented parameters is needed."""
    optimizer = optimizers[name]()
    points, state = optimizer.update(a_step(STARTS, 0.1), optimizer.init(STARTS))
    for shown in (optimizer.momentum, optimizer.second_moment):
        assert shown is None or state[shown].shape == points.shape
    assert optimizer.default_learning_rate > 0


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


def descent(name: str, steps: int, **settings: Any) -> tuple[Any, Any, Run]:
    """Objective, Hessians of all points and the run of a descent on Rosenbrock's valley."""
    entry = {"name": name, **settings}
    stop = {"gradient_norm": 1e-5}
    act = solve(
        Spec.model_validate(
            {"functions": ["rosenbrock"], "optimizers": [entry], "steps": steps, "stop": stop}
        )
    ).acts[0]
    run = act.runs[0]
    return act.objective.gradient(run.points), act.objective.hessian(run.points), run


def assert_steps_along(run: Run, directions: Array) -> None:
    """Each step is a positive multiple of its direction."""
    moves = np.diff(run.points, axis=0)
    lengths = np.sum(moves * directions, axis=-1) / np.sum(directions**2, axis=-1)
    assert (lengths > 0).all()
    np.testing.assert_allclose(moves, lengths[:, None] * directions, rtol=1e-6, atol=1e-9)


def assert_wolfe(run: Run, gradients: Array, c1: float, c2: float) -> None:
    """Every step ends where the loss has fallen enough and the slope is c2 of what it was."""
    moves = np.diff(run.points, axis=0)
    before, after = np.sum(gradients[:-1] * moves, axis=-1), np.sum(gradients[1:] * moves, axis=-1)
    assert (run.losses[1:] <= run.losses[:-1] + c1 * before + 1e-15).all()
    assert (np.abs(after) <= c2 * np.abs(before) + 1e-15).all()


def check_newton() -> None:
    gradients, hessians, run = descent("newton", 100)
    expected = run.points[:-1] - np.linalg.solve(hessians, gradients[..., None])[:-1, :, 0]
    np.testing.assert_allclose(run.points[1:], expected, rtol=1e-9)
    assert run.status is Status.CONVERGED
    assert run.evaluations == (run.steps + 1, run.steps + 1, run.steps)


def check_damped_newton() -> None:
    gradients, hessians, run = descent("damped_newton", 100)
    assert (np.linalg.eigvalsh(hessians) > 0).all()  # so that it is Newton's direction throughout
    assert_steps_along(run, -np.linalg.solve(hessians, gradients[..., None])[:-1, :, 0])
    assert (np.diff(run.losses) < 0).all()
    escape = Spec.model_validate(
        {"functions": ["x^4 - 2*x^2 + y^2"], "optimizers": ["damped_newton"], "starts": [[0.01, 1]]}
    )
    np.testing.assert_allclose(np.abs(solve(escape).acts[0].runs[0].points[-1]), [1, 0], atol=1e-6)


def check_backtracking() -> None:
    gradients, _, run = descent("backtracking", 200, c1=0.3, shrink=0.7)
    assert_steps_along(run, -gradients[:-1])
    lengths = np.linalg.norm(np.diff(run.points, axis=0), axis=-1) / run.gradient_norms[:-1]
    tries = np.round(np.log(lengths) / np.log(0.7))
    np.testing.assert_allclose(lengths, 0.7**tries, rtol=1e-9)
    assert (run.losses[1:] <= run.losses[:-1] - 0.3 * lengths * run.gradient_norms[:-1] ** 2).all()
    assert run.evaluations == (run.steps + 1 + tries.sum(), run.steps + 1, 0)


def check_bfgs(name: str = "bfgs", memory: int = 10**9) -> None:
    """The formula of the inverse Hessian, unrolled anew at every step from the last ``memory`` moves."""
    settings = {"memory": memory} if memory < 100 else {}
    gradients, _, run = descent(name, 100, **settings)
    moves, changes = np.diff(run.points, axis=0), np.diff(gradients, axis=0)
    directions = [-gradients[0]]
    for step in range(1, run.steps):
        latest = 0 if name == "bfgs" else step - 1  # which move sets the scale
        scale = moves[latest] @ changes[latest] / (changes[latest] @ changes[latest])
        inverse = scale * np.eye(2)
        for s, y in list(zip(moves, changes, strict=True))[max(0, step - memory) : step]:
            left = np.eye(2) - np.outer(s, y) / (s @ y)
            inverse = left @ inverse @ left.T + np.outer(s, s) / (s @ y)
        directions.append(-inverse @ gradients[step])
    assert_steps_along(run, np.array(directions))
    assert_wolfe(run, gradients, 1e-4, 0.9)
    assert run.status is Status.CONVERGED


def check_conjugate_gradient() -> None:
    gradients, _, run = descent("conjugate_gradient", 200)
    direction = -gradients[0]
    directions = [direction]
    for old, new in pairwise(gradients[:-1]):
        direction = -new + max(0, new @ (new - old) / (old @ old)) * direction
        if direction @ new >= 0:  # not down: it begins anew
            direction = -new
        directions.append(direction)
    assert_steps_along(run, np.array(directions))
    assert_wolfe(run, gradients, 1e-4, 0.1)
    assert run.status is Status.CONVERGED


def walk(name: str, rate: float, steps: int, **settings: Any) -> tuple[Array, Array, Array]:
    """Points, gradients and diagonals of Hessians of a descent that nothing ends."""
    spec = Spec.model_validate(
        {
            "functions": [{"expr": "x^4/4 + x^2 + 3*y^2 + x*y", "domain": {"x": [-9, 9], "y": [-9, 9]}}],
            "optimizers": [{"name": name, **settings}],
            "learning_rates": [rate],
            "starts": [[-1.3, 0.7]],
            "steps": steps,
            "stop": {"gradient_norm": 0},
        }
    )
    points = solve(spec).acts[0].runs[0].points
    x, y = points.T
    gradients = np.stack([x**3 + 2 * x + y, 6 * y + x], axis=-1)
    return points, gradients, np.stack([3 * x**2 + 2, np.full_like(y, 6.0)], axis=-1)


def check_adan() -> None:
    """Algorithm 1 of the paper, whose betas are one less ours, corrected for its start."""
    for b1, b2, b3, eps, decay in ((0.02, 0.08, 0.01, 1e-8, 0.0), (0.3, 0.2, 0.1, 1e-2, 0.5)):
        settings = {"betas": [1 - b1, 1 - b2, 1 - b3], "eps": eps, "weight_decay": decay}
        points, gradients, _ = walk("adan", 0.02, 60, **settings)
        m, v, n = np.zeros((3, 2))
        for k, g in enumerate(gradients[:-1], start=1):
            change = g - gradients[k - 2] if k > 1 else np.zeros(2)
            m, v = (1 - b1) * m + b1 * g, (1 - b2) * v + b2 * change
            n = (1 - b3) * n + b3 * (g + (1 - b2) * change) ** 2
            m_hat, v_hat, n_hat = (q / (1 - (1 - b) ** k) for q, b in ((m, b1), (v, b2), (n, b3)))
            step = 0.02 * (m_hat + (1 - b2) * v_hat) / (np.sqrt(n_hat) + eps)
            np.testing.assert_allclose(points[k], (points[k - 1] - step) / (1 + 0.02 * decay), rtol=1e-9)


def check_sophia() -> None:
    """Algorithm 3 of the paper with the diagonal of the Hessian itself."""
    for b1, b2, gamma, every, decay in ((0.96, 0.99, 0.01, 10, 0.0), (0.5, 0.9, 2.0, 3, 0.2)):
        settings = {"betas": [b1, b2], "gamma": gamma, "update_interval": every, "weight_decay": decay}
        points, gradients, diagonals = walk("sophia", 0.02, 60, **settings)
        m, h = np.zeros((2, 2))
        for k, g in enumerate(gradients[:-1], start=1):
            m = b1 * m + (1 - b1) * g
            if k % every == 1:
                h = b2 * h + (1 - b2) * diagonals[k - 1]
            shrunk = points[k - 1] * (1 - 0.02 * decay)
            step = np.clip(m / np.maximum(gamma * h, 1e-12), -1, 1)
            np.testing.assert_allclose(points[k], shrunk - 0.02 * step, rtol=1e-9, atol=1e-12)


def check_prodigy() -> None:
    """Algorithm 4 of the paper, which has no correction for the start; with one it is recorded from optax."""
    points, gradients, _ = walk("prodigy", 1.0, 80, d0=1e-4)
    b1, b2, d, r = 0.9, 0.999, 1e-4, 0.0
    m, v, s = np.zeros((3, 2))
    for k, g in enumerate(gradients[:-1], start=1):
        root = b2**0.5
        r = root * r + (1 - root) * d**2 * (g @ (points[0] - points[k - 1]))
        s = root * s + (1 - root) * d**2 * g
        m, v = b1 * m + (1 - b1) * d * g, b2 * v + (1 - b2) * (d * g) ** 2
        farther = max(d, r / np.abs(s).sum())
        step = d * m / (np.sqrt(v) + farther * 1e-8)
        np.testing.assert_allclose(points[k], points[k - 1] - step, rtol=1e-8, atol=1e-12)
        d = farther
    assert d > 0.1  # it has found about how far away the minimum is


FORMULAS = {
    "adan": check_adan,
    "sophia": check_sophia,
    "prodigy": check_prodigy,
    "newton": check_newton,
    "damped_newton": check_damped_newton,
    "backtracking": check_backtracking,
    "bfgs": check_bfgs,
    "l_bfgs": partial(check_bfgs, "l_bfgs", 4),
    "conjugate_gradient": check_conjugate_gradient,
}


@pytest.mark.parametrize("name", list(FORMULAS))
def test_steps_are_those_of_the_formula(name: str) -> None:
    FORMULAS[name]()


SCALED = [name for name in optimizers if optimizers[name]().effective]


@pytest.mark.parametrize("name", SCALED)
def test_an_effective_rate_is_what_a_swing_sees(name: str) -> None:
    """At the edge, 2/L, a ball swings between x and -x: its step is the effective rate times the slope.

    Gradients that alternate for long, each coordinate with a size of its own, make such steps.
    """
    optimizer, count = optimizers[name](), 400
    gradients = np.array([0.3, 2.0]) * np.where(np.arange(count) % 2, -1.0, 1.0)[:, None]
    still = np.zeros((1, 2))  # where no weight decay moves it
    state = optimizer.init(still)
    for k, gradient in enumerate(gradients, 1):
        now = replace(a_step(still, 0.01, k), gradient=gradient[None])
        stepped, state = optimizer.update(now, state)
    assert optimizer.effective is not None
    rates = optimizer.effective(gradients, np.full(count, 0.01))
    np.testing.assert_allclose(np.abs(stepped)[0], rates * [0.3, 2.0], rtol=1e-3)
