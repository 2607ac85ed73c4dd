"""Where films are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from gdanim.lengths import length
from gdanim.output import executors
from gdanim.output.executors import Here, Pool
from gdanim.output.kept import Kept, kept, trim
from gdanim.output.workers import piece, renderer
from gdanim.spec import Spec


@dataclass
class Studio:
    """By whom films are drawn, and what is kept of them."""

    executor: Executor
    kept: Kept
    taken: int = 0  # pieces that were there already
    drawn: int = 0  # and that were not

    @cached_property
    def renderer(self) -> str:
        """What draws; all that draw together are alike."""
        return self.executor.submit(renderer).result()


@contextmanager
def local(count: int = 1, fresh: bool = False) -> Iterator[Studio]:
    """So many processes of this machine, one is this one; ``fresh``: they draw anew what is kept."""
    executor = Here() if count == 1 else Pool(count)
    try:
        yield Studio(executor, kept(fresh))
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()
    trim()


def processes(films: Iterable[tuple[Spec, Sequence[str], str | None]]) -> int:
    """How many processes are of use for films: specs, each with its formats and the quality asked for.

    Two cores are busy with one that draws, whose encoder and whose graphics have threads of their own.
    """
    most = executors.processes()
    if most <= 2:
        return 1
    count = 0.0
    for spec, names, quality in films:
        lasts = length(spec).seconds
        sizes = {spec.output(name).frames(spec.video, quality).size for name in names}
        count += sum(max(1.0, lasts / piece(size)) for size in sizes)
    return max(1, min(most, round(count / 2)))
