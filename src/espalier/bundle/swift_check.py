"""Check the iPhone bundle: its files here, its code and its tests where a Swift toolchain is installed (macOS, or Linux)."""

from __future__ import annotations

import json
import plistlib
import re
import shutil
from pathlib import Path
from typing import Final

from ..facts import BundleSource, Check
from ..scratch import Scratch
from .optional_tools import excused, run_tool, words
from .swift_readme import type_name

SECONDS: Final = 900.0
"""Of a first build: Foundation and XCTest are large."""
PRIVACY: Final = {
    "NSPrivacyTracking": False,
    "NSPrivacyTrackingDomains": [],
    "NSPrivacyCollectedDataTypes": [],
    "NSPrivacyAccessedAPITypes": [],
}
SLOW: Final = "takes a minute; part of the thorough checks"
APPLE: Final = "needs Xcode: the entries for CVPixelBuffer and CGImage are not compiled elsewhere"


def check(folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
    """Run every check on the iPhone bundle in `folder`; `thorough` adds the package's own tests."""
    return (
        _files(folder, source),
        _tests(folder, source) if thorough else _not_run(_named(source), "swift", SLOW),
        _not_run("build for iOS", "Xcode", APPLE),
        _not_run("golden vectors in LiteRT and in the interpreter", "LiteRT Swift", "needs an Apple system and the runtime"),
    )


def _named(source: BundleSource) -> str:
    return f"Swift preprocessing and decision equal the build's, {len(source.contract_cases)} cases"


def _files(folder: Path, source: BundleSource) -> Check:
    """What Package.swift names is there; the privacy manifest asks for nothing; model, labels and facts are the build's."""
    kind = type_name(source)
    root = folder / "Sources" / kind
    package = (folder / "Package.swift").read_text("utf-8")
    named = re.findall(r'\.copy\("([^"]+)"\)', package)
    problems = [f"no {path}" for path in named if not ((root / path).is_file() or (folder / path).is_dir())]
    problems += [] if len(named) == 5 else ["Package.swift names other resources"]
    if plistlib.loads((root / "PrivacyInfo.xcprivacy").read_bytes()) != PRIVACY:
        problems.append("another privacy manifest")
    if (root / f"Resources/{source.name}.tflite").read_bytes() != source.uint8_model:
        problems.append("another model")
    if (root / f"Resources/{source.name}_labels.txt").read_text("utf-8").split("\n")[:-1] != list(source.labels):
        problems.append("other labels")
    facts = json.loads((root / f"Resources/{source.name}_facts.json").read_text("utf-8"))
    if (facts["name"], facts["version"]) != (source.name, source.version):
        problems.append("facts of another model")
    return _row("Package.swift names what is there, privacy manifest", "plistlib", "", problems)


def _tests(folder: Path, source: BundleSource) -> Check:
    """`swift test` on a copy."""
    name = _named(source)
    if shutil.which("swift") is None:
        return _not_run(name, "swift", "not installed")
    found = re.search(rb"[Ss]wift version (\d+(?:\.\d+)+)", run_tool(["swift", "--version"], seconds=60).stdout)
    if found is None:
        return _not_run(name, "swift", "swift does not work here: it does not say its version")
    with Scratch() as scratch:
        copy = scratch / "package"
        shutil.copytree(folder, copy)
        done = run_tool(["swift", "test"], seconds=SECONDS, cwd=copy)
        said = (done.stdout + done.stderr).decode(errors="replace")
        passed = done.returncode == 0 and re.search(r"Executed \d+ tests, with 0 failures", said)
        faults = [line for line in said.splitlines() if "error:" in line][:3] or [words(done)]
        row = _row(name, "swift", found.group(1).decode(), [] if passed else faults)
        return excused(row, lambda: _swift_works(scratch / "probe"))


def _swift_works(folder: Path) -> str:
    """Whether it builds and tests a package of one line."""
    for path, text in {
        "Package.swift": "// swift-tools-version: 5.9\nimport PackageDescription\n"
        'let package = Package(name: "Probe", targets: [.testTarget(name: "ProbeTests", path: "Tests")])\n',
        "Tests/Probe.swift": "import Foundation\nimport XCTest\n"
        "final class Probe: XCTestCase { func testIt() { XCTAssertEqual(Data([1]).count, 1) } }\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    done = run_tool(["swift", "test"], seconds=SECONDS, cwd=folder)
    return "" if done.returncode == 0 and b"Executed 1 test" in done.stdout + done.stderr else words(done)


def _row(name: str, tool: str, version: str, problems: list[str]) -> Check:
    return Check(
        name=name, tool=tool, version=version, result="failed" if problems else "passed", why="; ".join(problems)[:600]
    )


def _not_run(name: str, tool: str, why: str) -> Check:
    return Check(name=name, tool=tool, result="not run", why=why)
