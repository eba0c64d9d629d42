# Everything runs in .venv with exactly the packages of the lock files; `make run` needs nothing but python3 and make.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# Keep compiled modules even if the shell disables them: otherwise each of the many starts in tests recompiles them.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup run test check screenshots soak bench bench-desk bench-matching schema-dump lock clean

# The lock files are complete, so pip resolves nothing: --no-deps also excludes what pyproject.toml overrides.
.venv/run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Frontdesk needs Python 3.11 or newer: set PYTHON=/path/to/python3."; exit 2; }
	@echo "Setting up .venv (once, under two minutes) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

setup: .venv/dev

run: .venv/run
	@$(BIN)/python -m bot run

# Distributed by file, so that a browser or a running program is started once; in the order of tests/conftest.py, long
# ones first. Four workers for two cores: many tests wait for the pace that platforms allow, and each worker imports
# everything.
test: .venv/dev
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --cov --cov-report=html:htmlcov
	@echo "Lines of the program that the tests ran: $$($(BIN)/coverage report --format=total) %; each line is in htmlcov/index.html."

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

# Keeps a picture of every page and state of the desk, light and dark, on a phone and a wide screen.
screenshots: .venv/dev
	mkdir -p var/screenshots
	SCREENSHOTS=var/screenshots $(BIN)/python -m pytest tests/dashboard/test_states.py tests/dashboard/test_settings_browser.py tests/dashboard/test_webhooks_in_browser.py -n 0

soak: .venv/dev
	$(BIN)/python -m pytest tests/soak tests/upgrades -n 0 --timeout 3600 -m soak

bench: .venv/dev
	$(BIN)/python -m benchmarks

# Measures the desk with a long queue, years of history and many open pages; takes some minutes.
bench-desk: .venv/dev
	$(BIN)/python -m benchmarks.desk

# Measures the matcher on judged questions: DATA is a folder of sets, each with knowledge.jsonl and queries.jsonl.
bench-matching: .venv/dev
	$(BIN)/python benchmarks/matching.py $(DATA) $(ARGS)

# Before a migration is committed: dumps a filled database of the schema before it (tests/data/schemas/README.md).
COMMIT ?= HEAD
schema-dump: .venv/dev
	$(BIN)/python -m tests.upgrades.make_dump $(COMMIT)

# After a change of the dependencies in pyproject.toml; needs `uv`.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url -q
lock:
	$(LOCK) --group dev -o requirements-dev.lock
	$(LOCK) --group build -c requirements-dev.lock -o requirements.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
