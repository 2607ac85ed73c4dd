"""What working something out costs, for those who must end soon: counted, so that it is the same anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

ASKED = 30  # of an evaluation, beside its own operations
DOT = 8  # of an inner product, with what goes along
STEP = 60  # of all balls of an optimizer, beside what is evaluated
BALL = 300  # of its verdict and its way over the land, whatever its steps
AT_ONCE = 200  # numbers that an operation goes through in the time that one takes to begin


class TooMuchEffortError(Exception):
    """More operations than may be spent."""


@dataclass
class _Purse:
    left: float


_purse: ContextVar[_Purse | None] = ContextVar("purse", default=None)


@contextmanager
def within(operations: float) -> Iterator[None]:
    """What is worked out inside may cost so many operations, of about a microsecond each.

    Raises TooMuchEffortError where it would cost more.
    """
    token = _purse.set(_Purse(operations))
    try:
        yield
    finally:
        _purse.reset(token)


def spend(operations: float, numbers: int = 1) -> None:
    """Count operations on so many numbers at once. Raises TooMuchEffortError where none are left."""
    if purse := _purse.get():
        purse.left -= operations * (1 + numbers / AT_ONCE)
        if purse.left < 0:
            raise TooMuchEffortError
