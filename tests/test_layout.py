"""Nothing leaves the picture, and no text stands on other text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations, cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gdanim
from gdanim.spec import Spec
from gdanim.spec.quality import ASPECTS, pixels
from gdanim.view.layout import layout

SPECS = sorted((Path(__file__).parent.parent / "specs").rglob("*.yaml"))
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels
VISIBLE, INK = 0.05, 40  # opacity of a label; coverage of a pixel
LONG = """\
title: "A rather long title about the many ways in which a ball may come down from a hill%s"
functions: [{expr: "(x^2 + y - 11)^2 + (x + y^2 - 7)^2 + sin(3*x)*cos(y)", domain: {x: [-5, 5], y: [-5, 5]}}]
optimizers:
  - {name: adam, label: "adam with a label that goes on and on%s"}
  - {name: sgd, learning_rate: 0.9}
  - momentum
learning_rates: [0.001, 0.0125]
starts: [[-4, -4.5], [4.9, 4]]
steps: 30
"""


def ink(label: Any, atlas: NDArray[np.uint8]) -> Box | None:
    """What a label covers; None where it is blank."""
    left, top, width, height = label.sprite
    covered = atlas[top : top + height, left : left + width] > INK
    if not covered.any():
        return None
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    return (
        label.x + columns[0],
        label.y + rows[0],
        label.x + columns[-1] + 1.0,
        label.y + rows[-1] + 1.0,
    )


def labels(picture: Any) -> Iterator[Any]:
    """All pieces of text in what a pane shows."""
    if hasattr(picture, "labels"):
        yield from picture.labels
    else:
        for part in (*picture.still.parts, *picture.moving.parts):
            if isinstance(part, list):
                yield from part


def texts(scene: Any, atlas: NDArray[np.uint8], seconds: float) -> dict[str, Box]:
    """All text visible at a time: labels of the canvas and manim's mobjects."""
    shown, _ = scene.seek(seconds)
    names = {scene.lettering.place(key, 0, 0, (1, 1, 1)).sprite: key[0] for key in scene.lettering._index}
    panes = [m for m in shown if m in scene._panes]
    pieces: dict[Any, tuple[str, Box]] = {}
    for label in (label for pane in panes for label in labels(pane.picture(seconds))):
        box = ink(label, atlas)
        if label.opacity > VISIBLE and box:
            # Pieces in one place are one text in several colours.
            place = tuple(round(edge, 3) for edge in scene.lettering.box(label))
            name, other = pieces.get(place, (names[label.sprite], box))
            whole = (*np.minimum(other[:2], box[:2]).tolist(), *np.maximum(other[2:], box[2:]).tolist())
            pieces[place] = name, whole
    found = {f"{name} at {box[:2]}": box for name, box in pieces.values()}
    width, height = scene.size
    unit = height / 8.0
    for mobject in shown:
        if mobject not in panes and mobject.family_members_with_points():
            (left, bottom, _), (right, top, _) = (
                mobject.get_corner([-1, -1, 0]),
                mobject.get_corner([1, 1, 0]),
            )
            found[f"{type(mobject).__name__} {id(mobject)}"] = (
                width / 2 + left * unit,
                height / 2 - top * unit,
                width / 2 + right * unit,
                height / 2 - bottom * unit,
            )
    return found


RAISED = re.compile(r'#"."|\$-\$')  # digits of an exponent


def small(scene: Any) -> list[str]:
    """Texts in letters of less than 2.6% of the picture's height, exponents aside."""
    least = 0.026 * scene.size[1]
    return [
        f"{markup} is {size / scene.size[1]:.2%} high"
        for markup, size in scene.lettering._index
        if size < least and not RAISED.fullmatch(markup) and not markup.startswith("#box(")
    ]


def violations(scene: Any) -> list[str]:
    """Texts beyond the picture or over one another, at the ends of every animation and in between."""
    for pane in scene._panes:
        pane.prepare()
    atlas = scene.lettering.build()  # without a canvas: nothing is drawn
    times = {*np.linspace(0.0, scene.length, 9), *(played.end - 1e-3 for played in scene._played)}
    width, height = scene.size
    found, written = [], 0
    for t in sorted(times):
        boxes = texts(scene, atlas, t)
        written += len(boxes)
        for name, (left, top, right, bottom) in boxes.items():
            if left < 0 or top < 0 or right > width or bottom > height:
                found.append(f"{t:.2f} s: {name} leaves the picture")
        for (one, a), (other, b) in combinations(boxes.items(), 2):
            across = min(a[2], b[2]) - max(a[0], b[0])
            down = min(a[3], b[3]) - max(a[1], b[1])
            if across > 1 and down > 1:
                found.append(f"{t:.2f} s: {one} over {other}")
    assert written
    return found + small(scene)


def shaped(spec: Spec, aspect: str) -> Spec:
    video = spec.video.model_copy(update={"aspect": aspect})
    many = max((len(entry.variables) for entry in spec.functions), default=0)
    steps = min(spec.steps, 500 if many > 2 else spec.steps)  # curves, which have no words of their own
    return spec.model_copy(update={"video": video, "steps": steps})


@pytest.mark.parametrize(
    ("path", "aspect"),
    [(path, a) for path in SPECS for a in (ASPECTS if path.parent.name == "specs" else ("9:16",))],
    ids=lambda value: value if isinstance(value, str) else value.stem,
)
def test_shipped_films(path: Path, filming: Callable[..., Any], aspect: str) -> None:
    with filming(shaped(gdanim.load(path), aspect), height=480) as scene:
        assert not violations(scene)


@pytest.mark.parametrize(
    ("path", "aspect"),
    list(zip(SPECS, cycle(ASPECTS), strict=False)),
    ids=lambda value: value if isinstance(value, str) else value.stem,
)
def test_shipped_films_in_the_size_of_the_gallery(
    path: Path, filming: Callable[..., Any], aspect: str
) -> None:
    with filming(shaped(gdanim.load(path), aspect), height=250) as scene:
        assert not violations(scene)


ACTS = [part for spec in map(gdanim.load, SPECS) if spec.acts for part in spec.parts]


@pytest.mark.parametrize(
    ("act", "aspect"),
    [*zip(ACTS, cycle(ASPECTS), strict=False)],
    ids=lambda value: getattr(value, "scene", value),
)
def test_every_act_of_a_lecture(act: Spec, filming: Callable[..., Any], aspect: str) -> None:
    with filming(shaped(act, aspect), height=480) as scene:
        assert not violations(scene)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_long_rule_is_legible_in_a_small_picture(filming: Callable[..., Any], aspect: str) -> None:
    """Its letters are as large as those of ticks, with the numbers of at least one line."""
    spec = gdanim.load(next(path for path in SPECS if path.stem == "explain_adam"))
    with filming(shaped(spec, aspect), height=480) as scene:
        assert min(size for markup, size in scene.lettering._index if "let unseen" in markup) >= 9


def test_first_film_in_full_size(filming: Callable[..., Any]) -> None:
    spec = gdanim.load(next(path for path in SPECS if path.parent.name == "specs"))
    with filming(spec, height=1080) as scene:
        assert not violations(scene)


@pytest.mark.parametrize("more", ["", " and on" * 17])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_long_texts_and_many_balls(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], aspect: str, more: str
) -> None:
    with filming(shaped(spec_of(LONG % (more, more)), aspect), height=480) as scene:
        assert not violations(scene)


@pytest.mark.parametrize("height", [250, 480])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_full_card(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], aspect: str, height: int
) -> None:
    rows = "".join(f"    - [symptom number {k}, its likely cause, what to do of it]\n" for k in range(10))
    title = "What to do when it does not learn at all " * 3
    text = f"scene: card\ntitle: {title}\ncard:\n  lines: [one, two]\n  table:\n{rows}"
    with filming(shaped(spec_of(text), aspect), height=height) as scene:
        assert not violations(scene)


def test_twelve_balls_have_a_verdict_each_in_a_tall_picture(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    rates = ", ".join(str(k / 100) for k in range(1, 12))
    spec = spec_of(
        f"functions: ['x^2 + y^2']\nlearning_rates: [{rates}, 1.1]\nstarts: [[2, 1]]\nsteps: 1000\n"
    )
    with filming(shaped(spec, "9:16"), height=480) as scene:
        assert not violations(scene)
        told = [
            name for name in texts(scene, scene.lettering.build(), scene.length - 0.1) if "fitted" in name
        ]
        counts = [
            int(found[1]) for name in told if (found := re.search(r"(?:in|(?:ed|ly) at step) (\d+)", name))
        ]
    ends = [run.steps for run in gdanim.solve(spec).acts[0].runs]
    assert sorted(counts) == sorted(ends)
    assert sum("diverged" in name for name in told) == 1


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("short", [120, 240, 480, 720, 1080, 2160])
def test_boxes_fit(aspect: str, short: int) -> None:
    width, height = pixels(short, aspect)
    assert width % 2 == height % 2 == 0
    assert min(width, height) == short
    x, y = ASPECTS[aspect]
    assert width / height == pytest.approx(x / y, rel=0.01)
    boxes = layout(width, height)
    assert boxes.width / boxes.height == pytest.approx(width / height)
    for left, top, right, bottom in (boxes.stage, boxes.panel):
        assert 0 <= left < right <= boxes.width
        assert 0 <= top < bottom <= boxes.height
    stage, panel = boxes.stage, boxes.panel
    assert panel[2] <= stage[0] or panel[1] >= stage[3], "the panel stands beside or below the stage"
    rect = boxes.rect
    assert -1 <= rect.left < rect.right <= 1
    assert -1 <= rect.bottom < rect.top <= 1


@pytest.mark.parametrize(
    ("scene", "aspect"),
    [("linked", "4:3"), ("linked", "16:9"), ("learning_rates", "1:1"), ("losses", "9:16")],
)
def test_five_balls_that_rest_at_once_or_not(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any], scene: str, aspect: str
) -> None:
    rates = "0.01, 0.1, {name: cosine, initial: 0.2, T_max: 9}, 0.3, 0.4" if scene != "losses" else "0.1"
    spec = spec_of(
        f"functions: ['x^2 + 2*y^2']\nlearning_rates: [{rates}]\nsteps: 9\nscene: {scene}\n"
        f"starts: [{[0, 0] if scene == 'losses' else [1, 0.5]}]"
    )
    with filming(shaped(spec, aspect), height=480) as film:
        assert not violations(film)
        for pane in film._panes:
            frame = getattr(getattr(pane, "plot", None), "frame", None)
            assert frame is None or (frame.width > 60 and frame.height > 60)


@pytest.mark.parametrize(
    ("path", "size", "legend"),
    [
        (path, *how)
        for path, how in zip(
            [
                path
                for path in SPECS
                if path.stem in ("ravine", "contour", "linked", "regression", "schedule")
            ],
            cycle(
                [
                    ((281, 225), "full"),
                    ((400, 225), "compact"),
                    ((225, 301), "none"),
                    ((525, 225), "full"),
                    ((225, 225), "compact"),
                ]
            ),
            strict=False,
        )
    ],
    ids=str,
)
def test_any_size_and_legend(path: Path, size: tuple[int, int], legend: str) -> None:
    from gdanim.output.opening import opened

    spec = gdanim.load(path)
    spec = spec.model_copy(update={"view": spec.view.model_copy(update={"legend": legend})})
    with opened(spec, size, 10) as film:
        assert not violations(film.scene(0))


def test_a_short_legend_leaves_its_room_to_the_picture(
    spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    stages, told = {}, {}
    for legend in ("full", "compact", "none"):
        text = "functions: [bowl]\nlearning_rates: [0.1, 0.2]\nstarts: {random: 4}\nscene: contour\n"
        with filming(spec_of(f"{text}view: {{legend: {legend}}}\n"), height=225) as scene:
            stage = scene.layout.under(100.0).stage
            stages[legend] = stage.width * stage.height
            told[legend] = texts(scene, scene.lettering.build(), scene.length - 0.1)
    assert stages["full"] < stages["compact"] < stages["none"]
    assert {name for name in told["compact"] if "converged" in name} == set()
    assert [any("sgd" in name for name in told[legend]) for legend in told] == [True, True, False]


@pytest.mark.parametrize(("starts", "many"), [("[[1, 1]]", ""), ("[[1, 1], [2, 1]]", " \u00d7 2")])
def test_a_name_with_a_number_of_its_own_keeps_it(
    starts: str, many: str, spec_of: Callable[[str], Spec], filming: Callable[..., Any]
) -> None:
    from gdanim.view.panes import strip
    from gdanim.view.panes.legend import Legend

    names = [f"run #{k}" for k in range(1, 14)]
    optimizers = ", ".join(
        f'{{name: sgd, learning_rate: 0.0{k:02}, label: "run #{k}"}}' for k in range(1, 14)
    )
    text = f"functions: [bowl]\noptimizers: [{optimizers}]\nstarts: {starts}\nsteps: 3\nscene: contour\n"
    with filming(spec_of(text), height=1080) as scene:
        (shown,) = (pane for pane in scene._panes if isinstance(pane, Legend))
        assert shown.rows is None
        groups = [name for name, _ in shown._groups]
        assert groups[:5] == [name + many for name in names[:5]]
        below = strip.placed(shown.runs, scene.layout, False)
    assert [item.text for item in below] == names


def test_a_strip_tells_how_many_names_it_leaves_out(spec_of: Callable[[str], Spec]) -> None:
    from gdanim.view.panes import strip

    rates = ", ".join(str(k / 100) for k in range(1, 31))
    runs = gdanim.solve(spec_of(f"functions: [bowl]\nlearning_rates: [{rates}]\nsteps: 2\n")).acts[0].runs
    for size, beside in (((400, 225), True), ((225, 400), False)):
        items = strip.placed(runs, layout(*size), beside)
        assert items[-1].text == f"and {30 - len(items) + 1} more"
        assert items[-1].hue is None
        assert all(item.x + strip.INDENT + item.room <= layout(*size).width for item in items)


@pytest.mark.parametrize("legend", ["compact", "none"])
def test_a_film_without_balls_has_no_use_for_a_strip(
    legend: str,
    filming: Callable[..., Any],
    painted: Callable[..., Any],
    spec_of: Callable[[str], Spec],
) -> None:
    text = f"scene: card\ntitle: The end\ncard: {{lines: [one, two]}}\nview: {{legend: {legend}}}\n"
    with filming(spec_of(text)) as scene:
        assert painted(scene, scene.length).std() > 1
