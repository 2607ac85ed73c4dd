"""Pictures: what scenes and panes are written with.

The canvas and its artists, text, layout and the seam to manim have modules of their own.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
