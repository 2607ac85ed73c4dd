"""Keys of a spec from the command line: what they replace, where they lead, how their mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdanim.checks import load
from gdanim.cli import main
from gdanim.errors import SpecError
from gdanim.spec import Spec, spec_hash

TEXT = """\
functions: ["x^2 + 10*y^2", himmelblau]
optimizers: [sgd, {name: adam, learning_rate: 0.2}]
learning_rates: [0.01, 0.07]
view: {theme: paper, font: Libertinus Serif}
acts: [{title: One}, {title: Two, view: {theme: dark}}]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "film.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def with_settings(path: Path, *settings: str) -> Spec:
    return load(path, settings=settings)


def told(path: Path, *settings: str) -> str:
    with pytest.raises(SpecError) as caught:
        load(path, settings=settings)
    return str(caught.value).replace(str(path), "film.yaml")


def test_a_setting_takes_the_place_of_what_the_spec_says_and_leaves_the_rest(path: Path) -> None:
    spec = with_settings(path, "view.theme=light", "steps=12", "video.duration=3e1")
    assert (spec.view.theme, spec.view.font, spec.steps) == ("light", "Libertinus Serif", 12)
    assert spec.video.duration == 30
    assert [act.view.theme for act in spec.acts] == ["light", "dark"], "acts inherit it as if it were written"
    assert with_settings(path, "view={theme: light}").view.font is None, "a mapping is replaced as a whole"


def test_indices_lead_into_lists_and_open_what_is_no_more_than_a_name(path: Path) -> None:
    spec = with_settings(
        path, "optimizers.0.momentum=0.9", "optimizers.1.learning_rate=0.3", "acts.1.title='2: again'"
    )
    assert spec.optimizers[0].parameters == {"momentum": 0.9}
    assert (spec.optimizers[1].name, spec.optimizers[1].learning_rate.rate) == ("adam", 0.3)
    assert [act.title for act in spec.acts] == ["One", "2: again"]
    spec = with_settings(path, "functions.0.minima=[[0, 0]]", "functions.1.gradient.name=central_difference")
    assert (spec.functions[0].expr, spec.functions[1].name) == ("x^2 + 10*y^2", "himmelblau")
    spec = with_settings(path, "learning_rates.0.warmup=5")
    assert (spec.learning_rates[0].rate, spec.learning_rates[0].warmup) == (0.01, 5)


def test_the_later_setting_wins(path: Path) -> None:
    assert with_settings(path, "view={theme: light}", "view.theme=dark").view.theme == "dark"
    assert with_settings(path, "view.theme=dark", "view={theme: light}").view.theme == "light"


@pytest.mark.parametrize(
    ("value", "title"),
    [("Figure #1", "Figure #1"), ("#1", "#1"), ('"#1" # one', "#1"), ("", None), ("a = b", "a = b")],
)
def test_a_value_is_yaml_but_has_no_comments(path: Path, value: str, title: str | None) -> None:
    assert with_settings(path, f"title={value}").title == title


def test_a_color_needs_no_quotes(path: Path) -> None:
    spec = with_settings(path, "view.colors.background=#101830", "optimizers.0.color=#FF0000")
    assert (spec.view.colors.background, spec.optimizers[0].color) == ("#101830", "#ff0000")


@pytest.mark.parametrize(
    ("setting", "under", "message"),
    [
        ("view.theme=lihgt", "lihgt", "unknown theme 'lihgt', did you mean 'light'?"),
        ("veiw.theme=light", "veiw", "unknown key 'veiw', did you mean 'view'?"),
        ("optimizers.0.momentun=1", "momentun", "unknown key 'momentun', did you mean 'momentum'?"),
        ("optimizers.2.momentum=1", "2", "optimizers has 2 items, optimizers.0 to optimizers.1"),
        ("optimizers.-1.momentum=1", "-1", "optimizers has 2 items, optimizers.0 to optimizers.1"),
        ("starts.0=[1, 2]", "0", "starts is no list in this spec"),
        ("acts.0.title.size=3", "title", "acts.0.title is a single value: nothing stands below it"),
        ("functions.0=x^2 + 3*(y", "(", "this ( is never closed"),
        ("functions.0.expr='x^2 + @'", "@", "'@'"),
        ("steps=many", "many", "steps must be a whole number, not 'many'"),
        ("video={quality: hd}", "hd}", "quality must be lines"),
        ("view.colors={text: [", "[", "not valid YAML"),
        ("view.theme", "view.theme", "write KEY=VALUE, such as view.theme=light"),
        ("view..theme=light", "view..theme", "write KEY=VALUE, such as view.theme=light"),
        (".".join("a" * 500) + "=1", ".".join("a" * 500), "write KEY=VALUE"),
    ],
)
def test_a_mistake_is_told_with_a_caret_under_it(path: Path, setting: str, under: str, message: str) -> None:
    first, shown, carets = told(path, setting).split("\n")
    assert first.startswith("film.yaml: --set: ")
    assert message in first
    assert shown == f"  {setting}"
    marked = setting[carets.index("^") - 2 : carets.rindex("^") - 1]
    assert marked == under or (message == "not valid YAML" and carets.endswith("^"))


def test_mistakes_of_the_file_stay_where_they_are(path: Path) -> None:
    path.write_text("functions: [bowl]\nsteps: 0\n", encoding="utf-8")
    lines = told(path, "pace=0", "nonsense").split("\n")
    assert lines[0].startswith("film.yaml: --set: write KEY=VALUE")
    assert lines[1:] == ["  nonsense", "  ^^^^^^^^"]
    assert "film.yaml:2:8: steps must be" in told(path, "pace=0")
    assert with_settings(path, "steps=3").steps == 3


def test_the_hash_of_a_film_covers_it(path: Path) -> None:
    plain, changed = load(path), with_settings(path, "view.theme=light")
    assert spec_hash(plain) != spec_hash(changed)
    assert spec_hash(plain) == spec_hash(with_settings(path, "view.theme=paper"))


@pytest.mark.parametrize("command", [["check"], ["solve"], ["render"], ["still", "--at=1", "-o", "a.png"]])
def test_every_command_that_reads_specs_has_it(
    command: list[str], path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, str(path), "--set", "steps=3", "--set", "scene=surfase"]) == 2
    assert "did you mean 'surface'?\n  scene=surfase\n        ^^^^^^^" in capsys.readouterr().err
