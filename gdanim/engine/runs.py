"""What the balls of a descent leave behind: plain data that does not care who computed it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gdanim.engine.ending import UNJUDGED, Ending

Array = NDArray[np.float64]
Point = tuple[float, ...]


class Status(StrEnum):
    """How a ball stands. Every row but a ball's last is ``running``; the last one says how it ended."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Status:
        status = str.__new__(cls, word)
        status._value_, status.meaning = word, meaning
        return status

    RUNNING = "running", "not at its end"
    CONVERGED = "converged", "at rest in a minimum: a stop rule fired, or nothing moves it there any more"
    LOCAL = (
        "local",
        "as converged, but elsewhere it is lower (for who climbs, higher): known, or visibly on the surface",
    )
    OSCILLATING = "oscillating", "it repeats a cycle of two points, or bounces about, and gets nowhere"
    DIVERGED = "diverged", "its loss grew without end, or threw it 1000 domain diagonals from its start"
    ENDLESS = "endless", "its loss falls for ever, without bound or towards one: there is no minimum that way"
    UNDEFINED = "undefined", "it came to where the loss or its gradient is undefined"
    SADDLE = "saddle", "at rest where the loss falls on some sides: a saddle or an inflection"
    MAXIMUM = "maximum", "at rest where the loss falls on all sides; for who climbs, a minimum"
    PLATEAU = "plateau", "at rest where the loss is level all around, and not at its lowest"
    MISLED = "misled", "at rest by a gradient of differences, where the exact one leads on"
    HELD = (
        "held",
        "above the minimum, held there by noise, batches, a used-up rate, weight decay, or rules of its own",
    )
    SLOW = "slow", "out of steps on a smooth way down that is longer than the way it has come"
    OUTSIDE = "outside", "out of steps, and out of the domain"
    GOING = "going", "out of steps, still on its way"


class Objective(Protocol):
    """A loss over n variables, evaluated for many points at once (arrays of shape (..., n))."""

    @property
    def name(self) -> str: ...
    @property
    def variables(self) -> tuple[str, ...]: ...
    @property
    def latex(self) -> str:
        """The right-hand side of its formula, as LaTeX; "" where there is none, and its name is shown."""
        ...

    @property
    def domain(self) -> tuple[tuple[float, float], ...] | None: ...
    @property
    def starts(self) -> tuple[Point, ...]: ...
    @property
    def minima(self) -> tuple[Point, ...]: ...
    @property
    def minimum_values(self) -> tuple[float, ...]:
        """The loss at each of the minima."""
        ...

    @property
    def saddles(self) -> tuple[Point, ...]: ...

    @property
    def slopes(self) -> object | None:
        """Where the gradient comes from, if it is not the exact one."""
        ...

    def value(self, points: Array) -> Array:
        """Losses of shape (...)."""
        ...

    def gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n), as a descent sees them: perhaps by differences."""
        ...

    def exact_gradient(self, points: Array) -> Array:
        """Gradients of shape (..., n)."""
        ...

    def hessian(self, points: Array) -> Array:
        """Hessians of shape (..., n, n)."""
        ...


@dataclass(frozen=True)
class Ball:
    """One runner: an optimizer at a rate from a start."""

    number: int  #: from 1, in the order optimizers x learning rates x starts
    team: str  #: the label that balls of one (optimizer, rate) share, unique within its act
    optimizer: str
    learning_rate: float  #: the rate used to leave the start
    start: Point
    hue: int  #: index into the theme's palette: of its (optimizer, rate), or of its start where there is one
    #: (optimizer, rate) from a few starts
    color: str | None = None  #: "#rrggbb" where the spec asks for one
    batch_size: int | None = None  #: samples that an update sees; None: all of them
    nth: int | None = None  #: of its team, from 1; None where it is alone
    mark: str = ""  #: what tells its start from others: its label, or # and its number
    name: str = ""  #: with which the team's label begins: that of the optimizer, or what the spec calls it
    detail: str = ""  #: what the team's label says beyond that, such as its rate

    @property
    def label(self) -> str:
        """Unique within its act."""
        return f"{self.team} {self.mark}".strip()


class Evaluations(NamedTuple):
    """How often the function, its gradient and its Hessian were needed at a point."""

    function: int = 0
    gradient: int = 0
    hessian: int = 0


class Leg(NamedTuple):
    """One of the tries of a ball that starts anew."""

    row: int  #: its first
    status: Status  #: how it ended


class Bound(NamedTuple):
    """The largest constant rate that is stable at a minimum, by the largest curvature L there."""

    name: str  #: such as "2/L"
    rate: float


@dataclass(frozen=True)
class Run:
    """The trajectory of one ball. Row k is the state after k updates, a jump to a new start among them."""

    ball: Ball
    points: Array  #: (steps + 1, n)
    losses: Array  #: (steps + 1,)
    gradient_norms: Array  #: (steps + 1,)
    learning_rates: Array  #: (steps + 1,): the rate used to leave row k
    status: Status
    counts: NDArray[np.int32]  #: (steps + 1, 3): evaluations that it took to know row k, as in Evaluations
    ending: Ending = UNJUDGED  #: what the status does not tell of how it ended
    reason: str = ""  #: the cause in numbers, such as "0.105 > 2/L = 0.1"
    minimum: Point | None = None  #: the listed minimum it has reached
    legs: tuple[Leg, ...] = ()  #: of a ball with restarts; at the end it may return to the best place found
    bound: Bound | None = None  #: of its optimizer, at the minimum that counts for it

    @property
    def verdict(self) -> str:
        """A few words for the end of a film, such as ``converged at step 103``."""
        return self.ending.verdict

    @property
    def steps(self) -> int:
        return len(self.losses) - 1

    @property
    def evaluations(self) -> Evaluations:
        """What the whole run has cost."""
        return Evaluations(*self.counts[-1].tolist())

    @property
    def gradient_evaluations(self) -> NDArray[np.int32]:
        """How many gradients it took to know row k, (steps + 1,)."""
        return self.counts[:, 1]


@dataclass(frozen=True)
class Crowd:
    """Many balls of one optimizer at one rate, of which only some steps are kept."""

    steps: NDArray[np.int64]  #: (rows,): row k of each ball is its state after steps[k] updates
    points: Array  #: (balls, rows, n)
    losses: Array  #: (balls, rows)
    gradient_norms: Array  #: (balls, rows)
    ends: NDArray[np.int64]  #: (balls,): the last step of each; rows beyond repeat its state there
