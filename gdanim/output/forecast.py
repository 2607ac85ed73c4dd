"""What is known of a film before it is drawn: its file, how long it takes, what rendering would warn of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gdanim.formats import Limits
from gdanim.lengths import Length, too_short
from gdanim.registry import formats
from gdanim.spec import Spec
from gdanim.view.glyphs import lacking

# Of two cores without a GPU: seconds until the first frame, for each act more, for a frame, and for a million
# pixels of it. Bytes: of a second of MP4 of a million pixels, which grow more slowly than these, and of a
# million pixels of GIF. See docs/performance.md.
START, ACT, FRAME, MILLION = 4.0, 1.0, 0.011, 0.017
SECOND, GROWTH, GIF = 100_000, 0.7, 25_000


def outlook(spec: Spec, length: Length) -> str:
    """The file, and about how long it takes: ``1280x720, about 20 s to make, about 0.9 MB``."""
    told = []
    for entry in spec.formats:
        name, ((width, height), rate) = entry.name, entry.frames(spec.video)
        count, millions = length.seconds * rate, width * height / 1e6
        seconds = START + ACT * (len(spec.parts) - 1) + count * (FRAME + MILLION * millions)
        weighs = {"mp4": length.seconds * SECOND * millions**GROWTH, "gif": count * millions * GIF}
        size = f", about {_bytes(weighs[name])}" if name in weighs else ""
        told.append(f"{name} {width}x{height}, about {_seconds(seconds)} to make{size}")
    return "; ".join(told)


def warnings(spec: Spec, length: Length) -> Iterator[str]:
    """What rendering would warn of, as far as it can be told before."""
    yield from lacking(spec.parts)
    duration = spec.video.duration
    if duration and length.seconds - duration > len(spec.parts) / length.rate:
        yield too_short(length.seconds)
    yield from length.unseen
    if told := silent(spec, [entry.name for entry in spec.formats]):
        yield told
    for entry in spec.formats:
        if told := lessened(spec, None, entry.name):
            yield told


def silent(spec: Spec, names: Iterable[str]) -> str:
    """What is told where a film shall be heard, and none of its formats has sound; "" where one does."""
    if not spec.video.sound or any(spec.output(name).form.sound for name in names):
        return ""
    able = " or ".join(name for name in formats if formats[name]().sound)
    return f"{spec.film} is silent: of the formats {able} has sound"


def lessened(spec: Spec, quality: str | None, name: str) -> str:
    """What is told where a format does not give the quality that was asked for; "" where it does."""
    asked = quality or (spec.video.quality if "quality" in spec.video.model_fields_set else "")
    if not asked:
        return ""
    entry = spec.output(name)
    limits = entry.form.limits
    given, wanted = (entry.frames(spec.video, asked, of) for of in (limits, Limits()))
    if given.rate == wanted.rate and min(given.size) >= min(wanted.size):
        return ""
    size, whole = ("x".join(map(str, quality.size)) for quality in (given, wanted))
    told = f"{spec.film}.{name} has {size} pixels, {given.rate} frames a second, not {asked}"
    if "x" in asked:
        return told
    return f"{told}: a size in pixels, {whole}p{min(wanted.rate, limits.most_rate)}, is taken as it is"


def _seconds(seconds: float) -> str:
    """In the unit that people would take, in two digits."""
    return f"{float(f'{seconds:.2g}'):g} s" if seconds < 100 else f"{float(f'{seconds / 60:.2g}'):g} min"


def _bytes(size: float) -> str:
    return f"{float(f'{size / 1e6:.2g}'):g} MB" if size >= 1e5 else f"{float(f'{size / 1e3:.2g}'):g} kB"
