"""What is said in an act: sentences, and the picture that each of them begins with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from gdanim.spec.wording import Model, mistake, mistakes, shown

NotBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
LIT = "numbers of balls and names of what is shown"
CALLED = {  # what others may call the keys of a sentence
    "text": "say says sentence sentences words word caption line speech voice",
    "show": "moment at when begin begins start starts on with scene",
    "light": "ball balls highlight highlights lit spotlight",
    "pause": "wait hold silence seconds rest",
}


class Beat(Model):
    """What is said at once, and the picture that it begins with."""

    text: NotBlank = Field(max_length=2000)
    """One sentence or several."""
    show: str | None = None
    """The moment of the scene that it begins with; absent, it follows what was said before."""
    step: int | None = Field(default=None, ge=0)
    """The step that it begins with."""
    light: tuple[int | str, ...] = ()
    """What is lit up meanwhile: numbers of balls, and names of what the scene shows."""
    pause: float | None = Field(default=None, ge=0, le=60)
    """Seconds of silence after it; absent, 2 after a question."""

    @field_validator("show", mode="before")
    @classmethod
    def _no_step(cls, moment: Any) -> Any:
        if isinstance(moment, int):
            raise mistake(f"show names a moment of the scene: write step: {moment}", key=True)
        return moment

    @field_validator("light", mode="before")
    @classmethod
    def _several(cls, lit: Any) -> Any:
        several = lit if isinstance(lit, list | tuple) else (lit,)
        mistakes(
            ((k,) if several is lit else (), mistake(f"light has {LIT}, not {shown(item)}"))
            for k, item in enumerate(several)
            if type(item) is not str and (type(item) is not int or item < 1)
        )
        return several

    @classmethod
    def unknown(cls, key: str, value: Any) -> str:
        meant = next((ours for ours, words in CALLED.items() if key in words.split()), None)
        if meant is None or (meant == "show" and not isinstance(value, str | int)):
            return super().unknown(key, value)
        meant = "step" if meant == "show" and isinstance(value, int) else meant
        return f"unknown key {key!r}: write {meant}"

    @model_validator(mode="after")
    def _one_picture(self) -> Beat:
        if self.show is not None and self.step is not None:
            raise mistake("a sentence begins with a moment or with a step: write show or step, not both")
        return self


def as_beats(said: Any) -> Any:
    """What is said as a list of mappings: a text is one of them, and so is each text in a list."""
    if said is None:
        return ()
    if isinstance(said, str) and said.strip():
        return ({"text": said},)
    if not isinstance(said, list | tuple):
        told = "nothing" if said == "" else shown(said)
        raise mistake(f"say must be text, or a list of sentences such as {{text: ..., step: 3}}, not {told}")
    mistakes(
        ((index,), mistake(f"put a sentence with a colon in quotes: {json.dumps(f'{key}: {rest}')}"))
        for index, item in enumerate(said)
        if isinstance(item, Mapping) and len(item) == 1
        for key, rest in item.items()
        if " " in key and isinstance(rest, str)
    )
    return tuple({"text": item} if isinstance(item, str) else item for item in said)
