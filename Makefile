.DEFAULT_GOAL := help
BIN := .venv/bin
POT := helpline/locale/messages.pot

# The first Python on the PATH that is new enough; `make PYTHON=/path/to/python` names another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: .venv/.base ## Start it all with demonstration people, at HOST and PORT (127.0.0.1:8000)
	@$(BIN)/helpline run --demo

# What a minute is enough for; TESTS=tests/doors names others.
TESTS ?= tests/pure tests/test_house.py tests/test_texts.py helpline scheduling

check: lint types rooms ## What should pass before every commit: under a minute
	@env -u TEST_DATABASE_URL $(BIN)/pytest -q -n2 --dist=worksteal -m "not browser and not drill and not postgres" $(TESTS)

test: .venv/.dev ## Everything, on SQLite and PostgreSQL and in a browser (POSTGRES=own|none)
	@$(BIN)/python -m tests.everything $(if $(POSTGRES),--postgres $(POSTGRES)) $(if $(BROWSER),--browser $(BROWSER))

drill: .venv/.dev ## The failure drills in their long form, on both databases
	@$(BIN)/python -m tests.everything --drills $(if $(POSTGRES),--postgres $(POSTGRES))

bench: .venv/.dev ## Measure the goals of docs/performance.md
	@$(BIN)/helpline bench

lint: .venv/.dev ## Style and formatting
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .

types: .venv/.dev ## Types, strictly
	@$(BIN)/mypy

rooms: .venv/.dev ## Who may import whom
	@$(BIN)/lint-imports --no-logo >/dev/null || $(BIN)/lint-imports --no-logo

texts: .venv/.dev ## Gather the sentences to translate, and bring every catalogue up to date
	@$(BIN)/pybabel --quiet extract --mapping babel.cfg --output $(POT) --width 100 --sort-by-file --add-location file \
		--omit-header --add-comments "Translators:" \
		$(addprefix --keyword ,N_ _l lazy_gettext n_:1,2 p_:1c,2 np_:1c,2,3) .
	@$(BIN)/pybabel --quiet update --input-file $(POT) --output-dir $(dir $(POT)) --width 100 \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

install: .venv/.dev ## Make .venv with everything for developing

lock: .venv/.dev ## Write constraints.txt anew from pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
		--no-header --no-annotate -o constraints.txt pyproject.toml

clean: ## Remove the environment and all caches; data stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results dist
	find . -name __pycache__ -prune -exec rm -rf {} +

# Installed is what these stamps say, until the dependencies change.
.venv/.base: EXTRA := postgres
.venv/.dev: EXTRA := dev
.venv/.base .venv/.dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing what Warmline needs ($(EXTRA)) into .venv ..."
	@if command -v uv >/dev/null; \
	then uv pip install --quiet --python $(BIN)/python --constraints constraints.txt --editable '.[$(EXTRA)]'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[$(EXTRA)]'; fi
	@touch $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Warmline needs Python 3.11 or newer, and none is on the PATH: install it, or say make PYTHON=/path/to/python."; exit 1; }
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then $(PYTHON) -m venv .venv; \
	elif command -v uv >/dev/null; then uv venv --quiet --allow-existing --python $(PYTHON) .venv; \
	else echo "This Python lacks its venv module. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; fi

.PHONY: help run check test drill bench lint types rooms texts install lock clean
