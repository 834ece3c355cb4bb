from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from small_networks import CONTRACT, images, run, small_network
from tflite_metadata import metadata_of, read_metadata

from espalier.bundle.metadata_check import metadata_problem
from espalier.errors import LabelsRefusedError, ModelRefusedError
from espalier.quantizer.interface import uint8_twin
from espalier.quantizer.quantize import quantize
from espalier.recipe import InputContract
from espalier.tflite.metadata import add_metadata

LABELS = ("apple", "Grüner Apfel", "梨", "a b", "last")


@pytest.fixture(scope="module")
def twin() -> bytes:
    return uint8_twin(quantize(small_network(), images(), CONTRACT, correct=False).int8_model)


def _written(model: bytes, contract: InputContract = CONTRACT) -> bytes:
    return add_metadata(
        model,
        labels=LABELS,
        contract=contract,
        name="fruit",
        version="1.2.3",
        description="five",
        author="me",
    )


def test_what_is_written_is_read_back(twin: bytes) -> None:
    found = read_metadata(_written(twin))
    assert found is not None
    assert (found.name, found.version, found.description, found.author) == ("fruit", "1.2.3", "five", "me")
    assert found.labels == LABELS
    assert found.color == "rgb"


def test_normalisation_agrees_with_the_inputs_quantization(twin: bytes) -> None:
    found = read_metadata(_written(twin))
    assert found is not None
    assert found.mean == (128.0,)
    assert found.std == pytest.approx((127.5,))
    plain = read_metadata(_written(small_network()))
    assert plain is not None
    assert plain.mean == (127.5, 127.5, 127.5)


def test_a_gray_model_says_so(twin: bytes) -> None:
    found = read_metadata(_written(twin, InputContract(size=(16, 16), color="gray")))
    assert found is not None
    assert found.color == "gray"


def test_the_models_answers_do_not_change(twin: bytes) -> None:
    assert np.array_equal(run(_written(twin), images(8)), run(twin, images(8)))


def test_labels_are_stored_plainly_with_a_fixed_date(twin: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(_written(twin)))
    (entry,) = archive.infolist()
    assert entry.filename == "labels.txt"
    assert entry.compress_type == zipfile.ZIP_STORED
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert archive.read(entry).decode() == "".join(f"{label}\n" for label in LABELS)


def test_writing_is_deterministic_and_replaces_what_was_there(twin: bytes) -> None:
    once = _written(twin)
    assert _written(twin) == once
    again = add_metadata(once, labels=["x", "y"], contract=CONTRACT, name="other", version="2.0.0")
    found = read_metadata(again)
    assert found is not None
    assert (found.name, found.labels, found.author) == ("other", ("x", "y"), "")
    assert np.array_equal(run(again, images(4)), run(twin, images(4)))


def test_the_generated_reader_sees_one_entry_and_aligned_buffers(twin: bytes) -> None:
    from ai_edge_litert import schema_py_generated as schema

    data = _written(twin)
    found = metadata_of(data)
    assert list(found) == ["min_runtime_version", "TFLITE_METADATA"]
    assert found["TFLITE_METADATA"][4:8] == b"M001"
    model = schema.Model.GetRootAs(data, 0)
    for index in range(model.BuffersLength()):
        buffer = model.Buffers(index)
        if buffer.DataLength():
            assert buffer._tab.Vector(buffer._tab.Offset(4)) % 16 == 0


def test_a_model_of_any_length_is_aligned(twin: bytes) -> None:
    odd = twin + b"\0" * 5
    assert np.array_equal(run(_written(odd), images(3)), run(twin, images(3)))


def test_no_metadata_is_none(twin: bytes) -> None:
    assert read_metadata(twin) is None


def test_a_label_with_a_line_break_is_refused(twin: bytes) -> None:
    with pytest.raises(LabelsRefusedError):
        add_metadata(twin, labels=["a\nb"], contract=CONTRACT, name="n", version="1.0.0")


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ModelRefusedError):
        _written(b"not a model at all")


def test_a_lost_or_packed_label_file_is_told(twin: bytes) -> None:
    data = _written(twin)
    start = data.index(b"PK\x03\x04")
    assert "not at the end" in metadata_problem(data[:start], LABELS, 3)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.txt", "x\n" * 100)
    assert "compressed" in metadata_problem(data[:start] + packed.getvalue(), LABELS, 3)
