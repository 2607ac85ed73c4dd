"""What `make test` shows while several processes run: how much is done, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest

KEPT = "gdanim/seconds"  # where the cache of pytest has how long every test took
EVERY = 10.0  # seconds between two lines


class Progress:
    """Lines in place of dots. Tests weigh what they took last time; new ones, the mean of the others."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.known: dict[str, float] = config.cache.get(KEPT, {}) if hasattr(config, "cache") else {}
        self.taken: dict[str, float] = {}  # seconds of each test that has ended
        self.weights: dict[str, float] = {}
        self.begun = self.told = time.monotonic()

    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        mean = sum(self.known.values()) / len(self.known) if self.known else 1.0
        self.weights = {name: self.known.get(name, mean) for name in ids}
        self.begun = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.taken[report.nodeid] = self.taken.get(report.nodeid, 0.0) + report.duration
        now = time.monotonic()
        if report.when == "teardown" and now - self.told > EVERY:
            self.told = now
            reporter: Any = self.config.pluginmanager.get_plugin("terminalreporter")
            reporter.ensure_newline()
            reporter.write_line(self.line(now - self.begun))

    def line(self, elapsed: float) -> str:
        """Such as ``[ 43%] 512 of 1190 tests, about 2 min left``, after so many seconds."""
        done = sum(self.weights.get(name, 0.0) for name in self.taken)
        share = done / (sum(self.weights.values()) or 1.0)
        left = elapsed / share - elapsed if share else 0.0
        told = f"{left / 60:.0f} min" if left > 90 else f"{max(5, 5 * round(left / 5))} s"
        return f"[{share:4.0%}] {len(self.taken)} of {len(self.weights)} tests, about {told} left"

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """No dots between the lines; failures have their letters."""
        return ("passed", "", "PASSED") if report.passed and report.when == "call" else None

    def pytest_sessionfinish(self) -> None:
        if hasattr(self.config, "cache"):
            self.config.cache.set(KEPT, self.known | self.taken)
