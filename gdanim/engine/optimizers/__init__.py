"""Update rules, one family per file: torch.optim's names, defaults and order of operations.

Source, where a docstring names no other: torch.optim (PyTorch 2), the single-tensor implementations.
"""

from __future__ import annotations

from gdanim.engine.optimizers.base import Optimizer, State, Step
from gdanim.engine.optimizers.rule import GRADIENT, Line, Rule

__all__ = ["GRADIENT", "Line", "Optimizer", "Rule", "State", "Step"]
