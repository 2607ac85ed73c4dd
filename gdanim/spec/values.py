"""Values that a spec is made of: intervals, points and colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from gdanim.formula import name
from gdanim.spec.wording import did_you_mean, mistake, shown

Variable = Annotated[str, BeforeValidator(lambda key: name(key) if isinstance(key, str) else key)]

FARTHEST = 1e100  # of a domain: its square is still a number


def at_most(count: int) -> BeforeValidator:
    """A longer list is refused before its items are looked at."""

    def few(value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) > count:
            told = {"field_type": "Tuple", "max_length": count, "actual_length": len(value)}
            raise PydanticKnownError("too_long", told)
        return value

    return BeforeValidator(few)


def _interval(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise mistake(f"an interval is [low, high], not {shown(value)}")
    return value


def _upwards(interval: tuple[float, float]) -> tuple[float, float]:
    low, high = interval
    if low > high:
        raise mistake(f"this interval is reversed: write [{high:g}, {low:g}]")
    if low == high:
        raise mistake(f"this interval has no width: both ends are {low:g}")
    largest = max(abs(low), abs(high))
    if largest > FARTHEST or high - low < 1e-9 * largest:
        raise mistake(f"[{low:g}, {high:g}] cannot be drawn: too far out, or too narrow for where it lies")
    return interval


Interval = Annotated[tuple[float, float], BeforeValidator(_interval), AfterValidator(_upwards)]


def by_variable(domain: Any, variables: Sequence[str]) -> Any:
    """A domain given as a list, by variable: one interval for all of them, or one for each in their order.

    A mapping stays as it is. Raises a mistake with what to write where it fits neither.
    """
    if isinstance(domain, int | float) and domain > 0:
        raise mistake(f"a domain has two ends: write [{-domain:g}, {domain:g}]")
    if not isinstance(domain, list | tuple):
        return domain
    if len(domain) == 2 and not any(isinstance(end, list | tuple | str) for end in domain) and variables:
        return dict.fromkeys(variables, domain)
    if domain and len(domain) == len(variables) and all(isinstance(each, list | tuple) for each in domain):
        return dict(zip(variables, domain, strict=True))
    names = variables or ("x", "y")
    told = f"{{{', '.join(f'{name}: [-5, 5]' for name in names)}}}"
    raise mistake(f"a domain has an interval for each variable ({', '.join(names)}): write {told}")


def _point(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise mistake(f"a point is a list of numbers such as [3, 4], not {shown(value)}")
    return value


Point = Annotated[tuple[float, ...], Field(min_length=1), BeforeValidator(_point)]

# The 16 names of CSS 1 and orange, as CSS defines them.
COLORS = {
    "aqua": "#00ffff", "black": "#000000", "blue": "#0000ff", "fuchsia": "#ff00ff", "gray": "#808080",
    "green": "#008000", "lime": "#00ff00", "maroon": "#800000", "navy": "#000080", "olive": "#808000",
    "orange": "#ffa500", "purple": "#800080", "red": "#ff0000", "silver": "#c0c0c0", "teal": "#008080",
    "white": "#ffffff", "yellow": "#ffff00",
}  # fmt: skip


def short_color(value: Any) -> Any:
    """#rgb as #rrggbb; anything else as it is."""
    short = re.fullmatch(r"#([0-9a-fA-F]{3})", value) if isinstance(value, str) else None
    return "#" + "".join(2 * digit for digit in short[1]) if short else value


def as_color(color: Any) -> str:
    """ "#rrggbb" or a basic CSS name as "#rrggbb"."""
    if color is None:
        raise mistake("color is empty; quote it as in '#ff8800', for a bare # starts a comment")
    if not isinstance(color, str):
        raise mistake(f"a color is '#rrggbb' or a name, not {shown(color)}")
    if re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        return color.lower()
    if (whole := short_color(color)) != color:
        raise mistake(f"a color has six digits: write {whole!r}, not {color!r}")
    if color not in COLORS:
        raise mistake(f"color is '#rrggbb' or a name, not {color!r}{did_you_mean(color, COLORS)}")
    return COLORS[color]


Color = Annotated[str, BeforeValidator(as_color)]
