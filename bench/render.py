"""Frames per second beside manim's own renderers: the same orbit, size and encoder settings.

    python bench/render.py                 the table
    python bench/render.py --where         milliseconds of a frame, part by part
    python bench/render.py --one ours 90   seconds to film so many frames, start-up included

Steady frames per second are those of a long film minus a short one, so that start-up cancels; so are the
milliseconds of processor time that a frame takes on all cores, which other users of the machine disturb less.
What twelve readouts add is told apart, with and without them in turn: two processes differ by more.
Ours has a surface of 97 x 97 vertices and 4 balls or more; manim's `ThreeDScene` a `Surface` of 32 x 32 and
four `Sphere`s of 12 x 12. x264 veryfast, crf 23, 1080p30 for all.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
HERE = Path(__file__).parent
SIZE, RATE, CRF = (1920, 1080), 30, "23"
SPEC = """
functions: [{{expr: "x^2 + 10*y^2", domain: {{x: [-3, 3], y: [-2, 2]}}, minima: [[0, 0]]}}]
learning_rates: [{rates}]
starts: {starts}
camera: {{orbit: {orbit}}}
video: {{quality: 1080p30}}
"""
FOUR = "0.01, 0.07, 0.0975, 0.105"
FEW = SPEC.format(rates=FOUR, starts="[[-2.6, 1.4]]", orbit=6)
STILL = SPEC.format(rates=FOUR, starts="[[-2.6, 1.4]]", orbit=0)
TWELVE = SPEC.format(rates=FOUR, starts="[[-2.6, 1.4], [-2, 1], [-1, 1.5]]", orbit=6)
MANY = SPEC.format(rates="0.01", starts="{random: 1000, seed: 1}", orbit=6)
RAVINE = (HERE.parent / "specs" / "ravine.yaml").read_text(encoding="utf-8")
CROWD = SPEC.format(rates="0.01", starts="{random: 10000, seed: 1}", orbit=6)


@dataclass(frozen=True)
class Contender:
    """A way to make the film, and how many frames its short and long film have."""

    film: Callable[[int], None]
    short: int
    long: int


def ours(text: str, whole: bool = False) -> Callable[[int], None]:
    """Our film: drawn on this thread while another encodes, as `gdanim render` does.

    A ``whole`` film is shown from its beginning to its end, in as many frames as are asked for; others are
    seen from their fifth second on.
    """

    def film(frames: int) -> None:
        import gdanim
        from gdanim.formats import Reel, mp4
        from gdanim.output import drawing, opening

        mp4.CODECS["h264"][1]["crf"] = CRF
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "orbit.yaml"
            path.write_text(text, encoding="utf-8")
            with opening.opened(gdanim.load(path), SIZE, RATE) as scene:
                start, step = (0.0, scene.length / frames) if whole else (5.0, 1 / RATE)
                with mp4.writing(Path(folder) / "orbit.mp4", Reel(SIZE, RATE)) as write:
                    takers = [drawing.Taker(write, 1)]
                    drawing.feed(lambda k, out: scene.paint(start + k * step, out), frames, SIZE, takers, int)

    return film


def encoder(frames: int) -> None:
    """The encoder alone, on frames of ours drawn beforehand; drawing is not counted."""
    import gdanim
    from gdanim.formats import Reel, mp4
    from gdanim.output import drawing, opening

    mp4.CODECS["h264"][1]["crf"] = CRF
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orbit.yaml"
        path.write_text(FEW, encoding="utf-8")
        with opening.opened(gdanim.load(path), SIZE, RATE) as scene:
            drawn = []
            for k in range(60):
                out = drawing.blank(SIZE)
                scene.paint(5 + k / RATE, out)
                drawn.append(out)
        with mp4.writing(Path(folder) / "orbit.mp4", Reel(SIZE, RATE)) as write:
            for k in range(frames):  # to and fro, so that the film has no cut
                k %= 2 * len(drawn) - 2
                write(drawn[k if k < len(drawn) else 2 * len(drawn) - 2 - k])


def manim(*options: str) -> Callable[[int], None]:
    """manim's own film of `bench/manim_orbit.py`."""

    def film(frames: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "manim",
                "render",
                *options,
                "--disable_caching",
                "--format",
                "mp4",
            ]
            command += ["--encoder-option", "preset=veryfast", "--encoder-option", f"crf={CRF}"]
            command += ["--media_dir", folder, "-r", f"{SIZE[0]},{SIZE[1]}", "--fps", str(RATE)]
            command += ["-v", "ERROR", "--progress_bar", "none", str(HERE / "manim_orbit.py"), "Orbit"]
            seconds = f"{frames / RATE:.6f}"
            environment = {**os.environ, "ORBIT": seconds}
            subprocess.run(command, check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL)

    return film


CONTENDERS = {
    "ours": Contender(ours(FEW), 30, 210),
    "still camera": Contender(ours(STILL), 30, 210),
    "ravine.yaml": Contender(ours(RAVINE, whole=True), 30, 210),
    "twelve readouts": Contender(ours(TWELVE), 30, 210),
    "1000 balls": Contender(ours(MANY), 30, 210),
    "10000 balls": Contender(ours(CROWD), 30, 210),
    "encoder alone": Contender(encoder, 60, 300),
    "manim OpenGL": Contender(manim("--renderer", "opengl"), 6, 30),
    "manim Cairo": Contender(manim(), 4, 12),
}


@dataclass(frozen=True)
class Speed:
    """What a contender needs, start-up apart."""

    per_second: float  # frames
    processor: float  # milliseconds of a frame, on all cores together
    start_up: float  # seconds


def steady(name: str) -> Speed:
    """A contender's speed, each of its two films made in a process of its own."""
    contender = CONTENDERS[name]
    took, worked = [], []
    for frames in (contender.short, contender.long):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, __file__, "--one", name, str(frames)]
        took.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    frames = contender.long - contender.short
    per_second = frames / (took[1] - took[0])
    processor = 1000 * (worked[1] - worked[0]) / frames
    return Speed(per_second, processor, took[0] - contender.short / per_second)


def readouts(frames: int = 30, rounds: int = 10) -> tuple[float, float, float]:
    """Processor milliseconds of a frame of twelve balls, and what its legend adds to drawing and encoding.

    Frames with it and without are drawn in turn and encoded in turn; these are medians of so many rounds.
    """
    import gdanim
    from gdanim.formats import Reel, mp4
    from gdanim.output import drawing, opening
    from gdanim.view.panes.legend import Legend

    mp4.CODECS["h264"][1]["crf"] = CRF
    fillings = (Legend.moving, lambda *_: None)
    spent: list[list[list[float]]] = []  # of each round: drawing and encoding, with and without

    def worked(function: Callable[[], object]) -> float:
        start = time.process_time()
        function()
        return 1000 * (time.process_time() - start) / frames

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orbit.yaml"
        path.write_text(TWELVE, encoding="utf-8")
        with opening.opened(gdanim.load(path), SIZE, RATE) as scene:
            drawn = [[drawing.blank(SIZE) for _ in range(frames)] for _ in fillings]
            for k in range(rounds):
                draw, encode = [0.0, 0.0], [0.0, 0.0]
                turns = (0, 1) if k % 2 else (1, 0)
                for half in range(2 * frames):
                    turn = turns[half % 2]
                    Legend.moving = fillings[turn]  # type: ignore[method-assign]
                    t = 5 + half / (2 * RATE)  # the same time twice would be a still camera
                    draw[turn] += worked(partial(scene.paint, t, drawn[turn][half // 2]))
                for turn in turns:
                    reel = Reel(SIZE, RATE)
                    with ExitStack() as stack:
                        write = stack.enter_context(mp4.writing(Path(folder) / "orbit.mp4", reel))
                        for frame in drawn[turn]:
                            encode[turn] += worked(partial(write, frame))
                        encode[turn] += worked(stack.close)
                spent.append([draw, encode])
    Legend.moving = fillings[0]  # type: ignore[method-assign]
    whole = statistics.median(draw[0] + encode[0] for draw, encode in spent)
    more_drawn, more_encoded = (statistics.median(r[k][0] - r[k][1] for r in spent) for k in (0, 1))
    return whole, more_drawn, more_encoded


def where(frames: int = 60) -> dict[str, float]:
    """Milliseconds of a frame of the orbit, part by part, one after the other."""
    import gdanim
    from gdanim.formats import Reel, mp4
    from gdanim.output import drawing, opening
    from gdanim.view.panes.surface import SurfacePane

    spent: dict[str, float] = {}

    def timed(name: str, function: Callable[..., T]) -> T:
        start = time.perf_counter()
        result = function()
        spent[name] = spent.get(name, 0.0) + 1000 * (time.perf_counter() - start) / frames
        return result

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orbit.yaml"
        path.write_text(FEW, encoding="utf-8")
        with opening.opened(gdanim.load(path), SIZE, RATE) as film:
            scene = film.scene(0)
            frame = drawing.blank(SIZE)
            scene.paint(5.0, frame)  # uploads what stays
            with mp4.writing(Path(folder) / "orbit.mp4", Reel(SIZE, RATE)) as write:
                for k in range(frames):
                    t = 5 + k / RATE
                    shown, state = timed("seek", lambda t=t: scene.seek(t))
                    act = next(m for m in shown if isinstance(m, SurfacePane))
                    timed("simulate", lambda act=act: act.timeline.at(act.clock.seconds))
                    picture = timed("labels and camera", lambda act=act, t=t: act.picture(t))
                    solids = scene._artists[act]
                    timed(
                        "upload, draw and read",
                        lambda s=solids, p=picture: scene.canvas.draw([(s, p)], frame),
                    )
                    flat = [m for m in shown if m is not act]
                    timed("composite", lambda flat=flat, s=state: scene._overlay.paint(flat, s, frame))
                    timed("encode", lambda: write(frame))
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--one", nargs=2, metavar=("NAME", "FRAMES"))
    parser.add_argument("--rounds", type=int, default=1, help="the best of so many rounds")
    parser.add_argument("--where", action="store_true")
    arguments = parser.parse_args()
    if arguments.where:
        for name, milliseconds in where().items():
            print(f"{name:30}{milliseconds:7.1f} ms")
        return
    if arguments.one:
        start = time.perf_counter()
        CONTENDERS[arguments.one[0]].film(int(arguments.one[1]))
        print(time.perf_counter() - start)
        return
    rounds = [{name: steady(name) for name in CONTENDERS} for _ in range(arguments.rounds)]
    speeds = {name: sorted((r[name] for r in rounds), key=lambda s: s.per_second)[-1] for name in CONTENDERS}
    base = speeds["ours"]
    print(f"{'':18}{'frames/s':>10}{'processor':>12}{'start-up':>10}{'ours is':>10}{'by processor':>14}")
    for name, speed in speeds.items():
        print(
            f"{name:18}{speed.per_second:10.2f}{speed.processor:9.1f} ms{speed.start_up:8.1f} s"
            f"{base.per_second / speed.per_second:9.2f}x{speed.processor / base.processor:13.2f}x"
        )
    whole, drawn, encoded = readouts()
    share = f"{(drawn + encoded) / whole:.1%} of {whole:.1f} ms of processor time"
    print(f"\ntwelve readouts: {drawn:.1f} ms to draw and {encoded:.1f} ms to encode, {share}")


if __name__ == "__main__":
    main()
