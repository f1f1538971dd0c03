# Encore. `make start` runs it, `make demo` shows it with a simulated shop, `make test` checks all of it.
# A bare machine needs Python 3.11 or newer and make; everything else is set up here.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
OPTIONS = $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))
TESTS ?= tests
# Tests keep a database of their own beside the shop's.
TEST_VAR := $(CURDIR)/var/test
DOVECOT := PATH="$$PATH:/usr/sbin" command -v dovecot

.PHONY: help setup setup-dev tools start demo stop backup restore test lint unit test-services bench soak

help:
	@echo "make start          run Encore: http://127.0.0.1:8000 (HOST=, PORT= to change)"
	@echo "make demo           the same with a simulated shop in a database of its own"
	@echo "make stop           stop the PostgreSQL that other commands left running"
	@echo "make backup         save the database to var/backup; make restore FILE=... brings it back"
	@echo "make test           lint, types, contracts, translations and all tests"
	@echo "make test-services  the flow tests on this machine's PostgreSQL, RabbitMQ and Redis"
	@echo "make lint           everything of make test that is not a test"
	@echo "make bench          the measurements"
	@echo "make soak           workers killed two hundred times under load; all orders of a real shop through every door"

setup: $(VENV)/.ready
setup-dev: $(VENV)/.ready-dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Encore needs Python 3.11 or newer. Name one: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh .ci/tools python3-venv
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "A virtual environment cannot be made. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.ready: $(BIN)/python requirements.txt constraints.txt
	@echo "Installing what Encore runs on ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	@echo "Installing what working on Encore needs ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

tools:
	@sh .ci/tools chromium smtp-sink xgettext dovecot

start: setup
	@$(MANAGE) start $(OPTIONS)

demo: setup
	@$(MANAGE) start --demo $(OPTIONS)

stop: setup
	@$(MANAGE) stop

backup: setup
	@$(MANAGE) backup

restore: setup
	@$(MANAGE) restore $(FILE)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo
	ENCORE_VAR=$(TEST_VAR) $(MANAGE) makemigrations --check --dry-run
	ENCORE_VAR=$(TEST_VAR) $(MANAGE) translations --check

unit: setup-dev tools
	ENCORE_VAR=$(TEST_VAR) $(MANAGE) translations
	@command -v chromium >/dev/null || echo "WITHOUT CHROMIUM: the browser tests are left out."
	@$(DOVECOT) >/dev/null || echo "WITHOUT DOVECOT: the mailbox tests are left out."
	ENCORE_VAR=$(TEST_VAR) $(BIN)/pytest -q -n 2 --dist worksteal --durations=15 \
		-m "not services $$(command -v chromium >/dev/null || echo 'and not browser') \
			$$($(DOVECOT) >/dev/null || echo 'and not imap')" $(TESTS) && \
	ENCORE_VAR=$(TEST_VAR) CELERY_BROKER_URL=filesystem:// $(BIN)/pytest -q -m services $(TESTS); \
		status=$$?; ENCORE_VAR=$(TEST_VAR) $(MANAGE) stop >/dev/null; exit $$status

test: tools lint unit test-services

test-services: setup-dev
	ENCORE_VAR=$(TEST_VAR) $(MANAGE) translations
	@sh .ci/services $(BIN)

bench: setup-dev tools
	ENCORE_VAR=$(CURDIR)/var/bench $(BIN)/python -m benchmarks; \
		status=$$?; ENCORE_VAR=$(CURDIR)/var/bench $(MANAGE) stop >/dev/null; exit $$status

soak: setup-dev
	ENCORE_VAR=$(CURDIR)/var/bench $(BIN)/python benchmarks/engine_load.py --kills 200 && \
	ENCORE_VAR=$(CURDIR)/var/bench ENCORE_DOORS_ORDERS=0 $(BIN)/pytest -q tests/journeys/test_doors.py && \
	ENCORE_VAR=$(CURDIR)/var/bench $(BIN)/pytest -q --hypothesis-profile=default \
		$$(grep -rl "from hypothesis" tests --include="test_*.py"); \
		status=$$?; ENCORE_VAR=$(CURDIR)/var/bench $(MANAGE) stop >/dev/null; exit $$status
