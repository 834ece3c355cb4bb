"""The tables of the file format agree with TFLite's schema, and the writer puts every option where the reader looks."""

from __future__ import annotations

import pytest
from ai_edge_litert import schema_py_generated as schema

from espalier.graph.ops import OPS, Field
from espalier.graph.types import Graph, Op, OptionValue, Tensor
from espalier.tflite.bounded import Buffer
from espalier.tflite.edit import pack_model
from espalier.tflite.numbers import ACTIVATIONS, PADDINGS, TENSOR_TYPES
from espalier.tflite.operators import OPERATORS, builtin_name
from espalier.tflite.write import model_of


def _numbers(kind: object) -> dict[str, int]:
    return {name: number for name, number in vars(kind).items() if not name.startswith("_")}


@pytest.mark.parametrize(
    ("number", "name"), [(0, "ADD"), (69, "TILE"), (150, "GELU"), (203, "DILATE"), (9999, "OPERATOR_9999")]
)
def test_operators_are_named_even_when_espalier_does_not_compile_them(number: int, name: str) -> None:
    assert builtin_name(number) == name


def test_every_operator_has_the_number_of_the_schema() -> None:
    assert {row.name: row.number for row in OPERATORS.values()} == _numbers(schema.BuiltinOperator)


def test_types_paddings_and_activations_have_the_numbers_of_the_schema() -> None:
    for table, kind in (
        (TENSOR_TYPES, schema.TensorType),
        (PADDINGS, schema.Padding),
        (ACTIVATIONS, schema.ActivationFunctionType),
    ):
        assert {name.upper(): number for number, name in enumerate(table)} == _numbers(kind)


def _another(field: Field, position: int) -> tuple[OptionValue, int]:
    """A value that is not the default and not the neighbour's, and the number that the file holds."""
    named = {"padding": "valid", "activation": "relu6", "dtype": "int64"}
    if field.form in named:
        table = {"padding": PADDINGS, "activation": ACTIVATIONS, "dtype": TENSOR_TYPES}[field.form]
        return named[field.form], table.index(named[field.form])
    if field.form == "bool":
        return not field.default, not field.default
    return position + 2, position + 2


@pytest.mark.parametrize("kind", [kind for kind, spec in OPS.items() if spec.fields])
def test_every_option_is_written_to_its_slot(kind: str) -> None:
    fields = [field for field in OPS[kind].fields if field.form != "ints"]
    chosen = {field.name: _another(field, position) for position, field in enumerate(fields)}
    for lone in fields:  # each alone, so that two flags that change places are seen
        values = {f.name: f.default for f in OPS[kind].fields} | {lone.name: chosen[lone.name][0]}
        sides = tuple(Tensor(name=name, shape=(1,), dtype="int8") for name in "ab")
        op = Op(kind=kind, inputs=(0,), outputs=(1,), options=values)
        data = pack_model(model_of(Graph(name="n", tensors=sides, ops=(op,), inputs=(0,), outputs=(1,))))
        (graph,) = Buffer(data).root().tables(2, limit=1, what="subgraphs")
        (operator,) = graph.tables(3, limit=1, what="operators")
        table = operator.table(4)
        assert table is not None and operator.integer(3, "uint8") == OPS[kind].options_type
        form = lone.form if lone.form in ("bool", "int32", "float") else "int8"
        assert table.scalar(lone.slot, form, -1) == chosen[lone.name][1], lone.name
