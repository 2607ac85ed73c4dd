"""The lines that `make test` shows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from progress import EVERY, KEPT, Progress


class Cache(dict[str, Any]):
    """As much of pytest's as is used."""

    def set(self, key: str, value: Any) -> None:
        self[key] = value


def progress(seconds: dict[str, float]) -> tuple[Progress, list[str]]:
    """With what is known from the last run, and the lines it writes."""
    lines: list[str] = []
    reporter = SimpleNamespace(ensure_newline=lambda: None, write_line=lines.append)
    plugins = SimpleNamespace(get_plugin=lambda _: reporter)
    config: Any = SimpleNamespace(cache=Cache({KEPT: seconds}), pluginmanager=plugins)
    return Progress(config), lines


def end(shown: Progress, name: str, seconds: float = 1.0) -> None:
    for when, duration in (("setup", 0.0), ("call", seconds), ("teardown", 0.0)):
        report: Any = SimpleNamespace(nodeid=name, when=when, duration=duration)
        shown.pytest_runtest_logreport(report)


def test_a_test_weighs_what_it_took_last_time() -> None:
    shown, _ = progress({"quick": 1.0, "slow": 9.0, "gone": 5.0})
    shown.pytest_xdist_node_collection_finished(["quick", "slow", "new"])  # new: the mean, 5
    end(shown, "quick")
    assert shown.line(10.0) == "[  7%] 1 of 3 tests, about 2 min left"  # 140 s
    end(shown, "slow")
    assert shown.line(20.0) == "[ 67%] 2 of 3 tests, about 10 s left"


def test_without_a_last_run_all_weigh_the_same() -> None:
    shown, _ = progress({})
    assert shown.line(1.0) == "[  0%] 0 of 0 tests, about 5 s left"
    shown.pytest_xdist_node_collection_finished(["a", "b", "c", "d"])
    end(shown, "a")
    assert shown.line(100.0) == "[ 25%] 1 of 4 tests, about 5 min left"


def test_a_line_is_written_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    shown, lines = progress({})
    shown.pytest_xdist_node_collection_finished([str(k) for k in range(1000)])
    for k in range(500):
        now += 0.1 * EVERY
        end(shown, str(k))
    assert 40 <= len(lines) <= 50
    assert lines[0].startswith("[  1%] 11 of 1000 tests, about ")


def test_what_tests_took_is_kept_for_the_next_run() -> None:
    shown, _ = progress({"other": 3.0, "one": 1.0})
    end(shown, "one", 2.0)
    shown.pytest_sessionfinish()
    assert shown.config.cache is not None
    assert shown.config.cache.get(KEPT, None) == {"other": 3.0, "one": 2.0}
