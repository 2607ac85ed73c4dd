"""YAML text to nodes that know where they stand: by libyaml where it is there, as PyYAML is slow."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import BaseResolver

MAX_DEPTH = 40
MAX_NODES = 40_000  # with what aliases repeat: ten nested aliases of ten would be 10^10
NEAR = 10_000  # characters up to a mistake that are read by PyYAML too, which has better words for it

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_SKIPPED = re.compile(r"(?:\s|#[^\r\n]*)*")


class TooMuchError(Exception):
    """Valid YAML of a size or depth that no spec has."""

    def __init__(self, message: str, mark: Any) -> None:
        super().__init__(message)
        self.message, self.mark = message, mark


def composed(text: str) -> yaml.Node | None:
    """The root of a document, scalars unresolved; None of an empty one.

    Raises MarkedYAMLError, ReaderError or TooMuchError.
    """
    if not yaml.__with_libyaml__:
        return _Composer(text).get_single_node()
    try:
        return _FastComposer(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark and mark.index > NEAR:
            raise
        return _Composer(text).get_single_node()


class _Bounded(Composer):
    """Refuses deep nesting before Python's own limit does, and more nodes than a spec has."""

    depth = count = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        self.count += 1
        if self.depth > MAX_DEPTH or self.count > MAX_NODES:
            told = "nested too deeply" if self.depth > MAX_DEPTH else f"a spec has at most {MAX_NODES} values"
            raise TooMuchError(told, self.peek_event().start_mark)  # type: ignore[attr-defined]
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Composer(_Bounded, yaml.BaseLoader):
    """Of PyYAML's own parser."""


if yaml.__with_libyaml__:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]

    class _FastComposer(_Bounded, CParser, BaseResolver):
        """Of libyaml's, which puts an empty value where the next thing stands: here it is where it lacks."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            _Bounded.__init__(self)
            BaseResolver.__init__(self)
            self.text = text

        def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
            node = super().compose_node(parent, index)
            if isinstance(node, yaml.ScalarNode) and node.start_mark.index == node.end_mark.index:
                if isinstance(index, yaml.Node):
                    self._move(node, index.end_mark, ":")
                elif isinstance(parent, yaml.SequenceNode) and not parent.flow_style:
                    self._move(node, parent.value[-1].end_mark if parent.value else parent.start_mark, "-")
            return node

        def _move(self, node: yaml.ScalarNode, before: Any, sign: str) -> None:
            """Put an empty node behind the ``sign`` that follows a mark; behind the mark if none does."""
            skipped = _SKIPPED.match(self.text, before.index)
            end = skipped.end() if skipped else before.index
            at = end + 1 if self.text.startswith(sign, end) else before.index
            passed = _BREAK.split(self.text[before.index : at])
            line, column = before.line + len(passed) - 1, len(passed[-1])
            column += before.column if len(passed) == 1 else 0
            node.start_mark = yaml.Mark("", at, line, column, None, 0)
            node.end_mark = node.start_mark
