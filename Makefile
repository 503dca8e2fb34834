# Two commands for the newcomer: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup demo sandbox test thorough lint bench faults pictures clean

setup: $(READY)

# The venv comes first (Debian refuses a bare pip install), uv lives in it, and the lock decides the rest.
$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Cần Python 3.11 trở lên / Python 3.11 or newer is needed (make PYTHON=/path/to/python3 …)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(BIN)/uv sync --quiet --frozen --inexact
	@touch $@

demo: setup
	@$(BIN)/ketnap demo

sandbox: setup
	@$(BIN)/ketnap demo --sandbox

test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

thorough: setup
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m thorough

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/ketnap models check
	@$(BIN)/ketnap rules check

bench: setup
	@$(BIN)/python -m bench

faults: setup
	@KETNAP_FAULTS=long $(BIN)/python -m pytest -n 0 tests/faults
	@KETNAP_FAULTS=long $(BIN)/python -m pytest -n 2 -m hypothesis --ignore tests/faults

pictures: setup
	@$(BIN)/python docs/take_pictures.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
