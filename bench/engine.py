"""Ball-steps per second beside torch.optim: Adam on Rosenbrock's function in float64, on the same processor.

    python bench/engine.py                          the table
    python bench/engine.py --torch other/bin/python beside the torch of another environment
    python bench/engine.py --one compiled 1000 2000 best seconds of one job

torch's balls are the rows of one tensor. Ours are checked against the stop rules at every step and keep
rows: all of one ball, every 50th step of many. The ways take turns, each in a process of its own, and the
best run counts, so that what others do on the machine matters little. What is counted begins when the
formula has been read and its derivatives are known.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import product

Run = Callable[[int], object]  # of so many steps

JOBS = {"one ball": (1, 2000), "a thousand": (1000, 2000), "a million": (1_000_000, 200)}
RATE, KEPT = 0.01, 50


def by_torch(balls: int) -> Run:
    import torch

    starts = torch.rand(balls, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 4 - 2

    def run(steps: int) -> None:
        points = starts.clone().requires_grad_()
        adam = torch.optim.Adam([points], lr=RATE)
        for _ in range(steps):
            adam.zero_grad()
            x, y = points[:, 0], points[:, 1]
            ((1 - x) ** 2 + 100 * (y - x * x) ** 2).sum().backward()
            adam.step()

    return run


def ours(balls: int, worth: float) -> Run:
    """By compiled code from so many balls x steps on."""
    import numpy as np

    from gdanim.engine import descent
    from gdanim.engine.balls import cast
    from gdanim.spec import Spec

    descent.WORTH_COMPILING = worth
    (part,) = Spec.model_validate(
        {
            "functions": ["rosenbrock"],
            "optimizers": ["adam"],
            "learning_rates": [RATE],
            "stop": {"gradient_norm": 0},
        }
    ).parts
    act = cast(part)[0]
    starts = np.random.default_rng(1).uniform(-2, 2, (balls, 2))
    every = 1 if balls == 1 else KEPT
    return lambda steps: descent.crowd(part.model_copy(update={"steps": steps}), act, starts, every)


WAYS: dict[str, Callable[[int], Run]] = {
    "torch": by_torch,
    "numpy": lambda balls: ours(balls, worth=float("inf")),
    "compiled": lambda balls: ours(balls, worth=0),
}


def one(way: str, balls: int, steps: int, seconds: float = 2.0) -> tuple[float, float]:
    """Seconds of a first step, with all that it makes ready, and of the best of some runs of the job."""
    run = WAYS[way](balls)
    took: list[float] = []
    while len(took) < 2 or sum(took[1:]) < seconds:
        start = time.perf_counter()
        run(steps if took else 1)
        took.append(time.perf_counter() - start)
    return took[0], min(took[1:])


def measured(python: str, way: str, balls: int, steps: int, **environment: str) -> tuple[float, float]:
    """What ``one`` returns, in a process of its own."""
    command = [python, __file__, "--one", way, str(balls), str(steps)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    first, best = map(float, done.stdout.split())
    return first, best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--torch", metavar="PYTHON", default=sys.executable, help="an interpreter with torch")
    parser.add_argument("--rounds", type=int, default=2, help="the best of so many rounds")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "BALLS", "STEPS"))
    arguments = parser.parse_args()
    if arguments.one:
        way, balls, steps = arguments.one
        print(*one(way, int(balls), int(steps)))
        return
    ways = list(WAYS)
    if subprocess.run([arguments.torch, "-c", "import torch"], capture_output=True).returncode:
        print(f"{arguments.torch} has no torch: ours only (--torch names another interpreter)\n")
        ways.remove("torch")
    best: dict[tuple[str, str], float] = {}
    for _ in range(arguments.rounds):
        for job, way in product(JOBS, ways):
            python = arguments.torch if way == "torch" else sys.executable
            _, took = measured(python, way, *JOBS[job])
            best[job, way] = min(best.get((job, way), took), took)
    print(f"{'ball-steps/s':14}" + "".join(f"{way:>10}" for way in ways) + f"{'ns each':>10}{'ratio':>9}")
    for job, (balls, steps) in JOBS.items():
        speeds = {way: balls * steps / best[job, way] for way in ways}
        cells = "".join(f"{speed:10.2e}" for speed in speeds.values())
        ratio = speeds["compiled"] / speeds[ways[0]]
        print(f"{job:14}{cells}{1e9 / speeds['compiled']:10.1f}{ratio:8.1f}x")
    with tempfile.TemporaryDirectory() as folder:
        cold, _ = measured(sys.executable, "compiled", 1, 1, XDG_CACHE_HOME=folder)
        warm, _ = measured(sys.executable, "compiled", 1, 1, XDG_CACHE_HOME=folder)
    print(f"\nto compile took {cold:.1f} s, from disk {warm:.1f} s, both with the compiler's start-up")


if __name__ == "__main__":
    main()
