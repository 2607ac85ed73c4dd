"""Sums and products over an index, and variables that are numbered by it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

import sympy

from gdanim.formula.latex import to_latex
from gdanim.formula.reader import Node, Reader
from gdanim.formula.symbols import add, multiply, over_index
from gdanim.formula.tokens import Token
from gdanim.formula.vocabulary import CONSTANTS, VARIABLE, meant

BRACKETS = (("(", "[", "{"), (")", "]", "}"))
SUMS = {"sum": ("sum(i, 1, 10, x[i]^2)", r"\sum", add), "prod": ("prod(i, 1, 10, x[i])", r"\prod", multiply)}


def over(parser: Reader, token: Token) -> Node:
    """sum(i, 1, 10, x[i]^2), with its parts in whatever order is usual elsewhere."""
    name = meant(token.text)
    parser.next()
    pieces = parser.pieces("=")
    end = pieces[-1].stop + 1
    if len(pieces) == 2 and parser.tokens[pieces[1].start].text == "(":  # sum(x[i]^2, (i, 1, 10))
        parser.position = pieces[1].start + 1
        pieces = [pieces[0], *parser.pieces()]
    if len(pieces) == 1:
        index, low, high, body = _loop(parser, token, pieces[0])
    elif len(pieces) == 4:
        first, second = (_index(parser, piece) for piece in pieces[:2])
        if first and second in parser.indices:  # sum(j, 1, i, ...) in a sum over i
            second = ""
        at = 1 if second else 0
        index = second or first
        low, high = (parser.parsed(piece) for piece in pieces[at + 1 : at + 3])
        body = pieces[0] if second else pieces[3]
    else:
        index = ""
    if not index:
        raise parser.error(f"{token.text} goes over an index: write {SUMS[name][0]}", token)
    parser.position = body.start
    node = _over(parser, token, name, index, (low, high), lambda: parser.parsed(body))
    parser.position = end
    return node


def _index(parser: Reader, piece: range) -> str:
    """The name that a part of a sum consists of, else ""."""
    word = parser.tokens[piece.start]
    alone = len(piece) == 1 and word.kind == "name" and VARIABLE.fullmatch(word.text)
    return word.text if alone and word.text not in CONSTANTS else ""


def _loop(parser: Reader, token: Token, piece: range) -> tuple[str, Node, Node, range]:
    """Index, limits and body of Python's: x[i]**2 for i in range(1, 11)."""
    texts = [part.text for part in parser.tokens[piece.start : piece.stop]]
    depths = list(accumulate((text in BRACKETS[0]) - (text in BRACKETS[1]) for text in texts))
    at = next((i for i, text in enumerate(texts) if text == "for" and not depths[i]), -1)
    if at < 0 or texts[at + 2 : at + 5] != ["in", "range", "("]:
        raise parser.error(f"{token.text} goes over an index: write {SUMS[meant(token.text)][0]}", token)
    parser.position = piece.start + at + 5
    limits = [parser.parsed(each) for each in parser.pieces()]
    low = limits[0] if len(limits) > 1 else parser.node(token, sympy.Integer(0))
    minus = parser.node(token, sympy.Integer(-1))
    high = parser.node(token, sympy.Add(limits[-1].expr, minus.expr), limits[-1], minus)
    return texts[at + 1], low, high, range(piece.start, piece.start + at)


def _over(
    parser: Reader, token: Token, name: str, index: str, limits: tuple[Node, Node], body: Callable[[], Node]
) -> Node:
    """A sum or a product over an index, written out; ``body`` is read again for every value of the index."""
    _, sign, combine = SUMS[name]
    outside, start = dict(parser.indices), parser.position
    displayed = None in outside.values()
    parts: list[Node] = []
    if not displayed:
        low, high = (_whole(parser, token, limit) for limit in limits)
        if high < low:
            raise parser.error(f"this {name} has no terms: it goes from {low} to {high}", token)
        for k in range(low, high + 1):
            parser.indices[index], parser.position = k, start
            parts.append(body())
    parser.indices[index], parser.position = None, start
    count = parser.unrolled
    shown = body()
    parser.unrolled, parser.indices = count, outside
    text = to_latex(shown.expr)
    if shown.expr.is_Add:
        text = rf"\left({text}\right)"
    first, last = (to_latex(limit.expr) for limit in limits)
    latex = f"{sign}_{{{index}={first}}}^{{{last}}} {text}"
    parts = parts or [shown]
    exprs = [part.expr for part in parts]
    return parser.node(token, over_index(combine(*exprs) if len(exprs) > 1 else exprs[0], latex), *parts)


def _whole(parser: Reader, token: Token, limit: Node) -> int:
    if limit.value is None or not limit.value.is_integer():
        raise parser.error("an index goes from one whole number to another", token)
    return int(limit.value)


def with_limits(parser: Reader, token: Token) -> Node:
    r"""\sum_{i=1}^{10} and the product after it."""
    opening, index, equals = (*parser.tokens[parser.position :], *parser.tokens[-1:] * 2)[:3]
    if (opening.text, index.kind, equals.text) != ("[", "name", "="):
        raise parser.error(f"write {SUMS[token.text][0]}", token)
    parser.position += 3
    low = parser.within(opening)
    if not parser.accept("^"):
        raise parser.error(f"write {SUMS[token.text][0]}", token)
    high = parser.atom()
    return _over(parser, token, token.text, index.text, (low, high), parser.product)


def numbered(parser: Reader, token: Token) -> str:
    """The variable that a name is, with the index after it: x[2] is x2, and so is x_i where i is 2."""
    name, _, index = token.text.partition("_")
    if index in parser.indices:
        k = parser.indices[index]
        return f"{name}_{{{index}}}" if k is None else f"{name}{k}"
    opening = parser.token
    if opening.text != "[" or parser.text[opening.offset - 1].isspace():
        return token.text
    parser.next()
    node = parser.within(opening)
    if node.value is None and None in parser.indices.values():
        return f"{name}_{{{to_latex(node.expr)}}}"
    k = _numeral(node)
    if k is None or name[-1].isdigit() or index or parser.token.text == "[":
        raise parser.error("an index is one whole number from 0 on: write x[1] or x1", opening)
    return f"{name}{k}"


def _numeral(node: Node) -> int | None:
    value = node.value
    return int(value) if value is not None and value.is_integer() and 0 <= value < 10_000 else None
