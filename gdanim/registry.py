"""Names to things: the one extension point.

A YAML entry such as ``{name: sgd, momentum: 0.9}`` is a call to a registered function:
its keyword arguments are the entry's parameters, their annotations and defaults are what
``gdanim list``, the JSON Schema and the checks of a spec show. Adding an objective, an optimizer
or a schedule is writing one such function in its home module.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class Registry(Generic[T]):
    """Factories by name; the home module that fills the registry is imported at the first look-up."""

    def __init__(self, kind: str, home: str) -> None:
        self.kind = kind
        self._home = home
        self._factories: dict[str, Callable[..., T]] = {}

    def register(self, factory: F) -> F:
        """Decorator: make ``factory`` known under its own name."""
        if factory.__name__ in self._factories:
            raise ValueError(f"{self.kind} {factory.__name__!r} is registered twice")
        self._factories[factory.__name__] = factory
        return factory

    def __getitem__(self, name: str) -> Callable[..., T]:
        return self._loaded()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._loaded()

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded())

    @cache  # noqa: B019  (registries live as long as the program)
    def parameters(self, name: str) -> dict[str, inspect.Parameter]:
        """The parameters an entry of this name may carry, with resolved annotations."""
        return dict(inspect.signature(self[name], eval_str=True).parameters)

    def summary(self, name: str) -> str:
        """First line of the factory's docstring."""
        return (inspect.getdoc(self[name]) or "").partition("\n")[0]

    def _loaded(self) -> dict[str, Callable[..., T]]:
        importlib.import_module(self._home)
        while _installed:  # each once, even if loading it looks up a name
            _installed.pop().load()
        return self._factories


# Packages that offer functions, optimizers or schedules of their own.
_installed = list(entry_points(group="gdanim.plugins"))
# All that adds names of its own: those packages with their versions, and plugin files with their hashes.
additions: dict[str, str] = {entry.dist.name: entry.dist.version for entry in _installed if entry.dist}


functions: Registry[Any] = Registry("function", "gdanim.engine.functions")
gradients: Registry[Any] = Registry("gradient", "gdanim.engine.functions.differences")
optimizers: Registry[Any] = Registry("optimizer", "gdanim.engine.optimizers")
schedules: Registry[Any] = Registry("schedule", "gdanim.engine.schedules")
