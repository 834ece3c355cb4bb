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

# Each file call of the publishing of an output fails or ends the process; then random ones of whole builds.
torture: .venv
	$(BIN)/python tests/torture/torture.py publish
	$(BIN)/python tests/torture/torture.py build
	$(BIN)/python tests/torture/torture.py build --warm --count 200

docs: .venv
	$(BIN)/mkdocs build --strict

# Pages and schemas from the code, and the pictures from a build of the tutorial: make pages BUILD=dist/model-1.0.0
pages: .venv
	$(BIN)/python docs/generate.py
	$(if $(BUILD),$(BIN)/python docs/pictures.py $(BUILD))

lint: .venv
	$(BIN)/ruff check src tests calibration examples benchmarks docs
	$(BIN)/mypy

.PHONY: example test sweep torture docs pages lint
