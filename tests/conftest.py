"""What the tests of pictures share: specs from text, films ready to paint, frames as arrays.

What costs time is done once: a spec, and the solution of one, are the same for every test that asks.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray
from progress import Progress

import gdanim
from gdanim import registry
from gdanim.cli import main
from gdanim.engine import descent
from gdanim.engine import sweep as sweeping
from gdanim.engine.balls import Cast
from gdanim.engine.solution import Act
from gdanim.listing import REGISTRIES
from gdanim.output import kept
from gdanim.spec import Spec, spec_hash
from gdanim.spec.quality import pixels
from gdanim.spec.sections import Video

if TYPE_CHECKING:
    from gdanim.view.scene import FilmScene

Specs = Callable[[str], Spec]
Filming = Callable[..., AbstractContextManager["FilmScene"]]


hypothesis.settings.register_profile("any machine", deadline=None)  # others may be computing
hypothesis.settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config))


@pytest.fixture(scope="session", autouse=True)
def _nothing_drawn_before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept of films is kept for a test alone: others may change what draws."""
    base = tmp_path_factory.mktemp("kept")

    def folder() -> Path:
        return (
            base
            / hashlib.sha256(os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0].encode()).hexdigest()
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "folder", folder)
        yield


@pytest.fixture(scope="session")
def spec_of(tmp_path_factory: pytest.TempPathFactory) -> Specs:
    """A spec from YAML text."""

    @cache
    def load(text: str) -> Spec:
        path = tmp_path_factory.mktemp("spec") / "film.yaml"
        path.write_text(text, encoding="utf-8")
        return gdanim.load(path)

    return load


@pytest.fixture(scope="session")
def act_of(spec_of: Specs) -> Callable[[str], Act]:
    """The first act of a spec given as YAML text."""
    return cache(lambda text: gdanim.solve(spec_of(text)).acts[0])


def remembered(compute: Callable[..., Any]) -> Callable[..., Any]:
    """What is computed from a spec, and perhaps an act of it, whatever the size of its film."""
    found: dict[Any, Any] = {}

    def once(spec: Spec, *acts: Cast) -> Any:
        acts_key = tuple((act.objective.name, act.domain) for act in acts)
        key = spec_hash(spec.model_copy(update={"video": Video()})), acts_key
        if key not in found:
            found[key] = compute(spec, *acts)
        return found[key]

    return once


@pytest.fixture(scope="session")
def filming() -> Filming:
    """A spec's film at a small size, recorded and ready to paint."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("manim")  # its own warnings, when it comes first, are no film's
    from gdanim.output.opening import opened

    solve, sweep = remembered(descent.solve), remembered(sweeping.sweep)

    @contextmanager
    def film(spec: Spec, height: int = 240, rate: int = 10) -> Iterator[FilmScene]:
        gc.freeze()  # what is there stays: films, which collect garbage, need not look through it each time
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gdanim.view.film.solve", solve)
            patch.setattr("gdanim.engine.sweep.sweep", sweep)
            with opened(spec, pixels(height, spec.video.aspect), rate) as film:
                yield film.scene(0)

    return film


@pytest.fixture
def own_names() -> Iterator[None]:
    """What a test registers is gone after it."""
    kept = {kind: dict(registry._loaded()) for kind, registry in REGISTRIES.items()}
    additions = dict(registry.additions)
    yield
    for kind, names in REGISTRIES.items():
        names._factories.clear()
        names._factories.update(kept[kind])
        names._parameters.clear()
    registry.additions.clear()
    registry.additions.update(additions)


@pytest.fixture
def command(
    own_names: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., CompletedProcess[str]]:
    """The command line, run in a folder by this process, which has all imported; as by subprocess.run."""
    del own_names

    def run(folder: Path, *argv: str) -> CompletedProcess[str]:
        monkeypatch.chdir(folder)
        capfd.readouterr()
        code = main(argv)
        return CompletedProcess(argv, code, *capfd.readouterr())

    return run


@pytest.fixture(scope="session")
def painted() -> Callable[[FilmScene, float], NDArray[np.uint8]]:
    """The frame of a film at a time, in seconds."""

    def paint(scene: FilmScene, seconds: float) -> NDArray[np.uint8]:
        width, height = scene.size
        frame = np.empty((height, width, 4), dtype=np.uint8)
        scene.paint(seconds, frame)
        return frame

    return paint
