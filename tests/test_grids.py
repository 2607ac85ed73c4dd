"""A sweep of losses of one's own: read from files and texts, true to its numbers, mistakes located."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import gdanim
from gdanim.schema import schema
from gdanim.spec.grids import Grid, Losses
from gdanim.theme import rgb
from gdanim.view.panes.grid import axis

RATES, MOMENTA = [0.001, 0.01, 0.1, 0.3], [0.0, 0.5, 0.9]
HOLES = {(0.01, 0.5): "", (0.3, 0.9): "nan"}


def loss(rate: float, momentum: float) -> str:
    return HOLES.get((rate, momentum), str(abs(rate / (1 - momentum) - 0.2) + 0.01))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grid")
    rows = [f"{r},{m},{loss(r, m)}" for m, r in itertools.product(MOMENTA, RATES) if (r, m) != (0.1, 0.0)]
    (folder / "grid.csv").write_text("\n".join(["learning_rate,momentum,val_loss", *rows[::-1]]))
    losses = np.arange(12.0).reshape(3, 4)
    np.savez(folder / "grid.npz", learning_rate=RATES, momentum=MOMENTA, loss=losses)
    np.savez(folder / "turned.npz", learning_rate=RATES, momentum=MOMENTA, loss=losses.T)
    np.savez_compressed(folder / "bomb.npz", loss=np.zeros(10_000_000))
    np.savez(folder / "words.npz", loss=np.array(["a", "b"]))
    return folder


def sweep(folder: Path, text: str) -> Losses:
    (folder / "film.yaml").write_text(f"scene: sweep\nsweep: {text}\n")
    found = gdanim.load(folder / "film.yaml").sweep
    assert isinstance(found, Grid)
    return found.losses


def test_a_csv_is_a_grid_whatever_the_order_of_its_rows(folder: Path) -> None:
    found = sweep(folder, "{data: grid.csv}")
    assert found.names == ("learning_rate", "momentum", "val_loss")
    assert [values.tolist() for values in found.values] == [RATES, MOMENTA]
    for (row, momentum), (column, rate) in itertools.product(enumerate(MOMENTA), enumerate(RATES)):
        tried = (rate, momentum) != (0.1, 0.0) and loss(rate, momentum) != ""
        assert found.known[row, column] == tried
        if tried:
            assert found.losses[row, column] == pytest.approx(float(loss(rate, momentum)), nan_ok=True)
    assert found.best == (1, 2)


def test_columns_of_text_are_let_be_unless_they_are_needed(folder: Path) -> None:
    rows = (folder / "grid.csv").read_text().splitlines()
    notes = [rows[0] + ",note", *(f"{row},run {k}" for k, row in enumerate(rows[1:]))]
    (folder / "notes.csv").write_text("\n".join(notes))
    assert sweep(folder, "{data: notes.csv}").names == ("learning_rate", "momentum", "val_loss")
    (folder / "failed.csv").write_text("\n".join(notes).replace(",,run", ",failed,run"))
    for columns in ("", ", columns: [learning_rate, momentum, val_loss]"):
        with pytest.raises(gdanim.SpecError, match=r"failed.csv, line \d+: 'failed' is not a number"):
            sweep(folder, f"{{data: failed.csv{columns}}}")


def test_columns_choose_and_turn(folder: Path) -> None:
    turned = sweep(folder, "{data: grid.csv, columns: [momentum, learning_rate, val_loss]}")
    assert np.array_equal(turned.losses, sweep(folder, "{data: grid.csv}").losses.T, equal_nan=True)
    written = sweep(folder, "{data: {a: [1, 2, 1], b: [3, 4, 4], c: [5, .inf, 7]}}")
    assert written.known.tolist() == [[True, False], [True, True]]
    assert np.isinf(written.losses[1, 1])


def test_an_npz_holds_columns_or_axes(folder: Path) -> None:
    found = sweep(folder, "{data: grid.npz}")
    assert found.losses.tolist() == np.arange(12.0).reshape(3, 4).tolist()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{data: gird.csv}", ":2:15: there is no file 'gird.csv'"),
        ("{data: ../grid.csv}", ":2:15: data is a file in the folder of the spec"),
        ("{data: grid.csv, learning_rate: [0.1, 1, 3]}", ":2:25: a sweep of data has the keys"),
        ("{data: grid.csv, columns: [learning_rate, momentum, loss]}", "no column 'loss', did you mean"),
        ("{data: {a: [1, 2], b: [1, 2], c: [1, 2], d: [1, 2]}}", r"say which three in columns: \[a, b, c\]"),
        ("{data: {a: [1, 2], b: [1, 2]}}", "the columns a, b: a grid needs three, two settings and the loss"),
        ("{data: grid.csv, columns: [learning_rate]}", "item 2 of columns is missing"),
        ("{data: {a: [1, 1], b: [1, 2], c: [1, 2]}}", "1 value of a; a grid has 2 to 200"),
        ("{data: {a: [1, 1, 2], b: [1, 1, 2], c: [1, 2, 3]}}", "more than one row for a 1 and b 1"),
        ("{data: {a: [1, 2], b: [1, 2], c: [.nan, .inf]}}", "no value of c is a finite number"),
        ("{data: {a: [1, ~], b: [1, 2], c: [1, 2]}}", "every row of the data needs a number as its a"),
        ("{data: {a: [1, 2], b: [1, 2], c: [1]}}", "must be three, and of one length"),
        ("{data: turned.npz}", r"loss has the shape \(4, 3\); with 4 of learning_rate and 3"),
        ("{data: bomb.npz}", "unpacks to more than"),
        ("{data: words.npz}", "is not a .npz file of numbers"),
        ("{data: grid.csv}\nfunctions: [bowl]", ":3:1: functions have no part in a sweep of data"),
        ("3", ":2:8: sweep must be a mapping, not 3"),
    ],
)  # fmt: skip
def test_mistakes_are_told_where_they_are(folder: Path, text: str, message: str) -> None:
    with pytest.raises(gdanim.SpecError, match=message):
        sweep(folder, text)


def test_an_act_may_show_data_between_others(folder: Path) -> None:
    (folder / "acts.yaml").write_text(
        "functions: [bowl]\nsteps: 3\nacts:\n- {title: one}\n- {scene: sweep, sweep: {data: grid.csv}}\n"
    )
    spec = gdanim.load(folder / "acts.yaml")
    assert [len(part.functions) for part in spec.parts] == [1, 0]
    assert len(gdanim.solve(spec).acts) == 1


@pytest.mark.parametrize("values", [RATES, [0.0, 0.5, 0.9, 0.99], [0.1, 0.2, 0.3], [0.01, 0.1, 1.0]])
def test_every_value_stands_in_the_middle_of_its_cell(values: list[float]) -> None:
    scale = axis(np.array(values))
    assert scale.share(values) == pytest.approx((np.arange(len(values)) + 0.5) / len(values))
    ticks = scale.ticks(10)
    assert ticks
    assert all(0 <= float(scale.share(tick)) <= 1 for tick in ticks)


@pytest.fixture(scope="module")
def scene(folder: Path, filming: Callable[..., Any]) -> Iterator[Any]:
    sweep(folder, "{data: grid.csv}")
    with filming(gdanim.load(folder / "film.yaml")) as scene:
        _ = scene.canvas
        yield scene


def test_colours_and_cursor_tell_the_losses(scene: Any, painted: Callable[..., Any]) -> None:
    grid, key = scene._panes
    found, colors = grid.found, grid.colors[::-1].astype(int)
    assert (colors[~found.known] == 0).all()
    finite = np.isfinite(found.finite)
    light = colors[finite][np.argsort(found.losses[finite]), :3].sum(axis=1)
    assert (np.diff(light) <= 0).all()  # on the dark theme the lowest is the lightest
    np.testing.assert_allclose(colors[2, 3] / 255, [*rgb(scene.theme.diverged), 1.0])
    scene.seek(scene.length)
    assert (grid.y, grid.x) == found.best
    assert [name for name, _ in key._others] == ["not a finite number", "not tried"]
    assert (painted(scene, scene.length) != painted(scene, 0.0)).any()


def test_the_schema_knows_it() -> None:
    check = jsonschema.Draft202012Validator(schema())
    assert check.is_valid({"scene": "sweep", "sweep": {"data": "grid.csv"}})
    assert check.is_valid({"scene": "sweep", "sweep": {"data": {"a": [1, 2], "b": [1, 2], "c": [3, None]}}})
    assert not check.is_valid({"scene": "sweep", "sweep": {"data": "grid.csv", "momentum": [0, 1, 3]}})
    assert not check.is_valid({"scene": "sweep", "sweep": {"learning_rate": [0.1, 1, 3]}})
