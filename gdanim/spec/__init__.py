"""Specs: YAML, text or dicts into checked, frozen models, with every mistake at its place."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
