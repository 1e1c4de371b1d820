# Every target is one script: what a laptop runs, the continuous integration runs.
# Each prepares what it needs; `make setup` alone is never necessary.

.DEFAULT_GOAL := help
.PHONY: help demo hub test hostile browser hubs service faults marks lint typecheck format bench docs pictures setup lock clean

# nbgrader looks for `alembic` on PATH.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## say what the targets do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## walk the whole road in build/demo, from briefs to released feedback
	@scripts/demo

hub: ## start a JupyterHub with the sample course in build/hub, until Ctrl+C
	@scripts/hub

test: ## lint, types, rooms, tests of the built wheel, and every notebook
	@scripts/test

hostile: ## attack plain nbgrader and us, and write what came of it into docs/security.md
	@scripts/test-hostile

marks: ## compare marks with nbgrader on its own notebooks and on generated submissions
	@scripts/test -m "suite or not suite" tests/course/grade/test_plain_same_marks.py

browser: ## widgets, review room and instructor's desk in real servers, by clicks and by keys
	@scripts/test -m "suite or not suite" tests/widgets/browser tests/widgets/service tests/course/instructor_desk tests/course/review/room_page

hubs: ## real hubs: every role against every action, boxes attacked, known troubles
	@scripts/test -m "suite or not suite" --ignore tests/hub/test_faults.py --ignore tests/hub/test_load.py \
		tests/hub tests/course/review/hub_door tests/course/deploy

service: ## the course service under generated requests, nbgrader's own exchange tests, attacks on variants
	@scripts/test -m "suite or not suite" --timeout 900 tests/course/service tests/course/exchange_service tests/course/publish/test_variant_attacks.py

faults: ## kill, starve and fill up everything while it grades; prints its figures
	@scripts/test-faults
	@scripts/test -m "suite or not suite" tests/hub/test_faults.py tests/hub/test_load.py

lint: ## ruff, its formatter, and the rooms' import rule
	@scripts/lint

typecheck: ## mypy, strict
	@scripts/typecheck

format: ## let ruff format and repair what it can
	@scripts/format

bench: ## run every benchmark; each prints a ratio against a peer
	@scripts/bench

docs: ## render the documentation into build/docs and check its links
	@scripts/docs

pictures: ## take the widgets' pictures for the documentation again
	@scripts/widget-pictures

setup: ## make .venv with the locked libraries and the built wheel
	@scripts/setup

lock: ## renew uv.lock within pyproject.toml's bounds, then what is made from it
	@scripts/lock

clean: ## remove what was built and the tools' caches; .venv and course/work stay
	@scripts/clean
