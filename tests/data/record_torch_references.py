"""Record what torch.optim does, as the truth that our optimizers and schedules are held to.

    python tests/data/record_torch_references.py        (needs torch; writes torch_references.npz)

The losses are written in torch here, apart from ours, and do not amplify rounding.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

STEPS = 200
START = (-2.6, 1.4)
Loss = Callable[[torch.Tensor], torch.Tensor]

LOSSES: dict[str, Loss] = {
    "x^2 + 10*y^2": lambda p: p[0] ** 2 + 10 * p[1] ** 2,
    "x^2 + x*y + y^2 - 3*x": lambda p: p[0] ** 2 + p[0] * p[1] + p[1] ** 2 - 3 * p[0],
    "sqrt(1 + x^2) + sqrt(1 + 4*y^2)": lambda p: torch.sqrt(1 + p[0] ** 2) + torch.sqrt(1 + 4 * p[1] ** 2),
    "x^2/4 + log(1 + exp(x - y)) + y^2/2": lambda p: (
        p[0] ** 2 / 4 + torch.log(1 + torch.exp(p[0] - p[1])) + p[1] ** 2 / 2
    ),
    "log(cosh(x)) + 2*log(cosh(y - 1))": lambda p: (
        torch.log(torch.cosh(p[0])) + 2 * torch.log(torch.cosh(p[1] - 1))
    ),
}

# Ours by name and parameters; then torch's class and the keyword arguments that differ from ours.
OPTIMIZERS: list[tuple[str, dict[str, Any], type[torch.optim.Optimizer], dict[str, Any], float]] = [
    ("sgd", {}, torch.optim.SGD, {}, 0.05),
    ("sgd", {"weight_decay": 0.1}, torch.optim.SGD, {}, 0.03),
    ("sgd", {"momentum": 0.8, "dampening": 0.3}, torch.optim.SGD, {}, 0.02),
    ("sgd", {"momentum": 0.7, "dampening": 0.1, "weight_decay": 0.05}, torch.optim.SGD, {}, 0.02),
    ("sgd", {"momentum": 0.6, "nesterov": True, "weight_decay": 0.02}, torch.optim.SGD, {}, 0.02),
    ("momentum", {}, torch.optim.SGD, {"momentum": 0.9}, 0.01),
    ("momentum", {"momentum": 0.5, "dampening": 0.5, "weight_decay": 0.2}, torch.optim.SGD, {}, 0.02),
    ("nesterov", {}, torch.optim.SGD, {"momentum": 0.9, "nesterov": True}, 0.01),
    ("nesterov", {"momentum": 0.5, "weight_decay": 0.2}, torch.optim.SGD, {"nesterov": True}, 0.02),
    ("adam", {}, torch.optim.Adam, {}, 0.05),
    ("adam", {"betas": [0.8, 0.95], "eps": 1e-3}, torch.optim.Adam, {}, 0.01),
    ("adam", {"betas": [0.3, 0.99]}, torch.optim.Adam, {}, 0.02),
    ("adam", {"weight_decay": 0.1}, torch.optim.Adam, {}, 0.1),
    ("adam", {"amsgrad": True}, torch.optim.Adam, {}, 0.1),
    ("adam", {"amsgrad": True, "betas": [0.5, 0.7], "weight_decay": 0.01}, torch.optim.Adam, {}, 0.1),
]

SCHEDULES: list[tuple[str, dict[str, Any], Callable[..., Any]]] = [
    ("constant", {}, lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda _: 1.0)),
    ("step", {"step_size": 30}, torch.optim.lr_scheduler.StepLR),
    ("step", {"step_size": 7, "gamma": 0.9}, torch.optim.lr_scheduler.StepLR),
    ("exponential", {"gamma": 0.97}, torch.optim.lr_scheduler.ExponentialLR),
    ("cosine", {"T_max": 50}, torch.optim.lr_scheduler.CosineAnnealingLR),
    ("cosine", {"T_max": 200, "eta_min": 0.01}, torch.optim.lr_scheduler.CosineAnnealingLR),
    ("cosine", {"T_max": 33, "eta_min": 0.02}, torch.optim.lr_scheduler.CosineAnnealingLR),
]
INITIAL_RATE = 0.1


def descend(loss: Loss, make: Callable[..., torch.optim.Optimizer]) -> np.ndarray:
    """Points of shape (STEPS + 1, n) of torch's optimizer ``make(parameters)``."""
    point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([point])
    rows = [point.detach().numpy().copy()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(point).backward()
        optimizer.step()
        rows.append(point.detach().numpy().copy())
    return np.array(rows)


def trajectories() -> dict[str, np.ndarray]:
    """For each of OPTIMIZERS, by its index: points of shape (losses, STEPS + 1, n)."""
    found = {}
    for index, (_, ours, kind, theirs, rate) in enumerate(OPTIMIZERS):
        make = partial(kind, lr=rate, **ours, **theirs)
        found[f"optimizer {index}"] = np.array([descend(loss, make) for loss in LOSSES.values()])
    return found


def rates() -> dict[str, np.ndarray]:
    """For each of SCHEDULES, by its index: the STEPS + 1 rates from INITIAL_RATE."""
    found = {}
    for index, (_, settings, kind) in enumerate(SCHEDULES):
        optimizer = torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr=INITIAL_RATE)
        scheduler = kind(optimizer, **settings)
        rows = []
        for _ in range(STEPS + 1):
            rows.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        found[f"schedule {index}"] = np.array(rows)
    return found


def cases() -> str:
    """What was recorded, as JSON: the test runs ours on the same."""
    return json.dumps(
        {
            "steps": STEPS,
            "start": START,
            "losses": list(LOSSES),
            "optimizers": [[name, settings, rate] for name, settings, _, _, rate in OPTIMIZERS],
            "initial_rate": INITIAL_RATE,
            "schedules": [[name, settings] for name, settings, _ in SCHEDULES],
        }
    )


if __name__ == "__main__":
    np.savez_compressed(
        Path(__file__).with_name("torch_references.npz"), cases=cases(), **trajectories(), **rates()
    )
