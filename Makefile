# Everything runs inside .venv, which `setup` makes from requirements.lock. `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
ROOMS := core crawlers indexer review_app alerts config
# One more than processors: much of a test is waiting (browsers, servers, other processes).
WORKERS ?= 3
PYTEST_ARGS ?=
BENCH_ARGS ?=
DATA ?=
EVALUATE_ARGS ?=

.PHONY: help setup demo run test long soak bench evaluate check lint format types imports house settings lock clean

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

setup: ## Make .venv and install the locked libraries (at once when nothing changed)
	@sh scripts/setup

demo: setup ## The product on a sample press: address and sample accounts are printed, Ctrl-C stops it all
	@exec .venv/bin/lamro demo

run: setup ## The product on real sources, in ./var (LAMRO_HOME)
	@test -e "$${LAMRO_HOME:-var}" || .venv/bin/lamro init
	@exec .venv/bin/lamro serve

test: setup ## Every test that this machine can run; the last lines say which engines took part
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

long: setup ## The wide tables over whole processes that `make test` leaves out; .ci/run runs both
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m long --timeout 900 $(PYTEST_ARGS)

soak: setup ## Long runs: kill loops (LAMRO_TEST_KILL_ROUNDS=200)
	@$(PY) -m pytest -q -m soak --timeout 7200 $(PYTEST_ARGS) tests/soak

bench: setup ## Ratios against the sum of the best parts, feeds a second, memory; with BENCH_ARGS="--scale 10000,100000" at scale; writes docs/benchmarks.md
	@PYTHONPATH=. $(PY) -m bench --write docs/benchmarks.md $(BENCH_ARGS)

evaluate: setup ## Precision, recall, F1 on labelled cases against their floors; DATA=folder adds real sets
	@PYTHONPATH=. $(PY) -m evaluation $(if $(DATA),--data $(DATA)) $(EVALUATE_ARGS)

check: lint types imports test ## All checks, then all tests

lint: setup ## ruff: rules and format
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

format: setup ## Let ruff rewrite what it can
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

types: setup ## mypy, strict
	@$(PY) -m mypy

imports: setup ## Who may import whom
	@PYTHONPATH=. .venv/bin/lint-imports --no-cache --no-logo

house: setup ## The rules of the house: names, sizes, docs, distribution
	@$(PY) -m pytest -q tests/house

settings: setup ## Write docs/settings.md from the settings themselves
	@PYTHONPATH=. $(PY) scripts/settings_page.py docs/settings.md

lock: ## Work out requirements.lock again (needs uv on PATH)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --no-emit-package lamro --only-binary :all: --python-version 3.11 --quiet \
	  --custom-compile-command 'make lock' -o requirements.lock

clean: ## Delete what was built and cached; ./var and .venv stay
	rm -rf build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(ROOMS) tests -name __pycache__ -type d -prune -exec rm -rf {} +
