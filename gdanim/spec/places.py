"""Where the keys of a spec belong: told to those who write one at the wrong place, or by another name.

All of it is read off the models and the registries; only what other programs call things is listed here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from gdanim.spec.borrowed import in_our_words
from gdanim.spec.entries import RateEntry
from gdanim.spec.entry import Entry
from gdanim.spec.numbers import as_number
from gdanim.spec.parameters import parameters_model
from gdanim.spec.readings import EXAMPLES, MOST, example, fitting, joined, written
from gdanim.spec.wording import Model, models

__all__ = ["belongs", "joined", "places", "remedy"]  # of an Adviser, in wording

# What other programs call things, and what they are here; of several names, the one that fits the place.
_CALLED = {
    "lr lrs rate rates alpha eta": "learning_rates learning_rate initial",
    "step_size stepsize learning_rate learningrate": "learning_rates learning_rate initial",
    "schedule schedules scheduler lr_scheduler lr_schedule lr_schedules": "learning_rates learning_rate",
    "optimizer optimiser optim method algorithm solver": "optimizers",
    "function func f loss objective formula expression": "functions",
    "swap_axes flip_axes transpose axis_order": "functions.axes",
    "start x0 init initial_point starting_point balls": "starts",
    "epochs epoch n_epochs num_epochs max_epochs nepochs max_steps n_steps num_steps nsteps": "steps",
    "iterations iters max_iter max_iterations maxiter n_iter niter n_iters num_iterations num_iters": "steps",
    "wd l2 l2_penalty": "optimizers.weight_decay weight_decay",
    "plot plot_type kind": "scene",
    "name heading headline": "title label",
    "summary lesson moral conclusion": "takeaway",
    "range bounds limits box": "domain",
    "tol tolerance gtol convergence threshold grad_tol": "stop.gradient_norm",
    "ftol min_delta": "stop.loss_change",
    "fps frame_rate framerate resolution size width dpi figsize": "video.quality",
    "aspect_ratio ratio orientation": "video.aspect",
    "length run_time runtime seconds": "video.duration",
    "repeat looping": "video.loop",
    "format output outputs file": "formats",
    "caption captions subtitle subtitles narration voice text": "acts.say card.lines",
    "pause wait": "acts.hold",
    "act parts scenes chapters": "acts",
    "color colour colors colours": "view.colors.palette color",
    "style mode dark_mode": "view.theme",
    "cmap color_map": "view.colormap",
    "log scale log_scale zscale": "view.height",
    "angle rotation azim": "camera.azimuth",
    "tilt pitch elev": "camera.elevation",
    "spin rotate": "camera.orbit",
    "speed tempo": "pace",
    "batch batchsize minibatch": "optimizers.batch_size",
    "random_seed rng": "seed",
}
SYNONYMS = {word: ours.split() for words, ours in _CALLED.items() for word in words.split()}
BESIDE = {"nesterov": {"momentum": "0.9"}, "columns": {"data": "..."}}  # what a parameter has no use without
SHOWN = {"optimizer": "sgd", "schedule": "cosine"}  # as the example of its kind, where it has the parameter


FILM: list[type[Model]] = []  # the model that holds all others: it says so where it is written


class Place(NamedTuple):
    """Where a key may stand."""

    path: tuple[str, ...]  # of keys from the top
    listed: tuple[bool, ...]  # which of them hold a list
    model: type[BaseModel]
    entry: type[Entry] | None = None  # that the key is in, or that calls what has this parameter
    named: str = ""  # what has this parameter

    def told(self) -> str:
        """In words."""
        if not self.path:
            return "at the top level"
        if self.path == ("acts",):
            return "in an act"
        if self.entry is None:
            return f"under {'.'.join(self.path)}"
        kind = self.entry.registry.kind
        return f"to {'an' if kind[0] in 'aeiou' else 'a'} {kind}"


@cache
def places() -> dict[str, list[Place]]:
    """Every key with its places, the shallow ones first."""
    (film,) = FILM
    found: dict[str, list[Place]] = {}
    for place in sorted(_below(film, (), ()), key=lambda place: (len(place.path), place.named != "")):
        for key in list(place.model.model_fields) if place.named else _own(place.model):
            found.setdefault(key, []).append(place)
    for key, known in found.items():  # the example is the best known one that has the parameter
        known.sort(key=_needs)
        known.sort(key=lambda place: bool(place.named and place.entry) and place.named not in SHOWN.values())
        known.sort(key=lambda place: len(place.path))
        found[key] = known
    return found


def _needs(place: Place) -> int:
    """How much must stand beside a parameter."""
    return sum(field.is_required() for field in place.model.model_fields.values()) if place.named else 0


def _below(model: type[BaseModel], path: tuple[str, ...], listed: tuple[bool, ...]) -> Iterator[Place]:
    """A model's own place and those of all that it holds; those in acts are told as the whole film's."""
    entry = model if issubclass(model, Entry) else None
    yield Place(path, listed, model, entry)
    for name in entry.registry if entry else ():
        assert entry
        yield Place(path, listed, parameters_model(entry.registry, name), entry, name)
    for key, field in model.model_fields.items() if path != ("acts",) else ():
        if key == "formats":  # a film's width and rate are the video's; those of one file are seldom meant
            continue
        for inner, in_list in models(field.annotation):
            yield from _below(inner, (*path, key), (*listed, in_list))


def belongs(key: str, value: Any, here: type[Model]) -> str:
    """Where a key belongs that stands in ``here``, and how it is written there; "" where that is unknown."""
    own = _own(here)
    pair = re.match(r"([A-Za-z_]\w*)\s*[:= ]\s*(\S.*)", key)
    if value is None and pair and pair[1] in own:  # {theme dark}, {theme:dark}, {theme=dark}
        return f"write {pair[1]}: {pair[2]}"
    near = difflib.get_close_matches(key.lower(), own, n=1, cutoff=0.9)
    if near and key in places() and _unfit(_holder(here, near[0]), near[0], value) == UNFIT:
        near = []  # it is the other of the two
    elsewhere = [place for place in places().get(key, ()) if place.model is not here and not near]
    elsewhere.sort(key=lambda place: _unfit(place.model, key, value))
    called = SYNONYMS.get(key.lower().replace("-", "_"), [])
    if elsewhere and (told := _sibling(key, value, elsewhere[0], here)):
        return told
    if elsewhere and key != "name" and not (called and _unfit(elsewhere[0].model, key, value) == UNFIT):
        return _told(key, value, elsewhere, here)
    for ours in called:
        if (path := ours.split("."))[-1] in own:
            return f"write {_example(path[-1], value, Place((), (), here), key)}"
    for ours in called[:1] if not near else ():
        *path, last = ours.split(".")
        found = [place for place in places()[last] if list(place.path) == path and not place.named]
        return f"write {_example(last, value, found[0], key)}"
    axis = re.fullmatch(r"([a-z]\d?)(?:_?(?:lim|range))?", key)
    if axis and isinstance(value, list | tuple) and len(value) == 2:
        return f"write domain: {{{axis[1]}: {written(value)}}}"
    near = near or difflib.get_close_matches(key.lower(), own, n=1)
    far = difflib.get_close_matches(key.lower(), places(), n=1, cutoff=0.8)
    return _told(far[0], value, places()[far[0]], here) if far and not near else ""


def remedy(model: type[BaseModel], key: str, value: Any, item: bool = False) -> str:
    """What to write instead of a value, or of an ``item`` of the list that it should be; "" if unknown."""
    if item and isinstance(value, list | tuple) and fitting(model, key, value) is value:  # a list in a list
        text = ", ".join(map(written, value))
        return text if len(text) <= MOST else ""
    meant = fitting(model, key, value, item=item)
    if meant is None or meant is value:  # it is wrong beside others only
        return ""
    kinds = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    text = written(in_our_words(kinds[key], meant))
    return text if len(text) <= MOST else ""


def _sibling(key: str, value: Any, place: Place, here: type[Model]) -> str:
    """What is said of a key that belongs to the other kind of what stands here: a ring's radius in a grid."""
    mine = [other for found in places().values() for other in found if other.model is here]
    if place.named or not mine or mine[0].path != place.path or mine[0].entry:
        return ""
    kind = next((name for name, field in place.model.model_fields.items() if field.is_required()), key)
    given = {kind: "12" if kind == "ring" else "...", key: written(_fitting(place, key, value, ""))}
    pairs = ", ".join(f"{name}: {text}" for name, text in given.items())
    return f"{key} belongs to a {kind}: leave it out, or write {place.path[-1]}: {{{pairs}}}"


def _own(model: type[BaseModel]) -> list[str]:
    return model.written_keys() if issubclass(model, Model) else list(model.model_fields)


def _told(key: str, value: Any, found: list[Place], here: type[BaseModel]) -> str:
    """Where the places of a key are, and how it is written at the first of them."""
    first = found[0]
    names = [place.named for place in found if place.named and place.path == first.path]
    some = ", ".join(names[:4]) + ", ..." * (len(names) > 4)
    rivals = [place.named for place in places().get("name", ()) if place.path == first.path]
    if first.named and (here.__name__ in first.entry.registry if first.entry else rivals):
        return f"{key} is a parameter of {some}, not of {here.__name__}"
    ways = dict.fromkeys(place.told() for place in found)
    if not first.path:
        ways = dict.fromkeys(["at the top level"])
    where = " or ".join(list(ways)[:2]) + (f" ({some})" if first.named else "")
    if {*first.path[:1]} & {*getattr(here, "of_the_film", ())}:
        where += ", which is of the whole film"
    place = " on a line that is not indented" if not first.path else ""
    return f"{key} belongs {where}: write {_example(key, value, first)}{place}"


def _example(key: str, value: Any, place: Place, word: str = "") -> str:
    """A key with its value as it is written from the top level on, with what must stand beside it."""
    pairs = {key: written(_fitting(place, key, value, word)), **BESIDE.get(key, {})}
    if place.entry and key not in ("name", "expr"):
        known = SHOWN.get(place.entry.registry.kind, next(iter(place.entry.registry)))
        pairs = {"expr": "..."} | pairs if key == "axes" else {"name": place.named or known} | pairs
    for name, field in place.model.model_fields.items():
        if field.is_required() and (field.alias or name) not in pairs and place.path:
            pairs[field.alias or name] = written(EXAMPLES.get(name))
    if place.entry is RateEntry and pairs.get("name") in RateEntry.registry:
        needed = example(pairs["name"])
        pairs.update((name, written(inner)) for name, inner in needed.items() if name not in pairs)
    text = ", ".join(f"{name}: {inner}" for name, inner in pairs.items())
    for depth, (name, listed) in enumerate(zip(reversed(place.path), reversed(place.listed), strict=True)):
        beside = "name: ..., " if depth and name in ("functions", "optimizers") else ""
        text = f"{name}: [{{{beside}{text}}}]" if listed else f"{name}: {{{text}}}"
    return text


def _fitting(place: Place, key: str, value: Any, word: str) -> Any:
    """A value as the key wants it, perhaps read anew; its default where it is of another kind."""
    model = _holder(place.model, key)
    meant = fitting(model, key, value, word)
    wanted = model.model_fields[key].annotation if key in model.model_fields else None
    if meant is None and isinstance(value, str) and {int, float} & {wanted, *get_args(wanted)}:
        meant = as_number(value)  # out of bounds, but a number
    if meant is not None:
        return in_our_words(wanted, meant)
    default = model.model_fields[key].default if key in model.model_fields else None
    if isinstance(default, bool):
        return not default
    return None if default in (None, PydanticUndefined, ()) else default


def _holder(model: type[BaseModel], key: str) -> type[BaseModel]:
    """The model that has a key: this one, or that of an entry for a key beside its parameters."""
    if key in model.model_fields:
        return model
    return next((other.model for other in places()[key] if other.entry and not other.named), model)


UNFIT = 3


def _unfit(model: type[BaseModel], key: str, value: Any) -> int:
    """How far from this value is what the key of a model can have: 0 is the value itself, UNFIT nothing."""
    if value is None or key not in model.model_fields:
        return 0
    meant = fitting(model, key, value)
    if meant is None:
        return UNFIT
    if meant is value:
        return 0
    return 1 if isinstance(meant, list) == isinstance(value, list | tuple) else 2
