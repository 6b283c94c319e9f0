# `make help` lists the targets. Each works as the first command on a fresh clone; all that they
# install goes into .venv/ and .tools/ here. `make test ARGS="-k words"` passes arguments on.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: install demo test check lint rooms types fmt lock wheel image-lint help
export UV_PYTHON_DOWNLOADS := never

PYTHON ?= $(or $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do "$$p" -c 'import sys; sys.version_info >= (3, 11) or sys.exit(1); print(sys.executable)' 2>/dev/null && break; done),$(error Python 3.11 or newer is needed and none was found; install it or say PYTHON=/path/to/it))
UV = $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .tools/bin/uv)
COMPILE = "$(UV)" pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 $(ARGS)

.venv/synced: requirements/dev.txt requirements/uv.txt
	@test "$(UV)" != .tools/bin/uv || { test -x .tools/bin/pip || "$(PYTHON)" -m venv --clear .tools; .tools/bin/python -m pip install -q --require-hashes -r requirements/uv.txt; }
	@test -x .venv/bin/python || { rm -rf .venv && "$(UV)" venv -q --python "$(PYTHON)" .venv; }
	"$(UV)" pip sync -q --python .venv/bin/python --require-hashes requirements/dev.txt
	@touch $@
.venv/installed: .venv/synced pyproject.toml
	"$(UV)" pip install -q --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@touch $@
install: .venv/installed ## make .venv with everything locked, and this checkout in it
demo: install ## the whole way on this machine, without accounts, ending at a page
	.venv/bin/feedback-bridge demo $(ARGS)
test: install ## run the tests
	.venv/bin/pytest $(ARGS)
check: lint image-lint rooms types wheel test ## all that must hold before a change lands
lint: install ## style and formatting
	.venv/bin/ruff check && .venv/bin/ruff format --check
rooms: install ## which room may import which
	.venv/bin/lint-imports
types: install ## types: strict in bridge/, standard in tests/
	.venv/bin/basedpyright --pythonpath .venv/bin/python && .venv/bin/basedpyright --pythonpath .venv/bin/python -p tests/pyrightconfig.json
fmt: install ## format the code and apply the safe fixes
	.venv/bin/ruff check --fix-only && .venv/bin/ruff format
lock: install ## write requirements/*.txt anew from pyproject.toml (ARGS=--upgrade for newer versions)
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra symbols -o requirements/symbols.txt
	$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	$(COMPILE) --group build -o requirements/build.txt
	echo uv | $(COMPILE) - -o requirements/uv.txt
wheel: install ## build the sdist, and the wheel from it, into dist/
	.venv/bin/python -m build --no-isolation
image-lint: install ## check the Dockerfile
	.venv/bin/hadolint Dockerfile
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' Makefile
