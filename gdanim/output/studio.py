"""Where films are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from gdanim.output.executors import Here, Pool
from gdanim.output.kept import Kept, kept, trim
from gdanim.output.workers import renderer


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
def local(processes: int = 1, fresh: bool = False) -> Iterator[Studio]:
    """So many processes of this machine, one is this one; ``fresh``: they draw anew what is kept."""
    executor = Here() if processes == 1 else Pool(processes)
    try:
        yield Studio(executor, kept(fresh))
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown()
    trim()
