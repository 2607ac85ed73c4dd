"""Schedules against torch.optim.lr_scheduler."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gdanim.registry import schedules

REFERENCES = np.load(Path(__file__).parent / "data" / "torch_references.npz")
CASES = json.loads(str(REFERENCES["cases"]))


@pytest.mark.parametrize("case", range(len(CASES["schedules"])))
def test_rates_are_those_recorded_from_torch(case: int) -> None:
    name, settings = CASES["schedules"][case]
    schedule = schedules[name](**settings)
    ours = [schedule(CASES["initial_rate"], step) for step in range(CASES["steps"] + 1)]
    np.testing.assert_allclose(ours, REFERENCES[f"schedule {case}"], rtol=0, atol=1e-12)


def test_every_schedule_is_recorded() -> None:
    assert {name for name, _ in CASES["schedules"]} == set(schedules)


@pytest.mark.parametrize("name", list(schedules))
def test_starts_from_the_initial_rate(name: str) -> None:
    needed = {
        key: 10 if parameter.annotation is int else 0.5
        for key, parameter in schedules.parameters(name).items()
        if parameter.default is parameter.empty
    }
    assert schedules[name](**needed)(0.3, 0) == 0.3


def test_refuses_empty_periods() -> None:
    with pytest.raises(ValueError, match="step_size must be at least 1"):
        schedules["step"](step_size=0)
    with pytest.raises(ValueError, match="T_max must be at least 1"):
        schedules["cosine"](T_max=0)
