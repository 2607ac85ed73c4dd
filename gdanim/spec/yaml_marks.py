"""YAML text to plain data, remembering where every key and value stands.

PyYAML composes the nodes; scalars are read by the YAML 1.2 core schema, not PyYAML's 1.1, so that
``1e-3`` is a number, ``010`` is ten and ``on``, ``no`` and ``1:30`` stay text.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from gdanim.errors import Loc, Mistake, SpecError
from gdanim.spec import commas, yaml_advice
from gdanim.spec.numbers import out_of_range
from gdanim.spec.yaml_advice import LONGEST, ODD_SPACES, quoted
from gdanim.spec.yaml_nodes import MAX_DEPTH, MAX_NODES, TooMuchError, composed
from gdanim.trust import outside

MAX_BYTES = 1_000_000
MAX_TEXT = 10_000  # characters of a value
MOST = 1000  # mistakes after which no more are looked for
MAX_KEY = 100  # characters of a key

# Escapes in double quotes can write what no one can read: control characters and halves of surrogate pairs.
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def caret(option: str, text: str, offset: int, length: int, message: str) -> str:
    """A message about an option of the command line, its text below it, and so many carets under that."""
    shown = " ".join(text.splitlines())
    return f"--{option}: {message}\n  {shown}\n  {' ' * offset}{'^' * max(1, length)}"


def in_setting(setting: str, message: str, column: int, length: int) -> Mistake:
    """A mistake in a setting, at a column (from 1) of it; so many characters are meant."""
    return Mistake(0, column, caret("set", setting, column - 1, length, message))


@dataclass
class Marks:
    """Where keys and values stand: (line, column) from 1, by their path from the root."""

    values: dict[Loc, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Loc, tuple[int, int]] = field(default_factory=dict)
    verbatim: dict[Loc, int] = field(
        default_factory=dict
    )  # texts that stand in the file as they read: their quotes
    settings: dict[Loc, str] = field(default_factory=dict)  # what does not stand in the file, but in these

    commas: dict[Loc, str] = field(
        default_factory=dict
    )  # lists that seem to have them for points: with points

    def point(self, loc: Loc, setting: str, at: tuple[int, int], *, key: bool = False) -> None:
        """Say that a value, or with ``key`` its key, stands in a setting."""
        self.settings[loc] = setting
        if key:
            self.keys[loc] = at
        if not key or loc not in self.values:
            self.values[loc] = at

    def forget(self, loc: Loc) -> None:
        """Something takes the place of what stands at ``loc``."""
        for marked in (self.values, self.keys, self.verbatim, self.settings, self.commas):
            for other in [other for other in marked if other[: len(loc)] == loc]:
                del marked[other]

    def mistake(self, loc: Loc, message: str, *, key: bool = False, offset: int | None = None) -> Mistake:
        """A mistake at ``loc``; parts of it that are not in the file (defaults, model names) are skipped.

        ``key`` points at the key instead of its value, ``offset`` at a character inside one line of text.
        """
        path: Loc = ()
        for part in loc:
            if (*path, part) in self.values:
                path = (*path, part)
        if points := self.commas.get(path) or self.commas.get(path[:-1]):
            message, path, key = (
                f"{commas.TOLD}: write {points}",
                path if path in self.commas else path[:-1],
                False,
            )
        line, column = self.keys.get(path, self.values[path]) if key else self.values[path]
        inside = offset is not None and path in self.verbatim
        if offset is not None and inside:
            column += self.verbatim[path] + offset
        if path not in self.settings:
            return Mistake(line, column, message)
        setting = self.settings[path]
        length = len(str(path[-1])) if key else len(setting) - column + 1
        return in_setting(setting, message, column, 1 if inside else length)


def read(path: str | Path) -> tuple[Any, Marks]:
    """Plain data (dict, list, str, int, float, bool, None) of one YAML file, with its marks.

    Raises SpecError when the file cannot be read or is not one well-formed YAML document.
    """
    try:
        _refuse_strange(path)
        with open(path, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise SpecError(path, [Mistake(1, 1, f"cannot read this file: {reason}")]) from None
    if len(raw) > MAX_BYTES:
        raise SpecError(path, [Mistake(1, 1, f"a spec has at most {MAX_BYTES} bytes")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        message = "this is not UTF-8 text: have your editor save the file as UTF-8"
        raise SpecError(path, [Mistake(line, column, message)]) from None
    return parse(text, path)


def _refuse_strange(path: str | Path) -> None:
    """Raise ValueError unless a spec is a regular file, in the folder in which it is named."""
    mode = os.stat(path).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # a folder is told by opening it
        raise ValueError("it is a pipe or a device, and a spec is a regular file")
    folder, real = (os.path.realpath(place) for place in (os.path.dirname(path) or ".", path))
    if not outside() and os.path.commonpath([folder, real]) != folder:
        raise ValueError("it is a link out of its folder, which --allow-outside allows")


def parse(text: str, path: str | Path, *, whole: bool = True) -> tuple[Any, Marks]:
    """As :func:`read`, from the text itself; ``path`` is for the messages.

    ``whole``: it is a spec, and not the value of one key, which may be no more than a word.
    """
    if len(text) > MAX_BYTES:
        raise SpecError(path, [Mistake(1, 1, f"a spec has at most {MAX_BYTES} bytes")])
    reader = _Reader(text)
    try:
        node = composed(text)
        data = None if node is None else reader.read(node, ())
    except yaml.MarkedYAMLError as error:
        raise SpecError(path, [Mistake(*yaml_advice.advice(text, error))]) from None
    except TooMuchError as error:
        raise SpecError(path, [Mistake(*_position(error.mark), error.message)]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        message = f"not valid YAML: the character {chr(error.character)!r} cannot stand here"
        raise SpecError(path, [Mistake(line, column, message)]) from None
    if node is None:
        raise SpecError(path, [Mistake(1, 1, "this spec is empty; it needs at least functions: [x^2 + y^2]")])
    if whole and isinstance(data, str) and (slip := yaml_advice.of_text(text)):
        reader.mistakes.append(Mistake(*slip))
    if reader.mistakes:
        raise SpecError(path, reader.mistakes)
    return data, reader.marks


class _Reader:
    """Turns nodes into data and marks; goes on after a mistake, to find them all."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.marks = Marks()
        self.mistakes: list[Mistake] = []
        self.aliases = set(re.findall(r"\*([\w-]+)", text))
        self.checked: set[yaml.Node] = set()  # an alias is the node itself again

    def read(self, node: yaml.Node, loc: Loc) -> Any:
        if len(loc) > MAX_DEPTH or len(self.marks.values) >= MAX_NODES:
            raise TooMuchError("aliases (*name) repeat too much here", node.start_mark)
        self.marks.values[loc] = _position(node.start_mark)
        if len(self.mistakes) > MOST:
            return None
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python"):
            remedy = f"; a text that begins with ! needs quotes: {quoted(self._rest(node))}"
            self._refuse(node, f"tags such as {node.tag!r} have no meaning in a spec{remedy}")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            for place, message in commas.in_list(node, self.text):
                self._refuse(place, message)
            if points := commas.with_points(node, self.text):
                self.marks.commas[loc] = points
            return [self.read(item, (*loc, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        if node not in self.checked:
            self.checked.add(node)
            self._refuse_unreadable(node)
            self._refuse_lost_text(node)
            if len(node.value) > MAX_TEXT:
                self._refuse(node, f"a text has at most {MAX_TEXT} characters, not {len(node.value)}")
        quotes = len(node.style or "")
        if self.text.startswith(node.value, node.start_mark.index + quotes):
            self.marks.verbatim[loc] = quotes
        value = node.value if node.style else _core_schema(node.value)
        if fault := out_of_range(value):
            self._refuse(node, fault)
        return value

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for place, message in commas.in_mapping(node):
            self._refuse(place, message)
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(key, "a key must be a word, not a list or a mapping")
            elif len(key.value) > MAX_KEY:
                self._refuse(key, f"a key has at most {MAX_KEY} characters, not {len(key.value)}")
            elif key.value == "<<":
                told = "acts have what stands at the top level, and *names repeat a value"
                self._refuse(key, f"<< is not read: {told}")
            elif key.value in mapping:
                line = self.marks.keys[(*loc, key.value)][0]
                self._refuse(key, f"the key {key.value!r} is here twice, first in line {line}")
            else:
                self._refuse_unreadable(key)
                if odd := next((c for c in key.value if c in ODD_SPACES), None):
                    self._refuse(key, f"the space {odd!r} beside this key is no ordinary one: type it again")
                self.marks.keys[(*loc, key.value)] = _position(key.start_mark)
                mapping[key.value] = self.read(value, (*loc, key.value))
        return mapping

    def _rest(self, node: yaml.Node) -> str:
        """What stands from a node to the end of its line."""
        begin = node.start_mark.index
        return re.split(r"[\r\n]", self.text[begin : begin + LONGEST], maxsplit=1)[0]

    def _refuse_lost_text(self, node: yaml.ScalarNode) -> None:
        """Text that YAML leaves out or reads on: what looks like a comment or anchor, items out of line."""
        if node.style:
            return
        rest = self._rest(node)
        if not node.value and (comment := re.match(r"\s*(#\w.*)", rest)):
            line, column = _position(node.start_mark)
            told = f"# begins a comment: put the text in quotes, {quoted(comment[1])}"
            self.mistakes.append(Mistake(line, column + comment.start(1), told))
        if (anchor := re.match(r"&([\w-]+)", rest)) and anchor[1] not in self.aliases:
            self._refuse(node, f"a text that begins with & needs quotes: {quoted(rest)}")
        written = self.text[node.start_mark.index : node.end_mark.index]
        if item := re.search(r"\n([ ]*)-[ ]" if written[:1] != "-" else r"\n([ ]*)-", written):
            line = node.start_mark.line + 1 + written.count("\n", 0, item.end(1))
            told = "put its - below the other ones, with a space after each"
            self.mistakes.append(
                Mistake(line, len(item[1]) + 1, f"this line goes on with the one above: {told}")
            )

    def _refuse_unreadable(self, node: yaml.ScalarNode) -> None:
        if found := _UNREADABLE.search(node.value):
            self._refuse(node, f"a text cannot hold the character {found.group()!r}")

    def _refuse(self, node: yaml.Node, message: str) -> None:
        self.mistakes.append(Mistake(*_position(node.start_mark), message))


def _position(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _core_schema(text: str) -> Any:
    """A plain scalar by section 10.3.2 of YAML 1.2."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]{1,300}", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    if re.fullmatch(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}", text):
        return int(text, 0)
    if re.fullmatch(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text):
        return float(text.replace(".", ""))
    return text
