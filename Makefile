# Nozimite. `make` alone says what there is. Needs python3 (3.11 or newer) with venv, and make; nothing else.

PYTHON ?= python3
OUT ?= demo-out
# Examples for each fuzzed target in the long runs; unset, tests/amounts.py says how many.
FUZZ ?=
# More for pytest: make test ARGS='tests/story -x'
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
LOCK_ARGS ?=
# The languages beside English, in which the sentences stand in the sources.
TRANSLATED := lv
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard lti_tool/translations/*/LC_MESSAGES/messages.po))

OTHERS := tests/interop/node_modules/made.stamp

# A virtual environment whose Python is gone (an upgraded system, a moved folder) is made anew.
ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
$(shell rm -rf $(VENV))
endif

export PYTHONUTF8 := 1

.PHONY: help
help: ## this list
	@echo 'Nozimite: a completion in Moodle or Canvas becomes a signed Open Badge.'
	@echo
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | while IFS='	' read -r name what; do \
		printf '  make %-11s %s\n' "$$name" "$$what"; done

.PHONY: demo
demo: $(VENV)/run.stamp $(CATALOGUES) ## the whole product and a small LMS on this machine; Ctrl-C stops it
	@exec $(PY) -m lti_tool demo $(ARGS)

.PHONY: demo-once
demo-once: $(VENV)/run.stamp $(CATALOGUES) ## the whole story without a person; its badges are in OUT=DIR
	@exec $(PY) -m lti_tool demo --once --out '$(OUT)' $(ARGS)

PYTEST := $(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

# mypy keeps one processor busy for a minute, and npm waits for the network.
BEFORE_TESTS := +@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check interop

.PHONY: test
test: ## every check and test, with small counts; names what was left out
	$(BEFORE_TESTS)
	@exec $(PYTEST) $(ARGS)

.PHONY: test-long
test-long: ## the same tests with full counts, for hours; writes tests/long-results.json, to be committed
	$(BEFORE_TESTS)
	@NOZIMITE_LONG=1 NOZIMITE_FUZZ=$(FUZZ) $(PYTEST) -p tests.figures --timeout 7200 $(ARGS)

# Pictures take as long as the tests themselves, which run all the same.
.PHONY: shots
shots: $(VENV)/dev.stamp $(CATALOGUES) ## every page and state at 360, 768 and 1280 px, as pictures on one page: OUT=DIR
	@mkdir -p '$(OUT)/shots'
	@NOZIMITE_SCREENSHOTS='$(abspath $(OUT))/shots' $(PYTEST) tests/browser $(ARGS); result=$$?; \
		PYTHONPATH=. $(PY) tests/browser/contact_sheet.py '$(OUT)' && exit $$result

.PHONY: coverage
coverage: $(VENV)/dev.stamp $(CATALOGUES) interop ## line coverage by room; ARGS=tests/signing for some tests only
	@$(PY) -m coverage erase
	@$(subst -m pytest,-m coverage run -m pytest,$(PYTEST)) $(ARGS); result=$$?; \
		$(PY) -m coverage combine --quiet && $(PY) tests/coverage_by_room.py && exit $$result

.PHONY: check
check: $(VENV)/dev.stamp $(CATALOGUES) ## style (ruff) and types (mypy), in seconds
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

.PHONY: hooks
hooks: $(VENV)/dev.stamp ## check what is staged before each commit, in this clone
	@$(PY) -m pre_commit install

.PHONY: interop
interop: $(OTHERS) ## other verifiers, which the tests ask about our badges; needs node and npm

.PHONY: bench
bench: $(VENV)/dev.stamp ## speed and memory beside other libraries; writes tests/bench/results.json
	@PYTHONPATH=. $(PY) tests/bench/run.py $(ARGS)

.PHONY: fields
fields: $(VENV)/dev.stamp ## write the table of a template's fields in badges/README.md anew
	@PYTHONPATH=. $(PY) tests/house/fields_table.py

.PHONY: doctor-table
doctor-table: $(VENV)/dev.stamp ## write the table of what `doctor` finds in README.md anew
	@PYTHONPATH=. $(PY) tests/house/doctor_table.py

.PHONY: image-walk
image-walk: $(VENV)/dev.stamp $(CATALOGUES) ## web and worker in the image of tests/image/build.sh; needs podman, and root
	@$(PY) -m pytest tests/image/in_image.py $(ARGS)

.PHONY: release-data
release-data: $(VENV)/dev.stamp $(CATALOGUES) ## write anew what is kept of this version: backup, journal, badges, migrations
	@PYTHONPATH=. $(PY) tests/release/make.py

.PHONY: fuzz
fuzz: $(VENV)/dev.stamp ## the part of test-long with random bytes; FUZZ=100000 for longer, there too
	@NOZIMITE_LONG=1 NOZIMITE_FUZZ=$(FUZZ) $(PY) -m pytest tests/fuzz --timeout 0 $(ARGS)

.PHONY: setup
setup: $(VENV)/run.stamp $(CATALOGUES) ## what the tool needs to run, in .venv

.PHONY: catalogues
catalogues: $(CATALOGUES) ## the translations, ready for use

.PHONY: messages
messages: $(VENV)/dev.stamp ## take new sentences of the sources into the translations
	$(PY) -m babel.messages.frontend -q extract -F pyproject.toml -k _l -k lazy_gettext -k lazy_ngettext:1,2 \
		-k PlatformError -k NotOnPlatformError -k ScopeRefusedError -k UnknownCodeError -k OutgoingError -k StatusError -k TooLargeError -k DeliveryError -k ConsentLostError -k NoModulesError \
		--project Nozimite --no-location -o $(VENV)/messages.pot .
	for language in $(TRANSLATED); do \
		$(PY) -m babel.messages.frontend -q update --init-missing -l $$language -i $(VENV)/messages.pot \
			-d lti_tool/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 110 || exit 1; \
	done

.PHONY: lock
lock: ## pin what requirements*.in ask for, by hash; LOCK_ARGS=--upgrade takes newer versions
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	for name in requirements requirements-dev requirements-otel requirements-pkcs11; do \
		UV_CUSTOM_COMPILE_COMMAND='make lock' $(VENV)/lock/bin/uv pip compile --quiet --universal \
			--python-version 3.11 --generate-hashes --no-emit-index-url $(LOCK_ARGS) $$name.in -o $$name.lock || exit 1; \
	done

# In an environment of its own: it needs the network, and nothing else here needs it. --strict fails also where nothing is known.
.PHONY: audit
audit: ## compare what is pinned with known weaknesses, by pip-audit; needs the network
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	for name in requirements requirements-dev requirements-otel; do \
		$(VENV)/audit/bin/pip-audit --strict --require-hashes --disable-pip -r $$name.lock || exit 1; \
	done

.PHONY: images
images: ## write today's digests of the container images into docker/; needs docker
	@docker/pin-images.sh

.PHONY: clean
clean: ## remove what make has made; the data in var/ stays
	rm -rf $(VENV) tests/interop/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* demo-out
	rm -f lti_tool/translations/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- What the targets need, made once ---

$(VENV)/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Nozimite needs Python 3.11 or newer; $(PYTHON) is not. Name another: make demo PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo 'Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@touch $@

# uv is taken where there is one, for it is faster; where it cannot reach the packages, pip may.
define install
@echo 'Setting up $(VENV) from $<; the first time takes a minute ...'
@{ command -v uv >/dev/null && uv pip install --quiet --python $(PY) --require-hashes -r $<; } || \
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
@touch $@
endef

$(VENV)/run.stamp: requirements.lock $(VENV)/made.stamp
	$(install)

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/made.stamp
	$(install)

# Where they cannot be had, the tests that need them are left out, and say so.
$(OTHERS): tests/interop/package-lock.json
	@if command -v npm >/dev/null; then \
		cd $(<D) && npm ci --silent && touch node_modules/made.stamp || \
		echo 'The other verifiers could not be installed; tests that need them are left out.' >&2; \
	fi

# Babel comes with what the tool needs to run; the development lock brings the same one.
%.mo: %.po | $(VENV)/run.stamp
	@$(PY) -m babel.messages.frontend --quiet compile -i $< -o $@
