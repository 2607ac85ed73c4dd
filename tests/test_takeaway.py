"""What is learned is told in one sentence at the end: true, short, and clear of everything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.engine.takeaway import takeaway
from gdanim.spec import Spec
from gdanim.view.panes.surface import SurfacePane
from gdanim.view.panes.takeaway import TakeawayPane

ROOT = Path(__file__).parent.parent
FILMS = [*sorted(ROOT.glob("specs/*.yaml")), *sorted(ROOT.glob("specs/gallery/*.yaml"))]
Specs = Callable[[str], Spec]
RATES = 'functions: ["x^2 + 10*y^2"]\nstarts: [[-2.6, 1.4]]\nlearning_rates: '
HILLS = """\
functions: [{expr: "x^4 - 2*x^2 + 0.3*x + y^2", domain: {x: [-2, 2], y: [-1, 1]}, minima: [[-1.0355, 0]]}]
learning_rates: [0.05]
starts: """
SADDLE = 'functions: ["x^2 - y^2"]\nstarts: [[1, 0]]\nlearning_rates: [0.1]'
ADAM = "optimizers: [{name: adam, betas: [0.8, 0.9]}]\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"{RATES}[0.01, 0.07, 0.0975, 0.105]",
            "0.07 is the fastest: 103 steps; 0.105 flies off: the rate is too large.",
        ),
        (f"{RATES}[0.07, 0.05]", "0.07 is the fastest: 103 steps; 0.05 needs 147."),
        (f"{RATES}[0.07, 0.01]\nsteps: 200", "A minimum is reached by 0.07 only, in 103 steps."),
        (f"{RATES}[0.01, 0.02]\nsteps: 20", "None of them comes to rest in 20 steps; 0.02 comes closest."),
        (f"{RATES}[0.02, 0.02]\nsteps: 20", "None of them comes to rest in 20 steps."),
        (f"{RATES}[0.11, 0.12]", "All of them fly off."),
        (f"{RATES}[0.07]", "It reaches a minimum in 103 steps."),
        (f"{RATES}[0.12]", "It flies off: the rate is too large."),
        (f"{RATES}[0.01]\nsteps: 50", "50 steps are too few: it is still on its way."),
        (f"{RATES}[0.05]\nsteps: 90", "After 90 steps it is nearly there."),
        (f"{RATES.replace('[-2.6, 1.4]', '[0, 0]')}[0.05]", "It starts at a minimum."),
        (
            "functions: ['1e-9*(x^2 + y^2)']\nstarts: [[3, 2]]\nlearning_rates: [0.1, 0.2]",
            "The stop rule ends their way before they have arrived.",
        ),
        (f"{RATES}[0.07]\nnoise: 0.5", "Its gradients are never quite right: it does not come to rest."),
        (
            f"{ADAM}{RATES}[0.2]",
            "Divided by their own size, small gradients give no smaller steps: it bounces to and fro.",
        ),
        (SADDLE, "Where the gradient is zero it rests, though this is no minimum."),
        (
            f"{HILLS}[[1.8, 0.5]]",
            "It rests in a local minimum: elsewhere it is lower.",
        ),
        (
            f"{HILLS}[[1.8, 0.5], [-1.8, 0.5], [-1, 1]]",
            "2 of 3 starts lead to the lowest minimum, 1 to a higher one.",
        ),
        (
            "functions: [himmelblau]\nlearning_rates: [0.01]\nstarts: {ring: 12, radius: 4}",
            "Where a ball starts decides in which of 4 minima it ends.",
        ),
        (
            f"{RATES.replace('[[-2.6, 1.4]]', '[[1, 1], [2, 1]]')}[0.07]",
            "From both starts the balls reach a minimum.",
        ),
        (
            f"{HILLS}[[1.8, 0.5], [1.5, 0.2]]",
            "2 of 2 starts lead to a local minimum: elsewhere it is lower.",
        ),
        (
            f"{HILLS.replace('[0.05]', '[0.05, 0.04]')}[[1.8, 0.5], [-1.8, 0.5]]",
            "0.05 and 0.04 arrive equally often: from 1 of 2 starts.",
        ),
        (
            "functions: [bowl]\noptimizers: [{name: sgd, maximize: true}]\nlearning_rates: [0.1]",
            "Its loss climbs for ever: there is no maximum that way.",
        ),
        (
            "functions: ['exp(-(x^2 + y^2))']\nstarts: [[1, 1]]\nlearning_rates: [0.5, 0.1]\n"
            "optimizers: [{name: sgd, maximize: true}]",
            "0.5 is the fastest: 6 steps; 0.1 needs 77.",
        ),
        (
            "functions: [bowl]\noptimizers: [sgd, {name: sgd, maximize: true}]\nlearning_rates: [0.1]",
            None,
        ),
        (
            "functions: [x^3 - 3*x]\nscene: one_dimensional\nstarts: [[2], [-1.5]]\nlearning_rates: [0.05]",
            "1 of 2 starts leads to a minimum; from 1 the loss falls for ever.",
        ),
    ],
)
def test_what_is_told_is_what_happened(text: str, told: str | None, spec_of: Specs) -> None:
    spec = spec_of(text)
    found = takeaway(spec.parts[0], gdanim.solve(spec).acts[0])
    assert (found and found.text) == told


def test_the_best_is_the_one_with_the_fewest_of_what_is_counted(spec_of: Specs) -> None:
    text = (
        "functions: [rosenbrock]\nscene: losses\noptimizers: [conjugate_gradient, bfgs]\nview: {against: %s}"
    )
    best = {}
    for counted in ("steps", "evaluations"):
        spec = spec_of(text % counted)
        (act,) = gdanim.solve(spec).acts
        found = takeaway(spec.parts[0], act)
        assert found is not None
        assert found.best is not None
        best[counted] = found.best
        costs = [run.steps if counted == "steps" else run.evaluations.gradient for run in act.runs]
        own = found.best.steps if counted == "steps" else found.best.evaluations.gradient
        assert own == min(costs)
        assert str(own) in found.text


@pytest.mark.parametrize("hidden", ["none", "false"])
def test_it_can_be_hidden(hidden: str, spec_of: Specs, filming: Callable[..., Any]) -> None:
    with filming(spec_of(f"{RATES}[0.07]\ntakeaway: {hidden}")) as scene:
        assert scene.foot == 0
        assert len(scene._panes) == 2


def test_own_words_are_shown_as_typed(spec_of: Specs, filming: Callable[..., Any]) -> None:
    words = '#read("/etc/hostname") is $x$'
    with filming(spec_of(f"{RATES}[0.07]\ntakeaway: '{words}'")) as scene:
        _ = scene.canvas
        assert any('#"#read(\\"/etc/hostname\\") is $x$"' in markup for markup, _ in scene.lettering._index)


@pytest.mark.parametrize(("aspect", "height"), [("16:9", 240), ("9:16", 480)])
@pytest.mark.parametrize("path", FILMS, ids=lambda path: path.stem)
def test_it_stands_clear_of_all_else(
    path: Path, aspect: str, height: int, filming: Callable[..., Any]
) -> None:

    spec = gdanim.load(path)
    spec = spec.model_copy(update={"video": spec.video.model_copy(update={"aspect": aspect})})
    with filming(spec, height) as scene:
        for pane in scene._panes:
            if isinstance(pane, TakeawayPane):
                _ = scene.canvas
                lines = scene.lettering.size(pane._words)[1] / scene.lettering.scale
                assert lines <= pane.box.height + 4
                assert pane.box.bottom < scene.layout.height
                others = [other for other in scene._panes if not isinstance(other, TakeawayPane)]
                for other in others:
                    if isinstance(other, SurfacePane) and other.layout.over:
                        assert not covers(other, scene.length, pane)
                    else:
                        assert other.box.bottom <= pane.box.top


def covers(surface: SurfacePane, t: float, pane: TakeawayPane) -> bool:
    """Whether a surface that reaches over the whole picture reaches behind a sentence."""
    width, height = surface.scene.size
    surface.scene.seek(t)
    x, y = surface.camera(t).project(surface.scenery.seen).T
    at = np.column_stack([(x + 1) / 2 * width, (1 - y) / 2 * height]) / surface.lettering.scale
    left, top, _, _ = pane.box
    right = left + surface.lettering.size(pane._words)[0] / surface.lettering.scale
    return bool(np.any((at[:, 1] > top) & (at[:, 0] < right)))


def test_one_that_left_the_picture_is_told_why(spec_of: Specs) -> None:
    act = "functions: ['-x + y^2']\nlearning_rates: [0.1]\nstarts: [[0, 1]]\nsteps: 400\n"
    spec = spec_of(act)
    told = takeaway(spec.parts[0], gdanim.solve(spec).acts[0])
    assert told is not None
    assert "falls for ever" in told.text


def test_it_comes_when_the_run_has_ended(
    spec_of: Specs, filming: Callable[..., Any], painted: Callable[..., Any]
) -> None:
    with filming(spec_of(f"{RATES}[0.07]")) as scene:
        *_, pane = scene._panes
        top = round(pane.box.top * scene.lettering.scale)
        right = scene.size[0] // 4
        lit = [painted(scene, t)[top:, :right, :3].max() > 150 for t in (2.0, scene.length - 5, scene.length)]
        assert lit == [False, False, True]
