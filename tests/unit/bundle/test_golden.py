"""Golden vectors: chosen well, written as documented, refused when they do not fit together."""

from __future__ import annotations

from itertools import product

import msgspec
import numpy as np
import pytest
from synthetic_source import CONTRACT, LABELS, some_pixels, synthetic_source

from espalier.bundle import golden
from espalier.contract import prepare
from espalier.errors import BugError, VerificationError
from espalier.recipe import InputContract


def files() -> dict[str, bytes]:
    return {artifact.path: artifact.data for artifact in golden.artifacts(synthetic_source())}


def test_close_calls_and_one_confident_image_per_class_are_chosen() -> None:
    outputs = np.full((40, 3), -128, np.int8)
    for i in range(40):
        outputs[i, i % 3] = 20 + i
    outputs[7] = [-10, -9, -128]
    outputs[11] = [-128, 5, 7]
    chosen = golden.choose(outputs)
    assert chosen == tuple(sorted(chosen)) and len(chosen) == 8
    assert {7, 11, 37, 38, 39} <= set(chosen)


def test_a_limit_keeps_the_close_calls_first() -> None:
    outputs = np.array([[100, 0], [1, 0], [0, 90], [0, 3]], np.int8)
    assert golden.choose(outputs, limit=2) == (1, 3)
    assert golden.choose(outputs[:1]) == (0,)
    assert golden.choose(np.zeros((3, 1), np.int8)) == (0, 1, 2)


def test_the_label_is_the_reference_kernels_answer_when_they_ran() -> None:
    pixels = some_pixels(1)
    outputs = {"default": np.array([[9, 0, 0]], np.int8), "reference": np.array([[0, 9, 0]], np.int8)}
    (vector,) = golden.vectors(["a"], pixels, outputs, LABELS)
    assert vector.label == LABELS[1] and vector.outputs.keys() == {"default", "reference"}
    (vector,) = golden.vectors(["a"], pixels, {"default": outputs["default"]}, LABELS)
    assert vector.label == LABELS[0] and vector.pixels == pixels.tobytes()
    with pytest.raises(BugError, match="no kernel set"):
        golden.vectors(["a"], pixels, {"other": outputs["default"]}, LABELS)


@pytest.mark.parametrize("color", ["rgb", "bgr", "gray"])
@pytest.mark.parametrize(
    ("resize", "fit"), list(product(("nearest", "bilinear", "bicubic", "area"), ("stretch", "crop", "pad")))
)
def test_contract_cases_hold_what_the_contract_gives(color: str, resize: str, fit: str) -> None:
    contract = InputContract(size=(12, 9), color=color, resize=resize, fit=fit)
    cases = golden.contract_cases(contract)
    assert len(cases) == 7 and len({(case.rows, case.columns) for case in cases}) == 7
    for case in cases:
        image = np.frombuffer(case.rgb, np.uint8).reshape(case.rows, case.columns, 3)
        assert case.pixels == prepare(image, contract).tobytes()


def test_contract_cases_depend_on_the_seed_only() -> None:
    assert golden.contract_cases(CONTRACT, 3) == golden.contract_cases(CONTRACT, 3)
    assert golden.contract_cases(CONTRACT, 3) != golden.contract_cases(CONTRACT, 4)


@pytest.mark.parametrize("size", [(1, 1), (224, 224), (2048, 2048), (1, 2048)])
def test_contract_cases_stay_small(size: tuple[int, int]) -> None:
    contract = InputContract(size=size)
    cases = golden.contract_cases(contract)
    total = sum(len(case.rgb) + len(case.pixels) for case in cases)
    assert len(cases) >= 2
    assert total <= max(golden.CASE_BUDGET_BYTES, 2 * 3 * (size[0] * size[1] + 5000))


def test_what_was_written_is_read_back() -> None:
    source, read = synthetic_source(), golden.read_golden(files())
    assert read.shape == CONTRACT.shape and read.classes == 3
    assert prepare(np.zeros((2, 2, 3), np.uint8), read.contract.contract).shape == CONTRACT.shape
    for row, vector in zip(read.vectors, source.golden, strict=True):
        assert (
            bytes.fromhex(row.outputs["reference"]) == vector.outputs["reference"]
            and row.label == vector.label
        )
        assert files()[f"golden/{row.pixels}"] == vector.pixels


def test_the_contract_is_written_in_full_with_one_mean_per_channel() -> None:
    row = golden.ContractRow.of(InputContract(size=(3, 4), mean=(1,), std=(2, 3, 4)))
    plain = msgspec.to_builtins(row)
    assert plain == {
        "size": (3, 4), "color": "rgb", "resize": "bilinear", "fit": "stretch",
        "mean": (1.0, 1.0, 1.0), "std": (2.0, 3.0, 4.0),
    }  # fmt: skip
    assert golden.ContractRow.of(row.contract) == row


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        ("golden/golden.json", None, "no golden/golden.json"),
        ("golden/golden.json", lambda data: data[:-9], "cannot be read"),
        ("golden/golden.json", lambda data: data.replace(b"golden/1", b"golden/2"), "has the format"),
        ("golden/golden.json", lambda data: data.replace(b'"classes"', b'"glasses"'), "cannot be read"),
        ("golden/golden.json", lambda data: data.replace(b'"classes": 3', b'"classes": 4'), "in hexadecimal"),
        (
            "golden/golden.json",
            lambda data: data.replace(b'"shape": [\n    4', b'"shape": [\n    5'),
            "fit together",
        ),
        (
            "golden/golden.json",
            lambda data: data.replace(b'"rows": 37', b'"rows": 36'),
            "golden.json says 5724",
        ),
        ("golden/vector-1.bin", lambda data: data[:-1], "has 47 bytes"),
        ("golden/case-2.bin", None, "has 0 bytes"),
    ],
)
def test_what_does_not_fit_together_is_refused(path: str, change: object, words: str) -> None:
    broken = files()
    if change is None:
        del broken[path]
    else:
        broken[path] = change(broken[path])
    with pytest.raises(VerificationError, match=words):
        golden.read_golden(broken)
