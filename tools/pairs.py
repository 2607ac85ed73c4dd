"""A page of stills before and after a change: pairs.py BEFORE AFTER, two checkouts.

The shipped films and ten ordinary specs, each in one aspect and theme, at its end: build/pairs/index.html.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
from itertools import cycle
from pathlib import Path

OUT = Path("build/pairs")
ROWS = "functions: [{}]\n{}"
ORDINARY = {
    "bowl": ROWS.format("bowl", "learning_rates: [0.05, 0.3, 0.9]"),
    "beale": ROWS.format("beale", "optimizers: [sgd, momentum, adam]\nlearning_rates: [0.01]"),
    "rosenbrock": ROWS.format("rosenbrock", "optimizers: [sgd, adam]\nlearning_rates: [0.001]"),
    "himmelblau": ROWS.format("himmelblau", "learning_rates: [0.01]\nstarts: {ring: 8, radius: 4}"),
    "six_hump_camel": ROWS.format(
        "six_hump_camel", "learning_rates: [0.02]\nstarts: [[-1.5, 0.8], [1.5, 0.9], [0.2, -0.9]]"
    ),
    "rastrigin": ROWS.format("rastrigin", "optimizers: [adam, sgd]\nlearning_rates: [0.1, 0.005]"),
    "ackley": ROWS.format("ackley", "optimizers: [sgd, adam]\nlearning_rates: [0.1]"),
    "levy": ROWS.format("levy", "optimizers: [adam]\nlearning_rates: [0.1, 0.5]"),
    "kinks": ROWS.format("'abs(x) + abs(y)'", "learning_rates: [0.1, 0.25]\nstarts: [[2, 1.3]]"),
    "twelve_balls": ROWS.format(
        "'x^2 + 3*y^2'",
        "optimizers: [sgd, momentum, adam, rmsprop]\nlearning_rates: [0.01, 0.1, 0.3]\nstarts: [[-2, 1.5]]",
    ),
}
LOOKS = cycle([("16:9", "dark"), ("9:16", "dark"), ("16:9", "light"), ("1:1", "light")])


def still(checkout: Path, spec: Path, aspect: str, theme: str, out: Path) -> None:
    """The last picture of a spec as a checkout draws it; an older one may not know how to."""
    command = [sys.executable, "-m", "gdanim", "still", str(spec), "--at", "end", "-q", "720p30"]
    command += ["--set", f"video.aspect={aspect}", "--set", f"view.theme={theme}", "-o", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(f"{out.name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)


def main(before: Path, after: Path) -> None:
    """Draw all pairs that are not there yet, and the page of them."""
    OUT.mkdir(parents=True, exist_ok=True)
    specs = [*sorted(after.glob("specs/*.yaml")), *sorted(after.glob("specs/gallery/*.yaml"))]
    for name, text in ORDINARY.items():
        specs.append(OUT / f"{name}_plain.yaml")
        specs[-1].write_text(text + "\n", encoding="utf-8")
    rows = []
    for spec, (aspect, theme) in zip(specs, LOOKS, strict=False):
        pictures = []
        for label, checkout in (("before", before), ("after", after)):
            picture = OUT / f"{spec.stem}_{label}.png"
            if not picture.exists():
                still(checkout, spec.resolve(), aspect, theme, picture.resolve())
            pictures.append(f'<img src="{picture.name}" alt="{label}">')
        rows.append(f"<h2>{html.escape(spec.stem)}, {aspect}, {theme}</h2><p>{' '.join(pictures)}</p>")
    style = "<style>img {max-width: 49%} body {background: #777; font-family: sans-serif}</style>"
    page = f"<!doctype html><meta charset='utf-8'><title>Before and after</title>{style}{''.join(rows)}\n"
    (OUT / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*(Path(argument).resolve() for argument in sys.argv[1:]))
