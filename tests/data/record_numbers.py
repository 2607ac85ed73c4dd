"""Numbers of every kind that gdanim computes, written to a file, to be compared with those of other machines.

    python tests/data/record_numbers.py FILE.npz [--all]

Without ``--all``: what linear algebra has a part in. With it also every function and every optimizer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from gdanim.engine.balls import cast
from gdanim.engine.basins import basins
from gdanim.engine.descent import solve
from gdanim.registry import functions, optimizers
from gdanim.spec import Spec

LINEAR = ["newton", "damped_newton", "bfgs", "l_bfgs", "lbfgs", "conjugate_gradient", "sam"]
MISLED = {"expr": "x^2 + y^2", "gradient": {"name": "central_difference", "h": 1e-10}}


def runs(name: str, **keys: Any) -> Iterator[tuple[str, Any]]:
    for run in solve(Spec.model_validate(keys)).acts[0].runs:
        what = f"{name} {run.ball.label}"
        yield f"{what}: points", run.points
        yield f"{what}: losses", run.losses
        yield f"{what}: verdict", f"{run.status} {run.verdict}"


def of_linear_algebra() -> Iterator[tuple[str, Any]]:
    for name in ("linear_regression", "logistic_regression", "noisy_bowl"):
        goal = functions[name]()
        yield f"{name}: minimum", goal.minima
        yield f"{name}: domain", goal.domain
        yield f"{name}: predicted", goal.predicted(np.array([[0.3, -0.7], [1.1, 0.2]]), goal.inputs)
    for name in ("rosenbrock", "noisy_bowl", MISLED):
        yield from runs(f"{name} linear", functions=[name], optimizers=LINEAR, steps=60)
    spec = Spec.model_validate({"functions": ["himmelblau"], "optimizers": ["newton"], "steps": 50})
    found = basins(spec, cast(spec)[0], 16, 12)
    yield "basins: reached", found.reached
    yield "basins: steps", found.steps


def of_everything() -> Iterator[tuple[str, Any]]:
    for name in functions:
        if functions.needed(name):  # it is nothing without data
            continue
        goal = functions[name]()
        low, high = np.array(goal.domain or ((-2.0, 2.0),) * len(goal.variables)).T
        points = np.random.default_rng(5).uniform(low, high, (20, len(low)))
        for evaluate in (goal.value, goal.gradient, goal.hessian):
            yield f"{name}: {evaluate.__name__}", evaluate(points)
    for name in ("rosenbrock", "logistic_regression", "exp(x/3) + sin(y)^2 + abs(x)^1.5"):
        yield from runs(f"{name} all", functions=[name], optimizers=list(optimizers), steps=100)


if __name__ == "__main__":
    numbers = dict(of_linear_algebra())
    if "--all" in sys.argv:
        numbers |= dict(of_everything())
    np.savez(sys.argv[1], **numbers)
