"""Schedules against torch.optim.lr_scheduler."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim.engine.schedules import warmed_up
from gdanim.registry import schedules

REFERENCES = np.load(Path(__file__).parent / "data" / "torch_references.npz")
CASES = json.loads(str(REFERENCES["cases"]))


def rates(name: str, settings: dict[str, Any], initial: float, losses: Any) -> Any:
    """The rates of two balls that see the same losses, which leave each step."""
    parameters = dict(settings)
    warmup = parameters.pop("warmup", 0)
    schedule = schedules[name](**parameters)
    if warmup:
        schedule = warmed_up(schedule, warmup)
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
    momentum = schedules[name](**{key: value for key, value in settings.items() if key != "warmup"}).momentum
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
