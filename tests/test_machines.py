"""The same numbers and pictures on every machine; others are played by switching parts of this one off.

docs/numbers.md states what is promised; ``tests/data/record_numbers.py`` writes the numbers compared.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gdanim

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "tests/data/record_numbers.py"
SPEC = ROOT / "specs/ravine.yaml"

CLOSE = 1e-12  # relative to the number, or to 1: what two machines may differ by
OFF = 0.5  # of 255: the mean difference of two pictures, as for golden ones

# What OpenBLAS calls processors, and the feature (as numpy calls it) without which their code cannot run.
CORES = {
    "Nehalem": "SSE42",
    "Sandybridge": "AVX",
    "Haswell": "FMA3",
    "Zen": "FMA3",
    "SkylakeX": "AVX512F",
}
# An old processor: no vectors beyond SSE for numpy, no fused multiply-add for the C library, narrow llvmpipe.
OLD = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable",
    "LP_NATIVE_VECTOR_WIDTH": "128",
    "OMP_NUM_THREADS": "1",
}


def cpu_has(feature: str) -> bool:
    from numpy._core import _multiarray_umath

    return bool(_multiarray_umath.__cpu_features__.get(feature))


def run(*command: str | Path, **environment: str) -> None:
    """Python on a command, played to be on another machine by its environment."""
    known = {name: value for name, value in os.environ.items() if name not in OLD}
    done = subprocess.run([sys.executable, *command], env=known | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def assert_alike(here: Path, there: Path) -> None:
    with np.load(here) as ours, np.load(there) as theirs:
        assert len(theirs.files) > 50
        for name in theirs.files:
            a, b = ours[name], theirs[name]
            if a.dtype.kind == "f":
                assert a.shape == b.shape, name
                whole = np.maximum(1, np.abs(np.nan_to_num(a, posinf=1, neginf=1)))
                np.testing.assert_allclose(b / whole, a / whole, rtol=0, atol=CLOSE, err_msg=name)
            else:
                np.testing.assert_array_equal(b, a, err_msg=name)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("here") / "numbers.npz"
    run(SCRIPT, path, "--all")
    return path


@pytest.mark.parametrize("core", list(CORES))
def test_linear_algebra_of_every_processor_gives_the_same_numbers(
    core: str, here: Path, tmp_path: Path
) -> None:
    if not cpu_has(CORES[core]):
        pytest.skip(f"this processor cannot run the code for {core}")
    run(SCRIPT, tmp_path / "numbers.npz", OPENBLAS_CORETYPE=core)
    assert_alike(here, tmp_path / "numbers.npz")


def test_an_old_processor_gives_the_same_numbers(here: Path, tmp_path: Path) -> None:
    """Of every function and every optimizer, and the same verdicts."""
    run(SCRIPT, tmp_path / "there.npz", "--all", **OLD)
    assert_alike(here, tmp_path / "there.npz")


def test_an_old_processor_draws_the_same_picture(tmp_path: Path, filming: object) -> None:
    del filming  # imports manim without its warnings
    command = "import sys; from gdanim.cli import main; sys.exit(main())"
    path = tmp_path / "there.png"
    run("-c", command, "still", SPEC, "--at", "5", "-q", "240p10", "-o", path, **OLD)
    there, here = Image.open(path), gdanim.still(SPEC, 5, quality="240p10")
    assert np.abs(np.asarray(there).astype(int) - np.asarray(here)).mean() <= OFF
