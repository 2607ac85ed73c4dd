"""Record what torch.optim does, as the truth that our optimizers and schedules are held to.

    python tests/data/record_torch_references.py        (needs torch; writes torch_references.npz)

The losses are written in torch here, apart from ours, and do not amplify rounding. All steps are run,
some of the points are kept.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.optim.lr_scheduler import CyclicLR, OneCycleLR

torch.set_default_dtype(torch.float64)  # asgd and nadam keep some of their state in it

STEPS = 200
ROWS = [*range(20), *range(20, STEPS + 1, 10)]
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
    "3*x^2 - 2*x*y + 2*y^2 + sin(x)": lambda p: (
        3 * p[0] ** 2 - 2 * p[0] * p[1] + 2 * p[1] ** 2 + torch.sin(p[0])
    ),
    "x^2/2 + y^4/10 + y^2": lambda p: p[0] ** 2 / 2 + p[1] ** 4 / 10 + p[1] ** 2,
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
    ("adamw", {}, torch.optim.AdamW, {}, 0.05),
    ("adamw", {"weight_decay": 0.3, "betas": [0.7, 0.9], "amsgrad": True}, torch.optim.AdamW, {}, 0.03),
    ("adamax", {}, torch.optim.Adamax, {}, 0.05),
    ("adamax", {"betas": [0.4, 0.95], "eps": 1e-2, "weight_decay": 0.1}, torch.optim.Adamax, {}, 0.01),
    ("nadam", {}, torch.optim.NAdam, {}, 0.05),
    ("nadam", {"momentum_decay": 0.1, "eps": 0.01, "betas": [0.8, 0.9]}, torch.optim.NAdam, {}, 0.005),
    ("nadam", {"decoupled_weight_decay": True, "weight_decay": 0.2}, torch.optim.NAdam, {}, 0.03),
    ("radam", {}, torch.optim.RAdam, {}, 0.05),
    ("radam", {"betas": [0.7, 0.95], "weight_decay": 0.1, "eps": 1e-2}, torch.optim.RAdam, {}, 0.01),
    ("radam", {"decoupled_weight_decay": True, "weight_decay": 0.2}, torch.optim.RAdam, {}, 0.03),
    ("adagrad", {}, torch.optim.Adagrad, {}, 0.3),
    (
        "adagrad",
        {"lr_decay": 0.01, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3},
        torch.optim.Adagrad,
        {},
        0.5,
    ),
    ("adadelta", {}, torch.optim.Adadelta, {}, 1.0),
    ("adadelta", {"rho": 0.7, "eps": 1e-3, "weight_decay": 0.1}, torch.optim.Adadelta, {}, 0.2),
    ("rmsprop", {}, torch.optim.RMSprop, {}, 0.01),
    ("rmsprop", {"alpha": 0.9, "momentum": 0.5, "eps": 1e-2}, torch.optim.RMSprop, {}, 0.01),
    (
        "rmsprop",
        {"centered": True, "alpha": 0.8, "weight_decay": 0.1, "momentum": 0.3, "eps": 0.1},
        torch.optim.RMSprop,
        {},
        0.02,
    ),
    ("rprop", {}, torch.optim.Rprop, {}, 0.1),
    ("rprop", {"etas": [0.3, 1.5], "step_sizes": [1e-4, 0.4]}, torch.optim.Rprop, {}, 0.05),
    ("asgd", {}, torch.optim.ASGD, {}, 0.03),
    ("asgd", {"lambd": 0.1, "alpha": 0.5, "t0": 20.0, "weight_decay": 0.05}, torch.optim.ASGD, {}, 0.04),
    ("adafactor", {}, torch.optim.Adafactor, {}, 0.01),
    (
        "adafactor",
        {"beta2_decay": -0.5, "eps": [1e-3, 0.1], "d": 1.5, "weight_decay": 0.1},
        torch.optim.Adafactor,
        {},
        0.002,
    ),
    ("lbfgs", {}, torch.optim.LBFGS, {"max_iter": 1}, 0.2),
    (
        "lbfgs",
        {"history_size": 3, "tolerance_grad": 1e-3, "tolerance_change": 1e-6},
        torch.optim.LBFGS,
        {"max_iter": 1},
        0.1,
    ),
    ("lbfgs", {"max_iter": 4}, torch.optim.LBFGS, {}, 0.05),
    ("lbfgs", {"max_iter": 6, "max_eval": 4, "history_size": 2}, torch.optim.LBFGS, {}, 0.05),
    ("lbfgs", {"line_search_fn": "strong_wolfe"}, torch.optim.LBFGS, {"max_iter": 1, "max_eval": 25}, 0.3),
    ("lbfgs", {"line_search_fn": "strong_wolfe", "max_iter": 3, "max_eval": 5}, torch.optim.LBFGS, {}, 1.0),
    ("lbfgs", {"line_search_fn": "strong_wolfe", "max_iter": 1, "max_eval": 9}, torch.optim.LBFGS, {}, 20.0),
    ("sgd", {"maximize": True, "weight_decay": 3.0}, torch.optim.SGD, {}, 0.002),
    ("adam", {"maximize": True, "weight_decay": 2.0}, torch.optim.Adam, {}, 0.01),
]

# Clipping by value, then by norm, of torch.nn.utils, before sgd's update with these settings.
CLIPPED: list[tuple[dict[str, Any], float | None, float | None, float]] = [
    ({}, None, 1.0, 0.1),
    ({"momentum": 0.5, "weight_decay": 0.1}, 0.7, None, 0.05),
    ({"momentum": 0.5, "weight_decay": 0.1}, 2.0, 1.5, 0.05),
]

# Momentum moved by a schedule: ours by name and parameters, torch's optimizer, the schedule by both names.
CYCLED: list[
    tuple[str, dict[str, Any], type[torch.optim.Optimizer], str, dict[str, Any], Callable[..., Any]]
] = [
    ("sgd", {}, torch.optim.SGD, "one_cycle", {"max_lr": 0.05, "total_steps": 201}, OneCycleLR),
    (
        "sgd",
        {"momentum": 0.5, "dampening": 0.2, "weight_decay": 0.1},
        torch.optim.SGD,
        "cyclic",
        {"base_lr": 0.001, "max_lr": 0.02, "step_size_up": 15, "step_size_down": 22, "mode": "triangular2"},
        CyclicLR,
    ),
    (
        "sgd",
        {"momentum": 0.3, "nesterov": True},
        torch.optim.SGD,
        "one_cycle",
        {
            "max_lr": 0.02,
            "total_steps": 230,
            "three_phase": True,
            "base_momentum": 0.2,
            "max_momentum": 0.7,
            "anneal_strategy": "linear",
        },
        OneCycleLR,
    ),
    ("adam", {}, torch.optim.Adam, "one_cycle", {"max_lr": 0.1, "total_steps": 201}, OneCycleLR),
    (
        "adamw",
        {"betas": [0.7, 0.95], "amsgrad": True},
        torch.optim.AdamW,
        "cyclic",
        {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 20, "base_momentum": 0.3, "max_momentum": 0.85},
        CyclicLR,
    ),
    (
        "nadam",
        {},
        torch.optim.NAdam,
        "cyclic",
        {"base_lr": 0.001, "max_lr": 0.03, "step_size_up": 9},
        CyclicLR,
    ),
    ("adamax", {}, torch.optim.Adamax, "one_cycle", {"max_lr": 0.1, "total_steps": 220}, OneCycleLR),
    (
        "rmsprop",
        {"centered": True},
        torch.optim.RMSprop,
        "cyclic",
        {"base_lr": 1e-4, "max_lr": 2e-3, "step_size_up": 25, "mode": "exp_range", "gamma": 0.99},
        CyclicLR,
    ),
    (
        "sgd",
        {"momentum": 0.9},
        torch.optim.SGD,
        "cyclic",
        {"base_lr": 0.005, "max_lr": 0.03, "step_size_up": 10, "cycle_momentum": False},
        CyclicLR,
    ),
]


def warmed_up(
    kind: Callable[..., Any], optimizer: torch.optim.Optimizer, warmup: int, **settings: Any
) -> Any:
    """A schedule behind torch's own linear way up to it."""
    up = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / warmup, total_iters=warmup - 1)
    return torch.optim.lr_scheduler.SequentialLR(optimizer, [up, kind(optimizer, **settings)], [warmup])


def sequential(optimizer: torch.optim.Optimizer, schedules: list[Any], milestones: list[int]) -> Any:
    """Torch's own, of torch's own."""
    return torch.optim.lr_scheduler.SequentialLR(optimizer, parts(optimizer, schedules), milestones)


def chained(optimizer: torch.optim.Optimizer, schedules: list[Any]) -> Any:
    """Torch's own, of torch's own."""
    return torch.optim.lr_scheduler.ChainedScheduler(parts(optimizer, schedules))


def parts(optimizer: torch.optim.Optimizer, entries: list[dict[str, Any]]) -> list[Any]:
    """Torch's schedules for entries as a spec has them, by torch's names."""
    made = []
    for entry in entries:
        settings = dict(entry)
        kind = getattr(torch.optim.lr_scheduler, settings.pop("name"))
        if kind is torch.optim.lr_scheduler.MultiplicativeLR:
            factor = settings.pop("factor")
            settings["lr_lambda"] = lambda _, factor=factor: factor
        made.append(kind(optimizer, **settings))
    return made


def metric(step: int) -> float:
    """A loss for the schedule that looks at it: it falls, stalls, rises and falls again."""
    return 2 + math.cos(step / 9) * math.exp(-step / 120) + 0.3 * (step % 5 == 0)


SCHEDULES: list[tuple[str, dict[str, Any], Callable[..., Any]]] = [
    ("constant", {}, lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda _: 1.0)),
    ("constant_lr", {}, torch.optim.lr_scheduler.ConstantLR),
    ("constant_lr", {"factor": 0.2, "total_iters": 40}, torch.optim.lr_scheduler.ConstantLR),
    ("swa", {"swa_lr": 0.03}, torch.optim.swa_utils.SWALR),
    (
        "swa",
        {"swa_lr": 0.3, "anneal_epochs": 60, "anneal_strategy": "linear"},
        torch.optim.swa_utils.SWALR,
    ),
    ("swa", {"swa_lr": 0.3, "anneal_epochs": 0}, torch.optim.swa_utils.SWALR),
    (
        "multiplicative",
        {"factor": 0.97},
        lambda o, factor: torch.optim.lr_scheduler.MultiplicativeLR(o, lambda _: factor),
    ),
    (
        "multiplicative",
        {"factor": "1 - 1/(k + 5)"},
        lambda o, **_: torch.optim.lr_scheduler.MultiplicativeLR(o, lambda k: 1 - 1 / (k + 5)),
    ),
    (
        "formula",
        {"expr": "0.1*exp(-k/30)*(1 + cos(k/5))/2"},
        lambda o, **_: torch.optim.lr_scheduler.LambdaLR(
            o, lambda k: math.exp(-k / 30) * (1 + math.cos(k / 5)) / 2
        ),
    ),
    (
        "inverse_time",
        {"decay_rate": 0.05},
        lambda o, decay_rate: torch.optim.lr_scheduler.LambdaLR(o, lambda k: 1 / (1 + decay_rate * k)),
    ),
    (
        "inverse_time",
        {"decay_rate": 0.5, "decay_steps": 20, "staircase": True},
        lambda o, **_: torch.optim.lr_scheduler.LambdaLR(o, lambda k: 1 / (1 + 0.5 * (k // 20))),
    ),
    (
        "exponential",
        {"gamma": 0.9, "eta_min": 0.02},
        lambda o, **_: torch.optim.lr_scheduler.LambdaLR(o, lambda k: max(0.9**k, 0.2)),
    ),
    (
        "sequential",
        {
            "schedules": [
                {"name": "LinearLR", "start_factor": 0.1, "total_iters": 15},
                {"name": "CosineAnnealingLR", "T_max": 60, "eta_min": 0.01},
                {"name": "ExponentialLR", "gamma": 0.98},
            ],
            "milestones": [20, 90],
        },
        sequential,
    ),
    (
        "sequential",
        {
            "schedules": [
                {"name": "ConstantLR", "factor": 0.5, "total_iters": 10},
                {"name": "CosineAnnealingWarmRestarts", "T_0": 11, "T_mult": 2},
                {"name": "StepLR", "step_size": 9, "gamma": 0.8},
                {"name": "MultiStepLR", "milestones": [10, 30], "gamma": 0.3},
            ],
            "milestones": [12, 70, 130],
        },
        sequential,
    ),
    (
        "sequential",
        {
            "schedules": [
                {"name": "MultiplicativeLR", "factor": 0.95},
                {"name": "PolynomialLR", "total_iters": 30, "power": 2.0},
                {"name": "MultiplicativeLR", "factor": 1.01},
                {"name": "ConstantLR", "factor": 0.5, "total_iters": 20},
                {"name": "MultiplicativeLR", "factor": 0.9},
            ],
            "milestones": [25, 50, 80, 120],
        },
        sequential,
    ),
    (
        "chained",
        {
            "schedules": [
                {"name": "ConstantLR", "factor": 0.1, "total_iters": 20},
                {"name": "ExponentialLR", "gamma": 0.99},
            ]
        },
        chained,
    ),
    (
        "chained",
        {
            "schedules": [
                {"name": "LinearLR", "start_factor": 0.2, "total_iters": 12},
                {"name": "StepLR", "step_size": 30, "gamma": 0.7},
                {"name": "MultiStepLR", "milestones": [40, 100], "gamma": 0.5},
                {"name": "MultiplicativeLR", "factor": 0.999},
            ]
        },
        chained,
    ),
    (
        "chained",
        {
            "schedules": [
                {"name": "LinearLR", "start_factor": 0.2, "total_iters": 12},
                {"name": "CosineAnnealingLR", "T_max": 37, "eta_min": 0.01},
                {"name": "ExponentialLR", "gamma": 0.995},
            ]
        },
        chained,
    ),
    (
        "chained",
        {
            "schedules": [
                {"name": "PolynomialLR", "total_iters": 90, "power": 1.5},
                {"name": "CosineAnnealingLR", "T_max": 50},
            ]
        },
        chained,
    ),
    ("step", {"step_size": 30}, torch.optim.lr_scheduler.StepLR),
    ("step", {"step_size": 7, "gamma": 0.9}, torch.optim.lr_scheduler.StepLR),
    ("exponential", {"gamma": 0.97}, torch.optim.lr_scheduler.ExponentialLR),
    ("cosine", {"T_max": 50}, torch.optim.lr_scheduler.CosineAnnealingLR),
    ("cosine", {"T_max": 200, "eta_min": 0.01}, torch.optim.lr_scheduler.CosineAnnealingLR),
    ("cosine", {"T_max": 33, "eta_min": 0.02}, torch.optim.lr_scheduler.CosineAnnealingLR),
    ("multi_step", {"milestones": [20, 50, 50, 120]}, torch.optim.lr_scheduler.MultiStepLR),
    ("multi_step", {"milestones": [90, 10], "gamma": 0.5}, torch.optim.lr_scheduler.MultiStepLR),
    ("linear", {}, torch.optim.lr_scheduler.LinearLR),
    (
        "linear",
        {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 150},
        torch.optim.lr_scheduler.LinearLR,
    ),
    ("polynomial", {}, torch.optim.lr_scheduler.PolynomialLR),
    ("polynomial", {"total_iters": 180, "power": 2.5}, torch.optim.lr_scheduler.PolynomialLR),
    ("cosine_warm_restarts", {"T_0": 30}, torch.optim.lr_scheduler.CosineAnnealingWarmRestarts),
    (
        "cosine_warm_restarts",
        {"T_0": 7, "T_mult": 3, "eta_min": 0.01},
        torch.optim.lr_scheduler.CosineAnnealingWarmRestarts,
    ),
    ("one_cycle", {"max_lr": 0.4, "total_steps": 201}, OneCycleLR),
    (
        "one_cycle",
        {"max_lr": 0.4, "total_steps": 250, "pct_start": 0.2, "anneal_strategy": "linear"},
        OneCycleLR,
    ),
    (
        "one_cycle",
        {
            "max_lr": 0.2,
            "total_steps": 210,
            "three_phase": True,
            "div_factor": 5.0,
            "final_div_factor": 100.0,
        },
        OneCycleLR,
    ),
    (
        "one_cycle",
        {
            "max_lr": 0.2,
            "total_steps": 240,
            "three_phase": True,
            "anneal_strategy": "linear",
            "base_momentum": 0.3,
            "max_momentum": 0.6,
        },
        OneCycleLR,
    ),
    ("one_cycle", {"max_lr": 0.4, "total_steps": 201, "cycle_momentum": False}, OneCycleLR),
    ("cyclic", {"base_lr": 0.01, "max_lr": 0.3}, CyclicLR),
    (
        "cyclic",
        {"base_lr": 0.01, "max_lr": 0.3, "step_size_up": 7, "base_momentum": 0.1, "max_momentum": 0.99},
        CyclicLR,
    ),
    (
        "cyclic",
        {"base_lr": 0.01, "max_lr": 0.3, "step_size_up": 12, "step_size_down": 31, "mode": "triangular2"},
        CyclicLR,
    ),
    (
        "cyclic",
        {"base_lr": 0.01, "max_lr": 0.3, "step_size_up": 20, "mode": "exp_range", "gamma": 0.99},
        CyclicLR,
    ),
    ("inverse_sqrt", {}, lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda k: (1 + k) ** -0.5)),
    (
        "inverse_sqrt",
        {"timescale": 25},
        lambda o, timescale: torch.optim.lr_scheduler.LambdaLR(o, lambda k: (1 + k / timescale) ** -0.5),
    ),
    ("cosine", {"T_max": 80, "warmup": 15}, partial(warmed_up, torch.optim.lr_scheduler.CosineAnnealingLR)),
    ("step", {"step_size": 40, "warmup": 8}, partial(warmed_up, torch.optim.lr_scheduler.StepLR)),
    ("reduce_on_plateau", {}, torch.optim.lr_scheduler.ReduceLROnPlateau),
    (
        "reduce_on_plateau",
        {"factor": 0.5, "patience": 3, "threshold": 0.05, "cooldown": 6, "min_lr": 0.004},
        torch.optim.lr_scheduler.ReduceLROnPlateau,
    ),
    (
        "reduce_on_plateau",
        {
            "mode": "max",
            "factor": 0.7,
            "patience": 2,
            "threshold_mode": "abs",
            "threshold": 0.02,
            "eps": 1e-3,
        },
        torch.optim.lr_scheduler.ReduceLROnPlateau,
    ),
]
INITIAL_RATE = 0.1


def descend(
    loss: Loss,
    make: Callable[..., torch.optim.Optimizer],
    clip_value: float | None = None,
    clip_norm: float | None = None,
    schedule: Callable[..., Any] | None = None,
) -> np.ndarray:
    """Points of shape (ROWS, n) of torch's optimizer ``make(parameters)`` with ``schedule(optimizer)``."""
    point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([point])
    scheduler = schedule(optimizer) if schedule else None
    rows = [point.detach().numpy().copy()]

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss(point)
        value.backward()
        if clip_value:
            torch.nn.utils.clip_grad_value_([point], clip_value)
        if clip_norm:
            torch.nn.utils.clip_grad_norm_([point], clip_norm)
        return value

    for _ in range(STEPS):
        optimizer.step(closure)
        if scheduler:
            scheduler.step()
        rows.append(point.detach().numpy().copy())
    return np.array(rows)[ROWS]


def trajectories() -> dict[str, np.ndarray]:
    """For each of OPTIMIZERS, CLIPPED and CYCLED, by its index: points of shape (losses, ROWS, n)."""
    found = {}
    for index, (_, ours, kind, theirs, rate) in enumerate(OPTIMIZERS):
        make = partial(kind, lr=rate, **ours, **theirs)
        found[f"optimizer {index}"] = np.array([descend(loss, make) for loss in LOSSES.values()])
    for index, (settings, clip_value, clip_norm, rate) in enumerate(CLIPPED):
        make = partial(torch.optim.SGD, lr=rate, **settings)
        runs = [descend(loss, make, clip_value, clip_norm) for loss in LOSSES.values()]
        found[f"clipped {index}"] = np.array(runs)
    for index, (_, settings, kind, _, schedule, scheduler) in enumerate(CYCLED):
        make, moved = partial(kind, lr=0.1, **settings), partial(scheduler, **schedule)
        found[f"cycled {index}"] = np.array([descend(loss, make, schedule=moved) for loss in LOSSES.values()])
    return found


def rates() -> dict[str, np.ndarray]:
    """For each of SCHEDULES, by its index: the STEPS + 1 rates from INITIAL_RATE, and the momentums."""
    found = {}
    for index, (_, settings, kind) in enumerate(SCHEDULES):
        optimizer = torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr=INITIAL_RATE)
        scheduler = kind(optimizer, **settings)
        rows, momentums = [], []
        for _ in range(STEPS + 1):
            rows.append(scheduler.get_last_lr()[0])
            momentums.append(optimizer.param_groups[0]["momentum"])
            optimizer.step()
            if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
                scheduler.step(metric(len(rows) - 1))
            else:
                scheduler.step()
        found[f"schedule {index}"] = np.array(rows)
        found[f"momentum {index}"] = np.array(momentums)
    return found


def cases() -> str:
    """What was recorded, as JSON: the test runs ours on the same."""
    return json.dumps(
        {
            "steps": STEPS,
            "rows": ROWS,
            "start": START,
            "losses": list(LOSSES),
            "optimizers": [[name, settings, rate] for name, settings, _, _, rate in OPTIMIZERS],
            "clipped": CLIPPED,
            "cycled": [
                [name, settings, {"name": schedule, **moved}]
                for name, settings, _, schedule, moved, _ in CYCLED
            ],
            "initial_rate": INITIAL_RATE,
            "metric": [metric(step) for step in range(STEPS + 1)],
            "schedules": [[name, settings] for name, settings, _ in SCHEDULES],
        }
    )


if __name__ == "__main__":
    np.savez_compressed(
        Path(__file__).with_name("torch_references.npz"), cases=cases(), **trajectories(), **rates()
    )
