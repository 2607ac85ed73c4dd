"""How a run ended, as data; a film and a table word it each in their way, here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Literal

from gdanim.spec.wording import counted


class Manner(StrEnum):
    """How a ball came to a minimum."""

    PLAIN = "converged"
    SLOWLY = "converged slowly"
    OSCILLATING = "oscillated, converged"


class Hold(Enum):
    """What holds a ball above the minimum."""

    ZERO = auto()  # its rate is 0
    RATE = auto()  # its schedule has used up the rate
    RULE = auto()  # the stop rule, which is too coarse for the loss
    NOISE = auto()  # the noise, or the batches
    DECAY = auto()  # weight decay balances the gradient
    OWN = auto()  # rules of the optimizer's own
    JITTER = auto()  # nothing to speak of: it keeps moving about the minimum


@dataclass(frozen=True)
class Ending:
    """What happened, and when."""

    what: str  #: such as "converged to (3, 2)"
    step: int  #: at which it happened, or how many there were
    told: Literal["at", "after", "in", "for"] | None = None  #: how a film tells the step; None, not at all
    outside: bool = False  #: of the domain, where that is not what happened
    manner: Manner | None = None  #: of one that converged
    hold: Hold | None = None  #: of one that was held
    restart: int | None = None  #: of a ball with several tries: how many came before this one

    @property
    def verdict(self) -> str:
        """A few words for the end of a film, such as ``converged at step 103``."""
        match self.told:
            case None:
                return self._around("")
            case "at":
                return self._around(f" at step {self.step}")
        return self._around(f" {self.told} {counted(self.step, 'step')}")

    @property
    def sentence(self) -> str:
        """The same with how many steps it took, such as ``converged after 103 steps``."""
        told = "after" if self.told in (None, "at") else self.told
        return self._around(f" {told} {counted(self.step, 'step')}")

    def _around(self, when: str) -> str:
        which = "" if self.restart is None else f"restart {self.restart}: " if self.restart else "first try: "
        return f"{which}{self.what}{when}{', outside' if self.outside else ''}"


UNJUDGED = Ending("", 0)
