"""CSV files as people have them: whatever separates, marks and names, numbers are read and gaps are told."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.errors import SpecError
from gdanim.registry import functions
from gdanim.spec.data import Table, read_csv
from gdanim.spec.entries import FunctionEntry

NAN = math.nan
XY = {"x": (1.0, 3.0), "y": (2.0, 4.0)}
CASES: dict[str, tuple[str, dict[str, tuple[float, ...]]]] = {
    "pandas' index": (",x,y\n0,1,2\n1,3,4\n", {**XY, "index": (0, 1)}),
    "R's row names": ('"x","y"\n"1",1,2\n"2",3,4\n', {**XY, "index": (1, 2)}),
    "decimal commas": ("x;y\n1,5;-2\n,25;3e-1\n", {"x": (1.5, 0.25), "y": (-2, 0.3)}),
    "commas and points": ("x;y\n1.234,50;12\n999,00;13\n", {"x": (1234.5, 999), "y": (12, 13)}),
    "points of thousands": ("x;y\n1.234;1,5\n2.345;2,5\n", {"x": (1234, 2345), "y": (1.5, 2.5)}),
    "decimal points": ("x;y\n1.234;1.5\n2.345;2.5\n", {"x": (1.234, 2.345), "y": (1.5, 2.5)}),
    "apostrophes": ("x;y\n1'234.50;1.5\n2'345.00;2.5\n", {"x": (1234.5, 2345), "y": (1.5, 2.5)}),
    "blanks of thousands": ("x;y\n1 234,5;1\n2\u202f345,0;2\n", {"x": (1234.5, 2345), "y": (1, 2)}),
    "dollars": ('x,y\n"$1,234,000",8\n"$999",-7\n', {"x": (1234000, 999), "y": (8, -7)}),
    "euros": ("x;y\n1.200 €;5\n900 €;7\n", {"x": (1200, 900), "y": (5, 7)}),
    "codes": ("x,y\nUSD 1200.5,5\n900 USD,7\n", {"x": (1200.5, 900), "y": (5, 7)}),
    "accountants": ('x,y\n"(1,234)",3\n\u22125,4\n', {"x": (-1234, -5), "y": (3, 4)}),
    "lakhs": ('x,y\n"1,23,456",3\n"2,34,567",4\n', {"x": (123456, 234567), "y": (3, 4)}),
    "percents": ("x,y\n5%,1\n6.5 %,2\n", {"x": (0.05, 0.065), "y": (1, 2)}),
    "truth": ("x,y\n1,True\n2,FALSE\n3,NA\n4,yes\n", {"x": (1, 2, 3, 4), "y": (1, 0, NAN, 1)}),
    "gaps": ("x,y\n1,2\nNA,3\n?,4\n-,5\n,6\n4,nan\n", {"x": (1, *[NAN] * 4, 4), "y": (2, 3, 4, 5, 6, NAN)}),
    "tabs": ("x\ty\n1\t2\n3\t4\n", XY),
    "blanks": ("  x   y\n  1   2\n  3   4  \n", XY),
    "bars": ("x|y\n1|2\n3|4\n", XY),
    "comments": ("# by hand\nx,y\n1,2\n# in between\n3,4\n", XY),
    "colours": ("hex,x,y\n#ff0000,1,2\n#00ff00,3,4\n", XY),
    "names in a comment": ("# x y\n1.0 2.0\n3.0 4.0\n", XY),
    "no names": ("1,2\n3,4\n", XY),
    "no names, with words": ("1,2,a\n3,4,b\n", {"column 1": (1, 3), "column 2": (2, 4)}),
    "years for names": ("country,2020,2021\nA,1,2\nB,3,4\n", {"2020": (1, 3), "2021": (2, 4)}),
    "Excel's first line": ("sep=;\nx;y\n1;2\n3;4\n", XY),
    "empty columns": ("x,y,,\n1,2,,\n3,4,,\n", XY),
    "commas at the ends": ("x,y\n1,2,\n3,4,\n", XY),
    "a title and a source": ("My data\nx,y\n1,2\n3,4\nSource: a book,\n", XY),
    "short rows": ("x,y\n1,2\n1\n3,4\n", {"x": (1, 1, 3), "y": (2, NAN, 4)}),
    "lines of Windows": ("x,y\r\n1,2\r\n\r\n3,4\r\n", XY),
    "lines in a cell": ('name,x,y\n"A, B\nC",1,2\nD,3,4\n', XY),
    "a name that comes again": ("x,x\n1,2\n3,4\n", {"x": (1, 3), "x.1": (2, 4)}),
}


def film(folder: Path, text: str, columns: str) -> Path:
    (folder / "points.csv").write_text(text, encoding="utf-8")
    function = f"{{name: linear_regression, data: points.csv, columns: [{columns}]}}"
    (folder / "film.yaml").write_text(f"functions: [{function}]\n", encoding="utf-8")
    return folder / "film.yaml"


def table(folder: Path, text: str | bytes) -> Table:
    (folder / "points.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_csv(folder, "points.csv")


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_read_as_it_comes(tmp_path: Path, case: str) -> None:
    text, columns = CASES[case]
    found = table(tmp_path, text)
    assert list(found) == list(columns)
    for name, numbers in columns.items():
        np.testing.assert_array_equal(found[name], numbers)


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_its_text_may_be_encoded_in_any_usual_way(tmp_path: Path, encoding: str) -> None:
    found = table(tmp_path, "Größe;Preis\n1,5;2\n3;4\n".encode(encoding))
    assert dict(found) == {"Größe": (1.5, 3), "Preis": (2, 4)}
    assert ("Windows-1252" in " ".join(found.notes)) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("dollars", "points.csv, x: $1,234,000 was read as 1234000"),
        ("percents", "points.csv, x: 5% was read as 0.05"),
        ("truth", "points.csv, y: false was read as 0, true was read as 1, yes was read as 1"),
        ("points of thousands", "points.csv, x: 1.234 was read as 1234"),
        ("some gaps", "points.csv: 2 of 4 rows lack x or y and were left out"),
        ("no names", "points.csv: line 1 has no names: its columns are called x, y"),
        ("a title and a source", "points.csv: line 1 was left out: 'My data'"),
        ("three rows", "points.csv: 1 row had fewer cells than columns"),
    ],
)
def test_what_had_to_be_assumed_is_told(tmp_path: Path, case: str, told: str) -> None:
    more = {"some gaps": "x,y\n1,2\nNA,3\n4,5\n6,-\n", "three rows": "x,y\n1,2\n1\n3,4\n"}
    text = more.get(case) or CASES[case][0]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gdanim.load(film(tmp_path, text, "x, y"))
    assert told in [str(warning.message) for warning in caught]


def test_a_plain_file_needs_no_word(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gdanim.load(film(tmp_path, "city,x,y\nRome,1,2\nOslo,3,4\n", "x, y"))


def test_rows_without_a_number_have_no_part_in_the_loss(tmp_path: Path) -> None:
    found = table(tmp_path, "x,y,z\n1,2,5\nNA,3,6\n2,4,7\n5,?,8\n3,7,\n")
    goal = functions["linear_regression"](data=found)
    np.testing.assert_allclose(goal.minima[0], np.polyfit([1, 2, 3], [2, 4, 7], 1))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("Area, Preis", "no column 'Preis', only Area, Price and, of words, City, did you mean 'Price'?"),
        ("Area, price", "did you mean 'Price'?"),
        ("Area, City", "points.csv, line 2: 'Rome' is not a number"),
        ("Area, weight", "no column 'weight', only Area, Price and, of words, City: write columns: [Area"),
    ],
)
def test_a_column_that_is_not_there_names_those_that_are(tmp_path: Path, columns: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        gdanim.load(film(tmp_path, "City,Area,Price\nRome,1,2\nOslo,3,4\n", columns))
    assert message in caught.value.mistakes[0].message


def test_inputs_may_be_scaled() -> None:
    x = np.array([50.0, 80.0, 120.0, 200.0])
    data: dict[str, Any] = {"area": tuple(x.tolist()), "price": (1.0, 2.0, 2.5, 5.0)}
    raw, scaled = (
        functions["linear_regression"](data=data, columns=("area", "price"), scale=scale)
        for scale in ("none", "standard")
    )
    (m, b), (slope, intercept) = scaled.minima[0], raw.minima[0]
    np.testing.assert_allclose([m / x.std(), b - m * x.mean() / x.std()], [slope, intercept])
    assert scaled.minimum_values == pytest.approx(raw.minimum_values)
    assert np.linalg.cond(raw.hessian(np.zeros(2))) > 1e4
    assert np.linalg.cond(scaled.hessian(np.zeros(2))) == pytest.approx(1)
    assert "area" in raw.latex
    assert r"z = \frac{\text{area} - 112.5}{56.29}" in scaled.latex


def test_inputs_that_are_all_equal_cannot_be_scaled() -> None:
    with pytest.raises(ValueError, match="inputs are all equal"):
        FunctionEntry.model_validate(
            {"name": "linear_regression", "data": {"x": [1, 1], "y": [1, 2]}, "scale": "standard"}
        )


@pytest.mark.parametrize("kind", ["linear_regression", "logistic_regression"])
def test_a_great_many_samples_have_the_loss_of_them_all(kind: str) -> None:
    random, count = np.random.default_rng(0), 20_000
    x, squares = random.normal(0, 3, count), kind == "linear_regression"
    y = 2 * x + 3 + random.normal(0, 1, count) if squares else 1.0 * (random.random(count) < 0.4)
    goal = functions[kind](data={"x": tuple(x.tolist()), "y": tuple(y.tolist())})
    points = np.array([[0.0, 0.0], [2.0, -5.0], [1.99, 3.1]])
    at = points @ np.stack([x, np.ones_like(x)])
    losses = ((at - y) ** 2 if squares else np.logaddexp(0, at) - y * at).mean(axis=1)
    slopes = 2 * (at - y) if squares else 1 / (1 + np.exp(-at)) - y
    np.testing.assert_allclose(goal.value(points), losses, rtol=1e-12)
    np.testing.assert_allclose(goal.gradient(points)[:, 0], (slopes * x).mean(axis=1), rtol=1e-9)
    as_a_map = np.repeat(points, 4000, axis=0)
    np.testing.assert_allclose(goal.value(as_a_map), np.repeat(losses, 4000), rtol=1e-4)


@pytest.mark.parametrize(
    ("cells", "labels", "told"),
    [
        ("ham,spam,ham,spam", [0, 1, 0, 1], "kind: ham was read as 0, spam as 1"),
        ("B,M,,B", [0, 1, 0], "kind: B was read as 0, M as 1"),
        ("-1,1,1,-1", [0, 1, 1, 0], "kind: -1 was read as 0, 1 as 1"),
        ("2,1,1,2", [1, 0, 0, 1], "kind: 1 was read as 0, 2 as 1"),
        ("0,1,1,0", [0, 1, 1, 0], ""),
    ],
)
def test_labels_of_two_kinds_are_read_and_told(
    tmp_path: Path, cells: str, labels: list[float], told: str
) -> None:
    rows = "\n".join(f"{i},{cell}" for i, cell in enumerate(cells.split(","), 1))
    (tmp_path / "mail.csv").write_text(f"length,kind\n{rows}\n", encoding="utf-8")
    (tmp_path / "film.yaml").write_text(
        "functions: [{name: logistic_regression, data: mail.csv, columns: [length, kind]}]\n",
        encoding="utf-8",
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        spec = gdanim.load(tmp_path / "film.yaml")
    assert [str(each.message) for each in caught if "read as" in str(each.message)] == [told] * bool(told)
    goal: Any = functions["logistic_regression"](**spec.functions[0].parameters)
    assert goal.targets.tolist() == labels
