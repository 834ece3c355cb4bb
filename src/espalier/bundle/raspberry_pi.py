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

import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ..errors import BugError
from ..facts import Artifact, BundleSource, Check
from ..scratch import Scratch
from ..task.multi_label import JOIN
from . import debian_check, golden
from .answers import answer_of
from .debian import deb_name, debian_package, labels_text, readme
from .debian_answers import alert_check, vector_check
from .debian_check import checksums, lintian, no_runtime, selftest, systemd_unit, unpack
from .optional_tools import words
from .pi_box_models import frigate_files
from .pi_consumers import frigate_reason, rpicam_reason
from .pi_runtimes import RUNTIMES, requirements_text
from .pi_values import painted_check, values_check


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
        unpacked = unpack(package, tree)
        jobs: list[Callable[[], Check]] = [lambda: checksums(package)]
        if unpacked.result == "passed":
            jobs += [
                lambda: selftest(tree, source),
                lambda: _one_image(tree, source),
                lambda: systemd_unit(tree, source),
            ]
        if thorough:
            jobs.append(lambda: lintian(package))
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
    done = debian_check.run_program(tree, source, ["--json", *least, str(picture_file(tree, source))])
    if done is None:
        return no_runtime(name)
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


def picture_file(tree: Path, source: BundleSource) -> Path:
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
