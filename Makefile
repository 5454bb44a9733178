# Every target sets itself up on a fresh machine: the virtual environment, the pinned packages, the check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test test-all lint shots bench faults bundle clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt resources/setup.sh
	@bash resources/setup.sh "$(PYTHON)" "$(VENV)"
	@touch $(READY)

run: setup
	@$(BIN)/assent

lint: setup
	@echo "== format";    $(BIN)/ruff format --check .
	@echo "== lint";      $(BIN)/ruff check .
	@echo "== contracts, types"; $(BIN)/lint-imports --no-cache & contracts=$$!; $(BIN)/mypy && wait $$contracts

# A test that holds the interpreter cannot be timed out from within: after so many seconds its process is ended from
# outside of Python, with the stacks of its threads, and the test has failed.
PYTEST := $(BIN)/python -m pytest -n 3 --dist worksteal -q -o faulthandler_exit_on_timeout=true

test: lint
	@echo "== tests"
	@$(PYTEST) -o faulthandler_timeout=300 -m "not slow"

test-all: lint
	@echo "== all tests"
	@$(PYTEST) -o faulthandler_timeout=2700

shots: setup
	@$(BIN)/python -m tests.looks

bench: setup
	@$(BIN)/python -m tests.bench

faults: setup
	@$(BIN)/python -m pytest -q tests/faults -p no:randomly --rounds=$(or $(ROUNDS),10)

bundle: setup
	@echo "== dist/assent (a minute or two)"
	@$(BIN)/pyinstaller --noconfirm --log-level ERROR build.spec
	@du -sh dist/assent
	@echo "== its own test"
	@dist/assent/assent --self-test

clean:
	rm -rf $(VENV) build dist
