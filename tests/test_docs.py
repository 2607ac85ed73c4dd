"""What the documentation shows works as it stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.catalog import scenes

DOCS = Path(__file__).parent.parent / "docs"
BLOCKS = re.findall(r"```python\n(.*?)```", (DOCS / "scenes.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", BLOCKS, ids=lambda code: re.findall(r"class (\w+)\(FilmScene", code)[0])
def test_the_scenes_shown_make_films(
    code: str,
    filming: Callable[..., Any],
    painted: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "shown.py").write_text(code, encoding="utf-8")
    (tmp_path / "film.yaml").write_text(
        'scene: shown\nfunctions: ["x^2 + 10*y^2"]\nlearning_rates: [0.01, 0.07]\nstarts: [[-2.6, 1.4]]\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert "shown" in scenes()
    with filming(gdanim.load("film.yaml")) as scene:
        frames = [painted(scene, t) for t in (0.0, scene.length / 2, scene.length)]
    assert (frames[1] != frames[0]).any(axis=-1).mean() > 0.005
    assert (frames[2] != frames[1]).any(axis=-1).mean() > 0.001
    assert np.all(frames[2][..., 3] == 255)


def test_a_whole_scene_fits_in_forty_lines() -> None:
    assert len(BLOCKS[0].splitlines()) < 40


ROOT = DOCS.parent
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)|(?:href|src)=\"(?!https?:)([^\"]+)\"", text)
    for link in (one or other for one, other in links):
        assert (page.parent / link).exists(), link


def test_every_scene_and_every_film_is_in_the_gallery() -> None:
    readme, gallery = (page.read_text(encoding="utf-8") for page in (ROOT / "README.md", DOCS / "gallery.md"))
    for scene in (ROOT / "scenes").glob("*.py"):
        assert f"| `{scene.stem}` |" in readme
    for spec in (ROOT / "specs" / "gallery").glob("*.yaml"):
        assert f"specs/gallery/{spec.name}" in readme
        assert f"gallery/{spec.stem}.gif" in gallery


def test_pictures_in_the_documentation_are_small() -> None:
    sizes = {gif.name: gif.stat().st_size for gif in DOCS.rglob("*.gif")}
    assert max(sizes.values()) <= 2e6, sizes
    assert sum(sizes.values()) <= 20e6
