# Everything a person or a machine runs here. `make` alone prints the list.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Two workers: the suite is to pass on a small machine. `make test WORKERS=8` where there is more.
WORKERS ?= 2
# Extra arguments of a target: make demo ARGS="--households 400", make test ARGS="-k card".
ARGS ?=

export MLFLOW_DISABLE_TELEMETRY := true
# Compiled modules are kept, whatever the surroundings say: tests start many processes, and each would compile again.
export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | sort | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

.PHONY: setup
setup: $(STAMP) ## make .venv (Python 3.11 or later) with the locked packages and the mingbai command

$(STAMP): requirements-dev.txt requirements-data.txt pyproject.toml
	@set -euo pipefail; \
	if [ ! -x $(BIN)/python ]; then \
	  found=; \
	  for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "No Python 3.11 or later was found. Install one, or name it: make setup PYTHON=/path/to/python3" >&2; exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$("$$found" --version)"; \
	  if ! "$$found" -m venv $(VENV); then \
	    rm -rf $(VENV); \
	    echo "$$found could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	fi; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1 && ! $(BIN)/python -m ensurepip >/dev/null 2>&1; then \
	  echo "$(VENV) has no pip and none can be put in. Remove $(VENV), install python3-venv, and try again." >&2; exit 1; \
	fi; \
	echo "Installing the locked packages (about a minute, about 2.2 GB)"; \
	$(BIN)/python -m pip install --quiet --no-deps --no-compile --require-hashes --requirement requirements-dev.txt --requirement requirements-data.txt; \
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .; \
	echo "Compiling them"; \
	$(BIN)/python -W ignore -m compileall -qq -j 0 $(VENV)/lib || true; \
	touch $(STAMP)

.PHONY: demo
demo: setup ## invent a county, train, score its next payment run, print the queue's top cases
	@$(BIN)/mingbai demo $(ARGS)

.PHONY: serve
serve: setup ## the service with the demo's county: accounts are printed the first time (ARGS="--only-make", MINGBAI_PORT=8080)
	@$(BIN)/mingbai trial $(ARGS)

.PHONY: test
test: setup ## the tests, without the slow ones
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow" $(ARGS)

.PHONY: check
check: static test-all ## the one gate: lint, strict types, import arrows, docs, every test with coverage

.PHONY: static
static: lint types arrows docs-check ## what is checked without running a test

.PHONY: lint
lint: setup ## ruff: format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: format
format: setup ## let ruff format and mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: types
types: setup ## mypy --strict
	$(BIN)/mypy

.PHONY: arrows
arrows: setup ## which package may import which
	$(BIN)/lint-imports --no-logo

.PHONY: docs
docs: setup ## write the generated pages
	$(BIN)/python docs/build.py

.PHONY: docs-check
docs-check: setup ## the generated pages say what the code says
	$(BIN)/python docs/build.py --check

# Tests that look on at pages and servers from outside: they are run without counting branches, which makes Python more
# than half as slow again. A new folder of tests is counted, but for its slow tests (tests/conftest.py).
OUTSIDE := serving console faults cli notebooks simulation release

.PHONY: test-all
test-all: test-counted test-outside test-browser ## every test, with branch coverage of features and models

.PHONY: test-counted
test-counted: setup
	$(BIN)/python -m pytest -n $(WORKERS) --ignore tests/browser $(OUTSIDE:%=--ignore tests/%) --cov --cov-report=term $(ARGS)

.PHONY: test-outside
test-outside: setup
	$(BIN)/python -m pytest -n $(WORKERS) $(OUTSIDE:%=tests/%) $(ARGS)

.PHONY: test-browser
test-browser: setup
	$(BIN)/python -m pytest -n $(WORKERS) tests/browser $(ARGS)

.PHONY: bench
bench: setup ## the figures of the README: quality, speed, memory
	@set -e; for script in benchmarks/[!_]*.py; do [ -e "$$script" ] || continue; \
	  echo "== $$script"; $(BIN)/python "$$script" $(ARGS); done

# One record of models for the notebooks, the tracking page and `mingbai train`.
MLRUNS := $(abspath $(or $(MINGBAI_MLRUNS),mlruns))

.PHONY: notebook
notebook: setup ## open the notebooks in JupyterLab (ARGS="--no-browser" on a server)
	@MINGBAI_MLRUNS="$(MLRUNS)" PATH="$(abspath $(BIN)):$$PATH" $(BIN)/jupyter lab --ServerApp.root_dir=notebooks $(ARGS)

.PHONY: mlflow
mlflow: setup ## open the tracking page on the same store (MINGBAI_MLRUNS, by default mlruns)
	@mkdir -p "$(MLRUNS)"
	@$(BIN)/mlflow ui --backend-store-uri "sqlite:///$(MLRUNS)/mlflow.db" --default-artifact-root "file://$(MLRUNS)/artifacts" $(ARGS)

# One version of a package on every Python, so that a golden score is the same everywhere. The lock names no
# address: each machine's own pip settings say where packages come from.
LOCK := uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-header --no-annotate pyproject.toml $(if $(UPGRADE),--upgrade)

.PHONY: lock
lock: ## write the locked requirements again (needs uv; UPGRADE=1 takes newer releases)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --output-file requirements-dev.txt

.PHONY: clean
clean: ## remove what tools and demos left behind, but not .venv
	rm -rf build dist demo htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find features models service simulation tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: distclean
distclean: clean ## clean, and remove .venv
	rm -rf $(VENV)
