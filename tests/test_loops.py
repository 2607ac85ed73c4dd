"""Where the end of a looping film meets its beginning, nothing jumps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gdanim.spec import Spec

RATE, BLOCK = 10, 8  # frames per second; pixels of what is compared
BOWL = "functions: ['x^2 + 3*y^2']\nsteps: 25\npace: 40\nvideo: {loop: true}\n"


def worst(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """The mean difference in the block of pixels that differs most."""
    off = np.abs(a.astype(float) - b)[..., :3].mean(axis=-1)
    rows, columns = (side // BLOCK * BLOCK for side in off.shape)
    blocks = off[:rows, :columns].reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    return float(blocks.mean(axis=(1, 3)).max())


@pytest.mark.parametrize(
    "more",
    [
        "learning_rates: [0.1, 0.2]\n",
        "starts: {random: 20}\n",
        "scene: contour\n",
        "scene: linked\n",
        "scene: basins\n",
        "scene: learning_rates\n",
        "camera: {path: [{at: 0, elevation: 80}, {at: 2, elevation: 35, zoom: 1.5}, {at: 60, zoom: 3}]}\n",
        "camera: {follow: 1}\n",
    ],
)
def test_the_last_frame_leads_into_the_first(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Callable[..., Any], more: str
) -> None:
    with filming(spec_of(BOWL + more), height=180, rate=RATE) as scene:
        last = scene.frames - 1
        numbers = [0, 1, 2, *range(last - 6, last + 1)]
        frames = {k: painted(scene, k / RATE) for k in numbers}
    steps = [worst(frames[k], frames[k + 1]) for k in numbers if k + 1 in frames]
    assert worst(frames[last], frames[0]) <= max(steps[-2:]) + 1.0
    assert worst(frames[last], frames[0]) < 12
    assert max(steps[2:]) > 0, "it does move"
