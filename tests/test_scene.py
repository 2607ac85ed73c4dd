"""Frames are functions of time: any order, any player, any scene."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gdanim.catalog import scenes
from gdanim.spec import Spec

Pixels = NDArray[np.uint8]
Paint = Callable[[Any, float], Pixels]
TWO_ACTS = """\
title: "Two hills"
functions: [himmelblau, "x^2 + 10*y^2"]
learning_rates: [0.005, 0.105]
starts: [[-2, 2], [1, 1.5]]
steps: 20
domain: {x: [-4, 4], y: [-4, 4]}
video: {duration: 16}
"""
SMALL = {"frame_rate": 10, "frame_height": 8.0, "media_dir": ""}


@pytest.fixture(scope="module")
def spec(spec_of: Callable[[str], Spec]) -> Spec:
    return spec_of(TWO_ACTS)


@pytest.fixture(scope="module")
def film(spec: Spec, filming: Callable[..., Any]) -> Iterator[Any]:
    with filming(spec) as scene:
        yield scene


@pytest.fixture(scope="module")
def times(film: Any) -> list[float]:
    """Inside every animation, at its ends and beside them."""
    kinds = {type(a).__name__ for played in film._played for a in played.animations}
    assert {"Cue", "Write", "FadeOut"} <= kinds
    found = set()
    for played in film._played:
        found |= {played.start + f * (played.end - played.start) for f in (0, 0.03, 0.4, 0.84, 1)}
        found |= {played.end - 1e-3, played.end + 1e-3}
    return sorted(found)


@pytest.fixture(scope="module")
def in_order(film: Any, painted: Paint, times: list[float]) -> list[Pixels]:
    return [painted(film, t) for t in times]


def test_the_order_of_frames_does_not_matter(
    film: Any, painted: Paint, times: list[float], in_order: list[Pixels]
) -> None:
    for k in reversed(range(len(times))):
        assert np.array_equal(painted(film, times[k]), in_order[k]), f"at {times[k]:.3f} s"


def test_before_and_after_the_film_its_ends_stand(film: Any, painted: Paint, in_order: list[Pixels]) -> None:
    assert np.array_equal(painted(film, -1.0), in_order[0])
    assert np.array_equal(painted(film, film.length + 9.0), painted(film, film.length))


def test_two_films_at_a_time(
    film: Any,
    spec_of: Callable[[str], Spec],
    filming: Callable[..., Any],
    painted: Paint,
    times: list[float],
    in_order: list[Pixels],
) -> None:
    with filming(spec_of(f"{TWO_ACTS}view: {{theme: light}}\n"), height=120) as other:
        light = painted(other, times[5])
        assert not np.array_equal(light, in_order[5][: len(light)])
        assert np.array_equal(painted(film, times[5]), in_order[5])
        assert np.array_equal(painted(other, times[5]), light)


def test_a_film_made_anew_gives_the_same_frames_in_any_order(
    spec: Spec, filming: Callable[..., Any], painted: Paint, times: list[float], in_order: list[Pixels]
) -> None:
    order = np.concatenate([np.random.default_rng(seed).permutation(len(times)) for seed in (7, 8)])
    with filming(spec) as scene:
        for k in order:
            assert np.array_equal(painted(scene, times[k]), in_order[k]), f"at {times[k]:.3f} s"


def test_frames_show_something_and_change(in_order: list[Pixels], times: list[float]) -> None:
    assert len({frame.tobytes() for frame in in_order}) > 0.6 * len(times)
    assert all(len(np.unique(frame.view(np.uint32))) > 50 for frame in in_order[1:])


def test_frames_are_opaque(in_order: list[Pixels]) -> None:
    """Else `manim render --format png` gives pictures with holes."""
    assert all((frame[..., 3] == 255).all() for frame in in_order)


def test_duration_is_kept(film: Any) -> None:
    assert film.length == pytest.approx(16.0)
    assert film.frames == 160


@pytest.mark.parametrize("size", [(426, 240)])  # not quite 16:9, which manim assumes
def test_manim_render_gives_the_same_frames(
    spec: Spec, filming: Callable[..., Any], painted: Paint, tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    command = [
        sys.executable,
        "-m",
        "manim",
        "render",
        str(scenes()["surface"].resolve()),
        "--format",
        "png-sequence",
    ]
    command += [
        "-r",
        f"{width},{height}",
        "--fps",
        "2",
        "--media_dir",
        str(tmp_path),
        "--progress_bar",
        "none",
    ]
    made = subprocess.run(
        command,
        env=os.environ | {"GDANIM_SPEC": str(spec.source)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    pictures = sorted(tmp_path.rglob("*.png"))
    with filming(spec, height=height, rate=2) as scene:
        assert scene.size == size
        assert len(pictures) == scene.frames == 32
        for k, path in enumerate(pictures):
            with Image.open(path) as image:
                theirs = np.asarray(image.convert("RGBA"))
            assert np.array_equal(theirs, painted(scene, k / 2)), f"frame {k}"


@contextmanager
def small(tmp_path: Path, width: int = 320, height: int = 180) -> Iterator[None]:
    import manim

    settings = SMALL | {"pixel_width": width, "pixel_height": height, "media_dir": str(tmp_path)}
    with manim.tempconfig(settings | {"frame_width": 8.0 * width / height, "background_color": "#0E1116"}):
        yield


def kinds_of_animation(scene: Any) -> None:
    """What a scene of a user's own may play, chains on one mobject among it."""
    from manim import (
        UP,
        AnimationGroup,
        Circle,
        Create,
        FadeIn,
        FadeOut,
        Indicate,
        LaggedStart,
        Line,
        MoveAlongPath,
        ReplacementTransform,
        Rotate,
        Square,
        Transform,
    )

    square, circle = Square(color="#58B4F0"), Circle(color="#FFE14D").shift(2 * UP)
    scene.play(Create(square), run_time=0.5)
    scene.play(square.animate.shift(UP), run_time=0.5)
    scene.play(square.animate.scale(0.5), run_time=0.5)
    scene.play(FadeIn(circle), Rotate(square, 1.0), run_time=0.5)
    scene.play(FadeOut(circle), run_time=0.5)
    scene.wait(0.5)
    scene.play(Transform(square, Circle(radius=0.3)), run_time=0.5)
    scene.play(MoveAlongPath(square, Line([0, 0, 0], [2, 1, 0])), run_time=0.5)
    other = Square(side_length=0.7, fill_opacity=0.5)
    scene.play(ReplacementTransform(square, other), run_time=0.5)
    scene.play(Indicate(other), run_time=0.5)
    dots = [Circle(radius=0.2).shift(k * UP) for k in (-2, 2)]
    scene.play(LaggedStart(*[FadeIn(d) for d in dots], lag_ratio=0.5), run_time=0.6)
    scene.play(AnimationGroup(*[d.animate.shift([1, 0, 0]) for d in dots]), run_time=0.5)
    scene.remove(other)
    scene.wait(0.5)


def followed(scene: Any) -> None:
    """A mobject that follows a number while it has an updater, which is not all the time."""
    from manim import Square, ValueTracker

    square, tracker = Square(), ValueTracker(0.0)
    scene.play(square.animate.shift([2, 0, 0]), run_time=0.5)
    square.add_updater(lambda m: m.set_x(tracker.get_value()))
    scene.play(tracker.animate.set_value(-3.0), run_time=0.5)
    square.clear_updaters()
    scene.wait(0.5)


@pytest.mark.parametrize(
    "story",
    [
        kinds_of_animation,
        followed,
    ],
)
def test_any_animation_of_manim_is_shown_as_manim_shows_it(
    spec: Spec, filming: Callable[..., Any], tmp_path: Path, story: Callable[[Any], None]
) -> None:
    del filming  # imports manim without its warnings
    import manim
    from manim.renderer.cairo_renderer import CairoRenderer

    from gdanim.view.scene import FilmScene

    class Ours(FilmScene):
        def construct(self) -> None:
            story(self)

    class Theirs(manim.Scene):
        def construct(self) -> None:
            story(self)

    shown: list[Pixels] = []

    class Recorder(CairoRenderer):
        def add_frame(self, frame: Pixels, num_frames: int = 1) -> None:
            shown.extend([frame.copy()] * num_frames)

    with small(tmp_path):
        ours = Ours(spec)
        ours.construct()
        frame = np.empty((180, 320, 4), dtype=np.uint8)
        order = np.random.default_rng(3).permutation(ours.frames)
        frames: dict[int, Pixels] = {}
        for k in order:
            ours.paint(k / 10, frame)
            frames[int(k)] = frame.copy()
        for k in range(ours.frames):
            ours.paint(k / 10, frame)
            assert np.array_equal(frame, frames[k]), f"frame {k}"
        ours.canvas.close()
        with manim.tempconfig({"dry_run": True, "disable_caching": True, "progress_bar": "none"}):
            Theirs(renderer=Recorder()).render()
    assert len(shown) == len(frames)
    for k, theirs in enumerate(shown):
        off = np.abs(theirs[..., :3].astype(int) - frames[k][..., :3])
        assert off.max() <= 3, f"frame {k}"


def test_what_takes_the_place_of_another_is_drawn(
    spec: Spec, filming: Callable[..., Any], tmp_path: Path
) -> None:
    del filming
    from manim import Square

    from gdanim.view.scene import FilmScene

    class Swap(FilmScene):
        def construct(self) -> None:
            clock = self.clock(self.solution.acts[0])
            for x in (-2.0, 2.0):
                square = Square().move_to([x, 0, 0])
                self.add(square)
                self.play(clock.become_(1.0, seconds=1.0))
                self.remove(square)

    frames = [np.empty((180, 320, 4), dtype=np.uint8) for _ in range(2)]
    with small(tmp_path):
        for frame, moments in zip(frames, ([0.5, 1.5], [1.5]), strict=True):
            scene = Swap(spec)
            scene.construct()
            for t in moments:
                scene.paint(t, frame)
            scene.canvas.close()
    assert np.array_equal(*frames)


def test_a_scene_without_a_spec_says_what_it_needs(
    filming: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del filming
    from gdanim.view.scene import SPEC_VARIABLE, FilmScene

    monkeypatch.delenv(SPEC_VARIABLE, raising=False)
    with small(tmp_path), pytest.raises(SystemExit, match=SPEC_VARIABLE):
        FilmScene()


def test_a_part_may_be_shorter_than_a_frame(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    import manim

    with filming(spec_of(TWO_ACTS)) as scene, caplog.at_level("WARNING", logger="manim"):
        manim.logger.addHandler(caplog.handler)
        before = scene.length
        scene.wait(0.001)
        manim.logger.removeHandler(caplog.handler)
        assert scene.length == pytest.approx(before + 0.001, abs=1e-9)
        with pytest.raises(ValueError, match="cannot render"):
            scene.wait(0)
    assert not caplog.records


def test_a_looping_film_ends_where_it_began(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    text = TWO_ACTS.replace("duration: 16", "duration: 16, loop: true")
    with filming(spec_of(text)) as scene:
        work = scene._panes[0].camerawork
        turns = [work.at(float(t), 1.0, 0.0, 0.0).azimuth for t in np.linspace(0, scene.length, 50)]
        assert turns[0] == pytest.approx(turns[-1], abs=1e-9)
        assert max(np.abs(np.diff(turns))) <= 1.2 * scene.length / 49 * 1.001


@pytest.mark.parametrize(
    "function",
    ["sqrt(x) + y^2", "log(x*y)", "1/(x^2 + y^2)", "0*x + y", "0*x + 0*y + 3", "1e-9*x^2 + 0*y"],
)
def test_any_function_is_drawn(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Paint, function: str
) -> None:
    text = f'functions: ["{function}"]\ndomain: {{x: [-1, 2], y: [-1, 2]}}\nstarts: [[0.5, 0.5]]\nsteps: 12\n'
    with filming(spec_of(text), height=180) as scene:
        background = painted(scene, 0.0)
        for t in (1.0, 3.0, scene.length - 3.5, scene.length):
            frame = painted(scene, t)
            assert (frame != background).any(axis=-1).mean() > 0.02


def test_a_film_that_is_gone_harms_no_other(
    spec: Spec, spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Paint
) -> None:
    """As where one process makes several films: the first one's memory is freed some time later."""
    gc.collect()
    with filming(spec_of(f"{TWO_ACTS}view: {{theme: light}}\n"), height=120) as gone:
        painted(gone, 9.0)
    with filming(spec, height=120) as scene:
        before = painted(scene, 9.0)
        del gone
        gc.collect()
        assert np.array_equal(painted(scene, 9.0), before)
