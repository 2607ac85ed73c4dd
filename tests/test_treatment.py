"""What is done to gradients and rates on their way to an optimizer, and what a run remembers of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from gdanim.engine.anatomy import Anatomy, anatomy
from gdanim.engine.descent import solve
from gdanim.engine.solution import Act
from gdanim.errors import CastError
from gdanim.registry import optimizers, schedules
from gdanim.spec import Spec

STARTS = [[-2.6, 1.4], [1.0, 0.5], [0.3, -2.0]]


def spec(**keys: Any) -> Spec:
    return Spec.model_validate(
        {"functions": ["x^2 + 10*y^2"], "starts": STARTS, "stop": {"gradient_norm": 0}, **keys}
    )


def act(**keys: Any) -> Act:
    return solve(spec(**keys)).acts[0]


def inside(film: Spec, ball: int) -> Anatomy:
    return anatomy(film, solve(film).acts[0], ball)


def test_noise_is_normal_of_the_deviation_asked_for() -> None:
    film = spec(noise=0.5, steps=2000, learning_rates=[0.001])
    noise = np.concatenate(
        [
            inside(film, ball.ball.number).gradients - ball.points[:-1] * [2, 20]
            for ball in solve(film).acts[0].runs
        ]
    )
    assert abs(noise.mean()) < 0.02
    assert noise.std() == pytest.approx(0.5, rel=0.02)
    assert abs(np.corrcoef(noise[:2000, 0], noise[2000:4000, 0])[0, 1]) < 0.1  # balls apart
    assert abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 0.05  # and components


def test_noise_belongs_to_seed_ball_and_step() -> None:
    keys: dict[str, Any] = {"noise": 0.5, "steps": 20, "learning_rates": [0.01]}
    first, again, other = act(**keys), act(**keys), act(**keys, seed=1)
    fewer = act(**{**keys, "starts": STARTS[:2]})
    for ball in range(3):
        np.testing.assert_array_equal(first.runs[ball].points, again.runs[ball].points)
        assert (first.runs[ball].points[1:] != other.runs[ball].points[1:]).all()
    for ball in range(2):
        np.testing.assert_array_equal(first.runs[ball].points, fewer.runs[ball].points)
    longer = act(**{**keys, "steps": 40})
    np.testing.assert_array_equal(first.runs[2].points, longer.runs[2].points[:21])


def test_rows_show_the_function_without_noise() -> None:
    ball = act(noise=0.5, steps=20, learning_rates=[0.01]).runs[0]
    np.testing.assert_allclose(ball.losses, ball.points**2 @ [1, 10], rtol=1e-12)
    np.testing.assert_allclose(
        ball.gradient_norms, np.linalg.norm(ball.points * [2, 20], axis=-1), rtol=1e-12
    )


def test_noise_comes_before_clipping_by_value_and_that_before_the_norm() -> None:
    clip = {"name": "sgd", "clip_value": 0.5, "clip_norm": 0.6}
    film = spec(noise=3.0, steps=50, optimizers=[clip], learning_rates=[0.01])
    raw = inside(spec(noise=3.0, steps=1, learning_rates=[0.01]), 1).gradients[0]
    seen = inside(film, 1).gradients
    by_value = np.clip(raw, -0.5, 0.5)
    np.testing.assert_allclose(
        seen[0], by_value * min(1, 0.6 / (np.linalg.norm(by_value) + 1e-6)), rtol=1e-12
    )
    assert (np.linalg.norm(seen, axis=-1) <= 0.6).all()


@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_takes_noise_clipping_and_ascent(name: str) -> None:
    most = 6.0 if name == "lbfgs" else 1.0  # clipped gradients lie about the curvature; lbfgs trusts them
    entry = {"name": name, "clip_norm": most, "maximize": True}
    keys = {"functions": ["-x^2 - y^2/4 + sin(x)"], "optimizers": [entry], "noise": 1e-4, "steps": 30}
    together = act(**keys, learning_rates=[0.05])
    for ball in together.runs:
        shown = inside(spec(**keys, learning_rates=[0.05]), ball.ball.number)
        np.testing.assert_array_equal(shown.moves, np.diff(ball.points, axis=0))
        assert (np.linalg.norm(shown.gradients, axis=-1) <= most).all()
        assert ball.losses[-1] > ball.losses[0]


def test_anatomy_of_adam() -> None:
    film = spec(
        optimizers=["adam", {"name": "adam", "betas": [0.8, 0.9]}], learning_rates=[0.1, 0.05], steps=30
    )
    ball = solve(film).acts[0].runs[7]  # the second entry at its first rate
    shown = inside(film, 8)
    mean = square = np.zeros(2)
    assert shown.momentum is not None
    assert shown.second_moment is not None
    for k, gradient in enumerate(ball.points[:-1] * [2, 20]):
        mean, square = 0.8 * mean + 0.2 * gradient, 0.9 * square + 0.1 * gradient**2
        np.testing.assert_allclose(shown.momentum[k], mean, rtol=1e-9)
        np.testing.assert_allclose(shown.second_moment[k], square, rtol=1e-9)
    np.testing.assert_array_equal(shown.moves, np.diff(ball.points, axis=0))
    np.testing.assert_array_equal(shown.learning_rates, [0.1] * 30)
    plain = inside(spec(optimizers=["sgd"], steps=3), 1)
    assert plain.momentum is None
    assert plain.second_moment is None
    with pytest.raises(IndexError, match="no ball 99"):
        inside(film, 99)


def test_a_ball_already_at_rest_has_an_empty_anatomy() -> None:
    film = spec(starts=[[0, 0]], optimizers=["adam"], stop={"gradient_norm": 1e-6})
    shown = inside(film, 1)
    assert shown.gradients.shape == shown.moves.shape == (0, 2)


def test_evaluations_are_counted_for_each_ball() -> None:
    counted = act(optimizers=["sgd", "sam"], steps=10, learning_rates=[0.01]).runs
    assert [ball.evaluations for ball in counted] == [(11, 11, 0)] * 3 + [(11, 21, 0)] * 3
    early = act(starts=[[0, 0], [1, 1]], optimizers=["newton"], stop={"gradient_norm": 1e-6}).runs
    assert [ball.evaluations for ball in early] == [(1, 1, 0), (2, 2, 1)]


def test_a_search_pays_for_its_trials() -> None:
    """On x^2 from 1, rate 4 ends at -7, 2 at -3, 1 at -1, which is no fall, and 0.5 in the minimum."""
    (ball,) = act(
        functions=["x^2"], starts=[[1]], optimizers=["backtracking"], learning_rates=[4], steps=1
    ).runs
    np.testing.assert_allclose(ball.points[:, 0], [1, 0], atol=1e-12)
    assert ball.evaluations == (5, 2, 0)


def test_a_plateau_of_the_loss_is_felt_by_each_ball_alone() -> None:
    rate = {"name": "reduce_on_plateau", "initial": 0.0999, "patience": 3, "threshold": 0.05, "factor": 0.5}
    keys: dict[str, Any] = {"learning_rates": [rate], "steps": 60}
    together = act(**keys)
    assert len({tuple(ball.learning_rates) for ball in together.runs}) == 3
    for ball in together.runs:
        alone = act(**{**keys, "starts": [list(ball.ball.start)]}).runs[0]
        np.testing.assert_array_equal(ball.learning_rates, alone.learning_rates)
        np.testing.assert_array_equal(ball.points, alone.points)


def test_states_of_schedules_survive_balls_that_end() -> None:
    rate = {"name": "reduce_on_plateau", "initial": 0.0999, "patience": 3, "threshold": 0.01}
    keys: dict[str, Any] = {"learning_rates": [rate, 0.05], "stop": {"gradient_norm": 1e-3}}
    together = act(**keys)
    assert len({ball.steps for ball in together.runs}) > 2
    for ball in together.runs[:3]:
        alone = act(**{**keys, "starts": [list(ball.ball.start)]}).runs[0]
        np.testing.assert_array_equal(ball.points, alone.points)


def test_warmup_leads_up_to_the_first_rate_of_any_schedule() -> None:
    rates = [
        {"initial": 0.04, "warmup": 4},
        {"name": "exponential", "initial": 0.04, "gamma": 0.5, "warmup": 2},
        {"name": "cyclic", "base_lr": 0.02, "max_lr": 0.04, "step_size_up": 2, "warmup": 2},
    ]
    shown = act(learning_rates=rates, starts=[[1, 1]], steps=5).runs
    np.testing.assert_allclose(shown[0].learning_rates, [0.01, 0.02, 0.03, 0.04, 0.04, 0.04])
    np.testing.assert_allclose(shown[1].learning_rates, [0.02, 0.04, 0.04, 0.02, 0.01, 0.005])
    np.testing.assert_allclose(shown[2].learning_rates, [0.01, 0.02, 0.02, 0.03, 0.04, 0.03])
    assert [ball.ball.label for ball in shown] == [
        "sgd 0.04 warmup",
        "sgd 0.04 exponential warmup",
        "sgd cyclic warmup",
    ]


@pytest.mark.parametrize("name", [name for name in schedules if "max_lr" in schedules.parameters(name)])
def test_schedules_with_rates_of_their_own_take_no_initial(name: str) -> None:
    own = {"one_cycle": {"total_steps": 9}, "cyclic": {"base_lr": 0.01}}[name]
    entry = {"name": name, "max_lr": 0.1, **own}
    assert act(learning_rates=[entry], steps=3).runs[0].ball.learning_rate < 0.1
    with pytest.raises(ValidationError, match="starts from rates of its own: leave initial out"):
        spec(learning_rates=[{**entry, "initial": 0.1}])


CYCLE: dict[str, Any] = {"name": "cyclic", "base_lr": 0.01, "max_lr": 0.04, "step_size_up": 6}


def test_momentum_is_moved_only_where_a_schedule_does() -> None:
    keys: dict[str, Any] = {"optimizers": ["sgd"], "steps": 40}
    plain, moved, left = act(learning_rates=[0.01, CYCLE, {**CYCLE, "cycle_momentum": False}], **keys).runs[
        ::3
    ]
    np.testing.assert_array_equal(moved.learning_rates, left.learning_rates)
    steps = np.diff(left.points, axis=0)
    np.testing.assert_allclose(steps, -left.learning_rates[:-1, None] * left.points[:-1] * [2, 20], rtol=1e-9)
    assert (np.diff(plain.points, axis=0) != np.diff(moved.points, axis=0))[2:].all()


def test_balls_that_end_leave_the_cycle_of_the_others_alone() -> None:
    keys: dict[str, Any] = {"learning_rates": [CYCLE], "steps": 400, "stop": {"gradient_norm": 1.0}}
    keys["domain"] = {"x": [-3.0, 3.0], "y": [-3.0, 3.0]}  # what is small is a share of it
    together = act(optimizers=["adam"], **keys).runs
    assert len({run.steps for run in together}) > 1
    for run, start in zip(together, STARTS, strict=True):
        alone = act(optimizers=["adam"], starts=[start], **keys).runs[0]
        np.testing.assert_array_equal(run.points, alone.points)


@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_cycles_its_momentum_or_says_that_it_has_none(name: str) -> None:
    known = optimizers.parameters(name)
    if "betas" in known or "momentum" in known:
        assert act(optimizers=[name], learning_rates=[CYCLE], steps=5).runs
        return
    for place, keys in (
        (("learning_rates", 1), {"optimizers": ["sgd", name], "learning_rates": [0.1, CYCLE]}),
        (("optimizers", 1, "learning_rate"), {"optimizers": ["sgd", {"name": name, "learning_rate": CYCLE}]}),
    ):
        with pytest.raises(CastError, match=f"{name} has no momentum to cycle") as caught:
            act(**keys)
        assert caught.value.path == place
    assert act(optimizers=[name], learning_rates=[{**CYCLE, "cycle_momentum": False}], steps=5).runs


@pytest.mark.parametrize("entry", [{"clip_norm": 0}, {"clip_value": -1}, {"maximize": 1}])
def test_treatments_out_of_range_are_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        spec(optimizers=[{"name": "sgd", **entry}])
    with pytest.raises(ValidationError):
        spec(noise=-0.1)


def test_settings_tell_balls_apart() -> None:
    shown = act(optimizers=["sgd", {"name": "sgd", "clip_norm": 0.5}], starts=[[1, 1]], steps=2).runs
    assert [ball.ball.label for ball in shown] == ["sgd", "sgd clip_norm 0.5"]
