"""The package from Python: what it offers, what it takes, and that it answers as the command line does."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim import cli
from gdanim.engine.runs import Ball, Run, Status
from gdanim.engine.solution import Act, Solution
from gdanim.errors import InputError
from gdanim.formats import choices
from gdanim.output import film

SPEC = {"functions": ["x^2 + 10*y^2"], "learning_rates": [0.05], "starts": [[-1, 0.5]], "steps": 20}


def test_the_public_names() -> None:
    assert gdanim.__all__ == [
        "InputError",
        "SpecError",
        "__version__",
        "columns",
        "from_callable",
        "load",
        "render",
        "solve",
        "still",
    ]
    assert (Path(gdanim.__file__).parent / "py.typed").exists()


@pytest.mark.parametrize(
    ("room", "names"),
    [
        ("formats", "Cue DEFAULT Format Limits Piece Reel choices"),
        (
            "formula",
            "FUNCTIONS check_axis check_variables compiled derivatives gradient has_long_sum name name_latex "
            "number_text parse point_text rounded_text symbol to_latex together variables",
        ),
        ("spec", "ActKeys Formats Keys Part Source Spec located read spec_hash"),
        (
            "engine",
            "Act Ball Bound Crowd Ending Evaluations Leg Manner Objective Run Solution Status crowd solve",
        ),
        ("motion", "Landscape Moment Pace Rolling Timeline"),
        ("view", "APPEAR Box Clock FALL FilmScene FlatPane HOLD LEAVE Pane RunPane Sketch literal"),
        ("output", "current frame render still"),
    ],
)
def test_what_a_room_offers(room: str, names: str) -> None:
    door = importlib.import_module(f"gdanim.{room}")
    assert sorted(door.__all__) == names.split()
    assert set(dir(door)) >= {*door.__all__}
    for name in door.__all__:
        assert getattr(door, name) is not None


@pytest.mark.parametrize("name", ["columns", "from_callable", "load", "render", "solve", "still"])
def test_help_has_types_errors_and_an_example(name: str) -> None:
    function = getattr(gdanim, name)
    text = inspect.getdoc(function) or ""
    assert ">>> " in text
    assert "Raises" in text or name == "columns"
    signature = inspect.signature(function)
    assert signature.return_annotation != inspect.Signature.empty
    for parameter in signature.parameters:
        assert f"``{parameter}``" in text or parameter in ("solution", "directory"), parameter


def test_a_path_a_text_and_a_dict_are_one_spec(tmp_path: Path) -> None:
    text = "functions: [x^2 + 10*y^2]\nlearning_rates: [0.05]\nstarts: [[-1, 0.5]]\nsteps: 20\n"
    file = tmp_path / "film.yaml"
    file.write_text(text)
    given: list[Any] = [file, str(file), text, "{functions: [x^2 + 10*y^2], learning_rates: [0.05]}", SPEC]
    specs = [gdanim.load(source) for source in given]
    assert all(spec.functions == specs[0].functions and spec.film == "film" for spec in specs)
    assert specs[0].source == file
    assert specs[2] == specs[4]
    assert gdanim.load(SPEC, name="mine").film == "mine"
    with pytest.raises(gdanim.InputError, match="without a folder, not"):
        gdanim.load(SPEC, name="../mine")
    assert gdanim.load("functions: [bowl]").functions[0].name == "bowl"


def test_numpy_may_stand_in_a_dict() -> None:
    spec = gdanim.load(
        {
            "functions": ("bowl",),
            "learning_rates": np.geomspace(0.01, 0.1, 3),
            "starts": np.array([[1, 2], [2, 1]]),
            "steps": np.int64(5),
        }
    )
    assert [rate.rate for rate in spec.learning_rates] == np.geomspace(0.01, 0.1, 3).tolist()
    assert (spec.starts, spec.steps) == (((1.0, 2.0), (2.0, 1.0)), 5)


ITSELF: dict[str, Any] = {}
ITSELF["card"] = ITSELF


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"functions": ["rosenbrok"]}, "functions[0]: unknown function 'rosenbrok', did you mean 'rose"),
        ({**SPEC, "optimizers": [{"name": "sgd", "momentun": 1}]}, "optimizers[0].momentun: unknown key"),
        ({"functions": ["x^2 + foo(x)"]}, "functions[0], character 7: unknown function 'foo'"),
        ({**SPEC, "steps": 0}, "steps: steps must be a whole number of at least 1, not 0"),
        ({}, "spec: functions is missing"),
        ({**SPEC, 3: 4}, "spec: a key must be a word, not 3"),
        ({**SPEC, "camera": {"follow": 2}}, "camera.follow: there is no ball 2 to follow"),
        ({"functions": [lambda x: x]}, "functions[0]: a plain function has no domain to show: "),
        ({"functions": [{"objective": 3}]}, "functions[0].objective: unknown key 'objective'"),
        (ITSELF, "card.card: this is nested too deeply, or too much"),
        ("functions: [bowl]\nstep: 3", "text:2:1: unknown key 'step', did you mean 'steps'?"),
        ("functions: [bowl", "text:1:12: not valid YAML"),
        ("nowhere.yaml", "nowhere.yaml:1:1: cannot read this file: No such file"),
    ],
)  # fmt: skip
def test_mistakes_are_told_by_their_keys_or_lines(source: Any, message: str) -> None:
    with pytest.raises(gdanim.SpecError) as told:
        gdanim.load(source)
    assert str(told.value).startswith(message)


@pytest.mark.parametrize("ask", [gdanim.load, gdanim.solve, gdanim.still, gdanim.render])
@pytest.mark.parametrize("source", [3, None, [1], b"functions: [bowl]"])
def test_what_is_no_spec_is_told(source: Any, ask: Callable[[Any], Any]) -> None:
    with pytest.raises(
        gdanim.InputError, match=r"a spec is a path, YAML text or a dict, not (the|None|a|bytes)"
    ):
        ask(source)


@pytest.mark.parametrize("source", ["", "  "])
def test_an_empty_text_is_an_empty_spec(source: str) -> None:
    with pytest.raises(gdanim.SpecError, match="text:1:1: this spec is empty"):
        gdanim.load(source)


@pytest.mark.parametrize("given", ["film.yaml", None, [3], {"functions": ["bowl"]}])
def test_columns_are_of_solutions(given: Any) -> None:
    with pytest.raises(
        gdanim.InputError, match=r"columns are of what gdanim.solve returns, or a list of it, not"
    ):
        gdanim.columns(given)


@pytest.mark.parametrize("below", ["", "media"])
def test_films_are_not_written_in_a_file(tmp_path: Path, below: str) -> None:
    (tmp_path / "b.yaml").write_text("functions: [bowl]\n")
    with pytest.raises(gdanim.InputError, match=r"cannot be a folder: .*b\.yaml is a file"):
        gdanim.render(tmp_path / "b.yaml", tmp_path / "b.yaml" / below)
    assert (tmp_path / "b.yaml").read_text() == "functions: [bowl]\n"
    with pytest.raises(gdanim.InputError, match="directory is the path of a folder, not None"):
        gdanim.render(tmp_path / "b.yaml", None)  # type: ignore[arg-type]


@pytest.mark.parametrize("quality", ["huge", "721p30", "720p99", 720])
def test_a_wrong_quality_gives_the_message_of_the_command_line(
    quality: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "film.yaml"
    spec.write_text("functions: [bowl]\n")
    with pytest.raises(gdanim.InputError) as told:
        gdanim.render(SPEC, tmp_path / "media", quality=quality)
    with pytest.raises(gdanim.InputError, match="quality must"):
        gdanim.still(SPEC, quality=quality)
    if isinstance(quality, str):
        assert cli.main(["render", str(spec), "-q", quality]) == cli.BAD_INPUT
        assert capsys.readouterr().err == f"-q: {told.value}\n"
    assert not (tmp_path / "media").exists()


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        (["avi"], f"each item of formats must be {choices('{!r}')}, not 'avi'"),
        ("gif", "formats must be a list, not 'gif': write [gif]"),
        ([], "formats must have an item, not an empty list"),
    ],
)
def test_wrong_formats_are_told(formats: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(gdanim.InputError) as told:
        gdanim.render(SPEC, tmp_path, formats=formats)
    assert str(told.value) == message


def test_what_a_scene_cannot_draw_is_told(tmp_path: Path) -> None:
    with pytest.raises(gdanim.InputError, match="the scene surface draws functions of 2 variables, not x"):
        gdanim.render({"functions": ["x^2"]}, tmp_path)


def test_a_still_is_the_frame_at_its_time(tmp_path: Path) -> None:
    spec = gdanim.load(SPEC)
    first, last = (gdanim.still(spec, at, quality="240p5") for at in (0, "end"))
    assert (first.size, first.mode) == ((426, 240), "RGB")
    assert np.array_equal(last, gdanim.still(SPEC, 1e6, quality="240p5"))
    assert not np.array_equal(first, last)
    film.still(spec, 1e6, "240p5", tmp_path / "last.png")
    from PIL import Image

    with Image.open(tmp_path / "last.png") as written:
        assert np.array_equal(written, last)
    assert gdanim.still({**SPEC, "view": {"background": "none"}}, 0, quality="240p5").mode == "RGBA"
    for at, message in (
        (-1, "at must be a number of seconds of at least 0, not -1"),
        (float("nan"), "at must"),
        ("x", "at is seconds such as 4.5, a share such as 25%, start, end"),
    ):
        with pytest.raises(gdanim.InputError, match=message):
            gdanim.still(spec, at)


def test_columns_are_arrays_by_name() -> None:
    spec = gdanim.load({"functions": ["linear_regression", "x^2"], "steps": 3})
    solution = gdanim.solve(spec)
    table = gdanim.columns(solution)
    assert list(table)[4:9] == ["step", "m", "b", "x", "loss"]
    assert {array.shape for array in table.values()} == {(8,)}
    first = solution.acts[0].runs[0]
    assert np.array_equal(table["m"][:4], first.points[:, 0])
    assert np.isnan(table["x"][:4]).all()
    assert table["gradient_evaluations"].tolist() == [1, 2, 3, 4] * 2
    assert table["status"].tolist()[3] == str(first.status)
    assert len(gdanim.columns([solution, solution])["loss"]) == 16


def mirrored(spec: Any) -> Solution:
    """The runs of a spec as if they came from elsewhere: the other way round, and nobody to run again."""
    (act,) = gdanim.solve(spec).acts
    runs = [replace(run, points=run.points * [1, -1]) for run in act.runs]
    return Solution("from elsewhere", (replace(act, runs=runs, cast=None),))


@pytest.mark.usefixtures("filming")  # imports manim without its warnings
def test_runs_from_elsewhere_are_shown(tmp_path: Path) -> None:
    other = SPEC | {"starts": [[-1, -0.5]]}
    shown = gdanim.still(SPEC, quality="180p5", solution=mirrored(SPEC))
    assert np.array_equal(shown, gdanim.still(other, quality="180p5"))
    assert not np.array_equal(shown, gdanim.still(SPEC, quality="180p5"))
    spec = gdanim.load(SPEC | {"steps": 2, "pace": 50})
    (path,) = gdanim.render(spec, tmp_path, quality="120p1", solution=mirrored(spec))
    assert not film.current(spec, path, "120p1"), "it does not show what the spec says"


def test_a_solution_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    told = "the solution has 2 acts, but the spec 1 function: an act for each"
    with pytest.raises(InputError, match=told):
        gdanim.still(SPEC, quality="180p5", solution=gdanim.solve(SPEC | {"functions": ["bowl", "bowl"]}))
    told = r"act 1 of the solution has 1 variable, but x\^2 \+ 10\*y\^2 2 variables"
    with pytest.raises(InputError, match=told):
        gdanim.still(SPEC, quality="180p5", solution=gdanim.solve({"functions": ["x^2"], "steps": 3}))
    with pytest.raises(InputError, match=r"solution is what .* returns, or one of your own, not"):
        gdanim.render(SPEC, tmp_path, solution=gdanim.solve(SPEC).acts)  # type: ignore[arg-type]


def by_hand(**other: Any) -> Solution:
    """A run of three rows with no more than it must have, and something else in it."""
    fields = {
        "ball": Ball(1, "mine", "mine", 0.1, (1.0, 1.0), 0),
        "points": np.array([[1.0, 1.0], [0.5, 0.5], [0.0, 0.2]]),
        **dict.fromkeys(("losses", "gradient_norms", "learning_rates"), np.ones(3)),
        "status": Status.GOING,
        "counts": np.ones((3, 3), dtype=np.int32),
    }
    goal = gdanim.from_callable(lambda x, y: x**2 + y**2, domain=[(-2, 2), (-2, 2)])
    run: Any = Run(**fields | other)  # type: ignore[arg-type]
    return Solution("from elsewhere", (Act(goal, ((-2.0, 2.0), (-2.0, 2.0)), (run,)),))


@pytest.mark.usefixtures("filming")
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"points": np.array([[1.0, 1.0], [np.nan, 1.0], [0.0, 0.2]])},
        {"points": np.array([[1, 1], [0, 1], [0, 0]]), "losses": np.full(3, np.nan)},
        {"points": np.ones((1, 2)), "counts": np.ones((1, 3), dtype=np.int32)}
        | dict.fromkeys(("losses", "gradient_norms", "learning_rates"), np.ones(1)),
    ],
)
def test_a_run_may_be_made_by_hand(fields: dict[str, Any]) -> None:
    solution = by_hand(**fields)
    assert gdanim.still(SPEC, quality="120p1", solution=solution).size
    assert len(gdanim.columns(solution)["loss"]) == len(solution.acts[0].runs[0].points)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"points": np.ones((0, 2))}, r"run 1: its points must be .* \(a row for its start .* \(0, 2\)"),
        ({"points": np.ones((3, 1))}, r"points must be an array of numbers of shape \(steps \+ 1, 2\)"),
        ({"points": [[1.0, 1.0]]}, "its points must be an array .*, not a list"),
        ({"points": np.full((3, 2), np.nan)}, "it must start at a point of finite numbers"),
        ({"losses": np.ones(2)}, r"losses must be an array of numbers of shape \(3,\), not .* \(2,\)"),
        ({"losses": np.array(["a", "b", "c"])}, "losses must be an array of numbers"),
        ({"counts": None}, r"counts must be an array of numbers of shape \(3, 3\), not None"),
        ({"status": "converged"}, "its status must be a gdanim.engine.runs.Status, not a str"),
        ({"ball": "mine"}, "its ball must be a gdanim.engine.runs.Ball, not a str"),
        ({"domain": None}, r"its domain must be a pair \(low, high\) of numbers for each variable \(x, y\)"),
        ({"domain": ((-1.0, 1.0),)}, "its domain must be"),
        ({"domain": ((1.0, -1.0), (-1.0, 1.0))}, "its domain must be"),
        ({"objective": abs}, "its objective must be such as from_callable makes, not a func"),
        ({"runs": ()}, "its runs must be one or more, in a tuple"),
        ({"runs": None}, "its runs must be one or more, in a tuple"),
        ({"runs": (1,)}, "run 1: it must be a gdanim.engine.runs.Run, not the number 1"),
    ],
)
def test_what_is_wrong_with_a_solution_is_told_by_act_and_run(fields: dict[str, Any], message: str) -> None:
    kept = {key: value for key, value in fields.items() if key in ("domain", "objective", "runs")}
    solution = by_hand(**{key: value for key, value in fields.items() if key not in kept})
    solution = replace(solution, acts=(replace(solution.acts[0], **kept),))
    with pytest.raises(InputError, match=f"act 1 of the solution: .*{message}"):
        gdanim.still(SPEC, quality="120p1", solution=solution)
    with pytest.raises(InputError, match=message):
        gdanim.columns(solution)


@pytest.mark.parametrize("acts", [None, (1,)])
def test_acts_are_acts(acts: Any) -> None:
    with pytest.raises(InputError, match=r"of a solution are a tuple, not None|must be a gdanim.*Act, not"):
        gdanim.columns(Solution("mine", acts))


@pytest.mark.parametrize(
    ("scene", "what"),
    [
        ("basins", "a map of basins"),
        ("anatomy", "the inside of a descent"),
        ("explain", "the inside of a descent"),
    ],
)
def test_what_needs_more_than_runs_says_so(scene: str, what: str) -> None:
    told = f"{what} needs more than the runs of act 1, which are from elsewhere: there is nobody to run again"
    with pytest.raises(InputError, match=told):
        gdanim.still(SPEC | {"scene": scene}, quality="180p5", solution=mirrored(SPEC))
