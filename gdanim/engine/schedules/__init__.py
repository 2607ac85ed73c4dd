"""Learning rates over time: torch.optim.lr_scheduler's names and values."""

from __future__ import annotations

from gdanim.engine.schedules.annealing import constant
from gdanim.engine.schedules.base import Schedule, warmed_up

__all__ = ["Schedule", "constant", "warmed_up"]
