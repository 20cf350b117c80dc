# Two commands do everything on a fresh machine: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo serve deploy package test test-browser lint format policies bench clean help

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: $(READY) ## break embedded AWS in every way it knows, and watch it heal
	@$(BIN)/python -m mainstay demo $(ARGS)

serve: $(READY) ## Mainstay with embedded AWS, REST API and pages on loopback: ARGS="--sample --open"
	@$(BIN)/python -m mainstay serve $(ARGS)

deploy: $(READY) ## put a stage into your account: ARGS="--stage prod --region us-east-1 --dry-run"
	@$(BIN)/python -m mainstay deploy $(ARGS)

package: $(READY) ## build what is deployed: its size, and the CPU of each function's start
	@$(BIN)/python -m bench.package $(ARGS)

test: $(READY) ## every test: unit, functional, contract
	@$(BIN)/python -m pytest -n 2 $(ARGS)

test-browser: $(READY) ## the pages in a headless Chromium, which it finds or says how to install
	@$(BIN)/python -m pytest tests/browser $(ARGS)

lint: $(READY) ## ruff, mypy --strict, cfn-lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m mainstay.policies --check
	@$(BIN)/python -m mainstay.monitoring --check

format: $(READY) ## let ruff tidy up
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

policies: $(READY) ## write .chalice/policy-*.json and infra/monitoring.yaml anew from what the code declares
	@$(BIN)/python -m mainstay.policies
	@$(BIN)/python -m mainstay.monitoring

bench: $(READY) ## measure what the documents quote
	@for one in main_job event_handler start_up history templates anomalies forecasts log_alarms scans api costs; do $(BIN)/python -m bench.$$one $(ARGS) || exit; done

clean: ## remove what was set up
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("Mainstay needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Say which one: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else 0'
	@echo "Setting up $(VENV): once, about a minute"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
	@touch $(READY)
