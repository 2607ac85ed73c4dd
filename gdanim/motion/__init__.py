"""The clock: where every ball is at a time, a pure function of that time, on a surface to scale."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
