"""Loading a spec with every check: what the models cannot know is asked of engine, scenes and themes."""

from __future__ import annotations

from pathlib import Path

from gdanim.catalog import scenes
from gdanim.engine.balls import CastError, cast
from gdanim.spec import Spec, SpecError, read
from gdanim.view.theme import themes
from gdanim.wording import did_you_mean


def load(path: str | Path) -> Spec:
    """The spec in a YAML file. Raises SpecError with every mistake found."""
    spec, marks = read(path)
    found = []
    if spec.view.theme not in themes:
        message = f"unknown theme {spec.view.theme!r}{did_you_mean(spec.view.theme, themes)}"
        found.append(marks.mistake(("view", "theme"), message))
    if spec.view.colormap is not None:
        import cmap

        try:
            cmap.Colormap(spec.view.colormap)
        except (KeyError, ValueError):
            near = did_you_mean(spec.view.colormap, sorted(cmap.Catalog().short_keys()))
            message = f"unknown colormap {spec.view.colormap!r}{near}"
            found.append(marks.mistake(("view", "colormap"), message))
    if spec.scene not in scenes():
        message = f"unknown scene {spec.scene!r}{did_you_mean(spec.scene, scenes())}"
        found.append(marks.mistake(("scene",), message))
    try:
        fewest = min(sum(len(team.balls) for team in act.teams) for act in cast(spec))
        if spec.camera.follow is not None and spec.camera.follow > fewest:
            message = f"there is no ball {spec.camera.follow} to follow: the film has {fewest}"
            found.append(marks.mistake(("camera", "follow"), message))
    except CastError as error:
        found.append(marks.mistake(error.path, error.message))
    if found:
        raise SpecError(path, found)
    return spec
