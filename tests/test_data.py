"""Objectives made from data: files, regressions, batches, and gradients by differences."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known import BY_NAME

import gdanim
from gdanim.engine.balls import cast
from gdanim.engine.descent import solve
from gdanim.engine.functions import DataObjective, KnownObjective, objective
from gdanim.engine.runs import Array, Run
from gdanim.errors import CastError, SpecError
from gdanim.registry import functions
from gdanim.spec import Spec, spec_hash
from gdanim.spec.entries import FunctionEntry

GALLERY = Path(__file__).parent.parent / "specs" / "gallery"
DATA_FUNCTIONS = [name for name in BY_NAME if isinstance(functions[name](), DataObjective)]
POINTS = np.random.default_rng(3).uniform(-2, 2, (5, 2))


def film(function: Any, **keys: Any) -> Spec:
    return Spec.model_validate({"functions": [function], "stop": {"gradient_norm": 0}, **keys})


def runs(function: Any, **keys: Any) -> list[Run]:
    return list(solve(film(function, **keys)).acts[0].runs)


def test_the_line_through_twenty_points_ends_where_the_article_says() -> None:
    spec = gdanim.load(GALLERY / "regression.yaml")
    run = gdanim.solve(spec).acts[0].runs[0]
    assert run.points[0].tolist() == [8, 6]
    assert run.losses[0] == pytest.approx(21783.64, abs=0.005)
    assert len(run.losses) == 26
    assert run.losses[25] == pytest.approx(39.52, abs=0.005)


def test_the_line_follows_the_article_step_by_step() -> None:
    spec = gdanim.load(GALLERY / "regression.yaml")
    x, y = (np.array(spec.functions[0].parameters["data"][name]) for name in "xy")
    m, b = 8.0, 6.0
    for point in gdanim.solve(spec).acts[0].runs[0].points:
        assert point == pytest.approx((m, b), rel=1e-12)
        errors = m * x + b - y
        m, b = m - 0.0002 * 2 * np.sum(x * errors), b - 0.0002 * 2 * np.sum(errors)


@pytest.mark.parametrize("loss", ["mse", "sse"])
def test_least_squares_agree_with_polyfit(loss: str) -> None:
    goal = functions["linear_regression"](loss=loss, count=30, seed=4, slope=-1.5, noise=2.0)
    x, y = goal.inputs[0], goal.targets
    np.testing.assert_allclose(goal.minima[0], np.polyfit(x, y, 1), rtol=1e-10)
    errors = np.polyval(goal.minima[0], x) - y
    assert goal.minimum_values[0] == pytest.approx(np.sum(errors**2) / (30 if loss == "mse" else 1))


@pytest.mark.parametrize("name", DATA_FUNCTIONS)
def test_derivatives_agree_with_five_point_differences(name: str) -> None:
    goal, h = functions[name](), 1e-3

    def slope(f: Any, axis: int) -> Array:
        e = h * np.eye(2)[axis]
        near, far = f(POINTS + e) - f(POINTS - e), f(POINTS + 2 * e) - f(POINTS - 2 * e)
        return np.asarray((8 * near - far) / (12 * h))

    for i in range(2):
        np.testing.assert_allclose(goal.gradient(POINTS)[:, i], slope(goal.value, i), rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(goal.hessian(POINTS)[:, i], slope(goal.gradient, i), rtol=1e-8, atol=1e-8)


def test_cross_entropy_is_what_its_definition_says() -> None:
    goal = functions["logistic_regression"](data={"x": (-1.0, 0.5, 2.0), "y": (0.0, 1.0, 0.0)})
    w, b = 0.7, -0.3
    chances = [1 / (1 + math.exp(-(w * x + b))) for x in (-1.0, 0.5, 2.0)]
    expected = -(math.log(1 - chances[0]) + math.log(chances[1]) + math.log(1 - chances[2])) / 3
    assert goal.value(np.array([w, b])) == pytest.approx(expected, rel=1e-14)
    assert np.isfinite(goal.value(np.array([1e4, 1e4])))


def test_classes_that_a_threshold_separates_have_no_minimum() -> None:
    separable = {"x": (1.0, 2.0, 3.0, 4.0), "y": (0.0, 0.0, 1.0, 1.0)}
    assert functions["logistic_regression"](data=separable).minima == ()
    assert functions["linear_regression"](data={"x": (1.0, 1.0), "y": (0.0, 2.0)}).minima == ()


@pytest.mark.parametrize("size", [1, 3, 7, 20, 50])
def test_an_epoch_takes_every_sample_once(size: int) -> None:
    goal = functions["linear_regression"]()
    per_epoch = math.ceil(20 / size)
    for epoch in range(3):
        turns = [goal.batch(epoch * per_epoch + k, size, 5).targets for k in range(per_epoch)]
        assert max(map(len, turns)) == min(size, 20)
        np.testing.assert_array_equal(np.sort(np.concatenate(turns)), np.sort(goal.targets))


def test_batches_are_reshuffled_by_epoch_and_by_seed() -> None:
    goal = functions["linear_regression"]()

    def order(epoch: int, seed: int) -> list[float]:
        return [float(goal.batch(20 * epoch + k, 1, seed).targets[0]) for k in range(20)]

    assert order(0, 0) == order(0, 0)
    assert order(0, 0) != order(1, 0)
    assert order(0, 0) != order(0, 1)


def test_the_batches_of_an_epoch_add_up_to_the_whole() -> None:
    for loss in ("sse", "mse"):
        goal = functions["linear_regression"](loss=loss)
        parts = [goal.batch(k, 5, 0).gradient(POINTS) for k in range(4)]
        whole = np.sum(parts, axis=0) / (4 if loss == "mse" else 1)
        np.testing.assert_allclose(whole, goal.gradient(POINTS), rtol=1e-12)


def test_a_batched_descent_steps_by_the_batch_and_is_shown_by_the_whole() -> None:
    keys = {"learning_rates": [0.01], "steps": 30, "starts": [[0, 1]], "seed": 9}
    run = runs("linear_regression", optimizers=[{"name": "sgd", "batch_size": 4}], **keys)[0]
    goal = functions["linear_regression"]()
    for step in range(30):
        gradient = goal.batch(step, 4, 9).gradient(run.points[step])
        np.testing.assert_allclose(run.points[step + 1], run.points[step] - 0.01 * gradient, rtol=1e-13)
    np.testing.assert_array_equal(run.losses, goal.value(run.points))
    np.testing.assert_allclose(run.gradient_norms, np.linalg.norm(goal.gradient(run.points), axis=-1))


def test_balls_share_the_order_of_the_batches() -> None:
    sgd = {"name": "sgd", "batch_size": 2}
    keys = {"learning_rates": [0.01], "steps": 15}
    together = runs("noisy_bowl", optimizers=[sgd], starts=[[1, 1], [-2, 0.5]], **keys)
    for run in together:
        alone = runs("noisy_bowl", optimizers=[sgd], starts=[list(run.ball.start)], **keys)[0]
        np.testing.assert_array_equal(run.points, alone.points)
    gap = [a - b for a, b in zip(*(run.points for run in together), strict=True)]
    for step, (before, after) in enumerate(pairwise(gap)):  # affine maps, the same for both
        hessian = functions["noisy_bowl"]().batch(step, 2, 0).hessian(np.zeros(2))
        np.testing.assert_allclose(after, before - 0.01 * hessian @ before, atol=1e-13)


def test_the_full_batch_in_any_order_is_plain_descent() -> None:
    keys = {"learning_rates": [0.01], "steps": 10}
    plain = runs("linear_regression", **keys)[0]
    whole = runs("linear_regression", optimizers=[{"name": "sgd", "batch_size": 20}], **keys)[0]
    np.testing.assert_allclose(whole.points, plain.points, rtol=1e-12)


def test_a_small_batch_never_settles() -> None:
    """Stochastic descent at a constant rate ends in a cloud around the minimum, full-batch descent in it."""
    keys = {"learning_rates": [0.05], "steps": 400}
    whole = runs("noisy_bowl", **keys)[0]
    single = runs("noisy_bowl", optimizers=[{"name": "sgd", "batch_size": 1}], **keys)[0]
    assert whole.gradient_norms[-100:].max() < 1e-6
    assert single.gradient_norms[-100:].mean() > 1e-2
    assert single.losses[-100:].mean() < 0.5 * single.losses[0]


def test_batches_need_samples() -> None:
    with pytest.raises(CastError, match="bowl has no samples") as caught:
        cast(film("bowl", optimizers=["sgd", {"name": "sgd", "batch_size": 2}]))
    assert caught.value.path == ("optimizers", 1, "batch_size")


def spec_file(folder: Path, text: str = "functions: [{name: linear_regression, data: points.csv}]\n") -> Path:
    path = folder / "film.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_found_beside_the_spec_and_belongs_to_its_hash(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("y, x\n1,0\n\n3,1\n4.5,2e0\n", encoding="utf-8")
    spec = gdanim.load(spec_file(tmp_path))
    assert spec.functions[0].parameters["data"] == {"y": (1, 3, 4.5), "x": (0, 1, 2)}
    (tmp_path / "points.csv").write_text("x,y\n0,1\n1,3\n2,4\n", encoding="utf-8")
    assert spec_hash(spec) != spec_hash(gdanim.load(spec_file(tmp_path)))


def test_columns_are_chosen_by_name(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("hours,score,id\n1,10,7\n2,12,8\n", encoding="utf-8")
    text = "functions: [{name: linear_regression, data: points.csv, columns: [hours, score]}]\n"
    goal = objective(gdanim.load(spec_file(tmp_path, text)).functions[0])
    np.testing.assert_allclose(goal.minima[0], (2, 8), rtol=1e-12)


@pytest.mark.parametrize(
    ("entry", "column", "message"),
    [
        ("name: linear_regression, data: points.csv, slope: 3", 57, "slope has no effect beside data"),
        ("name: logistic_regression, data: points.csv, seed: 3", 59, "seed has no effect beside data"),
        ("name: linear_regression, columns: [x, y]", 39, "columns has no effect without data"),
    ],
)
def test_what_would_have_no_effect_is_refused(entry: str, column: int, message: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("x,y\n0,1\n1,0\n2,1\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        gdanim.load(spec_file(tmp_path, f"functions: [{{{entry}}}]\n"))
    assert caught.value.mistakes == ((1, column, f"{message}: leave it out"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x,y\n1,2\n1,two\n", "points.csv, line 3: 'two' is not a number"),
        ("x,y\n1,2\n1,nan\n", "data: it has 1 row with numbers in both x and y; it takes 2"),
        ("x,y\n1,2\n1\n", "data: it has 1 row with numbers in both x and y; it takes 2"),
        ("x,y\n1,2\n3,4,5\n", "points.csv, line 3: 3 values for 2 columns: commas separate"),
        ("", "points.csv, there are no numbers in it"),
        ("a\nb\n", "points.csv, line 2: 'b' is not a number"),
        (b"x,y\n1,\0\n", "points.csv, it is no text: data are a CSV file"),
        ("x,y\n1,2\n", "the data has 1 rows; it needs 2 to"),
        ("x,z\n1,2\n3,4\n", "data has no column 'y', only x, z"),
        ("x,Preis\n1,2\n3,4\n", "data has no column 'y', only x, Preis: write columns: [x, Preis]"),
        ("x;y\n1,5;2\n2.5;3\n", "line 2: '1,5' has a decimal comma, and '2.5' in line 3 a point"),
        ("x,y\n1,5;2,5\n", "3 values for 2 columns: commas separate cells; with decimal commas"),
        ("x;y\n1;2;3\n", "3 values for 2 columns: semicolons separate cells"),
        (
            "Fläche,Preis,Ort\n1,2,a\n3,4,b\n",
            "only Fläche, Preis and, of words, Ort: write columns: [F",
        ),
        ("a b,c#\n1,2\n3,4\n", 'only a b, "c#": write columns: [a b, "c#"]'),
        (None, "there is no file 'points.csv' in the folder of the spec"),
    ],
)
def test_mistakes_in_a_file_are_told_where_the_spec_names_it(
    tmp_path: Path, content: str | bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "points.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SpecError) as caught:
        gdanim.load(spec_file(tmp_path))
    (found,) = caught.value.mistakes
    assert message in found.message
    assert (found.line, found.column) == (1, 45)


@pytest.mark.parametrize(
    "content",
    [
        "x;y;note\n1,5;-2;a, b\n,25;3e-1;c\n",
        "x\ty\tnote\n1,5\t-2\ta\n0.25\t.3\tc\n".replace("0.25", "0,25").replace(".3", ",3"),
        '"x","y","note; all"\n1.5,-2,"a, b"\n.25,.3,\n',
        "x;y\n1.5;-2\n.25;.3\n",
    ],
    ids=["semicolons", "tabs", "quotes", "points"],
)
def test_the_line_of_names_tells_what_separates_cells_and_text_nobody_uses_is_let_be(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "points.csv").write_text(content, encoding="utf-8")
    spec = gdanim.load(spec_file(tmp_path))
    assert spec.functions[0].parameters["data"] == {"x": (1.5, 0.25), "y": (-2, 0.3)}


@pytest.mark.parametrize(
    "name", ["../points.csv", "sub/../../points.csv", "/etc/passwd", "link.csv", "sub", ""]
)
def test_no_path_leads_out_of_the_folder_of_the_spec(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    (tmp_path / "points.csv").write_text("x,y\n1,2\n3,5\n", encoding="utf-8")
    (home / "link.csv").symlink_to(tmp_path / "points.csv")
    with pytest.raises(SpecError, match="in the folder of the spec"):
        gdanim.load(spec_file(home, f"functions: [{{name: linear_regression, data: '{name}'}}]\n"))


def test_a_file_may_lie_below(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "points.csv").write_text("x,y\n1,2\n3,5\n", encoding="utf-8")
    spec = gdanim.load(spec_file(tmp_path, "functions: [{name: linear_regression, data: sub/points.csv}]\n"))
    assert spec.functions[0].parameters["data"]["y"] == (2, 5)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"name": "linear_regression", "data": {"x": [1, 2], "y": [1]}}, "different lengths"),
        ({"name": "linear_regression", "count": 1}, "count must be 2 to"),
        ({"name": "linear_regression", "noise": -1.0}, "noise must be at least 0"),
        ({"name": "linear_regression", "loss": "mae"}, "loss must be 'mse' or 'sse'"),
        ({"name": "logistic_regression", "data": {"x": [1, 2, 3], "y": [1, 2, 3]}}, "must be 0 and 1, or"),
        ({"name": "bowl", "gradient": "centrl_difference"}, "did you mean 'central_difference'"),
        ({"name": "bowl", "gradient": {"name": "central_difference", "h": 0}}, "h must be positive"),
        ({"name": "bowl", "gradient": {"name": "central_difference", "hh": 1}}, "did you mean 'h'"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, entry: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        gdanim.load(spec_file(tmp_path, f"functions: [{entry}]\n"))


def made(gradient: str | dict[str, Any], **entry: str) -> KnownObjective:
    return objective(FunctionEntry.model_validate({**entry, "gradient": gradient}))


def central(expr: str, h: float) -> KnownObjective:
    return made({"name": "central_difference", "h": h}, expr=expr)


def test_central_differences_are_exact_on_parabolas_and_off_by_h_squared_on_cubics() -> None:
    x = np.array([[-1.0], [0.5], [2.0]])
    np.testing.assert_allclose(central("x^2", 1.0).gradient(x), 2 * x, rtol=1e-12)
    np.testing.assert_allclose(central("x^3", 1.0).gradient(x), 3 * x**2 + 1, rtol=1e-12)
    np.testing.assert_allclose(central("x^3", 0.1).gradient(x), 3 * x**2 + 0.01, rtol=1e-12)


def test_a_tiny_h_drowns_in_rounding() -> None:
    x = np.random.default_rng(2).uniform(1, 2, (50, 1))
    errors = [np.abs(central("x^3", h).gradient(x) - 3 * x**2).mean() for h in (1e-2, 1e-5, 1e-15)]
    assert errors[1] < 1e-8 < errors[0] < 1e-2 < errors[2]


def test_every_function_takes_differences() -> None:
    goal = made("central_difference", name="logistic_regression")
    np.testing.assert_allclose(goal.gradient(POINTS), goal.exact_gradient(POINTS), atol=1e-9)
    x = np.array([3.0])
    assert made({"name": "forward_difference", "h": 0.5}, expr="x^2").gradient(x) == pytest.approx([6.5])
    assert made("symbolic", expr="x^2").gradient(x) == [6]


def test_a_descent_by_differences_ends_beside_the_minimum() -> None:
    """On x^3 - 3x with h = 1 the difference is 3x^2 - 2, zero at sqrt(2/3) and not at the minimum 1."""
    entry = {"expr": "x^3 - 3*x", "gradient": {"name": "central_difference", "h": 1}}
    run = runs(entry, learning_rates=[0.1], starts=[[0.9]], domain={"x": [-2, 2]}, steps=200)[0]
    assert run.points[-1, 0] == pytest.approx(math.sqrt(2 / 3), abs=1e-9)
