"""Update rules, one family per file: torch.optim's names, defaults and order of operations.

Every file of this folder is imported, so a new one needs no list.
Source, where a docstring names no other: torch.optim (PyTorch 2), the single-tensor implementations.
"""

from __future__ import annotations

import importlib
import pkgutil

from gdanim.engine.optimizers.base import Optimizer, State, Step

__all__ = ["Optimizer", "State", "Step"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
