# Everything a person or a script runs here. Set-up happens by itself, once, and again only when
# what it depends on changes. Needs Python >= 3.11 and make.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

SYSTEM ?= daadaar
ENVIRONMENT ?= prod
OUTPUT ?= cdk.out
REPORT ?= report
COMPOSE ?= compose.yaml
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$each && break; done)

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export CDK_DISABLE_CLI_TELEMETRY := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export NPM_CONFIG_UPDATE_NOTIFIER := false
# Bytecode makes every start several times faster; a shell that forbids it must not slow us.
unexport PYTHONDONTWRITEBYTECODE

# A step's output is kept in a file and shown only if it fails.
quietly = mkdir -p .build && { $(1); } > .build/$(2).log 2>&1 \
	|| { cat .build/$(2).log; echo "$(2): failed, see above"; exit 1; }

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
	|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1   \2/p' $(MAKEFILE_LIST)

.PHONY: synth
synth: .build/ready ## synthesize SYSTEM (daadaar) in ENVIRONMENT (prod) into OUTPUT (cdk.out)
	@test ! -e $(OUTPUT)/manifest.json || rm -rf $(OUTPUT)
	@cdk synth --quiet --context system=$(SYSTEM) --context environment=$(ENVIRONMENT) \
		--output $(OUTPUT)
	@python -m reports.summary $(OUTPUT)

.PHONY: test
test: .build/ready-dev ## the whole test suite
	@python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: check
check: .build/ready-dev ## lint, types, and every environment through every validator
	@ruff check .
	@ruff format --check .
	@mypy
	@python -m reports.check

# A variable as an option of a command, unless it only has the default of this file.
given = $(if $(filter file,$(origin $(1))),,$(2) "$($(1))")

.PHONY: diff
diff: .build/ready-dev ## what changes since BASE (a commit) in every environment; fails where data is lost
	@python -m checks.changes --base "$(BASE)" $(call given,SYSTEM,--system) \
		$(call given,ENVIRONMENT,--environment)

.PHONY: format
format: .build/ready-dev ## format the code and sort its imports
	@ruff check --fix .
	@ruff format .

.PHONY: snapshots
snapshots: .build/ready-dev ## accept what the templates look like now, and the ids of what keeps data
	@python -m pytest tests/systems tests/app/test_invariants.py --snapshot-update

.PHONY: grammar
grammar: .build/ready ## docs/grammar.md, out of the models
	@python -m reports.grammar > docs/grammar.md

.PHONY: rules
rules: .build/ready ## docs/rules.md, out of the code
	@python -m reports.rule_page > docs/rules.md

.PHONY: report
report: .build/ready ## evidence of compliance of SYSTEM in ENVIRONMENT, into REPORT (report)
	@python -m reports.compliance $(SYSTEM) $(ENVIRONMENT) $(REPORT)

.PHONY: rehearse
rehearse: .build/ready-dev ## deploy SYSTEM in ENVIRONMENT for real on this machine, without an account
	@python -m tests.rehearsal $(SYSTEM) $(ENVIRONMENT)

.PHONY: compose
compose: .build/ready-dev ## a compose.yaml for SYSTEM in ENVIRONMENT on your own machine, into COMPOSE
	@python -m reports.compose $(SYSTEM) $(ENVIRONMENT) -o "$(COMPOSE)"

.PHONY: bench
bench: .build/ready-dev ## synthesis of every environment against its floor, the gate, and how both grow
	@python benchmarks/synth.py
	@python benchmarks/growth.py
	@python benchmarks/gate.py
	@python benchmarks/proof.py

.PHONY: wheels
wheels: .build/wheels.done ## the packages of the functions in lambda/

.PHONY: clean
clean: ## remove everything that make made
	@rm -rf .venv .build node_modules cdk.out report

.build/ready: .build/python.done .build/cli.done .build/wheels.done
	@touch $@

.build/ready-dev: .build/ready .build/python-dev.done .build/checkov.done .build/emulator.done
	@touch $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and no python3 here is"; exit 2; }
	@echo "Setting up, once: a virtual environment …"
	@$(call quietly,$(PYTHON) -m venv .venv,venv)

.build/python.done: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Setting up, once: Python packages and Node.js …"
	@$(call quietly,.venv/bin/python -m pip install --requirement requirements.txt,pip)
	@touch $@

.build/python-dev.done: requirements-dev.txt .build/python.done
	@echo "Setting up, once: packages for tests …"
	@$(call quietly,.venv/bin/python -m pip install --requirement requirements.txt \
		--requirement requirements-dev.txt,pip-dev)
	@touch $@

.build/checkov.done: requirements-checkov.txt | .venv/bin/python
	@echo "Setting up, once: checkov, in a virtual environment of its own …"
	@$(call quietly,rm -rf .build/checkov && .venv/bin/python -m venv .build/checkov \
		&& .build/checkov/bin/python -m pip install --requirement $<,checkov)
	@touch $@

.build/emulator.done: requirements-emulator.txt | .venv/bin/python
	@echo "Setting up, once: the emulator of AWS, in a virtual environment of its own …"
	@$(call quietly,rm -rf .build/emulator && .venv/bin/python -m venv .build/emulator \
		&& .build/emulator/bin/python -m pip install --require-hashes --requirement $<,emulator)
	@touch $@

.build/cli.done: package.json package-lock.json .build/python.done
	@echo "Setting up, once: the CDK CLI …"
	@$(call quietly,npm ci --no-audit --no-fund --loglevel=error,npm)
	@touch $@

.build/wheels.done: $(wildcard lambda/*/requirements.txt) .build/python.done
	@echo "Setting up, once: packages of the functions in lambda/ …"
	@$(call quietly,python -m stackyard.wheels,wheels)
	@touch $@
