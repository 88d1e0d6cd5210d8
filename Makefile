# The four commands of the project. The first of them sets everything up; the next ones find it done.
PYTHON := .venv/bin/python
READY := .venv/.ready

.PHONY: run test check bench clean

run: $(READY)
	@$(PYTHON) -m app.main --demo

test: check
	$(PYTHON) -m pytest -n logical --maxprocesses 8 --dist worksteal

check: $(READY)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: $(READY)
	$(PYTHON) -m benchmarks

clean:
	rm -rf .venv

$(READY): pyproject.toml tools/setup.sh
	@sh tools/setup.sh
	@touch $(READY)
