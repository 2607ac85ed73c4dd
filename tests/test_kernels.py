"""Compiled descents: the numbers of numpy, to the last bit."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from known import BY_NAME

from gdanim.engine import descent, kernels, tracing
from gdanim.engine.balls import cast
from gdanim.engine.optimizers import Optimizer
from gdanim.engine.runs import Run, Status
from gdanim.engine.tracing import Trace, Traced
from gdanim.registry import functions, optimizers, schedules
from gdanim.spec import Spec
from gdanim.spec.entries import OWN_RATES

CASES = json.loads(str(np.load(Path(__file__).parent / "data" / "torch_references.npz")["cases"]))
STARTS = [[-2.6, 1.4], [1.0, 0.5], [0.3, -2.0]]
RATES = [0.01, 0.07, 0.1, 0.105]  # slow, good, for ever between two points, diverging


def spec(**keys: Any) -> Spec:
    given = {"functions": ["x^2 + 10*y^2"], "starts": STARTS, "learning_rates": [0.01], "steps": 60}
    return Spec.model_validate({**given, **keys})


@pytest.fixture
def interpreted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Kernels run by Python itself, which takes no time to compile; a list of those that did."""
    ran: list[str] = []

    def compiled(source: str) -> Callable[..., None]:
        ran.append(source)
        names: dict[str, Any] = {}
        exec(source, names)
        kernel = names["kernel"]

        def quiet(*arguments: Any) -> None:
            with np.errstate(all="ignore"):  # threads have their own
                kernel(*arguments)

        return quiet

    plain = SimpleNamespace(njit=lambda *_, **__: lambda function: function)
    monkeypatch.setitem(sys.modules, "numba", plain)
    monkeypatch.setattr(kernels, "compiled", compiled)
    return ran


def solved(wanted: Spec, worth: float, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    monkeypatch.setattr(descent, "WORTH_COMPILING", worth)
    return [run for act in descent.solve(wanted).acts for run in act.runs]


def assert_same(wanted: Spec, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """By a kernel as by numpy: rows, endings, verdicts and costs. Returns the runs."""
    by_numpy, by_kernel = (solved(wanted, worth, monkeypatch) for worth in (np.inf, 0))
    for ours, theirs in zip(by_kernel, by_numpy, strict=True):
        for field in fields(Run):
            np.testing.assert_equal(getattr(ours, field.name), getattr(theirs, field.name), field.name)
    return by_kernel


SETTINGS = [(name, settings) for name, settings, _ in CASES["optimizers"]]
SETTINGS += [(name, {}) for name in optimizers]


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_every_optimizer_is_its_kernel(
    name: str, settings: dict[str, Any], interpreted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {"name": name, **settings}
    wanted = spec(functions=["booth", "rosenbrock"], starts={"random": 3, "seed": 1}, optimizers=[entry])
    assert_same(wanted, monkeypatch)
    # torch's own need no more than the gradient where they are, but for the one with a growing memory
    assert interpreted or name == "lbfgs" or name not in {name for name, _, _ in CASES["optimizers"]}


@pytest.mark.parametrize("name", BY_NAME)
def test_every_function_is_its_kernel(
    name: str, interpreted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or has none: what its formula needs may be rounded in another way when it is compiled."""
    goal = functions[name]()
    starts = {"random": 5, "seed": 3}
    runs = assert_same(spec(functions=[name], starts=starts, optimizers=["momentum"]), monkeypatch)
    assert len(runs) == 5
    algebraic = not any(
        word in goal.latex for word in (r"\sigma", r"\sin", r"\cos", r"\log", "e^", r"\sum", r"\tanh")
    )
    assert bool(interpreted) == algebraic, goal.latex


@pytest.mark.parametrize(("name", "settings"), CASES["schedules"])
def test_every_schedule_goes_with_a_kernel(
    name: str, settings: dict[str, Any], interpreted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    initial = {} if OWN_RATES & schedules.parameters(name).keys() else {"initial": 0.05}
    rates = [{"name": name, **initial, **settings}, 0.02]
    assert_same(spec(learning_rates=rates, optimizers=["adam"]), monkeypatch)
    assert bool(interpreted) == (name != "reduce_on_plateau")  # its rates depend on the losses


@pytest.mark.parametrize(
    "treatment",
    [{"clip_norm": 0.5}, {"clip_value": 0.4, "clip_norm": 0.5}, {"maximize": True}, {"weight_decay": 0.1}],
    ids=str,
)
def test_treatments_are_compiled(
    treatment: dict[str, Any], interpreted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same(spec(optimizers=[{"name": "sgd", **treatment}]), monkeypatch)
    assert interpreted


@pytest.mark.parametrize(
    "stop", [{}, {"gradient_norm": 0}, {"gradient_norm": 0, "loss_change": 1e-3}], ids=str
)
def test_balls_end_where_they_do(
    stop: dict[str, float], interpreted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = assert_same(spec(learning_rates=RATES, optimizers=["sgd"], stop=stop, steps=800), monkeypatch)
    assert interpreted
    statuses = {run.status for run in runs}
    assert Status.DIVERGED in statuses
    assert (Status.OSCILLATING in statuses) == ("loss_change" not in stop)  # its loss stays the same
    assert len({run.steps for run in runs}) > 4


@pytest.mark.parametrize(
    "keys", [{"noise": 0.1}, {"functions": ["linear_regression"], "starts": [[0, 0]]}], ids=str
)
def test_what_cannot_be_written_down_is_left_to_numpy(
    keys: dict[str, Any], interpreted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same(spec(**keys), monkeypatch)
    assert not interpreted


def test_an_update_that_looks_at_its_values_is_left_to_numpy(
    interpreted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def update(now: Any, state: Any) -> Any:
        return now.points - (0.1 if now.learning_rate > 1 else 0.2) * now.gradient, state

    act = cast(spec(starts=STARTS[:1]))[0]
    team = replace(act.teams[0], optimizer=Optimizer(lambda _: {}, update))
    monkeypatch.setattr(descent, "WORTH_COMPILING", 0)
    (run,) = descent.descend(spec(), act, [team])
    np.testing.assert_allclose(run.points[1], [-2.6 * 0.6, 1.4 * -3])
    assert not interpreted


def test_a_listed_cusp_has_no_slope(interpreted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    cone = {"expr": "sqrt(x^2 + y^2)", "minima": [[0, 0]]}
    runs = assert_same(spec(functions=[cone], starts=[[0, 0], [1, 0]], learning_rates=[0.5]), monkeypatch)
    assert interpreted
    assert [run.steps for run in runs] == [0, 2]


def test_without_numba_all_is_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "numba", None)
    assert_same(spec(functions=["beale"]), monkeypatch)


@pytest.mark.parametrize("worth", [np.inf, 0])
@pytest.mark.parametrize(("every", "kept"), [(5, [0, 5, 10, 15, 20, 23]), (1, list(range(24)))])
def test_a_crowd_keeps_every_so_many_steps(
    every: int, kept: list[int], worth: float, interpreted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = spec(learning_rates=[0.07], optimizers=["sgd"], steps=23, stop={"gradient_norm": 0.5})
    runs = solved(wanted, np.inf, monkeypatch)
    assert len({run.steps for run in runs}) > 1
    monkeypatch.setattr(descent, "WORTH_COMPILING", worth)
    crowd = descent.crowd(wanted, cast(wanted)[0], np.array(STARTS), every=every)
    assert bool(interpreted) == (worth == 0)
    assert crowd.steps.tolist() == kept
    for i, run in enumerate(runs):
        rows = np.minimum(crowd.steps, run.steps)
        assert crowd.ends[i] == run.steps
        np.testing.assert_array_equal(crowd.points[i], run.points[rows])
        np.testing.assert_array_equal(crowd.losses[i], run.losses[rows])
        np.testing.assert_array_equal(crowd.gradient_norms[i], run.gradient_norms[rows])


def test_a_crowd_too_large_to_keep_is_told_what_to_leave_out() -> None:
    starts = np.broadcast_to([1.0, 1.0], (1_000_000, 2))
    with pytest.raises(ValueError, match="keep every 38th step at most"):
        descent.crowd(spec(steps=1000), cast(spec())[0], starts, every=1)


@pytest.mark.usefixtures("interpreted")
def test_parts_and_threads_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "PART", 8)
    monkeypatch.setattr(kernels, "BLOCK", 3)
    wanted = spec(starts={"random": 37, "seed": 1}, learning_rates=[0.07, 0.01])
    assert_same(wanted, monkeypatch)


class TestNumba:
    """The same with the compiler itself, which takes seconds: few kernels, all operations."""

    numba = pytest.importorskip("numba")

    @pytest.fixture(autouse=True)
    def _own_cache(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        kernels.compiled.cache_clear()

    def test_a_kernel_is_numpy(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        wanted = spec(functions=["rosenbrock"], starts={"random": 700, "seed": 2}, optimizers=["adam"])
        runs = assert_same(wanted, monkeypatch)
        assert len(runs) == 700
        assert list(tmp_path.rglob("*.nbc")), "the machine code is not kept on disk"

    def test_every_operation_is_numpys(self) -> None:
        special = [0.0, -0.0, 1.5, -2.0, 1e308, -1e308, 5e-324, np.inf, -np.inf, np.nan]
        a, b = np.array(list(product(special, special))).T
        truth = a > b
        for function, code in tracing.CODE.items():
            logical = function in (np.bitwise_and, np.bitwise_or, np.invert)
            inputs = (truth, b > 0, a) if logical else (truth, a, b) if function is np.where else (a, b, a)
            needed = inputs[
                : 1 + max(code.count("{}") - 1, *(code.count(f"{{{i}}}") and i for i in range(3)))
            ]
            trace = Trace()
            written: Any = function(*(Traced(trace, [f"x[{i}]"]) for i in range(len(needed))))
            body = "; ".join([*trace.lines, f"return {trace.text(written.columns[0])}"])
            names: dict[str, Any] = {"sqrt": np.sqrt}
            exec(f"def operation(x): {body}", names)
            operation = self.numba.njit(error_model="numpy")(names["operation"])
            with np.errstate(all="ignore"):
                expected = function(*needed)
            found = np.array([operation(row) for row in zip(*needed, strict=True)])
            np.testing.assert_array_equal(found, expected, err_msg=str(function))
