"""Where work is done: in this process or in others of this machine, as executors of concurrent.futures."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

from gdanim import registry, trust
from gdanim.output.workers import telling, worker

P = ParamSpec("P")
T = TypeVar("T")
ROOM = 700_000_000  # bytes of memory that a process takes which draws at 1080p
TRIES = 5  # times that a task is done anew because a process ended


class Here(Executor):
    """This process: a task is done when it is submitted."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        del wait, cancel_futures
        worker.close()


class Trust(NamedTuple):
    """What other processes must know of this one: the plugins that it has loaded, and what specs may do."""

    plugins: tuple[str, ...]
    local_scenes: bool
    outside: bool

    @classmethod
    def of_this_process(cls) -> Trust:
        files = tuple(name for name in registry.additions if Path(name).is_absolute())
        return cls(files, trust.local_scenes(), trust.outside())


class Pool(Executor):
    """Other processes of this machine. If one is killed, its tasks are done anew."""

    def __init__(self, count: int) -> None:
        self._count, self._trust = count, Trust.of_this_process()
        self._lock, self._ended = threading.Lock(), False
        self._again = ThreadPoolExecutor(1)  # a pool that breaks says so while it holds locks of its own
        self._pool = self._made()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        self._start(future, partial(_done, self._trust, fn, *args, **kwargs), TRIES)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._ended = cancel_futures
        for process in list((self._pool._processes or {}).values()) if cancel_futures else ():
            process.terminate()
        self._pool.shutdown(wait, cancel_futures=cancel_futures)
        self._again.shutdown(wait)

    def _made(self) -> ProcessPoolExecutor:
        threads = max(1, _cores() // self._count)
        spawned = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._count, spawned, _begin, (self._trust, threads))

    def _start(self, future: Future[Any], task: Callable[[], Any], tries: int) -> None:
        with self._lock:
            pool = self._pool
            try:
                inner = pool.submit(task)
            except BrokenProcessPool:
                pool = self._pool = self._made()
                inner = pool.submit(task)
        inner.add_done_callback(partial(self._end, future, task, tries))

    def _end(self, future: Future[Any], task: Callable[[], Any], tries: int, inner: Future[Any]) -> None:
        if inner.cancelled() or self._ended:
            future.cancel()
            future.set_running_or_notify_cancel()
        elif (error := inner.exception()) is None:
            future.set_result(inner.result())
        elif not isinstance(error, BrokenProcessPool):
            future.set_exception(error)
        elif tries:
            self._again.submit(self._start, future, task, tries - 1)
        else:
            told = "processes that draw end again and again: is there enough memory? -j 1 needs the least"
            future.set_exception(RuntimeError(told))


def _begin(given: Trust, threads: int) -> None:
    """Make a process ready to draw."""
    from gdanim.plugins import load

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks is interrupted, and ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.setdefault("LP_NUM_THREADS", str(threads))  # of Mesa: all together one for each core
    for file in given.plugins:
        load(file)


def _end_with_parent() -> None:
    """A process that is killed cannot end those that it began."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _done(given: Trust, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with trust.trusting(local_scenes=given.local_scenes, outside=given.outside), telling():
        return fn(*args, **kwargs)


def processes() -> int:
    """How many processes there are cores and memory for."""
    return max(1, min(_cores(), _memory() // ROOM))


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int:
    """Bytes of memory that are free, as far as the system tells."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    with suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return 8 * ROOM
