# Two commands on a fresh machine: `make run` and `make test`. Everything is kept inside this folder.
.PHONY: help run setup test test-sqlite test-postgresql test-redis fuzz chaos check messages docs screenshots secrets audit format lock bench clean
.DEFAULT_GOAL := help

PYTHON ?= python3
V := .venv
PORT ?= 8000
export PORT
# Without those to which it is all the same who delivers, and that take long.
REDIS_TESTS := tests/jobs tests/chaos/test_processes.py tests/commands/test_recover_jobs.py \
  -k "not state_machine and not model and not many_times and not stopped and not hangs"
export UV_PYTHON_PREFERENCE := only-system
export UV_CACHE_DIR := $(CURDIR)/var/cache/uv
export PIP_CACHE_DIR := $(CURDIR)/var/cache/pip

help:
	@echo "make run     set up, load demo data, start web and worker (PORT=8000, DATABASE_URL=sqlite:///var/db.sqlite3)"
	@echo "make test    set up, run every test on SQLite and on PostgreSQL, and those of the jobs with Redis"
	@echo "make fuzz    call the API as its schema says and forbids, for long (FUZZ_EXAMPLES=200)"
	@echo "make chaos   kill, stop and cut off web, workers, database and whole hosts for long (CHAOS_SECONDS=600)"
	@echo "make check   format, lint, types, import contracts, migrations, translations, docs, secrets, vulnerabilities"
	@echo "make messages  bring the translations in locale/ in step with the code, say what is missing, and compile them"
	@echo "make docs    build the site of the docs into var/docs, with openapi.json beside it"
	@echo "make screenshots  take the pictures of README and docs anew, in light and dark (needs Chromium)"
	@echo "make audit   ask PyPI for known vulnerabilities of what requirements.lock names (needs the internet)"
	@echo "make bench   measure jobs and lists on both databases (ARGS=--full takes a million codes)"
	@echo "make lock    compile requirements.lock, and those in deploy without what only developers need, anew"

$(V)/.synced: requirements.lock
	test -x $(V)/bin/python || $(PYTHON) -m venv $(V)
	$(V)/bin/python -m pip install --quiet "uv==0.13.9"
	$(V)/bin/uv pip sync --quiet --require-hashes --python $(V)/bin/python requirements.lock
	touch $@

.env: .env.example | $(V)/.synced
	$(V)/bin/python tools/make_env.py

setup: $(V)/.synced .env

run: setup
	$(V)/bin/python manage.py migrate --verbosity 0
	$(V)/bin/python manage.py collectstatic --noinput --verbosity 0
	LOG_LEVEL=WARNING $(V)/bin/python manage.py seed_demo
	$(V)/bin/honcho start --port $(PORT) || test $$? -eq 130

test: test-sqlite test-postgresql test-redis

# Each writes into a folder of its own, so that they can run at a time: make --jobs=3 test
test-sqlite: export VAR_DIR := $(CURDIR)/var/test-sqlite
test-postgresql: export VAR_DIR := $(CURDIR)/var/test-postgresql

# What proves the same on every database runs on one only: in a browser here, all else that is marked so on PostgreSQL.
test-sqlite: $(V)/.synced
	$(V)/bin/python -m pytest -m "not once" $(ARGS)

test-postgresql: $(V)/.synced
	$(V)/bin/python tools/with_postgresql.py $(V)/bin/python -m pytest --ignore tests/browser $(ARGS)

# The tests of the jobs once more, with a Redis that delivers them.
test-redis: export VAR_DIR := $(CURDIR)/var/test-redis
test-redis: $(V)/.synced
	$(V)/bin/python tools/with_redis.py $(V)/bin/python tools/with_postgresql.py $(V)/bin/python -m pytest $(REDIS_TESTS) $(ARGS)

fuzz: $(V)/.synced
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-200} $(V)/bin/python -m pytest tests/fuzz $(ARGS)

chaos: export DJANGO_SETTINGS_MODULE = tests.settings
chaos: $(V)/.synced
	$(V)/bin/python -m tests.chaos.storm --seconds $${CHAOS_SECONDS:-600} $(ARGS)
	$(V)/bin/python tools/with_postgresql.py $(V)/bin/python -m tests.chaos.storm --seconds $${CHAOS_SECONDS:-600} $(ARGS)
	$(V)/bin/python -m tests.deploy.many_hosts --seconds $${CHAOS_SECONDS:-600}

check: $(V)/.synced
	$(V)/bin/ruff format --check .
	$(V)/bin/ruff check .
	$(V)/bin/mypy
	$(V)/bin/lint-imports
	$(V)/bin/python -m django makemigrations --check --dry-run --settings tests.settings
	$(V)/bin/python tools/messages.py --check
	$(V)/bin/python -m django check --deploy --fail-level WARNING --settings tests.production
	$(MAKE) --no-print-directory secrets
	$(V)/bin/python tools/audit.py
	$(MAKE) --no-print-directory docs

# Passwords in the code are ruff's; what is left out here are the ones of examples, and checksums.
secrets: $(V)/.synced
	$(V)/bin/detect-secrets-hook --no-verify --disable-plugin KeywordDetector --exclude-files '(^|/)requirements\.lock$$' \
	  --exclude-secrets '^(?i:password)$$' $$(git ls-files)

# --strict: where nobody can be asked, that is an error, not a clean bill.
audit: $(V)/.synced
	$(V)/bin/python tools/audit.py --strict

# The API's description is checked on the way. material's note about its own future is for its makers.
docs: export NO_MKDOCS_2_WARNING = true
docs: $(V)/.synced
	$(V)/bin/python -m mkdocs build --quiet --strict
	$(V)/bin/python -m django spectacular --fail-on-warn --validate --format openapi-json --file var/docs/openapi.json \
	  --settings tests.settings

messages: $(V)/.synced
	$(V)/bin/python tools/messages.py

screenshots: setup
	$(V)/bin/python manage.py collectstatic --noinput --verbosity 0
	$(V)/bin/python tools/screenshots.py

format: $(V)/.synced
	$(V)/bin/ruff format .
	$(V)/bin/ruff check --fix .
	$(V)/bin/python tools/describe_errors.py

LOCK := compile pyproject.toml --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet

lock: $(V)/.synced
	$(V)/bin/uv pip $(LOCK) --group dev --extra tracing -o requirements.lock
	$(V)/bin/uv pip $(LOCK) --constraint requirements.lock -o deploy/requirements.lock
	$(V)/bin/uv pip $(LOCK) --constraint requirements.lock --extra tracing -o deploy/requirements-tracing.lock

clean:
	rm -rf $(V) var

bench: $(V)/.synced
	$(V)/bin/python -m benchmarks.bulk --both $(ARGS)
	$(V)/bin/python -m benchmarks.lists --both
