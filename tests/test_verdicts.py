"""How balls end, where the answer can be proved, and why, in numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from gdanim.engine.advice import Advice, advice
from gdanim.engine.descent import solve
from gdanim.engine.ending import Ending, Manner
from gdanim.engine.functions import from_expression as functions_of
from gdanim.engine.runs import Run, Status
from gdanim.formula.expression import point_text
from gdanim.registry import functions
from gdanim.spec import Spec


def runs(function: Any, *starts: list[float], **keys: Any) -> list[Run]:
    data = {"functions": [function], "starts": starts or None, **keys}
    return list(solve(Spec.model_validate(data)).acts[0].runs)


def advised(function: Any, start: list[float], **keys: Any) -> Advice | None:
    spec = Spec.model_validate({"functions": [function], "starts": [start], **keys})
    act = solve(spec).acts[0]
    return advice(act.runs[0], act, spec.parts[0])


RAVINE = "x^2 + 10*y^2"  # L = 20


@pytest.mark.parametrize(
    ("optimizer", "below", "above", "cause"),
    [
        ("momentum", 0.1895, 0.191, "0.191 > 3.8/L = 0.19"),  # 2 (1 + 0.9) / 20
        ({"name": "sgd", "momentum": 0.5}, 0.149, 0.151, "0.151 > 3/L = 0.15"),
        ("nesterov", 0.0675, 0.0682, "0.0682 > 1.357/L = 0.06786"),  # 2 (1 + 0.9) / (1 + 1.8) / 20
        ("sgd", 0.0995, 0.1005, "0.1005 > 2/L = 0.1"),
    ],
)
def test_the_edge_of_stability(optimizer: Any, below: float, above: float, cause: str) -> None:
    keys: dict[str, Any] = {"optimizers": [optimizer], "steps": 4000}
    stable, unstable = (
        runs(RAVINE, [-2.6, 1.4], learning_rates=[rate], **keys)[0] for rate in (below, above)
    )
    assert stable.status is Status.CONVERGED
    assert (unstable.status, unstable.reason) == (Status.DIVERGED, cause)


def test_a_fourfold_cycle_bounces_where_a_twofold_one_oscillates() -> None:
    """x + r (x - x^3) has a stable cycle of 2 for r in (1, 1.236) and of 4 a little above."""
    well = {"expr": "x^4/4 - x^2/2", "minima": [[-1], [1]]}
    two, four = runs(well, [0.8], learning_rates=[1.1, 1.25])
    assert (two.status, two.verdict, two.reason) == (
        Status.OSCILLATING,
        "oscillates between two points",
        "1.1 > 2/L = 1",
    )
    assert (four.status, four.verdict) == (Status.OSCILLATING, "bounces about")
    np.testing.assert_allclose(four.points[-1], four.points[-5], rtol=1e-9)
    assert four.reason == "1.25 > 2/L = 1"


def test_a_zigzag_that_gets_on_does_not_oscillate() -> None:
    zigzag = runs(RAVINE, [-2.6, 1.4], learning_rates=[0.0999], steps=400)[0]
    assert zigzag.status is Status.GOING
    assert (np.diff(np.sign(zigzag.points[:, 1])) != 0).all()


@pytest.mark.parametrize("start", [[-60, 40], [20, -70], [90, 90], [0, -30]])
def test_far_from_its_peak_easom_is_a_plateau(start: list[float]) -> None:
    ball = runs(
        {"name": "easom", "domain": {"x": [-100, 100], "y": [-100, 100]}}, start, learning_rates=[0.1]
    )[0]
    assert (ball.status, ball.verdict, ball.steps) == (Status.PLATEAU, "stuck on a plateau", 0)
    assert ball.reason.endswith("1 above the minimum at (3.142, 3.142)")


def test_a_listed_minimum_is_named_and_a_higher_one_is_local() -> None:
    ends = runs("himmelblau", [3.1, 2.1], [-2.5, 3], learning_rates=[0.01])
    assert [ball.minimum for ball in ends] == [(3, 2), (-2.805118086952745, 3.131312518250573)]
    dent = runs("rastrigin", [0.9, 2.1], learning_rates=[0.001])[0]
    assert (dent.status, dent.minimum) == (Status.LOCAL, None)
    assert dent.verdict == f"local minimum at step {dent.steps}"
    assert dent.reason == f"{dent.losses[-1]:.3g} above the minimum at (0, 0)"
    assert dent.losses[-1] == pytest.approx(4.9747, abs=1e-3)


def test_of_two_minima_found_the_higher_is_local() -> None:
    """x^4 - 2 x^2 + 0.3 x: no minima are listed, the roots of its slope say how they differ."""
    left, _, right = np.sort(np.roots([4, 0, -4, 0.3]).real)
    gap = np.polyval([1, 0, -2, 0.3, 0], right) - np.polyval([1, 0, -2, 0.3, 0], left)
    deep, shallow = runs("x^4 - 2*x^2 + 0.3*x", [-0.5], [0.5], learning_rates=[0.05])
    assert (deep.status, shallow.status) == (Status.CONVERGED, Status.LOCAL)
    assert shallow.reason == f"{gap:.3g} above the minimum at ({left:.4g})"
    right = {"learning_rates": [0.05], "domain": {"x": [0, 2]}}
    assert runs("x^4 - 2*x^2 + 0.3*x", [0.5], **right)[0].status is Status.CONVERGED  # no one has looked left


@pytest.mark.parametrize(
    ("formula", "start", "rate", "deepest"),
    [
        ("x^2/4 + 2*y^2 + sin(3*x)", [2.6, 1.4], 0.05, (-0.4875, 0)),
        ("x^4 - 2*x^2 + 0.3*x", [0.5], 0.05, (-1,)),
        ("x^3 - x", [1], 0.05, (-1.2,)),  # a valley beside an abyss
        ("sin(x) + y^2/5 - x/10", [-4, 1], 0.1, (4.8, 0)),
    ],
)
def test_where_the_surface_is_seen_to_be_lower_a_minimum_is_local(
    formula: str, start: list[float], rate: float, deepest: tuple[float, ...]
) -> None:
    (ball,) = runs(formula, start, learning_rates=[rate])
    below = float(functions_of(formula).value(np.array(deepest)))
    assert ball.verdict == f"local minimum at step {ball.steps}"
    told = re.fullmatch(r"more than ([\d.]+) above the loss at \((.*)\)", ball.reason)
    assert told
    assert float(told[1]) == pytest.approx(ball.losses[-1] - below, rel=1e-2)
    assert tuple(map(float, told[2].split(", "))) == pytest.approx(deepest, abs=0.05)


def test_a_ball_on_a_hill_that_is_not_the_highest_is_on_a_local_one() -> None:
    climb: dict[str, Any] = {"optimizers": [{"name": "sgd", "maximize": True}], "learning_rates": [0.05]}
    low, high = runs("2*x^2 - x^4 + 0.3*x", [-0.5], [0.5], **climb)
    alone = runs("2*x^2 - x^4 + 0.3*x", [-0.5], **climb)[0]
    assert (low.status, high.status, alone.status) == (Status.LOCAL, Status.CONVERGED, Status.LOCAL)


@pytest.mark.parametrize(
    ("formula", "start", "keys"),
    [
        (
            "100*(y - x^2)^2 + (1 - x)^2",
            [0.9, 0.85],
            {"learning_rates": [1e-3], "steps": 9000, "stop": {"gradient_norm": 3e-2}},
        ),
        ("x^2 + y^2", [1, 1], {"learning_rates": [0.01], "stop": {"loss_change": 1e-2}}),
        ("x^4", [1], {"learning_rates": [0.05], "stop": {"gradient_norm": 1e-2}}),
        ("cos(x) + cos(y)", [1, 1], {"learning_rates": [0.1], "domain": {"x": [-9, 9], "y": [-9, 9]}}),
        ("x^4 - 2*x^2 + 1e-7*x", [0.5], {"learning_rates": [0.05]}),  # so little is not seen
        ("x^2 + y^2 + z^2 + sin(5*x)", [1.5, 1, 1], {"learning_rates": [0.02]}),  # no one has been elsewhere
    ],
)
def test_in_its_own_valley_or_in_one_as_deep_a_ball_has_converged(
    formula: str, start: list[float], keys: dict[str, Any]
) -> None:
    assert runs(formula, start, **keys)[0].status is Status.CONVERGED


def test_in_more_dimensions_the_balls_tell_each_other() -> None:
    ends = runs("x^2 + y^2 + z^2 + sin(5*x)", [2, 1, 1], [0, 0, 1], learning_rates=[0.02])
    assert [ball.status for ball in ends] == [Status.LOCAL, Status.CONVERGED]


def test_two_ends_in_one_flat_valley_are_both_converged() -> None:
    keys: dict[str, Any] = {"learning_rates": [0.1], "steps": 5000, "stop": {"gradient_norm": 1e-4}}
    ends = runs("x^4", [0.5], [-0.7], domain={"x": [-1, 1]}, **keys)
    assert {ball.status for ball in ends} == {Status.CONVERGED}


def test_a_saddle_tells_its_curvatures() -> None:
    ball = runs("x^2 - 3*y^2", [1, 0], learning_rates=[0.1])[0]
    assert (ball.status, ball.reason) == (Status.SADDLE, "curvature from -6 to 2")


def test_a_listed_saddle_is_named_even_a_flat_one() -> None:
    saddle = list(functions["himmelblau"]().saddles[0])
    ball = runs("himmelblau", saddle)[0]
    assert (ball.status, ball.verdict) == (Status.SADDLE, f"rests on the saddle at {point_text(saddle)}")
    monkey = runs("monkey_saddle", [0, 0])[0]  # where its Hessian is nothing but zeros
    assert (monkey.status, monkey.verdict) == (Status.SADDLE, "rests on the saddle at (0, 0)")


def by_differences(h: float, formula: str = RAVINE, **keys: Any) -> Run:
    entry = {"expr": formula, "gradient": {"name": "central_difference", "h": h}}
    return runs(entry, [-2.6, 1.4], learning_rates=[0.05], **keys)[0]


def test_differences_that_vanish_on_a_slope_mislead() -> None:
    drowned = by_differences(1e-20)
    slope = np.hypot(2 * 2.6, 20 * 1.4)
    assert (drowned.status, drowned.verdict) == (Status.MISLED, "misled at step 0")
    assert drowned.reason == f"slope {slope:.3g}, by differences 0"
    entry = {"expr": RAVINE, "gradient": {"name": "central_difference", "h": 1e-20}}
    given = advised(entry, [-2.6, 1.4], learning_rates=[0.05])
    assert given is not None
    assert given.action == "h of about 1e-5, or the symbolic gradient"
    # Differences of x^4 - x^3 over h = 1 add 4 x - 1 to its slope: they vanish off the minimum at 0.75.
    coarse = by_differences(1.0, "x^4 - x^3 + y^2")
    assert coarse.status is Status.MISLED
    x = coarse.points[-1, 0]
    assert 4 * x**3 - 3 * x**2 + 4 * x - 1 == pytest.approx(0, abs=1e-6)


def test_good_differences_and_other_rules_do_not_mislead() -> None:
    assert by_differences(1e-5).status is Status.CONVERGED
    assert by_differences(1.0).status is Status.CONVERGED  # exact where the third derivative is 0
    early = by_differences(1e-5, stop={"loss_change": 1e-2})
    assert (early.status, early.gradient_norms[-1] > 1e-3) == (Status.CONVERGED, True)
    flat = {"expr": "x^3", "gradient": {"name": "central_difference", "h": 1e-5}}
    assert runs(flat, [0.0])[0].status is Status.SADDLE


def test_out_of_the_domain() -> None:
    ball = runs("-x", [0], learning_rates=[0.15], steps=30, domain={"x": [-1, 1]})[0]
    assert (ball.status, ball.verdict) == (Status.OUTSIDE, "left the domain at step 7")  # 7 x 0.15 > 1
    assert ball.reason == "no minimum: the loss has no bound there"
    short = runs("(x - 9)^2", [0], learning_rates=[0.1], steps=30, domain={"x": [-1, 1]})[0]
    assert (short.status, short.reason) == (Status.OUTSIDE, "x = 8.989 is not in [-1, 1]")
    gone = runs("(x - 3)^2", [0], learning_rates=[0.1], domain={"x": [-1, 1]})[0]
    assert (gone.status, gone.verdict) == (Status.CONVERGED, f"converged at step {gone.steps}, outside")


def test_too_slow_says_how_much_is_missing() -> None:
    """With dampening no edge is known; on x^2 the contraction is constant, so the estimate is exact."""
    keys: dict[str, Any] = {
        "optimizers": [{"name": "sgd", "momentum": 0.5, "dampening": 0.5}],
        "learning_rates": [0.001],
    }
    cut = runs("x^2", [1], steps=500, **keys)[0]
    whole = runs("x^2", [1], steps=20_000, **keys)[0]
    assert (cut.status, cut.verdict) == (Status.SLOW, "too slow for 500 steps")
    assert whole.status is Status.CONVERGED
    assert cut.reason == f"about {float(f'{whole.steps - 500:.2g}'):.0f} more steps at this pace"
    plain = runs("x^2 + 10*y^2", [-2.6, 1.4], learning_rates=[0.001], steps=500)[0]
    assert (plain.status, plain.reason) == (Status.SLOW, "0.001 is 1% of 2/L = 0.1")


def test_almost_there_is_not_too_slow() -> None:
    assert runs("x^2", [1], learning_rates=[0.1], steps=50)[0].status is Status.GOING


def test_a_lower_top_is_a_local_maximum() -> None:
    wave = {"expr": "sin(x) + 0.1*x", "domain": {"x": [-8, 8]}}
    hill = {"name": "sgd", "maximize": True}
    low, high = (runs(wave, [x], optimizers=[hill], learning_rates=[0.1])[0] for x in (0, 6))
    assert (low.status, low.verdict) == (Status.LOCAL, f"local maximum at step {low.steps}")
    assert low.reason.startswith("more than 0.6")
    assert low.reason.endswith(" below the loss at (8)")
    assert high.status is Status.CONVERGED


def test_climbing_is_judged_upside_down() -> None:
    hill = {"name": "sgd", "maximize": True}
    top = runs("4 - x^2 - y^2", [1, 1], optimizers=[hill], learning_rates=[0.1])[0]
    assert (top.status, top.reason) == (Status.CONVERGED, "0.1 is 10% of 2/L = 1")
    assert (np.diff(top.losses) > 0).all()
    assert top.losses[-1] == pytest.approx(4)
    (bottom,) = runs("x^2 + y^2", [0, 0], optimizers=[hill])
    assert (bottom.status, bottom.verdict) == (Status.MAXIMUM, "rests on a minimum")
    assert runs("x^2 + 2*y^2", [0, 0], optimizers=[hill])[0].reason == "curvature from 2 to 4"
    assert runs("x^2", [1], optimizers=[hill], learning_rates=[1.0])[0].status is Status.ENDLESS
    for optimizer in ("newton", "bfgs", "backtracking"):
        ball = runs("cos(x)", [0.5], optimizers=[{"name": optimizer, "maximize": True}])[0]
        assert ball.status is Status.CONVERGED
        np.testing.assert_allclose(ball.points[-1], 0, atol=1e-6)


@pytest.mark.parametrize(
    ("function", "start", "rate", "diagnosis", "action"),
    [
        (RAVINE, [-2.6, 1.4], 0.105, "learning rate too high", "at 0.09 it converges in 80 steps"),
        (RAVINE, [-2.6, 1.4], 0.1, "learning rate too high", "at 0.09 it converges in 80 steps"),
        (RAVINE, [-2.6, 1.4], 0.0975, "learning rate too high", "at 0.09 it converges in 80 steps"),
        (RAVINE, [-2.6, 1.4], 0.01, "learning rate too low", "at 0.09 it converges in 80 steps"),
        (RAVINE, [-2.6, 1.4], 0.0001, "learning rate too low", "at 0.09 it converges in 80 steps"),
        ("x^2 + 50*y^2", [3, 1], 0.0196, "the valley is ill-conditioned", "by bfgs it converges in 12 steps"),
        ("x^4", [1], 0.1, "the bottom is flat", "by bfgs it converges in 1 step"),
        ("x^2", [3], 0.97, "learning rate too high", "at 0.5 it converges in 1 step"),
        ("-exp(-x^2 - y^2)", [0.5, 1], 1, "learning rate too high", "at 0.5 it converges in 5 steps"),
        ("rosenbrock", [-1.2, 1], 0.01, "learning rate too high", "at 0.00"),
        ("x^2 - y^2", [1, 0], 0.1, "saddle point", "from (1, 0.0312) it leaves, but there is no minimum"),
        (
            "(x-3)^2 + (y-2)^2",
            [-2.6, 1.4],
            {"name": "exponential", "initial": 0.05, "gamma": 0.9},
            "the schedule has used up the rate",
            "at 0.05 it converges in 155 steps",
        ),
    ],
)
def test_advice_says_what_came_of_it(
    function: str, start: list[float], rate: Any, diagnosis: str, action: str
) -> None:
    given = advised(function, start, learning_rates=[rate])
    assert given is not None
    assert given.symptom
    assert given.diagnosis == diagnosis
    assert given.action.startswith(action)


@pytest.mark.parametrize("rate", [0.105, 0.01, 0.0001])
def test_advised_rates_do_what_they_promise(rate: float) -> None:
    given = advised(RAVINE, [-2.6, 1.4], learning_rates=[rate])
    assert given is not None
    told = re.fullmatch(r"at ([\d.]+) it converges in (\d+) steps", given.action)
    assert told
    ball = runs(RAVINE, [-2.6, 1.4], learning_rates=[float(told[1])])[0]
    assert (ball.status, ball.steps) == (Status.CONVERGED, int(told[2]))


@pytest.mark.parametrize(
    ("optimizer", "diagnosis"),
    [
        ("adadelta", "learning rate too low"),
        ("adamax", "learning rate too low"),
        ("lion", "its steps are short"),
    ],
)
def test_a_round_valley_is_never_called_ill_conditioned(optimizer: str, diagnosis: str) -> None:
    given = advised("x^2 + 2*y^2", [3, 4], optimizers=[optimizer])
    assert given is not None
    assert given.diagnosis == diagnosis
    assert given.action


def test_no_advice_where_all_is_well_or_nothing_helps() -> None:
    assert advised(RAVINE, [-2.6, 1.4], learning_rates=[0.07]) is None
    assert advised("x^2", [1], learning_rates=[0.1], steps=5) is None
    for rate in (0.3333, 0.0001):  # unbounded below on that side
        assert advised("x^3 - 2*x - 5", [-1.9], learning_rates=[rate]) is None
    assert advised("x^2 - y^2", [0.1, 0.1], learning_rates=[0.1]) is None
    assert advised("x^2", [2], learning_rates=[0.1], steps=40) is None  # it gets on: 0.8 is left by each step
    assert advised("x^2", [10], optimizers=["adam"], learning_rates=[0.1], steps=300) is None  # it swings in
    assert advised("tan(x)", [0.5], learning_rates=[0.1]) is None
    saddle = advised("x^2 - y^2", [1, 0], learning_rates=[0.1])
    assert saddle is not None
    assert not any(word in saddle.action for word in ("adam", "momentum"))  # they stay on it, too


@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_what_keeps_to_a_symmetry_stays_on_the_saddle(optimizer: str) -> None:
    ball = runs("x^2 - y^2", [1, 0], optimizers=[optimizer], learning_rates=[0.1])[0]
    assert ball.status is Status.SADDLE


def test_nobody_is_told_to_raise_a_rate_that_is_near_the_edge() -> None:
    for rate in (0.009, 0.012, 0.018, 0.0196):  # of 0.02
        given = advised("x^2 + 50*y^2", [3, 1], learning_rates=[rate])
        assert given is None or "rate too low" not in given.diagnosis


def test_noise_is_named_and_measured() -> None:
    """On c x^2 / 2 noise of deviation s and the rate r leave a mean loss of r s^2 / (2 (2 - r c))."""
    ball = runs(RAVINE, [-2.6, 1.4], learning_rates=[0.01], noise=1.0, steps=4000)[0]
    wanted = sum(0.01 / (2 * (2 - 0.01 * curvature)) for curvature in (2, 20))
    assert (ball.status, ball.verdict) == (Status.HELD, "hovers in the noise")
    told = re.fullmatch(r"noise holds it ([\d.]+) above the minimum", ball.reason)
    assert told
    assert np.mean(ball.losses[1000:]) == pytest.approx(wanted, rel=0.2)
    assert float(told[1]) == pytest.approx(np.log(2) * wanted, rel=0.3)  # a median; of an exponential, nearly
    given = advised(RAVINE, [-2.6, 1.4], learning_rates=[0.05], noise=1.0)
    assert given is not None
    assert given.diagnosis == "the noise holds it up"
    assert "rate" not in given.symptom


def test_of_several_minima_the_verdict_says_which() -> None:
    ball = runs("himmelblau", [3.1, 2.1], learning_rates=[0.01])[0]
    assert ball.verdict == f"converged to (3, 2) at step {ball.steps}"
    assert runs("bowl", [1, 2], learning_rates=[0.1])[0].verdict.startswith("converged at step")


def test_rounding_makes_no_deeper_valley() -> None:
    """Of four variables only the runs are looked at: the last bits of their lowest losses are no depth."""
    convex = "sqrt(1+x^2) + sqrt(1+y^2) + sqrt(1+z^2) + sqrt(1+w^2) + exp(x/7 - y/9)"
    keys: dict[str, Any] = {"optimizers": ["adam"], "learning_rates": [0.01], "steps": 20_000}
    (run,) = runs(convex, [1.5, -1.0, 0.5, 2.0], stop={"gradient_norm": 1e-9}, **keys)
    assert run.status is Status.CONVERGED


@pytest.mark.parametrize(
    ("ending", "verdict", "sentence"),
    [
        (Ending("converged to (3, 2)", 1, "at"), "converged to (3, 2) at step 1", "after 1 step"),
        (
            Ending("converged", 7, "at", outside=True),
            "converged at step 7, outside",
            "after 7 steps, outside",
        ),
        (Ending("stuck on a plateau", 0), "stuck on a plateau", "stuck on a plateau after 0 steps"),
        (Ending("never moves", 1, "in"), "never moves in 1 step", "never moves in 1 step"),
        (Ending("diverged", 9, "at", restart=2), "restart 2: diverged at step 9", "diverged after 9 steps"),
        (Ending("misled", 2, "at", restart=0), "first try: misled at step 2", "first try: misled after"),
    ],
)
def test_an_ending_is_worded_for_films_and_for_sentences(ending: Ending, verdict: str, sentence: str) -> None:
    assert ending.verdict == verdict
    assert sentence in ending.sentence


def test_the_manner_of_converging_is_data() -> None:
    rates = [0.0975, 0.01, 0.07]
    ends = runs(RAVINE, [-2.6, 1.4], learning_rates=rates, steps=2000)
    assert [run.ending.manner for run in ends] == [Manner.OSCILLATING, Manner.SLOWLY, Manner.PLAIN]
    told = ["oscillated, converged", "converged slowly", "converged"]
    assert [run.verdict for run in ends] == [
        f"{words} at step {run.steps}" for words, run in zip(told, ends, strict=True)
    ]
