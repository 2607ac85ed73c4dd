"""A long run: `python tests/fuzz [MINUTES [SEED]]`, or one kind of trial for some seconds, which it starts.

Nothing may raise, take over two seconds of processor time or, where no picture is drawn, 500 MB of memory.
What does stands in build/fuzz, in a file for each. With atheris installed (the extra `fuzz`), half of the
time goes to inputs that it makes of those that reached new code.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[2]
FOUND = ROOT / "build/fuzz"
SHARES = {"scraps": 0.1, "formulas": 0.2, "texts": 0.2, "specs": 0.1, "checks": 0.2, "stills": 0.2}
GUIDED = ("scraps", "formulas", "texts", "specs")
SECONDS, MEGABYTES = 2.0, 500  # of one execution; stills and what is instrumented take longer
LONG = 60.0


class TooLongError(BaseException):
    """One execution took more processor time than it may."""


class Bytes(Random):
    """Choices that are bytes, and the first of all things when these are used up."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self.data, self.at = data, 0

    def getrandbits(self, k: int) -> int:
        size = (k + 7) // 8
        piece, self.at = self.data[self.at : self.at + size], self.at + size
        return int.from_bytes(piece, "little") & ((1 << k) - 1)

    def random(self) -> float:
        return self.getrandbits(16) / 65536


class Trial:
    """Executions of one kind, counted; what goes wrong is kept."""

    def __init__(self, kind: str, limit: float) -> None:
        from trials import KINDS

        self.write, self.attempt = KINDS[kind]
        self.kind, self.limit = kind, LONG if kind == "stills" else limit
        self.count = self.good = 0
        self.slowest, self.found = 0.0, dict[str, int]()
        self.peak = 0 if kind == "stills" else MEGABYTES

    def once(self, random: Random, name: str) -> None:
        source = self.write(random)
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, self.limit)
        try:
            self.good += self.attempt(source) is not False
        except (Exception, TooLongError) as error:
            self.keep(source, name, error)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self.count += 1
        self.slowest = max(self.slowest, time.process_time() - begun)
        if self.peak and (memory := megabytes()) > self.peak:
            self.peak = memory + 50
            self.keep(source, name, MemoryError(f"{memory} MB"))

    def keep(self, source: Any, name: str, error: BaseException) -> None:
        """A file for each place at which something goes wrong, with the first input that led there."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        place = f"{type(error).__name__} {last[0].filename}:{last[0].lineno}" if last else str(error)
        self.found[place] = self.found.get(place, 0) + 1
        if self.found[place] == 1:
            FOUND.mkdir(parents=True, exist_ok=True)
            told = "".join(traceback.format_exception(error))
            file = FOUND / f"{self.kind}-{name}.txt"
            file.write_text(f"{source!r}\n\n{told}", encoding="utf-8", errors="backslashreplace")

    def told(self) -> str:
        rare = f", {self.good:,} good" if self.good < self.count else ""
        most = f"slowest {self.slowest:.2f} s, peak {megabytes()} MB"
        text = f"{self.kind}: {self.count:,} executions{rare}, {most}"
        return "\n".join([text, *(f"  {count:,} x {place}" for place, count in self.found.items())])


def megabytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        1_000_000 if sys.platform == "darwin" else 1000
    )


def run(kind: str, seconds: float, seed: str) -> None:
    """One kind of trial, in this process, which ends with 1 where something was found."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests/fuzz")]
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, too_long)
    kind, _, guided = kind.partition(":")
    with tempfile.TemporaryDirectory() as folder:
        for data in (ROOT / "specs/gallery").glob("*.csv"):
            shutil.copy(data, folder)
        os.chdir(folder)
        if guided:
            follow(kind, seconds, seed)
        trial, end = Trial(kind, SECONDS), time.monotonic() + seconds
        while time.monotonic() < end:
            trial.once(Random(f"{kind} {seed} {trial.count}"), f"{seed}-{trial.count}")
    print(trial.told(), flush=True)
    sys.exit(bool(trial.found))


def follow(kind: str, seconds: float, seed: str) -> None:
    """Executions whose choices atheris makes, which ends the process as it likes: so it is ended before."""
    import atheris

    with atheris.instrument_imports(include=["gdanim.formula", "gdanim.spec"]):
        trial = Trial(kind, LONG)
    end = time.monotonic() + seconds

    def once(data: bytes) -> None:
        trial.once(Bytes(data), f"guided-{seed}-{trial.count}")
        if time.monotonic() > end:
            print("guided", trial.told(), flush=True)
            os._exit(bool(trial.found))

    number = Random(seed).randrange(1, 2**31)
    atheris.Setup(["fuzz", f"-seed={number}", "-max_len=500", "-len_control=0", "-verbosity=0"], once)
    atheris.Fuzz()


def too_long(*_: Any) -> None:
    raise TooLongError


def main(minutes: float, seed: str) -> int:
    """All kinds, as many at a time as there are processors; returns an exit code."""
    guided = [f"{kind}:guided" for kind in GUIDED] if find_spec("atheris") else []
    shares = {kind: SHARES[kind.partition(":")[0]] for kind in [*guided, *SHARES]}
    for kind in GUIDED if guided else ():
        shares[kind] = shares[f"{kind}:guided"] = SHARES[kind] / 2
    cores = os.cpu_count() or 1
    print(f"seed {seed}: {minutes:g} minutes{'' if guided else ', without atheris'}", flush=True)

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command has it

    def started(kind: str) -> int:
        seconds = str(60 * minutes * cores * shares[kind])
        return subprocess.run([sys.executable, Path(__file__).parent, seconds, seed, kind]).returncode

    with ThreadPoolExecutor(cores) as pool:
        codes = [*pool.map(started, sorted(shares, key=lambda kind: -shares[kind]))]
    if any(codes):
        print(f"what went wrong stands in {FOUND}")
    return int(any(codes))


if __name__ == "__main__":
    length, seed, *kinds = [*sys.argv[1:], "5", str(int(time.time()))][: max(2, len(sys.argv) - 1)]
    sys.exit(run(kinds[0], float(length), seed) if kinds else main(float(length), seed))
