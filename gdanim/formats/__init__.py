"""Files that films become, one format per file: what it carries, how it is written, how its comment is read.

Every file of this folder is imported, so a new one needs no list. That a film is up to date is known without
what writes it: modules here import av and numpy only while they write.
"""

from __future__ import annotations

import importlib
import pkgutil

from gdanim.formats.base import Cue, Format, Limits, Reel, choices

__all__ = ["DEFAULT", "Cue", "Format", "Limits", "Reel", "choices"]

DEFAULT = "mp4"  # of a spec that names none; listed first

_names = (module.name for module in pkgutil.iter_modules(__path__))
for _name in sorted(_names, key=lambda name: (name != DEFAULT, name)):
    importlib.import_module(f"{__name__}.{_name}")
