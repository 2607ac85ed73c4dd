"""A precedence grammar that builds a formula node by node from the tokens of its text:

    choice   = either ("if" either "else" choice)?
    either   = both ("or" both)*
    both     = test ("and" test)*
    test     = "not" test | sum (("<" | "<=" | ">" | ">=" | "==" | "!=") sum)*
    sum      = product (("+" | "-") product)*
    product  = unary (("*" | "/" | "//" | "%") unary | power)*      2x, 3xy and 2(x+1) are products
    unary    = ("-" | "+") unary | power
    power    = atom ("^" unary)?              right associative; -x^2 is -(x^2)
    atom     = number | name | name "[" sum "]" | call | "(" choice ")" | "|" sum "|" | LaTeX's commands

The tree keeps the written order, because films show it. Work is bounded on the way: constants are
computed as they appear and must be real and finite, and powers have a largest exponent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from gdanim.errors import ExpressionError
from gdanim.formula import calls, commands, sums
from gdanim.formula.calculus import EXACT
from gdanim.formula.reader import RELATIONS, Node, Reader
from gdanim.formula.symbols import BUILDERS, add, in_parentheses, multiply, power, symbol
from gdanim.formula.tokens import Token, misplaced
from gdanim.formula.vocabulary import CONSTANTS, VARIABLE, meant, unknown

MAX_EXPONENT = 1000  # of a power, or of powers inside each other multiplied out


class Parser(Reader):
    """Recursive descent over the grammar at the top of this module."""

    def formula(self) -> Node:
        """The whole text. Raises ExpressionError."""
        if self.token.kind == "end":
            raise ExpressionError("the formula is empty")
        self.head = self.left_side()
        self.refuse_equation()
        node = self.choice()
        if self.token.text in (")", "]", "}"):
            raise self.error(f"this {self.token.text} closes nothing")
        if self.token.kind != "end":
            raise self.unexpected()
        if node.test:
            told = "a loss is a number, and this is true or false: write where(x < 0, x^2, 3*x) or so"
            raise ExpressionError(told, self.tokens[0].offset, len(self.text.strip()))
        return node

    def left_side(self) -> list[Token] | None:
        """Steps over ``y =`` or ``f(x, y) =``; gives the variables that are named, None where none are."""
        texts, kinds = ([getattr(token, key) for token in self.tokens] for key in ("text", "kind"))
        if kinds[0] != "name" or "=" not in texts or meant(texts[0]) or texts[0] in CONSTANTS:
            return None
        end = texts.index("=")
        named = self.tokens[2 : end - 1]
        call = (texts[1], texts[end - 1]) == ("(", ")") and all(
            token.kind == "name" if i % 2 == 0 else token.text == "," for i, token in enumerate(named)
        )
        if texts[0] in texts[end:] or not (end == 1 or (call and len(named) % 2)):
            return None
        self.position = end + 1
        return named[::2] or None

    def refuse_equation(self) -> None:
        """An equation outside of parentheses, where a sum may say i = 1, is no loss."""
        depth = 0
        for i, token in enumerate(self.tokens[self.position :], self.position):
            depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
            if token.text == "=" and depth <= 0:
                self.position = i
                raise self.unexpected()

    def choice(self) -> Node:
        taken = self.either()
        if not (sign := self.word("if")):
            return taken
        test = self.either()
        if not self.word("else"):
            raise self.error("an if needs an else: write (x^2 if x < 0 else 3*x)", sign)
        return calls.chosen(self, sign, [(test, taken)], self.nested(self.choice))

    def either(self) -> Node:
        return self.joined("or", "either", self.both)

    def both(self) -> Node:
        return self.joined("and", "both", self.test)

    def joined(self, word: str, name: str, rule: Callable[[], Node]) -> Node:
        node = rule()
        while sign := self.word(word):
            node = self.tested(sign, name, node, rule())
        return node

    def test(self) -> Node:
        if sign := self.word("not"):
            return self.tested(sign, "negation", self.nested(self.test))
        sides, found = [self.sum()], list[Node]()
        while sign := self.accept(*RELATIONS):
            sides.append(self.sum())
            found.append(self.tested(sign, RELATIONS[sign.text], *sides[-2:]))
        if not found:
            return sides[0]
        node = found[0]
        for other in found[1:]:  # 0 < x < 1
            node = self.tested(self.token, "both", node, other)
        return node

    def tested(self, token: Token, name: str, *parts: Node) -> Node:
        built = BUILDERS[name](*(part.expr for part in parts))
        return self.node(token, built, *parts)._replace(test=True)

    def sum(self) -> Node:
        terms, start = [self.product()], self.token
        while sign := self.accept("+", "-"):
            term = self.product()
            terms.append(self.negative(sign, term) if sign.text == "-" else term)
        if len(terms) == 1:
            return terms[0]
        numeric = all(term.expr.is_Number for term in terms)
        combine = sympy.Add if numeric else add
        return self.node(start, combine(*(term.expr for term in terms)), *terms)

    def product(self) -> Node:
        start, node = self.token, self.unary()
        factors = [(node, False)]
        while True:
            if sign := self.accept("*", "/", "//", "%"):
                divisor, other = self.token, self.unary()
                if sign.text != "*" and other.value == 0:
                    raise self.error("division by zero", divisor)
                if sign.text in ("//", "%"):
                    name = "floor" if sign.text == "//" else "modulo"
                    node = factors[0][0] if len(factors) == 1 else self.multiplied(start, factors)
                    node = (
                        self.whole(sign, node, other)
                        if name == "floor"
                        else self.remainder(sign, node, other)
                    )
                    factors = [(node, False)]
                else:
                    factors.append((other, sign.text == "/"))
            elif (
                self.token.kind in ("name", "number") or self.token.text in self.openings or self.commanded()
            ):
                self.refuse_unclear_product(divided=factors[-1][1])
                factors.append((self.power(), False))
            else:
                break
        return factors[0][0] if len(factors) == 1 else self.multiplied(start, factors)

    def commanded(self) -> bool:
        """Whether a command of LaTeX begins a factor here."""
        return self.token.kind == "command" and not self.token.text.startswith("r")

    def whole(self, sign: Token, a: Node, b: Node) -> Node:
        """a // b."""
        return self.node(sign, BUILDERS["floor"](multiply(a.expr, power(b.expr, -1))), a, b)

    def remainder(self, sign: Token, a: Node, b: Node) -> Node:
        return self.node(sign, BUILDERS["modulo"](a.expr, b.expr), a, b)

    def refuse_unclear_product(self, divided: bool) -> None:
        """An implicit product needs one reading only."""
        before, token = self.tokens[self.position - 1], self.token
        if token.kind == "number":
            raise self.error(f"write * before {token.text}, or ^{token.text} for a power")
        if before.kind == "name" and token.text == "(" and not self.factor(before):
            raise self.error(unknown("function", before.text), before)
        if divided:
            after = f"{token.text}..." if meant(token.text) or token.text in "(|[{" else token.text
            divisor = before.text if self.tokens[self.position - 2].text == "/" else "..."
            ways = f"/({divisor}*{after}) or /{divisor}*{after}"
            raise self.error(f"unclear after a division: write {ways}")

    def factor(self, name: Token) -> bool:
        """Whether a name before parentheses is a factor: a constant, or elsewhere a variable."""
        if name.text in CONSTANTS or name.text in self.indices:
            return True
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return any(one.text == name.text and other.text != "(" for one, other in pairs)

    def multiplied(self, start: Token, factors: list[tuple[Node, bool]]) -> Node:
        """The product of nodes, each with whether it divides; plain numbers gather in front."""
        coefficient, others = sympy.Integer(1), []
        nodes = [node for node, _ in factors]
        for node, divides in factors:
            expr = node.expr
            if expr.is_Mul and expr.args[0] == -1:  # -x/2 is the negative of x/2 in print too
                coefficient, expr = -coefficient, _product(expr.args[1:])
            if expr.is_Number:
                coefficient = coefficient / expr if divides else coefficient * expr
            else:
                others.append(power(expr, -1) if divides else expr)
        if not others:
            return self.node(start, coefficient)
        if coefficient != 1:
            others.insert(0, coefficient)
        others[:-1] = map(in_parentheses, others[:-1])
        return self.node(start, _product(others), *nodes)

    def negative(self, sign: Token, node: Node) -> Node:
        return self.multiplied(sign, [(Node(sympy.Integer(-1), -1.0), False), (node, False)])

    def unary(self) -> Node:
        sign = self.accept("+", "-")
        if sign is None:
            return self.power()
        node = self.nested(self.unary)
        return self.negative(sign, node) if sign.text == "-" else node

    def power(self) -> Node:
        base = self.atom()
        sign = self.accept("^")
        return base if sign is None else self.raised(sign, base, self.nested(self.unary))

    def raised(self, sign: Token, base: Node, exponent: Node) -> Node:
        largest = base.exponent
        if exponent.value is not None:
            if abs(exponent.value) > MAX_EXPONENT or largest * abs(exponent.value) > MAX_EXPONENT:
                raise self.error(f"powers above {MAX_EXPONENT} are too large", sign)
            if base.value == 0 and exponent.value < 0:
                raise self.error("division by zero", sign)
            largest *= max(1.0, abs(exponent.value))
        node = self.node(sign, power(base.expr, exponent.expr), base, exponent, exponent=largest)
        return node if node.value is None else node._replace(expr=_constant_power(base, exponent, node.value))

    def atom(self) -> Node:
        token = self.next()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.named(token)
        if token.kind == "command":
            return commands.command(self, token)
        if token.kind == "word" and token.text == "if" and self.token.text == "(":
            return calls.FORMS["where"](self, token)
        if token.text in ("(", "[", "{"):
            return self.within(token)
        if token.text == "|":
            return self.magnitude(token)
        if token.kind == "end":
            raise self.error("the formula ends too early", token)
        self.position -= 1
        told = f"expected a number, a variable or a function before {self.written!r}"
        advice = misplaced(self.text, token.offset)
        raise self.error(f"{told}: {advice}" if advice else told)

    def magnitude(self, opening: Token) -> Node:
        """What stands between two bars: where a factor can begin a bar opens, else it closes."""
        self.bars += 1
        inner = self.nested(self.sum)
        self.bars -= 1
        self.close(opening)
        return self.node(opening, BUILDERS["absolute"](inner.expr), inner)

    def number(self, token: Token) -> Node:
        text = self.with_decimals(token)
        found = float(text)
        exact = found.is_integer() and abs(found) < EXACT
        return self.node(token, sympy.Integer(int(found)) if exact else sympy.Float(found))

    def with_decimals(self, token: Token) -> str:
        """A number with what stands behind its comma, if that separates nothing and has digits beside."""
        comma, after = (*self.tokens[self.position : self.position + 2], token)[:2]
        close = token.offset + token.length == comma.offset == after.offset - 1
        if comma.text != "," or after.kind != "number" or not close:
            return token.text
        whole, places = token.text, after.text
        number = f"{whole.replace('.', '')}.{places}"
        here = token._replace(length=token.length + 1 + after.length)
        if self.separated:
            if ", " in self.text:  # other commas have a blank
                raise self.error(f"a comma here is unclear: write {number} or {whole}, {places}", here)
            return token.text
        if not (whole.isdigit() and places.isdigit()):
            raise self.error(f"a decimal point is a point: write {number}", here)
        if len(places) == 3 and whole[0] != "0":
            raise self.error(f"a comma here is unclear: write {whole}{places} or {number}", here)
        self.position += 2
        return number

    def named(self, token: Token) -> Node:
        name = token.text
        if name in self.indices:
            k = self.indices[name]
            return self.node(token, symbol(name) if k is None else sympy.Integer(k))
        if name in CONSTANTS:
            return self.node(token, CONSTANTS[name])
        if name in ("True", "true", "otherwise"):
            return self.node(token, sympy.Integer(1))._replace(test=True)
        if function := meant(name):
            return calls.call(self, token, function)
        if VARIABLE.fullmatch(name):
            return self.node(token, symbol(sums.numbered(self, token)))
        if self.token.text == "(":
            raise self.error(unknown("function", name), token)
        raise self.error(unknown("name", name), token)


def _product(factors: Sequence[sympy.Expr]) -> sympy.Expr:
    return multiply(*factors) if len(factors) > 1 else factors[0]


def _constant_power(base: Node, exponent: Node, value: float) -> sympy.Expr:
    """A constant power: exact and as written while that stays small, a float beyond."""
    if value.is_integer() and abs(value) < EXACT and base.expr.is_Integer and exponent.expr.is_Integer:
        return sympy.Integer(int(value))
    if base.expr.is_Integer or base.expr in (sympy.pi, sympy.E):
        return power(base.expr, exponent.expr)
    return sympy.Float(value)
