"""Errors along eigenvectors, against the closed form of gradient descent on a quadratic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdanim.engine.solution import Act
from gdanim.spec import Spec
from gdanim.view.panes.anatomy import LARGEST
from gdanim.view.panes.eigen import along_eigenvectors


def test_errors_shrink_as_the_eigenvalues_say(act_of: Callable[[str], Act]) -> None:
    """Along an eigenvector with eigenvalue c each step of plain descent multiplies it by 1 - rate c."""
    rate = 0.03
    act = act_of(
        'functions: [{expr: "2*x^2 + 3*x*y + 6*y^2", minima: [[0, 0]]}]\n'
        f"learning_rates: [{rate}]\nstarts: [[2, -1]]\nsteps: 40\nstop: {{gradient_norm: 0}}\n"
    )
    curvatures, errors = along_eigenvectors(act.runs[0], act.objective)
    assert curvatures == pytest.approx(np.linalg.eigvalsh([[4.0, 3.0], [3.0, 12.0]]))
    factors = np.abs(1 - rate * curvatures)[:, None] ** np.arange(41)
    assert errors == pytest.approx(errors[:, :1] * factors, rel=1e-9)
    assert np.linalg.norm(errors[:, 0]) == pytest.approx(np.hypot(2, 1))


def test_a_minimum_without_curvatures_can_be_drawn(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], painted: Callable[..., Any]
) -> None:
    with filming(spec_of("functions: [ackley]\noptimizers: [adam]\nsteps: 9\nscene: anatomy")) as scene:
        assert painted(scene, scene.length)[..., 3].all()


def test_a_verdict_goes_with_its_ball(spec_of: Callable[[str], Spec], filming: Callable[..., Any]) -> None:
    with filming(spec_of("functions: [bowl]\nsteps: 9\nscene: anatomy\nvideo: {loop: true}")) as scene:
        _ = scene.canvas  # the text is set
        (pane,) = (pane for pane in scene._panes if type(pane).__name__ == "AnatomyPane")
        pane.clock.seconds = pane.timeline.run_time + 1.0
        pane.clock.present = 0.01
        assert pane.picture(0.0).moving.parts
        pane.clock.present = 0.0
        assert not pane.picture(0.0).moving.parts


@pytest.mark.parametrize("aspect", ["16:9", "1:1"])
def test_the_box_stays_near_its_map(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], aspect: str
) -> None:
    text = (
        "functions: ['x^2 + 10*y^2']\noptimizers: [sgd, momentum, {name: adam, learning_rate: 0.2}]\n"
        "learning_rates: [0.05]\nstarts: [[-2.6, 1.4]]\nsteps: 40\nscene: anatomy\n"
    )
    with filming(spec_of(f'{text}video: {{aspect: "{aspect}"}}\n'), height=250) as scene:
        pane = [pane for pane in scene._panes if type(pane).__name__ == "AnatomyPane"][2]
        assert pane.act.runs[0].ball.label == "adam"
        highest = 2 * LARGEST * pane._scale
        assert highest < 0.7 * pane.plot.frame.height
