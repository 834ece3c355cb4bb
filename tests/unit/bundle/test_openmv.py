"""The OpenMV bundle: scripts that prepare and decide as the build does, and a ROMFS image that holds what the camera reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from synthetic_source import synthetic_source

from espalier.bundle import golden, openmv
from espalier.bundle.archive import Entry
from espalier.bundle.romfs import read_romfs, romfs_image
from espalier.errors import InputRefusedError, UnsupportedModelError
from espalier.facts import Artifact, BundleSource, Check, Decision
from espalier.target import load_target

RESIZES = [("bilinear", "crop"), ("area", "stretch"), ("bicubic", "pad"), ("nearest", "crop")]


def camera_source(target: str = "openmv-h7", **contract: object) -> BundleSource:
    source = synthetic_source()
    if contract:
        changed = msgspec.structs.replace(source.contract, **contract)
        recipe = msgspec.structs.replace(source.recipe, input=changed)
        source = msgspec.structs.replace(source, recipe=recipe, contract_cases=golden.contract_cases(changed))
    return msgspec.structs.replace(source, target=load_target(target))


def write(files: Sequence[Artifact], folder: Path) -> Path:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


def by_tool(checks: Sequence[Check]) -> dict[str, Check]:
    return {check.tool: check for check in checks}


def text_of(source: BundleSource, path: str) -> str:
    return next(file.data for file in openmv.contents(source) if file.path == path).decode()


def test_equal_sources_give_equal_bytes_and_every_file_that_the_camera_needs() -> None:
    files = openmv.contents(camera_source())
    assert files == openmv.contents(msgspec.structs.replace(camera_source()))
    drive = {file.path for file in files if file.path.startswith("drive/")}
    assert drive == {f"drive/{name}" for name in (
        "main.py", "selftest.py", "toy_parts_model.py", "toy_parts.tflite", "toy_parts.txt", "toy_parts_golden.bin"
    )}  # fmt: skip


@pytest.mark.parametrize(("resize", "fit"), RESIZES)
@pytest.mark.parametrize("color", ["rgb", "bgr"])
def test_camera_frames_become_the_bytes_of_the_contract(tmp_path: Path, resize: str, fit: str, color: str) -> None:
    source = camera_source(resize=resize, fit=fit, color=color)
    check = by_tool(openmv.check(write(openmv.contents(source), tmp_path), source))["python"]
    assert (check.result, check.why[-13:]) == ("passed", "answers equal"), check.why


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("toy_parts_model.py", "word >> 13", "word >> 12"),
        ("toy_parts_model.py", "(columns - wide) // 2", "(columns - wide) // 2 + 1"),
        ("toy_parts_model.py", "output.index(value)", "0"),
        ("main.py", "print(model.labels[index]", "print(index"),
        ("selftest.py", "self.pixels[i] ^ flip", "self.pixels[i]"),
    ],
)
def test_a_script_that_does_otherwise_than_the_build_fails_the_check(tmp_path: Path, path: str, old: str, new: str) -> None:
    source = camera_source(fit="crop", size=(4, 4))
    drive = write(openmv.contents(source), tmp_path) / "drive" / path
    assert old in drive.read_text()
    drive.write_text(drive.read_text().replace(old, new))
    assert by_tool(openmv.check(tmp_path, source))["python"].result == "failed"


def test_the_image_holds_model_and_labels_with_the_model_aligned_and_a_changed_one_fails(tmp_path: Path) -> None:
    source = camera_source()
    write(openmv.contents(source), tmp_path)
    found = read_romfs((tmp_path / "romfs.img").read_bytes())
    assert found["toy_parts.tflite"].data == source.int8_model
    assert found["toy_parts.tflite"].offset % 32 == 0
    assert found["toy_parts.txt"].data.decode().splitlines() == list(source.labels)
    assert by_tool(openmv.check(tmp_path, source))["espalier"].result == "passed"
    (tmp_path / "romfs.img").write_bytes(romfs_image([Entry(path="toy_parts.tflite", data=source.int8_model)], {}))
    assert by_tool(openmv.check(tmp_path, source))["espalier"].result == "failed"


def test_any_sizes_and_alignments_are_read_back_from_an_image() -> None:
    random = np.random.default_rng(1)
    for size in (0, 1, 127, 128, 16_383, 16_384, 70_000):
        files = [Entry(path=f"file-{i}.bin", data=random.bytes(size + i)) for i in range(3)]
        image = romfs_image(files, {"file-1.bin": 64})
        found = read_romfs(image)
        assert {name: file.data for name, file in found.items()} == {entry.path: entry.data for entry in files}
        assert found["file-1.bin"].offset % 64 == 0
        assert image[found["file-1.bin"].offset :][: size + 1] == files[1].data


def test_broken_images_are_refused_and_never_read_beyond_their_end() -> None:
    image = romfs_image([Entry(path="a.bin", data=bytes(300))], {})
    for cut in range(len(image)):
        with pytest.raises(InputRefusedError):
            read_romfs(image[:cut])
    random = np.random.default_rng(2)
    for _ in range(300):
        damaged = bytearray(image)
        damaged[int(random.integers(len(image)))] = int(random.integers(256))
        try:
            read_romfs(bytes(damaged))
        except InputRefusedError:
            continue


def test_a_model_that_does_not_fit_into_the_partition_goes_to_the_drive_and_an_npu_gets_no_image() -> None:
    source = camera_source()
    facts = {**source.target.facts, "romfs-bytes": msgspec.structs.replace(source.target.facts["romfs-bytes"], value=600)}
    small = msgspec.structs.replace(source, target=msgspec.structs.replace(source.target, facts=facts))
    for changed, words in ((small, "too few for this model"), (camera_source("openmv-n6"), "ST Edge AI")):
        assert "romfs.img" not in {file.path for file in openmv.contents(changed)}
        assert words in text_of(changed, "README.md")
        assert "@" not in text_of(changed, "README.md")
    assert "romfs.img" in text_of(source, "README.md")


def test_answers_and_inputs_that_are_not_made_for_the_camera_are_refused_with_another_target() -> None:
    source = camera_source()
    anomaly = msgspec.structs.replace(source, task="anomaly", decision=replace_source(source, "anomaly"))
    smooth = camera_source()
    recipe = msgspec.structs.replace(smooth.recipe, input=msgspec.structs.replace(smooth.contract, smooth="median3"))
    missing = msgspec.structs.replace(source.operators[0], name="reverse_v2")
    others = (anomaly, msgspec.structs.replace(smooth, recipe=recipe), msgspec.structs.replace(source, operators=(missing,)))
    for other in others:
        with pytest.raises(UnsupportedModelError) as refused:
            openmv.contents(other)
        assert "openmv-h7-firmware" in refused.value.next_step


def replace_source(source: BundleSource, name: str) -> Decision:
    assert source.decision is not None
    return msgspec.structs.replace(source.decision, source=name)


@pytest.mark.sweep  # fetches MicroPython (WebAssembly) from the npm registry
@pytest.mark.parametrize("color", ["rgb", "gray"])
@pytest.mark.parametrize(("resize", "fit"), RESIZES)
def test_the_scripts_run_under_micropython_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resize: str, fit: str, color: str
) -> None:
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm and node are not installed")
    module = micropython_from_npm()
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin/micropython"
    runner = Path(__file__).with_name("micropython.mjs")
    command.write_text(f'#!/bin/sh\nMICROPYTHON_MODULE={module} PATH={os.environ["PATH"]} exec node {runner} "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    source = gray_source(resize, fit) if color == "gray" else camera_source(resize=resize, fit=fit)
    check = by_tool(openmv.check(write(openmv.contents(source), tmp_path / "bundle"), source))["micropython"]
    assert check.result == "passed", check.why


@cache
def micropython_from_npm() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="micropython-"))
    package = "@micropython/micropython-webassembly-pyscript"
    done = subprocess.run(
        ["npm", "install", "--prefix", str(folder), f"{package}@1.27.0"], capture_output=True, timeout=300, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"npm does not install {package}")
    return folder / "node_modules" / package / "micropython.mjs"


def gray_source(resize: str, fit: str) -> BundleSource:
    """Of one channel; the model itself still takes three, so it only serves where it does not run."""
    source = camera_source(resize=resize, fit=fit, color="gray")
    vectors = tuple(
        msgspec.structs.replace(one, pixels=one.pixels[: 4 * 4], outputs=one.outputs) for one in source.golden
    )
    return msgspec.structs.replace(source, golden=vectors)


@pytest.mark.parametrize(("resize", "fit"), RESIZES)
def test_gray_frames_become_the_bytes_of_the_contract(tmp_path: Path, resize: str, fit: str) -> None:
    source = gray_source(resize, fit)
    check = by_tool(openmv.check(write(openmv.contents(source), tmp_path), source))["python"]
    assert check.result == "passed", check.why
