"""The hand-over folder: whole, with arrays that any compiler reads, and told in the vendor's own terms."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import numpy as np
import pytest
from synthetic_source import CONTRACT, model, synthetic_source

from espalier.bundle import golden, handover
from espalier.errors import BugError
from espalier.facts import BundleSource, Handover
from espalier.stages.publish import write_files
from espalier.target import load_target, target_names

TARGETS = ("edge-tpu", "hailo-8", "imx500", "mcxn947", "stm32mp2", "stm32n6")


def npy(array: np.ndarray) -> bytes:
    data = io.BytesIO()
    np.save(data, array.astype(np.float32))
    return data.getvalue()


def source(target: str = "hailo-8") -> BundleSource:
    whole = synthetic_source()
    random = np.random.default_rng(1)
    made = Handover(
        float_model=model("int8"),
        calibration=npy(random.random((5, *CONTRACT.shape))),
        images=5,
        given=npy(random.random((len(whole.golden), *CONTRACT.shape))),
        expected=(("out", npy(random.random((len(whole.golden), 3)))),),
    )
    return msgspec.structs.replace(whole, target=load_target(target), handover=made)


@pytest.mark.parametrize("target", TARGETS)
def test_every_hand_over_target_is_whole_and_its_readme_names_the_vendors_step(target: str) -> None:
    files = {artifact.path: artifact.data for artifact in handover.contents(source(target))}
    wanted = {"README.md", "calibration.npy", "expected/input.npy", "expected/out.npy", "labels.txt", "golden/golden.json"}
    assert wanted | {f"model/toy-parts_{kind}.tflite" for kind in ("float", "int8", "uint8")} <= files.keys()
    told = files["README.md"].decode()
    assert load_target(target).title in told and "NAME" not in told and "float32 [5, 4, 4, 3]" in told
    assert target in target_names()


def test_targets_of_one_scale_for_each_tensor_say_so_as_data() -> None:
    assert {name for name in TARGETS if load_target(name).weights == "per-tensor"} == {"edge-tpu", "stm32mp2"}
    assert load_target("edge-tpu").runtimes[0].version == "2.5.0"


def test_the_arrays_are_read_back_and_damage_is_a_failed_row(tmp_path: Path) -> None:
    write_files(handover.contents(source()) , tmp_path)
    first, second = handover.check(tmp_path, source())
    assert first.result == "passed" and "5 images" in first.name
    assert second.result == "not run" and second.why
    (tmp_path / "calibration.npy").write_bytes(npy(np.full((4, *CONTRACT.shape), np.nan)))
    damaged = handover.check(tmp_path, source())[0]
    assert damaged.result == "failed" and "finite" in damaged.why and "another shape" in damaged.why


def test_outputs_get_names_that_can_be_files() -> None:
    data = npy(np.zeros((1, 2)))
    made = Handover(
        float_model=b"", calibration=data, images=1, given=data, expected=(("a/b:0", data), ("a_b_0", data), ("Input", data))
    )
    assert [name for name, _ in handover.named(made)] == ["a_b_0", "a_b_0_1", "Input_2"]


def test_nothing_to_hand_over_is_our_own_fault() -> None:
    assert golden.artifacts(source())
    with pytest.raises(BugError, match="hand over"):
        handover.contents(msgspec.structs.replace(source(), handover=None))
