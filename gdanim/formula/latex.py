"""LaTeX: its commands as a formula's own words, and what a film shows of a formula."""

from __future__ import annotations

import re
from collections import Counter

import sympy

from gdanim.formula.vocabulary import CONSTANTS, GREEK, VARIABLE

# What only says how a formula looks.
SKIPPED = (
    r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|limits|nolimits|quad|qquad)(?![A-Za-z])\.?"
    r"|\\[,;:!> ()\[\]]|[~$]"
)
# Commands by the tokens that they are; a word alone is a name.
COMMANDS: dict[str, str | tuple[str, str]] = {
    **{name: name for name in (*GREEK, *CONSTANTS)},
    **{f"var{name}": name for name in ("epsilon", "theta", "phi", "rho", "sigma", "kappa", "pi")},
    **dict.fromkeys(("cdot", "times", "ast"), ("operator", "*")),
    "div": ("operator", "/"),
    **dict.fromkeys(("vert", "lvert", "rvert", "mid"), ("operator", "|")),
    **dict.fromkeys(("lt",), ("operator", "<")),
    **dict.fromkeys(("gt",), ("operator", ">")),
    **dict.fromkeys(("le", "leq", "leqslant"), ("operator", "<=")),
    **dict.fromkeys(("ge", "geq", "geqslant"), ("operator", ">=")),
    **dict.fromkeys(("ne", "neq"), ("operator", "!=")),
    **dict.fromkeys(("land", "wedge"), ("word", "and")),
    **dict.fromkeys(("lor", "vee"), ("word", "or")),
    **dict.fromkeys(("lnot", "neg"), ("word", "not")),
    **dict.fromkeys(("lbrace", "lbrack"), ("operator", "(")),
    **dict.fromkeys(("rbrace", "rbrack"), ("operator", ")")),
    **{name: ("command", name) for name in ("sqrt", "sum", "prod", "lfloor", "rfloor", "lceil", "rceil")},
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac"), ("command", "frac")),
}


def name_latex(name: str) -> str:
    """A variable's name as it is shown: x1 with its number below, theta as a letter."""
    if numbered := re.fullmatch(r"([A-Za-z]+)_\{(.+)\}", name):  # in a sum: its index is LaTeX already
        return f"{name_latex(numbered[1])}_{{{numbered[2]}}}"
    stem, index = _parts(name)
    shown = rf"\{stem}" if stem in GREEK else stem
    below = index if index.isdigit() or len(index) == 1 else rf"\text{{{index}}}"
    return f"{shown}_{{{below}}}" if index else shown


def _parts(name: str) -> tuple[str, str]:
    if not VARIABLE.fullmatch(name):  # a word that no formula reads; whatever it is, it stays a text
        return rf"\text{{{''.join(c for c in name if c.isalnum())}}}", ""
    stem, _, index = name.partition("_")
    letters = stem.rstrip("0123456789")
    return letters, index or stem[len(letters) :]


def to_latex(expr: sympy.Expr) -> str:
    """A formula as it was written, but for factors that are repeated: x*x is the square of x."""
    names = {each: name_latex(each.name) for each in expr.free_symbols}
    return str(sympy.latex(_with_powers(expr), order="none", symbol_names=names))


def _with_powers(expr: sympy.Expr) -> sympy.Expr:
    """The same with powers for equal factors of a product, each where the first of them stood."""
    arguments = [_with_powers(argument) for argument in expr.args]
    if expr.is_Mul:
        counts = Counter(factor for factor in arguments if not factor.is_number)
        arguments = [
            factor if counts[factor] < 2 else sympy.Pow(factor, counts[factor], evaluate=False)
            for i, factor in enumerate(arguments)
            if factor.is_number or factor not in arguments[:i]
        ]
    if arguments == list(expr.args):
        return expr
    alone = expr.is_Mul and len(arguments) == 1
    return arguments[0] if alone else expr.func(*arguments, evaluate=False)
