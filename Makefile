# The commands of the project. The first of them sets everything up; the next ones find it done.
PYTHON := .venv/bin/python
READY := .venv/.ready

.PHONY: run test check coverage bench fuzz resolve clean

run: $(READY)
	@$(PYTHON) -m app.main --demo

test: check
	$(PYTHON) -m pytest -n logical --maxprocesses 8 --dist worksteal

check: $(READY)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# What no test reaches, by package: branch coverage, child processes included. A look, not a gate.
coverage: $(READY)
	$(PYTHON) -m pytest -n logical --maxprocesses 8 --dist worksteal --cov --cov-report=
	@for package in m2fnet_core trainer app; do echo $$package; $(PYTHON) -m coverage report --include "$$package/*" --format total; done

bench: $(READY)
	$(PYTHON) -m benchmarks

# Whether every system finds a wheel of everything, extras too: a dry run that installs nothing. Qt's wheels need glibc 2.34.
PYTHONS ?= 3.11 3.12 3.13
SYSTEMS := x86_64-manylinux_2_34 windows macos
resolve:
	@set -e; for python in $(PYTHONS); do for system in $(SYSTEMS); do \
		uv pip compile pyproject.toml --all-extras --python-version $$python --python-platform $$system --quiet -o /dev/null; \
		echo "$$system, Python $$python: resolved"; \
	done; done

# Damaged files through every reader: some minutes, the same ones every time.
fuzz: $(READY)
	$(PYTHON) -m benchmarks.fuzz

clean:
	rm -rf .venv

$(READY): pyproject.toml tools/setup.sh
	@sh tools/setup.sh
	@touch $(READY)
