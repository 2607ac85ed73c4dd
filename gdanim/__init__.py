"""Films of gradient descent from a short YAML spec.

>>> spec = gdanim.load("specs/ravine.yaml")
>>> [run.verdict for run in gdanim.solve(spec).acts[0].runs][:2]
['converged slowly at step 766', 'converged at step 103']

A spec may as well be a dict, and its function one of Python:

>>> bowl = gdanim.from_callable(lambda x, y: x**2 + 10 * y**2, domain={"x": (-3, 3), "y": (-2, 2)})
>>> solution = gdanim.solve({"functions": [bowl], "learning_rates": [0.01, 0.07]})

``gdanim.render`` makes the film, ``gdanim.still`` a frame of it. What cannot be used is answered with
InputError, whose text says where and why. Optimizers, schedules and gradients of your own are registered
functions: docs/plugins.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdanim.errors import InputError, SpecError
from gdanim.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from gdanim.engine.functions import KnownObjective
    from gdanim.engine.solution import Solution
    from gdanim.spec import Source, Spec

__all__ = [
    "InputError",
    "SpecError",
    "__version__",
    "columns",
    "from_callable",
    "load",
    "render",
    "solve",
    "still",
]


def load(source: Source, *, name: str = "film") -> Spec:
    """A spec, checked down to its balls, scene and theme.

    ``source`` is the path of a YAML file, YAML text (a str with lines, or with a key and its value), or a
    dict as the YAML would give it, in which arrays of numpy may stand for lists, and objectives such as
    those of ``from_callable`` for functions. A film of text or of a dict is called ``name``; files that
    these name lie in the working folder.

    Raises SpecError, an InputError, which holds every mistake with its line and column, or, of a dict, with
    the keys that lead to it.

    >>> gdanim.load("specs/ravine.yaml").film
    'ravine'
    >>> gdanim.load('functions: ["x^2 + 10*y^2"]').steps
    1000
    >>> rates = numpy.geomspace(0.01, 0.1, 4)
    >>> len(gdanim.load({"functions": ["x^2 + 10*y^2"], "learning_rates": rates}).learning_rates)
    4
    """
    from gdanim.checks import load
    from gdanim.origin import kind_of

    if not isinstance(source, str | PathLike | Mapping):
        raise InputError(f"a spec is a path, YAML text or a dict, not {kind_of(source)}")
    if not isinstance(name, str) or Path(name).name != name:
        raise InputError(f"name is what the files of the film are called, without a folder, not {name!r}")
    return load(source, name)


def solve(spec: Spec | Source) -> Solution:
    """The trajectories of all balls; nothing is drawn.

    ``spec`` is a Spec, or whatever ``load`` takes. Raises as ``load``.

    >>> run = gdanim.solve("specs/ravine.yaml").acts[0].runs[0]
    >>> run.points.shape, run.losses.shape, str(run.status), run.verdict
    ((767, 2), (767,), 'converged', 'converged slowly at step 766')
    >>> run.evaluations
    Evaluations(function=767, gradient=767, hessian=0)
    """
    from gdanim.engine.descent import solve

    return solve(_loaded(spec))


def columns(solution: Solution | Sequence[Solution]) -> dict[str, NDArray[Any]]:
    """All rows of a solution, or of several, as arrays of one length by the names of their columns.

    They are those of ``gdanim solve``: film, act, label, start, step, the variables under their own names
    (nan where a function lacks one), loss, grad_norm, learning_rate, status, and function_evaluations,
    gradient_evaluations and hessian_evaluations, each counted from the start of the ball.

    >>> table = gdanim.columns(gdanim.solve("specs/ravine.yaml"))
    >>> last = table["status"] != "running"
    >>> for label, step, status in zip(table["label"][last], table["step"][last], table["status"][last]):
    ...     print(label, step, status)
    sgd 0.01 766 converged
    sgd 0.07 103 converged
    sgd 0.0975 335 converged
    sgd 0.105 90 diverged

    ``pandas.DataFrame(table)`` makes a frame of them.
    """
    from gdanim.output.table import arrays

    solutions: list[Any] = list(solution) if isinstance(solution, list | tuple) else [solution]
    due = "columns are of what gdanim.solve returns, or a list of it"
    return arrays([_a_solution(one, due) for one in solutions])


def render(
    spec: Spec | Source,
    directory: str | PathLike[str] = "media",
    *,
    quality: str | None = None,
    formats: Sequence[str] | None = None,
    progress: bool = False,
    solution: Solution | None = None,
) -> list[Path]:
    """Write the films of a spec into a directory and return their paths; older films are replaced.

    ``spec`` is a Spec, or whatever ``load`` takes. ``quality`` (such as "1080p30") and ``formats`` ("mp4",
    "gif") replace what the spec asks for; ``progress`` shows a bar. ``solution`` has the runs to show, of
    ``solve`` or computed elsewhere: an act for each function of the spec. Raises InputError for a spec, a
    quality, a format, a directory or a solution that cannot be used, OSError where the directory cannot be
    written to.

    >>> spec = gdanim.load({"functions": ["bowl"], "learning_rates": [0.3]}, name="bowl")
    >>> [path.name for path in gdanim.render(spec, "media", quality="240p5", formats=["gif"])]
    ['bowl.gif']
    """
    from gdanim.options import asked
    from gdanim.origin import kind_of
    from gdanim.output import film

    if not isinstance(directory, str | PathLike):
        raise InputError(f"directory is the path of a folder, not {kind_of(directory)}")
    options = asked(quality=quality, formats=formats)
    return film.render(
        _drawable(spec),
        directory=Path(directory),
        quality=options.quality,
        formats=options.formats,
        progress=progress,
        solution=_checked(solution),
    )


def still(
    spec: Spec | Source,
    at: float | str = "end",
    *,
    quality: str | None = None,
    solution: Solution | None = None,
) -> Image:
    """One frame of a film as a PIL image, RGB, or RGBA where the spec says ``view: {background: none}``.

    ``spec`` is a Spec, or whatever ``load`` takes; ``at`` counts seconds, or is "start", "end" (also what is
    past the end), a share such as "25%", or the name of a chapter, which is told by its last picture.
    ``quality`` (such as "1080p30") replaces what the spec asks for; ``solution`` are the runs to show, as for
    ``render``. A notebook shows the image; ``numpy.asarray`` makes it an array of shape (height, width, 3).
    Raises InputError as ``render``.

    >>> image = gdanim.still("specs/ravine.yaml", 4.5, quality="240p10")
    >>> image.size
    (426, 240)
    >>> image.save("frame.png")
    """
    from gdanim.options import asked, moment
    from gdanim.output import film

    options, found = asked(quality=quality), _drawable(spec)
    return film.frame(found, moment(at, found), options.quality, _checked(solution))


def from_callable(
    f: Callable[..., Any],
    domain: Mapping[str, Sequence[float]] | Sequence[Sequence[float]],
    *,
    gradient: Callable[..., Any] | None = None,
    hessian: Callable[..., Any] | None = None,
    starts: Sequence[Sequence[float]] = (),
    minima: Sequence[Sequence[float]] = (),
    name: str | None = None,
) -> KnownObjective:
    """A plain function of numpy, or of numbers, as one of the functions of a spec.

    ``domain`` has the interval of every variable that is shown: ``{"m": (0, 4), "b": (-1, 1)}``, or in order
    ``[(0, 4), (-1, 1)]``, which calls them x and y, or x1 to xn. ``f`` may take the coordinates one by one,
    f(x, y), or a point, f(p); and either one point at a time, or many: arrays of coordinates, points of
    shape (k, n), or coordinates of shape (n, k). Which of them it is is tried out and compared; a function
    that takes many is much faster. Where it returns nan it is undefined.

    ``gradient`` and ``hessian`` take what ``f`` takes and return n and n x n numbers for a point; absent,
    they are central differences. ``starts`` and ``minima`` are points; ``name`` is shown in place of a
    formula, by default that of ``f``.

    Raises InputError where ``f`` raises, returns no real number, or another one when asked again; and where
    the gradient given is not that of ``f``.

    >>> def valley(x, y):
    ...     return numpy.log1p(x**2 + 10 * (y - numpy.sin(x)) ** 2)
    >>> goal = gdanim.from_callable(valley, domain={"x": (-4, 4), "y": (-2, 2)}, starts=[(-3, 1.5)])
    >>> spec = {"functions": [goal], "optimizers": ["sgd", "adam"], "learning_rates": [0.1]}
    >>> [str(run.status) for run in gdanim.solve(spec).acts[0].runs]
    ['oscillating', 'converged']
    """
    from gdanim.engine.functions import from_callable

    return from_callable(
        f, domain, gradient=gradient, hessian=hessian, starts=starts, minima=minima, name=name
    )


def _checked(solution: Any) -> Solution | None:
    told = "solution is what gdanim.solve returns, or one of your own"
    return None if solution is None else _a_solution(solution, told)


def _a_solution(given: Any, due: str) -> Solution:
    from gdanim.engine.given import refuse_unfit
    from gdanim.engine.solution import Solution
    from gdanim.origin import kind_of

    if not isinstance(given, Solution):
        raise InputError(f"{due}, not {kind_of(given)}")
    refuse_unfit(given)
    return given


def _loaded(spec: Any) -> Spec:
    from gdanim.spec import Spec

    return spec if isinstance(spec, Spec) else load(spec)


def _drawable(spec: Any) -> Spec:
    from gdanim.checks import undrawn

    found = _loaded(spec)
    if why := undrawn(found):
        raise InputError(why)
    return found
