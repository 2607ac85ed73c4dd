"""Names that people bring with them: torch's, optax's and Keras' are understood, others get the nearest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gdanim
from gdanim.errors import SpecError
from gdanim.registry import Registry, aliases, functions, optimizers, schedules
from gdanim.schema import schema
from gdanim.spec import Spec

REGISTRIES: list[Registry[Any]] = [functions, optimizers, schedules]


def told(text: str) -> str:
    """What is said of a spec's one mistake, with line and column."""
    with pytest.raises(SpecError) as caught:
        gdanim.load(text)
    (found,) = caught.value.mistakes
    return f"{found.line}:{found.column}: {found.message}"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *[("Styblinski-Tang", "styblinski_tang"), ("Himmelblau's function", "himmelblau")],
        *[("Lévi function N.13", "levi13"), ("Schaffer N. 2", "schaffer2"), ("Hölder table", "holder_table")],
        *[("Goldstein-Price", "goldstein_price"), ("Branin-Hoo", "branin"), ("BUKIN N.6", "bukin6")],
    ],
)
def test_functions_by_the_names_of_books(written: str, name: str, spec_of: Callable[[str], Spec]) -> None:
    assert spec_of(f'functions: ["{written}", {{name: "{written}"}}]').functions[1].name == name
    assert spec_of(f'functions: ["{written}"]').functions[0].name == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *[
            ("SGD", "sgd"),
            ("Adam", "adam"),
            ("AdamW", "adamw"),
            ("RMSprop", "rmsprop"),
            ("RMSProp", "rmsprop"),
        ],
        *[("torch.optim.NAdam", "nadam"), ("optim.SGD", "sgd"), ("keras.optimizers.Nadam", "nadam")],
        *[("optax.adabelief", "adabelief"), ("tf.keras.optimizers.Adam", "adam"), ("LBFGS", "lbfgs")],
        *[("L-BFGS", "l_bfgs"), ("Lbfgs", "lbfgs"), ("Conjugate Gradient", "conjugate_gradient")],
    ],
)
def test_optimizers_by_the_names_of_other_programs(
    written: str, name: str, spec_of: Callable[[str], Spec]
) -> None:
    (plain, mapped) = spec_of(f"functions: [bowl]\noptimizers: [{written}, {{name: {written}}}]").optimizers
    assert plain.name == mapped.name == name


@pytest.mark.parametrize("kind", ["optimizer", "schedule", "function"])
def test_every_alias_stands_for_a_registered_name_and_is_in_the_schema(kind: str) -> None:
    (registry,) = (registry for registry in REGISTRIES if registry.kind == kind)
    for other, name in aliases.NAMES[kind].items():
        assert name in registry
        assert registry.called(other) == name
    definition = {"optimizer": "OptimizerEntry", "schedule": "RateEntry", "function": "FunctionEntry"}[kind]
    ways = schema()["$defs"][definition]["anyOf"]
    names = {name for way in ways for name in way.get("properties", {}).get("name", {}).get("enum", ())}
    assert set(aliases.NAMES[kind]) <= names


def test_no_name_is_taken_for_another() -> None:
    """No two registered names, and no name that stands for something, fold to one."""
    for registry in REGISTRIES:
        seen = [aliases.folded(name) for name in registry if name != "l_bfgs"]
        assert len(set(seen)) == len(seen)
        for word in aliases.INSTEAD.get(registry.kind, {}):
            assert registry.called(word) is None


@pytest.mark.parametrize("kind", ["optimizer", "schedule"])
def test_what_is_told_instead_of_a_name_can_be_written(kind: str) -> None:
    key = {"optimizer": "optimizers", "schedule": "learning_rates"}[kind]
    for word, meant in aliases.INSTEAD[kind].items():
        said = told(f"functions: [bowl]\n{key}: [{{name: {word}}}]")
        assert said.endswith(f"unknown {kind} '{word}': write {meant}")
        meant = meant.partition(", and")[0]
        if meant != "constant":
            gdanim.load(f"functions: [bowl]\n{key}: [{meant}]")


@pytest.mark.parametrize(
    ("entry", "ours"),
    [
        ("{name: sgd, beta: 0.8}", "{name: sgd, momentum: 0.8}"),
        ("{name: nesterov, mu: 0.8}", "{name: nesterov, momentum: 0.8}"),
        ("{name: Adam, lr: 0.1, beta1: 0.8}", "{name: adam, learning_rate: 0.1, betas: [0.8, 0.999]}"),
        ("{name: adam, beta_2: 0.9, epsilon: 1e-3}", "{name: adam, betas: [0.9, 0.9], eps: 1e-3}"),
        ("{name: lion, b1: 0.8, b2: 0.7}", "{name: lion, betas: [0.8, 0.7]}"),
        ("{name: rmsprop, rho: 0.8}", "{name: rmsprop, alpha: 0.8}"),
        ("{name: adadelta, rho: 0.8}", "{name: adadelta, rho: 0.8}"),
        ("{name: SGD, clipnorm: 2, clipvalue: 1}", "{name: sgd, clip_norm: 2, clip_value: 1}"),
        ("{name: adam, weightDecay: 0.1, AMSGrad: true}", "{name: adam, weight_decay: 0.1, amsgrad: true}"),
        ("{name: lbfgs, memory_size: 5}", "{name: lbfgs, history_size: 5}"),
        (
            "{name: sgd, lr: {name: StepLR, lr: 0.2, step_size: 4}}",
            "{name: sgd, learning_rate: {name: step, initial: 0.2, step_size: 4}}",
        ),
    ],
)
def test_keys_of_other_programs(entry: str, ours: str, spec_of: Callable[[str], Spec]) -> None:
    theirs, own = spec_of(f"functions: [bowl]\noptimizers: [{entry}, {ours}]").optimizers
    assert theirs == own


@pytest.mark.parametrize(
    ("written", "name"),
    [("CosineAnnealingLR, T_max: 9", "cosine"), ("ReduceLROnPlateau", "reduce_on_plateau")],
)
def test_schedules_by_torchs_names(written: str, name: str, spec_of: Callable[[str], Spec]) -> None:
    (rate,) = spec_of(f"functions: [bowl]\nlearning_rates: [{{name: {written}, initial: 1}}]").learning_rates
    assert rate.name == name


@pytest.mark.parametrize("word", ["lr", "initial_lr", "learning_rate", "initial_learning_rate", "init_value"])
def test_a_schedule_starts_from_what_others_call_its_rate(word: str, spec_of: Callable[[str], Spec]) -> None:
    (rate,) = spec_of(
        f"functions: [bowl]\nlearning_rates: [{{name: CosineAnnealingLR, {word}: 0.3, T_max: 9}}]"
    ).learning_rates
    assert (rate.name, rate.rate) == ("cosine", 0.3)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("optimizers: [{name: adam, lr: fast}]", "2:31: a learning rate is a number"),
        ("optimizers: [{name: adam, beta1: 2}]", "2:34: adam: betas[0] must be at least 0 and below 1"),
        ("optimizers: [{name: adam, lr: 1, learning_rate: 2}]", "2:27: lr and learning_rate say the same"),
        ("optimizers: [{name: adam, b1: 0.1, beta1: 0.2}]", "2:27: b1 and beta1 say the same"),
        ("optimizers: [{name: sgd, beta1: 0.9}]", "2:26: betas is a parameter of"),
        ("learning_rates: [{name: cosine, lr: -1, T_max: 5}]", "2:37: lr must be at least 0, not -1"),
        ("optimizers: [{sgd: 0.1}]", "begins with its name: write {name: sgd, learning_rate: 0.1}"),
        ("optimizers: [{momentum: 0.1}]", "2:14: name is missing"),
        ("optimizers: {sgd: 0.1}", "not a mapping: write [{name: sgd, learning_rate: 0.1}]"),
        ("optimizers: [{type: Adam, lr: 0.1}]", "2:15: unknown key 'type': write name: adam"),
        ("learning_rates: [{schedule: StepLR, lr: 1}]", "2:19: unknown key 'schedule': write name: step"),
        ('optimizers: ["SGD(lr=0.1)"]', "'SGD(lr=0.1)': write {name: sgd, learning_rate: 0.1}"),
        ('optimizers: ["Adam(betas=(0.9, 0.99))"]', "write {name: adam, betas: [0.9, 0.99]}"),
        ("optimizers: [AdamWScheduleFree]", "write schedule_free_adamw"),
        (
            "optimizer: {type: Adam, lr: 0.1}",
            "2:1: unknown key 'optimizer': write optimizers: [{name: adam, learning_rate: 0.1}]",
        ),
        ("lr_schedule: StepLR", "'lr_schedule': write learning_rates: [{name: step, initial: 0.3, step_size"),
        ("lrs: [0.1, 0.2]", "unknown key 'lrs': write learning_rates: [0.1, 0.2]"),
        ("max_epochs: 20", "unknown key 'max_epochs': write steps: 20"),
        ("colormap: viridis", "colormap belongs under view: write view: {colormap: viridis}"),
        ("fps: 24", "unknown key 'fps': write video: {quality: 720p24}"),
        ("optimizers: [AdaBelieve]", "unknown optimizer 'AdaBelieve', did you mean 'adabelief'?"),
        ("learning_rates: [{name: CosineAnealingLR}]", "'CosineAnealingLR', did you mean 'cosine'?"),
    ],
)
def test_what_is_not_understood_is_told_with_the_nearest(line: str, message: str) -> None:
    assert message in told(f"functions: [bowl]\n{line}")


@pytest.mark.parametrize("key", ["func", "function", "f"])
def test_a_function_under_another_key(key: str) -> None:
    assert "write name: bowl" in told(f"functions: [{{{key}: bowl}}]")
    assert 'write expr: "x^2"' in told(f"functions: [{{{key}: x^2}}]")


@pytest.mark.parametrize(
    ("functions", "domain", "meant"),
    [
        ("[bowl]", "[-5, 5]", {"x": (-5, 5), "y": (-5, 5)}),
        ("[bowl]", "[[-5, 5], [-1, 3]]", {"x": (-5, 5), "y": (-1, 3)}),
        ("[x^2]", "[[-5, 5]]", {"x": (-5, 5)}),
        ("[x^2, m*b]", "[-5, 5]", {"x": (-5, 5), "b": (-5, 5), "m": (-5, 5)}),
    ],
)
def test_a_domain_as_a_list(
    functions: str, domain: str, meant: dict[str, Any], spec_of: Callable[[str], Spec]
) -> None:
    assert spec_of(f"functions: {functions}\ndomain: {domain}").domain == meant


def test_a_domain_as_a_list_of_one_function(spec_of: Callable[[str], Spec]) -> None:
    entry = "{expr: m^2 + b^2, axes: [m, b], domain: [[-5, 5], [-1, 3]]}"
    assert spec_of(f"functions: [{entry}]").functions[0].domain == {"m": (-5, 5), "b": (-1, 3)}
    assert spec_of("functions: [{name: bowl, domain: [0, 1]}]").functions[0].domain == {
        "x": (0, 1),
        "y": (0, 1),
    }


@pytest.mark.parametrize(
    ("functions", "domain", "message"),
    [
        ("[bowl]", "[-5, 5, -1, 3]", "2:9: a domain has an interval for each variable (x, y): write {x: ["),
        ("[bowl, m*b]", "[[-5, 5], [-1, 3]]", "2:9: a domain has an interval for each variable"),
        ("[bowl]", "[5, -5]", "2:9: this interval is reversed: write [-5, 5]"),
        ("[bowl]", "5", "2:9: a domain has two ends: write [-5, 5]"),
    ],
)
def test_a_list_that_is_no_domain(functions: str, domain: str, message: str) -> None:
    assert re.match(re.escape(message), told(f"functions: {functions}\ndomain: {domain}"))


@pytest.mark.parametrize("name", ["himmelblau", "linear_regression", "rosenbrock"])
def test_axes_in_another_order_are_the_same_loss(name: str, spec_of: Callable[[str], Spec]) -> None:
    plain = gdanim.solve(spec_of(f"functions: [{name}]\nlearning_rates: [0.001]\nstarts: [[1, 2]]")).acts[0]
    first, second = plain.objective.variables
    entry = f"{{name: {name}, axes: [{second}, {first}]}}"
    turned = gdanim.solve(spec_of(f"functions: [{entry}]\nlearning_rates: [0.001]\nstarts: [[2, 1]]")).acts[0]
    assert turned.objective.variables == (second, first)
    assert turned.objective.minima == tuple(point[::-1] for point in plain.objective.minima)
    assert turned.objective.starts == tuple(point[::-1] for point in plain.objective.starts)
    np.testing.assert_allclose(turned.runs[0].points, plain.runs[0].points[:, ::-1], rtol=1e-12)
    np.testing.assert_allclose(
        turned.objective.hessian(np.array([2.0, 1.0])),
        plain.objective.hessian(np.array([1.0, 2.0]))[::-1, ::-1],
    )


@pytest.mark.parametrize("axes", ["[b]", "[b, k]", "[m, b, b]"])
def test_axes_are_those_of_the_function(axes: str) -> None:
    said = told(f"functions: [{{name: linear_regression, axes: {axes}}}]")
    assert said.startswith("1:45: axes are m, b in any order, not ")


def test_axes_of_a_grid_stay() -> None:
    cells = [(x, y) for x in range(4) for y in range(4)]
    data = {"x": [x for x, _ in cells], "y": [y for _, y in cells], "loss": [x * x + y for x, y in cells]}
    with pytest.raises(SpecError, match="grid has its axes in the order x, y"):
        gdanim.load({"functions": [{"name": "grid", "data": data, "axes": ["y", "x"]}]})


def test_the_line_is_drawn_from_its_slope_whatever_comes_first(
    filming: Callable[..., Any], spec_of: Callable[[str], Spec]
) -> None:
    drawn = []
    for axes, start in (("[m, b]", "[1, 3]"), ("[b, m]", "[3, 1]")):
        entry = f"{{name: linear_regression, axes: {axes}}}"
        text = (
            f"functions: [{entry}]\nscene: regression\nlearning_rates: [0.001]\nstarts: [{start}]\nsteps: 5"
        )
        with filming(spec_of(text)) as scene:
            (pane,) = (pane for pane in scene._panes if type(pane).__name__ == "DataPane")
            drawn.append((pane.samples, pane.lines(pane.act.runs[0].points)))
    for plain, turned in zip(*drawn, strict=True):
        np.testing.assert_allclose(plain, turned)
