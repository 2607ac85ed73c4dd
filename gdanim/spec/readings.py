"""What may be meant by a value that its key cannot have: what is told as a remedy has been tried before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from gdanim.registry import Registry, aliases, functions, optimizers, schedules
from gdanim.spec.numbers import as_number
from gdanim.spec.sections import Video
from gdanim.spec.values import short_color
from gdanim.spec.wording import plain, shown
from gdanim.spec.yaml_advice import SMART, quoted

LONGEST = 200  # characters of a text that is looked at
MOST = 120  # characters of a remedy
MOST_ITEMS = 200  # of a value that is read in other ways
TRUTH = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
RATES = ("fps", "frame_rate", "framerate")
SIZES = (*RATES, "resolution", "size", "width", "height")
FAMILIAR = {"hd": "720p30", "fullhd": "1080p30", "fhd": "1080p30", "4k": "2160p30", "uhd": "2160p30"}
# What a parameter without a default could be, in an example.
EXAMPLES: dict[str, Any] = {
    "T_max": 100,
    "T_0": 100,
    "step_size": 100,
    "schedules": ["linear", {"name": "exponential", "gamma": 0.99}],
    "milestones": [100],
    "gamma": 0.99,
    "factor": 0.99,
    "decay_rate": 0.01,
    "swa_lr": 0.05,
    "expr": "0.1/(1 + 0.05*k)",
    "max_lr": 0.3,
    "base_lr": 0.01,
    "total_steps": 1000,
}
ENTRIES: dict[str, Registry[Any]] = {
    "functions": functions,
    "optimizers": optimizers,
    "learning_rates": schedules,
}
NAMED = (  # what people call the key name of an entry
    *("type", "kind", "optimizer", "optim", "method", "algorithm"),
    *("schedule", "scheduler", "function", "func", "f"),
)
OWN_RATES = {"max_lr", "expr"}  # parameters of schedules that say the rate themselves
RATE = {"optimizer": "learning_rate", "schedule": "initial"}  # what a number alone is of an entry
_TRYING: ContextVar[bool] = ContextVar("trying", default=False)


def fitting(model: type[BaseModel], key: str, value: Any, word: str = "", *, item: bool = False) -> Any:
    """The likeliest reading of a value that the key of a model can have; None where there is none."""
    hidden = getattr(model, "hidden", ())
    fields = {field.alias or name: field for name, field in model.model_fields.items() if name not in hidden}
    if key not in fields or value is None or _TRYING.get() or _large(value):
        return None
    wanted: Any = Annotated[(fields[key].annotation, "", *fields[key].metadata)]
    adapter: TypeAdapter[Any] = TypeAdapter(wanted)
    trying = _TRYING.set(True)  # what is wrong inside a reading needs no remedy of its own
    try:
        for reading in readings(key, value, word):
            if reading is None:
                continue
            try:
                adapter.validate_python(
                    plain([reading] if item else reading), strict=True, context={"folder": Path()}
                )
            except ValidationError:
                continue
            return reading
    finally:
        _TRYING.reset(trying)
    return None


def _large(value: Any) -> bool:
    """Whether a value is more than anyone means by a slip: it is not read in other ways."""
    waiting, count = [value], 0
    while waiting and count <= MOST_ITEMS:
        inner = waiting.pop()
        if isinstance(inner, Mapping | list | tuple):
            count += len(inner)
            waiting += list(inner.values() if isinstance(inner, Mapping) else inner)[:MOST_ITEMS]
    return count > MOST_ITEMS


def readings(key: str, value: Any, word: str = "") -> Iterator[Any]:
    """What may be meant by the value of a key, the likeliest first; ``word`` is what the key was called."""
    if isinstance(truth := _truth(value), bool) and word:  # dark_mode: no
        yield {"theme": "dark" if truth else "light", "height": "log" if truth else "linear"}.get(key)
    yield value
    yield from _of_key(key, value, word)
    if isinstance(value, str):
        yield from _of_text(value[:LONGEST])
    elif isinstance(value, float) and value.is_integer():
        yield int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    if isinstance(value, Mapping):
        yield {name: short_color(inner) for name, inner in value.items()}
    if not isinstance(value, list | tuple):
        yield [value]


def _of_key(key: str, value: Any, word: str) -> Iterator[Any]:
    """What this very key makes likely."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if key == "quality":
        yield from _qualities({word or "resolution": value})
    if _truth(value) is False:
        yield 0 if key == "orbit" else "none"
    if key == "grid" and number:
        yield [value, value]
    if key == "stop" and number:
        yield {"gradient_norm": value}
    if key == "view" and isinstance(value, str):
        yield {"theme": value.strip()}
    if key == "camera" and isinstance(value, str) and value.lower() in ("top", "above", "topdown", "2d"):
        yield {"elevation": 90}
    if key == "starts":
        points = _numbers(value, ",") if isinstance(value, str) else value
        if isinstance(points, list | tuple) and len(points) > 1:
            yield [points]
    if key in ENTRIES and isinstance(value, Mapping):
        registry = ENTRIES[key]
        entries = [by_name(registry, {name: inner}) for name, inner in value.items()]
        yield None if None in entries else entries
        yield [value]
        yield [{"name" if word in NAMED else word: inner for word, inner in value.items()}]
    if key in ("learning_rates", "learning_rate"):
        rate = value if isinstance(value, Mapping) else {"name": value}
        if name := schedules.called(str(rate.get("name"))):
            ours = {key: place[0] for key, place in aliases.keys("schedule", name).items()}
            whole = {
                **example(name),
                **{ours.get(key, key): inner for key, inner in rate.items()},
                "name": name,
            }
            yield from (whole, [whole])
        elif isinstance(value, str):
            yield from ({"expr": value}, [{"expr": value}])
    yield short_color(value)


def by_name(registry: Registry[Any], data: Mapping[str, Any]) -> Any:
    """An entry whose name was written as a key, such as ``{adam: {lr: 0.1}}``, as it should be; else None."""
    for key, inner in data.items() if "name" not in data else ():
        if (name := registry.called(str(key))) is None:
            continue
        number = isinstance(inner, int | float) and not isinstance(inner, bool)
        if (
            number
            and registry.kind in RATE
            and not any(key in registry.parameters(name) for name in registry)
        ):
            inner = {RATE[registry.kind]: inner}  # what may be a parameter, momentum, is none for sure
        if inner is None or isinstance(inner, Mapping):
            beside = {other: value for other, value in data.items() if other != key}
            whole = {"name": name, **(inner or {}), **beside}
            return whole if len(whole) > 1 else name
    return None


def _truth(value: Any) -> Any:
    return TRUTH.get(value.strip().lower()) if isinstance(value, str) else value


def example(schedule: str) -> dict[str, Any]:
    """A registered schedule with all that it needs."""
    needed = {key: EXAMPLES.get(key) for key in schedules.needed(schedule)}
    initial = {} if OWN_RATES & needed.keys() else {"initial": 0.3}
    return {"name": schedule, **initial, **needed}


def _of_text(text: str) -> Iterator[Any]:
    bare = text.strip().strip(SMART).strip()
    if bare != text:
        yield bare
    if bare.lower() in TRUTH:
        yield TRUTH[bare.lower()]
    if (number := as_number(bare)) is not None:
        yield number
        yield [number]
    if re.fullmatch(r"\d{1,3}(,\d{3}){1,3}", bare):
        yield int(bare.replace(",", ""))
    yield [bare]
    inner = bare.strip("[](){},; ")
    yield [inner]
    for mark in (";", r",\s", ","):
        if re.search(mark, inner):
            yield _numbers(inner, mark)
            yield [part.strip() for part in re.split(mark, inner)]


def _numbers(text: str, mark: str) -> list[float] | None:
    numbers = [as_number(part.strip()) for part in re.split(mark, text.strip("[](){},; "))]
    return [number for number in numbers if number is not None] if None not in numbers else None


def _qualities(words: Mapping[str, Any]) -> Iterator[str]:
    """Qualities in what other programs call size and rate of a film, by those words."""
    told = {word: str(value).lower().replace(" ", "") for word, value in words.items()}
    rate = next((found[0] for word in RATES if (found := re.match(r"\d+", told.get(word, "")))), "")
    size = next((told[word] for word in ("resolution", "size", "quality") if word in told), "")
    width, height = told.get("width", ""), told.get("height", "")
    if width.isdecimal():
        size = f"{width}x{height if height.isdecimal() else round(int(width) * 9 / 16)}"
    elif height.isdecimal():
        size = height
    size = FAMILIAR.get(size, size)
    if pair := re.match(r"[\[(]?(\d+)[x*\u00d7,:](\d+)[\])]?(?:p\d+)?$", size):
        yield f"{pair[1]}x{pair[2]}" + (f"p{rate}" if rate else "")
    elif lines := re.match(r"(\d+)(?:\.0)?(?:p(\d*))?$", size):
        yield f"{lines[1]}p{rate or lines[2] or 30}"
    elif rate and not size:
        yield f"720p{rate}"


def joined(model: type[BaseModel], words: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[set[str], str]:
    """Which of some unknown keys make one quality of the video, and what to write for them."""
    mine = {"quality": own["quality"]} if model is Video and "quality" in own else {}
    some = {word: value for word, value in words.items() if word in SIZES}
    quality = next(iter(_qualities({**mine, **some})), None) if len(some) + len(mine) > 1 and some else None
    if quality is None or fitting(Video, "quality", quality) != quality:
        return set(), ""
    return set(some), f"quality: {quality}" if model is Video else f"video: {{quality: {quality}}}"


def written(value: Any) -> str:
    """A value as a spec says it, in one line."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {written(inner)}' for key, inner in value.items())}}}"
    if value is None or isinstance(value, bool):
        return "..." if value is None else str(value).lower()
    if isinstance(value, str):
        word = re.fullmatch(r"[A-Za-z][\w.-]*|\d+p\d+|\d+x\d+(p\d+)?", value)
        return value if word and value.lower() not in ("true", "false", "null") else quoted(value)
    if isinstance(value, float) and "e" in repr(value):
        return f"{value:.1e}" if float(f"{value:.1e}") == value else repr(value)
    return shown(value)
