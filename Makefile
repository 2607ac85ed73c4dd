# Every target works on a fresh clone: .venv/ready sets up what is missing, once.
PYTHON ?= python3
SPEC ?= specs/*.yaml
TOO_OLD = "gdanim needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."

.PHONY: help render gallery test check bench clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

render: .venv/ready  ## film SPEC=specs/x.yaml (default: all of specs/*.yaml) in QUALITY=480p15, into media/
	@.venv/bin/gdanim render $(SPEC) $(QUALITY:%=-q %)

gallery: .venv/ready  ## the README's GIFs, of specs/*.yaml and specs/gallery, into docs/
	@.venv/bin/gdanim render specs/*.yaml specs/gallery/*.yaml -f gif -q $(or $(QUALITY),250p10) -o docs

test: .venv/ready  ## run the tests
	@.venv/bin/pytest --numprocesses 2 --dist worksteal

check: .venv/ready  ## lint, formatting and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

bench: .venv/ready  ## frames a second beside manim's renderers, steps a second beside TORCH=its/python
	@.venv/bin/python bench/render.py
	@.venv/bin/python bench/engine.py $(TORCH:%=--torch %)
	@.venv/bin/python bench/basins.py

clean:  ## remove .venv and caches; films stay
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# The stamp comes last: whatever fails before leaves none, and the next make sets up again.
.venv/ready: pyproject.toml constraints.txt tools/system.py
	@$(PYTHON) -c 'import sys; sys.exit($(TOO_OLD) if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) tools/system.py
	@echo "Installing gdanim into .venv, about a minute"
	@$(PYTHON) -m venv .venv
	@PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_USE_PEP517=1 \
		.venv/bin/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
