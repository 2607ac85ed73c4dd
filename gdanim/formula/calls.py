"""What a formula calls: functions, with parentheses or without, and choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from gdanim.formula import sums
from gdanim.formula.reader import Node, Reader
from gdanim.formula.symbols import BUILDERS
from gdanim.formula.tokens import Token
from gdanim.formula.vocabulary import FUNCTIONS, logarithm, meant

AFTER = ("+", "-", ")", "]", "}", ",", "|", "<", ">", "<=", ">=", "==", "!=")  # ends an argument without ( )


def call(parser: Reader, token: Token, name: str) -> Node:
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
    if name not in FUNCTIONS:
        raise parser.error(f"{token.text} needs parentheses: write {EXAMPLES[name]}", token)
    if opening.text not in ("(", "{"):
        argument = _alone(parser)
        if argument is None:
            told = _called(parser, token, token)
            raise parser.error(f"{token.text} needs parentheses: write {told}", token)
        return made(parser, token, name, [argument])
    return made(parser, token, name, _arguments(parser, FUNCTIONS[name].arity[1] > 1))


def made(parser: Reader, token: Token, name: str, arguments: Sequence[Node]) -> Node:
    function = FUNCTIONS[name]
    fewest, most = function.arity
    if not fewest <= len(arguments) <= most:
        several = f"{fewest} arguments" if fewest == most else f"{fewest} to {most} arguments"
        wanted = "one argument" if most == 1 else several
        raise parser.error(f"{token.text} takes {wanted}, not {len(arguments)}", token)
    return parser.node(token, function.build(*(argument.expr for argument in arguments)), *arguments)


def _arguments(parser: Reader, separated: bool = True) -> list[Node]:
    """What stands in the parentheses that come, with commas between; ``separated``: none of them decimal."""
    opening = parser.next()
    found = [parser.within(opening, separated=separated, closed=False)]
    while parser.accept(","):
        found.append(parser.within(opening, separated=True, closed=False))
    parser.close(opening)
    return found


def _alone(parser: Reader) -> Node | None:
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


def _rest(parser: Reader) -> list[Token]:
    return parser.tokens[parser.position :]


def _called(parser: Reader, token: Token, sign: Token) -> str:
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


def chosen(parser: Reader, token: Token, pairs: Sequence[tuple[Node, Node]], rest: Node | None) -> Node:
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


def _where(parser: Reader, token: Token) -> Node:
    arguments = _arguments(parser)
    if len(arguments) != 3:
        raise parser.error(f"write {EXAMPLES['where']}", token)
    return chosen(parser, token, [(arguments[0], arguments[1])], arguments[2])


def _piecewise(parser: Reader, token: Token) -> Node:
    parser.next()
    pairs: list[tuple[Node, Node]] = []
    flat: list[Node] = []
    pieces = parser.pieces()
    for piece in pieces:
        parser.position = piece.start + 1
        inner = parser.pieces() if parser.tokens[piece.start].text == "(" else []
        if len(inner) == 2 and inner[1].stop + 1 == piece.stop:  # (value, test), as in sympy
            value, test = (parser.parsed(each) for each in inner)
            pairs.append((test, value))
        else:
            flat.append(parser.parsed(piece))
    parser.position = pieces[-1].stop + 1
    pairs += [(flat[i], flat[i + 1]) for i in range(0, len(flat) - 1, 2)]
    rest = flat[-1] if len(flat) % 2 else None
    if not pairs:
        raise parser.error(f"write {EXAMPLES['piecewise']}", token)
    return chosen(parser, token, pairs, rest)


def _pow(parser: Reader, token: Token) -> Node:
    arguments = _arguments(parser)
    if len(arguments) != 2:
        raise parser.error(f"write {EXAMPLES['pow']}", token)
    return parser.raised(token, *arguments)


def _ahead(parser: Reader) -> list[range]:
    """The arguments in the parentheses that come, unread."""
    parser.position += 1
    found = parser.pieces()
    parser.position -= 1
    return found


def _log(parser: Reader, token: Token) -> Node:
    arguments = _arguments(parser, separated=len(_ahead(parser)) > 1)
    if len(arguments) == 2:
        base = arguments[1].value
        if base is None or base <= 0 or base == 1:
            raise parser.error("the base of log comes second and is a number: write log(x, 2)", token)
        return parser.node(token, logarithm(*(each.expr for each in arguments)), *arguments)
    return made(parser, token, "log", arguments)


FORMS: dict[str, Callable[[Reader, Token], Node]] = {
    "where": _where,
    "piecewise": _piecewise,
    "pow": _pow,
    "log": _log,
    "sum": sums.over,
    "prod": sums.over,
}
EXAMPLES = {
    "where": "where(x < 0, x^2, 3*x)",
    "piecewise": "piecewise(x < 0, x^2, 3*x)",
    "pow": "pow(x, 2) or x^2",
    **{name: example for name, (example, *_) in sums.SUMS.items()},
}
