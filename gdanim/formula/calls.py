"""What a formula calls: functions, choices, sums over an index, commands of LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

import sympy

from gdanim.formula.latex import to_latex
from gdanim.formula.symbols import BUILDERS, add, multiply, over_index
from gdanim.formula.tokens import Token
from gdanim.formula.vocabulary import CONSTANTS, FUNCTIONS, VARIABLE, logarithm, meant

if TYPE_CHECKING:
    from gdanim.formula.grammar import Node, Parser

AFTER = ("+", "-", ")", "]", "}", ",", "|", "<", ">", "<=", ">=", "==", "!=")  # ends an argument without ( )
SUMS = {"sum": ("sum(i, 1, 10, x[i]^2)", r"\sum", add), "prod": ("prod(i, 1, 10, x[i])", r"\prod", multiply)}


def call(parser: Parser, token: Token, name: str) -> Node:
    """The call of a function; ``token`` is its name, which was read."""
    opening = parser.token
    if power := parser.accept("^"):  # sin^2(x)
        exponent = parser.atom() if parser.token.kind == "number" or parser.token.text == "{" else None
        if exponent is None or not exponent.value or exponent.value < 2:
            raise parser.error(
                f"{token.text} needs parentheses: write {_called(parser, token, power)}", token
            )
        return parser.raised(power, call(parser, token, name), exponent)
    if name in FORMS and opening.text == "(":
        return FORMS[name](parser, token)
    if opening.text not in ("(", "{"):
        argument = _alone(parser)
        if argument is None or (name not in FUNCTIONS and name != "log"):
            told = _called(parser, token, token) if name in FUNCTIONS or name == "log" else EXAMPLES[name]
            raise parser.error(f"{token.text} needs parentheses: write {told}", token)
        return _made(parser, token, name, [argument])
    return _made(parser, token, name, _arguments(parser, FUNCTIONS[name].arity[1] > 1))


def _made(parser: Parser, token: Token, name: str, arguments: Sequence[Node]) -> Node:
    function = FUNCTIONS[name]
    fewest, most = function.arity
    if not fewest <= len(arguments) <= most:
        several = f"{fewest} arguments" if fewest == most else f"{fewest} to {most} arguments"
        wanted = "one argument" if most == 1 else several
        raise parser.error(f"{token.text} takes {wanted}, not {len(arguments)}", token)
    return parser.node(token, function.build(*(argument.expr for argument in arguments)), *arguments)


def _arguments(parser: Parser, separated: bool = True) -> list[Node]:
    """What stands in the parentheses that come, with commas between; ``separated``: none of them decimal."""
    opening = parser.next()
    found = [parser.within(opening, separated=separated, closed=False)]
    while parser.accept(","):
        found.append(parser.within(opening, separated=True, closed=False))
    parser.close(opening)
    return found


def _alone(parser: Parser) -> Node | None:
    """An argument without parentheses, where its end is beyond doubt: sin x + 1, sin 2x, ln|x|."""
    run = list(
        takewhile(lambda t: t.kind == "number" or (t.kind == "name" and not meant(t.text)), _rest(parser))
    )
    after = _rest(parser)[len(run)]
    if not run and ((after.text == "|" and parser.openings[-1] == "|") or after.kind == "command"):
        return parser.atom()
    ends = (
        after.kind in ("end", "word") or after.text in AFTER or (after.kind == "name" and meant(after.text))
    )
    if not run or not (ends or (len(run) == 1 and after.text in ("*", "/"))):
        return None
    if any(token.kind == "number" for token in run[1:]):
        return None
    start = parser.position
    factors = [parser.power() for _ in run]
    if parser.position != start + len(run):
        return None
    return factors[0] if len(factors) == 1 else parser.multiplied(run[0], [(f, False) for f in factors])


def _rest(parser: Parser) -> list[Token]:
    return parser.tokens[parser.position :]


def _called(parser: Parser, token: Token, sign: Token) -> str:
    """A function without parentheses as it should be: sin(2x) for sin 2x, asin(x) for sin^-1 x."""
    texts = [part.text for part in parser.tokens[parser.tokens.index(token) + 1 :]]
    if texts[:3] == ["^", "-", "1"]:
        inverse = f"a{token.text}(x) or " if f"a{token.text}" in FUNCTIONS else ""
        return f"{inverse}1/{token.text}(x)"
    if sign.text == "^":
        return f"{token.text}(x)^{texts[1]}"
    words = [word.text for word in takewhile(lambda part: part.kind in ("name", "number"), _rest(parser))]
    if len(words) == 1 and texts[1] == "^":
        return f"{token.text}({words[0]}^{texts[2]}) or {token.text}({words[0]})^{texts[2]}"
    fewest = FUNCTIONS[meant(token.text)].arity[0]
    return f"{token.text}({' '.join(words) or ', '.join('xyz'[:fewest])})"


def chosen(parser: Parser, token: Token, pairs: Sequence[tuple[Node, Node]], rest: Node | None) -> Node:
    """The first value whose test holds, else the rest; without a rest the formula is undefined there."""
    parts, cases = [], []
    for test, value in pairs:
        if not test.test:
            raise parser.error(f"{token.text} needs a condition such as x < 0", token)
        if test.value:
            rest = value
            break
        cases.append((test, value))
        parts += [test, value]
    expr = BUILDERS["undefined"](pairs[-1][1].expr) if rest is None else rest.expr
    for test, value in reversed(cases):
        expr = BUILDERS["choice"](test.expr, value.expr, expr)
    return parser.node(token, expr, *parts, *([] if rest is None else [rest]))


def _where(parser: Parser, token: Token) -> Node:
    arguments = _arguments(parser)
    if len(arguments) != 3:
        raise parser.error(f"write {EXAMPLES['where']}", token)
    return chosen(parser, token, [(arguments[0], arguments[1])], arguments[2])


def _piecewise(parser: Parser, token: Token) -> Node:
    parser.next()
    pairs: list[tuple[Node, Node]] = []
    flat: list[Node] = []
    pieces = _pieces(parser)
    for piece in pieces:
        parser.position = piece.start + 1
        inner = _pieces(parser) if parser.tokens[piece.start].text == "(" else []
        if len(inner) == 2 and inner[1].stop + 1 == piece.stop:  # (value, test), as in sympy
            value, test = (_parsed(parser, each) for each in inner)
            pairs.append((test, value))
        else:
            flat.append(_parsed(parser, piece))
    parser.position = pieces[-1].stop + 1
    pairs += [(flat[i], flat[i + 1]) for i in range(0, len(flat) - 1, 2)]
    rest = flat[-1] if len(flat) % 2 else None
    if not pairs:
        raise parser.error(f"write {EXAMPLES['piecewise']}", token)
    return chosen(parser, token, pairs, rest)


def _pow(parser: Parser, token: Token) -> Node:
    arguments = _arguments(parser)
    if len(arguments) != 2:
        raise parser.error(f"write {EXAMPLES['pow']}", token)
    return parser.raised(token, *arguments)


def _log(parser: Parser, token: Token) -> Node:
    arguments = _arguments(parser, separated=len(_pieces_ahead(parser)) > 1)
    if len(arguments) == 2:
        base = arguments[1].value
        if base is None or base <= 0 or base == 1:
            raise parser.error("the base of log comes second and is a number: write log(x, 2)", token)
        return parser.node(token, logarithm(*(each.expr for each in arguments)), *arguments)
    return _made(parser, token, "log", arguments)


def _sum(parser: Parser, token: Token) -> Node:
    """sum(i, 1, 10, x[i]^2), with its parts in whatever order is usual elsewhere."""
    name = meant(token.text)
    parser.next()
    pieces = _pieces(parser, "=")
    end = pieces[-1].stop + 1
    if len(pieces) == 2 and parser.tokens[pieces[1].start].text == "(":  # sum(x[i]^2, (i, 1, 10))
        parser.position = pieces[1].start + 1
        pieces = [pieces[0], *_pieces(parser)]
    if len(pieces) == 1:
        index, low, high, body = _loop(parser, token, pieces[0])
    elif len(pieces) == 4:
        first, second = (_index(parser, piece) for piece in pieces[:2])
        at = 1 if second else 0
        index = second or first
        low, high = (_parsed(parser, piece) for piece in pieces[at + 1 : at + 3])
        body = pieces[0] if second else pieces[3]
    else:
        index = ""
    if not index:
        raise parser.error(f"{token.text} goes over an index: write {SUMS[name][0]}", token)
    parser.position = body.start
    node = _over(parser, token, name, index, (low, high), lambda: _parsed(parser, body))
    parser.position = end
    return node


def _index(parser: Parser, piece: range) -> str:
    """The name that a part of a sum consists of, else ""."""
    word = parser.tokens[piece.start]
    alone = len(piece) == 1 and word.kind == "name" and VARIABLE.fullmatch(word.text)
    return word.text if alone and word.text not in CONSTANTS else ""


def _loop(parser: Parser, token: Token, piece: range) -> tuple[str, Node, Node, range]:
    """Index, limits and body of Python's: x[i]**2 for i in range(1, 11)."""
    texts = [part.text for part in parser.tokens[piece.start : piece.stop]]
    at = texts.index("for") if "for" in texts else -1
    if at < 0 or texts[at + 2 : at + 5] != ["in", "range", "("]:
        raise parser.error(f"{token.text} goes over an index: write {SUMS[meant(token.text)][0]}", token)
    parser.position = piece.start + at + 5
    limits = [_parsed(parser, each) for each in _pieces(parser)]
    one = parser.node(token, sympy.Integer(1))
    low = limits[0] if len(limits) > 1 else parser.node(token, sympy.Integer(0))
    minus = parser.negative(token, one)
    high = parser.node(token, sympy.Add(limits[-1].expr, minus.expr), limits[-1], minus)
    return texts[at + 1], low, high, range(piece.start, piece.start + at)


def _over(
    parser: Parser, token: Token, name: str, index: str, limits: tuple[Node, Node], body: Callable[[], Node]
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
    count = parser.nodes
    shown = body()
    parser.nodes, parser.indices = count, outside
    text = to_latex(shown.expr)
    if shown.expr.is_Add:
        text = rf"\left({text}\right)"
    first, last = (to_latex(limit.expr) for limit in limits)
    latex = f"{sign}_{{{index}={first}}}^{{{last}}} {text}"
    parts = parts or [shown]
    exprs = [part.expr for part in parts]
    return parser.node(token, over_index(combine(*exprs) if len(exprs) > 1 else exprs[0], latex), *parts)


def _whole(parser: Parser, token: Token, limit: Node) -> int:
    if limit.value is None or not limit.value.is_integer():
        raise parser.error("an index goes from one whole number to another", token)
    return int(limit.value)


def numbered(parser: Parser, token: Token) -> str:
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


def _pieces(parser: Parser, *separators: str) -> list[range]:
    """Places of the tokens between commas, up to the parenthesis that closes."""
    depth, start, found = 0, parser.position, list[range]()
    for i in range(start, len(parser.tokens)):
        text = parser.tokens[i].text if parser.tokens[i].kind == "operator" else ""
        if text in (")", "]", "}"):
            depth -= 1
        if depth < 0 or (depth == 0 and text in (",", *separators)):
            found.append(range(start, i))
            start = i + 1
        if depth < 0:
            return found
        depth += text in ("(", "[", "{")
    raise parser.error("this ( is never closed", parser.tokens[parser.position - 1])


def _pieces_ahead(parser: Parser) -> list[range]:
    parser.position += 1
    found = _pieces(parser)
    parser.position -= 1
    return found


def _parsed(parser: Parser, piece: range) -> Node:
    parser.position = piece.start
    node = parser.within(parser.tokens[piece.start], separated=True, closed=False)
    if parser.position != piece.stop:
        raise parser.unexpected()
    return node


def command(parser: Parser, token: Token) -> Node:
    """What begins with a command of LaTeX, or a sign that has none on a keyboard."""
    if token.text == "frac":
        above, below = _group(parser, digits=True), _group(parser, digits=True)
        if below.value == 0:
            raise parser.error("division by zero", token)
        return parser.multiplied(token, [(above, False), (below, True)])
    if token.text in ("sqrt", "cbrt"):
        return _root(parser, token)
    if token.text in ("lfloor", "lceil"):
        return _made(parser, token, "floor" if token.text == "lfloor" else "ceil", [parser.within(token)])
    if token.text in SUMS:
        return _with_limits(parser, token)
    if token.text == "cases":
        return _cases(parser, token)
    raise parser.error(f"this \\{token.text} closes nothing", token)


def _group(parser: Parser, digits: bool = False) -> Node:
    """What a command applies to: braces or one thing; ``digits``: one of them is a number."""
    token = parser.token
    if digits and token.kind == "number" and token.text.isdigit():
        each = [Token("number", digit, token.offset + i) for i, digit in enumerate(token.text)]
        parser.tokens[parser.position : parser.position + 1] = each
    return parser.atom()


def _root(parser: Parser, token: Token) -> Node:
    function = token.text
    if function == "sqrt" and (opening := parser.accept("[")):  # \sqrt[3]{x}
        degree = parser.within(opening)
        if degree.value not in (2, 3):
            raise parser.error("write a root as x^(1/4)", opening)
        function = "sqrt" if degree.value == 2 else "cbrt"
    bracketed = parser.token.text in ("(", "{", "|")
    argument = _group(parser)
    after = parser.token
    close = after.kind in ("name", "number") and not parser.text[after.offset - 1].isspace()
    if not bracketed and (after.text == "^" or close):
        inside = parser.tokens[parser.position - 1].text
        ways = (
            f"{function}({inside}){'' if close else '^'}... or {function}({inside}{'' if close else '^'}...)"
        )
        raise parser.error(f"what this root is of is unclear: write {ways}", token)
    return _made(parser, token, function, [argument])


def _with_limits(parser: Parser, token: Token) -> Node:
    r"""\sum_{i=1}^{10} and the product after it."""
    opening, index, equals = (*parser.tokens[parser.position :], *parser.tokens[-1:] * 2)[:3]
    if (opening.text, index.kind, equals.text) != ("[", "name", "="):
        raise parser.error(f"write {SUMS[token.text][0]}", token)
    parser.position += 3
    low = parser.within(opening)
    if not parser.accept("^"):
        raise parser.error(f"write {SUMS[token.text][0]}", token)
    high = _group(parser)
    return _over(parser, token, token.text, index.text, (low, high), parser.product)


def _cases(parser: Parser, token: Token) -> Node:
    r"""LaTeX's choice, a value and its test in each line: x^2 & x < 0 \\ 3x & \text{otherwise}."""
    pairs: list[tuple[Node, Node]] = []
    while not (parser.token.kind == "command" and parser.token.text == "rcases"):
        value = parser.nested(parser.sum)
        parser.accept(",")
        if not parser.word("and"):
            raise parser.error("each case is a value and its condition: write x^2 & x < 0")
        _ = parser.word("if") or parser.word("for")
        pairs.append((parser.nested(parser.either), value))
        parser.accept(",")
        if not parser.accept(";") and parser.token.text != "rcases":
            raise parser.unexpected()
    parser.next()
    if not pairs:
        raise parser.error(f"write {EXAMPLES['piecewise']}", token)
    return chosen(parser, token, pairs, None)


FORMS: dict[str, Callable[[Parser, Token], Node]] = {
    "where": _where,
    "piecewise": _piecewise,
    "pow": _pow,
    "log": _log,
    "sum": _sum,
    "prod": _sum,
}
EXAMPLES = {
    "where": "where(x < 0, x^2, 3*x)",
    "piecewise": "piecewise(x < 0, x^2, 3*x)",
    "pow": "pow(x, 2) or x^2",
    **{name: example for name, (example, *_) in SUMS.items()},
}
