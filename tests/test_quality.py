"""How good the picture is: smooth edges, a calm image while the camera moves, and the look we settled on.

Smoothness is measured against a reference of 16 samples a pixel, and has to hold its own against 4x
multisampling, which the edge pass replaces. The look is kept in ``tests/golden``; where it is meant
to change, ``GDANIM_GOLDEN=1 pytest tests/test_quality.py`` writes those pictures anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import gdanim

Array = NDArray[np.float64]

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
SPECS = [*sorted(ROOT.glob("specs/*.yaml")), *sorted(ROOT.glob("specs/gallery/*.yaml"))]
RENEW = "GDANIM_GOLDEN"  # the environment variable that writes the golden pictures anew

FILMS = ["ravine", "gallery/himmelblau"]  # whose edges are measured
HEIGHT = 180  # of the pictures compared, in pixels
FINER = 4  # the reference has this many samples across a pixel
SAMPLES = 4  # of the multisampling to hold against
ANGLES = 0.15 * np.arange(12)  # degrees of azimuth from the middle of the orbit
EDGE = 40.0  # of 255 between neighbours in the reference
WORSE = 1.0  # dB below multisampling that are allowed at edges
RESTLESS = 1.1  # times multisampling's flicker that is allowed

INSTANT = 1e-3  # seconds in which nothing may change much
AT_ONCE = 1e-5  # seconds in which not even the fastest ball moves far
POP = 4.0  # of 255: mean change of a block of 8 x 8 pixels; edges that move flicker by less
JUMP = 16.0  # the same in a run, where dots come one by one
RATE = 6  # frames a second that are compared over a whole film
OFF = 0.5  # of 255: mean difference to a golden picture, both blurred
OFF_IN_BLOCK = 12.0  # of 255: mean difference in any block of 8 x 8 pixels

# What shaders state in pixels of the picture is FINER times as many pixels of the reference.
IN_PIXELS = {
    "surface": [("0.36 / per_pixel", f"{0.36 / FINER} / per_pixel")],
    "floor": [
        ("0.4 / rate", f"{0.4 / FINER} / rate"),
        ("1.0 - abs(fract", f"{(FINER + 1) / 2} - abs(fract"),  # a line one pixel wide
    ],
}


@dataclass(frozen=True)
class Sequences:
    """The same frames of a bare surface, each (frames, height, width, 3), 0 to 255."""

    ours: Array
    multisampled: Array
    reference: Array


@pytest.fixture(scope="module")
def sequences(
    request: pytest.FixtureRequest, filming: Callable[..., Any], painted: Callable[..., Any]
) -> Sequences:
    from gdanim.view.solids import Solids

    with filming(gdanim.load(ROOT / f"specs/{request.param}.yaml"), height=HEIGHT) as scene:
        painted(scene, scene.length / 2)
        act, canvas = scene._panes[0], scene.canvas
        middle = replace(
            act.picture(scene.length / 2), labels=(), lines=None, clip=None, moment=None, segments=()
        )
        pictures = [
            replace(middle, camera=replace(middle.camera, azimuth=middle.camera.azimuth + angle))
            for angle in ANGLES
        ]
        width, height = scene.size
        ours = []
        for picture in pictures:
            frame = np.empty((height, width, 4), dtype=np.uint8)
            canvas.draw([(scene._artists[act], picture)], frame)
            ours.append(frame[..., :3].astype(float))
        bare = Solids(canvas, act.scenery)
        multisampled = [drawn(bare, picture, samples=SAMPLES) for picture in pictures]
        bare.release()
        fine = finer(scene)
        solids = Solids(fine, act.scenery)
        reference = [binned(drawn(solids, picture)) for picture in pictures]
        fine.close()
    return Sequences(*map(np.array, (ours, multisampled, reference)))


def finer(scene: Any) -> Any:
    """A canvas with FINER times the pixels of a scene's and lines as many times wider."""
    from gdanim.view import canvas

    class Finer(canvas.Canvas):
        def _program(self, name: str) -> Any:
            source = (Path(canvas.__file__).parent / "shaders" / f"{name}.glsl").read_text(encoding="utf-8")
            for stated, scaled in IN_PIXELS.get(name, []):
                assert stated in source, f"{name}.glsl no longer says {stated}: adapt the reference"
                source = source.replace(stated, scaled)
            return self.context.program(
                vertex_shader=f"#version 330\n#define VERTEX\n{source}",
                fragment_shader=f"#version 330\n{source}",
            )

    fine = Finer(FINER * scene.size[0], FINER * scene.size[1], scene.theme)
    fine.pixel = FINER * scene.canvas.pixel
    mesh, level, width = scene.canvas.programs["surface"]["u_mesh"].value
    fine.set("surface", u_mesh=(mesh, level, FINER * width))
    return fine


def drawn(solids: Any, picture: Any, samples: int = 0) -> Array:
    """What does not move (height, width, 3), 0 to 255."""
    canvas = solids.canvas
    solids._render_outline = lambda _: None
    canvas.use()
    gl, size = canvas.context, (canvas.width, canvas.height)
    target = gl.framebuffer([gl.renderbuffer(size, 4, samples=samples)], gl.depth_renderbuffer(size, samples))
    canvas._begin(target)
    solids.draw_still(picture)
    gl.copy_framebuffer(canvas.target, target)
    frame = np.empty((canvas.height, canvas.width, 4), dtype=np.uint8)
    canvas.target.read_into(frame, components=4)
    target.release()
    return frame[..., :3].astype(float)


def binned(frame: Array) -> Array:
    """A picture (height, width, 3) from one with FINER times as many pixels each way."""
    rows, columns = (n // FINER for n in frame.shape[:2])
    return np.asarray(frame.reshape(rows, FINER, columns, FINER, 3).mean(axis=(1, 3)))


def edges(frames: Array) -> NDArray[np.bool_]:
    """Pixels (frames, height, width) that differ much from a neighbour."""
    found = np.zeros(frames.shape[:3], dtype=bool)
    for axis in (1, 2):
        step = np.abs(np.diff(frames, axis=axis)).max(axis=-1) > EDGE
        before, after = [(0, 0)] * 3, [(0, 0)] * 3
        before[axis], after[axis] = (1, 0), (0, 1)
        found |= np.pad(step, before) | np.pad(step, after)
    return found


def psnr(frames: Array, reference: Array, where: NDArray[np.bool_]) -> float:
    """Peak signal-to-noise ratio in dB over the pixels ``where``."""
    return float(10 * np.log10(255.0**2 / np.mean((frames - reference)[where] ** 2)))


def flicker(frames: Array, reference: Array) -> float:
    """Mean change from frame to frame that is not the reference's own, of 255."""
    return float(np.abs(np.diff(frames, axis=0) - np.diff(reference, axis=0)).mean())


@pytest.mark.parametrize("sequences", FILMS, indirect=True)
def test_edges_are_as_true_as_multisampled_ones(sequences: Sequences) -> None:
    where = edges(sequences.reference)
    ours = psnr(sequences.ours, sequences.reference, where)
    multisampled = psnr(sequences.multisampled, sequences.reference, where)
    assert ours >= multisampled - WORSE, f"{ours:.2f} dB, multisampled {multisampled:.2f} dB"


@pytest.mark.parametrize("sequences", FILMS, indirect=True)
def test_a_moving_camera_makes_no_more_flicker_than_multisampling(sequences: Sequences) -> None:
    ours = flicker(sequences.ours, sequences.reference)
    multisampled = flicker(sequences.multisampled, sequences.reference)
    assert 0 < ours <= RESTLESS * multisampled, f"{ours:.3f}, multisampled {multisampled:.3f}"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_film_looks_as_it_did(
    path: Path, filming: Callable[..., Any], painted: Callable[..., Any], tmp_path: Path
) -> None:
    with filming(gdanim.load(path), height=HEIGHT) as scene:
        frame = painted(scene, scene.length / 2)[..., :3]
        assert not pops(scene, painted), "what is seen from one moment to the next"
    golden = GOLDEN / f"{path.stem}.png"
    if os.environ.get(RENEW):
        Image.fromarray(frame).save(golden, optimize=True)
        pytest.skip(f"{golden.name} is written anew")
    assert golden.exists(), f"{golden.name} is missing; {RENEW}=1 writes it"
    expected = np.asarray(Image.open(golden).convert("RGB"))
    off = np.abs(blurred(frame) - blurred(expected)).mean(axis=-1)
    worst = blocks(off).max()
    if off.mean() >= OFF or worst > OFF_IN_BLOCK:
        difference = np.repeat(np.minimum(4 * off, 255)[..., None], 3, axis=-1).astype(np.uint8)
        shown = tmp_path / f"{path.stem}.png"
        Image.fromarray(np.concatenate([frame, expected, difference], axis=1)).save(shown)
        pytest.fail(
            f"{off.mean():.2f} off on average, {worst:.1f} in the worst block; "
            f"now, as it was and 4 x the difference: {shown}"
        )


def pops(scene: Any, painted: Callable[..., Any]) -> list[float]:
    """Seconds at which something appears or goes at once while the film opens, its first frame among them."""
    opened = next((played.end for played in scene._played if played.end > INSTANT), scene.length)
    times = np.append(opened * np.linspace(0.0, 1.0, 5), min(opened + 0.5, scene.length))
    return [float(t) for t in times if changed(painted(scene, t), painted(scene, t + INSTANT)) > POP]


def one_of_each_scene() -> list[Path]:
    """The first film of every scene."""
    films: dict[str, Path] = {}
    for path in SPECS:
        films.setdefault(gdanim.load(path).parts[0].scene, path)
    return list(films.values())


@pytest.mark.parametrize("path", one_of_each_scene(), ids=lambda path: path.stem)
def test_nothing_pops_in_a_whole_film(
    path: Path, filming: Callable[..., Any], painted: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gdanim.view.text import Numbers

    def unseen(place: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **kwargs: [label._replace(opacity=0.0) for label in place(*args, **kwargs)]

    for name in ("place", "whole"):  # numbers that count change from frame to frame
        monkeypatch.setattr(Numbers, name, unseen(getattr(Numbers, name)))
    with filming(gdanim.load(path), height=HEIGHT) as scene:
        times = np.linspace(0.0, scene.length, max(2, round(RATE * scene.length)))
        frames = [painted(scene, t) for t in times]
        popped = [
            jump
            for times, ends in zip(pairwise(times), pairwise(frames), strict=True)
            if (jump := jumped(scene, painted, times, ends))
        ]
    assert not popped, f"at seconds: {popped}"


def jumped(
    scene: Any, painted: Callable[..., Any], times: tuple[float, float], frames: tuple[Any, Any]
) -> float | None:
    """When between two times some block changes AT_ONCE by more than JUMP, if it does: by halving.

    Text that moves hops from pixel to pixel, which is no jump.
    """
    (begin, end), (first, last) = times, frames
    while changed(first, last, hop=1) > JUMP:
        if end - begin < AT_ONCE:
            return round(float(end), 3)
        middle = (begin + end) / 2
        between = painted(scene, middle)
        if changed(first, between, hop=1) > changed(between, last, hop=1):
            end, last = middle, between
        else:
            begin, first = middle, between
    return None


def changed(before: NDArray[np.uint8], after: NDArray[np.uint8], hop: int = 0) -> float:
    """The mean change of the block of 8 x 8 pixels that changes most, if all may ``hop`` so many pixels."""
    moved = [np.roll(after, by, axis=axis) for axis in (0, 1) for by in range(-hop, hop + 1)]
    off = [blocks(np.abs(before.astype(float) - each).mean(axis=-1)) for each in moved]
    return float(np.min(off, axis=0).max())


def blurred(frame: NDArray[np.uint8]) -> Array:
    """The mean of 3 x 3 pixels around each, the border repeated."""
    padded = np.pad(frame.astype(float), ((1, 1), (1, 1), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.asarray(windows.mean(axis=(-2, -1)))


def blocks(values: Array, size: int = 8) -> Array:
    """Means of blocks of ``size`` x ``size`` values; incomplete ones at the far borders are left out."""
    rows, columns = (n // size for n in values.shape)
    whole = values[: rows * size, : columns * size]
    return np.asarray(whole.reshape(rows, size, columns, size).mean(axis=(1, 3)))
