"""Hundreds of experiments whose ends are known: how many verdicts are false."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from battery import Experiment, experiments

from gdanim.engine.descent import solve
from gdanim.engine.runs import Run
from gdanim.spec import Spec

MOST_FALSE = 0.01  # of all verdicts
LATE = 0.25  # of the steps forecast: so much a forecast may miss


def claim(run: Run) -> str:
    """What is claimed of a run's end: its status, or its verdict where that says more."""
    for word in ("undefined", "maximum", "minimum"):
        if run.status in ("diverged", "saddle") and word in run.verdict:
            return "maximum" if word == "minimum" else word
    return str(run.status)


def judge(experiment: Experiment) -> tuple[frozenset[str], Run]:
    """What may be claimed, and the run; nothing where that is not known."""
    (run,) = solve(Spec.model_validate(experiment.spec)).acts[0].runs
    allowed: Any = experiment.claims
    return (allowed(run) if callable(allowed) else allowed), run


def wrong(experiment: Experiment) -> str | None:
    """What is false of a verdict: "" if nothing, None where the truth is not known."""
    allowed, run = judge(experiment)
    if not allowed:
        return None
    if claim(run) not in allowed:
        return f"{claim(run)} ({run.verdict}: {run.reason}), not {' or '.join(sorted(allowed))}"
    told = re.search(r"about ([\d.]+) more steps", run.reason)
    if told and experiment.forecast and abs(float(told[1]) / experiment.forecast - 1) > LATE:
        return f"{run.reason}, not {experiment.forecast}"
    return ""


@pytest.fixture(scope="module")
def found() -> list[tuple[Experiment, str]]:
    """All experiments, each once, with what is false of their verdicts, as far as that is known."""
    each = {str(experiment): experiment for experiment in experiments()}.values()
    return [(experiment, told) for experiment in each if (told := wrong(experiment)) is not None]


def test_it_is_large_and_of_every_kind(found: list[tuple[Experiment, str]]) -> None:
    counts = Counter(experiment.kind for experiment, _ in found)
    assert sum(counts.values()) >= 600, counts
    assert min(counts.values()) >= 10, counts


def test_hardly_a_verdict_is_false(found: list[tuple[Experiment, str]]) -> None:
    false = [f"{experiment} is {told}" for experiment, told in found if told]
    assert len(false) <= MOST_FALSE * len(found), "\n".join(false)
