"""Detectors of detector_cases.py as C programs (of this machine, of emulated cores), as Java and as the Pi's Python."""

from __future__ import annotations

import ctypes
import io
import shutil
import struct
import subprocess
from collections.abc import Sequence
from importlib import resources
from math import prod
from pathlib import Path

import numpy as np
from detector_cases import Case
from numpy.typing import NDArray

import espalier.bundle
from espalier.bundle.archive import Entry, zip_bytes
from espalier.bundle.java import specialise
from espalier.bundle.java.compile import compile_java
from espalier.bundle.pi.device import detect as plain
from espalier.detector import words
from espalier.emit.decision import device_source
from espalier.emit.detector import write_detector
from espalier.emulate.cross import WARNINGS, Core, compile_program
from espalier.emulate.emulate import EmulatedCore
from espalier.emulate.qemu import count_on_board
from espalier.task.boxes.decode import detect

Heads = Sequence[NDArray[np.int8]]
Rows = NDArray[np.int32]


def sources(cases: Sequence[Case]) -> dict[str, bytes]:
    """C files: detector `number` is `d<number>_detect`; many.c has `run_many(number, heads, count, rows)`."""
    hand = {f"xmodel_detect.{end}": device_source("xmodel", f"detect.{end}") for end in ("c", "h")}
    files: dict[str, bytes] = {}
    text = ["#include <stdint.h>"]
    for number, case in enumerate(cases):
        own = {**hand, **write_detector(case.detector)}
        for name, content in own.items():
            files[name.replace("xmodel", f"d{number}")] = (
                content.replace("xmodel", f"d{number}").replace("XMODEL", f"D{number}").encode()
            )
        text.append(f'#include "d{number}_detect.h"')
    text.append("int32_t run_many(int32_t number, const int8_t *heads, int32_t count, int32_t *rows);")
    for number, case in enumerate(cases):
        sizes = [prod(output.shape) for output in case.outputs]
        text += [
            f"static int32_t many_{number}(const int8_t *heads, int32_t count, int32_t *rows) {{",
            f"  d{number}_box boxes[D{number}_BOX_ROOM];",
            f"  const int8_t *outputs[{len(sizes)}];",
            "  int32_t *row = rows, i, n;",
            "  while (count-- > 0) {",
            *[f"    outputs[{i}] = heads; heads += {size};" for i, size in enumerate(sizes)],
            f"    n = d{number}_detect(outputs, boxes);",
            "    *row++ = n;",
            "    for (i = 0; i < n; i++) {",
            "      *row++ = boxes[i].x1; *row++ = boxes[i].y1; *row++ = boxes[i].x2; *row++ = boxes[i].y2;",
            "      *row++ = boxes[i].score; *row++ = boxes[i].label; *row++ = boxes[i].anchor;",
            "    }",
            "  }",
            "  return (int32_t)(row - rows);",
            "}",
        ]
    text.append("int32_t run_many(int32_t number, const int8_t *heads, int32_t count, int32_t *rows) {")
    text += [f"  if (number == {number}) return many_{number}(heads, count, rows);" for number in range(len(cases))]
    text += ["  return -1;", "}", ""]
    files["many.c"] = "\n".join(text).encode()
    return files


def packed(images: Sequence[Heads]) -> bytes:
    return b"".join(head.tobytes() for image in images for head in image)


def told(rows: Sequence[Rows]) -> bytes:
    """What the programs answer when they find these boxes."""
    return b"".join(struct.pack("<i", len(found)) + found.astype("<i4").tobytes() for found in rows)


def by_numpy(case: Case, images: Sequence[Heads]) -> bytes:
    return told([detect(case.detector, image).rows() for image in images])


def by_plain_python(case: Case, images: Sequence[Heads]) -> bytes:
    device = plain.Detector(words(case.detector))
    return told([np.array(device.detect(image), np.int32).reshape(-1, 7) for image in images])


def room(case: Case, count: int) -> int:
    """Bytes that an answer takes at most."""
    return count * 4 * (1 + 7 * case.detector.room)


class Native:
    """Compiled for this machine."""

    def __init__(self, cases: Sequence[Case], folder: Path, *flags: str) -> None:
        self.cases, files = cases, sources(cases)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
        assert compiler is not None
        command = [compiler, *WARNINGS, "-O2", "-fPIC", "-shared", *flags]
        names = sorted(name for name in files if name.endswith(".c"))
        subprocess.run([*command, *names, "-o", "detectors.so"], cwd=folder, check=True, timeout=300)
        self.library = ctypes.CDLL(str(folder / "detectors.so"))

    def run(self, number: int, images: Sequence[Heads]) -> bytes:
        heads, rows = packed(images), ctypes.create_string_buffer(room(self.cases[number], len(images)))
        used = self.library.run_many(number, heads, len(images), rows)
        return rows.raw[: 4 * used]


class OnCore:
    """Compiled for a core, run in unicorn."""

    def __init__(self, cases: Sequence[Case], core: Core, folder: Path, optimize: str = "-O2") -> None:
        self.cases, files = cases, sources(cases)
        extra = ("divide.c",) if core.isa == "thumb1" else ()
        image = compile_program(files, core, roots=["run_many"], workdir=folder, optimize=optimize, extra=extra)
        self.core = EmulatedCore(image, core, workdir=folder)
        self.code_bytes = sum(s.size for s in image.sections if s.name == ".text")

    def run(self, number: int, images: Sequence[Heads]) -> bytes:
        return self.counted(number, images)[0]

    def counted(self, number: int, images: Sequence[Heads]) -> tuple[bytes, int, int]:
        """Answer, instructions, bytes of stack (the boxes are on it)."""
        rows = bytearray(room(self.cases[number], len(images)))
        call = self.core.call("run_many", [number, packed(images), len(images), rows])
        return call.buffers[1][: 4 * call.result], call.instructions, call.stack_bytes


def on_board(case: Case, images: Sequence[Heads], core: Core, folder: Path) -> int:
    """Runs them under QEMU, which compares on the board with what numpy finds (a difference is a VerificationError); returns
    the instructions of the last image."""
    wanted = np.frombuffer(by_numpy(case, images), "<i4")
    heads = np.frombuffer(packed(images), np.int8)
    each = len(heads) // len(images)
    text = f"""
#include "boot.h"
int32_t run_many(int32_t number, const int8_t *heads, int32_t count, int32_t *rows);
static const int8_t heads[] = {{{",".join(map(str, heads.tolist()))}}};
static const int32_t wanted[] = {{{",".join(map(str, wanted.tolist()))}}};
static int32_t rows[{room(case, len(images)) // 4}];
int run_cases(void) {{
  int32_t used, i;
  count_begin();
  count_end();
  used = run_many(0, heads, {len(images)}, rows);
  if (used != {len(wanted)}) return 1;
  for (i = 0; i < used; i++) if (rows[i] != wanted[i]) return 1;
  count_begin();
  (void)run_many(0, heads + {each * (len(images) - 1)}, 1, rows);
  count_end();
  return 0;
}}
"""
    files = {**sources([case]), "cases.c": text.encode()}
    return count_on_board(files, core, [1], workdir=folder, optimize="-O2")[0]


JAVA_DRIVER = """
package dev.espalier.models.template_name;
import java.io.*;
public final class DetectorDriver {
    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
        for (int cases = in.readInt(); cases > 0; cases--) {
            Detector detector = new Detector(in);
            byte[][] outputs = new byte[in.readInt()][];
            for (int i = 0; i < outputs.length; i++) outputs[i] = new byte[in.readInt()];
            for (int images = in.readInt(); images > 0; images--) {
                for (byte[] output : outputs) in.readFully(output);
                Detector.Box[] boxes = detector.detect(outputs);
                out.writeInt(Integer.reverseBytes(boxes.length));
                for (Detector.Box box : boxes) {
                    int[] row = {box.x1, box.y1, box.x2, box.y2, box.score, box.label, box.anchor};
                    for (int value : row) out.writeInt(Integer.reverseBytes(value));
                }
            }
        }
        out.flush();
    }
}
"""


def compile_detector_java(folder: Path) -> Path:
    source = (resources.files(espalier.bundle) / "java" / "detection" / "Detector.java").read_bytes()
    made = compile_java({"Detector.java": source, "DetectorDriver.java": JAVA_DRIVER.encode()})
    jar = folder / "detector.jar"
    jar.write_bytes(zip_bytes(Entry(path=path, data=data) for path, data in made.items()))
    return jar


def by_java(jar: Path, asked: Sequence[tuple[Case, Sequence[Heads]]]) -> bytes:
    """The answers to all cases, one after the other."""
    given = io.BytesIO()
    given.write(struct.pack(">i", len(asked)))
    for case, images in asked:
        given.write(np.array(words(case.detector), ">i4").tobytes())
        given.write(struct.pack(">i", len(case.outputs)))
        given.write(struct.pack(f">{len(case.outputs)}i", *[prod(output.shape) for output in case.outputs]))
        given.write(struct.pack(">i", len(images)) + packed(images))
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(jar)]
    command.append(f"{specialise.PACKAGE}.DetectorDriver")
    return subprocess.run(command, input=given.getvalue(), capture_output=True, check=True, timeout=600).stdout
