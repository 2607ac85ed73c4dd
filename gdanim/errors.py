"""What can be wrong with what was given: every mistake that one part of gdanim tells another, or its user."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

SHOWN = 60  # characters of a value in a message
LONGEST = 400  # characters of a message
MOST = 20  # mistakes that are told of a spec

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


_LONG = SHOWN - 1
_QUOTED = re.compile(  # in quotes, which stand apart: those in "the ball's" do not
    rf"(?<!\w)(?:'(?:[^'\\]|\\.){{{_LONG},}}'|\"(?:[^\"\\]|\\.){{{_LONG},}}\")(?!\w)", re.DOTALL
)


def brief(message: str) -> str:
    """A message with values cut where they are long, and its middle left out where it still is."""
    message = _QUOTED.sub(lambda found: f"{found[0][: SHOWN - 4]}...{found[0][-1]}", message)
    half = LONGEST // 2
    return message if len(message) <= LONGEST else f"{message[: half - 5]} ... {message[-half:]}"


class SpecError(InputError):
    """A spec that cannot be used; ``mistakes`` holds all that was found, in the order of the text.

    Its own text has the first 20 of them.

    >>> try:
    ...     gdanim.load("functions: [rosenbrok]")
    ... except gdanim.SpecError as error:
    ...     print(error, error.mistakes[0].line, error.mistakes[0].column, sep=", ")
    text:1:13: unknown function 'rosenbrok', did you mean 'rosenbrock'?, 1, 13
    """

    def __init__(self, path: str | Path, mistakes: list[Mistake]) -> None:
        self.path = path
        brief_ones = {m._replace(message=brief(m.message)) if m.line else m for m in mistakes}
        self.mistakes = tuple(sorted(brief_ones))
        told = [
            f"{path}:{line}:{column}: {message}" if line else f"{path}: {message}" if path else message
            for line, column, message in self.mistakes[:MOST]
        ]
        if len(self.mistakes) > MOST:
            told.append(f"{path or 'the spec'}: and {len(self.mistakes) - MOST:,} more")
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
