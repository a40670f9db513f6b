# Everything goes through .venv; `make run` on a fresh clone needs Python 3.11+, make and a network.
.DEFAULT_GOAL := help
BIN := .venv/bin
WORKERS ?= auto
SEEDS ?= 1 2 3
PARALLEL := --numprocesses $(WORKERS) --dist worksteal
# Tests start hundreds of processes: each would compile the service anew where an environment forbids to keep that.
export PYTHONDONTWRITEBYTECODE :=
PYTEST := $(BIN)/python -m pytest $(PARALLEL)

.PHONY: help run docs translations road chaos client conformance test test-fast fuzz fuzz-api fuzz-readings coverage mutants lint format bench bench-print bench-clones train-clones benchmark-counterfeits lock wheel clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1 - /p' $(MAKEFILE_LIST) | while IFS= read -r line; do \
		printf '  make %-23s %s\n' "$${line%% - *}" "$${line#* - }"; done

run: .venv/run.stamp ## start the service with demonstration records on http://127.0.0.1:8000 (PORT=, HOST=)
	@exec env $(if $(PORT),VIALCHECK_PORT='$(PORT)') $(if $(HOST),VIALCHECK_HOST='$(HOST)') $(BIN)/vialcheck serve --seed

test: .venv/dev.stamp ## run all tests, three processes for two cores (WORKERS=; ARGS= goes to pytest)
	@$(BIN)/python tests/get_tools.py
	$(PYTEST) $(ARGS)

test-fast: .venv/dev.stamp ## run the tests that need no browser and no PostgreSQL, without the slow ones
	$(PYTEST) -m 'not browser and not postgres and not slow' $(ARGS)

fuzz: .venv/dev.stamp ## run the property tests with other seeds (SEEDS='1 2 3'), ten times as many examples each
	@set -e; for seed in $(SEEDS); do \
		$(PYTEST) -m 'hypothesis or fuzz' --hypothesis-profile=fuzz --hypothesis-seed=$$seed $(ARGS); done

coverage: .venv/dev.stamp ## run all tests and print which lines and branches of service/ they reach
	@$(BIN)/python tests/get_tools.py
	@mkdir -p .coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(PARALLEL) $(ARGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutants: .venv/mutants.stamp ## change gs1/ and authenticity/ in thousands of small ways; print what their tests miss
	$(BIN)/mutmut run $(ARGS)
	$(BIN)/python -m tests.mutants

chaos: .venv/dev.stamp ## attack a running service in many ways, for minutes (its short form is in make test)
	$(BIN)/python -m pytest -m chaos tests $(ARGS)

conformance: .venv/dev.stamp ## published suites: GS1's of resolvers (CONFORMANCE=folder), FHIR's definitions
	$(BIN)/python -m pytest -m conformance -rs -n0 tests/web/public/resolver tests/web/api/fhir $(ARGS)

client: .venv/dev.stamp ## generate the Python client into clients/python from the description of the API
	@$(BIN)/python -m scripts.python_client

lint: .venv/dev.stamp ## check style, formatting, types and the contracts between modules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz-readings: .venv/dev.stamp ## random texts and mangled scans through all readings (ARGS='TEXTS SCANS SEED')
	$(BIN)/python -m tests.fuzz_readings $(ARGS)

fuzz-api: .venv/fuzz.stamp ## send chance requests to every operation of the API (CASES=20000)
	$(BIN)/python -m tests.fuzz_api

.venv/fuzz.stamp: .venv/dev.stamp requirements/fuzz.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/fuzz.txt
	@touch $@

.venv/train.stamp: .venv/dev.stamp requirements/train.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/train.txt
	@touch $@

format: .venv/dev.stamp ## mend what the formatter and the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp ## measure, and print each figure with its target
	$(BIN)/python -m tests.bench

bench-print: .venv/dev.stamp ## read printed lots drawn in 12 fonts on 4 surfaces, and print how many are right (ARGS='SEED PRINTS')
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.bench.prints $(ARGS)

benchmark-counterfeits: .venv/run.stamp ## documented fakes, ours beside four plain checks (CASES=theirs.jsonl, ARGS=--json)
	@$(BIN)/python -m tests.counterfeits $(if $(CASES),'$(CASES)') $(ARGS)

# The locks are resolved for every platform, hashed, and name no host.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --fork-strategy fewest $(UPGRADE)

bench-clones: .venv/dev.stamp ## measure how many copied codes a history of scans gives away
	$(BIN)/python -m tests.bench.clones

translations: .venv/dev.stamp ## take new and changed sentences over to every catalogue, and say what is missing or wrong
	$(BIN)/python -m scripts.catalogues extract
	$(BIN)/python -m scripts.catalogues update
	$(BIN)/python -m scripts.catalogues report

train-clones: .venv/train.stamp ## train the trees of the scan history's likelihood again (weights.json)
	$(BIN)/python -m tests.bench.clones.train

docs: .venv/dev.stamp ## write docs/data-model.md from the models, and the picture of README.md
	$(BIN)/python -m scripts.data_model
	$(BIN)/python -m scripts.screenshot

road: .venv/dev.stamp ## trace one check: the modules that it runs through, and how often it climbs back up
	@$(BIN)/python -m scripts.road $(ARGS)

lock: .venv/dev.stamp ## resolve the pinned and hashed requirements again (UPGRADE=--upgrade for newer ones)
	$(BIN)/python -m pip install --quiet 'uv>=0.9'
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) --constraint requirements/run.txt --group build -o requirements/build.txt
	$(COMPILE) --constraint requirements/run.txt --constraint requirements/build.txt \
		pyproject.toml --extra ocr -o requirements/ocr.txt
	$(COMPILE) --group node -o requirements/node.txt
	$(COMPILE) --constraint requirements/run.txt --constraint requirements/build.txt \
		--constraint requirements/ocr.txt pyproject.toml --group dev -o requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt --group mutants -o requirements/mutants.txt
	$(COMPILE) --constraint requirements/dev.txt --group fuzz -o requirements/fuzz.txt
	$(COMPILE) --constraint requirements/dev.txt --group train -o requirements/train.txt

wheel: .venv/dev.stamp ## build dist/vialcheck-*.whl
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove the environment, caches and built files, never data/
	rm -rf .venv dist service/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage mutants

# The stamps are newer than what they were made from, so a second start installs nothing.
PROJECT := requirements/run.txt requirements/build.txt pyproject.toml scripts/install.sh \
	hatch_build.py package.json package-lock.json

.venv/run.stamp: $(PROJECT)
	@PYTHON='$(PYTHON)' scripts/install.sh run
	@touch $@

# dev.txt contains run.txt at the same versions (a test holds that), so it serves for `make run` too.
.venv/dev.stamp: requirements/dev.txt $(PROJECT)
	@PYTHON='$(PYTHON)' scripts/install.sh dev
	@touch .venv/run.stamp $@

.venv/mutants.stamp: requirements/mutants.txt .venv/dev.stamp
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/mutants.txt
	@touch $@
