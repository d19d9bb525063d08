# Watchfloor's commands. Each does its own set-up; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# What the installed program is made of: when one of these changes, the next command installs again.
PARTS := pyproject.toml .ci/constraints.txt .ci/setup-venv $(wildcard assets/build_bundle.py assets/bundle.mjs data/reference/incident_types.json $(wildcard layers/style/*.json) assets/package.json assets/package-lock.json) \
         $(shell find assets/src assets/css -type f 2>/dev/null)
PYTEST := $(BIN)/python -m pytest
# Three: browsers and servers wait for each other much of the time, and two cores are not full with two.
WORKERS ?= 3
ARGS ?=

.PHONY: help demo test prove bench lint clean pins

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: $(VENV)/.run ## Install what is needed, then run the demonstration (ARGS="--port 8060")
	@exec $(BIN)/watchfloor demo $(ARGS)

test: $(VENV)/.dev ## Check everything, a real browser and PostgreSQL included (under 15 minutes)
	@.ci/system-packages
	@$(MAKE) --no-print-directory lint
	@$(PYTEST) -n $(WORKERS) --dist loadfile -m "not slow" $(ARGS)

prove: $(VENV)/.dev ## Run the long proofs: 1,000 examples, 50 kills, load (an hour or more)
	@.ci/system-packages
	@HYPOTHESIS_PROFILE=prove $(PYTEST) -m slow --timeout 3600 $(ARGS)

bench: $(VENV)/.dev ## Measure the speed at a million incidents (ARGS="--help")
	@folder=$$(mktemp -d) && trap "rm -rf $$folder" EXIT && \
	$(BIN)/watchfloor bench --home $$folder $(ARGS) && \
	$(BIN)/python -m tests.load.import_speed && \
	$(BIN)/python -m tests.load.hotspots_side_by_side && \
	$(BIN)/python -m tests.load.side_by_side --home $$folder

lint: $(VENV)/.dev ## Check form, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean: ## Remove everything that was built or cached, the virtual environment included
	@rm -rf $(VENV) assets/dist assets/node_modules build dist .artefacts *.egg-info
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

pins: $(VENV)/.dev ## Write the installed versions down as the ones to install everywhere
	@.ci/write-pins $(BIN)/python > .ci/constraints.new && mv .ci/constraints.new .ci/constraints.txt

$(VENV)/.run: $(PARTS)
	@.ci/setup-venv $(VENV) run

$(VENV)/.dev: $(PARTS)
	@.ci/setup-venv $(VENV) dev
