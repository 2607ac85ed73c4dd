"""What a film sounds like: a tick for every step, as high as its loss, without clicks, and never too loud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import gdanim
from gdanim.engine.solution import Act
from gdanim.motion.sound import (
    APART,
    HIGHEST,
    LOUD,
    LOWEST,
    NOTES,
    PEAK,
    RATE,
    START,
    VOICES,
    Tick,
    mix,
    steps,
    tick,
)
from gdanim.motion.timeline import Timeline
from gdanim.spec import Spec

RACE = """
functions: [x^2 + 10*y^2]
learning_rates: [0.05, 0.105]
starts: [[-2.6, 1.4]]
steps: 40
video: {quality: 120p5, sound: true}
"""
CROWD = """
functions: [x^2 + y^2]
learning_rates: [0.1]
starts: {random: 300, seed: 1}
steps: 300
stop: {gradient_norm: 0}
"""


def power(sound: Any, low: float, high: float) -> float:
    """The share of a sound's energy between two frequencies."""
    energy = np.abs(np.fft.rfft(sound, 4 * RATE)) ** 2
    hertz = np.fft.rfftfreq(4 * RATE, 1 / RATE)
    return float(energy[(hertz >= low) & (hertz < high)].sum() / energy.sum())


@pytest.mark.parametrize("octave", [LOWEST, -0.5, 0.0, HIGHEST])
def test_a_tick_is_a_soft_tone(octave: float) -> None:
    sound, pitch = tick(round(octave * NOTES)), START * 2**octave
    assert np.abs(sound).max() == 1.0
    assert abs(sound[0]) < 1e-6 > abs(sound[-1]), "it begins and ends at rest"
    assert power(sound, 0.8 * pitch, 1.25 * pitch) > 0.9
    assert power(sound, 8000, RATE) < 1e-7, "a click is as loud there as below"
    steps = np.abs(np.diff(sound)).max()
    assert steps < 1.3 * 2 * np.pi * pitch / RATE, "no sample jumps further than the tone itself"


def test_pitch_falls_with_the_loss(act_of: Callable[[str], Act]) -> None:
    timeline = Timeline(act_of(RACE), 1.0)
    heard = list(steps(timeline))
    assert [step.number for step in heard[:8]] == [1, 2, 3, 4, 5, 6, 7, 8]
    down, up = (np.array([step.octaves[ball] for step in heard if len(step.octaves) == 2]) for ball in (0, 1))
    assert (np.diff(down) <= 0).all()
    assert (np.diff(up) >= 0).all(), "what climbs is heard to climb"
    run, k = timeline.act.runs[0], heard[3].number
    low, first = run.losses.min(), run.losses[0]
    assert down[3] == pytest.approx(np.log10((run.losses[k] - low) / (first - low)) / 2), (
        "two decades, an octave"
    )
    assert down[-1] >= LOWEST
    assert up[-1] <= HIGHEST


def test_ticks_come_as_steps_are_done(spec_of: Callable[[str], Spec], filming: Callable[..., Any]) -> None:
    words = "Words that take longer than the run. " * 8
    said = f"acts: [{{say: [{{text: {words}, show: run}}]}}]\n"
    for text in (RACE, RACE + said):
        with filming(spec_of(text)) as film:
            run = next(mark.at for mark in film._marks if mark.name == "run")
            (cue,) = film._cues()
            ticks = list(film.ticks())
            assert len(ticks) == sum(len(step.octaves) for step in steps(cue.timeline))
            for k, pair in enumerate(zip(ticks[:6:2], ticks[1:6:2], strict=True)):
                due = film.film_time(run + float(cue.timeline.pace.time(k + 1)))
                assert [one.seconds for one in pair] == pytest.approx([due, due])


def test_crowds_are_bounded_and_nothing_clips(act_of: Callable[[str], Act]) -> None:
    timeline = Timeline(act_of(CROWD), 1.0)
    times = np.concatenate(
        [np.full(len(step.octaves), timeline.pace.time(step.number)) for step in steps(timeline)]
    )
    busiest = max(int(((times >= t) & (times < t + 1)).sum()) for t in np.arange(0, times.max(), 0.25))
    assert busiest <= VOICES * (1 / APART + 1)
    all_at_once = mix([Tick(0.5, 0.0, 1.0)] * 200, 1.0)
    assert np.abs(all_at_once).max() == pytest.approx(PEAK)
    assert np.abs(mix([Tick(0.5, 0.0, 1.0)], 1.0)).max() == pytest.approx(LOUD)
    cut = mix([Tick(0.98, 0.0, 1.0)], 1.0)
    assert len(cut) == RATE
    assert abs(float(cut[-1])) < 1e-6, "what rings at the end is faded"
    assert not mix([], 0.5).any()


def test_the_file_has_it_and_its_frames_are_the_same(tmp_path: Path, spec_of: Callable[[str], Spec]) -> None:
    loud = spec_of(RACE.replace("steps: 40", "steps: 6"))
    quiet = spec_of(RACE.replace("steps: 40", "steps: 6").replace(", sound: true", ""))
    (heard,), (silent,) = (
        gdanim.render(one, tmp_path / name) for one, name in ((loud, "loud"), (quiet, "quiet"))
    )
    with av.open(str(heard)) as one, av.open(str(silent)) as other:
        assert not other.streams.audio
        coded = [[bytes(packet) for packet in film.demux(video=0)] for film in (one, other)]
        assert coded[0] == coded[1]
    with av.open(str(heard)) as film:
        stream = film.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.layout.name) == ("aac", RATE, "mono")
        assert stream.duration is not None
        lasts = float(film.streams.video[0].duration * film.streams.video[0].time_base)
        assert float(stream.duration * stream.time_base) == pytest.approx(lasts, abs=0.03)
        decoded = np.concatenate([frame.to_ndarray()[0] for frame in film.decode(stream)])
    from gdanim.output.opening import opened

    with opened(loud, (214, 120), 5) as film:
        mixed = film.sound.samples
    length = min(len(mixed), len(decoded))
    spectra = [np.fft.rfft(sound[:length].astype(float), 2 * length) for sound in (decoded, mixed)]
    alike = np.fft.irfft(spectra[0] * np.conj(spectra[1]))
    late = int(np.argmax(alike))
    assert min(late, 2 * length - late) < 0.002 * RATE, "it is in time"
    assert alike.max() > 0.98 * np.linalg.norm(decoded[:length]) * np.linalg.norm(mixed[:length])
    assert np.abs(decoded).max() < 0.8
