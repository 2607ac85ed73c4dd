"""What can be wrong with what was given: every mistake that one part of gdanim tells another, or its user."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

Loc = tuple[str | int, ...]  # keys and indices that lead to a value of a spec


class InputError(Exception):
    """What was given cannot be used; the text says why, for the one who gave it.

    >>> try:
    ...     gdanim.still("functions: [bowl]", -1)
    ... except gdanim.InputError as error:
    ...     print(error)
    at must be a number of seconds of at least 0, not -1
    """


class Mistake(NamedTuple):
    """One thing wrong in a spec: where (line and column count from 1) and what.

    Line 0 is beside the file: in a setting of the command line, which the message then shows, or in a spec
    that is no text, of which the message begins with the keys that lead there.
    """

    line: int
    column: int
    message: str


class SpecError(InputError):
    """A spec that cannot be used; ``mistakes`` holds all that was found, in the order of the text.

    >>> try:
    ...     gdanim.load("functions: [rosenbrok]")
    ... except gdanim.SpecError as error:
    ...     print(error, error.mistakes[0].line, error.mistakes[0].column, sep=", ")
    text:1:13: unknown function 'rosenbrok', did you mean 'rosenbrock'?, 1, 13
    """

    def __init__(self, path: str | Path, mistakes: list[Mistake]) -> None:
        self.path = path
        self.mistakes = tuple(sorted(set(mistakes)))
        told = [
            f"{path}:{line}:{column}: {message}" if line else f"{path}: {message}" if path else message
            for line, column, message in self.mistakes
        ]
        super().__init__("\n".join(told))


class ExpressionError(ValueError):
    """A formula that cannot be read: what is wrong, and where in its text."""

    def __init__(self, message: str, offset: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length


class SettingError(ValueError):
    """A parameter of a registered function makes no sense: why, and the path of keys and indices to it."""

    def __init__(self, path: Loc, message: str) -> None:
        super().__init__(message)
        self.path = path


class CastError(ValueError):
    """A spec that cannot be played: what is wrong, and the path of keys and indices to it."""

    def __init__(self, path: Loc, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message
