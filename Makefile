# Every target that needs the set-up does it first; once done, that takes well under a second.
# NAME=value on the command line is exported, and `python -m handson` reads it: DESIRED, TARGET,
# ENDPOINT, CONFIRM, STATE, REPORT and so on. Only PYTHON (which Python makes .venv) is for make itself.

SHELL := /bin/sh
PYTHON ?= python3
IN_VENV := .venv/bin/python
HANDSON := $(IN_VENV) -m handson
# For commands that say nothing until they end: a terminal shows what runs, and for how long.
WITH_PROGRESS := $(IN_VENV) -m scripts.with_progress
COMPILE := $(WITH_PROGRESS) 'uv pip compile' .venv/bin/uv pip compile --quiet --system-certs --generate-hashes --no-annotate --no-header

# Four files at a time, also on two processors: the live tests, which begin, mostly wait.
PYTEST := $(IN_VENV) -m pytest -n 4 --dist loadfile --no-loadscope-reorder

# The CDKTF command line takes longest to install, and few targets start it; `cdktf` itself installs
# it when it is missing.
STARTS_CDKTF := $(filter setup test tutorial bench,$(MAKECMDGOALS))

# A skip for a missing tool is a failure under make.
export HANDSON_REQUIRE_TOOLS := 1
# Without compiled modules every command would compile all of moto and cdktf again.
export PYTHONDONTWRITEBYTECODE :=
unexport PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help setup lint synth test test-live test-terraform wheel test-wheel fuzz handson \
        lesson tutorial check-target bench screenshots deploy scale status watch destroy leaks vpc \
        vpc-destroy local-up local-down local-reset local-status env lock clean

help: ## This list
	@printf '%s\n' 'make TARGET [NAME=value ...]' ''
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	    while IFS='|' read -r name what; do printf '  %-16s%s\n' "$$name" "$$what"; done

setup: ## Install everything into the checkout (every target below does it by itself)
	@command -v '$(PYTHON)' >/dev/null || { \
	    echo 'Python: no `$(PYTHON)` on PATH, needed 3.11 to 3.13; get it from https://python.org/,' \
	         'or name yours: make PYTHON=python3.12 ...' >&2; exit 1; }
	@'$(PYTHON)' -m scripts.setup $(if $(filter setup,$(MAKECMDGOALS)),--report) \
	    $(if $(STARTS_CDKTF),,--only python provider) $(if $(filter env,$(MAKECMDGOALS)),>&2)

lint: setup ## ruff and mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@$(WITH_PROGRESS) mypy .venv/bin/mypy

synth: setup ## Write the Terraform JSON of the three stacks and list it
	@$(HANDSON) synth

# The tests set the variables that they need; what was exported for another command must not reach them.
test test-terraform: override export TARGET :=
test test-terraform: override export DESIRED :=
test: lint ## lint and all tests; the live ones on an endpoint of their own
	@$(PYTEST) tests/live tests/endpoint tests/browser tests/unit

test-live: setup ## Deploy, scale, check and destroy the hands-on: [DESIRED=n] [TARGET=local] [REPORT=file.html] [JUNIT=file.xml] [KEEP=1]
	@$(HANDSON) test-live

test-terraform: setup ## Each resource of the AWS provider, from its creation to its end
	@$(PYTEST) tests/terraform

wheel: setup ## Build the wheel of localaws, cloudmap-check and the pytest plugin
	@$(IN_VENV) -m scripts.wheel

test-wheel: setup ## Install the wheel in an environment of its own and test the example with it
	@$(IN_VENV) -m scripts.wheel test

fuzz: setup ## Send the endpoint requests that nobody should send: [EXAMPLES=20000] [SEED=n]
	@FUZZ_EXAMPLES='$(or $(EXAMPLES),20000)' FUZZ_SEED='$(SEED)' \
	    $(PYTEST) --timeout 7200 tests/endpoint/localaws/fuzz

handson: setup ## Watch the hands-on, on an endpoint of its own: [BY=code|cli] [PAUSE=1] [HANDSON_LANG=ja] [REPORT=file.html]
	@$(HANDSON) handson

lesson: setup ## See what DNS caching does to clients while tasks come and go: [TTL=60] [DOCS=1]
	@$(HANDSON) lesson

tutorial: setup ## Run the tutorial and write docs/handson.md and handson.ja.md: [REPLIES=kept]
	@$(HANDSON) tutorial

check-target: setup ## Which capabilities a target has: TARGET=... [ENDPOINT=url]
	@$(HANDSON) check-target

bench: setup ## Measure against the stock way, as ratios: [ONLY="synth ..."]
	@$(IN_VENV) -m benchmarks $(ONLY)

screenshots: setup ## Take the documentation's pictures of the live page: [REPORT=file.html]
	@$(IN_VENV) -m scripts.screenshots $(REPORT)

deploy: setup ## Deploy all stacks by Terraform directly: [DESIRED=1] [TARGET=local] [STATE=folder]
	@$(HANDSON) deploy

scale: setup ## Change the number of tasks: DESIRED=n [TARGET=local]
	@$(HANDSON) scale

status: setup ## Show what is desired, running, registered and in DNS; 0 only when they agree
	@$(HANDSON) status

watch: setup ## Show every service of the region as it changes, until Ctrl-C: [TARGET=local]
	@$(HANDSON) watch

destroy: setup ## Destroy the deployment, or with STATE=folder that of a live run
	@$(HANDSON) destroy

leaks: setup ## What a target still has of the project, and what removes it: [RUN=id] [AGE=2h]
	@$(HANDSON) leaks

vpc: setup ## Make the article's VPC on an endpoint that has none: TARGET=localstack [ENDPOINT=url]
	@$(HANDSON) vpc

vpc-destroy: setup ## Remove the VPC that `make vpc` made
	@$(HANDSON) vpc-destroy

local-up: setup ## Start the embedded AWS endpoint, with the account it keeps (LOCALAWS_PORT, default 4566)
	@$(HANDSON) local-up

local-down: setup ## Stop the embedded endpoint; `make local-up` goes on with its account
	@$(HANDSON) local-down

local-reset: setup ## Start the embedded endpoint with an empty account
	@$(HANDSON) local-reset

local-status: setup ## Say whether the embedded endpoint runs, and where
	@$(HANDSON) local-status

env: setup ## Print shell lines: eval "$(make -s env)" puts your shell inside a VPC: [VPC=id or Name]
	@$(HANDSON) env

lock: setup ## Write the lock files anew from pyproject.toml, requirements-uv.lock and package.json
	@cp requirements.lock requirements-uv.lock .state/
	@$(COMPILE) pyproject.toml --group dev --universal -o .state/requirements.lock
	@sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements-uv.lock | \
	    $(COMPILE) - -o .state/requirements-uv.lock
	@{ echo '# Locked from pyproject.toml by `make lock`; installed with --require-hashes.'; \
	    cat .state/requirements.lock; } > requirements.lock
	@mv .state/requirements-uv.lock requirements-uv.lock
	@$(WITH_PROGRESS) 'npm install' npm install --package-lock-only

clean: ## Remove all that was generated, unless a Terraform state still holds resources
	@'$(PYTHON)' -m scripts.setup.clean
