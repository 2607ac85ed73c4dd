"""What the tests of pictures share: specs from text, films ready to paint, frames as arrays."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

import gdanim
from gdanim.engine.solution import Act
from gdanim.quality import pixels
from gdanim.spec import Spec

if TYPE_CHECKING:
    from gdanim.view.scene import FilmScene

Specs = Callable[[str], Spec]
Filming = Callable[..., AbstractContextManager["FilmScene"]]


@pytest.fixture(scope="session")
def spec_of(tmp_path_factory: pytest.TempPathFactory) -> Specs:
    """A spec from YAML text."""

    def load(text: str) -> Spec:
        path = tmp_path_factory.mktemp("spec") / "film.yaml"
        path.write_text(text, encoding="utf-8")
        return gdanim.load(path)

    return load


@pytest.fixture(scope="session")
def act_of(spec_of: Specs) -> Callable[[str], Act]:
    """The first act of a spec given as YAML text."""
    return lambda text: gdanim.solve(spec_of(text)).acts[0]


@pytest.fixture(scope="session")
def filming() -> Filming:
    """A spec's film at a small size, recorded and ready to paint."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("manim")  # its own warnings, when it comes first, are no film's
    from gdanim.output.film import _film

    @contextmanager
    def film(spec: Spec, height: int = 240, rate: int = 10) -> Iterator[FilmScene]:
        with _film(spec, pixels(height, spec.video.aspect), rate) as film:
            yield film.scene(0)

    return film


@pytest.fixture(scope="session")
def painted() -> Callable[[FilmScene, float], NDArray[np.uint8]]:
    """The frame of a film at a time, in seconds."""

    def paint(scene: FilmScene, seconds: float) -> NDArray[np.uint8]:
        width, height = scene.size
        frame = np.empty((height, width, 4), dtype=np.uint8)
        scene.paint(seconds, frame)
        return frame

    return paint
