"""A formula's value, gradient and Hessian as one graph of operations, and the numpy function they make.

Equal operations are one node, so that what parts have in common is computed once, and derivatives of long
products and of powers in powers stay as short as their formulas. Sums keep the written order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from operator import mul
from typing import Any, NamedTuple

import numpy as np
import sympy

from gdanim.formula.functions import FUNCTIONS, SELECTING, Function, choice, exp, log

LARGEST_PRODUCT = 8  # exponent of a power that is multiplied out
LONGEST_LINE = 40  # terms of a sum that are written in one line of code
EXACT = 2**53  # integers beyond are not exact as floats

NUMBER, NAME, SUM, PRODUCT, POWER, RAISED = "number", "name", "sum", "product", "power", "raised"


class Term:
    """A node of a graph; the same parts are the same node.

    ``parts`` of a number: its value; a name: its place; a sum: a number and pairs of coefficient and term;
    a product: two terms; a power: a term and a number; raised: two terms; of a function: its arguments.
    """

    __slots__ = ("graph", "kind", "names", "parts", "place")

    def __init__(self, graph: Graph, kind: str | Function, parts: tuple[Any, ...], place: int) -> None:
        self.graph, self.kind, self.parts, self.place = graph, kind, parts, place
        self.names = 1 << parts[0] if kind == NAME else 0  # the variables in it, a bit for each
        for term in self.terms:
            self.names |= term.names

    @property
    def terms(self) -> tuple[Term, ...]:
        """The nodes it is made from."""
        if self.kind == SUM:
            return tuple(term for _, term in self.parts[1])
        return tuple(part for part in self.parts if isinstance(part, Term))

    @property
    def value(self) -> float | None:
        """Of a number, else None."""
        return self.parts[0] if self.kind == NUMBER else None

    def __add__(self, other: Term | float) -> Term:
        return self.graph.sum([(1.0, self), (1.0, self.graph.term(other))])

    def __sub__(self, other: Term | float) -> Term:
        return self.graph.sum([(1.0, self), (-1.0, self.graph.term(other))])

    def __rsub__(self, other: float) -> Term:
        return self.graph.sum([(1.0, self.graph.term(other)), (-1.0, self)])

    def __mul__(self, other: Term | float) -> Term:
        return self.graph.product(self, self.graph.term(other))

    def __neg__(self) -> Term:
        return self.graph.sum([(-1.0, self)])

    def __pow__(self, exponent: float) -> Term:
        return self.graph.power(self, float(exponent))

    __radd__, __rmul__ = __add__, __mul__


class Graph:
    """Nodes by what they are; each comes after its parts."""

    def __init__(self) -> None:
        self._nodes: dict[Any, Term] = {}
        self._slopes: dict[tuple[Term, int], Term] = {}

    def node(self, kind: str | Function, *parts: Any) -> Term:
        key = kind, parts
        if key not in self._nodes:
            self._nodes[key] = Term(self, kind, parts, len(self._nodes))
        return self._nodes[key]

    def term(self, value: Term | float) -> Term:
        return value if isinstance(value, Term) else self.node(NUMBER, float(value))

    def sum(self, pairs: Iterable[tuple[float, Term]]) -> Term:
        """Terms times their coefficients. A sum in a sum is taken apart if nothing has to be multiplied."""
        constant, coefficients = 0.0, dict[Term, float]()
        for factor, term in pairs:
            own: float = 0.0
            inner: tuple[tuple[float, Term], ...] = ((1.0, term),)
            if term.value is not None:
                own, inner = term.value, ()
            elif term.kind == SUM and (abs(factor) == 1 or (not term.parts[0] and len(term.parts[1]) == 1)):
                own, inner = term.parts
            constant += factor * own
            for coefficient, part in inner:
                coefficients[part] = coefficients.get(part, 0.0) + factor * coefficient
        left = tuple((factor, term) for term, factor in coefficients.items() if factor)
        if not left:
            return self.term(constant)
        if not constant and len(left) == 1 and left[0][0] == 1:
            return left[0][1]
        return self.node(SUM, constant, left)

    def product(self, a: Term, b: Term) -> Term:
        factor = 1.0
        for term in (a, b):
            if term.value is not None:
                factor *= term.value
            elif _scaled(term):
                factor *= term.parts[1][0][0]
        others = [t.parts[1][0][1] if _scaled(t) else t for t in (a, b) if t.value is None]
        if not others or not factor:
            return self.term(factor)
        if len(others) == 1:
            return self.sum([(factor, others[0])])
        others.sort(key=lambda term: term.place)
        return self.sum([(factor, self.node(PRODUCT, *others))])

    def power(self, base: Term, exponent: float) -> Term:
        if base.value is not None:
            return self.term(_computed(np.power, base.value, exponent))
        if exponent in (0, 1):
            return base if exponent else self.term(1.0)
        return self.node(POWER, base, exponent)

    def raised(self, base: Term, exponent: Term) -> Term:
        if exponent.value is not None:
            return self.power(base, exponent.value)
        return exp(exponent) if base.value == math.e else self.node(RAISED, base, exponent)

    def call(self, function: Function, arguments: Sequence[Term | float]) -> Term:
        terms = tuple(map(self.term, arguments))
        values = [term.value for term in terms]
        if None not in values:
            return self.term(_computed(function.numeric, *values))
        if function is choice and values[0] is not None:
            return terms[1] if values[0] else terms[2]
        return self.node(function, *terms)

    def read(self, expr: sympy.Expr, names: Mapping[str, Term | float]) -> Term:
        """The value of a formula, given what its variables are."""
        if expr.is_Symbol:
            return self.term(names[expr.name])
        if not expr.args:
            return self.term(number(expr))
        if hasattr(expr, "body"):
            return self.sum((1.0, self.read(expr.body, each)) for each in _terms(expr, names))
        parts = [self.read(part, names) for part in expr.args]
        if expr.is_Add:
            return self.sum((1.0, part) for part in parts)
        if expr.is_Mul:
            return reduce(mul, parts)
        if expr.is_Pow:
            return self.raised(*parts)
        if hasattr(expr, "shown"):  # a sum over an index: its terms
            return parts[0]
        return self.call(FUNCTIONS[type(expr).__name__], parts)

    def slope(self, root: Term, name: int) -> Term:
        """The derivative by the variable of that place."""
        stack = [root]
        while stack:
            term = stack[-1]
            key = term, name
            if key not in self._slopes:
                above = [t for t in term.terms if t.names >> name & 1 and (t, name) not in self._slopes]
                if above:
                    stack += above
                    continue
                self._slopes[key] = self._slope(term, name)
            stack.pop()
        return self._slopes[root, name]

    def _slope(self, term: Term, name: int) -> Term:
        """The derivative of a node from those of its parts."""
        if not term.names >> name & 1:
            return self.term(0.0)
        if term.kind == NAME:
            return self.term(1.0)
        inner = [self._slopes[t, name] if t.names >> name & 1 else self.term(0.0) for t in term.terms]
        if term.kind == SUM:
            return self.sum((factor, slope) for (factor, _), slope in zip(term.parts[1], inner, strict=True))
        a: Term
        b: Term
        if term.kind == PRODUCT:
            a, b = term.parts
            return inner[0] * b + a * inner[1]
        if term.kind == POWER:
            a, power = term.parts
            outer: Term = self.power(a, power - 1) * power
            return outer * inner[0]
        if term.kind == RAISED:
            a, b = term.parts
            along = b * self.raised(a, b - 1) * inner[0]
            return along + self._where_it_counts(inner[1], self.call(log, [a]) * term * inner[1])
        assert isinstance(term.kind, Function)
        if term.kind is choice:
            return self.call(choice, [term.parts[0], *inner[1:]])
        pairs = []
        for i, slope in enumerate(inner):
            outer = term.kind.slope(i, term.parts)
            part: Term = slope * outer
            counts = slope.value is None and term.kind in SELECTING
            pairs.append((1.0, self._where_it_counts(outer, part) if counts else part))
        return self.sum(pairs)

    def _where_it_counts(self, share: Term, part: Term) -> Term:
        """A part of a slope, 0 where its share is 0, even if it is infinite or undefined there."""
        return part if part.value is not None else self.call(choice, [share, part, 0.0])


class Derivatives(NamedTuple):
    """A formula, its gradient and its Hessian, ready to compile."""

    value: Term
    gradient: tuple[Term, ...]
    hessian: tuple[tuple[Term, ...], ...]


def _terms(expr: Any, names: Mapping[str, Term | float]) -> Iterator[Mapping[str, Term | float]]:
    """What the variables are in each term of a long sum."""
    for place, k in enumerate(expr.numbers):
        own = {slot: names[numbered[place]] for slot, numbered in expr.slots.items()}
        yield {**names, **own, expr.index: float(k)}


def value(expr: sympy.Expr, names: Sequence[str]) -> Term:
    """The value of ``expr`` in the variables ``names``, in a graph of its own."""
    graph = Graph()
    return graph.read(expr, {name: graph.node(NAME, place) for place, name in enumerate(names)})


def gradient(expr: sympy.Expr, names: Sequence[str]) -> tuple[Term, tuple[Term, ...]]:
    """The value of ``expr`` and its slopes by the variables ``names``."""
    found = value(expr, names)
    return found, tuple(found.graph.slope(found, i) for i in range(len(names)))


@lru_cache(maxsize=128)
def derivatives(expr: sympy.Expr, names: tuple[str, ...]) -> Derivatives:
    """Value, gradient and Hessian of ``expr`` by the variables ``names``."""
    (found, slopes), n = gradient(expr, names), range(len(names))
    upper = {(i, j): found.graph.slope(slopes[i], j) for i in n for j in n if i <= j}
    return Derivatives(found, slopes, tuple(tuple(upper[min(i, j), max(i, j)] for j in n) for i in n))


def work(root: Term) -> int:
    """About how many operations the Hessian takes: each but sums once for each pair of its variables."""
    return sum(term.names.bit_count() ** 2 for term in _reached([root]) if term.kind != SUM)


@lru_cache(maxsize=256)
def compiled(entries: tuple[Term, ...], count: int) -> Callable[..., list[Any]]:
    """A numpy function of so many variables that returns the values of all entries, shared parts once."""
    lines = [line for term in _reached(entries) for line in _code(term)]
    results = ", ".join(map(_name, entries))
    source = "\n    ".join([f"def function({', '.join(f'x{i}' for i in range(count))}):", *lines])
    scope: dict[str, Any] = {name: known.numeric for name, known in FUNCTIONS.items()}
    scope |= {"sqrt": np.sqrt, "power": np.power, "nan": math.nan, "inf": math.inf}
    exec(f"{source}\n    return [{results}]", scope)  # our own words and numbers, none of the formula's text
    function: Callable[..., list[Any]] = scope["function"]
    return function


def _reached(roots: Iterable[Term]) -> list[Term]:
    """The nodes that these are made from, each after its parts."""
    found = set(roots)
    stack = list(found)
    while stack:
        new = [term for term in stack.pop().terms if term not in found]
        found.update(new)
        stack += new
    return sorted(found, key=lambda term: term.place)


def _name(term: Term) -> str:
    """A node in the code."""
    if term.kind == NAME:
        return f"x{term.parts[0]}"
    return f"v{term.place}" if term.value is None else f"({term.value!r})"


def _code(term: Term) -> list[str]:
    """The lines that compute a node."""
    if term.kind in (NUMBER, NAME):
        return []
    if term.kind == SUM:
        return _added(term)
    parts = [_name(part) for part in term.terms]
    if term.kind == PRODUCT:
        text = " * ".join(parts)
    elif term.kind == RAISED:
        text = f"power({', '.join(parts)})"
    elif term.kind == POWER:
        text = _raised(parts[0], term.parts[1])
    else:
        assert isinstance(term.kind, Function)
        text = f"{term.kind.name}({', '.join(parts)})"
    return [f"{_name(term)} = {text}"]


def _added(term: Term) -> list[str]:
    constant, pairs = term.parts
    name, texts = _name(term), []
    for factor, part in pairs:
        size = "" if abs(factor) == 1 else f"({abs(factor)!r}) * "
        texts.append(f"{'-' if factor < 0 else '+'} {size}{_name(part)}")
    if constant:
        at = 0 if all(text[0] == "-" for text in texts) else len(texts)
        texts.insert(at, f"+ ({constant!r})")
    blocks = [texts[i : i + LONGEST_LINE] for i in range(0, len(texts), LONGEST_LINE)]
    first = f"{name} = {' '.join(blocks[0]).removeprefix('+ ')}"
    return [first, *(f"{name} = {name} {' '.join(block)}" for block in blocks[1:])]


def _raised(base: str, exponent: float) -> str:
    """A power: small ones are products, faster than numpy's power and rounded alike everywhere."""
    if abs(exponent) == 0.5:
        text = f"sqrt({base})"
    elif exponent.is_integer() and abs(exponent) <= LARGEST_PRODUCT:
        text = _squares(base, int(abs(exponent)))
    else:
        return f"power({base}, {exponent!r})"
    return text if exponent > 0 else f"1.0 / ({text})"


def _squares(x: str, count: int) -> str:
    """``x`` multiplied ``count`` times, by squares that Python computes once each."""
    if count < 4:
        return " * ".join([x] * count)
    half = f"(h := {_squares(x, count // 2)})"
    return f"{half} * h * {x}" if count % 2 else f"{half} * h"


def _scaled(term: Term) -> bool:
    """Whether it is one term times a number."""
    return term.kind == SUM and not term.parts[0] and len(term.parts[1]) == 1


def number(expr: sympy.Expr) -> float:
    """The value of a plain number, or of a constant such as pi."""
    if expr.is_Rational:
        return float(expr.p / expr.q)
    return math.e if expr is sympy.E else float(expr)


def _computed(function: Callable[..., Any], *values: Any) -> float:
    with np.errstate(all="ignore"):
        return float(function(*map(np.float64, values)))
