"""Commands of LaTeX, and signs that no keyboard has."""

from __future__ import annotations

from gdanim.formula import calls, sums
from gdanim.formula.reader import Node, Reader
from gdanim.formula.tokens import Token


def command(parser: Reader, token: Token) -> Node:
    """What begins with a command of LaTeX, or a sign that has none on a keyboard."""
    if token.text == "frac":
        above, below = _group(parser, digits=True), _group(parser, digits=True)
        if below.value == 0:
            raise parser.error("division by zero", token)
        return parser.multiplied(token, [(above, False), (below, True)])
    if token.text in ("sqrt", "cbrt"):
        return _root(parser, token)
    if token.text in ("lfloor", "lceil"):
        return calls.made(
            parser, token, "floor" if token.text == "lfloor" else "ceil", [parser.within(token)]
        )
    if token.text in sums.SUMS:
        return sums.with_limits(parser, token)
    if token.text == "cases":
        return _cases(parser, token)
    raise parser.error(f"this \\{token.text} closes nothing", token)


def _group(parser: Reader, digits: bool = False) -> Node:
    """What a command applies to: braces or one thing; ``digits``: one of them is a number."""
    token = parser.token
    if digits and token.kind == "number" and token.text.isdigit():
        each = [Token("number", digit, token.offset + i) for i, digit in enumerate(token.text)]
        parser.tokens[parser.position : parser.position + 1] = each
    return parser.atom()


def _root(parser: Reader, token: Token) -> Node:
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
    return calls.made(parser, token, function, [argument])


def _cases(parser: Reader, token: Token) -> Node:
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
        raise parser.error(f"write {calls.EXAMPLES['piecewise']}", token)
    return calls.chosen(parser, token, pairs, None)
