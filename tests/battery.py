"""Experiments whose ends are known without asking gdanim: by closed forms, recurrences and plain facts.

Each says what may be claimed of how its ball ended. A claim is a word of the list of statuses. Where the
closed form leaves two words open (a ball out of steps is going or slow), either will do; where it comes too
near a border to tell, there is no experiment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

RULE = 1e-6  # the default stop rule for the gradient's norm
FAR = 1000.0  # diagonals of the domain: a ball beyond has diverged
ON_ITS_WAY = frozenset({"going", "slow"})
LOST = frozenset({"endless", "outside"})


@dataclass(frozen=True)
class Experiment:
    """One ball, and what may be said of its end."""

    kind: str
    function: Any
    start: tuple[float, ...]
    rate: Any
    claims: frozenset[str] | Callable[[Any], frozenset[str]]  # or what makes them of the facts of the run
    optimizer: Any = "sgd"
    keys: dict[str, Any] = field(default_factory=dict)
    forecast: float | None = None  # steps that it still takes, if that is told

    @property
    def spec(self) -> dict[str, Any]:
        rates = {} if self.rate is None else {"learning_rates": [self.rate]}
        given = {"functions": [self.function], "optimizers": [self.optimizer], "starts": [list(self.start)]}
        return {**given, **rates, **self.keys}

    def __str__(self) -> str:
        return f"{self.kind}: {self.function} {self.optimizer} {self.rate} from {self.start} {self.keys}"


def experiments() -> list[Experiment]:
    """All of them, always the same."""
    makers = (
        quadratics,
        momenta,
        scaled,
        scheduled,
        noisy,
        decayed,
        saddles,
        stationary,
        polynomials,
        valleys,
        plateaus,
        endless,
        edges,
        kinks,
        climbs,
        adaptive,
        drawn,
        listed,
    )
    with np.errstate(all="ignore"):  # recurrences that diverge overflow
        return [experiment for maker in makers for experiment in maker()]


def claims(*words: str) -> frozenset[str]:
    return frozenset(words)


# Quadratics: along each axis of the Hessian a factor for every step.


def ellipse(curvatures: tuple[float, ...], scale: float = 1.0, above: float = 0.0) -> str:
    """The formula of sum of c x^2 / 2."""
    terms = [f"{scale * c / 2!r}*{name}^2" for c, name in zip(curvatures, "xyz", strict=False)]
    return " + ".join([*([repr(above)] if above else []), *terms])


def of_factors(
    curvatures: tuple[float, ...], start: tuple[float, ...], factors: np.ndarray, steps: int
) -> tuple[frozenset[str], float | None]:
    """The claims, and the steps still to go, of a ball whose coordinates shrink by ``factors`` (n,)."""
    c, x = np.array(curvatures), np.array(start)
    k = np.arange(40_001)[:, None]
    with np.errstate(all="ignore"):
        points = x * factors**k
        norms = np.sqrt(((c * points) ** 2).sum(axis=1))
        away = np.sqrt(((points - x) ** 2).sum(axis=1))
    moving = x != 0
    largest = np.abs(factors[moving]).max()
    if abs(largest - 1) < 1e-12:
        return claims("oscillating"), None
    if largest < 1:
        rests = int(np.argmax(norms < RULE)) if (norms < RULE).any() else None
        if rests is not None and rests <= steps:
            return claims("converged"), None
        return ON_ITS_WAY, None if rests is None else rests - steps
    half = np.maximum(1.0, 1.2 * np.abs(x))  # the domain mirrors the start about 0
    gone = away > FAR * 2 * math.hypot(*half)
    loss = (c * points**2).sum(axis=1) / 2
    gone |= loss - loss[0] > 1e10
    first = int(np.argmax(gone)) if gone.any() else len(gone)
    if first <= steps - 5:
        return claims("diverged"), None
    return (claims("oscillating", "outside") if first > steps + 5 else frozenset()), None


def quadratics() -> Iterator[Experiment]:
    """Plain gradient descent: the factor is 1 - rate x curvature."""
    shares = (1e-5, 0.002, 0.05, 0.2, 0.5, 0.8, 0.97, 0.999, 1.0, 1.0015, 1.05, 1.6)  # of 2/L
    for curvatures, start in [
        ((2.0,), (3.0,)),
        ((0.5, 0.5), (3.0, -4.0)),
        ((2.0, 20.0), (-2.6, 1.4)),
        ((2.0, 100.0), (3.0, 1.0)),
        ((1.0, 2000.0), (1.5, -1.0)),
        ((1.0, 3.0, 40.0), (1.0, -2.0, 0.5)),
    ]:
        for share in shares:
            rate = share * 2 / max(curvatures)
            found, left = of_factors(curvatures, start, 1 - rate * np.array(curvatures), 400)
            if found:
                yield Experiment(
                    "quadratic", ellipse(curvatures), start, rate, found, keys={"steps": 400}, forecast=left
                )


def momenta() -> Iterator[Experiment]:
    """The heavy ball and Nesterov's on a quadratic: powers of a 2 x 2 matrix along each axis."""
    for name, beta in (("momentum", 0.9), ("momentum", 0.5), ("nesterov", 0.9)):
        c, start = np.array([2.0, 20.0]), np.array([-2.6, 1.4])
        edge = 2 * (1 + beta) / (1 + 2 * beta if name == "nesterov" else 1) / c.max()
        for share in (0.001, 0.01, 0.1, 0.4, 0.8, 0.98, 1.03, 1.2):
            rate, steps = share * edge, 400
            points = [start]
            velocity = np.zeros(2)
            for _ in range(4000):
                slope = c * points[-1]
                velocity = beta * velocity + slope
                move = slope + beta * velocity if name == "nesterov" else velocity
                points.append(points[-1] - rate * move)
            path = np.array(points)
            norms = np.sqrt(((c * path) ** 2).sum(axis=1))
            optimizer = {"name": name, "momentum": beta}
            if share < 1:
                rests = (norms < RULE) & (np.abs(np.diff(path, axis=0, prepend=np.inf)).max(axis=1) < 1e-4)
                first = int(np.argmax(rests)) if rests.any() else len(rests)
                found = (
                    claims("converged") if first < steps - 5 else ON_ITS_WAY if first > steps + 5 else None
                )
            else:
                gone = np.sqrt(((path - start) ** 2).sum(axis=1)) > FAR * 2 * math.hypot(1.2 * 2.6, 1.2 * 1.4)
                gone |= (c * path**2).sum(axis=1) / 2 > 1e10
                first = int(np.argmax(gone)) if gone.any() else len(gone)
                found = claims("diverged") if first < steps - 5 else claims("oscillating", "outside")
            if found:
                yield Experiment(
                    "momentum", ellipse((2.0, 20.0)), (-2.6, 1.4), rate, found, optimizer, {"steps": steps}
                )


def scaled() -> Iterator[Experiment]:
    """Losses in other units, and far from 0: what may be said is the same, but for the stop rule's unit."""
    curvatures, start = (2.0, 20.0), (-2.6, 1.4)
    loss = sum(c * x * x / 2 for c, x in zip(curvatures, start, strict=True))
    for scale in (1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9):
        for share in (0.05, 0.5, 0.9, 1.0, 1.2):
            rate = share * 0.1 / scale
            factors = 1 - share * 0.1 * np.array(curvatures)
            c = scale * np.array(curvatures)
            points = np.array(start) * factors ** np.arange(601)[:, None]
            norms = np.sqrt(((c * points) ** 2).sum(axis=1))
            first = int(np.argmax(norms < RULE)) if (norms < RULE).any() else 601
            left = (np.array(curvatures) * points[min(first, 600)] ** 2).sum() / 2 / loss
            if share >= 1:
                found = claims("held") if first == 0 else claims("oscillating" if share == 1 else "diverged")
            elif first > 600:
                found = ON_ITS_WAY
            else:
                found = claims("converged") if left < 0.4 else claims("held") if left > 0.6 else frozenset()
            if found:
                yield Experiment(
                    "scaled", ellipse(curvatures, scale), start, rate, found, keys={"steps": 600}
                )
    for above in (1e11, -1e11, 1e6):
        for share, found in ((0.5, claims("converged")), (0.02, ON_ITS_WAY), (1.0, claims("oscillating"))):
            yield Experiment(
                "scaled", ellipse(curvatures, above=above), start, share * 0.1, found, keys={"steps": 300}
            )
        yield Experiment("scaled", ellipse(curvatures, above=above), start, 0.3, claims("diverged"))


def scheduled() -> Iterator[Experiment]:
    """Rates that change: the factors of a quadratic multiply."""
    curvatures, start, steps = (2.0, 20.0), (-2.6, 1.4), 500
    c, x = np.array(curvatures), np.array(start)
    later = np.arange(20_000)
    schedules: list[tuple[dict[str, Any], np.ndarray]] = []
    for gamma in (0.8, 0.9, 0.95, 0.98, 0.99, 0.999):
        for initial in (0.005, 0.05, 0.09):
            entry = {"name": "exponential", "initial": initial, "gamma": gamma}
            schedules.append((entry, initial * gamma**later))
    for size, gamma in ((50, 0.1), (100, 0.5), (20, 0.3)):
        for initial in (0.002, 0.02, 0.09):
            entry = {"name": "step", "initial": initial, "step_size": size, "gamma": gamma}
            schedules.append((entry, initial * gamma ** (later // size)))
    for initial in (0.0005, 0.005, 0.03, 0.09):
        entry = {"name": "polynomial", "initial": initial, "total_iters": 200}
        schedules.append((entry, initial * np.maximum(1 - later / 200, 0)))
        entry = {"name": "inverse_sqrt", "initial": initial}
        schedules.append((entry, initial / np.sqrt(1 + later)))
    for entry, rates in schedules:
        points = x * np.cumprod(1 - rates[:, None] * c, axis=0)
        norms = np.sqrt(((c * points) ** 2).sum(axis=1))
        losses = (c * points**2).sum(axis=1) / 2
        first = int(np.argmax(norms < RULE)) + 1 if (norms < RULE).any() else len(norms)
        if first <= steps:
            found = claims("converged")
        else:
            share = losses[steps - 1] / ((c * x**2).sum() / 2)
            ahead = losses[-1] / losses[steps - 1]  # of the loss, left when all the schedule has been
            stuck = ahead > 0.995
            found = claims("held") if stuck and share > 1e-5 else ON_ITS_WAY if ahead < 0.5 else frozenset()
        if found:
            yield Experiment("schedule", ellipse(curvatures), start, entry, found, keys={"steps": steps})


def noisy() -> Iterator[Experiment]:
    """Noise of deviation s and a rate r leave r s^2 / (2 (2 - r c)) of loss along an axis of curvature c."""
    c, start, steps = np.array([2.0, 20.0]), np.array([-2.6, 1.4]), 600
    for noise in (0.03, 0.3, 1.0, 3.0):
        for share in (0.001, 0.01, 0.05, 0.1, 0.3, 0.5, 0.8):
            rate = share * 0.1
            floor = (rate * noise**2 / (2 * (2 - rate * c))).sum()
            factors = (1 - rate * c) ** 2
            begun = c * start**2 / 2
            middle, end = ((begun * factors**k).sum() for k in (steps // 2, steps))
            found = (
                claims("held") if middle < 0.02 * floor else ON_ITS_WAY if end > 20 * floor else frozenset()
            )
            if found:
                keys = {"steps": steps, "noise": noise, "seed": 1}
                yield Experiment("noise", ellipse((2.0, 20.0)), (-2.6, 1.4), rate, found, keys=keys)


def decayed() -> Iterator[Experiment]:
    """Weight decay w holds (c/2) (x - a)^2 at c a / (c + w), unless the minimum is at 0."""
    for weight in (0.01, 0.1, 1.0, 5.0):
        for rate in (0.02, 0.05, 0.2):
            optimizer = {"name": "sgd", "weight_decay": weight}
            off, at = "(x - 3)^2 + (y - 2)^2", "x^2 + y^2"
            rests = (1 - rate * (2 + weight)) ** 800 < 1e-12
            if rests and abs(1 - rate * (2 + weight)) < 1:
                yield Experiment("decay", off, (-1.0, 1.0), rate, claims("held"), optimizer, {"steps": 800})
                yield Experiment("decay", at, (-1.0, 1.0), rate, claims("converged"), optimizer)


# Places where a ball rests that are no minimum, or not alone, or level.


def saddles() -> Iterator[Experiment]:
    """x^2 - b y^2: on the axis y stays 0; beside it y grows by 1 + 2 b rate for ever."""
    for b in (0.1, 1.0, 3.0):
        formula = f"x^2 - {b!r}*y^2"
        for rate in (0.05, 0.2, 0.4):
            on = claims("saddle") if (1 - 2 * rate) ** 1000 < 1e-8 else ON_ITS_WAY
            yield Experiment("saddle", formula, (1.0, 0.0), rate, on)
            for aside in (1e-3, 0.1):
                if math.log(aside) + 1000 * math.log(1 + 2 * b * rate) > 14:
                    yield Experiment("saddle", formula, (1.0, aside), rate, LOST)
        for optimizer in ("momentum", "nesterov", "adam"):
            yield Experiment("saddle", formula, (1.0, 0.0), 0.05, claims("saddle"), optimizer)
    yield Experiment("saddle", "x*y", (1.0, 1.0), 0.1, claims("saddle"))
    yield Experiment("saddle", "x^2 - y^2 + z^2", (1.0, 0.0, 1.0), 0.1, claims("saddle"))


def stationary() -> Iterator[Experiment]:
    """Starts where the slope is 0, told by the first derivative there that is not."""
    top, dip, saddle = claims("maximum"), claims("converged"), claims("saddle")
    for formula, place, found in [
        ("-x^2", 0.0, top),
        ("-x^4", 0.0, top),
        ("-x^6", 0.0, top),
        ("cos(x)", 0.0, top),
        ("x^4 - x^2", 0.0, top),
        ("3 - 1e6*x^2", 0.0, top),
        ("x^3", 0.0, saddle),
        ("-x^3", 0.0, saddle),
        ("x^5", 0.0, saddle),
        ("x^5 + x^3", 0.0, saddle),
        ("1e6*x^3", 0.0, saddle),
        ("x^2", 0.0, dip),
        ("x^4", 0.0, dip),
        ("x^6", 0.0, dip),
        ("x^8 + x^4", 0.0, dip),
        ("1e-4*x^4", 0.0, dip),
        ("1e5*x^2 + 7", 0.0, dip),
        ("1e-3*x^4 + 1e11", 0.0, claims("converged", "plateau")),
        ("abs(x)", 0.0, dip),
        ("abs(x)^3", 0.0, dip),
        ("max(0, x)", -0.5, dip),
        ("max(1, (2*x)^2)", 0.3, dip),
    ]:
        yield Experiment("stationary", formula, (place,), 0.1, found)
    for formula, found in [
        ("-x^2 - y^2", top),
        ("-x^2 - y^4", top),
        ("-(x^2 + y^2)^2", top),
        ("x^2 - y^2", saddle),
        ("x*y", saddle),
        ("x^2 + y^3", saddle),
        ("x^3 - 3*x*y^2", saddle),
        ("x^4 - y^4", saddle),
        ("x^2 - y^4", saddle),
        ("x^2 + y^2", dip),
        ("x^2 + y^4", dip),
        ("x^4 + y^4", dip),
        ("x^2 + 1e-6*y^2", dip),
        ("(x - y)^2", dip),
        ("(x*y)^2", dip),
        ("x^2 + 0*y", dip),
        ("sqrt(x^2 + y^2)", dip),
        ("abs(x) + abs(y)", dip),
        ("(x^2 + y^2 - 1)^2", top),
        ("x^2*y - y^3/3", saddle),
    ]:
        yield Experiment("stationary", formula, (0.0, 0.0), 0.1, found)
    for constant in ("5 + 0*x", "0*x + 0*y", "1e11 + 0*x", "sin(x)^2 + cos(x)^2"):
        start = (1.0, 0.5) if "y" in constant else (1.0,)
        yield Experiment("stationary", constant, start, 0.1, claims("plateau"))


def polynomials(seed: int = 14, count: int = 90) -> Iterator[Experiment]:
    """Random quartics in one dimension: with a small rate a ball slides to the root of the slope below it."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        a, b, c = (float(f"{v:.3g}") for v in random.uniform((-1, -3, -1.5), (1, 0.5, 1.5)))
        f = np.poly1d([1, a, b, c, 0])
        slope = f.deriv()
        roots = np.sort(slope.roots[np.abs(slope.roots.imag) < 1e-9].real)
        x0 = float(f"{random.uniform(-2.2, 2.2):.3g}")
        if len(roots) == 3 and min(np.diff(roots)) < 0.2:
            continue
        if np.abs(roots - x0).min() < 0.05:
            continue
        wells = roots[::2]
        well = float(wells[int(len(roots) == 3 and x0 > roots[1])])
        steepest = max(abs(slope.deriv()(x)) for x in np.linspace(min(x0, well), max(x0, well), 50))
        rate = float(f"{0.5 / steepest:.2g}")
        x, steps = x0, 0
        while abs(slope(x)) >= RULE and steps < 3000:
            x, steps = x - rate * slope(x), steps + 1
        lowest = min(f(w) for w in wells)
        gap = f(well) - lowest
        height = f(x0) - lowest
        if steps >= 3000 or 0 < gap < 0.02 * max(height, 1.0):
            continue
        inside = abs(wells).max() < max(1.0, 1.2 * abs(x0)) * 0.95  # the domain, in which gdanim may look
        if gap and not inside:
            continue
        formula = f"x^4 + {a!r}*x^3 + {b!r}*x^2 + {c!r}*x"
        found = claims("local" if gap else "converged")
        yield Experiment("polynomial", formula, (x0,), rate, found, keys={"steps": 3000})


def valleys() -> Iterator[Experiment]:
    """Minima that are not alone, with curvature L across: at rest below 2/L."""
    for radius in (0.5, 1.0, 2.0):
        formula = f"(x^2 + y^2 - {radius**2!r})^2"
        edge = 2 / (8 * radius**2)
        for share in (0.1, 0.3, 0.6):
            start = (1.2 * radius, 0.4 * radius)
            yield Experiment("valley", formula, start, share * edge, claims("converged"))
            start = (0.5 * radius, -0.3 * radius)
            yield Experiment("valley", formula, start, share * edge, claims("converged"))
    for formula, rate in (
        ("(x - y)^2", 0.1),
        ("(x + 2*y - 1)^2", 0.05),
        ("(x*y - 1)^2", 0.05),
        ("x^2 + 0*y", 0.1),
    ):
        for start in ((1.0, 0.3), (0.6, 1.4), (2.0, 0.5)):
            yield Experiment("valley", formula, start, rate, claims("converged"))
            yield Experiment("valley", formula, start, rate, claims("converged"), "bfgs")
    yield Experiment("valley", "max(0, x)", (1.03,), 0.1, claims("converged"))
    yield Experiment("valley", "max(0, x - y)", (1.03, 0.0), 0.1, claims("converged"))


def plateaus() -> Iterator[Experiment]:
    """Far from the one hole of a plain the slope is below the stop rule at the start."""
    stuck = claims("plateau")
    for width in (1.0, 2.0):
        hole = f"-exp(-(x^2 + y^2)/{width!r})"
        for start in ((5.0, 5.0), (-7.0, 3.0), (0.0, 8.0)):
            yield Experiment("plateau", hole, start, 0.1, stuck)
            yield Experiment("plateau", f"1e6*({hole})", (2 * start[0], 2 * start[1]), 0.1, stuck)
    for start in ((-60.0, 40.0), (20.0, -70.0), (90.0, 90.0), (0.0, -30.0)):
        box = {"x": [-100, 100], "y": [-100, 100]}
        yield Experiment("plateau", {"name": "easom", "domain": box}, start, 0.1, stuck)
    for formula, start in (("tanh(x)", 10.0), ("x/sqrt(1 + x^2) + x^2*exp(-x^2)", 2000.0)):
        yield Experiment("plateau", formula, (start,), 0.1, stuck)


def endless() -> Iterator[Experiment]:
    """No minimum on the way: unbounded below, or an infimum that is nowhere."""
    for formula, start, rates in [
        ("-x", (0.0,), (0.01, 0.5, 3.0)),
        ("x + y", (0.0, 0.0), (0.1, 1.0)),
        ("x^3", (-1.0,), (0.01, 0.1, 1.0)),
        ("x^3 - 2*x - 5", (-1.9,), (0.0001, 0.01, 0.3333)),
        ("-x^4", (0.5,), (0.01, 0.5)),
        ("-sqrt(1 + x^2)", (0.5,), (0.1, 1.0)),
        ("-log(1 + x^2)", (0.5,), (0.1, 1.0)),
        ("x^2 - exp(y)", (1.0, 0.5), (0.05, 0.2)),
        ("exp(-x)", (0.0,), (0.1, 0.5, 1.0)),
        ("exp(-x) + y^2", (0.0, 1.0), (0.1, 0.4)),
        ("log(1 + exp(-x))", (-1.0,), (0.1, 1.0)),
        ("1/x", (1.0,), (0.05, 0.3)),
        ("1/(1 + x^2)", (0.7,), (0.1, 0.5)),
        ("x^2 + 1/(1 + y^2)", (1.0, 0.7), (0.1, 0.3)),
        ("tanh(x)", (0.5,), (0.1, 1.0)),
        ("exp(x + y)", (0.5, 0.2), (0.1, 0.3)),
    ]:
        for rate in rates:
            yield Experiment("endless", formula, start, rate, LOST, keys={"steps": 500})
        for optimizer in ("momentum", "adam"):
            yield Experiment("endless", formula, start, 0.05, LOST, optimizer, {"steps": 500})
    yield Experiment("endless", "exp(-x)", (0.0,), None, LOST, "newton")


def edges() -> Iterator[Experiment]:
    """The loss falls, or leads, to where it is undefined."""
    for formula, start in [
        ("sqrt(4 - x^2 - y^2)", (1.0, 0.5)),
        ("sqrt(1 - x^2)", (0.5,)),
        ("sqrt(x)", (1.0,)),
        ("log(x)", (0.6,)),
        ("sqrt(x) + y^2", (1.0, 1.0)),
        ("log(x + y)", (0.5, 0.5)),
    ]:
        for rate in (0.02, 0.1, 1.0):
            yield Experiment("edge", formula, start, rate, claims("undefined"))


def kinks() -> Iterator[Experiment]:
    """A slope that jumps: a constant rate steps over the minimum for ever, unless it hits it."""
    for rate in (0.01, 0.1, 0.3, 0.7):
        for start in (1.03, -0.77, 2.111):
            for scale in (1.0, 5.0):
                hits = abs(start / (rate * scale) - round(start / (rate * scale))) < 1e-6
                steps = abs(start) / (rate * scale)
                if not hits and steps < 900:
                    yield Experiment("kink", f"{scale!r}*abs(x)", (start,), rate, claims("oscillating"))
        yield Experiment("kink", "abs(x) + abs(y)", (1.033, -0.777), rate, claims("oscillating"))
        yield Experiment("kink", "sqrt(x^2 + y^2)", (1.033, -0.777), rate, claims("oscillating"))


def climbs() -> Iterator[Experiment]:
    """The same upside down."""
    up = {"name": "sgd", "maximize": True}
    for curvatures, start in (((2.0, 20.0), (-2.6, 1.4)), ((2.0, 2.0), (1.0, -1.0))):
        formula = f"7 - ({ellipse(curvatures)})"
        for share in (0.002, 0.05, 0.3, 0.5, 0.8, 1.0, 1.05, 1.6):
            rate = share * 2 / max(curvatures)
            found, _ = of_factors(curvatures, start, 1 - rate * np.array(curvatures), 400)
            if found:
                yield Experiment("climb", formula, start, rate, found, up, {"steps": 400})
    for rate in (0.003, 0.01, 0.05):  # a peak of curvature 800 and 200: 2/800 is too little
        peak = "100/(1+(x-5)^2+4*(y-2.5)^2)"
        yield Experiment("climb", peak, (4.5, 2.0), rate, claims("oscillating", "diverged", "outside"), up)
    for rate in (0.0005, 0.001, 0.002):
        yield Experiment("climb", "100/(1+(x-5)^2+4*(y-2.5)^2)", (4.8, 2.4), rate, claims("converged"), up)
    yield Experiment("climb", "x^2 + y^2", (0.0, 0.0), 0.1, claims("maximum"), up)
    yield Experiment("climb", "x^2 + y^2", (0.5, 0.2), 0.1, LOST, up)
    yield Experiment("climb", "-exp(-x)", (0.0,), 0.1, LOST, up)
    yield Experiment("climb", "2*x^2 - x^4 + 0.3*x", (-0.5,), 0.05, claims("local"), up)
    yield Experiment("climb", "2*x^2 - x^4 + 0.3*x", (0.5,), 0.05, claims("converged"), up)
    yield Experiment("climb", "x^2 - y^2", (0.0, 1.0), 0.1, claims("saddle"), up)


# Where no closed form is at hand: the facts of the path, against the minimum that is known.


def by_facts(loss: Callable[[np.ndarray], np.ndarray], lowest: float) -> Callable[[Any], frozenset[str]]:
    """Claims for a ball in the one valley of a loss, by its path (rows, n) and what else was recorded."""

    def found(run: Any) -> frozenset[str]:
        path, norms, rates = run.points, run.gradient_norms, run.learning_rates
        with np.errstate(all="ignore"):
            losses = loss(path) - lowest
        if norms[-1] < RULE:
            return claims("converged")
        if len(path) < 20:
            return frozenset()
        quarter = len(path) // 4
        moved = np.abs(np.diff(path[-quarter:], axis=0)).max()
        size = np.abs(path).max()
        share = losses[-1] / losses[0]
        away = np.abs(path[-1]) > np.maximum(1.0, 1.2 * np.abs(path[0]))  # perhaps out of the picture
        more = claims("outside") if away.any() else frozenset()
        if rates[-2] < 1e-2 * rates.max():
            more |= claims("held")
        if not np.isfinite(losses[-1]) or share > 1e3 or size > FAR:
            return claims("diverged", "outside", "oscillating")
        if np.abs(path[-1] - path[-3]).max() < 1e-9 * moved:
            return claims("oscillating", "held")
        if moved < 1e-11 * size:
            return claims("converged") if share < 1e-9 else claims("held") if share > 1e-5 else frozenset()
        if "held" in more and share < 1e-5:
            return claims("converged", "held") | ON_ITS_WAY
        third, fourth = losses[-2 * quarter : -quarter], losses[-quarter:]
        if np.median(fourth) < 1e-8 * losses[0]:
            return claims("going", "held", "converged")
        if fourth.min() < 0.9 * losses[:-quarter].min():
            return ON_ITS_WAY | more
        if fourth.min() >= losses[:-quarter].min() and norms[-quarter:].min() > 10 * RULE:
            swings = ON_ITS_WAY if fourth.max() < 0.9 * third.max() else frozenset()  # less and less
            falls = (np.diff(fourth) < 0).all()
            return more | (ON_ITS_WAY if falls else claims("oscillating", "held", "outside") | swings)
        return claims("going", "slow", "oscillating", "held", "outside")

    return found


def by_noisy_facts(
    loss: Callable[[np.ndarray], np.ndarray], lowest: float
) -> Callable[[Any], frozenset[str]]:
    """The same for a ball that sees noise: it falls on, or it hovers, or has hardly come down."""

    def found(run: Any) -> frozenset[str]:
        with np.errstate(all="ignore"):
            losses = loss(run.points) - lowest
        if len(losses) < 100 or not np.isfinite(losses[-1]) or losses[-1] > losses[0]:
            return frozenset()
        third, fourth = np.split(losses[-(len(losses) // 4) * 2 :], 2)
        drift = (third.mean() - fourth.mean()) / fourth.std()
        if run.learning_rates[-2] < 1e-2 * run.learning_rates.max():
            return claims("held") if drift < 0.5 else frozenset()
        if fourth.mean() > 0.3 * losses[0]:
            return claims("held") | ON_ITS_WAY
        return claims("held") if abs(drift) < 0.5 else ON_ITS_WAY if drift > 4 else frozenset()

    return found


# One valley each, its lowest loss 0 at the origin, or where all coordinates are 1 or count up from 1.
LOSSES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "x^2 + 10*y^2": lambda p: p[:, 0] ** 2 + 10 * p[:, 1] ** 2,
    "(1 - x)^2 + 5*(y - x^2)^2": lambda p: (1 - p[:, 0]) ** 2 + 5 * (p[:, 1] - p[:, 0] ** 2) ** 2,
    "3*x^2 + 2*x*y + 2*y^2": lambda p: 3 * p[:, 0] ** 2 + 2 * p[:, 0] * p[:, 1] + 2 * p[:, 1] ** 2,
    "x^4 + y^2": lambda p: p[:, 0] ** 4 + p[:, 1] ** 2,
    "log(1 + x^2) + y^2": lambda p: np.log(1 + p[:, 0] ** 2) + p[:, 1] ** 2,
    "sqrt(1 + x^2) + sqrt(1 + 4*y^2) - 2": lambda p: (
        np.sqrt(1 + p[:, 0] ** 2) + np.sqrt(1 + 4 * p[:, 1] ** 2) - 2
    ),
    "exp(x) + exp(-x) + y^2 - 2": lambda p: np.exp(p[:, 0]) + np.exp(-p[:, 0]) + p[:, 1] ** 2 - 2,
    "500*(x^2 + 30*y^2)": lambda p: 500 * (p[:, 0] ** 2 + 30 * p[:, 1] ** 2),
    "0.001*(x^2 + 3*y^2)": lambda p: 0.001 * (p[:, 0] ** 2 + 3 * p[:, 1] ** 2),
    "3*x^2": lambda p: 3 * p[:, 0] ** 2,
    "x^4/4 + x^2": lambda p: p[:, 0] ** 4 / 4 + p[:, 0] ** 2,
    "log(exp(x) + exp(-x)) - log(2)": lambda p: np.log(np.exp(p[:, 0]) + np.exp(-p[:, 0])) - np.log(2),
    "sum(i, 1, 10, i*x[i]^2)": lambda p: (np.arange(1, 11) * p**2).sum(axis=1),
    "sum(i, 1, 10, (x[i] - i)^2)": lambda p: ((p - np.arange(1, 11)) ** 2).sum(axis=1),
    "sum(i, 1, 9, 3*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)": lambda p: (
        3 * (p[:, 1:] - p[:, :-1] ** 2) ** 2 + (1 - p[:, :-1]) ** 2
    ).sum(axis=1),
}
FIRST_ORDER = (
    *("sgd", "momentum", "nesterov", "adam", "adamw", "adamax", "nadam", "radam", "adabelief", "yogi"),
    *("rmsprop", "adagrad", "adadelta", "lion", "rprop", "sam", "asgd", "adafactor"),
)
OTHERS = ("bfgs", "l_bfgs", "lbfgs", "conjugate_gradient", "backtracking", "newton", "damped_newton")


def dimensions(formula: str) -> int:
    return 10 if "x[i]" in formula else 2 if "y" in formula else 1


def slope(loss: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """The gradient to the last bit or so, by steps that are imaginary."""
    return loss(x + 1e-30j * np.eye(len(x))).imag / 1e-30


# The newer optimizers by the algorithms of their papers, each for one ball: the next points.


def signsgd(x: np.ndarray, of: Callable[..., np.ndarray], rates: np.ndarray) -> Iterator[np.ndarray]:
    for rate in rates:
        yield (x := x - rate * np.sign(of(x)))


def sophia(x: np.ndarray, of: Callable[..., np.ndarray], rates: np.ndarray) -> Iterator[np.ndarray]:
    mean, curvature = 0 * x, 0 * x
    for k, rate in enumerate(rates):
        mean = 0.96 * mean + 0.04 * of(x)
        if k % 10 == 0:
            h = 1e-5 * np.eye(len(x))
            diagonal = np.array([(of(x + e) - of(x - e))[i] / 2e-5 for i, e in enumerate(h)])
            curvature = 0.99 * curvature + 0.01 * diagonal
        yield (x := x - rate * np.clip(mean / np.maximum(0.01 * curvature, 1e-12), -1, 1))


def adan(x: np.ndarray, of: Callable[..., np.ndarray], rates: np.ndarray) -> Iterator[np.ndarray]:
    m, v, n, before = 0 * x, 0 * x, 0 * x, of(x)
    for k, rate in enumerate(rates, 1):
        g = of(x)
        change, before = g - before, g
        m, v = 0.98 * m + 0.02 * g, 0.92 * v + 0.08 * change
        n = 0.99 * n + 0.01 * (g + 0.92 * change) ** 2
        way = m / (1 - 0.98**k) + 0.92 * v / (1 - 0.92**k)
        yield (x := x - rate * way / (np.sqrt(n / (1 - 0.99**k)) + 1e-8))


def prodigy(x: np.ndarray, of: Callable[..., np.ndarray], rates: np.ndarray) -> Iterator[np.ndarray]:
    begun, d, m, v, s, r = x, 1e-6, 0 * x, 0 * x, 0 * x, 0.0
    for rate in rates:
        g = of(x)
        m, v = 0.9 * m + 0.1 * d * g, 0.999 * v + 0.001 * (d * g) ** 2
        r = 0.999**0.5 * r + d / 1e-6 * (d * rate) * g @ (begun - x)
        s = 0.999**0.5 * s + d / 1e-6 * (d * rate) * g
        larger = max(d, r / np.abs(s).sum())
        x = x - rate * d * m / (np.sqrt(v) + larger * 1e-8)
        d = larger
        yield x


def schedule_free(scaled: bool) -> Callable[..., Iterator[np.ndarray]]:
    def made(y: np.ndarray, of: Callable[..., np.ndarray], rates: np.ndarray) -> Iterator[np.ndarray]:
        z, x, v, weights = y, y, 0 * y, 0.0
        for k, rate in enumerate(rates, 1):
            g = of(y)
            v = 0.999 * v + 0.001 * g * g
            z = z - rate * (g / (np.sqrt(v / (1 - 0.999**k)) + 1e-8) if scaled else g)
            weight = rates[:k].max() ** 2
            weights += weight
            x = x + weight / weights * (z - x)
            yield (y := 0.1 * z + 0.9 * x)

    return made


NEWER = {
    "signsgd": signsgd,
    "sophia": sophia,
    "adan": adan,
    "prodigy": prodigy,
    "schedule_free_sgd": schedule_free(scaled=False),
    "schedule_free_adamw": schedule_free(scaled=True),
}


def by_algorithm(name: str, formula: str) -> Callable[[Any], frozenset[str]]:
    """Claims for a ball of one of the newer optimizers by its own path, which owes nothing to the run's."""
    loss = LOSSES[formula]

    def found(run: Any) -> frozenset[str]:
        def of(x: np.ndarray) -> np.ndarray:
            return slope(loss, x)

        start = run.points[0]
        with np.errstate(all="ignore"):
            path = np.array([start, *NEWER[name](start, of, run.learning_rates[: run.steps])])
            norms = np.array([np.sqrt((of(x) ** 2).sum()) for x in path])
        own = replace(run, points=path, gradient_norms=norms)
        return by_facts(loss, 0.0)(own)

    return found


def drawn(seed: int = 15, count: int = 160) -> Iterator[Experiment]:
    """Functions, optimizers, rates, schedules, noise and ascent by lot."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        formula = str(random.choice(list(LOSSES)))
        name = str(
            random.choice(
                FIRST_ORDER if (lot := random.random()) < 0.7 else list(NEWER) if lot < 0.87 else OTHERS
            )
        )
        rate: Any = float(f"{10 ** random.uniform(-4, 0):.2g}")
        start = tuple(float(f"{v:.3g}") for v in random.uniform(-3, 3, dimensions(formula)))
        keys: dict[str, Any] = {"steps": int(random.choice([120, 300]))}
        kind = random.random()
        if kind < 0.1:
            rate = {"name": "cosine", "initial": rate, "T_max": keys["steps"]}
        elif kind < 0.2:
            rate = {"name": "exponential", "initial": rate, "gamma": float(random.choice([0.9, 0.98, 0.995]))}
        elif kind < 0.25:
            rate = {"name": "step", "initial": rate, "step_size": 50, "gamma": 0.2}
        facts = by_algorithm(name, formula) if name in NEWER else by_facts(LOSSES[formula], 0.0)
        if name in (*FIRST_ORDER, *NEWER) and random.random() < 0.2:
            keys |= {"noise": float(random.choice([0.1, 1.0])), "seed": 3}
            facts = by_noisy_facts(LOSSES[formula], 0.0)
        optimizer: Any = name
        if random.random() < 0.2:
            formula, optimizer = f"-({formula})", {"name": name, "maximize": True}
        yield Experiment("drawn", formula, start, rate, facts, optimizer, keys)


def adaptive() -> Iterator[Experiment]:
    """Optimizers without a closed form, on one valley each."""
    for formula in ("x^2 + 10*y^2", "(1 - x)^2 + 5*(y - x^2)^2"):
        facts = by_facts(LOSSES[formula], 0.0)
        for name in FIRST_ORDER[3:]:
            for rate in (0.03, 0.3):
                yield Experiment("adaptive", formula, (-1.6, 1.4), rate, facts, name, {"steps": 400})
        for name in NEWER:
            own, keys = by_algorithm(name, formula), {"steps": 400}
            for rate in (0.03, 0.3):
                yield Experiment("adaptive", formula, (-1.6, 1.4), rate, own, name, keys)
        for name in OTHERS:
            yield Experiment("adaptive", formula, (-1.6, 1.4), None, facts, name, {"steps": 400})


def listed() -> Iterator[Experiment]:
    """Registered functions: at rest in a listed minimum as low as any, in a higher one, or not at rest."""
    from gdanim.registry import functions

    for name in functions:
        if name in ("linear_regression", "logistic_regression", "grid", "polynomial_regression"):
            continue
        try:
            goal = functions[name]()
        except (TypeError, ValueError):
            continue
        if not goal.minima or not goal.starts:
            continue

        def found(run: Any, goal: Any = goal) -> frozenset[str]:
            end, least = run.points[-1], min(goal.minimum_values)
            if not run.gradient_norms[-1] < RULE:
                return frozenset()
            h = 1e-4 * max(1.0, float(np.abs(end).max()))
            n = len(end)
            around = np.array([end + h * np.array(d) for d in np.ndindex(*[3] * n)]) - h
            if n > 3:
                return frozenset()
            rises = goal.value(around).min() >= goal.value(end) - 1e-9 * max(1.0, abs(run.losses[-1]))
            higher = run.losses[-1] - least > 1e-2 * max(1.0, abs(least))
            as_low = abs(run.losses[-1] - least) < 1e-7 * max(1.0, abs(least))
            if rises and as_low:
                return claims("converged")
            steep = np.abs(goal.value(around) - goal.value(end)).max() > 1e-10 * max(1.0, abs(least))
            return claims("local") if rises and higher and steep else frozenset()

        for optimizer, rate in (("adam", 0.03), ("bfgs", None)):
            yield Experiment("listed", name, tuple(goal.starts[0]), rate, found, optimizer, {"steps": 400})
