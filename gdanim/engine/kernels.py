"""Descents of many balls as compiled code, made from the one definition of each optimizer.

A step (loss, gradient, rules, clipping, update) is run once with stand-ins that write down what is done
to them, see ``tracing``; numba compiles what was written, and every ball takes all its steps while it is in
the processor's cache. The numbers are numpy's to the last bit.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gdanim.engine.optimizers import Optimizer, Step
from gdanim.engine.problem import Problem
from gdanim.engine.record import Record
from gdanim.engine.rules import Rules, lengths
from gdanim.engine.runs import Array
from gdanim.engine.tracing import Trace, Traced
from gdanim.files import scratch, user_cache

BLOCK = 512  # balls that take a step together: what they remember fits the nearest cache
PART = 16_384  # balls whose first states are made at a time: the work of one thread
SOURCE = """\
import numpy as np
from numba import njit
from numpy import sqrt


@njit("void(f8[:,::1], f8[:,::1], i8, f8[:,:,::1], f8[:,::1], f8[:,::1], i8[::1])",
      cache=True, error_model="numpy", nogil=True)
def kernel(first, numbers, every, points, losses, norms, ends):
    steps, rows = len(numbers) - 1, losses.shape[1]
    own, shown = np.empty(({slots}, {block})), np.empty(({shown}, {block}))
    end = np.empty({block}, np.int64)
    for start in range(0, len(first), {block}):
        balls = min({block}, len(first) - start)
        end[:] = steps + 1
        own[:, :balls] = first[start : start + balls].T
        for k in range(steps + 1):
            {numbers}
            for j in range(balls):
                {load}
                {body}
                {show}
                {store}
                end[j] = k if {ended} & (end[j] > k) else end[j]
            running, ending = 0, 0
            for j in range(balls):
                running += end[j] > k
                ending += end[j] == k
            row, kept = (k + every - 1) // every, k % every == 0 or k == steps
            if kept or (ending > 0 and every > 1):
                for j in range(balls):
                    if kept and end[j] >= k:
                        {keep}
                    if end[j] == k and every > 1:
                        for later in range(row, rows):
                            {repeat}
            if running == 0:
                break
        ends[start : start + balls] = end[:balls]
"""


class Kernel(NamedTuple):
    """The descent of one kind of ball: its code, and the numbers (steps + 1, count) read at each step."""

    source: str
    numbers: Array


def kernel(optimizer: Optimizer, problem: Problem, rules: Rules, rates: Array, dims: int) -> Kernel | None:
    """The descent of balls that leave step k at ``rates[k]``; None where it can only run as it is."""
    trace, start = Trace(), np.zeros((1, dims))
    memory, state = rules.init(start), optimizer.init(start)
    first = [start, *memory.values(), *state.values()]
    if any(values.ndim != 2 for values in first):
        return None
    names = (f"c{i}" for i in count())
    carried: list[Any] = [Traced(trace, [next(names) for _ in values[0]]) for values in first]
    points, memories, states = carried[0], carried[1 : 1 + len(memory)], carried[1 + len(memory) :]
    rate: Any = Traced(trace, [rates])
    updates: Any = Traced(trace, [np.arange(1.0, len(rates) + 1)])
    try:
        losses, gradient = problem.objective.value(points), problem.objective.gradient(points)
        norms = lengths(gradient)
        ended, remembered = rules.check(points, losses, norms, dict(zip(memory, memories, strict=True)))
        now = Step(points, losses, problem.seen(gradient), rate, updates, problem)
        moved, new = optimizer.update(now, dict(zip(state, states, strict=True)))
        after = [moved, *(remembered[name] for name in memory), *(new[name] for name in state)]
        stored = [trace.texts(values, len(each[0])) for values, each in zip(after, first, strict=True)]
        told = [trace.texts(values, 1)[0] for values in (ended, losses, norms)]
    except Exception:  # whatever it needs that a stand-in has not: as it is, it runs or says what is wrong
        return None
    source = _filled(dims, trace, list(chain.from_iterable(stored)), *told)
    numbers = [np.broadcast_to(values, rates.shape) for values in trace.numbers]
    return Kernel(source, np.stack(numbers, axis=-1).astype(float))


def _filled(dims: int, trace: Trace, stored: list[str], ended: str, loss: str, norm: str) -> str:
    """The kernel's source with the code of one step in it."""
    axes = range(dims)

    def block(depth: int, lines: Iterable[str]) -> str:
        return f"\n{' ' * depth}".join(lines)

    shown = [*(f"c{i}" for i in axes), loss, norm]
    tables = [
        *(f"points[start + j, {{}}, {i}]" for i in axes),
        "losses[start + j, {}]",
        "norms[start + j, {}]",
    ]
    return SOURCE.format(
        block=BLOCK,
        slots=len(stored),
        shown=len(shown),
        numbers=block(12, (f"n{i} = numbers[k, {i}]" for i in range(len(trace.numbers)))),
        load=block(16, (f"c{i} = own[{i}, j]" for i in range(len(stored)))),
        body=block(16, trace.lines),
        show=block(16, (f"shown[{i}, j] = {text}" for i, text in enumerate(shown))),
        store=block(16, (f"own[{i}, j] = {text}" for i, text in enumerate(stored) if text != f"c{i}")),
        ended=ended,
        keep=block(24, (f"{table.format('row')} = shown[{i}, j]" for i, table in enumerate(tables))),
        repeat=block(28, (f"{table.format('later')} = shown[{i}, j]" for i, table in enumerate(tables))),
    )


@cache
def compiled(source: str) -> Callable[..., None]:
    """The machine code of a kernel, kept on disk. Raises ImportError where numba is not installed."""
    path = _saved(source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)  # numba looks it up by its name
    spec.loader.exec_module(module)
    code: Callable[..., None] = module.kernel
    return code


def _saved(source: str) -> Path:
    """The kernel as a file, beside which numba keeps what it compiles: in the user's cache, if possible."""
    name = f"gdanim_{hashlib.sha256(source.encode()).hexdigest()[:16]}.py"
    folder = user_cache()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _written(folder / name, source)
    except OSError:
        return _written(scratch("kernels") / name, source)


def _written(path: Path, source: str) -> Path:
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(source, encoding="utf-8")
        part.replace(path)  # another process may read it at any time
    return path


def run(kernel: Kernel, optimizer: Optimizer, rules: Rules, record: Record, balls: range) -> None:
    """Fill the rows of a range of balls. Raises ImportError where numba is not installed."""
    code = compiled(kernel.source)

    def part(first: int) -> None:
        mine = slice(first, min(first + PART, balls.stop))
        starts = record.starts[mine]
        states = starts, *rules.init(starts).values(), *optimizer.init(starts).values()
        tables = record.points[mine], record.losses[mine], record.norms[mine], record.ends[mine]
        code(np.concatenate(states, axis=1), kernel.numbers, record.every, *tables)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(part, range(balls.start, balls.stop, PART)))
