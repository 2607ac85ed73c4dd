"""Ranges of two settings of an optimizer, for a sweep over both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from gdanim.errors import Loc
from gdanim.registry import optimizers
from gdanim.spec.entries import OptimizerEntry
from gdanim.spec.wording import did_you_mean, mistake, shown

RATE = "learning_rate"
MANY = 200  # values of a range, at most
WIDE = 10.0  # a range whose end is so many times its positive begin goes in equal ratios


def _three(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise mistake(f"a range is [from, to, how many] such as [0.001, 0.2, 24], not {shown(value)}")
    return value


def _upwards(given: tuple[float, float, int]) -> tuple[float, float, int]:
    low, high, count = given
    if not low < high:
        raise mistake(f"a range goes upwards, not from {low:g} to {high:g}")
    if not 2 <= count <= MANY:
        raise mistake(f"a range has 2 to {MANY} values, not {count}")
    return given


Range = Annotated[tuple[float, float, int], BeforeValidator(_three), AfterValidator(_upwards)]


def is_log(given: Range) -> bool:
    """Whether its values go in equal ratios."""
    low, high, _ = given
    return 0 < WIDE * low <= high


def values(given: Range) -> NDArray[np.float64]:
    """The values of a range, from low to high."""
    return np.geomspace(*given) if is_log(given) else np.linspace(*given)


def unfit(sweep: Mapping[str, Range], entry: OptimizerEntry) -> Iterator[tuple[Loc, PydanticCustomError]]:
    """What is wrong with a sweep over the settings of an optimizer."""
    settings = {
        name: given
        for name, given in optimizers.parameters(entry.name).items()
        if given.annotation in (float, "float")
    }
    if len(sweep) != 2 or RATE not in sweep:
        yield (), mistake(f"a sweep has two ranges: {RATE} and one of {', '.join(settings)}")
    for name, (low, high, _) in sweep.items():
        if name == RATE:
            if low < 0:
                yield (name, 0), mistake(f"a learning rate must be at least 0, not {low:g}")
            continue
        if name not in settings:
            text = f"{entry.name} has no number {name!r}{did_you_mean(name, [RATE, *settings])}"
            yield (name,), mistake(text, key=True)
            continue
        for index, end in enumerate((low, high)):
            try:
                optimizers[entry.name](**{**entry.parameters, name: end})
            except ValueError as error:
                yield (name, index), mistake(f"{entry.name}: {error}")
