"""The scene of a model that learns: its lines are the engine's parameters, its glowing samples the batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.cli import main
from gdanim.engine.runs import Array
from gdanim.spec import Spec
from gdanim.spec.data import read_csv
from gdanim.view.panes.data import DataPane
from gdanim.view.sketch import Sketch

GALLERY = Path(__file__).parent.parent / "specs" / "gallery"
Filming = Callable[..., Any]


def data_pane(scene: Any) -> Any:
    return next(pane for pane in scene._panes if isinstance(pane, DataPane))


def values(pane: Any, points: Array) -> Array:
    """Points of the picture (..., 2) as x and y of its plot."""
    frame, x, y = pane.plot.frame, pane.plot.x, pane.plot.y
    across = x.low + (points[..., 0] - frame.left) / frame.width * (x.high - x.low)
    up = y.low + (frame.bottom - points[..., 1]) / frame.height * (y.high - y.low)
    return np.stack([across, up], axis=-1)


def test_lines_are_the_parameters(filming: Filming) -> None:
    with filming(gdanim.load(GALLERY / "regression.yaml")) as scene:
        pane = data_pane(scene)
        points = pane.act.runs[0].points
        frame, lines = pane.plot.frame, pane.lines(points)
        for (m, b), line in zip(points, lines, strict=True):
            x, y = values(pane, line).T
            np.testing.assert_allclose(y, m * x + b, rtol=1e-9)
            assert x[1] - x[0] > 1
            assert (line >= [frame.left - 1e-6, frame.top - 1e-6]).all()
            assert (line <= [frame.right + 1e-6, frame.bottom + 1e-6]).all()
        above = pane.lines(np.array([[0.0, 1e6], [np.nan, 0.0]]))
        assert not np.isfinite(above).all(axis=(1, 2)).any()


def test_curves_are_probabilities(filming: Filming) -> None:
    with filming(gdanim.load(GALLERY / "logistic.yaml")) as scene:
        pane = data_pane(scene)
        x, p = np.moveaxis(values(pane, pane.lines(np.array([[2.0, -1.0]]))), -1, 0)
        np.testing.assert_allclose(np.log(p / (1 - p)), 2 * x - 1, atol=1e-6)


def test_two_classes_differ(filming: Filming) -> None:
    """As rings and discs, for any eyes and in any theme; samples of a line are discs."""
    for name, hollow in (("logistic", True), ("regression", False)):
        with filming(gdanim.load(GALLERY / f"{name}.yaml")) as scene:
            pane = data_pane(scene)
            pane.prepare()
            scene.lettering.build()
            sketch = Sketch(scene.lettering)
            pane.still(sketch)
            shapes = np.concatenate(
                [part.rows for part in sketch.parts if getattr(part, "program", "") == "shape"]
            )
        for place, target in zip(pane.samples * scene.lettering.scale, pane.objective.targets, strict=True):
            last = shapes[np.isclose(shapes[:, :2], place).all(axis=1)][-1]
            assert (last[5] > 0) == (hollow and target == 0)


def test_the_equation_has_the_numbers_of_the_end(filming: Filming) -> None:
    with filming(gdanim.load(GALLERY / "regression.yaml")) as scene:
        pane = data_pane(scene)
        pane.prepare()
        scene.lettering.build()
        names = {scene.lettering.place(key, 0, 0, (1, 1, 1)).sprite: key[0] for key in scene.lettering._index}
        sketch = Sketch(scene.lettering)
        pane._draw_equation(sketch, pane.act.runs[0].points[-1])
        (labels,) = sketch.parts
        shown = "".join(names[label.sprite].strip('#"$ ') for label in labels)
        m, b = pane.act.runs[0].points[-1]
        assert shown.replace(" ", "") == f"y={_read(m)}x+{_read(b)}"


def _read(value: float) -> str:
    """A number as its digits are placed: those before the point from the last to the first."""
    whole, _, decimals = f"{value:.3f}".partition(".")
    return f"{whole[::-1]}.{decimals}"


def test_glowing_samples_are_those_of_the_step(filming: Filming) -> None:
    with filming(gdanim.load(GALLERY / "stochastic.yaml")) as scene:
        pane = data_pane(scene)
        x, y = (np.array(column) for column in read_csv(GALLERY, "scatter.csv").values())
        runs = {run.ball.batch_size: run for run in pane.act.runs}
        assert set(runs) == {None, 10, 1}
        time = pane.clock.timeline.pace.time
        for step in (0, 1, 2):
            used = {len(np.flatnonzero(u)): u for _, _, u in pane._used(float(time(step + 1)) - 1e-6)}
            assert set(used) == {10, 1}
            for size, strength in used.items():
                lit = strength > 0
                assert (strength[lit] > 0.99).all()
                m, b = runs[size].points[step]
                error = m * x[lit] + b - y[lit]
                gradient = 2 * np.array([(error * x[lit]).mean(), error.mean()])
                after = runs[size].points[step] - runs[size].learning_rates[step] * gradient
                np.testing.assert_allclose(runs[size].points[step + 1], after, rtol=1e-9)
        assert not any(u.any() for _, _, u in pane._used(pane.clock.timeline.run_time + 2))


def test_balls_with_one_batch_share_its_glow(filming: Filming, spec_of: Callable[[str], Spec]) -> None:
    spec = spec_of(
        "functions: [linear_regression]\nscene: regression\nsteps: 5\n"
        "optimizers: [{name: sgd, batch_size: 5}, {name: adam, batch_size: 5}]\n"
    )
    with filming(spec) as scene:
        pane = data_pane(scene)
        ((_, color, _),) = pane._used(0.5)
        assert color == pane.ink("text")


def test_other_functions_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "film.yaml"
    path.write_text("functions: [himmelblau]\nscene: regression\n")
    assert main(["still", str(path), "--at", "1", "-o", str(tmp_path / "x.png")]) == 2
    told = capsys.readouterr().err
    assert "the scene regression draws linear_regression and logistic_regression, not himmelblau (" in told
