"""How a formula is read from its tokens, whatever the rules of its grammar are."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import sympy

from gdanim.errors import ExpressionError
from gdanim.formula import calculus
from gdanim.formula.tokens import Token, misplaced, tokens

MAX_NODES = 300  # numbers, names and operations
MAX_UNROLLED = 2000  # the same where sums over an index are written out
MAX_DEPTH = 40  # nested parentheses, signs and powers
CLOSING = {"(": (")",), "[": ("]", "}"), "{": ("}",), "|": ("|",), "lfloor": ("rfloor",), "lceil": ("rceil",)}
RELATIONS = {  # by their functions
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "==": "equal",
    "!=": "unequal",
}


class Node(NamedTuple):
    """A part of a formula."""

    expr: sympy.Expr
    value: float | None  # of a constant, else None
    exponent: float = 1.0  # exponents of nested powers, multiplied out
    test: bool = False  # true or false


class Reader(ABC):
    """The tokens of a text, a place among them, and what bounds the work."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(tokens(text))
        self.position = 0
        self.nodes = self.unrolled = 0
        self.depth = 0
        self.bars = 0  # that are open: the next | after a factor closes one
        self.separated = False  # whether a comma ends an argument here
        self.head: list[Token] | None = None  # variables that f(x, y) = names
        # Numbered variables of a sum that is read once: stem and index of each; None where there is none
        self.slots: dict[str, tuple[str, sympy.Expr]] | None = None
        self.indices: dict[str, int | None] = {}  # of sums, with their values; None while a sum is shown

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    @property
    def written(self) -> str:
        """The text of the next token."""
        return self.text[self.token.offset : self.token.offset + self.token.length]

    @property
    def openings(self) -> tuple[str, ...]:
        """What begins a factor, besides names and numbers; where bars are open, one more closes them."""
        return ("(", "[", "{") if self.bars else ("(", "[", "{", "|")

    def next(self) -> Token:
        token = self.token
        self.position += 1
        return token

    def accept(self, *operators: str) -> Token | None:
        """The next token, if it is one of these operators."""
        return self.next() if self.token.kind == "operator" and self.token.text in operators else None

    def word(self, text: str) -> Token | None:
        """The next token, if it is this word of a condition or a loop."""
        return self.next() if self.token.kind == "word" and self.token.text == text else None

    def unexpected(self) -> ExpressionError:
        told = misplaced(self.text, self.token.offset)
        return self.error(f"unexpected {self.written!r}" + (f": {told}" if told else ""))

    def error(self, message: str, token: Token | None = None) -> ExpressionError:
        token = token or self.token
        return ExpressionError(message, token.offset, token.length)

    def node(self, token: Token, expr: sympy.Expr, *parts: Node, exponent: float | None = None) -> Node:
        """A counted node made of these parts: a constant where none of them has a variable."""
        self.nodes += not self.indices
        self.unrolled += bool(self.indices)
        if self.nodes > MAX_NODES:
            told = "write it shorter, with ^ for repeated factors and sum for repeated terms"
            raise self.error(f"the formula has more than {MAX_NODES} parts: {told}", token)
        if self.unrolled > MAX_UNROLLED:
            told = "let the index go over fewer numbers"
            raise self.error(f"the formula has more than {MAX_UNROLLED} parts, written out: {told}", token)
        largest = exponent or max((part.exponent for part in parts), default=1.0)
        if any(part.value is None for part in parts) or expr.is_Symbol:
            return Node(expr, None, largest)
        found = calculus.number(expr) if expr.is_Number else calculus.value(expr, ()).value
        assert found is not None
        if math.isnan(found):
            raise self.error("this constant is not a real number", token)
        if abs(found) > 1e300:
            raise self.error("this constant is too large", token)
        return Node(expr, found, largest)

    def nested(self, rule: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} deep")
        node = rule()
        self.depth -= 1
        return node

    def within(self, opening: Token, separated: bool = False, closed: bool = True) -> Node:
        """What stands in brackets, whatever bars are open outside; ``separated``: by commas."""
        outside = self.bars, self.separated
        self.bars, self.separated = 0, separated
        node = self.nested(self.choice)
        self.bars, self.separated = outside
        if closed:
            self.close(opening)
        return node

    def close(self, opening: Token) -> None:
        closing = CLOSING[opening.text]
        if self.token.text in closing:
            self.next()
        elif self.token.kind == "end":
            either = opening.text == "|" and any(token.text in RELATIONS for token in self.tokens)
            told = "; where one of two conditions is enough write or" if either else ""
            raise self.error(f"this {opening.text} is never closed{told}", opening)
        else:
            raise self.error(f"expected {closing[0]} before {self.written!r}")

    def pieces(self, *separators: str) -> list[range]:
        """Places of the tokens between commas, up to the parenthesis that closes."""
        depth, start, found = 0, self.position, list[range]()
        for i in range(start, len(self.tokens)):
            text = self.tokens[i].text if self.tokens[i].kind == "operator" else ""
            if text in (")", "]", "}"):
                depth -= 1
            if depth < 0 or (depth == 0 and text in (",", *separators)):
                found.append(range(start, i))
                start = i + 1
            if depth < 0:
                return found
            depth += text in ("(", "[", "{")
        raise self.error("this ( is never closed", self.tokens[self.position - 1])

    def parsed(self, piece: range) -> Node:
        self.position = piece.start
        node = self.within(self.tokens[piece.start], separated=True, closed=False)
        if self.position != piece.stop:
            raise self.unexpected()
        return node

    @abstractmethod
    def choice(self) -> Node: ...

    @abstractmethod
    def either(self) -> Node: ...

    @abstractmethod
    def sum(self) -> Node: ...

    @abstractmethod
    def product(self) -> Node: ...

    @abstractmethod
    def power(self) -> Node: ...

    @abstractmethod
    def atom(self) -> Node: ...

    @abstractmethod
    def raised(self, sign: Token, base: Node, exponent: Node) -> Node: ...

    @abstractmethod
    def multiplied(self, start: Token, factors: list[tuple[Node, bool]]) -> Node: ...
