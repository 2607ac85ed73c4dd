"""Loading a spec with every check: what the models cannot know is asked of engine, scenes and themes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from math import prod

from gdanim.catalog import drawn, facts, for_some, lasts, moments, refuse_unless_one, scenes, suits
from gdanim.engine.balls import MAX_NUMBERS, Cast, cast, numbers
from gdanim.errors import CastError, Loc
from gdanim.spec import ActKeys, Part, Source, Spec, located, read
from gdanim.spec.data import Table, labels, told
from gdanim.spec.entries import FunctionEntry
from gdanim.spec.grids import Grid
from gdanim.spec.wording import Finding, counted, did_you_mean
from gdanim.spec.yaml_marks import Marks
from gdanim.theme import themes

MOST_SWEPT = 10_000_000  # cells times steps: a minute


def load(source: Source, name: str = "film", settings: Sequence[str] = ()) -> Spec:
    """The spec in a YAML file, a YAML text or a dict, with ``settings`` such as "view.theme=light" over it.

    Raises SpecError with every mistake found.
    """
    spec, marks = read(source, name, settings)
    spec = spec.model_copy(update={"acts": tuple(map(_without_idle_functions, spec.acts))})
    found, kept = [*_unknown_names(spec), *_idle_keys(spec, marks)], 0
    for index, part in enumerate(spec.parts):
        place = ("acts", index) if spec.acts else ()
        mistakes = list(_unknown_names(part))
        acts: Sequence[Cast] = ()
        try:
            acts = cast(part)
        except CastError as error:
            mistakes.append(Finding(error.path, error.message))
        else:
            kept += numbers(part, acts)
            fewest = min((len(act.balls) for act in acts), default=0)
            if part.camera.follow is not None and part.camera.follow > fewest:
                message = f"there is no ball {part.camera.follow} to follow: the film has {fewest}"
                mistakes.append(Finding(("camera", "follow"), message))
        if part.scene in scenes():
            mistakes += _unsuited(part, acts, (*place, "functions") in marks.values)
            mistakes += _unseen(part, acts)
        if (
            isinstance(part.sweep, dict)
            and prod(count for _, _, count in part.sweep.values()) * part.steps > MOST_SWEPT
        ):
            message = "the cells of this sweep times the steps are too much to run"
            mistakes.append(Finding(("sweep",), message))
        found += [mistake._replace(loc=(*place, *mistake.loc)) for mistake in mistakes]
    if kept > MAX_NUMBERS:
        found.append(Finding(("acts",), "the balls of all acts times their steps are too much to keep"))
    if found:
        raise located(source, marks, found)
    for note in dict.fromkeys(_of_data(spec)):
        warnings.warn(note, stacklevel=2)
    return spec


def _of_data(spec: Spec) -> Iterator[str]:
    """What was assumed when the files were read that a spec names."""
    for part in spec.parts:
        for entry in part.functions:
            for value in entry.parameters.values():
                if isinstance(value, Table):
                    yield from told(value, entry.parameters.get("columns") or ("x", "y"))
            if entry.name == "logistic_regression" and (data := entry.parameters.get("data")):
                name = (entry.parameters.get("columns") or ("x", "y"))[1]
                if read := labels(data, name)[1]:
                    yield f"{name}: {read}"
        if isinstance(part.sweep, Grid) and isinstance(part.sweep.data, Table):
            yield from told(part.sweep.data, ())


def undrawn(spec: Spec) -> str:
    """Why the scenes of a spec do not draw its functions; empty when they do."""
    for part in spec.parts:
        for entry in part.functions:
            if not suits(part.scene, entry):
                others = [name for name in scenes() if suits(name, entry)]
                text = f"the scene {part.scene} draws {drawn(part.scene)}, not {entry.shown}"
                there = f"({others[0] if others else 'no scene'} does)"
                if facts(part.scene).functions:
                    return f"{text} {there}"
                count = counted(len(entry.variables), "variable")
                return f"{text} with {count} {there}; solve and descent work with any number"
    return ""


def contents(spec: Spec) -> list[str]:
    """What a spec that was loaded has: its acts, its balls and functions, each once, its steps."""
    casts = [(part, cast(part)) for part in spec.parts]
    balls = max((len(act.balls) for _, acts in casts for act in acts), default=0)
    functions: list[FunctionEntry] = []
    for part, _ in casts:
        functions += [entry for entry in part.functions if entry not in functions]
    told = [counted(len(spec.acts), "act")] if spec.acts else []
    if any(isinstance(part.sweep, Grid) for part in spec.parts):
        told.append("a sweep of data")
    if functions:
        steps = max(part.steps for part, acts in casts if acts)
        told += [f"{counted(balls, 'ball')} on {counted(len(functions), 'function')}", counted(steps, "step")]
    return told


def _unsuited(part: Part, acts: Sequence[Cast], written: bool) -> Iterator[Finding]:
    """What a scene lacks, or has too much of; ``written``: the functions are, if only as an empty list."""
    scene = part.scene
    refuse_unless_one(scene)
    said = facts(scene)
    if isinstance(part.sweep, Grid):
        if part.functions:
            yield Finding(
                ("functions",), "functions have no part in a sweep of data: leave them out", key=True
            )
        return
    if not part.functions and 0 not in said.numbers():
        fault = "must have an item" if written else "is missing"
        where = ("functions",) if written else ()
        yield Finding(where, f"functions {fault}: the scene {scene} needs one")
    if said.needs_sweep and part.sweep is None:
        example = "{learning_rate: [0.001, 0.2, 32], momentum: [0, 0.95, 32]}, or {data: grid.csv}"
        yield Finding((), f"sweep is missing: the scene {scene} needs one such as {example}")
    pairs = max((len(act.teams) for act in acts), default=0)
    if pairs > said.most_rates:
        message = f"the scene {scene} compares up to {said.most_rates} optimizers and rates, not {pairs}"
        yield Finding(("scene",), message)
    crowd = max((len(act.balls) for act in acts), default=0)
    if crowd > said.most_balls:
        yield Finding(
            ("scene",), f"the scene {scene} shows up to {said.most_balls} balls of an act, not {crowd}"
        )


def _unseen(part: Part, acts: Sequence[Cast]) -> Iterator[Finding]:
    """What is said of moments, steps, balls and other things that do not come."""
    known, told, step = [*moments(part.scene)], -1, 0
    shown = [*facts(part.scene).shows]
    balls = [len(act.balls) for act in acts]
    times = sum(balls) if "ball" in facts(part.scene).lasts else max(len(acts), 1)
    rows = len(part.card.lines) + len(part.card.table)
    coming = [name for name in known for _ in range(rows if name == "row" else 1)] * times
    for index, beat in enumerate(part.say):
        place = ("say", index)
        if beat.show is not None:
            later = [k for k, name in enumerate(coming) if name == beat.show and k > told]
            if later:
                told = later[0]
            elif beat.show in coming:
                order = f"what {part.scene} shows is {', then '.join(known)}"
                yield Finding((*place, "show"), f"{beat.show!r} does not come any more: {order}")
            else:
                near = did_you_mean(beat.show, known) or "; it declares none"
                yield Finding((*place, "show"), f"{part.scene} has no moment {beat.show!r}{near}")
        if beat.step is not None:
            if not acts or beat.step > part.steps:
                most = f"it has at most {part.steps}" if acts else "it has no balls"
                yield Finding((*place, "step"), f"the act has no step {beat.step}: {most}")
            elif beat.step < step and times == 1:
                yield Finding((*place, "step"), f"step {beat.step} does not come any more after step {step}")
            step = beat.step
            if "run" in coming and lasts(part.scene) is None:
                told = max(told, coming.index("run"))
        for k, lit in enumerate(beat.light):
            if isinstance(lit, str) and lit not in shown:
                near = did_you_mean(lit, shown) or "; it names none"
                yield Finding((*place, "light", k), f"{part.scene} shows no {lit!r} to light up{near}")
            elif isinstance(lit, int) and lit > min(balls, default=0):
                message = f"there is no ball {lit} to light up: the act has {min(balls, default=0)}"
                yield Finding((*place, "light", k), message)


def _without_idle_functions(act: ActKeys) -> ActKeys:
    """An act that shows no functions leaves alone those that it inherits."""
    if act.scene not in scenes() or (any(facts(act.scene).numbers()) and not isinstance(act.sweep, Grid)):
        return act
    return act.model_copy(update={"functions": ()})


def _idle_keys(spec: Spec, marks: Marks) -> Iterator[Finding]:
    """Keys written where no scene uses them; what stands above the acts is for those that do."""
    acts = [(("acts", index), (act.scene,)) for index, act in enumerate(spec.acts)]
    parts: list[tuple[Loc, tuple[str, ...]]] = [*acts, ((), tuple(part.scene for part in spec.parts))]
    for key in for_some():
        for place, shown in parts:
            loc = (*place, *key.split("."))
            if loc not in marks.values or not set(shown) <= scenes().keys():
                continue
            users = [scene for scene in scenes() if key in facts(scene).uses]
            if not set(shown) & set(users):
                message = (
                    f"{key} is for the scene {' or '.join(users)}, not for {' or '.join(sorted(set(shown)))}"
                )
                yield Finding(loc, message, key=True)


def _unknown_names(spec: Spec | Part) -> Iterator[Finding]:
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
