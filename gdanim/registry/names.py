"""Names to things: the one extension point.

A YAML entry such as ``{name: sgd, momentum: 0.9}`` is a call to a registered function:
its keyword arguments are the entry's parameters, their annotations and defaults are what
``gdanim list``, the JSON Schema and the checks of a spec show. Adding an objective, an optimizer, a schedule
or a format of films is writing one such function in a file of its home folder, or in a file of one's own.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import wraps
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, ParamSpec, TypeVar

from gdanim import origin
from gdanim.errors import InputError
from gdanim.origin import Source
from gdanim.registry import aliases

T = TypeVar("T")
P = ParamSpec("P")
Guard = Callable[[Any, Source], Any]
_NOTHING: Any = object()


class Registry(Generic[T]):
    """Factories by name, in the order of their files' names, and in a file as they stand there.

    The modules of the home package, which fill the registry, are imported at the first look-up.
    """

    def __init__(self, kind: str, home: str) -> None:
        self.kind = kind
        self._home = home
        self._filled = False
        self._factories: dict[str, Callable[..., T]] = {}
        self._parameters: dict[str, dict[str, inspect.Parameter]] = {}
        self._guard: Guard = lambda made, _: made

    def register(self, factory: Callable[P, T] = _NOTHING) -> Callable[P, T]:
        """Decorator: make ``factory`` known under its own name.

        A name that the same file (or the same notebook) has registered before is replaced. Raises
        InputError, with the places, where it is taken otherwise, and where the signature cannot be one
        of settings.
        """
        if origin.built_in(factory):
            if factory.__name__ in self._factories:
                raise ValueError(f"{self.kind} {factory.__name__!r} is registered twice")
            self._factories[factory.__name__] = factory
            return factory
        source = _source(self.kind, factory)
        taken = self._loaded().get(source.name)
        if taken and not origin.same(taken, factory):
            whose = "built in" if origin.built_in(taken) else "registered"
            told = f"{source.name!r} is {whose} already, by {origin.place(taken)}: take another name"
            raise InputError(f"{origin.place(factory)}: the {self.kind} {told}")
        _refuse_no_settings(source)
        self._factories[source.name] = self._guarded(source)
        self._parameters.pop(source.name, None)
        return factory

    def guard(self, guard: Guard) -> Guard:
        """Decorator: what a factory that is not ours makes goes through ``guard(made, source)``."""
        self._guard = guard
        return guard

    def __getitem__(self, name: str) -> Callable[..., T]:
        self._fill()
        built_in = self._factories.get(name)  # no other package is loaded for it
        return built_in or self._loaded()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._loaded()

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded())

    def called(self, text: str) -> str | None:
        """The name that a text stands for: itself in any spelling, or what torch, optax or Keras call it."""
        return aliases.called(self.kind, text, self)

    def parameters(self, name: str) -> dict[str, inspect.Parameter]:
        """The parameters an entry of this name may carry, with resolved annotations."""
        if name not in self._parameters:
            try:
                signature = inspect.signature(self[name], eval_str=True)
            except (NameError, SyntaxError, AttributeError, TypeError) as error:
                source = Source(self.kind, name, self[name])
                raise source.wrong(f"has a type that is unknown: {error}") from error
            self._parameters[name] = dict(signature.parameters)
        return self._parameters[name]

    def needed(self, name: str) -> list[str]:
        """The parameters without a default, which an entry of this name must carry."""
        return [key for key, given in self.parameters(name).items() if given.default is given.empty]

    def summary(self, name: str) -> str:
        """First line of the factory's docstring."""
        return (inspect.getdoc(self[name]) or "").partition("\n")[0]

    def _guarded(self, source: Source) -> Callable[..., T]:
        """The factory with its mistakes told at their lines; ValueError is its word on its parameters."""

        @wraps(source.factory)
        def factory(**parameters: Any) -> Any:
            with source.calling("it", passing=(ValueError, ArithmeticError)):
                made = source.factory(**parameters)
            return self._guard(made, source)

        return factory

    def _fill(self) -> None:
        """Import the modules of the home."""
        if not self._filled:
            self._filled = True  # a module of the home may look up what is there already
            modules = pkgutil.iter_modules(importlib.import_module(self._home).__path__)
            for name in sorted(module.name for module in modules):
                importlib.import_module(f"{self._home}.{name}")

    def _loaded(self) -> dict[str, Callable[..., T]]:
        self._fill()
        while _installed:  # each once, even if loading it looks up a name
            _load(_installed.pop())
        return self._factories


def _source(kind: str, factory: Any) -> Source:
    caller = sys._getframe(2)  # of register; what it was given need not know where it is from
    where = f"{origin.shown(caller.f_code.co_filename)}:{caller.f_lineno}"
    if factory is _NOTHING:
        told = "has nothing to register: write it without parentheses"
        raise InputError(f"{where}: @{kind}s.register() {told}, @{kind}s.register")
    name = getattr(factory, "__name__", None)
    if not (callable(factory) and name and name.isidentifier()):
        told = f"cannot be registered: write @{kind}s.register above the def of a function"
        raise InputError(f"{where}: {origin.kind_of(factory)} {told}")
    return Source(kind, name, factory)


def _refuse_no_settings(source: Source) -> None:
    """Raise InputError unless every parameter can be a key of a spec: named, and with a type."""
    try:
        parameters = inspect.signature(source.factory).parameters.values()
    except (TypeError, ValueError):
        raise source.wrong("has no signature that tells its parameters") from None
    for given in parameters:
        if given.kind not in (given.POSITIONAL_OR_KEYWORD, given.KEYWORD_ONLY):
            raise source.wrong(f"has the parameter {given}: each is a key of a spec, so name them one by one")
        if given.name.startswith("_"):
            raise source.wrong(f"has the parameter {given.name!r}: a key begins with a letter")
        if given.annotation is given.empty:
            hint = ""
            if source.kind == "function" and given.default is given.empty:
                hint = " (to roll down a plain function f, return gdanim.from_callable(f, domain=...))"
            example = f"{given.name}: float = 0.5"
            raise source.wrong(f"has the parameter {given.name!r} without a type: write {example}{hint}")


def _load(entry: EntryPoint) -> None:
    """Import an installed package's plugin; one that is broken is told of, and the rest goes on."""
    try:
        entry.load()
    except Exception as error:
        whose = f" of {entry.dist.name}" if entry.dist else ""
        told = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
        warnings.warn(f"the plugin {entry.name!r}{whose} ({entry.value}) is left out: {told}", stacklevel=2)


# Packages that offer functions, optimizers or schedules of their own.
_installed = list(entry_points(group="gdanim.plugins"))
# All that adds names of its own: their packages with the versions, and plugin files with their hashes.
additions: dict[str, str] = {
    entry.module.partition(".")[0]: f"{entry.dist.name} {entry.dist.version}"
    for entry in _installed
    if entry.dist
}
