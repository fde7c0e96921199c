# One verb, one command. Everything sets itself up in .venv; only Python >= 3.11 and git are needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

SOAK_SECONDS ?= 60
export SOAK_SECONDS

.PHONY: help demo test soak fmt lint types contract wheel schemas docs bench check clean

help:  ## list the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "rewoo_dsl needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[all]' --group dev
	@touch $@

demo: $(READY)  ## plans over a real document, then question -> plan -> answer with citations
	@$(BIN)/python scripts/demo.py

test: $(READY)  ## the whole test suite
	$(BIN)/python -m pytest -n auto

soak: $(READY)  ## random plans under all laws for SOAK_SECONDS (60): make soak SOAK_SECONDS=3600 SOAK='--seed 7'
	@$(BIN)/python scripts/soak.py $(SOAK)

fmt: $(READY)  ## format the code
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lint: $(READY)  ## ruff, code and format
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY)  ## strict types
	$(BIN)/mypy

contract: $(READY)  ## which room may import which
	$(BIN)/lint-imports

wheel: $(READY)  ## build the wheel, install it elsewhere, use it
	$(BIN)/python scripts/check_wheel.py

schemas: $(READY)  ## regenerate schemas/ and the grammar's table
	$(BIN)/python scripts/generate_schemas.py
	$(BIN)/python -m rewoo_dsl.syntax.table

docs: $(READY)  ## regenerate docs/codes.md
	$(BIN)/python scripts/generate_docs.py

bench:  ## ratios against what a user would pick instead, into docs/speed.md
	@$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(VENV)-bench/bin/python -m pip install --quiet --editable '.[cli]' --group bench
	@$(VENV)-bench/bin/python -m bench

check: lint types contract wheel test  ## all of the above that CI runs

clean:
	rm -rf $(VENV) $(VENV)-bench dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
