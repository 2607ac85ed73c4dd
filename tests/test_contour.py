"""The map from above: what stands on it keeps clear of each other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from gdanim.spec import Spec
from gdanim.view.panes.contour import CLEAR, ContourPane

THREE = """\
functions: [{expr: "x^2 + 4*y^2", domain: {x: [-3, 3], y: [-3, 3]}}]
optimizers: [sgd, momentum, adam]
learning_rates: [0.1]
starts: [[-2.5, 2.0]]
steps: 12
scene: contour
"""


def test_step_numbers_of_all_balls_stand_clear_of_each_other(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    with filming(spec_of(THREE), height=480) as scene:
        (pane,) = (pane for pane in scene._panes if isinstance(pane, ContourPane))
        numbered = pane._numbered
        assert [(ball, step) for ball, step, _ in numbered].count((0, 0)) == 1
        assert {ball for ball, _, _ in numbered} == {0, 1, 2}
        assert sum(step == 0 for _, step, _ in numbered) == 1, "they start at one place"
        for (_, _, one), (_, _, other) in combinations(numbered, 2):
            assert np.linalg.norm(one - other) > CLEAR
