"""Record what optax does, as the truth for optimizers that torch.optim lacks, and sam by its formula.

    python tests/data/record_optax_references.py        (needs optax; writes optax_references.npz)

The losses are written in jax here, apart from ours, and do not amplify rounding.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib

jax.config.update("jax_enable_x64", True)

STEPS = 200
ROWS = [*range(20), *range(20, STEPS + 1, 10)]
START = (-2.6, 1.4)
Loss = Callable[[jax.Array], jax.Array]

LOSSES: dict[str, Loss] = {
    "x^2 + 10*y^2": lambda p: p[0] ** 2 + 10 * p[1] ** 2,
    "x^2 + x*y + y^2 - 3*x": lambda p: p[0] ** 2 + p[0] * p[1] + p[1] ** 2 - 3 * p[0],
    "sqrt(1 + x^2) + sqrt(1 + 4*y^2)": lambda p: jnp.sqrt(1 + p[0] ** 2) + jnp.sqrt(1 + 4 * p[1] ** 2),
    "log(cosh(x)) + 2*log(cosh(y - 1))": lambda p: jnp.log(jnp.cosh(p[0])) + 2 * jnp.log(jnp.cosh(p[1] - 1)),
    "3*x^2 - 2*x*y + 2*y^2 + sin(x)": lambda p: (
        3 * p[0] ** 2 - 2 * p[0] * p[1] + 2 * p[1] ** 2 + jnp.sin(p[0])
    ),
    "x^2/2 + y^4/10 + y^2": lambda p: p[0] ** 2 / 2 + p[1] ** 4 / 10 + p[1] ** 2,
}


def sam(learning_rate: float, rho: float = 0.05, momentum: float = 0.0, weight_decay: float = 0.0) -> Any:
    """Algorithm 1 of P. Foret and others (2021), on sgd with momentum and weight decay."""

    def step(gradient: Callable[[jax.Array], jax.Array], point: jax.Array, memory: jax.Array) -> Any:
        uphill = gradient(point)
        seen = gradient(point + rho * uphill / jnp.linalg.norm(uphill)) + weight_decay * point
        memory = momentum * memory + seen
        return point - learning_rate * memory, memory

    return step


# Ours by name and parameters; the rate; then how optax makes it. Its weight decay comes first in a chain.
OPTIMIZERS: list[tuple[str, dict[str, Any], float, Any]] = [
    ("lion", {}, 0.01, optax.lion(0.01, weight_decay=0)),
    (
        "lion",
        {"betas": [0.8, 0.95], "weight_decay": 0.2},
        0.02,
        optax.lion(0.02, 0.8, 0.95, weight_decay=0.2),
    ),
    ("yogi", {}, 0.05, optax.yogi(0.05)),
    (
        "yogi",
        {"betas": [0.7, 0.95], "eps": 0.01, "weight_decay": 0.1},
        0.02,
        optax.chain(optax.add_decayed_weights(0.1), optax.yogi(0.02, 0.7, 0.95, 0.01)),
    ),
    ("adabelief", {"eps": 1e-8}, 0.05, optax.adabelief(0.05, eps=1e-8, eps_root=1e-8)),
    ("adabelief", {}, 0.01, optax.adabelief(0.01)),
    (
        "adabelief",
        {"betas": [0.7, 0.95], "eps": 1e-3, "weight_decay": 0.1},
        0.02,
        optax.chain(
            optax.add_decayed_weights(0.1), optax.adabelief(0.02, 0.7, 0.95, eps=1e-3, eps_root=1e-3)
        ),
    ),
    ("sam", {}, 0.02, sam(0.02)),
    ("sam", {"rho": 0.2, "momentum": 0.6, "weight_decay": 0.1}, 0.005, sam(0.005, 0.2, 0.6, 0.1)),
    ("signsgd", {}, 0.017, optax.sign_sgd(0.017)),
    (
        "signsgd",
        {"momentum": 0.8, "weight_decay": 0.1},
        0.013,
        optax.chain(
            optax.ema(0.8, debias=False),
            optax.scale_by_sign(),
            optax.add_decayed_weights(0.1),
            optax.scale_by_learning_rate(0.013),
        ),
    ),
    ("prodigy", {"use_bias_correction": True}, 1.0, optax.contrib.prodigy(1.0)),
    (
        "prodigy",
        {
            "betas": [0.8, 0.98],
            "eps": 1e-3,
            "weight_decay": 0.05,
            "d0": 1e-3,
            "d_coef": 0.5,
            "use_bias_correction": True,
        },
        0.1,
        optax.contrib.prodigy(0.1, (0.8, 0.98), None, 1e-3, 1e-3, 0.5, 0.05),
    ),
    ("schedule_free_sgd", {}, 0.05, optax.contrib.schedule_free_sgd(0.05)),
    (
        "schedule_free_sgd",
        {"momentum": 0.6, "weight_decay": 0.1, "weight_lr_power": 1.0},
        0.03,
        optax.contrib.schedule_free_sgd(0.03, b1=0.6, weight_decay=0.1, weight_lr_power=1.0),
    ),
    ("schedule_free_adamw", {}, 0.05, optax.contrib.schedule_free_adamw(0.05)),
    (
        "schedule_free_adamw",
        {"betas": [0.7, 0.95], "eps": 1e-2, "weight_decay": 0.1},
        0.03,
        optax.contrib.schedule_free_adamw(0.03, b1=0.7, b2=0.95, eps=1e-2, weight_decay=0.1),
    ),
]


def descend(loss: Loss, optimizer: Any) -> np.ndarray:
    """Points of shape (ROWS, n)."""
    point = jnp.array(START)
    gradient = jax.jit(jax.grad(loss))
    rows = [np.array(point)]
    state = optimizer.init(point) if hasattr(optimizer, "init") else jnp.zeros(2)
    for _ in range(STEPS):
        if hasattr(optimizer, "init"):
            move, state = optimizer.update(gradient(point), state, point)
            point = optax.apply_updates(point, move)
        else:
            point, state = optimizer(gradient, point, state)
        rows.append(np.array(point))
    return np.array(rows)[ROWS]


def cases() -> str:
    """What was recorded, as JSON: the test runs ours on the same."""
    return json.dumps(
        {
            "steps": STEPS,
            "rows": ROWS,
            "start": START,
            "losses": list(LOSSES),
            "optimizers": [[name, settings, rate] for name, settings, rate, _ in OPTIMIZERS],
        }
    )


if __name__ == "__main__":
    found = {
        f"optimizer {index}": np.array([descend(loss, optimizer) for loss in LOSSES.values()])
        for index, (*_, optimizer) in enumerate(OPTIMIZERS)
    }
    np.savez_compressed(Path(__file__).with_name("optax_references.npz"), cases=cases(), **found)
