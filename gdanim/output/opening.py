"""A film made ready to be painted, under manim's settings for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gdanim.engine.solution import Solution
from gdanim.files import scratch
from gdanim.spec import Part, Spec

if TYPE_CHECKING:
    from gdanim.view.film import Film


@contextmanager
def opened(
    spec: Spec | Part,
    size: tuple[int, int],
    rate: int,
    transparent: bool = False,
    solution: Solution | None = None,
) -> Iterator[Film]:
    """The spec's film, ready to paint frames; see ``Film``."""
    import manim

    from gdanim.view.film import Film

    width, height = size
    with tempfile.TemporaryDirectory(dir=scratch("film")) as folder:
        settings = {
            "pixel_width": width,
            "pixel_height": height,
            "frame_rate": rate,
            "frame_height": 8.0,
            "frame_width": 8.0 * width / height,
            "media_dir": folder,
            "verbosity": "WARNING",
        }
        with manim.tempconfig(settings):
            film = Film(spec, size, rate, transparent, solution)
            try:
                yield film
            finally:
                film.close()
