"""Which numbers stand at an axis, and how they are written there."""

from __future__ import annotations

import math

from gdanim.motion.landscape import STRETCH, Landscape


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


def height_ticks(landscape: Landscape) -> list[float]:
    """Losses to mark on the height axis: round numbers; powers of ten above the lowest on a log height."""
    low, high = landscape.low, landscape.high
    return powers(low, high) if landscape.log else ticks(low, high, 4)


def powers(low: float, high: float) -> list[float]:
    """Losses to mark where the height is log1p above the lowest: that and powers of ten above it."""
    first, last = (math.ceil(math.log10((high - low) / c)) for c in (STRETCH, 1.0))
    base = 0.0 if abs(low) < 10.0 ** (first - 1) else low
    marks = [base + 10.0**k for k in range(first, last + 1) if base + 10.0**k <= high]
    return marks if base < low else [low, *marks]


def tick(value: float) -> str:
    """Typst markup of a tick. Round numbers are exact up to seven digits, others have four."""
    exact = (d for d in range(4, 8) if math.isclose(float(f"{value:.{d}g}"), value, rel_tol=1e-12))
    digits, size = next(exact, 4), abs(value)
    if value == 0 or 1e-3 <= size < 1e4 or (digits > 4 and 1e4 <= size < 1e6):
        return f"${value:.{digits}g}$"
    short = f"{value:.0e}"
    short = short if math.isclose(float(short), value) else f"{value:.3e}"
    mantissa, _, exponent = short.partition("e")
    factor = "" if mantissa == "1" else f"{float(mantissa):g} times "
    return f"${factor}10^({int(exponent)})$"
