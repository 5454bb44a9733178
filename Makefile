# Every target sets itself up on a fresh machine: the virtual environment, the pinned packages, the check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test test-all lint shots bench faults clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt resources/setup.sh
	@bash resources/setup.sh "$(PYTHON)" "$(VENV)"
	@touch $(READY)

run: setup
	@$(BIN)/assent

lint: setup
	@echo "== format";    $(BIN)/ruff format --check .
	@echo "== lint";      $(BIN)/ruff check .
	@echo "== types";     $(BIN)/mypy
	@echo "== contracts"; $(BIN)/lint-imports --no-cache

test: lint
	@echo "== tests"
	@$(BIN)/python -m pytest -n 2 -m "not slow" -q

test-all: lint
	@echo "== all tests"
	@$(BIN)/python -m pytest -n 2 -q

shots: setup
	@$(BIN)/python -m tests.looks

bench: setup
	@$(BIN)/python -m tests.bench

faults: setup
	@$(BIN)/python -m pytest -q tests/faults -p no:randomly --rounds=$(or $(ROUNDS),10)

clean:
	rm -rf $(VENV) build dist
