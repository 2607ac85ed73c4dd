"""What check says of a film, and warns of, is what rendering it makes, and warns of."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gdanim
from gdanim import cli
from gdanim.lengths import length
from gdanim.output import film, forecast

SMALL = "functions: [bowl]\nsteps: 4\nvideo: {quality: 120p5"
CASES = {
    "": f"{SMALL}}}\n",
    "video.duration is too short: this film lasts": "functions: [x^2, x^4, x^6]\nsteps: 30\n"
    "scene: losses\nvideo: {quality: 120p5, duration: 2}\n",
    "act 1: step 900 does not come": "functions: [bowl]\nlearning_rates: [0.1]\n"
    "video: {quality: 120p5}\nacts: [{say: [{text: Here it rests., step: 900}]}]\n",
    "film.gif has 214x120 pixels, 15 frames a second, not 120p30": "functions: [bowl]\nsteps: 4\n"
    "video: {quality: 120p30, duration: 9}\nformats: [gif]\n",
    "film is silent: of the formats mp4 has sound": f"{SMALL}, sound: true}}\nformats: [gif]\n",
    "view.font: no font here has \U000f1234": f'{SMALL}}}\ntitle: "\U000f1234"\n',
}


@pytest.mark.parametrize("told", CASES)
def test_check_warns_of_what_rendering_warns_of(
    told: str, tmp_path: Path, filming: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    del filming  # imports manim without its warnings
    from gdanim.view.film import Film

    monkeypatch.setattr(
        Film, "paint_part", lambda *_: None
    )  # what is painted takes long, and warns of nothing
    spec = gdanim.load(CASES[told])
    before = list(forecast.warnings(spec, length(spec)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        film.render(spec, tmp_path)
    then = [str(warning.message) for warning in caught]
    assert {warning[:30] for warning in before} == {warning[:30] for warning in then}
    assert all(told in warning for warning in before)
    assert bool(before) == bool(told)


def test_check_tells_the_size_of_the_file_and_how_long_it_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.yaml").write_text(f"{SMALL}, duration: 9}}\nformats: [mp4, gif]\n")
    assert cli.main(["check", "film.yaml"]) == 0
    told = capsys.readouterr().out
    found = re.search(r"mp4 214x120, about ([\d.]+) s to make, about (\d+) kB; gif 214x120, about", told)
    assert found, told
    paths = gdanim.render("film.yaml", tmp_path)
    assert 0.2 < float(found[2]) * 1000 / Path(paths[0]).stat().st_size < 5


def test_what_takes_long_to_say_is_not_worked_out(spec_of: Callable[[str], Any]) -> None:
    spec = spec_of("functions: [bowl]\nsteps: 100000\n")
    assert "at most " not in forecast.outlook(spec, length(spec))
    assert forecast.outlook(spec, length(spec)._replace(seconds=3600.0)).count(" min to make") == 1
