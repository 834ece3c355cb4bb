"""Contracts that smooth and balance as C (of this machine, of emulated cores), as Java and as the Pi's Python; and images."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from espalier.bundle import pi_modules
from espalier.bundle.archive import Entry, zip_bytes
from espalier.bundle.firmware_prepare import retouching, word_lines
from espalier.bundle.firmware_text import template
from espalier.bundle.java import specialise
from espalier.bundle.java.compile import compile_java
from espalier.bundle.pi.device.model import Contract
from espalier.emit import c_text as c
from espalier.emulate.cross import WARNINGS, Core, compile_program
from espalier.emulate.emulate import EmulatedCore
from espalier.preparation import prepare
from espalier.recipe import InputContract

Image = NDArray[np.uint8]

DIVISION = """
#include <stdint.h>
/* 64-bit division, which a compiler's own library has: the emulated cores run without one. */
uint64_t divide64(uint64_t a, uint64_t b, uint64_t *rest);
int64_t divide64_signed(int64_t a, int64_t b, int64_t *rest);
uint64_t divide64(uint64_t a, uint64_t b, uint64_t *rest) {
  uint64_t q = 0, r = 0;
  int i;
  for (i = 0; i < 64; i++) {
    r = r << 1 | (a >> 63);
    a <<= 1;
    q <<= 1;
    if (r >= b) { r -= b; q |= 1u; }
  }
  *rest = r;
  return q;
}
int64_t divide64_signed(int64_t a, int64_t b, int64_t *rest) {
  uint64_t r;
  const uint64_t q = divide64(a < 0 ? 0u - (uint64_t)a : (uint64_t)a, b < 0 ? 0u - (uint64_t)b : (uint64_t)b, &r);
  *rest = (int64_t)(a < 0 ? 0u - r : r);
  return (int64_t)((a < 0) != (b < 0) ? 0u - q : q);
}
#if defined(__ARM_ARCH_6M__)
uint64_t __aeabi_llsr(uint64_t a, int32_t by);
uint64_t __aeabi_llsl(uint64_t a, int32_t by);
uint64_t __aeabi_llsr(uint64_t a, int32_t by) {
  for (; by > 0; by--) a >>= 1;
  return a;
}
uint64_t __aeabi_llsl(uint64_t a, int32_t by) {
  for (; by > 0; by--) a <<= 1;
  return a;
}
#endif
#ifdef __arm__
#define RETURNS_BOTH(name, by)                                                                       \\
  void name(void);                                                                                    \\
  __attribute__((naked)) void name(void) {                                                            \\
    __asm__("push {r4, lr}\\n sub sp, #16\\n add r4, sp, #8\\n str r4, [sp]\\n bl " #by                \\
            "\\n ldr r2, [sp, #8]\\n ldr r3, [sp, #12]\\n add sp, #16\\n pop {r4, pc}");               \\
  }
RETURNS_BOTH(__aeabi_uldivmod, divide64)
RETURNS_BOTH(__aeabi_ldivmod, divide64_signed)
#else
uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
int64_t __divdi3(int64_t a, int64_t b);
int64_t __moddi3(int64_t a, int64_t b);
uint64_t __udivdi3(uint64_t a, uint64_t b) { uint64_t r; return divide64(a, b, &r); }
uint64_t __umoddi3(uint64_t a, uint64_t b) { uint64_t r; (void)divide64(a, b, &r); return r; }
int64_t __divdi3(int64_t a, int64_t b) { int64_t r; return divide64_signed(a, b, &r); }
int64_t __moddi3(int64_t a, int64_t b) { int64_t r; (void)divide64_signed(a, b, &r); return r; }
#endif
"""

WAYS = [
    (smooth, balance)
    for smooth in ("none", "gaussian", "median")
    for balance in ("none", "per-image", "min-max", "equalize")
    if smooth != balance
]
"""Every combination in which something is done."""

_SHAPES: list[dict[str, Any]] = [
    {"size": (9, 14), "fit": "stretch", "color": "rgb", "resize": "bilinear"},
    {"size": (1, 7), "fit": "pad", "color": "gray", "resize": "area"},
    {"size": (13, 1), "fit": "crop", "color": "bands", "bands": 5, "resize": "nearest"},
    {"size": (12, 11), "fit": "pad", "color": "bgr", "resize": "bicubic"},
    {"size": (8, 8), "fit": "pad", "color": "bands", "bands": 2, "resize": "bilinear"},
    {"size": (1, 1), "fit": "stretch", "color": "rgb", "resize": "area"},
]


def contracts() -> list[InputContract]:
    """Every way on every shape: one pixel a side, square and not, 1, 3 and other channels, padded, cropped and neither."""
    return [
        InputContract(**shape, smooth=smooth, balance=balance)  # type: ignore[arg-type]
        for shape in _SHAPES
        for smooth, balance in WAYS
    ]


def images_for(contract: InputContract, count: int, random: np.random.Generator) -> list[Image]:
    """Noise, faint noise, ramps, saturated blocks, one value (0, 255 and between), one odd pixel; sides of 1 to 19, and the
    model's own."""
    channels, made = contract.source_channels, []
    for number in range(count):
        rows, columns = (int(side) for side in random.integers(1, 20, 2))
        if number % 5 == 0:
            rows, columns = contract.size
        shape = (rows, columns, channels)
        style = number % 9
        image = random.integers(0, 256, shape)
        if style == 1:
            image = int(random.integers(0, 250)) + random.integers(0, 2 + number % 4, shape)
        elif style == 2:
            image = np.broadcast_to(np.linspace(0, 255, columns)[None, :, None], shape)
        elif style == 3:
            image = np.where(image < 128, 0, 255)
        elif style == 4:
            image = np.full(shape, (0, 255, int(random.integers(0, 256)))[number // 9 % 3])
        elif style == 5:
            image = np.full(shape, int(random.integers(0, 256)))
            image[int(random.integers(rows)), int(random.integers(columns))] = random.integers(0, 256, channels)
        made.append(image.astype(np.uint8))
    return made


def by_numpy(contract: InputContract, images: Sequence[Image]) -> bytes:
    return b"".join(prepare(image, contract).tobytes() for image in images)


def sources(cases: Sequence[InputContract]) -> dict[str, bytes]:
    """C files: contract `number` is `r<number>_prepare`; many.c has `run_many(number, blob, count, out)`."""
    files: dict[str, bytes] = {}
    text = ["#include <stdint.h>"]
    for number, contract in enumerate(cases):
        source: Any = SimpleNamespace(name=f"r{number}", contract=contract, finds_boxes=False, gives_values=False)
        name, macro = f"r{number}", f"R{number}"
        height, width, channels = contract.shape
        own = {f"{name}_prepare.{end}": template(source, f"xmodel_prepare.{end}") for end in ("h", "c")}
        own |= retouching(source, own)
        numbers = {"HEIGHT": height, "WIDTH": width, "CHANNELS": channels, "INPUT_BYTES": height * width * channels}
        lines = [c.define(f"{macro}_{key}", value) for key, value in numbers.items()]
        own[f"{name}_contract.h"] = "\n".join([*lines, *word_lines(macro, contract), ""])
        files |= {path: written.encode() for path, written in own.items()}
        text.append(f'#include "{name}_prepare.h"')
    text.append("void run_many(int32_t number, const uint8_t *blob, int32_t count, uint8_t *out);")
    text.append("void run_many(int32_t number, const uint8_t *blob, int32_t count, uint8_t *out) {")
    text.append("  while (count-- > 0) {")
    text.append("    const int32_t rows = blob[0] | blob[1] << 8, columns = blob[2] | blob[3] << 8; int32_t i;")
    for number, contract in enumerate(cases):
        kind = "bands" if contract.color == "bands" else "rgb888"
        text += [
            f"    if (number == {number}) {{",
            f"      (void)r{number}_prepare_{kind}(blob + 4, columns, rows, 0, (int8_t *)out);",
            f"      for (i = 0; i < R{number}_INPUT_BYTES; i++) out[i] = (uint8_t)(out[i] ^ 0x80u);",
            f"      out += R{number}_INPUT_BYTES; blob += 4 + rows * columns * {contract.source_channels};",
            "    }",
        ]
    files["many.c"] = "\n".join([*text, "  }", "}", ""]).encode()
    return files


def blob_of(images: Sequence[Image]) -> bytes:
    return b"".join(struct.pack("<HH", *image.shape[:2]) + image.tobytes() for image in images)


class Native:
    """Compiled for this machine."""

    def __init__(self, cases: Sequence[InputContract], folder: Path, *flags: str) -> None:
        self.cases, files = cases, sources(cases)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
        assert compiler is not None
        names = sorted(name for name in files if name.endswith(".c"))
        command = [compiler, *WARNINGS, *(flags or ("-O1",)), "-fPIC", "-shared", *names, "-o", "retouch.so"]
        subprocess.run(command, cwd=folder, check=True, timeout=300)
        self.library = ctypes.CDLL(str(folder / "retouch.so"))

    def run(self, number: int, images: Sequence[Image]) -> bytes:
        out = ctypes.create_string_buffer(len(images) * int(np.prod(self.cases[number].shape)))
        self.library.run_many(number, blob_of(images), len(images), out)
        return out.raw


class OnCore:
    """Compiled for a core, run in unicorn."""

    def __init__(self, cases: Sequence[InputContract], core: Core, folder: Path) -> None:
        self.cases, files = cases, sources(cases)
        files["division.c"] = DIVISION.encode()
        extra = ("divide.c",) if core.isa == "thumb1" else ()
        image = compile_program(files, core, roots=["run_many"], workdir=folder, optimize="-O2", extra=extra)
        self.core = EmulatedCore(image, core, workdir=folder)

    def run(self, number: int, images: Sequence[Image]) -> bytes:
        out = bytearray(len(images) * int(np.prod(self.cases[number].shape)))
        return self.core.call("run_many", [number, blob_of(images), len(images), out]).buffers[1]


_DRIVER = """
package dev.espalier.test;
import java.io.*;
import java.lang.reflect.Method;
public final class RetouchDriver {
    public static void main(String[] arguments) throws Exception {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
        OutputStream out = new BufferedOutputStream(System.out, 1 << 16);
        for (int contracts = in.readInt(); contracts > 0; contracts--) {
            Class<?> owner = Class.forName(in.readUTF() + ".Preprocessor");
            int bands = in.readInt();
            Class<?> kind = bands > 0 ? byte[].class : int[].class;
            Method prepare = owner.getMethod("prepare", kind, int.class, int.class);
            for (int images = in.readInt(); images > 0; images--) {
                int rows = in.readInt();
                int columns = in.readInt();
                byte[] given = new byte[rows * columns * (bands > 0 ? bands : 3)];
                in.readFully(given);
                int[] argb = new int[rows * columns];
                for (int i = 0; bands == 0 && i < argb.length; i++) {
                    argb[i] = 0xff << 24 | (given[3 * i] & 0xff) << 16 | (given[3 * i + 1] & 0xff) << 8
                            | given[3 * i + 2] & 0xff;
                }
                out.write((byte[]) prepare.invoke(null, bands > 0 ? given : argb, columns, rows));
            }
        }
        out.flush();
    }
}
"""


def compile_java_for(cases: Sequence[InputContract], folder: Path) -> Path:
    """A jar with the classes of each contract, as a library gets them, and a driver."""
    files = compile_java({"RetouchDriver.java": _DRIVER.encode()})
    for number, contract in enumerate(cases):
        files |= specialise.classes(_constants(number, contract))
    jar = folder / "retouch.jar"
    jar.write_bytes(zip_bytes(Entry(path=path, data=data) for path, data in files.items()))
    return jar


def _constants(number: int, contract: InputContract) -> specialise.Constants:
    texts = dict.fromkeys(("name", "version", "asset", "labels-asset", "sha256", "runtime-floor", "dtype", "heads"), "")
    texts |= {"color": contract.color, "resize": contract.resize, "fit": contract.fit}
    texts |= {"smooth": contract.smooth, "balance": contract.balance} if contract.retouches else {}
    integers = dict.fromkeys(specialise.NUMBER_KEYS, 0)
    integers |= dict(zip(("HEIGHT", "WIDTH", "CHANNELS"), contract.shape, strict=True))
    reals = dict.fromkeys(specialise.REAL_KEYS, 0.5)
    return specialise.Constants(package=f"dev.espalier.r{number}", texts=texts, integers=integers, reals=reals, labels=("a",))


def by_java(jar: Path, asked: Sequence[tuple[InputContract, Sequence[Image]]]) -> bytes:
    """The prepared bytes of all contracts, one after the other."""
    given = [struct.pack(">i", len(asked))]
    for number, (contract, images) in enumerate(asked):
        name = f"dev.espalier.r{number}".encode()
        given.append(struct.pack(">H", len(name)) + name + struct.pack(">ii", contract.bands, len(images)))
        given += [struct.pack(">ii", *image.shape[:2]) + image.tobytes() for image in images]
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(jar), "dev.espalier.test.RetouchDriver"]
    return subprocess.run(command, input=b"".join(given), capture_output=True, check=True, timeout=600).stdout


def shipped_python(contract: InputContract, folder: Path, name: str) -> Any:
    """The module `contract` of the Pi's program, as this contract's package has it."""
    (folder / name).mkdir()
    for path, data in pi_modules.modules(contract).items():
        (folder / name / path).write_bytes(data)
    spec = importlib.util.spec_from_file_location(name, folder / name / "__init__.py")
    assert spec is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    return importlib.import_module(f"{name}.contract")


def by_the_pi(module: Any, contract: InputContract, images: Sequence[Image]) -> bytes:
    plain = Contract(contract.size, contract.color, contract.resize, contract.fit, contract.bands)
    return b"".join(module.prepare(image, plain).tobytes() for image in images)
