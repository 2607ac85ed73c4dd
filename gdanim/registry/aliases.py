"""What torch, optax and Keras call what is registered here: a spec may use their documented names.

All that is understood beside our own names stands here; docs and schema tell it from these tables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

Place = tuple[str] | tuple[str, int]  # a key, and which item of its list

# Names by kind; that a name may be written with capitals, hyphens or blanks needs no entry.
NAMES: dict[str, dict[str, str]] = {
    "optimizer": {
        **{name: name.lower() for name in ("SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Adagrad")},
        **{name: name.lower() for name in ("Adadelta", "RMSprop", "Rprop", "ASGD", "Adafactor", "LBFGS")},
        **{name: name.lower() for name in ("Nadam", "Lion")},
    },
    "schedule": {
        "StepLR": "step",
        "MultiStepLR": "multi_step",
        "ExponentialLR": "exponential",
        "LinearLR": "linear",
        "PolynomialLR": "polynomial",
        "CosineAnnealingLR": "cosine",
        "cosine_annealing": "cosine",
        "CosineAnnealingWarmRestarts": "cosine_warm_restarts",
        "OneCycleLR": "one_cycle",
        "CyclicLR": "cyclic",
        "ReduceLROnPlateau": "reduce_on_plateau",
        "ConstantLR": "constant_lr",
        "MultiplicativeLR": "multiplicative",
        "SequentialLR": "sequential",
        "ChainedScheduler": "chained",
        "SWALR": "swa",
        "InverseTimeDecay": "inverse_time",
        "constant_schedule": "constant",
    },
    "function": {
        "banana": "rosenbrock",
        "Branin-Hoo": "branin",
        "Griewangk": "griewank",
        "Hoelder table": "holder_table",
        "Mishra's bird": "bird",
    },
}

# Keys of an entry by kind: theirs, and ours with the place in it where ours is a list.
KEYS: dict[str, dict[str, Place]] = {
    "optimizer": {
        "lr": ("learning_rate",),
        "beta1": ("betas", 0),
        "beta2": ("betas", 1),
        "beta_1": ("betas", 0),
        "beta_2": ("betas", 1),
        "b1": ("betas", 0),
        "b2": ("betas", 1),
        "epsilon": ("eps",),
        "clipnorm": ("clip_norm",),
        "clipvalue": ("clip_value",),
    },
    "function": dict.fromkeys(("dim", "dims", "n", "ndim", "n_dim"), ("dimensions",)),
    "schedule": {
        "lr": ("initial",),
        "initial_lr": ("initial",),
        "learning_rate": ("initial",),
        "initial_learning_rate": ("initial",),
        "init_value": ("initial",),
    },
}
# Those of one name only.
KEYS_OF: dict[str, dict[str, Place]] = {
    **{
        name: {"beta": ("momentum",), "mu": ("momentum",)}
        for name in ("sgd", "momentum", "nesterov", "signsgd")
    },
    "rmsprop": {"rho": ("alpha",), "decay": ("alpha",)},
    "lbfgs": {"memory_size": ("history_size",)},
}

# What people look for that has no name of its own here, and what to write for it.
INSTEAD: dict[str, dict[str, str]] = {
    "optimizer": {
        **dict.fromkeys(("SGDScheduleFree", "schedule_free"), "schedule_free_sgd"),
        **dict.fromkeys(("AdamWScheduleFree", "schedule_free_adam"), "schedule_free_adamw"),
        "amsgrad": "{name: adam, amsgrad: true}",
        "nadamw": "{name: nadam, weight_decay: 0.01, decoupled_weight_decay: true}",
        "noisy_sgd": "sgd, and noise: 0.1 at the top level",
        **dict.fromkeys(("gd", "gradient_descent", "vanilla", "batch_gd", "steepest_descent"), "sgd"),
        **dict.fromkeys(("heavy_ball", "sgd_momentum", "sgdm", "polyak"), "momentum"),
        **dict.fromkeys(("nag", "nesterov_momentum", "accelerated_gradient"), "nesterov"),
        **dict.fromkeys(("cg", "conjugate_gradients"), "conjugate_gradient"),
        **dict.fromkeys(("newton_raphson", "newtons_method"), "newton"),
        **dict.fromkeys(("armijo", "line_search"), "backtracking"),
    },
    "schedule": {
        "LambdaLR": '{expr: "0.1*0.95^k"}',
        "exponential_decay": "{name: exponential, initial: 0.1, gamma: 0.99}",
        "polynomial_decay": "{name: polynomial, initial: 0.1, total_iters: 100}",
        **dict.fromkeys(
            ("cosine_decay", "cosine_decay_schedule"), "{name: cosine, initial: 0.1, T_max: 100}"
        ),
        **dict.fromkeys(
            ("cosine_decay_restarts", "sgdr", "sgdr_schedule"),
            "{name: cosine_warm_restarts, initial: 0.1, T_0: 100}",
        ),
        **dict.fromkeys(
            ("piecewise_constant", "piecewise_constant_decay", "piecewise_constant_schedule"),
            "{name: multi_step, initial: 0.1, milestones: [100, 200]}",
        ),
        **dict.fromkeys(("warmup", "linear_warmup"), "{initial: 0.1, warmup: 10}"),
        **dict.fromkeys(("fixed", "none"), "constant"),
    },
}  # fmt: skip


def folded(text: str) -> str:
    """A name without capitals, accents, signs and what adds nothing: Levi function N. 13 is levi13."""
    plain = unicodedata.normalize("NFKD", text[:60]).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"'s\b|\bfunction\b|\bn(o)?\b\.?(?=[\s_]*\d)", "", plain)
    return re.sub(r"[^a-z0-9]", "", plain)


def called(kind: str, text: str, names: Iterable[str]) -> str | None:
    """Which of the registered names a text stands for; None where it is none of them.

    A name of torch, optax or Keras may have its module before it: torch.optim.SGD.
    """
    known = list(names)
    if text in known:
        return text
    bare = re.sub(r"^(torch|optim|lr_scheduler|optax|keras|tf|tensorflow)\.([\w.]+\.)?", "", text.strip())
    others = NAMES.get(kind, {})
    near = re.sub(r"[\s-]", "_", bare.lower())  # L-BFGS is not LBFGS
    if bare in others or near in known:
        return others.get(bare, near)
    ours = {folded(name): name for name in known} | {folded(word): name for word, name in others.items()}
    return ours.get(folded(bare)) if re.fullmatch(r"[^\W\d_][\w\s.'\u2019-]*", bare) else None


def instead(kind: str, text: str) -> str:
    """What to write for a name that is not registered; "" where that is unknown."""
    told = {folded(word): meant for word, meant in INSTEAD.get(kind, {}).items()}
    return told.get(folded(text), "")


def near_key(word: str, keys: Iterable[str]) -> str | None:
    """Which of some keys a word is in another spelling: t_max and TMax are T_max."""
    meant = [key for key in keys if folded(key) == folded(word)]
    return meant[0] if len(meant) == 1 else None


def keys(kind: str, name: str | None) -> dict[str, Place]:
    """Keys that others have for those of an entry of this name."""
    return KEYS.get(kind, {}) | KEYS_OF.get(name or "", {})
