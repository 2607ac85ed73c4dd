"""A precedence grammar that builds a formula node by node from the tokens of its text:

    sum     = product (("+" | "-") product)*
    product = unary (("*" | "/") unary | power)*      2x, 3xy and 2(x+1) are products
    unary   = ("-" | "+") unary | power
    power   = atom (("^" | "**") unary)?              right associative; -x^2 is -(x^2)
    atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")" | "|" sum "|"

The tree keeps the written order, because films show it. Work is bounded on the way: constants are
computed as they appear and must be real and finite, and powers have a largest exponent.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

import sympy

from gdanim.errors import ExpressionError
from gdanim.formula import calculus
from gdanim.formula.calculus import symbol
from gdanim.formula.tokens import Token, tokens
from gdanim.formula.vocabulary import CONSTANTS, FUNCTIONS, VARIABLE, add, multiply, power, unknown

MAX_NODES = 300  # numbers, names and operations
MAX_DEPTH = 40  # nested parentheses, signs and powers
MAX_EXPONENT = 1000  # of a power, or of powers inside each other multiplied out


class Node(NamedTuple):
    """A part of a formula."""

    expr: sympy.Expr
    value: float | None  # of a constant, else None
    exponent: float = 1.0  # exponents of nested powers, multiplied out


class Parser:
    """Recursive descent over the grammar at the top of this module."""

    def __init__(self, text: str) -> None:
        self.tokens = list(tokens(text))
        self.position = 0
        self.nodes = 0
        self.depth = 0
        self.bars = 0  # that are open: the next | after a factor closes one

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    @property
    def openings(self) -> tuple[str, ...]:
        """What begins a factor, besides names and numbers; where bars are open, one more closes them."""
        return ("(",) if self.bars else ("(", "|")

    def next(self) -> Token:
        token = self.token
        self.position += 1
        return token

    def accept(self, operators: str) -> Token | None:
        """The next token, if it is one of these single-character operators."""
        return self.next() if self.token.kind == "operator" and self.token.text in operators else None

    def formula(self) -> Node:
        """The whole text. Raises ExpressionError."""
        if self.token.kind == "end":
            raise ExpressionError("the formula is empty")
        node = self.sum()
        if self.token.text == ")":
            raise self.error("this ) closes nothing")
        if self.token.kind != "end":
            raise self.decimal_comma() or self.error(f"unexpected {self.token.text!r}")
        return node

    def decimal_comma(self) -> ExpressionError | None:
        """What to write for 0,5, if that is what stands here: a comma with digits close on either side."""
        if self.token.text != "," or not 0 < self.position < len(self.tokens) - 1:
            return None
        before, comma, after = self.tokens[self.position - 1 : self.position + 2]
        if not (before.kind == after.kind == "number" and comma.offset + 1 == after.offset):
            return None
        number = f"{before.text.replace('.', '')}.{after.text}"
        return self.error(f"a decimal point is a point: write {number}", before._replace(text=f"{number}"))

    def error(self, message: str, token: Token | None = None) -> ExpressionError:
        token = token or self.token
        return ExpressionError(message, token.offset, max(1, len(token.text)))

    def node(
        self, token: Token, expr: sympy.Expr, constant: Callable[[], float] | None, exponent: float = 1.0
    ) -> Node:
        """A counted node; ``constant`` computes its value where it has no variable."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.error(f"the formula has more than {MAX_NODES} parts", token)
        if constant is None:
            return Node(expr, None, exponent)
        try:
            value = constant()
        except ZeroDivisionError:
            raise self.error("division by zero", token) from None
        except OverflowError:
            value = math.inf
        except ValueError:
            value = math.nan
        if isinstance(value, complex) or math.isnan(value):
            raise self.error("this constant is not a real number", token)
        if abs(value) > 1e300:
            raise self.error("this constant is too large", token)
        return Node(expr, value, exponent)

    def sum(self) -> Node:
        terms, start = [self.product()], self.token
        while sign := self.accept("+-"):
            term = self.product()
            terms.append(self.negative(sign, term) if sign.text == "-" else term)
        if len(terms) == 1:
            return terms[0]
        numeric = all(term.expr.is_Number for term in terms)
        combine = sympy.Add if numeric else add
        return self.node(
            start,
            combine(*(term.expr for term in terms)),
            _constant(math.fsum, terms),
            max(term.exponent for term in terms),
        )

    def product(self) -> Node:
        start, node = self.token, self.unary()
        factors = [(node, False)]
        while True:
            if sign := self.accept("*/"):
                divisor = self.token
                factors.append((self.unary(), sign.text == "/"))
                if sign.text == "/" and factors[-1][0].value == 0:
                    raise self.error("division by zero", divisor)
            elif self.token.kind in ("name", "number") or self.token.text in self.openings:
                self.refuse_unclear_product(divided=factors[-1][1])
                factors.append((self.power(), False))
            else:
                break
        return factors[0][0] if len(factors) == 1 else self.multiplied(start, factors)

    def refuse_unclear_product(self, divided: bool) -> None:
        """An implicit product needs one reading only."""
        before, token = self.tokens[self.position - 1], self.token
        if token.kind == "number":
            raise self.error(f"write * before {token.text}, or ^{token.text} for a power")
        if before.kind == "name" and token.text == "(":
            raise self.error(unknown("function", before.text), before)
        if divided:
            after = f"{token.text}..." if token.text in FUNCTIONS or token.text in "(|" else token.text
            divisor = before.text if self.tokens[self.position - 2].text == "/" else "..."
            ways = f"/({divisor}*{after}) or /{divisor}*{after}"
            raise self.error(f"unclear after a division: write {ways}")

    def multiplied(self, start: Token, factors: list[tuple[Node, bool]]) -> Node:
        """The product of nodes, each with whether it divides; plain numbers gather in front."""
        coefficient, others = sympy.Integer(1), []
        for node, divides in factors:
            expr = node.expr
            if expr.is_Mul and expr.args[0] == -1:  # -x/2 is the negative of x/2 in print too
                coefficient, expr = -coefficient, _product(expr.args[1:])
            if expr.is_Number:
                coefficient = coefficient / expr if divides else coefficient * expr
            else:
                others.append(power(expr, -1) if divides else expr)
        if not others:
            return self.node(start, coefficient, lambda: float(coefficient))
        if coefficient != 1:
            others.insert(0, coefficient)

        def value(values: list[float]) -> float:
            signed = zip(values, factors, strict=True)
            return math.prod(1 / v if divides else v for v, (_, divides) in signed)

        nodes = [node for node, _ in factors]
        return self.node(
            start, _product(others), _constant(value, nodes), max(node.exponent for node in nodes)
        )

    def negative(self, sign: Token, node: Node) -> Node:
        return self.multiplied(sign, [(Node(sympy.Integer(-1), -1.0), False), (node, False)])

    def unary(self) -> Node:
        sign = self.accept("+-")
        if sign is None:
            return self.power()
        node = self.nested(self.unary)
        return self.negative(sign, node) if sign.text == "-" else node

    def nested(self, rule: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} deep")
        node = rule()
        self.depth -= 1
        return node

    def power(self) -> Node:
        base = self.atom()
        sign = self.accept("^")
        if sign is None:
            return base
        exponent = self.nested(self.unary)
        largest = base.exponent
        if exponent.value is not None:
            if abs(exponent.value) > MAX_EXPONENT or largest * abs(exponent.value) > MAX_EXPONENT:
                raise self.error(f"powers above {MAX_EXPONENT} are too large", sign)
            largest *= max(1.0, abs(exponent.value))
        constant = _constant(lambda values: operator.pow(*values), [base, exponent])
        node = self.node(sign, power(base.expr, exponent.expr), constant, largest)
        return node if node.value is None else node._replace(expr=_constant_power(base, exponent, node.value))

    def atom(self) -> Node:
        token = self.next()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.named(token)
        if token.text == "(":
            node = self.within()
            self.close(token)
            return node
        if token.text == "|":
            return self.magnitude(token)
        if token.kind == "end":
            raise self.error("the formula ends too early", token)
        raise self.error(f"expected a number, a variable or a function before {token.text!r}", token)

    def within(self) -> Node:
        """A sum in parentheses, whatever bars are open outside."""
        outside, self.bars = self.bars, 0
        node = self.nested(self.sum)
        self.bars = outside
        return node

    def magnitude(self, opening: Token) -> Node:
        """What stands between two bars: where a factor can begin a bar opens, else it closes."""
        self.bars += 1
        inner = self.nested(self.sum)
        self.bars -= 1
        self.close(opening, "|")
        constant = _constant(lambda values: abs(values[0]), [inner])
        return self.node(opening, FUNCTIONS["abs"].build(inner.expr), constant, inner.exponent)

    def close(self, opening: Token, closing: str = ")") -> None:
        if self.accept(closing) is None:
            if self.token.kind == "end":
                raise self.error(f"this {opening.text} is never closed", opening)
            raise self.decimal_comma() or self.error(f"expected {closing} before {self.token.text!r}")

    def number(self, token: Token) -> Node:
        value = float(token.text)
        exact = value.is_integer() and abs(value) < calculus.EXACT
        return self.node(token, sympy.Integer(int(value)) if exact else sympy.Float(value), lambda: value)

    def named(self, token: Token) -> Node:
        name = token.text
        if name in FUNCTIONS:
            return self.call(token)
        if name in CONSTANTS:
            return self.node(token, CONSTANTS[name], lambda: float(CONSTANTS[name]))
        if VARIABLE.fullmatch(name):
            return self.node(token, symbol(name), None)
        if self.token.text == "(":
            raise self.error(unknown("function", name), token)
        raise self.error(unknown("name", name), token)

    def call(self, token: Token) -> Node:
        function = FUNCTIONS[token.text]
        opening = self.token
        if self.accept("(") is None:
            raise self.error(f"{token.text} needs parentheses: write {self.called(token)}", token)
        arguments, fewest, most = [self.within()], *function.arity
        while self.token.text == "," and (most > 1 or not self.decimal_comma()):
            self.next()
            arguments.append(self.within())
        self.close(opening)
        if not fewest <= len(arguments) <= most:
            wanted = "one argument" if most == 1 else f"{fewest} to {most} arguments"
            raise self.error(f"{token.text} takes {wanted}, not {len(arguments)}", token)
        return self.node(
            token,
            function.build(*(argument.expr for argument in arguments)),
            _constant(lambda values: function.compute(*values), arguments),
            max(argument.exponent for argument in arguments),
        )

    def called(self, token: Token) -> str:
        """A function without parentheses as it should be: sin(2x) for sin 2x, sin(x)^2 for sin^2(x)."""
        rest = self.tokens[self.position :]
        texts = [part.text for part in rest]
        if texts[0] == "^" and rest[1].kind == "number" and texts[2:3] == ["("] and ")" in texts:
            return f"{token.text}({''.join(texts[3 : texts.index(')')])})^{texts[1]}"
        if texts[:3] == ["^", "-", "1"] and f"a{token.text}" in FUNCTIONS:
            return f"a{token.text}(x)"
        words = itertools.takewhile(lambda part: part.kind in ("name", "number"), rest)
        return f"{token.text}({' '.join(word.text for word in words) or 'x'})"


def _product(factors: Sequence[sympy.Expr]) -> sympy.Expr:
    return multiply(*factors) if len(factors) > 1 else factors[0]


def _constant(compute: Callable[[list[float]], float], nodes: list[Node]) -> Callable[[], float] | None:
    """How to compute a constant from constant parts; None where a part has a variable."""
    values = [node.value for node in nodes if node.value is not None]
    return (lambda: compute(values)) if len(values) == len(nodes) else None


def _constant_power(base: Node, exponent: Node, value: float) -> sympy.Expr:
    """A constant power: exact and as written while that stays small, a float beyond."""
    if (
        value.is_integer()
        and abs(value) < calculus.EXACT
        and base.expr.is_Integer
        and exponent.expr.is_Integer
    ):
        return sympy.Integer(int(value))
    if base.expr.is_Integer or base.expr in (sympy.pi, sympy.E):
        return power(base.expr, exponent.expr)
    return sympy.Float(value)
