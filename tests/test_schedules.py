"""Schedules against torch.optim.lr_scheduler."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.engine.schedules import warmed_up
from gdanim.errors import SpecError
from gdanim.registry import schedules
from gdanim.spec.entries import OWN_RATES, RateEntry

REFERENCES = np.load(Path(__file__).parent / "data" / "torch_references.npz")
CASES = json.loads(str(REFERENCES["cases"]))


def rates(name: str, settings: dict[str, Any], initial: float, losses: Any) -> Any:
    """The rates of two balls that see the same losses, which leave each step."""
    start = {} if OWN_RATES & schedules.parameters(name).keys() else {"initial": initial}
    entry = RateEntry.model_validate({"name": name, **start, **settings})
    schedule = schedules[entry.name](**entry.parameters)
    if entry.warmup:
        schedule = warmed_up(schedule, entry.warmup)
    state, found = schedule.init(initial, 2), []
    for step, loss in enumerate(losses):
        found.append(np.broadcast_to(schedule.rate(initial, step, state), 2))
        state = schedule.observe(state, step, np.full(2, loss))
    np.testing.assert_array_equal(*np.transpose(found))
    return np.array(found)[:, 0]


@pytest.mark.parametrize("case", range(len(CASES["schedules"])))
def test_rates_are_those_recorded_from_torch(case: int) -> None:
    name, settings = CASES["schedules"][case]
    ours = rates(name, settings, CASES["initial_rate"], CASES["metric"])
    np.testing.assert_allclose(ours, REFERENCES[f"schedule {case}"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("case", range(len(CASES["schedules"])))
def test_momentums_are_those_recorded_from_torch(case: int) -> None:
    name, settings = CASES["schedules"][case]
    start = {} if OWN_RATES & schedules.parameters(name).keys() else {"initial": 0.1}
    entry = RateEntry.model_validate({"name": name, **start, **settings})
    momentum = schedules[entry.name](**entry.parameters).momentum
    assert (momentum is not None) == (
        name in ("one_cycle", "cyclic") and settings.get("cycle_momentum", True)
    )
    ours = [momentum(step) if momentum else 0.0 for step in range(len(CASES["metric"]))]
    np.testing.assert_allclose(ours, REFERENCES[f"momentum {case}"], rtol=0, atol=1e-12)


def test_momentum_waits_for_the_warmup() -> None:
    schedule = schedules["cyclic"](base_lr=0.1, max_lr=0.2, step_size_up=5)
    alone, late = schedule.momentum, warmed_up(schedule, 3).momentum
    assert alone is not None
    assert late is not None
    assert [late(step) for step in range(9)] == [alone(max(0, step - 3)) for step in range(9)]


def test_every_schedule_is_recorded() -> None:
    assert {name for name, _ in CASES["schedules"]} == set(schedules)


def test_refuses_empty_periods() -> None:
    with pytest.raises(ValueError, match="step_size must be at least 1"):
        schedules["step"](step_size=0)
    with pytest.raises(ValueError, match="T_max must be at least 1"):
        schedules["cosine"](T_max=0)
    with pytest.raises(ValueError, match="max_momentum must be at least 0 and below 1, not 1"):
        schedules["cyclic"](base_lr=0.1, max_lr=0.2, max_momentum=1.0)


def told(rate: str) -> str:
    with pytest.raises(SpecError) as caught:
        gdanim.load(f"functions: [bowl]\nlearning_rates: [{rate}]")
    (found,) = caught.value.mistakes
    return f"{found.column}: {found.message}"


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        ('{expr: "0.1/(1 + 0.05*t)"}', "25: the step is called k: write 0.1/(1 + 0.05*k)"),
        ('{expr: "0.1*0.9^epoch"}', "25: the step is called k: write 0.1*0.9^k"),
        ('{expr: "0.1*q*k"}', "25: there is no q here, only the step k"),
        ('{expr: "0.1*exp(-k/20"}', "33: this ( is never closed"),
        ('{expr: "0.1"}', "25: a formula has the step k in it"),
        ("{expr: 0.1}", "25: a formula has the step k in it, such as 0.1/(1 + 0.05*k), not 0.1"),
        ('{expr: "0.1 - 0.01*k"}', "25: the rate is -0.01 at step 11: it must be"),
        ('{expr: "1/k"}', "25: the rate is undefined at step 0, from which steps count"),
        ('{expr: "1/(k + 1)", initial: 1}', "38: formula starts from rates of its own"),
        ('"0.1/(1 + 0.05*k)"', '18: a formula of the step k is written {expr: "0.1/(1 + 0.05*k)"}'),
        ("{name: LambdaLR, lr: 1}", "25: unknown schedule 'LambdaLR': write {expr: \"0.1*0.95^k\"}"),
        (
            "{name: multiplicative, lr: 1, factor: 0.9*t}",
            "56: the step is called k: write 0.9*k",
        ),
        (
            "{name: sequential, lr: 1, schedules: [linear, {name: step, step_size: 4}], milestones: [3, 4]}",
            "105: sequential: 2 schedules have 1 milestone between them, not 2",
        ),
        (
            "{name: sequential, lr: 1, schedules: [linear, linear], milestones: [0]}",
            "85: sequential: milestones grow from one to the next, from 1 on",
        ),
        (
            "{name: sequential, lr: 1, schedules: [linear, reduce_on_plateau], milestones: [3]}",
            "64: sequential: reduce_on_plateau looks at the losses, and can only stand alone",
        ),
        (
            "{name: sequential, lr: 1, schedules: [linear, {name: one_cycle, max_lr: 1, total_steps: 4}],"
            " milestones: [3]}",
            "64: sequential: one_cycle can only stand alone",
        ),
        (
            "{name: sequential, lr: 1, schedules: [{name: linear, lr: 1}, linear], milestones: [3]}",
            "71: lr is of all these schedules together: write it beside them",
        ),
        (
            "{name: sequential, lr: 1, schedules: [{name: linear, initial: 1}, linear], milestones: [3]}",
            "71: initial is of all these schedules together: write it beside them",
        ),
        (
            "{name: chained, lr: 1, schedules: [linear, {name: cosine_warm_restarts, T_0: 5}]}",
            "61: chained: cosine_warm_restarts sets the rate anew at every step",
        ),
        ("{name: chained, lr: 1, schedules: []}", "chained: schedules must have an item"),
    ],
)
def test_what_is_no_schedule_is_told(rate: str, message: str) -> None:
    assert message in told(rate)


def test_a_formula_may_leave_what_is_no_rate_beyond_the_steps() -> None:
    rate = '{expr: "0.1 - 0.01*k"}'
    spec = gdanim.load(f"functions: [bowl]\nsteps: 10\nlearning_rates: [{rate}]")
    (run,) = gdanim.solve(spec).acts[0].runs
    np.testing.assert_allclose(run.learning_rates[:10], 0.1 - 0.01 * np.arange(10), atol=1e-15)


def test_a_warmup_leads_to_a_formula() -> None:
    spec = gdanim.load('functions: [bowl]\nlearning_rates: [{expr: "0.1/(1 + k)", warmup: 4}]')
    (run,) = gdanim.solve(spec).acts[0].runs
    np.testing.assert_allclose(run.learning_rates[:6], [0.025, 0.05, 0.075, 0.1, 0.1, 0.05])


def test_the_rate_that_stays_is_not_that_of_torch() -> None:
    """``constant`` means what it says; ConstantLR, by its own name, is torch's."""
    spec = gdanim.load(
        "functions: [bowl]\nlearning_rates: [{name: constant, lr: 0.3}, {name: ConstantLR, lr: 0.3}]"
    )
    assert [entry.name for entry in spec.learning_rates] == ["constant", "constant_lr"]
    stays, torchs = gdanim.solve(spec).acts[0].runs
    np.testing.assert_allclose(stays.learning_rates[:7], 0.3)
    np.testing.assert_allclose(torchs.learning_rates[:7], [0.1] * 5 + [0.3] * 2)


def test_a_short_formula_is_its_label() -> None:
    formulas = ["0.1/(1 + k)", "0.1*exp(-k/30)*(1 + cos(k/5))/2"]
    spec = gdanim.load({"functions": ["bowl"], "learning_rates": [{"expr": text} for text in formulas]})
    labels = [run.ball.label for run in gdanim.solve(spec).acts[0].runs]
    assert labels == ["sgd 0.1/(1 + k)", "sgd formula"]
