"""Where the keys of a spec belong: told to those who write one at the wrong place, or by another name.

All of it is read off the models and the registries; only what other programs call things is listed here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticUndefined

from gdanim.entries import Entry, RateEntry
from gdanim.parameters import parameters_model
from gdanim.wording import Model, shown
from gdanim.yaml_advice import quoted

# What other programs call things, and what they are here; of several names, the one that fits the place.
_CALLED = {
    "lr rate rates alpha step_size stepsize learning_rate": "learning_rates learning_rate initial",
    "schedule schedules scheduler lr_scheduler": "learning_rates learning_rate",
    "optimizer optimiser optim method algorithm solver": "optimizers",
    "function func f loss objective formula expression": "functions",
    "start x0 init initial_point starting_point balls": "starts",
    "epochs epoch iterations iters max_iter n_steps num_steps": "steps",
    "name heading headline": "title label",
    "range bounds limits box": "domain",
    "tol tolerance gtol": "stop.gradient_norm",
    "ftol min_delta": "stop.loss_change",
    "fps frame_rate framerate resolution size width": "video.quality",
    "aspect_ratio ratio orientation": "video.aspect",
    "length run_time runtime seconds": "video.duration",
    "repeat looping": "video.loop",
    "format output outputs file": "formats",
    "caption captions subtitle subtitles narration voice text": "acts.say",
    "pause wait": "acts.hold",
    "act parts scenes chapters": "acts",
    "color colour colors colours": "view.colors.palette color",
    "style mode dark_mode": "view.theme",
    "cmap color_map": "view.colormap",
    "log scale log_scale zscale": "view.height",
    "angle rotation": "camera.azimuth",
    "tilt pitch": "camera.elevation",
    "spin rotate": "camera.orbit",
    "speed tempo": "pace",
    "batch batchsize minibatch": "optimizers.batch_size",
    "random_seed rng": "seed",
}
SYNONYMS = {word: ours.split() for words, ours in _CALLED.items() for word in words.split()}
SHOWN = {"optimizer": "sgd", "schedule": "cosine"}  # as the example of its kind, where it has the parameter


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
    from gdanim.spec import Keys  # whose models ask here

    found: dict[str, list[Place]] = {}
    for place in sorted(_below(Keys, (), ()), key=lambda place: (len(place.path), place.named != "")):
        for key in list(place.model.model_fields) if place.named else _own(place.model):
            found.setdefault(key, []).append(place)
    for key, known in found.items():  # the example is the best known one that has the parameter
        known.sort(key=lambda place: bool(place.named and place.entry) and place.named not in SHOWN.values())
        known.sort(key=lambda place: len(place.path))
        found[key] = known
    return found


def _below(model: type[BaseModel], path: tuple[str, ...], listed: tuple[bool, ...]) -> Iterator[Place]:
    """A model's own place and those of all that it holds; those in acts are told as the whole film's."""
    entry = model if issubclass(model, Entry) else None
    yield Place(path, listed, model, entry)
    for name in entry.registry if entry else ():
        assert entry
        yield Place(path, listed, parameters_model(entry.registry, name), entry, name)
    for key, field in model.model_fields.items() if path != ("acts",) else ():
        for inner, in_list in _models(field.annotation, False):
            yield from _below(inner, (*path, key), (*listed, in_list))


def _models(annotation: Any, listed: bool) -> Iterator[tuple[type[BaseModel], bool]]:
    """The models in an annotation, and whether each stands in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, listed
    in_list = listed or getattr(annotation, "__origin__", None) is tuple
    for inner in get_args(annotation):
        yield from _models(inner, in_list)


def belongs(key: str, value: Any, here: type[Model]) -> str:
    """Where a key belongs that stands in ``here``, and how it is written there; "" where that is unknown."""
    own = _own(here)
    pair = re.match(r"([A-Za-z_]\w*)\s*[:= ]\s*(\S.*)", key)
    if value is None and pair and pair[1] in own:  # {theme dark}, {theme:dark}, {theme=dark}
        return f"write {pair[1]}: {pair[2]}"
    near = difflib.get_close_matches(key.lower(), own, n=1, cutoff=0.9)
    elsewhere = [place for place in places().get(key, ()) if place.model is not here and not near]
    elsewhere.sort(key=lambda place: _unfit(place, key, value))
    called = SYNONYMS.get(key.lower().replace("-", "_"), [])
    if elsewhere and key != "name" and not (called and _unfit(elsewhere[0], key, value)):
        return _told(key, value, elsewhere, here)
    for ours in called:
        if (path := ours.split("."))[-1] in own:
            return f"write {_example(path[-1], value, Place((), (), here))}"
    for ours in called[:1] if not near else ():
        *path, last = ours.split(".")
        found = [place for place in places()[last] if list(place.path) == path and not place.named]
        return f"write {_example(last, value, found[0])}"
    axis = re.fullmatch(r"([a-z]\d?)(?:_?(?:lim|range))?", key)
    if axis and isinstance(value, list | tuple) and len(value) == 2:
        return f"write domain: {{{axis[1]}: {_written(value)}}}"
    near = near or difflib.get_close_matches(key.lower(), own, n=1)
    far = difflib.get_close_matches(key.lower(), places(), n=1, cutoff=0.8)
    return _told(far[0], value, places()[far[0]], here) if far and not near else ""


def _own(model: type[BaseModel]) -> list[str]:
    return model.written_keys() if issubclass(model, Model) else list(model.model_fields)


def _told(key: str, value: Any, found: list[Place], here: type[BaseModel]) -> str:
    """Where the places of a key are, and how it is written at the first of them."""
    from gdanim.spec import Act

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
    if here is Act and first.path[:1] and first.path[0] in Act.of_the_film:
        where += ", which is of the whole film"
    place = " on a line that is not indented" if not first.path else ""
    return f"{key} belongs {where}: write {_example(key, value, first)}{place}"


def _example(key: str, value: Any, place: Place) -> str:
    """A key with its value as it is written from the top level on, with what must stand beside it."""
    pairs = {key: _written(_fitting(place, key, value))}
    if place.entry and key not in ("name", "expr"):
        known = SHOWN.get(place.entry.registry.kind, next(iter(place.entry.registry)))
        pairs = {"name": place.named or known, **pairs}
    for name, field in place.model.model_fields.items():
        if field.is_required() and (field.alias or name) not in pairs and place.path:
            pairs[field.alias or name] = "..."
    if place.entry is RateEntry and not {"initial", "max_lr"} & {*pairs, *place.model.model_fields}:
        pairs["initial"] = "0.3"
    text = ", ".join(f"{name}: {written}" for name, written in pairs.items())
    for depth, (name, listed) in enumerate(zip(reversed(place.path), reversed(place.listed), strict=True)):
        beside = "name: ..., " if depth and name in ("functions", "optimizers") else ""
        text = f"{name}: [{{{beside}{text}}}]" if listed else f"{name}: {{{text}}}"
    return text


def _fitting(place: Place, key: str, value: Any) -> Any:
    """A value as the key wants it, perhaps in a list; its default where it is of another kind."""
    for wanted in (value, [value]):
        if not _unfit(place, key, wanted):
            return wanted
    default = place.model.model_fields[key].default if key in place.model.model_fields else None
    return value if default in (None, PydanticUndefined) else default


def _unfit(place: Place, key: str, value: Any) -> bool:
    """Whether a key of this place could not have this value."""
    if value is None or key not in place.model.model_fields:
        return False
    from gdanim.wording import plain

    field = place.model.model_fields[key]
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
    try:
        adapter.validate_python(plain(value), strict=True)
    except ValidationError:
        return True
    return False


def _written(value: Any) -> str:
    """A value as a spec says it, in one line."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_written(inner)}' for key, inner in value.items())}}}"
    if value is None or isinstance(value, bool):
        return "..." if value is None else str(value).lower()
    if isinstance(value, str):
        return value if re.fullmatch(r"[A-Za-z][\w.-]*|\d+p\d+", value) else quoted(value)
    return shown(value)
