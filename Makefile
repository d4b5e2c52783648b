# The doors of this project. Each does its own set-up and may be run again at any time.
.DEFAULT_GOAL := help
.PHONY: help demo test test-app test-apps check bench dev format lock screenshots
SHELL := /bin/bash
run := .venv/bin/
# The doors start hundreds of processes, so compiled modules are kept whatever the shell or the image says.
unexport PYTHONDONTWRITEBYTECODE

help:  ## list the doors
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

.venv/.ready: pyproject.toml requirements.lock scripts/bootstrap hatch_build.py $(wildcard frontend/*)
	@scripts/bootstrap

recipes := scripts/install-apps $(wildcard scripts/apps/* lab/requirements/*.txt lab/*/package-lock.json)

.apps/.ready: $(recipes) .venv/.ready
	@scripts/install-apps

.apps/.ready-for-all: $(recipes) .venv/.ready
	@scripts/install-apps --all

.apps/.ready-for-demo: scripts/install-apps lab/requirements/scim2-server.txt .venv/.ready
	@scripts/install-apps demo

demo: .apps/.ready-for-demo  ## play an identity provider against two real apps and watch (ARGS=--exit ends when proven)
	@$(run)python -m demo $(ARGS)

test: .apps/.ready lint  ## everything CI runs: checks, then every test against real PostgreSQL and real apps
	@$(run)pytest -n auto --dist loadgroup -m "not heavy" --ignore tests/pages $(ARGS)
	@$(run)pytest tests/pages

test-app: .venv/.ready  ## hold one app of the catalog against the real thing (APP=redmine)
	@scripts/install-apps $(APP)
	@$(run)pytest tests/apps/test_$(subst -,_,$(APP)).py $(ARGS)

test-apps: .apps/.ready-for-all  ## the same for every app there is, with those too heavy for make test
	@$(run)pytest -n auto --dist loadfile tests/apps tests/lab $(ARGS)
	@$(run)pytest -n auto --dist loadgroup -m heavy --ignore tests/apps --ignore tests/lab --ignore tests/pages $(ARGS)

lint: .venv/.ready
	@$(run)ruff format --check --quiet . && $(run)ruff check --quiet .
	@$(run)mypy
	@$(run)lint-imports --no-logo

check: .venv/.ready lint  ## format, lint, types, contracts and the fast tests: pages, commands and processes left out
	@$(run)pytest -n $$(($$(nproc) * 3 / 2)) --hypothesis-profile=quick -m "not live and not slow and not heavy" \
		--ignore tests/web --ignore tests/pages --ignore tests/journeys --ignore tests/cli --ignore tests/bootstrap $(ARGS)

bench: .apps/.ready  ## measure speed as ratios within one run (ARGS=--scale: 500,000 people, large groups)
	@scripts/system-packages wrk
	@$(run)python -m bench $(ARGS)

dev: .venv/.ready  ## serve web and worker from this checkout, with its data in .seatkeeper
	@$(run)seatkeeper serve

screenshots: .apps/.ready  ## take the pictures of README and docs anew, of real apps at play
	@$(run)python -m screens

format: .venv/.ready  ## format the code and apply safe fixes
	@$(run)ruff format . && $(run)ruff check --fix .

lock: .venv/.ready  ## resolve the dependencies anew into requirements.lock
	@scripts/lock
