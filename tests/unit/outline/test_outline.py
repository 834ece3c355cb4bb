"""An outline has the shapes, the parameters and the operators of the network that it is of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from espalier.graph.simplify import simplify
from espalier.graph.types import Graph
from espalier.load.keras_facts import ModelFacts
from espalier.load.keras_file import inspect_model
from espalier.outline.draw import outline_of
from espalier.outline.integers import int8_network
from espalier.outline.sheet import UnknownLayerError
from espalier.tflite.read import read_tflite

ROOT = Path(__file__).parents[3]
DIGITS = ROOT / "examples/digits/model.keras"
RESNET8 = ROOT / "tests/models/resnet8.h5"


def operators(graph: Graph) -> list[tuple[object, ...]]:
    return [(op.kind, op.options.get("activation"), graph.tensors[op.outputs[0]].shape) for op in graph.ops]


def test_a_pretrained_network_is_outlined_as_its_int8_file_is() -> None:
    real = read_tflite((ROOT / "tests/models/resnet8_int8.tflite").read_bytes(), name="resnet8")
    drawn = int8_network(outline_of(inspect_model(str(RESNET8)), (32, 32)).graph)
    mine, theirs = (simplify(graph, removal=False)[0] for graph in (drawn, real))
    assert [row[0] for row in operators(mine)][:10] == [row[0] for row in operators(theirs)][:10]
    assert {row for row in operators(mine) if row[0] == "conv_2d"} == {
        row for row in operators(theirs) if row[0] == "conv_2d"
    }


@pytest.mark.parametrize(
    ("path", "macs"), [(DIGITS, 3_887_424), (RESNET8, 12_501_632)], ids=["digits", "resnet8"]
)
def test_every_parameter_of_the_file_is_in_a_row(path: Path, macs: int) -> None:
    facts = inspect_model(str(path))
    drawn = outline_of(facts, (224, 224))
    assert drawn.parameters == facts.parameters == sum(row.parameters for row in drawn.rows)
    assert drawn.macs == macs


def facts_with(path: Path, change: Any) -> ModelFacts:
    facts = inspect_model(str(path))
    config = json.loads(facts.config)
    change(config["config"]["layers"])
    from msgspec.structs import replace

    return replace(facts, config=json.dumps(config))


def test_a_layer_that_is_not_in_the_table_is_named() -> None:
    def change(layers: list[dict[str, Any]]) -> None:
        next(layer for layer in layers if layer["class_name"] == "Flatten")["class_name"] = (
            "MultiHeadAttention"
        )

    with pytest.raises(UnknownLayerError, match="'flatten' is of the class MultiHeadAttention"):
        outline_of(facts_with(DIGITS, change), (16, 16))


def test_an_activation_without_integers_is_named() -> None:
    def change(layers: list[dict[str, Any]]) -> None:
        next(layer for layer in layers if layer["class_name"] == "Dense")["config"]["activation"] = "mish"

    with pytest.raises(UnknownLayerError, match="'hidden' ends in 'mish'"):
        outline_of(facts_with(DIGITS, change), (16, 16))


def test_shapes_that_do_not_fit_are_refused_and_never_an_error_of_ours() -> None:
    from espalier.errors import UnsupportedModelError

    def change(layers: list[dict[str, Any]]) -> None:
        next(layer for layer in layers if layer["class_name"] == "Conv2D" and layer["name"] == "conv1b")[
            "config"
        ]["filters"] = 7

    with pytest.raises(UnsupportedModelError, match="add1"):
        outline_of(facts_with(DIGITS, change), (16, 16))
