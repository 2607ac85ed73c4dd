"""The stage of an act: what is shown of its domain, and the surface above that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gdanim.engine.solution import Act
from gdanim.motion.framing import asked, cropped, framed
from gdanim.motion.landscape import Landscape, landscape
from gdanim.spec import Part


def staged(spec: Part, act: Act, whole: bool, others: Sequence[Act] = ()) -> Landscape:
    """The surface on which an act of two variables is shown, with the act in what is seen of its domain.

    ``whole``: all of the domain is; ``others``: acts of the same function that are shown on the same surface,
    which suits the balls of all of them.
    """
    domains = np.array([one.domain for one in (act, *others)], dtype=float)
    borders = zip(domains[..., 0].min(axis=0).tolist(), domains[..., 1].max(axis=0).tolist(), strict=True)
    runs = tuple(run for one in (act, *others) for run in one.runs)
    together = replace(act, domain=tuple(borders), runs=runs)
    if whole:
        land = landscape(together, spec.view.height)
    else:
        land = landscape(framed(spec, together), spec.view.height)
        land = land if asked(spec, act) else cropped(land)
    return replace(land, act=replace(act, domain=land.act.domain))
