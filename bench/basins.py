"""Seconds for a basin map of Himmelblau's function, 960 x 540 descents: python bench/basins.py

The first map of a kind has to be compiled; what was compiled is kept on disk.
"""

from __future__ import annotations

import time
from pathlib import Path

import gdanim
from gdanim.engine.balls import cast
from gdanim.engine.basins import basins

SPEC = Path(__file__).parent.parent / "specs" / "gallery" / "basins.yaml"

if __name__ == "__main__":
    (part,) = gdanim.load(SPEC).parts
    act = cast(part)[0]
    for name in ("first", "second"):
        begin = time.perf_counter()
        found = basins(part, act, 960, 540)
        print(f"{name}: {time.perf_counter() - begin:.1f} s, {len(found.minima)} minima")
