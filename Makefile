# Every target works on a fresh clone: .venv/films, .venv/tools and .venv/docs set up what is missing, once.
PYTHON ?= python3
SPEC ?= specs/*.yaml
PIP = PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_USE_PEP517=1 \
	.venv/bin/pip install --disable-pip-version-check
TOO_OLD = "gdanim needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."

# As it was typed, for the shell: one file, whose name may have spaces, quotes and dollars, or words and patterns.
override SPEC := $(value SPEC)
export SPEC

.PHONY: help render gallery test fuzz check docs bench wheels clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

render: .venv/films  ## film SPEC=specs/x.yaml (default: all of specs/*.yaml) in QUALITY=480p15, into media/
	@if [ -e "$$SPEC" ] || ! (eval "set -- $$SPEC") 2>/dev/null; then set -- "$$SPEC"; \
		else eval "set -- $$SPEC"; fi; \
		.venv/bin/gdanim render "$$@" $(QUALITY:%=-q %)

gallery: .venv/films  ## the documentation's GIFs, of specs/*.yaml and specs/gallery, into docs/
	@.venv/bin/gdanim render specs/*.yaml specs/gallery/*.yaml -f gif -q $(or $(QUALITY),250p10) -o docs

test: .venv/tools  ## run the tests
	@OPENBLAS_NUM_THREADS=1 .venv/bin/pytest --numprocesses 2 --dist worksteal

fuzz: .venv/tools  ## specs as strangers write them, for MINUTES=5, by SEED=1: see docs/security.md
	@.venv/bin/python tests/fuzz $(or $(MINUTES),5) $(SEED)

check: .venv/tools  ## lint, formatting and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

docs: .venv/docs  ## the documentation, into build/docs/index.html: the reference is written anew, links are checked
	@.venv/bin/python tools/reference.py
	@.venv/bin/sphinx-build --quiet --fail-on-warning --keep-going -d build/doctrees docs build/docs

bench: .venv/tools  ## frames a second beside manim's renderers, steps a second beside TORCH=its/python
	@.venv/bin/python bench/render.py
	@.venv/bin/python bench/formats.py
	@.venv/bin/python bench/engine.py $(TORCH:%=--torch %)
	@.venv/bin/python bench/basins.py

wheels: .venv/tools  ## what installs without a compiler: wheels of gdanim and of what PyPI has none, into dist/
	@.venv/bin/python tools/wheels.py dist

clean:  ## remove .venv and caches; films stay
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# Stamps come last: whatever fails before leaves none, and the next make sets up again.
.venv/films: pyproject.toml constraints.txt tools/system.py
	@$(PYTHON) -c 'import sys; sys.exit($(TOO_OLD) if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) tools/system.py
	@echo "Setting up .venv with what films need: 170 MB to download, two or three minutes"
	@$(PYTHON) -m venv .venv
	@$(PIP) --editable .
	@touch $@
	@echo "The command is .venv/bin/gdanim: see .venv/bin/gdanim --help"

.venv/tools: .venv/films
	@echo "Adding what tests and checks need: 100 MB to download, about a minute"
	@$(PIP) --editable '.[dev]'
	@touch $@

.venv/docs: .venv/films
	@echo "Adding what the documentation needs: 20 MB to download, half a minute"
	@$(PIP) --editable '.[docs]'
	@touch $@
