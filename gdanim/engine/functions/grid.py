"""A loss that is known on a grid alone, such as a plane cut through that of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pydantic import ValidationError

from gdanim.engine.functions.known import Interval, KnownObjective
from gdanim.engine.runs import Array
from gdanim.errors import SettingError
from gdanim.formula import check_variables
from gdanim.registry import functions
from gdanim.spec.grids import Grid, Table
from gdanim.spec.wording import findings

if TYPE_CHECKING:
    from scipy.interpolate import RectBivariateSpline

FEWEST = 4  # values along an axis that a cubic spline needs
EDGE = 1e-9  # of the domain: so far outside is rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class GridObjective(KnownObjective):
    """A bicubic spline through losses on a grid; undefined outside."""

    spline: RectBivariateSpline
    known: tuple[Interval, Interval]  # where there are losses, whatever of it is shown

    def value(self, points: Array) -> Array:
        """Losses of shape (...) at points of shape (..., 2)."""
        return self._derivative(points)

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., 2), those of the spline."""
        return np.stack([self._derivative(points, 1, 0), self._derivative(points, 0, 1)], axis=-1)

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., 2, 2), those of the spline."""
        xx, xy, yy = (self._derivative(points, *orders) for orders in ((2, 0), (1, 1), (0, 2)))
        return np.stack([np.stack([xx, xy], axis=-1), np.stack([xy, yy], axis=-1)], axis=-2)

    def _derivative(self, points: Array, along_x: int = 0, along_y: int = 0) -> Array:
        """The spline, so often derived; nan outside the grid."""
        low, high = np.array(self.known).T
        slack = EDGE * (high - low)
        inside = ((points >= low - slack) & (points <= high + slack)).all(axis=-1)
        within = np.where(inside[..., None], points, low)
        return np.where(inside, self.spline.ev(within[..., 0], within[..., 1], along_x, along_y), np.nan)


@functions.register
def grid(data: Table, columns: tuple[str, str, str] | None = None) -> GridObjective:
    """Losses of your own on a grid of two variables, joined smoothly; outside of it there is nothing.

    ``data`` has a row for each point: the two variables and the loss, by the names of its ``columns``, the
    first three where none are chosen. A bicubic spline goes through all of them.
    Source: C. de Boor, A Practical Guide to Splines (1978), chapter XVII; P. Dierckx, Curve and Surface
    Fitting with Splines (1993).
    """
    from scipy.interpolate import RectBivariateSpline  # 0.2 s, which other functions need not wait for

    try:
        found = Grid.model_validate({"data": cast(Mapping[str, Any], data), "columns": columns}).losses
    except ValidationError as error:
        told = findings(error)[0]
        raise SettingError(tuple(told.loc[:1]) or ("data",), told.message) from None
    x, y, _ = found.names
    try:
        check_variables((x, y))
    except ValueError as error:
        raise SettingError(("data",), f"rename its columns, which name the variables: {error}") from None
    for name, values in zip((x, y), found.values, strict=True):
        if len(values) < FEWEST:
            raise SettingError(("data",), f"a grid has at least {FEWEST} values of {name}, not {len(values)}")
    if (gaps := ~np.isfinite(found.losses)).any():
        row, column = np.argwhere(gaps)[0]
        place = f"{x} {found.values[0][column]:g} and {y} {found.values[1][row]:g}"
        raise SettingError(("data",), f"every point of the grid needs a loss: there is none at {place}")
    across, up = found.values
    box = (float(across[0]), float(across[-1])), (float(up[0]), float(up[-1]))
    return GridObjective(
        name="grid",
        variables=(x, y),
        domain=box,
        known=box,
        bounded=True,
        spline=RectBivariateSpline(across, up, found.losses.T),
    )
