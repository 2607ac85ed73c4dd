"""LaTeX: advice for those who paste some in place of a formula, and what a film shows of one."""

from __future__ import annotations

import re
from collections import Counter

import sympy

DEEPEST = 8  # braces in braces

_BRACES = r"\{([^{}]*)\}"
_FUNCTION = r"\\(a?(?:sin|cos|tan)h?|exp|ln|log)"
_STEPS = [
    (r"\$|\\[,;:! ]|\\(?:left|right|big|Big|displaystyle)(?![A-Za-z])|~|&", " "),
    (r"\\(?:operatorname|mathrm|mathit|text)\*?" + _BRACES, r" \1 "),
    (r"\\(?:cdot|times|ast)(?![A-Za-z])", " * "),
    (r"\\div(?![A-Za-z])", " / "),
    (r"\\[lr]?vert(?![A-Za-z])|\\\|", "|"),
    (r"\\var(?=[a-z])", r"\\"),
    (r"\\arc(sin|cos|tan)", r"\\a\1"),
    (r"_\{([0-9]+)\}", r"\1"),
    (r"\\[dt]frac", r"\\frac"),
    (r"\\frac\s*([0-9a-z])\s*([0-9a-z])", r"\\frac{\1}{\2}"),
]
_NESTED = [  # from the innermost braces outwards
    (r"\\frac\s*" + _BRACES + r"\s*" + _BRACES, lambda m: f" ({_grouped(m[1])}/{_grouped(m[2])}) "),
    (r"\\sqrt\s*" + _BRACES, lambda m: f" sqrt({m[1].strip()}) "),
    (r"\^\s*" + _BRACES, lambda m: f"^{_grouped(m[1])} "),
    (_FUNCTION + r"\s*" + _BRACES, lambda m: f" {m[1]}({m[2].strip()})"),
    (r"(?<![\]}a-z_^])\s*" + _BRACES + r"(?!\s*\{)", lambda m: f"({m[1].strip()})"),
]


def from_latex(text: str) -> str:
    """A formula in LaTeX as the grammar writes it, as far as that can be told: a suggestion to be checked."""
    for pattern, plain in _STEPS:
        text = re.sub(pattern, plain, text)
    for pattern, write in _NESTED * min(text.count("{"), DEEPEST):
        text = re.sub(pattern, write, text)
    text = re.sub(_FUNCTION + r"\s+([A-Za-z][0-9]*|[0-9.]+)(?![A-Za-z0-9(])", r" \1(\2) ", text)
    text = re.sub(r"\\([a-z]+)", r" \1", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\( | \)|(?<=[(^]) | (?=[)^])", lambda m: m[0].strip(), text)
    return re.sub(r"\b([a-z]{2,}) \(", r"\1(", text)


def _grouped(text: str) -> str:
    """In parentheses, unless it is one word or number."""
    text = text.strip()
    return text if re.fullmatch(r"[A-Za-z]|[0-9.]+", text) else f"({text})"


def to_latex(expr: sympy.Expr) -> str:
    """A formula as it was written, but for factors that are repeated: x*x is the square of x."""
    return str(sympy.latex(_with_powers(expr), order="none"))


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
