"""What is written on the blackboard is what was computed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.engine.anatomy import anatomy
from gdanim.engine.optimizers.rule import BY_STEP, GIVEN, named
from gdanim.registry import optimizers
from gdanim.spec import Spec
from gdanim.view.rules import SYMBOLS, numbers, symbols, typeset, worked_out

ROOT = Path(__file__).parent.parent
SETTINGS = [
    *("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"),
    "{name: adamw, weight_decay: 0}",
    "{name: sgd, momentum: 0.8}",
    "{name: sgd, momentum: 0.7, nesterov: true}",
    "{name: adam, betas: [0.8, 0.95], eps: 0.001}",
    "{name: rmsprop, alpha: 0.7}",
    "{name: adagrad, eps: 0.01}",
    "{name: adam, weight_decay: 0.1}",
    "{name: rmsprop, centered: true}",
    "{name: sgd, momentum: 0.5, dampening: 0.2}",
    "{name: sgd, maximize: true}",
    "{name: sam, momentum: 0.5}",
    "{name: momentum, learning_rate: {name: one_cycle, max_lr: 0.05, total_steps: 6}}",
    "lion",
]


@pytest.mark.parametrize("entry", SETTINGS)
def test_every_line_leads_to_the_engines_next_point(entry: str, spec_of: Callable[[str], Spec]) -> None:
    spec = spec_of(
        f'functions: ["x^2 + 3*x*y + 4*y^2"]\noptimizers: [{entry}]\nlearning_rates: [0.05]\n'
        "starts: [[3, 4]]\nsteps: 6\n"
    )
    act = gdanim.solve(spec).acts[0]
    run, inside = act.runs[0], anatomy(spec, act, 1)
    written = inside.rule
    shown = worked_out(written, run, inside, 5)
    assert len(shown) == 5
    for k, rows in enumerate(shown):
        assert written.lines[-1].symbol == "x"
        assert rows[-1][1] == pytest.approx(run.points[k + 1], rel=1e-12)


@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_has_a_rule_to_show(name: str) -> None:
    written = optimizers[name]().rule
    known = {*GIVEN, *written.settings, *(line.symbol for line in written.lines)}
    assert {name for line in written.lines for name in named(line)} <= known
    assert symbols(written).items() <= SYMBOLS.items()


def test_numbers_are_what_is_put_in(spec_of: Callable[[str], Spec]) -> None:
    """From (3, 4) at rate 0.1 on x^2 + y^2 the gradient is (6, 8) and the next point (2.4, 3.2)."""
    spec = spec_of('functions: ["x^2 + y^2"]\nlearning_rates: [0.1]\nstarts: [[3, 4]]\nsteps: 2\n')
    act = gdanim.solve(spec).acts[0]
    written = optimizers["sgd"]().rule
    (gradient, step), *_ = worked_out(written, act.runs[0], anatomy(spec, act, 1), 1)
    assert numbers(written.lines[0], *gradient)["="] == 'vec(delim: "(", 6.000, 8.000)'
    put_in = numbers(written.lines[1], *step)
    assert put_in["rate"] == "0.1"
    assert put_in["x"] == 'vec(delim: "(", 3.000, 4.000)'
    assert put_in["="] == 'vec(delim: "(", 2.400, 3.200)'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1e-8, "10^(-8)"),
        (3, "3"),
        (np.array([0.5]), "0.500"),
        (np.array([2.5e-5]), "2.5 dot 10^(-5)"),
        (np.array([-0.0]), "0.000"),
        (0.0, "0"),
    ],
)
def test_how_numbers_are_typeset(value: object, text: str) -> None:
    assert typeset(value) == text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(("momentum", True), ("adam", True), ("{name: adam, amsgrad: true}", False)),
        *(("sam", False), ("{name: sgd, dampening: 0.1}", False), ("{name: sgd, maximize: true}", False)),
        ("{name: momentum, learning_rate: {name: one_cycle, max_lr: 0.05, total_steps: 6}}", False),
    ],
)
def test_only_what_it_does_is_told_of_an_optimizer(
    name: str, told: bool, spec_of: Callable[[str], Spec]
) -> None:
    spec = spec_of(f"functions: [bowl]\noptimizers: [{name}]\nlearning_rates: [0.1]\nsteps: 3\n")
    assert (anatomy(spec, gdanim.solve(spec).acts[0], 1).rule is not BY_STEP) == told


@pytest.mark.parametrize("film", ["explain", "explain_adam"])
def test_numbers_are_gone_before_others_take_their_place(film: str, filming: Callable[..., Any]) -> None:
    from gdanim.view.panes.rule import RulePane
    from gdanim.view.sketch import Sketch

    with filming(gdanim.load(ROOT / f"specs/gallery/{film}.yaml")) as scene:
        _ = scene.canvas  # text has its size
        (pane,) = (pane for pane in scene._panes if isinstance(pane, RulePane))
        lines, steps = len(pane._symbols), len(pane._numbers)
        count = lines * steps
        beats = [(told, 1.0) for told in np.linspace(0, count, 40 * count + 1)]
        beats += [(count, spread) for spread in np.linspace(1, 0, 41)]
        for pane.told, pane.spread in beats:
            sketch = Sketch(scene.lettering)
            pane.moving(sketch)
            (labels,) = sketch.parts
            for line in range(lines):
                assert sum(pane._strength(k * lines + line) > 0 for k in range(steps)) <= 1, pane.told
            rows = {scene.lettering.box(label)[1::2] for label in labels if label.opacity > 0}
            for above, below in pairwise(sorted(rows)):
                assert above[1] <= below[0] + 1, f"{pane.told:.2f} told, {pane.spread:.2f} open"
