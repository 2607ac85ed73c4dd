"""Where code that is not ours comes from, so that what is wrong with it is told with its file and line."""

from __future__ import annotations

import inspect
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gdanim.errors import InputError


def built_in(made: Any) -> bool:
    """Whether a function or a class is gdanim's own."""
    return str(getattr(made, "__module__", "")).partition(".")[0] == "gdanim"


def file(function: Any) -> str:
    """The file a function or a class stands in, as Python names it; a notebook's cell has a name too."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is not None:
        return str(code.co_filename)
    try:
        return inspect.getsourcefile(function) or "?"
    except TypeError:
        return "?"


def place(function: Any) -> str:
    """``own.py:12``, where a function or a class begins."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is not None:
        return f"{shown(code.co_filename)}:{code.co_firstlineno}"
    try:
        return f"{shown(file(function))}:{inspect.getsourcelines(function)[1]}"
    except (OSError, TypeError):
        return shown(file(function))


def shown(path: str) -> str:
    """A path as its user would write it: from the working folder, if it is below."""
    relative = os.path.relpath(path) if os.path.isabs(path) else path
    return path if relative.startswith(os.pardir) else relative


def line_of(error: BaseException, path: str) -> int | None:
    """The line of a file that an error comes from: the deepest of its lines that led to it."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def same(one: Any, other: Any) -> bool:
    """Whether two functions come from one file, or from one notebook or console."""
    if one.__module__ != other.__module__:
        return False
    return one.__module__ == "__main__" or file(one) == file(other)


@dataclass(frozen=True)
class Source:
    """A registered function that is not ours, for messages about it and what it makes."""

    kind: str
    name: str
    factory: Callable[..., Any]

    def wrong(self, what: str, function: Any = None) -> InputError:
        """An error that says what is wrong with it, where ``function`` or it itself begins."""
        try:
            where = place(function or self.factory)
        except (AttributeError, ValueError):
            where = place(self.factory)
        return InputError(f"{where}: the {self.kind} {self.name!r} {what}")

    @contextmanager
    def calling(
        self, what: str, function: Any = None, passing: tuple[type[Exception], ...] = ()
    ) -> Iterator[None]:
        """What is raised inside is told with its line, but for InputError and what else may pass."""
        try:
            yield
        except Exception as error:
            if isinstance(error, (InputError, *passing)):
                raise
            path = file(self.factory)
            line = line_of(error, path)
            told = f"{what} raised {type(error).__name__}: {error}"
            if line is None:
                raise self.wrong(f"fails: {told}", function) from error
            raise InputError(f"{shown(path)}:{line}: the {self.kind} {self.name!r} fails: {told}") from error


def kind_of(value: Any) -> str:
    """What a value is, for a message: ``a function``, ``None``, ``a list``, ``an array of shape (3, 1)``."""
    shape = getattr(value, "shape", None)
    if value is None:
        return "None"
    if isinstance(shape, tuple) and shape:
        return f"an array of shape {shape}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {value}"
    if isinstance(value, bytes):
        return "bytes"
    name = "function" if inspect.isroutine(value) else type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
