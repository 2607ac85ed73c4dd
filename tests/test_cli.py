"""The command line: what each command prints and returns."""

from __future__ import annotations

import csv
import errno
import io
import json
import shlex
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim import cli, registry, running
from gdanim.catalog import scenes
from gdanim.cli import main
from gdanim.engine.runs import Status
from gdanim.formats import choices
from gdanim.output.provenance import Origin
from gdanim.output.table import _cells
from gdanim.spec import Spec

RAVINE = """\
functions: ["x^2 + 10*y^2"]
learning_rates: [0.01, 0.07, 0.0975, 0.105]
starts: [[-2.6, 1.4]]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with one good spec, ravine.yaml."""
    monkeypatch.chdir(tmp_path)
    Path("ravine.yaml").write_text(RAVINE)
    return tmp_path


class FakeFilm(ModuleType):
    """Stands in for gdanim.output.film: notes what it is asked for and draws nothing."""

    def __init__(self) -> None:
        super().__init__("gdanim.output.film")
        self.calls: list[Any] = []
        self.up_to_date: set[Path] = set()
        self.failure: BaseException | None = None

    def current(self, spec: Spec, path: Path, quality: str | None) -> bool:  # noqa: ARG002
        return path in self.up_to_date

    def render(
        self,
        spec: Spec,
        *,
        directory: Path,
        quality: str | None,
        formats: tuple[str, ...],
        progress: bool,
        made_from: Origin | None = None,
        studio: object = None,
    ) -> list[Path]:
        assert not progress
        assert spec.source is None or studio
        assert spec.source is None or (made_from and made_from.code)
        self.calls.append((spec.film, directory, quality, formats))
        if self.failure:
            raise self.failure
        return [directory / f"{spec.film}.{name}" for name in formats]

    def still(self, spec: Spec, at: float, quality: str | None, path: Path) -> None:
        self.calls.append((spec.film, at, quality, path))


@pytest.fixture
def film(monkeypatch: pytest.MonkeyPatch) -> FakeFilm:
    import gdanim.output

    fake = FakeFilm()
    monkeypatch.setitem(sys.modules, "gdanim.output.film", fake)
    monkeypatch.setattr(gdanim.output, "film", fake, raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    return fake


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(argv)
    out, err = capsys.readouterr()
    return code, out, err


def test_check_says_what_a_spec_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", "ravine.yaml") == (
        cli.OK,
        "ravine.yaml: 4 balls on 1 function, 1000 steps, 21.0 s, 629 frames at 30 a second, "
        "mp4 1280x720, about 21 s to make, about 2 MB: ok\n",
        "",
    )


def test_check_goes_on_after_a_bad_spec(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text("functions: [bowl]\nsteps: 0\nstepz: 1\n")
    code, out, err = run(capsys, "check", "bad.yaml", "nowhere.yaml", "ravine.yaml")
    assert code == cli.BAD_INPUT
    assert out.startswith("ravine.yaml: ")
    assert [line.split(": ")[0] for line in err.splitlines()] == [
        "bad.yaml:2:8",
        "bad.yaml:3:1",
        "nowhere.yaml:1:1",
    ]


@pytest.mark.parametrize(("formula", "count"), [("x^2", "1 variable "), ("x*y*z", "3 variables ")])
def test_only_functions_of_two_variables_are_drawn(
    formula: str, count: str, film: FakeFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("line.yaml").write_text(f"functions: [{formula}]")
    code, out, _ = run(capsys, "check", "line.yaml")
    assert code == cli.OK
    assert f"the scene surface draws functions of 2 variables, not {formula} with {count}" in out
    code, _, err = run(capsys, "render", "line.yaml")
    assert code == cli.BAD_INPUT
    assert "draws functions of 2 variables" in err
    assert not film.calls


def test_solve_prints_every_row_in_full_precision(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "solve", "ravine.yaml")
    assert code == cli.OK
    rows = list(csv.DictReader(io.StringIO(out)))
    assert ",".join(rows[0]) == (
        "film,act,label,start,step,x,y,loss,grad_norm,learning_rate,status,"
        "function_evaluations,gradient_evaluations,hessian_evaluations"
    )
    solution = gdanim.solve(gdanim.load("ravine.yaml"))
    runs = solution.acts[0].runs
    assert len(rows) == sum(run.steps + 1 for run in runs)
    for ball in runs:
        mine = [row for row in rows if row["label"] == ball.ball.label]
        assert [int(row["step"]) for row in mine] == list(range(ball.steps + 1))
        assert [[float(row["x"]), float(row["y"])] for row in mine] == ball.points.tolist()
        assert [float(row["loss"]) for row in mine] == ball.losses.tolist()
        assert [row["status"] for row in mine] == ["running"] * ball.steps + [str(ball.status)]
        assert {(row["film"], row["act"], row["start"]) for row in mine} == {("ravine", "1", "1")}


def test_solve_writes_files(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "solve", "ravine.yaml")
    assert run(capsys, "solve", "ravine.yaml", "--csv", "rows.csv") == (cli.OK, "", "")
    assert Path("rows.csv").read_text() == out
    assert run(capsys, "solve", "ravine.yaml", "--json", "rows.json") == (cli.OK, "", "")
    rows = json.loads(Path("rows.json").read_text())
    table = list(csv.DictReader(io.StringIO(out)))
    assert [{name: str(value) for name, value in row.items()} for row in rows] == table
    assert sorted(file.name for file in Path().iterdir()) == ["ravine.yaml", "rows.csv", "rows.json"]


def test_solve_writes_arrays(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "solve", "ravine.yaml")
    assert run(capsys, "solve", "ravine.yaml", "--npz", "rows.npz") == (cli.OK, "", "")
    with np.load("rows.npz", allow_pickle=False) as file:
        assert list(file) == out.splitlines()[0].split(",")
        columns = [file[name].tolist() for name in file]
    rows = [line.split(",") for line in out.splitlines()[1:]]
    assert [list(map(str, row)) for row in zip(*columns, strict=True)] == rows
    code, _, err = run(capsys, "solve", "ravine.yaml", "--npz", "rows.csv")
    assert (code, err) == (cli.BAD_INPUT, "--npz: end the name of the file in .npz, not 'rows.csv'\n")
    assert not Path("rows.csv").exists()


def test_solve_writes_parquet_where_pyarrow_is(capsys: pytest.CaptureFixture[str]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    _, out, _ = run(capsys, "solve", "ravine.yaml")
    assert run(capsys, "solve", "ravine.yaml", "--parquet", "rows.parquet") == (cli.OK, "", "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [
        {k: str(v) for k, v in row.items()} for row in parquet.read_table("rows.parquet").to_pylist()
    ] == rows


def test_solve_says_what_parquet_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    code, _, err = run(capsys, "solve", "ravine.yaml", "--parquet", "rows.parquet")
    assert (code, err) == (cli.BAD_INPUT, "--parquet needs pyarrow: pip install gdanim[parquet]\n")
    assert not Path("rows.parquet").exists()


def test_numbers_are_written_as_python_writes_them() -> None:
    random = np.random.default_rng(0)
    numbers = random.integers(0, 2**63, 5000, dtype=np.uint64, endpoint=True).view(np.float64)
    some = [0.0, -0.0, 1e-4, 9.999e-5, 1e16, 1e15, 123456789.0, np.inf, -np.inf, np.nan, 5e-324, 1e22, 0.1]
    for values in (numbers, np.array(some), np.full(3, 0.25), np.zeros(2), np.full(2, -0.0)):
        assert list(_cells(values)) == list(map(repr, values.tolist()))


def test_solve_counts_evaluations_up_to_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    Path("sam.yaml").write_text("functions: [x^2 + y^2]\noptimizers: [{name: sam}, newton]\nsteps: 3\n")
    _, out, _ = run(capsys, "solve", "sam.yaml")
    rows = list(csv.DictReader(io.StringIO(out)))
    kinds = ("function", "gradient", "hessian")
    counts = [[int(row[f"{kind}_evaluations"]) for kind in kinds] for row in rows]
    assert counts[:4] == [[1, 1, 0], [2, 3, 0], [3, 5, 0], [4, 7, 0]]
    assert counts[4:6] == [[1, 1, 0], [2, 2, 1]]


def test_solve_has_the_variables_under_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    Path("line.yaml").write_text("functions: [linear_regression, x^2]\nsteps: 1\n")
    _, out, _ = run(capsys, "solve", "line.yaml")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0])[4:9] == ["step", "m", "b", "x", "loss"]
    assert [rows[0][name] for name in "mbx"] == ["0.0", "0.0", ""]
    assert [rows[2][name] for name in "mbx"] == ["", "", str(-1 + 0.8 * 2)]


def test_solve_has_columns_for_any_number_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    Path("line.yaml").write_text("functions: [x^2]\nsteps: 2\nstarts: [[1], [2]]")
    Path("cube.yaml").write_text("functions: [a^2 + b^2 + c^2]\nsteps: 2\nstarts: [[1, 2, 3]]")
    _, out, _ = run(capsys, "solve", "line.yaml")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["start"], row["step"], row["y"]) for row in rows] == [
        (start, step, "") for start in "12" for step in "012"
    ]
    _, out, _ = run(capsys, "solve", "cube.yaml", "line.yaml")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [rows[0][name] for name in ("a", "b", "c", "x")] == ["1.0", "2.0", "3.0", ""]
    assert [rows[3][name] for name in ("film", "a", "b", "c", "x")] == ["line", "", "", "", "1.0"]


def test_json_has_no_infinities(capsys: pytest.CaptureFixture[str]) -> None:
    Path("far.yaml").write_text("functions: [exp(x) + y^2]\nlearning_rates: [1e100]\nstarts: [[2, 1]]")
    code, out, _ = run(capsys, "solve", "far.yaml", "--json", "-")
    assert code == cli.OK

    def refuse(word: str) -> None:
        raise AssertionError(word)

    assert json.loads(out, parse_constant=refuse)[-1]["status"] == "diverged"


def test_solve_writes_nothing_for_a_bad_spec(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text("functions: []")
    code, out, err = run(capsys, "solve", "ravine.yaml", "bad.yaml", "--csv", "rows.csv")
    assert (code, out) == (cli.BAD_INPUT, "")
    assert err.startswith("bad.yaml:1:12: ")
    assert not Path("rows.csv").exists()


@pytest.mark.parametrize(
    ("rate", "start", "ending"),
    [
        ("0.1", "3,4", "converged after 73 steps"),
        ("2.0", "3,4", "diverged after"),
        ("1.0", "-3,4", "oscillates"),
        ("0.1", "0,0", "converged after 0 steps"),
        ("0", "3, 4", "never moves in 1000 steps"),
    ],
)
def test_descent_tells_its_steps_and_how_it_ends(
    rate: str, start: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "descent", "--func", "x^2 + y^2", "--lr", rate, "--start", start, "--all")
    assert code == cli.OK
    _, header, *steps, last = out.splitlines()
    assert last.startswith(ending)
    assert header.split() == ["step", "x", "y", "loss", "df/dx", "df/dy", "|gradient|"]
    assert len({len(line) for line in [header, *steps]}) == 1
    assert [int(line.split()[0]) for line in steps] == list(range(len(steps)))
    for line in steps[:20]:
        _, x, y, loss, dx, dy, norm = map(float, line.split())
        assert loss == pytest.approx(x**2 + y**2, rel=1e-4)
        assert (dx, dy) == pytest.approx((2 * x, 2 * y), rel=1e-4)
        assert norm == pytest.approx(2 * loss**0.5, rel=1e-4)


def test_descent_gives_advice(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "descent", "--func", "x^2 + 10*y^2", "--lr", "0.105", "--start", "3,4")
    assert out.endswith(
        "after 85 steps (0.105 > 2/L = 0.1). "
        "Loss explodes: learning rate too high; at 0.09 it converges in 83 steps.\n"
    )


@pytest.mark.parametrize(
    ("formula", "rate", "start", "ending"),
    [
        ("sqrt(x) + y^2", "3", "1,0", "undefined after 1 step (no loss at (-0.5, 0))"),
        ("x^2 - y^2", "0.1", "1,0", "rests on a saddle after"),
        ("saddle", "0.1", "1,0", "rests on the saddle at (0, 0) after"),
        ("-x^2 - y^2", "0.1", "0,0", "rests on a maximum after 0 steps"),
        ("rosenbrock", "1e-4", "-1,1", "too slow for 1000 steps"),
        ("x + y", "1", "0,0", "left the domain after"),
        ("rosenbrock", "1e-3", "-3,-4", "diverged after"),
    ],
)
def test_descent_ends_in_the_words_of_the_verdict(
    formula: str, rate: str, start: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "descent", "--func", formula, "--lr", rate, "--start", start)
    assert out.splitlines()[-1].startswith(ending)


def test_a_long_table_is_cut_in_the_middle(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["descent", "--func", "rosenbrock", "--lr", "1e-3", "--start", "-1,1"]
    _, whole, _ = run(capsys, *argv, "--all")
    _, cut, _ = run(capsys, *argv)
    assert len(whole.splitlines()) == 1 + 1 + 1001 + 1
    lines = cut.splitlines()
    (gap,) = [index for index, line in enumerate(lines) if line.lstrip().startswith("...")]
    left_out = int(lines[gap].split()[1])
    assert len(lines) - 1 + left_out == len(whole.splitlines())
    assert [*lines[:gap], *lines[gap + 1 :]] == [
        *whole.splitlines()[:gap],
        *whole.splitlines()[gap + left_out :],
    ]


@pytest.mark.parametrize(
    ("option", "value", "drawing", "message"),
    [
        ("func", "x^2 + & y", "      ^", "a function before '&'"),
        ("func", "himelblau", "^^^^^^^^^", "did you mean 'himmelblau'?"),
        ("func", "-foo(x)", " ^^^", "foo"),
        ("lr", "fast", "^^^^", "'fast' is not a number"),
        ("lr", "-1", "^^", "at least 0"),
        ("lr", "nan", "^^^", "finite"),
        ("lr", "0.1,0.2", "   ^", "one learning rate"),
        ("start", "3,four", "  ^^^^", "'four' is not a number"),
        ("start", "3,", "  ^", "a number is missing"),
        ("start", "3,4,5", "^^^^^", "one number for each variable: 2 (x, y), not 3"),
        ("start", "-3,inf", "   ^^^", "finite"),
    ],
)
def test_a_caret_stands_under_a_mistake(
    option: str, value: str, drawing: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"func": "x^2 + y^2", "lr": "0.1", "start": "3,4"} | {option: value}
    code, out, err = run(
        capsys, "descent", *(word for name in options for word in (f"--{name}", options[name]))
    )
    assert (code, out) == (cli.BAD_INPUT, "")
    told, text, carets = err.splitlines()[:3]
    assert told.startswith(f"--{option}: ")
    assert message in told
    assert (text, carets) == (f"  {value}", f"  {drawing}")


def test_descent_films_on_request(film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["descent", "--func", "bowl", "--lr", "0.1", "--start", "3,4", "--film"]
    code, out, _ = run(capsys, *argv, "films/roll.gif")
    assert code == cli.OK
    assert film.calls == [("roll", Path("films"), None, ("gif",))]
    assert out.endswith("films/roll.gif\n")
    code, _, err = run(capsys, *argv, "roll.avi")
    assert code == cli.BAD_INPUT
    assert choices(".{}") in err


def test_render_makes_what_is_not_up_to_date(film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    film.up_to_date = {Path("media/ravine.gif")}
    code, out, _ = run(capsys, "render", "ravine.yaml", "-f", "gif", "-f", "mp4", "-q", "480p15")
    assert code == cli.OK
    assert out == "media/ravine.gif is up to date\nmedia/ravine.mp4\n"
    assert film.calls == [("ravine", Path("media"), "480p15", ("mp4",))]


def test_render_makes_what_is_up_to_date_anyway_if_forced(
    film: FakeFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    film.up_to_date = {Path("media/ravine.mp4")}
    assert run(capsys, "render", "ravine.yaml", "--force")[:2] == (cli.OK, "media/ravine.mp4\n")
    assert film.calls == [("ravine", Path("media"), None, ("mp4",))]


def test_an_unknown_format_is_refused(film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "render", "ravine.yaml", "-f", "mp4", "-f", "avi")
    assert code == cli.BAD_INPUT
    assert err == f"-f: each item of formats must be {choices('{!r}')}, not 'avi'\n"
    assert film.calls == []


def test_render_keeps_the_folders_below_specs(film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    gallery = Path("specs/gallery")
    gallery.mkdir(parents=True)
    (gallery / "bowl.yaml").write_text("functions: [bowl]")
    run(capsys, "render", "specs/gallery/bowl.yaml")
    run(capsys, "render", "specs/gallery/bowl.yaml", "-o", "out")
    assert [directory for _, directory, *_ in film.calls] == [Path("media/gallery"), Path("out/gallery")]


def test_render_tells_mistakes_and_failures(film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text("functions: []")
    code, _, err = run(capsys, "render", "bad.yaml", "ravine.yaml")
    assert code == cli.BAD_INPUT
    assert err.startswith("bad.yaml:1:12: ")
    assert [call[0] for call in film.calls] == ["ravine"]
    film.failure = RuntimeError("no OpenGL here")
    assert run(capsys, "render", "ravine.yaml") == (running.FAILED, "", "ravine.yaml: no OpenGL here\n")
    film.failure = KeyboardInterrupt()
    assert run(capsys, "render", "ravine.yaml") == (running.INTERRUPTED, "", "interrupted\n")


def test_still_draws_one_moment(film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "still", "ravine.yaml", "--at", "4.5", "-q", "1080p30", "-o", "frame.png")
    assert (code, out) == (cli.OK, "frame.png\n")
    assert film.calls == [("ravine", 4.5, "1080p30", Path("frame.png"))]


def test_a_still_is_the_last_frame_or_one_by_name(film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    Path("film.yaml").write_text(f"{RAVINE}acts: [{{chapter: The ravine}}, {{title: a}}, {{chapter: End}}]\n")
    run(capsys, "still", "film.yaml", "-o", "a.png")
    for at in ("start", "25%", "The ravine", "End"):
        assert run(capsys, "still", "film.yaml", "--at", at, "-o", "a.png")[0] == cli.OK
    assert [call[1] for call in film.calls] == ["end", "start", "25%", "The ravine", "End"]
    code, _, err = run(capsys, "still", "film.yaml", "--at", "The ravin", "-o", "a.png")
    assert code == cli.BAD_INPUT
    assert "the name of a chapter ('The ravine', 'End'), not 'The ravin', did you mean 'The ravine'?" in err


@pytest.mark.usefixtures("film")
@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--at", "-1", "-o", "a.png"], "--at"),
        (["--at", "nan", "-o", "a.png"], "--at"),
        (["--at", "1:30", "-o", "a.png"], "--at is seconds such as 4.5, a share such as 25%, start, end"),
        (["--at", "101%", "-o", "a.png"], "--at is seconds"),
        (["--at", "1.2.3%", "-o", "a.png"], "--at is seconds"),
        (["--at", "strat", "-o", "a.png"], "--at is seconds"),
        (["--at", "1", "-q", "hd", "-o", "a.png"], "-q: quality must be"),
    ],
)
def test_still_refuses_what_cannot_be(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "still", "ravine.yaml", *argv)
    assert code == cli.BAD_INPUT
    assert err.startswith(message)


@pytest.mark.parametrize("kind", ["functions", "gradients", "optimizers", "schedules", "formats"])
def test_list_shows_every_registered_name(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: registry.Registry[Any] = getattr(registry, kind)
    code, out, _ = run(capsys, "list", kind)
    assert code == cli.OK
    for name, line in zip(names, out.splitlines(), strict=True):
        assert line.split()[0] == name
        assert all(parameter in line for parameter in names.parameters(name))
        assert line.endswith(names.summary(name).replace("``", ""))


@pytest.mark.parametrize(
    "kind", ["functions", "gradients", "optimizers", "schedules", "scenes", "themes", "formats", "verdicts"]
)
def test_list_prints_pages(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, rows, _ = run(capsys, "list", kind)
    code, page, _ = run(capsys, "list", kind, "--markdown")
    assert code == cli.OK
    names = [line.split()[0] for line in rows.splitlines()]
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == names


def test_a_scene_of_ones_own_is_blamed_for_its_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text("class Mine(FilmScene):\n    dimensions = tuple([2])\n")
    Path("mine.yaml").write_text(RAVINE + "scene: mine\n")
    code, _, told = run(capsys, "check", "mine.yaml")
    assert code == cli.BAD_INPUT
    assert told.startswith("scenes/mine.py:2: dimensions is read without running the file")
    Path("scenes/mine.py").write_text("1 / 0\nclass Mine(FilmScene): ...\n")
    code, _, told = run(capsys, "still", "mine.yaml", "--at", "0", "-o", "a.png")
    assert code == cli.BAD_INPUT
    assert told == "scenes/mine.py:1: ZeroDivisionError: division by zero\n    1 / 0\n"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "1: there is no scene here: a class derived from FilmScene"),
        ("class Mine:\n    dimensions = (2,)\n", "1: there is no scene here"),
        ("class A(FilmScene): ...\n\nclass B(scene.FilmScene): ...\n", "3: B is a second scene beside A"),
        ("class A(FilmScene): ...\nclass B(A): ...\n", "2: B is a second scene beside A"),
        ("class A(FilmScene): ...\nclass Pane(FlatPane):\n    def panes(self): ...\n", ""),
        ("class A(Surface):\n    def panes(self): ...\n", ""),
    ],
)
def test_a_file_has_one_scene(code: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text(code)
    Path("mine.yaml").write_text(RAVINE + "scene: mine\n")
    exit_code, _, err = run(capsys, "check", "mine.yaml")
    assert exit_code == (cli.BAD_INPUT if told else cli.OK)
    assert err.startswith(f"scenes/mine.py:{told}" if told else "")


def test_what_another_class_says_is_not_the_scenes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text("class A(FilmScene): ...\nclass B:\n    most_balls = 1\n")
    Path("mine.yaml").write_text(RAVINE + "scene: mine\n")
    assert run(capsys, "check", "mine.yaml")[0] == cli.OK


def test_list_shows_scenes_and_themes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("scenes").mkdir()
    Path("scenes/mine.py").write_text('"""A scene of my own.\n\nWith details."""\n')
    _, out, _ = run(capsys, "list", "scenes")
    assert "surface" in out
    assert "mine  " in out
    assert "A scene of my own.\n" in out
    _, out, _ = run(capsys, "list", "themes")
    assert "dark" in out.split()


def test_list_publishes_the_words_of_the_status_column(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "list", "verdicts")
    told = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert list(told) == [str(status) for status in Status]
    assert told["going"] == "out of steps, still on its way"


def test_schema_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "schema")
    assert code == cli.OK
    assert {"functions", "optimizers", "starts", "video"} <= json.loads(out)["properties"].keys()


@pytest.mark.parametrize("name", ["first", "first.yaml"])
def test_new_writes_a_spec_that_passes_check(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = run(capsys, "new", name)
    assert code == cli.OK
    assert run(capsys, "check", "first.yaml")[0] == cli.OK
    before = Path("first.yaml").read_text()
    code, _, err = run(capsys, "new", name)
    assert code == cli.BAD_INPUT
    assert "exists already" in err
    assert Path("first.yaml").read_text() == before
    # The optional part, uncommented, is good too.
    optional = before.index("# domain")
    Path("all.yaml").write_text(
        before[:optional] + before[optional:].replace("# ", "", 1).replace("\n# ", "\n")
    )
    assert run(capsys, "check", "all.yaml")[0] == cli.OK


@pytest.mark.parametrize(
    "kind", [["--acts"], ["--data", "my points.csv"], *(["--scene", s] for s in scenes())]
)
def test_every_kind_of_new_spec_passes_check_and_is_drawn(
    kind: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("my points.csv").write_text("big x,y,z\n100,1,0\n200,2,0\n300,3.5,0\n")
    code, out, _ = run(capsys, "new", "my film", *kind)
    assert (code, out) == (cli.OK, "my film.yaml is ready: gdanim render 'my film.yaml'\n")
    assert "gdanim check 'my film.yaml'" in Path("my film.yaml").read_text()
    code, out, err = run(capsys, "check", "my film.yaml")
    assert (code, err) == (cli.OK, "")
    assert "draws" not in out
    if kind[0] == "--data":
        (ball, *_) = gdanim.solve(gdanim.load("my film.yaml")).acts[0].runs
        assert ball.losses[-1] < ball.losses[0] / 10


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (["--scene", "contuor"], "--scene: unknown scene 'contuor', did you mean 'contour'?"),
        (["--data", "nowhere.csv"], "--data: there is no file 'nowhere.csv' in the folder of the spec"),
        (["--data", "one.csv"], "--data: a line needs two columns of numbers; one.csv has less"),
        (["--data", "words.csv"], "--data: words.csv, line 2: 'two' is not a number"),
        (["--data", "/etc/passwd"], "--data: /etc/passwd must lie in the folder of the spec"),
    ],
)
def test_a_new_spec_of_no_known_kind_is_not_written(
    kind: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("one.csv").write_text("x\n1\n2\n")
    Path("words.csv").write_text("x,y\n1,two\n")
    code, _, err = run(capsys, "new", "mine", *kind)
    assert code == cli.BAD_INPUT
    assert err.startswith(message)
    assert not Path("mine.yaml").exists()


@pytest.mark.parametrize("name", ["ü.yml", "x.YAML", "below/here.yaml"])
def test_a_new_spec_has_the_name_that_was_asked_for(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "new", name)
    assert (code, out) == (cli.OK, f"{name} is ready: gdanim render {shlex.quote(name)}\n")
    assert [path for path in Path().rglob("*") if path.is_file() and path.name != "ravine.yaml"] == [
        Path(name)
    ]


def test_a_new_spec_takes_the_columns_that_are_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    Path("homes.csv").write_text("Ort;Fläche;Preis\nKöln;80,5;250\nUlm;100;310,5\n", encoding="utf-8")
    assert run(capsys, "new", "mine", "--data", "homes.csv")[0] == cli.OK
    assert "columns: [Fläche, Preis], scale: standard" in Path("mine.yaml").read_text(encoding="utf-8")
    assert run(capsys, "check", "mine.yaml")[0] == cli.OK


def test_check_counts_each_function_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("film.yaml").write_text(
        "functions: [bowl, x^2 + y^2]\nacts: [{}, {scene: contour}, {steps: 50}, {functions: [beale]}]\n"
        "steps: 40\n"
    )
    assert run(capsys, "check", "film.yaml")[1].startswith(
        "film.yaml: 4 acts, 1 ball on 3 functions, 50 steps, "
    )
    Path("grid.csv").write_text("a,b,loss,note\n1,1,2,x\n1,2,3,\n2,1,4,y\n2,2,5,z\n")
    Path("sweep.yaml").write_text("scene: sweep\nsweep: {data: grid.csv}\n")
    assert run(capsys, "check", "sweep.yaml")[1].startswith("sweep.yaml: a sweep of data, about ")


def test_a_table_is_written_into_a_new_folder_but_not_below_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("film.yaml").write_text("functions: [bowl]\nsteps: 3\n")
    assert run(capsys, "solve", "film.yaml", "--csv", "new/deep/table.csv") == (cli.OK, "", "")
    assert Path("new/deep/table.csv").read_text().startswith("film,act,")
    told = "film.yaml cannot be a folder: film.yaml is a file\n"
    assert run(capsys, "solve", "film.yaml", "--csv", "film.yaml/table.csv") == (cli.BAD_INPUT, "", told)
    name = "n" * 300
    told = f"cannot write {name}: File name too long\n"
    assert run(capsys, "solve", "film.yaml", "--csv", name) == (cli.BAD_INPUT, "", told)


@pytest.mark.parametrize("command", ["--plugin {}.py check ravine.yaml", "new --data {}.csv bowl"])
def test_a_name_too_long_for_a_file_is_bad_input(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, *command.format("n" * 300).split())
    assert (code, err.endswith(": File name too long\n")) == (cli.BAD_INPUT, True)


def test_so_is_one_too_long_for_a_film(film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    film.failure = OSError(errno.ENAMETOOLONG, "File name too long", "media/nnn.mp4")
    told = "media/nnn.mp4: File name too long\n"
    assert run(capsys, "render", "ravine.yaml") == (cli.BAD_INPUT, "", told)


def test_films_are_made_where_there_is_no_signal_for_a_closed_window(
    film: FakeFilm, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(signal, "SIGHUP")  # as on Windows
    assert run(capsys, "render", "ravine.yaml")[0] == cli.OK
    assert film.calls


@pytest.mark.parametrize("name", ["", ".yaml", "folder/"])
def test_a_new_spec_needs_a_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder").mkdir()
    code, _, err = run(capsys, "new", name)
    assert (code, err) == (cli.BAD_INPUT, f"{name!r} names no spec: write gdanim new first\n")
    assert not list(Path().rglob(".yaml"))


@pytest.mark.parametrize(
    "argv",
    [
        ["still", "ravine.yaml", "--at", "1", "-o", "there.png"],
        ["solve", "ravine.yaml", "--csv", "there.png"],
        ["solve", "ravine.yaml", "--json", "there.png"],
    ],
)
def test_a_folder_is_no_file_to_write(
    argv: list[str], film: FakeFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("there.png").mkdir()
    code, _, err = run(capsys, *argv)
    assert (code, err) == (cli.BAD_INPUT, "there.png is a folder: name the file to write\n")
    assert not film.calls


def test_a_failed_rename_is_told_by_the_name_that_was_asked_for(
    film: FakeFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    film.failure = OSError(21, "Is a directory", ".ravine.mp4.7.part", None, "media/ravine.mp4")
    code, _, err = run(capsys, "render", "ravine.yaml")
    assert (code, err) == (running.FAILED, "media/ravine.mp4: Is a directory\n")


def test_an_unknown_command_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["frobnicate"])
    assert caught.value.code == cli.BAD_INPUT
    assert "frobnicate" in capsys.readouterr().err


@pytest.mark.usefixtures("film")
def test_a_still_is_a_png(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "still", "ravine.yaml", "--at", "1", "-o", "frame.jpg")
    assert code == cli.BAD_INPUT
    assert "end its name in .png, not 'frame.jpg'" in err


def _spec_at(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(RAVINE)


@pytest.mark.parametrize(
    ("argv", "written"),
    [
        (["a/x.yaml", "b/x.yaml"], "media/x.mp4"),
        (["-o", "out", "-f", "gif", "b/x.yaml", "ravine.yaml", "specs/x.yaml"], "out/x.gif"),
        (["specs/low/x.yaml", "other/specs/low/x.yaml"], "media/low/x.mp4"),
    ],
)
def test_specs_that_would_write_one_file_are_refused(
    argv: list[str], written: str, film: FakeFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = [word for word in argv if word.endswith("x.yaml")]
    _spec_at(*specs)
    code, _, err = run(capsys, "render", *argv)
    assert code == cli.BAD_INPUT
    assert f"{specs[0]} and {specs[1]} would both write {written}: " in err
    assert not film.calls, "before anything is drawn"


def test_a_spec_named_twice_is_one_and_others_keep_apart(
    film: FakeFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    _spec_at("specs/x.yaml", "specs/low/x.yaml")
    argv = ["ravine.yaml", "specs/x.yaml", "./specs/x.yaml", "specs/low/x.yaml", "specs/low/../x.yaml"]
    assert run(capsys, "render", *argv)[0] == cli.OK
    assert [(name, str(folder)) for name, folder, _, _ in film.calls] == [
        ("ravine", "media"),
        ("x", "media"),
        ("x", "media/low"),
    ]


@pytest.mark.parametrize("name", ["-dash", "two words", "für-Ü", "dots.v1.2", "a:b", "q'uote\"s", "x%d"])
def test_films_of_any_name(name: str, film: FakeFilm, capsys: pytest.CaptureFixture[str]) -> None:
    _spec_at(f"{name}.yaml")
    assert run(capsys, "render", f"{name}.yaml")[0] == cli.OK
    assert film.calls[0][0] == name
