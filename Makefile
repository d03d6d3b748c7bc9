# Everything a person or CI does here, by name. The first target that needs it makes the environment.
.DEFAULT_GOAL := help
.PHONY: help venv demo test lint format bench bench-calls torture lock clean

BIN := .venv/bin
STAMP := .venv/.ready
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(STAMP)  ## the environment in .venv, exactly as requirements.lock says

# The project itself is installed last, editable, and without asking the network for anything.
$(STAMP): requirements.lock pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Crosswalk needs Python 3.11 or newer, and python3 is $$(python3 --version 2>&1)." >&2; \
	  echo "Put a newer one first on PATH, for instance: PATH=/path/to/python3.12/bin:\$$PATH make venv" >&2; \
	  exit 1; }
	@echo "making .venv ($$(python3 --version), once)"
	@python3 -m venv .venv
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: venv  ## both systems, one story, nothing to set up
	@$(BIN)/crosswalk sample
	@$(BIN)/crosswalk demo

test: venv  ## every test; a snapshot no test asks for is a failure
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 $(ARGS)

lint: venv  ## style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict

format: venv  ## put style and format right where a machine can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: venv  ## speed, as ratios against hand-written code on the same data
	@$(BIN)/python -m benchmarks $(ARGS)

bench-calls: venv  ## HTTP calls of four syncs, beside the fewest there can be
	@$(BIN)/python -m benchmarks.calls $(ARGS)

torture: venv  ## a sync killed wherever it makes a difference, an hour; ARGS="--only first.plain.sqlite" for a part
	@$(BIN)/python -m tests.torture $(ARGS)

# For Python 3.11 to 3.13 on any machine; uv is needed for this and for nothing else.
lock:  ## choose versions anew (needs uv)
	@uv pip compile pyproject.toml --extra dev --upgrade --universal --python-version 3.11 \
	  --generate-hashes --custom-compile-command "make lock" --quiet --output-file requirements.lock

clean:  ## what was made, and .venv too
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
