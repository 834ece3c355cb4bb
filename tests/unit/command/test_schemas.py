"""The JSON Schemas that ship: what an editor accepts and refuses is what the readers accept and refuse."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from espalier import cli
from espalier.command.schema import NAMES, schema
from espalier.errors import EspalierError
from espalier.layers.advice import LayerFacts
from espalier.recipe_file import parse_recipe
from espalier.row_parts import ExplainedLayer
from espalier.tables import parse_table
from espalier.target import Target, load_target

jsonschema = pytest.importorskip("jsonschema", reason="pip install -e '.[test]' installs jsonschema")
ROOT = Path(__file__).parents[3]
RECIPE = (ROOT / "examples/digits/recipe.toml").read_text()
BOARD = (ROOT / "targets/cortex-m4.toml").read_text()


def _validator(name: str) -> Any:
    return jsonschema.Draft202012Validator(json.loads(schema(name)))


def _wrong(name: str, text: str) -> list[str]:
    return [f"{problem.json_path}: {problem.message}" for problem in _validator(name).iter_errors(tomllib.loads(text))]


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_one_of_draft_2020_12_and_describes_every_struct(name: str) -> None:
    found = json.loads(schema(name))
    jsonschema.Draft202012Validator.check_schema(found)
    for part in (found, *found["$defs"].values()):
        assert part["description"], part


def test_the_command_prints_the_file_that_ships() -> None:
    for name in NAMES:
        done = CliRunner().invoke(cli.cli, ["schema", name])
        assert done.exit_code == 0
        assert done.output.encode() == schema(name)


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*/recipe.toml")), ids=lambda path: path.parent.name)
def test_every_example_recipe_validates(path: Path) -> None:
    assert not _wrong("recipe", path.read_text())


@pytest.mark.parametrize("path", sorted(ROOT.glob("targets/*.toml")), ids=lambda path: path.stem)
def test_every_shipped_target_validates(path: Path) -> None:
    assert not _wrong("target", path.read_text())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "digits"', 'name = "Digits"'),
        ('name = "digits"', 'name = "a--b"'),
        ('name = "digits"', 'name = "digits"\naccept = ["fewer"]'),
        ('version = "1.0.0"', 'version = "1.0"'),
        ("[input]", "[input]\nresiz = 'area'"),
        ("[input]", "[inputs]"),
        ("count = 300", "count = -300"),
        ("size = [16, 16]", "size = [16, 16, 1]"),
        ("std = [255.0]", "std = [0.0]"),
        ("[evaluation]", "[evaluation]\ncsv = 'a.csv'"),
        ("amount = 0.3", "amount = 1.5"),
        ('method = "channels"', 'method = "magic"'),
        ('target = "cortex-m4"', 'target = "cortex-m4"\noptimize = "size"'),
        ('target = "cortex-m4"', 'target = "cortex-m4"\nreserve-ram = -1'),
    ],
)
def test_what_the_reader_refuses_the_schema_of_recipes_refuses(old: str, new: str) -> None:
    assert old in RECIPE
    text = RECIPE.replace(old, new, 1)
    assert _wrong("recipe", text)
    with pytest.raises(EspalierError):
        parse_recipe(text.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "cortex-m4"', 'name = "Cortex M4"'),
        ('bundle = "firmware"', 'bundle = "zip"'),
        ('kind = "microcontroller"\n', ""),
        ('io-dtype = "int8"', 'io_dtype = "int8"'),
        ("value = 524288", 'value = "512 kB"'),
        ("value = 524288", "value = -1"),
        ('"-mthumb"', '"-fplugin=x.so"'),
    ],
)
def test_what_the_reader_refuses_the_schema_of_targets_refuses(old: str, new: str, tmp_path: Path) -> None:
    assert old in BOARD
    text = BOARD.replace(old, new, 1)
    assert _wrong("target", text)
    (tmp_path / "board.toml").write_text(text)
    with pytest.raises(EspalierError):
        load_target("board.toml", relative_to=tmp_path)


def test_a_target_with_a_base_needs_its_name_only() -> None:
    own = 'base = "cortex-m4"\nname = "my-board"\n[facts.ram-bytes]\nvalue = 1\nsource = "a page"\n'
    assert not _wrong("target", own)
    assert _wrong("target", 'base = "cortex-m4"\n')
    assert _wrong("target", 'name = "my-board"\n')
    with pytest.raises(EspalierError):
        parse_table(b'name = "my-board"', Target, error=EspalierError, where="x")


def test_every_key_of_a_recipe_and_a_target_says_what_it_means() -> None:
    for name in ("recipe", "target"):
        found = json.loads(schema(name))
        for struct, part in (("file", found), *found["$defs"].items()):
            for key, value in part["properties"].items():
                inner = value.get("$ref") or "$ref" in (value.get("items") or {})
                assert value.get("description") or inner, f"{struct}.{key}"


def _free(node: Any, place: str) -> list[str]:
    """Where a schema lets anything stand."""
    if isinstance(node, list):
        return [found for number, item in enumerate(node) for found in _free(item, f"{place}[{number}]")]
    if not isinstance(node, dict):
        return []
    inner = {key: value for key, value in node.items() if key not in ("default", "description", "enum")}
    found = [place] if node.get("type") == "object" and not ({"properties", "additionalProperties"} & set(node)) else []
    found += [place] if set(node) <= {"default", "description"} or node.get("additionalProperties") in ({}, True) else []
    return found + [free for key, value in inner.items() for free in _free(value, f"{place}.{key}")]


@pytest.mark.parametrize("name", NAMES)
def test_no_part_of_a_schema_lets_anything_stand(name: str) -> None:
    assert not _free(json.loads(schema(name)), name)
    assert _free({"properties": {"a": {"type": "object"}, "b": {}}}, "x") == ["x.properties.a", "x.properties.b"]


def test_the_account_of_the_layers_has_the_keys_that_are_measured() -> None:
    measured = {field.name for field in msgspec.structs.fields(LayerFacts)} | {"advice"}
    assert set(ExplainedLayer.__annotations__) == measured
