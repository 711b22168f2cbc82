# make demo    set up, then go the whole way on a small CRM: pairs, training, base against tuned
# make test    set up, then run the tests
# make lint    ruff, mypy, import rules, reference pages; make docs builds the documentation into site/
#
# PYTHON=python3.12 chooses the interpreter that .venv is made with, ARGS="..." adds arguments to the command: the tests
# run in several processes, in one with ARGS="-n 0".

VENV := .venv
BIN := $(VENV)/bin
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c "$(FITS)" 2>/dev/null && echo $$name && exit; done; echo python3)
ARGS ?=

.PHONY: demo test lint format docs reference clean

demo: $(VENV)/.for-use
	@$(BIN)/sqlwright demo $(ARGS)

test: $(VENV)/.for-development
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

lint: $(VENV)/.for-development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/gen_cli.py --check
	$(BIN)/python docs/gen_picture.py --check
	$(BIN)/python docs/gen_speed.py --check

format: $(VENV)/.for-development
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(VENV)/.for-development
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "wrote site/index.html"

reference: $(VENV)/.for-development
	$(BIN)/python docs/gen_cli.py
	$(BIN)/python docs/gen_picture.py
	$(BIN)/python docs/gen_speed.py

clean:
	rm -rf $(VENV) site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Each stamp stands for an installation that fits pyproject.toml; that for development holds what use needs too.
$(VENV)/.for-use: pyproject.toml
	$(call install,.)

$(VENV)/.for-development: pyproject.toml
	$(call install,.[dev])
	@touch $(VENV)/.for-use

define install
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		if ! $(PYTHON) -c "$(FITS)" 2>/dev/null; then \
			found=$$($(PYTHON) --version 2>/dev/null || echo "not here"); \
			echo "sqlwright needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$found." >&2; \
			echo "Name one that fits: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; \
			exit 1; \
		fi; \
		echo "making $(VENV) with $$($(PYTHON) --version)"; \
		rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) || exit 1; \
	fi
	@echo "installing sqlwright and what it needs into $(VENV) (some minutes, once)"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable "$(1)"
	@touch $@
endef
