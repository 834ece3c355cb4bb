"""The iPhone bundle: what is in it and what is said of it; tests/golden/test_swift_package.py compiles and runs it."""

from __future__ import annotations

import io
import json
import plistlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from device_sources import EACH_LABEL, LABELS, answering, head, sources
from PIL import Image
from synthetic_source import synthetic_source

from espalier.bundle import swift, swift_check, swift_frames
from espalier.bundle.swift_readme import type_name
from espalier.errors import UnsupportedModelError
from espalier.facts import BundleSource
from espalier.recipe import InputContract
from espalier.target import load_target


def phone_source() -> BundleSource:
    return msgspec.structs.replace(synthetic_source(), target=load_target("ios-arm64"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in swift.contents(phone_source()):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_bytes(file.data)
    return tmp_path


def test_equal_sources_give_equal_bytes() -> None:
    assert swift.contents(phone_source()) == swift.contents(phone_source())


def test_the_package_is_named_after_the_model_and_holds_all_that_it_names(folder: Path) -> None:
    assert type_name(phone_source()) == "ToyPartsModel"
    root = folder / "Sources/ToyPartsModel"
    assert (root / "Resources/toy-parts.tflite").read_bytes() == phone_source().uint8_model
    assert (root / "Resources/toy-parts_labels.txt").read_text().splitlines() == list(phone_source().labels)
    assert json.loads((root / "Resources/toy-parts_facts.json").read_text())["file"] == "toy-parts.tflite"
    assert 'name: "ToyPartsModelTests"' in (folder / "Package.swift").read_text()
    assert plistlib.loads((root / "PrivacyInfo.xcprivacy").read_bytes())["NSPrivacyTracking"] is False
    for path in (*folder.rglob("*.swift"), folder / "Package.swift", folder / "README.md"):
        text = path.read_text()
        assert not any(word in text for word in ("@TYPE@", "@NAME@", "@SHA256@")), path


def test_the_checks_pass_and_what_needs_a_toolchain_is_named(folder: Path) -> None:
    files, swift_row, *rest = swift_check.check(folder, phone_source())
    assert files.result == "passed"
    assert {row.result for row in (swift_row, *rest)} == {"not run"} and all(row.why for row in rest)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("Sources/ToyPartsModel/Resources/toy-parts.tflite", "another model"),
        ("Sources/ToyPartsModel/Resources/toy-parts_labels.txt", "other labels"),
        ("Sources/ToyPartsModel/PrivacyInfo.xcprivacy", "another privacy manifest"),
        ("Package.swift", "no Resources/toy-prats.tflite"),
    ],
)
def test_damage_is_found(path: str, why: str, folder: Path) -> None:
    data = (folder / path).read_bytes()
    changed = data.replace(b"toy-parts.tflite", b"toy-prats.tflite").replace(b"<false/>", b"<true/>").replace(b"good", b"bad")
    (folder / path).write_bytes(changed if changed != data else data[:-1])
    assert why in swift_check.check(folder, phone_source())[0].why


def test_without_swift_a_thorough_check_says_so(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    (row,) = (row for row in swift_check.check(folder, phone_source(), thorough=True) if row.tool == "swift")
    assert (row.result, row.why) == ("not run", "not installed")


def test_an_answer_that_no_swift_decides_is_refused_in_words() -> None:
    strange = msgspec.structs.replace(EACH_LABEL, source="guess")
    with pytest.raises(UnsupportedModelError, match="decided by guess"):
        swift.contents(answering(phone_source(), (head(3),), labels=LABELS, decision=strange))


@pytest.mark.parametrize("kind", sources(synthetic_source()))
def test_every_answer_has_a_readme_with_nothing_left_to_fill_in(kind: str) -> None:
    text = swift.readme(sources(synthetic_source(), "ios-arm64")[kind]).decode()
    assert "{" not in text.replace("{ ", "").replace("{\n", "").replace("{}", "") and "CompiledModel(" in text
    assert ("let classifier" in text) == (kind in ("classify", "binary", "multi-label"))


def test_frames_in_420f_are_those_of_pillow_within_two_grey_levels() -> None:
    """Pillow computes JPEG's colours in its own fixed point; chroma of one pixel each, so that nothing is averaged."""
    random = np.random.default_rng(3)
    y, cb, cr = (random.integers(0, 256, (8, 8), np.uint8) for _ in range(3))
    wide = [plane.repeat(2, 0).repeat(2, 1) for plane in (y, cb, cr)]
    chroma = np.stack([cb, cr], axis=-1).reshape(-1)
    found = swift_frames.rgb_of([wide[0].reshape(-1), chroma], [16, 16], 16, 16, "420f").astype(int)
    wanted = np.asarray(Image.merge("YCbCr", [Image.fromarray(plane) for plane in wide]).convert("RGB")).astype(int)
    assert np.abs(found - wanted).max() <= 2
    assert (found != found[:, :, :1]).any()


def test_frames_of_four_bytes_lose_padding_and_the_fourth_byte() -> None:
    rows = np.arange(2 * 20, dtype=np.uint8)
    found = swift_frames.rgb_of([rows], [20], 3, 2, "bgra")
    assert found.tolist() == [[[2, 1, 0], [6, 5, 4], [10, 9, 8]], [[22, 21, 20], [26, 25, 24], [30, 29, 28]]]


def test_a_model_that_takes_bands_has_no_frames_of_a_camera() -> None:
    recipe = msgspec.structs.replace(phone_source().recipe, input=InputContract(size=(4, 4), color="bands", bands=5))
    source = msgspec.structs.replace(phone_source(), recipe=recipe)
    assert json.load(io.BytesIO(swift_frames.artifact(source).data)) == {"frames": []}
    assert len(json.loads(swift_frames.artifact(phone_source()).data)["frames"]) == 24
