"""The text of a formula cut into numbers, names and operators, or refused with a word of advice.

What Python, mathematics and LaTeX write differently becomes one token here: ``x**2``, ``x²`` and ``x^{2}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gdanim.errors import ExpressionError
from gdanim.formula.alphabets import FRACTIONS, GREEK, RAISED, SIGNS, SILENT, TYPED, foreign
from gdanim.formula.latex import COMMANDS, SKIPPED
from gdanim.formula.vocabulary import ADVICE, CONSTANTS, meant


class Token(NamedTuple):
    """One word of a formula, and where it stands."""

    kind: str  # number, name, word (of a condition or a loop), command (of LaTeX), operator, end
    text: str
    offset: int
    length: int = 1  # of what was written


WORDS = ("and", "or", "not", "if", "else", "for", "in")
_PACKAGES = (
    r"(?:jnp|jax\.numpy|np|numpy|math|torch\.nn\.functional|torch|F|sp|sympy|scipy\.special|special"
    r"|tf\.math|tf|Math)"
)
_INDEX = r"(?:_?[0-9]+|_[A-Za-z][A-Za-z0-9]*|_\{[A-Za-z0-9]+\})"
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:_[0-9]+)*(?:\.|\{,\})?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    rf"|(?P<skipped>{SKIPPED}|[{SILENT}]|\s)"
    rf"|(?P<package>{_PACKAGES})\s*\.\s*(?P<member>[A-Za-z_]\w*)"
    rf"|(?P<sign>[{''.join(SIGNS)}])"
    rf"|(?P<greek>[{''.join(GREEK)}]{_INDEX}?)"
    r"|(?P<name>[A-Za-z](?:[A-Za-z0-9]|_[A-Za-z0-9])*(?:_\{[A-Za-z0-9]+\})?|_\w+)"
    r"|\\(?:operatorname|mathrm|mathit|text|mathbf|boldsymbol)\*?\s*\{\s*(?P<upright>[A-Za-z][A-Za-z0-9]*)\s*\}"
    r"|\\(?P<cases>begin|end)\s*\{cases\}|(?P<line>\\\\)"
    rf"|\\(?P<command>[A-Za-z]+)(?P<index>_(?:[0-9]+|[A-Za-z]|\{{[A-Za-z0-9]+\}}))?"
    rf"|(?P<raised>[{''.join(RAISED)}]+)"
    rf"|(?P<fraction>[{''.join(FRACTIONS)}])"
    r"|(?P<index_brace>_\s*\{)"
    r"|(?P<operator>\*\*|//|<=|>=|==|!=|&&|\\[|{}]|[-+*/%^(),|<>=&\[\]{}])",
    re.ASCII,
)
_OPERATORS = {"**": "^", "&": "and", "&&": "and", r"\{": "(", r"\}": ")"}
_ADVICE = {
    "=": "a loss is one formula, without =",
    "]": "write )",
    "\u2016": "write sqrt(x^2 + y^2)",
    ";": "a function is one formula",
    ":": "to divide, write /",
    "?": "for a choice write where(x < 0, x^2, 3*x)",
    "!": "a factorial is a number: write it",
    "@": "write the products with + between them",
    "#": "a comment stands outside of the quotation marks",
    '"': "write the formula alone",
    "'": "a derivative is a formula: write it",
    **dict.fromkeys(
        "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb",
        'the quotation marks around a formula are straight: "x^2"',
    ),
}


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a formula and one for its end. Raises ExpressionError at what belongs to no formula."""
    typed, offset, before = text.translate(TYPED), 0, ""
    while offset < len(text):
        match = _TOKEN.match(typed, offset)
        if match is None:
            raise _unexpected(text, typed, offset)
        for kind, word in _read(match, before):
            yield Token(kind, word, offset, len(match.group()))
            before = kind
        offset = match.end()
    yield Token("end", "", len(text.rstrip()))


def name(text: str) -> str:
    """A variable as it is called in formulas: x_1 and x_{1} are x1, and a Greek letter has its name."""
    try:
        found = [token for token in tokens(text) if token.kind != "end"]
    except ExpressionError:
        return text
    return found[0].text if len(found) == 1 and found[0].kind == "name" else text


def _read(match: re.Match[str], before: str) -> Iterator[tuple[str, str]]:
    """Kinds and words of the tokens that one match stands for, after one of a kind."""
    kind, word = str(match.lastgroup), match.group()
    if kind == "member":
        yield "name", _member(match)
    elif kind in ("command", "index"):
        yield from _commanded(match)
    elif kind == "raised":
        yield from _exponent(word.translate(_LOWERED))
    elif kind == "fraction":
        if before == "number":
            raise ExpressionError(f"write + or * before {word}", match.start())
        yield from _plain(f"({FRACTIONS[word]})")
    elif kind == "greek":
        yield "name", GREEK[word[0]] + _number(word[1:])
    elif kind == "sign":
        yield _kind(SIGNS[word]), SIGNS[word]
    elif kind == "upright":
        yield from _named(match["upright"], match)
    elif kind == "name":
        yield from _named(word, match)
    elif kind == "cases":
        yield "command", "cases" if match["cases"] == "begin" else "rcases"
    elif kind == "line":
        yield "operator", ";"
    elif kind == "index_brace":
        yield "operator", "["
    elif kind == "number":
        yield kind, word.replace("_", "").replace("{,}", ".")
    elif kind == "operator":
        plain = _OPERATORS.get(word, word)
        yield _kind(plain), plain


def _kind(word: str) -> str:
    return "word" if word in WORDS else "command" if word.isalpha() else "operator"


_LOWERED = str.maketrans(RAISED)


def _plain(text: str) -> Iterator[tuple[str, str]]:
    return ((token.kind, token.text) for token in tokens(text) if token.kind != "end")


def _exponent(text: str) -> Iterator[tuple[str, str]]:
    """Of raised characters: in parentheses where it is more than a number."""
    simple = re.fullmatch(r"[+-]?[0-9]+", text)
    yield from (("operator", "^"), *_plain(text if simple else f"({text})"))


def _named(word: str, match: re.Match[str]) -> Iterator[tuple[str, str]]:
    stem, _, index = word.partition("_")
    if not stem:  # __import__
        yield "name", word
        return
    glued = re.fullmatch("([xyz]+)([A-Za-z].*)", word)
    if word in WORDS:
        yield "word", word
    elif meant(word):
        yield "name", word
    elif re.fullmatch("[xyz]{2,}", stem) and not index:  # 3xy: the power in xy^2 belongs to y alone
        yield from (("name", letter) for letter in word)
    elif glued and meant(glued[2]) and match.string[match.end() :].lstrip().startswith("("):  # xsin(y)
        yield from (("name", part) for part in (*glued[1], glued[2]))
    else:
        yield "name", stem + _number(word[len(stem) :])


def _number(index: str) -> str:
    """A number below the line as it is in a variable's name, without what marks it; words keep their mark."""
    plain = re.sub("[_{}]", "", index)
    return plain if plain[:1].isdigit() else f"_{plain}" * bool(plain)


def _commanded(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    """A command of LaTeX, perhaps with an index: another way to write a token."""
    command, index = match["command"], match["index"] or ""
    known = COMMANDS.get(command, command if meant(command) else None)
    if known is None:
        told = "write the formula as x^2/2 + sqrt(y)"
        raise ExpressionError(f"\\{command} is not known here: {told}", match.start(), len(command) + 1)
    kind, word = known if isinstance(known, tuple) else ("name", known)
    if kind != "name":
        yield kind, word
        yield from _plain(index[1:]) if index else ()
    else:
        yield kind, word + (re.sub("[{}]", "", index) if word == "log" else _number(index))


def _member(match: re.Match[str]) -> str:
    """What a function or a constant of a package is called here."""
    package, word = match["package"], match["member"]
    if word in CONSTANTS or meant(word):
        return word
    told = ADVICE.get(word, {"tau": "2*pi"}.get(word, "")) or "the formula without it"
    raise ExpressionError(
        f"{package}.{word} is not known here: write {told}", match.start(), len(match.group())
    )


def _unexpected(text: str, typed: str, offset: int) -> ExpressionError:
    """What to write instead of a character that belongs to no formula, as far as those beside it tell."""
    if found := foreign(text, offset):
        return ExpressionError(found[1], offset, found[0])
    advice = _ADVICE.get(text[offset])
    left, right = text[:offset].strip(), text[offset + 1 :].strip()
    if text[offset] == "." and re.match(r"\.[A-Za-z]", typed[offset:]):
        package, member = re.findall(r"\w*$", left)[0], re.findall(r"^\w+", right)[0]
        if meant(member):  # a method, as of torch's tensors
            advice = f"write {member}({package}, ...) instead of {package}.{member}"
    return ExpressionError(f"unexpected {text[offset]!r}" + (f": {advice}" if advice else ""), offset)


def misplaced(text: str, offset: int) -> str:
    """What to write instead of an operator where none can stand; "" where that is unknown."""
    if text.startswith(r"\|", offset):
        return _ADVICE["\u2016"]
    left, right = text[:offset].strip(), text[offset + 1 :].strip()
    if text[offset] == "=" and re.fullmatch(r"\w+\s*(\(.*\))?", left) and right:  # y = or f(x) =
        return f"give only what stands right of the =: {right}"
    return _ADVICE.get(text[offset], "")
