# The front door. `make` alone lists the commands.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATIC := impl/experience_plane/static/index.html
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup run test test-python test-typescript generate check static conformance bench lock clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.ready: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another with PYTHON=.") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --require-hashes --requirement requirements/dev.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable . --editable conformance
	@touch $@

node_modules/.ready: package-lock.json
	@node -e 'if (+process.versions.node.split(".")[0] < 20) { console.error("Node 20 or newer is needed; this is " + process.version); process.exit(1) }'
	@npm ci --no-audit --no-fund --silent
	@touch $@

setup: $(VENV)/.ready node_modules/.ready ## Install what the project needs, pinned, into .venv and node_modules

run: setup static ## Start the service with everything embedded and print its address
	@$(BIN)/experience-plane serve

static: node_modules/.ready ## Build the pages into the package
	@npm run --silent build:static

generate: setup ## Write generated/ from contracts/
	@$(BIN)/python -m codegen.generate
	@$(BIN)/python -m codegen.env_example
	@npm run --silent generate:typescript

check: setup ## Format, lint, types, import rules, contracts, drift of generated code
	@bash scripts/check

test: test-python test-typescript ## Run all tests

test-python: setup static
	@$(BIN)/python -m pytest

test-typescript: setup
	@npm test --silent

conformance: setup static ## Judge the service by its contract
	@$(BIN)/python conformance/independent_client/prepare.py
	@$(BIN)/python -m pytest conformance/tests

bench: setup ## Measure, beside something known in the same run
	@$(BIN)/python -m benchmarks

lock: setup ## Pin the newest allowed versions again
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade --generate-hashes --no-annotate --no-header --quiet --output-file requirements/dev.lock

clean: ## Remove what was built or installed; keeps data in var/
	@rm -rf $(VENV) node_modules build dist impl/experience_plane/static
