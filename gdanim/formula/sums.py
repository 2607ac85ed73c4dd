"""Sums and products over an index, and variables that are numbered by it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

import numpy as np
import sympy

from gdanim.formula.calculus import compiled, value
from gdanim.formula.latex import to_latex
from gdanim.formula.reader import Node, Reader
from gdanim.formula.symbols import add, long_sum, multiply, over_index, symbol
from gdanim.formula.tokens import Token
from gdanim.formula.vocabulary import CONSTANTS, VARIABLE, meant

BRACKETS = (("(", "[", "{"), (")", "]", "}"))
LONG = 50  # terms of a sum: more are not written out
MOST = 10_000  # of them, and of the variables of one name
INDEX = "an index is one whole number from 0 on: write x[1] or x1"
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
    """A sum or a product over an index, written out; ``body`` is read again for every value of the index.

    A long sum is one node, with its body read once, unless there is another sum in it.
    """
    _, sign, combine = SUMS[name]
    outside, start = dict(parser.indices), parser.position
    displayed = None in outside.values()
    numbers = range(0) if displayed else _numbers(parser, token, limits)

    def term(k: int | None) -> Node:
        parser.indices[index], parser.position = k, start
        return body()

    few = numbers[:1] if name == "sum" and len(numbers) > LONG else numbers
    parts = [term(k) for k in few]
    count, parser.slots = parser.unrolled, None if displayed else {}
    shown = term(None)
    parser.unrolled, slots, parser.slots = count, parser.slots, None
    short = slots is None or shown.expr.free_symbols <= {symbol(index)}
    if short:
        parts += [term(k) for k in numbers[len(few) :]]
    parser.indices = outside
    text = to_latex(shown.expr)
    if shown.expr.is_Add:
        text = rf"\left({text}\right)"
    first, last = (to_latex(limit.expr) for limit in limits)
    latex = f"{sign}_{{{index}={first}}}^{{{last}}} {text}"
    if slots is not None and not short and len(few) < len(numbers):
        named = {slot: _named(parser, token, *of, index, numbers) for slot, of in slots.items()}
        return parser.node(token, long_sum(shown.expr, index, named, numbers, latex), shown)
    parts = parts or [shown]
    exprs = [part.expr for part in parts]
    return parser.node(
        token, over_index(combine(*exprs) if len(exprs) > 1 else exprs[0], latex=latex), *parts
    )


def _numbers(parser: Reader, token: Token, limits: tuple[Node, Node]) -> range:
    """What an index goes over."""
    low, high = (_whole(parser, token, limit) for limit in limits)
    if high < low:
        raise parser.error(f"this {meant(token.text)} has no terms: it goes from {low} to {high}", token)
    if high - low >= MOST:
        raise parser.error(f"let the index go over at most {MOST} numbers", token)
    return range(low, high + 1)


def _named(
    parser: Reader, token: Token, stem: str, at: sympy.Expr, index: str, numbers: range
) -> tuple[str, ...]:
    """Which variable x[at] is for each number of the index."""
    (found,) = compiled((value(at, (index,)),), 1)(np.array(numbers, dtype=float))
    places = np.broadcast_to(found, len(numbers))
    if not ((places % 1 == 0) & (places >= 0) & (places < MOST)).all():
        raise parser.error(INDEX, token)
    return tuple(f"{stem}{int(k)}" for k in places)


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
        return f"{name}{k}" if k is not None else _slot(parser, name, symbol(index))
    opening = parser.token
    if opening.text != "[" or parser.text[opening.offset - 1].isspace():
        return token.text
    parser.next()
    node = parser.within(opening)
    if node.value is None and None in parser.indices.values():
        return _slot(parser, name, node.expr)
    k = _numeral(node)
    if k is None or name[-1].isdigit() or index or parser.token.text == "[":
        raise parser.error(INDEX, opening)
    return f"{name}{k}"


def _slot(parser: Reader, name: str, at: sympy.Expr) -> str:
    """What x[at] is called while its index is open."""
    slot = f"{name}_{{{to_latex(at)}}}"
    if parser.slots is not None:
        parser.slots[slot] = name, at
    return slot


def _numeral(node: Node) -> int | None:
    value = node.value
    return int(value) if value is not None and value.is_integer() and 0 <= value < MOST else None


def has_long_sum(expr: sympy.Expr) -> bool:
    """Whether there is a sum in a formula that is not written out."""
    return hasattr(expr, "body") or any(map(has_long_sum, expr.args))
