"""What people write for a formula, in Python, in LaTeX and by hand: what it means, and how it is drawn."""

from __future__ import annotations

import numpy as np
import pytest
import typst

from gdanim.engine.functions import from_expression
from gdanim.formula import check_variables, name, name_latex, parse, to_latex, variables
from gdanim.formula.vocabulary import FUNCTIONS, GREEK, SAME
from gdanim.spec.entries import FunctionEntry
from gdanim.view.text import formula, preamble, variable

POINTS = np.random.default_rng(3).uniform(-1.5, 1.5, (40, 2))


def values(text: str) -> np.ndarray:
    return from_expression(text, axes=("x", "y")).value(POINTS)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("np.exp(x) + numpy.sin(y)", "exp(x) + sin(y)"),
        ("math.cos(x) + torch.tanh(y) + sp.Abs(x)", "cos(x) + tanh(y) + abs(x)"),
        ("F.relu(x) + torch.nn.functional.softplus(y)", "relu(x) + softplus(y)"),
        ("np.pi * x + math.e * y", "pi*x + e*y"),
        ("x**2 + y ** 2", "x^2 + y^2"),
        ("pow(x, 2) + np.power(y, 2) + np.square(x)", "2x^2 + y^2"),
        ("1,5*x + (2,25y)", "1.5*x + 2.25*y"),
        ("0,125x + 1_000*y", "x/8 + 1000*y"),
        ("y(y + 2) + pi(x + 1)", "y*(y + 2) + pi*(x + 1)"),
        ("xsin(y) + 2xexp(-x)", "x*sin(y) + 2*x*exp(-x)"),
        ("sin x + cos 2y - tanh x * y", "sin(x) + cos(2y) - tanh(x)*y"),
        ("sin^2(x) + cos\u00b2(y) + sin x cos y", "sin(x)^2 + cos(y)^2 + sin(x)*cos(y)"),
        ("Sin(x) + EXP(y)", "sin(x) + exp(y)"),
        ("arctan(x) + arsinh(y) + tg(x)", "atan(x) + asinh(y) + tan(x)"),
        ("|x - 1| + ||y| - 1|", "abs(x - 1) + abs(abs(y) - 1)"),
        ("[x + 1]^2 + 2{y}", "(x + 1)^2 + 2*y"),
        ("x\u00b2 + \u221a|y| + \u221b(x)", "x^2 + sqrt(abs(y)) + cbrt(x)"),
        ("e\u207b\u02e3 + \u00bdy\u00b2", "exp(-x) + y^2/2"),
        ("2\u03c0x \u00d7 y \u00b7 3 \u2212 1", "2*pi*x*y*3 - 1"),
        ("\U0001d465\u00b2 + \U0001d466", "x^2 + y"),
        ("x\u2062y + \u230ax\u230b + \u2308y\u2309", "x*y + floor(x) + ceil(y)"),
        (r"\frac{1}{2}x^2 + \dfrac{y}{3}", "x^2/2 + y/3"),
        (r"\frac12 x^{2} + \sqrt{y^2} + \sqrt[3]{x}", "x^2/2 + sqrt(y^2) + cbrt(x)"),
        (r"\sin x \cdot y + \cos\left( x \right)^2 \times 3", "sin(x)*y + 3*cos(x)^2"),
        (r"\sin^2 x + \ln|y| + \log_{10}(x^2)", "sin(x)^2 + log(abs(y)) + log10(x^2)"),
        (r"e^{-\frac{x^2}{2}} + \left| y \right| + \lfloor x \rfloor", "exp(-x^2/2) + abs(y) + floor(x)"),
        (r"\operatorname{ReLU}(x) + \mathrm{e}^{y} + \max\{x, y\}", "relu(x) + exp(y) + max(x, y)"),
        (r"$x^2 \, + \; y^2$", "x^2 + y^2"),
        (r"0{,}5 x", "0.5*x"),
        ("log(x^2, 2) + log2(y^2) + log_10(y^2)", "ln(x^2)/ln(2) + ln(y^2)/ln(2) + log10(y^2)"),
        ("x % 2 + y // 1", "mod(x, 2) + floor(y)"),
        ("x^2 if x < 0 else 3*x", "where(x < 0, x^2, 3*x)"),
        ("piecewise(x < 0, x^2, x < 1, y, 3*x)", "where(x < 0, x^2, where(x < 1, y, 3*x))"),
        ("Piecewise((x^2, x < 0), (3*x, True))", "where(x < 0, x^2, 3*x)"),
        ("np.where((x > 0) & (y > 0), x, y)", "where(x > 0 and y > 0, x, y)"),
        ("where(0 < x < 1 or not y \u2264 0, x, y)", "1*(0 < x and x < 1)*x + (0 >= x or x >= 1)*"
         "where(y > 0, x, y)"),
        ("(x > 0)*x^2", "where(x > 0, x^2, 0)"),
        (r"\begin{cases} x^2 & \text{if } x < 0 \\ 3x & \text{otherwise} \end{cases}",
         "where(x < 0, x^2, 3*x)"),
        ("sum(k, 1, 3, k*x^k)", "x + 2*x^2 + 3*x^3"),
        ("Sum(k*x^k, (k, 1, 3))", "x + 2*x^2 + 3*x^3"),
        ("sum(k*x**k for k in range(1, 4))", "x + 2*x^2 + 3*x^3"),
        (r"\sum_{k=1}^{3} k x^k + y", "x + 2*x^2 + 3*x^3 + y"),
        ("sum(i, 1, 2, sum(j, i, 2, i*j*x))", "7*x"),
        ("sum(k, 1, 2, k*sum(k, 1, 2, k*x))", "9*x"),
        ("prod(k, 1, 3, x + k) / y", "(x + 1)*(x + 2)*(x + 3)/y"),
        ("hypot(x, y) + reLU(x) + sgn(y)", "sqrt(x^2 + y^2) + max(x, 0) + sign(y)"),
        ("clip(x,-1,1) + heaviside(y,0)", "max(min(x, 1), -1) + (y > 0)"),
        ("leaky_relu(x, 0.2) + elu(y)", "where(x > 0, x, 0.2*x) + where(y > 0, y, exp(y) - 1)"),
        ("log1p(x^2) + expm1(y) + exp2(x)", "log(1 + x^2) + exp(y) - 1 + 2^x"),
        ("silu(x) + gelu(y)", "x*sigmoid(x) + y*(1 + erf(y/sqrt(2)))/2"),
        ("sinc(x)", "sin(pi*x)/(pi*x)"),
        ("f(x, y) = x^2 + y", "x^2 + y"),
        (r"J(x,y)=\frac{1}{2}x^2 + y", "x^2/2 + y"),
        ("z = x*y", "x*y"),
        ("loss = (x - 1)^2 + sum(i=1, 2, y^i)", "(x - 1)^2 + y + y^2"),
        ("logsumexp(x, y) + softplus(x)", "log(exp(x) + exp(y)) + log(1 + exp(x))"),
    ],
)  # fmt: skip
def test_what_people_write_means_what_it_says(written: str, plain: str) -> None:
    np.testing.assert_allclose(values(written), values(plain), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("x_1^2 + x_2^2", ("x1", "x2")),
        ("x_{1}^{2} + x_{10}", ("x1", "x10")),
        ("x\u2081 + x[2] + x3", ("x1", "x2", "x3")),
        (r"\theta_1 + \lambda + \varphi", ("lambda", "phi", "theta1")),
        ("\u03b8\u2081 + \u03b8_2 + \U0001d703", ("theta", "theta1", "theta2")),
        ("w_in*x_max + b", ("b", "w_in", "x_max")),
        ("sum(i, 1, 3, (x[i] - i)^2)", ("x1", "x2", "x3")),
        (r"\sum_{i=1}^{2} 100 (x_{i+1} - x_i^2)^2", ("x1", "x2", "x3")),
        ("sum((x[i] - 1)**2 for i in range(3))", ("x0", "x1", "x2")),
        ("Theta^2 + Omega", ("Omega", "Theta")),
        ("f(x) = sum(i, 1, 3, x[i]^2)", ("x1", "x2", "x3")),
        (r"J(\theta) = \theta^2", ("theta",)),
    ],
)
def test_variables_have_one_name_however_they_are_written(written: str, names: tuple[str, ...]) -> None:
    assert variables(parse(written)) == names


def test_a_spec_may_write_variables_as_the_formula_does() -> None:
    entry = FunctionEntry.model_validate(
        {
            "expr": "x_1^2 + \u03b8^2",
            "axes": ["\u03b8", "x_1"],
            "domain": {r"\theta": (0, 1), "x_{1}": (0, 2)},
        }
    )
    assert entry.axes == ("theta", "x1")
    assert entry.domain == {"theta": (0, 1), "x1": (0, 2)}
    assert [name(text) for text in ("x_1", "sin x", "", "theta", "x y")] == [
        "x1",
        "sin x",
        "",
        "theta",
        "x y",
    ]


@pytest.mark.parametrize(
    ("text", "point", "slope"),
    [
        ("abs(x)", 0, 0),  # as torch has them
        ("sign(x)", 0, 0),
        ("relu(x)", 0, 0),
        ("max(x, 0)", 0, 0.5),
        ("min(x, 2*x)", 0, 1.5),
        ("leaky_relu(x)", 0, 0.01),
        ("elu(x)", 0, 1),
        ("clip(x, -1, 1)", 1, 1),
        ("clip(x, -1, 1)", 1.5, 0),
        ("floor(x) + ceil(x) + round(x) + trunc(x)", 2, 0),
        ("mod(x, 3)", 4, 1),
        ("mod(7, x)", 3, -2),
        ("fmod(-7, x)", 3, 2),
        ("where(x < 1, x^2, 5*x)", 1, 5),
        ("piecewise(x <= 1, x^2, 5*x)", 1, 2),
        ("(x > 0)*x^2", 3, 6),
        ("heaviside(x, x)", 0, 1),
        ("sinc(x)", 0, 0),
        ("hypot(x, 4)", 3, 0.6),
        ("atan2(x, 2)", 2, 0.25),
        ("atan2(2, x)", 2, -0.25),
    ],
)
def test_slopes_at_kinks_are_those_of_torch(text: str, point: float, slope: float) -> None:
    assert from_expression(text).gradient(np.array([point], dtype=float))[0] == pytest.approx(
        slope, abs=1e-15
    )


@pytest.mark.parametrize("order", [0, 1, 2])
def test_sinc_is_smooth_where_its_quotient_is_not(order: int) -> None:
    goal = from_expression("sinc(x)")
    evaluate = (goal.value, goal.gradient, goal.hessian)[order]
    near = evaluate(
        np.array([[-0.159155], [-1e-5], [0.0], [1e-5], [0.159154], [0.159155], [0.15916]])
    ).ravel()
    assert np.isfinite(near).all()
    assert near[2] == pytest.approx([1, 0, -(np.pi**2) / 3][order], abs=1e-14)
    steps = np.diff(near[4:])
    assert steps[0] / 1e-6 == pytest.approx(steps[1] / 5e-6, rel=1e-4)


def test_what_is_not_taken_does_not_spoil_a_slope() -> None:
    points = np.array([[-1.0], [0.25]])
    np.testing.assert_array_equal(from_expression("where(x > 0, sqrt(x), 0)").gradient(points), [[0], [1]])
    np.testing.assert_array_equal(from_expression("max(1, 1/(x + 1))").gradient(points)[1], [0])
    lost = from_expression("piecewise(x > 0, x^2)")
    np.testing.assert_array_equal(lost.value(points), [np.nan, 0.0625])
    np.testing.assert_array_equal(lost.gradient(points), [[np.nan], [0.5]])


def test_work_stays_small_whatever_is_multiplied() -> None:
    for text in (
        "^".join("x" * 30),
        "*".join(f"sin(x+{i})" for i in range(60)),
        "sin(" * 30 + "x*y" + ")" * 30,
    ):
        goal = from_expression(text)
        assert goal.hessian(np.full((1, len(goal.variables)), 0.7)).shape[0] == 1
        assert len(goal._compiled[2].__code__.co_code) < 200_000


CALLS = {
    **{
        known: f"{known}({', '.join(('x', 'y', 'x*y')[: word.arity[0]])})"
        for known, word in FUNCTIONS.items()
    },
    "where": "where(x < 0 and y >= 1 or x != y, x, y) + (x < y)",
    "piecewise": "piecewise(x < 0, 1, x == 1, x, y)^2",
    "half": "piecewise(x < 0, x)",
    "sum": "sum(i, 1, 3, x + i)^2 * sum(i, 1, 3, sum(j, 1, i, i*j*x))*y",
    "prod": "prod(i, 1, 3, x - i)^2",
    "index": "sum(i, 1, 3, (x[i+1] - x_i)^2)",
    "powers": "abs(x)^2 + floor(x)^2 + sinc(x)^2 + relu(-x)^3 + cbrt(y)^2 + not_a^2",
    "words": "w_in + x_max + theta_sum + x_if + y_alpha",
}


@pytest.mark.parametrize("text", [*CALLS.values(), *(f"{greek}_1^2 + {greek}" for greek in GREEK)])
def test_every_formula_is_typeset(text: str) -> None:
    expr = parse(text.replace("not_a", "(not x > 0)"))
    assert "\\" not in formula(to_latex(expr))
    pieces = [formula(f"f = {to_latex(expr)}"), *map(variable, variables(expr))]
    page = "#set page(width: auto, height: auto)\n" + preamble(None) + "\n\n".join(pieces)
    assert typst.compile(page.encode(), format="png", ppi=30)


def test_a_name_is_shown_alike_on_axes_and_in_formulas() -> None:
    for shown in ("lambda", "theta", "x1", "x10", "w_in", "Omega2", "epsilon"):
        assert to_latex(parse(f"{shown} + 2")) == f"{name_latex(shown)} + 2"
        check_variables([shown])


def test_other_names_of_functions_mean_ours() -> None:
    assert set(SAME.values()) <= {*FUNCTIONS, "pow", "prod", "where"}
    assert not SAME.keys() & FUNCTIONS.keys()
