"""Verification: any change of a bundle is refused, and the golden answers are really computed again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from runtimes_here import REPLAYS
from synthetic_source import model, synthetic_source

from espalier.bundle import android, golden, manifest
from espalier.command import verify, verify_files
from espalier.errors import UsageError, VerificationError
from espalier.facts import Artifact, BundleSource
from espalier.stages.publish import write_files


def bundle_files(source: BundleSource | None = None) -> tuple[Artifact, ...]:
    source = source or synthetic_source()
    files = android.contents(source) + golden.artifacts(source)
    return (*files, Artifact(path=manifest.NAME, data=manifest.write(source, files)))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "android-arm64"
    write_files(bundle_files(), folder)
    return folder


def tiny() -> dict[str, bytes]:
    """A bundle of a few files, small enough to change every byte of it."""
    source = msgspec.structs.replace(
        synthetic_source(), golden=(), contract_cases=(), advice=(), measurements=()
    )
    files = (Artifact(path="a/one.bin", data=bytes(range(40))), Artifact(path="two.txt", data=b"two\n"))
    return {a.path: a.data for a in files} | {manifest.NAME: manifest.write(source, files)}


def refused(files: dict[str, bytes]) -> bool:
    others = {path: data for path, data in files.items() if path != manifest.NAME}
    try:
        verify.verify_contents(files[manifest.NAME], others)
    except VerificationError:
        return True
    return False


def test_a_bundle_as_built_is_verified_on_both_runtimes(bundle: Path) -> None:
    signed, *checks = verify.verify_bundle(bundle).checks
    assert (signed.name, signed.result) == ("signature", "not run") and "is not signed" in signed.why
    assert [check.result for check in checks] == ["passed", "passed", "passed", *REPLAYS]
    assert [check.tool for check in checks] == ["espalier", "espalier", "espalier", "litert", "tflite-runtime"]
    assert all(check.version for check in checks if check.result == "passed")
    assert checks[1].name == "the manifest's words in golden vectors, AAR"
    assert checks[3].name == "golden vectors, uint8 model, reference kernels" and checks[3].why == ""


def test_every_changed_byte_of_a_bundle_is_refused() -> None:
    files = tiny()
    assert not refused(files)
    for path, data in files.items():
        for at in range(len(data)):
            for mask in (0x01, 0x20):
                changed = data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]
                assert refused(files | {path: changed}), (path, at, mask)


def test_every_truncation_of_a_bundle_is_refused() -> None:
    files = tiny()
    for path, data in files.items():
        assert all(refused(files | {path: data[:length]}) for length in range(len(data)))
        assert refused(files | {path: data + b"\0"})


@pytest.mark.sweep
def test_every_value_of_every_byte_of_a_bundle_is_refused() -> None:
    files = tiny()
    for path, data in files.items():
        for at in range(len(data)):
            for value in range(256):
                if value != data[at]:
                    changed = data[:at] + bytes([value]) + data[at + 1 :]
                    assert refused(files | {path: changed}), (path, at, value)


def test_structured_changes_are_refused() -> None:
    files = tiny()
    renamed = {("b/one.bin" if path == "a/one.bin" else path): data for path, data in files.items()}
    swapped = files | {"two.txt": files["a/one.bin"], "a/one.bin": files["two.txt"]}
    without = {path: data for path, data in files.items() if path != "two.txt"}
    for changed in (renamed, swapped, without, files | {"extra": b""}, files | {"TWO.txt": b"two\n"}):
        assert refused(changed)


def test_the_manifest_of_another_bundle_is_refused(bundle: Path) -> None:
    other = {a.path: a.data for a in bundle_files(synthetic_source("other-parts"))}[manifest.NAME]
    (bundle / manifest.NAME).write_bytes(other)
    with pytest.raises(VerificationError, match="missing file"):
        verify.verify_bundle(bundle)


def test_a_missing_and_an_extra_file_are_named(bundle: Path) -> None:
    (bundle / "golden" / "new.bin").write_bytes(b"x")
    with pytest.raises(VerificationError, match=r"extra file in the bundle: 'golden/new\.bin'"):
        verify.verify_bundle(bundle)
    (bundle / "golden" / "new.bin").unlink()
    (bundle / "README.md").unlink()
    with pytest.raises(VerificationError, match=r"missing file in the bundle: 'README\.md'"):
        verify.verify_bundle(bundle)


def test_a_link_and_a_special_file_are_refused_and_never_followed(bundle: Path) -> None:
    readme = bundle / "README.md"
    kept = readme.read_bytes()
    readme.unlink()
    outside = bundle.parent / "outside"
    outside.write_bytes(kept)
    readme.symlink_to(outside)
    with pytest.raises(VerificationError, match=r"'README\.md' is not a regular file"):
        verify.verify_bundle(bundle)
    readme.unlink()
    os.mkfifo(readme)
    with pytest.raises(VerificationError, match="not a regular file"):
        verify.verify_bundle(bundle)
    readme.unlink()
    shutil.move(bundle / "golden", bundle.parent / "golden")
    (bundle / "golden").symlink_to(bundle.parent / "golden")
    with pytest.raises(VerificationError, match="'golden' is not a regular file"):
        verify.verify_bundle(bundle)


def test_too_many_and_too_large_files_are_refused(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = verify.LIMITS
    for name, value, words in (("container_entries", 3, "more than 3"), ("bundle_bytes", 1000, "too large")):
        replaced = type(limits)(**{name: value})
        monkeypatch.setattr(verify, "LIMITS", replaced)
        monkeypatch.setattr(verify_files, "LIMITS", replaced)
        with pytest.raises(VerificationError, match=words):
            verify.read_files(bundle)


def test_a_bundle_that_is_replaced_while_it_is_read_is_said(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = bundle / "gone.txt"
    monkeypatch.setattr(verify, "files_of", lambda folder: [gone])
    with pytest.raises(VerificationError, match=r"gone.txt went away while the bundle was read"):
        verify.read_files(bundle)


def test_what_is_no_bundle_is_said(tmp_path: Path, bundle: Path) -> None:
    with pytest.raises(UsageError, match="bundles inside: android-arm64"):
        verify.verify_bundle(tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        verify.verify_bundle(bundle / manifest.NAME)
    with pytest.raises(UsageError, match="give the folder of a bundle"):
        verify.verify_bundle(tmp_path / "nothing")


def verify_source(source: BundleSource, folder: Path) -> list[str]:
    write_files(bundle_files(source), folder)
    return [f"{check.result}: {check.why}" for check in verify.verify_bundle(folder).checks[1:]]


def test_a_wrong_golden_answer_with_fitting_digests_is_found(tmp_path: Path) -> None:
    source = synthetic_source()
    first = source.golden[0]
    changed = bytes([first.outputs["reference"][0] ^ 1]) + first.outputs["reference"][1:]
    wrong = msgspec.structs.replace(first, outputs={"reference": changed})
    source = msgspec.structs.replace(source, golden=(wrong, *source.golden[1:]))
    with pytest.raises(
        VerificationError, match=r"reference kernels \(litert 2\.\S+\): an output byte differs by 1"
    ):
        verify_source(source, tmp_path / "a")


def test_a_small_distance_of_other_kernels_is_stated_and_a_large_one_refused(tmp_path: Path) -> None:
    source = synthetic_source()

    def moved(distance: int) -> BundleSource:
        vectors = [
            msgspec.structs.replace(
                vector,
                outputs={
                    "default": (
                        np.frombuffer(vector.outputs["reference"], np.int8).astype(np.int16)
                        + np.array([distance, 0, 0])
                    )
                    .astype(np.int8)
                    .tobytes()
                },
            )
            for vector in source.golden
        ]
        return msgspec.structs.replace(source, golden=tuple(vectors))

    near = verify_source(moved(verify.TOLERANCE - 3), tmp_path / "near")
    assert [line.split(":")[0] for line in near] == ["passed", "passed", "passed", *REPLAYS] and "differs by 2" in near[3]
    with pytest.raises(VerificationError, match="differs by"):
        verify_source(moved(verify.TOLERANCE + 9), tmp_path / "far")


def test_a_contract_case_that_is_prepared_differently_is_found(tmp_path: Path) -> None:
    source = synthetic_source()
    case = source.contract_cases[0]
    wrong = msgspec.structs.replace(case, pixels=bytes([case.pixels[0] ^ 1]) + case.pixels[1:])
    source = msgspec.structs.replace(source, contract_cases=(wrong, *source.contract_cases[1:]))
    with pytest.raises(VerificationError, match=f"contract case {case.name}"):
        verify_source(source, tmp_path / "a")


def test_a_bundle_without_golden_vectors_or_contract_cases_is_refused(tmp_path: Path) -> None:
    for number, gone in enumerate(({"golden": ()}, {"contract_cases": ()})):
        with pytest.raises(VerificationError, match="no golden vectors or no contract cases"):
            verify_source(msgspec.structs.replace(synthetic_source(), **gone), tmp_path / str(number))


def test_a_model_that_no_runtime_takes_fails_verification(tmp_path: Path) -> None:
    source = msgspec.structs.replace(synthetic_source(), uint8_model=b"\x1c\0\0\0TFL3" + bytes(60))
    with pytest.raises(VerificationError):
        verify_source(source, tmp_path / "a")


def test_a_damaged_model_is_refused_before_an_interpreter_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With digests that fit: whoever rewrote the bundle rewrote them, too."""
    monkeypatch.setattr(verify, "Worker", None)
    good = model("uint8")
    weights = good.index(b"\x00\x00\x00\x00TFL3") if b"\x00\x00\x00\x00TFL3" in good else 0
    refused = 0
    for place in range(weights + 8, len(good), 97):
        broken = bytearray(good)
        broken[place] ^= 0xFF
        source = msgspec.structs.replace(synthetic_source(), uint8_model=bytes(broken))
        with pytest.raises((VerificationError, TypeError)) as caught:
            verify_source(source, tmp_path / str(place))
        refused += "is no sound file" in str(caught.value)
        # TypeError: our reader found nothing wrong, and the (absent) interpreter was to have its turn.
    assert refused >= 5


def test_a_model_of_another_shape_fails_verification(tmp_path: Path) -> None:
    source = msgspec.structs.replace(synthetic_source(), uint8_model=model("uint8", 3, (8, 8, 3)))
    with pytest.raises(VerificationError):
        verify_source(source, tmp_path / "a")
    more = msgspec.structs.replace(synthetic_source(), uint8_model=model("uint8", 5))
    with pytest.raises(VerificationError, match="differs by 256"):
        verify_source(more, tmp_path / "b")


def test_golden_vectors_of_another_model_are_refused(bundle: Path) -> None:
    source = synthetic_source()
    renamed = msgspec.structs.replace(source, labels=("a", "b", "c"))
    files = android.contents(renamed) + golden.artifacts(source)
    folder = bundle.parent / "mixed"
    write_files((*files, Artifact(path=manifest.NAME, data=manifest.write(renamed, files))), folder)
    with pytest.raises(VerificationError, match="unknown label"):
        verify.verify_bundle(folder)


def test_a_golden_folder_of_another_contract_is_refused(bundle: Path) -> None:
    source = synthetic_source()
    gray = msgspec.structs.replace(source.contract, resize="area")
    other = msgspec.structs.replace(source, recipe=msgspec.structs.replace(source.recipe, input=gray))
    files = android.contents(source) + golden.artifacts(source)
    folder = bundle.parent / "mixed"
    write_files((*files, Artifact(path=manifest.NAME, data=manifest.write(other, files))), folder)
    with pytest.raises(VerificationError, match="do not belong to the same model"):
        verify.verify_bundle(folder)


def test_a_manifest_that_describes_another_model_is_refused(bundle: Path) -> None:
    files = verify.read_files(bundle)
    stated = verify.verify_contents(files.pop("manifest.json"), files)
    row = msgspec.structs.replace(stated.models[0], sha256="0" * 64)
    with pytest.raises(VerificationError, match="is not the manifest's model"):
        verify.model_in(row, files)
