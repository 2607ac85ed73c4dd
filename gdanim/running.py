"""How a command runs and ends: streams that are closed, signals, and what is told where something fails."""

from __future__ import annotations

import _thread
import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from gdanim.errors import InputError

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 128 + signal.SIGINT
REMEDIES = {
    errno.ENOSPC: "free some room on the disk, or name another folder",
    errno.EDQUOT: "free some of your room on the disk, or name another folder",
    errno.EFBIG: "files here may not grow so large: ask for a smaller film, or raise the limit (ulimit -f)",
    errno.EROFS: "nothing can be written there: name another folder",
    errno.EACCES: "it may not be written: name another folder",
    errno.EMFILE: "close other programs",
}


class EndedError(KeyboardInterrupt):
    """A signal asks to end: what is half-written goes, as when one interrupts."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def ended(command: Callable[[], int]) -> int:
    """The exit code of a command: its own, or what follows from how it ended, which is told."""
    try:
        with _signals():
            code = command()
            sys.stdout.flush()
        return code
    except InputError as error:
        tell(error)
        return BAD_INPUT
    except BrokenPipeError:  # as in `gdanim solve ... | head`
        _discard(sys.stdout)
        return OK
    except EndedError as end:
        tell(f"ended by {signal.Signals(end.number).name}")
        return 128 + end.number
    except KeyboardInterrupt:
        tell("interrupted")
        return INTERRUPTED
    except Exception as error:
        code = failed("gdanim", error)
        with suppress(OSError):
            sys.stdout.flush()
            return code
        _discard(sys.stdout)  # else Python tries once more, and tells of it in its own words
        return code


def tell(message: object) -> None:
    """Write a line to standard error, if anyone reads it."""
    try:
        print(message, file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)


def open_streams() -> None:
    """Open those that are closed on nothing: no file then stands where text is written.

    What a stream cannot encode, such as a file's name that is no text, it writes in escapes.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if number == 0 else "w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def failed(what: str, error: Exception) -> int:
    """Tell what went wrong and return an exit code: what is of the user's making is bad input."""
    mine = own_line(error)
    tell(mine or _reason(what, error))
    too_long = isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG
    return BAD_INPUT if mine or too_long else FAILED


def own_line(error: Exception) -> str:
    """The line of a scene's file, or of code of the user's own, at which it failed; "" if none did."""
    if isinstance(error, OSError) and error.strerror:
        return ""
    try:
        from gdanim.catalog import scenes
        from gdanim.listing import own_files
    except Exception:  # of a package that is broken itself, whose fault is told as it is
        return ""
    files = {str(file.absolute()): file for file in [*scenes().values(), *own_files()]}
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename in files:
            told = f"{files[frame.filename]}:{frame.lineno}: {type(error).__name__}: {error}"
            return f"{told}\n    {frame.line}"
    return ""


def _reason(what: str, error: Exception) -> str:
    """What failed, and what to do about it."""
    if isinstance(error, OSError) and error.strerror:
        remedy = REMEDIES.get(error.errno or 0, "")
        place = str(error.filename2 or error.filename or what)
        if os.path.basename(place).startswith(".gdanim-"):  # a name of ours, that nobody gave
            place = os.path.dirname(place)
        return f"{place}: {error.strerror}{remedy and f': {remedy}'}"
    if isinstance(error, MemoryError):
        return f"{what}: there is not enough memory: fewer balls, fewer steps or a smaller picture need less"
    if type(error) is RuntimeError:  # in words of our own
        return f"{what}: {error}"
    return f"{what}: {type(error).__name__}: {error}: this is no fault of yours, please report it"


@contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end a command as an interrupt does, and none of them is lost."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has no SIGHUP
    before = {name: signal.signal(getattr(signal, name), _end) for name in names}
    hook, sys.unraisablehook = sys.unraisablehook, _raise_again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _end(number: int, _: FrameType | None) -> None:
    raise EndedError(number)


def _raise_again(lost: Any) -> None:
    """An interrupt that comes while something is destroyed would be printed and forgotten."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        number = getattr(lost.exc_value, "number", signal.SIGINT)
        again = threading.Timer(0.05, _interrupt, [number])
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(lost)


def _interrupt(number: int) -> None:
    if hasattr(signal, "pthread_kill"):  # which also wakes what waits
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def _discard(stream: Any) -> None:
    """What is still to be written to a stream that takes no more goes nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
