"""Loading a spec with every check: what the models cannot know is asked of engine, scenes and themes."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path

from gdanim.catalog import dimensions, most_balls, most_rates, needs_sweep, scenes
from gdanim.engine.balls import MAX_NUMBERS, CastError, cast, numbers
from gdanim.spec import Act, Spec, located, read
from gdanim.view.theme import themes
from gdanim.wording import Finding, did_you_mean

MOST_SWEPT = 10_000_000  # cells times steps: a minute


def load(path: str | Path) -> Spec:
    """The spec in a YAML file. Raises SpecError with every mistake found."""
    spec, marks = read(path)
    spec = spec.model_copy(update={"acts": tuple(map(_without_idle_functions, spec.acts))})
    found, kept = list(_unknown_names(spec)), 0
    for index, part in enumerate(spec.parts):
        place = ("acts", index) if spec.acts else ()
        mistakes = list(_unknown_names(part))
        if not part.functions and part.scene in scenes() and 0 not in dimensions(part.scene):
            written = (*place, "functions") in marks.values
            fault = "must have an item" if written else "is missing"
            where = ("functions",) if written else ()
            mistakes.append(Finding(where, f"functions {fault}: the scene {part.scene} needs one"))
        if part.scene in scenes() and needs_sweep(part.scene) and part.sweep is None:
            example = "{learning_rate: [0.001, 0.2, 32], momentum: [0, 0.95, 32]}"
            text = f"sweep is missing: the scene {part.scene} needs one such as {example}"
            mistakes.append(Finding((), text))
        if part.sweep and prod(count for _, _, count in part.sweep.values()) * part.steps > MOST_SWEPT:
            mistakes.append(
                Finding(("sweep",), "the cells of this sweep times the steps are too much to run")
            )
        try:
            acts = cast(part)
        except CastError as error:
            mistakes.append(Finding(error.path, error.message))
        else:
            kept += numbers(part, acts)
            fewest = min((sum(len(team.balls) for team in act.teams) for act in acts), default=0)
            pairs = max((len(act.teams) for act in acts), default=0)
            if part.scene in scenes() and pairs > (most := most_rates(part.scene)):
                message = f"the scene {part.scene} compares up to {most} optimizers and rates, not {pairs}"
                mistakes.append(Finding(("scene",), message))
            crowd = max((len(act.balls) for act in acts), default=0)
            if part.scene in scenes() and crowd > (most := most_balls(part.scene)):
                message = f"the scene {part.scene} shows up to {most} balls of an act, not {crowd}"
                mistakes.append(Finding(("scene",), message))
            if part.camera.follow is not None and part.camera.follow > fewest:
                message = f"there is no ball {part.camera.follow} to follow: the film has {fewest}"
                mistakes.append(Finding(("camera", "follow"), message))
        found += [mistake._replace(loc=(*place, *mistake.loc)) for mistake in mistakes]
    if kept > MAX_NUMBERS:
        found.append(Finding(("acts",), "the balls of all acts times their steps are too much to keep"))
    if found:
        raise located(path, marks, found)
    return spec


def _without_idle_functions(act: Act) -> Act:
    """An act whose scene draws no functions leaves alone those that it inherits."""
    idle = act.scene in scenes() and not any(dimensions(act.scene))
    return act.model_copy(update={"functions": ()}) if idle else act


def _unknown_names(spec: Spec) -> Iterator[Finding]:
    if spec.view.theme not in themes:
        message = f"unknown theme {spec.view.theme!r}{did_you_mean(spec.view.theme, themes)}"
        yield Finding(("view", "theme"), message)
    if spec.view.colormap is not None:
        import cmap

        try:
            cmap.Colormap(spec.view.colormap)
        except (KeyError, ValueError):
            near = did_you_mean(spec.view.colormap, sorted(cmap.Catalog().short_keys()))
            yield Finding(("view", "colormap"), f"unknown colormap {spec.view.colormap!r}{near}")
    if spec.scene not in scenes():
        message = f"unknown scene {spec.scene!r}{did_you_mean(spec.scene, scenes())}"
        yield Finding(("scene",), message)
