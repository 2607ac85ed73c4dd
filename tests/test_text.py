"""Text: shown as typed, numbers that stand still, formulas that compile."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known import BY_NAME
from numpy.typing import NDArray
from PIL import Image

import gdanim
from gdanim.engine.solution import Act
from gdanim.formula import parse, to_latex
from gdanim.registry import functions
from gdanim.spec import Spec
from gdanim.view.layout import SMALLEST
from gdanim.view.text import (
    FONT,
    Lettering,
    Numbers,
    _has_colors,
    balanced,
    fitted,
    formula,
    is_installed,
    literal,
    shortened,
    unknown,
    variable,
    written,
)

TYPED = [
    '100% #1 $5 \\ "x"',
    "#sys.version",
    "*b* _i_ @ref",
    "//c",
    "/* not a comment",
    "*/ [ ] { } < > `raw` ~ -- ---",
    "= title\n- item\n+ item",
    "tab\there",
    "\\n \\u{41} \\",
    '"#panic("no")"',
    "$x^2$ #let x = 1",
    "été übung łódź Ωμέγα дом",
    "中文 日本語",
    "🎉 👩‍👩‍👧 ∇f",
    "שלום עולם",
    "مرحبا 123",
    "e\u0301 \u202e reversed",
    "http://example.org/a//b",
    "'single' \"double\"",
    "1. first",
    "#" * 30,
    "x" * 300,
    " leading and trailing ",
]


ROOM = 3


def pieces(markups: Iterable[str], size: float = 20.0) -> list[NDArray[np.uint8]]:
    """The rasters of some Typst markup: its lines, with some room around them for strokes that overhang."""
    lettering = Lettering(1.0)
    keys = [lettering.want(markup, size) for markup in markups]
    atlas = lettering.build()
    found = []
    for key in keys:
        label = lettering.place(key, ROOM, ROOM, (1, 1, 1))
        left, top, width, height = label.sprite
        x, y = round(label.x), round(label.y)
        wide, high = lettering.size(key)
        found.append(np.zeros((high + 2 * ROOM, wide + 2 * ROOM), dtype=np.uint8))
        found[-1][y : y + height, x : x + width] = atlas[top : top + height, left : left + width]
    return found


def spelled(text: str) -> str:
    """The same text built from its code points, which no syntax can touch."""
    return f"#({' + '.join(f'str.from-unicode({ord(c)})' for c in text)})"


def same(texts: list[str]) -> None:
    shown, expected = pieces(map(literal, texts)), pieces(map(spelled, texts))
    for text, a, b in zip(texts, shown, expected, strict=True):
        assert a.shape == b.shape, text
        assert np.array_equal(a, b), text


class TestLiteral:
    def test_shows_text_as_typed(self) -> None:
        same([text.replace("\n", " ") for text in TYPED])
        lines = [text for text in TYPED if "\n" in text]
        for a, b in zip(pieces(map(literal, lines)), pieces(map(spelled, lines)), strict=True):
            assert a.shape[0] < b.shape[0], "a label stays on one line"

    def test_rasters_tell_texts_apart(self) -> None:
        images = pieces(map(literal, ["#1", "1", "\\#1", "*1*"]))
        assert len({image.tobytes() + bytes(str(image.shape), "ascii") for image in images}) == 4
        assert all(image.any() for image in images)

    @settings(max_examples=12, deadline=None)
    @given(
        st.lists(
            st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12),
            min_size=5,
            max_size=25,
            unique=True,
        )
    )
    def test_any_text(self, texts: list[str]) -> None:
        same(texts)

    @settings(max_examples=10, deadline=None)
    @given(st.lists(st.text(max_size=8), min_size=1, max_size=20, unique=True))
    def test_never_fails(self, texts: list[str]) -> None:
        assert len(pieces(map(literal, texts))) == len(texts)

    def test_nothing_is_a_piece_too(self) -> None:
        assert [image.any() for image in pieces(map(literal, ["", " ", "a", ""]))] == [0, 0, 1, 0]

    def test_an_unknown_font_still_shows_text(self) -> None:
        for font in ("No Such Font", 'quo"te', "back\\slash"):
            lettering = Lettering(1.0, font)
            lettering.want("a", 20)
            assert lettering.build().any()
            assert not is_installed(font)
        assert is_installed(FONT)

    @pytest.mark.parametrize("text", [*TYPED, " "])
    def test_titles_too(self, small: Any, text: str) -> None:
        mobject = small.text(literal(text), 46, 56, 56, "#ffffff", 500)
        if text.strip():
            assert mobject.height > 0
            assert small.below(mobject) > 56


@pytest.fixture(scope="module")
def small(spec_of: Callable[[str], Spec], filming: Callable[..., Any]) -> Any:
    with filming(spec_of('functions: ["x^2 + y^2"]\nsteps: 3\n')) as scene:
        yield scene


LONG = "a label that goes on and on, which nobody reads, learning rate 0.0125 #3 " * 4


class TestFitted:
    @pytest.mark.parametrize("scale", [480 / 1080, 1.0, 2.0])
    @pytest.mark.parametrize(
        "text", ["adam", "adam with a heavy ball, all the way", LONG, "x" * 300, "\u4e2d" * 99]
    )
    def test_no_wider_than_its_room_and_no_smaller_than_legible(self, scale: float, text: str) -> None:
        lettering, room = Lettering(scale), 300.0 * scale
        shown = lettering.want(fitted(literal(text), room), 30.0)
        least, whole = (lettering.want(literal(text), size) for size in (SMALLEST, 30.0))
        lettering.build()
        width, height = lettering.size(shown)
        assert width <= room + 1
        assert width > 0.85 * min(room, lettering.size(whole)[0])
        assert height == lettering.size(whole)[1], "the line stands where one of full size does"
        inks = {key: lettering.ink(lettering.place(key, 0, 0, (1, 1, 1))) for key in (shown, least)}
        high = {key: bottom - top for key, (_, top, _, bottom) in inks.items()}
        assert high[shown] >= high[least] - 2

    def test_what_is_cut_keeps_its_end(self) -> None:
        texts = [f"{'an optimizer with a long, long label ' * 5} {rate}" for rate in (0.1, 0.2)]
        one, other = pieces([fitted(literal(text), 200) for text in texts])
        assert one.shape == other.shape
        assert not np.array_equal(one, other)

    def test_formulas_only_shrink(self) -> None:
        image, whole = pieces([fitted("$x^2 + y^2 + z^2 + w^2$", 60), "$x^2 + y^2 + z^2 + w^2$"])
        assert image.shape[1] <= 66 < whole.shape[1]

    def test_a_title_ends_where_it_would_take_too_many_lines(self) -> None:
        block = "#block(width: 20em)[{}]".format
        long, word, three, short = pieces(
            block(text)
            for text in (
                shortened(literal(LONG), 3),
                shortened(literal("x" * 500), 3),
                "x\\ x\\ x",
                shortened(literal("short"), 3),
            )
        )
        assert long.shape[0] == word.shape[0] == three.shape[0] > 2 * short.shape[0]
        assert long.shape[1] == word.shape[1] == short.shape[1]


class TestUnknown:
    def test_names_what_no_font_has(self) -> None:
        assert unknown("\u00e9\u03bb\u2192\u2026 \U000f1234x\U000f1235\U000f1234") == "\U000f1234\U000f1235"

    @pytest.mark.parametrize(
        "text", ["", "plain", "\u00fcbung \u0434\u043e\u043c \u00d7 \u2212", "e\u0301 \u200d"]
    )
    def test_says_nothing_of_others(self, text: str) -> None:
        assert unknown(text) == ""

    @pytest.mark.parametrize(
        "words",
        ["title: '\U000f1234'", "optimizers: [{name: sgd, label: '\U000f1234'}]"],
    )
    def test_a_film_warns_once(
        self, spec_of: Callable[[str], Spec], filming: Callable[..., Any], words: str
    ) -> None:
        del filming  # imports manim without its warnings
        spec = spec_of(f"functions: [x^2 + y^2]\nsteps: 2\n{words}\n")
        with pytest.warns(UserWarning, match="view.font") as told:
            gdanim.still(spec, 0, quality="120p1")
        (warning,) = told
        assert "\U000f1234" in str(warning.message)


class TestWritten:
    @pytest.mark.parametrize(
        ("value", "text", "exponent"),
        [
            (0.0, "0.000", None),
            (1.0, "1.000", None),
            (0.001, "0.001", None),
            (9999.0, "9999.000", None),
            (-2.5, "-2.500", None),
            (1e4, "1.00", 4),
            (9.99e-4, "9.99", -4),
            (-1.5e-7, "-1.50", -7),
            (1e300, "1.00", 300),
            (5e-324, "4.94", -324),
        ],
    )
    def test_examples(self, value: float, text: str, exponent: int | None) -> None:
        assert written(value) == (text, exponent)

    @given(st.floats(-1e308, 1e308))
    def test_says_the_value(self, value: float) -> None:
        text, exponent = written(value)
        if exponent is None:
            assert float(text) == pytest.approx(value, abs=5.001e-4)
            assert text.partition(".")[2].isdigit()
            assert len(text.partition(".")[2]) == 3
        else:
            assert math.isclose(float(f"{text}e{exponent}"), value, rel_tol=6e-3, abs_tol=1e-323)
            assert 1 <= abs(float(text)) < 10

    def test_zero_has_no_sign(self) -> None:
        assert written(-0.0)[0] == "0.000"

    def test_no_fifth_digit(self) -> None:
        assert len(written(9999.9996)[0].partition(".")[0]) <= 4


@pytest.fixture(scope="module", params=[480 / 1080, 1.0])
def numbers(request: pytest.FixtureRequest) -> Numbers:
    lettering = Lettering(request.param)
    numbers = Numbers(lettering, 30.0)
    lettering.build()
    return numbers


VALUES = [0.001, 0.5, 1.0, 7.777, 11.111, 98.765, 100.0, 1234.567, 8888.888, 9999.999]


class TestNumbers:
    def test_every_digit_has_the_same_cell(self, numbers: Numbers) -> None:
        sizes = {numbers.lettering.size(numbers._digits[c]) for c in "0123456789"}
        assert len(sizes) == 1

    @pytest.mark.parametrize("value", [*VALUES, -3.25, 1.23e-7, 9.9e9, -4.4e-12])
    @pytest.mark.parametrize("point", [300.0, 301.4])
    def test_the_point_stays(self, numbers: Numbers, value: float, point: float) -> None:
        labels = numbers.place(value, point, 40.0, (1, 1, 1))
        dot = numbers.lettering.place(numbers._digits["."], point, 40.0, (1, 1, 1))
        assert dot in labels
        text, exponent = written(value)
        cells = {numbers.lettering.place(numbers._digits[c], 0, 0, (1, 1, 1)).sprite for c in "0123456789"}
        left = {label: numbers.lettering.box(label)[0] for label in labels}
        digits = sorted(left[label] for label in labels if label.sprite in cells)
        width = numbers.digit_width
        whole = [x for x in digits if x < left[dot]]
        after = [x for x in digits if x > left[dot]]
        assert len(whole) == len(text.partition(".")[0].lstrip("-"))
        assert len(after) == len(text.partition(".")[2])
        assert np.all(np.diff(whole) == width)
        assert np.all(np.diff(after) == width)
        assert whole[-1] == left[dot] - width
        assert (exponent is not None) == any(x > after[-1] for x in left.values())

    def test_numbers_read_as_written(self, numbers: Numbers) -> None:
        """From left to right the cells spell the number."""
        names = {
            numbers.lettering.place(key, 0, 0, (1, 1, 1)).sprite: c for c, key in numbers._digits.items()
        }
        for value in VALUES:
            labels = sorted(numbers.place(value, 300, 0, (1, 1, 1)), key=lambda label: label.x)
            assert "".join(names[label.sprite] for label in labels) == f"{value:.3f}"
        whole = sorted(numbers.whole(1029, 300, 0, (1, 1, 1)), key=lambda label: label.x)
        assert "".join(names[label.sprite] for label in whole) == "1029"

    @pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
    def test_what_is_no_number_is_shown(self, numbers: Numbers, value: float) -> None:
        assert len(numbers.place(value, 300, 0, (1, 1, 1))) == 1


def test_formulas_of_all_registered_functions_compile() -> None:
    markups = [formula(functions[name]().latex) for name in BY_NAME]
    assert all(image.any() for image in pieces(markups))


FORMULAS = [
    "sqrt(x) + y^2",
    "abs(x - 1)^3 + sign(y)",
    "exp(-x^2 - y^2)*cos(3*pi*x)",
    "log(x*y)",
    "1e-9*x^2 + 1e20*y^2",
    "x_1^2 + x_2^2",
    "theta^2 + beta^4",
    "max(x, y)",
    "atan(y) + tanh(x)",
    "m^2 + b^2",
    "1/(1 + x^2) - y/3",
    "(x^2)^y",
]


@pytest.mark.parametrize("expression", FORMULAS)
def test_formulas_of_expressions_compile(act_of: Callable[[str], Act], expression: str) -> None:
    act = act_of(f'functions: ["{expression}"]\nsteps: 1\n')
    names = [variable(name) for name in act.objective.variables]
    image, *rest = pieces([formula(act.objective.latex), *names])
    assert image.any()
    assert all(name.any() for name in rest)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("x*x + y*y", "x^{2} + y^{2}"),
        ("0.1*(x*x + y*y) + sin(x) + 1.5", r"0.1 \left(x^{2} + y^{2}\right) + \sin{\left(x \right)} + 1.5"),
        ("x*x*x - 2*x*y*x", "x^{3} - 2 x^{2} y"),
        ("(x+y)*(x+y)*y", r"\left(x + y\right)^{2} y"),
        ("x/(x*x)", r"\frac{x}{x^{2}}"),
        ("sin(x*x)*exp(-y*y)", r"\sin{\left(x^{2} \right)} e^{- y^{2}}"),
        ("abs(x*x - 1)", r"\left|{x^{2} - 1}\right|"),
        ("y*x + x^2", "y x + x^{2}"),
    ],
)
def test_a_formula_is_shown_as_typed_but_for_repeated_factors(typed: str, shown: str) -> None:
    assert to_latex(parse(typed)) == shown


def test_lines_of_a_formula_are_about_equally_long_and_clear_of_each_other() -> None:
    """Set in a block as a scene does, fractions in both lines."""
    half = "(x - 1)^2*(1 + 10*sin(pi*x)^2)/16"
    formula_in_lines = f"#block(width: 210pt)[{balanced(formula(to_latex(parse(f'{half} + {half}'))))}]"
    (image,) = pieces([formula_in_lines])
    rows = np.flatnonzero((image > 40).any(axis=1))
    gaps = np.flatnonzero(np.diff(rows) > 1)
    assert len(gaps), "the lower line begins below the upper one"
    short = f"#block(width: 210pt)[{balanced(formula('x^2 + y^2'))}]"
    assert pieces([short])[0].shape[0] < image.shape[0] / 2


@pytest.mark.parametrize(("color", "told"), [((255, 255, 255), False), ((255, 204, 50), True)])
def test_what_is_drawn_in_colors_is_told_from_text(color: tuple[int, int, int], told: bool) -> None:
    """Text is white before it has its colour: a font of emoji has colours of its own."""
    picture = Image.new("RGBA", (20, 20))
    picture.paste((*color, 255), (5, 5, 15, 15))
    picture.paste((*color, 60), (5, 3, 15, 5))
    file = io.BytesIO()
    picture.save(file, "PNG")
    assert _has_colors(file.getvalue()) == told
