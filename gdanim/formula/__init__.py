"""Formulas as people type them, read without ever evaluating their text, into sympy and its derivatives."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
