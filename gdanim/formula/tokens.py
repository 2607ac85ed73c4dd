"""The text of a formula cut into numbers, names and operators, or refused with a word of advice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gdanim.errors import ExpressionError


class Token(NamedTuple):
    """One word of a formula, and where it stands."""

    kind: str  # number, name, operator, end
    text: str
    offset: int


# Characters with one meaning only, and the one that a keyboard has for it.
_TYPED = str.maketrans(
    {
        **dict.fromkeys("\u00b7\u2219\u22c5\u2022\u00d7\u2217", "*"),  # dots, crosses and stars that multiply
        **dict.fromkeys("\u2212\u2013\u2012\ufe63", "-"),  # minus signs and dashes
        **dict.fromkeys("\u00f7\u2215\u2044", "/"),
        "\u02c6": "^",
        **{chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F)},  # of the width of Chinese letters
        **{chr(0x2080 + digit): str(digit) for digit in range(10)},  # below the line: x1
    }
)
_RAISED = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b", "0123456789+-"
)
_GREEK = {  # in the order of the alphabet, with what Unicode has twice
    letter: name
    for letters, name in (
        *(("\u03b1", "alpha"), ("\u03b2", "beta"), ("\u03b3", "gamma"), ("\u03b4", "delta")),
        *(("\u03b5\u03f5", "epsilon"), ("\u03b6", "zeta"), ("\u03b7", "eta"), ("\u03b8", "theta")),
        *(("\u03b9", "iota"), ("\u03ba", "kappa"), ("\u03bb", "lambda"), ("\u03bc\u00b5", "mu")),
        *(("\u03bd", "nu"), ("\u03be", "xi"), ("\u03c0", "pi"), ("\u03c1", "rho"), ("\u03c3", "sigma")),
        *(
            ("\u03c4", "tau"),
            ("\u03c6\u03d5", "phi"),
            ("\u03c7", "chi"),
            ("\u03c8", "psi"),
            ("\u03c9", "omega"),
        ),
    )
    for letter in letters
}
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    rf"|(?P<greek>[{''.join(_GREEK)}](?:_?[0-9]+)?)"
    rf"|(?P<raised>[{''.join(map(chr, _RAISED))}]+)"
    r"|(?P<root>\u221a(?=\s*\())"
    r"|(?P<operator>\*\*|[-+*/^(),|])"
)
_ADVICE = {
    "=": "a loss is one formula, without =",
    "\u221a": "write sqrt(x)",
    "[": "write (",
    "]": "write )",
    "}": "write )",
    "\u00bd": "write (1/2)",
    "\u00bc": "write (1/4)",
    "\u221b": "write (x)^(1/3)",
    "\u2016": "write sqrt(x^2 + y^2)",
    ";": "a function is one formula",
    ":": "to divide, write /",
    **dict.fromkeys(
        "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb",
        'the quotation marks around a formula are straight: "x^2"',
    ),
}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a formula and one for its end. Raises ExpressionError at what belongs to no formula."""
    typed, offset = text.translate(_TYPED), 0
    while offset < len(text):
        if text[offset].isspace():
            offset += 1
            continue
        match = _TOKEN.match(typed, offset)
        if match is None:
            raise _unexpected(text, typed, offset)
        word, kind = match.group(), str(match.lastgroup)
        if kind == "raised":
            yield Token("operator", "^", offset)
            yield from (part._replace(offset=offset) for part in tokens(word.translate(_RAISED)) if part.text)
        elif kind == "greek":
            yield Token("name", _GREEK[word[0]] + word[1:], offset)
        elif kind == "root":
            yield Token("name", "sqrt", offset)
        elif re.fullmatch("[xyz]{2,}", word):  # 3xy: the power in xy^2 belongs to y alone
            yield from (Token("name", letter, offset + i) for i, letter in enumerate(word))
        else:
            yield Token(kind, "^" if word == "**" else word, offset)
        offset = match.end()
    yield Token("end", "", len(text.rstrip()))


def _unexpected(text: str, typed: str, offset: int) -> ExpressionError:
    """What to write instead of a character that belongs to no formula, as far as those beside it tell."""
    advice = _ADVICE.get(text[offset])
    left, right = text[:offset].strip(), text[offset + 1 :].strip()
    if root := re.match(r"\u221a\s*([A-Za-z]\w*|[0-9.]+)", typed[offset:]):
        advice = f"write sqrt({root[1]})"
    elif text[offset] == "=" and re.fullmatch(r"\w+\s*(\(.*\))?", left):  # y = or f(x) =
        advice = f"give only what stands right of the =: {right}"
    elif text[offset] == "." and re.match(r"\.[A-Za-z]", typed[offset:]):
        package, name = re.findall(r"\w*$", left)[0], re.findall(r"^\w+", right)[0]
        advice = f"write {name} instead of {package}.{name}"
    return ExpressionError(f"unexpected {text[offset]!r}" + (f": {advice}" if advice else ""), offset)
