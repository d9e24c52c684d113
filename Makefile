# make run    set everything up and simulate a ready actomyosin network
# make test   set everything up, check style, run the tests
# make test-slow  run the long physics checks
# make docs   build the documentation: docs/_build/index.html
# make bench  measure speed against plain C
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SOURCES := setup.py pyproject.toml $(shell find src_cython -name '*.pyx' -o -name '*.pxd' -o -name '*.h')

.DEFAULT_GOAL := help
.PHONY: help run test test-slow docs bench lint build clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/developer: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(VENV)/writer: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $@

build: $(VENV)/installed

run: $(VENV)/installed
	@$(BIN)/medyan run -s inputs/actomyosin/systeminput.txt -o out/actomyosin --overwrite --seed-fixed 1

lint: $(VENV)/developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/cython-lint src_cython

test: $(VENV)/developer lint
	$(BIN)/pytest -n 2 --dist loadfile

test-slow: $(VENV)/developer
	$(BIN)/pytest -m slow

docs: $(VENV)/writer
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build
	@echo "Open docs/_build/index.html"

bench: $(VENV)/installed
	$(BIN)/python benchmarks/diffusion.py
	$(BIN)/python benchmarks/networks.py --plot
	$(BIN)/python benchmarks/forces.py
	$(BIN)/python benchmarks/relaxation.py
	$(BIN)/python benchmarks/mechanics_scaling.py
	$(BIN)/python benchmarks/minimisation.py actomyosin branching "2,000 cylinders"
	$(BIN)/python benchmarks/filament_networks.py
	$(BIN)/python benchmarks/decks.py

clean:
	rm -rf $(VENV) build dist *.egg-info
	find src_cython -name '*.so' -delete
