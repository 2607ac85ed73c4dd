"""Which numbers stand at an axis, and how they are written there."""

from __future__ import annotations

import math

from gdanim.motion.height import Height

LINE = r" \ "  # a new line in Typst markup
MOST_DECADES = 5  # steps between decades that are marked


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """About ``count`` round numbers in [low, high]: multiples of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(math.log(s / raw)))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def rounder(values: list[float]) -> list[float]:
    """Ticks in equal steps with those first that stay when there is no room for all: 0, then every other."""
    zero = min(range(len(values)), key=lambda i: abs(values[i]), default=0)
    return [values[i] for i in sorted(range(len(values)), key=lambda i: -math.gcd(i - zero, 2**10))]


def height_ticks(height: Height) -> list[tuple[float, str]]:
    """Losses to mark on an axis of heights, and how they are written: round numbers, or decades."""
    if not height.log:
        return [(value, tick(value)) for value in ticks(height.low, height.high, 4)]
    first = math.ceil(math.log10(height.low - height.base) - 1e-9)
    last = math.floor(math.log10(height.high - height.base) + 1e-9)
    if last - first < 1:
        return [(value, tick(value)) for value in ticks(height.low, height.high, 4)]
    marks = []
    for power in range(first, last + 1, -(-(last - first) // MOST_DECADES)):
        sign = "+" if height.base else "<=" if height.floored and power == first else ""
        marks.append((height.base + 10.0**power, sign + f"10^({power})"))
    return [(loss, f"${markup}$") for loss, markup in marks]


def height_name(height: Height) -> str:
    """Typst markup of what such an axis shows, how, and where it is cut."""
    name = "loss"
    if height.log:
        name = f"loss above {tick(height.base)}{LINE}log scale" if height.base else "loss, log scale"
    ends = [tick(end) for end, cut in zip((height.low, height.high), height.cut, strict=True) if cut]
    return f"{name}{LINE}cut at {' and '.join(ends)}" if ends else name


def tick(value: float) -> str:
    """Typst markup of a tick. Round numbers are exact up to seven digits, others have four."""
    exact = (d for d in range(4, 8) if math.isclose(float(f"{value:.{d}g}"), value, rel_tol=1e-12))
    digits, size = next(exact, 0), abs(value)
    if digits and 1e4 <= size < 1e6:
        return f"${value:.{max(digits, len(f'{size:.0f}'))}g}$"
    digits = digits or 4
    if value == 0 or 1e-3 <= size < 1e4:
        return f"${value:.{digits}g}$"
    short = f"{value:.0e}"
    short = short if math.isclose(float(short), value) else f"{value:.3e}"
    mantissa, _, exponent = short.partition("e")
    factor = "" if mantissa == "1" else f"{float(mantissa):g} times "
    return f"${factor}10^({int(exponent)})$"
