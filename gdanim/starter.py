"""The specs that ``gdanim new`` writes: short, complete, and explained."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
from pydantic_core import PydanticCustomError

from gdanim.catalog import facts, scenes
from gdanim.errors import InputError
from gdanim.schema import FILE
from gdanim.spec.data import quoted_name, read_csv
from gdanim.spec.wording import did_you_mean
from gdanim.spec.yaml_advice import quoted

HEAD = """\
# {name}: a film of gradient descent.
#   gdanim check {file}      finds mistakes
#   gdanim render {file}     makes the film, in the folder media
"""
PLAIN = """
# What the balls roll down: a formula of x and y, or a name from `gdanim list functions`.
functions: ["x^2 + 10*y^2"]
"""
CURVE = """
# What the balls roll down: a formula of x, or a name from `gdanim list functions`.
functions: ["x^4/4 - x^2"]
"""
NAMED = """
# What the balls roll down, with data of its own; `gdanim new NAME --data points.csv` takes yours.
functions: [{function}]
"""
DATA = """
# A line through the points of a CSV file beside this spec: what is descended is its squared error.
# With scale: standard the inputs have mean 0 and deviation 1; without, large ones make a narrow ravine.
functions: [{{name: linear_regression, data: {data}, columns: [{x}, {y}]{scale}}}]
"""
BALLS = """
# How they step: names from `gdanim list optimizers`; parameters stand beside the name.
optimizers:
  - sgd
  - {name: sgd, momentum: 0.9, label: heavy ball}
"""
RATES = """
# How far they step: every optimizer runs at every rate.
learning_rates: [{rates}]
"""
STARTS = """
# Where they start: points, or {{grid: [8, 6]}}, {{random: 200, seed: 1}}, {{ring: 12, radius: 2}}.
starts: [{start}]
"""
SWEEP = """
# Two ranges, each from, to and how many values: every pair is a cell.
sweep: {learning_rate: [0.002, 0.4, 24], momentum: [0, 0.96, 17]}
"""
CARD = """
# What the card writes below its title.
title: Gradient descent
card: {lines: ["Follow the slope downhill.", "Step by step."]}
"""
ACTS = """
# Parts of the film, one after another; each says what differs from the keys above.
acts:
  - {scene: card, title: Down the ravine, chapter: Opening, card: {lines: ["Which ball is first?"]}}
  - {chapter: The race, say: "It rolls down. The heavy ball overshoots, and comes back.", hold: 1}
  - {scene: contour, chapter: From above, say: "The same race from straight above."}
"""
LARGE = 20.0  # inputs beyond need many steps as they are
OPTIONAL = """
# All below is optional; these are the defaults.
# domain: {x: [-3, 3], y: [-2, 2]}   # what is shown; absent: found from starts and minima
# steps: 1000                        # at most, for each ball
# stop: {gradient_norm: 1.0e-6}      # at rest when the gradient is smaller
# pace: 1.0                          # steps per second at the start
# title: A ravine
# view: {theme: dark, height: auto}  # themes: gdanim list themes; height: auto, linear or log
# camera: {azimuth: -60, elevation: 36, orbit: 1.2, zoom: 1}
# video: {quality: 720p30, aspect: "16:9"}
# formats: [mp4]                     # and others of `gdanim list formats`
"""


def starter(path: Path, scene: str | None = None, data: str | None = None, acts: bool = False) -> str:
    """The text of a spec to be written at ``path``: for a scene, on a CSV file beside it, or of several acts.

    Raises InputError where there is no such scene, or no such data.
    """
    scene = scene or ("regression" if data else "surface")
    if scene not in scenes():
        raise InputError(f"--scene: unknown scene {scene!r}{did_you_mean(scene, scenes())}")
    head = schema_line(path) + HEAD.format(name=path.stem, file=shlex.quote(str(path)))
    if scene != "surface":
        head += f"\n# One of `gdanim list scenes`.\nscene: {scene}\n"
    said = facts(scene)
    if 0 in said.numbers():
        return head + CARD
    if data:
        return head + _on_data(path, data) + OPTIONAL
    rates = "0.01, 0.05" if said.most_balls >= 4 else "0.01"
    text = head + (NAMED.format(function=said.functions[0]) if said.functions else PLAIN)
    start = "[-2.6, 1.4]"
    if 2 not in said.numbers():
        text, start = head + CURVE, "[-2.2], [1.9]"
    text += SWEEP if said.needs_sweep else BALLS + RATES.format(rates=rates)
    text += "" if said.functions else STARTS.format(start=start)
    return text + (ACTS if acts else "") + OPTIONAL


def schema_line(path: Path) -> str:
    """The comment by which editors check a spec at ``path``: where its schema lies beside it, or above."""
    here = path.parent.resolve()
    above = (ups for ups, folder in enumerate((here, *here.parents)) if (folder / FILE).is_file())
    return next((f"# yaml-language-server: $schema={'../' * ups}{FILE}\n" for ups in above), "")


def _on_data(path: Path, data: str) -> str:
    """The function that fits a line to the first two columns of a CSV file below the folder of the spec."""
    folder = path.parent.resolve()
    if not (file := Path(data).resolve()).is_relative_to(folder):
        raise InputError(f"--data: {data} must lie in the folder of the spec, {folder}, or below it")
    name = file.relative_to(folder).as_posix()
    try:
        columns = read_csv(folder, name)
    except PydanticCustomError as error:
        raise InputError(f"--data: {error.message()}") from None
    if len(columns) < 2 and columns.unread:
        raise InputError(f"--data: {next(iter(columns.unread.values()))}")
    if len(columns) < 2:
        raise InputError(f"--data: a line needs two columns of numbers; {data} has less")
    (x, values), (y, targets), *_ = columns.items()
    rows = np.array([values, targets])
    inputs = rows[0, np.isfinite(rows).all(axis=0)]
    if len(inputs) < 2:
        raise InputError(f"--data: a line needs two rows with both {x} and {y}; {data} has less")
    scale = ""
    if inputs.std() > 0 and abs(inputs.mean()) + inputs.std() > LARGE:
        scale, inputs = ", scale: standard", (inputs - inputs.mean()) / inputs.std()
    design = np.stack([inputs, np.ones_like(inputs)])
    steepest = 2 * float(np.linalg.eigvalsh(np.einsum("ik,jk->ij", design, design) / len(inputs))[-1])
    function = DATA.format(data=quoted(name), x=quoted_name(x), y=quoted_name(y), scale=scale)
    return function + BALLS + RATES.format(rates=f"{0.5 / steepest:.2g}")
