"""What a spec can name, with one line on each: for listings and for checks that need no graphics."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdanim import origin, registry
from gdanim.errors import InputError

if TYPE_CHECKING:
    from gdanim.engine.solution import Objective
    from gdanim.spec.entries import FunctionEntry

REGISTRIES = {
    "functions": registry.functions,
    "gradients": registry.gradients,
    "optimizers": registry.optimizers,
    "schedules": registry.schedules,
}
FOR_SOME = ("card", "sweep", "view.against")  # keys that mean something only to scenes that say so
ANY = range(1, sys.maxsize)  # number of variables


def scenes() -> dict[str, Path]:
    """Scene files by name: those in the package, then those in ./scenes, which win."""
    package = Path(str(resources.files("gdanim")))
    installed = package / "scenes"
    built_in = installed if installed.is_dir() else package.parent / "scenes"  # a clone has them at its root
    return {
        file.stem: file
        for folder in (built_in, Path("scenes"))
        for file in sorted(folder.glob("*.py"))
        if not file.stem.startswith("_")
    }


def own_files() -> list[Path]:
    """The files of users that have registered something."""
    made = (names[name] for names in REGISTRIES.values() for name in names)
    return [Path(origin.shown(origin.file(factory))) for factory in made if not origin.built_in(factory)]


def dimensions(scene: str) -> Sequence[int]:
    """How many variables the functions may have that a scene draws; 0 among them: it can do without any.

    A scene's class says so: ``dimensions = (1, 2)``, or None for any number. One that says nothing draws
    functions of two variables.
    """
    found: tuple[int, ...] | None = _declared(scene, "dimensions", (2,))
    return ANY if found is None else found or (0,)


def only(scene: str) -> tuple[str, ...]:
    """The registered functions that a scene draws, where its class says so: ``functions = ("a", "b")``."""
    named: tuple[str, ...] = _declared(scene, "functions", ())
    return named


def most_rates(scene: str) -> int:
    """How many pairs of optimizer and rate a scene may compare, where its class says ``most_rates = 6``."""
    return int(_declared(scene, "most_rates", sys.maxsize))


def most_balls(scene: str) -> int:
    """How many balls an act of a scene may have, where its class says ``most_balls = 3``."""
    return int(_declared(scene, "most_balls", sys.maxsize))


def needs_sweep(scene: str) -> bool:
    """Whether a scene can do nothing without a sweep, where its class says ``needs_sweep = True``."""
    return bool(_declared(scene, "needs_sweep", False))


def lasts(scene: str) -> dict[str, float] | None:
    """About how many seconds a scene with beats of its own lasts beside the run; None for the usual beats.

    Its class says so: ``lasts = {"film": 4, "act": 2, "ball": 0, "row": 0.9}``, "data" where it has
    some to show, ``"run": 0`` without the run.
    """
    if not any(
        getattr(part, "name", "") == "construct" for node in _classes(scenes()[scene]) for part in node.body
    ):
        return None
    found: dict[str, float] = _declared(scene, "lasts", {})
    return found


def refuse_unless_one(scene: str) -> None:
    """Raise InputError unless the file of a scene defines one, as far as can be told without running it."""
    file = scenes()[scene]
    classes = _classes(file)
    if not classes:
        raise InputError(f"{file}:1: there is no scene here: a class derived from FilmScene")
    if len(classes) > 1:
        first, second = (node.name for node in classes[:2])
        told = f"{second} is a second scene beside {first}: a file has one, so that its name says which"
        raise InputError(f"{file}:{classes[1].lineno}: {told}")


def _declared(scene: str, name: str, absent: Any) -> Any:
    """What a scene's class says of itself in an assignment, with a type or not; it is not run for it."""
    file = scenes()[scene]
    for node in (node for scene_class in _classes(file) for node in scene_class.body):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if ast.unparse(target) == name:
            try:
                return ast.literal_eval(node.value)
            except ValueError:
                told = f"{name} is read without running the file: write its value out, such as {absent!r}"
                raise InputError(f"{file}:{node.lineno}: {told}") from None
    return absent


def uses(scene: str) -> tuple[str, ...]:
    """Which keys FOR_SOME scenes a scene uses, where its class says so: ``uses = ("view.against",)``."""
    named: tuple[str, ...] = _declared(scene, "uses", ())
    return named


def suits(scene: str, entry: FunctionEntry) -> bool:
    """Whether a scene draws a function."""
    return len(entry.variables) in dimensions(scene) and entry.name in (only(scene) or (entry.name,))


def drawn(scene: str) -> str:
    """The functions that a scene draws, such as ``functions of 2 variables``."""
    if only(scene):
        return " and ".join(only(scene))
    numbers = dimensions(scene)
    if not any(numbers):
        return "no functions"
    told = "any number of" if numbers is ANY else " or ".join(str(n) for n in numbers if n)
    return f"functions of {told} variable{'' if told == '1' else 's'}"


def listing(kind: str) -> list[tuple[str, str, str]]:
    """Rows of (name, its parameters with defaults, first line of its docstring)."""
    if kind == "scenes":
        return [(name, drawn(name), _summary(file)) for name, file in scenes().items()]
    if kind == "themes":
        from gdanim.theme import themes

        return [(name, "", "") for name in themes]
    if kind == "verdicts":
        from gdanim.engine.solution import Status

        return [(str(status), "", status.meaning) for status in Status]
    names = REGISTRIES[kind]
    return [
        (name, _signature(names.parameters(name)), names.summary(name).replace("``", "")) for name in names
    ]


def aligned(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows of text in columns as wide as their widest cell; empty columns vanish."""
    cells = [list(row) for row in table]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width).rstrip()


def markdown(kind: str) -> Iterator[str]:
    """Everything known of a kind as a page, line by line: docstrings, parameters, landmarks of functions."""
    yield f"# {kind.title()}"
    for name, parameters, summary in listing(kind):
        yield f"\n## {name}\n"
        yield (inspect.getdoc(REGISTRIES[kind][name]) or "") if kind in REGISTRIES else summary
        if kind == "functions":
            yield from ("", *_landmarks(name))
        if parameters:
            yield f"\nParameters: `{parameters}`"


def _landmarks(name: str) -> Iterator[str]:
    """What is known of a function with its default parameters, as a list; nothing if it needs some."""
    if any(given.default is given.empty for given in registry.functions.parameters(name).values()):
        return
    from gdanim.formula import point_text

    goal: Objective = registry.functions[name]()
    if goal.latex:
        yield f"- formula: ${goal.latex}$"
    box = zip(goal.variables, goal.domain or (), strict=False)
    yield f"- domain: {', '.join(f'{name} in [{low:.6g}, {high:.6g}]' for name, (low, high) in box)}"
    for point in goal.starts:
        yield f"- start: {point_text(point)}"
    for point, loss in zip(goal.minima, goal.minimum_values, strict=True):
        yield f"- minimum: {loss:.8g} at {point_text(point, 8)}"
    for point in goal.saddles:
        yield f"- saddle: {point_text(point, 8)}"


def _classes(scene: Path) -> list[ast.ClassDef]:
    """The scenes that a file defines, told by their bases; else by what a scene must have."""
    classes = [node for node in _tree(scene).body if isinstance(node, ast.ClassDef)]
    names, derived = {"FilmScene"}, []
    for node in classes:
        if names & {ast.unparse(base).rpartition(".")[2] for base in node.bases}:
            names.add(node.name)
            derived.append(node)
    own = {"panes", "construct"}
    return derived or [n for n in classes if own & {getattr(part, "name", "") for part in n.body}]


def _tree(scene: Path) -> ast.Module:
    """A scene's file, read anew when it has changed."""
    stamp = scene.stat()
    return _parsed(scene, (scene.absolute(), stamp.st_mtime_ns, stamp.st_size))


@lru_cache(maxsize=128)
def _parsed(scene: Path, _: tuple[Path, int, int]) -> ast.Module:
    try:
        return ast.parse(scene.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise InputError(f"{scene}:{error.lineno}: SyntaxError: {error.msg}") from None


def _summary(scene: Path) -> str:
    docstring = ast.get_docstring(_tree(scene))
    return (docstring or "").partition("\n")[0]


def _signature(parameters: dict[str, inspect.Parameter]) -> str:
    return ", ".join(
        name if given.default is given.empty else f"{name}={given.default}"
        for name, given in parameters.items()
    )
