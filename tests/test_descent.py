"""Who runs where, how each ball ends, and what is said of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdanim.engine.balls import cast
from gdanim.engine.descent import solve
from gdanim.engine.runs import Run, Status
from gdanim.errors import CastError
from gdanim.spec import Spec


def spec(*functions: Any, **keys: Any) -> Spec:
    return Spec.model_validate({"functions": functions, **keys})


def runs(function: Any, rates: list[float], start: list[float], **keys: Any) -> list[Run]:
    solved = solve(spec(function, learning_rates=rates, starts=[start], **keys))
    return list(solved.acts[0].runs)


def run(function: Any, rate: float, start: list[float], **keys: Any) -> Run:
    return runs(function, [rate], start, **keys)[0]


RAVINE = ("x^2 + 10*y^2", [-2.6, 1.4])


@pytest.mark.parametrize(
    ("rate", "verdict", "reason"),
    [
        (0.01, "converged slowly at step 766", "0.01 is 10% of 2/L = 0.1"),
        (0.05, "converged at step 147", "0.05 is 50% of 2/L = 0.1"),
        (0.07, "converged at step 103", "0.07 is 70% of 2/L = 0.1"),
        (0.09, "converged at step 80", "0.09 is 90% of 2/L = 0.1"),
        (0.0975, "oscillated, converged at step 335", "0.0975 is 98% of 2/L = 0.1"),
        (0.0999, "still going after 1000 steps", "0.0999 is over 99% of 2/L = 0.1"),
        (0.1, "oscillates between two points", "0.1 = 2/L"),
        (0.105, "diverged at step 90", "0.105 > 2/L = 0.1"),
    ],
)
def test_the_ravine(rate: float, verdict: str, reason: str) -> None:
    ball = run(RAVINE[0], rate, RAVINE[1])
    assert (ball.verdict, ball.reason) == (verdict, reason)
    if ball.status is Status.CONVERGED:
        assert ball.gradient_norms[-1] < 1e-6 <= ball.gradient_norms[:-1].min()


def test_the_ravine_follows_its_closed_form() -> None:
    ball = run(RAVINE[0], 0.07, RAVINE[1])
    k = np.arange(ball.steps + 1)
    x, y = -2.6 * 0.86**k, 1.4 * (-0.4) ** k
    np.testing.assert_allclose(ball.points, np.stack([x, y], axis=-1), rtol=1e-12)
    np.testing.assert_allclose(ball.losses, x**2 + 10 * y**2, rtol=1e-12)
    np.testing.assert_allclose(ball.gradient_norms, np.hypot(2 * x, 20 * y), rtol=1e-12)
    np.testing.assert_array_equal(ball.learning_rates, 0.07)


def test_the_textbook_bowl() -> None:
    """x^2 + y^2 from (3, 4) at 0.1: every step shrinks the point by 0.8."""
    ball = run("x^2 + y^2", 0.1, [3, 4])
    assert ball.verdict == "converged at step 73"
    rows = [(3, 4), (2.4, 3.2), (1.92, 2.56), (1.536, 2.048), (1.2288, 1.6384), (0.98304, 1.31072)]
    np.testing.assert_allclose(ball.points[:6], rows, rtol=1e-14)
    np.testing.assert_allclose(ball.losses[:6], [25, 16, 10.24, 6.5536, 4.194304, 2.68435456], rtol=1e-14)
    np.testing.assert_allclose(ball.gradient_norms[:4], [10, 8, 6.4, 5.12], rtol=1e-14)
    assert ball.points[20, 0] == pytest.approx(0.0346, abs=1e-4)
    assert ball.gradient_norms[45] == pytest.approx(4.4e-4, rel=0.02)


@pytest.mark.parametrize("start", [[2, 3], [5, 5], [1, 0]])
def test_the_bowl_loses_36_percent_a_step(start: list[float]) -> None:
    ball = run("x^2 + y^2", 0.1, start)
    np.testing.assert_allclose(ball.losses[1:] / ball.losses[:-1], 0.64, rtol=1e-9)
    assert ball.status is Status.CONVERGED
    assert ball.steps < 100


def test_the_exercise_on_paper() -> None:
    """x^2 + y^2 from (2, 3) at 0.1, and what too small and too large a rate make of x = 3."""
    ball = run("x^2 + y^2", 0.1, [2, 3])
    np.testing.assert_allclose(
        ball.points[:4], [(2, 3), (1.6, 2.4), (1.28, 1.92), (1.024, 1.536)], rtol=1e-14
    )
    np.testing.assert_allclose(ball.losses[:4], [13, 8.32, 5.3248, 3.407872], rtol=1e-14)
    assert int(np.argmax(ball.losses < 0.01)) == 17  # 13 * 0.64^k
    small, large = (run("x^2", rate, [3]).points[:, 0] for rate in (0.001, 2.0))
    np.testing.assert_allclose(small[[1, 100]], [2.994, 3 * 0.998**100], rtol=1e-12)
    np.testing.assert_allclose(large[:3], [3, -9, 27], rtol=1e-14)


def test_the_gradient_is_twice_the_point() -> None:
    goal = cast(spec("x^2 + y^2"))[0].objective
    np.testing.assert_array_equal(goal.gradient(np.array([[1.0, 2.0], [3.0, 4.0]])), [[2, 4], [6, 8]])


def test_half_the_right_rate_hits_the_minimum_at_once() -> None:
    ball = run("x^2 + y^2", 0.5, [1, 0])
    assert ball.verdict == "converged at step 1"
    np.testing.assert_array_equal(ball.points, [[1, 0], [0, 0]])


def test_a_rate_above_the_edge_diverges_and_keeps_its_last_row() -> None:
    ball = run("x^2 + y^2", 2.0, [1, 1])
    np.testing.assert_array_equal(ball.points[:, 0], (-3.0) ** np.arange(ball.steps + 1))
    away = np.linalg.norm(ball.points - ball.points[0], axis=-1) > 1000 * np.hypot(2.4, 2.4)
    np.testing.assert_array_equal(np.flatnonzero(away), [ball.steps])
    assert (ball.status, ball.reason) == (Status.DIVERGED, "2 > 2/L = 1")
    assert ball.losses[-1] > 1000
    assert ball.steps < 10


def test_a_loss_above_the_limit_diverges() -> None:
    ball = run("x^8", 0.5, [3])
    assert ball.losses[-1] > 1e10 >= ball.losses[:-1].max()
    assert ball.status is Status.DIVERGED


def test_an_undefined_loss_ends_the_run() -> None:
    ball = run("log(x)", 0.1, [0.6])
    assert ball.verdict == f"undefined at step {ball.steps}"
    assert (ball.status, ball.reason[:12]) == (Status.UNDEFINED, "no loss at (")
    assert np.isfinite(ball.losses[:-1]).all()


def test_a_true_cycle_oscillates_and_stops_soon() -> None:
    ball = run("x^2 + y^2", 1.0, [3, 4])
    assert (ball.verdict, ball.reason) == ("oscillates between two points", "1 = 2/L")
    assert ball.steps < 30
    np.testing.assert_array_equal(ball.points[1::2], [[-3, -4]] * len(ball.points[1::2]))


def test_a_cycle_that_ends_the_steps_is_still_going() -> None:
    assert run("x^2 + y^2", 1.0, [3, 4], steps=5).verdict == "still going after 5 steps"


def test_a_damped_cycle_is_no_cycle() -> None:
    assert run("x^2 + y^2", 0.9999, [3, 4], steps=500).status is Status.GOING


def test_starting_at_the_minimum_converges_at_step_0() -> None:
    ball = run("x^2 + y^2", 0.1, [0, 0])
    assert ball.verdict == "converged at step 0"
    assert ball.points.shape == (1, 2)


def test_a_zero_rate_never_moves() -> None:
    ball = run("x^2 + y^2", 0.0, [3, 4], steps=50)
    assert ball.verdict == "never moves in 50 steps"
    assert (ball.status, ball.reason) == (Status.HELD, "its learning rate is 0")
    np.testing.assert_array_equal(ball.points, [[3, 4]] * 51)


@pytest.mark.parametrize(
    ("function", "start", "status", "verdict"),
    [
        ("x^2 - y^2", [1, 0], Status.SADDLE, "rests on a saddle"),
        ("-x^2 - y^2", [0, 0], Status.MAXIMUM, "rests on a maximum"),
        ("x^3", [0], Status.SADDLE, "rests at an inflection"),
        ("x^4", [0], Status.CONVERGED, "converged at step 0"),
        ({"expr": "x^4", "minima": [[0]]}, [0], Status.CONVERGED, "converged at step 0"),
        ("ackley", [0, 0], Status.CONVERGED, "converged at step 0"),
    ],
)
def test_where_a_ball_rests(function: Any, start: list[float], status: Status, verdict: str) -> None:
    ball = run(function, 0.1, start)
    assert (ball.status, ball.verdict) == (status, verdict)


def test_a_little_y_escapes_the_saddle() -> None:
    ball = run("x^2 - y^2", 0.1, [0.1, 0.1])
    assert (ball.status, ball.verdict) == (Status.ENDLESS, "falls for ever")
    assert ball.reason == "no minimum: the loss has no bound there"
    assert abs(ball.points[-1, 0]) < 1e-3
    np.testing.assert_allclose(ball.points[:, 1], 0.1 * 1.2 ** np.arange(ball.steps + 1))


def test_stop_rules_are_strict_and_zero_switches_them_off() -> None:
    bowl = "x^2 + y^2"
    assert run(bowl, 0.1, [3, 4], stop={"gradient_norm": 10.0}).steps == 1  # 10 is not below 10; 8 is
    unruled = run(bowl, 0.5, [3, 4], stop={"gradient_norm": 0}, steps=30)
    assert (unruled.steps, unruled.verdict) == (30, "rests at the minimum")
    by_change = run(bowl, 0.1, [3, 4], stop={"gradient_norm": 0, "loss_change": 1e-3})
    changes = np.abs(np.diff(by_change.losses))
    assert changes[-1] < 1e-3 <= changes[:-1].min()
    assert by_change.status is Status.CONVERGED


def test_a_reason_is_given_only_where_it_explains() -> None:
    far = run("rosenbrock", 0.001, [-1.9, -0.9], steps=200)  # far from the minimum, where L says little
    assert far.status is Status.SLOW
    assert far.reason == "0.001 is 50% of 2/L = 0.001997"
    assert "2/L" not in run("x^4 - y^4 + y^2/10", 0.1, [0.9, 0.9]).reason  # no minimum, no quadratic
    assert run(RAVINE[0], 0.105, RAVINE[1], optimizers=["adam"]).reason == ""
    decaying = [{"name": "exponential", "initial": 0.05, "gamma": 0.999}]
    assert solve(spec(RAVINE[0], learning_rates=decaying, starts=[RAVINE[1]])).acts[0].runs[0].reason == ""


def test_a_diverged_ball_is_told_its_edge_alone_or_beside_a_sibling() -> None:
    function = "x^2 + y^2 + x^4/100"
    below, above = runs(function, [0.1, 1.2], [2, 3])
    assert below.status is Status.CONVERGED
    assert above.status is Status.DIVERGED
    assert above.reason == run(function, 1.2, [2, 3]).reason == "1.2 > 2/L = 1"


def test_the_edge_is_that_of_the_minimum_reached() -> None:
    """Himmelblau at (3, 2): the Hessian [[74, 20], [20, 34]] has L = 54 + sqrt(800)."""
    assert run("himmelblau", 0.01, [3.1, 2.1]).reason == "0.01 is 41% of 2/L = 0.02431"


def test_a_schedule_leaves_its_rates_in_the_rows() -> None:
    rates = [{"name": "step", "initial": 0.1, "step_size": 2, "gamma": 0.5}, 0.1]
    solved = solve(spec("x^2 + y^2", learning_rates=rates, starts=[[3, 4]], steps=5))
    stepped, plain = solved.acts[0].runs
    np.testing.assert_allclose(stepped.learning_rates, [0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    np.testing.assert_allclose(
        stepped.points[1:, 0] / stepped.points[:-1, 0], 1 - 2 * stepped.learning_rates[:-1]
    )
    np.testing.assert_array_equal(plain.learning_rates, 0.1)


def test_many_balls_run_as_each_would_alone() -> None:
    film = spec(
        "himmelblau", optimizers=["sgd", "adam"], learning_rates=[0.01, 0.03], starts={"random": 5}, steps=900
    )
    for together in solve(film).acts[0].runs:
        ball = together.ball
        alone = run(
            "himmelblau", ball.learning_rate, list(ball.start), optimizers=[ball.optimizer], steps=900
        )
        np.testing.assert_array_equal(together.points, alone.points)
        assert (together.status, together.verdict) == (alone.status, alone.verdict)


def test_a_grid_on_himmelblau_finds_all_four_minima() -> None:
    solved = solve(spec("himmelblau", learning_rates=[0.01], starts={"grid": [10, 6]}))
    act = solved.acts[0]
    assert len(act.runs) == 60
    ends = {tuple(np.round(ball.points[-1], 3)) for ball in act.runs if ball.status is Status.CONVERGED}
    assert ends == {tuple(np.round(minimum, 3)) for minimum in act.objective.minima}


def test_what_is_too_much_is_refused_before_it_is_built() -> None:
    """200 optimizers x 1000 rates x 10,000 starts: two thousand million balls."""
    many = spec(
        "bowl",
        optimizers=[{"name": "sgd", "momentum": i / 1000} for i in range(200)],
        learning_rates=[i / 1000 for i in range(1000)],
        starts={"grid": [100, 100]},
    )
    with pytest.raises(CastError, match="2000000000 balls: the most is 100000") as caught:
        cast(many)
    assert caught.value.path == ("starts",)


def test_restarts_count_among_what_is_kept() -> None:
    keys: dict[str, Any] = {"starts": {"grid": [40, 25]}, "steps": 10_000}
    cast(spec("bowl", optimizers=["sgd"], **keys))
    with pytest.raises(CastError, match="too much to keep") as caught:
        cast(spec("bowl", optimizers=[{"name": "sgd", "restarts": 5}], **keys))
    assert caught.value.path == ("steps",)


def test_a_thousand_equal_entries_have_labels_of_their_own() -> None:
    labels = [ball.label for ball in cast(spec("bowl", learning_rates=[0.1] * 1000))[0].balls]
    assert labels[:2] == ["sgd 0.1", "sgd 0.1 (2)"]
    assert len(set(labels)) == 1000


def test_balls_are_optimizers_by_rates_by_starts() -> None:
    film = spec(
        "x^2 + y^2",
        optimizers=["sgd", {"name": "adam", "learning_rate": 0.5, "label": "A", "color": "#ff0000"}],
        learning_rates=[0.1, {"name": "cosine", "initial": 0.3, "T_max": 10}],
        starts=[[1, 0], [0, 1]],
    )
    balls = [ball for team in cast(film)[0].teams for ball in team.balls]
    assert [(ball.number, ball.label, ball.hue, ball.learning_rate, ball.start) for ball in balls] == [
        (1, "sgd 0.1 #1", 0, 0.1, (1, 0)),
        (2, "sgd 0.1 #2", 0, 0.1, (0, 1)),
        (3, "sgd 0.3 cosine #1", 1, 0.3, (1, 0)),
        (4, "sgd 0.3 cosine #2", 1, 0.3, (0, 1)),
        (5, "A #1", 2, 0.5, (1, 0)),
        (6, "A #2", 2, 0.5, (0, 1)),
    ]
    assert [ball.color for ball in balls] == [None] * 4 + ["#ff0000"] * 2


@pytest.mark.parametrize(
    ("optimizers", "labels"),
    [
        (["sgd", "adam"], ["sgd", "adam"]),
        (["sgd", {"name": "sgd", "momentum": 0.9}], ["sgd", "sgd momentum 0.9"]),
        (
            [{"name": "sgd", "learning_rate": 0.1}, {"name": "sgd", "learning_rate": 0.2}],
            ["sgd 0.1", "sgd 0.2"],
        ),
        (["sgd", "sgd", {"name": "adam", "label": "sgd (2)"}], ["sgd", "sgd (2)", "sgd (2) (2)"]),
    ],
)
def test_labels_tell_balls_apart(optimizers: list[Any], labels: list[str]) -> None:
    teams = cast(spec("x^2 + y^2", optimizers=optimizers, starts=[[1, 1]]))[0].teams
    assert [team.balls[0].label for team in teams] == labels


def test_with_no_rate_anywhere_torchs_default_applies() -> None:
    teams = cast(spec("bowl", optimizers=["sgd", "adam", "momentum"]))[0].teams
    assert [team.rate for team in teams] == [1e-3] * 3


def start_points(film: Spec) -> list[tuple[float, ...]]:
    return [ball.start for ball in cast(film)[0].teams[0].balls]


def test_starts_of_every_kind() -> None:
    box = {"x": [0, 4], "y": [-1, 1]}
    assert start_points(spec("rosenbrock")) == [(-1.2, 1.0)]
    assert start_points(spec("x*y", domain=box)) == [pytest.approx((3.2, 0.4))]
    assert start_points(spec("rosenbrock", domain=box)) == [pytest.approx((3.2, 0.4))]  # its own lies outside
    assert start_points(spec("x*y", domain=box, starts={"grid": [2, 1]})) == [(1, 0), (3, 0)]
    ring = start_points(spec("x*y", domain=box, starts={"ring": 4, "radius": 1}))
    np.testing.assert_allclose(ring, [(3, 0), (2, 1), (1, 0), (2, -1)], atol=1e-12)
    random = np.array(start_points(spec("x*y", domain=box, starts={"random": 500})))
    assert (random.min(axis=0) >= [0, -1]).all()
    assert (random.max(axis=0) <= [4, 1]).all()
    assert np.ptp(random[:, 0]) > 3.5


def test_random_starts_depend_on_their_seed_else_the_specs() -> None:
    def drawn(seed: int) -> list[tuple[float, ...]]:
        return start_points(spec("bowl", seed=seed, starts={"random": 3}))

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    own = [start_points(spec("bowl", seed=seed, starts={"random": 3, "seed": 1})) for seed in (1, 7)]
    assert own == [drawn(1)] * 2


@pytest.mark.parametrize(
    ("function", "keys", "domain"),
    [
        ("x^2 + y^2", {"starts": [[3, -4]]}, ((-3.6, 3.6), (-4.8, 4.8))),
        ("x^2 + y^2", {"starts": [[0.1, 0]]}, ((-1, 1), (-1, 1))),
        ({"expr": "x^2", "minima": [[2], [4]]}, {"starts": [[8]]}, ((-3, 9),)),
        ("x^2 + y^2", {"starts": [[3, 4]], "domain": {"x": [-5, 9]}}, ((-5, 9), (-4.8, 4.8))),
        ("himmelblau", {}, ((-5, 5), (-5, 5))),
        ("himmelblau", {"starts": [[5, -7]]}, ((-5, 5), (-8.2, 5))),
        ("himmelblau", {"starts": [[5, -7]], "domain": {"x": [-6, 6]}}, ((-6, 6), (-8.2, 5))),
        ("himmelblau", {"domain": {"x": [-6, 6]}}, ((-6, 6), (-5, 5))),
        (
            {"name": "himmelblau", "domain": {"x": [-7, 7], "y": [-8, 8]}},
            {"domain": {"x": [-6, 6]}},
            ((-7, 7), (-8, 8)),
        ),
    ],
)
def test_the_domain(function: Any, keys: dict[str, Any], domain: Any) -> None:
    np.testing.assert_allclose(cast(spec(function, **keys))[0].domain, domain, rtol=1e-12)


@pytest.mark.parametrize(
    ("function", "keys", "domain"),
    [
        ("(x - 3)^2 + y^2", {"starts": [[1, 0.5]]}, ((-1.2, 3 + 0.2 * 4.2), (-1.0, 1.0))),
        ("(x - 3)^2", {"starts": [[1]], "domain": {"x": [-2, 2]}}, ((-2, 2),)),
        ({"expr": "(x - 3)^2", "domain": {"x": [-2, 2]}}, {"starts": [[1]]}, ((-2, 2),)),
        ("-(x - 3)^2", {"starts": [[1]], "steps": 5, "learning_rates": [0.3]}, ((-1.2, 1.2),)),  # far off
        ("(x - 3)^2", {"starts": [[1]], "steps": 3, "learning_rates": [1.1]}, ((-1.2, 1.2),)),  # uphill
        ("(x - 99)^2", {"starts": [[1]]}, ((-1.2, 99 + 0.2 * 100.2),)),
    ],
)
def test_a_free_domain_has_room_for_where_balls_end(function: Any, keys: dict[str, Any], domain: Any) -> None:
    keys = {"learning_rates": [0.4], "stop": {"gradient_norm": 1e-9}} | keys
    np.testing.assert_allclose(solve(spec(function, **keys)).acts[0].domain, domain, rtol=1e-6)


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"starts": {"ring": 5, "radius": 9}, "domain": {"x": [-3, 3]}}, ("starts", "radius")),
        ({"starts": {"random": 10_000}, "learning_rates": [0.1 + i / 100 for i in range(11)]}, ("starts",)),
        ({"starts": {"random": 10_000}, "steps": 100_000}, ("steps",)),
    ],
)
def test_what_cannot_be_played_is_refused_with_its_place(keys: dict[str, Any], path: tuple[str, ...]) -> None:
    with pytest.raises(CastError) as caught:
        cast(spec("bowl", **keys))
    assert caught.value.path == path


def test_several_functions_become_several_acts() -> None:
    solved = solve(spec("bowl", "x^2", learning_rates=[0.1], steps=3))
    assert [len(act.domain) for act in solved.acts] == [2, 1]
    assert [act.runs[0].points.shape for act in solved.acts] == [(4, 2), (4, 1)]
