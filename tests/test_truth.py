"""What is seen against what was solved: where every ball is drawn, and the losses that are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gdanim
from gdanim.motion.rolling import Rolling
from gdanim.motion.timeline import APPEAR, FALL
from gdanim.view.animated import Clock, Cue
from gdanim.view.panes.contour import ContourPane
from gdanim.view.panes.legend import Legend
from gdanim.view.panes.profile import ProfilePane
from gdanim.view.panes.rates import RatePane
from gdanim.view.panes.surface import SurfacePane
from gdanim.view.sketch import Sketch
from gdanim.view.text import Numbers

Array = NDArray[np.float64]
ROOT = Path(__file__).parent.parent
SPECS = [*sorted(ROOT.glob("specs/*.yaml")), *sorted(ROOT.glob("specs/gallery/*.yaml"))]
WITHOUT = ("card", "losses", "sweep")  # scenes that show no balls of the runs that their spec has
LOOKED_AT = 4  # iterates of a run
NEAR = 0.02  # points: how exactly


def of_each_scene() -> Iterator[Any]:
    """The first film of every scene that shows its balls."""
    seen = set(WITHOUT)
    for path in SPECS:
        scene = gdanim.load(path).parts[0].scene
        if scene not in seen:
            seen.add(scene)
            yield pytest.param(path, id=scene)


def iterates(scene: Any) -> Iterator[tuple[float, Clock, int]]:
    """Some seconds of a scene at which its balls are at iterates: their clock, and the step."""
    for played in scene._played:
        for cue in played.animations:
            if isinstance(cue, Cue) and isinstance(cue.mobject, Clock) and "seconds" in cue.to:
                clock, first, last = cue.mobject, cue.origin["seconds"], cue.to["seconds"]
                eased = cue.rate_func(0.3) != pytest.approx(0.3)
                for step in np.unique(np.geomspace(1, clock.timeline.steps, LOOKED_AT).astype(int)):
                    reached = float(clock.timeline.pace.time(int(step)))
                    if not eased and first < reached < last:
                        yield played.start + reached - first + 1e-9, clock, int(step)


@pytest.mark.parametrize("path", [*of_each_scene()])
def test_every_ball_is_drawn_where_it_was_solved_to_be(
    path: Path, filming: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Array] = []
    plain = Sketch.ball

    def ball(sketch: Sketch, centres: Any, radius: float, *args: Any, **kwargs: Any) -> None:
        drawn.append(np.reshape(np.asarray(centres, dtype=float), (-1, 2)))
        plain(sketch, centres, radius, *args, **kwargs)

    monkeypatch.setattr(Sketch, "ball", ball)
    compared = 0
    with filming(gdanim.load(path), height=180) as scene:
        _ = scene.canvas  # with all its letters
        for t, clock, step in iterates(scene):
            shown, _ = scene.seek(t)
            for pane in (p for p in scene._panes if p in shown and getattr(p, "clock", None) is clock):
                drawn.clear()
                picture = pane.picture(t)
                act = pane.timeline.act if hasattr(pane, "timeline") else clock.act
                solved = np.array([run.points[min(step, run.steps)] for run in act.runs])
                losses = np.array([run.losses[min(step, run.steps)] for run in act.runs])
                low, high = np.transpose(np.asarray(act.domain, dtype=float))
                inside = np.all((low <= solved) & (solved <= high), axis=1) & np.isfinite(losses)
                if isinstance(pane, SurfacePane):
                    land = pane.timeline.landscape
                    inside &= land.above(np.where(inside[:, None], solved, low)) == 0
                    across = 2 * land.extent * (solved - low) / (high - low) - land.extent
                    up = land.level(losses)
                    due = np.column_stack([across, up])[inside]
                    contacts = picture.moment.contacts[inside]
                    spots = picture.moment.centres[inside]
                    assert contacts == pytest.approx(due, abs=1e-6)
                    assert np.linalg.norm(spots - due, axis=1) == pytest.approx(pane.timeline.radius)
                    compared += len(due)
                elif isinstance(pane, ContourPane | ProfilePane) and drawn:
                    frame = pane.plot.frame
                    (places,) = drawn
                    if isinstance(pane, ContourPane):
                        share = (solved - low) / (high - low)
                        at = [frame.left, frame.bottom] + share * [frame.width, -frame.height]
                        away = 0.0
                    else:
                        at, away = pane.plot.at(solved[:, 0], losses), pane.radius
                    off = np.linalg.norm(places - at, axis=1)[inside]
                    assert off == pytest.approx(away, abs=NEAR), f"step {step}"
                    compared += len(off)
    assert compared >= LOOKED_AT - 1, "balls were looked at"


@pytest.mark.parametrize("path", [*of_each_scene()])
def test_the_losses_told_are_those_of_the_iterates(
    path: Path, filming: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []
    plain = Numbers.place

    def place(numbers: Numbers, value: float, *args: Any, **kwargs: Any) -> Any:
        told.append(value)
        return plain(numbers, value, *args, **kwargs)

    monkeypatch.setattr(Numbers, "place", place)
    with filming(gdanim.load(path), height=180) as scene:
        _ = scene.canvas  # with all its letters
        for t, clock, step in iterates(scene):
            shown, _ = scene.seek(t)
            for pane in (p for p in scene._panes if p in shown and getattr(p, "clock", None) is clock):
                if not isinstance(pane, Legend | RatePane | SurfacePane):
                    continue
                told.clear()
                pane.picture(t)
                runs = pane.timeline.act.runs
                losses = np.array([run.losses[min(step, run.steps)] for run in runs])
                known = [*losses, np.nanmin(losses), np.nanmedian(losses)]
                gone = isinstance(clock.timeline, Rolling) and clock.timeline.at(clock.seconds).departed
                for value in told:
                    if np.any(gone):  # what is told of a ball in flight is where it left
                        known += [run.losses[clock.timeline.leaving(i)] for i, run in enumerate(runs)]
                    assert np.isclose(value, known, rtol=1e-6, atol=1e-12).any(), f"{value} at step {step}"


def test_balls_fall_from_within_the_picture(filming: Callable[..., Any]) -> None:
    with filming(gdanim.load(ROOT / "specs/ravine.yaml"), height=180) as scene:
        _ = scene.canvas
        pane = next(p for p in scene._panes if isinstance(p, SurfacePane))
        for t in np.arange(APPEAR, APPEAR + FALL, 0.1):
            scene.seek(float(t))
            picture = pane.picture(float(t))
            if picture.moment is not None:
                balls = picture.moment.centres + np.outer(picture.lift, [0.0, 0.0, 1.0])
                assert picture.camera.project(balls)[:, 1].max() < 0.95
