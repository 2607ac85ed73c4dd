"""What may be done for a spec, as who runs gdanim says: never the spec itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

NO_LOCAL_SCENES = "GDANIM_NO_LOCAL_SCENES"  # the same as the option, for builds that set it once

_local_scenes: ContextVar[bool] = ContextVar("local_scenes", default=True)
_outside: ContextVar[bool] = ContextVar("outside", default=False)


def local_scenes() -> bool:
    """Whether the scenes of the working folder, which are code, are looked for."""
    return _local_scenes.get() and not os.environ.get(NO_LOCAL_SCENES)


def outside() -> bool:
    """Whether what a spec names may lie outside its folder."""
    return _outside.get()


@contextmanager
def trusting(*, local_scenes: bool, outside: bool) -> Iterator[None]:
    """Say both for a while."""
    tokens = (_local_scenes, _local_scenes.set(local_scenes)), (_outside, _outside.set(outside))
    try:
        yield
    finally:
        for variable, token in tokens:
            variable.reset(token)
