"""What people ask in public, and what is said about it: verdicts that a professor would sign."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gdanim.engine.advice import advice
from gdanim.engine.descent import solve
from gdanim.engine.runs import Run
from gdanim.spec import Spec

UP = {"name": "sgd", "maximize": True}
RAVINE = "x^2 + 10*y^2"
PEAK = "100/(1+(x-5)^2+4*(y-2.5)^2)"
PRICES = {"name": "linear_regression", "data": {"x": [50, 80, 120, 65], "y": [210e3, 290e3, 455e3, 250e3]}}
UNBOUNDED = "no minimum: the loss has no bound there"
NEARS = "no minimum: the loss only nears 0"


def ended(function: Any, start: list[float] | None, rate: Any, optimizer: Any = "sgd", **keys: Any) -> Run:
    given = {"functions": [function], "optimizers": [optimizer], "starts": [start] if start else None, **keys}
    rates = {} if rate is None else {"learning_rates": [rate]}
    return solve(Spec.model_validate({**given, **rates})).acts[0].runs[0]


@pytest.mark.parametrize(
    ("function", "start", "rate", "optimizer", "status", "verdict", "reason"),
    [
        # No absolute sizes.
        (
            "1e11 + x^2 + y^2",
            [3, 4],
            0.1,
            "sgd",
            "converged",
            "converged at step 73",
            "0.1 is 10% of 2/L = 1",
        ),
        ("1e11 + x^2 + y^2", [3, 4], 1.0, "sgd", "oscillating", "oscillates between two points", "1 = 2/L"),
        (
            "1e-9*(x^2 + y^2)",
            [3, 4],
            0.1,
            "sgd",
            "held",
            "stopped by the rule at step 0",
            "a slope of 10⁻⁸ is enough for it",
        ),
        # What is not seen to fall is on a plateau, though it fall for ever.
        ("1/(1 + exp(-x))", [10], 0.5, "sgd", "plateau", "stuck on a plateau", "more than 1 above the loss"),
        ("1/x", [1], 0.1, "sgd", "endless", "falls for ever", NEARS),
        ("exp(-x)", [0], 1.0, "sgd", "endless", "falls for ever", NEARS),
        (
            "x^3 - 3*x*y^2",
            [0.5, 0],
            0.1,
            "sgd",
            "going",
            "still going after 1000 steps",
            "it keeps to a ridge: lower on both sides",
        ),
        # A valley of minima is no plateau, and a top no saddle.
        (
            "(x^2 + y^2 - 1)^2",
            [1.5, 1],
            0.05,
            "sgd",
            "converged",
            "converged at step 23",
            "0.05 is 20% of 2/L",
        ),
        ("-x^2 - y^2", [0, 0], 0.1, "sgd", "maximum", "rests on a maximum", "curvature -2"),
        # Whose fault it is.
        ("x^3 - 2*x - 5", [-1.9], 0.3333, "sgd", "endless", "falls for ever", UNBOUNDED),
        ("x^3 - 2*x - 5", [-1.9], 0.0001, "sgd", "endless", "falls for ever", UNBOUNDED),
        (
            "sqrt(4 - x^2 - y^2)",
            [1, 0.5],
            0.1,
            "sgd",
            "undefined",
            "undefined at step 8",
            "no loss at (1.79, 0.896)",
        ),
        ("sqrt(x^2 + y^2)", [0, 0], 0.1, "sgd", "converged", "converged at step 0", ""),
        (
            "sqrt(x^2 + y^2)",
            [1, 0.3],
            0.1,
            "sgd",
            "oscillating",
            "oscillates between two points",
            "at the kink the slope never fades",
        ),
        ("exp(-x)", [0], 0.1, "sgd", "endless", "falls for ever", NEARS),
        ("exp(-x)", [0], None, "newton", "endless", "falls for ever", NEARS),
        # Saddles keep what keeps to a symmetry.
        ("x^2 - y^2", [1, 0], 0.1, "adam", "saddle", "rests on a saddle", "curvature from -2 to 2"),
        ("x^2 - y^2", [1, 0], 0.1, "momentum", "saddle", "rests on a saddle", "curvature from -2 to 2"),
        # Ascent and bouncing.
        # At rest means a small last step, too.
        (
            "x^2 + y^2",
            [3, 4],
            0.5,
            "momentum",
            "converged",
            "converged at step 249",
            "0.5 is 26% of 3.8/L = 1.9",
        ),
        # A ball that no longer moves is neither going nor slow.
        (
            RAVINE,
            [-2.6, 1.4],
            {"name": "exponential", "initial": 0.05, "gamma": 0.95},
            "sgd",
            "held",
            "stands still",
            "its schedule has used up the rate",
        ),
        (
            "(x - 3)^2 + (y - 2)^2",
            [-2.6, 1.4],
            0.05,
            {"name": "sgd", "weight_decay": 1.0},
            "held",
            "stands still",
            "weight decay balances the gradient",
        ),
        (
            "rosenbrock",
            None,
            None,
            "lbfgs",
            "converged",
            "rests at the minimum",
            "its tolerance_change is 1e-09",
        ),
        ("easom", None, None, "bfgs", "converged", "converged at step 8", ""),
        # Advice and reasons read the bound.
        (
            "x^2 + 50*y^2",
            [3, 1],
            0.018,
            "sgd",
            "converged",
            "converged slowly at step 426",
            "ill-conditioned: steep 50 times flat",
        ),
        (RAVINE, [-2.6, 1.4], 0.1001, "sgd", "oscillating", "swings ever wider", "0.1001 > 2/L = 0.1"),
        # Unbounded below, and inflections.
        ("x^2 - y^2", [0.1, 0.1], 0.1, "sgd", "endless", "falls for ever", UNBOUNDED),
        ("x^3", [0], 0.1, "sgd", "saddle", "rests at an inflection", "curvature 0"),
        ("x^3", [1], 0.01, "sgd", "going", "still going after 1000 steps", ""),
        ("x^4", [0], 0.1, "sgd", "converged", "converged at step 0", ""),
        # A minimum above one that is known is a local one.
        ("six_hump_camel", [1.8, -0.9], 0.01, "sgd", "local", "local minimum at step 69", "0.816 above"),
        (
            "salomon",
            None,
            {"name": "cosine", "initial": 0.0088, "T_max": 1000},
            "asgd",
            "local",
            "rests at a local minimum",
            "0.2 above the minimum",
        ),
        ("michalewicz", [0.6, 1.9], 0.02, "adam", "plateau", "stuck on a plateau", "0.801 above the minimum"),
        # Constants.
        ("5 + 0*x", [1], 0.1, "sgd", "plateau", "nothing to descend", "the loss is the same everywhere"),
        # What does not settle.
        (
            "abs(x)",
            [1.03],
            0.1,
            "sgd",
            "oscillating",
            "oscillates between two points",
            "at the kink the slope",
        ),
        (
            RAVINE,
            [-2.6, 1.4],
            0.05,
            "sam",
            "oscillating",
            "oscillates between two points",
            "it looks 0.05 uphill",
        ),
        (RAVINE, [-2.6, 1.4], 0.05, "rprop", "held", "jitters at the minimum", "its least step is 1e-06"),
        (
            RAVINE,
            [-2.63, 1.41],
            0.05,
            "lion",
            "oscillating",
            "oscillates between two points",
            "its steps do not shrink: about 0.05",
        ),
    ],
)
def test_a_case(
    function: Any, start: Any, rate: Any, optimizer: Any, status: str, verdict: str, reason: str
) -> None:
    ball = ended(function, start, rate, optimizer)
    assert (str(ball.status), ball.verdict) == (status, verdict)
    assert ball.reason.startswith(reason)
    assert bool(reason) or not ball.reason


@pytest.mark.parametrize("start", [[5.18, 2.18], [4.92, 3.07], [5.37, 2.28], [4.84, 3.04], [4.9, 2.1]])
def test_what_bounces_is_told_so_wherever_it_happens_to_be_at_the_end(start: list[float]) -> None:
    """Its way is chaotic: it may just have been higher than ever, near the top, or out of the picture."""
    ball = ended(PEAK, start, 0.01, UP)
    assert (str(ball.status), ball.verdict, ball.reason) == (
        "oscillating",
        "bounces about",
        "0.01 > 2/L = 0.0025",
    )


def test_a_step_that_leads_down_throws_no_ball_out() -> None:
    """From (0, 0) the first step leads to (3.4, 3.8), far out of a picture, but from 74 down to 47.36."""
    ball = ended("(x+2*y-7)^2 + (2*x+y-5)^2", [0, 0], 0.1)
    assert ball.losses[:2] == pytest.approx([74, 47.36])
    assert ball.reason == "0.1 is 90% of 2/L = 0.1111"


def test_nobody_leaves_a_domain_that_nobody_asked_for() -> None:
    for rate, verdict in ((0.1, "converged at step 96"), (0.001, "too slow for 1000 steps")):
        assert ended("(x - 1000)^2", [0], rate).verdict == verdict


def test_at_a_cusp_there_is_a_minimum_that_no_step_hits() -> None:
    """In the last, steps of 0.01 lead left to the kink at 1, and one of 0.09 back again."""
    for function, start in (("sqrt(abs(x))", 1), ("max(abs(x), 0)", 1.03), ("relu(1 - x) + 0.05*x^2", -2)):
        assert ended(function, [start], 0.1).reason == "at the kink the slope never fades"


def test_at_a_pole_there_is_no_kink_and_no_minimum() -> None:
    ball = ended("tan(x)", [0.5], 0.1)
    assert (ball.verdict, ball.reason) == ("bounces about", "")


def test_a_ball_that_jumps_over_a_pole_is_told_from_where() -> None:
    ball = ended("tan(x)", [0], 0.1)
    assert (str(ball.status), ball.reason) == ("diverged", "thrown from (-1.46) at step 9")


def test_a_regression_on_prices_does_not_diverge() -> None:
    ball = ended(PRICES, [0, 0], 1e-4, steps=100)
    assert ball.losses[0] > 9e10
    assert str(ball.status) in ("going", "slow")
    assert ball.losses[-1] < ball.losses[0] / 10


def test_a_relative_rule_does_not_care_for_units() -> None:
    """Of x^2 + y^2 at 0.1 the gradient shrinks by 0.8: to a share of 1e-6 in 62 steps."""
    for scale in (1e-9, 1.0, 1e9):
        rules = {"gradient_norm": 1e-6, "relative": True}
        ball = ended(f"{scale!r}*(x^2 + y^2)", [3, 4], 0.1 / scale, stop=rules)
        assert ball.verdict == "converged at step 62"


def test_a_forecast_is_kept_or_not_made() -> None:
    """With dampening no edge is known, and the gradient of x^2 shrinks at one rate; that of x^4 does not."""
    damped = {"name": "sgd", "momentum": 0.5, "dampening": 0.5}
    told = re.fullmatch(r"about (\d+) more steps at this pace", ended("x^2", [1], 0.001, damped).reason)
    assert told
    whole = ended("x^2", [1], 0.001, damped, steps=20_000)
    assert float(told[1]) == pytest.approx(whole.steps - 1000, rel=0.02)
    lion = ended("x^2 + y^2", [3, 4], None, "lion")  # 1e-4 along each axis at each step: 3.9 to go
    assert lion.reason == "about 39000 more steps at this pace"
    for function in ("x^4", "x^6"):
        assert "more steps" not in ended(function, [1], 0.001, damped).reason


def test_a_ball_that_left_the_picture_beyond_the_edge_is_told_why() -> None:
    box = {"x": [-3, 3], "y": [-2, 2]}
    ball = ended(RAVINE, [-2.6, 1.4], 0.1008, steps=100, domain=box)
    assert ball.reason == "0.1008 > 2/L = 0.1"


def test_a_rate_of_a_schedule_is_held_against_the_edge_at_its_step() -> None:
    rising = {"name": "linear", "initial": 0.15, "start_factor": 0.1, "total_iters": 20}
    ball = ended(RAVINE, [-2.6, 1.4], rising, steps=400)
    assert str(ball.status) == "diverged"
    assert ball.reason.startswith("0.15 > 2/L = 0.1 at step")


def test_adaptive_methods_are_held_against_the_edge_by_their_effective_rate() -> None:
    ball = ended("50*x^2 + y^2", [1, 1], 0.3, {"name": "rmsprop", "alpha": 0.5}, steps=300)
    assert str(ball.status) == "oscillating"
    assert re.fullmatch(r"its effective rate is [\d.]+ times 2/L", ball.reason)


def test_a_ball_that_was_thrown_out_is_told_so_beside_one_that_was_not() -> None:
    spec = Spec.model_validate(
        {
            "functions": ["cliff"],
            "optimizers": ["sgd", {"name": "sgd", "clip_norm": 1}],
            "learning_rates": [0.5],
        }
    )
    wild, clipped = solve(spec).acts[0].runs
    assert wild.reason == "thrown out to (-8.7, 0.96) at step 6"
    assert clipped.reason == "the fewest steps of the 2 that converged"


def test_batches_are_named() -> None:
    data = {"name": "linear_regression", "data": {"x": [0, 1, 2, 3, 4], "y": [1, 2.5, 2, 4.5, 4]}}
    ball = ended(data, [0, 0], 0.05, {"name": "sgd", "batch_size": 1}, steps=600)
    assert (str(ball.status), ball.reason[:12]) == ("held", "batches hold")


def test_words_are_short() -> None:
    for function, start, rate in (
        (RAVINE, [-2.6, 1.4], 0.0975),
        ("rastrigin", [0.9, 2.1], 0.001),
        ("styblinski_tang", [2, 2], 0.01),
        ("easom", [0.5, 0.5], 0.1),
        ("exp(-x)", [0], 0.1),
    ):
        ball = ended(function, start, rate)
        assert len(ball.verdict) <= 40
        assert len(ball.reason) <= 48


@pytest.mark.parametrize(
    ("function", "start", "rate", "optimizer"),
    [
        ("x^3 - 2*x - 5", [-1.9], 0.3333, "sgd"),
        ("x^3 - 2*x - 5", [-1.9], 0.0001, "sgd"),
        ("exp(-x)", [0], 0.1, "sgd"),
        ("sqrt(4 - x^2 - y^2)", [1, 0.5], 0.1, "sgd"),
        ("rosenbrock", None, None, "lbfgs"),
    ],
)
def test_where_nothing_helps_nothing_is_advised(function: str, start: Any, rate: Any, optimizer: Any) -> None:
    given = {"functions": [function], "optimizers": [optimizer], "starts": [start] if start else None}
    rates = {} if rate is None else {"learning_rates": [rate]}
    spec = Spec.model_validate({**given, **rates})
    act = solve(spec).acts[0]
    assert advice(act.runs[0], act, spec.parts[0]) is None
