# Short names for the commands of README.md; nothing here that cannot be typed.
PYTHON ?= python3
BIN = .venv/bin

.venv: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[mcu,test]'
	touch .venv

example: .venv
	$(BIN)/python calibration/digits/make.py examples/digits/images
	$(BIN)/espalier build examples/digits/recipe.toml

test: .venv
	$(BIN)/python -m pytest -n 2

sweep: .venv
	$(BIN)/python -m pytest -n 2 -m sweep

lint: .venv
	$(BIN)/ruff check src tests calibration examples benchmarks
	$(BIN)/mypy

.PHONY: example test sweep lint
