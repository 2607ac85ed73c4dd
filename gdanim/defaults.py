"""What a spec means by the keys it leaves out, where that is asked before it is loaded."""

from typing import Literal

SCENE = "surface"
FORMATS: tuple[Literal["mp4", "gif"], ...] = ("mp4",)
