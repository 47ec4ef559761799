# Every target that needs the set-up does it first; once done, that takes well under a second.
# Variables: DESIRED, TARGET, JUNIT, PYTHON (which Python makes .venv). `make help` tells the rest.

SHELL := /bin/sh
PYTHON ?= python3
TARGET ?= local
IN_VENV := .venv/bin/python
COMPILE := .venv/bin/uv pip compile --quiet --system-certs --generate-hashes --no-annotate --no-header

# A skip for a missing tool is a failure under make.
export HANDSON_REQUIRE_TOOLS := 1
# Without compiled modules every command would compile all of moto and cdktf again.
export PYTHONDONTWRITEBYTECODE :=
unexport PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help setup lint synth test test-live check-target bench-synth deploy scale status destroy \
        local-up local-down local-status env handson leaks vpc vpc-destroy lock clean

help: ## This list
	@printf '%s\n' 'make TARGET [NAME=value ...]' ''
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	    while IFS='|' read -r name what; do printf '  %-14s%s\n' "$$name" "$$what"; done

setup: ## Install everything into the checkout (every target below does it by itself)
	@command -v '$(PYTHON)' >/dev/null || { \
	    echo 'Python: no `$(PYTHON)` on PATH, needed 3.11 to 3.13; get it from https://python.org/,' \
	         'or name yours: make PYTHON=python3.12 ...' >&2; exit 1; }
	@'$(PYTHON)' -m scripts.setup $(if $(filter setup,$(MAKECMDGOALS)),--report) \
	    $(if $(filter env,$(MAKECMDGOALS)),>&2)

lint: setup ## ruff and mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

synth: setup ## Write the Terraform JSON of the three stacks and list it
	@$(IN_VENV) main.py
	@wc -c "$${CDKTF_OUTDIR:-cdktf.out}"/stacks/*/cdk.tf.json

test: lint ## lint and all tests; the live ones on an endpoint of their own
	@$(IN_VENV) -m pytest

test-live: setup ## The hands-on, checked at every step: [DESIRED=4] [TARGET=local] [JUNIT=file.xml] [KEEP=1]
	@$(IN_VENV) -m pytest tests/live/test_handson.py --target='$(TARGET)' \
	    $(if $(DESIRED),--desired='$(DESIRED)') $(if $(JUNIT),--junit-xml='$(JUNIT)')

handson: setup ## The hands-on to watch, on an endpoint of its own: [BY=code|cli] [PAUSE=1]
	@$(IN_VENV) -m handson.walkthrough $(if $(BY),--by='$(BY)') $(if $(PAUSE),--pause)

check-target: setup ## Which links of the chain a target has: TARGET=... [ENDPOINT=url]
	@$(IN_VENV) -m handson.preflight --target='$(TARGET)'

bench-synth: setup ## Synthesis with lazy bindings against the stock import
	@$(IN_VENV) -m benchmarks.synth

deploy: setup ## Deploy all stacks by Terraform directly: [DESIRED=1] [TARGET=local] [STATE=folder]
	@$(IN_VENV) -m $(if $(STATE),handson.kept_run deploy '$(STATE)',handson.stack_verbs deploy --target='$(TARGET)' \
	    $(if $(DESIRED),--desired='$(DESIRED)'))

scale: setup ## Change the number of tasks: DESIRED=n [TARGET=local]
	@$(IN_VENV) -m handson.stack_verbs scale --target='$(TARGET)' $(if $(DESIRED),--desired='$(DESIRED)')

status: setup ## What is desired, running, registered and in DNS; exit 0 only when they agree
	@$(IN_VENV) -m $(if $(STATE),handson.kept_run status '$(STATE)',handson.stack_verbs status --target='$(TARGET)')

destroy: setup ## Destroy the deployment, or with STATE=folder that of a live run
	@$(IN_VENV) -m $(if $(STATE),handson.kept_run destroy '$(STATE)',handson.stack_verbs destroy --target='$(TARGET)')

leaks: setup ## What a target still has of the project's, and what removes it: [RUN=id] [AGE=2h]
	@$(IN_VENV) -m handson.leaks --target='$(TARGET)' $(if $(RUN),--run='$(RUN)') $(if $(AGE),--age='$(AGE)')

vpc: setup ## Make the article's VPC on an endpoint that has none: TARGET=localstack [ENDPOINT=url]
	@$(IN_VENV) -m handson.network make --target='$(TARGET)'

vpc-destroy: setup ## Remove the VPC that `make vpc` made
	@$(IN_VENV) -m handson.network destroy --target='$(TARGET)'

local-up: setup ## Start the embedded AWS endpoint in the background (LOCALAWS_PORT, default 4566)
	@scripts/localaws up

local-down: setup ## Stop it; what was deployed there is gone with it
	@scripts/localaws down

local-status: setup ## Is it running, and where
	@scripts/localaws status

env: setup ## Shell lines; eval "$(make -s env)" puts your shell inside the endpoint's VPC
	@$(IN_VENV) -m handson.vpc_shell

lock: setup ## Write the lock files anew from pyproject.toml, requirements-uv.lock and package.json
	@cp requirements.lock requirements-uv.lock .state/
	@$(COMPILE) pyproject.toml --group dev --universal -o .state/requirements.lock
	@sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements-uv.lock | \
	    $(COMPILE) - -o .state/requirements-uv.lock
	@{ echo '# Locked from pyproject.toml by `make lock`; installed with --require-hashes.'; \
	    cat .state/requirements.lock; } > requirements.lock
	@mv .state/requirements-uv.lock requirements-uv.lock
	@npm install --package-lock-only

clean: ## Remove all that was generated, unless a Terraform state still holds resources
	@'$(PYTHON)' -m scripts.setup.clean
