"""Rates that a formula of the step gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdanim.engine.schedules.base import Schedule
from gdanim.formula import compiled, derivatives, parse
from gdanim.registry import schedules
from gdanim.spec.formulas import STEP, Factor, Formula


@schedules.register
def formula(expr: Formula) -> Schedule:
    """The rate that a formula gives for the step k, which counts from 0; ``{expr: ...}`` alone will do.

    torch's LambdaLR: the whole rate, not a factor.
    """
    rate = _of_step(expr)
    return Schedule(lambda _, step, __: rate(step), formula=True)


@schedules.register
def multiplicative(factor: Factor) -> Schedule:
    """The rate times ``factor`` after every step: a number, or a formula of the step k that it comes to.

    Source: torch.optim.lr_scheduler.MultiplicativeLR.
    """
    of_step = _of_step(factor) if isinstance(factor, str) else lambda _: factor
    products = [1.0]  # up to each step, as far as they were asked for

    def rate(initial: float, step: int, _: object) -> float:
        while len(products) <= step:
            products.append(products[-1] * of_step(len(products)))
        return initial * products[step]

    return Schedule(rate, after=lambda before, _, step: before * of_step(step), goes_on=True, formula=True)


def _of_step(text: str) -> Callable[[int], float]:
    """A formula as a function of the step; nan where it is undefined."""
    expr = parse(text)
    function = compiled((derivatives(expr, (STEP,)).value,), 1)

    def value(step: int) -> float:
        with np.errstate(all="ignore"):
            return float(function(np.float64(step))[0])

    return value
