"""The camera bundle: a Debian package for Raspberry Pi OS with the model, the program, a service and a
self-test.

    README.md                                how to install and use it
    <name>-model_<version>_all.deb           /usr/share/<name>-model   model, labels, model.json, golden
    vectors
                                             /usr/lib/<name>-model     classify.py and its folder `device`
                                             /usr/bin/<name>-model     the command; a manual page; a systemd
                                             unit
    requirements-<architecture>.txt          the pinned runtime, also inside the package
    golden/...                               the golden vectors for any other reader (golden.py)
    frigate/model_cache/<name>/...           only where Frigate takes the model as it is

The package holds no compiled code, so its architecture is `all`; what differs between devices is the runtime
that `<name>-model install-runtime` puts into a virtual environment (table RUNTIMES), because none is a Debian
package.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from ..errors import BugError, InputRefusedError
from ..facts import Artifact, BundleSource, Check
from ..scratch import Scratch
from ..task.multi_label import JOIN
from . import golden
from .answers import answer_of
from .archive import read_deb
from .debian import (
    RUNTIMES,
    deb_name,
    debian_package,
    labels_text,
    program_name,
    readme,
    requirements_text,
)
from .debian_answers import alert_check, vector_check
from .optional_tools import KEPT, excused, run_tool, words
from .pi_box_models import frigate_files
from .pi_consumers import frigate_reason, package_name, rpicam_reason
from .pi_values import painted_check, values_check

UNKNOWN: Final = "unknown"
NAMELESS: Final = "what bears its name does not work here: it does not say its version"
"""A tool whose exit code is its only answer must at least be known: a program that says yes to everything is none."""
PROGRAM_SECONDS: Final = 120.0
"""Longest run of one program in `check`."""


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files of the camera bundle but the manifest, sorted by path."""
    golden_files = golden.artifacts(source)
    files = [
        Artifact(path="README.md", data=readme(source), role="documentation"),
        Artifact(path=deb_name(source), data=debian_package(source, golden_files), role="package"),
        *golden_files,
        *(
            Artifact(path=row.file, data=requirements_text(row), role="requirements")
            for row in RUNTIMES.values()
        ),
    ]
    if source.finds_boxes and not frigate_reason(source):
        files += frigate_files(source)
    elif not frigate_reason(source):
        base = f"frigate/model_cache/{source.recipe.name}"
        files += [
            Artifact(path=f"{base}/model.tflite", data=source.uint8_model, role="model"),
            Artifact(path=f"{base}/labelmap.txt", data=labels_text(source), role="labels"),
        ]
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def check(folder: Path, source: BundleSource, thorough: bool = False) -> tuple[Check, ...]:
    """Take the written bundle as its users will: unpack the package with dpkg-deb, run its program on this
    machine, read its unit with systemd. `thorough` adds lintian (seconds). What could not run says why."""
    package = folder / deb_name(source)
    with Scratch() as scratch:
        tree = scratch / "tree"
        unpacked = _unpack(package, tree)
        jobs: list[Callable[[], Check]] = [lambda: _checksums(package)]
        if unpacked.result == "passed":
            jobs += [
                lambda: _selftest(tree, source),
                lambda: _one_image(tree, source),
                lambda: _unit(tree, source),
            ]
        if thorough:
            jobs.append(lambda: _lintian(package))
        with ThreadPoolExecutor(len(jobs)) as pool:
            checks = [unpacked, *(future.result() for future in [pool.submit(job) for job in jobs])]
    return (*checks, *_not_run(source, thorough))


def _not_run(source: BundleSource, thorough: bool) -> Iterator[Check]:
    wheels = RUNTIMES["armhf" if source.target.architecture == "armv7l" else "arm64"].runtime
    yield Check(
        name=f"program under the real Arm wheel ({wheels})",
        tool="qemu-user",
        result="not run",
        why="needs an Arm system's files from Debian: benchmarks/arm_parity.py fetches them and runs it",
    )
    if not thorough:
        yield Check(
            name="package policy", tool="lintian", result="not run", why="slow; part of the thorough checks"
        )
    if rpicam_reason(source):
        yield Check(
            name="rpicam-apps stage file",
            tool="espalier",
            result="not run",
            why=f"not made: {rpicam_reason(source)}",
        )
    if frigate_reason(source):
        yield Check(
            name="Frigate folder",
            tool="espalier",
            result="not run",
            why=f"not made: {frigate_reason(source)}",
        )
    yield Check(name="camera", tool="picamera2", result="not run", why="needs a Raspberry Pi camera")


def _unpack(package: Path, tree: Path) -> Check:
    version = _version(["dpkg-deb", "--version"])
    if version is None:
        return _unpack_here(package, tree, "dpkg-deb is not installed")
    for step in (["--info", str(package)], ["--extract", str(package), str(tree)]):
        done = _run(["dpkg-deb", *step])
        if done.returncode != 0:
            broken = _dpkg_deb_works(tree.with_name("probe"))
            if broken:
                return _unpack_here(package, tree, f"dpkg-deb does not work here: {broken}")
            return Check(
                name="package unpacks", tool="dpkg-deb", version=version, result="failed", why=words(done)
            )
    if not tree.is_dir():
        return _unpack_here(package, tree, "dpkg-deb does not work here: it ended well and unpacked nothing")
    return Check(name="package unpacks", tool="dpkg-deb", version=version, result="passed")


def _unpack_here(package: Path, tree: Path, why: str) -> Check:
    """With our own reader, which lets the program run without dpkg-deb."""
    try:
        files = read_deb(package.read_bytes()).data
    except InputRefusedError as problem:
        return Check(name="package unpacks", tool="espalier", result="failed", why=problem.found)
    for path, data in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
        if data.startswith(b"#!"):
            (tree / path).chmod(0o755)
    return Check(name="package unpacks", tool="espalier", result="passed", why=why)


def _dpkg_deb_works(work: Path) -> str:
    """Whether dpkg-deb reads a package that it made itself: "", or why not."""
    (work / "tree/DEBIAN").mkdir(parents=True, exist_ok=True)
    (work / "tree/DEBIAN/control").write_text(
        "Package: probe\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: a probe\n"
    )
    package = str(work / "probe.deb")
    for step in (["--build", str(work / "tree"), package], ["--info", package]):
        done = _run(["dpkg-deb", *step])
        if done.returncode != 0:
            return words(done)
    return ""


def _checksums(package: Path) -> Check:
    """Every installed file is in md5sums with its digest, and nothing else is."""
    try:
        deb = read_deb(package.read_bytes())
    except InputRefusedError as problem:
        return Check(name="md5sums", tool="espalier", result="failed", why=problem.found)
    lines = deb.control.get("md5sums", b"").decode("ascii", "replace").splitlines()
    listed = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
    right = {path: hashlib.md5(data).hexdigest() for path, data in deb.data.items()}
    wrong = sorted(path for path in listed.keys() | right.keys() if listed.get(path) != right.get(path))
    if wrong:
        return Check(name="md5sums", tool="espalier", result="failed", why=f"{wrong[0]} does not fit")
    return Check(name="md5sums", tool="espalier", result="passed")


def _selftest(tree: Path, source: BundleSource) -> Check:
    name = "self-test: preprocessing and golden vectors"
    done = _run_program(tree, source, ["selftest", "--json"])
    if done is None:
        return _no_runtime(name)
    try:
        row: dict[str, Any] = msgspec.json.decode(done.stdout)
        tool, _, version = row["runtime"].partition(" ")
    except (msgspec.DecodeError, KeyError, TypeError):
        return Check(name=name, tool="classify.py", result="failed", why=words(done))
    why = "; ".join(row["failures"]) or f"bytes equal to kernels: {', '.join(row['equal_kernels']) or 'none'}"
    return Check(name=name, tool=tool, version=version, result=row["result"], why=why)


def _one_image(tree: Path, source: BundleSource) -> Check:
    """A golden vector as an image file: at the model's own size the contract changes nothing but the
    colours."""
    name = "image file in, label out" if source.labels else "image file in, values out"
    name = "image file in, boxes out" if source.detector else name
    if not source.golden:
        return Check(name=name, tool="classify.py", result="not run", why="there is no golden vector")
    # A threshold of 0 would say every one of several labels.
    least = ("--threshold", "0") if source.decision is None or source.decision.source == "classify" else ()
    least = () if source.detector or source.paints else least
    if source.numbers:
        given = zip(source.contract.columns, source.golden[0].numbers, strict=True)
        least = (*least, "--numbers", ",".join(f"{column}={value!r}" for column, value in given))
    done = _run_program(tree, source, ["--json", *least, str(_picture(tree, source))])
    if done is None:
        return _no_runtime(name)
    if source.detector:
        return boxes_check(name, done, source)
    if source.decision is not None and source.decision.source == "embed":
        return vector_check(name, done, source, source.decision)
    if source.decision is not None and source.decision.source == "anomaly":
        return alert_check(name, done, source, source.decision)
    if source.paints:
        return painted_check(name, done, source)
    if not source.labels:
        return values_check(name, done, source)
    answer = answer_of(source)
    if answer is None or source.decision is None:
        raise BugError("labels without a decision")
    labelled, outputs = answer.like_a_classifier, source.golden[0].outputs.values()
    numbers = [answer.answer(np.frombuffer(one, np.int8), source.decision) for one in outputs]
    known = {_said(row, source.labels, one=labelled) for row in numbers}
    # Of a picture that the program smooths or balances nobody recorded the answer.
    answers = {*source.labels, *known} if source.contract.retouches else known
    try:
        row = msgspec.json.decode(done.stdout)
        label = row["label"] if labelled else JOIN.join(row["labels"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return Check(name=name, tool="classify.py", result="failed", why=words(done))
    if label not in answers:
        return Check(
            name=name, tool="classify.py", result="failed", why=f"{label!r} instead of {sorted(answers)}"
        )
    return Check(name=name, tool="classify.py", version=source.recipe.version, result="passed")


def _picture(tree: Path, source: BundleSource) -> Path:
    """The first golden vector as an image file; where that would be smoothed or balanced again, a case of the contract."""
    vector, contract = source.golden[0], source.contract
    if contract.retouches:
        case = source.contract_cases[0]
        pixels = np.frombuffer(case.rgb, np.uint8).reshape(case.rows, case.columns, -1)
    else:
        pixels = np.frombuffer(vector.pixels, np.uint8).reshape(contract.shape)
        if contract.color != "bands":
            pixels = np.repeat(pixels, 3, axis=2) if contract.channels == 1 else pixels
            pixels = pixels[:, :, ::-1] if contract.color == "bgr" else pixels
    if contract.color == "bands":
        image = tree / "golden.npy"
        np.save(image, pixels, allow_pickle=False)
    else:
        image = tree / "golden.ppm"
        image.write_bytes(b"P6 %d %d 255\n" % (pixels.shape[1], pixels.shape[0]) + pixels.tobytes())
    return image


def boxes_check(name: str, done: subprocess.CompletedProcess[bytes], source: BundleSource) -> Check:
    """The boxes that the program prints of the first golden vector are those of a kernel set, or near them where this machine's
    kernels round otherwise."""
    assert source.detector is not None
    unit, vector = 1 << source.detector.bits, source.golden[0]
    try:
        printed = [(row["label"], *row["box"]) for row in msgspec.json.decode(done.stdout)["boxes"]]
    except (msgspec.DecodeError, KeyError, TypeError):
        return Check(name=name, tool="detect.py", result="failed", why=words(done))
    if source.contract.retouches:  # nobody recorded the boxes of a picture that the program smooths or balances
        return Check(name=name, tool="detect.py", version=source.recipe.version, result="passed", why=f"{len(printed)} boxes")
    for rows in vector.boxes.values():
        known = [(source.labels[row[5]], *((2 * edge + unit) // (2 * unit) for edge in row[:4])) for row in rows]
        if printed == known:
            return Check(name=name, tool="detect.py", version=source.recipe.version, result="passed", why=f"{len(known)} boxes")
    near = [rows for rows in vector.boxes.values() if _alike(printed, rows, source, unit)]
    if not near:
        why = f"{len(printed)} boxes, and the build's are {sorted(map(len, vector.boxes.values()))}, or others"
        return Check(name=name, tool="detect.py", result="failed", why=why)
    why = f"{len(printed)} boxes, all but rounding equal: this machine's kernels are others"
    return Check(name=name, tool="detect.py", version=source.recipe.version, result="passed", why=why)


def _alike(printed: list[Any], rows: Sequence[tuple[int, ...]], source: BundleSource, unit: int) -> bool:
    """Whether nine of ten boxes overlap with one of the same label by half."""
    def overlap(a: Sequence[float], b: Sequence[float]) -> float:
        x, y = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        common = max(0.0, x) * max(0.0, y)
        return common / max(1e-9, (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)

    known = [(source.labels[row[5]], [edge / unit for edge in row[:4]]) for row in rows]
    found = sum(any(label == row[0] and overlap(box, row[1:]) >= 0.5 for row in printed) for label, box in known)
    return 10 * found >= 9 * max(len(known), len(printed))


def _said(numbers: Sequence[int], labels: Sequence[str], *, one: bool) -> str:
    """What a decision's numbers say: one label, or several joined."""
    return labels[numbers[0]] if one else JOIN.join(labels[i] for i in numbers[1 : 1 + numbers[0]])


def _unit(tree: Path, source: BundleSource) -> Check:
    name = "systemd unit"
    version = _version(["systemd-analyze", "--version"])
    if version is None:
        return Check(
            name=name, tool="systemd-analyze", result="not run", why="systemd-analyze is not installed"
        )
    if version == UNKNOWN:
        return Check(name=name, tool="systemd-analyze", result="not run", why=NAMELESS)
    package = package_name(source)
    unit = tree / "usr/lib/systemd/system" / f"{package}.service"
    # systemd looks for the program where the unit says; here it lies in the unpacked tree.
    text = unit.read_text("utf-8").replace(
        f"ExecStart=/usr/lib/{package}", f"ExecStart={tree}/usr/lib/{package}"
    )
    copy = tree / unit.name
    copy.write_text(text, "utf-8")
    done = _run(["systemd-analyze", "verify", "--man=no", str(copy)])
    if done.returncode != 0 or done.stderr.strip():
        why = words(done).replace(str(tree), "")
        failed = Check(name=name, tool="systemd-analyze", version=version, result="failed", why=why)
        return excused(failed, lambda: _systemd_works(tree))
    return Check(name=name, tool="systemd-analyze", version=version, result="passed")


def _systemd_works(tree: Path) -> str:
    """Whether systemd-analyze finds no fault in a unit of three lines: "", or why not."""
    unit = tree / "espalier-probe.service"
    unit.write_text(f"[Unit]\nDescription=A probe\n[Service]\nExecStart={shutil.which('true') or sys.executable}\n")
    done = _run(["systemd-analyze", "verify", "--man=no", str(unit)])
    return words(done) if done.returncode != 0 or done.stderr.strip() else ""


def _lintian(package: Path) -> Check:
    """Debian's policy checker; errors fail, warnings are shown."""
    name = "package policy"
    version = _version(["lintian", "--version"])
    if version is None:
        return Check(name=name, tool="lintian", result="not run", why="lintian is not installed")
    if version == UNKNOWN:
        return Check(name=name, tool="lintian", result="not run", why=NAMELESS)
    done = _run(["lintian", "--tag-display-limit", "0", "--fail-on", "error", str(package)])
    tags = [line for line in done.stdout.decode(errors="replace").splitlines() if line[:2] in ("E:", "W:")]
    if done.returncode != 0:
        # A policy checker that fails and names no tag did not check.
        result = "failed" if any(tag.startswith("E:") for tag in tags) else "not run"
        why = "; ".join(tags) if result == "failed" else f"lintian does not work here: {words(done)}"
        return Check(name=name, tool="lintian", version=version, result=result, why=why)
    return Check(name=name, tool="lintian", version=version, result="passed", why="; ".join(tags))


def _run_program(
    tree: Path, source: BundleSource, arguments: Sequence[str]
) -> subprocess.CompletedProcess[bytes] | None:
    """Run the package's classify.py with this Python; None when this Python has no runtime (its exit code
    7)."""
    program = tree / "usr/lib" / package_name(source) / program_name(source)
    done = _run([sys.executable, "-B", str(program), *arguments])
    return None if done.returncode == 7 else done


def _no_runtime(name: str) -> Check:
    return Check(
        name=name, tool="classify.py", result="not run", why="no runtime for .tflite files is installed here"
    )


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if key in KEPT}
    return run_tool(command, seconds=PROGRAM_SECONDS, environment={**environment, "LC_ALL": "C.UTF-8"})


def _version(command: Sequence[str]) -> str | None:
    """The first number with a dot that a tool prints of itself; None when it is not installed."""
    if shutil.which(command[0]) is None:
        return None
    words = _run(command).stdout.decode(errors="replace").replace("(", " ").replace(")", " ").split()
    return next((word.lstrip("v") for word in words if word.lstrip("v")[:1].isdigit()), UNKNOWN)
