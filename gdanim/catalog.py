"""Where scenes are found, and what they say of themselves: for checks that need no graphics."""

from __future__ import annotations

import ast
import difflib
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args, get_type_hints

from gdanim.errors import InputError
from gdanim.trust import local_scenes

if TYPE_CHECKING:
    from gdanim.spec.entries import FunctionEntry

ANY = range(1, sys.maxsize)  # number of variables
Stamp: TypeAlias = tuple[Path, int, int]  # where a file is, when it was written and how long it is
Span: TypeAlias = Literal["film", "act", "ball", "row", "data", "run"]  # what a scene has seconds for
EXAMPLES = {  # of declarations whose defaults are none
    "functions": '("bowl",)',
    "most_rates": "6",
    "most_balls": "3",
    "uses": '("card",)',
    "lasts": '{"act": 4.0}',
    "stands": '("surface",)',
    "moments": '{"end": "the balls have come to their ends"}',
    "shows": '{"map": "the loss from above"}',
}


def scenes() -> dict[str, Path]:
    """Scene files by name: those in the package, then those in ./scenes, which win."""
    built_in, own = _in(_built_in()), _in(Path("scenes")) if local_scenes() else {}
    if own and not Path("scenes").samefile(_built_in()):
        for name in own.keys() & built_in.keys():
            _tell_replaced(own[name], name, Path.cwd())
    return built_in | own


@cache
def _tell_replaced(file: Path, name: str, folder: Path) -> None:
    """Say so, once for the same working folder."""
    del folder
    told = f"{file} takes the place of the built-in scene {name} (--no-local-scenes leaves it alone)"
    warnings.warn(told, stacklevel=2)


@cache
def _built_in() -> Path:
    """The folder of gdanim's own scenes, which a clone has at its root."""
    package = Path(str(resources.files("gdanim")))
    installed = package / "scenes"
    return installed if installed.is_dir() else package.parent / "scenes"


def _in(folder: Path) -> dict[str, Path]:
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    return {name[:-3]: folder / name for name in names if name.endswith(".py") and name[0] not in "_."}


class Declared:
    """What the class of a scene says of itself, by these attributes: its file is read for them, not run."""

    dimensions: ClassVar[tuple[int, ...] | None] = (2,)
    """How many variables its functions may have: (1, 2); (): it draws none; 0 among them: it can do without;
    None: any number."""
    functions: ClassVar[tuple[str, ...]] = ()
    """The registered functions that it draws; (): all that have so many variables."""
    most_rates: ClassVar[int] = sys.maxsize
    """How many pairs of optimizer and rate it may compare."""
    most_balls: ClassVar[int] = sys.maxsize
    """How many balls an act of it may have."""
    needs_sweep: ClassVar[bool] = False
    """Whether it can do nothing without a sweep."""
    uses: ClassVar[tuple[str, ...]] = ()
    """Keys that mean something only to scenes that say so: ("card",), ("view.against",)."""
    lasts: ClassVar[Mapping[Span, float]] = {}
    """Of one with a construct of its own, about how many seconds it lasts beside the run: {"film": 4,
    "act": 2, "ball": 0, "row": 0.9}, "data" where it has some to show, "run": 0 without the run."""
    stands: ClassVar[tuple[Literal["surface", "map"], ...]] = ()
    """What of its function it shows from beginning to end: an act with the same function goes on from it."""
    moments: ClassVar[Mapping[str, str]] = {
        "picture": "what there is to see appears",
        "start": "the balls drop to their starts",
        "run": "they set off",
        "end": "all have come to their ends",
    }
    """What sentences can begin with, in order, with a line on each; one with a construct of its own declares
    them and calls ``self.mark(name)`` as each of them begins."""
    shows: ClassVar[Mapping[str, str]] = {}
    """What of its picture sentences can light up beside balls, with a line on each: panes
    bear these names."""
    whole_domain: ClassVar[bool] = False
    """Whether it shows all of the domain, not only the part where the balls go."""
    heading_in_column: ClassVar[bool] = False
    """Whether title and formula stand in the legend's column, not above everything."""
    heading_floats: ClassVar[bool] = False
    """Whether they stand over the corner of a stage that is all of the picture, if that is wide."""
    keeps_column: ClassVar[bool] = False
    """Whether what stands in that column is no legend."""

    @classmethod
    def numbers(cls) -> Sequence[int]:
        """How many variables its functions may have, 0 among them where it can do without any."""
        return ANY if cls.dimensions is None else cls.dimensions or (0,)


KINDS = {name: get_args(kind)[0] for name, kind in get_type_hints(Declared).items()}  # of declarations


def facts(scene: str) -> type[Declared]:
    """What a scene declares. Raises InputError where that cannot be read, is misspelt or of another type."""
    file = scenes()[scene]
    said, known = _said(file), for_some()
    for key in said.uses:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            meant = f", did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
            raise InputError(f"{file}: uses names the unknown key {key!r}{meant}")
    return said


def _said(file: Path) -> type[Declared]:
    """What a scene's file declares, read anew when it has changed."""
    return _read_off(file, _stamp(file))


@lru_cache(maxsize=128)
def _read_off(file: Path, _: Stamp) -> type[Declared]:
    found: dict[str, Any] = {}
    for node in (node for scene_class in _classes(file) for node in scene_class.body):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            name = ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])
            if name in KINDS:
                found.setdefault(name, _read(name, node.value, f"{file}:{node.lineno}"))
            elif near := difflib.get_close_matches(name, KINDS, n=1, cutoff=0.8):
                raise InputError(f"{file}:{node.lineno}: unknown {name!r}, did you mean {near[0]!r}?")
    return type("Facts", (Declared,), found)


def _read(name: str, node: ast.expr, where: str) -> Any:
    """The value of a declaration, which must be written out."""
    from pydantic import TypeAdapter, ValidationError

    example = repr(getattr(Declared, name)) if name not in EXAMPLES else EXAMPLES[name]
    try:
        value = ast.literal_eval(node)
    except ValueError:
        told = f"{name} is read without running the file: write its value out, such as {example}"
        raise InputError(f"{where}: {told}") from None
    try:
        return TypeAdapter(KINDS[name]).validate_python(value, strict=True)
    except ValidationError:
        raise InputError(f"{where}: {name} must be such as {example}, not {value!r}") from None


def lasts(scene: str) -> Mapping[Span, float] | None:
    """What a scene says of its length; None for one of the usual beats, without a construct of its own."""
    beats = (part for node in _classes(scenes()[scene]) for part in node.body)
    return facts(scene).lasts if any(getattr(part, "name", "") == "construct" for part in beats) else None


def moments(scene: str) -> Mapping[str, str]:
    """The moments of a scene with a line on each; none of one with a construct that declares none."""
    said = facts(scene)
    return {} if "moments" not in vars(said) and lasts(scene) is not None else said.moments


def for_some() -> list[str]:
    """The keys that mean something only to scenes that say so."""
    return list(dict.fromkeys(key for file in _in(_built_in()).values() for key in _said(file).uses))


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


def suits(scene: str, entry: FunctionEntry) -> bool:
    """Whether a scene draws a function."""
    said = facts(scene)
    return len(entry.variables) in said.numbers() and entry.name in (said.functions or (entry.name,))


def summary(scene: str) -> str:
    """The first line of a scene's file."""
    docstring = ast.get_docstring(_tree(scenes()[scene]))
    return (docstring or "").partition("\n")[0]


def drawn(scene: str) -> str:
    """The functions that a scene draws, such as ``functions of 2 variables``."""
    said = facts(scene)
    if said.functions:
        return " and ".join(said.functions)
    numbers = said.numbers()
    if not any(numbers):
        return "no functions"
    told = "any number of" if numbers is ANY else " or ".join(str(n) for n in numbers if n)
    return f"functions of {told} variable{'' if told == '1' else 's'}"


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
    return _parsed(scene, _stamp(scene))


def _stamp(file: Path) -> Stamp:
    """What changes with a file."""
    stamp = file.stat()
    return file.absolute(), stamp.st_mtime_ns, stamp.st_size


@lru_cache(maxsize=128)
def _parsed(scene: Path, _: Stamp) -> ast.Module:
    try:
        return ast.parse(scene.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise InputError(f"{scene}:{error.lineno}: SyntaxError: {error.msg}") from None
