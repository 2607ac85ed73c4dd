"""Formulas: what they mean, what is refused and where, and that no text gets past the parser."""

from __future__ import annotations

import math

import hypothesis.strategies as st
import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings

import gdanim
from gdanim.engine.functions import from_expression
from gdanim.errors import ExpressionError, SpecError
from gdanim.formula import vocabulary
from gdanim.formula.expression import number_text, parse, point_text, rounded_text, variables

NAMES = {
    **{name: getattr(math, name) for name in ("sin", "cos", "tanh", "atan", "exp", "sqrt", "log", "log10")},
    "abs": math.fabs,
    "min": min,
    "max": max,
    "pi": math.pi,
    "e": math.e,
}


def at(text: str, x: float, y: float = 0.0) -> float:
    """The formula's value."""
    goal = from_expression(text)
    return float(goal.value(np.array([{"x": x, "y": y}[name] for name in goal.variables])))


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("x^2 + 10*y^2", "x**2 + 10*y**2"),
        ("-x^2", "-(x**2)"),
        ("2^-x", "2**(-x)"),
        ("2^3^x", "2**(3**x)"),
        ("-2^2*x", "-4*x"),
        ("x - y - 1", "(x - y) - 1"),
        ("x/y/2", "(x/y)/2"),
        ("x/2*y", "(x/2)*y"),
        ("2x + 3xy", "2*x + 3*x*y"),
        ("3xy^2", "3*x*(y**2)"),
        ("2(x + 1)(y - 1)", "2*(x + 1)*(y - 1)"),
        ("x sin(y)", "x*sin(y)"),
        ("2pi x", "2*pi*x"),
        ("2e^x", "2*e**x"),
        ("1.5e-1x + .5", "0.15*x + 0.5"),
        ("ln(x) - log10(y)", "log(x) - log10(y)"),
        ("max(x, y, 1) + min(x, -y)", "max(x, y, 1) + min(x, -y)"),
        ("x--y", "x + y"),
        ("x*-y", "-(x*y)"),
        ("sigmoid(x)", "1/(1 + exp(-x))"),
        ("x**2**y", "x**(2**y)"),
        ("sqrt(2)^3 x", "sqrt(2)**3*x"),
        ("3^200/3^199*x", "3*x"),
        ("x\u00b2 + 10\u00b7y\u00b2", "x**2 + 10*y**2"),
        ("(x + 1)\u00b3\u00d7y \u2212 x\u207b\u00b9", "(x + 1)**3*y - 1/x"),
        ("2\u03c0x \u00f7 \u221a(y)", "2*pi*x/sqrt(y)"),
        ("|x - 2| + 3|y|", "abs(x - 2) + 3*abs(y)"),
        ("||x| - 3|y|x|", "abs(abs(x) - 3)*y*abs(x)"),
        ("|(2|x|)y - 9|", "abs(2*abs(x)*y - 9)"),
    ],
)
def test_means_what_a_reader_expects(text: str, python: str) -> None:
    values = {"x": 1.7, "y": 0.6}
    expected = eval(python, {"__builtins__": {}}, {**NAMES, **values})  # our own text, in a test
    assert at(text, **values) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "offset", "length", "message"),
    [
        ("sinn(x)", 0, 4, "unknown function 'sinn', did you mean 'sin'?"),
        ("x + foo(y)", 4, 3, "unknown function 'foo'"),
        ("2 + weight^2", 4, 6, "unknown name 'weight'"),
        ("1 + sn(x)", 4, 2, "unknown function 'sn', did you mean 'sin'? For a product write s*n*(...)"),
        ("3ab", 1, 2, "for a product write a*b"),
        ("x(y + 1)", 0, 1, "for a product write x*(...)"),
        ("sin x^2", 0, 3, "write sin(x^2) or sin(x)^2"),
        ("sin x y^2", 0, 3, "sin needs parentheses: write sin(x y)"),
        ("sin", 0, 3, "write sin(x)"),
        ("max", 0, 3, "write max(x, y)"),
        ("tan^-1(x)", 0, 3, "write atan(x) or 1/tan(x)"),
        ("max(0,5x, y)", 4, 3, "a comma here is unclear: write 0.5 or 0, 5"),
        ("x @ y", 2, 1, "write the products with + between them"),
        ("x^2 # a bowl", 4, 1, "a comment stands outside"),
        ("1,000*x^2", 0, 5, "a comma here is unclear: write 1000 or 1.000"),
        ("sin(1.000,5x)", 4, 7, "write 1000.5"),
        ("\u221a2x", 0, 1, "write sqrt(2)... or sqrt(2...)"),
        ("\u221ax^2", 0, 1, "write sqrt(x)^... or sqrt(x^...)"),
        ("f(y, x) = x^2 + y", 2, 4, "another order than x, y: write the right side alone and axes: [y, x]"),
        ("f(x, y) = x^2", 2, 4, "other variables than x"),
        ("y = y^2", 2, 1, "right of the =: y^2"),
        ("sin(x) = x^2", 7, 1, "right of the ="),
        ("x^2 = y^2", 4, 1, "a loss is one formula, without ="),
        ("|x + 1", 0, 1, "this | is never closed"),
        ("(x > 0) | (y > 0)", 8, 1, "never closed; where one of two conditions is enough write or"),
        ("math.tau*x", 0, 8, "write 2*pi"),
        ("np.linalg.norm(x)", 0, 9, "np.linalg is not known here"),
        ("x.pow(2)", 1, 1, "write pow(x, ...) instead of x.pow"),
        ("x.real", 1, 1, "unexpected '.'"),
        ("lg(x)", 0, 2, "write log10(x) or log2(x)"),
        ("norm(x)", 0, 4, "write sqrt(x^2 + y^2)"),
        ("x^2 + foobar(x)", 6, 6, "unknown function 'foobar'; known: abs, acos,"),
        ("weight + y", 0, 6, "a variable is one letter, perhaps numbered"),
        ("2pix", 1, 3, "for a product write pi*x"),
        ("sinx", 0, 4, "write sin(x)"),
        ("gamma(x)", 0, 5, "for a product write gamma*(...)"),
        ("\u0445^2 + y", 0, 1, "is a Cyrillic letter that looks like the Latin x: write x"),
        ("1 + \u0435\u0445\u0440(x)", 4, 3, "write exp"),
        ("\u4f60 + x", 0, 1, "a variable is a Latin letter"),
        ("x < 1", 0, 5, "this is true or false: write where("),
        ("x if y > 0", 2, 2, "an if needs an else"),
        ("where(x, 1, y)", 0, 5, "needs a condition such as x < 0"),
        ("where(x > 0, y)", 0, 5, "write where(x < 0, x^2, 3*x)"),
        ("x ? 1 : 2", 2, 1, "for a choice write where("),
        ("sum(x^2)", 0, 3, "write sum(i, 1, 10, x[i]^2)"),
        ("prod(x^2)", 0, 4, "write prod(i, 1, 10, x[i])"),
        ("sum(i, 1, n, x[i])", 0, 3, "from one whole number to another"),
        ("sum(i, 3, 1, x[i])", 0, 3, "has no terms: it goes from 3 to 1"),
        ("sum(i, 1, 9999, x[i])", 0, 21, "the formula has more than 1000 variables"),
        ("prod(i, 1, 9999, x[i])", 19, 1, "let the index go over fewer numbers"),
        ("x[1][2]", 1, 1, "an index is one whole number from 0 on"),
        ("x[0.5]", 1, 1, "an index is one whole number"),
        ("log(2, x)", 0, 3, "the base of log comes second and is a number"),
        ("x % 0", 4, 1, "division by zero"),
        ("\u201cx^2\u201d", 0, 1, "straight"),
        (r"1 + \oint x", 4, 5, "\\oint is not known here"),
        (r"\frac{1}{0} x", 0, 5, "division by zero"),
        (r"\|x\|", 0, 2, "write sqrt(x^2 + y^2)"),
        ("x +", 3, 1, "ends too early"),
        ("  ", 0, 1, "empty"),
        ("* x", 0, 1, "before '*'"),
        ("(x + 1", 0, 1, "never closed"),
        ("x + 1)", 5, 1, "closes nothing"),
        ("x = 2", 0, 5, "a constant has nothing to descend"),
        ("x 2", 2, 1, "write * before 2"),
        ("1/2x", 3, 1, "unclear after a division: write /(2*x) or /2*x"),
        ("x/0", 2, 1, "division by zero"),
        ("x + 1/(2 - 2)", 6, 1, "division by zero"),
        ("x + (-8)^(1/3)", 8, 1, "not a real number"),
        ("log(-1)*x", 0, 3, "not a real number"),
        ("9^9^9^9 + x", 3, 1, "too large"),
        ("x^2000", 1, 1, "too large"),
        ("(x^100)^100", 7, 1, "too large"),
        ("1e400*x", 0, 5, "too large"),
        ("min(x)", 0, 3, "takes 2 to 16 arguments, not 1"),
        ("sin(x, y)", 0, 3, "takes one argument, not 2"),
        (" 2*pi ", 1, 4, "a constant has nothing to descend"),
        ("1/(x - x)", 0, 9, "is defined nowhere"),
        (
            "sin(" * 30 + "+".join(f"x{i}" for i in range(1, 70)) + ")" * 30,
            0,
            416,
            "derivatives are too many",
        ),
        ("(" * 60 + "x" + ")" * 60, 41, 1, "nested more than"),
        ("+".join("x" * 400), 600, 1, "more than 300 parts"),
        ("x" * 2000, 0, 2000, "longer than 1000"),
        ("__import__(os)", 0, 10, "unknown function '__import__'"),
        ("lambda: x", 6, 1, "unexpected ':'"),
    ],
)
def test_a_mistake_is_placed_and_explained(text: str, offset: int, length: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert message in caught.value.message
    assert (caught.value.offset, caught.value.length) == (offset, length)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("y + x", ("x", "y")),
        ("x10 + x2*x1", ("x1", "x2", "x10")),
        ("m*x + b", ("b", "m", "x")),
        ("theta^2 + lambda", ("lambda", "theta")),
        ("\u03b8\u00b2 + \u03bb\u2081 + x\u2081", ("lambda1", "theta", "x1")),
        ("x - x + y", ("x", "y")),
    ],
)
def test_variables_come_in_their_natural_order(text: str, names: tuple[str, ...]) -> None:
    assert variables(parse(text)) == names


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x^2 + 10*y^2", "x^{2} + 10 y^{2}"),
        ("y*2 - x", "2 y - x"),
        ("x^2/2", r"\frac{x^{2}}{2}"),
        ("-0.5*x", "- 0.5 x"),
        ("-x^2/2", r"- \frac{x^{2}}{2}"),
        ("-(x + 1)/3*y", r"- \frac{\left(x + 1\right) y}{3}"),
        ("x/-y", r"- \frac{x}{y}"),
        ("x - (y + 1)", r"x - \left(y + 1\right)"),
        ("abs(x - 1)^3", r"{\left|{x - 1}\right|}^{3}"),
        ("max(x, 0)*tanh(y)", r"\max\left(x, 0\right) \tanh{\left(y \right)}"),
    ],
)
def test_the_written_order_survives(text: str, latex: str) -> None:
    assert sympy.latex(parse(text), order="none") == latex


formulas = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "3", "pi"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", " - ", "*", "/"]), inner).map(lambda t: f"({''.join(t)})"),
        st.tuples(inner, st.sampled_from(["-1", "2", "3", "0.5", "x"])).map(lambda t: f"({t[0]})^({t[1]})"),
        inner.map(lambda text: f"-{text}"),
        st.tuples(st.sampled_from(["sin", "cos", "exp", "tanh", "sqrt", "abs", "log", "atan"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(formulas, st.floats(0.1, 3), st.floats(0.1, 3))
def test_agrees_with_python(text: str, x: float, y: float) -> None:
    try:
        expected = eval(text.replace("^", "**"), {"__builtins__": {}}, {**NAMES, "x": x, "y": y})
        value = at(text, x, y)
    except (ArithmeticError, ValueError, TypeError):  # TypeError: Python went through the complex numbers
        assume(False)
    assume(not isinstance(expected, complex) and 1e-6 < abs(expected) < 1e6)
    assert value == pytest.approx(expected, rel=1e-6)


pieces = st.sampled_from(
    [
        *vocabulary.FUNCTIONS,
        *vocabulary.CONSTANTS,
        *"xyzmb0123456789.,^*/+-() \n\u00b2\u207b\u2081\u221a\u03b8\u00b7=|é\\{}$",
        "\\frac",
        "**",
        "^9",
        "1e9",
        "x1",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(pieces, max_size=25).map("".join)))
def test_any_text_is_a_formula_or_one_mistake_inside_it(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as error:
        found = error
    else:
        return
    assert found.message
    assert 0 <= found.offset <= len(text)
    assert found.length >= 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back(value: float) -> None:
    assert float(number_text(value)) == value
    if 0 < value < 1e300:
        assert at(f"{number_text(value)} + 0*x", x=0) == value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        *((2234.0, "2230"), (2.2e3, "2200"), (0.00123456, "0.00123"), (12, "12"), (-3.14159, "-3.14")),
        *((1.2e-7, "1.2 \u00d7 10\u207b\u2077"), (1e9, "10\u2079"), (-2.5e12, "-2.5 \u00d7 10\u00b9\u00b2")),
        *((-2.2e-15, "0"), (0.0, "0"), (999999.0, "10\u2076"), (float("inf"), "inf"), (float("nan"), "nan")),
    ],
)
def test_a_number_is_rounded_as_people_write_it(value: float, told: str) -> None:
    assert rounded_text(value) == told


def test_noise_in_a_point_is_zero() -> None:
    assert point_text([1.0, -2.2e-15]) == "(1, 0)"
    assert point_text([1e-9, 0.5]) == "(1e-09, 0.5)"
    assert point_text([]) == "()"


def test_the_formulas_of_a_spec_are_bounded_together() -> None:
    """Whatever was read before: what is refused once is refused again."""
    sums = [f"sum(i, 1, 50, (x - i)^2 + {k}*y^2/i + x/i)" for k in range(50)]
    told = []
    for _ in range(2):
        with pytest.raises(SpecError, match="all formulas have more than 30000 parts") as caught:
            gdanim.load({"functions": sums})
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert len(gdanim.load({"functions": sums[:20]}).functions) == 20


def test_fifty_formulas_of_the_largest_size_are_read() -> None:
    long = " + ".join(f"{k}*x^2" for k in range(1, 60))
    assert len(gdanim.load({"functions": [f"{k}*x + {long}" for k in range(50)]}).functions) == 50
