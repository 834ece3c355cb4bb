"""The iPhone bundle compiled and tested by Swift: on PATH, or in a root with a toolchain that ESPALIER_SWIFT_ROOT names.

docs/howto/ios.md says how such a root is made from Debian 13. Every answer, every decode of boxes and every way to prepare a
picture is asked in one program; the package's own tests run once as they are."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from math import prod
from pathlib import Path

import msgspec
import numpy as np
import pytest
from detector_cases import KINDS, Case, random_case, random_heads
from detector_models import CONTRACT, detector_source, with_target
from device_sources import noisy_boxes, sources, with_contract, with_numbers
from documents import blocks

from espalier.bundle import swift, swift_check
from espalier.facts import BundleSource, Check, GoldenVector, TensorFacts
from espalier.recipe import InputContract
from espalier.task.boxes.golden import with_boxes

ROOT = os.environ.get("ESPALIER_SWIFT_ROOT", "")
pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(not ROOT and not shutil.which("swift"), reason="no swift on PATH and no ESPALIER_SWIFT_ROOT"),
]
WRAPPER = """#!{python}
# swift in another root: the folder goes there, and what was compiled of its like stays for the next time.
import filecmp, os, pathlib, shutil, sys
here, there = pathlib.Path.cwd(), pathlib.Path({root!r}, "tmp/espalier-package")
if "--version" not in sys.argv:
    there.mkdir(parents=True, exist_ok=True)
    wanted = {{path.relative_to(here) for path in here.rglob("*") if path.is_file()}}
    for path in list(there.rglob("*")):
        own = path.relative_to(there)
        if path.is_file() and ".build" not in own.parts and own not in wanted:
            path.unlink()
    for own in wanted:
        (there / own).parent.mkdir(parents=True, exist_ok=True)
        if not (there / own).is_file() or not filecmp.cmp(here / own, there / own, shallow=False):
            shutil.copy(here / own, there / own)
os.chroot({root!r})
os.chdir("/tmp/espalier-package" if "--version" not in sys.argv else "/")
os.environ["HOME"] = "/root"
os.environ["TMPDIR"] = "/tmp"
os.environ["PATH"] = "/usr/bin:/bin"
os.execvp("swift", ["swift", *sys.argv[1:]])
"""
METHODS = ("nearest", "bilinear", "bicubic", "area")
FITS = ("stretch", "crop", "pad")
RETOUCHES = (("none", "none"), ("gaussian", "per-image"), ("median", "min-max"), ("gaussian", "equalize"), ("none", "per-image"))
COLORS = ("rgb", "gray", "bgr", "bands")


@pytest.fixture(scope="module", autouse=True)
def toolchain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    if not ROOT:
        yield
        return
    folder = tmp_path_factory.mktemp("bin")
    (folder / "swift").write_text(WRAPPER.format(python=sys.executable, root=ROOT))
    (folder / "swift").chmod(stat.S_IRWXU)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}:{before}"
    yield
    os.environ["PATH"] = before


def plain() -> BundleSource:
    """What the sources of all answers are made of."""
    return msgspec.structs.replace(detector_source(), detector=None, task="classify")


def finder_of(case: Case, random: np.random.Generator) -> BundleSource:
    """A source with a detector of any decode, and random heads as what its golden vectors answer."""
    source = with_target(detector_source(), "ios-arm64")
    heads = tuple(
        TensorFacts(name=f"out{n}", shape=(1, *one.shape), dtype="int8", scale=one.scale, zero_point=one.zero_point)
        for n, one in enumerate(case.outputs)
    )
    assert sum(prod(head.shape) for head in heads)
    vectors = [
        GoldenVector(
            name=f"{n}", pixels=source.golden[0].pixels, label="",
            outputs={"reference": b"".join(head.tobytes() for head in random_heads(case, random, n))},
        )
        for n in range(12)
    ]  # fmt: skip
    labels = tuple(f"kind {n}" for n in range(case.reading.classes))
    return msgspec.structs.replace(
        source, heads=heads, detector=case.detector, labels=labels, golden=with_boxes(vectors, heads, case.detector)
    )


def packages() -> dict[str, BundleSource]:
    """Name -> source; each with another contract."""
    random = np.random.default_rng(31)
    kinds = sources(plain(), "ios-arm64")
    found = {}
    for n, (name, source) in enumerate(kinds.items()):
        smooth, balance = RETOUCHES[n % len(RETOUCHES)]
        color = COLORS[n % len(COLORS)]
        contract = InputContract(
            size=((4, 4), (7, 5), (12, 9), (3, 16))[n % 4], color=color, bands=5 if color == "bands" else 0,  # type: ignore[arg-type]
            resize=METHODS[n // 3 % 4], fit=FITS[n % 3], smooth=smooth, balance=balance, mean=(0.0,), std=(1.0,),  # type: ignore[arg-type]
        )  # fmt: skip
        made = with_contract(source, contract)
        found[name] = with_numbers(made) if source.numbers else made
    found["ssd"] = noisy_boxes(with_target(detector_source(), "ios-arm64"))
    for n, kind in enumerate(KINDS):
        fit = msgspec.structs.replace(CONTRACT, fit=FITS[n % 3], resize=METHODS[n % 4])  # type: ignore[arg-type]
        found[f"boxes: {kind}"] = with_contract(finder_of(random_case(kind, random), random), fit)
    # One name, so that one module is compiled again and again.
    return {
        name: msgspec.structs.replace(one, recipe=msgspec.structs.replace(one.recipe, name="toy-parts"))
        for name, one in found.items()
    }


def written(source: BundleSource, folder: Path) -> Path:
    for file in swift.contents(source):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


def swift_row(source: BundleSource, folder: Path) -> Check:
    rows = swift_check.check(written(source, folder), source, thorough=True)
    (row,) = (row for row in rows if row.tool == "swift")
    return row


MARK = "// MARK: - What the build recorded\n"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's code and its tests' readers around swift_driver.swift, as one module."""
    folder = tmp_path_factory.mktemp("driver")
    for name in swift.SOURCES:
        if name.endswith(".swift") and name != "Model.swift":
            shutil.copy(swift.TEMPLATE / name, folder)
    readers = (swift.TEMPLATE / "GoldenTests.swift").read_text().split(MARK)[1]
    bundled = 'Bundle.module.url(forResource: "golden", withExtension: nil)!'
    assert bundled in readers
    readers = readers.replace("@TYPE@", "Asked").replace(bundled, "Asked.golden!")
    driver = (Path(__file__).parent / "swift_driver.swift").read_text()
    (folder / "Driver.swift").write_text(f"import Foundation\n\n{readers.replace('private func', 'func')}\n{driver}")
    return folder


def test_swift_prepares_reads_frames_and_decides_as_the_build_does_for_every_answer(compiled: Path) -> None:
    found = packages()
    for n, source in enumerate(found.values()):
        files = {file.path: file.data for file in swift.contents(source)}
        facts = next(data for path, data in files.items() if path.endswith("_facts.json"))
        own = {f"{n}/{path}": data for path, data in files.items() if path.startswith("golden/")} | {f"{n}/facts.json": facts}
        for path, data in own.items():
            (compiled / path).parent.mkdir(parents=True, exist_ok=True)
            (compiled / path).write_bytes(data)
    asked = " ".join(map(str, range(len(found))))
    done = in_root(f"swiftc -wmo -warnings-as-errors -parse-as-library *.swift -o driver && ./driver {asked}", compiled)
    assert done.returncode == 0, done.stderr[-3000:]
    *wrong, told = done.stdout.splitlines()
    assert not wrong
    assert told.startswith("compared ") and int(told.split()[1]) > 3000


def in_root(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell script in a folder, where the toolchain is."""
    command = ["sh", "-c", script]
    if ROOT:
        there = Path(ROOT, "tmp/espalier-driver")
        shutil.rmtree(there, ignore_errors=True)
        shutil.copytree(folder, there)
        command = ["chroot", ROOT, "sh", "-c", f"cd /tmp/espalier-driver && TMPDIR=/tmp HOME=/root && {script}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1200, check=False)


def test_the_package_s_own_tests_pass(tmp_path: Path) -> None:
    row = swift_row(packages()["classify"], tmp_path / "bundle")
    assert (row.result, row.why) == ("passed", "")


@pytest.mark.parametrize("broken", ["case-2.bin", "answers.json", "frames.json"])
def test_a_changed_byte_fails_the_package_s_tests(broken: str, tmp_path: Path) -> None:
    source = packages()["classify"]
    folder = written(source, tmp_path / "bundle")
    path = folder / "golden" / broken
    data = path.read_bytes()
    changes = {"answers.json": (b'"permille": ', b'"permille": 1'), "frames.json": (b'"rotation": 90', b'"rotation": 270')}
    path.write_bytes(data.replace(*changes[broken]) if broken in changes else data[:-1] + bytes([data[-1] ^ 1]))
    (row,) = (row for row in swift_check.check(folder, source, thorough=True) if row.tool == "swift")
    assert row.result == "failed" and "error:" in row.why


def test_the_code_of_the_readme_compiles_without_a_warning(tmp_path: Path) -> None:
    """As one more test of the package, which `swift test`, the README's first block, runs."""
    from espalier.bundle.optional_tools import run_tool

    source = packages()["classify"]
    folder = written(source, tmp_path / "bundle")
    asked = [block for block in blocks(folder / "README.md") if block.word == "run"]
    assert [block.language for block in asked] == ["sh", "swift"] and asked[0].text.split() == ["swift", "test"]
    use = (
        "\nimport XCTest\n\nfinal class ReadmeTests: XCTestCase {\n    func testReadme() throws {\n"
        "        let picture = try Picture(width: 1, height: 1, bytes: [1, 2, 3])\n"
        "        show(try answer(picture) { _ in [[1, 2, 3]] })\n    }\n}\n"
    )
    (folder / "Tests/ToyPartsModelTests/ReadmeTests.swift").write_text(asked[1].text + use)
    done = run_tool(["swift", "test", "-Xswiftc", "-warnings-as-errors"], seconds=1200, cwd=folder)
    assert done.returncode == 0 and b"Executed 8 tests, with 0 failures" in done.stdout + done.stderr, done.stderr[-2000:]
